package extract

import (
	"context"
	"math/rand/v2"
	"strings"
	"testing"

	"golang.org/x/text/encoding/charmap"

	"poterne"
)

// BenchmarkText reads 4 MB of each format that is text.
func BenchmarkText(b *testing.B) {
	const size = 4 << 20
	rnd := rand.New(rand.NewPCG(5, 6))
	prose := french(rnd, 700_000)[:size]
	prose = strings.ToValidUTF8(prose, "")
	repeat := func(head, row, tail string) []byte {
		return []byte(head + strings.Repeat(row, size/len(row)) + tail)
	}
	latin, err := charmap.Windows1252.NewEncoder().String(strings.Map(func(r rune) rune {
		if r > 0xFF && r != '’' && r != 'œ' {
			return -1
		}
		return r
	}, prose))
	if err != nil {
		b.Fatal(err)
	}
	for _, c := range []struct {
		name string
		data []byte
	}{
		{"utf8.txt", []byte(prose)},
		{"latin.txt", []byte(latin)},
		{"a.csv", repeat("Nom;NIR;Ville;Montant\n", "Lefèvre;2 75 03 26 588 001 40;Lens;12,50\n", "")},
		{"quoted.csv", repeat("Nom;NIR\n", "\"Lefèvre\";\"2 75 03 26 588 001 40\"\n", "")},
		{"a.html", repeat("<html><body>", "<p class=x>Le <b>dossier</b> de l'agent <a href=\"/x/y\">est</a> clos.</p>\n", "</body></html>")},
		{"a.xml", repeat("<?xml version='1.0'?><a>", "<agent id='A12'><nom>Lefèvre</nom><ville>Lens</ville></agent>\n", "</a>")},
		{"a.json", repeat("[", `{"nom": "Lefèvre", "nir": "2 75 03 26 588 001 40", "n": 12},`, "{}]")},
		{"a.rtf", repeat(`{\rtf1\ansi\ansicpg1252 `, `\pard\plain Le dossier de l'agent Lef\'e8vre {\b est} clos\par`+"\n", "}")},
	} {
		b.Run(c.name, func(b *testing.B) {
			x := New(Options{})
			defer x.Close()
			b.SetBytes(int64(len(c.data)))
			b.ReportAllocs()
			for b.Loop() {
				n := 0
				for _, err := range x.Extract(context.Background(), poterne.Document{Path: c.name}, inMemory(c.data)) {
					if err != nil {
						b.Fatal(err)
					}
					n++
				}
				if n < 100 {
					b.Fatalf("%d segments", n)
				}
			}
		})
	}
}
