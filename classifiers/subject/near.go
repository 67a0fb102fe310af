package subject

// Optical recognition and hasty typing damage letters: where one in ten is, nearly
// every second word is unknown. So an unknown word is read as the most frequent of
// the known words from which one letter keeps it apart: one that stands for another,
// or one that was lost.
const (
	leastRepaired = 4 // letters that are there: shorter words have too many neighbours
	mostRepaired  = 24
)

// nearTable finds the forms of words that are one letter away from a word, by the
// hashes of their patterns: the form with one of its letters left open.
type nearTable struct {
	keys  []uint32 // 0 is empty
	forms []uint16 // the most frequent form of the pattern
	shift uint
}

// none is the number of no form.
const none = maxForms

// newNearTable returns the table of forms, the most frequent first.
func newNearTable(forms []string) nearTable {
	patterns := 0
	for _, f := range forms {
		patterns += len(f)
	}
	bits := uint(8)
	for 1<<bits*5/8 < patterns {
		bits++
	}
	t := nearTable{make([]uint32, 1<<bits), make([]uint16, 1<<bits), 32 - bits}
	for i, f := range forms {
		if len(f) <= leastRepaired || len(f) > mostRepaired {
			continue
		}
		h := uint64(fnvOffset)
		for k := range len(f) {
			key := pattern(h, f[k+1:])
			if s := t.slot(key); t.keys[s] == 0 {
				t.keys[s], t.forms[s] = key, uint16(i)
			}
			h = (h ^ uint64(f[k])) * fnvPrime
		}
	}
	return t
}

// pattern returns the hash of a word whose beginning has the state h and whose next
// letter is left open, before rest.
func pattern[T string | []byte](h uint64, rest T) uint32 {
	h *= fnvPrime // an open letter is the byte 0
	for i := range len(rest) {
		h = (h ^ uint64(rest[i])) * fnvPrime
	}
	return max(1, uint32(h)^uint32(h>>32))
}

// slot returns the place of key, or the empty one where it belongs.
func (t *nearTable) slot(key uint32) int {
	mask := len(t.keys) - 1
	i := int(key*mixer>>t.shift) & mask
	for t.keys[i] != 0 && t.keys[i] != key {
		i = (i + 1) & mask
	}
	return i
}

// form returns the form of a pattern.
func (t *nearTable) form(key uint32) int {
	if s := t.slot(key); t.keys[s] != 0 {
		return int(t.forms[s])
	}
	return none
}

// find returns the most frequent form that is one letter away from the word w, in
// lower case.
func (t *nearTable) find(w []byte) int {
	found, h := none, uint64(fnvOffset)
	for k := range len(w) + 1 {
		found = min(found, t.form(pattern(h, w[k:]))) // a letter was lost before k
		if k < len(w) {
			found = min(found, t.form(pattern(h, w[k+1:])))
			h = (h ^ uint64(w[k])) * fnvPrime
		}
	}
	return found
}

// lookUp returns the feature and the vector of a word of folded text, −1 for none,
// and whether it was taken for a word near it. A word with a capital is a name as a
// rule, and is never taken for another.
func (m *Model) lookUp(text []byte, t *token) (feat, row int, near bool) {
	slot := m.table.slot(t.hash)
	if m.table.keys[slot] == 0 && t.how == lowerWord && t.size >= leastRepaired && t.size <= mostRepaired {
		var letters [mostRepaired]byte
		w := letters[:copy(letters[:], text[t.start:int(t.start)+int(t.size)])]
		for i, b := range w {
			w[i] = lowerLetter(b)
		}
		if f := m.near.find(w); f < none {
			slot, near = m.formSlots[f], true
		}
	}
	return int(m.table.feats[slot]) - 1, int(m.table.rows[slot]) - 1, near
}

// lowerLetter returns a letter of a word in lower case, or the one that was taken for
// a figure, 0 for none.
func lowerLetter(b byte) byte {
	switch {
	case isUpper(b):
		return b | 0x20
	case isDigit(b):
		return figureLetters[b-'0']
	}
	return b
}
