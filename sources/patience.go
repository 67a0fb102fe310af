package sources

import (
	"context"
	"errors"
	"sync"
	"time"
)

// patience makes calls again while a server does not answer, and gives up on a
// server that stays away: then calls fail at once for as long as the patience
// lasted, so that a long list of documents is not one long wait.
type patience struct {
	limit time.Duration

	mu   sync.Mutex
	away time.Time // calls fail at once until then
	err  error     // and with this
}

// try calls f until it ends otherwise than with a *lostError, waiting longer each
// time.
func (p *patience) try(ctx context.Context, f func() error) error {
	var away time.Time // since when the server does not answer
	wait := 50 * time.Millisecond
	for {
		if err := p.givenUp(); err != nil {
			return err
		}
		err := f()
		var lost *lostError
		if !errors.As(err, &lost) {
			return err
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if away.IsZero() {
			away = time.Now()
		}
		if time.Since(away)+wait > p.limit {
			p.giveUp(err)
			return err
		}
		select {
		case <-time.After(wait):
		case <-ctx.Done():
			return ctx.Err()
		}
		wait = min(2*wait, 5*time.Second)
	}
}

func (p *patience) givenUp() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if time.Now().Before(p.away) {
		return p.err
	}
	return nil
}

func (p *patience) giveUp(err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.away, p.err = time.Now().Add(p.limit), err
}
