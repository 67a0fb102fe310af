// Command makeshare writes the example share: documents of an invented French
// administration in every format that Poterne reads, and what a careful reader
// says of each.
//
// It writes the same bytes at every run. No person, number or place in it is
// real. Run it from the root of the module:
//
//	go run ./testdata/makeshare
package main

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
)

func main() {
	dir := flag.String("o", filepath.Join("testdata", "partage"), "folder of the share; planted.txt is written beside it")
	flag.Parse()
	if err := write(*dir, makeShare()); err != nil {
		fmt.Fprintln(os.Stderr, "makeshare:", err)
		os.Exit(1)
	}
}

// write replaces the share in dir.
func write(dir string, s *share) error {
	if err := os.RemoveAll(dir); err != nil {
		return err
	}
	files := s.files()
	for _, name := range files.names {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(path, files.data[name], 0o644); err != nil {
			return err
		}
	}
	return nil
}

// tree is the content of the folder, in the order it is written. The list of
// planted values lies outside, so that no scan of the share reads it.
type tree struct {
	names []string
	data  map[string][]byte
}

func (s *share) files() tree {
	t := tree{data: map[string][]byte{}}
	add := func(name string, data []byte) {
		t.names = append(t.names, name)
		t.data[name] = data
	}
	for _, d := range s.docs {
		if d.data != nil {
			add(d.path, d.data)
		}
	}
	add("truth.jsonl", s.truth())
	add("../planted.txt", s.plantedList())
	return t
}

// truth writes one claim a line, in the order of paths.
func (s *share) truth() []byte {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	for _, d := range s.docs {
		if d.claim != nil {
			must(e.Encode(d.claim))
		}
	}
	return b.Bytes()
}

// plantedList writes one quoted value a line: some hold newlines.
func (s *share) plantedList() []byte {
	var b bytes.Buffer
	for _, v := range s.values() {
		b.WriteString(strconv.QuoteToASCII(v) + "\n")
	}
	return b.Bytes()
}
