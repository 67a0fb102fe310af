package extract

import (
	"bytes"
	"io"
	"math/rand/v2"
	"strings"
	"testing"
	"testing/iotest"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/encoding/unicode/utf32"
)

// frenchWords are what the generated French is made of.
var frenchWords = strings.Fields(`le la les un une des du de et à où est été être fait après avant déjà très
	préfecture décret arrêté élève réunion présidence ministère intérêt général société contrôle dépôt
	forêt tête fenêtre français façade reçu leçon garçon Noël naïf maïs œuvre cœur sœur bœuf août goût
	sûreté mûr dû hôpital hôtel rôle côté bientôt âge château tâche théâtre gâteau île maître connaître
	élément évaluation étude économie écrit État Éducation École Île Ça là voilà déjà procès-verbal
	n° 12° § l’article d’une qu’il s’est « oui » » « 3 500 12 2024 DÉCISION ARRÊTÉ PRÉFET RÉPUBLIQUE FRANÇAISE`)

// french returns n words of generated French.
func french(rnd *rand.Rand, n int) string {
	var b strings.Builder
	for i := range n {
		b.WriteString(frenchWords[rnd.IntN(len(frenchWords))])
		switch {
		case i%13 == 12:
			b.WriteString(".\n")
		case i%7 == 6:
			b.WriteString(", ")
		default:
			b.WriteByte(' ')
		}
	}
	return b.String()
}

// encodable drops what enc cannot write.
func encodable(t *testing.T, s string, enc encoding.Encoding) (text string, raw []byte) {
	t.Helper()
	var b strings.Builder
	for _, r := range s {
		if _, err := enc.NewEncoder().String(string(r)); err == nil {
			b.WriteRune(r)
		}
	}
	raw, err := enc.NewEncoder().Bytes([]byte(b.String()))
	if err != nil {
		t.Fatal(err)
	}
	return b.String(), raw
}

func TestEncodingsOfFrenchAreGuessed(t *testing.T) {
	for _, c := range []struct {
		name string
		enc  encoding.Encoding
	}{
		{"utf-8", encoding.Nop},
		{"utf-8-bom", unicode.UTF8BOM},
		{"utf-16-le-bom", unicode.UTF16(unicode.LittleEndian, unicode.UseBOM)},
		{"utf-16-be-bom", unicode.UTF16(unicode.BigEndian, unicode.UseBOM)},
		{"utf-16-le", unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM)},
		{"utf-16-be", unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM)},
		{"utf-32-le-bom", utf32.UTF32(utf32.LittleEndian, utf32.UseBOM)},
		{"windows-1252", charmap.Windows1252},
		{"iso-8859-15", charmap.ISO8859_15},
		{"macintosh", charmap.Macintosh},
		{"ibm850", charmap.CodePage850},
	} {
		t.Run(c.name, func(t *testing.T) {
			rnd := rand.New(rand.NewPCG(1, 2))
			wrong := 0
			for range 200 {
				text := french(rnd, 40)
				raw := []byte(text)
				if c.enc != encoding.Nop {
					if strings.HasPrefix(c.name, "utf-") {
						raw, _ = c.enc.NewEncoder().Bytes(raw)
					} else {
						text, raw = encodable(t, text, c.enc)
					}
				}
				got, err := io.ReadAll(decodeText(bytes.NewReader(raw), ""))
				if err != nil {
					t.Fatal(err)
				}
				if string(got) != text {
					wrong++
				}
			}
			if wrong > 0 {
				t.Errorf("%d of 200 texts of 40 words decoded wrongly", wrong)
			}
		})
	}
}

func TestFewAccentsAreEnough(t *testing.T) {
	for _, c := range []struct{ name, text string }{
		{"one-accent", "Le dossier est complété\n"},
		{"capitals", "ARRÊTÉ DU PRÉFET\n"},
		{"degree", "dossier n° 12\n"},
		{"euro", "montant : 12 €\n"},
		{"oe", "le cœur du dossier\n"},
		{"apostrophe", "l’article\n"},
		{"quotes", "« oui »\n"},
		{"capital-first", "Évaluation\n"},
		{"cedilla", "le reçu français\n"},
	} {
		for _, enc := range []struct {
			name string
			enc  encoding.Encoding
		}{{"windows-1252", charmap.Windows1252}, {"iso-8859-15", charmap.ISO8859_15}, {"macintosh", charmap.Macintosh}} {
			t.Run(c.name+"/"+enc.name, func(t *testing.T) {
				text, raw := encodable(t, c.text, enc.enc)
				if got := decodeBytes(raw, ""); got != text {
					t.Errorf("got %q, want %q", got, text)
				}
			})
		}
	}
}

func TestDeclaredEncoding(t *testing.T) {
	cyrillic, _ := charmap.Windows1251.NewEncoder().Bytes([]byte("привет\n"))
	for _, c := range []struct {
		name, declared string
		in             []byte
		want           string
	}{
		{"declared", "windows-1251", cyrillic, "привет\n"},
		{"utf-8-beats-a-wrong-declaration", "windows-1251", []byte("été\n"), "été\n"},
		{"utf-16-declared-by-ascii", "utf-16", []byte("abc\n"), "abc\n"},
		{"utf-8-declared-by-latin", "utf-8", []byte("l'\xe9t\xe9\n"), "l'été\n"},
		{"lines-of-two-encodings", "", []byte("l'\xe9t\xe9\nl'été\n"), "l'été\nl'été\n"},
		{"unknown-name", "x-none", []byte("\xe9t\xe9"), "été"},
		{"bom-only", "", bomUTF8, ""},
		{"stateful", "iso-2022-jp", []byte("\x1b$B$\"\x1b(B"), "あ"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := decodeBytes(c.in, c.declared); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

// TestDecodingIsTheSameInAnyPieces feeds more than one block, byte by byte.
func TestDecodingIsTheSameInAnyPieces(t *testing.T) {
	rnd := rand.New(rand.NewPCG(3, 4))
	want, raw := encodable(t, french(rnd, 30_000), charmap.Windows1252)
	got, err := io.ReadAll(decodeText(iotest.HalfReader(bytes.NewReader(raw)), ""))
	if err != nil || string(got) != want {
		t.Errorf("%d bytes of %d, %v", len(got), len(want), err)
	}
	noLines := strings.ReplaceAll(want, "\n", " ")
	got, err = io.ReadAll(decodeText(iotest.OneByteReader(strings.NewReader(noLines)), ""))
	if err != nil || string(got) != noLines {
		t.Errorf("UTF-8 without lines: %d bytes of %d, %v", len(got), len(noLines), err)
	}
}

func TestAFailingSourceIsNotAnEnd(t *testing.T) {
	r := decodeText(iotest.TimeoutReader(iotest.OneByteReader(strings.NewReader("abc"))), "")
	if _, err := io.ReadAll(r); err != iotest.ErrTimeout {
		t.Errorf("err = %v, want the source's", err)
	}
}

func FuzzDecodeText(f *testing.F) {
	f.Add([]byte("l'\xe9t\xe9\n\xff"), "")
	f.Add([]byte("\xff\xfea\x00"), "utf-8")
	f.Add([]byte("a\x00b\x00c"), "shift_jis")
	f.Fuzz(func(t *testing.T, b []byte, declared string) {
		got, err := io.ReadAll(decodeText(bytes.NewReader(b), declared))
		if err != nil {
			t.Fatal(err)
		}
		if !utf8.Valid(got) {
			t.Fatal("not UTF-8")
		}
		if utf8.Valid(b) && wideEncoding(b) == nil && !bytes.HasPrefix(b, bomUTF8) && declared == "" && !bytes.Equal(b, got) {
			t.Fatal("UTF-8 was changed")
		}
	})
}
