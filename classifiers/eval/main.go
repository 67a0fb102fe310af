// Command eval measures detection: planted identifiers and decoys, markings,
// hosting classes of the example share, and real public files. Gates that do not
// hold make it fail; figures go to docs/evaluation.md.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"iter"
	"os"

	"poterne"
	"poterne/classifiers"
	"poterne/internal/section"
)

func main() {
	var o options
	flag.StringVar(&o.program, "program", "", "poterne itself, for the example share and the corpus")
	flag.StringVar(&o.share, "share", "testdata/partage", "example share, with truth.jsonl in it")
	flag.StringVar(&o.corpus, "corpus", "", "folder of real public files, none: left out")
	flag.StringVar(&o.page, "write", "", "page of documentation that gets the figures")
	flag.IntVar(&o.each, "n", 40, "values planted for each identifier in each way")
	flag.Uint64Var(&o.seed, "seed", 1, "of the generators")
	flag.Parse()
	if err := run(o); err != nil {
		fmt.Fprintln(os.Stderr, "eval:", err)
		os.Exit(1)
	}
}

type options struct {
	program, share, corpus, page string
	each                         int
	seed                         uint64
}

// result is a table and the gates that it does not meet.
type result struct {
	section, text string
	missed        []string
}

func run(o options) error {
	c, err := classifiers.New(classifiers.Options{})
	if err != nil {
		return err
	}
	rules, err := classifiers.Load("")
	if err != nil {
		return err
	}
	b := &bench{c, rules, o}
	parts := []func() (result, error){b.identifiers, b.wordless, b.decoys, b.markings}
	if o.program != "" {
		parts = append(parts, b.confusion)
		if o.corpus != "" {
			parts = append(parts, b.realFiles)
		}
	}
	var missed []error
	for _, part := range parts {
		r, err := part()
		if err != nil {
			return err
		}
		fmt.Printf("# %s\n%s\n", r.section, r.text)
		for _, m := range r.missed {
			missed = append(missed, errors.New(r.section+": "+m))
		}
		if o.page != "" {
			if err := section.Replace(o.page, r.section, r.text); err != nil {
				return err
			}
		}
	}
	return errors.Join(missed...)
}

// bench is a classifier with its rules under measure.
type bench struct {
	classifier *classifiers.Classifier
	rules      *classifiers.Rules
	options
}

// find classifies segments as one document.
func (b *bench) find(segments ...poterne.Segment) ([]poterne.Finding, error) {
	return b.classifier.Classify(context.Background(), poterne.Document{}, seq(segments))
}

func seq(list []poterne.Segment) iter.Seq2[poterne.Segment, error] {
	part := &poterne.Part{}
	return func(yield func(poterne.Segment, error) bool) {
		for _, s := range list {
			s.Part = part
			if !yield(s, nil) {
				return
			}
		}
	}
}

// counted returns the finding of a rule that raises a level, if any.
func counted(found []poterne.Finding, rule string) (poterne.Finding, bool) {
	for _, f := range found {
		if f.Rule == rule && f.Level > poterne.Public && f.Counts() {
			return f, true
		}
	}
	return poterne.Finding{}, false
}
