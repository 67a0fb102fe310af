//go:build !unix

package main

// notifyStatus never asks: there is no SIGUSR1 here.
func notifyStatus() <-chan struct{} { return nil }
