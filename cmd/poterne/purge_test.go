package main

import (
	"testing"
	"time"
)

func TestAgo(t *testing.T) {
	now := time.Date(2026, 8, 31, 12, 0, 0, 0, time.UTC)
	for in, want := range map[string]string{"24mo": "2024-08-31", "2y": "2024-08-31", "2a": "2024-08-31", "90d": "2026-06-02", "90j": "2026-06-02", "6mo": "2026-03-03"} {
		got, err := ago(in, now)
		if err != nil || got.Format(time.DateOnly) != want {
			t.Errorf("ago(%q) = %v, %v, want %s", in, got, err, want)
		}
	}
	for _, in := range []string{"", "mo", "0mo", "-3mo", "24", "24 mo", "24m", "1h"} {
		if got, err := ago(in, now); err == nil {
			t.Errorf("ago(%q) = %v, want an error", in, got)
		}
	}
}
