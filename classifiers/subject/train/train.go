package train

import (
	"fmt"
	"hash/fnv"
	"math"
	"runtime"
	"slices"
	"strings"
	"sync"

	"poterne/classifiers/subject"
)

// Version of the models that this code makes; the hash of the file is added.
const Version = "1.0"

// Options of a training.
type Options struct {
	Docs     []Doc
	Labels   []subject.Label // decisions of persons, without text
	Sheets   []Sheet         // for training
	Public   []Sheet         // real public documents, for training
	Vectors  *Vectors        // nil: none
	NoWords  bool            // leave words and pairs out, for measures
	NoForms  bool            // leave cues out, for measures
	NoDamage bool            // learn no damaged text, for measures
	NoRepair bool            // leave damaged words unknown, for measures
	Folds    int             // inner folds that calibrate; 0 is 3
}

// knobs are what measures on folds by author decided (docs/modele.md).
type knobs struct {
	words, vectors, shapes float64 // shares of the three blocks of features
	hinge                  float64 // cost of an error
	root                   float64 // power of the ratio of no to yes that an error on a yes costs more
	sheet                  float64 // cost of an error on a sheet, against one on a document
	half                   float64 // of an error on half a document
	damaged                float64 // of an error on a document with damaged characters
}

var defaults = knobs{words: 1.2, vectors: 0.35, shapes: 0.2, hinge: 0.5, root: 0.5, sheet: 0.2, half: 0.5, damaged: 0.3}

const (
	rounds = 60
	// lengthPenalty is what the logarithm of the number of windows takes from the
	// strongest: of a hundred windows, one is strong by chance. Twenty pages lose 0.8.
	lengthPenalty = 0.35
	sheetWords    = 200
	baseSheets    = 2500 // sheets of the first round
	mined         = 2500 // excerpts added because the first round erred on them
)

// maxFalse is the share of documents that carry nothing of level 3 which may be
// told to carry it, from which the threshold follows.
const maxFalse = 0.035

// headCount is the number of heads of a model.
var headCount = len(Categories) + len(subject.Heads)

// Positions of the heads after the categories.
var (
	headSensitive = len(Categories)
	headCarries   = len(Categories) + 1
	headPerson    = len(Categories) + 2
	headBlank     = len(Categories) + 3
)

// labels returns what each head should say of d.
func labels(d *Doc) []bool {
	y := make([]bool, headCount)
	for _, c := range d.Cats {
		y[slices.Index(Categories, c)] = true
		y[headPerson] = y[headPerson] || ofPersons[c]
	}
	y[headSensitive] = d.Sensitive()
	y[headCarries] = d.Kind == Carries
	y[headBlank] = d.Kind == Blank
	return y
}

// trainer holds what the folds of one training share.
type trainer struct {
	o        Options
	k        knobs
	vocab    *vocabulary
	blank    *subject.Model // with tables and without weights
	spec     subject.Spec
	mean     [Width]float64
	scale    [Width]float64
	examples []example // documents, then sheets
	labels   [][]bool
	cost     []float64
	owner    []int          // of each example, its document, −1 for none
	speaks   map[int][]bool // by example: the heads that it is about, where not all
}

// newTrainer returns a trainer with its vocabulary chosen and all texts read.
func newTrainer(o Options) (*trainer, error) {
	t := &trainer{o: o, k: defaults, speaks: map[int][]bool{}}
	if err := t.prepare(); err != nil {
		return nil, err
	}
	return t, nil
}

// Train makes a model.
func Train(o Options) (*subject.Model, error) {
	t, err := newTrainer(o)
	if err != nil {
		return nil, err
	}
	spec := t.spec
	calibrate(&spec, o.Docs, t.outOfFold(t.examples[:len(o.Docs)])[0])
	t.fill(&spec, t.fit(nil))
	spec.Length = lengthPenalty
	return subject.Build(spec)
}

// prepare chooses the vocabulary and turns all texts into examples.
func (t *trainer) prepare() error {
	o := &t.o
	excerpts := make([]string, 0, len(o.Sheets))
	for _, s := range o.Sheets {
		h := fnv.New32a()
		h.Write([]byte(s.ID))
		from := 0
		if h.Sum32()%2 == 1 {
			from = int(h.Sum32()>>1) % 600
		}
		if e := excerpt(s.Text, from, sheetWords); len(e) > 100 {
			excerpts = append(excerpts, e)
		} else {
			excerpts = append(excerpts, excerpt(s.Text, 0, sheetWords))
		}
	}
	for i := range excerpts { // and some as short as a cell or a note
		if i%5 == 0 {
			excerpts[i] = excerpt(excerpts[i], 0, 5+i%40)
		}
	}
	base := excerpts[:min(len(excerpts), baseSheets)]
	rest := excerpts[len(base):]
	for _, s := range o.Public {
		words := len(strings.Fields(s.Text))
		for from := 0; from < words; from += sheetWords {
			if e := excerpt(s.Text, from, sheetWords); len(e) > 100 {
				rest = append(rest, e)
			}
		}
	}
	lower := map[string]bool{}
	if o.Vectors != nil {
		lower = o.Vectors.Lower
	}
	t.vocab = newVocabulary(o.Docs, base, lower)
	t.spec = subject.Spec{
		Version: Version, Categories: Categories, Words: t.vocab.words, Forms: t.vocab.frequent, Exact: o.NoRepair, Pairs: t.vocab.pairs,
		Rarity: t.vocab.rarity, Common: t.vocab.common,
		Trained: fmt.Sprintf("%d documents of %d authors, %d public sheets", len(o.Docs), len(Batches(o.Docs)), len(o.Sheets)),
	}
	if o.Vectors != nil {
		t.spec.Hashes, t.spec.Rows = o.Vectors.Hashes, o.Vectors.Rows
	}
	var err error
	if t.blank, err = subject.Build(t.spec); err != nil {
		return err
	}
	features := make([]subject.Features, 0, len(o.Docs))
	for i := range o.Docs {
		features = append(features, t.blank.Features(o.Docs[i].Text))
	}
	t.standardise(features)
	for i := range o.Docs {
		t.add(i, features[i], labels(&o.Docs[i]), 1)
	}
	for i := range o.Docs {
		for _, half := range Halves(o.Docs[i].Text) {
			t.add(i, t.blank.Features(half), labels(&o.Docs[i]), t.k.half)
		}
	}
	for i := range o.Docs {
		for _, seed := range trainingSeeds {
			if o.NoDamage {
				break
			}
			t.add(i, t.blank.Features(garble(o.Docs[i].Text, seed)), labels(&o.Docs[i]), t.k.damaged)
		}
	}
	t.addLabels()
	none := make([]bool, headCount)
	for _, e := range base {
		t.add(-1, t.blank.Features(e), none, t.k.sheet)
	}
	candidates := make([]example, 0, len(rest))
	for _, e := range rest {
		candidates = append(candidates, t.example(t.blank.Features(e)))
	}
	t.mine(candidates, none)
	return nil
}

// mine adds the excerpts on which a first round errs most.
func (t *trainer) mine(rest []example, none []bool) {
	if len(rest) == 0 {
		return
	}
	w := t.fit(nil)
	worst := make([]float64, len(rest))
	for i := range rest {
		worst[i] = math.Inf(-1)
		for h := range headSensitive + 1 {
			worst[i] = max(worst[i], rest[i].dot(w[h]))
		}
	}
	order := make([]int, len(rest))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int {
		if worst[a] > worst[b] {
			return -1
		}
		return 1
	})
	for _, i := range order[:min(mined, len(order))] {
		t.put(-1, rest[i], none, t.k.sheet)
	}
}

func (t *trainer) add(owner int, f subject.Features, y []bool, cost float64) {
	t.put(owner, t.example(f), y, cost)
}

func (t *trainer) put(owner int, e example, y []bool, cost float64) {
	t.examples, t.labels, t.cost, t.owner = append(t.examples, e), append(t.labels, y), append(t.cost, cost), append(t.owner, owner)
}

// Halves returns the two halves of a text, cut at a line's end where there is one
// near: a page of a longer paper, or a cut file. A text of less than forty words has
// none.
func Halves(text string) []string {
	n := len(strings.Fields(text))
	if n < 40 {
		return nil
	}
	first := excerpt(text, 0, n/2)
	if len(first) > len(text)*3/4 || len(first) < len(text)/4 {
		at := strings.LastIndexByte(text[:len(text)/2+1], ' ')
		if at < 0 {
			return nil
		}
		return []string{text[:at], text[at:]}
	}
	return []string{first, text[len(first):]}
}

// average returns the mean of the vectors of a text.
func (t *trainer) average(f *subject.Features) (v [Width]float64) {
	rows := make([]int, 0, len(f.Rows))
	for r := range f.Rows {
		rows = append(rows, int(r))
	}
	slices.Sort(rows) // sums of floats depend on their order
	for _, r := range rows {
		weight := float64(f.Rows[uint16(r)]) / float64(f.Weight)
		for d, x := range t.o.Vectors.Values[r] {
			v[d] += weight * float64(x)
		}
	}
	return v
}

// standardise measures mean and spread of each dimension over the documents.
func (t *trainer) standardise(features []subject.Features) {
	if t.o.Vectors == nil {
		return
	}
	n := 0.0
	var squares [Width]float64
	for i := range features {
		if features[i].Weight == 0 {
			continue
		}
		n++
		for d, x := range t.average(&features[i]) {
			t.mean[d] += x
			squares[d] += x * x
		}
	}
	for d := range t.mean {
		t.mean[d] /= n
		t.scale[d] = 1 / math.Sqrt(max(1e-9, squares[d]/n-t.mean[d]*t.mean[d])) / math.Sqrt(Width)
	}
}

// example turns features into what the solver reads: words, vector, cues, bias.
func (t *trainer) example(f subject.Features) example {
	var e example
	put := func(i int, v float64) {
		e.index, e.value = append(e.index, int32(i)), append(e.value, float32(v))
	}
	square := 0.0
	for _, i := range f.List {
		square += t.vocab.rarity[i] * t.vocab.rarity[i]
	}
	if !t.o.NoWords && square > 0 {
		for _, i := range f.List {
			put(int(i), t.k.words*t.vocab.rarity[i]*subject.WordShare(square))
		}
	}
	base := len(t.vocab.rarity)
	if t.o.Vectors != nil && f.Weight > 0 {
		calm := float64(f.Weight) * subject.VectorShare(f.Weight)
		for d, x := range t.average(&f) {
			put(base+d, calm*t.k.vectors*(x-t.mean[d])*t.scale[d])
		}
	}
	base += Width
	if !t.o.NoForms {
		for i, v := range f.Shapes {
			if v != 0 {
				put(base+i, t.k.shapes*float64(v))
			}
		}
	}
	put(base+len(f.Shapes), 1)
	return e
}

func (t *trainer) size() int { return len(t.vocab.rarity) + Width + len(subject.CueNames()) + 1 }

// fit returns the weights of all heads, without the examples of the documents that
// leave is true for.
func (t *trainer) fit(leave func(doc int) bool) [][]float64 {
	out := make([][]float64, headCount)
	var wait sync.WaitGroup
	slots := make(chan bool, runtime.GOMAXPROCS(0))
	for h := range out {
		wait.Go(func() {
			slots <- true
			defer func() { <-slots }()
			y, cost := make([]bool, len(t.examples)), make([]float64, len(t.examples))
			yes, all := 0.0, 0.0
			for i := range t.examples {
				y[i] = t.labels[i][h]
				if leave != nil && t.owner[i] >= 0 && leave(t.owner[i]) || t.speaks[i] != nil && !t.speaks[i][h] {
					continue
				}
				cost[i] = t.cost[i]
				all += cost[i]
				if y[i] {
					yes += cost[i]
				}
			}
			// The rare side weighs more, by the root: by the whole ratio a head that
			// has forty examples would shout.
			ratio := math.Pow(max(1, (all-yes)/max(1, yes)), t.k.root)
			for i := range cost {
				cost[i] *= t.k.hinge
				if y[i] {
					cost[i] *= ratio
				}
			}
			out[h] = solve(t.examples, y, cost, t.size(), rounds)
		})
	}
	wait.Wait()
	return out
}

// outOfFold returns the scores of views of the documents, each by a model that did
// not see the author of the document.
func (t *trainer) outOfFold(views ...[]example) [][][]float64 {
	n := t.o.Folds
	if n == 0 {
		n = 3
	}
	folds := Folds(t.o.Docs, n)
	out := make([][][]float64, len(views))
	for v := range out {
		out[v] = make([][]float64, len(t.o.Docs))
	}
	for k := range slices.Max(folds) + 1 {
		w := t.fit(func(doc int) bool { return folds[doc] == k })
		for v, examples := range views {
			for i := range examples {
				if folds[i] != k {
					continue
				}
				for h := range w {
					out[v][i] = append(out[v][i], examples[i].dot(w[h]))
				}
			}
		}
	}
	return out
}

// fill puts weights into spec as a model uses them: those of the dimensions of the
// vectors become one weight for each vector.
func (t *trainer) fill(spec *subject.Spec, w [][]float64) {
	n := len(t.vocab.rarity)
	spec.Weights, spec.Bias = make([][]float64, n), make([]float64, headCount)
	shapes := len(subject.CueNames())
	spec.ShapeWeights = make([][]float64, shapes)
	for i := range spec.Weights {
		spec.Weights[i] = make([]float64, headCount)
		for h := range w {
			spec.Weights[i][h] = t.k.words * w[h][i]
		}
	}
	for i := range spec.ShapeWeights {
		spec.ShapeWeights[i] = make([]float64, headCount)
		for h := range w {
			spec.ShapeWeights[i][h] = t.k.shapes * w[h][n+Width+i]
		}
	}
	for h := range w {
		spec.Bias[h] = w[h][n+Width+shapes]
	}
	if t.o.Vectors == nil {
		return
	}
	spec.RowWeights = make([][]float64, len(t.o.Vectors.Values))
	for r := range spec.RowWeights {
		spec.RowWeights[r] = make([]float64, headCount)
		for h := range w {
			s := 0.0
			for d, x := range t.o.Vectors.Values[r] {
				s += (float64(x) - t.mean[d]) * t.k.vectors * t.scale[d] * w[h][n+d]
			}
			spec.RowWeights[r][h] = s
		}
	}
}
