package classifiers

import (
	"bytes"
	"slices"
	"strings"
	"sync"

	"poterne"
)

// personFrom is the probability from which the model's word that a determined
// person is what the text is about stands for a person named near.
const personFrom = 0.5

const (
	certainWords = 0.9  // confidence of a vocabulary that needs nobody's word
	doubtful     = 0.64 // the best of what has to be confirmed
)

// stepModel names the first step of the trace of a finding that a model made.
const stepModel = "model"

// learned is the family of the learned model of subjects.
type learned struct {
	model    Subjects
	lexicons map[string]*Lexicon
	spare    sync.Pool // SubjectReader
}

func newLearned(m Subjects, r *Rules) *learned {
	f := &learned{model: m, lexicons: map[string]*Lexicon{}}
	for i := range r.lexicons {
		f.lexicons[r.lexicons[i].ID] = &r.lexicons[i]
	}
	return f
}

// learnedDetector hands the segments of one part to a reader of the model.
type learnedDetector struct {
	*learned
	d      *document
	reader SubjectReader
	words  int             // read in bodies and cells
	hints  map[string]bool // categories that the model only hints at
}

func (f *learned) detector(d *document) detector {
	r, _ := f.spare.Get().(SubjectReader)
	if r == nil {
		r = f.model.Reader()
	}
	return &learnedDetector{learned: f, d: d, reader: r}
}

// leastRead is how many words the model has to read before it is asked: of the name
// of a file that could not be opened, a vocabulary knows more.
const leastRead = 12

func (x *learnedDetector) segment(s *segment) {
	if s.Place.Zone != poterne.ZoneName && s.Place.Zone != poterne.ZoneProperty {
		x.words += bytes.Count(s.text, []byte{' '}) + 1
	}
	x.reader.Segment(s.text, &s.Segment)
}

// finish makes one finding of each subject that the model tells.
func (x *learnedDetector) finish() []poterne.Finding {
	var out []poterne.Finding
	x.hints = map[string]bool{}
	subjects := x.reader.Subjects()
	x.spare.Put(x.reader)
	if x.words < leastRead {
		return nil
	}
	for _, s := range subjects {
		lex := x.lexicons[s.Category]
		if lex == nil {
			continue // a category that the rules do not know has no level
		}
		f := poterne.Finding{
			Rule: s.Category, Category: s.Category, Count: 1, Distinct: max(1, len(s.For)),
			Confidence: s.Probability, Level: lex.Level(),
			Masked: s.For, Legal: slices.Clone(lex.Legal),
			Spots: []poterne.Spot{{Place: s.Place, Count: 1, Distinct: 1}},
			Trace: []poterne.Step{
				{Name: stepModel, Delta: s.Probability},
				{Name: "carries", Delta: s.Carries},
				{Name: "person", Delta: s.Person},
				{Name: "empty-form", Delta: s.Blank},
			},
		}
		if len(s.Against) > 0 {
			f.Trace = append(f.Trace, poterne.Step{Name: "against", Detail: strings.Join(s.Against, ", ")})
		}
		if f.Confidence < 0.65 {
			f.Tags = append(f.Tags, poterne.TagConfirm)
		}
		if s.Person >= personFrom || x.d.personIn(s.Place) {
			f.Tags = append(f.Tags, poterne.TagNear)
		}
		x.hints[s.Category] = s.Hint
		out = append(out, f)
	}
	return out
}

// personIn reports whether a person stands on the page or in the sheet of place,
// or anywhere in a part without pages that is one page long.
func (d *document) personIn(place poterne.Place) bool {
	if place.Page > 0 {
		return d.people.pages[place.Page]
	}
	if place.Zone == poterne.ZoneCell {
		for r := range d.people.rows {
			if r.sheet == place.Sheet {
				return true
			}
		}
		return false
	}
	return d.seg.base+len(d.seg.text) <= onePageText && len(d.people.spans) > 0
}

// joinSubjects makes one finding of what the vocabularies and the model found of
// the same category. Findings are sorted by rule. A vocabulary that the model does
// not follow at all is let go: on documents of authors that the model never saw,
// nine in ten such findings were wrong (docs/evaluation-sujets.md). Where it is
// certain and no lesson is near, it is kept to be confirmed: a miss is worse. What
// the model only hints at and no vocabulary says is let go too.
func (x *learnedDetector) joinSubjects(all []poterne.Finding) []poterne.Finding {
	if x.words < leastRead {
		return all
	}
	out := all[:0]
	for i := 0; i < len(all); i++ {
		f := all[i]
		if x.lexicons[f.Rule] == nil {
			out = append(out, f)
			continue
		}
		if next := i + 1; next < len(all) && all[next].Rule == f.Rule {
			i = next
			out = append(out, joinSubject(f, all[next]))
			continue
		}
		switch {
		case isLearned(&f):
			if !x.hints[f.Rule] {
				out = append(out, f)
			}
		case f.Confidence >= certainWords && !f.Has(poterne.TagTalks) && !f.Has(poterne.TagBlank):
			f.Confidence = doubtful
			f.Tags = append(f.Tags, poterne.TagConfirm)
			out = append(out, f)
		}
	}
	return out
}

func isLearned(f *poterne.Finding) bool { return len(f.Trace) > 0 && f.Trace[0].Name == stepModel }

// joinSubject joins what a vocabulary found with what the model says: words and
// places of both. What the model tells carries a case, whatever words of lessons
// stand in it. Where it only hints, a vocabulary makes it doubtful, no more.
func joinSubject(words, model poterne.Finding) poterne.Finding {
	if isLearned(&words) {
		words, model = model, words
	}
	f := words
	f.Tags = nil
	for _, t := range append(slices.Clone(words.Tags), model.Tags...) {
		if t != poterne.TagTalks && t != poterne.TagBlank && !f.Has(t) {
			f.Tags = append(f.Tags, t)
		}
	}
	f.Confidence = model.Confidence
	f.Trace = append(slices.Clone(model.Trace), words.Trace...)
	for _, w := range model.Masked {
		if len(f.Masked) < maxMasked && !slices.Contains(f.Masked, w) {
			f.Masked = append(f.Masked, w)
		}
	}
	spots := slices.Clone(model.Spots)
	for _, s := range words.Spots {
		if i := slices.IndexFunc(spots, func(o poterne.Spot) bool { return o.Place == s.Place }); i >= 0 {
			spots[i] = s
		} else if len(spots) < 8 {
			spots = append(spots, s)
		}
	}
	f.Spots = spots
	return f
}
