package extract_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"poterne/extract"
)

// TestPDFReadersDiffer compares the two readers of PDF, which share no code. The
// differences are known, each with its reason; a new one is a loss of one of them.
func TestPDFReadersDiffer(t *testing.T) {
	form := new(pdfFile)
	x := form.stream("/Type /XObject /Subtype /Form /BBox [0 0 595 842] /Resources << /Font << /F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> >>", lines("formulaire"))
	inForm := form.bytes(form.build("", page{content: append(lines("page"), " /Fx Do"...), resources: fmt.Sprintf("/XObject << /Fx %d 0 R >>", x)}))
	note := new(pdfFile)
	noted := note.bytes(note.build("", page{content: lines("page"), entries: "/Annots [<< /Type /Annot /Subtype /Text /Rect [10 10 30 30] /Contents (remarque) >>]"}))
	for _, c := range []struct {
		name                  string
		data                  []byte
		onlyFirst, onlySecond []string
		why                   string
	}{
		{"pages", textPDF([]string{"premier mot", "second mot"}, []string{"troisième"}), nil, nil, "nothing differs"},
		{"form", inForm, []string{"formulaire"}, nil, "the second reader does not follow forms"},
		{"note", noted, []string{"remarque"}, nil, "the second reader knows no annotations"},
		{"encrypted", encryptedPDF("", "ligne chiffrée"), []string{"chiffrée", "ligne"}, nil, "the second reader refuses 40-bit keys"},
	} {
		t.Run(c.name, func(t *testing.T) {
			first, second := pdfWords(t, c.data, false), pdfWords(t, c.data, true)
			if diff := cmp.Diff([][]string{c.onlyFirst, c.onlySecond}, [][]string{missing(first, second), missing(second, first)}); diff != "" {
				t.Errorf("known: %s; words of one reader only (-known +got):\n%s", c.why, diff)
			}
		})
	}
}

func pdfWords(t *testing.T, data []byte, second bool) map[string]bool {
	t.Helper()
	x := extract.New(extract.Options{CacheDir: pdfCache, SecondEngine: second})
	defer x.Close()
	words := map[string]bool{}
	for _, body := range bodies(t, x, data) {
		if strings.HasPrefix(body, "!") {
			continue
		}
		for _, w := range strings.Fields(body) {
			words[w] = true
		}
	}
	return words
}

// missing lists the words of a that b lacks.
func missing(a, b map[string]bool) []string {
	var out []string
	for _, w := range slices.Sorted(maps.Keys(a)) {
		if !b[w] {
			out = append(out, w)
		}
	}
	return out
}
