package subject

import (
	"fmt"
	"math"
	"slices"

	"poterne"
)

// The heads of a model: one for each of at most maxCategories categories, and four
// that are about all of them. Their number is fixed so that a word's weights lie in
// one stretch of memory whose length the compiler knows.
const (
	maxCategories = 20
	headSensitive = maxCategories + iota - 1 // it holds something protected
	headCarries                              // it carries a case, it does not talk about a subject
	headPerson                               // a determined person is what it is about
	headBlank                                // a form that nobody filled in
	heads
)

// maxFeatures bounds words and pairs: a pair is known by the numbers of two words
// in 16 bits each.
const maxFeatures = 1 << 16

// cueValues is the number of values made of the counts of cues: how many there
// are, and how dense they stand.
const cueValues = 2 * int(cues)

// Model is a trained model. It is read-only and may be used by several goroutines
// at once.
type Model struct {
	header  header
	words   []string // the vocabulary, by feature
	pairs   [][2]uint16
	rarity  []float32        // of each feature, words first, then pairs
	weights [][heads]int16   // of each feature, its rarity included
	rows    [][heads]int16   // of each vector
	shapes  [][heads]float32 // of each value of the cues
	table   wordTable
	pairIDs pairTable
	stops   []bool // by word
}

// header is the part of a model file that people can read.
type header struct {
	Version    string    `json:"version"`    // declared
	Categories []string  `json:"categories"` // of the heads, in order
	Bias       []float64 `json:"bias"`       // by head
	WordScale  []float64 `json:"word_scale"` // by head: of one unit of a weight
	RowScale   []float64 `json:"row_scale"`
	Calibrate  []platt   `json:"calibrate"`  // by head
	Minor      []bool    `json:"minor"`      // by category: it holds nothing of level 3, and passes no gate
	Thresholds []float64 `json:"thresholds"` // by category: score from which it is told
	Gate       gate      `json:"gate"`
	Length     float64   `json:"length"`  // what the logarithm of the number of windows takes from a score
	Common     float64   `json:"common"`  // rarity of a word that is in no document of the corpus
	Trained    string    `json:"trained"` // what it was trained on, in words
	hash       string
}

// platt turns scores into a probability: σ(Own·s + Sensitive·s_sensitive + Bias).
type platt struct {
	Own       float64 `json:"own"`
	Sensitive float64 `json:"sensitive"`
	Bias      float64 `json:"bias"`
}

// gate tells whether a window holds anything of level 3, from the head "sensitive"
// and the strongest category: Sensitive·z + Most·max z_c + Bias, from From on.
type gate struct {
	Sensitive float64 `json:"sensitive"`
	Most      float64 `json:"most"`
	Bias      float64 `json:"bias"`
	From      float64 `json:"from"`
}

// Version names the model: its declared version and a hash of the file.
func (m *Model) Version() poterne.Version {
	return poterne.Version(m.header.Version + "+" + m.header.hash)
}

// Categories returns the categories that m knows, in the order of its heads.
func (m *Model) Categories() []string { return slices.Clone(m.header.Categories) }

// logit returns the calibrated score of head h: the logarithm of its odds.
func (m *Model) logit(s *[heads]float64, h int) float64 {
	p := m.header.Calibrate[h]
	return p.Own*s[h] + p.Sensitive*s[headSensitive] + p.Bias
}

func sigmoid(z float64) float64 { return 1 / (1 + math.Exp(-z)) }

// wordTable finds the feature and the vector of a word by its hash: open
// addressing, at most five eighths full.
type wordTable struct {
	keys  []uint32 // 0 is empty
	rows  []uint16 // row + 1
	feats []uint16 // feature + 1
	shift uint
}

const mixer = 0x9E3779B1 // 2³² over the golden ratio

func newWordTable(n int) wordTable {
	bits := uint(10)
	for 1<<bits*5/8 < n {
		bits++
	}
	size := 1 << bits
	return wordTable{make([]uint32, size), make([]uint16, size), make([]uint16, size), 32 - bits}
}

// slot returns the place of key, or the empty one where it belongs.
func (t *wordTable) slot(key uint32) int {
	if key == 0 {
		key = 1
	}
	mask := len(t.keys) - 1
	for i := int(key * mixer >> t.shift); ; i++ {
		if k := t.keys[i&mask]; k == key || k == 0 {
			return i & mask
		}
	}
}

func (t *wordTable) add(key uint32) int {
	i := t.slot(key)
	t.keys[i] = max(key, 1)
	return i
}

// pairTable finds the feature of a pair of words by the features of both.
type pairTable struct {
	keys  []uint32 // first<<16 | second, plus one
	ids   []uint16
	shift uint
}

func newPairTable(n int) pairTable {
	bits := uint(8)
	for 1<<bits < 2*n {
		bits++
	}
	return pairTable{make([]uint32, 1<<bits), make([]uint16, 1<<bits), 32 - bits}
}

func pairKey(a, b uint16) uint32 { return uint32(a)<<16 + uint32(b) + 1 }

func (t *pairTable) add(a, b uint16, id int) {
	key, mask := pairKey(a, b), len(t.keys)-1
	i := int(key*mixer>>t.shift) & mask
	for t.keys[i] != 0 {
		i = (i + 1) & mask
	}
	t.keys[i], t.ids[i] = key, uint16(id)
}

func (t *pairTable) find(a, b uint16) (int, bool) {
	key, mask := pairKey(a, b), len(t.keys)-1
	for i := int(key*mixer>>t.shift) & mask; t.keys[i] != 0; i = (i + 1) & mask {
		if t.keys[i] == key {
			return int(t.ids[i]), true
		}
	}
	return 0, false
}

// entry is what is known of one written form of a word. Of a form, only its hash is
// kept.
type entry struct {
	Hash uint32
	Row  uint16 // of its vector, plus one; 0 for none
	Feat uint16 // of its word, plus one; 0 for none
}

// index makes the tables of words and pairs.
func (m *Model) index(forms []entry) error {
	if len(m.words)+len(m.pairs) > maxFeatures {
		return fmt.Errorf("%d features are more than %d", len(m.words)+len(m.pairs), maxFeatures)
	}
	m.table = newWordTable(len(forms))
	for _, e := range forms {
		if int(e.Row) > len(m.rows) || int(e.Feat) > len(m.words) {
			return fmt.Errorf("a word has the vector %d of %d and the feature %d of %d", e.Row, len(m.rows), e.Feat, len(m.words))
		}
		i := m.table.add(e.Hash)
		m.table.rows[i], m.table.feats[i] = e.Row, e.Feat
	}
	m.stops = make([]bool, len(m.words))
	for i, w := range m.words {
		m.stops[i] = stopWords[hashWord(w)]
	}
	m.pairIDs = newPairTable(len(m.pairs))
	for i, p := range m.pairs {
		m.pairIDs.add(p[0], p[1], len(m.words)+i)
	}
	return nil
}

// shapeValues turns counts of cues in a window of n words into the values that the
// heads weigh.
func shapeValues(counts *[cues]uint16, n int) (v [cueValues]float32) {
	for c, k := range counts {
		if k > 0 {
			v[c] = logs[min(int(k), len(logs)-1)]
			v[int(cues)+c] = min(1, 8*float32(k)/float32(n+20))
		}
	}
	return v
}

// logs holds ln(1+k)/3: one cue is 0.23, twenty are 1.
var logs = func() (t [64]float32) {
	for k := range t {
		t[k] = float32(math.Log1p(float64(k)) / 3)
	}
	return t
}()
