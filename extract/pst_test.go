package extract

import (
	"bytes"
	"context"
	"strings"
	"testing"
	"time"

	"poterne"
	"poterne/extract/extracttest"
)

// pstStoreFile is a store with a mail that has a long text, recipients, a file and a
// mail inside, a contact, an appointment, a list of contacts, a mail in a folder
// for what is deleted and one that no folder shows.
func pstStoreFile(l pstLayout, method byte) []byte {
	w := newPSTWriter(l, method)
	text := func(id uint32, s string) pstValue { return pstValue{id<<16 | mapiString, pstText(s)} }
	number := func(tag uint32, v uint32) pstValue { return pstValue{tag, le.AppendUint32(nil, v)} }

	date := func(id uint32, year int) pstValue {
		since := time.Date(year, 3, 4, 0, 0, 0, 0, time.UTC).Unix() + 11644473600 // of 1601
		return pstValue{id<<16 | mapiTime, le.AppendUint64(nil, uint64(since)*1e7)}
	}

	w.add(pstStoreNode, 0, w.properties(nil, text(0x3001, "Archives inventées"),
		pstValue{0x35E00102, append(make([]byte, 20), 0x22, 0x80, 0, 0)}))
	names := append(le.AppendUint32(nil, 0), 1, 0, 0, 0)       // 8000: a text
	names = append(le.AppendUint32(names, 0x8208), 0, 0, 1, 0) // 8001: the place of an appointment
	names = append(le.AppendUint32(names, 0x8054), 0, 0, 2, 0) // 8002: the members of a list
	label := pstText("msip_labels")
	w.add(pstNamesNode, 0, w.properties(nil, pstValue{0x00020102, make([]byte, 16)}, pstValue{0x00030102, names}, pstValue{0x00040102, append(le.AppendUint32(nil, uint32(len(label))), label...)}))

	folder := func(id, parent uint32, name string) {
		w.add(id, parent, w.properties(nil, text(0x3001, name), number(0x36020003, 1), number(0x360A000B, 1)))
	}
	folder(0x122, 0x122, "")
	folder(0x8022, 0x122, "Haut de la boîte")
	folder(0x8042, 0x8022, "Réception/2024")
	folder(0x8062, 0x8022, "Éléments supprimés")
	folder(0x8082, 0x8022, "Contacts")

	inner := w.properties(nil, text(0x0037, "\x01\x05RE : transmis"), text(0x1000, "corps transmis"))
	inner.id = 0x200024
	object := pstValue{0x3701000D, append(le.AppendUint32(nil, inner.id), 9, 0, 0, 0)}
	large := pstNode{id: 0x9F, data: w.stream([]byte(strings.Repeat("ligne de la grande pièce\n", 300)))}
	recipients := w.table([]uint32{0x3001001F, 0x39FE001F}, []string{"F. Destinataire", "f@exemple.fr"}, []string{"G. Copie", ""})
	recipients.id = pstRecipientsNode
	attach := func(id uint32, n pstNode) pstNode { n.id = id; return n }
	sub := []pstNode{
		recipients,
		attach(0x8025, w.properties(nil, text(0x3707, "petite.txt"), number(0x37050003, 1), pstValue{0x37010102, []byte("texte de la pièce")})),
		attach(0x8045, w.properties([]pstNode{large}, text(0x3704, "grande.txt"), number(0x37050003, 1), pstValue{0x37010102, le.AppendUint32(nil, large.id)})),
		attach(0x8065, w.properties([]pstNode{inner}, text(0x3001, "transmis"), number(0x37050003, 5), object)),
	}
	w.add(0x200024, 0x8042, w.properties(sub,
		text(0x001A, "IPM.Note"), text(0x0037, "Objet de l'été"), text(0x0C1A, "E. Fictif"), number(0x00360003, 2),
		date(0x0039, 2024), text(0x8000, "valeur étiquetée"),
		text(0x1000, strings.Repeat("Phrase de remplissage.\r\n", 150)+"fin du corps")))
	w.add(0x200044, 0x8082, w.properties(nil, text(0x001A, "IPM.Contact"), text(0x3001, "Anne Fictive"), text(0x3A1A, "01 99 00 12 34"), text(0x3A48, "Léo Fictif"),
		date(0x3A42, 1960)))
	members := le.AppendUint32(nil, 1)
	members = append(le.AppendUint32(members, 8), pstText("B. Membre")...)
	w.add(0x200064, 0x8082, w.properties(nil, text(0x001A, "IPM.DistList"), text(0x3001, "Liste"), pstValue{0x80021102, members}))
	w.add(0x200084, 0x8042, w.properties(nil, text(0x001A, "IPM.Appointment"), text(0x0037, "Réunion"), text(0x8001, "salle inventée"),
		pstValue{0x10130102, []byte("<html><body><p>ordre du jour</p></body></html>")}))
	w.add(0x2000A4, 0x8062, w.properties(nil, text(0x0037, "jeté"), pstValue{0x1000001E, []byte("corps jet\xe9")}))
	w.add(0x2000C4, 0x9999, w.properties(nil, text(0x0037, "orphelin"), pstValue{0x10090102, []byte("\x2d\x00\x00\x00\x2b\x00\x00\x00LZFu\xf1\xc5\xc7\xa7\x03\x00\x0a\x00rcpg125B2\x0a\xf3 hel\x09\x00 bw\x05\xb0ld}\x0a\x80\x0f\xa0")}))
	return w.finish()
}

func pstCases() []extracttest.Case {
	const box = "Haut de la boîte/"
	mail := box + "Réception_2024/65537.msg"
	property := func(text, member string) extracttest.Text {
		return extracttest.Text{Text: text, Zone: poterne.ZoneProperty, Member: member}
	}
	want := []extracttest.Text{
		property("name: Archives inventées", ""), property("folder: "+box+"Contacts", ""),
		property("Subject: Objet de l'été", mail), property("To: F. Destinataire <f@exemple.fr>", mail), property("To: G. Copie", mail),
		property("Sensitivity: Private", mail), property("msip_labels: valeur étiquetée", mail), property("Date: 2024-", mail), {Text: "fin du corps", Member: mail},
		{Text: "texte de la pièce", Member: mail + "!petite.txt"}, {Text: "ligne de la grande pièce", Member: mail + "!grande.txt"},
		property("Subject: RE : transmis", mail+"!transmis"), {Text: "corps transmis", Member: mail + "!transmis"},
		property("Name: Anne Fictive", box+"Contacts/65538.msg"), property("property 3A1A: 01 99 00 12 34", box+"Contacts/65538.msg"), property("Birthday: 1960-03-04", box+"Contacts/65538.msg"),
		property("Members: B. Membre", box+"Contacts/65539.msg"), property("Location: salle inventée", box+"Réception_2024/65540.msg"), {Text: "ordre du jour", Member: box + "Réception_2024/65540.msg"},
		{Text: "corps jeté", Member: box + "Éléments supprimés/65541.msg"}, {Text: "hello world", Member: "65542.msg"},
	}
	members := map[string]poterne.Kind{}
	for _, w := range want {
		if w.Member != "" {
			members[w.Member] = ""
		}
	}
	var cases []extracttest.Case
	for _, c := range []struct {
		name   string
		layout pstLayout
		method byte
	}{{"unicode-permuted", pstUnicode, pstPermute}, {"unicode-cyclic", pstUnicode, pstCyclic}, {"unicode-plain", pstUnicode, 0}, {"ansi", pstANSI, pstPermute}, {"large-pages-deflated", pstLarge, pstPermute}} {
		cases = append(cases, extracttest.Case{Name: c.name, File: "a.pst", Format: "pst", Data: pstStoreFile(c.layout, c.method), Want: want, Members: members})
	}
	return cases
}

func TestPST(t *testing.T) {
	x := New(Options{})
	defer x.Close()
	extracttest.Run(t, x.Extract, pstCases())
}

func TestBrokenPST(t *testing.T) {
	good := pstStoreFile(pstUnicode, pstPermute)
	p, err := openPST(bytes.NewReader(good), int64(len(good)), func(int64) error { return nil })
	if err != nil {
		t.Fatal(err)
	}
	nodes, err := p.allNodes()
	if err != nil {
		t.Fatal(err)
	}
	byID := make(map[uint32]pstNode)
	for _, n := range nodes {
		byID[n.id] = n
	}
	blockOf := func(id uint32) pstBlock {
		bids, err := p.stream(byID[id].data)
		if err != nil {
			t.Fatal(err)
		}
		at, err := p.find(bids[0])
		if err != nil {
			t.Fatal(err)
		}
		return at
	}
	deleted := "Haut de la boîte/Éléments supprimés/65541.msg"
	t.Run("changed-byte-is-said", func(t *testing.T) {
		bad := bytes.Clone(good)
		at := blockOf(0x2000A4)
		bad[at.off+int64(at.size)/2] ^= 1
		segments, kinds, _ := readParts(t, Options{}, "a.pst", bad)
		if len(kinds[deleted]) == 0 || len(segments) < 9 {
			t.Errorf("failures %v, parts %d", kinds, len(segments))
		}
	})
	t.Run("one-object-lost", func(t *testing.T) {
		bad := bytes.Clone(good)
		at := blockOf(0x2000A4)
		clear(bad[at.off : at.off+64])
		clear(bad[at.off+(int64(at.size)+16+63)&^63-16:][:16])
		segments, kinds, _ := readParts(t, Options{}, "a.pst", bad)
		if len(kinds[deleted]) == 0 || !strings.Contains(bodies(segments["65542.msg"]), "hello world") {
			t.Errorf("failures %v", kinds)
		}
	})
	t.Run("a-page-lost", func(t *testing.T) {
		bad := bytes.Clone(good)
		root, err := p.readPage(p.nodes, pstNodePage)
		if err != nil || root.level == 0 {
			t.Fatal(root.level, err)
		}
		clear(bad[le.Uint64(root.at(0)[16:]):][:512])
		_, kinds, formats := readParts(t, Options{}, "a.pst", bad)
		if len(kinds[""]) == 0 || len(formats) < 3 {
			t.Errorf("failures %v, parts %d", kinds, len(formats))
		}
	})
	t.Run("protected-by-windows", func(t *testing.T) {
		bad := bytes.Clone(good)
		bad[513] = 0x10
		if _, kinds, _ := readParts(t, Options{}, "a.pst", bad); len(kinds[""]) != 1 || kinds[""][0] != poterne.Encrypted {
			t.Errorf("failures %v", kinds)
		}
	})
	t.Run("tree-in-a-loop", func(t *testing.T) {
		bad := bytes.Clone(good)
		root, _ := p.readPage(p.nodes, pstNodePage)
		for i := range root.len() {
			le.PutUint64(bad[p.nodes+int64(i*root.entry)+16:], uint64(p.nodes))
		}
		if _, kinds, _ := readParts(t, Options{}, "a.pst", bad); len(kinds[""]) == 0 {
			t.Error("a loop is not said")
		}
	})
}

// TestFoldersInALoop has two folders that are each other's parent, with and without names.
func TestFoldersInALoop(t *testing.T) {
	for _, name := range []string{"", "dossier"} {
		w := newPSTWriter(pstUnicode, 0)
		w.add(0x8022, 0x8042, w.properties(nil, pstValue{0x3001001F, pstText(name)}))
		w.add(0x8042, 0x8022, w.properties(nil, pstValue{0x3001001F, pstText(name)}))
		w.add(0x200024, 0x8042, w.properties(nil, pstValue{0x0037001F, pstText("objet")}))
		if _, kinds, formats := readParts(t, Options{}, "a.pst", w.finish()); len(formats) != 2 || len(kinds) > 0 {
			t.Errorf("%d parts, failures %v", len(formats), kinds)
		}
	}
}

// TestPSTBomb has one stream that lists the same block again and again, and many
// messages on it: the budget of the document ends it.
func TestPSTBomb(t *testing.T) {
	w := newPSTWriter(pstUnicode, 0)
	block := w.block(bytes.Repeat([]byte("mot "), 2000), false)
	list := w.list(1, slicesOf(block, 1000), 8_000_000)
	lists := w.list(2, slicesOf(list, 1000), 1<<31-1)
	attachment := w.properties([]pstNode{{id: 0x9F, data: lists}}, pstValue{0x37010102, le.AppendUint32(nil, 0x9F)})
	attachment.id = 0x8025
	for i := range uint32(50) {
		w.add(0x200004+i<<5, 0, w.properties([]pstNode{attachment}, pstValue{0x0037001F, pstText("objet")}))
	}
	dir := t.TempDir()
	_, kinds, _ := readParts(t, Options{MaxBytes: 64 << 20, SpoolMemory: 1 << 20, SpoolDir: dir}, "a.pst", w.finish())
	tooLarge := false
	for _, ks := range kinds {
		for _, k := range ks {
			tooLarge = tooLarge || k == poterne.TooLarge
		}
	}
	if !tooLarge {
		t.Errorf("failures %v", kinds)
	}
}

func slicesOf(v uint64, n int) []uint64 {
	s := make([]uint64, n)
	for i := range s {
		s[i] = v
	}
	return s
}

func FuzzPST(f *testing.F) {
	f.Add(pstStoreFile(pstUnicode, 0))
	f.Add(pstStoreFile(pstANSI, pstPermute))
	f.Add(pstStoreFile(pstLarge, 0))
	x := New(Options{MaxBytes: 16 << 20})
	f.Fuzz(func(t *testing.T, data []byte) {
		for _, err := range x.Extract(context.Background(), poterne.Document{Path: "a.pst"}, inMemory(data)) {
			if err != nil && failure(err).Kind == poterne.Crashed {
				t.Fatal(err)
			}
		}
	})
}
