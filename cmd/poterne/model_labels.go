package main

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"poterne"
	"poterne/classifiers/subject"
	"poterne/extract/sandbox"
	"poterne/report"
)

func newModelLabels(a *app) *cobra.Command {
	var o readerOptions
	var decisions string
	cmd := &cobra.Command{
		Use:   "labels --decisions FILE PATH…",
		Short: a.say("Joindre aux décisions des personnes les mots des documents, pour l'apprentissage", "Join the words of documents to the decisions of persons, for training"),
		Long: a.say(
			"Lit les décisions de « review export --labels » et les documents qu'elles concernent, retrouvés par la\nsignature de leur contenu, et écrit pour chacune les mots du vocabulaire du modèle qui y sont : ni texte,\nni chemin, ni nom, ni numéro. À garder dans vos murs : des mots sans ordre disent encore le sujet.",
			"Reads the decisions of \"review export --labels\" and the documents that they are about, found by the\nsignature of their content, and writes for each one which words of the model's vocabulary it has: no\ntext, path, name or number. Keep it within your walls: words without order still tell the subject."),
		Example: `  poterne review export --labels -o decisions.jsonl
  poterne model labels --decisions decisions.jsonl -o labels.jsonl /srv/partage`,
		Args: cobra.MinimumNArgs(1),
	}
	o.readerFlags(a, cmd)
	cmd.Flags().StringVar(&decisions, "decisions", "", a.say("décisions de « review export --labels »", "decisions of \"review export --labels\""))
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		wanted, err := readDecisions(decisions)
		if err != nil {
			return fail(exitUsage, "poterne review export --labels", "%w", err)
		}
		m, err := a.openModel()
		if err != nil {
			return err
		}
		readers, err := a.openReadersAside(o, 1)
		if err != nil {
			return err
		}
		defer readers.Close()
		return a.write(func(w io.Writer) error {
			return a.joinLabels(cmd.Context(), w, m, readers, wanted, args)
		})
	}
	return cmd
}

// decision is a line of "review export --labels".
type decision struct {
	Content  string
	Member   string // hash of its path, "" for the document itself
	Category string
	Holds    *bool // nil for what is no decision about a category
}

// readDecisions returns the decisions about categories, by content.
func readDecisions(path string) (map[string][]decision, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	out := map[string][]decision{}
	lines := bufio.NewScanner(f)
	for n := 1; lines.Scan(); n++ {
		var d decision
		if err := json.Unmarshal(lines.Bytes(), &d); err != nil {
			return nil, fmt.Errorf("%s:%d: %w", path, n, err)
		}
		if d.Holds != nil {
			out[d.Content] = append(out[d.Content], d)
		}
	}
	return out, lines.Err()
}

// joinLabels writes a label for each decision whose document is among those named.
func (a *app) joinLabels(ctx context.Context, w io.Writer, m *subject.Model, readers *sandbox.Pool, wanted map[string][]decision, args []string) error {
	lines := report.NewJSONLines(w)
	written, all := 0, 0
	for _, d := range wanted {
		all += len(d)
	}
	for f, err := range a.openAll(ctx, args) {
		if err != nil {
			return err
		}
		if f.failure != nil {
			continue
		}
		content, err := contentSignature(f.content)
		if err != nil || wanted[content] == nil { // what cannot be read has no decision
			f.content.Close()
			continue
		}
		texts := textsByMember(read(ctx, readers, f))
		for _, d := range wanted[content] {
			bag, ok := m.Bag(texts[d.Member], d.Category)
			if !ok {
				continue
			}
			written++
			if err := lines.Write(subject.Label{Category: d.Category, Holds: *d.Holds, Bag: bag}); err != nil {
				return err
			}
		}
		delete(wanted, content) // a copy says the same
	}
	a.note("%d décisions sur %d ont leurs mots", "%d decisions of %d have their words", written, all)
	return nil
}

func contentSignature(c poterne.Content) (string, error) {
	sum := sha256.New()
	_, err := io.Copy(sum, io.NewSectionReader(c, 0, c.Size()))
	return "sha256:" + hex.EncodeToString(sum.Sum(nil)), err
}

// textsByMember returns the text of each part, by the hash that decisions name it by.
func textsByMember(t extracted) map[string]string {
	parts := map[string]*strings.Builder{}
	for _, s := range t.segments {
		if s.Place.Zone == poterne.ZoneName || s.Place.Zone == poterne.ZoneProperty {
			continue
		}
		key := memberHash(s.Part.Member)
		if parts[key] == nil {
			parts[key] = &strings.Builder{}
		}
		parts[key].WriteString(s.Body + "\n")
	}
	out := make(map[string]string, len(parts))
	for k, b := range parts {
		out[k] = b.String()
	}
	return out
}

// memberHash names a member without its path, which may name a person.
func memberHash(member string) string {
	if member == "" {
		return ""
	}
	sum := sha256.Sum256([]byte(member))
	return hex.EncodeToString(sum[:8])
}
