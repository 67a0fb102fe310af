package main

import (
	"fmt"
	"strings"

	"poterne"
)

// Texts that carry a marking, and texts that talk about one. %s is its name.
var carries = []struct {
	name string
	make func(mark string) []poterne.Segment
}{
	{"en-tête de page", func(m string) []poterne.Segment {
		return page(poterne.Segment{Body: strings.ToUpper(m), Place: poterne.Place{Zone: poterne.ZoneHeader, Page: 1}})
	}},
	{"pied de page", func(m string) []poterne.Segment {
		return page(poterne.Segment{Body: strings.ToUpper(m) + " – page 2/7", Place: poterne.Place{Zone: poterne.ZoneFooter, Page: 2}})
	}},
	{"filigrane", func(m string) []poterne.Segment {
		return page(poterne.Segment{Body: strings.ToUpper(m), Place: poterne.Place{Zone: poterne.ZoneWatermark, Page: 1}})
	}},
	{"première ligne", func(m string) []poterne.Segment { return page(poterne.Segment{Body: strings.ToUpper(m)}) }},
	{"première ligne, insécables", func(m string) []poterne.Segment {
		return page(poterne.Segment{Body: strings.ReplaceAll(strings.ToUpper(m), " ", "\u00a0")})
	}},
	{"ligne de classification", func(m string) []poterne.Segment {
		return page(poterne.Segment{Body: "Niveau de classification : " + m})
	}},
	{"entre crochets", func(m string) []poterne.Segment { return page(poterne.Segment{Body: "[" + strings.ToUpper(m) + "]"}) }},
}

var talks = []string{
	"Le module 2 de la formation explique quand apposer la mention « %s » et qui peut la lever.",
	"Un agent qui reçoit un document portant la mention %s prévient l'officier de sécurité.",
	"L'instruction définit %s à son article 7.",
	"La mention %s remplace l'ancienne depuis le 1er juillet 2021.",
	"Aucun document %s ne peut être déposé sur cet espace.",
	"Question 4 : que signifie %s ? Réponse : voir le glossaire.",
	"Le marché exige que le titulaire sache traiter des informations de niveau %s.",
	"Tableau des correspondances : %s, équivalent étranger, durée de conservation.",
}

// page puts a banner on a page of usual prose.
func page(banner poterne.Segment) []poterne.Segment {
	prose := "Le service instructeur transmet le compte rendu de la réunion et rappelle le calendrier des travaux de la semaine prochaine."
	return []poterne.Segment{banner, {Body: prose}, {Body: prose}, {Body: prose}}
}

// Gates on markings of level 4 and 5.
const (
	markingRecall    = 0.98
	markingPrecision = 0.95
	markingCounts    = 0.5 // confidence from which a document is held to carry it
)

// markings measures whether a document that carries a marking is told from one
// that talks about it.
func (b *bench) markings() (result, error) {
	res := result{section: "marquages"}
	var all tally
	byPlace := make([]tally, len(carries))
	said, taken := 0, 0
	has := func(found []poterne.Finding, mark string) bool {
		for _, f := range found {
			if f.Rule == poterne.RuleMarking && (mark == "" || f.Mark == mark) && f.Confidence >= markingCounts && f.Level >= poterne.Restricted {
				return true
			}
		}
		return false
	}
	for _, m := range b.rules.Markings() {
		if m.Level() < poterne.Restricted {
			continue
		}
		for _, name := range m.Variants {
			for i, c := range carries {
				found, err := b.find(c.make(name)...)
				if err != nil {
					return res, err
				}
				ok := has(found, m.ID)
				all.add(ok)
				byPlace[i].add(ok)
			}
			for _, s := range talks {
				found, err := b.find(page(poterne.Segment{Body: fmt.Sprintf(s, name)})...)
				if err != nil {
					return res, err
				}
				said++
				if has(found, "") {
					taken++
				}
			}
		}
	}
	precision := float64(all.found) / float64(max(all.found+taken, 1))
	var t strings.Builder
	fmt.Fprintf(&t, "Marquages de niveau 4 et 5, chacun sous tous ses noms : %d documents qui portent, rappel %.4f ; %d documents qui parlent, %d pris à tort ; précision %.4f.\n\n| où | documents | rappel |\n|---|---|---|\n", all.planted, all.recall(), said, taken, precision)
	for i, c := range carries {
		fmt.Fprintf(&t, "| %s | %d | %.4f |\n", c.name, byPlace[i].planted, byPlace[i].recall())
	}
	res.text = t.String()
	if all.recall() < markingRecall {
		res.missed = append(res.missed, fmt.Sprintf("recall %.4f, %.2f wanted", all.recall(), markingRecall))
	}
	if precision < markingPrecision {
		res.missed = append(res.missed, fmt.Sprintf("precision %.4f, %.2f wanted", precision, markingPrecision))
	}
	return res, nil
}
