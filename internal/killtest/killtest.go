// Package killtest kills a process in the middle of what it writes, so that a test
// may see what is left.
//
// The process is the test binary itself: [Main], called by TestMain, runs the writer
// of the package where [Child.Round] started it. A writer tells of each step before
// and after it; a round picks a moment inside a step, at random and by how long that
// step has taken until now, so that it falls there on a slow machine too.
package killtest

import (
	"bufio"
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// What a child is told by its environment: the folder to write, a key, and the
// largest file that it may make, 0 for any.
const (
	envDir   = "POTERNE_KILLTEST_DIR"
	envKey   = "POTERNE_KILLTEST_KEY"
	envLimit = "POTERNE_KILLTEST_LIMIT"
)

// envRounds is the variable that asks for more rounds than a test does by itself.
const envRounds = "POTERNE_KILL_ROUNDS"

// Rounds returns how many rounds to run: usual, or what POTERNE_KILL_ROUNDS says.
func Rounds(usual int) int {
	if n, err := strconv.Atoi(os.Getenv(envRounds)); err == nil && n > 0 {
		return n
	}
	return usual
}

// Main runs the tests, or the writer in a process that a round started: write writes
// below dir until it fails, and does all of it in steps.
func Main(m *testing.M, write func(dir string, key []byte, step Step) error) {
	dir := os.Getenv(envDir)
	if dir == "" {
		os.Exit(m.Run())
	}
	key, err := hex.DecodeString(os.Getenv(envKey))
	if err == nil {
		err = limitFiles(os.Getenv(envLimit))
	}
	if err == nil {
		err = write(dir, key, tell)
	}
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}

// Step does one step of a writer, and tells of it: once it is done without an error,
// what is acknowledged, in words without a line break.
type Step func(name string, do func() (acknowledged string, err error)) error

// end ends a line: one without was cut.
const end = "."

func tell(name string, do func() (string, error)) error {
	// One write each, so that a killed process leaves at most one line cut.
	fmt.Println("begin", name)
	what, err := do()
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	fmt.Printf("done %s %s%s\n", name, what, end)
	return nil
}

// Child is a writer that is started and killed again and again.
type Child struct {
	Dir string
	Key []byte
	// Acknowledged is called with each step that was done, as its line comes.
	Acknowledged func(name, what string)
	// Disk is where Dir lies, if it is one that gets full.
	Disk *Disk

	took   map[string]time.Duration // the mean of each step
	fell   map[string]int           // ends by the step that they fell in, "" between two
	asked  map[string]int           // rounds by the step that they named
	begun  map[string]bool          // the steps that the writer told of
	failed map[string]int           // rounds that the writer ended by itself, by the step that they named
}

// Fell counts the ends of all rounds by the step that was under way; "" is none.
func (c *Child) Fell() map[string]int { return c.fell }

// Misses says which steps that rounds named were never killed in, and so are not
// tested: those that the writer does not have, always; those that no kill fell in,
// where POTERNE_KILL_ROUNDS asks for enough rounds to tell. Where the disk is full the
// writer may have failed instead.
func (c *Child) Misses() []string {
	var out []string
	for _, name := range slices.Sorted(maps.Keys(c.asked)) {
		switch {
		case !c.begun[name]:
			out = append(out, fmt.Sprintf("the writer has no step %q", name))
		case os.Getenv(envRounds) != "" && c.fell[name] == 0 && c.failed[name] == 0:
			out = append(out, fmt.Sprintf("none of %d rounds fell in the step %q", c.asked[name], name))
		}
	}
	return out
}

// patience is how many steps are let pass before any step is taken for the one that
// was asked for, and tries how often a round then starts again: a writer opens its
// files once, and may be done before the kill comes.
const patience, tries = 12, 5

// hang is how long a writer may live at most.
const hang = time.Minute

// Round starts the writer, lets that many steps of this name pass, and kills it inside
// the next one. A writer may only end by itself where its disk is full: then Round
// returns its last words.
func (c *Child) Round(t testing.TB, name string, let int) (failed string) {
	t.Helper()
	if c.took == nil {
		c.took, c.fell = map[string]time.Duration{}, map[string]int{}
		c.asked, c.begun, c.failed = map[string]int{}, map[string]bool{}, map[string]int{}
	}
	c.asked[name]++
	part := rand.Float64() // of the time that the step takes
	for range tries {
		under, words := c.life(t, name, let, &part)
		c.fell[under]++
		if words != "" {
			c.failed[name]++
		}
		if under == name || words != "" || t.Failed() {
			return words
		}
	}
	return ""
}

// life is one life of the writer. It returns the step that its end fell in, "" between
// two, and what it said.
func (c *Child) life(t testing.TB, name string, let int, part *float64) (under, words string) {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), envDir+"="+c.Dir, envKey+"="+hex.EncodeToString(c.Key), envLimit+"="+c.Disk.limitText())
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	hung := time.AfterFunc(hang, func() {
		t.Errorf("the writer hangs")
		cmd.Process.Kill()
	})
	defer hung.Stop()
	var blow *time.Timer
	var begun time.Time
	steps, passed := 0, 0
	for lines := bufio.NewScanner(out); lines.Scan(); {
		verb, rest, _ := strings.Cut(lines.Text(), " ")
		step, what, _ := strings.Cut(rest, " ")
		switch {
		case verb == "begin":
			under, begun = step, time.Now()
			c.begun[step] = true
			mean, known := c.took[step]
			if known && (step == name && passed >= let || steps >= patience) {
				blow = time.AfterFunc(time.Duration(*part*float64(mean)), func() { cmd.Process.Kill() })
			}
		case verb == "done" && strings.HasSuffix(what, end): // else the line was cut
			if blow != nil && blow.Stop() {
				*part /= 2 // it would have come too late
			}
			took := time.Since(begun)
			if mean, known := c.took[step]; known {
				took = (3*mean + took) / 4
			}
			c.took[step], under = took, ""
			if steps++; step == name {
				passed++
			}
			c.Acknowledged(step, strings.TrimSuffix(what, end))
		}
	}
	err = cmd.Wait()
	if blow != nil {
		blow.Stop()
	}
	if stderr.Len() > 0 && c.Disk == nil {
		t.Fatalf("the writer failed: %v: %s", err, stderr.String())
	}
	if strings.Contains(stderr.String(), "goroutine ") {
		t.Errorf("the writer crashed: %s", stderr.String())
	}
	return under, stderr.String()
}

// Cut starts a program, kills it within a time at random, counted from when it wrote
// after on its standard output, and returns what it wrote there.
func Cut(t testing.TB, cmd *exec.Cmd, after string, within time.Duration) string {
	t.Helper()
	out := &watched{after: after, seen: func() {
		time.AfterFunc(time.Duration(rand.Float64()*float64(within)), func() { cmd.Process.Kill() })
	}}
	cmd.Stdout = out
	cmd.WaitDelay = hang // its children hold the output too, and end with it
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if after == "" {
		out.seen()
	}
	if err := cmd.Wait(); errors.Is(err, exec.ErrWaitDelay) {
		t.Errorf("children outlive the program: %v", err)
	}
	return out.String()
}

// watched calls seen once what was written holds after.
type watched struct {
	strings.Builder
	after string
	seen  func()
	told  bool
}

func (w *watched) Write(p []byte) (int, error) {
	n, err := w.Builder.Write(p)
	if w.after != "" && !w.told && strings.Contains(w.String(), w.after) {
		w.told = true
		w.seen()
	}
	return n, err
}
