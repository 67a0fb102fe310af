package extract_test

import (
	"bytes"
	"crypto/rc4"
	"encoding/binary"
	"math"
	"strings"
	"testing"
	"unicode/utf16"
)

var le = binary.LittleEndian

func u16(v ...int) (b []byte) {
	for _, n := range v {
		b = le.AppendUint16(b, uint16(n))
	}
	return b
}

func u32(v ...int) (b []byte) {
	for _, n := range v {
		b = le.AppendUint32(b, uint32(n))
	}
	return b
}

func wide(s string) (b []byte) {
	for _, c := range utf16.Encode([]rune(s)) {
		b = le.AppendUint16(b, c)
	}
	return b
}

func join(parts ...[]byte) []byte { return bytes.Join(parts, nil) }

// oleStream is one stream of a compound file; path elements are set apart by "/".
type oleStream struct {
	path string
	data []byte
}

// oleFile writes a compound file of version 3. Streams below 4,096 bytes go to
// the mini stream, as in real files.
func oleFile(streams ...oleStream) []byte {
	const free, end, fatMark = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
	type entry struct {
		name         string
		kind         byte
		child, next  int
		start, size  int
		lastChild    int
		childByTitle map[string]int
	}
	entries := []*entry{{name: "Root Entry", kind: 5, child: -1, next: -1, childByTitle: map[string]int{}}}
	add := func(parent int, name string, kind byte) int {
		if i, ok := entries[parent].childByTitle[name]; ok {
			return i
		}
		i := len(entries)
		entries = append(entries, &entry{name: name, kind: kind, child: -1, next: -1, childByTitle: map[string]int{}})
		p := entries[parent]
		p.childByTitle[name] = i
		if p.child < 0 {
			p.child = i
		} else {
			entries[p.lastChild].next = i
		}
		p.lastChild = i
		return i
	}
	var sectors, mini bytes.Buffer
	var fat, miniFAT []uint32
	chain := func(table *[]uint32, n int) int {
		start := len(*table)
		for i := range n {
			*table = append(*table, uint32(start+i+1))
		}
		(*table)[len(*table)-1] = end
		return start
	}
	pad := func(b *bytes.Buffer, size int) {
		for b.Len()%size != 0 {
			b.WriteByte(0)
		}
	}
	store := func(data []byte) int {
		n := (len(data) + 511) / 512
		if n == 0 {
			return end
		}
		sectors.Write(data)
		pad(&sectors, 512)
		return chain(&fat, n)
	}
	for _, s := range streams {
		at := 0
		elements := strings.Split(s.path, "/")
		for i, name := range elements {
			kind := byte(1)
			if i == len(elements)-1 {
				kind = 2
			}
			at = add(at, name, kind)
		}
		e := entries[at]
		e.size = len(s.data)
		if len(s.data) < 4096 {
			mini.Write(s.data)
			pad(&mini, 64)
			e.start = chain(&miniFAT, max(1, (len(s.data)+63)/64))
			if len(s.data) == 0 {
				mini.Write(make([]byte, 64))
			}
		} else {
			e.start = store(s.data)
		}
	}
	entries[0].start, entries[0].size = store(mini.Bytes()), mini.Len()
	var dir bytes.Buffer
	for _, e := range entries {
		b := make([]byte, 128)
		name := wide(e.name)
		copy(b, name)
		le.PutUint16(b[64:], uint16(len(name)+2))
		b[66], b[67] = e.kind, 1
		link := func(off, i int) {
			le.PutUint32(b[off:], free)
			if i >= 0 {
				le.PutUint32(b[off:], uint32(i))
			}
		}
		link(68, -1)
		link(72, e.next)
		link(76, e.child)
		le.PutUint32(b[116:], uint32(e.start))
		le.PutUint32(b[120:], uint32(e.size))
		dir.Write(b)
	}
	pad(&dir, 512)
	dirStart := store(dir.Bytes())
	var mf bytes.Buffer
	for _, v := range miniFAT {
		mf.Write(u32(int(v)))
	}
	for mf.Len()%512 != 0 {
		mf.Write(u32(free))
	}
	miniStart := store(mf.Bytes())
	fatSectors := 1
	for (len(fat)+fatSectors)*4 > fatSectors*512 {
		fatSectors++
	}
	head := make([]byte, 512)
	copy(head, "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")
	copy(head[24:], u16(0x3E, 3, 0xFFFE, 9, 6))
	copy(head[44:], u32(fatSectors, dirStart, 0, 4096, miniStart, mf.Len()/512, end, 0))
	for i := range 109 {
		v := free
		if i < fatSectors {
			v = len(fat) + i
		}
		le.PutUint32(head[76+4*i:], uint32(v))
	}
	for range fatSectors {
		fat = append(fat, fatMark)
	}
	for len(fat) < fatSectors*128 {
		fat = append(fat, free)
	}
	for _, v := range fat {
		sectors.Write(u32(int(v)))
	}
	return append(head, sectors.Bytes()...)
}

func rec(kind int, data ...[]byte) []byte {
	d := join(data...)
	return join(u16(kind, len(d)), d)
}

// str8 is a string of BIFF8 in one byte a character.
func str8(s string) []byte { return join(u16(len(s)), []byte{0}, []byte(s)) }

func xlsFile(objects ...oleStream) []byte {
	globals := func(first, second int) []byte {
		return join(
			rec(0x809, u16(0x600, 5, 0, 0), u32(0, 0)),
			rec(0x41E, u16(164), str8(`0#" "##" "##" "##" "##`)),
			rec(0xE0, u16(0, 0, 0), make([]byte, 14)), rec(0xE0, u16(0, 164, 0), make([]byte, 14)), rec(0xE0, u16(0, 14, 0), make([]byte, 14)),
			rec(0x85, u32(first), u16(0), []byte{5, 0}, []byte("Paie ")), rec(0x85, u32(second), u16(1), []byte{7, 0}, []byte("Cachée\x00"[:7])),
			rec(0x18, u16(0), []byte{0, 5}, u16(0), u16(0), u16(0), []byte{0, 0, 0, 0, 0}, []byte("titre")),
			// A string that goes on in the next record, where it is told anew to be wide.
			rec(0xFC, u32(4, 4), str8("Nom"), str8("NIR"), str8("Exemple"), u16(17), []byte{0}, []byte("coupe ici")),
			rec(0x3C, []byte{1}, wide(" et là ☺")),
			rec(0x0A))
	}
	cell := func(row, column, xf int) []byte { return u16(row, column, xf) }
	paie := join(
		rec(0x809, u16(0x600, 0x10, 0, 0), u32(0, 0)),
		rec(0x14, str8("&LDirection RH")),
		rec(0xFD, cell(0, 0, 0), u32(0)), rec(0xFD, cell(0, 1, 0), u32(1)),
		rec(0xFD, cell(1, 0, 0), u32(2)), rec(0x203, cell(1, 1, 0), le.AppendUint64(nil, math.Float64bits(290017512345678))),
		rec(0xFD, cell(2, 0, 0), u32(3)), rec(0xBD, u16(2, 1), u16(1), u32(512345678<<2|2), u16(2), u32(32874<<2|2), u16(2)),
		rec(0x06, cell(3, 0, 0), []byte{0, 0, 0, 0, 0, 0, 0xFF, 0xFF}, make([]byte, 8)), rec(0x207, str8("texte de formule")),
		rec(0x1B6, make([]byte, 10), u16(8), make([]byte, 6)), rec(0x3C, []byte{0}, []byte("remarque")),
		rec(0x0A))
	cachee := join(rec(0x809, u16(0x600, 0x10, 0, 0), u32(0, 0)), rec(0x204, cell(0, 0, 0), str8("valeur masquee")), rec(0x0A))
	n := len(globals(0, 0))
	book := join(globals(n, n+len(paie)), paie, cachee, []byte{0, 0, 0})
	return oleFile(append([]oleStream{{"Workbook", book}, {"\x05DocumentSummaryInformation", customProperties()}}, objects...)...)
}

// customProperties is a property set with one custom property.
func customProperties() []byte {
	value := func(s string) []byte { return join(u32(30, len(s)+1), []byte(s), make([]byte, 4-len(s)%4)) }
	dict := join(u32(1, 2, 11), []byte("MSIP_Label\x00"), []byte{0})
	label := value("Diffusion Restreinte")
	body := join(u32(0, 3), u32(0, 32), u32(1, 32+len(dict)), u32(2, 40+len(dict)), dict, u32(2, 1252), label)
	std := join(u32(0, 1), u32(15, 16), value("Service fictif"))
	return join(u16(0xFFFE, 0), u32(0), make([]byte, 16), u32(2), make([]byte, 16), u32(68), make([]byte, 16), u32(68+len(std)), std, body)
}

func docFile() []byte {
	text := "Note de service\rNom\x07NIR\x07\x07Exemple\x072 90 01 75 123 456 78\x07\x07suite du texte\r\x13 MERGEFIELD colonne \x14résultat\x15\r"
	header := "x\rDIFFUSION RESTREINTE\r"
	comment := "remarque du relecteur\r"
	all := text + header + comment
	runes := func(s string) int { return len([]rune(s)) }
	fib := make([]byte, 1024)
	le.PutUint16(fib, 0xA5EC)
	le.PutUint16(fib[2:], 0xC1)
	le.PutUint16(fib[6:], 0x40C)
	le.PutUint16(fib[0x0A:], 0x0200)
	le.PutUint32(fib[0x4C:], uint32(runes(text)))
	le.PutUint32(fib[0x54:], uint32(runes(header)))
	le.PutUint32(fib[0x5C:], uint32(runes(comment)))
	// Two pieces: the first in Unicode, the second in one byte a character.
	const split = 24
	first, second := string([]rune(all)[:split]), string([]rune(all)[split:])
	at := len(fib)
	var narrow []byte
	for _, r := range second {
		narrow = append(narrow, byte(r))
	}
	at2 := at + 2*split
	clx := join([]byte{2}, u32(28), u32(0, split, runes(all)), u16(0), u32(at), u16(0), u16(0), u32(at2*2|0x40000000), u16(0))
	le.PutUint32(fib[0x1A2:], 0)
	le.PutUint32(fib[0x1A6:], uint32(len(clx)))
	hdd := u32(0, 0, 0, 0, 0, 0, 0, 2, runes(header))
	le.PutUint32(fib[0xF2:], uint32(len(clx)))
	le.PutUint32(fib[0xF6:], uint32(len(hdd)))
	// The marks that end rows: one page of paragraph properties behind the text.
	body := join(fib, wide(first), narrow)
	for len(body)%512 != 0 {
		body = append(body, 0)
	}
	page := make([]byte, 512)
	var ends []int
	for i, r := range []rune(all) {
		if r == '\x07' && i > 0 && []rune(all)[i-1] == '\x07' {
			off := at + 2*(i+1)
			if i >= split {
				off = at2 + i - split + 1
			}
			ends = append(ends, off)
		}
	}
	page[511] = byte(len(ends))
	for i, off := range ends {
		le.PutUint32(page[4*(i+1):], uint32(off))
		page[4*(len(ends)+1)+13*i] = 200
	}
	copy(page[400:], join([]byte{0, 4}, u16(0), u16(0x2416), []byte{1}, u16(0x2417), []byte{1}))
	bte := join(u32(at, at+len(all)), u32(len(body)/512))
	le.PutUint32(body[0x102:], uint32(len(clx)+len(hdd)))
	le.PutUint32(body[0x106:], uint32(len(bte)))
	return oleFile(oleStream{"WordDocument", append(body, page...)}, oleStream{"1Table", join(clx, hdd, bte)},
		oleStream{"ObjectPool/_1/\x01Ole10Native", ole10("pièce.txt", "texte de la pièce jointe")})
}

func ole10(name, text string) []byte {
	var label []byte
	for _, r := range name {
		label = append(label, byte(r))
	}
	body := join(u16(2), label, []byte{0}, label, []byte{0}, u16(0, 3), u32(len(label)+1), label, []byte{0}, u32(len(text)), []byte(text))
	return join(u32(len(body)), body)
}

func pptFile() []byte {
	atom := func(instance, kind int, data []byte) []byte {
		return join(u16(instance<<4, kind), u32(len(data)), data)
	}
	box := func(instance, kind int, data ...[]byte) []byte {
		d := join(data...)
		return join(u16(instance<<4|15, kind), u32(len(d)), d)
	}
	document := func() []byte {
		return box(0, 0x03E8, box(0, 0x0FF0,
			atom(0, 0x03F3, join(u32(2), make([]byte, 16))), atom(0, 0x0FA0, wide("Titre du plan")),
			atom(0, 0x03F3, join(u32(1), make([]byte, 16))), atom(0, 0x0FA8, []byte("Deuxieme titre"))))
	}
	slide := func(text string) []byte {
		return box(0, 0x03EE, box(0, 0xF00D, atom(0, 0x0FA0, wide(text))),
			box(0, 0x0FD9, atom(0, 0x0FBA, wide("pied de page"))))
	}
	notes := box(0, 0x03F0, atom(0, 0x0FA0, wide("notes de l’orateur")))
	comment := box(0, 0x0FF7, join(u16(0, 0x138B), u32(len(box(0, 0x2EE0, atom(1, 0x0FBA, wide("commentaire"))))), box(0, 0x2EE0, atom(1, 0x0FBA, wide("commentaire")))))
	d, one, two := document(), slide("Forme un\rligne deux"), slide("Forme deux")
	persist := atom(0, 0x1772, join(u32(1|2<<20), u32(len(d), len(d)+len(one))))
	return oleFile(oleStream{"PowerPoint Document", join(d, one, two, notes, comment, persist)}, oleStream{"Current User", make([]byte, 20)})
}

func msgFile() []byte {
	prop := func(tag, v int) []byte { return join(u32(tag, 6), u32(v, 0)) }
	name := func(dir, id string) string { return dir + "__substg1.0_" + id + "001F" }
	text := func(dir, id, s string) oleStream { return oleStream{name(dir, id), wide(s)} }
	inner := "__attach_version1.0_#00000001/__substg1.0_3701000D/"
	return oleFile(
		oleStream{"__properties_version1.0", join(make([]byte, 32), prop(0x00360003, 3))},
		text("", "001A", "IPM.Note"), text("", "0037", "Objet du message"), text("", "0C1A", "E. Fictif"), text("", "1000", "Bonjour,\r\ncorps du message"),
		text("", "007D", "Received: x\r\nX-Classification: C3\r\n"),
		text("", "8001", "valeur étiquetée"),
		oleStream{"__nameid_version1.0/__substg1.0_00030102", join(u32(0), u16(1, 1))},
		oleStream{"__nameid_version1.0/__substg1.0_00040102", join(u32(20), wide("msip_labels")[:20])},
		text("__recip_version1.0_#00000000/", "3001", "F. Destinataire"), text("__recip_version1.0_#00000000/", "39FE", "f@exemple.fr"),
		text("__attach_version1.0_#00000000/", "3707", "pièce.txt"), oleStream{"__attach_version1.0_#00000000/__substg1.0_37010102", []byte("texte de la pièce")},
		text("__attach_version1.0_#00000001/", "3707", "transmis.msg"),
		oleStream{inner + "__properties_version1.0", make([]byte, 24)}, text(inner, "0037", "Objet transmis"), text(inner, "1000", "corps transmis"),
	)
}

func binRec(kind int, data ...[]byte) []byte {
	d := join(data...)
	var b []byte
	if kind < 128 {
		b = append(b, byte(kind))
	} else {
		b = append(b, byte(kind&0x7F|0x80), byte(kind>>7))
	}
	n := len(d)
	for n >= 128 {
		b = append(b, byte(n&0x7F|0x80))
		n >>= 7
	}
	return join(b, []byte{byte(n)}, d)
}

func binText(s string) []byte { return join(u32(len(utf16.Encode([]rune(s)))), wide(s)) }

func xlsbFile(t testing.TB) []byte {
	cell := func(column, style int) []byte { return u32(column, style) }
	return zipOf(t,
		"[Content_Types].xml", contentTypes("ms-excel.sheet.binary.macroEnabled.main"),
		"_rels/.rels", rels("r1", "officeDocument", "xl/workbook.bin"),
		"xl/_rels/workbook.bin.rels", rels("rId1", "worksheet", "worksheets/sheet1.bin"),
		"xl/workbook.bin", string(binRec(156, u32(0, 1), binText("rId1"), binText("Paie"))),
		"xl/styles.bin", string(join(binRec(44, u16(164), binText(`0#" "##" "##" "##" "##`)), binRec(617, u32(2)), binRec(47, u16(0, 0)), binRec(47, u16(0, 164)), binRec(618))),
		"xl/sharedStrings.bin", string(join(binRec(19, []byte{0}, binText("Nom")), binRec(19, []byte{0}, binText("Téléphone")))),
		"xl/worksheets/sheet1.bin", string(join(
			binRec(0, u32(0)), binRec(7, cell(0, 0), u32(0)), binRec(7, cell(1, 0), u32(1)),
			binRec(0, u32(1)), binRec(6, cell(0, 0), binText("Exemple")), binRec(2, cell(1, 1), u32(512345678<<2|2)),
			binRec(0, u32(2)), binRec(5, cell(1, 0), le.AppendUint64(nil, math.Float64bits(290017512345678))),
			binRec(146), binRec(479, u16(0), binText("&Len-tête")))),
	)
}

// sealBook encrypts the records of a workbook behind its first, in the way of
// Excel 97 or, where api is set, of Excel 2002 with a key of 40 bits.
func sealBook(book []byte, password string, api bool) []byte {
	header, key := sealRC4(password, api)
	pass := join(u16(1), header)
	first := 4 + int(le.Uint16(book[2:]))
	out := join(book[:first], rec(0x2F, pass), book[first:])
	// The key stream of the whole file, block by block.
	stream := make([]byte, (len(out)/1024+1)*1024)
	for i := 0; i < len(stream); i += 1024 {
		c, _ := rc4.NewCipher(key(i / 1024))
		c.XORKeyStream(stream[i:i+1024], stream[i:i+1024])
	}
	for off := 0; off+4 <= len(out); {
		kind, n := le.Uint16(out[off:]), int(le.Uint16(out[off+2:]))
		from := off + 4
		if kind == 0x85 {
			from += 4
		}
		for i := from; kind != 0x809 && kind != 0x2F && i < off+4+n; i++ {
			out[i] ^= stream[i]
		}
		off += 4 + n
	}
	return oleFile(oleStream{"Workbook", out})
}

// packVBA writes a compressed container: literals, then one copy.
func packVBA(source string) []byte {
	var body []byte
	for i := 0; i < len(source); i += 8 {
		body = append(body, 0)
		body = append(body, source[i:min(len(source), i+8)]...)
	}
	body = append(body, 1) // a copy of three bytes, one byte back: the last character again
	body = append(body, u16(0)...)
	return join([]byte{1}, u16(0xB000|(len(body)+2-3)), body)
}

func float(v float64) []byte { return le.AppendUint64(nil, math.Float64bits(v)) }
