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

// Rank measures scores of models that did not see the author of a document, in n folds.
func Rank(o Options, n int) (Ranking, error) {
	t := &trainer{o: o, k: defaults, speaks: map[int][]bool{}}
	t.o.Folds = n
	if err := t.prepare(); err != nil {
		return Ranking{}, err
	}
	c := newCalibration(o.Docs)
	spec := subject.Spec{}
	c.heads(&spec, t.outOfFold())
	c.rivals(&spec)
	var r Ranking
	var sensitive, pairs []judged
	first, carries := 0, 0
	for i := range o.Docs {
		sensitive = append(sensitive, judged{c.logits[i][headSensitive], c.truth[i][headSensitive]})
		for h, z := range c.told[i] {
			pairs = append(pairs, judged{z, c.truth[i][h]})
		}
		if len(o.Docs[i].Cats) > 0 {
			carries++
			if c.truth[i][slices.Index(c.told[i], slices.Max(c.told[i]))] {
				first++
			}
		}
	}
	r.AUC, r.First = auc(sensitive), ratio(first, carries)
	r.Average, r.PrecisionAt = curve(pairs, 0.9)
	return r, nil
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
