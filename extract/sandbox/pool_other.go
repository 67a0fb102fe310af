//go:build !linux && !darwin

package sandbox

import (
	"context"
	"errors"
	"iter"

	"poterne"
	"poterne/extract"
)

// Pool extracts in this very process: this system cannot hand open files to
// children. Panics are failures; a parser that loops or takes all memory is not
// stopped. [Report] says so.
type Pool struct{ x *extract.Extractor }

// New returns a pool. The caller closes it.
func New(o Options) (*Pool, error) {
	if err := extract.PreparePDF(o.Extract.CacheDir); err != nil {
		o.Extract.CacheDir = ""
	}
	return &Pool{extract.New(o.Extract)}, nil
}

// Version names the state of the readers, for stamps.
func (p *Pool) Version() poterne.Version { return p.x.Version() }

// Close frees the engines.
func (p *Pool) Close() error { return p.x.Close() }

// Extract yields the segments of d. The caller closes c, after the sequence has ended.
func (p *Pool) Extract(ctx context.Context, d poterne.Document, c poterne.Content) iter.Seq2[poterne.Segment, error] {
	return p.x.Extract(ctx, d, c)
}

// Report says that no protection holds.
func Report(Options) ([]Line, error) {
	var lines []Line
	for _, k := range []string{"process", "memory", "files", "core", "environment", "stack", "orphans", "privileges", "paths", "network", "syscalls"} {
		lines = append(lines, Line{Key: k})
	}
	return lines, nil
}

// Child is not available here.
func Child() error {
	return errors.New("extraction in child processes is not available on this system")
}

// Recognize is not available here.
func Recognize([]string) error {
	return errors.New("recognition of text in pictures is not available on this system")
}
