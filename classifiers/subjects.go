package classifiers

import "poterne"

// Subjects is a learned model of what texts are about. It may be used by several
// goroutines at once.
type Subjects interface {
	// Version names the state of the model; it is a part of the classifier's version.
	Version() poterne.Version
	// Reader returns a reader for one part after another, for one goroutine.
	Reader() SubjectReader
}

// SubjectReader reads the segments of a part in order.
type SubjectReader interface {
	// Segment reads a segment; text is its folded text, valid only during the call.
	Segment(text []byte, s *poterne.Segment)
	// Subjects ends the part, and makes the reader ready for the next one.
	Subjects() []Subject
}

// Subject is what a model says of a part and one category. It holds no text of the
// document: For and Against are words of the model's own vocabulary.
type Subject struct {
	Category    string
	Probability float64       // that the part carries a case of the category, 0..1
	Place       poterne.Place // of the strongest window
	For         []string      // weightiest first
	Against     []string
	Carries     float64 // that it carries a case rather than talks about a subject, 0..1
	Person      float64 // that a determined person is what it is about, 0..1
	Blank       float64 // that it is a form that nobody filled in, 0..1
	// Hint says that the model alone would not tell it: a vocabulary has to say the same.
	Hint bool
}

// Fold appends the folded form of s to dst, as detectors and models read it: no
// accents, one byte for each Latin letter, case kept, tabs and line ends '\n'.
func Fold(dst []byte, s string) []byte { return fold(dst, s) }
