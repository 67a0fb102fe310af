package extract

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestRecords(t *testing.T) {
	for _, c := range []struct {
		name, in string
		comma    byte
		want     [][]string
	}{
		{"plain", "a;b\nc;d\n", ';', [][]string{{"a", "b"}, {"c", "d"}}},
		{"crlf-and-no-last-end", "a;b\r\nc;", ';', [][]string{{"a", "b"}, {"c", ""}}},
		{"quoted-delimiter-and-newline", "\"a;\nb\";c\nd;e\n", ';', [][]string{{"a;\nb", "c"}, {"d", "e"}}},
		{"doubled-quotes", `"a ""b"" c",d` + "\n", ',', [][]string{{`a "b" c`, "d"}}},
		{"quote-inside", `a"b,c"d` + "\n", ',', [][]string{{`a"b`, `c"d`}}},
		{"quote-not-closed", "\"a,b\nc,d\n", ',', [][]string{{`"a`, "b"}, {"c", "d"}}},
		{"quote-inside-quotes", `"a"b",c` + "\n", ',', [][]string{{`a"b`, "c"}}},
		{"space-after-quote", `"a" ,c` + "\n", ',', [][]string{{"a", "c"}}},
		{"empty-lines", "a;b\n\nc;d\n", ';', [][]string{{"a", "b"}, {""}, {"c", "d"}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			var got [][]string
			r := newRecordReader(strings.NewReader(c.in), c.comma)
			for {
				cells, _, _, err := r.next()
				if err == io.EOF {
					break
				}
				got = append(got, cells)
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("records (-want +got)\n%s", diff)
			}
		})
	}
}

func TestSniff(t *testing.T) {
	for _, c := range []struct {
		name, in string
		comma    byte
		columns  int
	}{
		{"semicolon-with-decimal-commas", "a;b;c\n1,5;2,5;3,5\n4,5;5,5;6,5\n", ';', 3},
		{"comma", "a,b,c\n1,2,3\n", ',', 3},
		{"tab", "a\tb\n1;2\t3;4\n", '\t', 2},
		{"bar", "a|b|c\n1|2|3\n", '|', 3},
		{"commas-in-quotes", "\"a,b\";\"c,d\"\n\"e,f\";\"g,h\"\n", ';', 2},
		{"title-line-above", "Export du jour\na;b;c\n1;2;3\n4;5;6\n", ';', 3},
		{"sep-line", "sep=|\na|b;c;d\n", '|', 0},
		{"one-column", "a\nb\nc\n", 0, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := sniff([]byte(c.in), ";,\t|")
			if d.comma != c.comma || d.columns != c.columns {
				t.Errorf("got %q with %d columns, want %q with %d", d.comma, d.columns, c.comma, c.columns)
			}
		})
	}
}

func TestTitleRow(t *testing.T) {
	for _, c := range []struct {
		name, in string
		want     int
	}{
		{"known-words", "Nom;Prénom;Ville\nRoux;Anne;Lens\n", 0},
		{"numbers-below", "Alpha;Beta\nx;125478\ny;998745\n", 0},
		{"line-above", "Export du 3 mai;;\nNom;NIR;Ville\nRoux;1;Lens\n", 1},
		{"values-first", "Roux;2 75 03 26 588 001 40\nMorel;1 80 05 26 588 001 40\n", -1},
		{"addresses-first", "Roux;a@b.example\nMorel;c@d.example\n", -1},
		{"names-only", "Roux;Anne;Lens\nMorel;Paul;Gap\n", -1},
		{"street-in-a-row-of-values", "Roux;Anne;rue des Lilas\nMorel;Paul;rue du Port\n", -1},
		{"one-row", "Nom;Prénom\n", 0},
		{"nothing", "", -1},
	} {
		t.Run(c.name, func(t *testing.T) {
			var rows []tableRow
			for i, line := range strings.Split(strings.TrimSpace(c.in), "\n") {
				rows = append(rows, tableRow{row: i + 1, cells: strings.Split(line, ";")})
			}
			if got := titleRow(rows); got != c.want {
				t.Errorf("row %d, want %d", got, c.want)
			}
		})
	}
}

func TestCSVCells(t *testing.T) {
	want := []seen{
		{"cell", "Nom", "", 1, 1}, {"cell", "N° sécu", "", 1, 2},
		{"cell", "Lefèvre", "Nom", 2, 1}, {"cell", "2 75 03", "N° sécu", 2, 2},
		{"cell", "Roux", "Nom", 3, 1},
	}
	in := "Nom;\"N° sécu\"\r\nLef\xe8vre;2 75 03\r\nRoux;\r\n"
	in = strings.ReplaceAll(in, "°", "\xb0")
	in = strings.ReplaceAll(in, "é", "\xe9")
	if diff := cmp.Diff(want, readWhole(t, "a.csv", []byte(in))); diff != "" {
		t.Errorf("segments (-want +got)\n%s", diff)
	}
}

// TestHostileTables wants every cell of tables that are wide, or broken in a way
// that invites a reader to look at the same bytes again and again.
func TestHostileTables(t *testing.T) {
	wide := func(n int) string {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, "c%d;", i)
		}
		return b.String()
	}
	for _, c := range []struct {
		name, in, want string
		cells          int
	}{
		{"16384-columns", wide(16384) + "\n" + wide(16384) + "\n", "c16383", 2 * 16384},
		{"one-row-of-a-million", wide(1_000_000), "c999999", 1_000_000},
		{"quotes-never-closed", strings.Repeat("\"x;", 500_000), "\"x", 500_000},
		{"one-quoted-cell-of-2-mb", "\"" + strings.Repeat("mot ", 1<<19) + "\"\nfin;1\n", "fin", 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			segments := readWhole(t, "a.csv", []byte(c.in))
			found := false
			for _, s := range segments {
				found = found || s.Body == c.want
				if len(s.Body) > maxBody {
					t.Fatalf("segment of %d bytes", len(s.Body))
				}
			}
			if !found || c.cells > 0 && len(segments) != c.cells {
				t.Errorf("%d segments, found %v; want %d", len(segments), found, c.cells)
			}
		})
	}
}

// FuzzRecords wants no byte of a table lost, save its delimiters and quotes.
func FuzzRecords(f *testing.F) {
	f.Add([]byte("a;\"b\"\"c\"\r\n;\"d\n"), byte(';'))
	f.Add([]byte("\"a\"b\";\r\r\n\""), byte(','))
	f.Fuzz(func(t *testing.T, in []byte, comma byte) {
		if comma == '"' || comma == '\n' || comma == '\r' || comma == ' ' {
			return
		}
		drop := func(b []byte) (kept []byte) {
			for _, c := range b {
				if c != '"' && c != '\n' && c != '\r' && c != ' ' && c != comma {
					kept = append(kept, c)
				}
			}
			return kept
		}
		r := newRecordReader(bytes.NewReader(in), comma)
		var all []byte
		for {
			cells, _, _, err := r.next()
			if err != nil {
				break
			}
			for _, c := range cells {
				all = append(all, c...)
			}
		}
		if !bytes.Equal(drop(in), drop(all)) {
			t.Fatalf("%q became %q", in, all)
		}
		sniff(in, ";,\t|")
	})
}
