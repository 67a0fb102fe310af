//go:build unix

package main

import (
	"os"
	"os/signal"
	"syscall"
)

// notifyStatus returns a channel that gets a value at each SIGUSR1.
func notifyStatus() <-chan struct{} {
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, syscall.SIGUSR1)
	ask := make(chan struct{})
	go func() {
		for range signals {
			ask <- struct{}{}
		}
	}()
	return ask
}
