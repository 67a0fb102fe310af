// Package subject says what a passage is about, and whether it carries a case or
// talks about the subject: a linear model of words, pairs of words, word vectors
// and traits of form, learned from a labelled corpus (see train).
//
// Nothing of a document leaves it but probabilities, a place, and words that are
// in the model's own vocabulary, which holds no name, place or number.
package subject
