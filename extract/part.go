package extract

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"poterne"
)

// reader reads one part: it gives the text of in to out and returns what went
// wrong with the part as a whole, a *poterne.Failure where the kind is known;
// any other error becomes Malformed, or Partial where text was read before it.
//
// The methods of out return false once the consumer has had enough: the reader
// then returns at once, with any error. A reader starts no goroutine that
// outlives it, and holds no more of the file than it must.
type reader func(ctx context.Context, in *input, out *emitter) error

// engine is how a format is read; second may be nil.
type engine struct{ first, second reader }

// input is the content of one part. Reads end with the context's error once the
// context is done.
type input struct {
	x      *Extractor // options and engines
	r      io.ReaderAt
	size   int64
	name   string // last element of the name: a hint, never proof
	format string
}

// ReadAt implements io.ReaderAt over the content.
func (in *input) ReadAt(p []byte, off int64) (int, error) { return in.r.ReadAt(p, off) }

// stream returns a new reader of the content from its start.
func (in *input) stream() *io.SectionReader { return io.NewSectionReader(in.r, 0, in.size) }

// head returns the first n bytes of the content, or all of them.
func (in *input) head(n int) ([]byte, error) {
	b := make([]byte, min(int64(n), in.size))
	read, err := in.r.ReadAt(b, 0)
	if err == io.EOF {
		err = nil
	}
	return b[:read], err
}

// ext returns the name's extension in lower case, without the dot.
func (in *input) ext() string {
	return strings.ToLower(strings.TrimPrefix(path.Ext(in.name), "."))
}

// run is what one call of Extract shares over all parts: the consumer and the budgets.
type run struct {
	x         *Extractor
	ctx       context.Context
	yield     func(poterne.Segment, error) bool
	yielding  bool // the consumer is running
	stopped   bool // the consumer has had enough
	allowance int64
	members   int
	depth     int
	pictures  int // that were recognised
}

func (r *run) send(s poterne.Segment, err error) bool {
	if r.stopped {
		return false
	}
	r.yielding = true
	ok := r.yield(s, err)
	r.yielding = false
	r.stopped = !ok
	return ok
}

// errTooLarge is the cause of failures of a document that inflates beyond its budget.
var errTooLarge = errors.New("inflates beyond the budget")

// bounded counts the bytes of r against the budget of the document.
type bounded struct {
	run *run
	r   io.Reader
}

func (b bounded) Read(p []byte) (int, error) {
	if b.run.allowance <= 0 {
		return 0, poterne.Fail(poterne.StageExtract, poterne.TooLarge, errTooLarge)
	}
	if err := b.run.ctx.Err(); err != nil {
		return 0, err
	}
	if int64(len(p)) > b.run.allowance {
		p = p[:b.run.allowance]
	}
	n, err := b.r.Read(p)
	b.run.allowance -= int64(n)
	return n, err
}

// emitter takes the text of one part. It belongs to one goroutine.
type emitter struct {
	run   *run
	part  *poterne.Part
	texts int // segments sent, the name excepted
	chars int // bytes of text that stands on the pages themselves
	queue []member
}

// member is a document inside a document.
type member struct {
	name    string // path inside the container
	size    int64  // bytes as declared, 0 where unknown
	modTime time.Time
	// open gives the bytes. Where they are a poterne.Content they are read in
	// place, else they are spooled. What it returns is closed where it can be.
	open func() (io.Reader, error)
	// read is set in place of open for a member that lies in pieces in its
	// container; format is then what it is.
	read   reader
	format string
	// err is set in place of open for a member that cannot be read (Encrypted…).
	err error
}

// maxBody is where a segment's text is cut, at white space, in bytes: nothing
// that is looked for is as long.
const maxBody = 64 << 10

// text sends one stretch of text. Empty text is left out; text that is not
// UTF-8 is made so. It returns false when the reader shall stop.
func (out *emitter) text(p poterne.Place, body string) bool {
	return out.segment(poterne.Segment{Body: body, Place: p})
}

// cell sends one cell of a table; header is the title of its column, "" for none.
func (out *emitter) cell(sheet string, row, column int, header, body string) bool {
	return out.segment(poterne.Segment{
		Body:   body,
		Header: header,
		Place:  poterne.Place{Zone: poterne.ZoneCell, Sheet: sheet, Row: row, Column: column, Header: header},
	})
}

// property sends metadata as "name: value".
func (out *emitter) property(name, value string) bool {
	if blank(value) {
		return !out.run.stopped
	}
	return out.text(poterne.Place{Zone: poterne.ZoneProperty}, name+": "+value)
}

func (out *emitter) segment(s poterne.Segment) bool {
	s.Part = out.part
	if blank(s.Body) {
		return !out.run.stopped
	}
	if s.Place.Zone != poterne.ZoneName {
		out.texts++
	}
	switch s.Place.Zone {
	case poterne.ZoneBody, poterne.ZoneCell, poterne.ZoneNote:
		out.chars += len(s.Body)
	}
	if !utf8.ValidString(s.Body) {
		s.Body = strings.ToValidUTF8(s.Body, "\uFFFD")
	}
	for rest := s.Body; ; {
		if len(rest) <= maxBody {
			s.Body = rest
			return out.run.send(s, nil)
		}
		var cut, next = cutText(rest)
		s.Body, rest = rest[:cut], rest[next:]
		if !out.run.send(s, nil) {
			return false
		}
	}
}

// cutText says where the first piece of s ends and where the next one starts. Where
// the last quarter of the piece has no white space the pieces overlap, so that
// nothing short is lost in the cut.
func cutText(s string) (end, next int) {
	const overlap = 512
	if i := strings.LastIndexFunc(s[:maxBody], unicode.IsSpace); i > maxBody*3/4 {
		return i, i
	}
	end, next = maxBody, maxBody-overlap
	for !utf8.RuneStart(s[end]) {
		end--
	}
	for !utf8.RuneStart(s[next]) {
		next--
	}
	return end, next
}

func blank(s string) bool {
	return strings.TrimSpace(s) == ""
}

// fail reports that something of the part could not be read; the reader may go
// on. err must hold no text of the document. It returns false when the reader
// shall stop.
func (out *emitter) fail(kind poterne.Kind, err error) bool {
	return out.run.send(poterne.Segment{Part: out.part}, poterne.Fail(poterne.StageExtract, kind, err))
}

// report sends what a reader returned.
func (out *emitter) report(err error) {
	if err == nil || out.run.stopped {
		return
	}
	f := failure(err)
	if f.Kind == poterne.Malformed && out.texts > 0 {
		f = poterne.Fail(poterne.StageExtract, poterne.Partial, f.Unwrap())
	}
	out.run.send(poterne.Segment{Part: out.part}, f)
}

// inflate returns r with its bytes counted against the budget of the document:
// to be put around everything that decompresses or decodes.
func (out *emitter) inflate(r io.Reader) io.Reader { return bounded{out.run, r} }

// member leaves m to be read after the part: for containers that have text of
// their own and whose bytes can be read at any time.
func (out *emitter) member(m member) bool {
	if len(out.queue)+out.run.members >= out.run.x.opts.MaxMembers {
		return out.fail(poterne.TooLarge, errors.New("too many members"))
	}
	out.queue = append(out.queue, m)
	return !out.run.stopped
}

// stream reads m now: for containers whose members come one after the other.
// The part must not send text any more; it may still fail.
func (out *emitter) stream(m member) bool {
	r := out.run
	if r.stopped {
		return false
	}
	name := strings.ToValidUTF8(m.name, "\uFFFD")
	part := &poterne.Part{Member: name, Size: m.size, ModTime: m.modTime}
	if out.part.Member != "" {
		part.Member = out.part.Member + "!" + name
	}
	if r.members >= r.x.opts.MaxMembers {
		out.fail(poterne.TooLarge, errors.New("too many members"))
		return false
	}
	r.members++
	stop := func(err error) bool {
		part.Format = m.format
		sub := &emitter{run: r, part: part}
		if sub.text(poterne.Place{Zone: poterne.ZoneName}, name) {
			sub.report(err)
		}
		return !r.stopped
	}
	if m.err != nil {
		return stop(m.err)
	}
	if r.depth >= r.x.opts.MaxDepth {
		return stop(poterne.Fail(poterne.StageExtract, poterne.TooLarge, errors.New("members nested too deep")))
	}
	if m.read != nil {
		part.Format = m.format
		r.depth++
		r.scattered(m, part, name)
		r.depth--
		return !r.stopped
	}
	c, err := out.content(m)
	if c == nil {
		return stop(err)
	}
	defer c.Close()
	part.Size = c.Size()
	r.depth++
	r.part(&input{x: r.x, r: ctxReaderAt{r.ctx, c, c.Size()}, size: c.Size(), name: path.Base(name)}, part, name)
	r.depth--
	if err != nil {
		r.send(poterne.Segment{Part: part}, failure(err))
	}
	return !r.stopped
}

// scattered reads a member that has no bytes of its own.
func (r *run) scattered(m member, part *poterne.Part, name string) {
	sub := &emitter{run: r, part: part}
	if sub.text(poterne.Place{Zone: poterne.ZoneName}, name) {
		r.finish(sub, r.guard(m.read, &input{x: r.x, name: path.Base(name), format: m.format}, sub))
	}
}

// content opens m for random access. Where its bytes end in an error it returns
// both the bytes before it and the error.
func (out *emitter) content(m member) (poterne.Content, error) {
	rd, err := m.open()
	if err != nil {
		return nil, err
	}
	if c, ok := rd.(poterne.Content); ok {
		return c, nil
	}
	if c, ok := rd.(io.Closer); ok {
		defer c.Close()
	}
	o := out.run.x.opts
	c, err := spool(out.inflate(rd), o.SpoolMemory, o.SpoolDir)
	if err != nil {
		err = fmt.Errorf("read member: %w", err)
	}
	return c, err
}

// charge counts n bytes against the budget of the document.
func (r *run) charge(n int64) error {
	if r.allowance <= 0 {
		return poterne.Fail(poterne.StageExtract, poterne.TooLarge, errTooLarge)
	}
	r.allowance -= n
	return r.ctx.Err()
}
