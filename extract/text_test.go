package extract

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"poterne"
)

// seen is a segment as tests compare it.
type seen struct {
	Zone   string
	Body   string
	Header string
	Row    int
	Column int
}

// readParts extracts data under name and returns the segments, the failures and
// the formats of each part by member; "" is the document.
func readParts(t testing.TB, o Options, name string, data []byte) (segments map[string][]seen, kinds map[string][]poterne.Kind, formats map[string]string) {
	t.Helper()
	x := New(o)
	defer x.Close()
	segments, kinds, formats = map[string][]seen{}, map[string][]poterne.Kind{}, map[string]string{}
	for s, err := range x.Extract(context.Background(), poterne.Document{Share: "s", Path: name, Size: int64(len(data))}, inMemory(data)) {
		member := s.Part.Member
		var f *poterne.Failure
		switch {
		case errors.As(err, &f):
			if f.Kind == poterne.Crashed {
				t.Fatalf("a reader panicked: %v", f)
			}
			kinds[member] = append(kinds[member], f.Kind)
		case err != nil:
			t.Fatalf("error of another type than Failure: %T", err)
		case s.Place.Zone == poterne.ZoneName:
			formats[member] = s.Part.Format
		default:
			segments[member] = append(segments[member], seen{s.Place.Zone.String(), s.Body, s.Header, s.Place.Row, s.Place.Column})
		}
	}
	return segments, kinds, formats
}

// readWhole extracts data under name, wants one part without failure and returns its segments.
func readWhole(t testing.TB, name string, data []byte) []seen {
	t.Helper()
	segments, kinds, formats := readParts(t, Options{}, name, data)
	if len(kinds) > 0 || len(formats) != 1 {
		t.Fatalf("failures %v, parts %v", kinds, formats)
	}
	return segments[""]
}

func bodies(segments []seen) string {
	var b strings.Builder
	for _, s := range segments {
		b.WriteString(s.Body)
		b.WriteByte('\n')
	}
	return b.String()
}

func TestTextIsReadByParagraphs(t *testing.T) {
	long := strings.Repeat("x", paragraphSize-10)
	for _, c := range []struct {
		name, file, in string
		want           []seen
	}{
		{"paragraphs", "a.txt", "Un\ndeux\n\n  \nTrois\r\nquatre\rcinq", []seen{
			{"body", "Un\ndeux", "", 1, 0}, {"body", "Trois\nquatre\ncinq", "", 5, 0},
		}},
		{"lone-carriage-returns", "a.log", "a\rb\r\rc\r", []seen{{"body", "a\nb", "", 1, 0}, {"body", "c", "", 4, 0}}},
		{"long-paragraphs-are-cut-between-lines", "a.sql", long + "\n" + long + "\n", []seen{
			{"body", long, "", 1, 0}, {"body", long, "", 2, 0},
		}},
		{"table-between-paragraphs", "note.txt", "Bonjour,\nNom\tVille\tNote\nRoux\tLens\t12\nMorel\tGap\t\nCordialement\na\tb\tc\n", []seen{
			{"body", "Bonjour,", "", 1, 0},
			{"cell", "Nom", "", 2, 1}, {"cell", "Ville", "", 2, 2}, {"cell", "Note", "", 2, 3},
			{"cell", "Roux", "Nom", 3, 1}, {"cell", "Lens", "Ville", 3, 2}, {"cell", "12", "Note", 3, 3},
			{"cell", "Morel", "Nom", 4, 1}, {"cell", "Gap", "Ville", 4, 2},
			{"body", "Cordialement\na\tb\tc", "", 5, 0},
		}},
		{"whole-numbers-of-programs", "a.csv", "nom,nir\nRoux,268031312601931.0\nMorel,12.0\n", []seen{
			{"cell", "nom", "", 1, 1}, {"cell", "nir", "", 1, 2}, {"cell", "Roux", "nom", 2, 1}, {"cell", "268031312601931", "nir", 2, 2},
			{"cell", "Morel", "nom", 3, 1}, {"cell", "12.0", "nir", 3, 2},
		}},
		{"quoted-table", "note.txt", "> > Nom\tVille\tNote\n> > Roux\tLens\t12\n> > fin", []seen{
			{"cell", "Nom", "", 1, 1}, {"cell", "Ville", "", 1, 2}, {"cell", "Note", "", 1, 3},
			{"cell", "Roux", "Nom", 2, 1}, {"cell", "Lens", "Ville", 2, 2}, {"cell", "12", "Note", 2, 3},
			{"body", "> > fin", "", 3, 0},
		}},
		{"tabs-without-titles", "note.log", "un\tdeux\ttrois quatre\ncinq\tsix\tsept huit\nfin", []seen{{"body", "un\tdeux\ttrois quatre\ncinq\tsix\tsept huit\nfin", "", 1, 0}}},
		{"tabs-named-txt-are-a-table", "export.txt", "Nom\tVille\tNote\nRoux\tLens\t12\nMorel\tGap\t9\n", []seen{
			{"cell", "Nom", "", 1, 1}, {"cell", "Ville", "", 1, 2}, {"cell", "Note", "", 1, 3},
			{"cell", "Roux", "Nom", 2, 1}, {"cell", "Lens", "Ville", 2, 2}, {"cell", "12", "Note", 2, 3},
			{"cell", "Morel", "Nom", 3, 1}, {"cell", "Gap", "Ville", 3, 2}, {"cell", "9", "Note", 3, 3},
		}},
		{"front-matter-table-and-link", "a.md", "---\ntitre: Essai\n---\n# Un\n[deux](https://a.example/x)\n\n| Nom | Code |\n|---|:-:|\n| Roux | 12 |\n\nfin | fin\nrien\n", []seen{
			{"property", "titre: Essai", "", 2, 0},
			{"body", "# Un\n[deux](https://a.example/x)", "", 4, 0},
			{"cell", "Nom", "", 7, 1}, {"cell", "Code", "", 7, 2},
			{"cell", "Roux", "Nom", 9, 1}, {"cell", "12", "Code", 9, 2},
			{"body", "fin | fin\nrien", "", 11, 0},
		}},
		{"two-lines-with-bars-are-no-table", "b.md", "a | b\nc | d\ne", []seen{{"body", "a | b\nc | d\ne", "", 1, 0}}},
		{"yaml", "a.yaml", "# note\nagent:\n  nom: 'd''Ys'\n  - code: \"a\\tb\"\n  notes: |\n    deux\n    lignes\nroles:\n  - chef\n", []seen{
			{"comment", "# note", "", 1, 0}, {"body", "agent", "", 2, 0},
			{"cell", "d'Ys", "nom", 3, 0}, {"cell", "a\tb", "code", 4, 0},
			{"body", "notes", "", 5, 0}, {"body", "    deux\n    lignes", "", 6, 0},
			{"body", "roles", "", 8, 0}, {"cell", "chef", "roles", 9, 0},
		}},
		{"vcard", "a.vcf", "BEGIN:VCARD\r\nFN:Anne\r\n  Roux\r\nitem1.TEL;TYPE=cell:01 23\r\nNOTE;ENCODING=QUOTED-PRINTABLE;CHARSET=ISO-8859-1:l'=E9t=\r\n=E9\r\nPHOTO;ENCODING=b:AAAA\r\n BBBB\r\nEND:VCARD\r\n", []seen{
			{"cell", "VCARD", "BEGIN", 1, 0}, {"cell", "Anne Roux", "FN", 2, 0}, {"cell", "01 23", "TEL", 4, 0},
			{"cell", "l'été", "NOTE", 5, 0}, {"cell", "VCARD", "END", 9, 0},
		}},
		{"directory", "a.ldif", "version: 1\n# agents\ndn: uid=a,dc=ex\n ample\ncn;lang-fr:: SMOpbMOobmU=\nmail: a@b.example\njpegPhoto:: /9j/4AAA\n\n", []seen{
			{"cell", "1", "version", 1, 0}, {"cell", "# agents", "", 2, 0}, {"cell", "uid=a,dc=example", "dn", 3, 0},
			{"cell", "Hélène", "cn", 5, 0}, {"cell", "a@b.example", "mail", 6, 0},
		}},
		{"directory-latin-1", "a.ldif", "dn: a\ndescription:: TukgbGUgMDMvMDcvMTk5MCwg4CBMZW5z\nobjectGUID:: YWJjZGVmZ2hpamtsbW5vcA==\ncn: b\n", []seen{
			{"cell", "a", "dn", 1, 0}, {"cell", "Né le 03/07/1990, à Lens", "description", 2, 0}, {"cell", "b", "cn", 4, 0},
		}},
		{"directory-password", "a.ldif", "dn: a\nunicodePwd:: IgBHAHIANABuAGQALQBDA\n GgAZQBuAGUAIQA0ADIAIgA=\n", []seen{
			{"cell", "a", "dn", 1, 0}, {"cell", "Gr4nd-Chene!42", "unicodePwd", 2, 0},
		}},
		{"calendar", "a.ics", "BEGIN:VCALENDAR\nATTENDEE;CN=\"Paul Morel\":mailto:p@a.example\nDESCRIPTION:un\\, deux\\nfin\nEND:VCALENDAR", []seen{
			{"cell", "VCALENDAR", "BEGIN", 1, 0}, {"cell", "Paul Morel", "ATTENDEE CN", 2, 0}, {"cell", "mailto:p@a.example", "ATTENDEE", 2, 0},
			{"cell", "un, deux\nfin", "DESCRIPTION", 3, 0}, {"cell", "VCALENDAR", "END", 4, 0},
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, readWhole(t, c.file, []byte(c.in))); diff != "" {
				t.Errorf("segments (-want +got)\n%s", diff)
			}
		})
	}
}

// TestLongAttributes reads values of a directory beyond one segment, on one line and
// folded, and wants no date lost.
func TestLongAttributes(t *testing.T) {
	const dates = 10_000
	text := strings.Repeat("né le 03/07/1990 ", dates)
	var folded strings.Builder
	coded := base64.StdEncoding.EncodeToString([]byte(text))
	for rest := coded; rest != ""; {
		n := min(76, len(rest))
		folded.WriteString("\n " + rest[:n])
		rest = rest[n:]
	}
	for name, in := range map[string]string{
		"plain": "info: " + text, "line": "info:: " + coded, "aside": "infos::  " + coded + " ", "folded": "info::" + folded.String(),
	} {
		t.Run(name, func(t *testing.T) {
			got := readWhole(t, "a.ldif", []byte("dn: a\n"+in+"\ncn: fin\n"))
			seen := 0
			for _, s := range got[1 : len(got)-1] {
				if !strings.HasPrefix(s.Header, "info") {
					t.Errorf("title %q", s.Header)
				}
				seen += strings.Count(s.Body, "03/07/1990")
			}
			if last := got[len(got)-1]; seen != dates || last.Header != "cn" || last.Body != "fin" {
				t.Errorf("%d of %d dates, then %q", seen, dates, last.Header)
			}
		})
	}
}

func TestDirectoryValueThatIsNotBase64(t *testing.T) {
	segments, kinds, _ := readParts(t, Options{}, "a.ldif", []byte("dn: a\ninfo:: SMOpbMOobmU!!\njpegPhoto:: !!\ncn: fin\ninfo:: SMOpbMOobmU\n"))
	if text := bodies(segments[""]); !strings.Contains(text, "fin") || !cmp.Equal(kinds[""], []poterne.Kind{poterne.Partial}) {
		t.Errorf("%q, failures %v", text, kinds)
	}
}

// TestLongLinesAreCutBetweenValues reads one line of 3 MB with a number in four
// groups every 500 bytes and wants each number whole in one segment.
func TestLongLinesAreCutBetweenValues(t *testing.T) {
	var b strings.Builder
	var want []string
	for i := 0; b.Len() < 3<<20; i++ {
		n := fmt.Sprintf("%04d %04d %04d %04d", i, i+1, i+2, i+3)
		want = append(want, n)
		b.WriteString("le dossier " + n + " est clos ")
		b.WriteString(strings.Repeat("et la suite vient ", 25))
	}
	segments := readWhole(t, "a.txt", []byte(b.String()))
	for _, s := range segments {
		if len(s.Body) > maxSegment || s.Row != 1 {
			t.Fatalf("segment of %d bytes on row %d", len(s.Body), s.Row)
		}
	}
	text := bodies(segments)
	for _, w := range want {
		if !strings.Contains(text, w) {
			t.Fatalf("%q was cut", w)
		}
	}
}

func TestCutPoint(t *testing.T) {
	pad := func(tail string) []byte { return append(bytes.Repeat([]byte("x"), 4096), tail...) }
	for _, c := range []struct{ name, tail, rest string }{
		{"after-a-sentence", "fin. Le 12 34 56", "Le 12 34 56"},
		{"between-words", "le mot 12 34 56", "mot 12 34 56"},
		{"at-any-space", "x12 34 56", "56"},
		{"after-a-sign", "xx/yyyy", "yyyy"},
		{"between-characters", "xxé\xc3", "\xc3"},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := pad(c.tail)
			if got := string(b[cutPoint(b):]); got != c.rest {
				t.Errorf("rest = %q, want %q", got, c.rest)
			}
		})
	}
}
