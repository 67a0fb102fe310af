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

// TestCheckOfAccountsThatWent empties, then deletes the file of accounts: check and
// list say so, and make none.
func TestCheckOfAccountsThatWent(t *testing.T) {
	b := newBench(t)
	b.scan()
	if out, _ := b.run([]int{exitOK}, "check"); strings.Contains(out, "comptes") {
		t.Errorf("accounts that never were are told: %s", out)
	}
	if out, _ := b.run([]int{exitOK}, "serve", "account", "list"); out != "" {
		t.Errorf("a list of none: %s", out)
	}
	b.run([]int{exitUsage}, "serve", "account", "disable", "dpo")
	if _, err := os.Stat(b.path("etat/web")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("accounts that nobody made: %v", err)
	}
	b.account("dpo", "--role", "dpo")
	if out, _ := b.run([]int{exitOK}, "check"); !strings.Contains(out, "comptes : 1") {
		t.Errorf("check tells no accounts: %s", out)
	}
	file := b.path("etat/web/accounts.db")
	for _, hurt := range []func() error{func() error { return os.Truncate(file, 0) }, func() error { return os.Remove(file) }} {
		if err := hurt(); err != nil {
			t.Fatal(err)
		}
		for range 2 {
			b.run([]int{exitIntegrity}, "serve", "account", "list")
			b.run([]int{exitIntegrity}, "check")
		}
	}
}
