package policy

import (
	"slices"
	"strings"
	"testing"

	"poterne"
)

func TestSentence(t *testing.T) {
	p := newPolicy(t, Options{})
	at := placeArg(poterne.Place{Zone: poterne.ZoneCell, Sheet: "Paie", Column: 4, Header: "NIR"})
	for _, c := range []struct {
		name, lang, want string
		r                poterne.Reason
	}{
		{"one", "fr", "NIR : 1 valeur distincte (clé valide), feuille Paie, colonne NIR : RGPD art. 87", poterne.Reason{Key: "identifier", Args: []string{"fr-nir", "1", "1", at}, Legal: []string{"RGPD art. 87"}}},
		{"thousands", "fr", "numéro fiscal (SPI) : 1\u202f204 valeurs distinctes", poterne.Reason{Key: "identifier", Args: []string{"fr-spi", "1204", "", ""}}},
		{"english", "en", "1,204 distinct tax number (SPI)", poterne.Reason{Key: "identifier", Args: []string{"fr-spi", "1204", "", ""}}},
		{"two-texts", "fr", "marquage DIFFUSION RESTREINTE, en-tête, page 1 : a ; b", poterne.Reason{Key: "marking", Args: []string{"dr", placeArg(poterne.Place{Zone: poterne.ZoneHeader, Page: 1}), "100"}, Legal: []string{"a", "b"}}},
		{"line", "fr", "indice de marquage SECRET, ligne 12", poterne.Reason{Key: "marking-hint", Args: []string{"secret", placeArg(poterne.Place{Row: 12})}}},
		{"user-rule", "fr", "ma-règle : 2 valeurs distinctes", poterne.Reason{Key: "identifier", Args: []string{"ma-règle", "2", "", ""}}},
		{"hostile-member", "fr", "sortir « a�[31m�b » du conteneur", poterne.Reason{Key: "less-member", Args: []string{"a\x1b[31m\u202eb"}}},
		{"unknown-key", "fr", "clef-d-une-autre-version", poterne.Reason{Key: "clef-d-une-autre-version"}},
		{"missing-argument", "en", "only the issuer may change the mention ", poterne.Reason{Key: "less-issuer"}},
		{"unknown-language", "de", "seul l'émetteur peut modifier la mention SECRET", poterne.Reason{Key: "less-issuer", Args: []string{"secret"}}},
		{"date", "fr", "« x » : dérogation échue le 31/12/2025", poterne.Reason{Key: "derogation-over", Args: []string{"x", "2025-12-31"}}},
		{"date-english", "en", "“x”: derogation ended on 2025-12-31", poterne.Reason{Key: "derogation-over", Args: []string{"x", "2025-12-31"}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := p.Sentence(c.lang, c.r); got != c.want {
				t.Errorf("sentence = %q, want %q", got, c.want)
			}
		})
	}
}

// TestNames holds that everything that a verdict may hold has a name in French
// and in English.
func TestNames(t *testing.T) {
	p := newPolicy(t, Options{})
	for _, lang := range []string{"fr", "en"} {
		named := func(what, id, name string) {
			if name == "" || name == id && lang == "fr" {
				t.Errorf("%s: %s %q has no name", lang, what, id)
			}
		}
		for l := poterne.Unassessed; l <= poterne.Classified; l++ {
			named("level", l.String(), p.LevelName(lang, l))
		}
		for _, c := range poterne.Classes() {
			named("class", c.String(), p.ClassName(lang, c))
		}
		for _, f := range allFlags {
			named("flag", string(f), p.FlagName(lang, f))
		}
		for _, k := range poterne.Kinds() {
			named("kind", string(k), p.KindName(lang, k))
		}
		for e := poterne.ExposureUnknown; e <= poterne.ExposureEveryone; e++ {
			named("exposure", e.String(), p.ExposureName(lang, e))
		}
		for _, a := range p.Actors() {
			named("actor", a, p.ActorName(lang, a))
		}
		for _, d := range p.Doctrines() {
			named("doctrine", d, p.DoctrineName(lang, d))
		}
		for _, r := range p.Table() {
			if _, ok := p.tongue(lang).Labels[r.Label]; !ok {
				t.Errorf("%s: label %q has no name", lang, r.Label)
			}
		}
		w := p.tongue(lang)
		for _, m := range sorted(p.data.Markings) {
			if _, ok := w.Markings[m]; !ok {
				t.Errorf("%s: marking %q has no name", lang, m)
			}
		}
		for _, r := range sorted(p.data.Identifiers) {
			if _, ok := w.Rules[r]; !ok {
				t.Errorf("%s: rule %q has no name", lang, r)
			}
		}
		for _, c := range sorted(p.data.Categories) {
			if _, ok := w.Categories[c]; !ok {
				t.Errorf("%s: category %q has no name", lang, c)
			}
		}
		if got, want := sorted(w.Rules), sorted(p.words["fr"].Rules); !slices.Equal(got, want) {
			t.Errorf("%s names other rules than French does", lang)
		}
	}
	if got, want := p.ClassName("fr", poterne.H3), "Cloud de confiance (SecNumCloud)"; got != want {
		t.Errorf("H3 = %q, want %q", got, want)
	}
}

// TestNothingIsCalledCompliant holds that no sentence says "conforme" without
// "présumé": the program is no legal opinion.
func TestNothingIsCalledCompliant(t *testing.T) {
	p := newPolicy(t, Options{})
	for lang, word := range map[string]string{"fr": "conforme", "en": "compliant"} {
		for key, s := range p.tongue(lang).Reasons {
			if strings.Contains(s, word) && !strings.Contains(s, "présumé "+word) && !strings.Contains(s, "presumed "+word) {
				t.Errorf("%s, %s: %q", lang, key, s)
			}
		}
	}
}

func TestParseTemplateErrors(t *testing.T) {
	for _, c := range []struct{ name, in, want string }{
		{"open", "a {0", "not closed"},
		{"no-number", "{x}", "not an argument"},
		{"negative", "{-1}", "not an argument"},
		{"format", "{0|rul}", `did you mean "rule"`},
		{"one-form", "{0|s:un}", "two forms"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if _, err := parseTemplate(c.in); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error = %v, want %q", err, c.want)
			}
		})
	}
}

func TestPlacesAreNamed(t *testing.T) {
	p := newPolicy(t, Options{})
	for _, c := range []struct {
		format string
		place  poterne.Place
		want   string
	}{
		{"xlsx", poterne.Place{Zone: poterne.ZoneCell, Sheet: "Paie", Row: 3, Column: 4, Header: "NIR"}, "feuille Paie, colonne NIR"},
		{"xlsx", poterne.Place{Zone: poterne.ZoneCell, Sheet: "Paie", Row: 3, Column: 4}, "feuille Paie, colonne D"},
		{"pdf", poterne.Place{Page: 2}, "page 2"},
		{"pptx", poterne.Place{Page: 2, Zone: poterne.ZoneNote}, "diapositive 2, notes"},
		{"docx", poterne.Place{Zone: poterne.ZoneHeader}, "en-tête"},
		{"txt", poterne.Place{Row: 12}, "ligne 12"},
		{"docx", poterne.Place{}, "corps du texte"},
	} {
		if got := p.Where("fr", c.format, c.place); got != c.want {
			t.Errorf("%s %+v: %q, want %q", c.format, c.place, got, c.want)
		}
	}
}
