//go:build linux || darwin

package sandbox

import (
	"context"
	"errors"
	"fmt"
	"image"
	"io"
	"iter"
	"os"
	"os/exec"
	"runtime"
	"sync"
	"time"

	"poterne"
	"poterne/extract"
)

// Pool is a set of children. It may be used by several goroutines at once.
type Pool struct {
	opts    Options
	version poterne.Version
	slots   chan struct{} // one for each child that works
	starts  chan func()   // run by a thread that lives as long as the pool
	closed  chan struct{}
	close   sync.Once
	mu      sync.Mutex
	idle    []*process
}

// New returns a pool; children are started when they are needed. The caller
// closes the pool.
func New(o Options) (*Pool, error) {
	o, err := o.withDefaults()
	if err != nil {
		return nil, fmt.Errorf("extract in child processes: %w", err)
	}
	p := &Pool{opts: o, version: version(o.Extract), slots: make(chan struct{}, o.Workers), starts: make(chan func()), closed: make(chan struct{})}
	go func() {
		// Linux kills a child when the thread that started it ends, which Go's
		// threads may do at any time unless they are held.
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		for f := range p.starts {
			f()
		}
	}()
	return p, nil
}

// Version names the state of the readers, for stamps.
func (p *Pool) Version() poterne.Version { return p.version }

// Close waits for the documents that are being read and ends all children.
func (p *Pool) Close() error {
	p.close.Do(func() {
		close(p.closed)
		for range cap(p.slots) {
			p.slots <- struct{}{}
		}
		for _, c := range p.idle {
			c.close()
		}
		close(p.starts)
	})
	return nil
}

// Extract yields the segments of d, as [extract.Extractor.Extract] does, read by
// a child. A child that dies or is killed at a limit is a failure of the part it
// was reading: Timeout, Memory or Crashed; the parts that were not reached make
// the document Partial. The caller closes c, after the sequence has ended.
func (p *Pool) Extract(ctx context.Context, d poterne.Document, c poterne.Content) iter.Seq2[poterne.Segment, error] {
	return func(yield func(poterne.Segment, error) bool) {
		fail := func(part *poterne.Part, kind poterne.Kind, cause error) bool {
			return yield(poterne.Segment{Part: part}, poterne.Fail(poterne.StageExtract, kind, cause))
		}
		select {
		case p.slots <- struct{}{}:
		case <-p.closed:
			fail(nil, poterne.Crashed, errClosed)
			return
		case <-ctx.Done():
			fail(nil, poterne.Timeout, ctx.Err())
			return
		}
		defer func() { <-p.slots }()

		f, done, err := p.opts.file(ctx, c)
		if err != nil {
			var failure *poterne.Failure
			if !errors.As(err, &failure) {
				failure = poterne.Fail(poterne.StageExtract, poterne.Vanished, err)
			}
			yield(poterne.Segment{}, failure)
			return
		}
		defer done()

		j := &job{pool: p, ctx: ctx, doc: d, file: f, size: c.Size(), yield: yield}
		dead := j.attempt(nil)
		if dead == nil || j.stopped {
			return
		}
		last := j.last()
		if ctx.Err() != nil {
			fail(last, poterne.Timeout, ctx.Err())
			return
		}
		again := j.again(last)
		if j.stopped || !fail(last, dead.kind, dead.cause) || again == nil {
			return
		}
		// The second child died too: what comes after the part that killed is unread.
		first, stuck := j.first(), j.last()
		if stuck != last && !fail(stuck, again.kind, again.cause) {
			return
		}
		if stuck != first {
			fail(first, poterne.Partial, errors.New("members after the one that killed its reader were not read"))
		}
	}
}

// take returns a child, an idle one where there is one.
func (p *Pool) take() (*process, error) {
	p.mu.Lock()
	if n := len(p.idle); n > 0 {
		c := p.idle[n-1]
		p.idle = p.idle[:n-1]
		p.mu.Unlock()
		return c, nil
	}
	p.mu.Unlock()
	return p.start()
}

func (p *Pool) start() (*process, error) {
	type result struct {
		c   *process
		err error
	}
	ready := make(chan result, 1)
	p.starts <- func() {
		c, err := start(p.opts)
		ready <- result{c, err}
	}
	r := <-ready
	return r.c, r.err
}

// startCommand starts a process that dies with this one.
func (p *Pool) startCommand(cmd *exec.Cmd) error {
	started := make(chan error, 1)
	p.starts <- func() { started <- cmd.Start() }
	return <-started
}

// put takes a child back, or ends it where it has served its time.
func (p *Pool) put(c *process) {
	c.served++
	if _, rss := c.usage.read(); c.served >= p.opts.FilesPerChild || rss > p.opts.MaxRSS {
		c.close()
		return
	}
	p.mu.Lock()
	p.idle = append(p.idle, c)
	p.mu.Unlock()
}

// job is one document on its way through one or two children.
type job struct {
	pool    *Pool
	ctx     context.Context
	doc     poterne.Document
	file    *os.File
	size    int64
	yield   func(poterne.Segment, error) bool
	stopped bool // the consumer has had enough

	pictures int // that children showed

	parts []*poterne.Part // of the attempts so far, in order
	// After a crash: parts that were read whole before, by member and how often;
	// the second child's segments of them are known already.
	whole map[string]int
	known map[*poterne.Part]bool
	stuck *poterne.Part // the part that killed
}

func (j *job) first() *poterne.Part {
	if len(j.parts) == 0 {
		return nil
	}
	return j.parts[0]
}

func (j *job) last() *poterne.Part {
	if len(j.parts) == 0 {
		return nil
	}
	return j.parts[len(j.parts)-1]
}

// again reads the document in a fresh child, with the second engine for the part
// that killed the first.
func (j *job) again(stuck *poterne.Part) *death {
	suspect := j.doc.Member
	j.whole, j.known, j.stuck = map[string]int{}, map[*poterne.Part]bool{}, stuck
	if stuck != nil {
		suspect = stuck.Member
		for _, p := range j.parts[:len(j.parts)-1] {
			j.whole[p.Member]++
		}
	}
	return j.attempt(&suspect)
}

// adopt says which part stands for a part that a child tells about: in a second
// attempt, the part that killed goes on where it was.
func (j *job) adopt(p poterne.Part) *poterne.Part {
	switch {
	case j.whole[p.Member] > 0:
		j.whole[p.Member]--
		for _, known := range j.parts {
			if known.Member == p.Member {
				j.known[known] = true
				return known
			}
		}
	case j.stuck != nil && p.Member == j.stuck.Member:
		return j.stuck
	}
	j.parts = append(j.parts, &p)
	return &p
}

// attempt reads the document in one child and returns how the child died, nil
// where it did not.
func (j *job) attempt(suspect *string) *death {
	dead, began := j.try(suspect, j.pool.take)
	if dead != nil && !began && !j.stopped && j.ctx.Err() == nil {
		// An idle child that was killed by others: the document has no part in it.
		dead, _ = j.try(suspect, j.pool.start)
	}
	return dead
}

// try hands the document to a child from take, and says how it died and whether
// it had begun the document.
func (j *job) try(suspect *string, take func() (*process, error)) (dead *death, began bool) {
	c, err := j.child(suspect, take)
	if err != nil {
		return &death{poterne.Crashed, err}, true
	}
	whole := false
	defer func() {
		c.watch.stop()
		c.watch = nil
		if whole {
			j.pool.put(c)
		} else {
			c.close()
		}
	}()
	stop := context.AfterFunc(j.ctx, func() { c.kill(poterne.Timeout) })
	defer stop()

	var in replies
	var shown gathered
	for {
		kind, payload, err := c.frames.next()
		if err != nil && err != errProtocol {
			v := c.verdict()
			return &v, c.began()
		}
		switch kind {
		case framePart:
			err = in.part(payload, j.adopt)
		case frameSegment:
			var s poterne.Segment
			if s, err = in.segment(payload); err == nil && !j.known[s.Part] {
				j.stopped = !j.yield(s, nil)
			}
		case frameFailure:
			var part *poterne.Part
			var f *poterne.Failure
			if part, f, err = in.failure(payload); err == nil {
				j.stopped = !j.yield(poterne.Segment{Part: part}, f)
			}
		case framePicture:
			if j.pictures++; j.pool.opts.Tesseract == nil || j.pictures > 2*extract.MaxPictures {
				err = errProtocol // twice: a second child begins again
			} else {
				err = shown.begin(payload)
			}
		case frameRows:
			var picture bool
			if picture, err = shown.rows(payload); picture {
				err = j.recognize(c, shown.take())
			}
		case frameEnd:
			if len(payload) == 0 {
				whole = stop() // a child that is being killed is not taken back
				return nil, true
			}
			err = errProtocol
		default:
			err = errProtocol
		}
		if err != nil {
			return &death{poterne.Crashed, err}, true
		}
		if j.stopped {
			return nil, true
		}
	}
}

// pictureCPU is the processor time that a child may take more for each picture:
// drawing a page takes 0.3 s.
const pictureCPU = 2 * time.Second

// recognize answers a child with the text of a picture.
func (j *job) recognize(c *process, g *image.Gray) error {
	c.watch.grant(pictureCPU)
	seen, failed := j.pool.opts.Tesseract.recognize(j.ctx, g, j.pool.startCommand)
	var enc encoder
	enc.recognized(seen, failed == nil)
	_, err := c.conn.Write(enc.buf)
	return err
}

// child returns a child that has been handed the document. An idle child may
// have been killed by others meanwhile: one that cannot be asked is replaced once.
func (j *job) child(suspect *string, take func() (*process, error)) (*process, error) {
	if suspect != nil {
		take = j.pool.start // a fresh one
	}
	r := request{document: j.doc, size: j.size, suspect: suspect}
	var failed error
	for range 2 {
		c, err := take()
		if err != nil {
			return nil, err
		}
		c.watch = j.pool.opts.watch(c, j.size)
		if err = c.ask(r, j.file); err == nil {
			return c, nil
		}
		c.watch.stop()
		c.close()
		failed, take = err, j.pool.start
	}
	return nil, fmt.Errorf("hand a document to a child: %w", failed)
}

// file returns a file that holds c and can be handed to a child: the open file
// itself where c has one, else a copy in memory or in a file without a name.
func (o Options) file(ctx context.Context, c poterne.Content) (f *os.File, done func(), err error) {
	if has, ok := c.(interface{ File() *os.File }); ok {
		if f := has.File(); f != nil {
			return f, func() {}, nil
		}
	}
	if c.Size() > o.SpoolLimit {
		return nil, nil, poterne.Fail(poterne.StageExtract, poterne.TooLarge, errors.New("too large to be handed to a child"))
	}
	if c.Size() <= o.Extract.SpoolMemory || (o.Extract.SpoolMemory == 0 && c.Size() <= 32<<20) {
		f, err = memoryFile()
	} else if f, err = os.CreateTemp(o.Extract.SpoolDir, "poterne-*"); err == nil {
		err = os.Remove(f.Name())
	}
	if err != nil {
		return nil, nil, poterne.Fail(poterne.StageExtract, poterne.Memory, fmt.Errorf("copy for a child: %w", err))
	}
	src := &source{ctx: ctx, r: io.NewSectionReader(c, 0, c.Size())}
	if _, err := io.Copy(f, src); err != nil {
		f.Close()
		if src.err != nil {
			return nil, nil, src.err
		}
		return nil, nil, poterne.Fail(poterne.StageExtract, poterne.Memory, fmt.Errorf("copy for a child: %w", err))
	}
	return f, func() { f.Close() }, nil
}

// source remembers the error of a document, so that it can be told from that of
// the copy, and ends with ctx.
type source struct {
	ctx context.Context
	r   io.Reader
	err error
}

func (s *source) Read(b []byte) (int, error) {
	if err := s.ctx.Err(); err != nil {
		s.err = poterne.Fail(poterne.StageExtract, poterne.Timeout, err)
		return 0, s.err
	}
	n, err := s.r.Read(b)
	if err != nil && err != io.EOF {
		s.err = err
	}
	return n, err
}
