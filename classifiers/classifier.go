// Package classifiers turns the segments of a document into findings: folded
// text, one look at each word, checks by hand; rules are data.
package classifiers

import (
	"context"
	"fmt"
	"iter"
	"slices"
	"strings"
	"sync"

	"poterne"
)

// Options of a Classifier. The zero value works, with a key that is all zero:
// then fingerprints can be guessed.
type Options struct {
	Key   []byte // secret key of the fingerprints, 32 bytes
	Rules *Rules // nil: the embedded rules
	// Subjects is the learned model that says what texts are about; nil: vocabularies alone.
	Subjects Subjects
}

// Classifier finds identifiers, secrets, markings and subjects. It may be used by
// several goroutines at once.
type Classifier struct {
	rules    *Rules
	words    *wordFinder
	families []family
	scratch  sync.Pool // *document
	key      keyed
	version  poterne.Version
	allow    allowances
}

// family is one kind of detectors. It is made once, by New, with the words it
// wants to hear of added to the dictionary, and is then read-only.
type family interface {
	// detector returns a detector for one document (more exactly: for one part).
	detector(d *document) detector
}

// detector looks at the segments of one document, in order. It belongs to one
// goroutine. Families come in the order identifiers, markings, lexicons, learned subjects, for each
// segment and at the end, so that a later one may use what an earlier one noted
// in the document (document.people).
type detector interface {
	// segment is called for each segment with text. s and all it points to are
	// valid only during the call.
	segment(s *segment)
	// finish returns the findings, sorted, without any raw value.
	finish() []poterne.Finding
}

// segment is a stretch of text as detectors see it: what an extractor yielded, or
// a piece of it where that was longer than maxPiece.
type segment struct {
	poterne.Segment        // Body is the source text of this piece; Part, Place and Header are the extractor's
	text            []byte // Body folded (see fold)
	base            int    // where text starts in the folded text of the whole document
	piece           int    // 0 for the first piece of an extractor's segment, then 1, 2…
	hits            [owners][]hit
	header          []hit // of cells: words of all owners in the title of the column, or in the label above
	headerSize      int   // length of that title
}

// document is the state that the detectors of one document share.
type document struct {
	c         *Classifier
	doc       poterne.Document
	seg       segment
	people    people
	detectors []detector
	headers   map[string][]hit // words of the titles of columns seen so far
	above     above
	allow     []bool // by entry of the allow lists: it holds for this document
}

// maxPiece is the length in bytes from which a segment is cut, so that its folded
// text stays in the processor's cache.
const maxPiece = 64 << 10

// New compiles the rules.
func New(o Options) (*Classifier, error) {
	rules := o.Rules
	if rules == nil {
		var err error
		if rules, err = Load(""); err != nil {
			return nil, fmt.Errorf("embedded rules: %w", err)
		}
	}
	c := &Classifier{rules: rules, key: newKeyed(o.Key)}
	dict := newDictionary()
	for _, make := range []func(*Rules, *dictionary) (family, error){newIdentifiers, newMarkings, newLexicons} {
		f, err := make(rules, dict)
		if err != nil {
			return nil, err
		}
		c.families = append(c.families, f)
	}
	c.words = dict.compile()
	c.version = rules.Version()
	if o.Subjects != nil {
		c.families = append(c.families, newLearned(o.Subjects, rules))
		c.version += "+" + o.Subjects.Version()
	}
	c.scratch.New = func() any { return &document{c: c} }
	if err := c.allow.compile(c, rules); err != nil {
		return nil, err
	}
	return c, nil
}

// Version names the state of the rules and of the model that c was made of.
func (c *Classifier) Version() poterne.Version { return c.version }

// Classify returns what the segments of one part of a document hold, sorted by
// rule and mark. Errors in the sequence are skipped: whoever reads it beside keeps
// them, and what was found before them counts. The error is the context's, and
// then the findings are incomplete.
func (c *Classifier) Classify(ctx context.Context, doc poterne.Document, segments iter.Seq2[poterne.Segment, error]) ([]poterne.Finding, error) {
	d := c.scratch.Get().(*document)
	defer c.scratch.Put(d)
	defer d.forget()
	d.reset(doc)
	n := 0
	for s, err := range segments {
		if err != nil {
			continue
		}
		if n++; n%64 == 0 || len(s.Body) > maxPiece {
			if err := ctx.Err(); err != nil {
				return nil, err
			}
		}
		d.add(s)
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	var all []poterne.Finding
	for _, det := range d.detectors {
		all = append(all, det.finish()...)
	}
	slices.SortStableFunc(all, func(a, b poterne.Finding) int {
		return strings.Compare(a.Rule+"\x00"+a.Mark, b.Rule+"\x00"+b.Mark)
	})
	if x, ok := d.detectors[len(d.detectors)-1].(*learnedDetector); ok {
		all = x.joinSubjects(all)
	}
	d.allowWhole(all)
	d.hideTitles(ctx, all)
	withhold(all)
	return all, nil
}

// forget drops what the scratch still holds of a document, so that no text
// outlives its classification.
func (d *document) forget() {
	d.doc, d.seg.Segment, d.seg.header = poterne.Document{}, poterne.Segment{}, nil
	clear(d.seg.text[:cap(d.seg.text)])
	clear(d.headers)
	d.above.reset()
	clear(d.detectors)
	d.detectors = d.detectors[:0]
}

func (d *document) reset(doc poterne.Document) {
	d.doc = doc
	d.allow = d.c.allow.scope(doc)
	d.seg.base = 0
	d.seg.text = d.seg.text[:0]
	d.people.reset()
	clear(d.headers)
	d.above.reset()
	d.detectors = d.detectors[:0]
	for _, f := range d.c.families {
		d.detectors = append(d.detectors, f.detector(d))
	}
}

// add gives one segment to all detectors, in pieces.
func (d *document) add(in poterne.Segment) {
	s := &d.seg
	in.Body = unescaped(in.Body)
	s.Segment = in
	d.readHeader()
	for s.piece = 0; in.Body != ""; s.piece++ {
		n := pieceEnd(in.Body)
		s.Body, in.Body = in.Body[:n], in.Body[n:]
		s.base += len(s.text)
		s.text = fold(slices.Grow(s.text[:0], n+textPad), s.Body)
		for o := range s.hits {
			s.hits[o] = s.hits[o][:0]
		}
		d.c.words.scan(s.text, &s.hits)
		for _, det := range d.detectors {
			det.segment(s)
		}
		d.above.note(s)
	}
	s.base++ // so that words of two segments never touch
}

// pieceEnd returns where to cut the first piece off body: after a line end, else
// between two words, where no identifier stands.
func pieceEnd(body string) int {
	if len(body) <= maxPiece {
		return len(body)
	}
	const back = maxPiece / 8
	if i := strings.LastIndexByte(body[maxPiece-back:maxPiece], '\n'); i >= 0 {
		return maxPiece - back + i + 1
	}
	for i := maxPiece - 1; i > maxPiece-back; i-- {
		if body[i] == ' ' && isLetter(body[i-1]) && isLetter(body[i+1]) {
			return i
		}
	}
	i := maxPiece
	for i > maxPiece-4 && body[i]&0xC0 == 0x80 {
		i--
	}
	return i
}
