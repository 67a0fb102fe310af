package classifiers

import (
	"encoding/binary"
	"math/bits"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Folded text holds one byte for each letter of the Latin alphabet, accents gone
// and case kept (É is E), so that every comparison that follows is one of bytes.
// These bytes below the space stand for what has no ASCII letter:
const (
	foldSymbol  = 0x01 // any sign that is neither letter nor digit: €, •, invalid UTF-8
	foldBox     = 0x02 // an empty box: ☐
	foldTicked  = 0x03 // a ticked box: ☑ ☒ ✓ ✔
	foldOrdinal = 0x04 // ° and º: "n°" is not the word "no", and a number may follow at once
)

// Bytes from 0x80 up in folded text belong to letters, marks or digits of other
// scripts, so a byte is inside a word exactly when isWord says so.

// maxToken is the length in bytes from which a run of base64 characters is cut:
// longer ones are encoded data (a picture in a page), in which every rule finds
// something by chance. Its first headToken bytes are kept, for they tell what it is.
const (
	maxToken  = 256
	headToken = 64
)

// fold appends the folded form of src to dst: accents, soft hyphens, zero-width
// and combining characters gone, all spaces ' ', all dashes '-', typographic
// quotes straight, full-width forms ASCII. A tab or any line end becomes '\n',
// which no identifier crosses. Long encoded tokens are cut (maxToken).
func fold(dst []byte, src string) []byte {
	// A long token is one in folded text too, and that is in the cache.
	n := len(dst)
	if dst = foldPlain(dst, src); !hasLongToken(dst[n:]) {
		return dst
	}
	for dst = dst[:n]; ; {
		from, to := longToken(src)
		if from < 0 {
			return foldPlain(dst, src)
		}
		dst = foldPlain(dst, src[:from+headToken])
		dst = append(dst, '\n')
		src = src[to:]
	}
}

// unescaped returns text with what addresses and queries write in its place for a
// space, an at sign and a plus (RFC 3986): logs are full of names and numbers so.
func unescaped(text string) string {
	if i := strings.IndexByte(text, '%'); i < 0 || !strings.Contains(text[i:], "%20") && !strings.Contains(text[i:], "%40") && !strings.Contains(text[i:], "%2B") {
		return text
	}
	return escapes.Replace(text)
}

var escapes = strings.NewReplacer("%20", " ", "%40", "@", "%2B", "+")

// foldString returns the folded form of s, for words of rules and headers.
func foldString(s string) string { return string(fold(nil, s)) }

func foldPlain(dst []byte, src string) []byte {
	// No character folds to more bytes than it has.
	n := len(dst)
	dst = slices.Grow(dst, len(src))[:n+len(src)]
	for i := 0; i < len(src); {
		for i+8 <= len(src) { // eight characters at a time that fold to themselves
			w := eightBytes(src[i : i+8])
			const ones, high = 0x0101010101010101, 0x8080808080808080
			other := (w | (w - 0x20*ones) | (w + ones)) & high // above ASCII, below the space, DEL
			binary.LittleEndian.PutUint64(dst[n:n+8], w)
			if other != 0 {
				k := bits.TrailingZeros64(other) / 8
				i += k
				n += k
				if src[i] == 0xC3 && i+1 < len(src) { // the French accents: half of all that is not ASCII
					if t := foldLatin1[src[i+1]]; t != 0 {
						dst[n] = t
						n++
						i += 2
						continue
					}
				}
				break
			}
			i += 8
			n += 8
		}
		if i == len(src) {
			break
		}
		b := src[i]
		if t := foldASCII[b]; t != 0 {
			dst[n] = t
			n++
			i++
			continue
		}
		if b == 0xE2 && strings.HasPrefix(src[i:], "’") {
			dst[n] = '\''
			n++
			i += len("’")
			continue
		}
		if b == '\r' {
			if i+1 == len(src) || src[i+1] != '\n' {
				dst[n] = '\n'
				n++
			}
			i++
			continue
		}
		r, size := utf8.DecodeRuneInString(src[i:])
		n = len(foldRune(dst[:n], r))
		i += size
	}
	return dst[:n]
}

// eightBytes returns the first eight bytes of s, the first one lowest.
func eightBytes(s string) uint64 {
	_ = s[7]
	return uint64(s[0]) | uint64(s[1])<<8 | uint64(s[2])<<16 | uint64(s[3])<<24 |
		uint64(s[4])<<32 | uint64(s[5])<<40 | uint64(s[6])<<48 | uint64(s[7])<<56
}

// sourceOffset returns the offset in src of the byte at offset at of its folded
// form. Folding is cheap and exact, so the map between the two is worked out
// again where somebody asks instead of being kept for all text.
func sourceOffset(src string, at int) int {
	base := 0
	for at > 0 {
		from, to := longToken(src[base:])
		end := len(src)
		if from >= 0 {
			end = base + from + headToken
		}
		for i := base; i < end; {
			_, n := utf8.DecodeRuneInString(src[i:])
			if src[i] == '\r' && i+1 < len(src) && src[i+1] == '\n' {
				i++
				continue
			}
			var buf [8]byte
			at -= len(foldPlain(buf[:0], src[i:i+n]))
			if at < 0 {
				return i
			}
			i += n
			if at == 0 {
				return skipDropped(src, i)
			}
		}
		if from < 0 {
			return len(src)
		}
		base += to
		at--
	}
	return skipDropped(src, base)
}

// skipDropped returns the offset of the first character at or after i that folding keeps.
func skipDropped(src string, i int) int {
	for i < len(src) {
		_, n := utf8.DecodeRuneInString(src[i:])
		var buf [8]byte
		if len(foldPlain(buf[:0], src[i:i+n])) > 0 && !(src[i] == '\r' && i+1 < len(src) && src[i+1] == '\n') {
			break
		}
		i += n
	}
	return i
}

func hasLongToken(s []byte) bool { from, _ := longToken(s); return from >= 0 }

// longToken returns the bounds of the first run of more than maxToken base64
// characters in s, or -1. It looks at one byte in maxToken where there is none.
func longToken[T string | []byte](s T) (from, to int) {
	for low, p := 0, maxToken; p < len(s); {
		q := p
		for q >= low && isToken[s[q]] {
			q--
		}
		if p-q <= maxToken {
			low = q + 1
			p = q + 1 + maxToken
			continue
		}
		from = q + 1
		for to = p; to < len(s) && isToken[s[to]]; {
			to++
		}
		return from, to
	}
	return -1, -1
}

func foldRune(dst []byte, r rune) []byte {
	if r < rune(len(foldLow)) {
		if t := foldLow[r]; t != "" {
			return append(dst, t...)
		}
	}
	switch {
	case r == 0xA0, r >= 0x2000 && r <= 0x200A, r == 0x202F, r == 0x205F, r == 0x3000:
		return append(dst, ' ')
	case r == 0xAD, r >= 0x0300 && r <= 0x036F, r >= 0x200B && r <= 0x200F, r >= 0x202A && r <= 0x202E,
		r >= 0x2060 && r <= 0x206F, r >= 0xFE00 && r <= 0xFE0F, r == 0xFEFF:
		return dst
	case r == 0x85, r == 0x2028, r == 0x2029:
		return append(dst, '\n')
	case r >= 0x20A0 && r <= 0x20CF: // currencies
		return append(dst, foldSymbol)
	case r >= 0x2010 && r <= 0x2015, r == 0x2212, r == 0x2043, r == 0xFE58, r == 0xFE63:
		return append(dst, '-')
	case r == 0x2018, r == 0x2019, r == 0x201B, r == 0x2032, r == 0x02BC, r == 0xB4:
		return append(dst, '\'')
	case r == 0x201C, r == 0x201D, r == 0x201E, r == 0x2033, r == 0xAB, r == 0xBB:
		return append(dst, '"')
	case r == 0x2026:
		return append(dst, "..."...)
	case r == 0x2044:
		return append(dst, '/')
	case r == 0xB0, r == 0xBA, r == 0x02DA:
		return append(dst, foldOrdinal)
	case r == 0x2116: // №
		return append(dst, 'n', foldOrdinal)
	case r >= 0xFF01 && r <= 0xFF5E: // full width
		return append(dst, byte(r-0xFF01+'!'))
	case r >= 0xFB00 && r <= 0xFB06:
		return append(dst, [...]string{"ff", "fi", "fl", "ffi", "ffl", "st", "st"}[r-0xFB00]...)
	case r == 0x2610, r == 0x25A1, r == 0x25FB, r == 0x2B1C, r == 0xF0A8, r == 0xF06F: // the last two: Wingdings in Word files
		return append(dst, foldBox)
	case r == 0x2611, r == 0x2612, r == 0x2713, r == 0x2714, r == 0x2717, r == 0x2718, r == 0x2705, r == 0x22A0,
		r == 0xF0FE, r == 0xF0FD, r == 0xF078:
		return append(dst, foldTicked)
	case r != utf8.RuneError && (unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r)):
		return utf8.AppendRune(dst, r)
	}
	return append(dst, foldSymbol)
}

var (
	foldASCII  = makeFoldASCII()
	foldLow    = makeFoldLow()
	foldLatin1 = makeFoldLatin1()
	isWord     = makeSet(func(b byte) bool { return b >= 0x80 || isAlnum(b) })
	isToken    = makeSet(func(b byte) bool { return isAlnum(b) || strings.IndexByte("+/=_-", b) >= 0 })
)

func isDigit(b byte) bool  { return b-'0' < 10 }
func isUpper(b byte) bool  { return b-'A' < 26 }
func isLetter(b byte) bool { return b|0x20-'a' < 26 }
func isAlnum(b byte) bool  { return isDigit(b) || isLetter(b) }

func makeSet(in func(byte) bool) (set [256]bool) {
	for i := range set {
		set[i] = in(byte(i))
	}
	return set
}

// makeFoldASCII maps each ASCII byte to its folded form; 0 sends the byte down the slow way.
func makeFoldASCII() (t [256]byte) {
	for i := range byte(0x80) {
		switch {
		case i >= ' ' && i < 0x7F:
			t[i] = i
		case i == '\r':
		case i >= '\t' && i <= '\f':
			t[i] = '\n'
		default:
			t[i] = foldSymbol
		}
	}
	return t
}

// makeFoldLow maps the letters of Latin-1 and Latin Extended-A and a few more.
func makeFoldLow() (t [0x250]string) {
	for to, from := range map[string]string{
		"A": "ÀÁÂÃÄÅĀĂĄǍ", "a": "àáâãäåāăąǎª", "C": "ÇĆĈĊČ", "c": "çćĉċč", "D": "ÐĎĐ", "d": "ðďđ",
		"E": "ÈÉÊËĒĔĖĘĚ", "e": "èéêëēĕėęě", "G": "ĜĞĠĢ", "g": "ĝğġģ", "H": "ĤĦ", "h": "ĥħ",
		"I": "ÌÍÎÏĨĪĬĮİǏ", "i": "ìíîïĩīĭįıǐ", "J": "Ĵ", "j": "ĵ", "K": "Ķ", "k": "ķĸ", "L": "ĹĻĽĿŁ", "l": "ĺļľŀł",
		"N": "ÑŃŅŇŊ", "n": "ñńņňŉŋ", "O": "ÒÓÔÕÖØŌŎŐǑ", "o": "òóôõöøōŏőǒ", "R": "ŔŖŘ", "r": "ŕŗř",
		"S": "ŚŜŞŠȘ", "s": "śŝşšșſ", "T": "ŢŤŦȚ", "t": "ţťŧț", "U": "ÙÚÛÜŨŪŬŮŰŲǓ", "u": "ùúûüũūŭůűųǔ",
		"W": "Ŵ", "w": "ŵ", "Y": "ÝŶŸ", "y": "ýÿŷ", "Z": "ŹŻŽ", "z": "źżž",
		"AE": "Æ", "ae": "æ", "OE": "Œ", "oe": "œ", "ss": "ß", "TH": "Þ", "th": "þ", "IJ": "Ĳ", "ij": "ĳ",
	} {
		for _, r := range from {
			t[r] = to
		}
	}
	return t
}

// makeFoldLatin1 is foldLow for U+00C0..U+00FF, by second byte, where the form is one byte.
func makeFoldLatin1() (t [256]byte) {
	for r := rune(0xC0); r <= 0xFF; r++ {
		if s := makeFoldLow()[r]; len(s) == 1 {
			t[0x80+r-0xC0] = s[0]
		}
	}
	return t
}
