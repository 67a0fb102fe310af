package classifiers

import (
	"context"
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	"poterne"
)

// oneSegment yields body as one paragraph.
func oneSegment(body string) func(func(poterne.Segment, error) bool) {
	return func(yield func(poterne.Segment, error) bool) {
		yield(poterne.Segment{Part: &poterne.Part{}, Body: body}, nil)
	}
}

// spent returns the processor time of the shortest of three runs, and what the last one allocated in all.
func spent(t *testing.T, c *Classifier, body string) (time.Duration, uint64) {
	t.Helper()
	best, bytes := time.Duration(1<<62), uint64(0)
	for range 3 {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		start := cpuTime()
		if _, err := c.Classify(context.Background(), poterne.Document{}, oneSegment(body)); err != nil {
			t.Fatal(err)
		}
		best = min(best, cpuTime()-start)
		runtime.ReadMemStats(&after)
		bytes = after.TotalAlloc - before.TotalAlloc
	}
	return best, bytes
}

// TestHostileTextsTakeLinearTime compares n with 4n: quadratic time would be 16
// times as long, linear 4; another process on the machine may double it.
func TestHostileTextsTakeLinearTime(t *testing.T) {
	c := newClassifier(t)
	const n = 1 << 15
	texts := map[string]string{
		"nir": "2 90 07 2A 004 123 84 ", "solid": "290072A00412384 ", "phone": "06 12 34 56 78 ", "iban": "FR76 1027 8060 4100 0202 7080 149 ",
		"mail": "a.b@orange.fr,", "ats": "@a", "cue": "mot de passe : ", "leads": "mdp mdp n° ", "pem": "-----BEGIN RSA PRIVATE KEY-----\n", "mrz": "P<FRAMARTIN<<A<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<\n",
		"marking": "TRÈS SECRET\n", "boxes": "☒ Secret ☐ Diffusion Restreinte ", "url": "https://a:b@c/", "jwt": "eyJhbGciOiJIUzI1NiJ9.", "hex": "0xdeadbeef", "mac": "00:11:22:33:", "words": "diagnostic hospitalisation traitement ", "persons": "M. Durand né le 3/7/1990 ",
	}
	for _, b := range "a1Z .-@<=/+é\n\t☒«\u00ad\u0301\u00a0" {
		texts[fmt.Sprintf("only-%U", b)] = string(b)
	}
	for name, unit := range texts {
		short, _ := spent(t, c, strings.Repeat(unit, n/len(unit)))
		long, bytes := spent(t, c, strings.Repeat(unit, 4*n/len(unit)))
		if long > 10*short+50*time.Millisecond {
			t.Errorf("%s: %v for %d KB, %v for four times as much", name, short, n>>10, long)
		}
		if bytes > 2<<20+48*4*n { // garbage, collected as it comes
			t.Errorf("%s: %d KB allocated for %d KB of text", name, bytes>>10, 4*n>>10)
		}
	}
}

// TestRowsOfTelephonesTakeLinearTime: whether a number stands in a row of others is
// seen at those near by. All is in one piece: from there on, time is linear anyhow.
func TestRowsOfTelephonesTakeLinearTime(t *testing.T) {
	c := newClassifier(t)
	const unit, n = "06 12 34 56 78 07 88 11 68 45 ", maxPiece / 4
	short, _ := spent(t, c, strings.Repeat(unit, n/len(unit)))
	long, _ := spent(t, c, strings.Repeat(unit, 4*n/len(unit)))
	if long > 8*short+20*time.Millisecond {
		t.Errorf("%v for %d KB, %v for four times as much", short, n>>10, long)
	}
}
