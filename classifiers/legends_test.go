package classifiers

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"poterne"
)

// note is a document of a template, with its own number and the template's legend.
func note(n int, legend string) []poterne.Segment {
	return textOf(fmt.Sprintf("Note %d du service\n\nObjet : travaux de la salle %d\n\nLe service rappelle que la salle %d sera fermée.\n\nBonne réception.\n\n%s", n, n, n, legend))
}

const levels = "Niveaux de diffusion possibles, page 3\nDIFFUSION RESTREINTE\nSECRET"

// TestBlocksOfLegends wants the fingerprint of a block on the markings that stand in
// lists of levels and nowhere else.
func TestBlocksOfLegends(t *testing.T) {
	c := newClassifier(t)
	for _, x := range []struct {
		name, text string
		want       bool // DIFFUSION RESTREINTE may be a legend
	}{
		{"two-lines", levels, true},
		{"one-line", "Mention : DIFFUSION RESTREINTE / SECRET", false}, // under a hint: no finding
		{"banner-alone", "DIFFUSION RESTREINTE", false},
		{"with-special-france", "DIFFUSION RESTREINTE\nSPÉCIAL FRANCE", false},
		{"banner-elsewhere", "DIFFUSION RESTREINTE\n\n\n\n\n\n\n\n\n" + levels, false},
		{"ticked", "☒ DIFFUSION RESTREINTE\n☐ SECRET", false},
		{"far-apart", "DIFFUSION RESTREINTE\nun mot\nun autre\nun autre encore\nSECRET", false},
	} {
		t.Run(x.name, func(t *testing.T) {
			if got := len(marksIn(t, c, note(1, x.text))["dr"].Prints) > 0; got != x.want {
				t.Errorf("may be a legend: %v, want %v", got, x.want)
			}
		})
	}
	a, b := marksIn(t, c, note(1, levels)), marksIn(t, c, note(27, "Niveaux de diffusion possibles, page 4\nDIFFUSION RESTREINTE\nSECRET"))
	if d := cmp.Diff(a["dr"].Prints, b["dr"].Prints); d != "" {
		t.Errorf("the same legend on another page is another block (-one +other)\n%s", d)
	}
	other := marksIn(t, c, note(1, "DIFFUSION RESTREINTE\nTRÈS SECRET"))
	if cmp.Equal(a["dr"].Prints, other["dr"].Prints) {
		t.Error("another legend is the same block")
	}
}

// TestCampaign wants a legend from the twentieth different content of one share on,
// and not before, and no more once documents are gone.
func TestCampaign(t *testing.T) {
	c := newClassifier(t)
	record := func(share string, n int, text string) poterne.Record {
		var findings []poterne.Finding
		for _, f := range marksIn(t, c, note(n, text)) {
			findings = append(findings, f)
		}
		return poterne.Record{Document: poterne.Document{Share: share, Path: fmt.Sprint(n)}, Stamp: poterne.Stamp{Content: poterne.Version(fmt.Sprint(n))}, Findings: findings}
	}
	talks := func(list []poterne.Finding) (n int) {
		for _, f := range list {
			if f.Has(poterne.TagTalks) {
				n++
			}
		}
		return n
	}
	for _, x := range []struct {
		name   string
		others int
		share  string
		same   bool // the others are copies of one content
		want   int
	}{
		{"nineteen", 19, "a", false, 0},
		{"twenty", 20, "a", false, 2},
		{"copies", 40, "a", true, 0},
		{"another-share", 40, "b", false, 0},
	} {
		t.Run(x.name, func(t *testing.T) {
			var campaign Campaign
			for i := range x.others {
				if x.same {
					i = 0
				}
				campaign.Add(record(x.share, i, levels))
			}
			rec := record("a", 99, levels)
			marked, changed := campaign.Mark("a", rec.Findings)
			if talks(marked) != x.want || changed != (x.want > 0) {
				t.Fatalf("%d markings are legends, changed %v; want %d", talks(marked), changed, x.want)
			}
			if talks(rec.Findings) > 0 {
				t.Error("the findings of the caller were changed")
			}
			if again, changed := campaign.Mark("a", marked); changed || talks(again) != x.want {
				t.Error("marking twice is not marking once")
			}
			none, _ := new(Campaign).Mark("a", marked)
			if d := cmp.Diff(rec.Findings, none); d != "" {
				t.Errorf("taking the tag back leaves something (-want +got)\n%s", d)
			}
			stamped := record("a", 100, "DIFFUSION RESTREINTE\n\n\n\n\n"+levels)
			if marked, _ := campaign.Mark("a", stamped.Findings); talks(marked) > 1 {
				t.Error("a banner beside the legend is taken for the legend")
			}
		})
	}
}
