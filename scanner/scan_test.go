package scanner

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"poterne"
)

// share is a source in memory. Its contents are scripts for reader: one line a
// segment, "!KIND" a failure, "=NAME" starts a member, "^KIND" is late news of the
// document itself.
type share struct {
	mu      sync.Mutex
	files   map[string]string
	times   map[string]time.Time
	failed  []string // folders that cannot be listed
	denied  map[string]bool
	opened  []string
	walking func(n int) // called before each document
	acked   []string
}

func (s *share) Documents(ctx context.Context) iter.Seq2[poterne.Document, error] {
	return func(yield func(poterne.Document, error) bool) {
		for _, f := range s.failed {
			d := poterne.Document{ID: poterne.NewID("s", f, ""), Share: "s", Path: f}
			if !yield(d, poterne.Fail(poterne.StageWalk, poterne.Denied, nil)) {
				return
			}
		}
		for i, p := range slices.Sorted(maps.Keys(s.files)) {
			if s.walking != nil {
				s.walking(i)
			}
			d := poterne.Document{ID: poterne.NewID("s", p, ""), Share: "s", Path: p, Size: int64(len(s.files[p])), ModTime: s.times[p]}
			if !yield(d, nil) {
				return
			}
		}
	}
}

type text struct{ *strings.Reader }

func (text) Close() error { return nil }

func (s *share) Open(_ context.Context, d poterne.Document) (poterne.Content, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.denied[d.Path] {
		return nil, poterne.Fail(poterne.StageOpen, poterne.Denied, nil)
	}
	s.opened = append(s.opened, d.Path)
	return text{strings.NewReader(s.files[d.Path])}, nil
}

func (s *share) Ack(_ context.Context, d poterne.Document) error {
	s.acked = append(s.acked, d.Path)
	return nil
}

type reader struct{}

func (reader) Extract(_ context.Context, d poterne.Document, c poterne.Content) iter.Seq2[poterne.Segment, error] {
	return func(yield func(poterne.Segment, error) bool) {
		b := make([]byte, c.Size())
		c.ReadAt(b, 0)
		own := &poterne.Part{Format: "txt"}
		part := own
		for line := range strings.Lines(string(b)) {
			line = strings.TrimSuffix(line, "\n")
			var ok bool
			switch {
			case strings.HasPrefix(line, "!"):
				ok = yield(poterne.Segment{Part: part}, poterne.Fail(poterne.StageExtract, poterne.Kind(line[1:]), nil))
			case strings.HasPrefix(line, "^"):
				ok = yield(poterne.Segment{Part: own}, poterne.Fail(poterne.StageExtract, poterne.Kind(line[1:]), nil))
			case strings.HasPrefix(line, "="):
				part = &poterne.Part{Member: line[1:], Format: "txt"}
				ok = yield(poterne.Segment{Part: part, Body: line[1:], Place: poterne.Place{Zone: poterne.ZoneName}}, nil)
			default:
				ok = yield(poterne.Segment{Part: part, Body: line}, nil)
			}
			if !ok {
				return
			}
		}
	}
}

// words finds each word "xN" as rule xN.
type words struct{ err error }

func (w words) Classify(_ context.Context, d poterne.Document, seq iter.Seq2[poterne.Segment, error]) ([]poterne.Finding, error) {
	var found []poterne.Finding
	for s, err := range seq {
		if err != nil {
			continue
		}
		for _, word := range strings.Fields(s.Body) {
			if strings.HasPrefix(word, "x") {
				found = append(found, poterne.Finding{Rule: word, Spots: []poterne.Spot{{Place: s.Place}}})
			}
		}
	}
	return found, w.err
}

// counting decides a class by the number of findings.
type counting struct{}

func (counting) Decide(_ poterne.Document, fs []poterne.Finding, f *poterne.Failure) poterne.Assessment {
	c := min(poterne.H0+poterne.Class(len(fs)), poterne.H5)
	if f != nil && len(fs) == 0 {
		c = poterne.ClassUnknown
	}
	return poterne.Assessment{Hosting: poterne.Hosting{Class: c}}
}

func (counting) Join(_ poterne.Document, own poterne.Assessment, members []poterne.Record) poterne.Assessment {
	for _, m := range members {
		own.Hosting.Class = max(own.Hosting.Class, m.Assessment.Hosting.Class)
	}
	return own
}

// memory is a ledger and an index. One index write may fail.
type memory struct {
	records map[poterne.ID]poterne.Record
	seen    map[poterne.ID]string
	indexed map[poterne.ID]bool
	putErr  error
	mu      sync.Mutex
}

func newMemory() *memory {
	return &memory{records: map[poterne.ID]poterne.Record{}, seen: map[poterne.ID]string{}, indexed: map[poterne.ID]bool{}}
}

func (m *memory) Current(_ context.Context, d poterne.Document) (poterne.Record, bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	r, ok := m.records[d.ID]
	return r, ok, nil
}

func (m *memory) Container(_ context.Context, d poterne.Document) ([]poterne.Record, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.container(d.Share, d.Path), nil
}

func (m *memory) container(share, path string) []poterne.Record {
	var rs []poterne.Record
	for _, r := range m.records {
		if r.Share == share && r.Path == path {
			rs = append(rs, r)
		}
	}
	slices.SortFunc(rs, func(a, b poterne.Record) int { return strings.Compare(a.Member, b.Member) })
	return rs
}

func (m *memory) ByContent(_ context.Context, v poterne.Version) ([]poterne.Record, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, r := range m.records {
		if r.Stamp.Content == v && r.Member == "" {
			return m.container(r.Share, r.Path), nil
		}
	}
	return nil, nil
}

func (m *memory) Commit(_ context.Context, rs ...poterne.Record) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, r := range rs {
		if !m.indexed[r.ID] {
			return fmt.Errorf("%s reached the ledger before the index", r.Path)
		}
		if r.Member == "" {
			for _, old := range m.container(r.Share, r.Path) {
				delete(m.records, old.ID)
			}
		}
		m.records[r.ID], m.seen[r.ID] = r, r.Run
	}
	return nil
}

func (m *memory) Touch(_ context.Context, run string, ids ...poterne.ID) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, id := range ids {
		r := m.records[id]
		for _, x := range m.container(r.Share, r.Path) {
			m.seen[x.ID] = run
		}
	}
	return nil
}

func (m *memory) Unseen(_ context.Context, run string, shares []string, gone func(share, path string) bool) ([]poterne.ID, error) {
	var ids []poterne.ID
	for id, r := range m.records {
		if m.seen[id] != run && slices.Contains(shares, r.Share) && gone(r.Share, r.Path) {
			ids = append(ids, id)
		}
	}
	return ids, nil
}

func (m *memory) Drop(_ context.Context, _ string, ids ...poterne.ID) error {
	for _, id := range ids {
		if m.indexed[id] {
			return errors.New("forgotten by the ledger before the index")
		}
		delete(m.records, id)
	}
	return nil
}

func (m *memory) Put(_ context.Context, rs ...poterne.Record) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.putErr != nil {
		return m.putErr
	}
	for _, r := range rs {
		m.indexed[r.ID] = true
	}
	return nil
}

func (m *memory) Delete(_ context.Context, ids ...poterne.ID) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, id := range ids {
		delete(m.indexed, id)
	}
	return nil
}

// verdicts returns class and failure of each record by full path.
func (m *memory) verdicts() map[string]string {
	out := map[string]string{}
	for id, r := range m.records {
		v := r.Assessment.Hosting.Class.String()
		if r.Failure != nil {
			v += " " + string(r.Failure.Kind)
		}
		if !m.indexed[id] {
			v += " not indexed"
		}
		out[r.Full()] = v
	}
	return out
}

var stamp = poterne.Stamp{Extractor: "e1", Rules: "r1", Policy: "p1"}

func scan(t *testing.T, s *share, m *memory, change func(*Options)) Summary {
	t.Helper()
	sum, err := try(t, s, m, change)
	if err != nil {
		t.Fatal(err)
	}
	if sum.Walked != sum.Unchanged+sum.Recorded {
		t.Errorf("walked %d, unchanged %d + recorded %d", sum.Walked, sum.Unchanged, sum.Recorded)
	}
	return sum
}

var runs int

func try(t *testing.T, s *share, m *memory, change func(*Options)) (Summary, error) {
	runs++
	o := Options{Run: fmt.Sprint("run", runs), Stamp: stamp, Shares: []string{"s"}, Workers: 3}
	if change != nil {
		change(&o)
	}
	s.opened = nil
	return Run(t.Context(), Rooms{Source: s, Extractor: reader{}, Classifier: words{}, Policy: counting{}, Ledger: m, Index: m}, o)
}

func newShare() *share {
	t0 := time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC)
	s := &share{files: map[string]string{
		"clair.txt":   "rien",
		"deux.txt":    "x1 x2",
		"boîte.zip":   "liste\n=a.txt\nx1\n=b.txt\nx1 x2 x3\n!encrypted\n=a.txt\nx9\n^partial",
		"coupé.txt":   "x1\n!partial\nx2\n!timeout",
		"chiffré.doc": "!encrypted",
		"vide.bin":    "",
		"interdit":    "x1",
	}, times: map[string]time.Time{}, denied: map[string]bool{"interdit": true}, failed: []string{"fermé"}}
	for p := range s.files {
		s.times[p] = t0
	}
	return s
}

func TestOneRecordForEachDocument(t *testing.T) {
	s, m := newShare(), newMemory()
	sum := scan(t, s, m, nil)
	want := map[string]string{
		"clair.txt": "H0", "deux.txt": "H2",
		"boîte.zip": "H3 partial", "boîte.zip!a.txt": "H1", "boîte.zip!b.txt": "H3 encrypted", "boîte.zip!a.txt#2": "H1",
		"coupé.txt": "H2 timeout", "chiffré.doc": "H? encrypted", "vide.bin": "H? malformed", "interdit": "H? denied", "fermé": "H? denied",
	}
	if diff := cmp.Diff(want, m.verdicts()); diff != "" {
		t.Errorf("records (-want +got)\n%s", diff)
	}
	if sum.Walked != 8 || sum.Members != 3 || sum.Opened != 6 {
		t.Errorf("summary = %+v", sum)
	}
	if len(s.acked) != 8 {
		t.Errorf("acknowledged %d documents, want 8", len(s.acked))
	}
	for _, r := range m.records {
		if r.Format == "" && r.Failure == nil {
			t.Errorf("%s has no format", r.Path)
		}
	}
}

func TestOnlyWhatChangedIsOpened(t *testing.T) {
	later := time.Date(2025, 1, 1, 0, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		name   string
		change func(*share, *Options)
		opened []string
		want   func(Summary) string // "" where it is right
	}{
		{"nothing", func(*share, *Options) {}, nil, func(s Summary) string { return expect(s, s.Unchanged == 6) }},
		{"touched", func(s *share, _ *Options) { s.times["deux.txt"] = later }, []string{"deux.txt"},
			func(s Summary) string { return expect(s, s.Redecided == 1 && s.Opened == 0) }},
		{"older", func(s *share, _ *Options) { s.times["deux.txt"], s.files["deux.txt"] = time.Unix(9, 0), "x1 x5" }, []string{"deux.txt"},
			func(s Summary) string { return expect(s, s.Opened == 1) }},
		{"moved", func(s *share, _ *Options) {
			s.files["ailleurs/deux.txt"], s.times["ailleurs/deux.txt"] = s.files["deux.txt"], s.times["deux.txt"]
			delete(s.files, "deux.txt")
		}, []string{"ailleurs/deux.txt"}, func(s Summary) string { return expect(s, s.Moved == 1 && s.Opened == 0 && s.Swept == 1) }},
		{"moved-to-a-telling-folder", func(s *share, _ *Options) {
			s.files["x7 dossier/deux.txt"], s.times["x7 dossier/deux.txt"] = s.files["deux.txt"], s.times["deux.txt"]
		}, []string{"x7 dossier/deux.txt"}, func(s Summary) string { return expect(s, s.Moved == 0 && s.Opened == 1) }},
		{"deleted", func(s *share, _ *Options) { delete(s.files, "boîte.zip") }, nil, func(s Summary) string { return expect(s, s.Swept == 4) }},
		{"policy", func(_ *share, o *Options) { o.Stamp.Policy = "p2" }, nil, func(s Summary) string { return expect(s, s.Redecided == 6 && s.Opened == 0) }},
		{"rules", func(_ *share, o *Options) { o.Stamp.Rules = "r2" }, []string{"boîte.zip", "chiffré.doc", "clair.txt", "coupé.txt", "deux.txt", "vide.bin"},
			func(s Summary) string { return expect(s, s.Opened == 6) }},
		{"full", func(_ *share, o *Options) { o.Full = true }, []string{"boîte.zip", "chiffré.doc", "clair.txt", "coupé.txt", "deux.txt", "vide.bin"},
			func(s Summary) string { return expect(s, s.Opened == 6) }},
	} {
		t.Run(c.name, func(t *testing.T) {
			s, m := newShare(), newMemory()
			scan(t, s, m, nil)
			sum := scan(t, s, m, func(o *Options) { c.change(s, o) })
			slices.Sort(s.opened)
			if diff := cmp.Diff(c.opened, s.opened); diff != "" {
				t.Errorf("opened (-want +got)\n%s", diff)
			}
			if wrong := c.want(sum); wrong != "" {
				t.Error(wrong)
			}
			// The records are those of a scan that never saw the old state.
			fresh := newMemory()
			again := &share{files: s.files, times: s.times, failed: s.failed, denied: s.denied}
			scan(t, again, fresh, nil)
			if diff := cmp.Diff(fresh.verdicts(), m.verdicts()); diff != "" {
				t.Errorf("against a first scan (-first +second)\n%s", diff)
			}
		})
	}
}

func expect(s Summary, ok bool) string {
	if ok {
		return ""
	}
	return fmt.Sprintf("summary = %+v", s)
}

func TestUnreachableFoldersDropNothing(t *testing.T) {
	s, m := newShare(), newMemory()
	s.files["loin/a.txt"], s.files["loin/b.txt"] = "x1", "x1"
	scan(t, s, m, nil)
	delete(s.files, "loin/a.txt")
	delete(s.files, "loin/b.txt")
	delete(s.files, "deux.txt")
	s.failed = append(s.failed, "loin")
	sum := scan(t, s, m, nil)
	if _, kept := m.verdicts()["loin/a.txt"]; !kept || sum.Swept != 1 {
		t.Errorf("swept %d; loin/a.txt kept: %v", sum.Swept, kept)
	}
	// No root at all: an error, and nothing is dropped.
	before := len(m.records)
	s.files, s.failed = nil, []string{""}
	if _, err := try(t, s, m, nil); !errors.Is(err, ErrUnreachable) {
		t.Errorf("error = %v, want ErrUnreachable", err)
	}
	if len(m.records) < before {
		t.Errorf("%d records, %d before", len(m.records), before)
	}
}

// TestWhatWasNotLookedAtStays: an empty or nearly empty walk, and globs, drop nothing.
func TestWhatWasNotLookedAtStays(t *testing.T) {
	fill := func() (*share, *memory) {
		s, m := newShare(), newMemory()
		for i := range 60 {
			s.files[fmt.Sprintf("lot/%02d.txt", i)] = "x1"
		}
		scan(t, s, m, nil)
		return s, m
	}
	s, m := fill()
	before := len(m.records)
	s.files, s.failed = map[string]string{}, nil
	sum := scan(t, s, m, nil)
	if len(m.records) != before || sum.Swept != 0 || len(sum.Held) != 1 {
		t.Errorf("an empty share: %d records of %d left, summary %+v", len(m.records), before, sum)
	}
	s.files["seul.txt"] = "x1"
	if sum = scan(t, s, m, nil); sum.Swept != 0 || len(sum.Held) != 1 {
		t.Errorf("a share that lost most: summary %+v", sum)
	}
	if sum = scan(t, s, m, func(o *Options) { o.MassDelete = true }); sum.Swept != before || len(m.records) != 1 {
		t.Errorf("a mass deletion that was asked for: %d records, summary %+v", len(m.records), sum)
	}

	s, m = fill()
	for p := range s.files {
		if strings.HasPrefix(p, "lot/") {
			delete(s.files, p)
		}
	}
	sum = scan(t, s, m, func(o *Options) { o.Covers = func(_, path string) bool { return !strings.HasPrefix(path, "lot/") } })
	if len(m.records) != before || sum.Swept != 0 || len(sum.Held) != 0 {
		t.Errorf("excluded paths: %d records of %d, summary %+v", len(m.records), before, sum)
	}
}

// TestContainersInContainers: each carries the worst of what it holds.
func TestContainersInContainers(t *testing.T) {
	s, m := &share{files: map[string]string{
		"a.zip": "liste\n=b.zip\n=b.zip!c.txt\nx1 x2 x3\n=b.zip!d.txt\n!encrypted\n=b.zip 2\nx1",
		"j.zip": "=n.txt\nx1 x2\n=n.txt\nx3\n!malformed",
	}}, newMemory()
	scan(t, s, m, nil)
	want := map[string]string{
		"a.zip": "H3 partial", "a.zip!b.zip": "H3 partial", "a.zip!b.zip!c.txt": "H3", "a.zip!b.zip!d.txt": "H? encrypted", "a.zip!b.zip 2": "H1",
		"j.zip": "H2 malformed", "j.zip!n.txt": "H2", "j.zip!n.txt#2": "H1 malformed",
	}
	if diff := cmp.Diff(want, m.verdicts()); diff != "" {
		t.Errorf("records (-want +got)\n%s", diff)
	}
}

type panicking struct{ on string }

func (p panicking) Classify(ctx context.Context, d poterne.Document, seq iter.Seq2[poterne.Segment, error]) ([]poterne.Finding, error) {
	if d.Path == p.on {
		panic("a text of the document")
	}
	return words{}.Classify(ctx, d, seq)
}

type panickingSource struct{ *share }

func (panickingSource) Documents(context.Context) iter.Seq2[poterne.Document, error] {
	return func(func(poterne.Document, error) bool) { panic("broken") }
}

// TestPanics: that of a classifier is one document's failure, any other the scan's
// error, none the program's end.
func TestPanics(t *testing.T) {
	s, m := newShare(), newMemory()
	rooms := Rooms{Source: s, Extractor: reader{}, Classifier: panicking{"deux.txt"}, Policy: counting{}, Ledger: m, Index: m}
	if _, err := Run(t.Context(), rooms, Options{Run: "r", Stamp: stamp, Shares: []string{"s"}}); err != nil {
		t.Fatal(err)
	}
	if got := m.verdicts()["deux.txt"]; got != "H? crashed" {
		t.Errorf("verdict = %s", got)
	}
	rooms.Source = panickingSource{s}
	if _, err := Run(t.Context(), rooms, Options{Run: "r", Stamp: stamp, Shares: []string{"s"}}); err == nil || !strings.Contains(err.Error(), "panic: broken") {
		t.Errorf("error = %v", err)
	}
}

// draining closes its channel once a document is being read.
type draining struct {
	words
	once *sync.Once
	c    chan struct{}
}

func (d draining) Classify(ctx context.Context, doc poterne.Document, seq iter.Seq2[poterne.Segment, error]) ([]poterne.Finding, error) {
	d.once.Do(func() { close(d.c) })
	return d.words.Classify(ctx, doc, seq)
}

// TestDrainFinishesAndSweepsNothing wants the document in hand finished, those that
// wait left, and nothing swept.
func TestDrainFinishesAndSweepsNothing(t *testing.T) {
	s, m := newShare(), newMemory()
	for i := range 2 * waiting {
		s.files[fmt.Sprintf("attente %d.txt", i)] = "x"
	}
	scan(t, s, m, nil)
	delete(s.files, "clair.txt")
	drain := draining{once: new(sync.Once), c: make(chan struct{})}
	rooms := Rooms{Source: s, Extractor: reader{}, Classifier: drain, Policy: counting{}, Ledger: m, Index: m}
	sum, err := Run(t.Context(), rooms, Options{Run: "drained", Stamp: stamp, Shares: []string{"s"}, Full: true, Workers: 1, Drain: drain.c})
	if err != nil || !sum.Drained || sum.Swept != 0 || sum.Recorded != 1 || sum.Walked != 1 || len(sum.Complete) != 0 {
		t.Errorf("summary = %+v, %v", sum, err)
	}
	if _, kept := m.verdicts()["clair.txt"]; !kept {
		t.Error("a document was swept by a walk that did not end")
	}
}

func TestStoreErrorsEndTheScan(t *testing.T) {
	s, m := newShare(), newMemory()
	m.putErr = errors.New("disk full")
	if _, err := try(t, s, m, nil); !errors.Is(err, m.putErr) {
		t.Errorf("error = %v, want %v", err, m.putErr)
	}
	if len(m.records) != 0 {
		t.Error("the ledger has what the index refused")
	}
	broken := errors.New("rules are gone")
	_, err := Run(t.Context(), Rooms{Source: s, Extractor: reader{}, Classifier: words{broken}, Policy: counting{}, Ledger: newMemory(), Index: newMemory()},
		Options{Run: "r", Stamp: stamp, Shares: []string{"s"}})
	if !errors.Is(err, broken) {
		t.Errorf("error = %v, want %v", err, broken)
	}
}

func TestCancelEndsSoon(t *testing.T) {
	s, m := newShare(), newMemory()
	ctx, cancel := context.WithCancel(t.Context())
	s.walking = func(n int) {
		if n == 3 {
			cancel()
		}
	}
	_, err := Run(ctx, Rooms{Source: s, Extractor: reader{}, Classifier: words{}, Policy: counting{}, Ledger: m, Index: m},
		Options{Run: "r", Stamp: stamp, Shares: []string{"s"}})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("error = %v", err)
	}
}

func TestSameRecordsWhateverTheWorkers(t *testing.T) {
	var first map[string]string
	for _, n := range []int{1, 2, 8} {
		s, m := newShare(), newMemory()
		for i := range 300 {
			s.files[fmt.Sprintf("lot/%03d.txt", i)] = strings.Repeat("x1 ", i%5)
		}
		scan(t, s, m, func(o *Options) { o.Workers, o.Memory = n, 64 })
		if first == nil {
			first = m.verdicts()
		}
		if diff := cmp.Diff(first, m.verdicts()); diff != "" {
			t.Errorf("%d workers (-1 worker +%d)\n%s", n, n, diff)
		}
	}
}

func TestEmitTellsUnchangedWhereAsked(t *testing.T) {
	for _, asked := range []bool{false, true} {
		s, m := newShare(), newMemory()
		scan(t, s, m, nil)
		s.times["deux.txt"] = time.Unix(5, 0)
		fresh, same := 0, 0
		scan(t, s, m, func(o *Options) {
			o.Unchanged = asked
			o.Emit = func(_ poterne.Record, unchanged bool) {
				if unchanged {
					same++
				} else {
					fresh++
				}
			}
		})
		want := 0
		if asked {
			want = 8 // five documents and three members
		}
		if fresh != 3 || same != want { // deux.txt, fermé and interdit
			t.Errorf("emitted %d fresh and %d unchanged records, want 3 and %d", fresh, same, want)
		}
	}
}
