package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"poterne/testdata"
)

// truth is a line of the truth of the example share.
type truth struct {
	Path, Kind, Class   string
	IDs                 map[string]int
	Cats, Flags, Forbid []string
}

func truths(t *testing.T) []truth {
	t.Helper()
	var all []truth
	lines := bufio.NewScanner(bytes.NewReader(testdata.Truth()))
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var x truth
		if err := json.Unmarshal(lines.Bytes(), &x); err != nil {
			t.Fatal(err)
		}
		all = append(all, x)
	}
	return all
}

// TestExampleShareMeetsItsTruth scores a scan of the example share against what a
// careful reader says of it: no class below the truth, nothing found that must not
// be, every failure said.
func TestExampleShareMeetsItsTruth(t *testing.T) {
	b := newBench(t)
	docs, summary := b.scan()
	if summary["walked"] != summary["recorded"] {
		t.Errorf("walked %v, recorded %v", summary["walked"], summary["recorded"])
	}
	want, got, right, decided, told, untold := 0, 0, 0, 0, 0, 0
	for _, x := range truths(t) {
		d, ok := docs[x.Path]
		if !ok {
			t.Errorf("%q has no record", x.Path)
			continue
		}
		if x.Kind == "failure" {
			if d.Failure == nil || d.Hosting.Class == "H0" || d.Hosting.Class == "H1" {
				t.Errorf("%s: failure %v, class %s", x.Path, d.Failure, d.Hosting.Class)
			}
			continue
		}
		found, categories := map[string]int{}, slices.Clone(d.Categories)
		for path, m := range docs {
			if path != x.Path && !strings.HasPrefix(path, x.Path+"!") {
				continue
			}
			for _, f := range m.Findings {
				found[f.Rule] += f.Distinct
				categories = append(categories, f.Category)
			}
			categories = append(categories, m.Categories...)
		}
		for rule, n := range x.IDs {
			want, got = want+n, got+min(n, found[rule])
			if found[rule] < n {
				t.Logf("%s: %d of %d %s", x.Path, found[rule], n, rule)
			}
		}
		for _, c := range x.Cats {
			told++
			if !slices.Contains(categories, c) {
				untold++
				t.Logf("%s: category %s is not among %v", x.Path, c, categories)
			}
		}
		for _, f := range x.Flags {
			if !slices.Contains(d.Hosting.Flags, f) {
				t.Errorf("%s: flag %s is missing", x.Path, f)
			}
		}
		for _, f := range x.Forbid {
			if found[f] > 0 || slices.Contains(categories, f) {
				t.Errorf("%s: %s is a false positive", x.Path, f)
			}
		}
		decided++
		switch {
		case d.Hosting.Class == x.Class, x.Kind == "negative" && d.Hosting.Class < x.Class && d.Hosting.Class != "H?":
			right++
		case d.Hosting.Class < x.Class:
			t.Errorf("%s: class %s below the truth %s", x.Path, d.Hosting.Class, x.Class)
		default:
			t.Logf("%s: class %s above the truth %s", x.Path, d.Hosting.Class, x.Class)
		}
	}
	if got*100 < want*98 {
		t.Errorf("%d of %d planted values found, 98 %% wanted", got, want)
	}
	if untold*100 > told*5 {
		t.Errorf("%d of %d categories missed, 5 %% allowed", untold, told)
	}
	if right*100 < decided*95 {
		t.Errorf("%d of %d classes right, 95 %% wanted", right, decided)
	}
}
