package main

import (
	"bufio"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"poterne/report"
)

// unseen are papers that no model was trained on: written and labelled by two
// authors who had read the guide (docs/corpus.md) and nothing else.
const unseen = "../../classifiers/subject/unseen"

type paper struct {
	ID, Kind string
	Cats     []string
	Level    int
	Text     string
}

func papers(t *testing.T) map[string]paper {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(unseen, "*.jsonl"))
	if err != nil || len(files) == 0 {
		t.Fatalf("%d files of papers: %v", len(files), err)
	}
	all := map[string]paper{}
	for _, name := range files {
		f, err := os.Open(name)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		lines := bufio.NewScanner(f)
		lines.Buffer(nil, 1<<20)
		for lines.Scan() {
			var p paper
			if err := json.Unmarshal(lines.Bytes(), &p); err != nil {
				t.Fatal(err)
			}
			all[p.ID+".txt"] = p
		}
	}
	return all
}

// TestUnseenPapers gates what the whole program says of papers that nobody trained
// on, against their labels. At first measure (200 papers, 100 of them by an earlier
// model): 87 of 87 of level 3 recognised, 3 of 102 told so by mistake.
func TestUnseenPapers(t *testing.T) {
	b := newBench(t)
	if err := os.RemoveAll(b.path("partage")); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(b.path("partage"), 0o755); err != nil {
		t.Fatal(err)
	}
	all := papers(t)
	for name, p := range all {
		if err := os.WriteFile(b.path("partage/"+name), []byte(p.Text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	docs, _ := b.scan()
	var sensitive, recognised, harmless, mistaken, carrying, named int
	for name, p := range all {
		d, ok := docs[name]
		if !ok {
			t.Errorf("%s has no record", name)
			continue
		}
		if p.Level >= 3 {
			sensitive++
			recognised += count(d.Level >= 3)
		}
		if p.Kind != "carries" {
			harmless++
			mistaken += count(d.Level >= 3)
			continue
		}
		carrying++
		named += count(hasCategory(d, p.Cats[0]))
	}
	t.Logf("%d of %d of level 3 recognised, %d of %d told so by mistake, main category of %d in %d", recognised, sensitive, mistaken, harmless, named, carrying)
	if recognised*100 < sensitive*90 || mistaken*100 > harmless*10 || named*100 < carrying*80 {
		t.Errorf("below the gate: 90 %% recognised, 10 %% mistaken, 80 %% named")
	}
}

func hasCategory(d report.Document, category string) bool {
	return slices.Contains(d.Categories, category) ||
		slices.ContainsFunc(d.Findings, func(f report.Finding) bool { return f.Category == category })
}

func count(b bool) int {
	if b {
		return 1
	}
	return 0
}
