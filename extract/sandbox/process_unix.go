//go:build linux || darwin

package sandbox

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"sync"
	"syscall"
	"time"

	"poterne"
)

// process is a child as its parent sees it. One goroutine at a time uses it;
// kill may be called by any.
type process struct {
	cmd    *exec.Cmd
	conn   *net.UnixConn
	shared *os.File // what the child had no time to send
	usage  usage
	stderr head
	frames frameReader
	lines  []Line
	served int
	watch  *watch // of the document being read, nil between documents

	waited sync.Once
	mu     sync.Mutex
	reason poterne.Kind // why the parent killed it, "" where it did not
	exit   error
}

// helloTimeout is how long a child may take until it is ready. The first one
// compiles the PDF engine: 4 CPU seconds, measured 12 s on a machine at load 18.
const helloTimeout = 3 * time.Minute

// start starts a child and waits until it is ready. It must run on a thread that
// lives as long as the child: the system kills the child with that thread.
func start(o Options) (*process, error) {
	fds, err := syscall.Socketpair(syscall.AF_UNIX, syscall.SOCK_STREAM, 0)
	if err != nil {
		return nil, fmt.Errorf("start a child: %w", err)
	}
	syscall.CloseOnExec(fds[0])
	syscall.CloseOnExec(fds[1])
	ours, theirs := os.NewFile(uintptr(fds[0]), "child"), os.NewFile(uintptr(fds[1]), "parent")
	defer theirs.Close()
	c, err := net.FileConn(ours)
	ours.Close()
	if err != nil {
		return nil, fmt.Errorf("start a child: %w", err)
	}
	p := &process{conn: c.(*net.UnixConn)}
	if p.shared, err = sharedFile(); err != nil {
		p.conn.Close()
		return nil, fmt.Errorf("start a child: %w", err)
	}
	p.cmd = exec.Command(o.Command[0], o.Command[1:]...)
	p.cmd.Dir = "/"
	// An empty environment but for the Go runtime: its collector starts before
	// RLIMIT_AS is near, one thread runs Go code, a crash prints no stack (it
	// could hold text).
	p.cmd.Env = []string{"GOMEMLIMIT=300MiB", "GOMAXPROCS=1", "GOTRACEBACK=none"}
	p.cmd.Stderr = &p.stderr
	p.cmd.ExtraFiles = []*os.File{theirs, p.shared}
	p.cmd.SysProcAttr = attributes()
	p.cmd.WaitDelay = time.Second
	if err := p.cmd.Start(); err != nil {
		p.conn.Close()
		p.shared.Close()
		return nil, fmt.Errorf("start a child: %w", err)
	}
	p.usage = openUsage(p.cmd.Process.Pid)
	p.frames.r = bufio.NewReaderSize(&stream{p: p}, flushAt)
	if err := p.greet(o); err != nil {
		p.close()
		return nil, fmt.Errorf("start a child: %w (%v)", err, p.verdict().cause)
	}
	return p, nil
}

// greet hands over the settings and waits for the child to be ready.
func (p *process) greet(o Options) error {
	settings, err := json.Marshal(setup{Extract: o.Extract, AddressSpace: o.AddressSpace})
	if err != nil {
		return err
	}
	var enc encoder
	enc.begin(frameSetup)
	enc.buf = append(enc.buf, settings...)
	enc.end()
	if _, err := p.conn.Write(enc.buf); err != nil {
		return err
	}
	p.conn.SetReadDeadline(time.Now().Add(helloTimeout))
	kind, payload, err := p.frames.next()
	if err != nil {
		return err
	}
	p.conn.SetReadDeadline(time.Time{})
	d := decoder{b: payload}
	n := d.uint()
	if kind != frameHello || n > 64 {
		return errProtocol
	}
	for range n {
		p.lines = append(p.lines, Line{Key: d.string(), Held: d.bool(), Detail: d.string()})
	}
	return d.done()
}

// ask hands a document over.
func (p *process) ask(r request, f *os.File) error {
	var enc encoder
	enc.request(r)
	raw, err := f.SyscallConn()
	if err != nil {
		return err
	}
	var n int
	var sent error
	err = raw.Control(func(fd uintptr) {
		n, _, sent = p.conn.WriteMsgUnix(enc.buf, syscall.UnixRights(int(fd)), nil)
	})
	if err = errors.Join(err, sent); err != nil || n == len(enc.buf) {
		return err
	}
	_, err = p.conn.Write(enc.buf[n:])
	return err
}

// kill ends the child for the given reason; the first reason counts.
func (p *process) kill(why poterne.Kind) {
	p.mu.Lock()
	if p.reason == "" {
		p.reason = why
	}
	p.mu.Unlock()
	p.cmd.Process.Kill()
}

// reap makes sure that the child is dead and waits for its end.
func (p *process) reap() {
	p.waited.Do(func() {
		p.cmd.Process.Kill()
		err := p.cmd.Wait()
		p.mu.Lock()
		p.exit = err
		p.mu.Unlock()
	})
}

// close ends the child and frees what belongs to it.
func (p *process) close() {
	p.reap()
	p.conn.Close()
	p.shared.Close()
	p.usage.close()
}

// death says how a child ended.
type death struct {
	kind  poterne.Kind
	cause error
}

// verdict reaps the child and says why it died. What it wrote to its standard
// error is compared to what the Go runtime says and never kept: it may hold text.
func (p *process) verdict() death {
	p.reap()
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.reason != "" {
		return death{p.reason, errors.New("the child was killed at its limit")}
	}
	for _, s := range []struct {
		says string
		kind poterne.Kind
		is   string
	}{
		{"out of memory", poterne.Memory, "out of memory"},
		{"cannot allocate memory", poterne.Memory, "out of memory"},
		{"stack overflow", poterne.Crashed, "stack overflow"},
		{"stack exceeds", poterne.Crashed, "stack overflow"},
		{"panic:", poterne.Crashed, "panic"},
		{"fatal error:", poterne.Crashed, "fatal error"},
	} {
		if bytes.Contains(p.stderr.bytes(), []byte(s.says)) {
			return death{s.kind, errors.New("the child died: " + s.is)}
		}
	}
	return death{poterne.Crashed, fmt.Errorf("the child died: %v", p.exit)}
}

// stream reads what the child sends and, once it is dead, what it had no time to send.
type stream struct {
	p    *process
	got  uint64
	rest *bytes.Reader
}

func (s *stream) Read(b []byte) (int, error) {
	if s.rest == nil {
		over := s.p.watch.wait()
		n, err := s.p.conn.Read(b)
		over()
		s.got += uint64(n)
		if err == nil {
			return n, nil
		}
		s.p.reap() // only then does the shared memory stand still
		s.rest = bytes.NewReader(unsent(s.p.shared, s.got))
		if n > 0 {
			return n, nil
		}
	}
	return s.rest.Read(b)
}

// unsent returns the end of the child's stream after the first got bytes, as far
// as the child left it. What does not make sense is nothing. The file is read,
// not mapped: no child can fault its parent by cutting it.
func unsent(shared io.ReaderAt, got uint64) []byte {
	b := make([]byte, sharedSize)
	if n, err := shared.ReadAt(b, 0); n < len(b) && err != nil {
		return nil
	}
	start, used := binary.NativeEndian.Uint64(b), binary.NativeEndian.Uint64(b[8:])
	data := b[sharedHeader:]
	if used > uint64(len(data)) || got < start || got-start > used {
		return nil
	}
	return data[got-start : used]
}

// began says whether the child began the document that it was handed last, as far
// as it left word. The child is dead.
func (p *process) began() bool {
	var b [8]byte
	_, err := p.shared.ReadAt(b[:], 16)
	return err != nil || binary.NativeEndian.Uint64(b[:]) > uint64(p.served)
}

// head keeps the first bytes of what a dying child says.
type head struct {
	mu sync.Mutex
	b  []byte
}

func (h *head) Write(p []byte) (int, error) {
	const limit = 4 << 10
	h.mu.Lock()
	defer h.mu.Unlock()
	h.b = append(h.b, p[:min(len(p), limit-len(h.b))]...)
	return len(p), nil
}

func (h *head) bytes() []byte {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.b
}
