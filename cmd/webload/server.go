package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"time"

	"poterne/internal/meter"
)

// server is the program that serves the state.
type server struct {
	cmd *exec.Cmd
	url string
}

// The account of all users: fifty people have fifty sessions.
const (
	login    = "charge"
	password = "un long mot de passe d'essai"
)

func serve(ctx context.Context, o options) (*server, error) {
	program, err := filepath.Abs(o.program)
	if err != nil {
		return nil, err
	}
	common := []string{"--state", filepath.Join(o.state, "etat"), "--key-file", keyFile(o.state), "--lang", "fr"}
	if err := addAccount(ctx, program, common); err != nil {
		return nil, err
	}
	cmd := exec.CommandContext(ctx, program, append(common, "serve", "--listen", "127.0.0.1:0")...)
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	notes, err := cmd.StderrPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	lines := bufio.NewScanner(notes)
	var said []string
	for lines.Scan() {
		if m := regexp.MustCompile(`http://[0-9.:]+`).FindString(lines.Text()); m != "" {
			go io.Copy(os.Stderr, notes)
			return &server{cmd, m}, nil
		}
		said = append(said, lines.Text())
	}
	return nil, errors.Join(cmd.Wait(), errors.New(strings.Join(said, "; ")))
}

// addAccount makes the account of the users where a state that is used again has none.
func addAccount(ctx context.Context, program string, common []string) error {
	list, err := exec.CommandContext(ctx, program, append(common, "serve", "account", "list")...).Output()
	if err != nil {
		return fmt.Errorf("accounts: %w", err)
	}
	if bytes.Contains(list, []byte(login)) {
		return nil
	}
	add := exec.CommandContext(ctx, program, append(common, "serve", "account", "add", login, "--role", "dpo,operator,auditor,admin")...)
	add.Stdin = strings.NewReader(password + "\n")
	if out, err := add.CombinedOutput(); err != nil {
		return fmt.Errorf("account: %w: %s", err, out)
	}
	return nil
}

// stop ends the server; it must end well.
func (s *server) stop() error {
	if err := s.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		return err
	}
	return s.cmd.Wait()
}

// memory returns what the server holds now and held at most, as [meter.Memory] says.
func (s *server) memory() (own, peak int64, err error) { return meter.Memory(s.cmd.Process.Pid) }

// cpu returns the processor time that the server has taken.
func (s *server) cpu() (time.Duration, error) {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", s.cmd.Process.Pid))
	if err != nil {
		return 0, err
	}
	// The name, in brackets, may hold spaces; user and system time are fields 14 and 15.
	f := strings.Fields(string(stat[bytes.LastIndexByte(stat, ')')+1:]))
	var ticks int64
	for _, s := range f[11:13] {
		n, err := strconv.ParseInt(s, 10, 64)
		if err != nil {
			return 0, err
		}
		ticks += n
	}
	return time.Duration(ticks) * 10 * time.Millisecond, nil // a tick is 1/100 s on Linux
}

// closeBody reads an answer to its end.
func closeBody(r *http.Response) (string, error) {
	b, err := io.ReadAll(r.Body)
	return string(b), errors.Join(err, r.Body.Close())
}
