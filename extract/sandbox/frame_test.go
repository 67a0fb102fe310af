package sandbox

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"poterne"
)

func reader(b []byte) *frameReader { return &frameReader{r: bufio.NewReader(bytes.NewReader(b))} }

func TestFramesComeBack(t *testing.T) {
	part := &poterne.Part{Member: "dossier/é.docx", Format: "docx", Size: 12345, ModTime: time.Date(2024, 2, 29, 12, 0, 0, 5, time.UTC)}
	segments := []poterne.Segment{
		{Part: part, Body: "dossier/é.docx", Place: poterne.Place{Zone: poterne.ZoneName}},
		{Part: part, Body: strings.Repeat("long ", 20_000), Place: poterne.Place{Page: 3}},
		{Part: part, Body: "1", Header: "Âge", Place: poterne.Place{Zone: poterne.ZoneCell, Sheet: "Paie", Row: 1 << 20, Column: 16384, Header: "Âge"}},
		{Part: part, Body: "2", Header: "Âge", Place: poterne.Place{Zone: poterne.ZoneCell, Sheet: "Paie", Row: 2, Column: 1, Header: "Âge"}},
	}
	failure := poterne.Fail(poterne.StageExtract, poterne.Partial, errors.New(strings.Repeat("x", 2*maxCause)))
	var e encoder
	e.part(part)
	for _, s := range segments {
		e.segment(1, s)
	}
	e.failure(1, failure)

	f, in := reader(e.buf), replies{}
	kind, payload, err := f.next()
	if err != nil || kind != framePart {
		t.Fatalf("first frame %c: %v", kind, err)
	}
	if err := in.part(payload, func(p poterne.Part) *poterne.Part { return &p }); err != nil {
		t.Fatal(err)
	}
	for _, want := range segments {
		_, payload, err := f.next()
		if err != nil {
			t.Fatal(err)
		}
		got, err := in.segment(payload)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("(-want +got)\n%s", diff)
		}
	}
	_, payload, err = f.next()
	if err != nil {
		t.Fatal(err)
	}
	p, got, err := in.failure(payload)
	if err != nil || p != in.parts[0] || got.Kind != failure.Kind || got.Stage != failure.Stage {
		t.Errorf("failure came back as %v of %v, %v", got, p, err)
	}
	if _, _, err := f.next(); err != io.EOF {
		t.Errorf("after the last frame: %v, want EOF", err)
	}
}

func TestRequestComesBack(t *testing.T) {
	suspect := "membre"
	for _, want := range []request{
		{},
		{size: 5, suspect: &suspect, document: poterne.Document{ID: "1", Share: "rh", Path: "a\xffb", Member: "m", Size: 6, ModTime: time.Unix(1, 2).UTC()}},
	} {
		var e encoder
		e.request(want)
		_, payload, err := reader(e.buf).next()
		if err != nil {
			t.Fatal(err)
		}
		got, err := (&decoder{b: payload}).request()
		if diff := cmp.Diff(want, got, cmp.AllowUnexported(request{})); diff != "" || err != nil {
			t.Errorf("%v (-want +got)\n%s", err, diff)
		}
	}
}

// TestFramesAreBounded plants what a hostile child would send.
func TestFramesAreBounded(t *testing.T) {
	frame := func(f func(e *encoder)) []byte {
		var e encoder
		f(&e)
		_, payload, err := reader(e.buf).next()
		if err != nil {
			t.Fatal(err)
		}
		return bytes.Clone(payload)
	}
	part := frame(func(e *encoder) { e.part(&poterne.Part{Member: "m"}) })
	segment := frame(func(e *encoder) { e.segment(0, poterne.Segment{Body: "x"}) })
	in := func() *replies { return &replies{} }
	asSegment := func(b []byte) error { _, err := in().segment(b); return err }
	asFailure := func(b []byte) error { _, _, err := in().failure(b); return err }
	asPart := func(b []byte) error { return in().part(b, func(p poterne.Part) *poterne.Part { return &p }) }
	for _, c := range []struct {
		name string
		err  error
		ok   bool
	}{
		{"segment", asSegment(segment), true},
		{"segment-of-unknown-part", asSegment(frame(func(e *encoder) { e.segment(1, poterne.Segment{}) })), false},
		{"segment-of-unknown-zone", asSegment(frame(func(e *encoder) { e.segment(0, poterne.Segment{Place: poterne.Place{Zone: 99}}) })), false},
		{"segment-negative-page", asSegment(frame(func(e *encoder) { e.segment(0, poterne.Segment{Place: poterne.Place{Page: -1}}) })), false},
		{"segment-cut", asSegment(segment[:len(segment)-1]), false},
		{"segment-with-rest", asSegment(append(bytes.Clone(segment), 0)), false},
		{"empty", asSegment(nil), false},
		{"part", asPart(part), true},
		{"part-cut", asPart(part[:2]), false},
		{"part-negative-size", asPart(frame(func(e *encoder) { e.part(&poterne.Part{Size: -1}) })), false},
		{"part-year-300000", asPart(frame(func(e *encoder) { e.part(&poterne.Part{ModTime: time.Unix(9e12, 0)}) })), false},
		{"failure", asFailure(frame(func(e *encoder) { e.failure(0, poterne.Fail(poterne.StageExtract, poterne.Memory, nil)) })), true},
		{"failure-of-unknown-kind", asFailure(frame(func(e *encoder) { e.failure(0, poterne.Fail(poterne.StageExtract, "fine", nil)) })), false},
		{"failure-of-other-stage", asFailure(frame(func(e *encoder) { e.failure(0, poterne.Fail(poterne.StageWalk, poterne.Memory, nil)) })), false},
	} {
		t.Run(c.name, func(t *testing.T) {
			if (c.err == nil) != c.ok {
				t.Errorf("error %v, want ok = %v", c.err, c.ok)
			}
		})
	}
	for name, b := range map[string][]byte{
		"length-too-large": {frameSegment, 0xff, 0xff, 0xff, 0xff, 0x7f},
		"length-overflows": append([]byte{frameSegment}, bytes.Repeat([]byte{0xff}, 11)...),
		"length-cut":       {frameSegment, 0xff},
		"payload-cut":      {frameSegment, 10, 1},
	} {
		if _, _, err := reader(b).next(); err == nil || err == io.EOF {
			t.Errorf("%s: error %v", name, err)
		}
	}
}

// FuzzReplies reads anything as what a child sends: no panic, no more memory than
// the input deserves, and what is taken is within the vocabulary.
func FuzzReplies(f *testing.F) {
	var e encoder
	e.part(&poterne.Part{Member: "m", Format: "pdf", ModTime: time.Unix(5, 5)})
	e.segment(1, poterne.Segment{Body: "body", Header: "h", Place: poterne.Place{Sheet: "s", Page: 1, Row: 2, Column: 3}})
	e.failure(1, poterne.Fail(poterne.StageExtract, poterne.Crashed, errors.New("cause")))
	f.Add(e.buf)
	f.Add([]byte{frameSegment, 0xff, 0xff, 0xff, 0xff, 0x7f})
	f.Add([]byte{frameEnd, 0})
	f.Fuzz(func(t *testing.T, b []byte) {
		r, in := reader(b), replies{}
		for {
			kind, payload, err := r.next()
			if err != nil {
				break
			}
			switch kind {
			case framePart:
				err = in.part(payload, func(p poterne.Part) *poterne.Part { return &p })
			case frameSegment:
				var s poterne.Segment
				if s, err = in.segment(payload); err == nil && (s.Place.Page < 0 || s.Place.Row < 0 || s.Place.Column < 0 || s.Place.Zone > poterne.ZoneHidden) {
					t.Errorf("took place %+v", s.Place)
				}
			case frameFailure:
				var got *poterne.Failure
				if _, got, err = in.failure(payload); err == nil && !known(got.Kind) {
					t.Errorf("took kind %q", got.Kind)
				}
			default:
				_, err = (&decoder{b: payload}).request()
			}
			if err != nil {
				break
			}
		}
	})
}
