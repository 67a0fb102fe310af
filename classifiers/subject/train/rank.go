package train

import (
	"cmp"
	"slices"

	"poterne/classifiers/subject"
)

// Ranking says how well scores put right categories before wrong ones, whatever the
// thresholds.
type Ranking struct {
	AUC         float64 // of the head "sensitive"
	First       float64 // share of documents that carry whose strongest category is carried
	Average     float64 // average precision over all pairs of document and category
	PrecisionAt float64 // precision at the threshold where recall is 0.90
}

// Rank measures scores of models that did not see the author of a document, in n
// folds: of the texts as they are, and as optical recognition damages them.
func Rank(o Options, n int) (asWritten, damaged Ranking, err error) {
	o.Folds = n
	t, err := newTrainer(o)
	if err != nil {
		return Ranking{}, Ranking{}, err
	}
	var garbled []example
	for i := range o.Docs {
		garbled = append(garbled, t.example(t.blank.Features(garble(o.Docs[i].Text, measureSeed))))
	}
	scores := t.outOfFold(t.examples[:len(o.Docs)], garbled)
	return rank(o.Docs, scores[0]), rank(o.Docs, scores[1]), nil
}

// RankOn measures a model that learnt from o on the documents of other authors.
func RankOn(o Options, others []Doc) (Ranking, error) {
	t, err := newTrainer(o)
	if err != nil {
		return Ranking{}, err
	}
	w := t.fit(nil)
	scores := make([][]float64, len(others))
	for i := range others {
		x := t.example(t.blank.Features(others[i].Text))
		for h := range w {
			scores[i] = append(scores[i], x.dot(w[h]))
		}
	}
	return rank(others, scores), nil
}

// rank measures scores, calibrated on themselves.
func rank(docs []Doc, scores [][]float64) (r Ranking) {
	c := newCalibration(docs)
	spec := subject.Spec{}
	c.heads(&spec, scores)
	c.rivals(&spec)
	var sensitive, pairs []judged
	first, carries := 0, 0
	for i := range docs {
		sensitive = append(sensitive, judged{c.logits[i][headSensitive], c.truth[i][headSensitive]})
		for h, z := range c.told[i] {
			pairs = append(pairs, judged{z, c.truth[i][h]})
		}
		if len(docs[i].Cats) > 0 {
			carries++
			if c.truth[i][slices.Index(c.told[i], slices.Max(c.told[i]))] {
				first++
			}
		}
	}
	r.AUC, r.First = auc(sensitive), ratio(first, carries)
	r.Average, r.PrecisionAt = curve(pairs, 0.9)
	return r
}

// curve returns the average precision of a list, and the precision where recall
// reaches a share.
func curve(list []judged, recall float64) (average, at float64) {
	list = slices.Clone(list)
	slices.SortStableFunc(list, func(a, b judged) int { return cmp.Compare(b.p, a.p) })
	all, hit := 0, 0
	for _, x := range list {
		if x.truth {
			all++
		}
	}
	for i, x := range list {
		if !x.truth {
			continue
		}
		hit++
		precision := ratio(hit, i+1)
		average += precision / float64(all)
		if at == 0 && float64(hit) >= recall*float64(all) {
			at = precision
		}
	}
	return average, at
}
