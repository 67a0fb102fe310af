package main

import (
	"fmt"
	"math/rand/v2"
	"strings"

	"poterne/classifiers"
)

// planted is a made text and the values that stand in it.
type planted struct {
	body   string
	kinds  map[string]string // by normal value
	number map[string]int    // by kind
	decoys int
}

// kind is a sort of value and how sentences hold it.
type kind struct {
	name, rule, sentence string
	make                 func(r *rand.Rand) string
}

var kinds = []kind{
	{"NIR", "fr-nir", "Assurée, NIR %s, rattachée au centre.", func(r *rand.Rand) string {
		return passing(r, "nir", "9 99 99 99 999 999 99", r.IntN(2))
	}},
	{"SPI", "fr-spi", "Numéro fiscal : %s, foyer à jour.", func(r *rand.Rand) string { return passing(r, "spi", "99 99 999 999 999", r.IntN(2)) }},
	{"IBAN", "iban", "Virement sur le compte %s sous dix jours.", func(r *rand.Rand) string { return passing(r, "iban", "DE99 9999 9999 9999 9999 99", r.IntN(2)) }},
	{"carte", "card", "Carte bancaire %s, débit immédiat.", func(r *rand.Rand) string { return passing(r, "card", "4999 9999 9999 9999", r.IntN(2)) }},
	{"SIRET", "fr-siret", "Établissement SIRET %s, siège.", func(r *rand.Rand) string { return passing(r, "siret", "999 999 999 99999", r.IntN(2)) }},
	{"téléphone", "fr-tel", "Joindre le secrétariat au %s le matin.", func(r *rand.Rand) string {
		return fmt.Sprintf("06 %02d %02d %02d %02d", 10+r.IntN(89), r.IntN(100), r.IntN(100), r.IntN(100))
	}},
	{"courriel", "email", "Écrire à %s avant vendredi.", func(r *rand.Rand) string {
		return fmt.Sprintf("agent%d.valombreuse@courriel%d.fr", r.IntN(1_000_000), r.IntN(100))
	}},
	{"clé AWS", "sec-aws", "aws_access_key_id = %s", func(r *rand.Rand) string { return "AKIA" + random(r, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", 16) }},
	{"jeton de forge", "sec-github", "token: %s", func(r *rand.Rand) string {
		return "ghp_" + random(r, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", 36)
	}},
}

func random(r *rand.Rand, set string, n int) string {
	b := make([]byte, n)
	for i := range b {
		b[i] = set[r.IntN(len(set))]
	}
	return string(b)
}

// passing makes a value of a form (9: a digit) that passes a check; it is written
// with spaces, or where noBreak is 1 with no-break spaces, as word processors do.
func passing(r *rand.Rand, check, form string, noBreak int) string {
	for {
		v := strings.Map(func(c rune) rune {
			if c == '9' {
				return '0' + rune(r.IntN(10))
			}
			return c
		}, form)
		if ok, _ := classifiers.Check(check, strings.ReplaceAll(v, " ", "")); ok {
			if noBreak == 1 {
				v = strings.ReplaceAll(v, " ", "\u00a0")
			}
			return v
		}
	}
}

// decoyLines are what machines and stores write; cards and phones are seen in them
// by tools that look at keys alone.
var decoyLines = []func(r *rand.Rand) string{
	func(r *rand.Rand) string {
		return fmt.Sprintf("Article %s, rayon 12, quantité %d.", strings.ReplaceAll(passing(r, "luhn", "4999999999999999", 0), " ", ""), r.IntN(40))
	},
	func(r *rand.Rand) string {
		return fmt.Sprintf("Commande n° %d expédiée.", 400_000_000_000_000+r.Int64N(1e14))
	},
	func(r *rand.Rand) string {
		return fmt.Sprintf("2024%02d%02d%02d%02d%02d INFO traitement %d ms.", 1+r.IntN(12), 1+r.IntN(28), r.IntN(24), r.IntN(60), r.IntN(60), r.IntN(9000))
	},
}

var prose = []string{
	"Le service instructeur transmet à la mission le calendrier des travaux de rénovation énergétique, conformément aux échanges tenus en séance.",
	"La direction départementale a examiné avec attention les modalités d’accueil du public dans les locaux, sous réserve de l’accord du contrôleur budgétaire.",
	"Une réunion de travail confirme par la présente la répartition des crédits de fonctionnement, en lien avec les collectivités concernées.",
	"Le responsable du programme rappelle que les délais concernent le bilan des actions menées sur le territoire, dès réception des éléments demandés.",
}

// compose makes a text of about size bytes: one line in nine holds a value, one in
// eighteen a decoy.
func compose(size int) *planted {
	r := rand.New(rand.NewPCG(8, 30))
	t := &planted{kinds: map[string]string{}, number: map[string]int{}}
	var b strings.Builder
	for n := 0; b.Len() < size; n++ {
		b.WriteString(prose[r.IntN(len(prose))])
		b.WriteByte(' ')
		switch {
		case n%9 == 0:
			k := kinds[n/9%len(kinds)]
			v := k.make(r)
			t.kinds[normal(v)] = k.name
			fmt.Fprintf(&b, k.sentence, v)
		case n%18 == 5:
			t.decoys++
			b.WriteString(decoyLines[r.IntN(len(decoyLines))](r))
		}
		b.WriteByte('\n')
	}
	for _, k := range t.kinds {
		t.number[k]++
	}
	t.body = b.String()
	return t
}

// normal keeps letters and digits: tools differ in what of a value they report.
func normal(s string) string {
	return strings.Map(func(c rune) rune {
		if c >= '0' && c <= '9' || c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z' {
			return c
		}
		return -1
	}, s)
}
