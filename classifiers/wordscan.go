package classifiers

import (
	"bytes"
	"encoding/binary"
	"math/bits"
	"slices"
)

// blockSize is how many bytes of text are looked at together: as many as a register
// has bits.
const blockSize = 64

// textPad is how many zeros stand behind a text while it is scanned, so that whole
// blocks, and what follows their last word, can be read at its end.
const textPad = blockSize + headLength

var zeros [textPad]byte

// scan adds the hits in text to hits, by owner, in the order in which they end. It
// writes zeros behind text, up to its capacity.
func (f *wordFinder) scan(text []byte, hits *[owners][]hit) {
	padded := append(slices.Grow(text, textPad), zeros[:]...)
	at := bytes.IndexByte(text, '@')
	for from, to := 0, 0; from < len(text); from = to {
		to = f.scanBlock(text, padded, from, hits)
		for at >= 0 && at < to {
			hits[ownerRules] = addHit(hits[ownerRules], hit{wordAt, int32(at), int32(at + 1)})
			if k := bytes.IndexByte(text[at+1:], '@'); k >= 0 {
				at += 1 + k
			} else {
				at = -1
			}
		}
	}
}

// scanBlock looks at the words that stand in the block at from, where none has
// started before, and returns where the next block starts: behind it, or at the word
// that does not end in it.
func (f *wordFinder) scanBlock(text, padded []byte, from int, hits *[owners][]hit) (to int) {
	b := (*[blockSize + headLength]byte)(padded[from:])
	m := marksOf((*[blockSize]byte)(b[:]))
	whole := blockSize - bits.LeadingZeros64(^m.word)
	if whole == 0 {
		return f.scanLong(text, from, hits)
	}
	if whole < blockSize {
		m.cut(whole)
	}
	starts, ends := m.word&^(m.word<<1), m.word<<1&^m.word
	var found [blockSize / 2]foundWord
	n := 0
	if m.odd == 0 {
		n = f.heads.sift(b, starts, ends, &found)
	} else {
		n = allWords(starts, ends, &found)
	}
	for _, w := range found[:n] {
		i, size := w.bounds()
		start := from + i
		k := headAt((*[headLength]byte)(b[i:]), size)
		if f.heads.begins(k.low)&1 != 0 || m.odd>>i&(1<<size-1) != 0 {
			f.follow(text, start, start, 0, hits)
		} else if e := f.heads.find(k); e != nil {
			f.follow(text, start, start+int(e.depth), e.node, hits)
		}
	}
	for d := m.digit &^ (m.digit << 1); d != 0; d &= d - 1 {
		f.addDigit(text, from+bits.TrailingZeros64(d), hits)
	}
	return from + whole
}

// scanLong looks at the word at from, which is longer than a block, and returns
// where it ends.
func (f *wordFinder) scanLong(text []byte, from int, hits *[owners][]hit) (to int) {
	f.follow(text, from, from, 0, hits)
	digit := false
	for to = from; to < len(text) && inWord(text[to]); to++ {
		if !digit && isDigit(text[to]) {
			digit = true
			f.addDigit(text, to, hits)
		}
	}
	return to
}

// inWord reports whether b is a part of a word for the finder.
func inWord(b byte) bool { return isWord[b] || b == foldOrdinal }

// addDigit adds the digit at text[at], which follows none, where it is the first
// byte of a word or the first digit of one that starts with a letter.
func (f *wordFinder) addDigit(text []byte, at int, hits *[owners][]hit) {
	h := hit{wordDigit, int32(at), int32(at + 1)}
	if at > 0 && inWord(text[at-1]) {
		h.word = wordMixed
		for i := at - 1; i >= 0 && inWord(text[i]); i-- {
			if isDigit(text[i]) {
				return
			}
		}
	}
	hits[ownerRules] = addHit(hits[ownerRules], h)
}

// blockMarks say, as bits, what the bytes of a block are.
type blockMarks struct {
	word  uint64 // inside a word
	digit uint64
	odd   uint64 // inside a word, and neither an ASCII letter nor a digit
}

// cut drops all from bit n on.
func (m *blockMarks) cut(n int) {
	keep := uint64(1)<<n - 1
	m.word &= keep
	m.digit &= keep
	m.odd &= keep
}

// The bits of eight bytes.
const (
	lows  = 0x0101010101010101
	highs = 0x80 * lows
)

// marksOf looks at a block, eight bytes at a time.
func marksOf(text *[blockSize]byte) blockMarks {
	var c columns
	for i := 0; i < blockSize; i += 32 { // by fours, which share the constants
		c = c.push(binary.LittleEndian.Uint64(text[i:]))
		c = c.push(binary.LittleEndian.Uint64(text[i+8:]))
		c = c.push(binary.LittleEndian.Uint64(text[i+16:]))
		c = c.push(binary.LittleEndian.Uint64(text[i+24:]))
	}
	m := blockMarks{word: inOrder(c.word)}
	if c.digit|c.odd != 0 {
		m.odd = inOrder(c.odd)
		m.digit = inOrder(c.digit) &^ m.odd
	}
	return m
}

// columns are blockMarks in the making: in each byte the highest bit is that of the
// last eight bytes, the next one that of those before.
type columns blockMarks

func (c columns) push(w uint64) columns {
	// No sum carries into the next byte, since all are of seven bits.
	x := w &^ highs
	low := x | 0x20*lows
	letter := (low + (0x80-'a')*lows) & ((0x80+'z')*lows - low)
	digit := (x + (0x80-'0')*lows) & ((0x80+'9')*lows - x)
	odd := w | (highs - (x ^ foldOrdinal*lows))
	return columns{
		word:  c.word>>1 | (letter|digit|odd)&highs,
		digit: c.digit>>1 | digit&highs,
		odd:   c.odd>>1 | odd&highs,
	}
}

// inOrder takes the bits of x, eight by eight, as the columns of a square, and
// returns its rows.
func inOrder(x uint64) uint64 {
	t := (x ^ x>>7) & 0x00AA00AA00AA00AA
	x ^= t ^ t<<7
	t = (x ^ x>>14) & 0x0000CCCC0000CCCC
	x ^= t ^ t<<14
	t = (x ^ x>>28) & 0x00000000F0F0F0F0
	return x ^ t ^ t<<28
}

// foundWord is a word of a block: its size and, above, where it starts.
type foundWord uint16

func (w foundWord) bounds() (start, size int) { return int(w >> 8), int(w & 0xFF) }

// sift finds those words of a block that may be entries, of all that start and end
// at these bits. It does not branch on what a word is, since nothing foretells that.
func (h *heads) sift(b *[blockSize + headLength]byte, starts, ends uint64, found *[blockSize / 2]foundWord) int {
	n := uint(0)
	for ; starts != 0; starts &= starts - 1 {
		start, end := bits.TrailingZeros64(starts)&63, bits.TrailingZeros64(ends)
		ends &= ends - 1
		size := end - start
		k := headAt((*[headLength]byte)(b[start:]), size)
		hash := k.hash()
		known := h.holds(hash) | h.holds(phraseHash(hash, b[end+1:end+3])) | h.begins(k.low)
		found[n%uint(len(found))] = foundWord(start<<8 | size)
		n += uint(known & 1)
	}
	return int(n)
}

// allWords finds all words of a block that start and end at these bits.
func allWords(starts, ends uint64, found *[blockSize / 2]foundWord) (n int) {
	for ; starts != 0; starts &= starts - 1 {
		start := bits.TrailingZeros64(starts)
		found[n] = foundWord(start<<8 | (bits.TrailingZeros64(ends) - start))
		ends &= ends - 1
		n++
	}
	return n
}

// headMasks keeps the first n bytes of a head, by n.
var headMasks = makeHeadMasks()

func makeHeadMasks() (t [2 * blockSize]head) {
	for n := range t {
		t[n] = head{1<<(8*n) - 1, 1<<(8*max(n-8, 0)) - 1}
	}
	return t
}

// headAt returns the head of the word of n bytes, at most a block, at the start of text.
func headAt(text *[headLength]byte, n int) head {
	mask := &headMasks[n&(len(headMasks)-1)]
	return head{
		(binary.LittleEndian.Uint64(text[:8]) | 0x20*lows) & mask.low,
		(binary.LittleEndian.Uint64(text[8:]) | 0x20*lows) & mask.high,
	}
}
