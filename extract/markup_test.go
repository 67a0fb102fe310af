package extract

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/encoding/charmap"

	"poterne"
)

func TestHTML(t *testing.T) {
	for _, c := range []struct {
		name, in string
		want     []seen
	}{
		{"blocks-and-runs", "<html><head><title>Le  titre</title></head><body><p>Un <b>mot</b> cou<i>pé</i>\n  ici</p>deux<br>trois &amp; &eacute;</body></html>", []seen{
			{"property", "title: Le titre", "", 0, 0}, {"body", "Un mot coupé ici", "", 0, 0}, {"body", "deux\ntrois & é", "", 0, 0},
		}},
		{"hidden", `<html><div style="display: none">un<div>deux</div>trois</div>quatre<p hidden>cinq</p><input type=hidden value="six"><script>var mdp = "sept"</script><style>p{}</style><!-- huit -->`, []seen{
			{"hidden", "un", "", 0, 0}, {"hidden", "deux", "", 0, 0}, {"hidden", "trois", "", 0, 0}, {"body", "quatre", "", 0, 0},
			{"hidden", "cinq", "", 0, 0}, {"hidden", "six", "", 0, 0}, {"hidden", `var mdp = "sept"`, "", 0, 0}, {"comment", "huit", "", 0, 0},
		}},
		{"attributes", `<html><meta name="author" content="Anne Roux"><img alt="Plan" title="Salle 2" src="data:image/png;base64,AAAA"><a href="mailto:a@b.example">écrire</a><a href="page.html">x</a><input value="dix">`, []seen{
			{"property", "author: Anne Roux", "", 0, 0}, {"body", "Plan", "", 0, 0}, {"body", "Salle 2", "", 0, 0},
			{"hidden", "mailto:a@b.example", "", 0, 0}, {"body", "écrirex dix", "", 0, 0},
		}},
		{"form", `<html><label>Passeport</label><input value="12"><label>CNI</label> <input value="34"><table><tr><td>Nom</td><td><input value="Roux"></td></tr></table>`, []seen{
			{"body", "Passeport 12\nCNI 34", "", 0, 0}, {"cell", "Nom", "", 1, 1}, {"cell", "Roux", "", 1, 2},
		}},
		{"tables", "<html><table><tr><th>Nom<th>Ville</tr><tr><td>Roux<td>Lens<table><tr><td>a<td>b</table></tr></table>", []seen{
			{"cell", "Nom", "", 1, 1}, {"cell", "Ville", "", 1, 2}, {"cell", "a", "", 1, 1}, {"cell", "b", "", 1, 2},
			{"cell", "Roux", "Nom", 2, 1}, {"cell", "Lens", "Ville", 2, 2},
		}},
		{"zones", "<html><header>haut</header><pre>a\n b</pre><noscript><p>sans</p></noscript><footer>bas</footer>", []seen{
			{"header", "haut", "", 0, 0}, {"body", "a\n b", "", 0, 0}, {"body", "sans", "", 0, 0}, {"footer", "bas", "", 0, 0},
		}},
		{"declared-encoding", "<html><meta charset=windows-1251><p>\xef\xf0\xe8\xe2\xe5\xf2", []seen{{"body", "привет", "", 0, 0}}},
		{"nothing-closed", "<html><body><table><tr><td>a<td>b", []seen{{"cell", "a", "", 1, 1}, {"cell", "b", "", 1, 2}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, readWhole(t, "a.html", []byte(c.in))); diff != "" {
				t.Errorf("segments (-want +got)\n%s", diff)
			}
		})
	}
}

func TestXML(t *testing.T) {
	latin, _ := charmap.ISO8859_15.NewEncoder().String("<?xml version='1.0' encoding='iso-8859-15'?><nom>Lefèvre 12 €</nom>")
	for _, c := range []struct {
		name, file, in string
		want           []seen
	}{
		{"elements-attributes-comments", "a.xml", `<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "x">]><a:agents><!-- note --><nom id="A12">Roux &amp; fils</nom><nir><![CDATA[2 75]]></nir></a:agents>`, []seen{
			{"comment", " note ", "", 0, 0}, {"body", "A12", "id", 0, 0}, {"body", "Roux & fils", "nom", 0, 0}, {"body", "2 75", "nir", 0, 0},
		}},
		{"runs-are-joined", "a.xml", `<?xml version="1.0"?><w:document><w:p><w:r><w:t>2 75 </w:t></w:r><w:r><w:t>03</w:t></w:r></w:p></w:document>`, []seen{
			{"body", "2 75 03", "p", 0, 0},
		}},
		{"cda-health-identity", "a.xml", `<?xml version="1.0"?><a><id root="1.2.250.1.213.1.4.8" extension="12"/><id root="1.2.250.1.71" extension="34"/></a>`, []seen{
			{"body", "1.2.250.1.213.1.4.8", "root", 0, 0}, {"body", "12 (1.2.250.1.213.1.4.8)", "extension", 0, 0},
			{"body", "1.2.250.1.71", "root", 0, 0}, {"body", "34", "extension", 0, 0},
		}},
		{"fhir-health-identity", "a.xml", `<?xml version="1.0"?><a><system value="urn:oid:1.2.250.1.213.1.4.8"/><value value="12"/><value value="34"/></a>`, []seen{
			{"body", "urn:oid:1.2.250.1.213.1.4.8", "value", 0, 0}, {"body", "12 (urn:oid:1.2.250.1.213.1.4.8)", "value", 0, 0}, {"body", "34", "value", 0, 0},
		}},
		{"encoding", "a.xml", latin, []seen{{"body", "Lefèvre 12 €", "nom", 0, 0}}},
		{"svg", "a.svg", `<svg xmlns="http://www.w3.org/2000/svg"><title>Plan</title><path d="M0 0L1 1"/><text>Salle <tspan>2</tspan></text><metadata><creator>Anne</creator></metadata></svg>`, []seen{
			{"body", "Plan", "title", 0, 0}, {"body", "Salle 2", "text", 0, 0}, {"body", "Anne", "creator", 0, 0},
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, readWhole(t, c.file, []byte(c.in))); diff != "" {
				t.Errorf("segments (-want +got)\n%s", diff)
			}
		})
	}
}

func TestBrokenXMLIsReadToItsEnd(t *testing.T) {
	segments, kinds, _ := readParts(t, Options{}, "a.xml", []byte("<?xml version='1.0'?><a><b>un</b> <c d=<e>deux</e> & trois"))
	if diff := cmp.Diff([]poterne.Kind{poterne.Partial}, kinds[""]); diff != "" {
		t.Errorf("failures (-want +got)\n%s", diff)
	}
	for _, want := range []string{"un", "deux", "trois"} {
		if !strings.Contains(bodies(segments[""]), want) {
			t.Errorf("%q is lost", want)
		}
	}
}

func TestCutData(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{"a url(data:image/png;base64,iVBO+/Rw0=) b", "a url(data:image/png;base64,) b"},
		{"the ;base64,word stays", "the ;base64,word stays"},
		{"data:a;base64,AAAA'data:b;base64,BBBB", "data:a;base64,'data:b;base64,"},
		{"", ""},
	} {
		if got := cutData(c.in); got != c.want {
			t.Errorf("cutData(%q) = %q, want %q", c.in, got, c.want)
		}
	}
}

// TestDeepMarkup wants text at the bottom of a million elements.
func TestDeepMarkup(t *testing.T) {
	for _, c := range []struct{ file, open, text string }{
		{"a.html", "<div hidden>", "fond"}, {"b.html", "<table><tr><td>", "fond"}, {"a.xml", "<a>", "fond"},
	} {
		t.Run(c.file+c.open, func(t *testing.T) {
			in := "<html>" + strings.Repeat(c.open, 1_000_000) + c.text
			if c.file == "a.xml" {
				in = "<?xml version='1.0'?>" + strings.Repeat(c.open, 1_000_000) + c.text
			}
			segments, kinds, _ := readParts(t, Options{}, c.file, []byte(in))
			if !strings.Contains(bodies(segments[""]), c.text) {
				t.Errorf("text is lost; failures %v", kinds)
			}
		})
	}
}

func TestHugeTokenIsNamed(t *testing.T) {
	in := fmt.Sprintf("<html><p>avant</p><img alt='%s'><p>après</p>", strings.Repeat("x", maxToken+1))
	segments, kinds, _ := readParts(t, Options{}, "a.html", []byte(in))
	if text := bodies(segments[""]); !strings.Contains(text, "avant") || !strings.Contains(text, "après") || len(kinds[""]) != 1 || kinds[""][0] != poterne.Partial {
		t.Errorf("failures %v", kinds)
	}
}
