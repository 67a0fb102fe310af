package subject

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"maps"
	"math"
	"slices"

	"poterne"
	"poterne/classifiers"
)

// Heads are the names of the heads of a model after those of its categories.
var Heads = []string{"sensitive", "carries", "person", "blank"}

// Spec is what a model is built from.
type Spec struct {
	Version    string
	Trained    string
	Categories []string
	Words      []string // folded, lower case
	// Forms are the written forms of the words, these included, the most frequent
	// first: a damaged word is read as the first that is near it.
	Forms  []Form
	Exact  bool     // read no damaged word
	Pairs  [][2]int // by word
	Rarity []float64
	Common float64 // rarity of other words
	// Hashes are those of the words that have a vector, Rows their vectors.
	Hashes []uint32
	Rows   []uint16
	// Weights of words and pairs, of vectors and of cues, by head.
	Weights, RowWeights, ShapeWeights [][]float64
	Bias                              []float64
	Calibrate                         [][3]float64 // own score, sensitive score, bias
	Rivals                            [][4]float64 // own, sensitive and rival score, bias
	Minor                             []bool
	Thresholds                        []float64
	Alone                             float64    // beyond the threshold, for a minor category alone
	Gate                              [4]float64 // sensitive score, strongest category, strongest minor one, bias
	GateFrom                          float64
	Length                            float64
}

// Form is a written form of a word.
type Form struct {
	Text string // folded, lower case
	Word int
}

// Build returns the model of s, quantised. Weights may be missing: then the model
// only tells the features of a text.
func Build(s Spec) (*Model, error) {
	m := &Model{words: s.Words, pairs: make([][2]uint16, len(s.Pairs)), rarity: make([]float32, len(s.Rarity))}
	for i, p := range s.Pairs {
		m.pairs[i] = [2]uint16{uint16(p[0]), uint16(p[1])}
	}
	for i, r := range s.Rarity {
		m.rarity[i] = float32(r)
	}
	m.header = header{
		Version: s.Version, Trained: s.Trained, Categories: s.Categories, Common: s.Common,
		Bias: s.Bias, Thresholds: s.Thresholds, Minor: s.Minor, Alone: s.Alone, Length: s.Length,
		Gate:      gate{s.Gate[0], s.Gate[1], s.Gate[2], s.Gate[3], s.GateFrom},
		WordScale: make([]float64, heads), RowScale: make([]float64, heads), Calibrate: make([]platt, heads),
	}
	for h := range m.header.Calibrate {
		m.header.Calibrate[h] = platt{Own: 1}
		if h < len(s.Calibrate) {
			m.header.Calibrate[h] = platt{s.Calibrate[h][0], s.Calibrate[h][1], s.Calibrate[h][2]}
		}
	}
	m.header.Rivals = make([]rivalry, len(s.Categories))
	for c := range m.header.Rivals {
		m.header.Rivals[c] = rivalry{Own: 1}
		if c < len(s.Rivals) {
			m.header.Rivals[c] = rivalry{s.Rivals[c][0], s.Rivals[c][1], s.Rivals[c][2], s.Rivals[c][3]}
		}
	}
	if s.Bias == nil {
		m.header.Bias = make([]float64, heads)
	}
	if s.Thresholds == nil {
		m.header.Thresholds, m.header.Minor = make([]float64, len(s.Categories)), make([]bool, len(s.Categories))
	}
	m.weights = quantise(s.Weights, len(s.Rarity), m.header.WordScale, s.Rarity)
	rows := 0
	for _, r := range s.Rows {
		rows = max(rows, int(r)+1)
	}
	m.rows = quantise(s.RowWeights, rows, m.header.RowScale, nil)
	m.shapes = make([][heads]float32, cueValues)
	for i, w := range s.ShapeWeights {
		for h, v := range w {
			m.shapes[i][h] = float32(v)
		}
	}
	known := map[uint32]entry{}
	for i, h := range s.Hashes {
		known[h] = entry{Hash: h, Row: s.Rows[i] + 1}
	}
	for _, f := range s.Forms {
		if !s.Exact {
			m.forms = append(m.forms, f.Text)
		}
		h := hashWord(f.Text)
		if e := known[h]; e.Feat == 0 { // of two forms with one hash, the more frequent
			known[h] = entry{Hash: h, Row: e.Row, Feat: uint16(f.Word + 1)}
		}
	}
	forms := slices.SortedFunc(maps.Values(known), func(a, b entry) int { return cmp.Compare(a.Hash, b.Hash) })
	if err := m.index(forms); err != nil {
		return nil, err
	}
	return m, nil
}

// quantise turns weights into 16 bits and one scale for each head. Those of words
// are multiplied by their rarity, as their values are.
func quantise(weights [][]float64, n int, scale []float64, rarity []float64) [][heads]int16 {
	out := make([][heads]int16, n)
	for h := range heads {
		most := 0.0
		value := func(i int) float64 {
			if i >= len(weights) {
				return 0
			}
			if rarity != nil {
				return weights[i][h] * rarity[i]
			}
			return weights[i][h]
		}
		for i := range weights {
			most = max(most, math.Abs(value(i)))
		}
		if most == 0 {
			continue
		}
		// Fifteen times the largest weight of each of 500 words stays in 32 bits.
		const top = 1<<15 - 1
		scale[h] = most / top
		for i := range out {
			out[i][h] = int16(math.Round(value(i) / scale[h]))
		}
	}
	return out
}

// A text of a few known words says little, whatever they are: a list of names, a
// grid of figures. So the values of words and vectors shrink where there are few,
// as if these squares of rarity and this weight of words that say nothing stood
// beside them: about those of fifteen words.
const (
	quietSquare = 400
	quietWeight = 100
)

// WordShare returns what the rarity of a word is multiplied by, in a text whose
// words and pairs have this sum of squares of rarity.
func WordShare(square float64) float64 { return 1 / math.Sqrt(square+quietSquare) }

// VectorShare returns what the sum of weighted vectors is multiplied by, in a text
// whose words with a vector have this weight.
func VectorShare(weight int32) float64 { return 1 / float64(weight+quietWeight) }

// Features are what a model sees in a short text, for training.
type Features struct {
	List   []uint16         // different words and pairs
	Rows   map[uint16]int32 // vectors with the weight of their words
	Weight int32            // sum of these
	Shapes []float32        // values of the cues
	Words  int
}

// Features returns those of a text read as one window. A test holds that a reader
// sees the same.
func (m *Model) Features(text string) Features {
	f := Features{Rows: map[uint16]int32{}}
	var shapes [cues]uint16
	seen := map[int]bool{}
	var before [Reach]int // words, the nearest first, −1 for none
	forget(&before)
	folded := classifiers.Fold(nil, text)
	for _, t := range scan(nil, folded) {
		switch t.kind {
		case tokenCue:
			shapes[t.size]++
			if cue(t.size).counted() {
				f.Words++
			}
		case tokenStop:
			forget(&before)
		case tokenWord:
			f.Words++
			feat, row, _ := m.lookUp(folded, &t)
			rarity := m.header.Common
			if feat >= 0 {
				rarity = float64(m.rarity[feat])
				seen[feat] = true
				if m.stops[feat] {
					continue
				}
				for _, b := range before {
					if id, ok := m.pair(b, feat); ok {
						seen[id] = true
					}
				}
			} else if row < 0 && t.how != lowerWord && t.size > 2 {
				shapes[cueNameUnknown]++
			}
			before = [Reach]int{feat, before[0]}
			if row >= 0 {
				w := vectorWeight(rarity)
				f.Rows[uint16(row)] += w
				f.Weight += w
			}
		}
	}
	for i := range seen {
		f.List = append(f.List, uint16(i))
	}
	slices.Sort(f.List)
	values := shapeValues(&shapes, f.Words)
	f.Shapes = values[:]
	return f
}

// Scores returns what the heads say of a text read as one document: the scores by
// which categories are told, calibrated, those of the other heads, and of the gate,
// in this order.
func (m *Model) Scores(text string) []float64 {
	r := m.reader()
	r.Segment(classifiers.Fold(nil, text), &poterne.Segment{Body: text})
	r.finish()
	x := &r.bests[len(m.header.Categories)]
	out := make([]float64, 0, heads+1)
	out = append(out, x.opinion.told[:]...)
	out = append(out, x.opinion.heads[maxCategories:]...)
	return append(out, x.margin+m.header.Gate.From)
}

// Word is a word of a text with how it is written, for the choice of a vocabulary.
type Word struct {
	Text  string // folded, lower case
	Lower bool   // written in lower case
	Upper bool   // written in capitals
	First bool   // the first of a line or a sentence
	Named bool   // it follows "Mme" or the like
	Stop  bool   // a word of grammar
}

// Words returns the words of a text; an empty one stands where a sentence ends.
func Words(text string) []Word {
	folded := classifiers.Fold(nil, text)
	var out []Word
	title := false
	for _, t := range scan(nil, folded) {
		switch t.kind {
		case tokenStop:
			out = append(out, Word{})
			title = false
		case tokenWord:
			w := make([]byte, 0, t.size)
			for _, b := range folded[t.start : int(t.start)+int(t.size)] {
				if isUpper(b) {
					b |= 0x20
				}
				w = append(w, b)
			}
			out = append(out, Word{
				Text: string(w), Lower: t.how == lowerWord, Upper: t.how == upperWord, First: t.first,
				Named: title && t.how != lowerWord, Stop: stopWords[t.hash],
			})
			title = titles[t.hash] || title && t.how != lowerWord
		}
	}
	return out
}

// HashWord returns the hash by which a model knows a folded word in lower case.
func HashWord(w string) uint32 { return hashWord(w) }

// IsStop reports whether a folded word is one of grammar.
func IsStop(w string) bool { return stopWords[hashWord(w)] }

// CueNames returns the names of the values of the cues, for explanations.
func CueNames() []string {
	names := slices.Clone(cueNames[:])
	for _, n := range cueNames {
		names = append(names, n+" (dense)")
	}
	return names
}

func hashOf(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])[:12]
}
