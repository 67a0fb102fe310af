package classifiers

import (
	"bytes"

	"poterne"
)

// mrzLines remembers the last lines that look like those of a machine-readable
// zone (ICAO 9303): they may come as one segment or as one for each line.
type mrzLines struct {
	line  [2]mrzLine // the one before the last, the last
	count int
}

type mrzLine struct {
	text   []byte
	place  poterne.Place
	offset int
}

// mrzSegment looks for machine-readable zones in the lines of s.
func (d *idDetector) mrzSegment(s *segment) {
	if bytes.IndexByte(s.text, '<') < 0 {
		if len(bytes.TrimSpace(s.text)) > 0 {
			d.mrz.count = 0
		}
		return
	}
	for from := 0; from < len(s.text); {
		end := from + bytes.IndexByte(s.text[from:], '\n')
		if end < from {
			end = len(s.text)
		}
		d.mrzLine(s, from, end)
		from = end + 1
	}
}

func (d *idDetector) mrzLine(s *segment, from, end int) {
	m := &d.mrz
	line := bytes.TrimSpace(s.text[from:end])
	if len(line) == 0 {
		return
	}
	if len(line) < 30 || len(line) > 60 {
		m.count = 0
		return
	}
	line = bytes.ReplaceAll(line, []byte(" "), nil) // optical recognition sees spaces
	for _, c := range line {
		if !isUpper(c) && !isDigit(c) && c != '<' {
			m.count = 0
			return
		}
	}
	cur := mrzLine{append([]byte(nil), line...), s.Place, s.base + from}
	for i := range d.f.rules {
		r := &d.f.rules[i]
		var zone []byte
		switch first := m.line[0]; {
		case m.count >= 1 && r.Find == "mrz-td3" && validTD3(m.line[1].text, line),
			m.count >= 1 && r.Find == "mrz-cni" && validMRZCNI(m.line[1].text, line):
			zone = append(append(zone, m.line[1].text...), line...)
		case m.count >= 2 && r.Find == "mrz-td1" && validTD1(first.text, m.line[1].text, line):
			zone = append(append(append(zone, first.text...), m.line[1].text...), line...)
		}
		if zone != nil {
			class := classReal
			if r.published[normal(string(zone))] {
				class = classExample
			}
			c := candidate{rule: r, several: true, grouped: true, class: class}
			d.tally.addAt(s.Place, s.base+from, &c, zone)
		}
	}
	m.line[0], m.line[1] = m.line[1], cur
	m.count = min(m.count+1, 2)
}

// mrzDigit is the check digit of ICAO 9303-3: weights 7, 3, 1; A is 10, < is 0.
func mrzDigit(fields ...[]byte) byte {
	sum, i := 0, 0
	for _, f := range fields {
		for _, c := range f {
			d := 0
			if isDigit(c) {
				d = int(c - '0')
			} else if isUpper(c) {
				d = int(c-'A') + 10
			}
			sum += d * [...]int{7, 3, 1}[i%3]
			i++
		}
	}
	return byte('0' + sum%10)
}

// validTD1 checks the three lines of an identity card or residence permit: number,
// birth, expiry and composite.
func validTD1(a, b, c []byte) bool {
	return len(a) == 30 && len(b) == 30 && len(c) == 30 && bytes.IndexByte([]byte("ACI"), a[0]) >= 0 &&
		a[14] == mrzDigit(a[5:14]) && b[6] == mrzDigit(b[:6]) && b[14] == mrzDigit(b[8:14]) &&
		b[29] == mrzDigit(a[5:30], b[:7], b[8:15], b[18:29]) && digits(b[:6]) && digits(b[8:14])
}

// validTD3 checks the two lines of a passport.
func validTD3(a, b []byte) bool {
	optional := func() bool {
		return b[42] == mrzDigit(b[28:42]) || b[42] == '<' && len(bytes.Trim(b[28:42], "<")) == 0
	}
	return len(a) == 44 && len(b) == 44 && a[0] == 'P' && b[9] == mrzDigit(b[:9]) && b[19] == mrzDigit(b[13:19]) &&
		b[27] == mrzDigit(b[21:27]) && optional() && b[43] == mrzDigit(b[:10], b[13:20], b[21:43]) && digits(b[13:19]) && digits(b[21:27])
}

// validMRZCNI checks the two lines of the identity cards from before 2021.
func validMRZCNI(a, b []byte) bool {
	return len(a) == 36 && len(b) == 36 && bytes.HasPrefix(a, []byte("IDFRA")) && b[12] == mrzDigit(b[:12]) &&
		digits(b[27:33]) && b[33] == mrzDigit(b[27:33]) && b[35] == mrzDigit(a, b[:35])
}
