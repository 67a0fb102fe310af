// Package extracttest is the acceptance suite of a format: what every reader
// must do with files that are whole, cut, damaged or empty.
package extracttest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"iter"
	"math/rand/v2"
	"runtime"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"poterne"
)

// Extract is what is tested: the method of an extractor.
type Extract func(context.Context, poterne.Document, poterne.Content) iter.Seq2[poterne.Segment, error]

// Case is one file with what must come out of it.
type Case struct {
	Name string // of the test
	File string // name of the document
	Data []byte
	// Format is the wanted format of the document, "" for any.
	Format string
	Want   []Text
	// Not lists texts that must not come out anywhere.
	Not []string
	// Once lists texts that must come out in one segment only.
	Once []string
	// Kind is the wanted failure of the document itself, "" for none.
	Kind poterne.Kind
	// Members maps members to the wanted failure of each, "" for none.
	Members map[string]poterne.Kind
}

// Text is a text that must come out: some segment of the member holds it, in the
// zone. The other fields count where they are not zero.
type Text struct {
	Text        string
	Zone        poterne.Zone
	Member      string
	Page        int
	Sheet       string
	Row, Column int
	Header      string
}

// limit is how long one small file may take: far more than it needs, so that
// only a reader without end is caught on a busy machine.
const limit = 20 * time.Second

// Run tests the extractor on each case: the texts come out in their places, the
// same bytes give the same segments, a consumer that stops early stops the
// reader, and no damage to the file makes it panic or hang.
func Run(t *testing.T, extract Extract, cases []Case) {
	t.Helper()
	for _, c := range cases {
		t.Run(c.Name, func(t *testing.T) {
			t.Run("finds", func(t *testing.T) { finds(t, extract, c) })
			t.Run("repeats", func(t *testing.T) {
				if diff := cmp.Diff(read(t, extract, c.File, c.Data), read(t, extract, c.File, c.Data)); diff != "" {
					t.Errorf("second reading (-first +second):\n%s", diff)
				}
			})
			t.Run("stops", func(t *testing.T) { stops(t, extract, c) })
			t.Run("cancelled", func(t *testing.T) { cancelled(t, extract, c) })
			t.Run("damaged", func(t *testing.T) { damaged(t, extract, c) })
		})
	}
	t.Run("empty", func(t *testing.T) {
		for _, c := range cases {
			for _, r := range read(t, extract, c.File, nil) {
				if r.Fail != "" {
					t.Errorf("%s without a byte: %s", c.File, r.Fail)
				}
			}
		}
	})
}

// Find tests only that the texts of each case come out in their places: for
// tables of many small files, each for one place where text can stand.
func Find(t *testing.T, extract Extract, cases []Case) {
	t.Helper()
	for _, c := range cases {
		t.Run(c.Name, func(t *testing.T) { finds(t, extract, c) })
	}
}

// Row is one step of a reading, for comparison.
type row struct {
	Member, Format, Body, Header string
	Place                        poterne.Place
	Fail                         poterne.Kind
}

// content is a document in memory.
type content struct{ *bytes.Reader }

func (content) Close() error { return nil }

// read reads the file whole. It fails the test on what no reading may do.
func read(t *testing.T, extract Extract, name string, data []byte) []row {
	t.Helper()
	done := make(chan struct{})
	var rows []row
	var bad error
	go func() {
		defer close(done)
		defer func() {
			if v := recover(); v != nil {
				buf := make([]byte, 8<<10)
				bad = fmt.Errorf("panic: %v\n%s", v, buf[:runtime.Stack(buf, false)])
			}
		}()
		rows, bad = collect(extract, name, data)
	}()
	select {
	case <-done:
	case <-time.After(limit):
		t.Fatalf("reading %s of %d bytes takes more than %v", name, len(data), limit)
	}
	if bad != nil {
		t.Error(bad)
	}
	return rows
}

func collect(extract Extract, name string, data []byte) (rows []row, bad error) {
	var part *poterne.Part
	parts := make(map[*poterne.Part]bool)
	for s, err := range extract(context.Background(), poterne.Document{Share: "test", Path: "dossier/" + name}, content{bytes.NewReader(data)}) {
		if s.Part == nil {
			return rows, fmt.Errorf("a segment without a part")
		}
		r := row{Member: s.Part.Member, Format: s.Part.Format, Body: s.Body, Header: s.Header, Place: s.Place}
		if err != nil {
			var f *poterne.Failure
			if !errors.As(err, &f) {
				return rows, fmt.Errorf("an error that is no failure: %T", err)
			}
			if !parts[s.Part] {
				return rows, fmt.Errorf("part %q fails before its name", s.Part.Member)
			}
			r.Fail = f.Kind
			if f.Kind == poterne.Crashed {
				bad = fmt.Errorf("a reader of %s panicked: %v", r.Format, err)
			}
			rows = append(rows, r)
			continue
		}
		switch {
		case s.Part != part && s.Place.Zone != poterne.ZoneName:
			return rows, fmt.Errorf("part %q starts with zone %v", s.Part.Member, s.Place.Zone)
		case s.Part != part && parts[s.Part]:
			return rows, fmt.Errorf("part %q comes twice", s.Part.Member)
		case part == nil && s.Part.Member != "":
			return rows, fmt.Errorf("the first part is the member %q", s.Part.Member)
		case !utf8.ValidString(s.Body):
			return rows, fmt.Errorf("a body in zone %v is not UTF-8", s.Place.Zone)
		case len(s.Body) > 1<<20:
			return rows, fmt.Errorf("a body of %d bytes", len(s.Body))
		}
		part = s.Part
		parts[part] = true
		rows = append(rows, r)
	}
	return rows, bad
}

func finds(t *testing.T, extract Extract, c Case) {
	rows := read(t, extract, c.File, c.Data)
	if len(rows) == 0 {
		t.Fatal("no segment at all")
	}
	if c.Format != "" && rows[0].Format != c.Format {
		t.Errorf("format = %q, want %q", rows[0].Format, c.Format)
	}
	for _, w := range c.Want {
		if !found(rows, w) {
			t.Errorf("not found: %+v\nthe text comes out as: %s", w, places(rows, w.Text))
		}
	}
	for _, n := range c.Not {
		if p := places(rows, n); p != "" {
			t.Errorf("%q comes out: %s", n, p)
		}
	}
	for _, o := range c.Once {
		if n := strings.Count(places(rows, o), "\n"); n != 1 {
			t.Errorf("%q comes out %d times, want 1: %s", o, n, places(rows, o))
		}
	}
	fails := make(map[string]poterne.Kind)
	for _, r := range rows {
		if _, ok := fails[r.Member]; !ok || fails[r.Member] == "" {
			fails[r.Member] = r.Fail
		}
	}
	if got := fails[""]; got != c.Kind {
		t.Errorf("failure = %q, want %q", got, c.Kind)
	}
	for m, k := range c.Members {
		if got, ok := fails[m]; !ok || got != k {
			t.Errorf("failure of member %q = %q (there: %v), want %q", m, got, ok, k)
		}
	}
}

func found(rows []row, w Text) bool {
	for _, r := range rows {
		if r.Fail == "" && r.Member == w.Member && r.Place.Zone == w.Zone && strings.Contains(r.Body, w.Text) &&
			(w.Page == 0 || r.Place.Page == w.Page) && (w.Sheet == "" || r.Place.Sheet == w.Sheet) &&
			(w.Row == 0 || r.Place.Row == w.Row) && (w.Column == 0 || r.Place.Column == w.Column) &&
			(w.Header == "" || r.Header == w.Header && r.Place.Header == w.Header) {
			return true
		}
	}
	return false
}

// places lists where text comes out, one a line.
func places(rows []row, text string) string {
	var b strings.Builder
	for _, r := range rows {
		if strings.Contains(r.Body, text) && r.Place.Zone != poterne.ZoneName {
			fmt.Fprintf(&b, "%q %+v header %q;\n", r.Member, r.Place, r.Header)
		}
	}
	return b.String()
}

// stops ends the reading after each of the first segments.
func stops(t *testing.T, extract Extract, c Case) {
	before := runtime.NumGoroutine()
	for stop := 1; stop <= 12; stop++ {
		n := 0
		for range extract(context.Background(), poterne.Document{Path: c.File}, content{bytes.NewReader(c.Data)}) {
			if n++; n == stop {
				break
			}
		}
	}
	for wait := time.Millisecond; runtime.NumGoroutine() > before; wait *= 2 {
		if wait > 4*time.Second {
			t.Fatalf("%d goroutines before, %d after readings that were stopped", before, runtime.NumGoroutine())
		}
		time.Sleep(wait)
	}
}

// cancelled reads with a context that is done: the reading must say so.
func cancelled(t *testing.T, extract Extract, c Case) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	failed := false
	for _, err := range extract(ctx, poterne.Document{Path: c.File}, content{bytes.NewReader(c.Data)}) {
		failed = failed || err != nil
	}
	if !failed {
		t.Error("a reading that was cancelled ends without a failure")
	}
}

// damaged reads the file cut at every sixteenth, and with bits flipped.
func damaged(t *testing.T, extract Extract, c Case) {
	for i := 1; i < 16; i++ {
		read(t, extract, c.File, c.Data[:len(c.Data)*i/16])
	}
	if len(c.Data) == 0 {
		return
	}
	rnd := rand.New(rand.NewPCG(1, uint64(len(c.Data))))
	for range 48 {
		b := bytes.Clone(c.Data)
		for range 1 + rnd.IntN(4) {
			b[rnd.IntN(len(b))] ^= 1 << rnd.IntN(8)
		}
		read(t, extract, c.File, b)
	}
}
