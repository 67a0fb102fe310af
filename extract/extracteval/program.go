package main

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"time"
)

// cost is what a run took, the children of the program too.
type cost struct {
	cpu, wall time.Duration
	peak      int64 // bytes resident at once in all processes, 0 where unknown
}

func (c cost) String() string {
	return fmt.Sprintf("Coût : %.1f s de processeur, %.1f s de temps réel, %d Mo au plus pour tous les processus ensemble (%s/%s, %d cœurs, %s).",
		c.cpu.Seconds(), c.wall.Seconds(), c.peak>>20, runtime.GOOS, runtime.GOARCH, runtime.NumCPU(), time.Now().Format("2006-01-02"))
}

// notRead is the exit code of a run in which some documents could not be read.
const notRead = 3

// extractCorpus runs the program over the corpus.
func extractCorpus(program, corpus string, references []reference) (found map[string]*words, c cost, err error) {
	c, err = runExtract(program, corpus, func(r io.Reader) (err error) {
		found, err = collect(r, references)
		return err
	})
	return found, c, err
}

// runExtract runs the program over a folder and gives its lines to read. Its state
// is a folder of its own, where a first, unmeasured start leaves the PDF engine's
// compiled code.
func runExtract(program, dir string, read func(io.Reader) error) (cost, error) {
	program, err := filepath.Abs(program)
	if err != nil {
		return cost{}, err
	}
	state, err := os.MkdirTemp("", "extracteval-*")
	if err != nil {
		return cost{}, err
	}
	defer os.RemoveAll(state)
	if out, err := exec.Command(program, "--state", state, "doctor").CombinedOutput(); err != nil {
		return cost{}, fmt.Errorf("%s doctor: %w: %s", program, err, out)
	}
	cmd := exec.Command(program, "--state", state, "extract", "--format", "jsonl", dir)
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		return cost{}, err
	}
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	begin := time.Now()
	if err := cmd.Start(); err != nil {
		return cost{}, err
	}
	var watch sync.WaitGroup
	done, peak := make(chan struct{}), int64(0)
	watch.Go(func() { peak = watchMemory(cmd.Process.Pid, done) })
	readErr := read(bufio.NewReaderSize(stdout, 1<<20))
	err = cmd.Wait()
	close(done)
	watch.Wait()
	c := cost{cpu: cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime(), wall: time.Since(begin), peak: peak}
	if cmd.ProcessState.ExitCode() == notRead {
		err = nil
	}
	if err != nil {
		err = fmt.Errorf("%s extract: %w: %s", program, err, stderr.Bytes()[max(0, stderr.Len()-500):])
	}
	return c, errors.Join(readErr, err)
}

// watchMemory returns the most resident memory that a process and its children
// had at once, looking every 50 ms. Pages that they share count for each.
func watchMemory(pid int, done <-chan struct{}) (peak int64) {
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-done:
			return peak
		case <-tick.C:
			peak = max(peak, resident(pid))
		}
	}
}

// resident returns the resident memory of a process and its children, in bytes;
// 0 where the system has no /proc.
func resident(pid int) int64 {
	dir := filepath.Join("/proc", strconv.Itoa(pid))
	statm, err := os.ReadFile(filepath.Join(dir, "statm"))
	if err != nil {
		return 0
	}
	sum := int64(0)
	if fields := strings.Fields(string(statm)); len(fields) > 1 {
		pages, _ := strconv.ParseInt(fields[1], 10, 64)
		sum = pages * int64(os.Getpagesize())
	}
	tasks, _ := filepath.Glob(filepath.Join(dir, "task", "*", "children"))
	for _, t := range tasks {
		b, _ := os.ReadFile(t)
		for _, child := range strings.Fields(string(b)) {
			if n, err := strconv.Atoi(child); err == nil {
				sum += resident(n)
			}
		}
	}
	return sum
}
