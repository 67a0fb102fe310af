package report

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"iter"
	"maps"
	"slices"
	"strings"
	"time"

	"poterne"
)

// Certificate says what a scan covered, with which versions and limits, and a digest
// of its outcome: a dated piece for a purchase or an accreditation file.
type Certificate struct {
	Voice
	Run             string
	State           string // how the run ended
	Started, Ended  time.Time
	Shares          map[string]string // where each share was
	Actor, Doctrine string
	Program         string
	Stamp           poterne.Stamp
	At              time.Time
}

// Write writes the certificate of the stored records as Markdown. The digest is
// SHA-256 over the sorted SHA-256 of one line a record: id, content, class, level and
// failure, with tabs between them. The same verdicts give the same digest, whatever
// their order.
func (c Certificate) Write(out io.Writer, records iter.Seq2[poterne.Record, error]) error {
	o := newOverview()
	var verdicts [][sha256.Size]byte
	for r, err := range records {
		if err != nil {
			return err
		}
		o.add(r)
		verdicts = append(verdicts, verdictDigest(r))
	}
	w := bufio.NewWriter(out)
	line := func(fr, en string, args ...any) { fmt.Fprintf(w, c.pick(fr, en)+"\n", args...) }
	line("# Certificat d'analyse\n", "# Scan certificate\n")
	line("Établi le %s par Poterne %s.\n", "Made on %s by Poterne %s.\n", c.At.UTC().Format("2006-01-02 15:04 UTC"), plain(c.Program))
	line("## Périmètre\n", "## Scope\n")
	for _, share := range slices.Sorted(maps.Keys(c.Shares)) {
		fmt.Fprintf(w, "- %s : %s\n", plain(share), plain(c.Shares[share]))
	}
	line("- passage %s, %s, du %s au %s", "- run %s, %s, from %s to %s", plain(c.Run), plain(c.State), c.Started.UTC().Format(time.RFC3339), c.Ended.UTC().Format(time.RFC3339))
	line("- acteur : %s ; doctrine : %s", "- actor: %s; doctrine: %s", plain(c.Actor), plain(c.Doctrine))
	line("\n## Versions\n", "\n## Versions\n")
	line("- extracteur %s", "- extractor %s", plain(string(c.Stamp.Extractor)))
	line("- règles et modèle %s", "- rules and model %s", plain(string(c.Stamp.Rules)))
	line("- politique %s", "- policy %s", plain(string(c.Stamp.Policy)))
	line("\n## Couverture\n", "\n## Coverage\n")
	line("- %s, dont %s lus en entier (%s), %s", "- %s, of which %s were read whole (%s), %s",
		c.plural(o.Documents, "fichier", "fichiers", "file", "files"), c.Number(o.Read), percent(o.Read, o.Documents), c.Bytes(o.Bytes))
	for _, k := range poterne.Kinds() {
		if n := len(o.Unread[k]); n > 0 {
			line("- non lus, %s : %s", "- not read, %s: %s", c.Kind(k), c.Number(n))
		}
	}
	line("\n## Résultat\n", "\n## Outcome\n")
	for _, class := range slices.Backward(poterne.Classes()) {
		if row := o.Rows[class]; row != nil {
			fmt.Fprintf(w, "- %s %s : %s, %s\n", class, c.Class(class), c.plural(row.Files, "fichier", "fichiers", "file", "files"), c.Bytes(row.Bytes))
		}
	}
	line("- empreinte SHA-256 de %s : `%s`", "- SHA-256 digest of %s: `%s`", c.plural(len(verdicts), "verdict", "verdicts", "verdict", "verdicts"), together(verdicts))
	line("\n## Limites\n", "\n## Limits\n")
	for _, l := range strings.Split(c.pick(limitsFR, limitsEN), "\n") {
		fmt.Fprintf(w, "- %s\n", l)
	}
	return w.Flush()
}

const limitsFR = `Les verdicts sont des présomptions établies par des règles et un modèle statistique ; l'administrateur de la donnée tranche.
Un document non lu n'est jamais tenu pour sans risque ; il n'est pas compté comme lu.
Ce certificat n'est ni une homologation, ni un avis juridique, ni la preuve qu'aucune donnée sensible n'a échappé.
Il vaut pour l'état des partages à la date du passage.`

const limitsEN = `Verdicts are presumptions made by rules and a statistical model; the administrator of the data decides.
A document that was not read is never taken for harmless; it does not count as read.
This certificate is neither an accreditation, nor legal advice, nor a proof that no sensitive data escaped.
It holds for the state of the shares on the day of the run.`

func verdictDigest(r poterne.Record) [sha256.Size]byte {
	failure := ""
	if r.Failure != nil {
		failure = string(r.Failure.Kind)
	}
	return sha256.Sum256(fmt.Appendf(nil, "%s\t%s\t%s\t%s\t%s\n", r.ID, r.Stamp.Content, r.Assessment.Hosting.Class, r.Assessment.Level, failure))
}

func together(digests [][sha256.Size]byte) string {
	slices.SortFunc(digests, func(a, b [sha256.Size]byte) int { return bytes.Compare(a[:], b[:]) })
	h := sha256.New()
	for _, d := range digests {
		h.Write(d[:])
	}
	return hex.EncodeToString(h.Sum(nil))
}

func percent(part, whole int) string {
	if whole == 0 {
		return "–"
	}
	return fmt.Sprintf("%.1f %%", 100*float64(part)/float64(whole))
}
