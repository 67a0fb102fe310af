package classifiers

import (
	"context"
	"strings"
	"unicode/utf8"

	"poterne"
)

// Titles of columns and names of sheets leave with a finding, to say where it was.
// Nothing keeps people from writing a value there.

// maxTitleRun and maxTitleDigits are the digits in a row and in all from which a
// title may be a value: two years have eight.
const (
	maxTitleRun    = 4
	maxTitleDigits = 8
	maxTitle       = 100 // bytes that are shown
)

// hideTitles empties each title and name of a sheet that holds a value.
func (d *document) hideTitles(ctx context.Context, all []poterne.Finding) {
	var known map[string]string
	clean := func(title string) string {
		if title == "" {
			return ""
		}
		shown, ok := known[title]
		if !ok {
			if !d.c.holdsValue(ctx, title) {
				shown = cut(title, maxTitle)
			}
			if known == nil {
				known = map[string]string{}
			}
			known[title] = shown
		}
		return shown
	}
	for i := range all {
		for k := range all[i].Spots {
			p := &all[i].Spots[k].Place
			p.Header, p.Sheet = clean(p.Header), clean(p.Sheet)
		}
	}
}

// holdsValue reports whether a title looks like a value, or holds what a rule or
// the search for names finds.
func (c *Classifier) holdsValue(ctx context.Context, title string) bool {
	run, all := 0, 0
	for _, b := range []byte(foldString(title)) {
		switch {
		case b == '@':
			return true
		case !isDigit(b):
			run = 0
			continue
		}
		run++
		if all++; run > maxTitleRun || all > maxTitleDigits {
			return true
		}
	}
	d := c.scratch.Get().(*document)
	defer c.scratch.Put(d)
	defer d.forget()
	d.reset(poterne.Document{})
	d.add(poterne.Segment{Part: &poterne.Part{}, Body: title})
	found := false
	for _, det := range d.detectors {
		for _, f := range det.finish() {
			found = found || f.Rule == rulePerson || c.isIdentifier(f.Rule)
		}
	}
	return found || ctx.Err() != nil
}

func (c *Classifier) isIdentifier(rule string) bool {
	for i := range c.rules.rules {
		if c.rules.rules[i].ID == rule {
			return true
		}
	}
	return false
}

// cut returns the first bytes of s, at most n, whole characters.
func cut(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return strings.TrimRight(s[:n], " ") + "…"
}
