package report

import (
	"bufio"
	"encoding/csv"
	"fmt"
	"io"
	"iter"
	"maps"
	"slices"
	"strings"
	"time"

	"poterne"
)

// Register is a draft of the sheet of a record of processing activities (GDPR
// art. 30), one for each share: what a scan knows is filled in, what only the
// controller knows is left open.
type Register struct {
	Voice
	Where map[string]string // place of each share
	At    time.Time
}

// Sheets reads records into the holdings of each share.
func (Register) Sheets(records iter.Seq2[poterne.Record, error]) (map[string]*Holdings, error) {
	shares := map[string]*Holdings{}
	for r, err := range records {
		if err != nil {
			return nil, err
		}
		if shares[r.Share] == nil {
			shares[r.Share] = newHoldings()
		}
		shares[r.Share].add(r)
	}
	return shares, nil
}

// registerLine is one heading of a sheet and what is known of it.
type registerLine struct{ heading, text string }

func (g Register) lines(share string, h *Holdings) []registerLine {
	todo := g.pick("à compléter", "to be filled in")
	var kinds, sensitive []string
	for _, k := range h.Kinds(true) {
		kinds = append(kinds, fmt.Sprintf("%s (%s)", g.Category(k), g.Documents(h.Categories[k].Documents)))
		if h.Categories[k].Special {
			sensitive = append(sensitive, g.Category(k))
		}
	}
	class := h.Class.String() + " " + g.Class(h.Class)
	for _, f := range h.Flags {
		class += " + " + string(f)
	}
	people := todo
	if n := h.Persons(); n > 0 {
		people = g.pick("au moins ", "at least ") + g.Number(n)
	}
	return []registerLine{
		{g.pick("Traitement", "Processing"), g.pick("partage ", "share ") + Inert(share)},
		{g.pick("Lieu", "Place"), Inert(g.Where[share])},
		{g.pick("Responsable du traitement (a)", "Controller (a)"), todo},
		{g.pick("Finalités (b)", "Purposes (b)"), todo},
		{g.pick("Base légale (art. 6)", "Legal basis (art. 6)"), todo},
		{g.pick("Catégories de personnes (c)", "Categories of data subjects (c)"), todo},
		{g.pick("Personnes, par identifiants distincts", "Persons, by distinct identifiers"), people},
		{g.pick("Catégories de données (c)", "Categories of personal data (c)"), strings.Join(kinds, " ; ")},
		{g.pick("Données des art. 9 ou 10, présumées", "Data of art. 9 or 10, presumed"), strings.Join(sensitive, " ; ")},
		{g.pick("Destinataires (d)", "Recipients (d)"), fmt.Sprintf(g.pick("%s lisibles par tous ; autres : %s", "%s open to everyone; others: %s"), g.Documents(h.Open), todo)},
		{g.pick("Transferts hors de l'Union (e)", "Transfers outside the Union (e)"), todo},
		{g.pick("Durées de conservation (f)", "Retention (f)"), todo},
		{g.pick("Sécurité (g) : hébergement requis, présumé", "Security (g): hosting required, presumed"), class},
		{g.pick("Volume", "Volume"), fmt.Sprintf("%s, %s", g.Documents(h.Files), g.Bytes(h.Bytes))},
		{g.pick("Non lus, contenu inconnu", "Not read, content unknown"), g.Number(h.Unread)},
		{g.pick("Établi le", "Made on"), g.At.UTC().Format("2006-01-02")},
	}
}

// CSV writes one row a share.
func (g Register) CSV(w io.Writer, sheets map[string]*Holdings) error {
	if _, err := io.WriteString(w, "\ufeff"); err != nil {
		return err
	}
	out := csv.NewWriter(w)
	for i, share := range slices.Sorted(maps.Keys(sheets)) {
		var headings, row []string
		for _, l := range g.lines(share, sheets[share]) {
			headings, row = append(headings, l.heading), append(row, literal(l.text))
		}
		if i == 0 {
			if err := out.Write(headings); err != nil {
				return err
			}
		}
		if err := out.Write(row); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}

// Markdown writes one table a share.
func (g Register) Markdown(out io.Writer, sheets map[string]*Holdings) error {
	w := bufio.NewWriter(out)
	fmt.Fprintf(w, "# %s\n", g.pick("Fiches de registre, à compléter (RGPD art. 30)", "Register sheets, to be filled in (GDPR art. 30)"))
	for _, share := range slices.Sorted(maps.Keys(sheets)) {
		fmt.Fprintf(w, "\n## %s\n\n| | |\n|---|---|\n", plain(share))
		for _, l := range g.lines(share, sheets[share]) {
			fmt.Fprintf(w, "| %s | %s |\n", plain(l.heading), plain(l.text))
		}
	}
	return w.Flush()
}
