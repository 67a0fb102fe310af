// Package poterne is the vocabulary of Poterne: the plain types that carry one
// document from a file share to a screen.
//
// # The way of a document
//
// A source lists a [Document]; an extractor turns it into [Segment] values, each
// with the [Part] it belongs to and its [Place]; classifiers turn segments into
// [Finding] values; the policy turns findings into an [Assessment], which says a
// [Level] and a [Hosting]; all of it makes one [Record], which the ledger keeps
// and the index answers questions about. What went wrong on the way is a
// [Failure], and is part of the record.
//
// # What we promise
//
//   - One record per document that was walked, failures too.
//   - No personal value leaves the classifiers: a finding holds masked forms and
//     keyed fingerprints only.
//   - The zero [Level] is [Unassessed] and the zero [Class] is [ClassUnknown]:
//     a forgotten field never says "public".
//   - This package does no I/O and imports the standard library only. Every other
//     package of this module may import it; only cmd imports the others.
package poterne
