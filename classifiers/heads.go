package classifiers

import (
	"encoding/binary"
	"math/bits"
)

// headLength is how many bytes of a word of the text are compared at once.
const headLength = 16

// head is the start of a word, in lower case, zeros behind it.
type head struct{ low, high uint64 }

// Odd multipliers without a pattern: the golden ratio's, and two of xxHash's.
const (
	mixLow    = 0x9E3779B97F4A7C15
	mixHigh   = 0xC2B2AE3D27D4EB4F
	mixPhrase = 0x165667B19E3779F9
)

// hash is good in its upper bits.
func (h head) hash() uint64 { return h.low*mixLow + h.high*mixHigh }

// heads are the first words of all entries of a dictionary, as far as a head goes.
//
// A word of a text that is none of them passes the filters in three cases of a
// hundred. They take 18 KB, and stay in the first cache; ten thousand rules of a
// user would let one word in five pass, which costs a look-up.
type heads struct {
	// filter holds, as bits, the words that are or may be entries, and those that are
	// only the first of phrases together with how the phrases go on.
	filter [1 << filterLog]uint64
	starts [1 << startsLog]uint64 // by hash of the first four bytes, as bits: some entry that any letters may follow starts so
	slots  []uint32               // by hash: index in list, from 1; the next one where it is taken
	list   []headEntry
}

const (
	filterLog    = 11
	startsLog    = 8
	prefixLength = 4
)

// holds is 1, in its lowest bit, where hash may be in the filter.
func (h *heads) holds(hash uint64) uint64 {
	return h.filter[hash>>(64-filterLog)] >> (hash >> (64 - filterLog - 6) & 63)
}

// phraseHash is the hash of a word that goes on behind a separator with these two bytes,
// in any case; where the first is a separator too, the second does not matter.
func phraseHash(hash uint64, behind []byte) uint64 {
	return hash + (uint64(binary.LittleEndian.Uint16(behind)|0x2020)&secondMask[behind[0]]+1)*mixPhrase
}

var secondMask = makeSecondMask()

func makeSecondMask() (t [256]uint64) {
	for b, space := range isSpace {
		if !space {
			t[b] = 0xFFFF
		}
	}
	return t
}

// begins is 1, in its lowest bit, where a word may start with an entry that any
// letters may follow.
func (h *heads) begins(low uint64) uint64 {
	hash := uint32(low) * (mixLow >> 32)
	return h.starts[hash>>(32-startsLog)] >> (hash >> (32 - startsLog - 6) & 63)
}

type headEntry struct {
	head
	node  uint32 // where the trie goes on
	depth uint32 // bytes of the word that lead there
}

// build enters the words of f, whose trie is complete.
func (h *heads) build(f *wordFinder) {
	entries := map[string]bool{}
	enter := func(first string) {
		first = first[:min(len(first), headLength)]
		if !entries[first] {
			entries[first] = true
			h.enter(f, first)
		}
	}
	for id := firstWord; int(id) < len(f.words); id++ {
		w := &f.words[id]
		first := firstOf(w.text)
		if first == "" {
			continue // of another script: found without a head
		}
		enter(first)
		if first == w.text && w.flags&wordPlural != 0 {
			enter(first + "s")
			enter(first + "x")
		}
		if first == w.text && w.flags&wordPrefix != 0 {
			h.enterPrefix(first)
		}
	}
	h.slots = make([]uint32, 2<<bits.Len(uint(len(h.list))))
	for n, e := range h.list {
		i := h.slot(e.hash())
		for h.slots[i] != 0 {
			i = (i + 1) % len(h.slots)
		}
		h.slots[i] = uint32(n + 1)
	}
}

// firstOf returns the first word of text, or "" where it is not all letters of the
// Latin alphabet and digits.
func firstOf(text string) string {
	n := 0
	for n < len(text) && isWord[text[n]] {
		if text[n] >= 0x80 {
			return ""
		}
		n++
	}
	return text[:n]
}

// enter enters a first word, cut to a head.
func (h *heads) enter(f *wordFinder, first string) {
	e := headEntry{head: headOf(first)}
	for int(e.depth) < len(first) {
		n := f.step(e.node, first[e.depth])
		if n == 0 {
			break // the s of a plural
		}
		e.node = n
		e.depth++
		if int(e.depth) == len(first)-1 && n&hasWords != 0 {
			break // a word of which this may be the plural
		}
	}
	h.list = append(h.list, e)
	hash := e.hash()
	if int(e.depth) < len(first) || len(first) == headLength || f.endsSoon(e.node) {
		h.keep(hash)
		return
	}
	for a := range 256 {
		n := f.step(e.node, byte(a))
		if isWord[a] || n == 0 {
			continue
		}
		for one := range 256 {
			m := f.step(n, byte(one))
			for two := 0; two < 256 && m != 0; two++ {
				if m&hasWords != 0 || isSpace[one] || f.step(m, byte(two)) != 0 {
					h.keep(phraseHash(hash, []byte{byte(one), byte(two)}))
				}
			}
		}
	}
}

// endsSoon reports whether a word ends at n, or one byte behind it.
func (f *wordFinder) endsSoon(n uint32) bool {
	if n&hasWords != 0 {
		return true
	}
	for b := range 256 {
		if !isWord[b] && f.step(n, byte(b))&hasWords != 0 {
			return true
		}
	}
	return false
}

func (h *heads) keep(hash uint64) {
	h.filter[hash>>(64-filterLog)] |= 1 << (hash >> (64 - filterLog - 6) & 63)
}

// enterPrefix enters a word that any letters may follow, or nothing.
func (h *heads) enterPrefix(word string) {
	if len(word) < prefixLength-2 { // it would be each of thousands
		for i := range h.starts {
			h.starts[i] = ^uint64(0)
		}
		return
	}
	hash := uint32(headOf(word).low) * (mixLow >> 32)
	h.starts[hash>>(32-startsLog)] |= 1 << (hash >> (32 - startsLog - 6) & 63)
	if len(word) < prefixLength {
		for _, b := range "0123456789abcdefghijklmnopqrstuvwxyz" {
			h.enterPrefix(word + string(b))
		}
	}
}

// headOf returns the head of a word in lower case.
func headOf(word string) head {
	var b [headLength]byte
	copy(b[:], word)
	return head{binary.LittleEndian.Uint64(b[:8]), binary.LittleEndian.Uint64(b[8:])}
}

// find returns the entry of a head, or nil.
func (h *heads) find(k head) *headEntry {
	for i := h.slot(k.hash()); h.slots[i] != 0; i = (i + 1) % len(h.slots) {
		if e := &h.list[h.slots[i]-1]; e.low == k.low && e.high == k.high {
			return e
		}
	}
	return nil
}

// slot is where a hash is looked for first. There is a power of two of slots.
func (h *heads) slot(hash uint64) int { return int(hash>>20) & (len(h.slots) - 1) }
