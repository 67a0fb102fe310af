package report

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"iter"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"poterne"
)

func voice(lang string) Voice {
	return Voice{
		Lang:     lang,
		Sentence: func(r poterne.Reason) string { return r.Key + " " + strings.Join(r.Args, ",") },
		Class:    func(c poterne.Class) string { return "nom de " + c.String() },
		Kind:     func(k poterne.Kind) string { return "cause " + string(k) },
		Category: func(c string) string { return c },
		Rule:     func(r string) string { return "règle " + r },
		Exposure: poterne.Exposure.String,
		Where:    func(_ string, p poterne.Place) string { return "feuille " + p.Sheet + ", colonne " + p.Header },
	}
}

func TestNumbersAndSizes(t *testing.T) {
	fr, en := voice("fr"), voice("en")
	for _, c := range []struct{ name, got, want string }{
		{"small", fr.Number(12), "12"},
		{"thousand", fr.Number(1234567), "1\u202f234\u202f567"},
		{"negative", fr.Number(-1234), "-1\u202f234"},
		{"english", en.Number(1234567), "1,234,567"},
		{"bytes", fr.Bytes(0), "0\u00a0o"},
		{"kilo", fr.Bytes(120_400), "120\u00a0Ko"},
		{"mega", fr.Bytes(1_100_000), "1,1\u00a0Mo"},
		{"rounds-up", fr.Bytes(999_600), "1,0\u00a0Mo"},
		{"giga-en", en.Bytes(2_500_000_000), "2.5\u00a0GB"},
		{"plural-zero-fr", fr.plural(0, "lu", "lus", "read", "reads"), "0 lu"},
		{"plural-zero-en", en.plural(0, "lu", "lus", "read", "reads"), "0 reads"},
	} {
		if c.got != c.want {
			t.Errorf("%s: %q, want %q", c.name, c.got, c.want)
		}
	}
}

func TestHostileNamesComeOutInert(t *testing.T) {
	for in, want := range map[string]string{
		"simple é.txt": "simple é.txt",
		"a\x1b[2Jb":    `a\x1b[2Jb`,
		"a\nb":         `a\nb`,
		"a\u202egpj":   `a\u202egpj`,
		"a\xffb":       `a\xffb`,
		"a\u200bb":     `a\u200bb`,
	} {
		if got := Inert(in); got != want {
			t.Errorf("Inert(%q) = %q, want %q", in, got, want)
		}
	}
}

func sample(path string, class poterne.Class, level poterne.Level) poterne.Record {
	return poterne.Record{
		Document: poterne.Document{ID: poterne.NewID("rh", path, ""), Share: "rh", Path: path, Size: 48_213, ModTime: time.Date(2024, 3, 1, 0, 0, 0, 0, time.UTC), Owner: "agent", Exposure: poterne.ExposureEveryone},
		Format:   "xlsx",
		Findings: []poterne.Finding{{Rule: "fr-nir", Category: "identite", Count: 14, Distinct: 12, Confidence: 0.95, Masked: []string{"2 •• 84"},
			Spots: []poterne.Spot{{Place: poterne.Place{Zone: poterne.ZoneCell, Sheet: "Paie", Column: 4, Header: "NIR"}, Count: 14, Distinct: 12}}, Legal: []string{"RGPD art. 87"}}},
		Assessment: poterne.Assessment{Level: level, Hosting: poterne.Hosting{Class: class, Flags: []poterne.Flag{poterne.FlagHDS}}, Categories: []string{"sante"},
			Reasons: []poterne.Reason{{Key: "raison", Args: []string{"12"}}}, Counterfactual: []poterne.Reason{{Key: "retirer"}}, Actor: "etat", Doctrine: "sren"},
	}
}

func all(rs ...poterne.Record) iter.Seq2[poterne.Record, error] {
	return func(yield func(poterne.Record, error) bool) {
		for _, r := range rs {
			if !yield(r, nil) {
				return
			}
		}
	}
}

func TestJSONLineKeepsItsKeys(t *testing.T) {
	r := sample("RH/paie\xff.xlsx", poterne.H3, poterne.Sensitive)
	r.Failure = poterne.Fail(poterne.StageExtract, poterne.Encrypted, nil)
	var b bytes.Buffer
	if err := NewJSONLines(&b).Write(voice("fr").Line(r)); err != nil {
		t.Fatal(err)
	}
	if strings.Count(b.String(), "\n") != 1 {
		t.Errorf("not one line: %q", b.String())
	}
	var got map[string]any
	if err := json.Unmarshal(b.Bytes(), &got); err != nil {
		t.Fatal(err)
	}
	for key, want := range map[string]any{
		"schema": "poterne/1", "type": "document", "level": 3.0, "path": "RH/paie\ufffd.xlsx", "path_b64": "UkgvcGFpZf8ueGxzeA==",
		"hosting":    map[string]any{"class": "H3", "flags": []any{"HDS"}, "name": "nom de H3"},
		"categories": []any{"sante"}, "failure": map[string]any{"stage": "extract", "kind": "encrypted"},
		"reasons": []any{"raison 12"}, "modified": "2024-03-01T00:00:00Z",
	} {
		if diff := cmp.Diff(want, got[key]); diff != "" {
			t.Errorf("%s (-want +got)\n%s", key, diff)
		}
	}
	f := got["findings"].([]any)[0].(map[string]any)
	if f["where"] != "feuille Paie, colonne NIR" || f["likelihood"] != "certain" || f["distinct"] != 12.0 {
		t.Errorf("finding = %v", f)
	}
	// The level of a record that nobody filled is never public, and lists are never null.
	b.Reset()
	if err := NewJSONLines(&b).Write(voice("fr").Line(poterne.Record{})); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(b.String(), `"level":-1`) || !strings.Contains(b.String(), `"class":"H?"`) || strings.Contains(strings.Replace(b.String(), `"failure":null`, "", 1), "null") {
		t.Errorf("empty record = %s", b.String())
	}
}

func TestCSVHoldsNoFormula(t *testing.T) {
	var b bytes.Buffer
	err := voice("fr").CSV(&b, all(sample("=HYPERLINK(\"x\")", poterne.H1, poterne.Public), sample("@a", poterne.H1, poterne.Public), sample("-2", poterne.H1, poterne.Public)))
	if err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(b.String(), "\ufeff"))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, r := range rows[1:] {
		got = append(got, r[1])
	}
	if diff := cmp.Diff([]string{"'=HYPERLINK(\"x\")", "'@a", "-2"}, got); diff != "" {
		t.Errorf("paths (-want +got)\n%s", diff)
	}
}

func TestScreenAndPage(t *testing.T) {
	failed := sample("RH/mutations.docx", poterne.ClassUnknown, poterne.Unassessed)
	failed.Failure = poterne.Fail(poterne.StageExtract, poterne.Encrypted, nil)
	member := sample("a.zip", poterne.H4, poterne.Restricted)
	member.Member = "b.docx"
	o, err := Summarize(all(sample("libre.txt", poterne.H1, poterne.Public), failed, sample("RH/paie.xlsx", poterne.H3, poterne.Sensitive),
		sample("Sûreté/<note>.docx", poterne.H5, poterne.Classified), member))
	if err != nil {
		t.Fatal(err)
	}
	if o.Documents != 4 || o.Read != 3 || o.Open != 2 {
		t.Errorf("documents %d read %d open %d, want 4 3 2", o.Documents, o.Read, o.Open)
	}
	var b bytes.Buffer
	s := Screen{Voice: voice("fr"), Title: "partage", Actor: "État", Doctrine: "SREN", Next: [][2]string{{"poterne show x", "pourquoi"}}}
	if err := s.Write(&b, o); err != nil {
		t.Fatal(err)
	}
	screen := b.String()
	for _, want := range []string{"3 fichiers lus sur 4", "H5  nom de H5", "H?  nom de H?", "cause encrypted (1) : RH/mutations.docx", "alerter l'officier de sécurité", "poterne show x"} {
		if !strings.Contains(screen, want) {
			t.Errorf("screen lacks %q:\n%s", want, screen)
		}
	}
	if strings.Index(screen, "note>") > strings.Index(screen, "paie.xlsx") {
		t.Error("the worst document does not come first")
	}
	if strings.Contains(screen, "\x1b") {
		t.Error("colours without being asked")
	}
	b.Reset()
	if err := (Page{Voice: voice("en"), Title: "share", At: time.Unix(0, 0)}).Write(&b, o); err != nil {
		t.Fatal(err)
	}
	page := b.String()
	for _, want := range []string{`<html lang="en">`, "Sûreté/&lt;note&gt;.docx", "candidate for the marking", `scope="row"`, "<caption"} {
		if !strings.Contains(page, want) {
			t.Errorf("page lacks %q", want)
		}
	}
	if strings.Contains(page, "<note>") || strings.Contains(page, "<script") || strings.Contains(page, "http://") || strings.Contains(page, "https://") {
		t.Error("the page holds raw markup, a script or an address")
	}
}

func TestExplainHidesWhatIsClassified(t *testing.T) {
	r := sample("a", poterne.H5, poterne.Classified)
	var b bytes.Buffer
	if err := voice("fr").Explain(&b, r, true); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(b.String(), "2 •• 84") {
		t.Errorf("masked evidence of a classified document is shown:\n%s", b.String())
	}
	r.Assessment.Level, r.Assessment.Hosting.Class = poterne.Sensitive, poterne.H3
	b.Reset()
	if err := voice("fr").Explain(&b, r, false); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"Niveau 3 · H3 + HDS", "2 •• 84", "feuille Paie, colonne NIR : 14", "RGPD art. 87", "retirer"} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("explanation lacks %q:\n%s", want, b.String())
		}
	}
}
