package extract

import (
	"encoding/binary"
	"encoding/hex"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"poterne"
)

func TestRTF(t *testing.T) {
	const head = `{\rtf1\ansi\ansicpg1252\deff0{\fonttbl{\f0\fswiss\fcharset0 Arial;}{\f1\fcharset204 Cyr;}{\f2\fcharset128 Mincho;}}`
	for _, c := range []struct {
		name, in string
		want     []seen
	}{
		{"bytes-and-unicode", `Lef\'e8vre \u8364? \u-10179?\u-8704? a\~b\par d\rquote un\line deux}`, []seen{
			{"body", "Lefèvre € 😀 a\u00a0b", "", 0, 0}, {"body", "d’un\ndeux", "", 0, 0},
		}},
		{"fonts-change-the-code-page", `\f1\'ef\'f0\'e8\f0\'e9\f2\'82\'a0}`, []seen{{"body", "приéあ", "", 0, 0}}},
		{"notes-inside-a-long-text", `un{\footnote a}deux{\footnote b{\v c}}trois{\*\annotation d{\footnote e}}}`, []seen{
			{"note", "a", "", 0, 0}, {"hidden", "c", "", 0, 0}, {"note", "b", "", 0, 0}, {"note", "e", "", 0, 0}, {"comment", "d", "", 0, 0}, {"body", "undeuxtrois", "", 0, 0},
		}},
		{"fallback-of-several-characters", `{\uc2 \u233\'c3\'a9}\uc0\u233 t\u233}`, []seen{{"body", "éété", "", 0, 0}}},
		{"runs-make-one-text", `2 75 {\b 03 }{\i 26}\plain  588\par}`, []seen{{"body", "2 75 03 26 588", "", 0, 0}}},
		{"header-footer-note-comment", `{\header haut\par}{\footerf bas}Un{\footnote note}mot{\*\atnauthor Anne}{\*\annotation\pard avis}\par}`, []seen{
			{"header", "haut", "", 0, 0}, {"footer", "bas", "", 0, 0}, {"note", "note", "", 0, 0},
			{"comment", "Anne", "", 0, 0}, {"comment", "avis", "", 0, 0}, {"body", "Unmot", "", 0, 0},
		}},
		{"properties", `{\info{\title Le titre}{\author A. Roux}{\creatim\yr2024}}{\*\userprops{\propname Niveau}\proptype30{\staticval DR}}x}`, []seen{
			{"property", "title: Le titre", "", 0, 0}, {"property", "author: A. Roux", "", 0, 0}, {"property", "Niveau: DR", "", 0, 0}, {"body", "x", "", 0, 0},
		}},
		{"unknown-destinations-and-pictures", `{\*\inconnu rien}{\pict\wmetafile8 0102}{\*\shppict{\pict 00}}{\stylesheet{\s0 Normal;}}vu}`, []seen{{"body", "vu", "", 0, 0}}},
		{"table", `\trowd\cellx1\intbl Nom\cell Ville\cell\row\intbl Roux\par Anne\cell Lens\cell\row\pard fin\par}`, []seen{
			{"cell", "Nom", "", 1, 1}, {"cell", "Ville", "", 1, 2}, {"cell", "Roux\nAnne", "Nom", 2, 1}, {"cell", "Lens", "Ville", 2, 2}, {"body", "fin", "", 0, 0},
		}},
		{"hidden-and-deleted", `vu{\v cache}{\deleted raye}\par}`, []seen{{"hidden", "cache", "", 0, 0}, {"comment", "raye", "", 0, 0}, {"body", "vu", "", 0, 0}}},
		{"field", `{\field{\*\fldinst HYPERLINK "https://a.example/x"}{\fldrslt le lien}}{\field{\*\fldinst PAGE}{\fldrslt 1}}}`, []seen{
			{"hidden", `HYPERLINK "https://a.example/x"`, "", 0, 0}, {"body", "le lien1", "", 0, 0},
		}},
		{"watermark-and-text-box", `{\shp{\*\shpinst{\sp{\sn gtextUNICODE}{\sv SECRET}}{\sp{\sn x}{\sv 12}}{\shptxt boite\par}}{\shprslt double}}}`, []seen{
			{"watermark", "SECRET", "", 0, 0}, {"body", "boite", "", 0, 0},
		}},
		{"unicode-twin", `{\upr{e?t}{\*\ud{\'e9t}}}}`, []seen{{"body", "ét", "", 0, 0}}},
		{"binary-data", `{\pict\bin5 }}}}}}vu}`, []seen{{"body", "vu", "", 0, 0}}},
		{"behind-the-end", "vu}\r\nmdp", []seen{{"body", "vu", "", 0, 0}, {"hidden", "mdp", "", 2, 0}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, readWhole(t, "a.rtf", []byte(head+c.in))); diff != "" {
				t.Errorf("segments (-want +got)\n%s", diff)
			}
		})
	}
}

// TestRTFObjects embeds a file as the Packager does, a document of a program, and a link.
func TestRTFObjects(t *testing.T) {
	text := func(s string) []byte {
		return append(binary.LittleEndian.AppendUint32(nil, uint32(len(s)+1)), s+"\x00"...)
	}
	object := func(format uint32, class, topic string, data []byte) string {
		b := binary.LittleEndian.AppendUint32([]byte{1, 5, 0, 0}, format)
		b = append(b, text(class)...)
		if topic == "" {
			b = append(b, 0, 0, 0, 0)
		} else {
			b = append(b, text(topic)...)
		}
		b = append(b, 0, 0, 0, 0)
		if format == 2 {
			b = binary.LittleEndian.AppendUint32(b, uint32(len(data)))
			b = append(b, data...)
		}
		digits := hex.EncodeToString(b)
		return "{\\object{\\*\\objdata " + digits[:20] + "\r\n" + digits[20:] + "}{\\result vu}}"
	}
	packed := []byte("\x02\x00liste.csv\x00C:\\liste.csv\x00\x00\x00\x03\x00\x05\x00\x00\x00C:\\x\x00")
	body := "Nom;Ville\nRoux;Lens\n"
	packed = append(binary.LittleEndian.AppendUint32(packed, uint32(len(body))), body+"queue"...)
	in := `{\rtf1\ansi ` + object(2, "Package", "", packed) + object(2, "Paint.Picture", "", []byte("un texte")) + object(1, "Word.Document.8", `C:\paie\mars.doc`, nil) + "}"
	segments, kinds, _ := readParts(t, Options{}, "a.rtf", []byte(in))
	if got := bodies(segments["liste.csv"]); got != "Nom\nVille\nRoux\nLens\n" {
		t.Errorf("packed file: %q", got)
	}
	if got := bodies(segments["Paint.Picture"]); got != "un texte\n" {
		t.Errorf("object: %q", got)
	}
	if got := bodies(segments[""]); !strings.Contains(got, `C:\paie\mars.doc`) || !strings.Contains(got, "vu") {
		t.Errorf("document: %q", got)
	}
	if len(kinds) > 0 {
		t.Errorf("failures %v", kinds)
	}
}

func TestCutRTFIsPartial(t *testing.T) {
	segments, kinds, _ := readParts(t, Options{}, "a.rtf", []byte(`{\rtf1 vu\par{\b deux\intbl a\cell b`))
	if diff := cmp.Diff([]poterne.Kind{poterne.Partial}, kinds[""]); diff != "" {
		t.Errorf("failures (-want +got)\n%s", diff)
	}
	for _, want := range []string{"vu", "deux", "b"} {
		if !strings.Contains(bodies(segments[""]), want) {
			t.Errorf("%q is lost", want)
		}
	}
}

func TestDeepRTF(t *testing.T) {
	in := `{\rtf1 ` + strings.Repeat("{", 1_000_000) + "fond" + strings.Repeat("}", 1_000_000) + "suite}"
	if got := bodies(readWhole(t, "a.rtf", []byte(in))); !strings.Contains(got, "fondsuite") {
		t.Errorf("text is lost: %q", got)
	}
}

func FuzzRTF(f *testing.F) {
	f.Add([]byte(`{\rtf1\ansi{\fonttbl{\f0\fcharset128;}}{\upr{a}{\*\ud b}}\'e9\u-1?\intbl a\cell\row{\v}{\footnote{\header x}}\bin9 }`))
	f.Add([]byte(`{\rtf1}}}{\sv{\sn`))
	f.Fuzz(func(t *testing.T, b []byte) {
		readParts(t, Options{}, "a.rtf", b)
	})
}
