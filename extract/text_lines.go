package extract

import (
	"bytes"
	"io"
	"unicode/utf8"
)

// maxSegment bounds a segment of plain text, in bytes. Longer lines are cut: a
// line of 100 MB is read in the memory of one segment.
const maxSegment = 64 << 10

// lineReader reads UTF-8 text by lines ended by LF, CR or CRLF. Lines beyond
// [maxSegment] come in pieces with the same number.
type lineReader struct {
	r          io.Reader
	buf        []byte
	start, end int
	row        int  // number of the last line handed out, from 1
	open       bool // the last piece did not end its line
	skipLF     bool // the last line ended in CR at the end of the buffer
	err        error
}

func newLineReader(r io.Reader) *lineReader {
	return &lineReader{r: r, buf: make([]byte, 4<<10)}
}

// next returns the next line without its end, and its number. The line is valid
// until the next call. The error is io.EOF at the end, or that of the source.
func (l *lineReader) next() ([]byte, int, error) {
	for {
		if l.skipLF && l.start < l.end {
			if l.buf[l.start] == '\n' {
				l.start++
			}
			l.skipLF = false
		}
		pending := l.buf[l.start:l.end]
		if i := lineEnd(pending); i >= 0 {
			l.skipLF = pending[i] == '\r'
			l.start += i + 1
			return pending[:i], l.number(false), nil
		}
		if len(pending) >= maxSegment {
			n := cutPoint(pending)
			l.start += n
			return pending[:n], l.number(true), nil
		}
		if l.err != nil {
			if len(pending) == 0 {
				return nil, l.row, l.err
			}
			l.start = l.end
			return pending, l.number(false), nil
		}
		if len(pending) == len(l.buf) {
			l.buf = append(l.buf, make([]byte, len(l.buf))...)
		}
		l.end = copy(l.buf, pending)
		l.start = 0
		var n int
		n, l.err = l.r.Read(l.buf[l.end:])
		l.end += n
	}
}

// lineEnd returns the index of the first CR or LF of b, or -1.
func lineEnd(b []byte) int {
	lf := bytes.IndexByte(b, '\n')
	if lf >= 0 {
		b = b[:lf]
	}
	if cr := bytes.IndexByte(b, '\r'); cr >= 0 {
		return cr
	}
	return lf
}

// number counts a line, or a piece of one; open says that the line goes on.
func (l *lineReader) number(open bool) int {
	if !l.open {
		l.row++
	}
	l.open = open
	return l.row
}

// cutPoint returns where to cut b, a stretch of text without a line end, so that
// no value is cut in two if that can be: after a sentence or a separator; else at
// a space between words, since identifiers are written in groups of digits; else
// at any space; else after any sign; else between two characters.
func cutPoint(b []byte) int {
	from := len(b) - len(b)/8
	words, space, sign := 0, 0, 0
	for i := len(b) - 2; i >= from && i > 0; i-- {
		c := b[i]
		switch {
		case c == ' ' || c == '\t':
			prev, next := b[i-1], b[i+1]
			switch {
			case c == '\t', bytes.IndexByte([]byte(".;:!?,)}]"), prev) >= 0 && !isDigit(next):
				return i + 1
			case words == 0 && !isDigit(prev) && !isDigit(next):
				words = i + 1
			case space == 0:
				space = i + 1
			}
		case sign == 0 && c < utf8.RuneSelf && !isAlnum(c) && c != '.' && c != '-' && c != '@' && c != '_':
			sign = i + 1
		}
	}
	switch {
	case words > 0:
		return words
	case space > 0:
		return space
	case sign > 0:
		return sign
	}
	for i := len(b); i > len(b)-utf8.UTFMax; i-- {
		if utf8.RuneStart(b[i-1]) {
			if r, n := utf8.DecodeRune(b[i-1:]); r != utf8.RuneError || n > 1 {
				return i - 1 + n
			}
			return i - 1
		}
	}
	return len(b)
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

func isAlnum(c byte) bool {
	return isDigit(c) || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
}
