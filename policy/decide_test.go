package policy

import (
	"strings"
	"testing"

	"poterne"

	"github.com/google/go-cmp/cmp"
)

// newPolicy returns the policy of o, or ends the test.
func newPolicy(t testing.TB, o Options) *Policy {
	t.Helper()
	p, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// opt changes a finding that a test makes.
type opt func(*poterne.Finding)

func tags(ts ...poterne.Tag) opt {
	return func(f *poterne.Finding) { f.Tags = append(f.Tags, ts...) }
}

func conf(c float64) opt { return func(f *poterne.Finding) { f.Confidence = c } }

func of(c string) opt { return func(f *poterne.Finding) { f.Category = c } }

// page puts the whole finding on a page.
func page(n int) opt {
	return func(f *poterne.Finding) {
		f.Spots = []poterne.Spot{{Place: poterne.Place{Page: n}, Count: f.Count, Distinct: f.Distinct}}
	}
}

// column puts the whole finding in a column of a sheet.
func column(sheet string, n int, header string) opt {
	return func(f *poterne.Finding) {
		f.Spots = []poterne.Spot{{Place: poterne.Place{Zone: poterne.ZoneCell, Sheet: sheet, Column: n, Header: header}, Count: f.Count, Distinct: f.Distinct}}
	}
}

func finding(rule string, n, level int, opts []opt) poterne.Finding {
	l, err := poterne.LevelOf(level)
	if err != nil {
		panic(err)
	}
	f := poterne.Finding{
		Rule: rule, Category: rule, Count: n, Distinct: n, Confidence: 0.95, Level: l,
		Spots: []poterne.Spot{{Count: n, Distinct: n}},
	}
	for _, o := range opts {
		o(&f)
	}
	return f
}

// id is an identifier of a person.
func id(rule string, n, level int, opts ...opt) poterne.Finding {
	return finding(rule, n, level, append([]opt{tags(poterne.TagPerson)}, opts...))
}

// nir is n distinct NIR in column D of the sheet Paie.
func nir(n int, opts ...opt) poterne.Finding {
	return id("fr-nir", n, 2, append([]opt{of("identite"), column("Paie", 4, "NIR")}, opts...)...)
}

// thing is an identifier of no person.
func thing(rule string, n, level int, opts ...opt) poterne.Finding {
	return finding(rule, n, level, opts)
}

// subject is a category, certain and carrying, beside no person.
func subject(name string, opts ...opt) poterne.Finding {
	return finding(name, 5, 3, append([]opt{conf(0.9)}, opts...))
}

// near is a category beside a person.
func near(name string, opts ...opt) poterne.Finding {
	return subject(name, append([]opt{tags(poterne.TagNear)}, opts...)...)
}

// mark is a marking; its weight is that of a full banner in a page header.
func mark(name string, opts ...opt) poterne.Finding {
	return finding(poterne.RuleMarking, 1, 0, append([]opt{conf(1), of(poterne.CategoryMarking),
		func(f *poterne.Finding) { f.Mark = name }}, opts...))
}

func secret(rule string, opts ...opt) poterne.Finding {
	return finding(rule, 1, 3, append([]opt{tags(poterne.TagSecret)}, opts...))
}

// names are n persons in prose.
func names(n int, opts ...opt) poterne.Finding {
	return id("personne", n, 1, append([]opt{of("personnel")}, opts...)...)
}

// decisions is the table of doctrine A.4 with D.3 to D.5. The class, the flags
// after it; "?" behind the level says that a person has to confirm.
var decisions = []struct {
	name     string
	actor    string // "" etat
	doctrine string // "" sren
	findings []poterne.Finding
	failure  poterne.Kind
	want     string // level class+flags
	reason   string // key of the first one
}{
	{"nothing", "", "", nil, "", "1 H1", "internal"},
	{"public-numbers", "", "", []poterne.Finding{thing("fr-siret", 40, 0)}, "", "1 H1", "internal"},
	{"contacts", "", "", []poterne.Finding{thing("email-agent", 12, 1), thing("fr-tel", 9, 1)}, "", "1 H1", "internal"},
	{"authors-in-prose", "", "", []poterne.Finding{names(600)}, "", "1 H1", "internal"},
	{"list-of-names", "", "", []poterne.Finding{names(40, column("Liste", 1, "Nom"))}, "", "2 H1", "nominative"},
	{"long-list-of-names", "", "", []poterne.Finding{names(140, column("Liste", 1, "Nom"))}, "", "2 H2", "volume"},
	{"directory", "", "", []poterne.Finding{id("email-agent", 250, 1)}, "", "2 H1", "directory"},

	{"addresses-of-schools", "", "", []poterne.Finding{id("fr-addr", 150, 1)}, "", "1 H1", "internal"},
	{"mails-of-persons", "", "", []poterne.Finding{id("email", 120, 1)}, "", "2 H2", "volume"},

	{"not-protected", "", "", []poterne.Finding{mark("np")}, "", "0 H0", "public-claim"},
	{"tlp-clear", "", "", []poterne.Finding{mark("tlp-clear"), thing("fr-tel", 1, 1)}, "", "0 H0", "public-claim"},
	{"not-protected-weak", "", "", []poterne.Finding{mark("np", conf(0.55))}, "", "1 H1", "internal"},
	{"not-protected-contradicted", "", "", []poterne.Finding{mark("np"), id("iban", 1, 2)}, "", "2 H1", "identifier"},
	{"not-protected-and-dr", "", "", []poterne.Finding{mark("np"), mark("dr")}, "", "4 H4+DR", "marking"},
	{"blank-form", "", "", []poterne.Finding{subject("sante", tags(poterne.TagBlank))}, "", "0 H0", "public-blank"},
	{"blank-form-filled", "", "", []poterne.Finding{near("sante", tags(poterne.TagBlank)), nir(1)}, "", "2 H1", "identifier"},
	{"blank-form-signed", "", "", []poterne.Finding{subject("sante", tags(poterne.TagBlank)), names(1)}, "", "1 H1", "internal"},
	{"published-example", "", "", []poterne.Finding{nir(1, tags(poterne.TagExample))}, "", "1 H1", "internal"},

	{"one-nir", "", "", []poterne.Finding{nir(1)}, "", "2 H1", "identifier"},
	{"weak-nir", "", "", []poterne.Finding{nir(1, conf(0.35))}, "", "1 H1", "internal"},
	{"nir-99", "", "", []poterne.Finding{nir(99)}, "", "2 H1", "nominative"},
	{"nir-100", "", "", []poterne.Finding{nir(100)}, "", "2 H2", "volume"},
	{"nir-499", "", "", []poterne.Finding{nir(499)}, "", "2 H2", "volume"},
	{"nir-500", "", "", []poterne.Finding{nir(500)}, "", "2 H3", "volume"},
	{"nir-100-local", "collectivite", "", []poterne.Finding{nir(100)}, "", "2 H1", "volume"},
	{"nir-500-local", "collectivite", "", []poterne.Finding{nir(500)}, "", "2 H2", "volume"},
	{"nir-500-operator", "operateur", "", []poterne.Finding{nir(500)}, "", "2 H3", "volume"},
	{"nir-1-in-2021", "", "2021", []poterne.Finding{nir(1)}, "", "2 H3", "identifier"},
	{"nir-1-in-2023", "", "2023", []poterne.Finding{nir(1)}, "", "2 H1", "identifier"},
	{"nir-1-in-2021-local", "collectivite", "2021", []poterne.Finding{nir(1)}, "", "2 H1", "identifier"},
	{"nothing-in-2021", "", "2021", nil, "", "1 H1", "internal"},
	{"agents-in-2021", "", "2021", []poterne.Finding{thing("email-agent", 12, 1), names(3)}, "", "1 H1", "internal"},
	{"passport-mrz", "", "", []poterne.Finding{id("mrz-td3", 1, 3)}, "", "3 H3", "identifier"},
	{"patient-number", "", "", []poterne.Finding{id("fr-ipp", 1, 3)}, "", "3 H3+HDS", "identifier"},
	{"prison-number", "etat-regalien", "", []poterne.Finding{id("fr-ecrou", 1, 3)}, "", "3 H4", "identifier"},
	{"prison-number-elsewhere", "", "", []poterne.Finding{id("fr-ecrou", 1, 3)}, "", "3 H3", "identifier"},
	{"disease-codes-alone", "", "", []poterne.Finding{thing("fr-cim10", 30, 3)}, "", "1 H1", "internal"},
	{"disease-codes-of-somebody", "", "", []poterne.Finding{thing("fr-cim10", 3, 3), names(1)}, "", "3 H3+HDS", "identifier"},

	{"health-statistics", "", "", []poterne.Finding{subject("sante")}, "", "1 H1", "internal"},
	{"health-lesson", "", "", []poterne.Finding{near("sante", tags(poterne.TagTalks)), names(2)}, "", "1 H1", "internal"},
	{"health-of-somebody", "", "", []poterne.Finding{near("sante"), names(1)}, "", "3 H3", "subject-person"},
	{"health-probable", "", "", []poterne.Finding{near("sante", conf(0.7)), nir(1)}, "", "3? H3", "subject-persons"},
	{"health-possible", "", "", []poterne.Finding{near("sante", conf(0.55)), nir(1)}, "", "2 H1", "identifier"},
	{"health-doubtful", "", "", []poterne.Finding{near("sante", conf(0.55), tags(poterne.TagConfirm))}, "", "3? H3", "subject-person"},
	{"police-doubtful", "", "", []poterne.Finding{subject("police_renseignement", conf(0.55), tags(poterne.TagConfirm))}, "", "3? H3", "subject"},
	{"police-too-doubtful", "", "", []poterne.Finding{subject("police_renseignement", conf(0.45), tags(poterne.TagConfirm))}, "", "1 H1", "internal"},
	{"health-probable-of-ten", "", "", []poterne.Finding{near("sante", conf(0.7)), nir(10)}, "", "3 H3", "subject-persons"},
	{"health-far-from-persons", "", "", []poterne.Finding{subject("sante"), nir(3)}, "", "2 H1", "identifier"},
	{"health-near-unlisted-person", "", "", []poterne.Finding{near("sante")}, "", "3 H3", "subject-person"},
	{"care", "", "", []poterne.Finding{near("sante", tags(poterne.TagCare)), nir(1)}, "", "3 H3+HDS", "subject-persons"},
	{"care-local", "collectivite", "", []poterne.Finding{near("sante", tags(poterne.TagCare)), nir(1)}, "", "3 H2+HDS", "subject-persons"},
	{"hospital", "etablissement-sante", "", []poterne.Finding{near("sante"), nir(1)}, "", "3 H2+HDS", "subject-persons"},
	{"discipline", "", "", []poterne.Finding{near("rh_discipline"), names(1)}, "", "3 H3", "subject-person"},
	{"discipline-local", "collectivite", "", []poterne.Finding{near("rh_discipline"), names(1)}, "", "3 H2", "subject-person"},
	{"opinions", "", "", []poterne.Finding{near("opinions"), names(1)}, "", "3 H3", "subject-person"},
	{"minors-local", "collectivite", "", []poterne.Finding{near("social_mineurs"), names(1)}, "", "3 H2", "subject-person"},
	{"asylum", "", "", []poterne.Finding{near("etrangers"), names(1)}, "", "3 H3", "subject-person"},
	{"justice", "", "", []poterne.Finding{near("judiciaire"), names(2)}, "", "3 H3", "subject-person"},
	{"justice-regalian", "etat-regalien", "", []poterne.Finding{near("judiciaire"), names(2)}, "", "3 H4", "subject-person"},
	{"justice-local", "collectivite", "", []poterne.Finding{near("judiciaire"), names(2)}, "", "3 H3", "subject-person"},
	{"tax-regalian", "etat-regalien", "", []poterne.Finding{near("fiscal_douane"), id("fr-spi", 1, 2)}, "", "3 H4", "subject-persons"},
	{"police-needs-nobody", "", "", []poterne.Finding{subject("police_renseignement")}, "", "3 H3", "subject"},
	{"police-regalian", "etat-regalien", "", []poterne.Finding{subject("police_renseignement")}, "", "3 H4", "subject"},
	{"offers-before-award", "", "", []poterne.Finding{subject("commande_publique")}, "", "3 H3", "subject"},
	{"offers-local", "collectivite", "", []poterne.Finding{subject("commande_publique")}, "", "3 H2", "subject"},
	{"trade-secret", "operateur", "", []poterne.Finding{subject("affaires")}, "", "3 H3", "subject"},
	{"cabinet", "", "", []poterne.Finding{subject("deliberations")}, "", "3 H4", "subject"},
	{"cabinet-of-a-mayor", "collectivite", "", []poterne.Finding{subject("deliberations")}, "", "3 H2", "subject"},
	{"cable", "", "", []poterne.Finding{subject("diplomatie")}, "", "3 H4", "subject"},
	{"defence-unmarked", "", "", []poterne.Finding{subject("defense")}, "", "3 H3", "subject"},
	{"defence-ministry", "etat-regalien", "", []poterne.Finding{subject("defense")}, "", "3 H4", "subject"},
	{"critical-site", "", "", []poterne.Finding{subject("infra")}, "", "3 H4+DR", "subject"},
	{"critical-site-local", "collectivite", "", []poterne.Finding{subject("infra")}, "", "3 H3", "subject"},
	{"nuclear-local", "collectivite", "", []poterne.Finding{subject("nucleaire")}, "", "3 H4+DR", "subject"},
	{"audit-of-a-network", "", "", []poterne.Finding{subject("ssi")}, "", "3 H3", "subject"},
	{"voters", "", "", []poterne.Finding{subject("elections")}, "", "2 H1", "subject"},
	{"archives", "", "", []poterne.Finding{subject("archives")}, "", "1 H1", "internal"},

	{"private-key", "", "", []poterne.Finding{secret("sec-pem")}, "", "3 H3", "secret"},
	{"token-is-a-secret", "", "", []poterne.Finding{finding("sec-jwt", 1, 2, []opt{tags(poterne.TagSecret)})}, "", "3 H3", "secret"},
	{"password-local", "collectivite", "", []poterne.Finding{secret("sec-pwd")}, "", "3 H2", "secret"},
	{"password-perhaps", "", "", []poterne.Finding{secret("sec-pwd", conf(0.5))}, "", "1 H1", "internal"},

	{"dr", "", "", []poterne.Finding{mark("dr")}, "", "4 H4+DR", "marking"},
	{"dr-local", "collectivite", "", []poterne.Finding{mark("dr")}, "", "4 H4+DR", "marking"},
	{"dr-to-confirm", "", "", []poterne.Finding{mark("dr", conf(0.6))}, "", "4? H4+DR", "marking-confirm"},
	{"dr-in-a-legend", "", "", []poterne.Finding{mark("dr", conf(0.6), tags(poterne.TagConfirm, poterne.TagTalks)), nir(1)}, "", "2 H1", "identifier"},
	{"dr-in-a-legend-alone", "", "", []poterne.Finding{mark("dr", conf(0.6), tags(poterne.TagConfirm, poterne.TagTalks))}, "", "1 H1", "internal"},
	{"dr-hint", "", "", []poterne.Finding{mark("dr", conf(0.3))}, "", "1 H1", "internal"},
	{"dr-french-only", "", "", []poterne.Finding{mark("dr"), mark("special-france")}, "", "4 H4+DR+FR", "marking"},
	{"french-only", "", "", []poterne.Finding{mark("special-france")}, "", "3 H3+FR", "marking"},
	{"french-held-higher-by-a-rule", "", "", []poterne.Finding{{Rule: poterne.RuleMarking, Mark: "special-france", Confidence: 0.9, Level: poterne.Restricted}}, "", "4 H4+DR+FR", "marking"},
	{"eu-restricted", "", "", []poterne.Finding{mark("ue-restreint")}, "", "4 H4+DR", "marking"},
	{"eu-limite", "", "", []poterne.Finding{mark("ue-limite")}, "", "2 H1", "marking"},
	{"nato-restricted", "", "", []poterne.Finding{mark("nato-restricted")}, "", "4 H4+DR", "marking"},
	{"nato-unclassified", "", "", []poterne.Finding{mark("nato-unclassified")}, "", "2 H1", "marking"},
	{"secret", "", "", []poterne.Finding{mark("secret")}, "", "5 H5", "marking"},
	{"top-secret-local", "collectivite", "", []poterne.Finding{mark("tres-secret")}, "", "5 H5", "marking"},
	{"old-stamp", "", "", []poterne.Finding{mark("cd")}, "", "5 H5", "marking"},
	{"lifted-stamp", "", "", []poterne.Finding{mark("cd", tags(poterne.TagLifted))}, "", "5? H5", "marking-lifted"},
	{"secret-in-a-sentence", "", "", []poterne.Finding{mark("secret", conf(0.25))}, "", "1 H1", "internal"},
	{"tlp-amber", "", "", []poterne.Finding{mark("tlp-amber")}, "", "3 H3", "marking"},
	{"tlp-red-local", "collectivite", "", []poterne.Finding{mark("tlp-red")}, "", "3 H2", "marking"},
	{"tlp-green", "", "", []poterne.Finding{mark("tlp-green")}, "", "1 H1", "internal"},
	{"bare-confidential", "", "", []poterne.Finding{mark("confidentiel")}, "", "2 H1", "marking"},
	{"medical-in-confidence", "", "", []poterne.Finding{mark("confidentiel-medical")}, "", "3 H3+HDS", "marking"},
	{"internal-use", "", "", []poterne.Finding{mark("usage-interne"), mark("np")}, "", "1 H1", "internal"},
	{"unknown-mark-of-a-user", "", "", []poterne.Finding{finding(poterne.RuleMarking, 1, 4, []opt{conf(0.9), func(f *poterne.Finding) { f.Mark = "maison" }})}, "", "4 H4+DR", "marking"},
	{"marking-beats-subject", "", "", []poterne.Finding{near("sante"), nir(600), mark("dr")}, "", "4 H4+DR", "marking"},

	{"mosaic", "", "", []poterne.Finding{nir(1, page(2)), id("fr-passport", 1, 2, of("titres"), page(2)), id("iban", 1, 2, of("bancaire"), page(2))}, "", "3? H3", "mosaic"},
	{"mosaic-apart", "", "", []poterne.Finding{nir(1, page(2)), id("fr-passport", 1, 2, of("titres"), page(3)), id("iban", 1, 2, of("bancaire"), page(4))}, "", "2 H1", "identifier"},
	{"network-map", "", "", []poterne.Finding{thing("ipv4", 20, 1), thing("host-int", 3, 1)}, "", "3 H3", "mosaic-network"},
	{"addresses-only", "", "", []poterne.Finding{thing("ipv4", 200, 1)}, "", "1 H1", "internal"},
	{"position-of-a-site", "", "", []poterne.Finding{thing("gps", 1, 1), subject("infra", conf(0.55))}, "", "3? H4+DR", "mosaic-position"},

	{"encrypted", "", "", nil, poterne.Encrypted, "-1 H?", "unread"},
	{"encrypted-marked-in-name", "", "", []poterne.Finding{mark("dr", conf(0.7))}, poterne.Encrypted, "4? H4+DR", "marking-confirm"},
	{"cut-after-a-nir", "", "", []poterne.Finding{nir(1)}, poterne.Partial, "2? H3", "unread-part"},
	{"cut-after-a-nir-regalian", "etat-regalien", "", []poterne.Finding{nir(1)}, poterne.Partial, "2? H4", "unread-part"},
	{"cut-after-a-nir-local", "collectivite", "", []poterne.Finding{nir(1)}, poterne.Timeout, "2? H2", "unread-part"},
	{"cut-after-a-secret", "", "", []poterne.Finding{mark("secret")}, poterne.Crashed, "5 H5", "marking"},
	{"cut-after-a-public-claim", "", "", []poterne.Finding{mark("np")}, poterne.Partial, "-1 H?", "unread"},
}

func TestDecide(t *testing.T) {
	type key struct{ actor, doctrine string }
	policies := map[key]*Policy{}
	for _, c := range decisions {
		t.Run(c.name, func(t *testing.T) {
			k := key{c.actor, c.doctrine}
			p := policies[k]
			if p == nil {
				p = newPolicy(t, Options{Actor: c.actor, Doctrine: c.doctrine})
				policies[k] = p
			}
			var failure *poterne.Failure
			if c.failure != "" {
				failure = poterne.Fail(poterne.StageExtract, c.failure, nil)
			}
			a := p.Decide(poterne.Document{Share: "s"}, c.findings, failure)
			if got := brief(a); got != c.want {
				t.Errorf("verdict %q, want %q", got, c.want)
			}
			if a.Reasons[0].Key != c.reason {
				t.Errorf("first reason %q, want %q", p.Sentence("fr", a.Reasons[0]), c.reason)
			}
			checkReasons(t, p, a)
			// The order of the findings does not matter to what is demanded.
			reversed := make([]poterne.Finding, 0, len(c.findings))
			for i := len(c.findings) - 1; i >= 0; i-- {
				reversed = append(reversed, c.findings[i])
			}
			if got := brief(p.Decide(poterne.Document{Share: "s"}, reversed, failure)); got != c.want {
				t.Errorf("findings in reverse: %q, want %q", got, c.want)
			}
		})
	}
}

// brief writes a verdict as the table does.
func brief(a poterne.Assessment) string {
	s := a.Level.String()
	if a.Confirm {
		s += "?"
	}
	s += " " + a.Hosting.Class.String()
	for _, f := range a.Hosting.Flags {
		s += "+" + string(f)
	}
	return s
}

// checkReasons holds what is promised of every verdict: a legal basis, sentences
// in both languages with the right number of arguments, and no claim of legality.
func checkReasons(t *testing.T, p *Policy, a poterne.Assessment) {
	t.Helper()
	legal := false
	want := reasonArgs()
	for _, list := range [][]poterne.Reason{a.Reasons, a.Counterfactual, a.Steps} {
		for _, r := range list {
			if n, ok := want[r.Key]; !ok || n != len(r.Args) {
				t.Errorf("reason %s has %d arguments, want %d", r.Key, len(r.Args), n)
			}
			for _, lang := range []string{"fr", "en"} {
				s := p.Sentence(lang, r)
				if s == "" || s == r.Key || strings.ContainsAny(s, "{}") || strings.Contains(s, "vérifier]") {
					t.Errorf("sentence of %s in %s: %q", r.Key, lang, s)
				}
			}
		}
	}
	for _, r := range a.Reasons {
		legal = legal || len(r.Legal) > 0
	}
	if !legal {
		t.Error("no reason has a legal basis")
	}
}

func TestFloorOfAShare(t *testing.T) {
	p := newPolicy(t, Options{Floor: map[string]poterne.Class{"coffre": poterne.H4}})
	cut := poterne.Fail(poterne.StageExtract, poterne.Partial, nil)
	for share, want := range map[string]string{"coffre": "2? H4", "autre": "2? H3"} {
		if got := brief(p.Decide(poterne.Document{Share: share}, []poterne.Finding{nir(1)}, cut)); got != want {
			t.Errorf("share %s: %q, want %q", share, got, want)
		}
	}
	if _, err := New(Options{Floor: map[string]poterne.Class{"x": poterne.ClassUnknown}}); err == nil {
		t.Error("a floor of H? was taken")
	}
}

func TestPublishedShare(t *testing.T) {
	p := newPolicy(t, Options{Published: []string{"open"}})
	for _, c := range []struct {
		name string
		fs   []poterne.Finding
		want string
	}{
		{"nothing", nil, "0 H0"},
		{"subject", []poterne.Finding{subject("ssi")}, "0 H0"},
		{"nir", []poterne.Finding{nir(1)}, "2 H1"},
		{"secret", []poterne.Finding{secret("sec-pem")}, "3 H3"},
		{"marking", []poterne.Finding{mark("dr")}, "4 H4+DR"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := brief(p.Decide(poterne.Document{Share: "open"}, c.fs, nil)); got != c.want {
				t.Errorf("verdict %q, want %q", got, c.want)
			}
		})
	}
}

func TestCategoriesOfAVerdict(t *testing.T) {
	p := newPolicy(t, Options{})
	a := p.Decide(poterne.Document{}, []poterne.Finding{
		near("sante"), nir(2), secret("sec-pwd"), id("fr-ecrou", 1, 3),
		subject("infra", tags(poterne.TagTalks)), subject("defense", conf(0.4)),
	}, nil)
	if diff := cmp.Diff([]string{"judiciaire", "sante", "ssi"}, a.Categories); diff != "" {
		t.Errorf("categories (-want +got):\n%s", diff)
	}
}

// TestTheDoctrineIsCitedWhereItBinds holds that a class above the common law cites
// the text in force, for those that it binds, and that a marking cites its own.
func TestTheDoctrineIsCitedWhereItBinds(t *testing.T) {
	for _, c := range []struct {
		name, actor, doctrine string
		finding               poterne.Finding
		want                  string
		cited                 bool
	}{
		{"law", "etat", "sren", nir(500), "loi SREN art. 31, présomption", true},
		{"circular-of-2023", "etat", "2023", nir(500), "circ. 6404/SG du 31 mai 2023, R9, présomption", true},
		{"circular-of-2021", "etat", "2021", nir(1), "circ. 6282-SG du 5 juillet 2021, R9, présomption", true},
		{"town", "collectivite", "sren", nir(500), "SREN", false},
		{"low-class", "etat", "sren", nir(1), "SREN", false},
		{"marking", "etat", "sren", mark("dr"), "SREN", false},
		{"marking-own", "etat", "sren", mark("dr"), "II 901 du 28 janvier 2015", true},
		{"subject-own", "etat", "sren", near("sante"), "RGPD art. 9", true},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := newPolicy(t, Options{Actor: c.actor, Doctrine: c.doctrine})
			a := p.Decide(poterne.Document{}, []poterne.Finding{c.finding}, nil)
			if s := p.Sentence("fr", a.Reasons[0]); strings.Contains(s, c.want) != c.cited {
				t.Errorf("%q; want %q in it: %v", s, c.want, c.cited)
			}
		})
	}
}

func TestTableIsThatOfTheActor(t *testing.T) {
	find := func(p *Policy, label string) Row {
		for _, r := range p.Table() {
			if r.Label == label {
				return r
			}
		}
		t.Fatalf("no row %s", label)
		return Row{}
	}
	regalian := newPolicy(t, Options{Actor: "etat-regalien"})
	if got := find(regalian, "regalian"); got.Hosting.Class != poterne.H4 || !strings.Contains(got.Legal[0], "[à vérifier]") {
		t.Errorf("row %+v", got)
	}
	if got := find(newPolicy(t, Options{Actor: "autre"}), "large"); got.Hosting.Class != poterne.H2 || got.Doctrine != nil {
		t.Errorf("row %+v", got)
	}
	rows := regalian.Table()
	for i := 1; i < len(rows); i++ {
		if rows[i].Hosting.Class > rows[i-1].Hosting.Class {
			t.Errorf("row %s stands after a lesser one", rows[i].Label)
		}
	}
}
