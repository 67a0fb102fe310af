package classifiers

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"poterne"
)

// subjectsIn returns the findings of rule ids other than markings, by rule.
func subjectsIn(tb testing.TB, c *Classifier, segments []poterne.Segment) map[string]poterne.Finding {
	tb.Helper()
	findings, err := c.Classify(context.Background(), poterne.Document{}, segmentsOf(segments))
	if err != nil {
		tb.Fatal(err)
	}
	out := map[string]poterne.Finding{}
	for _, f := range findings {
		if f.Rule != poterne.RuleMarking {
			out[f.Rule] = f
		}
	}
	return out
}

const careText = `COMPTE RENDU D'HOSPITALISATION
Patiente : VAUTRIN Odile, née le 12/03/1961
Antécédents : hépatite en 1998, cancer du sein.
Traitement médicamenteux : posologie inchangée. Médecin traitant informé.
`

// rows makes a sheet whose first row is the header.
func rows(sheet string, cells ...[]string) []poterne.Segment {
	part := &poterne.Part{Format: "xlsx"}
	var out []poterne.Segment
	for r, row := range cells {
		for c, body := range row {
			header := ""
			if r > 0 {
				header = cells[0][c]
			}
			out = append(out, poterne.Segment{Part: part, Body: body, Header: header,
				Place: poterne.Place{Zone: poterne.ZoneCell, Sheet: sheet, Row: r + 1, Column: c + 1, Header: header}})
		}
	}
	return out
}

func TestLexicons(t *testing.T) {
	c := classifier(t)
	for _, tc := range []struct {
		name string
		in   []poterne.Segment
		rule string
		want float64 // confidence, 0 for none
		tags []poterne.Tag
	}{
		{"care", textOf(careText), "sante", 0.9, []poterne.Tag{poterne.TagNear, poterne.TagCare}},
		{"one-term-is-not-enough", textOf("M. Vautrin a un diagnostic."), "sante", 0, nil},
		{"once-a-sentence", textOf("M. Vautrin : pathologie, pathologie, pathologie, pathologie, pathologie, pathologie."), "sante", 0, nil},
		{"no-person", textOf("Diagnostic et pathologie, chimiothérapie et posologie, hépatite."), "sante", 0, nil},
		{"person-far-away", textOf("M. Vautrin préside.\n" + filler(60) + "Diagnostic, pathologie, chimiothérapie, posologie, hépatite."), "sante", 0, nil},
		{"person-on-page", pdf("M. Vautrin est suivi.\n" + filler(12) + "Diagnostic, pathologie, chimiothérapie, posologie."), "sante", 0.75, []poterne.Tag{poterne.TagNear}},
		{"person-on-other-page", pdf("M. Vautrin préside.\n"+filler(40), filler(40), filler(40)+"Diagnostic, pathologie, chimiothérapie, posologie."), "sante", 0, nil},
		{"person-in-row", rows("Suivi", []string{"Agent", "Motif"}, []string{"VAUTRIN", "Chimiothérapie, posologie, pathologie, diagnostic"}), "sante", 0.75, []poterne.Tag{poterne.TagNear}},
		{"person-in-other-row", rows("Suivi", []string{"Agent", "Motif"}, []string{"VAUTRIN", "congé"}, []string{"-", "Chimiothérapie, posologie, pathologie, diagnostic"}), "sante", 0, nil},
		{"lesson", textOf("Guide du secret\nMme Vautrin présente le dossier médical, le diagnostic et le secret médical. Quiz, glossaire et vignette."), "sante", 0, nil},
		{"blank-form", textOf("DEMANDE DE DOSSIER MÉDICAL\nFormulaire à compléter\nNom : ...........\nPrénom : ...........\nMédecin traitant : ..........\nCertificat médical ☐ Compte rendu opératoire ☐\nDiagnostic : .........."), "sante", 0, nil},
		{"filled-form", textOf("DEMANDE DE DOSSIER MÉDICAL\nNom : Vautrin\nMédecin traitant : Dr Morel\nCertificat médical joint. Compte rendu opératoire joint.\nDiagnostic : fracture"), "sante", 0.9, []poterne.Tag{poterne.TagNear}},
		{"strong-page-of-long-text", textOf(filler(400) + careText + filler(400)), "sante", 0.9, []poterne.Tag{poterne.TagNear}},
		{"scattered-words", textOf(filler(130) + "Mme Vautrin : diagnostic.\n" + filler(130) + "M. Morel : posologie.\n" + filler(130) + "M. Petit : cancer.\n" + filler(130) + "Dr Lenoir : hépatite.\n"), "sante", 0, nil},
		{"plural", textOf("Mme Vautrin : arrêts de travail, certificats médicaux, arrêts maladie."), "sante", 0, nil},
		{"nfd-and-capitals", textOf("MME VAUTRIN : CHIMIOTHE\u0301RAPIE, POSOLOGIE, HE\u0301PATITE, ANTE\u0301CE\u0301DENTS"), "sante", 0.75, []poterne.Tag{poterne.TagNear}},
		{"acronyms-in-lower-case", textOf("Mme Vautrin : le cap, l'ase, la soc et la mna."), "social_mineurs", 0, nil},
		{"no-person-needed", textOf("Rapport de pentest : vulnérabilité critique, matrice de flux, bastion, compte administrateur."), "ssi", 0.9, nil},
		{"receipt", textOf("M. Vautrin : accusé de réception, parquet flottant, audition publique, a prévenu le service."), "judiciaire", 0, nil},
		{"raid-disk", textOf("Le serveur a un volume RAID 5, le DRM de la vidéo et un fichier SRT."), "police_renseignement", 0, nil},
		{"deputy-director", textOf("Le DGA de la métropole, directeur général adjoint, signe l'habilitation électrique du régiment en musée."), "defense", 0, nil},
		{"encryption-key", textOf("Mme Vautrin : clé RSA 4096 et norme APA."), "social_mineurs", 0, nil},
	} {
		t.Run(tc.name, func(t *testing.T) {
			f := subjectsIn(t, c, tc.in)[tc.rule]
			if f.Confidence != tc.want || fmt.Sprint(f.Tags) != fmt.Sprint(tc.tags) {
				t.Errorf("%s: confidence %v, tags %v, terms %q; want %v, %v", tc.rule, f.Confidence, f.Tags, f.Masked, tc.want, tc.tags)
			}
		})
	}
}

func TestPersons(t *testing.T) {
	c := classifier(t)
	for _, tc := range []struct {
		name            string
		in              []poterne.Segment
		count, distinct int
	}{
		{"title", textOf("M. Vautrin et Mme Morel."), 2, 2},
		{"title-in-words", textOf("Madame Odile Vautrin, Monsieur Jean de La Tour"), 2, 2},
		{"doctor", textOf("Dr Tissandier, Docteur MOREL"), 2, 2},
		{"same-surname", textOf("Mme Odile VAUTRIN. La demande de Mme VAUTRIN est admise."), 2, 1},
		{"initial", textOf("M. J. Vautrin"), 1, 1},
		{"label", textOf("Patiente : VAUTRIN Odile\nAgent : Morel"), 2, 2},
		{"label-without-value", textOf("Nom : ...........\nAgent : le titulaire"), 0, 0},
		{"function", textOf("M. le Maire, Mme la Préfète, Monsieur le Directeur, Madame la Ministre"), 0, 0},
		{"function-capital", textOf("Monsieur Le Président, Madame Directrice"), 0, 0},
		{"millions", textOf("5 M Euros et 12 MM Dollars"), 0, 0},
		{"lower-case", textOf("m. vautrin, mme morel"), 0, 0},
		{"doctor-direction", textOf("La DR Occitanie"), 1, 1}, // all capitals are also how doctors are written
		{"column", rows("Agents", []string{"Agent", "Service"}, []string{"VAUTRIN", "Voirie"}, []string{"MOREL", "Paie"}), 2, 2},
		{"columns", rows("Agents", []string{"Nom", "Prénom"}, []string{"VAUTRIN", "Odile"}, []string{"VAUTRIN", "Jean"}), 2, 2},
		{"column-of-things", rows("Modèle", []string{"Nom", "Multiplicité"}, []string{"Description", "1"}), 0, 0},
		{"column-of-species", rows("Flore", []string{"Nom scientifique", "Prénom"}, []string{"Saxifraga", ""}), 0, 0},
		{"other-column", rows("Agents", []string{"Ville", "Service"}, []string{"Orval", "Voirie"}), 0, 0},
	} {
		t.Run(tc.name, func(t *testing.T) {
			f := subjectsIn(t, c, tc.in)["personne"]
			if f.Count != tc.count || f.Distinct != tc.distinct || len(f.Masked) > 0 {
				t.Errorf("count %d, distinct %d, masked %q; want %d, %d, none", f.Count, f.Distinct, f.Masked, tc.count, tc.distinct)
			}
		})
	}
}

// TestBylines puts the same mail behind lines that name persons: those that say who
// wrote it and to whom are of every mail, and make it nobody's case.
func TestBylines(t *testing.T) {
	c := classifier(t)
	part := &poterne.Part{Format: "eml"}
	for line, want := range map[string]bool{
		"From: Odile Vautrin <odile.vautrin@exemple.gouv.fr>": false,
		"To: Mme Vautrin <odile.vautrin@exemple.gouv.fr>":     false,
		"lastModifiedBy: Mme Vautrin":                         false,
		"Subject: dossier de Mme Vautrin":                     true,
		"Subject: pour odile.vautrin@exemple.gouv.fr":         true,
	} {
		found := subjectsIn(t, c, []poterne.Segment{
			{Part: part, Body: line, Place: poterne.Place{Zone: poterne.ZoneProperty}},
			{Part: part, Body: "Antécédents, traitement médicamenteux, posologie, hépatite, cancer du sein : le médecin traitant en est informé."},
		})
		if f := found["sante"]; f.Has(poterne.TagNear) != want {
			t.Errorf("%q: near a person %v, want %v", line, f.Has(poterne.TagNear), want)
		}
	}
}

// TestEmptyFields tells fields to fill in from leaders and ellipses.
func TestEmptyFields(t *testing.T) {
	for _, tc := range []struct {
		in   string
		want int
	}{
		{"Nom : ............", 1},
		{"Nom : ______ Prénom : ______", 2},
		{"le ..../..../....", 1},
		{"Introduction .......... 3", 0},
		{"et ainsi de suite...", 0},
		{"☐ oui ☐ non", 1},
	} {
		if got := emptyFields(fold(nil, tc.in)); got != tc.want {
			t.Errorf("%q: %d fields, want %d", tc.in, got, tc.want)
		}
	}
}

// FuzzLexicons wants no panic, the same answer twice, and nothing in a finding but
// words of the vocabularies.
func FuzzLexicons(f *testing.F) {
	c := classifier(f)
	words := map[string]bool{}
	for _, x := range c.rules.Lexicons() {
		for _, s := range slices.Concat(x.Match, x.Reject) {
			f.Add(s)
		}
		for _, list := range x.Terms {
			for _, w := range list {
				words[strings.TrimSuffix(w, "*")] = true
			}
		}
	}
	categories := map[string]bool{}
	for _, x := range c.rules.Lexicons() {
		categories[x.ID] = true
	}
	f.Fuzz(func(t *testing.T, text string) {
		first, second := subjectsIn(t, c, textOf(text)), subjectsIn(t, c, textOf(text))
		if d := cmp.Diff(first, second); d != "" {
			t.Fatalf("two answers (-first +second)\n%s", d)
		}
		for rule, f := range first {
			if rule == rulePerson && len(f.Masked) > 0 {
				t.Errorf("a person has the masked form %q", f.Masked)
			}
			if !categories[rule] {
				continue
			}
			if f.Level > poterne.Sensitive {
				t.Errorf("%s: level %v from words alone", rule, f.Level)
			}
			for _, m := range f.Masked {
				if !words[m] {
					t.Errorf("%s: %q is not of the vocabulary", rule, m)
				}
			}
		}
	})
}
