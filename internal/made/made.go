// Package made invents records for measures of large numbers: no document, no person.
package made

import (
	"fmt"
	"math/rand/v2"
	"time"

	"poterne"
)

// What records are made of. They look like those of a ministry's shares in what is
// counted: few shares hold most files, one file in ten is sensitive, one in twenty was
// not read.
var (
	Shares = []string{"RH", "Finances", "Affaires médicales", "Marchés", "Juridique", "Direction", "Commun", "Archives", "DSI", "Communication", "Logistique", "Formation"}
	Words  = []string{"note", "compte rendu", "bordereau", "liste", "convention", "arrêté", "courrier", "tableau", "dossier", "rapport", "annexe", "fiche"}
	// Rules are rules with their categories.
	Rules = [][2]string{{"fr-nir", "identite"}, {"iban", "banque"}, {"email", "personnelles"}, {"phone-fr", "personnelles"}, {"sante", "sante"}, {"rh", "rh"}, {"birth-date", "personnelles"}}

	formats = []string{"docx", "pdf", "xlsx", "odt", "txt", "pptx", "eml", "csv"}
)

// Owners is how many people own the files, Prints how many values were found in them.
const (
	Owners = 400
	Prints = 200_000
)

// Owner is the name of owner number i.
func Owner(i int) string { return fmt.Sprintf("agent%03d", i) }

// Print is the fingerprint of value number i.
func Print(i int) poterne.Fingerprint { return poterne.Fingerprint(fmt.Sprintf("print-%010d", i)) }

// Record invents record number i of a run; the same generator makes the same records
// in the same order.
func Record(rng *rand.Rand, i int, run string) poterne.Record {
	share := Shares[min(rng.IntN(len(Shares)), rng.IntN(len(Shares)))]
	format := formats[rng.IntN(len(formats))]
	path := fmt.Sprintf("service %d/%d/%s %d.%s", i/5000, 2005+i/100%20, Words[rng.IntN(len(Words))], i, format)
	at := time.Date(2005+rng.IntN(20), time.Month(1+rng.IntN(12)), 1+rng.IntN(28), 9, 0, 0, 0, time.UTC)
	r := poterne.Record{
		Document: poterne.Document{ID: poterne.NewID(share, path, ""), Share: share, Path: path, Size: int64(1000 + rng.IntN(5_000_000)), ModTime: at, ChangeTime: at,
			Inode: uint64(i), Owner: Owner(rng.IntN(Owners)), Exposure: poterne.Exposure(rng.IntN(5))},
		Format: format, Run: run, ScannedAt: at.AddDate(0, 0, 1),
		// One content in five lies in several places.
		Stamp:      poterne.Stamp{Content: poterne.Version(fmt.Sprintf("content-%d", i-i%5*rng.IntN(2))), Extractor: "e1", Rules: "r1", Policy: "p1"},
		Assessment: poterne.Assessment{Level: poterne.Internal, Hosting: poterne.Hosting{Class: poterne.H1}, Actor: "etat", Doctrine: "sren"},
	}
	if rng.IntN(20) == 0 {
		r.Failure = poterne.Fail(poterne.StageExtract, poterne.Kinds()[rng.IntN(len(poterne.Kinds()))], nil)
		r.Assessment.Level, r.Assessment.Hosting.Class = poterne.Unassessed, poterne.ClassUnknown
		return r
	}
	for range rng.IntN(4) {
		rule := Rules[rng.IntN(len(Rules))]
		f := poterne.Finding{Rule: rule[0], Category: rule[1], Count: 1 + rng.IntN(40), Distinct: 1, Confidence: 0.85, Level: poterne.Personal, Masked: []string{"1 •• •• •• ••• ••• 84"},
			Prints: []poterne.Fingerprint{Print(rng.IntN(Prints))},
			Spots:  []poterne.Spot{{Place: poterne.Place{Page: 1}, Count: 1, Distinct: 1}}, Legal: []string{"RGPD art. 4"}}
		if rng.IntN(30) == 0 {
			f.Tags = []poterne.Tag{poterne.TagConfirm}
		}
		r.Findings = append(r.Findings, f)
		r.Assessment.Categories = []string{rule[1]}
		r.Assessment.Level, r.Assessment.Hosting.Class = poterne.Personal, poterne.H2
	}
	if len(r.Findings) > 0 && rng.IntN(5) == 0 {
		r.Assessment.Level, r.Assessment.Hosting.Class = poterne.Sensitive, poterne.H3
	}
	return r
}
