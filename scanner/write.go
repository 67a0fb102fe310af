package scanner

import (
	"context"
	"fmt"
	"iter"
	"time"

	"poterne"
)

// A batch is flushed at whichever comes first. 1,000 records: past that bleve
// gains nothing and its memory doubles (measured); 2 MB: its peak is 50 times the
// text of a batch; 2 s: what a crash may cost.
const (
	batchRecords = 1000
	batchBytes   = 2 << 20
	batchWait    = 2 * time.Second
)

// publishEvery is how old the answers of a scan under way may be. The first batch
// is published at once, so that a first scan can be asked while it runs.
const publishEvery = 5 * time.Minute

// writer batches bundles into the stores. It owns the counters of the scan.
type writer struct {
	rooms Rooms
	opts  Options
	sum   Summary

	batch []bundle
	count int // records in batch
	bytes int // rough size of the batch

	published time.Time
}

func newWriter(rooms Rooms, opts Options) *writer {
	return &writer{rooms: rooms, opts: opts, sum: Summary{Failures: map[poterne.Kind]int{}, Classes: map[poterne.Class]int{}}}
}

func (w *writer) run(ctx context.Context, bundles <-chan bundle) error {
	tick := time.NewTicker(batchWait)
	defer tick.Stop()
	for {
		// What lies ready is taken at once, up to a full batch: then the clock is looked at.
		for len(bundles) > 0 && w.count < batchRecords && w.bytes < batchBytes {
			w.add(<-bundles)
		}
		if w.count >= batchRecords || w.bytes >= batchBytes {
			if err := w.flush(ctx); err != nil {
				return err
			}
		}
		select {
		case b, ok := <-bundles:
			if !ok {
				if ctx.Err() != nil {
					return ctx.Err()
				}
				return w.flush(ctx)
			}
			w.add(b)
		case <-tick.C:
			if err := w.flush(ctx); err != nil {
				return err
			}
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

func (w *writer) add(b bundle) {
	w.batch = append(w.batch, b)
	if b.unchanged {
		w.sum.Unchanged++
	} else {
		w.sum.Recorded++
		w.sum.Members += len(b.records) - 1
		w.sum.Bytes += b.doc.Size
		for _, r := range b.records {
			if r.Failure != nil {
				w.sum.Failures[r.Failure.Kind]++
			}
		}
		w.sum.Classes[b.records[0].Assessment.Hosting.Class]++
	}
	w.sum.Opened += count(b.opened)
	w.sum.Redecided += count(b.redecided)
	w.sum.Moved += count(b.moved)
	w.count += max(len(b.records), 1)
	for _, r := range b.records {
		w.bytes += weigh(r)
	}
	w.opts.Progress(Progress{Summary: w.sum, Share: b.doc.Share})
}

func count(b bool) int {
	if b {
		return 1
	}
	return 0
}

// weigh estimates what a record costs the stores: names and fingerprints.
func weigh(r poterne.Record) int {
	n := 512 + len(r.Path) + len(r.Member)
	for _, f := range r.Findings {
		n += 256 + 16*len(f.Prints)
	}
	return n
}

// flush writes the batch: the index first, the ledger second. A crash between
// the two replays an idempotent Put; the other way round it would lose records.
func (w *writer) flush(ctx context.Context) error {
	if len(w.batch) == 0 {
		return nil
	}
	records := make([]poterne.Record, 0, w.count)
	var gone, same []poterne.ID
	for _, b := range w.batch {
		if b.unchanged {
			same = append(same, b.doc.ID)
			continue
		}
		records = append(records, b.records...)
		gone = append(gone, b.gone...)
	}
	if len(records) > 0 {
		if err := w.rooms.Index.Put(ctx, records...); err != nil {
			return fmt.Errorf("write the index: %w", err)
		}
	}
	if len(gone) > 0 {
		if err := w.rooms.Index.Delete(ctx, gone...); err != nil {
			return fmt.Errorf("write the index: %w", err)
		}
	}
	if len(records) > 0 {
		if err := w.rooms.Ledger.Commit(ctx, records...); err != nil {
			return fmt.Errorf("write the ledger: %w", err)
		}
	}
	if len(same) > 0 {
		if err := w.rooms.Ledger.Touch(ctx, w.opts.Run, same...); err != nil {
			return fmt.Errorf("write the ledger: %w", err)
		}
	}
	if err := w.settle(ctx); err != nil {
		return err
	}
	clear(w.batch) // an archive's records are large: let them go
	w.batch, w.count, w.bytes = w.batch[:0], 0, 0
	if p, ok := w.rooms.Index.(Publisher); ok && time.Since(w.published) > publishEvery {
		if err := p.Publish(ctx); err != nil {
			return fmt.Errorf("publish the index: %w", err)
		}
		w.published = time.Now()
	}
	return nil
}

// settle tells the world what is durable now.
func (w *writer) settle(ctx context.Context) error {
	acker, _ := w.rooms.Source.(Acker)
	for _, b := range w.batch {
		if w.opts.Emit != nil {
			for _, r := range b.records {
				w.opts.Emit(r, b.unchanged)
			}
		}
		if acker != nil {
			if err := acker.Ack(ctx, b.doc); err != nil {
				return fmt.Errorf("acknowledge a document: %w", err)
			}
		}
	}
	return nil
}

// chunks yields s in runs of at most n.
func chunks[T any](s []T, n int) iter.Seq[[]T] {
	return func(yield func([]T) bool) {
		for len(s) > 0 {
			k := min(n, len(s))
			if !yield(s[:k]) {
				return
			}
			s = s[k:]
		}
	}
}
