//go:build linux

package sandbox

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"iter"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"poterne"
	"poterne/extract"
)

// TestMain makes the test's own binary the child.
func TestMain(m *testing.M) {
	if len(os.Args) == 4 && os.Args[1] == RecognizeCommand {
		fmt.Fprintln(os.Stderr, Recognize(os.Args[2:]))
		os.Exit(1)
	}
	if len(os.Args) == 3 && os.Args[1] == "full-spool" {
		fillSpool(os.Args[2])
		os.Exit(0)
	}
	if len(os.Args) == 3 && os.Args[1] == "recognizer-cage" {
		tryRecognizerCage(os.Args[2])
		os.Exit(0)
	}
	if len(os.Args) == 3 && os.Args[1] == Command {
		var err error
		switch os.Args[2] {
		case "hostile":
			err = serve(openHostile)
		case "real":
			err = Child()
		}
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

func openHostile(s setup) (read, []Line, error) {
	return func(ctx context.Context, d poterne.Document, c poterne.Content, suspect *string) iter.Seq2[poterne.Segment, error] {
		return func(yield func(poterne.Segment, error) bool) {
			part := &poterne.Part{Member: d.Member, Format: "txt"}
			body := func(s string) bool { return yield(poterne.Segment{Part: part, Body: s}, nil) }
			body(d.Full())
			head := make([]byte, min(c.Size(), 1<<20))
			n, _ := c.ReadAt(head, 0)
			for _, l := range strings.Split(string(head[:n]), "\n") {
				verb, arg, _ := strings.Cut(l, " ")
				if suspect != nil && strings.HasPrefix(verb, "once-") {
					body("second engine")
					continue
				}
				misbehave(strings.TrimPrefix(verb, "once-"), arg, body, &part, yield)
			}
		}
	}, nil, nil
}

// misbehave does what a line of a document asks for.
func misbehave(verb, arg string, body func(string) bool, part **poterne.Part, yield func(poterne.Segment, error) bool) {
	switch verb {
	case "say":
		body(arg)
	case "many":
		n, _ := strconv.Atoi(arg)
		for i := range n {
			body("line " + strconv.Itoa(i))
		}
	case "member":
		*part = &poterne.Part{Member: arg, Format: "txt"}
		body(arg)
	case "fail":
		yield(poterne.Segment{Part: *part}, poterne.Fail(poterne.StageExtract, poterne.Malformed, errors.New("broken")))
	case "loop":
		//lint:ignore SA5002 a reader that never ends
		for {
		}
	case "sleep":
		time.Sleep(time.Hour)
	case "alloc":
		var keep [][]byte
		for {
			//lint:ignore SA4010 a reader that takes all memory
			keep = append(keep, bytes.Repeat([]byte{1}, 64<<20))
		}
	case "panic":
		panic("a text of the document")
	case "exit":
		os.Exit(0)
	case "kill":
		syscall.Kill(os.Getpid(), syscall.SIGKILL)
	case "stack":
		body(strconv.Itoa(deeper(1)))
	case "garbage":
		syscall.Write(childSocket(), bytes.Repeat([]byte(arg), 100))
		time.Sleep(time.Hour)
	case "open":
		_, err := os.Open(arg)
		body(fmt.Sprint("open: ", err))
	case "create":
		err := os.WriteFile(arg, []byte("x"), 0o600)
		body(fmt.Sprint("create: ", errors.Unwrap(err)))
	case "connect":
		_, err := net.Dial("tcp", arg)
		body(fmt.Sprint("connect: ", errors.Is(err, syscall.EACCES) || errors.Is(err, syscall.EPERM)))
	case "exec":
		err := exec.Command("/bin/true").Run()
		body(fmt.Sprint("exec: ", err != nil))
	case "signal":
		pid, _ := strconv.Atoi(arg)
		body(fmt.Sprint("signal: ", syscall.Kill(pid, 0)))
	case "environ":
		body(strings.Join(os.Environ(), " "))
	}
}

//lint:ignore SA5007 a reader that overflows its stack
func deeper(n int) int { return deeper(n+1) + n }

// childSocket finds the socket to the parent among the open descriptors.
func childSocket() int {
	for fd := 3; fd < 64; fd++ {
		if _, err := syscall.Getpeername(fd); err == nil {
			return fd
		}
	}
	return -1
}

func options(t testing.TB, mode string) Options {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	return Options{Command: []string{self, Command, mode}, Workers: 2, CPUBase: 300 * time.Millisecond, CPUMax: 300 * time.Millisecond}
}

func pool(t testing.TB, o Options) *Pool {
	t.Helper()
	p, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { p.Close() })
	return p
}

// memory is a Content that is no file.
type memory struct{ *bytes.Reader }

func (memory) Close() error { return nil }

func text(s string) memory { return memory{bytes.NewReader([]byte(s))} }

// onDisk is a Content that is a file.
type onDisk struct {
	f    *os.File
	size int64
}

func (d onDisk) ReadAt(p []byte, off int64) (int, error) { return d.f.ReadAt(p, off) }
func (d onDisk) Close() error                            { return d.f.Close() }
func (d onDisk) Size() int64                             { return d.size }
func (d onDisk) File() *os.File                          { return d.f }

func file(t testing.TB, s string) onDisk {
	t.Helper()
	name := filepath.Join(t.TempDir(), "document")
	if err := os.WriteFile(name, []byte(s), 0o600); err != nil {
		t.Fatal(err)
	}
	f, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return onDisk{f, int64(len(s))}
}

// lines writes what a sequence gives, one line each, failures as "!kind member".
func lines(seq iter.Seq2[poterne.Segment, error]) []string {
	var out []string
	for s, err := range seq {
		member := ""
		if s.Part != nil && s.Part.Member != "" {
			member = " @" + s.Part.Member
		}
		var f *poterne.Failure
		switch {
		case errors.As(err, &f):
			out = append(out, "!"+string(f.Kind)+member)
		case err != nil:
			out = append(out, "?"+err.Error())
		default:
			out = append(out, s.Body+member)
		}
	}
	return out
}

var document = poterne.Document{Path: "a/document.txt"}

func TestExtract(t *testing.T) {
	for _, c := range []struct {
		name, in string
		want     []string
	}{
		{"nothing", "", nil},
		{"text", "say bonjour\nsay fin", []string{"bonjour", "fin"}},
		{"own-failure", "say a\nfail\nsay b", []string{"a", "!malformed", "b"}},
		{"members", "say a\nmember m1\nsay b\nmember m2\nsay c", []string{"a", "m1 @m1", "b @m1", "m2 @m2", "c @m2"}},
		{"loop", "say a\nloop\nsay b", []string{"a", "a/document.txt", "a", "!timeout"}},
		{"alloc", "say a\nalloc", []string{"a", "a/document.txt", "a", "!memory"}},
		{"panic", "say a\npanic", []string{"a", "a/document.txt", "a", "!crashed"}},
		{"exit", "say a\nexit", []string{"a", "a/document.txt", "a", "!crashed"}},
		{"killed", "say a\nkill", []string{"a", "a/document.txt", "a", "!crashed"}},
		{"stack", "say a\nstack", []string{"a", "a/document.txt", "a", "!crashed"}},
		{"garbage-type", "say a\ngarbage xyz", []string{"a/document.txt", "a", "!crashed"}},
		{"garbage-length", "say a\ngarbage S\xff\xff\xff\xff\x7f", []string{"a/document.txt", "a", "!crashed"}},
		{"second-engine", "say a\nonce-loop\nsay b", []string{"a", "a/document.txt", "a", "second engine", "b", "!timeout"}},
		{"member-kills", "say a\nmember m1\nsay b\nmember m2\nsay c\nkill\nmember m3\nsay d",
			[]string{"a", "m1 @m1", "b @m1", "m2 @m2", "c @m2", "m2 @m2", "c @m2", "!crashed @m2", "!partial"}},
		{"member-kills-once", "say a\nmember m1\nsay b\nmember m2\nonce-kill\nmember m3\nsay d",
			[]string{"a", "m1 @m1", "b @m1", "m2 @m2", "m2 @m2", "second engine @m2", "m3 @m3", "d @m3", "!crashed @m2"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			o := options(t, "hostile")
			if c.name == "alloc" {
				o.CPUBase, o.CPUMax, o.AddressSpace = 10*time.Second, 10*time.Second, 2<<30
			}
			if c.name == "stack" {
				o.CPUBase, o.CPUMax = 10*time.Second, 10*time.Second
			}
			p := pool(t, o)
			want := append([]string{"a/document.txt"}, c.want...)
			if strings.HasPrefix(c.name, "garbage") {
				// What waits in the shared memory comes after garbage that went ahead of it.
				got := lines(p.Extract(t.Context(), document, text(c.in)))
				if len(got) == 0 || got[len(got)-1] != "!crashed" {
					t.Errorf("got %q, want one that ends with !crashed", got)
				}
			} else if diff := cmp.Diff(want, lines(p.Extract(t.Context(), document, text(c.in)))); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
			// The next document is read as if nothing had been.
			if diff := cmp.Diff([]string{"a/document.txt", "ok"}, lines(p.Extract(t.Context(), document, file(t, "say ok")))); diff != "" {
				t.Errorf("next document (-want +got)\n%s", diff)
			}
		})
	}
}

func TestSegmentsBeforeAKillAreKept(t *testing.T) {
	p := pool(t, options(t, "hostile"))
	for _, n := range []int{1, 1000, 20_000} {
		seen := 0
		for s, err := range p.Extract(t.Context(), document, text(fmt.Sprintf("many %d\nkill", n))) {
			if err == nil && strings.HasPrefix(s.Body, "line ") {
				seen++
			}
		}
		if seen != 2*n { // by the first child and by the second
			t.Errorf("%d lines before the kill came as %d", n, seen)
		}
	}
}

func TestKillFromOutside(t *testing.T) {
	p := pool(t, options(t, "hostile"))
	var killed bool
	var failures []string
	last := ""
	for s, err := range p.Extract(t.Context(), document, text("many 5000\nonce-sleep\nsay b")) {
		if err != nil {
			failures = append(failures, err.Error())
		} else {
			last = s.Body
		}
		if !killed { // the child has filled more than it keeps back, and sleeps
			kill(t, children(t)[0])
			killed = true
		}
	}
	if len(failures) != 1 || last != "b" {
		t.Errorf("ended with %q, failures %q; want b and one failure", last, failures)
	}
	// A child that died idle costs the next document nothing.
	for _, pid := range children(t) {
		kill(t, pid)
	}
	if diff := cmp.Diff([]string{"a/document.txt", "b"}, lines(p.Extract(t.Context(), document, text("say b")))); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func kill(t *testing.T, pid int) {
	t.Helper()
	if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	// Its sockets are closed once it is a zombie.
	for range 1000 {
		b, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
		if err != nil || bytes.Contains(b, []byte(") Z ")) {
			return
		}
		time.Sleep(time.Millisecond)
	}
}

// children lists the processes whose parent is this one, zombies too.
func children(t testing.TB) []int {
	t.Helper()
	all, err := filepath.Glob("/proc/self/task/*/children")
	if err != nil {
		t.Fatal(err)
	}
	var pids []int
	for _, f := range all {
		b, _ := os.ReadFile(f)
		for _, s := range strings.Fields(string(b)) {
			pid, err := strconv.Atoi(s)
			if err != nil {
				t.Fatal(err)
			}
			pids = append(pids, pid)
		}
	}
	return pids
}

func TestEarlyStopAndCancel(t *testing.T) {
	p := pool(t, options(t, "hostile"))
	for range p.Extract(t.Context(), document, text("many 1000000\nloop")) {
		break
	}
	ctx, cancel := context.WithCancel(t.Context())
	var got []string
	for s, err := range p.Extract(ctx, document, text("many 5000\nsleep")) {
		var f *poterne.Failure
		if errors.As(err, &f) {
			got = append(got, string(f.Kind))
			if !errors.Is(err, context.Canceled) {
				t.Errorf("cause of %v is not the context's", err)
			}
		}
		if s.Body == "line 9" {
			cancel()
		}
	}
	if diff := cmp.Diff([]string{"timeout"}, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	done, cancel := context.WithCancel(t.Context())
	cancel()
	if got := lines(p.Extract(done, document, text("say a"))); len(got) == 0 || got[len(got)-1] != "!timeout" {
		t.Errorf("with a context that is done: %q", got)
	}
}

func TestWallClockStopsWhileTheConsumerThinks(t *testing.T) {
	o := options(t, "hostile")
	o.CPUBase, o.CPUMax, o.WallFactor = 200*time.Millisecond, 200*time.Millisecond, 1
	p := pool(t, o)
	var got []string
	for s, err := range p.Extract(t.Context(), document, text("many 20000\nsay end")) {
		if err != nil {
			t.Fatal(err)
		}
		if s.Body == "line 3" {
			time.Sleep(600 * time.Millisecond) // three times the limit
		}
		got = append(got, s.Body)
	}
	if got[len(got)-1] != "end" {
		t.Errorf("ended with %q", got[len(got)-1])
	}
	if got := lines(p.Extract(t.Context(), document, text("sleep"))); got[len(got)-1] != "!timeout" {
		t.Errorf("a child that sleeps: %q", got)
	}
}

func TestChildrenAreReplaced(t *testing.T) {
	o := options(t, "hostile")
	o.Workers, o.FilesPerChild = 1, 3
	p := pool(t, o)
	seen := map[int]int{}
	for range 9 {
		for s := range p.Extract(t.Context(), document, text("say a")) {
			if s.Body == "a" {
				seen[children(t)[0]]++
			}
		}
	}
	if len(seen) != 3 {
		t.Errorf("9 documents were read by children %v, want 3 of each", seen)
	}
}

// gone is a Content that breaks while it is read.
type gone struct{ size int64 }

func (g gone) ReadAt([]byte, int64) (int, error) { return 0, syscall.EIO }
func (g gone) Close() error                      { return nil }
func (g gone) Size() int64                       { return g.size }

func TestContentThatCannotBeCopied(t *testing.T) {
	o := options(t, "hostile")
	o.SpoolLimit = 1 << 20
	p := pool(t, o)
	for _, c := range []struct {
		name string
		in   poterne.Content
		want string
	}{
		{"vanished", gone{100}, "!vanished"},
		{"too-large", gone{2 << 20}, "!too_large"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if diff := cmp.Diff([]string{c.want}, lines(p.Extract(t.Context(), document, c.in))); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
	o.Extract.SpoolMemory, o.Extract.SpoolDir = 1, filepath.Join(t.TempDir(), "missing")
	if diff := cmp.Diff([]string{"!memory"}, lines(pool(t, o).Extract(t.Context(), document, text("say a")))); diff != "" {
		t.Errorf("no spool (-want +got)\n%s", diff)
	}
	o.Extract.SpoolDir = t.TempDir()
	if diff := cmp.Diff([]string{"a/document.txt", "a"}, lines(pool(t, o).Extract(t.Context(), document, text("say a")))); diff != "" {
		t.Errorf("spool on disk (-want +got)\n%s", diff)
	}
}

// TestSameAsInProcess compares the segments of real readers in children with
// those of the same readers in this process.
func TestSameAsInProcess(t *testing.T) {
	o := options(t, "real")
	o.Workers, o.CPUBase, o.CPUMax = 4, time.Minute, time.Minute
	p := pool(t, o)
	x := extract.New(o.Extract)
	defer x.Close()
	if p.Version() != x.Version() {
		t.Errorf("version %q, want %q", p.Version(), x.Version())
	}
	var group sync.WaitGroup
	for w := range 4 {
		group.Go(func() {
			for i := w; i < 50; i += 4 {
				d := poterne.Document{Path: fmt.Sprintf("note %d.csv", i)}
				var b strings.Builder
				b.WriteString("nom;ville;montant\n")
				for row := range 20 * i {
					fmt.Fprintf(&b, "Personne %d;Ville %d;%d\n", row, row%7, row*i)
				}
				if diff := cmp.Diff(all(x.Extract(t.Context(), d, text(b.String()))), all(p.Extract(t.Context(), d, text(b.String())))); diff != "" {
					t.Errorf("%s (-in process +child)\n%s", d.Path, diff)
				}
			}
		})
	}
	group.Wait()
}

type plain struct {
	Segment poterne.Segment
	Part    poterne.Part
	Failure string
}

func all(seq iter.Seq2[poterne.Segment, error]) []plain {
	var out []plain
	for s, err := range seq {
		p := plain{Segment: s}
		if s.Part != nil {
			p.Part = *s.Part
		}
		p.Segment.Part = nil
		var f *poterne.Failure
		if errors.As(err, &f) {
			p.Failure = string(f.Kind)
		}
		out = append(out, p)
	}
	return out
}
