//go:build !unix

package classifiers

import "time"

var started = time.Now()

// cpuTime is wall-clock time where the system tells no processor time simply.
func cpuTime() time.Duration { return time.Since(started) }
