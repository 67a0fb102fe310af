// Package train makes a model of subjects from a labelled corpus, public sheets
// that carry nothing, and word vectors; and measures it.
package train

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io/fs"
	"path"
	"slices"
)

// Doc is one document of the corpus (docs/corpus.md says what the fields mean).
type Doc struct {
	ID    string   `json:"id"`
	Batch string   `json:"batch"` // its author
	Kind  string   `json:"kind"`
	Cats  []string `json:"cats"`
	Level int      `json:"level"`
	Type  string   `json:"type"`
	Text  string   `json:"text"`
}

// Kinds of documents.
const (
	Carries   = "carries"
	Talks     = "talks"
	Blank     = "blank"
	Ordinary  = "ordinary"
	Published = "published"
)

// Categories are the categories of a model, in the order of its heads.
var Categories = []string{
	"sante", "judiciaire", "police_renseignement", "defense", "fiscal_douane", "rh_discipline", "social_mineurs",
	"opinions", "biometrie", "commande_publique", "deliberations", "affaires", "ssi", "infra", "diplomatie",
	"nucleaire", "elections", "archives", "etrangers", "personnel",
}

// minor categories hold nothing of level 3.
var minor = map[string]bool{"elections": true, "archives": true, "personnel": true}

// ofPersons are the categories whose cases are those of a determined person.
var ofPersons = map[string]bool{
	"sante": true, "judiciaire": true, "fiscal_douane": true, "rh_discipline": true, "social_mineurs": true,
	"opinions": true, "biometrie": true, "etrangers": true, "personnel": true, "elections": true,
}

// Sensitive reports whether d carries a category of level 3.
func (d *Doc) Sensitive() bool {
	return slices.ContainsFunc(d.Cats, func(c string) bool { return !minor[c] })
}

// ReadCorpus reads the files *.jsonl of a folder, sorted by name, and checks them.
func ReadCorpus(dir fs.FS) ([]Doc, error) {
	names, err := fs.Glob(dir, "*.jsonl")
	if err != nil {
		return nil, fmt.Errorf("list the corpus: %w", err)
	}
	var docs []Doc
	ids := map[string]bool{}
	for _, name := range names {
		b, err := fs.ReadFile(dir, name)
		if err != nil {
			return nil, fmt.Errorf("read the corpus: %w", err)
		}
		lines := bufio.NewScanner(bytes.NewReader(b))
		lines.Buffer(nil, 1<<20)
		for n := 1; lines.Scan(); n++ {
			var d Doc
			dec := json.NewDecoder(bytes.NewReader(lines.Bytes()))
			dec.DisallowUnknownFields()
			if err := dec.Decode(&d); err != nil {
				return nil, fmt.Errorf("%s:%d: %w", name, n, err)
			}
			if err := d.check(path.Base(name)); err != nil {
				return nil, fmt.Errorf("%s:%d: %w", name, n, err)
			}
			if ids[d.ID] {
				return nil, fmt.Errorf("%s:%d: the id %s is used twice", name, n, d.ID)
			}
			ids[d.ID] = true
			docs = append(docs, d)
		}
		if err := lines.Err(); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
	}
	return docs, nil
}

func (d *Doc) check(file string) error {
	if d.ID == "" || d.Batch+".jsonl" != file || d.Text == "" {
		return fmt.Errorf("id, text and the batch of the file's name are needed")
	}
	if !slices.Contains([]string{Carries, Talks, Blank, Ordinary, Published}, d.Kind) {
		return fmt.Errorf("unknown kind %q", d.Kind)
	}
	if (d.Kind == Carries) != (len(d.Cats) > 0) {
		return fmt.Errorf("%s with %d categories", d.Kind, len(d.Cats))
	}
	for _, c := range d.Cats {
		if !slices.Contains(Categories, c) {
			return fmt.Errorf("unknown category %q", c)
		}
	}
	if d.Level < 0 || d.Level > 5 || d.Sensitive() != (d.Level >= 3) {
		return fmt.Errorf("level %d with categories %v", d.Level, d.Cats)
	}
	return nil
}

// Batches returns the authors of docs, sorted.
func Batches(docs []Doc) []string {
	var out []string
	for _, d := range docs {
		if !slices.Contains(out, d.Batch) {
			out = append(out, d.Batch)
		}
	}
	slices.Sort(out)
	return out
}

// Folds deals the batches of docs to n folds and returns the fold of each doc: no
// author is in two.
func Folds(docs []Doc, n int) []int {
	batches := Batches(docs)
	n = min(n, len(batches))
	out := make([]int, len(docs))
	for i, d := range docs {
		out[i] = slices.Index(batches, d.Batch) % n
	}
	return out
}
