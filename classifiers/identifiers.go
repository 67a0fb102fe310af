package classifiers

import "poterne"

// identifiers is the family of the rules of the section "rules".
type identifiers struct{}

func newIdentifiers(*Rules, *dictionary) (family, error) { return &identifiers{}, nil }

func (f *identifiers) detector(*document) detector { return idDetector{} }

type idDetector struct{}

func (idDetector) segment(*segment) {}

func (idDetector) finish() []poterne.Finding { return nil }
