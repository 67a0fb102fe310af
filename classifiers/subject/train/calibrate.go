package train

import (
	"math"
	"slices"

	"poterne/classifiers/subject"
)

// calibrate sets how scores become probabilities, and the thresholds, from scores
// of models that did not see the author of the document.
func calibrate(spec *subject.Spec, docs []Doc, scores [][]float64) {
	ones := make([]float64, len(docs))
	for i := range ones {
		ones[i] = 1
	}
	truth := make([][]bool, len(docs))
	for i := range docs {
		truth[i] = labels(&docs[i])
	}
	column := func(h int) []bool {
		y := make([]bool, len(docs))
		for i := range docs {
			y[i] = truth[i][h]
		}
		return y
	}
	spec.Calibrate = make([][3]float64, headCount)
	for h := range spec.Calibrate {
		x := make([][]float64, len(docs))
		for i := range docs {
			x[i] = []float64{scores[i][h], scores[i][headSensitive]}
			if h >= headSensitive {
				x[i][1] = 0
			}
		}
		w := logistic(x, column(h), ones, 0.5)
		spec.Calibrate[h] = [3]float64{max(0, w[0]), max(0, w[1]), w[2]}
	}
	logit := func(i, h int) float64 {
		c := spec.Calibrate[h]
		return c[0]*scores[i][h] + c[1]*scores[i][headSensitive] + c[2]
	}
	// The gate: what the head "sensitive" says, and the strongest category.
	x := make([][]float64, len(docs))
	for i := range docs {
		x[i] = []float64{logit(i, headSensitive), math.Inf(-1)}
		for c, name := range Categories {
			if !minor[name] {
				x[i][1] = max(x[i][1], logit(i, c))
			}
		}
	}
	g := logistic(x, column(headSensitive), ones, 0.1)
	spec.Gate = [3]float64{max(0, g[0]), max(0, g[1]), g[2]}
	gate := make([]float64, len(docs))
	var clean []float64
	for i := range docs {
		gate[i] = spec.Gate[0]*x[i][0] + spec.Gate[1]*x[i][1] + spec.Gate[2]
		if docs[i].Kind != Carries {
			clean = append(clean, gate[i])
		}
	}
	slices.Sort(clean)
	spec.GateFrom = 0
	if n := len(clean); n > 0 {
		spec.GateFrom = max(-1, clean[int(float64(n-1)*(1-maxFalse))])
	}
	spec.Minor = make([]bool, len(Categories))
	spec.Thresholds = make([]float64, len(Categories))
	for c, name := range Categories {
		spec.Minor[c] = minor[name]
		spec.Thresholds[c] = threshold(len(docs), func(i int) (float64, bool, bool) {
			return logit(i, c), minor[name] || gate[i] >= spec.GateFrom, truth[i][c]
		})
	}
}

// threshold returns the score from which a category is told, so that recall, which
// counts twice, and precision are best together.
func threshold(n int, doc func(i int) (score float64, open, truth bool)) float64 {
	best, at := -1.0, 0.0
	for p := 0.20; p <= 0.66; p += 0.02 {
		z := math.Log(p / (1 - p))
		var hit, miss, wrong float64
		for i := range n {
			score, open, truth := doc(i)
			told := open && score >= z
			switch {
			case told && truth:
				hit++
			case told:
				wrong++
			case truth:
				miss++
			}
		}
		if f := 5 * hit / (5*hit + 4*miss + wrong + 1e-9); f > best {
			best, at = f, z
		}
	}
	return at
}
