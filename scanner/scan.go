package scanner

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"iter"
	"runtime"
	"runtime/debug"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"
	"golang.org/x/sync/semaphore"

	"poterne"
)

// ErrUnreachable says that not one root of the scan could be listed.
var ErrUnreachable = errors.New("no share could be reached")

// Options of a scan. Run and Stamp are needed; zero elsewhere means the default.
type Options struct {
	Run    string        // id of the run, given by the ledger
	Stamp  poterne.Stamp // versions in force; Content is not used
	Shares []string      // shares that the source walks; swept where their walk ended whole
	Full   bool          // read all again, whatever the stamps say
	// Covers says whether the source would list this path: what it would not is never
	// swept. Nil covers all.
	Covers func(share, path string) bool
	// MassDelete sweeps a share even where most of it left: an unmounted share looks
	// like an empty one.
	MassDelete bool
	Workers    int // default GOMAXPROCS: extraction and detection are CPU-bound
	// Memory bounds the bytes of documents being read at once; default 256 MiB. A
	// document larger than that is read alone.
	Memory int64
	// Drain ends the walk when closed: documents in flight are finished, committed,
	// and nothing is swept. Nil never drains.
	Drain <-chan struct{}
	// Progress is called by one goroutine after each document; it must be quick.
	Progress func(Progress)
	// Emit is called by one goroutine with each record that the run made, once it is
	// durable; where Unchanged is set, with those of unchanged documents too, which
	// are read from the ledger for it.
	Emit      func(r poterne.Record, unchanged bool)
	Unchanged bool
	// Review is called by several goroutines with the decided records of a document
	// and its members, before they are stored, and returns them as persons decided;
	// its error ends the scan. Nil changes nothing.
	Review func(context.Context, []poterne.Record) ([]poterne.Record, error)
}

func (o Options) withDefaults() Options {
	if o.Workers <= 0 {
		o.Workers = runtime.GOMAXPROCS(0)
	}
	if o.Memory <= 0 {
		o.Memory = 256 << 20
	}
	if o.Covers == nil {
		o.Covers = func(string, string) bool { return true }
	}
	if o.Progress == nil {
		o.Progress = func(Progress) {}
	}
	return o
}

// Progress is where a scan stands.
type Progress struct {
	Summary
	Share string // of the document just done
}

// Summary counts what a scan did. Walked = Unchanged + Recorded once it has ended
// without an error; members of containers are counted apart.
type Summary struct {
	Walked    int // documents and folders that the source yielded
	Unchanged int // nothing to do
	Recorded  int // decided or read again, failures too
	Opened    int // read
	Redecided int // decided again from stored findings, not read
	Moved     int // content known under another path: not read
	Members   int // records of members, among documents recorded
	Swept     int // records of documents that left
	Bytes     int64
	Failures  map[poterne.Kind]int
	Classes   map[poterne.Class]int
	Drained   bool          // the walk was ended early
	Complete  []string      // shares whose walk ended whole
	Held      []string      // of these, shares that lost so much that nothing was swept
	Elapsed   time.Duration // wall time
}

// Run walks the source and carries each document to the index and the ledger. It
// returns an error where the context ended or a store, the classifier or all
// roots failed; a bad document is a record, never an error. The summary is
// filled whatever the error.
func Run(ctx context.Context, rooms Rooms, opts Options) (Summary, error) {
	opts = opts.withDefaults()
	start := time.Now()
	tasks := make(chan task, waiting)
	bundles := make(chan bundle, batchRecords)
	w := &walker{rooms: rooms, opts: opts, failed: map[string][]string{}, listed: map[string]int{}}
	wr := newWriter(rooms, opts)

	g, gctx := errgroup.WithContext(ctx)
	g.Go(func() (err error) {
		defer close(tasks)
		defer recovered(&err)
		return w.run(gctx, tasks)
	})
	var working sync.WaitGroup
	var left atomic.Int64 // tasks that a drain left undone
	// Two brakes: workers bound the CPU, bytes bound the memory.
	bytes := semaphore.NewWeighted(opts.Memory)
	for range opts.Workers {
		working.Add(1)
		g.Go(func() (err error) {
			defer working.Done()
			defer recovered(&err)
			return work(gctx, rooms, opts, bytes, tasks, bundles, &left)
		})
	}
	g.Go(func() error {
		working.Wait()
		close(bundles)
		return nil
	})
	g.Go(func() (err error) {
		defer recovered(&err)
		return wr.run(gctx, bundles)
	})

	err := g.Wait()
	if n := int(left.Load()); n > 0 {
		w.walked, w.drained = w.walked-n, true
	}
	sum := wr.sum
	sum.Walked, sum.Drained = w.walked, w.drained
	if err == nil {
		sum.Complete = w.complete()
		if len(sum.Complete) == 0 && len(opts.Shares) > 0 && !sum.Drained {
			err = ErrUnreachable
		}
	}
	if err == nil {
		if err = sweep(ctx, rooms, opts, w, &sum); err != nil {
			err = fmt.Errorf("forget documents that left: %w", err)
		}
	}
	sum.Elapsed = time.Since(start)
	return sum, err
}

// waiting is how many tasks lie between the walker and the workers: to hand over each
// one by itself costs more than to see that a document is unchanged.
const waiting = 64

// task is a document to look at, or a folder that could not be listed.
type task struct {
	doc     poterne.Document
	failure *poterne.Failure
}

// walker feeds the workers and remembers what it could not see.
type walker struct {
	rooms   Rooms
	opts    Options
	walked  int
	drained bool
	failed  map[string][]string // folders that could not be listed, by share; "" is the root
	listed  map[string]int      // documents listed, by share
}

func (w *walker) run(ctx context.Context, tasks chan<- task) error {
	for doc, err := range w.rooms.Source.Documents(ctx) {
		t := task{doc: doc}
		if err != nil && !errors.As(err, &t.failure) {
			return fmt.Errorf("list documents: %w", err)
		}
		if t.failure != nil {
			w.failed[doc.Share] = append(w.failed[doc.Share], doc.Path)
		} else {
			w.listed[doc.Share]++
		}
		// A drain wins over a waiting worker.
		if closed(w.opts.Drain) {
			w.drained = true
			return nil
		}
		select { // one channel is looked at for a third of the price of three
		case tasks <- t:
			w.walked++
			continue
		default:
		}
		select {
		case tasks <- t:
			w.walked++
		case <-w.opts.Drain:
			w.drained = true
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return ctx.Err()
}

func closed(c <-chan struct{}) bool {
	select {
	case <-c:
		return true
	default:
		return false
	}
}

// complete lists the shares whose root could be listed, where the walk was not cut.
func (w *walker) complete() []string {
	if w.drained {
		return nil
	}
	var whole []string
	for _, s := range w.opts.Shares {
		root := false
		for _, folder := range w.failed[s] {
			root = root || folder == ""
		}
		if !root {
			whole = append(whole, s)
		}
	}
	return whole
}

// massDeletion is how many records may leave at once, from where on a share that
// loses more than it still holds is taken for one that is not mounted as a whole.
const massDeletion = 20

// sweep forgets the documents that the run did not see, of shares whose walk
// ended whole, save below folders that could not be listed and where the source
// does not look: an unreachable folder drops nothing. The index goes first: a
// crash in between is repaired by the next run, which finds them unseen again.
func sweep(ctx context.Context, rooms Rooms, opts Options, w *walker, sum *Summary) error {
	gone := func(share, path string) bool {
		for _, folder := range w.failed[share] {
			if strings.HasPrefix(path, folder+"/") {
				return false
			}
		}
		return opts.Covers(share, path)
	}
	for _, share := range sum.Complete {
		ids, err := rooms.Ledger.Unseen(ctx, opts.Run, []string{share}, gone)
		if err != nil {
			return err
		}
		left := w.listed[share]
		if most := left == 0 && len(ids) > 0 || len(ids) > max(left, massDeletion); most && !opts.MassDelete {
			sum.Held = append(sum.Held, share)
			continue
		}
		for part := range chunks(ids, batchRecords) {
			if err := cmp.Or(rooms.Index.Delete(ctx, part...), rooms.Ledger.Drop(ctx, opts.Run, part...)); err != nil {
				return err
			}
		}
		sum.Swept += len(ids)
	}
	return nil
}

// recovered makes an error of a panic: in a goroutine it would end the program
// with the code of bad usage, and the run without a word.
func recovered(err *error) {
	if r := recover(); r != nil {
		*err = fmt.Errorf("panic: %v\n%s", r, debug.Stack())
	}
}

// Pending yields the documents that Run would open, and changes nothing. What
// cannot be listed is passed over: Run would record it.
func Pending(ctx context.Context, rooms Rooms, opts Options) iter.Seq2[poterne.Document, error] {
	return func(yield func(poterne.Document, error) bool) {
		for d, err := range rooms.Source.Documents(ctx) {
			var f *poterne.Failure
			if errors.As(err, &f) {
				continue
			}
			var change change
			if err == nil {
				var stored poterne.Record
				var found bool
				stored, found, err = rooms.Ledger.Current(ctx, d)
				change = compare(d, stored, found, opts)
			}
			if err != nil {
				yield(d, err)
				return
			}
			if change == contents && !yield(d, nil) {
				return
			}
		}
	}
}

// Judge makes the records of one open document, the document first, and stores
// nothing. Of rooms it needs the extractor, the classifier and the policy. The
// caller closes the content.
func Judge(ctx context.Context, rooms Rooms, d poterne.Document, content poterne.Content) ([]poterne.Record, error) {
	return handler{rooms: rooms}.read(ctx, d, content, "")
}
