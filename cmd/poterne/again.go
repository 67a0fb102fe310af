package main

import (
	"context"
	"fmt"
	"iter"
	"maps"

	"poterne"
	"poterne/extract"
	"poterne/ledger"
	"poterne/scanner"
)

// This file reads again what a scan could not read at first: pictures, by
// recognition, where all are asked for those beside the text of Office documents
// too; and encrypted documents, when there are passwords to try. The queue is the
// ledger itself, so a scan that was stopped goes on where it was; it comes after
// all other documents, and what was read once is not read again.

// plainLedger makes records that were read with recognition look unchanged to a
// scan without: to read them again without it would lose what it found.
type plainLedger struct{ *ledger.Ledger }

func (l plainLedger) Current(ctx context.Context, d poterne.Document) (poterne.Record, bool, error) {
	r, found, err := l.Ledger.Current(ctx, d)
	r.Stamp.Extractor = extract.Plain(r.Stamp.Extractor)
	return r, found, err
}

func (l plainLedger) ByContent(ctx context.Context, v poterne.Version) ([]poterne.Record, error) {
	records, err := l.Ledger.ByContent(ctx, v)
	for i := range records {
		records[i].Stamp.Extractor = extract.Plain(records[i].Stamp.Extractor)
	}
	return records, err
}

// waiting is the queue: a Source of the documents to read again.
type waiting struct {
	scanner.Source
	documents []poterne.Document
}

func (w waiting) Documents(context.Context) iter.Seq2[poterne.Document, error] {
	return func(yield func(poterne.Document, error) bool) {
		for _, d := range w.documents {
			if !yield(d, nil) {
				return
			}
		}
	}
}

// wants says whether a record asks for its document to be read again.
func wants(r poterne.Record, run string, recognized poterne.Version, mode extract.OCR, passwords bool) bool {
	ocr := mode != extract.OCROff
	if mode == extract.OCRAll && extract.HoldsPictures(r.Format) && r.Stamp.Extractor != recognized &&
		(r.Failure == nil || r.Failure.Kind == poterne.Partial) {
		return true // pictures may stand beside its text: no record says so
	}
	if r.Failure == nil || r.Failure.Stage != poterne.StageExtract {
		return false
	}
	switch r.Failure.Kind {
	case poterne.ImageOnly:
		return ocr && r.Stamp.Extractor != recognized
	case poterne.Partial:
		// A PDF of which some pages are pictures, or some broken: the record does not say which.
		return ocr && r.Stamp.Extractor != recognized && r.Format == "pdf"
	case poterne.Encrypted:
		return passwords && r.Run != run // this run has tried them
	}
	return false
}

// queue lists the documents to read again and takes what is recorded of them in
// this run out of the summary: they will be counted anew.
func (r *running) queue(ctx context.Context, sum *scanner.Summary, run string, recognized poterne.Version, mode extract.OCR, passwords bool) ([]poterne.Document, error) {
	type place struct{ share, path string }
	seen := map[place]bool{}
	var places []place
	for _, share := range r.shares {
		for rec, err := range r.stores.ledger.Records(ctx, ledger.Filter{Share: share, Unread: mode != extract.OCRAll}) {
			if err != nil {
				return nil, err
			}
			if p := (place{rec.Share, rec.Path}); !seen[p] && wants(rec, run, recognized, mode, passwords) {
				seen[p] = true
				places = append(places, p)
			}
		}
	}
	var documents []poterne.Document
	for _, p := range places {
		records, err := r.stores.ledger.Container(ctx, poterne.Document{ID: poterne.NewID(p.share, p.path, ""), Share: p.share, Path: p.path})
		if err != nil {
			return nil, err
		}
		if len(records) == 0 {
			continue
		}
		documents = append(documents, records[0].Document)
		if records[0].Run != run {
			continue
		}
		sum.Classes[records[0].Assessment.Hosting.Class]--
		for _, rec := range records {
			if rec.Failure != nil {
				sum.Failures[rec.Failure.Kind]--
			}
		}
	}
	return documents, nil
}

// readAgain reads the queue, where recognition or passwords were asked for. The
// readers of the scan itself are needed no more.
func (r *running) readAgain(ctx context.Context, rooms scanner.Rooms, opts scanner.Options, sum *scanner.Summary) error {
	mode := r.opts.ocrMode()
	passwords := r.opts.passwordsFile != ""
	if mode == extract.OCROff && !passwords {
		return nil
	}
	if err := r.readers.Close(); err != nil {
		return err
	}
	readers, recognizes, err := r.openReaders(r.opts.readerOptions, r.opts.workers, r.state)
	if err != nil {
		return err
	}
	defer readers.Close()
	if !recognizes {
		mode = extract.OCROff
	}
	opts.Stamp.Extractor = extract.Recognized(opts.Stamp.Extractor, mode)
	documents, err := r.queue(ctx, sum, opts.Run, opts.Stamp.Extractor, mode, passwords)
	if err != nil {
		return fmt.Errorf("list what to read again: %w", err)
	}
	if len(documents) == 0 {
		return nil
	}
	r.note("%d documents repris (images, chiffrés)", "%d documents taken up again (pictures, encrypted)", len(documents))
	rooms.Source, rooms.Extractor = waiting{rooms.Source, documents}, readers
	opts.Full, opts.Shares = true, nil // no share: nothing is swept
	again, err := scanner.Run(ctx, rooms, opts)
	sum.Opened += again.Opened
	sum.Members = max(sum.Members, again.Members)
	sum.Drained = sum.Drained || again.Drained
	sum.Elapsed += again.Elapsed
	for k, n := range again.Failures {
		sum.Failures[k] += n
	}
	for c, n := range again.Classes {
		sum.Classes[c] += n
	}
	maps.DeleteFunc(sum.Failures, func(_ poterne.Kind, n int) bool { return n == 0 })
	maps.DeleteFunc(sum.Classes, func(_ poterne.Class, n int) bool { return n == 0 })
	return err
}
