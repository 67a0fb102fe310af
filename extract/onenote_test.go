package extract

import (
	"bytes"
	"context"
	"strings"
	"testing"

	"poterne"
	"poterne/extract/extracttest"
)

// oneWriter writes a section as [MS-ONESTORE] says: stretches first, lists of nodes
// that refer to them after.
type oneWriter struct{ file []byte }

// put writes a stretch and returns its offset.
func (w *oneWriter) put(b []byte) int {
	for len(w.file)%8 != 0 {
		w.file = append(w.file, 0)
	}
	at := len(w.file)
	w.file = append(w.file, b...)
	return at
}

// node writes a node whose reference has eight bytes of offset and four of length.
func oneNode(id, base uint32, off, size int, body []byte) []byte {
	var ref []byte
	if base != 0 {
		ref = le.AppendUint32(le.AppendUint64(nil, uint64(off)), uint32(size))
	}
	b := append(ref, body...)
	return append(le.AppendUint32(nil, id|uint32(4+len(b))<<10|base<<27|1<<31), b...)
}

// list writes a list of nodes over two fragments.
func (w *oneWriter) list(nodes ...[]byte) (off, size int) {
	half := len(nodes) / 2
	at, n := w.fragment(-1, 0, bytes.Join(nodes[half:], nil))
	return w.fragment(at, n, bytes.Join(nodes[:half], nil))
}

func (w *oneWriter) fragment(next, nextSize int, nodes []byte) (off, size int) {
	b := le.AppendUint64(nil, oneListHead)
	b = append(le.AppendUint32(b, 16), 0, 0, 0, 0)
	b = append(append(b, nodes...), 0, 0, 0, 0, 0, 0, 0, 0)
	b = le.AppendUint32(le.AppendUint64(b, uint64(int64(next))), uint32(nextSize))
	b = le.AppendUint64(b, oneListFoot)
	return w.put(b), len(b)
}

// oneProperty is a property of bytes to write.
func oneProperty(id uint32, v []byte) (uint32, []byte) {
	return id, append(le.AppendUint32(nil, uint32(len(v))), v...)
}

// set writes a set of properties with numbers of objects.
func (w *oneWriter) set(objects []uint32, ids []uint32, values ...[]byte) (off, size int) {
	b := le.AppendUint32(nil, uint32(len(objects))|1<<31)
	for _, n := range objects {
		b = le.AppendUint32(b, n)
	}
	b = append(b, oneSetBody(ids, values...)...)
	return w.put(b), len(b)
}

func oneSetBody(ids []uint32, values ...[]byte) []byte {
	b := le.AppendUint16(nil, uint16(len(ids)))
	for _, id := range ids {
		b = le.AppendUint32(b, id)
	}
	return append(b, bytes.Join(values, nil)...)
}

const oneMagic = "\xe4\x52\x5c\x7b\x8c\xd8\xa7\x4d\xae\xb1\x53\x78\xd0\x29\x96\xd3"

func oneHeader(format string) []byte {
	b := make([]byte, 1024)
	copy(b, oneMagic)
	copy(b[48:], format)
	return b
}

// oneFileBytes is a section with a title, texts of both kinds, one of them in two
// states of the page, a set inside a set, a text that no document tells of, and a file.
func oneFileBytes() []byte {
	w := &oneWriter{file: oneHeader("\x3f\xdd\x9a\x10\x1b\x91\xf5\x49\xa5\xd0\x17\x91\xed\xc8\xae\xd8")}
	text := func(id uint32, s string) []byte {
		_, b := oneProperty(id, append(pstText(s), 0, 0))
		return b
	}
	guid := []byte{1, 0, 0, 0, 2, 0, 3, 0, 4, 5, 6, 7, 8, 9, 10, 11}
	file := append(make([]byte, 16), le.AppendUint64(nil, 18)...)
	file = append(append(file, make([]byte, 12)...), "texte de la pièce"...)
	fileOff := w.put(append(file, make([]byte, 16)...))
	fileSize := len(w.file) - fileOff

	title, titleSize := w.set(nil, []uint32{0x1C001CF3, 0x14001D6A}, text(0x1C001CF3, "Réunion de service"), make([]byte, 4))
	body, bodySize := w.set([]uint32{7, 8}, []uint32{0x24001C20, 0x88001C00, oneText}, le.AppendUint32(nil, 2), text(oneText, "Compte rendu inventé"))
	_, ansi := oneProperty(oneTextANSI, []byte("d\xe9cision prise"))
	inner := oneSetBody([]uint32{oneTextANSI}, ansi)
	nested, nestedSize := w.set(nil, []uint32{0x44001C11, 0x40003498, 0x1C009999, oneFont},
		inner, append(le.AppendUint32(le.AppendUint32(nil, 1), 0x44001C11), inner...), text(0x1C009999, "texte lu dans une image"), text(oneFont, "Calibri Light"))
	again, againSize := w.set(nil, []uint32{oneText}, text(oneText, "Compte rendu inventé"))
	embedded, embeddedSize := w.set([]uint32{42}, []uint32{oneContainer, oneFileName}, text(oneFileName, "pièce.txt"))

	store := "<ifndf>{00000001-0002-0003-0405-060708090a0b}"
	declared := append(le.AppendUint32(le.AppendUint32(nil, 42), 0x80036), 1)
	declared = append(le.AppendUint32(declared, uint32(len(store))), pstText(store)...)
	declared = append(le.AppendUint32(declared, 4), pstText(".bin")...)
	object := make([]byte, 9)
	group, groupSize := w.list(
		oneNode(0x0A4, 1, title, titleSize, object), oneNode(0x0A4, 1, body, bodySize, object), oneNode(0x0C4, 1, nested, nestedSize, object),
		oneNode(0x072, 0, 0, 0, declared), oneNode(0x0A4, 1, embedded, embeddedSize, object), oneNode(0x041, 1, again, againSize, object), oneNode(0x0A4, 1, body, bodySize, object))
	data, dataSize := w.list(oneNode(0x094, 1, fileOff, fileSize, guid))
	space, spaceSize := w.list(oneNode(0x0B0, 2, group, groupSize, make([]byte, 20)))
	root, rootSize := w.list(oneNode(0x008, 2, space, spaceSize, make([]byte, 20)), oneNode(0x090, 2, data, dataSize, nil))
	le.PutUint64(w.file[172:], uint64(root))
	le.PutUint32(w.file[180:], uint32(rootSize))
	return w.file
}

func TestOneNote(t *testing.T) {
	x := New(Options{})
	defer x.Close()
	want := []extracttest.Text{
		{Text: "title: Réunion de service", Zone: poterne.ZoneProperty}, {Text: "Compte rendu inventé"}, {Text: "décision prise"},
		{Text: "texte lu dans une image", Zone: poterne.ZoneHidden}, {Text: "texte de la pièce", Member: "pièce.txt"},
	}
	good := oneFileBytes()
	cut := bytes.Clone(good)
	clear(cut[le.Uint64(cut[172:]):][:8])
	sealed := &oneWriter{file: oneHeader("")}
	root, rootSize := sealed.list(oneNode(oneEncrypted, 1, 1024, 0, nil), oneNode(oneEncrypted, 0, 0, 0, nil))
	le.PutUint64(sealed.file[172:], uint64(root))
	le.PutUint32(sealed.file[180:], uint32(rootSize))
	_, short := oneProperty(oneText, pstText("mot"))
	packaged := append(oneHeader(onePackaged), pstText("xCompte rendu inventé")[1:]...)
	packaged = append(append(packaged, 0, 9), oneSetBody([]uint32{0x14001D6A, oneText}, make([]byte, 4), short)...)
	extracttest.Run(t, x.Extract, []extracttest.Case{
		{Name: "section", File: "a.one", Format: "one", Data: good, Want: want, Not: []string{"Calibri"}, Once: []string{"Compte rendu inventé"}, Members: map[string]poterne.Kind{"pièce.txt": ""}},
		{Name: "list-lost", File: "a.one", Format: "one", Data: cut, Kind: poterne.Partial, Want: []extracttest.Text{{Text: "Compte rendu inventé"}}},
		{Name: "sealed", File: "a.one", Format: "one", Data: sealed.file, Kind: poterne.Encrypted},
		{Name: "packaged-by-a-server", File: "a.one", Format: "one", Data: packaged, Kind: poterne.Partial, Want: []extracttest.Text{{Text: "Compte rendu inventé"}, {Text: "mot"}}},
	})
}

// TestOneNoteLoops has a list that refers to itself, and sets that refer to the same bytes.
func TestOneNoteLoops(t *testing.T) {
	w := &oneWriter{file: oneHeader("")}
	at, size := w.list(oneNode(0x008, 2, 1024, 1<<20, nil), oneNode(0x0B0, 2, 1024, 200, nil), oneNode(0x0B0, 2, 1024, 200, nil))
	le.PutUint64(w.file[172:], uint64(at))
	le.PutUint32(w.file[180:], uint32(size))
	if _, kinds, _ := readParts(t, Options{}, "a.one", w.file); len(kinds[""]) != 1 {
		t.Errorf("failures %v", kinds)
	}
	w = &oneWriter{file: oneHeader("")}
	text := w.put(bytes.Repeat([]byte("mot "), 1<<18))
	var nodes [][]byte
	for i := range 1000 {
		nodes = append(nodes, oneNode(0x0A4, 1, text+4*i, 1<<20-4*i, nil))
	}
	at, size = w.list(nodes...)
	le.PutUint64(w.file[172:], uint64(at))
	le.PutUint32(w.file[180:], uint32(size))
	if _, kinds, _ := readParts(t, Options{MaxBytes: 64 << 20}, "a.one", w.file); len(kinds[""]) != 1 {
		t.Errorf("failures %v", kinds)
	}
}

func FuzzOneNote(f *testing.F) {
	f.Add(oneFileBytes())
	f.Add(append(oneHeader(onePackaged), strings.Repeat("m\x00o\x00t\x00", 10)...))
	x := New(Options{MaxBytes: 16 << 20})
	f.Fuzz(func(t *testing.T, data []byte) {
		for _, err := range x.Extract(context.Background(), poterne.Document{Path: "a.one"}, inMemory(data)) {
			if err != nil && failure(err).Kind == poterne.Crashed {
				t.Fatal(err)
			}
		}
	})
}
