//go:build !linux

package killtest

import "testing"

// Disk is a disk that can be made full, on Linux.
type Disk struct{}

// Empty does nothing.
func (*Disk) Empty(testing.TB) {}

func (*Disk) limitText() string { return "" }

func limitFiles(string) error { return nil }
