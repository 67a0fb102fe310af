//go:build !unix

package main

import "time"

var started = time.Now()

// cpu returns the time since the start, where the system tells no better.
func cpu() time.Duration { return time.Since(started) }
