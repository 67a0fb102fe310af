package report

import (
	"bufio"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"poterne"
)

// Markdown writes an overview as a note that can be pasted in a page or a mail.
func (v Voice) Markdown(out io.Writer, o *Overview, title, actor, doctrine string, at time.Time) error {
	w := bufio.NewWriter(out)
	line := func(fr, en string, args ...any) { fmt.Fprintf(w, v.pick(fr, en)+"\n", args...) }
	line("# Où ces documents peuvent aller\n", "# Where these documents may go\n")
	line("%s · acteur : %s · doctrine : %s · établi le %s\n", "%s · actor: %s · doctrine: %s · made on %s\n", plain(title), plain(actor), plain(doctrine), at.UTC().Format("2006-01-02 15:04 UTC"))
	if o.Rows[poterne.H5] != nil {
		line("**Ce rapport nomme l'emplacement de documents classifiés : il est lui-même candidat à la mention Diffusion Restreinte.**\n",
			"**This report names places of classified documents: it is itself a candidate for the marking Diffusion Restreinte.**\n")
	}
	line("Présomptions établies par des règles, que l'administrateur de la donnée confirme ou écarte.\n", "Presumptions made by rules, which the administrator of the data confirms or sets aside.\n")
	line("| classe | fichiers | volume | mentions |\n|---|---:|---:|---|", "| class | files | volume | flags |\n|---|---:|---:|---|")
	for _, c := range slices.Backward(poterne.Classes()) {
		if row := o.Rows[c]; row != nil {
			fmt.Fprintf(w, "| %s %s | %s | %s | %s |\n", c, plain(v.Class(c)), v.Number(row.Files), v.Bytes(row.Bytes), v.flagNotes(row))
		}
	}
	line("\n%s lus sur %s ; niveau 3 ou plus et lisibles par tous : %s.", "\n%s read of %s; of level 3 or above and open to everyone: %s.", v.Number(o.Read), v.Number(o.Documents), v.Number(o.Open))
	line("\n## Non lus, ou pas en entier\n", "\n## Not read, or not whole\n")
	for _, k := range poterne.Kinds() {
		if rs := o.Unread[k]; len(rs) > 0 {
			fmt.Fprintf(w, "- %s : %s\n", v.Kind(k), v.Number(len(rs)))
		}
	}
	line("\n## À regarder d'abord\n", "\n## Look at these first\n")
	line("| classe | document | pourquoi |\n|---|---|---|", "| class | document | why |\n|---|---|---|")
	for _, r := range o.Worst {
		open := ""
		if r.Exposure == poterne.ExposureEveryone {
			open = " · " + v.Exposure(r.Exposure)
		}
		fmt.Fprintf(w, "| %s | %s%s | %s |\n", r.Assessment.Hosting.Class, plain(r.Share+"/"+r.Full()), open, plain(strings.Join(v.sentences(r.Assessment.Reasons), " ; ")))
	}
	return w.Flush()
}

// plain makes a name from a share a text and nothing else in Markdown, and in the
// HTML that Markdown may hold.
func plain(s string) string {
	var b strings.Builder
	for _, r := range Inert(s) {
		switch {
		case r == '<':
			b.WriteString("&lt;")
			continue
		case r == '&':
			b.WriteString("&amp;")
			continue
		case strings.ContainsRune("\\`*_[]|~", r):
			b.WriteByte('\\')
		}
		b.WriteRune(r)
	}
	return b.String()
}
