package sources

import (
	"context"

	"golang.org/x/time/rate"
)

// pace bounds what all sources of a scan ask of disks and servers together, so that
// a night leaves room for backups and for those who work late. A nil pace bounds
// nothing.
type pace struct {
	bytes    *rate.Limiter // nil: no bound
	requests *rate.Limiter
}

// newPace returns a pace of so many bytes read and requests made a second; 0 is no
// bound.
func newPace(bandwidth int64, requests int) *pace {
	p := &pace{}
	if bandwidth > 0 {
		p.bytes = rate.NewLimiter(rate.Limit(bandwidth), blockSize) // one block is the least that is asked for
	}
	if requests > 0 {
		// What is due in 50 ms may come at once: a timer may be late by some.
		p.requests = rate.NewLimiter(rate.Limit(requests), max(1, requests/20))
	}
	return p
}

// wait returns when one more request, for so many bytes of a document, may be made,
// or ctx ends.
func (p *pace) wait(ctx context.Context, bytes int) error {
	if p == nil {
		return nil
	}
	if p.requests != nil {
		if err := p.requests.Wait(ctx); err != nil {
			return err
		}
	}
	for ; p.bytes != nil && bytes > 0; bytes -= blockSize {
		if err := p.bytes.WaitN(ctx, min(bytes, blockSize)); err != nil {
			return err
		}
	}
	return nil
}
