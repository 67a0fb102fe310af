package sandbox

import (
	"os"
	"syscall"
	"time"
)

// attributes puts the child in a group of its own, so that Ctrl-C on a terminal
// reaches only the parent. A child whose parent died ends at the end of its socket.
func attributes() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setpgid: true} }

// sharedFile returns memory to share with a child: a file without a name.
func sharedFile() (*os.File, error) {
	f, err := memoryFile()
	if err != nil {
		return nil, err
	}
	if err := f.Truncate(sharedSize); err != nil {
		f.Close()
		return nil, err
	}
	return f, nil
}

func memoryFile() (*os.File, error) {
	f, err := os.CreateTemp("", "poterne-*")
	if err != nil {
		return nil, err
	}
	return f, os.Remove(f.Name())
}

// usage knows nothing here: only the wall clock ends a child.
type usage struct{}

func openUsage(int) usage { return usage{} }

func (usage) close() {}

func (usage) read() (cpu time.Duration, rss int64) { return 0, 0 }
