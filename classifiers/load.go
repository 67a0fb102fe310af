package classifiers

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"
)

//go:embed rules/*.yaml
var embedded embed.FS

// LoadError lists everything that is wrong with rule files, one line each:
// "file:line:col: rule id: what".
type LoadError struct{ Problems []string }

// Error joins the problems with line ends.
func (e *LoadError) Error() string { return strings.Join(e.Problems, "\n") }

// item is one entry of a list of a rule file: a rule, a marking, a lexicon.
type item struct {
	id   string
	file string
	node *ast.MappingNode
}

// loader holds the entries of all rule files by section; a later file replaces
// the entries of an earlier one that have the same id.
type loader struct {
	sections map[string][]item
	declared string // version of the embedded files
	problems []string
}

// sections that a rule file may have.
var sectionNames = []string{"rules", "markings", "lexicons", "words", "allow"}

func readFiles(dir string) (*loader, error) {
	l := &loader{sections: map[string][]item{}}
	if err := l.readFS(embedded, "rules", ""); err != nil {
		return nil, err
	}
	if dir != "" {
		if err := l.readFS(os.DirFS(dir), ".", dir); err != nil {
			return nil, err
		}
	}
	return l, nil
}

func (l *loader) readFS(files fs.FS, root, dir string) error {
	entries, err := fs.ReadDir(files, root)
	if err != nil {
		return fmt.Errorf("read rules: %w", err)
	}
	for _, e := range entries {
		name := e.Name()
		if e.IsDir() || !strings.HasSuffix(name, ".yaml") && !strings.HasSuffix(name, ".yml") {
			continue
		}
		src, err := fs.ReadFile(files, strings.TrimPrefix(root+"/"+name, "./"))
		if err != nil {
			return fmt.Errorf("read rules: %w", err)
		}
		l.readFile(filepath.Join(dir, name), src, dir == "")
	}
	return nil
}

func (l *loader) readFile(file string, src []byte, own bool) {
	f, err := parser.ParseBytes(src, 0)
	if err != nil {
		l.yamlProblem(file, "", nil, err)
		return
	}
	seen := map[string]bool{}
	for _, doc := range f.Docs {
		if doc.Body == nil {
			continue
		}
		for _, v := range mapping(doc.Body) {
			switch key := v.Key.GetToken().Value; {
			case key == "version":
				if own {
					l.declared = v.Value.GetToken().Value
				}
			case slices.Contains(sectionNames, key):
				l.readSection(file, key, v.Value, seen)
			default:
				l.problem(file, v.Key.GetToken(), "", "unknown key %q, want version, %s", key, strings.Join(sectionNames, ", "))
			}
		}
		if _, ok := doc.Body.(*ast.MappingNode); !ok {
			l.problem(file, doc.Body.GetToken(), "", "want a mapping with the keys version, %s", strings.Join(sectionNames, ", "))
		}
	}
}

func (l *loader) readSection(file, section string, n ast.Node, seen map[string]bool) {
	seq, ok := n.(*ast.SequenceNode)
	if !ok {
		l.problem(file, n.GetToken(), "", "%s: want a list", section)
		return
	}
	for _, entry := range seq.Values {
		m, ok := entry.(*ast.MappingNode)
		if !ok {
			l.problem(file, entry.GetToken(), "", "%s: want a mapping", section)
			continue
		}
		it := item{file: file, node: m}
		for _, v := range m.Values {
			if v.Key.GetToken().Value == "id" {
				it.id = v.Value.GetToken().Value
			}
		}
		if !validID(it.id) {
			l.problem(file, m.Values[0].Key.GetToken(), it.id, "id: want lower-case letters, digits, - and _")
			continue
		}
		if seen[section+it.id] {
			l.problem(file, m.Values[0].Key.GetToken(), it.id, "id is used twice in this file")
			continue
		}
		seen[section+it.id] = true
		list := l.sections[section]
		if i := slices.IndexFunc(list, func(o item) bool { return o.id == it.id }); i >= 0 {
			list[i] = it
		} else {
			l.sections[section] = append(list, it)
		}
	}
}

func validID(id string) bool {
	return id != "" && strings.Trim(id, "abcdefghijklmnopqrstuvwxyz0123456789-_") == ""
}

func mapping(n ast.Node) []*ast.MappingValueNode {
	if m, ok := n.(*ast.MappingNode); ok {
		return m.Values
	}
	return nil
}

func (l *loader) problem(file string, t *token.Token, id, format string, args ...any) {
	what := fmt.Sprintf(format, args...)
	if id != "" {
		what = "rule " + id + ": " + what
	}
	if t != nil && t.Position != nil {
		file = fmt.Sprintf("%s:%d:%d", file, t.Position.Line, t.Position.Column)
	}
	l.problems = append(l.problems, file+": "+what)
}

func (l *loader) yamlProblem(file, id string, t *token.Token, err error) {
	var y interface {
		GetToken() *token.Token
		GetMessage() string
	}
	if errors.As(err, &y) {
		l.problem(file, y.GetToken(), id, "%s", y.GetMessage())
		return
	}
	l.problem(file, t, id, "%v", err)
}

// fail reports a problem with one field of an item, at the field's line where it has one.
func (l *loader) fail(it item, field, format string, args ...any) {
	t := it.node.Values[0].Key.GetToken()
	for _, v := range it.node.Values {
		if v.Key.GetToken().Value == field {
			t = v.Value.GetToken()
		}
	}
	l.problem(it.file, t, it.id, field+": "+format, args...)
}

// decode reads an item into a struct whose fields carry yaml tags. Each unknown
// or ill-typed field is a problem of its own.
func decode[T any](l *loader, it item) (out T) {
	fields := map[string]reflect.Value{}
	v := reflect.ValueOf(&out).Elem()
	for i := range v.NumField() {
		if tag, _, _ := strings.Cut(v.Type().Field(i).Tag.Get("yaml"), ","); tag != "" && tag != "-" {
			fields[tag] = v.Field(i)
		}
	}
	seen := map[string]bool{}
	for _, kv := range it.node.Values {
		key := kv.Key.GetToken()
		field, ok := fields[key.Value]
		switch {
		case !ok:
			l.problem(it.file, key, it.id, "unknown field %q", key.Value)
			continue
		case seen[key.Value]:
			l.problem(it.file, key, it.id, "field %q is given twice", key.Value)
			continue
		}
		seen[key.Value] = true
		if err := yaml.NodeToValue(kv.Value, field.Addr().Interface(), yaml.Strict()); err != nil {
			l.yamlProblem(it.file, it.id, kv.Value.GetToken(), fmt.Errorf("%s: %w", key.Value, err))
		}
	}
	return out
}

// values returns the entries of a section by id, as YAML says them.
func (l *loader) values(section string) map[string]map[string]any {
	out := map[string]map[string]any{}
	for _, it := range l.sections[section] {
		v := map[string]any{}
		if yaml.NodeToValue(it.node, &v) == nil {
			out[it.id] = v
		}
	}
	return out
}

// hash returns the first 12 hexadecimal digits of the SHA-256 of all entries in
// a form that does not depend on comments, order or layout.
func (l *loader) hash() string {
	h := sha256.New()
	enc := json.NewEncoder(h)
	for _, section := range sectionNames {
		list := slices.Clone(l.sections[section])
		slices.SortFunc(list, func(a, b item) int { return strings.Compare(a.id, b.id) })
		for _, it := range list {
			var v any
			if yaml.NodeToValue(it.node, &v) == nil {
				_ = enc.Encode([]any{section, v}) // a hash never fails to write
			}
		}
	}
	return hex.EncodeToString(h.Sum(nil))[:12]
}
