//go:build unix

package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// TestUnreadableFolderIsOneRecord scans as an account without rights (root reads
// everything): a folder that may not be read is a record with its failure, and
// the rest goes on.
func TestUnreadableFolderIsOneRecord(t *testing.T) {
	dir, err := os.MkdirTemp("", "poterne-test-") // t.TempDir is closed to others
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.Chmod(filepath.Join(dir, "partage", "fermé"), 0o700); os.RemoveAll(dir) })
	for _, d := range []string{"", "partage", "partage/fermé"} {
		if err := os.MkdirAll(filepath.Join(dir, d), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(filepath.Join(dir, d), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	for _, f := range []string{"partage/a.txt", "partage/fermé/b.txt"} {
		if err := os.WriteFile(filepath.Join(dir, f), []byte("Bonjour."), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	program, err := os.ReadFile(self)
	if err != nil {
		t.Fatal(err)
	}
	// The test binary as the program: testscript tells by its name.
	name := filepath.Join(dir, "poterne")
	if err := os.WriteFile(name, program, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(filepath.Join(dir, "home"), 0o700); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(name, "scan", "--format", "jsonl", "partage")
	cmd.Dir = dir
	cmd.Env = []string{"HOME=" + filepath.Join(dir, "home"), "LC_ALL=C"}
	if os.Geteuid() == 0 {
		const nobody = 65534
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: nobody, Gid: nobody}}
		if err := os.Chown(filepath.Join(dir, "home"), nobody, nobody); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Chmod(filepath.Join(dir, "partage", "fermé"), 0); err != nil {
		t.Fatal(err)
	}
	out, err := cmd.Output()
	if code := cmd.ProcessState.ExitCode(); code != exitUnread {
		t.Errorf("exit code %d, want %d: %v", code, exitUnread, err)
	}
	for _, want := range []string{`"path":"fermé"`, `"failure":{"stage":"walk","kind":"denied"}`, `"path":"a.txt"`, `"walked":2`} {
		if !strings.Contains(string(out), want) {
			t.Errorf("output lacks %s:\n%s", want, out)
		}
	}
}
