//go:build linux || darwin

package sandbox

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"image"
	"io"
	"iter"
	"net"
	"os"
	"runtime/debug"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"unsafe"

	"poterne"
	"poterne/extract"
)

// Descriptors that the parent leaves to the child.
const (
	socketFD = 3
	sharedFD = 4
)

// setup is the first thing that a child is told.
type setup struct {
	Extract      extract.Options
	AddressSpace uint64
}

// read reads one document; suspect is the member that killed a child before.
type read func(ctx context.Context, d poterne.Document, c poterne.Content, suspect *string) iter.Seq2[poterne.Segment, error]

// Child serves documents to the parent that started this process, until the
// parent hangs up. It is the whole of the hidden command. No document's text is
// ever in its error.
func Child() error { return serve(open) }

// open prepares the extractor while paths can still be opened.
func open(s setup) (read, []Line, error) {
	cache := Line{Key: "cache", Held: true}
	if err := extract.PreparePDF(s.Extract.CacheDir); err != nil {
		cache = Line{Key: "cache", Detail: err.Error()}
		s.Extract.CacheDir = ""
	}
	x := extract.New(s.Extract)
	return func(ctx context.Context, d poterne.Document, c poterne.Content, suspect *string) iter.Seq2[poterne.Segment, error] {
		if suspect == nil {
			return x.Extract(ctx, d, c)
		}
		o := s.Extract
		o.SecondEngine, o.SecondMember = true, *suspect
		return func(yield func(poterne.Segment, error) bool) {
			second := extract.New(o)
			defer second.Close()
			second.Extract(ctx, d, c)(yield)
		}
	}, []Line{cache}, nil
}

func serve(open func(setup) (read, []Line, error)) error {
	conn, err := socket()
	if err != nil {
		return err
	}
	defer conn.Close()
	in := &fileReader{conn: conn}
	frames := frameReader{r: bufio.NewReader(in)}
	out, err := newOutput(conn)
	if err != nil {
		return err
	}
	kind, payload, err := frames.next()
	if err != nil || kind != frameSetup {
		return fmt.Errorf("read the setup: %w", errors.Join(err, errProtocol))
	}
	var s setup
	if err := json.Unmarshal(payload, &s); err != nil {
		return fmt.Errorf("read the setup: %w", err)
	}
	if s.Extract.OCR != extract.OCROff {
		s.Extract.Recognize = func(_ context.Context, g *image.Gray) (extract.Recognition, error) { return out.recognize(g, &frames) }
	}
	limits := append(limitProcess(s.AddressSpace), limitStack())
	read, lines, err := open(s)
	if err != nil {
		return err
	}
	lines = append(append(limits, lines...), lockUp(s.Extract.CacheDir, s.Extract.SpoolDir)...)
	if err := out.hello(lines); err != nil {
		return err
	}
	for {
		kind, payload, err := frames.next()
		if err == io.EOF {
			return nil // the parent hung up
		}
		if err != nil || kind != frameRead {
			return fmt.Errorf("read a request: %w", errors.Join(err, errProtocol))
		}
		req, err := (&decoder{b: payload}).request()
		f := in.file()
		if err != nil || f == nil {
			return fmt.Errorf("read a request: %w", errProtocol)
		}
		err = out.document(read(context.Background(), req.document, &content{f, req.size}, req.suspect))
		f.Close()
		if err != nil {
			return err
		}
	}
}

// limitStack ends a reader that recurses without end at 64 MiB, not at Go's 1 GB:
// in 0.1 s, not in 4. Nested as deep as their budgets allow, readers need less
// than 1 MiB.
func limitStack() Line {
	const limit = 64 << 20
	debug.SetMaxStack(limit)
	return Line{Key: "stack", Held: true, Detail: strconv.Itoa(limit)}
}

func socket() (*net.UnixConn, error) {
	f := os.NewFile(socketFD, "parent")
	defer f.Close()
	c, err := net.FileConn(f)
	if err != nil {
		return nil, fmt.Errorf("this command is started by poterne itself: %w", err)
	}
	u, ok := c.(*net.UnixConn)
	if !ok {
		c.Close()
		return nil, errors.New("this command is started by poterne itself")
	}
	return u, nil
}

// content is an open file that came from the parent.
type content struct {
	*os.File
	size int64
}

func (c *content) Size() int64 { return c.size }

// fileReader reads from the parent and keeps the files that come along.
type fileReader struct {
	conn  *net.UnixConn
	files []*os.File
}

func (r *fileReader) Read(p []byte) (int, error) {
	oob := make([]byte, syscall.CmsgSpace(4))
	n, oobn, _, _, err := r.conn.ReadMsgUnix(p, oob)
	if oobn > 0 {
		msgs, err := syscall.ParseSocketControlMessage(oob[:oobn])
		if err != nil {
			return 0, err
		}
		for i := range msgs {
			fds, err := syscall.ParseUnixRights(&msgs[i])
			if err != nil {
				return 0, err
			}
			for _, fd := range fds {
				r.files = append(r.files, os.NewFile(uintptr(fd), "document"))
			}
		}
	}
	if n == 0 && err == nil {
		err = io.EOF
	}
	return n, err
}

// file returns the next file that came, nil for none.
func (r *fileReader) file() *os.File {
	if len(r.files) == 0 {
		return nil
	}
	f := r.files[0]
	r.files = r.files[1:]
	return f
}

// output sends frames to the parent. Frames wait in memory that the parent
// shares, so that nothing of what was yielded is lost when this process dies,
// and no system call is made for each segment.
type output struct {
	conn   io.Writer
	start  *atomic.Uint64 // bytes that went through the socket before data[0]
	used   *atomic.Uint64 // bytes of data that are whole frames
	begun  *atomic.Uint64 // documents that were begun
	data   []byte
	enc    encoder
	number map[*poterne.Part]uint64
}

const (
	sharedHeader = 24
	sharedSize   = 256 << 10
	// flushAt is when frames leave without waiting for the end of the document:
	// the parent classifies while the child reads on.
	flushAt = 32 << 10
)

func newOutput(conn io.Writer) (*output, error) {
	mem, err := syscall.Mmap(sharedFD, 0, sharedSize, syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_SHARED)
	if err != nil {
		return nil, fmt.Errorf("share memory with the parent: %w", err)
	}
	syscall.Close(sharedFD)
	return &output{
		conn:  conn,
		start: (*atomic.Uint64)(unsafe.Pointer(&mem[0])),
		used:  (*atomic.Uint64)(unsafe.Pointer(&mem[8])),
		begun: (*atomic.Uint64)(unsafe.Pointer(&mem[16])),
		data:  mem[sharedHeader:],
	}, nil
}

func (o *output) hello(lines []Line) error {
	o.enc.begin(frameHello)
	o.enc.uint(uint64(len(lines)))
	for _, l := range lines {
		o.enc.string(l.Key)
		o.enc.bool(l.Held)
		o.enc.string(l.Detail[:min(len(l.Detail), maxCause)])
	}
	o.enc.end()
	return errors.Join(o.put(), o.flush())
}

// document sends all of one document. An error means that the parent is gone.
func (o *output) document(segments iter.Seq2[poterne.Segment, error]) error {
	o.begun.Add(1)
	o.number = make(map[*poterne.Part]uint64)
	for s, err := range segments {
		part := o.part(s.Part)
		if err != nil {
			var f *poterne.Failure
			if !errors.As(err, &f) {
				f = poterne.Fail(poterne.StageExtract, poterne.Malformed, err)
			}
			o.enc.failure(part, f)
		} else {
			s.Header, s.Place.Header = bounded(s.Header), bounded(s.Place.Header)
			s.Place.Sheet = bounded(s.Place.Sheet)
			o.enc.segment(part, s)
		}
		if err := o.put(); err != nil {
			return err
		}
	}
	o.enc.begin(frameEnd)
	o.enc.end()
	return errors.Join(o.put(), o.flush())
}

// recognize asks the parent for the text of a picture and waits for it.
func (o *output) recognize(g *image.Gray, answers *frameReader) (extract.Recognition, error) {
	if err := o.enc.picture(g, o.put); err != nil {
		return extract.Recognition{}, err
	}
	if err := o.flush(); err != nil {
		return extract.Recognition{}, err
	}
	kind, payload, err := answers.next()
	if err != nil {
		return extract.Recognition{}, err
	}
	return readRecognized(kind, payload)
}

// bounded cuts titles, which the extractor does not, so that a frame stays in its bound.
func bounded(s string) string {
	const limit = 64 << 10
	if len(s) <= limit {
		return s
	}
	return strings.ToValidUTF8(s[:limit], "")
}

// part returns the number of p; the first time, a frame tells about it.
func (o *output) part(p *poterne.Part) uint64 {
	if p == nil {
		return 0
	}
	n, ok := o.number[p]
	if !ok {
		n = uint64(len(o.number) + 1)
		o.number[p] = n
		o.enc.part(p)
	}
	return n
}

// put moves the encoded frames to the shared memory, or sends them where they do not fit.
func (o *output) put() error {
	frames := o.enc.buf
	o.enc.buf = o.enc.buf[:0]
	if used := int(o.used.Load()); used+len(frames) > len(o.data) {
		if err := o.flush(); err != nil {
			return err
		}
	}
	if len(frames) > len(o.data) {
		n, err := o.conn.Write(frames)
		o.start.Add(uint64(n))
		return err
	}
	used := o.used.Load()
	copy(o.data[used:], frames)
	o.used.Store(used + uint64(len(frames)))
	if used+uint64(len(frames)) >= flushAt {
		return o.flush()
	}
	return nil
}

// flush sends what waits. The order of the two stores matters to a parent that
// looks after a kill: between them, nothing is left in the shared memory.
func (o *output) flush() error {
	used := o.used.Load()
	if used == 0 {
		return nil
	}
	if _, err := o.conn.Write(o.data[:used]); err != nil {
		return err
	}
	o.used.Store(0)
	o.start.Add(used)
	return nil
}
