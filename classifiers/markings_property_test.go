package classifiers

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"poterne"
)

// TestMarkingLevels holds the levels and tags to the thresholds of doctrine C.2.
func TestMarkingLevels(t *testing.T) {
	c := classifier(t)
	for _, tc := range []struct {
		name  string
		in    []poterne.Segment
		mark  string
		level poterne.Level
		tags  []poterne.Tag
	}{
		{"hard", at(poterne.ZoneHeader, "SECRET"), "secret", poterne.Classified, nil},
		{"confirm", inBodyOf("SECRET"), "secret", poterne.Classified, []poterne.Tag{poterne.TagConfirm}},
		{"hint", inBodyOf("Le colis SECRET part demain."), "secret", poterne.Internal, []poterne.Tag{poterne.TagConfirm}},
		{"np-is-public", at(poterne.ZoneHeader, "NON PROTÉGÉ"), "np", poterne.Public, nil},
		{"lifted", append(at(poterne.ZoneHeader, "SECRET"), textOf("Déclassifié le 12 mars 2020 par décision n° 4.")...), "secret", poterne.Classified, []poterne.Tag{poterne.TagConfirm, poterne.TagLifted}},
		{"mention-annulled", append(at(poterne.ZoneHeader, "DIFFUSION RESTREINTE"), textOf("Mention annulée.")...), "dr", poterne.Restricted, []poterne.Tag{poterne.TagConfirm, poterne.TagLifted}},
		{"clash", append(at(poterne.ZoneHeader, "NON PROTÉGÉ"), at(poterne.ZoneFooter, "SECRET")[1]), "secret", poterne.Classified, []poterne.Tag{poterne.TagClash}},
		{"portions-do-not-clash", textOf("(DR) La source est arrivée lundi à midi.\n(NP) La réunion aura lieu en salle verte."), "dr", poterne.Restricted, []poterne.Tag{poterne.TagConfirm}},
		{"clash-other", append(at(poterne.ZoneHeader, "NON PROTÉGÉ"), at(poterne.ZoneFooter, "SECRET")[1]), "np", poterne.Public, []poterne.Tag{poterne.TagClash}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			f, ok := marksIn(t, c, tc.in)[tc.mark]
			if !ok || f.Level != tc.level || fmt.Sprint(f.Tags) != fmt.Sprint(tc.tags) {
				t.Errorf("found %v, level %v, tags %v; want level %v, tags %v", ok, f.Level, f.Tags, tc.level, tc.tags)
			}
		})
	}
}

// worst returns the highest level of findings.
func worst(findings map[string]poterne.Finding) poterne.Level {
	level := poterne.Unassessed
	for _, f := range findings {
		level = max(level, f.Level)
	}
	return level
}

// TestMarkingMonotony adds one banner to each case and wants no lower level. Left
// out are cases that the banner turns into a lesson of four levels: that exclusion
// has a name.
func TestMarkingMonotony(t *testing.T) {
	c := classifier(t)
	for _, tc := range markingCases {
		before := marksIn(t, c, tc.in)
		if strings.HasPrefix(tc.name, "lesson") || strings.HasPrefix(tc.name, "legend") || len(before) > 2 {
			continue
		}
		for _, text := range []string{"NON PROTÉGÉ", "DIFFUSION RESTREINTE", "SECRET", "TLP:GREEN", "SPÉCIAL FRANCE", "NATO RESTRICTED"} {
			for _, zone := range []poterne.Zone{poterne.ZoneHeader, poterne.ZoneFooter, poterne.ZoneWatermark} {
				added := at(zone, text)[1]
				after := marksIn(t, c, append(slices.Clone(tc.in), added))
				if worst(after) < worst(before) {
					t.Errorf("%s: %q in the %v lowers level %v to %v", tc.name, text, zone, worst(before), worst(after))
				}
				if len(after) == 0 {
					t.Errorf("%s: %q in the %v is not found", tc.name, text, zone)
				}
			}
		}
	}
}

// TestClassifyIsDeterministic runs all cases in eight goroutines that share one
// classifier, in different orders, and wants the same findings.
func TestClassifyIsDeterministic(t *testing.T) {
	c := classifier(t)
	want := make([][]poterne.Finding, len(markingCases))
	for i, tc := range markingCases {
		want[i], _ = c.Classify(context.Background(), poterne.Document{}, segmentsOf(tc.in))
	}
	var wg sync.WaitGroup
	for g := range 8 {
		wg.Go(func() {
			for k := range markingCases {
				i := (k*7 + g*13) % len(markingCases)
				got, err := c.Classify(context.Background(), poterne.Document{}, segmentsOf(markingCases[i].in))
				if d := cmp.Diff(want[i], got); d != "" || err != nil {
					t.Errorf("%s: %v (-want +got)\n%s", markingCases[i].name, err, d)
				}
			}
		})
	}
	wg.Wait()
}

// TestMarkingsOfHugeLines gives a megabyte of what looks like markings and wants
// an answer within bounds.
func TestMarkingsOfHugeLines(t *testing.T) {
	c := classifier(t)
	const size = 1 << 20
	for _, tc := range []struct{ name, unit string }{
		{"one-letter", "A"},
		{"capitals", "DIRECTION GÉNÉRALE "},
		{"secrets-in-a-line", "SECRET "},
		{"secret-lines", "SECRET\n"},
		{"sigle-lines", "DR\n"},
		{"spaced", "S E C R E T "},
		{"boxes", "☐ DR ☒ SECRET "},
		{"portions", "(S) Une source est venue hier soir.\n"},
		{"brackets", "[[[[((("},
		{"levels", "DIFFUSION RESTREINTE SECRET TRÈS SECRET "},
	} {
		t.Run(tc.name, func(t *testing.T) {
			for mark, f := range marksIn(t, c, []poterne.Segment{{Body: strings.Repeat(tc.unit, size/len(tc.unit))}}) {
				if f.Count > maxMentions || len(f.Spots) > maxSpots || f.Confidence < 0 || f.Confidence > 1 {
					t.Errorf("%s: count %d, %d spots, confidence %v", mark, f.Count, len(f.Spots), f.Confidence)
				}
			}
		})
	}
}

// FuzzMarkings wants no panic, bounded answers, the same answer twice, and nothing
// of the text in a finding but the canonical name of the marking.
func FuzzMarkings(f *testing.F) {
	c := classifier(f)
	for _, m := range c.rules.Markings() {
		for i, s := range slices.Concat(m.Match, m.Reject) {
			f.Add(s, byte(i))
		}
	}
	f.Add(lessonText, byte(0))
	names := map[string]string{}
	for _, m := range c.rules.Markings() {
		names[m.ID] = m.Names["fr"]
	}
	f.Fuzz(func(t *testing.T, text string, zone byte) {
		in := []poterne.Segment{{Part: &poterne.Part{}, Body: text, Place: poterne.Place{Zone: poterne.Zone(zone % 10), Page: int(zone / 64)}}}
		first, second := marksIn(t, c, in), marksIn(t, c, in)
		if d := cmp.Diff(first, second); d != "" {
			t.Fatalf("two answers (-first +second)\n%s", d)
		}
		for mark, f := range first {
			if f.Confidence*100 < weightHint || f.Confidence > 1 || f.Level < poterne.Public || f.Level > poterne.Classified {
				t.Errorf("%s: confidence %v, level %v", mark, f.Confidence, f.Level)
			}
			if len(f.Masked) != 1 || f.Masked[0] != names[mark] {
				t.Errorf("%s: masked %q, want the canonical name only", mark, f.Masked)
			}
		}
	})
}
