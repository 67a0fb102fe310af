package classifiers

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"poterne"
)

// typeset writes s as documents do: each way is a reason why a marking was missed
// by some tool.
var typeset = []struct {
	name string
	form func(string) string
}{
	{"capitals", strings.ToUpper},
	{"hyphens", func(s string) string { return strings.ReplaceAll(strings.ToUpper(s), " ", "-") }},
	{"no-break-spaces", func(s string) string { return strings.ReplaceAll(strings.ToUpper(s), " ", "\u00a0") }},
	{"narrow-spaces", func(s string) string { return strings.ReplaceAll(strings.ToUpper(s), " ", "\u202f") }},
	{"double-spaces", func(s string) string { return strings.ReplaceAll(strings.ToUpper(s), " ", "  ") }},
	{"soft-hyphens", func(s string) string { return strings.Replace(strings.ToUpper(s), "E", "E\u00ad", 1) }},
	{"zero-width", func(s string) string { return strings.Replace(strings.ToUpper(s), "T", "T\u200b", 1) }},
	{"combining", func(s string) string { return strings.Replace(strings.ToUpper(s), "E", "E\u0301", 1) }},
	{"full-width", func(s string) string {
		return strings.Map(func(r rune) rune {
			if r > ' ' && r < 0x7F {
				return r + 0xFEE0
			}
			return r
		}, strings.ToUpper(s))
	}},
	{"brackets", func(s string) string { return "[ " + strings.ToUpper(s) + " ]" }},
	{"stars", func(s string) string { return "*** " + strings.ToUpper(s) + " ***" }},
	{"page", func(s string) string { return strings.ToUpper(s) + " – page 3/12" }},
	{"prefix", func(s string) string { return "Classification : " + strings.ToUpper(s) }},
	{"caveat", func(s string) string { return strings.ToUpper(s) + " - SPÉCIAL FRANCE" }},
}

// TestMarkingRecall plants each full name of each high marking, in each way of
// writing it, in a header and on a first line, and wants a hard rule of each.
func TestMarkingRecall(t *testing.T) {
	c := classifier(t)
	planted, missed := 0, 0
	for _, m := range c.rules.Markings() {
		if m.Level() < poterne.Restricted {
			continue
		}
		for _, v := range m.Variants {
			for _, way := range typeset {
				for _, in := range [][]poterne.Segment{
					at(poterne.ZoneHeader, way.form(v)),
					textOf(way.form(v) + "\n" + filler(40)),
				} {
					planted++
					f, ok := marksIn(t, c, in)[m.ID]
					if got := verdictOf(f, ok); got != hard {
						missed++
						t.Errorf("%s, %q, %s: %v", m.ID, v, way.name, got)
					}
				}
			}
		}
	}
	t.Logf("%d planted, %d missed", planted, missed)
}

// TestMarkingRecallOfScans damages long names as optical recognition does, one
// sign in ten, and wants 95 % of them back (doctrine D.7).
func TestMarkingRecallOfScans(t *testing.T) {
	c := classifier(t)
	random := rand.New(rand.NewPCG(1, 2))
	confusions := map[byte]string{'I': "1l|T", 'O': "0QD", 'S': "5", 'E': "FC", 'R': "K", 'N': "H", 'D': "O", 'B': "8", 'F': "P", 'U': "V", 'C': "G"}
	planted, found := 0, 0
	for _, m := range c.rules.Markings() {
		for _, v := range m.Variants {
			if m.Level() < poterne.Restricted || len(strings.Join(phraseWords(v), "")) < minFuzzy {
				continue
			}
			for range 20 {
				b := []byte(strings.ToUpper(foldString(v)))
				damaged := 0
				for i := range b {
					if set := confusions[b[i]]; set != "" && damaged*10 < i+1 && damaged < 2 && random.IntN(10) == 0 {
						b[i] = set[random.IntN(len(set))]
						damaged++
					}
				}
				planted++
				if f, ok := marksIn(t, c, at(poterne.ZoneHeader, string(b)))[m.ID]; verdictOf(f, ok) >= confirm {
					found++
				}
			}
		}
	}
	if found*100 < planted*95 {
		t.Errorf("%d of %d damaged banners found, want 95 %%", found, planted)
	}
	t.Logf("%d of %d damaged banners found", found, planted)
}

// TestMarkingTalk names each marking in sentences about markings and wants none.
func TestMarkingTalk(t *testing.T) {
	c := classifier(t)
	sentences := []string{
		"La mention « %s » est apposée en haut de chaque page.",
		"Le niveau %s est défini à l'article 4 de l'instruction.",
		"Selon l'arrêté du 9 août 2021, le sigle %s signifie une protection renforcée.",
		"Glossaire : %s, par exemple, correspond à l'ancien niveau.",
		"Les personnes habilitées au niveau %s suivent une formation.",
		"Que faire si je reçois un document marqué %s ?",
		"L'article 12 décrit les informations dites %s.",
		"La légende du tableau explique %s.",
		"Depuis la réforme, %s remplace les niveaux anciens.",
	}
	said, taken := 0, 0
	for _, m := range c.rules.Markings() {
		for _, v := range m.Variants {
			for _, s := range sentences {
				for _, text := range []string{fmt.Sprintf(s, strings.ToUpper(v)), fmt.Sprintf(s, v)} {
					said++
					for mark, f := range marksIn(t, c, inBodyOf(text)) {
						taken++
						t.Errorf("%q: %s, %.2f", text, mark, f.Confidence)
					}
				}
			}
		}
	}
	t.Logf("%d sentences, %d taken for a marking", said, taken)
}
