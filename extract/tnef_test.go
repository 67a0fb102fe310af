package extract_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"fmt"
	"strings"
	"testing"

	"poterne"
	"poterne/extract"
	"poterne/extract/extracttest"
)

// tnefAttribute writes one attribute of a message (level 1) or of an attachment (2).
func tnefAttribute(level byte, id, kind int, data []byte) []byte {
	sum := 0
	for _, c := range data {
		sum += int(c)
	}
	return join([]byte{level}, u16(id, kind), u32(len(data)), data, u16(sum&0xFFFF))
}

// tnefValue writes a property of variable length.
func tnefValue(tag int, values ...[]byte) []byte {
	b := join(u16(tag&0xFFFF, tag>>16), u32(len(values)))
	for _, v := range values {
		b = join(b, u32(len(v)), v, make([]byte, -len(v)&3))
	}
	return b
}

func tnefNamed(tag int, name string, values ...[]byte) []byte {
	w := wide(name + "\x00")
	v := tnefValue(tag, values...)
	return join(v[:4], make([]byte, 16), u32(1, len(w)), w, make([]byte, -len(w)&3), v[4:])
}

func tnefList(properties ...[]byte) []byte { return join(u32(len(properties)), join(properties...)) }

// packedRTF is "{\rtf1\ansi\ansicpg1252\pard hello world}", the example of
// [MS-OXRTFCP] 4.1.1.
const packedRTF = "\x2d\x00\x00\x00\x2b\x00\x00\x00LZFu\xf1\xc5\xc7\xa7\x03\x00\x0a\x00rcpg125B2\x0a\xf3 hel\x09\x00 bw\x05\xb0ld}\x0a\x80\x0f\xa0"

func tnefHead() []byte { return join(u32(0x223E9F78), u16(1)) }

// tnefFile is a message with a text, a recipient, a file, a message inside and a
// file whose bytes are a property.
func tnefFile() []byte {
	inner := join(tnefHead(), tnefAttribute(1, 0x9003, 6, tnefList(
		tnefValue(0x0037001F, wide("Objet transmis\x00")), tnefValue(0x10090102, []byte(packedRTF)))))
	recipient := tnefList(tnefValue(0x3001001F, wide("F. Destinataire\x00")), tnefValue(0x39FE001E, []byte("f@exemple.fr\x00")))
	return join(tnefHead(),
		tnefAttribute(1, 0x9007, 6, u32(1252, 0)),
		tnefAttribute(1, 0x8004, 1, []byte("Objet d'\xe9t\xe9\x00")),
		tnefAttribute(1, 0x9004, 6, join(u32(1), recipient)),
		tnefAttribute(1, 0x9003, 6, tnefList(
			join(u16(0x0003, 0x0036), u32(3)),
			join(u16(0x0040, 0x0039), make([]byte, 8)),
			tnefNamed(0x8005001F, "msip_labels", wide("valeur étiquetée\x00")),
			tnefNamed(0x8006101F, "Keywords", wide("mot un\x00"), wide("mot deux\x00")),
			tnefValue(0x10130102, []byte("<html><body><p>Bonjour <b>corps</b></p></body></html>")))),
		tnefAttribute(2, 0x9002, 6, make([]byte, 14)),
		tnefAttribute(2, 0x8010, 1, []byte("PIECE~1.TXT\x00")),
		tnefAttribute(2, 0x800F, 6, []byte("texte de la pièce")),
		tnefAttribute(2, 0x9005, 6, tnefList(tnefValue(0x3707001F, wide("pièce jointe.txt\x00")))),
		tnefAttribute(2, 0x9002, 6, make([]byte, 14)),
		tnefAttribute(2, 0x8010, 1, []byte("transmis\x00")),
		tnefAttribute(2, 0x9005, 6, tnefList(tnefValue(0x3701000D, join(make([]byte, 16), inner)))),
		tnefAttribute(2, 0x9002, 6, make([]byte, 14)),
		tnefAttribute(2, 0x9005, 6, tnefList(tnefValue(0x37010102, []byte("octets en propriété")), tnefValue(0x3704001E, []byte("note.txt\x00")))),
	)
}

func TestTNEF(t *testing.T) {
	x := extract.New(extract.Options{})
	defer x.Close()
	property := func(text, member string) extracttest.Text {
		return extracttest.Text{Text: text, Zone: poterne.ZoneProperty, Member: member}
	}
	want := []extracttest.Text{
		property("Subject: Objet d'été", ""), property("To: F. Destinataire <f@exemple.fr>", ""), property("Sensitivity: Company-Confidential", ""),
		property("msip_labels: valeur étiquetée", ""), property("Keywords: mot deux", ""), {Text: "Bonjour corps"},
		{Text: "texte de la pièce", Member: "pièce jointe.txt"}, {Text: "octets en propriété", Member: "note.txt"},
		property("Subject: Objet transmis", "transmis"), {Text: "hello world", Member: "transmis"},
	}
	members := map[string]poterne.Kind{"pièce jointe.txt": "", "transmis": "", "note.txt": ""}
	mail := "From: a@b.example\r\nSubject: x\r\nMIME-Version: 1.0\r\nContent-Type: application/ms-tnef; name=\"winmail.dat\"\r\nContent-Transfer-Encoding: base64\r\n\r\n" +
		base64.StdEncoding.EncodeToString(tnefFile()) + "\r\n"
	inMail := []extracttest.Text{property("Subject: Objet d'été", "winmail.dat"), {Text: "texte de la pièce", Member: "winmail.dat!pièce jointe.txt"}, {Text: "hello world", Member: "winmail.dat!transmis"}}
	old := join(tnefHead(), tnefAttribute(1, 0x8000, 0, join(u16(4, 12, 7, 5), []byte("E. Ancien\x00e@exemple.fr\x00"))), tnefAttribute(1, 0x8004, 1, []byte("Objet\x00")), tnefAttribute(1, 0x800C, 2, []byte("corps ancien\x00")))
	extracttest.Run(t, x.Extract, []extracttest.Case{
		{Name: "alone", File: "winmail.dat", Format: "tnef", Data: tnefFile(), Want: want, Members: members},
		{Name: "in-a-mail", File: "a.eml", Format: "eml", Data: []byte(mail), Want: inMail,
			Members: map[string]poterne.Kind{"winmail.dat": "", "winmail.dat!pièce jointe.txt": "", "winmail.dat!transmis": "", "winmail.dat!note.txt": ""}},
		{Name: "of-an-old-program", File: "winmail.dat", Format: "tnef", Data: old,
			Want: []extracttest.Text{property("Subject: Objet", ""), property("From: E. Ancien <e@exemple.fr>", ""), {Text: "corps ancien"}}},
		{Name: "cut", File: "winmail.dat", Format: "tnef", Data: tnefFile()[:400], Kind: poterne.Partial, Want: []extracttest.Text{property("Subject: Objet d'été", "")}},
	})
}

// TestTNEFNests reads messages that hold themselves up to the budget of depth.
func TestTNEFNests(t *testing.T) {
	data := join(tnefHead(), tnefAttribute(1, 0x800C, 2, []byte("fond\x00")))
	for range 12 {
		data = join(tnefHead(), tnefAttribute(2, 0x9002, 6, make([]byte, 14)), tnefAttribute(2, 0x800F, 6, data))
	}
	r := readHostile(t, extract.Options{}, "winmail.dat", data)
	if r.kinds[poterne.TooLarge] != 1 {
		t.Errorf("failures %v", r.kinds)
	}
}

func FuzzTNEF(f *testing.F) {
	f.Add(tnefFile())
	f.Add(tnefFile()[:300])
	x := extract.New(extract.Options{MaxBytes: 64 << 20})
	f.Fuzz(func(t *testing.T, data []byte) {
		if !strings.HasPrefix(string(data), "\x78\x9f\x3e\x22") {
			data = join(tnefHead(), data)
		}
		for _, err := range x.Extract(context.Background(), poterne.Document{Path: "winmail.dat"}, content{bytes.NewReader(data)}) {
			if err != nil && strings.Contains(fmt.Sprint(err), "panicked") {
				t.Fatal(err)
			}
		}
	})
}
