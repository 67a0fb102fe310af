package main

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"github.com/rogpeppe/go-internal/testscript"

	"poterne/testdata"
)

// The program itself is a command of the scripts, so that they type what users type.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"poterne": main})
}

func TestScripts(t *testing.T) {
	// Children are this same test binary, started as the program.
	testscript.Run(t, testscript.Params{
		Dir: "testdata/script",
		Setup: func(env *testscript.Env) error {
			env.Setenv("HOME", env.WorkDir)
			env.Setenv("XDG_STATE_HOME", filepath.Join(env.WorkDir, ".state"))
			env.Setenv("XDG_CONFIG_HOME", filepath.Join(env.WorkDir, ".config"))
			env.Setenv("LC_ALL", "C")
			// Days that derogations are about.
			env.Setenv("SIX_MONTHS_AGO", time.Now().AddDate(0, -6, 0).Format(time.DateOnly))
			env.Setenv("IN_20_DAYS", time.Now().AddDate(0, 0, 20).Format(time.DateOnly))
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"exit":     exitCode,
			"example":  writeExample,
			"flip":     flipBytes,
			"picture":  writePicture,
			"document": writeDocument,
			"named":    execNamed,

			"grep-state": grepState,
		},
		UpdateScripts: os.Getenv("UPDATE_SCRIPTS") != "",
	})
}

// exitCode runs a command and wants its exit code: exit 3 poterne scan x.
func exitCode(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exit CODE COMMAND…")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	err = ts.Exec(args[1], args[2:]...)
	got := 0
	var e *exec.ExitError
	if errors.As(err, &e) {
		got = e.ExitCode()
	} else if err != nil {
		ts.Fatalf("%v", err)
	}
	if got != want {
		ts.Fatalf("exit code %d, want %d", got, want)
	}
}

// execNamed runs a command with the first word of a file in the place of "{}":
// named FILE COMMAND…
func execNamed(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) < 2 {
		ts.Fatalf("usage: named FILE COMMAND…")
	}
	words := strings.Fields(ts.ReadFile(args[0]))
	if len(words) == 0 {
		ts.Fatalf("%s is empty", args[0])
	}
	for i := range args {
		if args[i] == "{}" {
			args[i] = words[0]
		}
	}
	if err := ts.Exec(args[1], args[2:]...); (err != nil) != neg {
		ts.Fatalf("%s: %v", args[1], err)
	}
}

// grepState wants a text in a file, or the name of one, below a folder, read as
// UTF-8 and as UTF-16: grep-state DIR TEXT.
func grepState(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) != 2 {
		ts.Fatalf("usage: grep-state DIR TEXT")
	}
	wide := make([]byte, 0, 2*len(args[1]))
	for _, u := range utf16.Encode([]rune(args[1])) {
		wide = append(wide, byte(u), byte(u>>8))
	}
	where, files := "", 0
	ts.Check(filepath.WalkDir(ts.MkAbs(args[0]), func(p string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		data, err := os.ReadFile(p)
		files++
		if strings.Contains(p, args[1]) || bytes.Contains(data, []byte(args[1])) || bytes.Contains(data, wide) {
			where = p
		}
		return err
	}))
	if files == 0 {
		ts.Fatalf("%s holds no file", args[0])
	}
	if (where == "") != neg {
		ts.Fatalf("%q: found in %q", args[1], where)
	}
}

// writeExample writes the example share: example DIR.
func writeExample(ts *testscript.TestScript, _ bool, args []string) {
	ts.Check(testdata.Write(ts.MkAbs(args[0])))
}

// flipBytes damages the largest segment of an index below a folder: flip DIR.
func flipBytes(ts *testscript.TestScript, _ bool, args []string) {
	largest, size := "", int64(-1)
	ts.Check(filepath.WalkDir(ts.MkAbs(args[0]), func(p string, e fs.DirEntry, err error) error {
		if err != nil || filepath.Ext(p) != ".zap" {
			return err
		}
		info, err := e.Info()
		if err == nil && info.Size() > size {
			largest, size = p, info.Size()
		}
		return err
	}))
	data, err := os.ReadFile(largest)
	ts.Check(err)
	for i := len(data) / 2; i < len(data)/2+16 && i < len(data); i++ {
		data[i] ^= 0x55
	}
	ts.Check(os.WriteFile(largest, data, 0o600))
}

func TestParseBytes(t *testing.T) {
	for in, want := range map[string]int64{"100": 100, "256Mo": 256e6, "1GB": 1e9, "512MiB": 512 << 20, "1,5 Ko": 1500, "2k": 2000} {
		got, err := parseBytes(in)
		if err != nil || got != want {
			t.Errorf("parseBytes(%q) = %d, %v, want %d", in, got, err, want)
		}
	}
	for _, in := range []string{"", "Mo", "-1", "0", "12 parsecs", "1e9"} {
		if n, err := parseBytes(in); err == nil {
			t.Errorf("parseBytes(%q) = %d, want an error", in, n)
		}
	}
}

// TestEveryCommandSpeaksBothLanguages wants a French and an English line for each
// command and flag, and no command without help.
func TestEveryCommandSpeaksBothLanguages(t *testing.T) {
	help := func(lang string) map[string]string {
		out := map[string]string{}
		for _, c := range newRoot(&app{lang: lang}).Commands() {
			if !c.Hidden {
				out[c.Name()] = c.Short
			}
		}
		return out
	}
	fr, en := help("fr"), help("en")
	for name, short := range fr {
		if strings.TrimSpace(short) == "" || en[name] == "" || (short == en[name] && name != "version") {
			t.Errorf("%s: %q and %q", name, short, en[name])
		}
	}
}
