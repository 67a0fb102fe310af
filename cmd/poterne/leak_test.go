package main

import (
	"bytes"
	"encoding/json"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"poterne/internal/killtest"
	"poterne/ledger"
	"poterne/testdata"
)

// TestNoFieldOfAFindingHoldsAValue looks for every planted value in every field of
// every record: traces, steps, places and reasons too, shown or not.
func TestNoFieldOfAFindingHoldsAValue(t *testing.T) {
	b := newBench(t)
	b.scan()
	a := &app{state: b.path("etat"), key: b.path("cle"), stderr: io.Discard}
	led, _, err := a.openLedger(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer led.Close()
	planted := testdata.Planted()
	findings := 0
	for r, err := range led.Records(t.Context(), ledger.Filter{}) {
		if err != nil {
			t.Fatal(err)
		}
		findings += len(r.Findings)
		text, err := json.Marshal(r)
		if err != nil {
			t.Fatal(err)
		}
		for _, v := range planted {
			quoted, _ := json.Marshal(v)
			if strings.Contains(string(text), string(quoted[1:len(quoted)-1])) {
				t.Errorf("the record of %q holds a planted value of %d bytes", r.Path, len(v))
			}
		}
	}
	if findings < 200 {
		t.Errorf("only %d findings", findings)
	}
}

// TestNothingInClearAfterAKill looks at what scans leave that were killed while they
// wrote: the log of SQLite, half a snapshot, copies of members of archives.
func TestNothingInClearAfterAKill(t *testing.T) {
	b := newBench(t)
	start := time.Now()
	b.scan()
	usual := time.Since(start)
	logs, rounds := 0, killtest.Rounds(3)
	// A kill may come when the scan has ended: it goes on until one did not.
	for n := 0; n < rounds || logs == 0 && n < 10*rounds; n++ {
		killtest.Cut(t, b.command(t.Context(), "scan", "--full", "--format", "jsonl", "partage"), "run_start", usual/2)
		b.keepsNothingInClear()
		if info, err := os.Stat(b.path("etat/ledger/ledger.db-wal")); err == nil && info.Size() > 0 {
			logs++
		}
	}
	if logs == 0 {
		t.Error("no scan left the log of its ledger")
	}
}

// keepsNothingInClear looks for every planted value, for the name of every document
// and for words, in UTF-8 and UTF-16, in all files beside the share and in their names.
func (b *bench) keepsNothingInClear(words ...string) {
	b.t.Helper()
	secrets := append(words, testdata.Planted()...)
	secrets = append(secrets, "Paie mars", "Sûreté")
	err := filepath.WalkDir(b.path("partage"), func(p string, e fs.DirEntry, err error) error {
		if err == nil && e.Type().IsRegular() && len(e.Name()) >= 8 {
			secrets = append(secrets, e.Name())
		}
		return err
	})
	if err != nil {
		b.t.Fatal(err)
	}
	if len(secrets) < 1100 {
		b.t.Fatalf("only %d values and names", len(secrets))
	}
	wanted := newNeedles(secrets)
	files := 0
	err = filepath.WalkDir(b.dir, func(p string, e fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case p == b.path("partage"):
			return fs.SkipDir
		case !e.Type().IsRegular():
			return nil
		}
		data, err := os.ReadFile(p)
		if err != nil {
			return err
		}
		files++
		for _, text := range [][]byte{data, []byte(p)} {
			if n := wanted.in(text); n > 0 {
				b.t.Errorf("%s holds a secret of %d bytes in clear", p, n)
			}
		}
		return nil
	})
	if err != nil || files < 8 {
		b.t.Fatalf("looked at %d files: %v", files, err)
	}
}

// needles are texts to look for, all at once, by their first two bytes.
type needles [1 << 16][][]byte

// newNeedles returns texts as they are in UTF-8 and in UTF-16.
func newNeedles(texts []string) *needles {
	n := new(needles)
	for _, s := range texts {
		wide := make([]byte, 0, 2*len(s))
		for _, u := range utf16.Encode([]rune(s)) {
			wide = append(wide, byte(u), byte(u>>8))
		}
		for _, b := range [][]byte{[]byte(s), wide} {
			if len(b) >= 2 {
				n[int(b[0])<<8|int(b[1])] = append(n[int(b[0])<<8|int(b[1])], b)
			}
		}
	}
	return n
}

// in returns the length of the first needle that data holds, 0 for none.
func (n *needles) in(data []byte) int {
	for i := range len(data) - 1 {
		for _, b := range n[int(data[i])<<8|int(data[i+1])] {
			if bytes.HasPrefix(data[i:], b) {
				return len(b)
			}
		}
	}
	return 0
}

func TestNeedles(t *testing.T) {
	n := newNeedles([]string{"Zoé", "abc"})
	for text, want := range map[string]int{"": 0, "a": 0, "ab": 0, "xabc": 3, "ZoéX": 4, "..Z\x00o\x00\xe9\x00": 6, "ABC": 0} {
		if got := n.in([]byte(text)); got != want {
			t.Errorf("in %q: %d, want %d", text, got, want)
		}
	}
}
