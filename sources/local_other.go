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

func exposure(string, fs.FileInfo) poterne.Exposure { return poterne.ExposureUnknown }
func passable(string, fs.FileInfo) poterne.Exposure { return poterne.ExposureEveryone }

func attribute(string, string) []byte { return nil }

func openQuietly(h *os.Root, name string) (*os.File, error) { return h.Open(name) }
func kindOf(string) fileSystem                              { return ordinary }
