//go:build linux

package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"poterne"
	"poterne/testdata/hostile"
)

// runHostile scans a folder with the program and returns the records of its files,
// by path: "" for one that was read whole, else the kind of the failure. The
// program must end by itself, in time, within its memory, and leave nothing but
// its state.
func runHostile(t *testing.T, dir string, files int, limit time.Duration) map[string]string {
	t.Helper()
	home := t.TempDir()
	program, err := program()
	if err != nil {
		t.Fatal(err)
	}
	before := listed(t, dir)
	cmd := exec.Command(program, "scan", "-f", "jsonl", "--file-timeout", "5s", "--state", filepath.Join(home, "etat"), "--key-file", filepath.Join(home, "cle"), dir)
	cmd.Dir, cmd.Env = home, []string{"HOME=" + home, "LC_ALL=C"}
	var stderr strings.Builder
	cmd.Stderr = &stderr
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	start := time.Now()
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	stop := time.AfterFunc(limit, func() { cmd.Process.Signal(syscall.SIGABRT) })
	records, summary := map[string]string{}, 0
	lines := bufio.NewReader(stdout)
	for d := json.NewDecoder(lines); d.More(); {
		var line struct {
			Type, Path, Member string
			Failure            *struct{ Kind string }
			Walked, Recorded   int
		}
		if err := d.Decode(&line); err != nil {
			t.Fatalf("a line of the result: %v", err)
		}
		switch {
		case line.Type == "summary":
			summary = line.Walked
		case line.Type == "document" && line.Member == "" && line.Failure == nil:
			records[line.Path] = ""
		case line.Type == "document" && line.Member == "":
			records[line.Path] = line.Failure.Kind
		}
	}
	err = cmd.Wait()
	stop.Stop()
	var exit *exec.ExitError
	if err != nil && (!errors.As(err, &exit) || exit.ExitCode() != exitUnread) {
		t.Fatalf("the scan ended with %v after %v: %.2000s", err, time.Since(start), &stderr)
	}
	if len(records) != files || summary != files {
		t.Errorf("%d records and %d walked of %d files", len(records), summary, files)
	}
	usage := cmd.ProcessState.SysUsage().(*syscall.Rusage)
	t.Logf("%d files in %v, %v of processor time, at most %d MB in one process", files, time.Since(start).Round(time.Millisecond),
		(cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()).Round(time.Millisecond), usage.Maxrss>>10)
	// RLIMIT_AS of a child bounds it at 3 GiB; what is resident stays far below.
	if usage.Maxrss > 1200<<10 {
		t.Errorf("a process took %d MB", usage.Maxrss>>10)
	}
	if after := listed(t, dir); !slices.Equal(before, after) {
		t.Errorf("the share changed: %v, was %v", after, before)
	}
	for _, name := range listed(t, home) {
		if top, _, _ := strings.Cut(name, "/"); top != "etat" && top != "cle" {
			t.Errorf("%s was written beside the state", name)
		}
		if strings.HasPrefix(name, "etat/spool/") {
			t.Errorf("%s is left in the spool", name)
		}
	}
	return records
}

// listed lists what lies below a folder.
func listed(t *testing.T, dir string) []string {
	t.Helper()
	var names []string
	err := filepath.WalkDir(dir, func(p string, _ os.DirEntry, err error) error {
		if rel, relErr := filepath.Rel(dir, p); relErr == nil && rel != "." {
			names = append(names, rel)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return names
}

// TestHostileFilesAreRecords scans every hostile file, and good files cut short.
func TestHostileFilesAreRecords(t *testing.T) {
	dir := t.TempDir()
	// The nested bomb has 100,000 members, as many as the budget allows; a record
	// for each of them is work for minutes, not for a test.
	nested := hostile.NestedBomb().Name
	files := slices.DeleteFunc(hostile.All(), func(f hostile.File) bool { return f.Name == nested })
	for _, good := range []string{"RH/Mutations.docx", "Finances/Régie/Caisse.xlsx", "Archives/Sous clé.zip", "Archives/1987/Rapport du dépôt.odt", "Juridique/Contentieux/Pièce 14 protégée.pdf"} {
		data, err := os.ReadFile(filepath.Join("..", "..", "testdata", "partage", good))
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, hostile.Cuts(filepath.Base(good), data)...)
	}
	for _, f := range files {
		if err := os.WriteFile(filepath.Join(dir, f.Name), f.Data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	records := runHostile(t, dir, len(files), 3*time.Minute)
	for _, f := range files {
		kind, ok := records[f.Name]
		if !ok {
			t.Errorf("%s has no record", f.Name)
		}
		// Repeated cells and entities are not unfolded, so that nothing is lost; what
		// is deflated is, and has to be cut somewhere.
		if f.Unfolds > 1<<30 && kind == "" && strings.HasPrefix(f.Name, "bombe") {
			t.Errorf("%s unfolds to %d bytes and was read whole", f.Name, f.Unfolds)
		}
		if poterne.Kind(kind) == poterne.Crashed {
			t.Errorf("%s kills its reader", f.Name)
		}
	}
}
