package extract

import (
	"bufio"
	"context"
	"errors"
	"io"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"

	"poterne"
)

// readJSON reads JSON, JSON Lines and notebooks: each value with its key for a
// title, arrays of objects as tables. What is not JSON, such as a comment or a
// missing comma, does not stop it.
func readJSON(_ context.Context, in *input, out *emitter) error {
	r := bufio.NewReaderSize(decodeText(in.stream(), ""), 64<<10)
	head, _ := r.Peek(4096)
	if start := strings.TrimLeftFunc(string(head), unicode.IsSpace); start != "" && strings.IndexByte("{[\"/", start[0]) < 0 {
		return linesOf(r, out, poterne.ZoneBody)
	}
	return (&jsonReader{r: r, out: out, frames: []jsonFrame{{table: &jsonTable{}, array: true}}}).read()
}

var errJSONEnd = errors.New("json: document cut")

// maxFrames bounds the open objects and arrays that have a name and a row; what
// is nested deeper is counted only.
const maxFrames = 512

// jsonReader reads values one after the other and keeps only the open objects.
type jsonReader struct {
	r      *bufio.Reader
	out    *emitter
	frames []jsonFrame // the first is the document: a list of values
	deeper int         // open beyond frames
	buf    []byte
}

// jsonFrame is an open object or array.
type jsonFrame struct {
	array bool
	key   string // of the value that comes, in an object; that of the array itself, in an array
	table *jsonTable
	root  string // of a health identity, until its number comes
}

// jsonTable is a list of objects; the columns are numbered as their keys appear.
type jsonTable struct {
	name    string
	row     int
	columns map[string]int
}

func (t *jsonTable) column(key string) int {
	n, known := t.columns[key]
	if !known && len(t.columns) < maxCells {
		if t.columns == nil {
			t.columns = make(map[string]int)
		}
		n = len(t.columns) + 1
		t.columns[key] = n
	}
	return n
}

func (j *jsonReader) top() *jsonFrame { return &j.frames[len(j.frames)-1] }

// read reads all values.
func (j *jsonReader) read() error {
	for !j.out.run.stopped {
		c, err := j.r.ReadByte()
		if err == io.EOF && (len(j.frames) > 1 || j.deeper > 0) {
			return errJSONEnd
		}
		if err != nil {
			return ended(err)
		}
		switch c {
		case ' ', '\t', '\r', '\n', ',', ':':
		case '{', '[':
			j.push(c == '[')
		case '}', ']':
			j.pop()
		case '"', '\'':
			err = j.str(c)
		case '/':
			err = j.commentOrWord()
		default:
			err = j.word(c)
		}
		if err != nil {
			if err == io.EOF {
				err = errJSONEnd
			}
			return err
		}
	}
	return nil
}

func (j *jsonReader) push(array bool) {
	if len(j.frames) >= maxFrames {
		j.deeper++
		return
	}
	top := j.top()
	f := jsonFrame{array: array, key: top.key, table: top.table}
	switch {
	case array:
		f.table = &jsonTable{name: top.key}
	case top.array:
		top.table.row++
	}
	if !array {
		f.key = ""
	}
	j.frames = append(j.frames, f)
}

func (j *jsonReader) pop() {
	switch {
	case j.deeper > 0:
		j.deeper--
	case len(j.frames) > 1:
		j.frames = j.frames[:len(j.frames)-1]
	}
}

// value sends one value, or a piece of a long one.
func (j *jsonReader) value(text string) {
	top := j.top()
	key := top.key
	if strings.HasPrefix(key, "image/") || key == "application/pdf" {
		return // pictures of notebooks
	}
	switch {
	case key == "system" && strings.Contains(text, healthRoot):
		top.root = text
	case key == "value":
		text, top.root = rootedNumber(text, top.root), ""
	}
	j.out.cell(top.table.name, max(top.table.row, 0), top.table.column(key), key, cutData(text))
}

// str reads a string after its quote: a key where a colon follows, else a value.
func (j *jsonReader) str(quote byte) error {
	j.buf = j.buf[:0]
	pieces := false
	for {
		c, err := j.r.ReadByte()
		if err != nil {
			j.value(string(j.buf)) // cut inside a string
			return err
		}
		if c == quote {
			break
		}
		if c == '\\' {
			if err := j.escape(); err != nil {
				j.value(string(j.buf))
				return err
			}
		} else {
			j.buf = append(j.buf, c)
		}
		if len(j.buf) >= maxSegment {
			n := cutPoint(j.buf)
			j.value(string(j.buf[:n]))
			j.buf = append(j.buf[:0], j.buf[n:]...)
			pieces = true
			if j.out.run.stopped {
				return nil
			}
		}
	}
	text := string(j.buf)
	next, err := j.peek()
	if err == nil && next == ':' && !pieces && !j.top().array {
		if len(text) > maxName {
			j.value(text) // a value used as a key
			text = ""
		}
		if j.deeper == 0 {
			j.top().key = text
		}
		return nil
	}
	j.value(text)
	return nil
}

// peek returns the next byte that is not white space, without taking it.
func (j *jsonReader) peek() (byte, error) {
	for {
		c, err := j.r.ReadByte()
		if err != nil {
			return 0, err
		}
		if !space(c) {
			return c, j.r.UnreadByte()
		}
	}
}

// escape reads what follows a backslash.
func (j *jsonReader) escape() error {
	c, err := j.r.ReadByte()
	if err != nil {
		return err
	}
	switch c {
	case 'n':
		c = '\n'
	case 't':
		c = '\t'
	case 'r', 'b', 'f':
		c = ' '
	case 'u':
		r, err := j.hex()
		if err != nil {
			return err
		}
		if utf16.IsSurrogate(r) {
			if next, _ := j.r.Peek(2); string(next) == `\u` {
				j.r.Discard(2)
				low, err := j.hex()
				if err != nil {
					return err
				}
				r = utf16.DecodeRune(r, low)
			}
		}
		j.buf = utf8.AppendRune(j.buf, r)
		return nil
	}
	j.buf = append(j.buf, c)
	return nil
}

// hex reads four hexadecimal digits.
func (j *jsonReader) hex() (rune, error) {
	digits, err := j.r.Peek(4)
	if err != nil {
		return 0, err
	}
	n, err := strconv.ParseUint(string(digits), 16, 16)
	if err != nil {
		return utf8.RuneError, nil
	}
	j.r.Discard(4)
	return rune(n), nil
}

// word reads a number or a bare word that starts with c. The literals of JSON
// are not sent.
func (j *jsonReader) word(c byte) error {
	j.buf = append(j.buf[:0], c)
	for len(j.buf) < maxSegment {
		c, err := j.r.ReadByte()
		if err == io.EOF {
			break
		}
		if err != nil {
			return err
		}
		if strings.IndexByte(",:{}[]\"\r\n", c) >= 0 {
			j.r.UnreadByte()
			break
		}
		j.buf = append(j.buf, c)
	}
	switch text := strings.TrimSpace(string(j.buf)); text {
	case "null", "true", "false":
	default:
		j.value(text)
	}
	return nil
}

// commentOrWord reads what starts with a slash.
func (j *jsonReader) commentOrWord() error {
	next, err := j.r.Peek(1)
	if err != nil || next[0] != '/' && next[0] != '*' {
		return j.word('/')
	}
	var b []byte
	block := next[0] == '*'
	for {
		c, err := j.r.ReadByte()
		if err != nil && err != io.EOF {
			return err
		}
		end := err == io.EOF || !block && c == '\n' || block && len(b) > 1 && c == '/' && b[len(b)-1] == '*'
		if !end {
			b = append(b, c)
		}
		if end || len(b) >= maxSegment {
			j.out.text(poterne.Place{Zone: poterne.ZoneComment}, strings.Trim(string(b), "/* "))
			b = b[:0]
		}
		if end || j.out.run.stopped {
			return nil
		}
	}
}
