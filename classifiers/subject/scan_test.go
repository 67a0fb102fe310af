package subject

import (
	"bytes"
	"testing"
	"time"
)

// TestDottedWordsTakeLinearTime: words that dots join are looked at once for the "@"
// of an address. For each word again, half a megabyte would take ten seconds and more.
func TestDottedWordsTakeLinearTime(t *testing.T) {
	for _, unit := range []string{"ab.", "a1.", "ab-cd.", "12.ab_"} {
		start := time.Now()
		scan(nil, bytes.Repeat([]byte(unit), 1<<19/len(unit)))
		if took := time.Since(start); took > 5*time.Second {
			t.Errorf("%q: %v", unit, took)
		}
	}
}

// TestAddressBehindPlainWords: an address is seen behind words without one.
func TestAddressBehindPlainWords(t *testing.T) {
	mails := 0
	for _, tk := range scan(nil, []byte("ab.cd.ef jeanne.vautrin@exemple.fr, ab.cd.ef.gh@x.fr")) {
		if tk.kind == tokenCue && cue(tk.size) == cueMail {
			mails++
		}
	}
	if mails != 2 {
		t.Errorf("%d addresses, want 2", mails)
	}
}
