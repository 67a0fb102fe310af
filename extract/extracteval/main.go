// Command extracteval measures how many of a corpus's words the program finds.
//
// It runs "poterne extract" over the corpus as a user would, in child processes,
// and compares the words of each document with those that another program, or a
// person, read in it before. With -damage it reads cut and flipped versions of the
// documents, of which none may be lost; with -differential it compares with other
// readers. It fails where a format is below its target, and
// where a document was read "whole" with next to none of its words and no reason
// is written down for it.
package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "extracteval:", err)
		os.Exit(1)
	}
}

func run() error {
	corpus := flag.String("corpus", "", "folder with words.jsonl and the files that it names")
	program := flag.String("poterne", "bin/poterne", "the program to measure")
	page := flag.String("write", "", "page of documentation whose measured table is written again")
	explained := flag.String("explained", "", "file of silent misses and their reasons")
	each := flag.Float64("each", 0, "also list each document with a recall below this")
	damage := flag.Int("damage", 0, "read damaged versions of this many files instead, and say how each ended")
	differ := flag.Bool("differential", false, "compare with the other readers instead, and say what only one finds")
	other := flag.String("other", "", "print what the other reader finds in one file")
	flag.Parse()
	if *other != "" {
		return printOther(*other)
	}
	if *corpus == "" {
		return errors.New("-corpus is needed")
	}
	references, err := readReferences(filepath.Join(*corpus, "words.jsonl"))
	if err != nil {
		return err
	}
	if *damage > 0 {
		return damaged(*program, *corpus, *damage, references)
	}
	reasons, err := readReasons(*explained)
	if err != nil {
		return err
	}
	if *differ {
		return differential(*program, *corpus, references, reasons)
	}
	found, cost, err := extractCorpus(*program, *corpus, references)
	if err != nil {
		return err
	}
	s := tally(references, found)
	table := s.table(cost)
	fmt.Print(table)
	for _, d := range s.documents {
		if d.recall < *each {
			fmt.Printf("%.3f %s %s %v\n", d.recall, d.path, d.failure, d.missing)
		}
	}
	if *page != "" {
		if err := writeTable(*page, table); err != nil {
			return err
		}
	}
	return errors.Join(s.belowTargets(), s.silent(reasons))
}
