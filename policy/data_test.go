package policy

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"poterne"
)

// write puts files into a new folder and returns it.
func write(t testing.TB, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, body := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(body), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestOverrides(t *testing.T) {
	dir := write(t, map[string]string{
		"policy.yaml":       "volume:\n  mass: 50\n",
		"findings.yaml":     "categories:\n  sante: {level: 3, needs: none, label: special, legal: [RGPD art. 9]}\n",
		"sentences.fr.yaml": "reasons:\n  internal: \"rien à signaler\"\n",
	})
	p, ours := newPolicy(t, Options{Dir: dir}), newPolicy(t, Options{})
	if got := brief(p.Decide(poterne.Document{}, []poterne.Finding{nir(60)}, nil)); got != "2 H2" {
		t.Errorf("60 persons from 50: %s", got)
	}
	if got := brief(p.Decide(poterne.Document{}, []poterne.Finding{nir(500)}, nil)); got != "2 H3" {
		t.Errorf("a threshold that was not overridden changed: %s", got)
	}
	if got := brief(p.Decide(poterne.Document{}, []poterne.Finding{subject("sante")}, nil)); got != "3 H3" {
		t.Errorf("overridden category: %s", got)
	}
	if got := brief(p.Decide(poterne.Document{}, []poterne.Finding{subject("ssi")}, nil)); got != "3 H3" {
		t.Errorf("other category: %s", got)
	}
	if got := p.Sentence("fr", poterne.Reason{Key: "internal"}); got != "rien à signaler" {
		t.Errorf("overridden sentence: %q", got)
	}
	if p.Version() == ours.Version() {
		t.Error("another policy has the same version")
	}
}

// TestEveryProblemAtOnce plants problems of every kind and wants each of them told
// with its file, line and column.
func TestEveryProblemAtOnce(t *testing.T) {
	for _, c := range []struct {
		name, file, body string
		want             []string
	}{
		{"fields-and-types", "policy.yaml", "volume:\n  mas: 3\n  large: many\nconfidence:\n  counts: high\ndate: yesterday\n", []string{
			`policy.yaml:2:3: unknown field "mas" (did you mean "mass"?)`,
			`policy.yaml:3:10: want a whole number, not "many"`,
			`policy.yaml:5:11: want a number, not "high"`,
			`policy.yaml:6:7: want a date like 2026-11-25, not "yesterday"`,
		}},
		{"syntax", "policy.yaml", "volume: {mass: 3\n", []string{"policy.yaml:1:"}},
		{"shape", "findings.yaml", "categories: [a]\nseverities: {a: b}\n", []string{"findings.yaml:1:13: want a mapping", "want a list"}},
		{"classes", "policy.yaml", "labels:\n  mass:\n    hosting: {etat: H9, autre: H1+XX, collectivite: H?}\n    legal: [a]\n", []string{
			`policy.yaml:3:21: class "H9"`, `policy.yaml:3:32: flag "XX"`, "policy.yaml:3:53: no label may demand",
		}},
		{"references", "findings.yaml", "categories:\n  a: {level: 3, needs: nobody, label: specia}\nidentifiers:\n  b: {subject: santé, network: hub}\nmarkings:\n  c: {level: 9, label: x, claim: private}\n", []string{
			`findings.yaml:6:14: level 9 is not in -1..5`,
		}},
		{"references-of-sound-fields", "findings.yaml", "categories:\n  a: {level: 3, needs: nobody, label: specia}\nidentifiers:\n  b: {subject: sant, network: hub}\nmarkings:\n  c: {level: 1, label: internal, claim: private}\n", []string{
			`findings.yaml:2:3: categories.a: unknown label "specia" (did you mean "special"?)`, `needs is "nobody"`,
			`findings.yaml:4:3: identifiers.b: unknown subject "sant"`, `network is "hub"`, `findings.yaml:6:3: markings.c: claim is "private"`,
		}},
		{"missing-actor", "policy.yaml", "labels:\n  mine:\n    hosting: {etat: H3, nobody: H1}\n    legal: []\n", []string{
			`policy.yaml:2:3: labels.mine: no hosting for actor "autre"`, `policy.yaml:3:25: labels.mine: unknown actor "nobody"`, "labels.mine: no legal basis",
		}},
		{"new-actor", "policy.yaml", "actors:\n  musee: {}\n", []string{`labels.special: no hosting for actor "musee"`, "actors.musee: floor H? is no floor"}},
		{"doctrine", "policy.yaml", "doctrines:\n  \"2027\":\n    binds: [etats]\n    raise: {persona: H3}\n", []string{
			"doctrines.2027: no date", "no months of derogation", "no legal basis", `binds unknown actor "etats" (did you mean "etat"?)`, `unknown label "persona"`,
		}},
		{"twice", "policy.yaml", "volume:\n  mass: 3\n  mass: 4\n", []string{"policy.yaml:3:3: "}},
		{"sentences", "sentences.en.yaml", "reasons:\n  intern: \"x\"\n  internal: \"{0}\"\n  marking: \"{0|marc}\"\n", []string{
			`sentences.en.yaml:2:3: unknown reason "intern"`, "sentences.en.yaml:3:3: reason internal: argument {0}, but it has 0", `sentences.en.yaml:4:3: reason marking: unknown format "marc"`,
		}},
		{"stranger", "polcy.yaml", "a: 1\n", []string{`polcy.yaml:1:1: not a file of a policy (did you mean "policy.yaml"?)`}},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := New(Options{Dir: write(t, map[string]string{c.file: c.body})})
			if err == nil {
				t.Fatal("no error")
			}
			for _, want := range c.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("errors\n%v\nwant %q among them", err, want)
				}
			}
		})
	}
}

func TestOptionsAreChecked(t *testing.T) {
	_, err := New(Options{Actor: "etats", Doctrine: "2022"})
	if err == nil || !strings.Contains(err.Error(), `did you mean "etat"`) || !strings.Contains(err.Error(), "2022") {
		t.Errorf("error = %v", err)
	}
	if _, err := New(Options{Dir: filepath.Join(t.TempDir(), "none")}); err == nil {
		t.Error("a folder that does not exist was taken")
	}
}

func TestVersion(t *testing.T) {
	base := newPolicy(t, Options{})
	if again := newPolicy(t, Options{Actor: "etat", Doctrine: "sren"}); again.Version() != base.Version() {
		t.Errorf("the same policy has versions %s and %s", base.Version(), again.Version())
	}
	if !strings.HasPrefix(string(base.Version()), base.data.Version+"+") {
		t.Errorf("version %s does not start with the declared one", base.Version())
	}
	seen := map[poterne.Version]bool{base.Version(): true}
	for _, o := range []Options{
		{Actor: "operateur"}, {Doctrine: "2021"}, {Floor: map[string]poterne.Class{"s": poterne.H4}}, {Published: []string{"s"}},
		{Dir: write(t, map[string]string{"policy.yaml": "version: \"9\"\n"})},
		{Dir: write(t, map[string]string{"findings.yaml": "identifiers:\n  fr-tel: {}\n"})},
	} {
		v := newPolicy(t, o).Version()
		if seen[v] {
			t.Errorf("%+v has the version of another policy", o)
		}
		seen[v] = true
	}
	for _, o := range []Options{
		{Published: []string{"b", "a"}}, {Dir: write(t, map[string]string{"policy.yaml": "# nothing\nvolume:\n  mass: 100\n"})},
	} {
		other := o
		other.Published = append([]string(nil), o.Published...)
		if len(other.Published) == 2 {
			other.Published[0], other.Published[1] = other.Published[1], other.Published[0]
		} else {
			other.Dir = ""
		}
		if newPolicy(t, o).Version() != newPolicy(t, other).Version() {
			t.Errorf("%+v and %+v say the same and have other versions", o, other)
		}
	}
}

func TestActorsAndDoctrines(t *testing.T) {
	p := newPolicy(t, Options{})
	if got := strings.Join(p.Actors(), " "); got != "autre collectivite etablissement-sante etat etat-regalien operateur" {
		t.Errorf("actors = %s", got)
	}
	if got := strings.Join(p.Doctrines(), " "); got != "2021 2023 sren" {
		t.Errorf("doctrines = %s", got)
	}
	for name, want := range map[string]string{"2021": "2021-07-05", "2023": "2023-05-31", "sren": "2024-05-21"} {
		if got := p.DoctrineDate(name).Format("2006-01-02"); got != want {
			t.Errorf("doctrine %s is of %s, want %s", name, got, want)
		}
	}
}

// FuzzLoad reads any policy file: no panic, and an error has a place.
func FuzzLoad(f *testing.F) {
	for _, s := range []string{"", "volume: {mass: 3}", "a: [", "labels: *x", "volume: &a {mass: 1}\nconfidence: *a", "- a\n- b", "? x\n: y", "volume: {mass: |\n  3\n}", "\t", "a: !!binary x"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, src string) {
		d := &decoder{file: "f.yaml"}
		var into data
		d.decode([]byte(src), &into)
		for _, err := range d.errs {
			if !strings.HasPrefix(err.Error(), "f.yaml:") {
				t.Errorf("error without a place: %v", err)
			}
		}
	})
}
