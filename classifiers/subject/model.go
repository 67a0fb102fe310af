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

// maxForms bounds the written forms of the words.
const maxForms = 1 << 16

// cueValues is the number of values made of the counts of cues: how many there
// are, and how dense they stand.
const cueValues = 2 * int(cues)

// Model is a trained model. It is read-only and may be used by several goroutines
// at once.
type Model struct {
	header    header
	words     []string // the vocabulary, by feature
	pairs     [][2]uint16
	rarity    []float32        // of each feature, words first, then pairs
	weights   [][heads]int16   // of each feature, its rarity included
	rows      [][heads]int16   // of each vector
	shapes    [][heads]float32 // of each value of the cues
	table     wordTable
	pairIDs   pairTable
	forms     []string // of words, the most frequent first
	near      nearTable
	formSlots []int  // of forms in table
	stops     []bool // by word
}

// header is the part of a model file that people can read.
type header struct {
	Version    string    `json:"version"`    // declared
	Categories []string  `json:"categories"` // of the heads, in order
	Bias       []float64 `json:"bias"`       // by head
	WordScale  []float64 `json:"word_scale"` // by head: of one unit of a weight
	RowScale   []float64 `json:"row_scale"`
	Calibrate  []platt   `json:"calibrate"`  // by head
	Rivals     []rivalry `json:"rivals"`     // by category
	Minor      []bool    `json:"minor"`      // by category: it holds nothing of level 3, and passes no gate
	Thresholds []float64 `json:"thresholds"` // by category: score from which it is told
	Alone      float64   `json:"alone"`      // what a minor category needs beyond that where the gate is closed
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

// rivalry turns the calibrated scores of categories into the one by which a category
// is told: Own·z + Sensitive·z_sensitive + Rival·z_rival + Bias, where the rival is
// the strongest other category. Words of one trade are words of its neighbours too:
// what another category explains better, this one is told less.
type rivalry struct {
	Own       float64 `json:"own"`
	Sensitive float64 `json:"sensitive"`
	Rival     float64 `json:"rival"` // at most 0
	Bias      float64 `json:"bias"`
}

// gate tells whether a window holds anything of level 3, from the head "sensitive",
// the strongest category and the strongest of those that hold nothing of level 3:
// Sensitive·z + Most·max z_c + Minor·max z_minor + Bias, from From on.
type gate struct {
	Sensitive float64 `json:"sensitive"`
	Most      float64 `json:"most"`
	Minor     float64 `json:"minor"` // at most 0
	Bias      float64 `json:"bias"`
	From      float64 `json:"from"`
}

// Version names the model: its declared version and a hash of the file.
func (m *Model) Version() poterne.Version {
	return poterne.Version(m.header.Version + "+" + m.header.hash)
}

// Categories returns the categories that m knows, in the order of its heads.
func (m *Model) Categories() []string { return slices.Clone(m.header.Categories) }

// opinion is what the heads say of one window, calibrated: logarithms of odds.
type opinion struct {
	heads [heads]float64
	told  [maxCategories]float64 // by category, its rivals known
	most  int                    // the strongest category that passes the gate
	gate  float64                // above the gate
}

// judge makes an opinion of raw scores.
func (m *Model) judge(s *[heads]float64) (o opinion) {
	hd := &m.header
	for h, p := range hd.Calibrate {
		o.heads[h] = p.Own*s[h] + p.Sensitive*s[headSensitive] + p.Bias
	}
	first, second, minor := math.Inf(-1), math.Inf(-1), math.Inf(-1)
	strongest, most := 0, math.Inf(-1)
	for c := range hd.Categories {
		z := o.heads[c]
		switch {
		case z > first:
			strongest, first, second = c, z, first
		case z > second:
			second = z
		}
		if hd.Minor[c] {
			minor = max(minor, z)
		} else if z > most {
			o.most, most = c, z
		}
	}
	for c, r := range hd.Rivals {
		rival := first
		if c == strongest {
			rival = second
		}
		o.told[c] = r.Own*o.heads[c] + r.Sensitive*o.heads[headSensitive] + r.Bias
		if r.Rival != 0 {
			o.told[c] += r.Rival * rival
		}
	}
	g := &hd.Gate
	o.gate = g.Sensitive*o.heads[headSensitive] + g.Most*most + g.Bias - g.From
	if g.Minor != 0 {
		o.gate += g.Minor * minor
	}
	return o
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

// Reach is how far before a word the other word of a pair may stand, words of grammar
// left out: "fracture du poignet" and "fracture ouverte du poignet" both hold one.
const Reach = 2

// forget makes no word stand before the next one.
func forget(before *[Reach]int) { *before = [Reach]int{-1, -1} }

// pair returns the feature of a word that stands before another, false where either is
// none or both are no pair.
func (m *Model) pair(before, word int) (int, bool) {
	if before < 0 || word < 0 {
		return 0, false
	}
	return m.pairIDs.find(uint16(before), uint16(word))
}

// entry is what is known of one written form of a word, or of a word that only has a
// vector, by its hash.
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
	if len(m.forms) > maxForms {
		return fmt.Errorf("%d forms of words are more than %d", len(m.forms), maxForms)
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
	m.near, m.formSlots = newNearTable(m.forms), make([]int, len(m.forms))
	for i, f := range m.forms {
		m.formSlots[i] = m.table.slot(hashWord(f))
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
