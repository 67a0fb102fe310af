package main

import (
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/term"
)

// output is where a result goes: standard output, or a file that gets its name
// only once it is whole.
type output struct {
	io.Writer
	file *os.File
	name string // given at the end; "" where the file has its name already
}

// openOutput opens what -o names. The caller closes it.
func (a *app) openOutput() (*output, error) {
	if a.output == "" || a.output == "-" {
		return &output{Writer: a.stdout}, nil
	}
	name := a.output
	if real, err := filepath.EvalSymlinks(name); err == nil {
		name = real
	}
	if info, err := os.Stat(name); err == nil && !info.Mode().IsRegular() {
		// A device or a pipe is written to, never replaced.
		f, err := os.OpenFile(name, os.O_WRONLY, 0)
		if err != nil {
			return nil, fmt.Errorf("output file: %w", err)
		}
		return &output{Writer: f, file: f}, nil
	}
	f, err := os.CreateTemp(filepath.Dir(name), ".poterne-*") // 0600
	if err != nil {
		return nil, fmt.Errorf("output file: %w", err)
	}
	return &output{Writer: f, file: f, name: name}, nil
}

// close gives the file its name where the result is good, and leaves nothing of
// it otherwise.
func (o *output) close(good bool) error {
	if o.file == nil {
		return nil
	}
	if o.name == "" {
		return o.file.Close()
	}
	err := o.file.Sync()
	if cerr := o.file.Close(); err == nil {
		err = cerr
	}
	if err == nil && good {
		err = os.Rename(o.file.Name(), o.name)
		good = err == nil
	}
	if !good || err != nil {
		os.Remove(o.file.Name())
	}
	if err != nil {
		return fmt.Errorf("output file: %w", err)
	}
	return nil
}

// write runs f on the output and closes it.
func (a *app) write(f func(io.Writer) error) error {
	out, err := a.openOutput()
	if err != nil {
		return err
	}
	err = f(out)
	if cerr := out.close(err == nil); err == nil {
		err = cerr
	}
	return err
}

// terminal reports whether w is a terminal that understands more than lines.
func (a *app) terminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd())) && os.Getenv("TERM") != "dumb"
}

// colored reports whether to write colours to w (NO_COLOR, CLICOLOR_FORCE).
func (a *app) colored(w io.Writer) bool {
	switch {
	case a.color == "always":
		return true
	case a.color == "never", os.Getenv("NO_COLOR") != "":
		return false
	case os.Getenv("CLICOLOR_FORCE") != "":
		return true
	}
	return a.terminal(w) && a.output == ""
}

// terminalWidth returns the columns of w, 0 where it is no terminal.
func terminalWidth(w io.Writer) int {
	if f, ok := w.(*os.File); ok {
		if width, _, err := term.GetSize(int(f.Fd())); err == nil {
			return width
		}
	}
	return 0
}

// hint tells what to do next, on standard error.
func (a *app) hint(fr, en string) {
	switch {
	case a.quiet:
	case a.logFormat == "json":
		a.logLine(slog.LevelInfo, a.say(fr, en))
	default:
		fmt.Fprintf(a.stderr, "hint: %s\n", a.say(fr, en))
	}
}

// parseBytes reads a size with an optional unit: 256Mo, 1GB, 512MiB, 100000.
func parseBytes(s string) (int64, error) {
	unit := strings.TrimLeft(s, "0123456789.,")
	n, err := strconv.ParseFloat(strings.ReplaceAll(strings.TrimSuffix(s, unit), ",", "."), 64)
	unit = strings.TrimRight(strings.ToLower(strings.TrimSpace(unit)), "ob")
	scale, ok := map[string]float64{"": 1, "k": 1e3, "m": 1e6, "g": 1e9, "t": 1e12, "ki": 1 << 10, "mi": 1 << 20, "gi": 1 << 30, "ti": 1 << 40}[unit]
	if err != nil || !ok || n <= 0 {
		return 0, fmt.Errorf("%q is not a size", s)
	}
	return int64(n * scale), nil
}
