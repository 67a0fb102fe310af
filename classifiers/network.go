package classifiers

import (
	"bytes"
	"net/netip"
)

// findIPv4 reads four octets. A private address is distinctive, save where it may
// be the number of a section; another needs a context. Addresses of documentation
// are examples (RFC 5737).
func (d *idDetector) findIPv4(s *segment, r *compiled, h hit) {
	text, start := s.text, int(h.start)
	if h.word != wordDigit || int(h.end)-start > 3 || !stands(text, h.end, '.', '.') || start > 1 && text[start-1] == '.' {
		return
	}
	i, small := start, true
	for k := range 4 {
		n := groupLength(text, i, 1)
		v, _ := number(text[i : i+min(n, 3)])
		if n < 1 || n > 3 || v > 255 || n > 1 && text[i] == '0' {
			return
		}
		small = small && v < 30
		if i += n; k < 3 {
			if i >= len(text) || text[i] != '.' {
				return
			}
			i++
		}
	}
	if !d.edges(text, start, i, '.', r) && !(i < len(text) && text[i] == '/') {
		return
	}
	a, err := netip.ParseAddr(string(text[start:i]))
	if err != nil || a.IsLoopback() || a.IsUnspecified() || a.IsMulticast() {
		return
	}
	class := classReal
	for _, p := range []string{"192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24"} {
		if netip.MustParsePrefix(p).Contains(a) {
			class = classExample
		}
	}
	mask := i < len(text) && text[i] == '/'
	private := a.IsPrivate() || netip.MustParsePrefix("100.64.0.0/10").Contains(a)
	d.found(r, start, i, text[start:i], candidate{class: class, grouped: mask || private && !small})
}

// findIPv6 reads what netip takes for an address of version 6, with at least three groups.
func (d *idDetector) findIPv6(s *segment, r *compiled, h hit) {
	text := s.text
	start, end := int(h.start), int(h.end)
	if end-start > 4 || !(end < len(text) && text[end] == ':' || start > 0 && text[start-1] == ':') {
		return
	}
	in := func(b byte) bool { return b == ':' || isDigit(b) || b|0x20 >= 'a' && b|0x20 <= 'f' }
	for start > 0 && h.start-int32(start) < 45 && in(text[start-1]) {
		start--
	}
	for end < len(text) && end-start < 46 && in(text[end]) {
		end++
	}
	if end < len(text) && isWord[text[end]] || start > 0 && isWord[text[start-1]] || d.seen(r, start) {
		return
	}
	for end > start && text[end-1] == ':' && !bytes.HasSuffix(text[start:end], []byte("::")) {
		end--
	}
	a, err := netip.ParseAddr(string(text[start:end]))
	if err != nil || !a.Is6() || bytes.Count(text[start:end], []byte(":")) < 3 || a.IsLoopback() || a.IsUnspecified() {
		return
	}
	class := classReal
	if netip.MustParsePrefix("2001:db8::/32").Contains(a) { // RFC 3849
		class = classExample
	}
	d.found(r, start, end, []byte(a.String()), candidate{class: class, grouped: true})
}

// seen reports whether the last candidate of r starts at start already.
func (d *idDetector) seen(r *compiled, start int) bool {
	for i := len(d.candidates) - 1; i >= max(0, len(d.candidates)-4); i-- {
		if c := &d.candidates[i]; c.rule == r && int(c.start) == start {
			return true
		}
	}
	return false
}

// findMAC reads six octets in hexadecimal; more of them are a fingerprint.
func (d *idDetector) findMAC(s *segment, r *compiled, h hit) {
	text, start := s.text, int(h.start)
	if h.end-h.start != 2 {
		return
	}
	hex := func(b byte) bool { return isDigit(b) || b|0x20 >= 'a' && b|0x20 <= 'f' }
	pair := func(i int) bool { return i >= 0 && i+1 < len(text) && hex(text[i]) && hex(text[i+1]) }
	var sep byte
	switch {
	case int(h.end) < len(text) && (text[h.end] == ':' || text[h.end] == '-'):
		sep = text[h.end]
	case start > 0 && (text[start-1] == ':' || text[start-1] == '-'):
		sep = text[start-1]
	default:
		return
	}
	for n := 0; n < 8 && start >= 3 && text[start-1] == sep && pair(start-3) && (start == 3 || !isWord[text[start-4]]); n++ {
		start -= 3
	}
	if d.seen(r, start) {
		return
	}
	end := start
	n := 0
	for pair(end) && n < 8 {
		n++
		end += 2
		if end >= len(text) || text[end] != sep || !pair(end+1) {
			break
		}
		end++
	}
	if n != 6 || end < len(text) && (isWord[text[end]] || text[end] == sep) || start > 0 && isWord[text[start-1]] {
		return
	}
	d.found(r, start, end, bytes.ReplaceAll(bytes.ToUpper(text[start:end]), []byte{sep}, nil), candidate{grouped: true})
}

// findHost takes the name that ends with an internal domain.
func (d *idDetector) findHost(s *segment, r *compiled, h hit) {
	text, start, end := s.text, int(h.start), int(h.end)
	if start == 0 || text[start-1] != '.' {
		return
	}
	in := func(b byte) bool { return isAlnum(b) || b == '-' || b == '.' }
	for start > 0 && h.start-int32(start) < 200 && in(text[start-1]) {
		start--
	}
	if start > 0 && (text[start-1] == '@' || isWord[text[start-1]]) || text[start] == '.' || text[start] == '-' {
		return
	}
	if bytes.EqualFold(text[h.start:end], []byte("intranet")) { // intranet.<ministry>.fr
		for end < len(text) && in(text[end]) {
			end++
		}
		if !bytes.HasSuffix(bytes.ToLower(text[start:end]), []byte(".fr")) || bytes.Count(text[h.start:end], []byte(".")) < 2 {
			return
		}
	}
	if end < len(text) && (text[end] == '.' && end+1 < len(text) && isAlnum(text[end+1]) || text[end] == '-') {
		return // .local.conf is a file
	}
	if !bytes.ContainsFunc(text[start:h.start], func(r rune) bool { return isLetter(byte(r)) }) {
		return
	}
	d.found(r, start, end, bytes.ToLower(text[start:end]), candidate{grouped: true})
}
