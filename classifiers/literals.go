package classifiers

// literals are strings that are looked for wherever their bytes stand, inside words
// too, in any case: a DFA after Aho and Corasick. It is built by compile, after the
// last add.
type literals struct {
	texts []string
	ids   map[string]int

	class  [256]uint8
	next   []uint32 // by state + class; a state is its row's offset
	stride uint32
	out    [][]int // by state / stride: the literals that end there, the longest first
}

// literalHit is one occurrence of a literal in text, [start, end).
type literalHit struct{ literal, start, end int }

// add returns the index of text, which is in lower case.
func (l *literals) add(text string) int {
	if l.ids == nil {
		l.ids = map[string]int{}
	}
	id, ok := l.ids[text]
	if !ok {
		id = len(l.texts)
		l.ids[text] = id
		l.texts = append(l.texts, text)
	}
	return id
}

func (l *literals) compile() {
	classes := uint8(1) // 0 is that of bytes in no literal
	for _, t := range l.texts {
		for i := range len(t) {
			b := t[i]
			if l.class[b] != 0 {
				continue
			}
			l.class[b] = classes
			if b >= 'a' && b <= 'z' {
				l.class[b-'a'+'A'] = classes
			}
			classes++
		}
	}
	l.stride = uint32(classes)
	l.next, l.out = make([]uint32, l.stride), make([][]int, 1)
	for id, t := range l.texts {
		s := uint32(0)
		for i := range len(t) {
			c := uint32(l.class[t[i]])
			if l.next[s+c] == 0 {
				l.next[s+c] = uint32(len(l.next))
				l.next = append(l.next, make([]uint32, l.stride)...)
				l.out = append(l.out, nil)
			}
			s = l.next[s+c]
		}
		l.out[s/l.stride] = append(l.out[s/l.stride], id)
	}
	l.link()
}

// link fills in, in breadth-first order, where each state goes on a byte that its
// own literals do not have next: where the longest suffix that is a state goes.
func (l *literals) link() {
	type state struct{ at, suffix uint32 }
	var queue []state
	for _, s := range l.next[:l.stride] {
		if s != 0 {
			queue = append(queue, state{s, 0})
		}
	}
	for ; len(queue) > 0; queue = queue[1:] {
		s := queue[0]
		l.out[s.at/l.stride] = append(l.out[s.at/l.stride], l.out[s.suffix/l.stride]...)
		for c := range l.stride {
			child, other := &l.next[s.at+c], l.next[s.suffix+c]
			if *child == 0 {
				*child = other
			} else {
				queue = append(queue, state{*child, other})
			}
		}
	}
}

// find returns where literals stand in text, in the order in which they end.
func (l *literals) find(text []byte) (hits []literalHit) {
	s := uint32(0)
	for i, b := range text {
		s = l.next[s+uint32(l.class[b])]
		for _, id := range l.out[s/l.stride] {
			hits = append(hits, literalHit{id, i + 1 - len(l.texts[id]), i + 1})
		}
	}
	return hits
}
