// Package report writes records for people and scripts: the screen of a scan,
// tables, CSV, JSON Lines and HTML. It never reads a document.
package report

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"poterne"
)

// Voice turns words of the program into words of a person's language. The
// functions come from the policy, which owns the sentences.
type Voice struct {
	Lang     string // "fr" or "en"
	Sentence func(poterne.Reason) string
	Class    func(poterne.Class) string // name of a class
	Kind     func(poterne.Kind) string  // name of a failure
	Category func(string) string
	Rule     func(string) string // name of a rule; of a subject, the category's
	Exposure func(poterne.Exposure) string
	Where    func(format string, p poterne.Place) string // of a document of a format
}

// pick returns the French or the English form.
func (v Voice) pick(fr, en string) string {
	if v.Lang == "en" {
		return en
	}
	return fr
}

// plural returns n with the form that its number takes: in French, zero and one
// are singular.
func (v Voice) plural(n int, fr, frs, en, ens string) string {
	one := n == 1 || n == 0 && v.Lang != "en"
	if one {
		return v.Number(n) + " " + v.pick(fr, en)
	}
	return v.Number(n) + " " + v.pick(frs, ens)
}

// Documents says how many documents there are.
func (v Voice) Documents(n int) string {
	return v.plural(n, "document", "documents", "document", "documents")
}

// Number groups the digits of n as the language does: narrow no-break spaces in
// French, commas in English.
func (v Voice) Number(n int) string {
	s := strconv.Itoa(n)
	sep := v.pick("\u202f", ",")
	for i := len(s) - 3; i > 0 && s[i-1] != '-'; i -= 3 {
		s = s[:i] + sep + s[i:]
	}
	return s
}

// Bytes writes a size with a unit of 1,000 as file managers do: "1,1 Mo".
func (v Voice) Bytes(n int64) string {
	units := []string{v.pick("o", "B"), v.pick("Ko", "KB"), v.pick("Mo", "MB"), v.pick("Go", "GB"), v.pick("To", "TB")}
	f, i := float64(n), 0
	for f >= 999.5 && i < len(units)-1 {
		f, i = f/1000, i+1
	}
	s := strconv.FormatFloat(f, 'f', 0, 64)
	if i > 1 && f < 99.5 {
		s = strconv.FormatFloat(f, 'f', 1, 64)
	}
	return strings.Replace(s, ".", v.pick(",", "."), 1) + "\u00a0" + units[i]
}

// Inert makes a name from a share harmless on a terminal and in a page: control
// characters, direction marks and bytes that are not UTF-8 are written as escapes.
func Inert(s string) string {
	if clean(s) {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); {
		r, n := utf8.DecodeRuneInString(s[i:])
		switch {
		case r == utf8.RuneError && n == 1:
			fmt.Fprintf(&b, `\x%02x`, s[i])
		case harmful(r):
			b.WriteString(strings.Trim(strconv.QuoteRuneToASCII(r), "'"))
		default:
			b.WriteRune(r)
		}
		i += n
	}
	return b.String()
}

func clean(s string) bool {
	return utf8.ValidString(s) && !strings.ContainsFunc(s, harmful)
}

// harmful covers controls, and all format characters: among them those that turn
// the direction of writing or are not seen.
func harmful(r rune) bool {
	return unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || r == '\u2028' || r == '\u2029'
}
