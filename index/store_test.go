package index_test

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"poterne"
	"poterne/index"
	"poterne/index/indextest"
	"poterne/internal/seal"
)

func total(t *testing.T, x indextest.Index, text string) int {
	t.Helper()
	q, err := index.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	p, err := x.Search(t.Context(), q)
	if err != nil {
		t.Fatalf("search %q: %v", text, err)
	}
	return int(p.Total)
}

// many returns n made records.
func many(n int) []poterne.Record {
	out := make([]poterne.Record, n)
	for i := range out {
		r := indextest.Records()[i%4]
		r.Path = fmt.Sprintf("service/%d/document %d.docx", i/100, i)
		r.ID = poterne.NewID(r.Share, r.Path, r.Member)
		r.Size = int64(i)
		out[i] = r
	}
	return out
}

// filesOf reads every file below dir.
func filesOf(t *testing.T, dir string) map[string][]byte {
	t.Helper()
	out := map[string][]byte{}
	err := filepath.WalkDir(dir, func(p string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		out[p], err = os.ReadFile(p)
		return err
	})
	if err != nil || len(out) == 0 {
		t.Fatalf("files of %s: %d, %v", dir, len(out), err)
	}
	return out
}

func TestNothingReadableAtRest(t *testing.T) {
	dir := t.TempDir()
	x := open(t, dir, seal.NewKey())
	var rs []poterne.Record
	var words []string
	for i := range 300 { // enough for several segments, and merges
		r := many(1)[0]
		r.Share, r.Owner = "partage-dupont", "agent-moreau"
		r.Path = fmt.Sprintf("dossier-martin/lettre-durand-%d.docx", i)
		r.Member = "piece-petit.txt"
		r.ID = poterne.NewID(r.Share, r.Path, r.Member)
		f := r.Findings[0]
		f.Masked, f.Prints, f.Rule = []string{"masque-leroy"}, []poterne.Fingerprint{poterne.Fingerprint(fmt.Sprintf("empreinte-roux-%d", i))}, "regle-faure"
		f.Spots = []poterne.Spot{{Place: poterne.Place{Sheet: "feuille-garnier", Header: "colonne-fournier"}}}
		r.Findings = []poterne.Finding{f}
		r.Assessment.Reasons = []poterne.Reason{{Key: "raison-blanc"}}
		r.Stamp.Content = "contenu-girard"
		rs = append(rs, r)
		words = append(words, string(r.ID))
	}
	for b := range slices.Chunk(rs, 50) {
		if err := x.Put(t.Context(), b...); err != nil {
			t.Fatal(err)
		}
	}
	if err := x.Delete(t.Context(), rs[0].ID); err != nil {
		t.Fatal(err)
	}
	if err := x.Publish(t.Context()); err != nil {
		t.Fatal(err)
	}
	if n := total(t, x, "dossier-martin rule:regle-faure"); n != 299 {
		t.Errorf("found %d of 299: the words are not in the index at all", n)
	}
	// Words of the paths, of labels, names of our own fields, values of class and rule.
	words = append(words, "dupont", "moreau", "martin", "durand", "petit", "leroy", "roux", "faure", "garnier", "fournier", "blanc", "girard",
		"exposure", "doctrine", "path_words")
	for _, when := range []string{"open", "closed"} {
		if when == "closed" {
			x.Close()
		}
		for name, data := range filesOf(t, dir) {
			data = bytes.ToLower(data)
			for _, w := range words {
				if bytes.Contains(data, []byte(w)) {
					t.Errorf("%s: %q stands in clear in %s", when, w, filepath.Base(name))
				}
			}
			if info, err := os.Stat(name); err == nil && runtime.GOOS != "windows" && info.Mode().Perm()&0o077 != 0 {
				t.Errorf("%s has mode %v", name, info.Mode())
			}
		}
	}
}

func TestWrongKeyIsRefused(t *testing.T) {
	dir := t.TempDir()
	key, other := seal.NewKey(), seal.NewKey()
	x := open(t, dir, key)
	if err := errors.Join(x.Put(t.Context(), many(10)...), x.Publish(t.Context()), x.Close()); err != nil {
		t.Fatal(err)
	}
	if _, err := index.Open(dir, other.For(seal.Index)); !errors.Is(err, seal.ErrKey) {
		t.Errorf("Open: %v", err)
	}
	if _, err := index.OpenSnapshot(dir, other.For(seal.Index)); !errors.Is(err, seal.ErrKey) {
		t.Errorf("OpenSnapshot: %v", err)
	}
	if _, err := index.Rebuild(t.Context(), dir, other.For(seal.Index), sequence(many(1))); !errors.Is(err, seal.ErrKey) {
		t.Errorf("Rebuild: %v", err)
	}
	x = open(t, dir, key)
	if n := total(t, x, ""); n != 10 {
		t.Errorf("%d documents after wrong keys, want 10", n)
	}
}

func TestSnapshotsStandStill(t *testing.T) {
	dir, key := t.TempDir(), seal.NewKey()
	x := open(t, dir, key)
	if _, err := index.OpenSnapshot(dir, key.For(seal.Index)); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a snapshot before the first: %v", err)
	}
	var held []*index.Snapshot
	for i := range 4 {
		if err := x.Put(t.Context(), many(10*(i+1))...); err != nil {
			t.Fatal(err)
		}
		if err := x.Publish(t.Context()); err != nil {
			t.Fatal(err)
		}
		s, err := index.OpenSnapshot(dir, key.For(seal.Index))
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		held = append(held, s)
		if err := s.Check(t.Context(), 10*(i+1)); err != nil {
			t.Error(err)
		}
	}
	for i, s := range held {
		p, err := s.Search(t.Context(), poterne.Query{Size: 1})
		if err != nil || int(p.Total) != 10*(i+1) {
			t.Errorf("snapshot %d answers %d, %v", i, p.Total, err)
		}
		stale, err := s.Stale(key.For(seal.Index))
		if err != nil || stale != (i < 3) {
			t.Errorf("snapshot %d: stale %v, %v", i, stale, err)
		}
	}
	folders, err := filepath.Glob(filepath.Join(dir, "snap-*"))
	if err != nil || runtime.GOOS != "windows" && len(folders) != 2 {
		t.Errorf("%d snapshots kept, %v; want 2", len(folders), err)
	}
	if err := held[3].Check(t.Context(), 41); !errors.Is(err, index.ErrDamaged) {
		t.Errorf("a count that is not the ledger's: %v", err)
	}
}

// TestPublishOfNothingNew wants no copy where the newest snapshot holds all, and one
// where a writer ended before it published.
func TestPublishOfNothingNew(t *testing.T) {
	dir, key := t.TempDir(), seal.NewKey()
	x := open(t, dir, key)
	newest := func() string {
		t.Helper()
		if err := x.Publish(t.Context()); err != nil {
			t.Fatal(err)
		}
		s, err := index.OpenSnapshot(dir, key.For(seal.Index))
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		if s.Behind() {
			t.Error("a snapshot of all that was written says that it is behind")
		}
		p, err := s.Search(t.Context(), poterne.Query{Size: 1})
		if err != nil {
			t.Fatal(err)
		}
		folders, err := filepath.Glob(filepath.Join(dir, "snap-*"))
		if err != nil {
			t.Fatal(err)
		}
		return fmt.Sprint(p.Total, " of ", folders)
	}
	reopen := func() {
		t.Helper()
		if err := x.Close(); err != nil {
			t.Fatal(err)
		}
		x = open(t, dir, key)
	}
	if err := x.Put(t.Context(), many(10)...); err != nil {
		t.Fatal(err)
	}
	first := newest()
	if again := newest(); again != first {
		t.Errorf("published again: %s after %s", again, first)
	}
	reopen()
	if again := newest(); again != first {
		t.Errorf("published again by another writer: %s after %s", again, first)
	}
	if err := x.Delete(t.Context(), many(10)[0].ID); err != nil {
		t.Fatal(err)
	}
	behind, err := index.OpenSnapshot(dir, key.For(seal.Index))
	if err != nil {
		t.Fatal(err)
	}
	defer behind.Close()
	if !behind.Behind() {
		t.Error("a snapshot does not say that something was deleted since")
	}
	reopen()
	if after := newest(); !strings.HasPrefix(after, "9 of") {
		t.Errorf("what was deleted before the end of a writer is still found: %s", after)
	}
}

func TestSecondWriterIsRefused(t *testing.T) {
	dir, key := t.TempDir(), seal.NewKey()
	open(t, dir, key)
	if _, err := index.Open(dir, key.For(seal.Index)); !errors.Is(err, index.ErrLocked) {
		t.Errorf("Open: %v", err)
	}
	if _, err := index.Rebuild(t.Context(), dir, key.For(seal.Index), sequence(nil)); !errors.Is(err, index.ErrLocked) {
		t.Errorf("Rebuild: %v", err)
	}
}

func sequence(rs []poterne.Record) iter.Seq2[poterne.Record, error] {
	return func(yield func(poterne.Record, error) bool) {
		for _, r := range rs {
			if !yield(r, nil) {
				return
			}
		}
	}
}

func TestRebuild(t *testing.T) {
	dir, key := t.TempDir(), seal.NewKey()
	k := key.For(seal.Index)
	x := open(t, dir, key)
	if err := errors.Join(x.Put(t.Context(), many(5)...), x.Publish(t.Context()), x.Close()); err != nil {
		t.Fatal(err)
	}
	broken := errors.New("the ledger broke")
	_, err := index.Rebuild(t.Context(), dir, k, func(yield func(poterne.Record, error) bool) {
		if yield(many(1)[0], nil) {
			yield(poterne.Record{}, broken)
		}
	})
	if !errors.Is(err, broken) {
		t.Errorf("Rebuild of a broken sequence: %v", err)
	}
	s, err := index.OpenSnapshot(dir, k)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if err := s.Check(t.Context(), 5); err != nil {
		t.Errorf("the old index after a rebuild that failed: %v", err)
	}
	for name := range filesOf(t, dir) { // ruin it all
		if filepath.Base(name) != "CURRENT" {
			os.WriteFile(name, []byte("ruin"), 0o600)
		}
	}
	if _, err := index.Open(dir, k); !errors.Is(err, index.ErrDamaged) {
		t.Errorf("Open of a ruin: %v", err)
	}
	if _, err := index.OpenSnapshot(dir, k); !errors.Is(err, index.ErrDamaged) {
		t.Errorf("OpenSnapshot of a ruin: %v", err)
	}
	r, err := index.Rebuild(t.Context(), dir, k, sequence(many(1200)))
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if err := r.Check(t.Context(), 1200); err != nil {
		t.Error(err)
	}
	s2, err := index.OpenSnapshot(dir, k)
	if err != nil {
		t.Fatal(err)
	}
	defer s2.Close()
	if err := s2.Check(t.Context(), 1200); err != nil {
		t.Error(err)
	}
	if left, _ := filepath.Glob(filepath.Join(dir, "*-*")); len(left) != 2 {
		t.Errorf("folders left: %v", left)
	}
}

// TestRebuildAfterAManifestIsLost covers a state folder of which only some files
// were restored.
func TestRebuildAfterAManifestIsLost(t *testing.T) {
	dir, key := t.TempDir(), seal.NewKey()
	k := key.For(seal.Index)
	x := open(t, dir, key)
	if err := errors.Join(x.Put(t.Context(), many(5)...), x.Publish(t.Context()), x.Close()); err != nil {
		t.Fatal(err)
	}
	current := filepath.Join(dir, "CURRENT")
	if err := os.WriteFile(current, []byte("{}"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := index.Open(dir, k); err == nil {
		t.Error("an index without its manifest opened")
	}
	if err := os.Remove(current); err != nil {
		t.Fatal(err)
	}
	r, err := index.Rebuild(t.Context(), dir, k, sequence(many(7)))
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if err := r.Check(t.Context(), 7); err != nil {
		t.Error(err)
	}
}

// TestFlippedBytes flips bytes in each file, one at a time. Of a snapshot, Check must find each
// one; of the live index, each one in a segment. A search answers right or fails.
func TestFlippedBytes(t *testing.T) {
	dir, key := t.TempDir(), seal.NewKey()
	k := key.For(seal.Index)
	x := open(t, dir, key)
	rs := many(200)
	if err := errors.Join(x.Put(t.Context(), rs...), x.Publish(t.Context()), x.Close()); err != nil {
		t.Fatal(err)
	}
	// Segments are linked: separate the snapshot from the live index.
	clean := filesOf(t, dir)
	flips, found := 0, 0
	for name, data := range clean {
		step := max(len(data)/25, 1)
		for at := 0; at < len(data); at += step {
			bad := slices.Clone(data)
			bad[at] ^= 0x10
			sub := t.TempDir()
			for n, d := range clean {
				if n == name {
					d = bad
				}
				rel, _ := filepath.Rel(dir, n)
				p := filepath.Join(sub, rel)
				os.MkdirAll(filepath.Dir(p), 0o700)
				if err := os.WriteFile(p, d, 0o600); err != nil {
					t.Fatal(err)
				}
			}
			flips++
			where := fmt.Sprintf("byte %d of %s", at, strings.TrimPrefix(name, dir))
			if strings.Contains(name, "live-") {
				found += flippedLive(t, sub, k, where, strings.HasSuffix(name, ".zap"))
			} else {
				found += flippedSnapshot(t, sub, k, where)
			}
		}
	}
	t.Logf("%d of %d flips were found", found, flips)
}

func flippedSnapshot(t *testing.T, dir string, k []byte, where string) int {
	t.Helper()
	s, err := index.OpenSnapshot(dir, k)
	if err == nil {
		err = s.Check(t.Context(), -1)
		s.Close()
	}
	// A flip in the check value of the manifest looks like another key.
	if !errors.Is(err, index.ErrDamaged) && !errors.Is(err, seal.ErrKey) {
		t.Errorf("%s was not found: %v", where, err)
		return 0
	}
	return 1
}

func flippedLive(t *testing.T, dir string, k []byte, where string, must bool) int {
	t.Helper()
	x, err := index.Open(dir, k)
	if err != nil {
		return 1
	}
	defer x.Close()
	if err := x.Check(t.Context(), 200); err != nil {
		return 1
	}
	if must {
		t.Errorf("%s was not found", where)
	}
	p, err := x.Search(t.Context(), poterne.Query{Size: 1})
	if err == nil && p.Total != 200 {
		t.Errorf("%s: a wrong answer, %d of 200, and no error", where, p.Total)
	}
	return 0
}
