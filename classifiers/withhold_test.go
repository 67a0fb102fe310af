package classifiers

import (
	"context"
	"testing"

	"poterne"
)

// TestNothingIsShownOfAClassifiedPart: a marking of level 5 leaves no masked value
// and no title; one that the text only speaks about changes nothing.
func TestNothingIsShownOfAClassifiedPart(t *testing.T) {
	c := newClassifier(t)
	sheet := func(banner poterne.Segment) []poterne.Finding {
		part := &poterne.Part{}
		banner.Part = part
		found, err := c.Classify(context.Background(), poterne.Document{}, func(yield func(poterne.Segment, error) bool) {
			for i := range 3 {
				cell := poterne.Segment{Part: part, Body: madeNIR(i), Header: "NIR des agents", Place: poterne.Place{Zone: poterne.ZoneCell, Sheet: "Effectif du site", Row: i + 2, Column: 1, Header: "NIR des agents"}}
				if !yield(cell, nil) {
					return
				}
			}
			yield(banner, nil)
		})
		if err != nil {
			t.Fatal(err)
		}
		return found
	}
	shown := func(found []poterne.Finding) (masked, titles, classified bool) {
		for _, f := range found {
			if f.Rule == poterne.RuleMarking {
				classified = classified || f.Level == poterne.Classified
				if len(f.Masked) != 1 {
					t.Errorf("marking %s: masked %q, want its name alone", f.Mark, f.Masked)
				}
				continue
			}
			masked = masked || len(f.Masked) > 0
			for _, s := range f.Spots {
				titles = titles || s.Place.Sheet != "" || s.Place.Header != ""
				if s.Place.Column != 1 || s.Place.Zone != poterne.ZoneCell {
					t.Errorf("the place is gone: %+v", s.Place)
				}
			}
		}
		return
	}
	masked, titles, classified := shown(sheet(poterne.Segment{Body: "TRÈS SECRET", Place: poterne.Place{Zone: poterne.ZoneHeader, Page: 1}}))
	if masked || titles || !classified {
		t.Errorf("classified %v: masked values %v, titles %v", classified, masked, titles)
	}
	masked, titles, _ = shown(sheet(poterne.Segment{Body: "La formation rappelle ce qu'est une mention « Très Secret » et qui peut l'apposer."}))
	if !masked || !titles {
		t.Errorf("a lesson hides findings: masked values %v, titles %v", masked, titles)
	}
}
