package extract

import (
	"strconv"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/htmlindex"

	"poterne"
)

// control reads what follows a backslash.
func (r *rtfReader) control() error {
	c, err := r.r.ReadByte()
	if err != nil {
		return err
	}
	if c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' {
		word, n, has, err := r.word(c)
		if err != nil {
			return err
		}
		r.apply(word, n, has)
		return nil
	}
	fresh := r.state.fresh
	r.state.fresh = false
	switch c {
	case '\'':
		hex, err := r.r.Peek(2)
		if err != nil {
			return err
		}
		if hi, lo := unhex(hex, 0), unhex(hex, 1); hi >= 0 && lo >= 0 {
			r.r.Discard(2)
			r.put(byte(hi<<4 | lo))
		}
	case '*':
		r.state.star, r.state.fresh = true, fresh
	case '~':
		r.char("\u00a0")
	case '_':
		r.char("-")
	case '-', ':', '|': // optional hyphen, index entries
	case '\r', '\n':
		r.sync()
		r.paragraph()
	default:
		r.put(c)
	}
	return nil
}

// word reads a control word and its number.
func (r *rtfReader) word(first byte) (word string, n int, has bool, err error) {
	const longest = 64 // the specification says 32
	var name [longest]byte
	name[0] = first
	length, sign := 1, 1
	for {
		c, err := r.r.ReadByte()
		if err != nil {
			return "", 0, false, err
		}
		switch {
		case !has && sign > 0 && (c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'):
			if length < longest {
				name[length] = c
				length++
			}
			continue
		case isDigit(c):
			has = true
			if n < 1<<31 {
				n = n*10 + int(c-'0')
			}
			continue
		case c == '-' && !has && sign > 0:
			sign = -1
			continue
		case c != ' ':
			r.r.UnreadByte()
		}
		return string(name[:length]), sign * n, has, nil
	}
}

// apply does what a control word says.
func (r *rtfReader) apply(word string, n int, has bool) {
	s := &r.state
	fresh := s.fresh
	s.fresh = false
	if word == "bin" {
		r.r.Discard(max(n, 0))
		return
	}
	if r.skip > 0 && word != "u" {
		if _, isChar := rtfChars[word]; isChar {
			r.skip--
			return
		}
	}
	if fresh && r.destination(word) {
		return
	}
	on := !has || n != 0
	switch word {
	case "u":
		if has {
			r.unicode(n)
		}
	case "uc":
		s.uc = max(0, min(n, 16))
	case "f", "cpg", "fcharset":
		r.setFont(word, n)
	case "plain":
		r.sync()
		s.hidden, s.deleted, s.hasFont = false, false, false
	case "v":
		r.sync()
		s.hidden = on
	case "deleted":
		r.sync()
		s.deleted = on
	case "intbl":
		s.inTable = true
	case "pard":
		s.inTable = false
	case "par", "sect", "page", "softpage":
		r.sync()
		r.paragraph()
	case "cell":
		r.sync()
		r.cell()
	case "row":
		r.sync()
		r.row()
	case "ansicpg":
		if n > 0 {
			r.codePage = n
		}
	case "mac":
		r.codePage = 10000
	case "pc":
		r.codePage = 437
	case "pca":
		r.codePage = 850
	case "deff":
		r.deff = n
	default:
		if text, ok := rtfChars[word]; ok {
			r.char(text)
		}
	}
}

// destination handles the first control word of a group, which may say what the
// group is. It returns false for a word that says no such thing.
func (r *rtfReader) destination(word string) bool {
	s := &r.state
	switch {
	case word == "fonttbl":
		s.fonts, s.mute = true, true
	case word == "upr":
		s.upr, s.mute = true, true
	case word == "ud" && s.upr:
		// The Unicode twin of a text that was passed over: it goes where that stood.
		s.mute, s.upr = false, false
	case word == "bkmkstart" || word == "bkmkend":
		s.mute = true
	case word == "pict" || word == "nonshppict":
		s.mute = true
		s.drawn = s.drawn || word == "nonshppict"
		s.picture = word == "pict" && !s.drawn
	case word == "objdata":
		s.mute = true
		r.object()
	case rtfValues[word] != 0 && !s.fonts:
		r.openStory(poterne.ZoneProperty, "", rtfValues[word])
	case rtfProperties[word]:
		r.openStory(poterne.ZoneProperty, word, rtfText)
	case rtfMute[word]:
		s.mute = true
	default:
		if zone, ok := rtfZones[word]; ok {
			r.openStory(zone, "", rtfText)
			return true
		}
		if s.star && !rtfOpen[word] {
			s.mute = true
			return true
		}
		return false
	}
	return true
}

// setFont changes the font, or describes it in the font table.
func (r *rtfReader) setFont(word string, n int) {
	s := &r.state
	switch {
	case word == "f":
		s.font, s.hasFont = n, true
	case !s.fonts || len(r.fonts) >= 1<<16:
	case word == "cpg":
		r.fonts[s.font] = n
	case n == 0 && r.codePage == 10000: // Word for Macintosh calls its own set ANSI
	case r.fonts[s.font] == 0:
		r.fonts[s.font] = charsetPages[n]
	}
}

// charsetPages gives the code page of \fcharset (RTF 1.9.1, font table). Charset
// 0 is ANSI, 1 the document's own, 2 that of symbol fonts.
var charsetPages = map[int]int{
	0: 1252, 77: 10000, 128: 932, 129: 949, 134: 936, 136: 950, 161: 1253, 162: 1254, 163: 1258,
	177: 1255, 178: 1256, 186: 1257, 204: 1251, 222: 874, 238: 1250, 254: 437, 255: 850,
}

// decodePage decodes bytes of a Windows code page; an unknown page is taken for 1252.
func decodePage(b []byte, page int) string {
	if lastHigh(b) < 0 {
		return string(b)
	}
	var enc encoding.Encoding = charmap.Windows1252
	switch page {
	case 1252:
		return legacy[windows1252].decode(b)
	case 437:
		enc = charmap.CodePage437
	case 852:
		enc = charmap.CodePage852
	case 850:
		return legacy[dosLatin].decode(b)
	case 10000:
		return legacy[macRoman].decode(b)
	case 65001:
		return string(b)
	default:
		name := map[int]string{932: "shift_jis", 936: "gbk", 949: "euc-kr", 950: "big5", 874: "windows-874"}[page]
		if name == "" {
			name = "windows-" + strconv.Itoa(page)
		}
		if e, err := htmlindex.Get(name); err == nil {
			enc = e
		}
	}
	text, err := enc.NewDecoder().Bytes(b)
	if err != nil {
		return string(b)
	}
	return string(text)
}

// lastHigh returns the index of the last byte of b above ASCII, or -1.
func lastHigh(b []byte) int {
	for i := len(b) - 1; i >= 0; i-- {
		if b[i] >= utf8.RuneSelf {
			return i
		}
	}
	return -1
}
