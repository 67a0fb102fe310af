package train

import (
	"math"
	"slices"

	"poterne/classifiers/subject"
)

// What a mistake about a category costs. A category that is missed hides why a paper
// is protected; one too many, told « à confirmer », costs a look. Second readers
// differ about secondary categories themselves (docs/corpus.md).
const (
	missedMain      = 12.0
	missedSecondary = 8.0
	spurious        = 1.0
	// spuriousAlone is the cost of a category of a lesser level in a paper that holds
	// nothing else: there it is all that is said of the paper.
	spuriousAlone = 4.0
)

// calibrate sets how scores become probabilities, and the thresholds, from scores
// of models that did not see the author of the document.
func calibrate(spec *subject.Spec, docs []Doc, scores [][]float64) {
	c := newCalibration(docs)
	c.heads(spec, scores)
	c.rivals(spec)
	c.gate(spec)
	c.thresholds(spec)
}

// calibration holds what its steps know of the documents.
type calibration struct {
	docs   []Doc
	truth  [][]bool
	ones   []float64
	logits [][]float64 // by document and head
	told   [][]float64 // by document and category: with its rivals
	open   []bool      // by document: it passes the gate
}

func newCalibration(docs []Doc) *calibration {
	c := &calibration{docs: docs, truth: make([][]bool, len(docs)), ones: make([]float64, len(docs))}
	for i := range docs {
		c.truth[i], c.ones[i] = labels(&docs[i]), 1
	}
	return c
}

func (c *calibration) column(h int) []bool {
	y := make([]bool, len(c.docs))
	for i := range y {
		y[i] = c.truth[i][h]
	}
	return y
}

// heads calibrates each head: by its own score, and categories by that of
// "sensitive" too.
func (c *calibration) heads(spec *subject.Spec, scores [][]float64) {
	spec.Calibrate = make([][3]float64, headCount)
	c.logits = make([][]float64, len(c.docs))
	for i := range c.logits {
		c.logits[i] = make([]float64, headCount)
	}
	for h := range spec.Calibrate {
		x := make([][]float64, len(c.docs))
		for i, s := range scores {
			x[i] = []float64{s[h], s[headSensitive]}
			if h >= headSensitive {
				x[i][1] = 0
			}
		}
		w := logistic(x, c.column(h), c.ones, 0.5)
		k := [3]float64{max(0, w[0]), max(0, w[1]), w[2]}
		spec.Calibrate[h] = k
		for i, s := range scores {
			c.logits[i][h] = k[0]*s[h] + k[1]*s[headSensitive] + k[2]
		}
	}
}

// rivals calibrates each category against the strongest other one.
func (c *calibration) rivals(spec *subject.Spec) {
	spec.Rivals = make([][4]float64, len(Categories))
	c.told = make([][]float64, len(c.docs))
	for i := range c.told {
		c.told[i] = make([]float64, len(Categories))
	}
	for h := range Categories {
		x := make([][]float64, len(c.docs))
		for i, z := range c.logits {
			rival := math.Inf(-1)
			for o := range Categories {
				if o != h {
					rival = max(rival, z[o])
				}
			}
			x[i] = []float64{z[h], z[headSensitive], rival}
		}
		w := logistic(x, c.column(h), c.ones, 5)
		k := [4]float64{max(0, w[0]), max(0, w[1]), min(0, w[2]), w[3]}
		spec.Rivals[h] = k
		for i := range x {
			c.told[i][h] = k[0]*x[i][0] + k[1]*x[i][1] + k[2]*x[i][2] + k[3]
		}
	}
}

// gate calibrates whether a document holds anything of level 3, and sets from where
// on it is told to: maxFalse of the documents that carry nothing.
func (c *calibration) gate(spec *subject.Spec) {
	x := make([][]float64, len(c.docs))
	for i, z := range c.logits {
		most, lesser := math.Inf(-1), math.Inf(-1)
		for h, name := range Categories {
			if minor[name] {
				lesser = max(lesser, z[h])
			} else {
				most = max(most, z[h])
			}
		}
		x[i] = []float64{z[headSensitive], most, lesser}
	}
	g := logistic(x, c.column(headSensitive), c.ones, 0.1)
	spec.Gate = [4]float64{max(0, g[0]), max(0, g[1]), min(0, g[2]), g[3]}
	gate := make([]float64, len(c.docs))
	var clean []float64
	for i := range x {
		gate[i] = spec.Gate[0]*x[i][0] + spec.Gate[1]*x[i][1] + spec.Gate[2]*x[i][2] + spec.Gate[3]
		if c.docs[i].Kind != Carries {
			clean = append(clean, gate[i])
		}
	}
	slices.Sort(clean)
	spec.GateFrom = 0
	if n := len(clean); n > 0 {
		spec.GateFrom = max(-1, clean[int(float64(n-1)*(1-maxFalse))])
	}
	c.open = make([]bool, len(gate))
	for i := range gate {
		c.open[i] = gate[i] >= spec.GateFrom
	}
}

// thresholds sets from which score on a category is told: one probability for all
// categories, since their scores are calibrated and a few dozen examples of each
// would fit chance; and a higher one for lesser categories behind a closed gate.
func (c *calibration) thresholds(spec *subject.Spec) {
	within := c.cheapest(spurious, func(i, h int) bool { return c.open[i] })
	alone := c.cheapest(spuriousAlone, func(i, h int) bool { return !c.open[i] && minor[Categories[h]] })
	spec.Minor = make([]bool, len(Categories))
	spec.Thresholds = make([]float64, len(Categories))
	for h, name := range Categories {
		spec.Minor[h] = minor[name]
		spec.Thresholds[h] = within
	}
	spec.Alone = max(0, alone-within)
}

// cheapest returns the score of the probability from which telling categories costs
// least, over the pairs of document and category that of is true for.
func (c *calibration) cheapest(wrong float64, of func(doc, category int) bool) float64 {
	least, at := math.Inf(1), 0.0
	for p := 0.06; p <= 0.70; p += 0.02 {
		z, cost := math.Log(p/(1-p)), 0.0
		for i := range c.docs {
			for h, name := range Categories {
				if !of(i, h) {
					continue
				}
				switch told := c.told[i][h] >= z; {
				case told && !c.truth[i][h]:
					cost += wrong
				case !told && c.truth[i][h] && c.docs[i].Cats[0] == name:
					cost += missedMain
				case !told && c.truth[i][h]:
					cost += missedSecondary
				}
			}
		}
		if cost < least {
			least, at = cost, z
		}
	}
	return at
}
