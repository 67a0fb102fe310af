package classifiers

import (
	"context"
	"strings"
	"testing"
	"unicode"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/unicode/norm"

	"poterne"
)

// typography is how the same text comes out of word processors, PDF files and
// operating systems.
var typography = []struct {
	name   string
	change func(string) string
}{
	{"no-break-space", func(s string) string { return strings.ReplaceAll(s, " ", "\u00a0") }},
	{"narrow-no-break-space", func(s string) string { return strings.ReplaceAll(s, " ", "\u202f") }},
	{"thin-space", func(s string) string { return strings.ReplaceAll(s, " ", "\u2009") }},
	{"non-breaking-hyphen", func(s string) string { return strings.ReplaceAll(s, "-", "\u2011") }},
	{"decomposed", norm.NFD.String},
	{"soft-hyphens", func(s string) string { return between(s, "\u00ad") }},
	{"zero-width", func(s string) string { return between(s, "\u200b") }},
	{"full-width-digits", func(s string) string {
		return strings.Map(func(r rune) rune {
			if r >= '0' && r <= '9' {
				return r - '0' + '０'
			}
			return r
		}, s)
	}},
	{"typographic-apostrophe", func(s string) string { return strings.ReplaceAll(s, "'", "’") }},
}

// between puts mark after every third letter or digit.
func between(s, mark string) string {
	var b strings.Builder
	n := 0
	for _, r := range s {
		b.WriteRune(r)
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			if n++; n%3 == 0 {
				b.WriteString(mark)
			}
		}
	}
	return b.String()
}

// TestTypography wants each example that matches to match in every typography,
// with the same fingerprints: the same value is the same value.
func TestTypography(t *testing.T) {
	c := newClassifier(t)
	for _, r := range c.rules.List() {
		if r.Find == "pem" {
			continue // decoded from the source: no word processor sets a key
		}
		for _, x := range r.Match {
			want, ok := c.example(r.ID, x)
			if !ok {
				t.Errorf("%s: %q is not found", r.ID, x)
				continue
			}
			for _, v := range typography {
				title, value := "", x
				if i := strings.Index(x, "] "); strings.HasPrefix(x, "[") && i > 0 {
					title, value = x[:i+2], x[i+2:]
				}
				changed := title + v.change(value)
				if changed == x {
					continue
				}
				got, ok := c.example(r.ID, changed)
				if !ok {
					t.Errorf("%s: %s of %q is not found", r.ID, v.name, x)
					continue
				}
				if d := cmp.Diff(want.Prints, got.Prints); d != "" {
					t.Errorf("%s: %s of %q has other fingerprints (-want +got)\n%s", r.ID, v.name, x, d)
				}
			}
		}
	}
}

// TestHardStops puts a line end, a tab and a border of segments inside each value
// of digits in groups: nothing may be found across.
func TestHardStops(t *testing.T) {
	c := newClassifier(t)
	for _, v := range []struct{ rule, before, after string }{
		{"fr-nir", "NIR 2 90 07 2A", "004 123 84"},
		{"fr-spi", "numéro fiscal 30 12 345", "678 167"},
		{"iban", "IBAN FR76 1027 8060 4100", "0202 7080 149"},
		{"card", "carte bancaire 4970 1012", "3456 7893"},
		{"fr-siret", "SIRET 732 829 320", "00074"},
		{"fr-siren", "SIREN 732 829", "320"},
		{"fr-tel", "tél. 06 12 34", "56 78"},
		{"fr-rib", "RIB 10278 06041", "00020270801 49"},
	} {
		if _, ok := c.example(v.rule, v.before+" "+v.after); !ok {
			t.Errorf("%s is not found in one piece", v.rule)
		}
		for name, stop := range map[string]string{"line": "\n", "crlf": "\r\n", "tab": "\t", "line-separator": "\u2028"} {
			if f, ok := c.example(v.rule, v.before+stop+v.after); ok {
				t.Errorf("%s is found across a %s: %v", v.rule, name, f.Masked)
			}
		}
		part := &poterne.Part{}
		found, err := c.Classify(context.Background(), poterne.Document{}, func(yield func(poterne.Segment, error) bool) {
			_ = yield(poterne.Segment{Part: part, Body: v.before}, nil) && yield(poterne.Segment{Part: part, Body: v.after}, nil)
		})
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range found {
			if f.Rule == v.rule {
				t.Errorf("%s is found across two segments", v.rule)
			}
		}
	}
}
