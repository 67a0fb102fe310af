package poterne

import (
	"fmt"
	"strconv"
)

// Level is how sensitive a document is (doctrine D.2). The zero value is
// Unassessed, so that a forgotten field never says "public".
type Level int8

// Levels, in ascending order. Outside of this program they are written −1..5.
const (
	Unassessed Level = iota // −1: not read, or not read whole
	Public                  // 0
	Internal                // 1
	Personal                // 2
	Sensitive               // 3: presumption of particular sensitivity
	Restricted              // 4: Diffusion Restreinte and its like
	Classified              // 5
)

// Number returns the level as it is written outside: −1..5.
func (l Level) Number() int { return int(l) - 1 }

// LevelOf returns the level written n, or an error where n is not in −1..5.
func LevelOf(n int) (Level, error) {
	if n < -1 || n > 5 {
		return Unassessed, fmt.Errorf("level %d is not in -1..5", n)
	}
	return Level(n + 1), nil
}

// String returns the number of l.
func (l Level) String() string { return strconv.Itoa(l.Number()) }

// MarshalText writes l as its number.
func (l Level) MarshalText() ([]byte, error) { return []byte(l.String()), nil }

// UnmarshalText reads a number written by MarshalText.
func (l *Level) UnmarshalText(b []byte) error {
	n, err := strconv.Atoi(string(b))
	if err != nil {
		return fmt.Errorf("level: %w", err)
	}
	*l, err = LevelOf(n)
	return err
}

// Class is the least demanding hosting that a document may have (doctrine A.3).
// The zero value is ClassUnknown, so that a forgotten field never says "anywhere".
type Class int8

// Hosting classes, in ascending order.
const (
	ClassUnknown Class = iota // H?: do not move
	H0                        // any commercial cloud
	H1                        // commercial cloud in the EU or EEA
	H2                        // EU cloud under EU control
	H3                        // cloud de confiance: SecNumCloud
	H4                        // internal cloud of the State
	H5                        // classified network
)

var classNames = [...]string{"H?", "H0", "H1", "H2", "H3", "H4", "H5"}

// Classes lists the classes in ascending order.
func Classes() []Class { return []Class{ClassUnknown, H0, H1, H2, H3, H4, H5} }

// ClassOf returns the class named s ("H3"), or an error.
func ClassOf(s string) (Class, error) {
	for i, n := range classNames {
		if n == s {
			return Class(i), nil
		}
	}
	return ClassUnknown, fmt.Errorf("class %q is not one of H0..H5, H?", s)
}

// String returns "H0".."H5" or "H?".
func (c Class) String() string { return nameOf(classNames[:], int(c)) }

// MarshalText writes c as its name.
func (c Class) MarshalText() ([]byte, error) { return []byte(c.String()), nil }

// UnmarshalText reads a name written by MarshalText.
func (c *Class) UnmarshalText(b []byte) (err error) {
	*c, err = ClassOf(string(b))
	return err
}

// Flag is a demand on hosting that stands beside the class.
type Flag string

// Flags.
const (
	FlagHDS Flag = "HDS" // certified host of health data (CSP L1111-8)
	FlagFR  Flag = "FR"  // French operators and territory (Spécial France)
	FlagDR  Flag = "DR"  // information system accredited for Diffusion Restreinte (II 901)
)

// Hosting is where a document may go at least.
type Hosting struct {
	Class Class
	Flags []Flag // sorted, no duplicates
}
