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

// hideTitles empties each title and name of a sheet that holds a value, and each title
// without a word that a rule or a vocabulary knows: where a table lies on its side,
// the titles are the names of persons.
func (d *document) hideTitles(ctx context.Context, all []poterne.Finding) {
	hides := map[string]bool{}
	shown := func(title string) string {
		if title == "" {
			return ""
		}
		hide, ok := hides[title]
		if !ok {
			hide = d.c.holdsValue(ctx, title)
			hides[title] = hide
		}
		if hide {
			return ""
		}
		return cut(title, maxTitle)
	}
	for i := range all {
		for k := range all[i].Spots {
			p := &all[i].Spots[k].Place
			if p.Sheet = shown(p.Sheet); !d.c.knowsWord(p.Header) {
				p.Header = ""
			}
			p.Header = shown(p.Header)
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

// knowsWord reports whether a rule or a vocabulary has a word of title.
func (c *Classifier) knowsWord(title string) bool {
	var hits [owners][]hit
	c.words.scan(fold(nil, titleWords(title)), &hits)
	for _, h := range hits {
		if len(h) > 0 {
			return true
		}
	}
	return false
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
