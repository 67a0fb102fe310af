package main

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/pflag"
)

// The values of flags are checked where they are set, so that a bad one is told
// the same way whether it comes from the command line, the environment or a file.

// wordFlag takes one of a few words.
type wordFlag struct {
	to   *string
	from []string
}

// oneOf returns a flag that takes one of the words, the first one by default.
func oneOf(to *string, words ...string) pflag.Value {
	*to = words[0]
	return wordFlag{to, words}
}

func (f wordFlag) String() string { return *f.to }
func (f wordFlag) Type() string   { return strings.Join(f.from, "|") }

func (f wordFlag) Set(s string) error {
	if !slices.Contains(f.from, s) {
		return errors.New(f.Type())
	}
	*f.to = s
	return nil
}

// countFlag takes a number from 0 on.
type countFlag int

func (f *countFlag) String() string { return strconv.Itoa(int(*f)) }
func (f *countFlag) Type() string   { return "N" }

func (f *countFlag) Set(s string) error {
	n, err := strconv.ParseUint(s, 10, 20)
	if err != nil {
		return errors.New("0, 1, 2…")
	}
	*f = countFlag(n)
	return nil
}

// timeFlag takes a time from 0 on.
type timeFlag time.Duration

func (f *timeFlag) String() string {
	if *f == 0 {
		return "0"
	}
	return time.Duration(*f).String()
}

func (f *timeFlag) Type() string { return "90s|10m|6h" }

func (f *timeFlag) Set(s string) error {
	d, err := time.ParseDuration(s)
	if err != nil || d < 0 {
		return errors.New(f.Type())
	}
	*f = timeFlag(d)
	return nil
}

// sizeFlag takes a number of bytes.
type sizeFlag int64

func (f *sizeFlag) String() string { return strconv.FormatInt(int64(*f), 10) }
func (f *sizeFlag) Type() string   { return "64Mo|1GB|512MiB" }

func (f *sizeFlag) Set(s string) error {
	n, err := parseBytes(s)
	if err != nil {
		return errors.New(f.Type())
	}
	*f = sizeFlag(n)
	return nil
}

// flagProblem says in the user's language what is wrong with a flag.
func (a *app) flagProblem(flags *pflag.FlagSet, err error) error {
	var unknown *pflag.NotExistError
	var empty *pflag.ValueRequiredError
	var bad *pflag.InvalidValueError
	switch {
	case errors.As(err, &unknown):
		name := unknown.GetSpecifiedName()
		return fmt.Errorf(a.say("option inconnue : %s%s", "unknown flag: %s%s"), dashed(name), a.meant("--", name, flagNames(flags)))
	case errors.As(err, &empty):
		return fmt.Errorf(a.say("l'option %s attend une valeur", "flag %s wants a value"), dashed(empty.GetSpecifiedName()))
	case errors.As(err, &bad):
		return fmt.Errorf(a.say("--%s %q : attendu %w", "--%s %q: wanted %w"), bad.GetFlag().Name, bad.GetValue(), bad.Unwrap())
	}
	return err
}

func dashed(name string) string {
	if len(name) == 1 {
		return "-" + name
	}
	return "--" + name
}
