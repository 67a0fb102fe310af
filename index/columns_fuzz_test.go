package index

import (
	"bytes"
	"testing"
)

// FuzzColumns reads any bytes as each kind of column: they are refused, or hold
// something that is written and read again the same. (Columns are sealed: only who has
// the key could change one.)
func FuzzColumns(f *testing.F) {
	m := newSetMaker(3)
	m.term("H1")
	m.add(0)
	m.add(2)
	m.term("H2")
	m.add(2)
	f.Add(m.sets().append(nil), 3)
	f.Add(newNumbers([]int64{-4, 70_000, 0}, []bool{true, true, false}).append(nil), 3)
	f.Add((&ranking{docs: []uint32{2, 0, 1}}).append(nil), 3)
	f.Add([]byte{0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01}, 1)
	f.Fuzz(func(t *testing.T, b []byte, docs int) {
		docs = min(max(docs, 0), 1000)
		again(t, b, docs, parseSets)
		again(t, b, docs, parseNumbers)
		again(t, b, docs, parseRanking)
	})
}

func again[T interface{ append([]byte) []byte }](t *testing.T, b []byte, docs int, parse func([]byte, int) (T, error)) {
	t.Helper()
	column, err := parse(b, docs)
	if err != nil {
		return
	}
	once := column.append(nil)
	if column, err = parse(once, docs); err != nil {
		t.Fatalf("%T that was written is refused: %v", column, err)
	}
	if twice := column.append(nil); !bytes.Equal(once, twice) {
		t.Errorf("%T is written as %x, then as %x", column, once, twice)
	}
}
