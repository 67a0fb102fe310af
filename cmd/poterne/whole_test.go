package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"poterne/report"
	"poterne/testdata"
)

// program returns the name of this test binary as the program, which it is where
// it is called poterne; its children are started by that name too.
var program = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "poterne-test-")
	if err != nil {
		return "", err
	}
	self, err := os.Executable()
	if err != nil {
		return "", err
	}
	data, err := os.ReadFile(self)
	if err != nil {
		return "", err
	}
	name := filepath.Join(dir, "poterne")
	return name, os.WriteFile(name, data, 0o755)
})

// bench is a working folder with the example share.
type bench struct {
	t    testing.TB
	dir  string
	name string
}

func newBench(t testing.TB) *bench {
	t.Helper()
	name, err := program()
	if err != nil {
		t.Fatal(err)
	}
	b := &bench{t, t.TempDir(), name}
	if err := testdata.Write(b.path("partage")); err != nil {
		t.Fatal(err)
	}
	return b
}

func (b *bench) path(p string) string { return filepath.Join(b.dir, p) }

func (b *bench) command(ctx context.Context, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, b.name, args...)
	cmd.Dir = b.dir
	cmd.Env = []string{"HOME=" + b.dir, "LC_ALL=C", "POTERNE_STATE=" + b.path("etat"), "POTERNE_KEY_FILE=" + b.path("cle"), "TMPDIR=" + b.dir}
	return cmd
}

// run runs the program and returns what it wrote; any of codes is good.
func (b *bench) run(codes []int, args ...string) (stdout, stderr string) {
	b.t.Helper()
	cmd := b.command(context.Background(), args...)
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	err := cmd.Run()
	if code := cmd.ProcessState.ExitCode(); !slices.Contains(codes, code) {
		b.t.Fatalf("poterne %q: exit code %d: %v\n%s", args, code, err, errs.String())
	}
	return out.String(), errs.String()
}

// scan scans the share and returns its documents by path, and the summary.
func (b *bench) scan(args ...string) (map[string]report.Document, map[string]any) {
	b.t.Helper()
	out, _ := b.run([]int{exitOK, exitUnread}, append([]string{"scan", "--format", "jsonl", "partage"}, args...)...)
	docs := map[string]report.Document{}
	var summary map[string]any
	for line := range strings.Lines(out) {
		var kind struct{ Type string }
		if err := json.Unmarshal([]byte(line), &kind); err != nil {
			b.t.Fatalf("%v: %s", err, line)
		}
		switch kind.Type {
		case "document":
			var d report.Document
			if err := json.Unmarshal([]byte(line), &d); err != nil {
				b.t.Fatalf("%v: %s", err, line)
			}
			d.Run, d.ScannedAt, d.Unchanged, d.Again = "", "", false, false
			docs[d.Path] = d
		case "summary":
			if err := json.Unmarshal([]byte(line), &summary); err != nil {
				b.t.Fatal(err)
			}
		}
	}
	return docs, summary
}

// TestNoPlantedValueLeaks looks for every value planted in the share in each output
// of each verb and in each file of the state folder.
func TestNoPlantedValueLeaks(t *testing.T) {
	b := newBench(t)
	any := []int{exitOK, exitUnread}
	texts := map[string]string{}
	note := func(args ...string) {
		out, errs := b.run(any, args...)
		texts[strings.Join(args, " ")] = out + errs
	}
	note("scan", "partage", "-v")
	note("scan", "--format", "jsonl", "--full", "--progress", "1s", "partage")
	note("search", "")
	note("search", "-f", "jsonl", "--size", "500", "")
	note("search", "--facets", "rule,class,owner,share", "rule:fr-nir")
	note("show", "RH/2024/Paie mars.xlsx", "--trace")
	note("show", "RH/2024/Paie mars.xlsx", "-f", "json")
	note("test", "--trace", "partage/RH/2024/Paie mars.xlsx")
	for _, f := range []string{"html", "csv", "json", "table"} {
		note("report", "-f", f)
	}
	note("status")
	note("plan", "--destination", "microsoft-365", "-f", "jsonl")
	note("policy", "simulate", "--actor", "etat-regalien")
	// What persons decide, and what becomes of the state after.
	note("review", "false-positive", "RH/2024/Paie mars.xlsx", "--rule", "fr-nir", "--reason", "essai", "--author", "planted-author", "--second", "planted-second")
	note("review", "note", "RH/2024/Paie mars.xlsx", "--reason", "planted-reason")
	note("review", "list")
	note("review", "export", "--labels")
	note("derogation", "add", "--project", "planted-project", "--destination", "microsoft-365", "--share", "partage")
	note("search", "path:Paie", "--save", "planted-search")
	note("audit", "list")
	note("audit", "export")
	note("share", "list")
	note("purge", "--older-than", "24mo")
	note("key", "rotate")
	note("check")
	planted := testdata.Planted()
	if len(planted) < 1000 {
		t.Fatalf("only %d planted values", len(planted))
	}
	for _, where := range slices.Sorted(func(yield func(string) bool) {
		for k := range texts {
			if !yield(k) {
				return
			}
		}
	}) {
		for _, v := range planted {
			if strings.Contains(texts[where], v) {
				t.Errorf("%s holds a planted value of %d bytes", where, len(v))
				break
			}
		}
	}
	// Names of documents and words of persons are in the outputs, and never in what is
	// kept.
	b.keepsNothingInClear("planted-author", "planted-second", "planted-reason", "planted-project", "planted-search")
}

// TestSecondScanOpensNothing wants the same verdicts without a file opened.
func TestSecondScanOpensNothing(t *testing.T) {
	b := newBench(t)
	first, _ := b.scan()
	second, sum := b.scan()
	if sum["opened"] != 0.0 || sum["unchanged"] != sum["walked"] {
		t.Errorf("summary = %v", sum)
	}
	if diff := cmp.Diff(first, second); diff != "" {
		t.Errorf("(-first +second)\n%s", diff)
	}
	// Another policy: decided again, nothing opened.
	_, sum = b.scan("--actor", "collectivite")
	if sum["opened"] != 0.0 || sum["redecided"] != sum["walked"] {
		t.Errorf("another actor: summary = %v", sum)
	}
	// The number of workers changes no verdict.
	for _, n := range []string{"1", "8"} {
		docs, _ := b.scan("--full", "--workers", n)
		if diff := cmp.Diff(first, docs); diff != "" {
			t.Errorf("%s workers (-first +these)\n%s", n, diff)
		}
	}
}

// TestSearchWhileAScanWrites wants answers while another process holds the writer.
func TestSearchWhileAScanWrites(t *testing.T) {
	b := newBench(t)
	b.scan()
	for i := range 400 {
		text := fmt.Sprintf("Note de service %d : la salle est réservée.", i)
		if err := os.WriteFile(b.path(fmt.Sprintf("partage/note %03d.txt", i)), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	writing := b.command(context.Background(), "scan", "--full", "partage")
	if err := writing.Start(); err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() { writing.Wait(); close(done) }()
	answers := 0
	for running := true; running; {
		out, _ := b.run([]int{exitOK}, "search", "rule:fr-nir")
		if !utf8.ValidString(out) || !strings.Contains(out, "Paie mars") {
			t.Errorf("answer = %s", out)
		}
		answers++
		select {
		case <-done:
			running = false
		default:
		}
	}
	if answers < 2 {
		t.Errorf("%d answers while a scan wrote", answers)
	}
	if code := writing.ProcessState.ExitCode(); code != exitUnread {
		t.Errorf("the scan ended with %d", code)
	}
	out, _ := b.run([]int{exitOK}, "search", "path:*note*399*")
	if !strings.Contains(out, "note 399") {
		t.Errorf("what the scan wrote is not found: %s", out)
	}
}

// TestLockAndSignals wants the second scan refused, and a first signal to end the
// scan cleanly with its own code, to be resumed by the next.
func TestLockAndSignals(t *testing.T) {
	b := newBench(t)
	for i := range 300 {
		if err := os.WriteFile(b.path(fmt.Sprintf("partage/note %03d.txt", i)), []byte(strings.Repeat("Note de service. ", 2000)), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	scan := b.command(context.Background(), "scan", "--workers", "1", "--format", "jsonl", "partage")
	out, err := scan.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := scan.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewReader(out)
	if _, err := lines.ReadString('\n'); err != nil { // run_start: it holds the lock
		t.Fatal(err)
	}
	_, errs := b.run([]int{exitLocked}, "scan", "partage")
	if !strings.Contains(errs, "pid") {
		t.Errorf("the holder is not named: %s", errs)
	}
	if err := scan.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	last := ""
	for {
		line, err := lines.ReadString('\n')
		if err != nil {
			break
		}
		last = line
	}
	scan.Wait()
	if code := scan.ProcessState.ExitCode(); code != exitCancelled {
		t.Errorf("exit code %d, want %d", code, exitCancelled)
	}
	if !strings.Contains(last, `"type":"summary"`) || !strings.Contains(last, `"exit":130`) {
		t.Errorf("last line = %s", last)
	}
	_, sum := b.scan()
	if sum["walked"] != sum["recorded"].(float64)+sum["unchanged"].(float64) {
		t.Errorf("after the signal: %v", sum)
	}
}
