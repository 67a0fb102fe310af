// Package scanner carries documents from a source to the ledger and the index.
//
//	walker ──tasks──▶ N workers ──bundles──▶ one writer ── index, then ledger
//
// The walker closes tasks; only workers send bundles, and one goroutine waits for
// them and closes bundles; one writer owns the counters. See [Run].
package scanner

import (
	"context"
	"iter"

	"poterne"
)

// Source lists and opens documents. A *poterne.Failure that comes with a Document
// says that this folder or file could not be listed; the sequence goes on. Any
// other error ends the scan.
type Source interface {
	Documents(context.Context) iter.Seq2[poterne.Document, error]
	// Open's error is a *poterne.Failure. The scanner closes the content.
	Open(context.Context, poterne.Document) (poterne.Content, error)
}

// Acker is an optional extra of a Source whose documents are leased, such as a
// work queue: Ack is called once the records of a document are durable.
type Acker interface {
	Ack(context.Context, poterne.Document) error
}

// Extractor turns a document into segments. Errors are *poterne.Failure with
// Segment.Part set to the part they concern; the sequence may go on after one.
type Extractor interface {
	Extract(context.Context, poterne.Document, poterne.Content) iter.Seq2[poterne.Segment, error]
}

// Classifier turns the segments of one part into findings. It passes over
// failures in the sequence; its own error ends the scan.
type Classifier interface {
	Classify(context.Context, poterne.Document, iter.Seq2[poterne.Segment, error]) ([]poterne.Finding, error)
}

// Policy decides. Both methods are pure.
type Policy interface {
	Decide(poterne.Document, []poterne.Finding, *poterne.Failure) poterne.Assessment
	// Join gives a container the worst of its members, which come assessed and in
	// the order of their paths.
	Join(container poterne.Document, own poterne.Assessment, members []poterne.Record) poterne.Assessment
}

// Ledger remembers. A container and its members are one: they are read, committed
// and swept together.
type Ledger interface {
	// Container returns what is stored of a document and of its members, the
	// document itself first; nothing where it is not known.
	Container(context.Context, poterne.Document) ([]poterne.Record, error)
	// Current returns what is stored of the document itself, without its findings,
	// and whether there is anything.
	Current(context.Context, poterne.Document) (poterne.Record, bool, error)
	// ByContent returns a stored container whose document had this content.
	ByContent(context.Context, poterne.Version) ([]poterne.Record, error)
	// Commit stores containers whole: members that are no longer among the records
	// are dropped. It is durable on return.
	Commit(context.Context, ...poterne.Record) error
	// Touch notes that documents were seen by the run and are unchanged.
	Touch(ctx context.Context, run string, ids ...poterne.ID) error
	// Unseen lists the documents of shares, members too, that the run did not see
	// and that gone, called with their paths, says may go.
	Unseen(ctx context.Context, run string, shares []string, gone func(share, path string) bool) ([]poterne.ID, error)
	// Drop forgets documents that left.
	Drop(ctx context.Context, run string, ids ...poterne.ID) error
}

// Index answers questions; here it is only written.
type Index interface {
	Put(context.Context, ...poterne.Record) error
	Delete(context.Context, ...poterne.ID) error
}

// Publisher is an optional extra of an Index whose answers others read from a
// published state: Publish is called now and then while the scan writes.
type Publisher interface {
	Publish(context.Context) error
}

// Rooms are what a scan is made of.
type Rooms struct {
	Source     Source
	Extractor  Extractor
	Classifier Classifier
	Policy     Policy
	Ledger     Ledger
	Index      Index
}
