package sandbox

import (
	"fmt"
	"os"
	"syscall"
)

// limitProcess bounds what this process may take, as far as this system can.
func limitProcess(addressSpace uint64) []Line {
	set := func(key string, resource int, n uint64) Line {
		limit := syscall.Rlimit{}
		if err := syscall.Getrlimit(resource, &limit); err != nil {
			return Line{Key: key, Detail: err.Error()}
		}
		limit.Cur, limit.Max = n, n
		if err := syscall.Setrlimit(resource, &limit); err != nil {
			return Line{Key: key, Detail: err.Error()}
		}
		return Line{Key: key, Held: true, Detail: fmt.Sprint(n)}
	}
	return []Line{
		{Key: "process", Held: true},
		set("memory", syscall.RLIMIT_AS, addressSpace),
		set("files", syscall.RLIMIT_NOFILE, 64),
		set("core", syscall.RLIMIT_CORE, 0),
		{Key: "environment", Held: os.Getenv("PATH") == "" && os.Getenv("HOME") == ""},
	}
}

// lockUp says what this system does not offer.
func lockUp(cache, spool string) []Line {
	return []Line{{Key: "orphans"}, {Key: "privileges"}, {Key: "paths"}, {Key: "network"}, {Key: "syscalls"}}
}

// cageRecognizer bounds this process before it becomes the recogniser.
func cageRecognizer(addressSpace uint64) { limitProcess(addressSpace) }
