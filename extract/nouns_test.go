package extract_test

import (
	"testing"

	"poterne"
	"poterne/extract"
	"poterne/extract/extracttest"
)

// planted is the text that stands in one place of each file of the tables of
// TestEveryNoun: a word that no software writes by itself.
const planted = "Vaubexange"

// noun is a small file that holds one text in one kind of place. Where want says
// no text it is the planted one, without failures.
func noun(name, file string, data []byte, want extracttest.Text) extracttest.Case {
	if want.Text == "" {
		want.Text = planted
	}
	return extracttest.Case{Name: name, File: file, Data: data, Want: []extracttest.Text{want}}
}

// in is a text in a zone, with no more said about its place.
func in(z poterne.Zone) extracttest.Text { return extracttest.Text{Zone: z} }

// TestEveryNoun wants text found in each place of each format where a person can
// put one: the tables stand in the files nouns_*_test.go.
func TestEveryNoun(t *testing.T) {
	x := extract.New(extract.Options{})
	defer x.Close()
	for _, family := range []struct {
		name  string
		cases []extracttest.Case
	}{
		{"word", wordNouns(t)},
		{"sheet", sheetNouns(t)},
		{"slide", slideNouns(t)},
		{"odf", odfNouns(t)},
		{"text", textNouns(t)},
		{"legacy", legacyNouns()},
		{"visio", drawingNouns(t)},
		{"xml-2003", oldXMLNouns()},
	} {
		t.Run(family.name, func(t *testing.T) { extracttest.Find(t, x.Extract, family.cases) })
	}
}
