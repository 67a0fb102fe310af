// Package sandbox extracts text in child processes that can be killed.
//
// A child is this same program, started again with the hidden argument [Command]
// and calling [Child]. It gets open files over a unix socket, never paths, and
// sends segments back as they come. Before it reads the first byte of a document
// it gives up what it does not need: see [Report].
//
// A document that kills its child is tried once more in a fresh child, with the
// second engine for the part that killed; its failure is kept in any case, with
// all segments that were sent before.
package sandbox

import (
	"errors"
	"os"
	"runtime"
	"time"

	"poterne"
	"poterne/extract"
)

// Command is the hidden argument that makes this program a child.
const Command = "extract-child"

// Options say how children live. The zero value works.
type Options struct {
	// Extract are the options of the extractor inside the children. Its CacheDir
	// and SpoolDir are the only paths that a child may open.
	Extract extract.Options
	// Command is the command line of a child (default: this program and [Command]).
	Command []string
	// Tesseract recognises the text of pictures where Extract.OCR asks for it; nil
	// leaves pictures unread.
	Tesseract *Tesseract
	// Workers is how many children live at once (default: the number of CPUs).
	Workers int
	// SpoolLimit bounds the copy of a document that is no file, which is made to
	// be handed to a child, in bytes (default 2 GiB).
	SpoolLimit int64
	// CPU is what a document may take of processor time: a base, more for each
	// kilobyte, up to a maximum (defaults 20 s, 5 ms, 120 s). Real documents of
	// 100 MB end within 60 s; wall time says nothing on a loaded machine.
	CPUBase, CPUPerKB, CPUMax time.Duration
	// WallFactor times the processor time is the longest wait for a child
	// (default 5): it ends a child that sleeps, and leaves room for a machine that
	// is four times overbooked.
	WallFactor int
	// AddressSpace is RLIMIT_AS of a child, in bytes (default 3 GiB). The PDF
	// engine runs within 2 GiB; Go itself reserves about 1 GiB.
	AddressSpace uint64
	// FilesPerChild and MaxRSS say when a child is replaced between two documents
	// (defaults 500 files, 600 MB): a parser's leak ends with its process.
	FilesPerChild int
	MaxRSS        int64
}

func (o Options) withDefaults() (Options, error) {
	if len(o.Command) == 0 {
		self, err := os.Executable()
		if err != nil {
			return o, err
		}
		o.Command = []string{self, Command}
	}
	if t := o.Tesseract; t != nil {
		c := *t
		if len(c.Command) == 0 {
			self, err := os.Executable()
			if err != nil {
				return o, err
			}
			c.Command = []string{self, RecognizeCommand}
		}
		orElse(&c.Timeout, time.Minute)
		o.Tesseract = &c
	} else {
		o.Extract.OCR = extract.OCROff
	}
	if o.Workers <= 0 {
		o.Workers = runtime.NumCPU()
	}
	orElse(&o.SpoolLimit, 2<<30)
	orElse(&o.CPUBase, 20*time.Second)
	orElse(&o.CPUPerKB, 5*time.Millisecond)
	orElse(&o.CPUMax, 120*time.Second)
	orElse(&o.WallFactor, 5)
	orElse(&o.AddressSpace, 3<<30)
	orElse(&o.FilesPerChild, 500)
	orElse(&o.MaxRSS, 600<<20)
	return o, nil
}

func orElse[N int | int64 | uint64 | time.Duration](n *N, d N) {
	if *n <= 0 {
		*n = d
	}
}

// cpu is the processor time that a document of size bytes may take.
func (o Options) cpu(size int64) time.Duration {
	kb := size >> 10
	if kb > int64((o.CPUMax-min(o.CPUBase, o.CPUMax))/o.CPUPerKB) {
		return o.CPUMax
	}
	return min(o.CPUBase+time.Duration(kb)*o.CPUPerKB, o.CPUMax)
}

// Line says whether one protection holds on this machine. Key is stable:
// "process", "memory", "files", "core", "environment", "stack", "orphans",
// "privileges", "paths", "network", "syscalls", "cache".
type Line struct {
	Key    string
	Held   bool
	Detail string // a number, a version, the reason of the system; may be empty
}

// version names the state of the readers behind o, for stamps.
func version(o extract.Options) poterne.Version {
	x := extract.New(o)
	defer x.Close()
	return x.Version()
}

// errClosed is the cause of failures after Close.
var errClosed = errors.New("the pool of children is closed")
