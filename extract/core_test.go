package extract

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"

	"poterne"
)

// withReader returns an extractor that reads text with first, and again with second.
func withReader(o Options, first, second reader) *Extractor {
	x := New(o)
	x.formats = map[string]engine{"txt": {first, second}}
	return x
}

// transcript writes what a reading gives, one step a line.
func transcript(x *Extractor, data string) []string {
	var steps []string
	for s, err := range x.Extract(context.Background(), poterne.Document{Path: "a.txt"}, inMemory([]byte(data))) {
		step := s.Part.Member + ": " + s.Body
		var f *poterne.Failure
		if errors.As(err, &f) {
			step = s.Part.Member + "! " + string(f.Kind)
		}
		steps = append(steps, step)
	}
	return steps
}

func text(in *input, out *emitter) error {
	b, err := io.ReadAll(in.stream())
	out.text(poterne.Place{}, string(b))
	return err
}

func TestReaders(t *testing.T) {
	leaf := func(name, body string) member {
		return member{name: name, open: func() (io.Reader, error) { return strings.NewReader(body), nil }}
	}
	broken := errors.New("broken")
	for _, c := range []struct {
		name          string
		opts          Options
		first, second reader
		want          []string
	}{
		{"text", Options{}, func(_ context.Context, in *input, out *emitter) error { return text(in, out) }, nil,
			[]string{": a.txt", ": boîte"}},
		{"members-after-text", Options{}, func(_ context.Context, in *input, out *emitter) error {
			if in.name != "a.txt" {
				return text(in, out)
			}
			out.member(leaf("x/un", "premier"))
			out.member(leaf("deux", "second"))
			return text(in, out)
		}, nil, []string{": a.txt", ": boîte", "x/un: x/un", "x/un: premier", "deux: deux", "deux: second"}},
		{"nested", Options{MaxDepth: 2}, func(_ context.Context, in *input, out *emitter) error {
			out.member(leaf("m", "corps"))
			return nil
		}, nil, []string{": a.txt", "m: m", "m!m: m", "m!m!m: m", "m!m!m! too_large"}},
		{"too-many-members", Options{MaxMembers: 1}, func(_ context.Context, in *input, out *emitter) error {
			if in.name == "a.txt" {
				out.stream(leaf("un", "premier"))
				out.stream(leaf("deux", "second"))
			}
			return nil
		}, nil, []string{": a.txt", "un: un", "! too_large"}},
		{"member-refused", Options{}, func(_ context.Context, in *input, out *emitter) error {
			out.member(member{name: "clos", err: poterne.Fail(poterne.StageExtract, poterne.Encrypted, nil)})
			return nil
		}, nil, []string{": a.txt", "clos: clos", "clos! encrypted"}},
		{"member-cut", Options{}, func(_ context.Context, in *input, out *emitter) error {
			if in.name != "a.txt" {
				return text(in, out)
			}
			out.member(member{name: "m", open: func() (io.Reader, error) {
				return io.MultiReader(strings.NewReader("début"), iotest.ErrReader(broken)), nil
			}})
			return nil
		}, nil, []string{": a.txt", "m: m", "m: début", "m! malformed"}},
		{"malformed", Options{}, func(context.Context, *input, *emitter) error { return broken }, nil,
			[]string{": a.txt", "! malformed"}},
		{"partial", Options{}, func(_ context.Context, in *input, out *emitter) error { text(in, out); return broken }, nil,
			[]string{": a.txt", ": boîte", "! partial"}},
		{"panic", Options{}, func(context.Context, *input, *emitter) error { panic("boîte") }, nil,
			[]string{": a.txt", "! crashed"}},
		{"second-after-panic", Options{}, func(context.Context, *input, *emitter) error { panic("boîte") },
			func(_ context.Context, in *input, out *emitter) error { return text(in, out) },
			[]string{": a.txt", ": boîte"}},
		{"second-fails-too", Options{}, func(context.Context, *input, *emitter) error { return broken },
			func(context.Context, *input, *emitter) error { return io.ErrUnexpectedEOF },
			[]string{": a.txt", "! malformed"}},
		{"no-second-after-text", Options{}, func(_ context.Context, in *input, out *emitter) error { text(in, out); return broken },
			func(_ context.Context, in *input, out *emitter) error { return text(in, out) },
			[]string{": a.txt", ": boîte", "! partial"}},
		{"no-second-for-encrypted", Options{}, func(context.Context, *input, *emitter) error {
			return poterne.Fail(poterne.StageExtract, poterne.Encrypted, nil)
		}, func(_ context.Context, in *input, out *emitter) error { return text(in, out) },
			[]string{": a.txt", "! encrypted"}},
		{"second-asked-for", Options{SecondEngine: true}, func(context.Context, *input, *emitter) error { panic("not this one") },
			func(_ context.Context, in *input, out *emitter) error { return text(in, out) },
			[]string{": a.txt", ": boîte"}},
		{"over-budget", Options{MaxBytes: 10}, func(_ context.Context, in *input, out *emitter) error {
			n, err := io.Copy(io.Discard, out.inflate(zeros{}))
			out.text(poterne.Place{}, fmt.Sprint(n))
			return err
		}, nil, []string{": a.txt", ": 10", "! too_large"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			x := withReader(c.opts, c.first, c.second)
			defer x.Close()
			if diff := cmp.Diff(c.want, transcript(x, "boîte")); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// TestConsumerPanics wants a panic of the loop's body to reach the caller.
func TestConsumerPanics(t *testing.T) {
	x := withReader(Options{}, func(_ context.Context, in *input, out *emitter) error { return text(in, out) }, nil)
	defer x.Close()
	defer func() {
		if v := recover(); v != "mine" {
			t.Errorf("recovered %v, want the consumer's own panic", v)
		}
	}()
	for s := range x.Extract(context.Background(), poterne.Document{Path: "a"}, inMemory([]byte("texte"))) {
		if s.Place.Zone != poterne.ZoneName {
			panic("mine")
		}
	}
}

// TestFailuresHoldNoText plants a value in a panic and in a broken part.
func TestFailuresHoldNoText(t *testing.T) {
	const planted = "290017512345678"
	x := withReader(Options{}, func(context.Context, *input, *emitter) error { panic(planted) }, nil)
	defer x.Close()
	for _, err := range x.Extract(context.Background(), poterne.Document{Path: "a"}, inMemory([]byte(planted))) {
		if err != nil && strings.Contains(err.Error(), planted) {
			t.Errorf("the failure holds text of the document: %v", err)
		}
	}
}

func TestCutText(t *testing.T) {
	words := strings.Repeat("un été ", 40_000)
	solid := strings.Repeat("é", 100_000) + "290017512345678" + strings.Repeat("x", 100_000)
	for name, body := range map[string]string{"words": words, "solid": solid} {
		x := withReader(Options{}, func(_ context.Context, in *input, out *emitter) error {
			out.text(poterne.Place{}, body)
			return nil
		}, nil)
		var all []string
		for s := range x.Extract(context.Background(), poterne.Document{Path: "a"}, inMemory([]byte("a"))) {
			if s.Place.Zone != poterne.ZoneName {
				all = append(all, s.Body)
			}
			if len(s.Body) > maxBody || strings.ContainsRune(s.Body, '\uFFFD') {
				t.Errorf("%s: a piece of %d bytes, or a character cut in two", name, len(s.Body))
			}
		}
		if name == "words" && strings.Join(all, "") != body {
			t.Error("words: the pieces do not add up")
		}
		found := false
		for _, s := range all {
			found = found || strings.Contains(s, "290017512345678")
		}
		if name == "solid" && !found {
			t.Error("solid: a value was lost in a cut")
		}
		x.Close()
	}
}

func TestSpool(t *testing.T) {
	dir := t.TempDir()
	for _, size := range []int{0, 9, 10, 11, 100_000} {
		data := bytes.Repeat([]byte("abcdefg"), size/7+1)[:size]
		c, err := spool(iotest.HalfReader(bytes.NewReader(data)), 10, dir)
		if err != nil {
			t.Fatal(err)
		}
		got, err := io.ReadAll(io.NewSectionReader(c, 0, c.Size()))
		if err != nil || !bytes.Equal(got, data) {
			t.Errorf("%d bytes come back as %d, %v", size, len(got), err)
		}
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	}
	c, err := spool(io.MultiReader(strings.NewReader("plus de dix octets"), iotest.ErrReader(io.ErrUnexpectedEOF)), 10, dir)
	if c == nil || !errors.Is(err, io.ErrUnexpectedEOF) || c.Size() != 18 {
		t.Fatalf("spool of a reader that fails = %v, %v; want its 18 bytes and its error", c, err)
	}
	c.Close()
	left, err := os.ReadDir(dir)
	if err != nil || len(left) != 0 {
		t.Errorf("%d files left in the spool, %v", len(left), err)
	}
}

func TestDetect(t *testing.T) {
	wide := func(s string) string {
		b := []byte("\xff\xfe")
		for _, r := range s {
			b = append(b, byte(r), byte(r>>8))
		}
		return string(b)
	}
	for _, c := range []struct{ name, file, data, want string }{
		{"empty", "a.docx", "", "empty"},
		{"pdf-named-txt", "a.txt", "%PDF-1.7\n", "pdf"},
		{"pdf-behind-bytes", "a", "\x00\x01\x02\x03\x04%PDF-1.4\n\x00\x00", "pdf"},
		{"pdf-behind-a-space", "a", " %PDF-1.4\n%\xe2\xe3\xcf\xd3\x00\x01\x02", "pdf"},
		{"text-about-pdf", "a.txt", "l'en-tête %PDF-1.4 ouvre un fichier", "txt"},
		{"text-like-exe", "a.txt", "MZ Conseil, 12 rue des Lilas", "txt"},
		{"exe", "a.txt", "MZ\x90\x00\x03\x00\x00\x00\x04\x00", "exe"},
		{"rtf-named-doc", "a.doc", `{\rtf1\ansi`, "rtf"},
		{"html-named-xls", "a.xls", "<html><body><table>", "html"},
		{"html-without-head", "a", "<div><table><tr><td>1</td></tr></table></div>", "html"},
		{"xml", "a", "<?xml version='1.0'?><!-- c --><racine/>", "xml"},
		{"svg", "a", "<?xml version='1.0'?>\n<svg xmlns='x'>", "svg"},
		{"flat-odt", "a", `<?xml version="1.0"?><office:document xmlns:office="x" office:mimetype="application/vnd.oasis.opendocument.text">`, "fodt"},
		{"word-2003", "a.xml", `<?xml version="1.0"?><?mso-application progid="Word.Document"?><w:wordDocument xmlns:w="x">`, "wordml"},
		{"excel-2003", "a.xls", `<?xml version="1.0"?><Workbook xmlns="x">`, "spreadsheetml"},
		{"json", "donnees", `{"nom": "x"}`, "json"},
		{"braces", "a", "{pas du json}", "txt"},
		{"pgp", "a.asc", "-----BEGIN PGP MESSAGE-----\n\nhQEMAw==\n", "sealed"},
		{"pgp-key", "a.asc", "-----BEGIN PGP PUBLIC KEY BLOCK-----\n\nmQEN\n", "txt"},
		{"directory", "a.txt", "dn: uid=a,ou=people,dc=exemple\ncn: Anne\n", "ldif"},
		{"vault", "a.yml", "$ANSIBLE_VAULT;1.1;AES256\n3238\n", "sealed"},
		{"csv", "a.csv", "a;b\n1;2\n", "csv"},
		{"mail", "a", "Received: from x\r\nFrom: a@exemple.fr\r\nSubject: essai\r\n\r\ncorps", "eml"},
		{"mbox", "a", "From a@exemple.fr Mon Jan  1 00:00:00 2024\nFrom: a@exemple.fr\nSubject: essai\n\ncorps", "mbox"},
		{"letter", "a", "Objet : demande\nDate : lundi\n\nMonsieur,", "txt"},
		{"utf16", "a", wide("texte en français"), "txt"},
		{"utf16-xml", "a", wide("<?xml version='1.0'?><racine/>"), "xml"},
		{"vcard", "a", "BEGIN:VCARD\r\nFN:x\r\n", "vcf"},
		{"png", "a.docx", "\x89PNG\r\n\x1a\n\x00\x00\x00\x0d", "png"},
		{"binary", "a.txt", "\x00\x01\x02\x03\x04\x05\x06\x07", ""},
		{"excel-2", "a", "\x09\x00\x04\x00\x02\x00\x10\x00", "xls"},
		{"cut-docx", "a", "PK\x03\x04\x14\x00\x00\x00\x08\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x11\x00\x00\x00word/document.xml", "docx"},
	} {
		t.Run(c.name, func(t *testing.T) {
			m := inMemory([]byte(c.data))
			got, err := detect(&input{r: m, size: m.Size(), name: c.file})
			if err != nil || got != c.want {
				t.Errorf("detect = %q, %v, want %q", got, err, c.want)
			}
		})
	}
}

func TestTitles(t *testing.T) {
	for _, c := range []struct {
		name string
		rows [][]string // "#" in front marks a number
		want []string   // header of each cell of the last row
	}{
		{"plain", [][]string{{"Nom", "NIR"}, {"Exemple", "#290017512345678"}}, []string{"Nom", "NIR"}},
		{"heading-above", [][]string{{"Liste des agents"}, {"Nom", "NIR", "Date"}, {"Exemple", "#1", "#2"}}, []string{"Nom", "NIR", "Date"}},
		{"two-cells-above", [][]string{{"Service", "Paie"}, {"Nom", "NIR", "Date", "Grade"}, {"Exemple", "#1", "#2", "A"}}, []string{"Nom", "NIR", "Date", "Grade"}},
		{"repeated-titles", [][]string{{"Nom", "Rôle", "Note", "Nom", "Rôle", "Note"}, {"a", "#1", "#2", "b", "#3", "#4"}}, []string{"Nom", "Rôle", "Note", "Nom", "Rôle", "Note"}},
		{"answers", [][]string{{"oui", "non", "oui", "non", "oui"}, {"#1", "#2", "#3", "#4", "#5"}}, []string{"", "", "", "", ""}},
		{"row-of-names", [][]string{{"Nom", "Prénom", "Ville"}, {"Exemple", "Fictif", "Lieu", "Agent", "Titulaire"}, {"Autre", "x", "y", "z", "t"}}, []string{"Nom", "Prénom", "Ville", "", ""}},
		{"no-title", [][]string{{"Exemple", "#12", "#13"}, {"Autre", "#14", "#15"}}, []string{"", "", ""}},
		{"form", [][]string{{"Nom :", "Exemple"}, {"NIR :", "2 90 01 75 123 456 78"}}, []string{"", "NIR :"}},
		{"value-in-title-row", [][]string{{"Nom", "Contact", "Ville", "a@exemple.fr"}, {"Exemple", "x", "y", "z"}}, []string{"Nom", "Contact", "Ville", ""}},
	} {
		t.Run(c.name, func(t *testing.T) {
			var got []string
			r := &run{ctx: context.Background(), yield: func(s poterne.Segment, _ error) bool {
				if s.Place.Header != s.Header {
					t.Errorf("place says %q, segment %q", s.Place.Header, s.Header)
				}
				got = append(got, s.Header)
				return true
			}}
			tab := &table{out: &emitter{run: r, part: &poterne.Part{}}}
			for i, row := range c.rows {
				got = nil
				var fields []field
				for j, body := range row {
					b, number := strings.CutPrefix(body, "#")
					fields = append(fields, field{column: j + 1, body: b, number: number})
				}
				tab.row(i+1, fields, false)
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// TestStringsBeyondTheTable wants strings that find no room sent at once, and said.
func TestStringsBeyondTheTable(t *testing.T) {
	var got []string
	r := &run{x: New(Options{}), ctx: context.Background(), allowance: 1 << 20, yield: func(s poterne.Segment, err error) bool {
		if err != nil {
			got = append(got, "! "+string(failure(err).Kind))
		} else {
			got = append(got, s.Body)
		}
		return true
	}}
	b := &book{ooxml: &ooxml{opc: &opc{out: &emitter{run: r, part: &poterne.Part{}}}}}
	b.strings.bytes = maxStringBytes - 4
	if err := b.readStrings(newXML(strings.NewReader("<sst><si><t>abcd</t></si><si><t>de trop</t></si></sst>"))); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"de trop", "! partial"}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if b.strings.at(0) != "abcd" || b.strings.at(1) != "" || b.strings.at(-1) != "" {
		t.Error("the table does not hold what it had room for")
	}
}
