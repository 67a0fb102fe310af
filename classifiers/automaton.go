package classifiers

import (
	"bytes"
	"slices"
	"strings"
)

// automaton finds all words of a dictionary in one pass over folded text: a DFA
// after Aho and Corasick in which words begin only where a word begins in the
// text, so that most of the text is spent in one state.
type automaton struct {
	class  [256]uint8
	next   []uint32 // by state + class; a state is its row's offset
	accept uint32   // states from here on have outputs
	whole  uint32   // all outputs of states from here on end where a word of the text ends
	stride uint32
	out    [][]output // by (state - accept) / line, most of them empty
	words  []word

	anywhere bool
}

// The states that no word owns, before they are renumbered.
const (
	stBoundary = iota // a word may start; the root of the trie
	stWord            // inside a word that starts with a letter and cannot match
	stNumber          // the same, after its first digit
	stDigit           // at a digit that starts a word: accepts wordDigit
	stMixed           // at the first digit after letters: accepts wordMixed
	stFirst
)

type trie struct {
	child []map[uint8]int32
	via   []uint8 // class that leads here
	out   [][]wordID
}

func (t *trie) add() int32 {
	t.child = append(t.child, map[uint8]int32{})
	t.via = append(t.via, 0)
	t.out = append(t.out, nil)
	return int32(len(t.child) - 1)
}

// compile builds the automaton. The dictionary must not change afterwards.
func (d *dictionary) compile() *automaton {
	a := &automaton{words: d.words, anywhere: d.anywhere}
	classes := a.classify(d.words, d.anywhere)
	var t trie
	for range stFirst {
		t.add()
	}
	t.out[stDigit] = []wordID{wordDigit}
	t.out[stMixed] = []wordID{wordMixed}
	for id, w := range d.words {
		n := int32(stBoundary)
		for i := range len(w.text) {
			c := a.class[w.text[i]]
			m, ok := t.child[n][c]
			if !ok {
				m = t.add()
				t.via[m] = c
				t.child[n][c] = m
			}
			n = m
		}
		if n != stBoundary {
			t.out[n] = append(t.out[n], wordID(id))
		}
	}
	a.fill(&t, classes)
	return a
}

// kinds of byte classes
const (
	kindOther = iota
	kindLetter
	kindDigit
	kindSpace
)

// classify gives each byte that words use its own class, both cases together,
// and one class to the rest of each kind. It returns the kind of each class.
func (a *automaton) classify(words []word, anywhere bool) (kinds []uint8) {
	kindOf := func(b byte) uint8 {
		switch {
		case anywhere:
			return kindOther
		case isDigit(b):
			return kindDigit
		case isWord[b]:
			return kindLetter
		case isSpace[b]:
			return kindSpace
		}
		return kindOther
	}
	var used [256]bool
	for _, w := range words {
		for i := range len(w.text) {
			used[w.text[i]] = true
		}
	}
	kinds = []uint8{kindOther, kindLetter, kindDigit, kindSpace}
	for b := range 256 {
		a.class[b] = kindOf(byte(b))
	}
	// The most usual letters come first: with the kinds, they fill the first line of
	// the cache of each row.
	order := []byte("esaitnrulodcpmvqfbghjxyzkw")
	for b := range 256 {
		if bytes.IndexByte(order, byte(b)) < 0 {
			order = append(order, byte(b))
		}
	}
	for _, c := range order {
		b := int(c)
		if !used[b] || isSpace[c] && !anywhere {
			continue
		}
		kinds = append(kinds, kindOf(c))
		a.class[b] = uint8(len(kinds) - 1)
		if c >= 'a' && c <= 'z' {
			a.class[c-'a'+'A'] = a.class[b]
		}
	}
	if !anywhere {
		a.class[foldOrdinal] = a.class['o'] // "n°" and "no" are one word
	}
	return kinds
}

// fill computes the transitions in breadth-first order and renumbers the states
// so that accepting ones come last.
func (a *automaton) fill(t *trie, kinds []uint8) {
	n, k := len(t.child), len(kinds)
	delta := make([]int32, n*k)
	fail := make([]int32, n)
	base := func(from int, c int) int32 {
		switch word := kinds[c] == kindLetter || kinds[c] == kindDigit; {
		case !word || from == stBoundary:
			if m, ok := t.child[stBoundary][uint8(c)]; ok {
				return m
			}
			if !word {
				return stBoundary
			}
			if kinds[c] == kindDigit {
				return stDigit
			}
			return stWord
		case from == stWord && kinds[c] == kindDigit:
			return stMixed
		case from == stWord:
			return stWord
		}
		return stNumber
	}
	for s := range stFirst {
		for c := range k {
			delta[s*k+c] = base(s, c)
		}
	}
	queue := make([]int32, 0, n)
	for _, c := range sortedKeys(t.child[stBoundary]) {
		m := t.child[stBoundary][c]
		switch kinds[c] {
		case kindLetter:
			fail[m] = stWord
		case kindDigit:
			fail[m] = stDigit
		default:
			fail[m] = stBoundary
		}
		queue = append(queue, m)
	}
	for head := 0; head < len(queue); head++ {
		m := queue[head]
		f := fail[m]
		t.out[m] = append(slices.Clone(t.out[m]), t.out[f]...)
		copy(delta[int(m)*k:int(m+1)*k], delta[int(f)*k:int(f+1)*k])
		for _, c := range sortedKeys(t.child[m]) {
			child := t.child[m][c]
			fail[child] = delta[int(f)*k+int(c)]
			delta[int(m)*k+int(c)] = child
			queue = append(queue, child)
		}
		if kinds[t.via[m]] == kindSpace { // a run of separators counts as one
			delta[int(m)*k+int(t.via[m])] = m
		}
	}
	a.renumber(t, delta, k, queue)
}

// renumber lays the states out by depth, so that the ones that texts visit most
// share cache lines, the accepting ones last.
func (a *automaton) renumber(t *trie, delta []int32, k int, queue []int32) {
	n := len(t.child)
	byDepth := make([]int, 0, n)
	for s := range stFirst {
		byDepth = append(byDepth, s)
	}
	for _, s := range queue {
		byDepth = append(byDepth, int(s))
	}
	order := make([]int, 0, n)
	for _, s := range byDepth {
		if len(t.out[s]) == 0 {
			order = append(order, s)
		}
	}
	a.stride = uint32((k + line - 1) / line * line)
	a.accept = uint32(len(order)) * a.stride
	for _, whole := range []bool{false, true} {
		a.whole = uint32(len(order)) * a.stride
		for _, s := range byDepth {
			if len(t.out[s]) > 0 && a.allWhole(t.out[s]) == whole {
				order = append(order, s)
				a.out = append(a.out, a.outputs(t.out[s]))
				a.out = append(a.out, make([][]output, a.stride/line-1)...)
			}
		}
	}
	row := int(a.stride)
	to := make([]uint32, n)
	for i, s := range order {
		to[s] = uint32(i * row)
	}
	a.next = make([]uint32, n*row)
	for i, s := range order {
		for c := range k {
			a.next[i*row+c] = to[delta[s*k+c]]
		}
	}
}

// allWhole reports whether each of the words counts only where a word of the text ends.
func (a *automaton) allWhole(ids []wordID) bool {
	return !slices.ContainsFunc(ids, func(id wordID) bool {
		w := &a.words[id]
		return a.anywhere || id < firstWord || w.flags&wordPrefix != 0 || !isWord[w.text[len(w.text)-1]]
	})
}

func sortedKeys(m map[uint8]int32) []uint8 {
	keys := make([]uint8, 0, len(m))
	for c := range m {
		keys = append(keys, c)
	}
	slices.Sort(keys)
	return keys
}

// line is how many states' transitions fill a line of the cache, of 64 bytes.
const line = 16

// goesOn holds the bytes behind which no word can have ended, not even a plural.
var goesOn = makeSet(func(b byte) bool { return isWord[b] && b|0x20 != 's' && b|0x20 != 'x' })

// minPair is the length in bytes from which a text is read at two places at once.
const minPair = 200

// accepted is an accepting state met in a text.
type accepted struct {
	state uint32
	end   int32
}

// pair holds what the scan of the two halves of a text meets.
type pair struct{ first, second []accepted }

// scan appends the hits in text to hits, by owner, in the order in which they end.
//
// Each state waits for the one before it, so the processor idles: a long text is
// read at two places at once. The second reader starts at a word as if nothing stood
// before; once the first has come there, it goes on until both are in the same state,
// which is nearly always at once, and what the second met before that is left out.
// scratch is kept from call to call.
func (a *automaton) scan(text []byte, hits *[owners][]hit, scratch *pair) {
	cut := 0
	if len(text) >= minPair {
		cut = bytes.LastIndexByte(text[:len(text)/2], ' ') + 1
	}
	if cut == 0 {
		a.scanFrom(text, 0, 0, hits)
		return
	}
	next, accept, whole, class := a.next, a.accept, a.whole, &a.class
	var s, z uint32
	left, right := text[:cut], text[cut:2*cut]
	first, second := scratch.first[:0], scratch.second[:0]
	for i, b := range right {
		s = next[s+uint32(class[left[i]])]
		z = next[z+uint32(class[b])]
		if s >= accept || z >= accept {
			if s >= accept && !(s >= whole && goesOn[text[i+1]] && left[i] != foldOrdinal) {
				first = append(first, accepted{s, int32(i + 1)})
			}
			if end := cut + i + 1; z >= accept && !(z >= whole && end < len(text) && goesOn[text[end]] && b != foldOrdinal) {
				second = append(second, accepted{z, int32(end)})
			}
		}
	}
	scratch.second = second
	at := cut
	for y := uint32(0); s != y && at < 2*cut; at++ {
		c := uint32(class[text[at]])
		s, y = next[s+c], next[y+c]
		if s >= accept {
			first = append(first, accepted{s, int32(at + 1)})
		}
	}
	if at == 2*cut {
		z = s
	}
	for len(second) > 0 && int(second[0].end) <= at {
		second = second[1:]
	}
	a.replay(text, first, hits)
	a.replay(text, second, hits)
	a.scanFrom(text, 2*cut, z, hits)
	scratch.first = first
}

// replay reports the words of accepting states met.
func (a *automaton) replay(text []byte, met []accepted, hits *[owners][]hit) {
	for _, m := range met {
		a.report(text, int(m.end), a.out[(m.state-a.accept)/line], hits)
	}
}

// scanFrom scans text[from:] in state s.
func (a *automaton) scanFrom(text []byte, from int, s uint32, hits *[owners][]hit) {
	next, accept, class := a.next, a.accept, &a.class
	for i := from; i < len(text); i++ {
		s = next[s+uint32(class[text[i]])]
		if s >= accept {
			a.report(text, i+1, a.out[(s-accept)/line], hits)
		}
	}
}

func (a *automaton) report(text []byte, end int, out []output, hits *[owners][]hit) {
	for i := range out {
		o := &out[i]
		start := end - int(o.length)
		if o.flags&wordPrefix == 0 && end < len(text) && isWord[text[end]] && !a.ends(text, end, &a.words[o.word]) {
			continue
		}
		if o.phrase {
			start = a.words[o.word].start(text, end)
		}
		h := hit{o.word, int32(start), int32(end)}
		if o.owner < owners {
			hits[o.owner] = append(hits[o.owner], h)
			continue
		}
		for by := range owners {
			if a.words[o.word].owners&(1<<by) != 0 {
				hits[by] = append(hits[by], h)
			}
		}
	}
}

// output is a word at an accepting state, with what report asks of nearly all.
type output struct {
	word   wordID
	length uint8
	flags  wordFlags
	owner  owner // the only owner, owners where there are several
	phrase bool  // runs of separators make it longer than length
}

func (a *automaton) outputs(ids []wordID) []output {
	out := make([]output, len(ids))
	for i, id := range ids {
		w := &a.words[id]
		out[i] = output{word: id, length: uint8(max(len(w.text), 1)), flags: w.flags, owner: owners, phrase: !a.anywhere && strings.Contains(w.text, " ")}
		for o := range owners {
			if w.owners == 1<<o {
				out[i].owner = o
			}
		}
		if id < firstWord {
			out[i].flags |= wordPrefix
		}
	}
	return out
}

// ends reports whether a whole word w may end at end.
func (a *automaton) ends(text []byte, end int, w *word) bool {
	switch {
	case end == len(text) || !isWord[text[end]] || !isWord[w.text[len(w.text)-1]] || text[end-1] == foldOrdinal:
		return true
	case w.flags&wordPlural != 0 && (text[end]|0x20 == 's' || text[end]|0x20 == 'x'):
		return end+1 == len(text) || !isWord[text[end+1]]
	}
	return false
}

// start returns where the occurrence of w that ends at end starts: runs of
// separators make it longer than w.
func (w *word) start(text []byte, end int) int {
	i := end
	for j := len(w.text) - 1; j >= 0; j-- {
		i--
		if w.text[j] == ' ' {
			for i > 0 && isSpace[text[i-1]] {
				i--
			}
		}
	}
	return i
}
