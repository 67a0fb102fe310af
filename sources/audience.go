package sources

import (
	"context"
	"errors"
	"sync"

	"poterne"
)

// audience is who can read all of a share, where that is asked once for the whole.
type audience struct {
	mu    sync.Mutex
	known bool
	who   poterne.Exposure
}

// of returns what ask says the first time that it ends without a lost connection,
// which is its only error. Whatever else goes wrong says that it is unknown.
func (a *audience) of(ctx context.Context, ask func() (poterne.Exposure, error)) (poterne.Exposure, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.known {
		return a.who, nil
	}
	who, err := ask()
	if lost := (*lostError)(nil); errors.As(err, &lost) {
		return poterne.ExposureUnknown, err
	}
	if err := ctx.Err(); err != nil {
		return poterne.ExposureUnknown, err
	}
	if err != nil {
		who = poterne.ExposureUnknown
	}
	a.known, a.who = true, who
	return who, nil
}
