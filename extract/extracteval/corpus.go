package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"golang.org/x/text/unicode/norm"
)

// reference is what is known to stand in one document of the corpus.
type reference struct {
	Path    string   `json:"path"`
	Format  string   `json:"format"`
	Words   []string `json:"words"`
	Numbers []string `json:"numbers"`
}

// readReferences reads words.jsonl: one object a document.
func readReferences(name string) ([]reference, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	var all []reference
	d := json.NewDecoder(bufio.NewReader(f))
	for {
		var r reference
		if err := d.Decode(&r); err == io.EOF {
			return all, nil
		} else if err != nil {
			return nil, fmt.Errorf("read %s: %w", name, err)
		}
		r.Path = norm.NFC.String(r.Path)
		all = append(all, r)
	}
}

// readReasons reads lines of "path<TAB>reason". An empty name is no file.
func readReasons(name string) (map[string]string, error) {
	reasons := map[string]string{}
	if name == "" {
		return reasons, nil
	}
	b, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	for i, line := range strings.Split(string(b), "\n") {
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		path, why, ok := strings.Cut(line, "\t")
		if !ok || strings.TrimSpace(why) == "" {
			return nil, fmt.Errorf("%s:%d: want path, tab, reason", name, i+1)
		}
		reasons[path] = why
	}
	return reasons, nil
}

// line is one line of "poterne extract --format jsonl".
type line struct {
	Path    string `json:"path"`
	Text    string `json:"text"`
	Failure string `json:"failure"`
}

// collect reads the lines of an extraction into words by path of the reference;
// members count for their container.
func collect(r io.Reader, references []reference) (map[string]*words, error) {
	found := make(map[string]*words, len(references))
	known := make(map[string]bool, len(references))
	for _, ref := range references {
		known[ref.Path] = true
	}
	d := json.NewDecoder(bufio.NewReaderSize(r, 1<<20))
	for {
		var l line
		err := d.Decode(&l)
		if errors.Is(err, io.EOF) {
			return found, nil
		}
		if err != nil {
			return nil, fmt.Errorf("read the extraction: %w", err)
		}
		path, member := norm.NFC.String(l.Path), false
		for !known[path] {
			i := strings.LastIndexByte(path, '!')
			if i < 0 {
				break
			}
			path, member = path[:i], true
		}
		if !known[path] {
			continue
		}
		w := found[path]
		if w == nil {
			w = newWords()
			found[path] = w
		}
		w.add(l.Text)
		w.read = true
		if l.Failure != "" && (!member || w.failure == "") {
			w.failure = l.Failure
		}
	}
}
