package main

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"poterne"
	"poterne/extract"
)

// others says what other reader there is of a format, "" for none.
func others(format string) string {
	switch format {
	case "docx", "dotx", "docm", "xlsx", "xlsm", "xltx", "pptx", "ppsx", "potx", "pptm":
		return "unioffice"
	case "pdf":
		return "ledongthuc"
	case "doc", "xls", "ppt", "rtf":
		return "libreoffice"
	}
	return ""
}

// difference is what one reader found in a document and the other did not.
type difference struct {
	path, format string
	ours, theirs []string // words that only one found
	failure      string   // of our reader
}

// differential reads the corpus with the readers of the program and with the
// others, which share no code with them, and writes what only one found. It fails
// where the other found words that ours did not and no reason is written down.
func differential(program, corpus string, references []reference, reasons map[string]string) error {
	found, _, err := extractCorpus(program, corpus, references)
	if err != nil {
		return err
	}
	var all []difference
	for _, ref := range references {
		other := others(ref.Format)
		if other == "" || found[ref.Path] == nil {
			continue
		}
		theirs := newWords()
		if other == "libreoffice" { // the words of the corpus are its own
			for _, w := range ref.Words {
				theirs.letters[w] = true
			}
		} else if theirs, err = readOther(filepath.Join(corpus, filepath.FromSlash(ref.Path))); err != nil {
			continue // a file that the other cannot read says nothing
		}
		all = append(all, compare(ref, found[ref.Path], theirs))
	}
	report(os.Stdout, all)
	var bad []error
	for _, d := range all {
		if len(d.theirs) >= fewWords && reasons[d.path] == "" {
			bad = append(bad, fmt.Errorf("only the other reader finds: %s: %.300s", d.path, strings.Join(d.theirs, " ")))
		}
	}
	return errors.Join(bad...)
}

// fewWords is from how many words of the other reader alone a reason is asked for:
// fewer are labels that it makes up and words that it cuts.
const fewWords = 3

// compare lists the words that only one reader found. A word of theirs that is made
// of words of ours, or a piece of one, is the same text with spaces elsewhere.
func compare(ref reference, ours, theirs *words) difference {
	d := difference{path: ref.Path, format: ref.Format, failure: ours.failure}
	d.ours, d.theirs = only(ours.letters, theirs.letters), only(theirs.letters, ours.letters)
	return d
}

func only(a, b map[string]bool) []string {
	joined := strings.Join(slices.Sorted(maps.Keys(b)), " ")
	var words []string
	for _, w := range slices.Sorted(maps.Keys(a)) {
		if !b[w] && len([]rune(w)) > 2 && !strings.Contains(joined, w) && !glued(w, b) {
			words = append(words, w)
		}
	}
	return words
}

// glued reports whether a word is made of others, as where a reader loses spaces;
// words of one letter are not among them, so two of those are let through.
func glued(word string, parts map[string]bool) bool {
	r := []rune(word)
	const longest, none = 40, 99
	cost := make([]int, len(r)+1) // least words of one letter up to there
	for end := 1; end <= len(r); end++ {
		cost[end] = none
		for start := max(0, end-longest); start < end; start++ {
			switch piece := string(r[start:end]); {
			case parts[piece]:
				cost[end] = min(cost[end], cost[start])
			case piece == "a" || piece == "à" || piece == "l" || piece == "d":
				cost[end] = min(cost[end], cost[start]+1)
			}
		}
	}
	return cost[len(r)] <= 2
}

// report writes how many words only one reader found, by format, and the documents
// of which the other found more.
func report(w io.Writer, all []difference) {
	type row struct {
		documents, ours, theirs, both int
	}
	rows := map[string]*row{}
	for _, d := range all {
		r := rows[d.format]
		if r == nil {
			r = &row{}
			rows[d.format] = r
		}
		r.documents++
		r.ours += len(d.ours)
		r.theirs += len(d.theirs)
		if len(d.theirs) >= fewWords {
			r.both++
		}
	}
	fmt.Fprintln(w, "| format | autre lecteur | documents | mots de Poterne seul | mots de l'autre seul | documents où l'autre trouve plus |\n|---|---|---|---|---|---|")
	for _, f := range slices.Sorted(maps.Keys(rows)) {
		r := rows[f]
		fmt.Fprintf(w, "| %s | %s | %d | %d | %d | %d |\n", f, others(f), r.documents, r.ours, r.theirs, r.both)
	}
	slices.SortFunc(all, func(a, b difference) int {
		return cmp.Or(cmp.Compare(len(b.theirs), len(a.theirs)), cmp.Compare(a.path, b.path))
	})
}

// readOther reads a file with the second reader of its format, in a process of its
// own: some files kill it.
func readOther(name string) (*words, error) {
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	cmd := exec.CommandContext(ctx, self, "-other", name)
	cmd.Env = append(os.Environ(), "GOMEMLIMIT=1GiB")
	out, err := cmd.Output()
	if err != nil {
		return nil, err
	}
	var texts []string
	if err := json.Unmarshal(out, &texts); err != nil {
		return nil, err
	}
	w := newWords()
	for _, t := range texts {
		w.add(t)
	}
	return w, nil
}

// printOther writes the texts that the second reader finds in a file.
func printOther(name string) error {
	b, err := os.ReadFile(name)
	if err != nil {
		return err
	}
	x := extract.New(extract.Options{SecondEngine: true})
	defer x.Close()
	var texts []string
	for s, err := range x.Extract(context.Background(), poterne.Document{Path: filepath.Base(name)}, content{bytes.NewReader(b)}) {
		var f *poterne.Failure
		if errors.As(err, &f) && (f.Kind == poterne.Malformed || f.Kind == poterne.Crashed) && s.Part.Member == "" {
			return f
		}
		if err == nil && s.Place.Zone != poterne.ZoneName && s.Part.Member == "" {
			texts = append(texts, s.Body)
		}
	}
	return json.NewEncoder(os.Stdout).Encode(texts)
}

// content is a file in memory.
type content struct{ *bytes.Reader }

// Close implements poterne.Content.
func (content) Close() error { return nil }
