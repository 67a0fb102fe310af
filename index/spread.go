package index

import (
	"context"
	"fmt"
	"regexp"
	"strings"

	"github.com/RoaringBitmap/roaring/v2"
	"github.com/blevesearch/bleve/v2/index/scorch"
	segment "github.com/blevesearch/scorch_segment_api/v2"
	vellum "github.com/blevesearch/vellum/regexp"

	"poterne"
)

// A beginning or a pattern may stand for a million terms, of a million paths. bleve
// opens a reader for each, of 13 KB and 20 µs: it would take all memory of a machine.
// Here the documents of the terms are gathered one term after the other, in 2 µs.

// spreads reports whether a condition stands for terms that only the index knows.
func (c *condition) spreads() bool { return c.op == poterne.Prefix || c.op == poterne.Matches }

// terms are the terms of a field from start on that begin with it and, where there is a
// pattern, match that.
type terms struct {
	field   string
	start   string
	pattern *pattern
}

// pattern is a glob as a finite automaton, nil where that would be too large, and as an
// expression, which holds then.
type pattern struct {
	automaton segment.Automaton
	whole     *regexp.Regexp
}

func newPattern(glob string, whole *regexp.Regexp) *pattern {
	p := &pattern{whole: whole}
	if a, err := vellum.New(globSource(glob)); err == nil {
		p.automaton = a
	}
	return p
}

// spread returns the terms that a condition stands for.
func (c *condition) spread() []terms {
	var out []terms
	for i, t := range c.terms {
		if c.field == nil { // the beginning of a free word, or the word itself as it is cut
			for _, f := range freeWords {
				out = append(out, terms{field: wordsField(f), start: t}, terms{wordsField(f), stem(t), newPattern(stem(t), glob(stem(t)))})
			}
			continue
		}
		name := c.field.name
		if c.field.kind == kindName {
			name += askSuffix
		}
		head := t
		if c.op == poterne.Matches {
			if at := strings.IndexAny(t, "*?"); at >= 0 {
				head = t[:at]
			}
			if t != head+"*" {
				out = append(out, terms{name, head, newPattern(t, c.globs[i])})
				continue
			}
		}
		out = append(out, terms{field: name, start: head})
	}
	return out
}

// documents returns the documents that have one of the terms.
func (t terms) documents(ctx context.Context, root *scorch.IndexSnapshot) (*roaring.Bitmap, error) {
	out := roaring.New()
	offset := uint32(0)
	for _, s := range root.Segments() {
		found, err := t.inSegment(ctx, s)
		if err != nil {
			return nil, err
		}
		out.Or(roaring.AddOffset(found, offset))
		offset += uint32(s.FullSize())
	}
	return out, nil
}

// askContext is how many terms are read before it is looked whether anybody waits.
const askContext = 10_000

func (t terms) inSegment(ctx context.Context, s *scorch.SegmentSnapshot) (*roaring.Bitmap, error) {
	dict, err := s.Segment().Dictionary(t.field)
	if err != nil {
		return nil, err
	}
	var automaton segment.Automaton
	if t.pattern != nil {
		automaton = t.pattern.automaton
	}
	out := roaring.New()
	var postings segment.PostingsList
	for n, it := 1, dict.AutomatonIterator(automaton, []byte(t.start), past(t.start)); ; n++ {
		if n%askContext == 0 && ctx.Err() != nil {
			return nil, ctx.Err()
		}
		entry, err := it.Next()
		if err != nil {
			return nil, err
		}
		if entry == nil {
			break
		}
		if entry.Term == noTerm || t.pattern != nil && automaton == nil && !t.pattern.whole.MatchString(entry.Term) {
			continue
		}
		if postings, err = dict.PostingsList([]byte(entry.Term), s.Deleted(), postings); err != nil {
			return nil, err
		}
		all, ok := postings.(interface{ OrInto(*roaring.Bitmap) })
		if !ok {
			return nil, fmt.Errorf("postings of type %T", postings)
		}
		all.OrInto(out)
	}
	if gone := s.Deleted(); gone != nil {
		out.AndNot(gone)
	}
	return out, nil
}

// past returns the first term that does not begin with start any more; nil is the end.
func past(start string) []byte {
	end := []byte(start)
	for i := len(end) - 1; i >= 0; i-- {
		if end[i] < 0xff {
			end[i]++
			return end[:i+1]
		}
	}
	return nil
}
