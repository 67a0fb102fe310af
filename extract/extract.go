// Package extract turns one file into segments of text, one file per format.
//
// [New] makes an [Extractor]; [Extractor.Extract] yields what a reader of the
// file could see or search, as it comes: nothing holds a whole document. The
// type of a file is told by its content, never by its name alone.
package extract

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"sort"

	"poterne"
)

// version changes whenever the segments of some file may change: documents are
// then read again.
const version = "5"

// Options are the limits of extraction. The zero value works.
type Options struct {
	// MaxDepth is how deep members of members are opened (default 8). Real mail
	// archives reach 5: a zip in a message in a message in an mbox in a tar.gz.
	MaxDepth int
	// MaxMembers bounds the members of one document, at all depths (default 100,000).
	MaxMembers int
	// MaxBytes bounds what one document inflates to, in bytes, at all depths
	// (default 4 GiB).
	MaxBytes int64
	// MaxRatio bounds what one document inflates to as a multiple of its size,
	// once above 256 MiB (default 300). DEFLATE itself reaches 1,032; XML of real
	// workbooks stays below 60.
	MaxRatio int64
	// SpoolDir is where members too large for memory are written, to files that
	// have no name any more (default the system's temporary folder).
	SpoolDir string
	// SpoolMemory is how much of one member is kept in memory before it is
	// spooled, in bytes (default 32 MiB).
	SpoolMemory int64
	// CacheDir keeps compiled code of the PDF engine, "" for none.
	CacheDir string
	// Passwords are tried on files that a password protects. They are kept in
	// memory only.
	Passwords []string
	// OCR says in which pictures text is looked for, by Recognize; nil for none.
	OCR       OCR
	Recognize Recognizer `json:"-"`
	// SecondEngine asks for the second reader, where the format has one, of the
	// part named SecondMember ("" for the document itself): the one that killed the
	// process that read it before. All other parts have their first reader.
	SecondEngine bool
	SecondMember string
}

func (o Options) withDefaults() Options {
	set := func(n *int64, d int64) {
		if *n <= 0 {
			*n = d
		}
	}
	if o.MaxDepth <= 0 {
		o.MaxDepth = 8
	}
	if o.MaxMembers <= 0 {
		o.MaxMembers = 100_000
	}
	set(&o.MaxBytes, 4<<30)
	set(&o.MaxRatio, 300)
	set(&o.SpoolMemory, 32<<20)
	return o
}

// Extractor reads files. It may be used by several goroutines at once.
type Extractor struct {
	opts    Options
	formats map[string]engine
	pdf     pdfEngine
}

// New returns an extractor. The caller closes it.
func New(o Options) *Extractor {
	return &Extractor{opts: o.withDefaults(), formats: formats()}
}

// Close frees the engines that were started.
func (x *Extractor) Close() error { return x.pdf.Close() }

// Version names the state of the readers, for stamps.
func (x *Extractor) Version() poterne.Version { return poterne.Version(version + secondVersion) }

// Formats lists the names of the formats that are read, sorted.
func Formats() []string {
	var names []string
	for name := range formats() {
		names = append(names, name)
	}
	sort.Strings(names)
	return names
}

// Extract yields the segments of d, whose content is c, one part after the
// other, the document itself first. Each part starts with a segment of ZoneName.
//
// An error is a *poterne.Failure; it comes with a segment that has only its Part
// set, and the sequence may go on after it. A container may report a failure
// after its members. The caller closes c, after the sequence has ended.
func (x *Extractor) Extract(ctx context.Context, d poterne.Document, c poterne.Content) iter.Seq2[poterne.Segment, error] {
	return func(yield func(poterne.Segment, error) bool) {
		run := &run{x: x, ctx: ctx, yield: yield}
		run.allowance = x.opts.allowance(c.Size())
		in := &input{x: x, r: ctxReaderAt{ctx, c, c.Size()}, size: c.Size(), name: d.Name()}
		run.part(in, &poterne.Part{Member: d.Member, ModTime: d.ModTime}, d.Full())
	}
}

// allowance is how many bytes a document of size bytes may inflate to.
func (o Options) allowance(size int64) int64 {
	const floor = 256 << 20 // small files may be legitimately well compressed
	limit := int64(floor)
	if size > floor/o.MaxRatio {
		limit = size * o.MaxRatio
		if limit/o.MaxRatio != size {
			limit = o.MaxBytes
		}
	}
	return min(limit, o.MaxBytes)
}

// part detects the format of in and runs its reader, then the members that the
// reader left for later. name is the body of the segment of ZoneName.
func (r *run) part(in *input, part *poterne.Part, name string) {
	out := &emitter{run: r, part: part}
	format, err := detect(in)
	if format == "ooxml-encrypted" && err == nil {
		if open := unlock(r.ctx, in, r.x.opts.Passwords); open != nil {
			in = open
			format, err = detect(in)
		}
	}
	part.Format, in.format = format, format
	if !out.text(poterne.Place{Zone: poterne.ZoneName}, name) {
		return
	}
	if err == nil && format == "" {
		err = poterne.Fail(poterne.StageExtract, poterne.Unsupported, nil)
	}
	if err == nil && format != formatEmpty {
		err = r.read(in, out)
	}
	r.finish(out, err)
}

// finish reports how the reader of a part ended and reads the members that it
// left for later.
func (r *run) finish(out *emitter, err error) {
	out.report(err)
	for i := 0; i < len(out.queue) && !r.stopped; i++ {
		m := out.queue[i]
		out.queue[i] = member{}
		out.stream(m)
	}
}

// read runs the first reader of the format, and the second where the first
// could make nothing of the file.
func (r *run) read(in *input, out *emitter) error {
	e, ok := r.x.formats[in.format]
	if !ok {
		return poterne.Fail(poterne.StageExtract, poterne.Unsupported, fmt.Errorf("no reader for %s", in.format))
	}
	if r.x.opts.SecondEngine && e.second != nil && out.part.Member == r.x.opts.SecondMember {
		return r.guard(e.second, in, out)
	}
	err := r.guard(e.first, in, out)
	var f *poterne.Failure
	if err == nil || e.second == nil || r.stopped || out.texts > 0 {
		return err
	}
	if f = failure(err); f.Kind != poterne.Malformed && f.Kind != poterne.Crashed {
		return err
	}
	if again := r.guard(e.second, in, out); again == nil || out.texts > 0 {
		return again
	}
	return err
}

// guard runs one reader and turns a panic of the reader, not of the consumer,
// into a failure. The panic's value may hold text of the document: only its type
// is kept.
func (r *run) guard(read reader, in *input, out *emitter) (err error) {
	defer func() {
		if r.yielding {
			return // the consumer's own panic goes on
		}
		if v := recover(); v != nil {
			err = poterne.Fail(poterne.StageExtract, poterne.Crashed, fmt.Errorf("reader of %s panicked: %T", in.format, v))
		}
	}()
	return read(r.ctx, in, out)
}

// failure returns err as a failure: a *poterne.Failure as it is, the end of the
// context as Timeout, a missing file as Vanished, all else as Malformed.
func failure(err error) *poterne.Failure {
	var f *poterne.Failure
	switch {
	case errors.As(err, &f):
		return f
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, context.Canceled):
		return poterne.Fail(poterne.StageExtract, poterne.Timeout, err)
	}
	return poterne.Fail(poterne.StageExtract, poterne.Malformed, err)
}

// ctxReaderAt ends reads once ctx is done, so that every reader ends, and says so
// where a content ends before its size: a file that shrinks or goes while it is read
// would else look as if it were read whole.
type ctxReaderAt struct {
	ctx context.Context
	io.ReaderAt
	size int64
}

var errShrunk = errors.New("ends before its size")

func (c ctxReaderAt) ReadAt(p []byte, off int64) (int, error) {
	if err := c.ctx.Err(); err != nil {
		return 0, err
	}
	n, err := c.ReaderAt.ReadAt(p, off)
	if err == io.EOF && n < len(p) && off+int64(n) < c.size {
		err = poterne.Fail(poterne.StageExtract, poterne.Vanished, errShrunk)
	}
	return n, err
}
