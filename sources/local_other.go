//go:build !linux && !darwin

package sources

import (
	"io/fs"
	"os"

	"poterne"
)

// Without a POSIX file system nothing more is known than size and time: who may
// read a file stays unknown.

func (w *walk) describe(*poterne.Document, fs.FileInfo) {}

func exposure(fs.FileInfo) poterne.Exposure { return poterne.ExposureUnknown }
func passable(fs.FileInfo) poterne.Exposure { return poterne.ExposureEveryone }

func openQuietly(h *os.Root, name string) (*os.File, error) { return h.Open(name) }
func virtual(string) bool                                   { return false }
