package classifiers

import (
	"slices"
)

// wordFinder finds the words and phrases of a dictionary in folded text: each word
// of the text is looked up whole in a table of how words start, and what is there
// goes on in a trie. Nine words of ten are settled by one bit of a filter.
type wordFinder struct {
	words []word
	heads heads

	class  [256]uint8 // of a byte; 0 is that of bytes which no word holds
	next   []uint32   // by node + class, 0 where no word goes on; a node is its row's offset, with the bit hasWords
	stride uint32
	out    [][]output // by the column classWords of a node: the words that end there, by id
}

// output is a word at its last node, with what report asks of nearly all.
type output struct {
	word  wordID
	flags wordFlags
	owner owner // the only owner, owners where there are several
}

// hasWords is the bit of a node where a word ends.
const hasWords = 1 << 31

// Classes of bytes that are not one character's.
const (
	classNone      = iota // no word holds it
	classSeparator        // what separates words, see isSpace
	classWords            // of no byte: the column holds where the words of a node are in out
	classFirst
)

// compile builds the finder. The dictionary must not change afterwards.
func (d *dictionary) compile() *wordFinder {
	f := &wordFinder{words: d.words}
	f.classify()
	f.next, f.out = make([]uint32, f.stride), make([][]output, 1)
	for id := firstWord; int(id) < len(d.words); id++ {
		w := &d.words[id]
		at := f.insert(w.text) + classWords
		if f.next[at] == 0 {
			f.next[at] = uint32(len(f.out))
			f.out = append(f.out, nil)
		}
		f.out[f.next[at]] = append(f.out[f.next[at]], outputOf(id, w))
	}
	for i, n := range f.next {
		if i%int(f.stride) != classWords && f.next[n+classWords] != 0 {
			f.next[i] |= hasWords
		}
	}
	f.heads.build(f)
	return f
}

// classify gives each character that words hold a class, both cases together.
func (f *wordFinder) classify() {
	classes := classFirst
	for _, w := range f.words {
		for i := range len(w.text) {
			b := w.text[i]
			if f.class[b] != classNone || isSpace[b] {
				continue
			}
			f.class[b] = uint8(classes)
			classes++
			if b >= 'a' && b <= 'z' {
				f.class[b-'a'+'A'] = f.class[b]
			}
		}
	}
	for b, space := range isSpace {
		if space {
			f.class[b] = classSeparator
		}
	}
	f.class[foldOrdinal] = f.class['o'] // "n°" and "no" are one word
	f.stride = uint32(classes)
}

// insert returns the node of text, made where there is none.
func (f *wordFinder) insert(text string) uint32 {
	n := uint32(0)
	for i := range len(text) {
		c := uint32(f.class[text[i]])
		m := f.next[n+c]
		if m == 0 {
			m = uint32(len(f.next))
			f.next = append(f.next, make([]uint32, f.stride)...)
			f.next[n+c] = m
			if c == classSeparator { // a run of separators counts as one
				f.next[m+c] = m
			}
		}
		n = m
	}
	return n
}

func outputOf(id wordID, w *word) output {
	o := output{id, w.flags, owners}
	if i := slices.Index([]uint8{1 << ownerRules, 1 << ownerMarkings, 1 << ownerLexicons}, w.owners); i >= 0 {
		o.owner = owner(i)
	}
	return o
}

// step returns the node to which byte b leads from node n, or 0.
func (f *wordFinder) step(n uint32, b byte) uint32 { return f.next[n&^hasWords+uint32(f.class[b])] }

// follow reports the words that start at start and go on from node n, whose text
// ends at end.
func (f *wordFinder) follow(text []byte, start, end int, n uint32, hits *[owners][]hit) {
	for {
		if n&hasWords != 0 {
			n &^= hasWords
			f.report(text, start, end, f.out[f.next[n+classWords]], hits)
		}
		if end == len(text) {
			return
		}
		if n = f.next[n+uint32(f.class[text[end]])]; n == 0 {
			return
		}
		end++
	}
}

// report adds the words of out that may end at end.
func (f *wordFinder) report(text []byte, start, end int, out []output, hits *[owners][]hit) {
	inside := end < len(text) && isWord[text[end]]
	for i := range out {
		o := &out[i]
		if inside && o.flags&wordPrefix == 0 && !mayGoOn(text, end, &f.words[o.word]) {
			continue
		}
		h := hit{o.word, int32(start), int32(end)}
		if o.owner < owners {
			hits[o.owner] = addHit(hits[o.owner], h)
			continue
		}
		for by := range owners {
			if f.words[o.word].owners&(1<<by) != 0 {
				hits[by] = addHit(hits[by], h)
			}
		}
	}
}

// mayGoOn reports whether w may end at end although a letter or digit follows there.
func mayGoOn(text []byte, end int, w *word) bool {
	switch {
	case !isWord[w.text[len(w.text)-1]] || text[end-1] == foldOrdinal:
		return true
	case w.flags&wordPlural != 0 && (text[end]|0x20 == 's' || text[end]|0x20 == 'x'):
		return end+1 == len(text) || !isWord[text[end+1]]
	}
	return false
}

// addHit adds h to hits, which are in the order in which they end, the longer one
// first. Words are found in the order in which they start: only phrases make a
// difference, and few.
func addHit(hits []hit, h hit) []hit {
	hits = append(hits, h)
	for i := len(hits) - 1; i > 0; i-- {
		p := hits[i-1]
		if p.end < h.end || p.end == h.end && p.start <= h.start {
			break
		}
		hits[i], hits[i-1] = p, h
	}
	return hits
}
