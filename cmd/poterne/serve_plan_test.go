package main

import (
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// TestThePagesPlanAsTheCommandDoes compares volumes and lists of names.
func TestThePagesPlanAsTheCommandDoes(t *testing.T) {
	b := newBench(t)
	b.scan()
	b.account("dpo", "--role", "dpo")
	s := b.serve(t, "dpo")
	sums := map[string][2]int64{}
	out, _ := b.run([]int{exitOK}, "plan", "--destination", "nubo", "--format", "jsonl")
	for line := range strings.Lines(out) {
		var l struct {
			Allowed string
			Size    int64
		}
		if err := json.Unmarshal([]byte(line), &l); err != nil {
			t.Fatal(err)
		}
		sums[l.Allowed] = [2]int64{sums[l.Allowed][0] + 1, sums[l.Allowed][1] + l.Size}
	}
	var page struct {
		Ready  bool
		Groups []struct {
			Answer           string
			Documents, Bytes int64
		}
	}
	for end := time.Now().Add(30 * time.Second); !page.Ready && time.Now().Before(end); {
		if status, body := s.get("/api/v1/destinations/nubo"); status != http.StatusOK || json.Unmarshal([]byte(body), &page) != nil {
			t.Fatalf("plan: %d %s", status, body)
		}
	}
	pages := map[string][2]int64{}
	for _, g := range page.Groups {
		answer := map[string]string{"yes": "oui", "no": "non", "": "inconnu"}[g.Answer]
		pages[answer] = [2]int64{pages[answer][0] + g.Documents, pages[answer][1] + g.Bytes}
	}
	if d := cmp.Diff(sums, pages); d != "" || pages["oui"][0] == 0 {
		t.Errorf("documents and bytes (-command +page):\n%s", d)
	}
	for format, end := range map[string]string{"rclone": "\n", "rsync": "\x00"} {
		command, _ := b.run([]int{exitOK}, "plan", "--destination", "nubo", "--share", "partage", "--format", format)
		status, body := s.post("/destinations/nubo/export", url.Values{"format": {format}, "share": {"partage"}})
		want, got := strings.Split(command, end), strings.Split(body, end)
		slices.Sort(want)
		slices.Sort(got)
		if d := cmp.Diff(want, got); d != "" || status != http.StatusOK || len(got) < 10 {
			t.Errorf("%s: %d, (-command +page):\n%s", format, status, d)
		}
	}
}
