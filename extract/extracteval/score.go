package main

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
)

// targets are the mean recalls that a change must not go below, by format.
var targets = map[string]float64{
	"docx": .975, "pptx": .98, "xlsx": .97, "xlsb": .95, "xls": .93, "doc": .985, "ppt": .985,
	"rtf": .99, "odt": .99, "ods": .99, "pdf": .955, total: .965,
}

const total = "total"

// silentRecall is below which a document that was read "whole" counts as lost
// without a word.
const silentRecall = 0.1

// document is how one document went.
type document struct {
	path, format, failure string
	recall                float64
	missing               []string // a few of the words
}

// row counts the documents of one format.
type row struct {
	format                    string
	documents, scored, unread int
	sum                       float64 // of the recalls
	hit, words, nhit, numbers int
}

func (r row) macro() float64 {
	if r.scored == 0 {
		return 1
	}
	return r.sum / float64(r.scored)
}

func ratio(hit, all int) float64 {
	if all == 0 {
		return 1
	}
	return float64(hit) / float64(all)
}

// score is how a corpus went.
type score struct {
	rows      []row // by format, the total last
	documents []document
}

// tally compares what was found with what is known. Recall is that of the set of
// words; the mean is over documents that have words.
func tally(references []reference, found map[string]*words) score {
	var s score
	byFormat := map[string]*row{}
	all := &row{format: total}
	for _, ref := range references {
		r := byFormat[ref.Format]
		if r == nil {
			r = &row{format: ref.Format}
			byFormat[ref.Format] = r
		}
		w := found[ref.Path]
		if w == nil {
			w = newWords()
		}
		d := document{path: ref.Path, format: ref.Format, failure: w.failure}
		hit, nhit := 0, 0
		for _, word := range ref.Words {
			if w.letters[word] {
				hit++
			} else if len(d.missing) < 12 {
				d.missing = append(d.missing, word)
			}
		}
		for _, n := range ref.Numbers {
			if w.digits[n] {
				nhit++
			}
		}
		d.recall = ratio(hit, len(ref.Words))
		for _, r := range []*row{r, all} {
			r.documents++
			if !w.read {
				r.unread++
			}
			r.hit, r.words = r.hit+hit, r.words+len(ref.Words)
			r.nhit, r.numbers = r.nhit+nhit, r.numbers+len(ref.Numbers)
			if len(ref.Words) > 0 {
				r.scored++
				r.sum += d.recall
			}
		}
		s.documents = append(s.documents, d)
	}
	for _, r := range byFormat {
		s.rows = append(s.rows, *r)
	}
	slices.SortFunc(s.rows, func(a, b row) int { return cmp.Compare(a.format, b.format) })
	s.rows = append(s.rows, *all)
	slices.SortFunc(s.documents, func(a, b document) int { return cmp.Compare(a.recall, b.recall) })
	return s
}

// table is the score in Markdown, in French as the page it goes to.
func (s score) table(c cost) string {
	var b strings.Builder
	b.WriteString("| format | documents | rappel moyen | rappel des mots | nombres | seuil |\n|---|---|---|---|---|---|\n")
	for _, r := range s.rows {
		target := "–"
		if t, ok := targets[r.format]; ok {
			target = fmt.Sprintf("%.3f", t)
		}
		name := r.format
		if name == total {
			name = "ensemble"
		}
		fmt.Fprintf(&b, "| %s | %d | %.4f | %.4f | %.4f | %s |\n", name, r.documents, r.macro(), ratio(r.hit, r.words), ratio(r.nhit, r.numbers), target)
	}
	fmt.Fprintf(&b, "\n%s\n", c)
	return b.String()
}

// belowTargets names each format below its target.
func (s score) belowTargets() error {
	var bad []error
	for _, r := range s.rows {
		if t, ok := targets[r.format]; ok && r.macro() < t {
			bad = append(bad, fmt.Errorf("%s: mean recall %.4f is below %.3f", r.format, r.macro(), t))
		}
	}
	return errors.Join(bad...)
}

// silent names each document that was lost without a word and without a reason.
func (s score) silent(reasons map[string]string) error {
	var bad []error
	for _, d := range s.documents {
		if d.recall < silentRecall && d.failure == "" && reasons[d.path] == "" {
			bad = append(bad, fmt.Errorf("silent miss: %s (recall %.3f)", d.path, d.recall))
		}
	}
	return errors.Join(bad...)
}

// Marks around the table in the page.
const (
	tableStart = "<!-- mesures : écrit par make eval-extract -->\n"
	tableEnd   = "<!-- fin des mesures -->\n"
)

// writeTable puts the table between its marks.
func writeTable(page, table string) error {
	b, err := os.ReadFile(page)
	if err != nil {
		return err
	}
	before, rest, ok := bytes.Cut(b, []byte(tableStart))
	_, after, ok2 := bytes.Cut(rest, []byte(tableEnd))
	if !ok || !ok2 {
		return fmt.Errorf("%s has no marks for the table", page)
	}
	out := slices.Concat(before, []byte(tableStart+"\n"+table+"\n"+tableEnd), after)
	return os.WriteFile(page, out, 0o644)
}
