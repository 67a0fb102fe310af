package main

import (
	"encoding/json"
	"io"
	"strings"
	"testing"

	"poterne/ledger"
	"poterne/testdata"
)

// TestNoFieldOfAFindingHoldsAValue looks for every planted value in every field of
// every record: traces, steps, places and reasons too, shown or not.
func TestNoFieldOfAFindingHoldsAValue(t *testing.T) {
	b := newBench(t)
	b.scan()
	a := &app{state: b.path("etat"), key: b.path("cle"), stderr: io.Discard}
	led, _, err := a.openLedger(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer led.Close()
	planted := testdata.Planted()
	findings := 0
	for r, err := range led.Records(t.Context(), ledger.Filter{}) {
		if err != nil {
			t.Fatal(err)
		}
		findings += len(r.Findings)
		text, err := json.Marshal(r)
		if err != nil {
			t.Fatal(err)
		}
		for _, v := range planted {
			quoted, _ := json.Marshal(v)
			if strings.Contains(string(text), string(quoted[1:len(quoted)-1])) {
				t.Errorf("the record of %q holds a planted value of %d bytes", r.Path, len(v))
			}
		}
	}
	if findings < 200 {
		t.Errorf("only %d findings", findings)
	}
}
