package extract

import (
	"bufio"
	"context"
	"errors"
	"io"
	"strings"
	"unicode/utf16"

	"poterne"
)

var errRTFEnd = errors.New("rtf: document cut")

// readRTF reads Rich Text Format 1.9.1: the text of the document and of its
// headers, footers, notes, comments and text boxes, tables by cells, hidden and
// deleted text, addresses of links, document properties.
func readRTF(_ context.Context, in *input, out *emitter) error {
	src := in.stream()
	r := &rtfReader{in: in, src: src, r: bufio.NewReaderSize(src, 64<<10), out: out, fonts: map[int]int{}, codePage: 1252}
	r.stories = []*rtfStory{{zone: poterne.ZoneBody}}
	r.state = rtfState{uc: 1}
	return r.read()
}

// rtfReader reads one document. What a group sets ends with the group.
type rtfReader struct {
	in       *input
	src      *io.SectionReader
	r        *bufio.Reader // over src
	out      *emitter
	state    rtfState
	groups   []rtfState  // those of the open groups outside the current one
	stories  []*rtfStory // the innermost open story is the last
	codePage int         // of the document
	fonts    map[int]int
	deff     int

	pictures []picture

	raw     []byte // bytes in the code page rawPage, not yet decoded
	rawPage int
	high    rune // first half of a pair of \u
	skip    int  // characters to leave out: they stand for a \u

	field, name string // of the shape or document property whose value comes
}

// rtfState is what a group may set.
type rtfState struct {
	story   int  // index of the story that text goes to
	opens   bool // the group opened that story
	mute    bool // text is not text
	fonts   bool // inside the font table
	picture bool // digits are those of a picture
	drawn   bool // inside a picture that stands here for other readers again
	upr     bool // inside \upr: its Unicode twin comes
	hidden  bool
	deleted bool
	inTable bool
	font    int
	hasFont bool
	uc      int
	fresh   bool // no control word in the group yet
	star    bool
}

// rtfStory is a run of text that is read by itself: the body, a header, a note.
type rtfStory struct {
	zone     poterne.Zone
	property string // name, for properties
	value    rtfValue
	text     strings.Builder
	hidden   strings.Builder
	deleted  strings.Builder
	cells    []string
	table    *textTable
	row      int
}

// rtfValue says what the text of a story is kept for, when it is not sent as it is.
type rtfValue uint8

const (
	rtfText  rtfValue = iota
	rtfField          // the name of a property of a shape
	rtfShape          // its value
	rtfName           // the name of a document property
	rtfProp           // its value
	rtfInstr          // the instruction of a field
)

// rtfZones are the destinations that are stories of their own.
var rtfZones = map[string]poterne.Zone{
	"header": poterne.ZoneHeader, "headerl": poterne.ZoneHeader, "headerr": poterne.ZoneHeader, "headerf": poterne.ZoneHeader,
	"footer": poterne.ZoneFooter, "footerl": poterne.ZoneFooter, "footerr": poterne.ZoneFooter, "footerf": poterne.ZoneFooter,
	"footnote": poterne.ZoneNote, "annotation": poterne.ZoneComment, "atnauthor": poterne.ZoneComment, "atnid": poterne.ZoneComment,
	"shptxt": poterne.ZoneBody, "dptxbxtext": poterne.ZoneBody, "revtbl": poterne.ZoneProperty,
	"xe": poterne.ZoneHidden, "tc": poterne.ZoneHidden,
	"ffdeftext": poterne.ZoneHidden, "ffhelptext": poterne.ZoneHidden, "ffstattext": poterne.ZoneHidden, "ffl": poterne.ZoneHidden,
	"docvar": poterne.ZoneProperty,
}

// rtfProperties are the destinations of \info that hold text.
var rtfProperties = map[string]bool{
	"title": true, "subject": true, "author": true, "manager": true, "company": true, "operator": true,
	"category": true, "keywords": true, "comment": true, "doccomm": true, "hlinkbase": true,
}

// rtfValues are the destinations whose text is kept for something else.
var rtfValues = map[string]rtfValue{
	"sn": rtfField, "sv": rtfShape, "propname": rtfName, "staticval": rtfProp, "fldinst": rtfInstr,
}

// rtfOpen are the marked destinations whose text goes on where it stands, or that
// hold destinations that are known.
var rtfOpen = map[string]bool{
	"shpinst": true, "background": true, "shpgrp": true, "do": true, "result": true, "shp": true,
}

// rtfMute are the unmarked destinations whose text is not text.
var rtfMute = map[string]bool{
	"colortbl": true, "stylesheet": true, "filetbl": true, "info": true,
	"listtable": true, "listoverridetable": true, "nonesttables": true, "shprslt": true, "bkmkstart": true, "bkmkend": true,
	"datafield": true, "objclass": true, "objname": true, "template": true, "private": true, "sp": true, "userprops": true,
	"creatim": true, "revtim": true, "printim": true, "buptim": true, "ftnsep": true, "ftnsepc": true, "aftnsep": true, "aftnsepc": true,
}

// rtfChars are the control words that stand for a character.
var rtfChars = map[string]string{
	"tab": "\t", "line": "\n", "lbr": "\n", "emdash": "—", "endash": "–", "lquote": "‘", "rquote": "’",
	"ldblquote": "“", "rdblquote": "”", "bullet": "•", "emspace": " ", "enspace": " ", "qmspace": " ",
	"nestcell": "\t", "nestrow": "\n",
}

// maxGroups bounds the open groups whose settings are kept.
const maxGroups = 1 << 16

func (r *rtfReader) read() error {
	lost := 0 // groups open beyond maxGroups
	for !r.out.run.stopped {
		c, err := r.r.ReadByte()
		if err != nil {
			r.finish()
			if err == io.EOF && len(r.groups) > 0 {
				return errRTFEnd
			}
			return ended(err)
		}
		switch c {
		case '{':
			r.sync()
			r.skip = 0
			if len(r.groups) >= maxGroups {
				lost++
				continue
			}
			r.groups = append(r.groups, r.state)
			r.state.fresh, r.state.star, r.state.opens, r.state.picture = true, false, false, false
		case '}':
			r.sync()
			r.skip = 0
			if lost > 0 {
				lost--
				continue
			}
			r.closeGroup()
			if len(r.groups) == 0 {
				r.finish()
				if err := linesOf(decodeText(r.r, ""), r.out, poterne.ZoneHidden); err != nil { // what is behind the end
					return err
				}
				return r.out.scanned(r.pictures)
			}
		case '\\':
			if err := r.control(); err != nil && err != io.EOF {
				return err
			}
		case '\r', '\n', 0:
		default:
			r.put(c)
		}
	}
	return nil
}

func (r *rtfReader) closeGroup() {
	if r.state.opens {
		r.endStory()
	}
	if n := len(r.groups); n > 0 {
		r.state = r.groups[n-1]
		r.groups = r.groups[:n-1]
	}
}

// finish sends what is held of all open stories.
func (r *rtfReader) finish() {
	r.sync()
	for len(r.stories) > 0 {
		r.endStory()
	}
}

// page returns the code page of text in the current font.
func (r *rtfReader) page() int {
	font := r.deff
	if r.state.hasFont {
		font = r.state.font
	}
	if p := r.fonts[font]; p != 0 {
		return p
	}
	return r.codePage
}

// put takes one byte of text.
func (r *rtfReader) put(c byte) {
	r.state.fresh = false
	if r.skip > 0 {
		r.skip--
		return
	}
	if r.state.picture && unhex([]byte{c}, 0) >= 0 {
		r.picture()
		return
	}
	if r.state.mute {
		return
	}
	r.high = 0
	if p := r.page(); p != r.rawPage {
		r.sync()
		r.rawPage = p
	}
	r.raw = append(r.raw, c)
	if len(r.raw) >= maxSegment {
		r.sync()
	}
}

// sync decodes the bytes that wait.
func (r *rtfReader) sync() {
	if len(r.raw) == 0 {
		return
	}
	text := decodePage(r.raw, r.rawPage)
	r.raw = r.raw[:0]
	r.write(text)
}

// write adds text to the current story.
func (r *rtfReader) write(text string) {
	if r.state.mute {
		return
	}
	s := r.stories[r.state.story]
	switch {
	case r.state.hidden:
		s.hidden.WriteString(text)
	case r.state.deleted:
		s.deleted.WriteString(text)
	default:
		s.text.WriteString(text)
	}
	if s.text.Len()+s.hidden.Len()+s.deleted.Len() > maxSegment {
		r.paragraph()
	}
}

// char adds a character that a control word stands for.
func (r *rtfReader) char(text string) {
	if r.skip > 0 {
		r.skip--
		return
	}
	r.sync()
	r.write(text)
}

// unicode takes a \u. Pairs of surrogates come as two.
func (r *rtfReader) unicode(n int) {
	r.sync()
	c := rune(uint16(n))
	switch {
	case c >= 0xDC00 && c < 0xE000 && r.high != 0:
		r.write(string(utf16.DecodeRune(r.high, c)))
		r.high = 0
	case utf16.IsSurrogate(c):
		r.high = c
	case c >= 0xF020 && c <= 0xF0FF:
		r.write(string(c - 0xF000)) // a symbol font keeps its codes in the private area
	default:
		r.write(string(c))
		r.high = 0
	}
	r.skip = r.state.uc
}
