package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/text/unicode/norm"
)

// document is what a scan says of one document.
type document struct {
	Type, Path string
	Hosting    struct{ Class string }
	Findings   []struct {
		Rule, Mark, Where string
		Count, Distinct   int
		Confidence        float64
		Tags              []string
	}
}

// scan runs the program on a folder, with a state and a key of its own, and hands
// each document to note.
func scan(program, folder string, note func(document)) error {
	dir, err := os.MkdirTemp("", "poterne-eval-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	cmd := exec.Command(program, "scan", "--format", "jsonl", "-q", "--state", filepath.Join(dir, "state"), "--key-file", filepath.Join(dir, "key"), folder)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	lines := bufio.NewReader(out)
	for {
		line, err := lines.ReadBytes('\n')
		if len(line) > 0 {
			var d document
			if err := json.Unmarshal(line, &d); err != nil {
				return fmt.Errorf("scan of %s: %w", folder, err)
			}
			if d.Type == "document" {
				note(d)
			}
		}
		if errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return err
		}
	}
	if err := cmd.Wait(); err != nil && cmd.ProcessState.ExitCode() != 3 { // 3: some documents unreadable
		return fmt.Errorf("scan of %s: %w", folder, err)
	}
	return nil
}

var classes = []string{"H?", "H0", "H1", "H2", "H3", "H4", "H5"}

// confusion compares the classes of the example share with its truth.
func (b *bench) confusion() (result, error) {
	res := result{section: "confusion"}
	got := map[string]string{}
	if err := scan(b.program, b.share, func(d document) { got[norm.NFC.String(d.Path)] = d.Hosting.Class }); err != nil {
		return res, err
	}
	data, err := os.ReadFile(filepath.Join(b.share, "truth.jsonl"))
	if err != nil {
		return res, err
	}
	table := map[string]map[string]int{}
	right, all := 0, 0
	var dangerous []string
	for line := range strings.Lines(string(data)) {
		var t struct{ Path, Kind, Class string }
		if err := json.Unmarshal([]byte(line), &t); err != nil {
			return res, fmt.Errorf("truth: %w", err)
		}
		if t.Kind == "failure" {
			continue // no class is right for what nobody could read
		}
		class, ok := got[norm.NFC.String(t.Path)]
		if !ok {
			res.missed = append(res.missed, t.Path+" has no record")
			continue
		}
		if table[t.Class] == nil {
			table[t.Class] = map[string]int{}
		}
		table[t.Class][class]++
		all++
		switch a, want := slices.Index(classes, class), slices.Index(classes, t.Class); {
		case a == want, t.Kind == "negative" && a > 0 && a < want:
			right++
		case a > 0 && a < want:
			dangerous = append(dangerous, fmt.Sprintf("%s: %s below %s", t.Path, class, t.Class))
		}
	}
	var t strings.Builder
	fmt.Fprintf(&t, "%d documents, %d classes justes (%.3f), %d erreurs dangereuses.\n\n| vérité \\ présumée | %s |\n|---%s|\n", all, right, float64(right)/float64(max(all, 1)), len(dangerous), strings.Join(classes, " | "), strings.Repeat("|---", len(classes)))
	for _, want := range classes[1:] {
		if table[want] == nil {
			continue
		}
		cells := make([]string, len(classes))
		for i, c := range classes {
			cells[i] = fmt.Sprint(table[want][c])
		}
		fmt.Fprintf(&t, "| **%s** | %s |\n", want, strings.Join(cells, " | "))
	}
	if len(dangerous) > 0 {
		fmt.Fprintf(&t, "\nErreurs dangereuses : %s.\n", strings.Join(dangerous, " ; "))
	}
	res.text = t.String()
	res.missed = append(res.missed, dangerous...)
	return res, nil
}

// noFalse are the rules of which a public corpus holds no true value: each finding
// is looked at.
var noFalse = []string{"fr-nir", "card", "fr-spi"}

// realFiles scans real public files and counts, by rule, what counts there.
func (b *bench) realFiles() (result, error) {
	res := result{section: "corpus"}
	rules, marks, documents := map[string]int{}, map[string]int{}, 0
	err := scan(b.program, b.corpus, func(d document) {
		documents++
		for _, f := range d.Findings {
			if slices.Contains(f.Tags, "example") || slices.Contains(f.Tags, "allowed") {
				continue
			}
			if f.Rule == "marquage" && f.Confidence >= markingCounts {
				marks[f.Mark+" | "+f.Where]++
			}
			if slices.Contains(noFalse, f.Rule) {
				rules[f.Rule]++
			}
		}
	})
	if err != nil {
		return res, err
	}
	var t strings.Builder
	fmt.Fprintf(&t, "%d documents.\n\n| règle | documents |\n|---|---|\n", documents)
	for _, r := range noFalse {
		fmt.Fprintf(&t, "| %s | %d |\n", r, rules[r])
		if rules[r] > 0 {
			res.missed = append(res.missed, fmt.Sprintf("%s in %d documents", r, rules[r]))
		}
	}
	t.WriteString("\n| marquage | où | documents |\n|---|---|---|\n")
	names := make([]string, 0, len(marks))
	for m := range marks {
		names = append(names, m)
	}
	slices.Sort(names)
	if len(names) == 0 {
		t.WriteString("| aucun | | 0 |\n")
	}
	for _, m := range names {
		fmt.Fprintf(&t, "| %s | %d |\n", m, marks[m])
	}
	res.text = t.String()
	return res, nil
}
