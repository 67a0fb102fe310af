package classifiers

import (
	"strings"
	"testing"

	"poterne"
)

// verdict is what one marking is expected to weigh: none, hint, confirm or hard.
type verdict int

const (
	none verdict = iota
	hint
	confirm
	hard
)

func (v verdict) String() string { return [...]string{"none", "hint", "confirm", "hard"}[v] }

func verdictOf(f poterne.Finding, ok bool) verdict {
	switch w := f.Confidence * 100; {
	case !ok:
		return none
	case w < weightConfirm:
		return hint
	case w < weightHard:
		return confirm
	}
	return hard
}

// at places texts in a zone, each as its own segment; a name is one.
func at(zone poterne.Zone, texts ...string) []poterne.Segment {
	part := &poterne.Part{Format: "docx"}
	out := []poterne.Segment{{Part: part, Body: "note.docx", Place: poterne.Place{Zone: poterne.ZoneName}}}
	if zone == poterne.ZoneName {
		out[0].Body = texts[0]
		return out
	}
	for _, text := range texts {
		out = append(out, poterne.Segment{Part: part, Body: text, Place: poterne.Place{Zone: zone}})
	}
	return out
}

// filler is a page of text without any marking.
func filler(n int) string {
	return strings.Repeat("Le comité examine le budget des routes et fixe la date de la réunion suivante.\n", n)
}

// inBodyOf puts a line in the middle of a long text.
func inBodyOf(line string) []poterne.Segment { return textOf(filler(30) + line + "\n" + filler(30)) }

// pdf makes pages of body text.
func pdf(pages ...string) []poterne.Segment {
	part := &poterne.Part{Format: "pdf"}
	var out []poterne.Segment
	for i, p := range pages {
		for _, l := range strings.Split(p, "\n") {
			out = append(out, poterne.Segment{Part: part, Body: l, Place: poterne.Place{Page: i + 1}})
		}
	}
	return out
}

func cell(header, body string) []poterne.Segment {
	part := &poterne.Part{Format: "xlsx"}
	return []poterne.Segment{{Part: part, Body: body, Header: header, Place: poterne.Place{Zone: poterne.ZoneCell, Sheet: "Feuil1", Row: 12, Column: 3, Header: header}}}
}

const lessonText = `Guide de la protection du secret
NON PROTÉGÉ
Sans mention.
DIFFUSION RESTREINTE
Information à ne pas rendre publique.
SECRET
Information dont la divulgation porte atteinte à la défense.
TRÈS SECRET
Information dont la divulgation a des conséquences exceptionnellement graves.
`

// markingCases are zones × forms × talk.
var markingCases = []struct {
	name string
	in   []poterne.Segment
	mark string
	want verdict
}{
	// Zones × banner.
	{"header-dr", at(poterne.ZoneHeader, "DIFFUSION RESTREINTE"), "dr", hard},
	{"footer-dr", at(poterne.ZoneFooter, "Diffusion Restreinte"), "dr", hard},
	{"header-secret", at(poterne.ZoneHeader, "SECRET"), "secret", hard},
	{"header-secret-title", at(poterne.ZoneHeader, "Secret"), "secret", confirm},
	{"watermark-secret", at(poterne.ZoneWatermark, "SECRET"), "secret", hard},
	{"watermark-dr-sigle", at(poterne.ZoneWatermark, "DR"), "dr", hint},
	{"body-dr", inBodyOf("DIFFUSION RESTREINTE"), "dr", confirm},
	{"body-secret", inBodyOf("SECRET"), "secret", confirm},
	{"first-lines-dr", textOf("DIFFUSION RESTREINTE\n" + filler(40)), "dr", hard},
	{"last-lines-dr", textOf(filler(40) + "DIFFUSION RESTREINTE"), "dr", hard},
	{"note-dr", at(poterne.ZoneNote, "DIFFUSION RESTREINTE"), "dr", confirm},
	{"comment-secret", at(poterne.ZoneComment, "SECRET"), "secret", confirm},
	{"pdf-first-page", pdf("SECRET\n"+filler(40), filler(40)), "secret", hard},
	{"pdf-edge-twice", pdf(filler(30), "SECRET\n"+filler(30), "SECRET\n"+filler(30), filler(30), filler(30)), "secret", hard},
	{"pdf-last-page", pdf(filler(30), filler(30)+"TRÈS SECRET\n"+filler(10)), "tres-secret", hard},
	{"pdf-middle-of-page", pdf(filler(30), filler(30)+"SECRET\n"+filler(30), filler(30)), "secret", confirm},
	{"pdf-page-as-one-segment", []poterne.Segment{{Body: "DIFFUSION RESTREINTE\n" + filler(30), Place: poterne.Place{Page: 1}}}, "dr", hard},
	{"cell-full-name", cell("", "DIFFUSION RESTREINTE"), "dr", confirm},
	{"cell-in-column", cell("Classification", "DIFFUSION RESTREINTE"), "dr", confirm},
	// Forms of a banner.
	{"decorated", at(poterne.ZoneHeader, "— *** [ DIFFUSION  RESTREINTE ] *** —"), "dr", hard},
	{"hyphen", at(poterne.ZoneHeader, "DIFFUSION-RESTREINTE"), "dr", hard},
	{"no-break-space", at(poterne.ZoneHeader, "DIFFUSION\u00a0RESTREINTE"), "dr", hard},
	{"soft-hyphen", at(poterne.ZoneHeader, "DIFFU\u00adSION RESTREINTE"), "dr", hard},
	{"nfd", at(poterne.ZoneHeader, "TRE\u0300S SECRET"), "tres-secret", hard},
	{"two-lines", at(poterne.ZoneHeader, "DIFFUSION\nRESTREINTE"), "dr", hard},
	{"copy-number", at(poterne.ZoneHeader, "SECRET – exemplaire n° 3/12"), "secret", hard},
	{"page-number", at(poterne.ZoneHeader, "DIFFUSION RESTREINTE\tPage 3 sur 12"), "dr", hard},
	{"reference-date", at(poterne.ZoneHeader, "DIFFUSION RESTREINTE – le 12 mars 2024"), "dr", hard},
	{"declassify-at", at(poterne.ZoneHeader, "SECRET – CLASSIFICATION À DÉCLASSIFIER AU 01/02/2060"), "secret", hard},
	{"caveat", at(poterne.ZoneHeader, "SECRET – SPÉCIAL FRANCE"), "special-france", hard},
	{"caveat-keeps-mark", at(poterne.ZoneHeader, "SECRET – SPÉCIAL FRANCE"), "secret", hard},
	{"code-name", at(poterne.ZoneHeader, "TRÈS SECRET – CLASSIFICATION SPÉCIALE OROBRANCHE"), "ts-special", hard},
	{"releasable", at(poterne.ZoneHeader, "NATO SECRET RELEASABLE TO AUS, JPN"), "nato-secret", hard},
	{"spaced-letters", at(poterne.ZoneHeader, "D I F F U S I O N   R E S T R E I N T E"), "dr", hard},
	{"spaced-secret", inBodyOf("S E C R E T"), "secret", confirm},
	{"ocr-digits", at(poterne.ZoneHeader, "D1FFUSI0N RESTRE1NTE"), "dr", hard},
	{"ocr-letters", at(poterne.ZoneWatermark, "DIFFUSIQN RESTREINTF"), "dr", confirm},
	{"ocr-secret-defense", at(poterne.ZoneHeader, "SECRET DEFEN5E"), "sd", hard},
	{"field-of-header", at(poterne.ZoneHeader, "SGDSN | DIFFUSION RESTREINTE | note 12"), "dr", hard},
	{"field-of-body", inBodyOf("Compte rendu – DIFFUSION RESTREINTE"), "dr", confirm},
	{"prefix", textOf("Classification : SECRET\n" + filler(20)), "secret", hard},
	{"prefix-lower", textOf("Classification : Secret\n" + filler(20)), "secret", hard},
	{"prefix-sigle", textOf("Mention de protection : DR\n" + filler(20)), "dr", hard},
	{"subject-tlp", textOf("Objet : [TLP:AMBER+STRICT] anomalie\n" + filler(20)), "tlp-amber-strict", hard},
	{"tlp-spaced", at(poterne.ZoneHeader, "TLP : ROUGE"), "tlp-red", hard},
	{"eu-before-national", at(poterne.ZoneHeader, "SECRET UE/EU SECRET"), "ue-secret", hard},
	{"eu-is-not-national", at(poterne.ZoneHeader, "SECRET UE/EU SECRET"), "secret", none},
	{"defence-is-not-secret", at(poterne.ZoneHeader, "TRÈS SECRET DÉFENSE"), "secret", none},
	{"otan-french", at(poterne.ZoneHeader, "DIFFUSION RESTREINTE OTAN"), "nato-restricted", hard},
	{"local-confidential", at(poterne.ZoneHeader, "CONFIDENTIEL"), "confidentiel", hard},
	{"medical", textOf("SOUS PLI MÉDICAL\n" + filler(20)), "confidentiel-medical", hard},
	// Sigles.
	{"dr-header", at(poterne.ZoneHeader, "DR"), "dr", confirm},
	{"dr-header-and-footer", append(at(poterne.ZoneHeader, "DR"), at(poterne.ZoneFooter, "DR")[1]), "dr", hard},
	{"dr-on-pages", pdf("DR\n"+filler(20), "DR\n"+filler(20), filler(20), filler(20), filler(20)), "dr", hard},
	{"dr-first-line", textOf("DR\n" + filler(30)), "dr", confirm},
	{"dr-body-line", inBodyOf("DR"), "dr", hint},
	{"nc-body-line", inBodyOf("NC"), "nato-confidential", none},
	{"form-of-the-tax-office", textOf("1986-SD\n" + filler(20)), "sd", hint},
	{"number-of-a-reference", textOf("CD-2019\n" + filler(20)), "cd", hint},
	{"sd-of-a-year", textOf("SD 1986\n" + filler(20)), "sd", confirm},
	{"cd-undated", textOf("CD\n" + filler(20)), "cd", none},
	{"cd-dated", textOf("CD\nParis, le 3 avril 2012\n" + filler(20)), "cd", hint},
	{"dr-photo", textOf("© DR\n" + filler(20)), "dr", none},
	{"dr-photo-words", textOf("Photo : DR\n" + filler(20)), "dr", none},
	{"dr-cell", cell("Direction", "DR"), "dr", none},
	{"dr-classification-cell", cell("Classification", "DR"), "dr", hint},
	{"dr-doctor", textOf("DR MARTIN, cardiologue\n" + filler(20)), "dr", none},
	{"dr-lower", textOf("dr\n" + filler(20)), "dr", none},
	{"r-ue", at(poterne.ZoneHeader, "R-UE/EU-R"), "ue-restreint", hard},
	// Portions and boxes.
	{"portion-dr", inBodyOf("(DR) Le périmètre nord n'est plus gardé la nuit."), "dr", confirm},
	{"portion-numbered", inBodyOf("3. (DR) Le périmètre nord n'est plus gardé la nuit."), "dr", confirm},
	{"portion-s-once", inBodyOf("(S) Madame Vautrin remplace le titulaire absent."), "secret", hint},
	{"portion-s-twice", inBodyOf("(S) La source est arrivée lundi à midi.\n(S) Elle repart mercredi par le même train."), "secret", confirm},
	{"portion-end", inBodyOf("Madame Vautrin remplace le titulaire absent (S)"), "secret", none},
	{"box-ticked", textOf("Protection : ☐ NP ☒ DR ☐ SECRET"), "dr", hard},
	{"box-unticked", textOf("Protection : ☐ NP ☒ DR ☐ SECRET"), "secret", none},
	{"box-brackets", textOf("[ ] NON PROTÉGÉ [x] DIFFUSION RESTREINTE [ ] SECRET"), "dr", hard},
	{"box-after", textOf("NP ☐   DR ☐   SECRET ☑"), "secret", hard},
	{"box-after-unticked", textOf("NP ☐   DR ☐   SECRET ☑"), "dr", none},
	{"box-none-ticked", textOf("☐ NP ☐ DR ☐ SECRET ☐ TRÈS SECRET"), "tres-secret", none},
	{"box-check-mark", textOf("✓ DIFFUSION RESTREINTE\n☐ SECRET"), "dr", hard},
	// Sentences.
	{"sentence-capitals", inBodyOf("Le plan joint DIFFUSION RESTREINTE part demain."), "dr", confirm},
	{"sentence-lower", inBodyOf("Un plan en diffusion restreinte part demain."), "dr", none},
	{"sentence-secret-capitals", inBodyOf("Le colis SECRET part demain."), "secret", hint},
	{"sentence-assert", inBodyOf("Le présent document est classifié SECRET."), "secret", confirm},
	{"sentence-assert-mention", inBodyOf("Ce document porte la mention DIFFUSION RESTREINTE."), "dr", confirm},
	{"sentence-denied", inBodyOf("Ce document n'est pas classifié SECRET."), "secret", none},
	{"sentence-assert-lower", inBodyOf("La présente note relève de la diffusion restreinte."), "dr", confirm},
	{"talk-mention", inBodyOf("La mention DIFFUSION RESTREINTE est apposée en rouge."), "dr", none},
	{"talk-article", inBodyOf("Selon l'article 8, le niveau TRÈS SECRET est réservé."), "tres-secret", none},
	{"talk-quoted", inBodyOf("On lit « DIFFUSION RESTREINTE » sur la couverture."), "dr", none},
	{"talk-in-header", at(poterne.ZoneHeader, "Formation : la mention DIFFUSION RESTREINTE, niveau 1"), "dr", none},
	{"definition", textOf("SECRET :\nce qui nuit à la défense\n" + filler(20)), "secret", none},
	{"question", textOf("DIFFUSION RESTREINTE ?\n" + filler(20)), "dr", none},
	{"variable-braces", textOf("password = ${SECRET};\n" + filler(20)), "secret", none},
	{"variable-template", textOf("token: {{ SECRET }}\n" + filler(20)), "secret", none},
	{"variable-command", textOf("$(SECRET)\n" + filler(20)), "secret", none},
	{"variable-bare", textOf("export TOKEN $SECRET\n" + filler(20)), "secret", none},
	{"variable-windows", textOf("%SECRET%\n" + filler(20)), "secret", none},
	{"variable-of-two-words", textOf("export TOKEN $CONFIDENTIEL_DEFENSE\n" + filler(20)), "cd", none},
	{"price-before-a-marking", textOf("Prix 30 $CONFIDENTIEL DEFENSE\n"), "cd", confirm},
	{"braces-are-not-a-variable", textOf("{SECRET}\n" + filler(20)), "secret", hard},
	{"locution-ballot", textOf("VOTE À BULLETIN SECRET\n" + filler(20)), "secret", none},
	{"locution-medical", textOf("SECRET MÉDICAL\n" + filler(20)), "secret", none},
	{"locution-agent", textOf("L'AGENT SECRET\n" + filler(20)), "secret", none},
	{"locution-does-not-hide", textOf("LE SECRET DÉFENSE EN BREF\n" + filler(20)), "sd", confirm},
	{"secretariat", textOf("SECRÉTARIAT GÉNÉRAL\n" + filler(20)), "secret", none},
	{"deadline", textOf("DATE LIMITE : 12 MARS\n" + filler(20)), "ue-limite", none},
	{"abbreviation", textOf("Sigles employés\nDR : diffusion restreinte\n" + filler(30)), "dr", none},
	{"full-name-and-sigle", textOf("Diffusion Restreinte (DR)\n" + filler(30)), "dr", hard},
	{"denied-banner", textOf("NON SECRET\n" + filler(30)), "secret", none},
	{"frame", textOf("┌─────────┐\n│ SECRET │\n└─────────┘\n" + filler(30)), "secret", hard},
	{"letterhead-and-stamp", textOf("MINISTÈRE DES ARMÉES          SECRET DÉFENSE\n" + filler(30)), "sd", confirm},
	{"markdown-heading", textOf("# DIFFUSION RESTREINTE\n" + filler(30)), "dr", hard},
	{"quoted-mail", textOf("> DIFFUSION RESTREINTE\n> Bonjour,\n" + filler(30)), "dr", hard},
	{"two-levels-in-line", inBodyOf("Passer de DIFFUSION RESTREINTE à SECRET demande un avis."), "secret", none},
	{"legend-line", textOf("NON PROTÉGÉ / DIFFUSION RESTREINTE / SECRET\n" + filler(20)), "secret", none},
	{"legend-lines", inBodyOf("DIFFUSION RESTREINTE\nSECRET\nNON PROTÉGÉ"), "secret", none},
	// Lessons.
	{"lesson-banner", textOf(lessonText + filler(20)), "secret", none},
	{"lesson-top", textOf(lessonText + filler(20)), "tres-secret", none},
	{"lesson-header-stays", append(at(poterne.ZoneHeader, "DIFFUSION RESTREINTE"), textOf(lessonText+filler(20))...), "dr", hard},
	{"lesson-table", textOf("Table de correspondance des niveaux\n" + filler(20) + "CONFIDENTIEL DÉFENSE\n" + filler(20)), "cd", none},
	{"lesson-title-banner", textOf("DIFFUSION RESTREINTE\nGuide d'emploi du portail\n" + filler(20)), "dr", hard},
	{"lesson-title-letterhead", textOf("Ministère\nDirection générale\nBureau 4\nGuide d'emploi\nSECRET\n" + filler(30)), "secret", hard},
	{"lesson-levels-letterhead", textOf("Ministère\nDirection générale\nBureau 4\nObjet : réforme\nSECRET\n" + filler(30) + "Sont visés DIFFUSION RESTREINTE, TRÈS SECRET et NATO SECRET.\n" + filler(30)), "secret", confirm},
	{"lesson-title-body", textOf("Guide d'emploi du portail\n" + filler(30) + "SECRET\n" + filler(30)), "secret", none},
	// Labels.
	{"mip-label", at(poterne.ZoneProperty, "MSIP_Label_1b2c_Name: Diffusion Restreinte"), "dr", hard},
	{"mip-enabled", mip("a1", "Name: Secret", "Enabled: true"), "secret", hard},
	{"mip-taken-off", mip("a1", "Enabled: false", "Name: Secret"), "secret", none},
	{"mip-taken-off-last", mip("a1", "Name: Secret", "SetDate: 2024-03-29T17:42:00Z", "Enabled: False"), "secret", none},
	{"mip-odd-value", mip("a1", "Enabled: vrai", "Name: Secret"), "secret", hard},
	{"mip-other-in-force", append(mip("a1", "Name: Secret"), mip("b2", "Enabled: true", "Name: Diffusion Restreinte")...), "secret", none},
	{"mip-in-force-beside-other", append(mip("a1", "Name: Secret"), mip("b2", "Enabled: true", "Name: Diffusion Restreinte")...), "dr", hard},
	{"mip-both-in-force", append(mip("a1", "Name: Secret", "Enabled: true"), mip("b2", "Enabled: true", "Name: Diffusion Restreinte")...), "secret", hard},
	{"mip-other-taken-off", append(mip("a1", "Name: Secret"), mip("b2", "Enabled: false", "Name: Diffusion Restreinte")...), "secret", hard},
	{"mip-taken-off-but-stamped", append(mip("a1", "Enabled: false", "Name: Secret"), textOf("SECRET\n"+filler(30))...), "secret", hard},
	{"mip-custom-property", at(poterne.ZoneProperty, "custom:MSIP_Label_a1_Enabled: false", "custom:MSIP_Label_a1_Name: Secret"), "secret", none},
	{"mip-header-several", at(poterne.ZoneProperty, "msip_labels: MSIP_Label_a1_Enabled=False; MSIP_Label_a1_Name=Secret; MSIP_Label_b2_Enabled=True; MSIP_Label_b2_Name=Diffusion Restreinte;"), "secret", none},
	{"mip-header-in-force", at(poterne.ZoneProperty, "msip_labels: MSIP_Label_a1_Enabled=False; MSIP_Label_a1_Name=Secret; MSIP_Label_b2_Enabled=True; MSIP_Label_b2_Name=Diffusion Restreinte;"), "dr", hard},
	{"mip-header-folded", at(poterne.ZoneProperty, "MSIP_Labels: MSIP_Label_a1_Enabled=True;\n\tMSIP_Label_a1_SetDate=2024-03-29T17:42:00Z;\n\tMSIP_Label_a1_Name=Secret;\n\tMSIP_Label_a1_ContentBits=3"), "secret", hard},
	{"mip-label-path", at(poterne.ZoneProperty, `MSIP_Label_1b2c_Name: Ministère\Diffusion Restreinte\Tous`), "dr", confirm},

	{"mip-header", at(poterne.ZoneProperty, "msip_labels: MSIP_Label_1b2c_Enabled=True;MSIP_Label_1b2c_Name=C2 - Restreint;"), "label-c2", hard},
	{"custom-property", at(poterne.ZoneProperty, "Classification: Secret"), "secret", hard},
	{"mip-sigle-and-name", at(poterne.ZoneProperty, "MSIP_Label_1b2c_Name: DR - Diffusion Restreinte"), "dr", hard},
	{"custom-sigle", at(poterne.ZoneProperty, "Classification: DR"), "dr", confirm},
	{"mail-header", at(poterne.ZoneProperty, "X-Classification: NATO RESTRICTED"), "nato-restricted", hard},
	{"mail-sensitivity", at(poterne.ZoneProperty, "Sensitivity: Company-Confidential"), "confidentiel", hard},
	{"mail-subject", at(poterne.ZoneProperty, "Subject: [DIFFUSION RESTREINTE] point de situation"), "dr", hard},
	{"label-internal", at(poterne.ZoneProperty, "Sensitivity: Interne"), "label-c1", hard},
	{"keywords", at(poterne.ZoneProperty, "Keywords: budget, DIFFUSION RESTREINTE, 2024"), "dr", hard},
	{"title-sentence", at(poterne.ZoneProperty, "Title: Guide de la diffusion restreinte"), "dr", none},
	{"author", at(poterne.ZoneProperty, "Author: DR"), "dr", none},
	{"label-in-text", textOf("Niveau de confidentialité : C3\n" + filler(20)), "label-c3", confirm},
	{"label-words-in-text", textOf("Sensibilité du document : C2 – Restreint\n" + filler(20)), "label-c2", confirm},
	{"label-is-language", textOf("Niveau : C2\n" + filler(20)), "label-c2", none},
	{"label-in-sentence", textOf("La classification des sols : limite de plasticité\n" + filler(20)), "label-c2", none},
	// File names.
	{"name-dr", at(poterne.ZoneName, "2024_DR_note.docx"), "dr", hint},
	{"name-secret", at(poterne.ZoneName, "2024_SECRET_note.docx"), "secret", confirm},
	{"name-full", at(poterne.ZoneName, "note DIFFUSION RESTREINTE.docx"), "dr", confirm},
	{"name-folder", at(poterne.ZoneName, "DIFFUSION RESTREINTE/notes/note 12.docx"), "dr", confirm},
	{"name-lesson", at(poterne.ZoneName, "guide_DIFFUSION_RESTREINTE.pdf"), "dr", none},
	{"name-secret-santa", at(poterne.ZoneName, "secret santa.docx"), "secret", none},
	{"name-secretariat", at(poterne.ZoneName, "secretariat_SECRETAIRE.docx"), "secret", none},
	{"name-tlp", at(poterne.ZoneName, "TLP-AMBER_rapport.pdf"), "tlp-amber", confirm},
}

// mip returns properties of a label of Microsoft's, each as its own segment.
func mip(id string, properties ...string) []poterne.Segment {
	for i, p := range properties {
		properties[i] = "MSIP_Label_" + id + "_" + p
	}
	return at(poterne.ZoneProperty, properties...)
}

func TestMarkings(t *testing.T) {
	c := classifier(t)
	for _, tc := range markingCases {
		t.Run(tc.name, func(t *testing.T) {
			f, ok := marksIn(t, c, tc.in)[tc.mark]
			if got := verdictOf(f, ok); got != tc.want {
				t.Errorf("%s is %v (%.2f), want %v; trace %v", tc.mark, got, f.Confidence, tc.want, f.Trace)
			}
		})
	}
}
