package classifiers

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"strings"

	"poterne"
)

// pemState collects a private key that starts in one segment and may end in
// another: a text file comes line by line.
type pemState struct {
	rule   *compiled
	place  poterne.Place
	offset int
	body   []byte // nil outside of a key
	at     offsets
}

// offsets is a place known in folded text and in its source, of the piece of the
// document that starts at base.
type offsets struct{ base, folded, source int }

// maxPEM is the length of the longest key collected: an RSA key of 16,384 bits
// has 13 KB.
const maxPEM = 16 << 10

// findPEM starts to collect after -----BEGIN … PRIVATE KEY-----.
func (d *idDetector) findPEM(s *segment, r *compiled, h hit) {
	text := s.text
	before := text[max(0, int(h.start)-30):h.start]
	k := bytes.LastIndex(before, []byte("-----BEGIN "))
	rest := bytes.TrimPrefix(text[h.end:], []byte(" BLOCK"))
	if k < 0 || !bytes.HasPrefix(rest, []byte("-----")) || bytes.IndexByte(before[k:], '\n') >= 0 || d.pem.body != nil {
		return
	}
	at := &d.pem.at
	if at.base != s.base || int(h.start) < at.folded {
		*at = offsets{base: s.base}
	}
	// Between two words, so that the rest folds by itself as it did in the whole.
	at.source += sourceOffset(s.Body[at.source:], int(h.start)-at.folded)
	at.folded = int(h.start)
	d.pem = pemState{rule: r, place: s.Place, offset: s.base + int(h.start), body: []byte{}, at: *at}
	end := len(text) - len(rest) + 5
	d.collectPEM(s.Body[at.source+sourceOffset(s.Body[at.source:], end-int(h.start)):])
}

// pemSegment goes on collecting in the segments after the one that it began in.
func (d *idDetector) pemSegment(s *segment) {
	if d.pem.body != nil && s.base > d.pem.offset {
		d.collectPEM(s.Body)
	}
}

func (d *idDetector) collectPEM(source string) {
	p := &d.pem
	// Of a key, dashes are its end; of anything else too.
	text, _, ended := strings.Cut(source[:min(len(source), maxPEM+5)], "-----")
	p.body = append(p.body, text[:min(len(text), maxPEM-len(p.body))]...)
	p.body = append(p.body, '\n')
	if ended || len(p.body) >= maxPEM {
		d.endPEM()
	}
}

// endPEM decides what was collected: a key that decodes is certain; a body of some
// length that does not is a damaged key; none, or dots, is a lesson.
func (d *idDetector) endPEM() {
	p := &d.pem
	if p.body == nil {
		return
	}
	body := strings.ReplaceAll(string(p.body), `\n`, "\n") // as JSON writes it
	p.body = nil
	var b strings.Builder
	for _, line := range strings.Split(body, "\n") {
		line = strings.TrimSpace(strings.Trim(line, "\"',\\> \r\t"))
		if strings.Contains(line, ":") || strings.HasPrefix(line, "=") {
			continue // Proc-Type, DEK-Info, the checksum of OpenPGP
		}
		b.WriteString(line)
	}
	text := b.String()
	if strings.Contains(text, "...") || strings.Contains(text, "…") || len(text) < 40 {
		return
	}
	raw, err := base64.RawStdEncoding.DecodeString(strings.TrimRight(text, "="))
	c := candidate{rule: p.rule, grouped: true, several: err == nil && keyBytes(raw)}
	if exampleSecret([]byte(text)) {
		c.class = classExample
	}
	d.tally.addAt(p.place, p.offset, &c, []byte(text))
}

// keyBytes reports whether raw is a DER sequence of its own length, an OpenSSH
// key, or an OpenPGP packet of a secret key.
func keyBytes(raw []byte) bool {
	if bytes.HasPrefix(raw, []byte("openssh-key-v1\x00")) {
		return true
	}
	if len(raw) < 16 {
		return false
	}
	switch {
	case raw[0] == 0x30 && raw[1] < 0x80:
		return len(raw) == 2+int(raw[1])
	case raw[0] == 0x30 && raw[1] == 0x81:
		return len(raw) == 3+int(raw[2])
	case raw[0] == 0x30 && raw[1] == 0x82:
		return len(raw) == 4+int(binary.BigEndian.Uint16(raw[2:]))
	}
	return raw[0] == 0x94 || raw[0] == 0x95 || raw[0] == 0xC5
}
