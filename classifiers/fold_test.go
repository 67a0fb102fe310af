package classifiers

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestFold(t *testing.T) {
	for _, c := range []struct{ name, in, want string }{
		{"ascii", "Abc 12", "Abc 12"},
		{"accents", "Éléonore à l’été, cœur ÆŒ", "Eleonore a l'ete, coeur AEOE"},
		{"nfd", "e\u0301te\u0301", "ete"},
		{"spaces", "1\u00a085\u202f05\u200978", "1 85 05 78"},
		{"soft-hyphen", "confi\u00addentiel\u200b", "confidentiel"},
		{"dashes", "a\u2010b\u2011c\u2013d\u2014e\u2212f", "a-b-c-d-e-f"},
		{"full-width", "１２３ＡＢ", "123AB"},
		{"stops", "a\tb\r\nc\rd\ve\u2028f", "a\nb\nc\nd\ne\nf"},
		{"ordinal", "n° Nº №", "n\x04 N\x04 n\x04"},
		{"boxes", "☐ ☒ ✓", "\x02 \x03 \x03"},
		{"signs", "12 € • a", "12 \x01 \x01 a"},
		{"other-letters", "Ωμέγα", "Ωμέγα"},
		{"ligature", "eﬃcace", "efficace"},
		{"invalid", "a\xffb", "a\x01b"},
		{"quotes", "« oui » “non”", "\" oui \" \"non\""},
	} {
		t.Run(c.name, func(t *testing.T) {
			if d := cmp.Diff(c.want, foldString(c.in)); d != "" {
				t.Errorf("(-want +got)\n%s", d)
			}
		})
	}
}

func TestFoldCutsLongTokens(t *testing.T) {
	long := strings.Repeat("Ab1+", 100)
	for _, c := range []struct{ name, in, want string }{
		{"short", strings.Repeat("a", maxToken), strings.Repeat("a", maxToken)},
		{"long", "avant " + long + " après", "avant " + long[:headToken] + "\n apres"},
		{"two", long + "." + long, long[:headToken] + "\n." + long[:headToken] + "\n"},
		{"json", strings.Repeat(`{"a":1},`, 60), strings.Repeat(`{"a":1},`, 60)},
	} {
		t.Run(c.name, func(t *testing.T) {
			if d := cmp.Diff(c.want, foldString(c.in)); d != "" {
				t.Errorf("(-want +got)\n%s", d)
			}
		})
	}
}

func FuzzFold(f *testing.F) {
	for _, s := range []string{"", "é\u0301 1\u00a0\r\n\t☐", "\xc3", "ﬃ№\xff\r", strings.Repeat("x", 700) + " é"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		out := foldString(s)
		if strings.ContainsAny(out, "\t\r\u00a0") {
			t.Errorf("fold(%q) = %q holds what it should fold", s, out)
		}
		last, step := 0, 1+len(out)/100
		for i := 0; i <= len(out); i += step {
			at := sourceOffset(s, i)
			if at < last || at > len(s) {
				t.Fatalf("sourceOffset(%q, %d) = %d after %d", s, i, at, last)
			}
			last = at
		}
	})
}

// TestEscaped: the same person stands in a query as in a letter.
func TestEscaped(t *testing.T) {
	c := newClassifier(t)
	for _, x := range []struct{ rule, plain, escaped string }{
		{"email", "mail=j.durand42@orange.fr&x=1", "mail=j.durand42%40orange.fr&x=1"},
		{"fr-tel", "tel=06 12 34 56 78", "tel=06%2012%2034%2056%2078"},
		{"fr-tel", "tel=+33612345678", "tel=%2B33612345678"},
		{"iban", "iban=FR76 1027 8060 4100 0202 7080 149", "iban=FR76%201027%208060%204100%200202%207080%20149"},
	} {
		want, ok := c.example(x.rule, x.plain)
		got, _ := c.example(x.rule, x.escaped)
		if d := cmp.Diff(want.Prints, got.Prints); !ok || d != "" {
			t.Errorf("%s: %q (-want +got)\n%s", x.rule, x.escaped, d)
		}
	}
	for _, same := range []string{"remise de 20% sur 40% des prix", "100%", "%4", "%zz"} {
		if got := unescaped(same); got != same {
			t.Errorf("unescaped(%q) = %q", same, got)
		}
	}
}
