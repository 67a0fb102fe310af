package train

import (
	"cmp"
	"math"
	"slices"

	"poterne"
	"poterne/classifiers"
	"poterne/classifiers/subject"
)

// Outcome is what a model that never saw its author says of a document.
type Outcome struct {
	Doc    *Doc
	Told   []string  // categories, also those to be confirmed
	Firm   []string  // those that need nobody's word
	Scores []float64 // calibrated scores of the categories and other heads, then of the gate
}

// False reports whether o tells something of level 3 about a document that carries
// nothing of the kind.
func (o *Outcome) False() bool { return !o.Doc.Sensitive() && Major(o.Told) }

// Major reports whether categories hold one of level 3.
func Major(cats []string) bool {
	return slices.ContainsFunc(cats, func(c string) bool { return !minor[c] })
}

// Tell returns the categories that a model tells of a text.
func Tell(m *subject.Model, text string) []classifiers.Subject {
	r := m.Reader()
	for _, p := range pieces(text) {
		r.Segment(classifiers.Fold(nil, p), &poterne.Segment{Body: p})
	}
	return slices.DeleteFunc(r.Subjects(), func(s classifiers.Subject) bool { return s.Hint })
}

// pieces cuts a text into what an extractor would yield: its paragraphs.
func pieces(text string) []string {
	var out []string
	for len(text) > 0 {
		i := 0
		for i < len(text) && !(text[i] == '\n' && (i+1 == len(text) || text[i+1] == '\n')) {
			i++
		}
		if i > 0 {
			out = append(out, text[:i])
		}
		for i < len(text) && text[i] == '\n' {
			i++
		}
		text = text[i:]
	}
	return out
}

// Cross trains n models, each without the authors of one fold, and returns what they
// say of the documents of that fold, and the models.
func Cross(o Options, n int) ([]Outcome, []*subject.Model, error) {
	folds := Folds(o.Docs, n)
	out := make([]Outcome, len(o.Docs))
	var models []*subject.Model
	for k := range slices.Max(folds) + 1 {
		inner := o
		inner.Docs = nil
		for i, d := range o.Docs {
			if folds[i] != k {
				inner.Docs = append(inner.Docs, d)
			}
		}
		m, err := Train(inner)
		if err != nil {
			return nil, nil, err
		}
		models = append(models, m)
		for i := range o.Docs {
			if folds[i] == k {
				out[i] = Judge(m, &o.Docs[i], o.Docs[i].Text)
			}
		}
	}
	return out, models, nil
}

// firmFrom is the probability from which a category is told without « à confirmer »
// (classifiers/learned.go, policy.yaml).
const firmFrom = 0.65

// Judge returns what m says of texts, which are that of d or what damage made of it:
// the categories of any of them, and the scores of the first.
func Judge(m *subject.Model, d *Doc, texts ...string) Outcome {
	x := Outcome{Doc: d, Scores: m.Scores(texts[0])}
	for _, text := range texts {
		for _, s := range Tell(m, text) {
			if !slices.Contains(x.Told, s.Category) {
				x.Told = append(x.Told, s.Category)
			}
			if s.Probability >= firmFrom && !slices.Contains(x.Firm, s.Category) {
				x.Firm = append(x.Firm, s.Category)
			}
		}
	}
	return x
}

// Choice is what is told where one probability is the threshold of all categories.
type Choice struct {
	From       float64 // the probability
	Recall     float64 // of categories, over all truths
	MainRecall float64 // of the first category of each document
	Precision  float64
	Told       float64 // categories for each document that carries any
}

// Choose returns what would be told from probability p on: categories of level 3
// only of documents that the model told to hold any.
func Choose(outcomes []Outcome, p float64) Choice {
	var truth, told, hit, carry, mainHit, toldOfCarry int
	for i := range outcomes {
		o := &outcomes[i]
		truth += len(o.Doc.Cats)
		for c, name := range Categories {
			if sigmoid(o.Scores[c]) < p || !minor[name] && !Major(o.Told) {
				continue
			}
			told++
			if len(o.Doc.Cats) > 0 {
				toldOfCarry++
			}
			if slices.Contains(o.Doc.Cats, name) {
				hit++
				if o.Doc.Cats[0] == name {
					mainHit++
				}
			}
		}
		if len(o.Doc.Cats) > 0 {
			carry++
		}
	}
	return Choice{p, ratio(hit, truth), ratio(mainHit, carry), ratio(hit, told), float64(toldOfCarry) / float64(max(1, carry))}
}

// Tally counts one category over outcomes.
type Tally struct {
	Category         string
	Truth, Hit, Told int
	// Marked counts truths in documents that were told to carry anything of level 3.
	Marked int
}

// Recall is the share of truths that were told.
func (t Tally) Recall() float64 { return ratio(t.Hit, t.Truth) }

// Precision is the share of what was told that is true.
func (t Tally) Precision() float64 { return ratio(t.Hit, t.Told) }

func ratio(a, b int) float64 {
	if b == 0 {
		return 1
	}
	return float64(a) / float64(b)
}

// Tallies counts each category, and the sum last.
func Tallies(outcomes []Outcome) []Tally {
	out := make([]Tally, len(Categories)+1)
	all := &out[len(Categories)]
	all.Category = "ensemble"
	for c, name := range Categories {
		t := &out[c]
		t.Category = name
		for i := range outcomes {
			o := &outcomes[i]
			told, truth := slices.Contains(o.Told, name), slices.Contains(o.Doc.Cats, name)
			for _, x := range []struct {
				is bool
				n  *int
			}{{truth, &t.Truth}, {told, &t.Told}, {told && truth, &t.Hit}, {truth && Major(o.Told), &t.Marked}} {
				if x.is {
					*x.n++
				}
			}
		}
		all.Truth += t.Truth
		all.Told += t.Told
		all.Hit += t.Hit
		all.Marked += t.Marked
	}
	return out
}

// Summary is the outcome of a measure in numbers, 0..1.
type Summary struct {
	Docs            int
	Recall          float64 // of categories, over all truths
	Precision       float64
	MainRecall      float64 // of the first category of each document
	FirmRecall      float64 // of categories that need nobody's word
	FirmPrecision   float64
	SensitiveRecall float64 // documents that carry level 3 and are told to
	False           float64 // documents that carry nothing of level 3 and are told to
	FalseByKind     map[string]float64
	AUC             float64 // of the gate
	Calibration     float64 // expected calibration error of the gate
	CategoryError   float64 // the same, over all categories and documents
}

// Summarise computes the summary of outcomes.
func Summarise(outcomes []Outcome) Summary {
	s := Summary{Docs: len(outcomes), FalseByKind: map[string]float64{}}
	all := Tallies(outcomes)[len(Categories)]
	s.Recall, s.Precision = all.Recall(), all.Precision()
	var yes, hit, no, wrong int
	kinds, wrongs := map[string]int{}, map[string]int{}
	var gate, cats []judged
	var main, mainHit, firm, firmHit int
	for i := range outcomes {
		o := &outcomes[i]
		if len(o.Doc.Cats) > 0 {
			main++
			if slices.Contains(o.Told, o.Doc.Cats[0]) {
				mainHit++
			}
		}
		for _, c := range o.Firm {
			firm++
			if slices.Contains(o.Doc.Cats, c) {
				firmHit++
			}
		}
		if o.Doc.Sensitive() {
			yes++
			if Major(o.Told) {
				hit++
			}
		} else {
			no++
			kinds[o.Doc.Kind]++
			if o.False() {
				wrong++
				wrongs[o.Doc.Kind]++
			}
		}
		gate = append(gate, judged{sigmoid(o.Scores[headCount]), o.Doc.Sensitive()})
		for c, name := range Categories {
			cats = append(cats, judged{sigmoid(o.Scores[c]), slices.Contains(o.Doc.Cats, name)})
		}
	}
	s.MainRecall = ratio(mainHit, main)
	s.FirmRecall, s.FirmPrecision = ratio(firmHit, all.Truth), ratio(firmHit, firm)
	s.SensitiveRecall, s.False = ratio(hit, yes), ratio(wrong, no)
	for k, n := range kinds {
		s.FalseByKind[k] = ratio(wrongs[k], n)
	}
	s.AUC, s.Calibration, s.CategoryError = auc(gate), ece(gate), ece(cats)
	return s
}

func sigmoid(z float64) float64 { return 1 / (1 + math.Exp(-z)) }

// judged is a probability and the truth.
type judged struct {
	p     float64
	truth bool
}

// auc is the share of pairs of a true and a false one that are in the right order.
func auc(list []judged) float64 {
	list = slices.Clone(list)
	slices.SortFunc(list, func(a, b judged) int { return cmp.Compare(a.p, b.p) })
	yes, no, sum := 0.0, 0.0, 0.0
	for i := 0; i < len(list); {
		j, ties := i, 0.0
		below := no
		for ; j < len(list) && list[j].p == list[i].p; j++ {
			if list[j].truth {
				ties++
			} else {
				no++
			}
		}
		sum += ties * (below + (no-below)/2)
		yes += ties
		i = j
	}
	if yes == 0 || no == 0 {
		return 1
	}
	return sum / yes / no
}

// ece is the expected calibration error over ten equal intervals of probability.
func ece(list []judged) float64 {
	var n, p, y [10]float64
	for _, x := range list {
		b := min(9, int(x.p*10))
		n[b]++
		p[b] += x.p
		if x.truth {
			y[b]++
		}
	}
	sum := 0.0
	for b := range n {
		sum += math.Abs(p[b] - y[b])
	}
	return sum / float64(len(list))
}
