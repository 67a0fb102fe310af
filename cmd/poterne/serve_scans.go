package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"

	"poterne/ledger"
	"poterne/web"
)

// scans starts a scan of known shares as a program of its own: it outlives nothing
// that a parser may break here, and takes the lock of the state as any other.
type scans struct {
	app      *app
	opts     serveOptions
	profiles []profile
	ledger   *ledger.Ledger
	log      *slog.Logger

	mu      sync.Mutex
	running *exec.Cmd // nil where none of ours runs
	now     web.Progress
}

// Profiles lists the scans that the administrator of this server allowed.
func (s *scans) Profiles(ctx context.Context) ([]web.Profile, error) {
	return profilesOf(ctx, s.ledger, s.profiles)
}

// Start begins a scan: of a profile, or of shares where they were last.
func (s *scans) Start(ctx context.Context, name string, shares []string) error {
	var roots, args []string
	if i := slices.IndexFunc(s.profiles, func(p profile) bool { return p.name == name }); name != "" && i >= 0 {
		roots, args = s.profiles[i].roots, s.profiles[i].args
	} else if name != "" {
		return web.ErrNotFound
	}
	known, err := knownShares(ctx, s.ledger)
	if err != nil {
		return err
	}
	for _, share := range shares {
		if root := known[share]; root != "" && name == "" {
			roots = append(roots, root)
		}
	}
	if len(roots) == 0 {
		return web.Refuse("aucun partage n'a de place connue", "no share has a place that is known")
	}
	if _, ok := s.Progress(ctx); ok {
		return web.Refuse("un passage est en cours", "a run is under way")
	}
	self, err := os.Executable()
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.running != nil {
		return web.Refuse("un passage est en cours", "a run is under way")
	}
	cmd := exec.Command(self, slices.Concat(s.flags(), args, []string{"--"}, roots)...) // not of ctx: it goes on after the answer
	out, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	var said tail
	cmd.Stderr, cmd.WaitDelay = &said, lastWords
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("start a scan: %w", err)
	}
	s.running = cmd
	s.now = web.Progress{Started: time.Now(), Shares: slices.Clone(shares), Ours: true, Counted: true}
	go s.follow(cmd, out, &said)
	return nil
}

// flags are those of this server that a scan must share; flags of a profile, which
// come after them, hold.
func (s *scans) flags() []string {
	args := append([]string{"scan", "--quiet", "--format", "jsonl", "--actor", s.opts.actor, "--doctrine", s.opts.doctrine}, s.app.stateFlags()...)
	for flag, value := range map[string]string{"--credentials": s.opts.credentials, "--published": strings.Join(s.opts.published, ",")} {
		if value != "" {
			args = append(args, flag, value)
		}
	}
	return args
}

// stateFlags are those by which another process of this program opens the same state,
// under the same rules and policy.
func (a *app) stateFlags() []string {
	args := []string{"--state", a.state}
	for flag, value := range map[string]string{"--key-file": a.key, "--key-command": a.keyCommand, "--rules": a.rules, "--policy": a.policyDir, "--config": a.config} {
		if value != "" {
			args = append(args, flag, value)
		}
	}
	return args
}

// lastWords is how long what a scan said is waited for after its end, where a child
// of it still holds the other end.
const lastWords = 5 * time.Second

// tail keeps the end of what is written to it: a scan that failed says why last.
type tail struct{ text []byte }

// tailSize is room for a message and its hint, with long paths.
const tailSize = 4 << 10

func (t *tail) Write(p []byte) (int, error) {
	t.text = append(t.text, p...)
	if past := len(t.text) - tailSize; past > 0 {
		t.text = slices.Delete(t.text, 0, past)
	}
	return len(p), nil
}

// follow counts the documents of a scan until it ends.
func (s *scans) follow(cmd *exec.Cmd, out io.Reader, said *tail) {
	lines := bufio.NewReader(out)
	for {
		b, err := lines.ReadBytes('\n')
		if err != nil {
			break
		}
		l, ok := readLine(b)
		if !ok {
			continue
		}
		s.mu.Lock()
		s.now.Walked++
		if l.Unchanged {
			s.now.Unchanged++
		} else {
			s.now.Opened++
		}
		s.mu.Unlock()
	}
	cmd.Wait() // its code says all
	s.ended(cmd.ProcessState.ExitCode(), string(said.text))
	s.mu.Lock()
	s.running = nil
	s.mu.Unlock()
}

// ended logs how a scan ended: one that could not begin has no run to show it.
func (s *scans) ended(code int, said string) {
	switch code {
	case exitOK:
	case exitUnread, exitFound, exitTime, exitCancelled: // its run is in the ledger
		s.log.Info("a scan ended", "code", code)
	default:
		s.log.Error("a scan failed", "code", code, "said", strings.TrimSpace(strings.ToValidUTF8(said, "")))
	}
}

// jsonLine is what is read of a line of a scan that this server started.
type jsonLine struct {
	Type      string `json:"type"`
	Member    string `json:"member"`
	Unchanged bool   `json:"unchanged"`
	Again     bool   `json:"again"`
}

// readLine reads one line; ok says that it is about a file that none before it was.
func readLine(b []byte) (l jsonLine, ok bool) {
	ok = json.Unmarshal(b, &l) == nil && l.Type == "document" && l.Member == "" && !l.Again
	return l, ok
}

// Stop asks the scan that this server started to end.
func (s *scans) Stop(context.Context) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.running == nil {
		return web.Refuse("ce passage n'a pas été lancé d'ici", "this run was not started from here")
	}
	return s.running.Process.Signal(os.Interrupt)
}

// Progress tells of our scan, or of one that another process runs.
func (s *scans) Progress(ctx context.Context) (web.Progress, bool) {
	s.mu.Lock()
	p, ours := s.now, s.running != nil
	s.mu.Unlock()
	if ours {
		return p, true
	}
	runs, err := s.ledger.Runs(ctx, 1)
	if err != nil || len(runs) == 0 || runs[0].State != ledger.Running || !s.held() {
		return web.Progress{}, false
	}
	return web.Progress{Started: runs[0].Started, Shares: slices.Sorted(maps.Keys(runs[0].Shares))}, true
}

// held reports whether the process that last took the lock of the state lives. The
// lock itself is left alone: to try it could make a scan that starts now fail.
func (s *scans) held() bool {
	b, err := os.ReadFile(filepath.Join(s.app.state, "holder"))
	if err != nil {
		return false
	}
	var pid int
	if _, err := fmt.Sscanf(string(b), "pid %d", &pid); err != nil {
		return false
	}
	p, err := os.FindProcess(pid)
	if err != nil {
		return false
	}
	err = p.Signal(syscall.Signal(0))
	return err == nil || errors.Is(err, os.ErrPermission)
}
