package web_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// message is what a page says, in both languages.
type message struct{ at, fr, en string }

// messages lists all messages of the code and of the templates. What is told in two
// languages and is no pair of texts is wrong.
func messages(t *testing.T) (all []message) {
	t.Helper()
	var files []string
	for _, dir := range []string{".", "accounts", "openid"} {
		found, err := filepath.Glob(dir + "/*.go")
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, found...)
	}
	set := token.NewFileSet()
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(set, name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(f, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok {
				return true
			}
			first := map[string]int{"T": 0, "refuse": 1, "Refuse": 0}
			at, told := first[called(call)]
			if !told || len(call.Args) < at+2 {
				return true
			}
			fr, okFr := literal(call.Args[at])
			en, okEn := literal(call.Args[at+1])
			if okFr != okEn {
				t.Errorf("%s: one language is a text, the other is not", set.Position(call.Pos()))
			}
			if okFr && okEn {
				all = append(all, message{set.Position(call.Pos()).String(), fr, en})
			}
			return true
		})
	}
	templates, err := filepath.Glob("templates/*.html")
	if err != nil {
		t.Fatal(err)
	}
	pair := regexp.MustCompile(`\.T "((?:[^"\\]|\\.)*)" "((?:[^"\\]|\\.)*)"`)
	for _, name := range templates {
		src, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		pairs := pair.FindAllStringSubmatch(string(src), -1)
		if n := strings.Count(string(src), ".T "); n != len(pairs) {
			t.Errorf("%s: %d texts, %d of them in two languages", name, n, len(pairs))
		}
		for _, p := range pairs {
			all = append(all, message{name, p[1], p[2]})
		}
	}
	return all
}

// called names what a call calls.
func called(c *ast.CallExpr) string {
	switch f := c.Fun.(type) {
	case *ast.Ident:
		return f.Name
	case *ast.SelectorExpr:
		return f.Sel.Name
	}
	return ""
}

// literal returns a text that stands in the code, also as the format of a Sprintf or
// as the beginning of a sum.
func literal(e ast.Expr) (string, bool) {
	switch e := e.(type) {
	case *ast.BasicLit:
		s, err := strconv.Unquote(e.Value)
		return s, err == nil
	case *ast.BinaryExpr:
		return literal(e.X)
	case *ast.CallExpr:
		if called(e) == "Sprintf" {
			return literal(e.Args[0])
		}
	}
	return "", false
}

// same are texts that are the same in both languages.
var same = []string{
	"Cause", "DPO", "Destinations", "Destination", "Document", "Documents", "Exports", "Format", "Formats", "Index", "index", "Options", "Pages", "Sessions", "Simulation", "Simulations",
	"Version", "Volume", "Doctrine", "SecNumCloud", "exception", "destination", "Sources", "Distinct", "Action", "Description", "Date", "Type", "note",
}

// TestEveryMessageIsInBothLanguages wants two texts that differ, with the same verbs,
// and French with its own blanks.
func TestEveryMessageIsInBothLanguages(t *testing.T) {
	all := messages(t)
	if len(all) < 500 {
		t.Errorf("only %d messages were found", len(all))
	}
	verb := regexp.MustCompile(`%[a-z]`)
	for _, m := range all {
		switch {
		case strings.TrimSpace(m.fr) == "" || strings.TrimSpace(m.en) == "":
			t.Errorf("%s: %q and %q: one is empty", m.at, m.fr, m.en)
		case m.fr == m.en && !slices.Contains(same, m.fr):
			t.Errorf("%s: %q is the same in both languages", m.at, m.fr)
		case !slices.Equal(verb.FindAllString(m.fr, -1), verb.FindAllString(m.en, -1)):
			t.Errorf("%s: %q and %q do not hold the same", m.at, m.fr, m.en)
		}
	}
}

// TestNoErrorIsShownAsItIs keeps the text of errors, which is English, out of pages.
func TestNoErrorIsShownAsItIs(t *testing.T) {
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	shown := regexp.MustCompile(`problem\{[^}]*\.Error\(\)|(?:Wrong|text)\s*=\s*\w+\.Error\(\)`)
	for _, name := range files {
		src, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if m := shown.Find(src); m != nil && !strings.HasSuffix(name, "_test.go") {
			t.Errorf("%s: %s", name, m)
		}
	}
}
