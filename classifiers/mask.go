package classifiers

import (
	"bytes"
	"strings"
)

// bullet stands for a hidden character.
const bullet = "•"

// masked returns what of a value may be shown: at most its first two and last two
// characters, as the rule's mask says ("2+2", "1+2"), less of a shorter value, and
// nothing of one under nine characters. The mask "email" keeps the last label of
// the domain. Without a mask nothing is kept, not even the length.
func (r *compiled) masked(v []byte) string {
	if r.Mask == "email" {
		return strings.Repeat(bullet, 3) + "@" + strings.Repeat(bullet, 3) + string(v[max(bytes.LastIndexByte(v, '.'), 0):])
	}
	if len(r.Mask) != 3 {
		return strings.Repeat(bullet, 5)
	}
	first, last := min(int(r.Mask[0]-'0'), 2), min(int(r.Mask[2]-'0'), 2)
	switch {
	case len(v) < 9:
		first, last = 0, 0
	case len(v) < 12:
		first, last = 0, min(last, 2)
	}
	var b strings.Builder
	group := r.groupEnds(len(v))
	for i, c := range v {
		if i > 0 && len(group) > 0 && group[0] == i {
			b.WriteByte(' ')
			group = group[1:]
		}
		if i < first || i >= len(v)-last {
			b.WriteByte(c)
		} else {
			b.WriteString(bullet)
		}
	}
	return b.String()
}

// groupEnds returns where a value of n characters is customarily split, by the
// first shape of the rule that has groups and fits.
func (r *compiled) groupEnds(n int) []int {
	for _, sh := range r.shapes {
		if !sh.split || sh.solid.min != n || sh.solid.max != n {
			continue
		}
		var ends []int
		at := 0
		for _, p := range sh.parts {
			switch {
			case p.kind == ' ' || p.kind == '~':
				ends = append(ends, at)
			case p.kind != 'l' || isAlnum(p.literal):
				at += p.max
			}
		}
		return ends
	}
	return nil
}

// normal returns s folded, in upper case, letters and digits only.
func normal(s string) string {
	var b []byte
	for _, c := range []byte(foldString(s)) {
		if isAlnum(c) {
			if c >= 'a' {
				c -= 'a' - 'A'
			}
			b = append(b, c)
		}
	}
	return string(b)
}
