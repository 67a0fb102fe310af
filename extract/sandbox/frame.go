package sandbox

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"time"

	"poterne"
)

// A frame is one type byte, the length of the payload as a uvarint, the payload.
// Inside a payload integers are varints and strings a uvarint length and bytes.
// The child's frames are read as hostile: every length is checked against a
// bound before anything is allocated, and whatever does not fit is errProtocol.
const (
	frameHello   = 'H' // child: ready; payload: the protections that hold
	framePart    = 'P' // child: a part begins to exist, numbered from 1
	frameSegment = 'S' // child: a segment of a part
	frameFailure = 'F' // child: a failure of a part
	frameEnd     = 'E' // child: the document is done
	framePicture = 'I' // child: a picture whose text is wanted; its rows follow
	frameRows    = 'D' // child: pixels of the picture
	frameSetup   = 'C' // parent: settings, once
	frameRead    = 'R' // parent: read this document; a file comes with it
	frameText    = 'T' // parent: the text of the picture
)

const (
	// maxFrame bounds a payload. The extractor cuts segments at 64 KiB; names of
	// sheets, headers and members add to it.
	maxFrame = 4 << 20
	// maxParts bounds the parts of one document: the extractor's default budget
	// is 100,000 members.
	maxParts = 1 << 20
	// maxCause bounds the cause of a failure, which goes to logs.
	maxCause = 240
)

var errProtocol = errors.New("the child broke the protocol")

// encoder appends frames to buf.
type encoder struct {
	buf   []byte
	start int // of the frame being written
}

func (e *encoder) begin(kind byte) {
	e.start = len(e.buf)
	// Four bytes hold the length of any frame up to maxFrame as a padded uvarint.
	e.buf = append(e.buf, kind, 0x80, 0x80, 0x80, 0)
}

func (e *encoder) end() {
	n := len(e.buf) - e.start - 5
	b := e.buf[e.start+1:]
	b[0], b[1], b[2], b[3] = byte(n)|0x80, byte(n>>7)|0x80, byte(n>>14)|0x80, byte(n>>21)&0x7f
}

func (e *encoder) uint(n uint64) { e.buf = binary.AppendUvarint(e.buf, n) }
func (e *encoder) int(n int64)   { e.buf = binary.AppendVarint(e.buf, n) }

func (e *encoder) string(s string) {
	e.uint(uint64(len(s)))
	e.buf = append(e.buf, s...)
}

func (e *encoder) bool(b bool) {
	if b {
		e.uint(1)
	} else {
		e.uint(0)
	}
}

func (e *encoder) time(t time.Time) {
	if t.IsZero() {
		e.bool(false)
		return
	}
	e.bool(true)
	e.int(t.Unix())
	e.int(int64(t.Nanosecond()))
}

func (e *encoder) part(p *poterne.Part) {
	e.begin(framePart)
	e.string(p.Member)
	e.string(p.Format)
	e.int(p.Size)
	e.time(p.ModTime)
	e.end()
}

// segment writes s of the part numbered part, 0 for none.
func (e *encoder) segment(part uint64, s poterne.Segment) {
	e.begin(frameSegment)
	e.uint(part)
	e.uint(uint64(s.Place.Zone))
	e.int(int64(s.Place.Page))
	e.int(int64(s.Place.Row))
	e.int(int64(s.Place.Column))
	e.string(s.Place.Sheet)
	e.string(s.Place.Header)
	e.string(s.Header)
	e.string(s.Body)
	e.end()
}

func (e *encoder) failure(part uint64, f *poterne.Failure) {
	e.begin(frameFailure)
	e.uint(part)
	e.string(string(f.Stage))
	e.string(string(f.Kind))
	cause := ""
	if err := f.Unwrap(); err != nil {
		cause = err.Error()
	}
	e.string(cause[:min(len(cause), maxCause)])
	e.end()
}

// request asks for one document. suspect is the member that killed the process
// which read the document before, nil at first.
type request struct {
	document poterne.Document
	size     int64
	suspect  *string
}

func (e *encoder) request(r request) {
	e.begin(frameRead)
	d := r.document
	e.string(string(d.ID))
	e.string(d.Share)
	e.string(d.Path)
	e.string(d.Member)
	e.int(d.Size)
	e.time(d.ModTime)
	e.int(r.size)
	e.bool(r.suspect != nil)
	if r.suspect != nil {
		e.string(*r.suspect)
	}
	e.end()
}

// decoder takes a payload apart. The first thing that does not fit sets bad, and
// everything after it is zero.
type decoder struct {
	b   []byte
	bad bool
}

func (d *decoder) uint() uint64 {
	n, k := binary.Uvarint(d.b)
	if k <= 0 {
		d.bad, d.b = true, nil
		return 0
	}
	d.b = d.b[k:]
	return n
}

func (d *decoder) int() int64 {
	n, k := binary.Varint(d.b)
	if k <= 0 {
		d.bad, d.b = true, nil
		return 0
	}
	d.b = d.b[k:]
	return n
}

// small returns an integer in 0..1<<31, as page, row and column are.
func (d *decoder) small() int {
	n := d.int()
	if n < 0 || n > 1<<31-1 {
		d.bad = true
		return 0
	}
	return int(n)
}

func (d *decoder) bytes() []byte {
	n := d.uint()
	if n > uint64(len(d.b)) {
		d.bad, d.b = true, nil
		return nil
	}
	s := d.b[:n]
	d.b = d.b[n:]
	return s
}

func (d *decoder) string() string { return string(d.bytes()) }

// same returns the next string, as last where it is equal: the sheet and the
// titles of columns come with each cell.
func (d *decoder) same(last *string) string {
	b := d.bytes()
	if string(b) != *last {
		*last = string(b)
	}
	return *last
}

func (d *decoder) bool() bool {
	switch d.uint() {
	case 0:
		return false
	case 1:
		return true
	}
	d.bad = true
	return false
}

func (d *decoder) time() time.Time {
	if !d.bool() {
		return time.Time{}
	}
	sec, nsec := d.int(), d.int()
	// Outside of these years a time cannot be written as RFC 3339.
	const first, last = -62135596800, 253402300799
	if sec < first || sec > last || nsec < 0 || nsec >= 1e9 {
		d.bad = true
		return time.Time{}
	}
	return time.Unix(sec, nsec).UTC()
}

// done returns errProtocol where the payload was not what it should be.
func (d *decoder) done() error {
	if d.bad || len(d.b) > 0 {
		return errProtocol
	}
	return nil
}

func (d *decoder) request() (request, error) {
	r := request{document: poterne.Document{
		ID:      poterne.ID(d.string()),
		Share:   d.string(),
		Path:    d.string(),
		Member:  d.string(),
		Size:    d.int(),
		ModTime: d.time(),
	}}
	r.size = d.int()
	if d.bool() {
		s := d.string()
		r.suspect = &s
	}
	return r, d.done()
}

// replies turns the frames of one document into parts, segments and failures.
type replies struct {
	parts                       []*poterne.Part
	sheet, placeHeader, heading string // as last seen
}

// adopt is asked for each new part and says which part stands for it.
type adopt func(poterne.Part) *poterne.Part

func (r *replies) part(payload []byte, f adopt) error {
	d := decoder{b: payload}
	p := poterne.Part{Member: d.string(), Format: d.string(), Size: d.int(), ModTime: d.time()}
	if err := d.done(); err != nil || len(r.parts) >= maxParts || p.Size < 0 {
		return errProtocol
	}
	r.parts = append(r.parts, f(p))
	return nil
}

func (r *replies) numbered(n uint64) (*poterne.Part, bool) {
	switch {
	case n == 0:
		return nil, true
	case n > uint64(len(r.parts)):
		return nil, false
	}
	return r.parts[n-1], true
}

func (r *replies) segment(payload []byte) (poterne.Segment, error) {
	d := decoder{b: payload}
	var s poterne.Segment
	var ok bool
	if s.Part, ok = r.numbered(d.uint()); !ok {
		return s, errProtocol
	}
	zone := d.uint()
	if zone > uint64(poterne.ZonePrompt) {
		return s, errProtocol
	}
	s.Place.Zone = poterne.Zone(zone)
	s.Place.Page, s.Place.Row, s.Place.Column = d.small(), d.small(), d.small()
	s.Place.Sheet = d.same(&r.sheet)
	s.Place.Header = d.same(&r.placeHeader)
	s.Header = d.same(&r.heading)
	s.Body = d.string()
	return s, d.done()
}

func (r *replies) failure(payload []byte) (*poterne.Part, *poterne.Failure, error) {
	d := decoder{b: payload}
	p, ok := r.numbered(d.uint())
	stage, kind, cause := poterne.Stage(d.string()), poterne.Kind(d.string()), d.bytes()
	if d.done() != nil || !ok || stage != poterne.StageExtract || !known(kind) || len(cause) > maxCause {
		return nil, nil, errProtocol
	}
	if len(cause) == 0 {
		return p, poterne.Fail(stage, kind, nil), nil
	}
	return p, poterne.Fail(stage, kind, fmt.Errorf("%q", cause)), nil
}

func known(k poterne.Kind) bool {
	for _, kind := range poterne.Kinds() {
		if k == kind {
			return true
		}
	}
	return false
}

// frameReader reads frames; the payload is good until the next call.
type frameReader struct {
	r interface {
		io.Reader
		io.ByteReader
	}
	buf []byte
}

// next returns the next frame. io.EOF means that the other side hung up between
// two frames.
func (f *frameReader) next() (kind byte, payload []byte, err error) {
	if kind, err = f.r.ReadByte(); err != nil {
		return 0, nil, err
	}
	n, err := binary.ReadUvarint(f.r)
	if err != nil {
		return 0, nil, torn(err)
	}
	if n > maxFrame {
		return 0, nil, errProtocol
	}
	if uint64(cap(f.buf)) < n {
		f.buf = make([]byte, n)
	}
	if _, err := io.ReadFull(f.r, f.buf[:n]); err != nil {
		return 0, nil, torn(err)
	}
	return kind, f.buf[:n], nil
}

// torn makes the end of the stream inside a frame an error of its own.
func torn(err error) error {
	if err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}
