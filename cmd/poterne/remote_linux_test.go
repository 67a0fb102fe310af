package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"poterne/internal/smbtest"
)

// TestScanOfASambaShare scans the example share over SMB as users type it, and
// wants the verdicts that the same folder has, whatever happens to the server.
func TestScanOfASambaShare(t *testing.T) {
	b := newBench(t)
	removeUnsharable(t, b.path("partage"))
	server := smbtest.Start(t, b.path("partage"))
	accounts := "user = " + server.User + "\npassword = " + server.Password + "\n"
	if err := os.WriteFile(b.path("comptes"), []byte(accounts), 0o600); err != nil {
		t.Fatal(err)
	}
	address := server.Address("")
	flags := []string{"--credentials", b.path("comptes"), "--net-timeout", "5s"}
	scan := func(codes []int, more ...string) (string, string) {
		t.Helper()
		return b.run(codes, append(append([]string{"scan", "--format", "jsonl", address}, flags...), more...)...)
	}
	read := []int{exitOK, exitUnread}

	// Killed as soon as the first documents are told, and started again.
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	cmd := b.command(ctx, append([]string{"scan", "--format", "jsonl", "--workers", "2", address}, flags...)...)
	out := &onceWriter{after: 3000, do: func() {
		server.Kill()
		server.Restart()
	}}
	cmd.Stdout = out
	cmd.Run()
	remote, summary := documentsOf(t, out.buf.String())
	if !out.done || summary["walked"] == nil || summary["walked"] != summary["recorded"] {
		t.Errorf("killed %t, summary %v", out.done, summary)
	}
	verdicts := func(lines map[string]map[string]any) map[string]string {
		out := map[string]string{}
		for p, d := range lines {
			out[p] = strings.Join([]string{text(d["level"]), text(d["hosting"]), text(d["categories"]), text(d["failure"])}, " ")
		}
		return out
	}
	want, _ := documentsOf(t, first(b.run(read, "scan", "--format", "jsonl", "--full", "partage")))
	if len(want) < 80 {
		t.Fatalf("only %d documents in the folder", len(want))
	}
	if diff := cmp.Diff(verdicts(want), verdicts(remote)); diff != "" {
		t.Errorf("verdicts (-folder +server)\n%s", diff)
	}

	_, summary = documentsOf(t, first(scan(read)))
	if summary["opened"] != 0.0 || summary["swept"] != 0.0 || summary["unchanged"] == 0.0 {
		t.Errorf("second scan: %v", summary)
	}

	server.Kill()
	stdout, stderr := b.run([]int{exitOK, exitUnread, exitFailure}, append([]string{"scan", "--format", "jsonl", address, "partage", "--net-patience", "300ms"}, flags...)...)
	if _, summary = documentsOf(t, stdout); summary["swept"] != 0.0 {
		t.Errorf("without the server: %v\n%s", summary, stderr)
	}
	if strings.Contains(stdout+stderr, server.Password) {
		t.Error("the password was told")
	}

	for _, bad := range []struct{ address, want string }{
		{"smb://lecteur:SECRET@nas/rh", "--credentials"},
		{"ftp://nas/rh", "smb://"},
		{"smb://nas/rh", "no user"},
	} {
		_, stderr := b.run([]int{exitUsage}, "scan", bad.address)
		if !strings.Contains(stderr, bad.want) || strings.Contains(stderr, "SECRET") {
			t.Errorf("%s: %s", bad.address, stderr)
		}
	}
}

// removeUnsharable removes what Samba does not show under its name: names that
// Windows cannot have come out as short names ("FUYVSK~I"), names that are no
// UTF-8 not at all.
func removeUnsharable(t *testing.T, dir string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(p string, e fs.DirEntry, err error) error {
		name := e.Name()
		if err == nil && (!utf8.ValidString(name) || strings.ContainsFunc(name, unicode.IsControl) ||
			strings.ContainsAny(name, `"*:<>?\|`) || strings.TrimRight(name, ". ") != name) {
			return os.Remove(p)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// documentsOf returns the documents of a scan as they are written, by path, and
// its summary.
func documentsOf(t *testing.T, lines string) (docs map[string]map[string]any, summary map[string]any) {
	t.Helper()
	docs = map[string]map[string]any{}
	for line := range strings.Lines(lines) {
		var object map[string]any
		if err := json.Unmarshal([]byte(line), &object); err != nil {
			t.Fatalf("%v: %s", err, line)
		}
		switch object["type"] {
		case "document":
			path, _ := object["path"].(string)
			if member, _ := object["member"].(string); member != "" {
				path += "!" + member
			}
			docs[path] = object
		case "summary":
			summary = object
		}
	}
	return docs, summary
}

func text(v any) string { return fmt.Sprint(v) }

func first(stdout, _ string) string { return stdout }

// onceWriter keeps what is written, and does something once, after so many bytes.
type onceWriter struct {
	buf   bytes.Buffer
	after int
	do    func()
	done  bool
}

func (w *onceWriter) Write(p []byte) (int, error) {
	n, err := w.buf.Write(p)
	if !w.done && w.buf.Len() >= w.after {
		w.done = true
		w.do()
	}
	return n, err
}
