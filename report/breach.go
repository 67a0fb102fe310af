package report

import (
	"bufio"
	"fmt"
	"io"
	"strings"
	"time"

	"poterne"
)

// Breach is what a notice of a personal data breach to the authority needs (GDPR
// art. 33 (3)), as far as a stored scan knows it: nothing is read again, and what a
// scan cannot know is left to be filled in.
type Breach struct {
	Voice
	Scope string    // which documents: shares and query
	Run   string    // the last scan
	Read  time.Time // when it ended: what changed later is not counted
	At    time.Time
}

// Write writes the notice of h as Markdown.
func (b Breach) Write(out io.Writer, h *Holdings) error {
	w := bufio.NewWriter(out)
	line := func(fr, en string, args ...any) { fmt.Fprintf(w, b.pick(fr, en)+"\n", args...) }
	todo := b.pick("*à compléter*", "*to be filled in*")
	line("# État pour la notification d'une violation de données (RGPD art. 33)\n", "# Statement for the notice of a data breach (GDPR art. 33)\n")
	line("Périmètre : %s. Établi le %s d'après ce qui est enregistré, rien n'a été relu ; le dernier passage, %s, a fini le %s.", "Scope: %s. Made on %s from what is stored, nothing was read again; the last run, %s, ended on %s.",
		plain(b.Scope), b.At.UTC().Format("2006-01-02 15:04 UTC"), plain(b.Run), b.Read.UTC().Format("2006-01-02 15:04 UTC"))
	line("Délai : 72 heures après en avoir pris connaissance (art. 33 § 1). Prise de connaissance : %s.\n", "Time limit: 72 hours after having become aware of it (art. 33 (1)). Became aware on: %s.\n", todo)

	line("## Nature de la violation (§ 3 a)\n", "## Nature of the breach ((3) a)\n")
	line("- Confidentialité, intégrité ou disponibilité : %s", "- Confidentiality, integrity or availability: %s", todo)
	line("- Documents : %s, %s, dont %s lisibles par tous au moment du passage", "- Documents: %s, %s, of which %s were open to everyone at the time of the run",
		b.Number(h.Files), b.Bytes(h.Bytes), b.Number(h.Open))
	if n := h.Persons(); n > 0 {
		line("- Personnes : au moins %s, comptées par identifiants distincts ; celles qui n'ont pas d'identifiant ne le sont pas", "- Persons: at least %s, counted by distinct identifiers; those without one are not counted", b.Number(n))
	} else {
		line("- Personnes : %s ; aucun identifiant de personne relevé", "- Persons: %s; no identifier of a person was found", todo)
	}
	line("- Catégories de personnes (agents, usagers, patients, mineurs…) : %s", "- Categories of persons (agents, users, patients, minors…): %s", todo)
	if h.Unread > 0 {
		line("- **Non lus, ou pas en entier : %s ; ce qui s'y trouve est inconnu**", "- **Not read, or not whole: %s; what is in there is unknown**", b.Documents(h.Unread))
	}
	line("\n| catégorie de données | documents | valeurs relevées | art. 9 ou 10 |\n|---|---:|---:|---|", "\n| category of data | documents | values found | art. 9 or 10 |\n|---|---:|---:|---|")
	for _, kind := range h.Kinds(true) {
		c := h.Categories[kind]
		mark := ""
		if c.Special {
			mark = b.pick("oui", "yes")
		}
		fmt.Fprintf(w, "| %s | %s | %s | %s |\n", plain(b.Category(kind)), b.Number(c.Documents), b.Number(c.Values), mark)
	}
	if others := h.Kinds(false); len(others) > 0 {
		for i, kind := range others {
			others[i] = fmt.Sprintf("%s (%s)", b.Category(kind), b.Documents(h.Categories[kind].Documents))
		}
		line("\nAutres contenus relevés, hors données personnelles : %s.", "\nOther content found, not personal data: %s.", plain(strings.Join(others, ", ")))
	}
	line("\nPrésomptions établies par des règles : des faux positifs et des oublis sont possibles.", "\nPresumptions made by rules: false positives and misses are possible.")

	line("\n## Point de contact (§ 3 b)\n\nDélégué à la protection des données : %s", "\n## Contact ((3) b)\n\nData protection officer: %s", todo)
	line("\n## Conséquences probables (§ 3 c)\n", "\n## Likely consequences ((3) c)\n")
	for _, c := range consequences {
		for _, kind := range c.kinds {
			if h.Categories[kind] != nil {
				line("- "+c.fr, "- "+c.en)
				break
			}
		}
	}
	line("- Gravité et vraisemblance pour les personnes : %s", "- Severity and likelihood for the persons: %s", todo)
	line("\n## Mesures (§ 3 d)\n", "\n## Measures ((3) d)\n")
	line("- Mesures prises ou proposées : %s", "- Measures taken or proposed: %s", todo)
	if h.Categories["secret"] != nil {
		line("- Révoquer les secrets techniques relevés", "- Revoke the technical secrets that were found")
	}
	if h.Level >= poterne.Restricted {
		line("- Documents de niveau 4 ou 5 dans le périmètre : prévenir l'officier de sécurité", "- Documents of level 4 or 5 in scope: tell the security officer")
	}
	line("- Information des personnes (art. 34), si le risque est élevé : %s", "- Communication to the persons (art. 34) where the risk is high: %s", todo)
	return w.Flush()
}

// consequences are those that the EDPB's guidelines 9/2022 and 01/2021 name for such
// data; whoever notifies judges them.
var consequences = []struct {
	kinds  []string
	fr, en string
}{
	{[]string{"identite", "titres", "social"}, "Usurpation d'identité (identifiants d'état civil, titres)", "Identity theft (civil identifiers, identity documents)"},
	{[]string{"bancaire", "financier", "fiscal", "fiscal_douane"}, "Fraude et perte financière (coordonnées bancaires, données fiscales)", "Fraud and financial loss (bank details, tax data)"},
	{[]string{"sante", "soins", "biometrie"}, "Atteinte au secret médical, discrimination (santé, biométrie)", "Breach of medical secrecy, discrimination (health, biometrics)"},
	{[]string{"opinions", "etrangers", "judiciaire", "justice", "penal", "police_renseignement"}, "Discrimination, atteinte à la réputation ou à la sécurité des personnes (opinions, asile, justice, police)", "Discrimination, damage to the reputation or the safety of persons (opinions, asylum, justice, police)"},
	{[]string{"social_mineurs", "education"}, "Risque pour des mineurs ou des personnes vulnérables", "Risk to minors or vulnerable persons"},
	{[]string{"contact", "personnel", "rh_discipline", "agent"}, "Hameçonnage ciblé, atteinte à la vie professionnelle (coordonnées, situation des agents)", "Targeted phishing, harm to working life (contact details, situation of agents)"},
	{[]string{"secret", "technique", "ssi"}, "Intrusion par des secrets techniques exposés", "Intrusion through exposed technical secrets"},
}
