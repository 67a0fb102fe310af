package main

import (
	"errors"
	"io/fs"
	"os"
	"strings"
	"testing"
)

// addAccount adds an account under a key and returns the exit code.
func (b *bench) addAccount(login, key string) int {
	cmd := b.command(b.t.Context(), "serve", "account", "add", login, "--role", "dpo", "--key-file", b.path(key))
	cmd.Stdin = strings.NewReader(pagePassword + "\n")
	cmd.Run()
	return cmd.ProcessState.ExitCode()
}

// TestAccountUnderAnotherKeyLeavesNothing adds an account with a key that is not that
// of the state, then with that of the state.
func TestAccountUnderAnotherKeyLeavesNothing(t *testing.T) {
	b := newBench(t)
	b.scan()
	other := newBench(t)
	other.scan()
	if err := os.Rename(other.path("cle"), b.path("autre")); err != nil {
		t.Fatal(err)
	}
	if code := b.addAccount("dpo", "autre"); code != exitIntegrity {
		t.Errorf("under another key: code %d", code)
	}
	if _, err := os.Stat(b.path("etat/web")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the accounts under another key: %v", err)
	}
	if code := b.addAccount("dpo", "cle"); code != exitOK {
		t.Errorf("under the key of the state: code %d", code)
	}
	b.run([]int{exitOK}, "check")
}
