//go:build linux

package sandbox

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"poterne"
	"poterne/extract"
)

func TestCageHolds(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	made := filepath.Join(t.TempDir(), "made")
	o := options(t, "hostile")
	o.CPUBase, o.CPUMax = time.Minute, time.Minute
	held := holds(t)
	p := pool(t, o)
	in := strings.Join([]string{"open /etc/passwd", "open /proc/self/environ", "create " + made, "connect " + l.Addr().String(), "exec", "environ"}, "\n")
	if !held["paths"] || !held["network"] || !held["syscalls"] {
		t.Fatalf("this kernel holds %v: the cage cannot be tested here", held)
	}
	want := []string{
		"a/document.txt",
		"open: open /etc/passwd: permission denied",
		"open: open /proc/self/environ: permission denied",
		"create: permission denied",
		"connect: true",
		"exec: true",
		"GOMEMLIMIT=300MiB GOMAXPROCS=1 GOTRACEBACK=none",
	}
	if diff := cmp.Diff(want, lines(p.Extract(t.Context(), document, text(in)))); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if _, err := os.Stat(made); err == nil {
		t.Error("the child wrote a file")
	}
}

func holds(t *testing.T) map[string]bool {
	t.Helper()
	lines, err := Report(options(t, "hostile"))
	if err != nil {
		t.Fatal(err)
	}
	held := map[string]bool{}
	for _, l := range lines {
		held[l.Key] = l.Held
		t.Logf("%-12s %v %s", l.Key, l.Held, l.Detail)
	}
	return held
}

func TestReport(t *testing.T) {
	held := holds(t)
	want := map[string]bool{
		"process": true, "memory": true, "files": true, "core": true, "environment": true, "stack": true,
		"orphans": true, "privileges": true, "paths": true, "network": true, "syscalls": true,
	}
	if diff := cmp.Diff(want, held); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestNothingIsLeft(t *testing.T) {
	before, goroutines := len(descriptors(t)), runtime.NumGoroutine()
	p, err := New(options(t, "hostile"))
	if err != nil {
		t.Fatal(err)
	}
	for _, in := range []string{"say a", "say a\nkill", "many 100000", "panic", "exit"} {
		for range p.Extract(t.Context(), document, text(in)) {
			if in == "many 100000" {
				break
			}
		}
	}
	p.Close()
	p.Close()
	if got := lines(p.Extract(t.Context(), document, text("say a"))); len(got) != 1 || got[0] != "!crashed" {
		t.Errorf("after Close: %q", got)
	}
	if left := children(t); len(left) > 0 {
		t.Errorf("processes left: %v", left)
	}
	for range 200 { // goroutines and files of ended processes go within moments
		if len(descriptors(t)) <= before && runtime.NumGoroutine() <= goroutines {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Errorf("%d descriptors and %d goroutines, before %d and %d", len(descriptors(t)), runtime.NumGoroutine(), before, goroutines)
}

func descriptors(t *testing.T) []os.DirEntry {
	t.Helper()
	list, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Fatal(err)
	}
	return list
}

func TestChildWithoutParent(t *testing.T) {
	cmd := exec.Command(options(t, "real").Command[0], Command, "real")
	out, err := cmd.CombinedOutput()
	if err == nil || !bytes.Contains(out, []byte("started by poterne itself")) {
		t.Errorf("a child started by hand: %v, %q", err, out)
	}
}

func TestUnsent(t *testing.T) {
	shared := func(start, used uint64) io.ReaderAt {
		b := make([]byte, sharedSize)
		binary.NativeEndian.PutUint64(b, start)
		binary.NativeEndian.PutUint64(b[8:], used)
		copy(b[sharedHeader:], "abcdef")
		return bytes.NewReader(b)
	}
	for _, c := range []struct {
		name             string
		start, used, got uint64
		want             string
	}{
		{"all", 0, 6, 0, "abcdef"},
		{"some-sent", 100, 6, 104, "ef"},
		{"all-sent", 100, 6, 106, ""},
		{"between-the-stores", 100, 0, 106, ""},
		{"got-before-start", 100, 6, 99, ""},
		{"used-too-large", 0, sharedSize, 0, ""},
		{"used-wraps", 1 << 63, 1<<64 - 1, 0, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := string(unsent(shared(c.start, c.used), c.got)); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
	if got := unsent(bytes.NewReader(nil), 0); len(got) > 0 {
		t.Errorf("an empty file gives %q", got)
	}
}

func BenchmarkExtract(b *testing.B) {
	p := pool(b, options(b, "hostile"))
	c := file(b, "say a")
	for b.Loop() {
		for range p.Extract(b.Context(), document, c) {
		}
	}
}

func BenchmarkSegments(b *testing.B) {
	o := options(b, "hostile")
	o.CPUBase, o.CPUMax = time.Hour, time.Hour
	p := pool(b, o)
	const n = 100_000
	c := file(b, fmt.Sprintf("many %d", n))
	for b.Loop() {
		for range p.Extract(b.Context(), document, c) {
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/n, "ns/segment")
}

// TestFullSpoolIsNamed bounds the size of files of the parent, as a full disk does,
// while a document is copied for a child.
func TestFullSpoolIsNamed(t *testing.T) {
	out, err := exec.Command(os.Args[0], "full-spool", t.TempDir()).CombinedOutput()
	if err != nil || strings.TrimSpace(string(out)) != "!memory" {
		t.Errorf("a document on a full disk is %s, %v, want !memory", out, err)
	}
}

// fillSpool is the whole of a process whose files may not grow beyond 4 KB.
func fillSpool(dir string) {
	signal.Ignore(syscall.SIGXFSZ)
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: 4 << 10, Max: 4 << 10}); err != nil {
		fmt.Println(err)
		return
	}
	o := Options{Workers: 1, Extract: extract.Options{SpoolDir: dir, SpoolMemory: 1}}
	o, err := o.withDefaults()
	if err != nil {
		fmt.Println(err)
		return
	}
	_, _, err = o.file(context.Background(), text(strings.Repeat("x", 64<<10)))
	var f *poterne.Failure
	if errors.As(err, &f) {
		fmt.Println("!" + string(f.Kind))
		return
	}
	fmt.Println(err)
}
