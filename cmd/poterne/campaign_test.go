package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestLegendOfATemplate scans notes of one template, whose legend lists levels: with
// the twentieth note it is told apart, for the notes before it too; a banner never is;
// when notes leave, what is left is in doubt again.
func TestLegendOfATemplate(t *testing.T) {
	name, err := program()
	if err != nil {
		t.Fatal(err)
	}
	b := &bench{t, t.TempDir(), name}
	write := func(name, text string) {
		t.Helper()
		if err := os.MkdirAll(b.path("notes"), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(b.path(filepath.Join("notes", name)), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	note := func(n int) {
		write(fmt.Sprintf("note%02d.txt", n), fmt.Sprintf("Note %d du service\n\nObjet : travaux de la salle %d\n\nLe service rappelle que la salle sera fermée.\n\nBonne réception.\n\nNiveaux possibles\nDIFFUSION RESTREINTE\nSECRET\n", n, n))
	}
	levels := func(args ...string) map[int]int {
		t.Helper()
		b.run([]int{0}, append([]string{"scan", "-q", b.path("notes")}, args...)...)
		out := map[int]int{}
		for _, level := range []int{1, 5} {
			answer, _ := b.run([]int{0}, "search", "--size", "100", fmt.Sprintf("level:%d", level))
			out[level] = strings.Count(answer, ".txt")
		}
		return out
	}
	want := func(step string, got map[int]int, high, internal int) {
		t.Helper()
		if got[5] != high || got[1] != internal {
			t.Fatalf("%s: levels %v, want %d at 5 and %d at 1", step, got, high, internal)
		}
	}
	for n := range 19 {
		note(n)
	}
	want("nineteen", levels(), 19, 0)
	note(19)
	want("twenty", levels(), 0, 20)
	note(20)
	write("tampon.txt", "SECRET\n\nNote sur un tout autre sujet, sans légende.\n")
	want("a banner", levels(), 1, 21)
	want("all read again", levels("--full", "--allow-mass-delete"), 1, 21)
	for n := range 3 {
		if err := os.Remove(b.path(fmt.Sprintf("notes/note%02d.txt", n))); err != nil {
			t.Fatal(err)
		}
	}
	want("notes gone", levels(), 19, 0)
}
