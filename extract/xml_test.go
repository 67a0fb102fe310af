package extract

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"
)

// tokens writes what the tokenizer sees, texts of one element joined.
func tokens(r io.Reader) ([]string, error) {
	var got []string
	x := newXML(r)
	text := false
	for x.next() {
		switch x.kind {
		case xmlStart:
			s := "<" + string(x.name)
			x.eachAttr(func(n, v string) { s += " " + n + "=" + v })
			got = append(got, s)
		case xmlEnd:
			got = append(got, ">")
		case xmlText:
			if text {
				got[len(got)-1] += string(x.text)
			} else {
				got = append(got, string(x.text))
			}
		}
		text = x.kind == xmlText
	}
	return got, x.fault()
}

func TestXMLTokens(t *testing.T) {
	long := strings.Repeat("été &amp; hiver ", 20_000)
	for _, c := range []struct {
		name, in string
		want     []string
		err      error
	}{
		{"prefixes", `<?xml version="1.0"?><w:p w:id="1" id='2'><w:t>a&lt;b&#233;&#xE9;</w:t><w:br/></w:p>`,
			[]string{"<p id=1 id=2", "<t", "a<béé", ">", "<br", ">", ">"}, nil},
		{"quoted-gt", `<a t="x > y" u='"'>z</a>`, []string{`<a t=x > y u="`, "z", ">"}, nil},
		{"cdata", `<a>1<![CDATA[<2&amp;]]>3</a>`, []string{"<a", "1<2&amp;3", ">"}, nil},
		{"comment-and-dtd", `<!DOCTYPE a [<!ENTITY x "<y>">]><a><!-- <b> --->&x;</a>`, []string{"<a", "&x;", ">"}, nil},
		{"bom", "\ufeff<a>é</a>", []string{"<a", "é", ">"}, nil},
		{"utf16", "\xff\xfe<\x00a\x00>\x00\xe9\x00<\x00/\x00a\x00>\x00", []string{"<a", "é", ">"}, nil},
		{"latin1", "<?xml version=\"1.0\" encoding=\"iso-8859-1\"?><a>\xe9</a>", []string{"<a", "é", ">"}, nil},
		{"long", "<a>" + long + "</a>", []string{"<a", strings.ReplaceAll(long, "&amp;", "&"), ">"}, nil},
		{"cut-in-text", "<a><b>text", []string{"<a", "<b", "text"}, errXMLEnd},
		{"cut-in-tag", "<a><b c=\"", []string{"<a"}, errXMLEnd},
		{"empty", "", nil, nil},
		{"bad-entity", "<a>R&D &#xZZ; &;</a>", []string{"<a", "R&D &#xZZ; &;", ">"}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			for _, wrap := range []func(io.Reader) io.Reader{func(r io.Reader) io.Reader { return r }, iotest.OneByteReader, iotest.DataErrReader} {
				got, err := tokens(wrap(strings.NewReader(c.in)))
				if diff := cmp.Diff(c.want, got); diff != "" {
					t.Errorf("tokens (-want +got):\n%s", diff)
				}
				if !errors.Is(err, c.err) {
					t.Errorf("fault = %v, want %v", err, c.err)
				}
			}
		})
	}
}

func TestXMLSkip(t *testing.T) {
	x := newXML(strings.NewReader("<a><b><c>1</c><b>2</b></b><d>3</d></a>"))
	var got []string
	for x.next() {
		switch {
		case x.kind == xmlStart && string(x.name) == "b":
			x.skip()
		case x.kind == xmlText:
			got = append(got, string(x.text))
		}
	}
	if diff := cmp.Diff([]string{"3"}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestUnX(t *testing.T) {
	for in, want := range map[string]string{
		"a_x000D_b": "a\nb", "_x005F_x0041_": "_x0041_", "_xZZZZ_": "_xZZZZ_", "plain": "plain", "_x00": "_x00",
	} {
		if got := unX(in); got != want {
			t.Errorf("unX(%q) = %q, want %q", in, got, want)
		}
	}
}

// FuzzXML compares with encoding/xml on what both accept, and wants an end on all.
func FuzzXML(f *testing.F) {
	for _, s := range []string{"<a b='c'>d&amp;<e/></a>", "<a><![CDATA[x]]></a>", "<!DOCTYPE [", "<a b=", "\xff\xfe<\x00", "<a>&#1114112;</a>"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, in []byte) {
		got, err := tokens(bytes.NewReader(in))
		// Declarations, entities and line ends are not compared: the two differ there.
		if err != nil || bytes.ContainsAny(in, "&\r!") || bytes.Contains(bytes.ToLower(in), []byte("encoding")) {
			return
		}
		var want []string
		d := xml.NewDecoder(bytes.NewReader(in))
		text := false
		for {
			tok, err := d.RawToken()
			if err == io.EOF {
				break
			}
			if err != nil {
				return // not XML: nothing to compare
			}
			switch tok := tok.(type) {
			case xml.StartElement:
				if strings.Contains(tok.Name.Local, ":") || len(tok.Attr) > 0 {
					return
				}
				want = append(want, "<"+tok.Name.Local)
			case xml.EndElement:
				want = append(want, ">")
			case xml.CharData:
				if len(tok) == 0 {
					continue
				}
				if text {
					want[len(want)-1] += string(tok)
				} else {
					want = append(want, string(tok))
				}
				text = true
				continue
			default:
				continue // comments leave the texts beside them joined
			}
			text = false
		}
		if fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("tokens %q, encoding/xml %q", got, want)
		}
	})
}

func BenchmarkXML(b *testing.B) {
	doc := []byte("<w:document>" + strings.Repeat(`<w:p w:rsidR="00AB12CD"><w:pPr><w:pStyle w:val="Normal"/></w:pPr><w:r><w:rPr><w:b/></w:rPr><w:t xml:space="preserve">Le ministre de l'intérieur </w:t></w:r></w:p>`, 5000) + "</w:document>")
	b.Run("own", func(b *testing.B) {
		b.SetBytes(int64(len(doc)))
		for b.Loop() {
			for x := newXML(bytes.NewReader(doc)); x.next(); {
			}
		}
	})
	b.Run("encoding-xml", func(b *testing.B) {
		b.SetBytes(int64(len(doc)))
		for b.Loop() {
			for d := xml.NewDecoder(bytes.NewReader(doc)); ; {
				if _, err := d.RawToken(); err != nil {
					break
				}
			}
		}
	})
}
