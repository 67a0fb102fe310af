package policy

import (
	"encoding"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"poterne/internal/spell"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
)

// decoder fills Go values from one YAML file and keeps every problem, each with
// its file, line and column: whoever edits a policy sees all of them at once.
// It knows no anchors and no tags: a policy is read by lawyers.
type decoder struct {
	file string
	errs []error
	at   map[string]ast.Node // path of a key, "labels.infra", to where it stands
}

// decode reads src over what into, a pointer, already holds: an entry of a map
// replaces the entry of the same name, a field that is not written keeps its value.
func (d *decoder) decode(src []byte, into any) {
	f, err := parser.ParseBytes(src, 0)
	if err != nil {
		d.errs = append(d.errs, syntaxError(d.file, err))
		return
	}
	if d.at == nil {
		d.at = map[string]ast.Node{}
	}
	for _, doc := range f.Docs {
		if doc.Body != nil {
			d.value(doc.Body, reflect.ValueOf(into).Elem(), "")
		}
	}
}

// syntaxError words an error of the YAML parser as "file:line:col: reason".
func syntaxError(file string, err error) error {
	text := strings.SplitN(err.Error(), "\n", 2)[0]
	var line, col int
	if n, _ := fmt.Sscanf(text, "[%d:%d]", &line, &col); n == 2 {
		text = strings.TrimSpace(text[strings.Index(text, "]")+1:])
	}
	return fmt.Errorf("%s:%d:%d: %s", file, line, col, text)
}

// fail keeps a problem at the place of n, or of the whole file where n is nil.
func (d *decoder) fail(n ast.Node, format string, args ...any) {
	line, col := 1, 1
	if n != nil {
		if t := n.GetToken(); t != nil && t.Position != nil {
			line, col = t.Position.Line, t.Position.Column
		}
	}
	d.errs = append(d.errs, fmt.Errorf("%s:%d:%d: %s", d.file, line, col, fmt.Sprintf(format, args...)))
}

// failAt keeps a problem at the key of that path.
func (d *decoder) failAt(path, format string, args ...any) {
	d.fail(d.at[path], format, args...)
}

var (
	textUnmarshaler = reflect.TypeFor[encoding.TextUnmarshaler]()
	dateType        = reflect.TypeFor[time.Time]()
)

func (d *decoder) value(n ast.Node, v reflect.Value, path string) {
	if v.Type() == dateType || reflect.PointerTo(v.Type()).Implements(textUnmarshaler) {
		d.scalar(n, v)
		return
	}
	switch v.Kind() {
	case reflect.Struct, reflect.Map:
		d.mapping(n, v, path)
	case reflect.Slice:
		seq, ok := n.(*ast.SequenceNode)
		if !ok {
			d.fail(n, "want a list")
			return
		}
		out := reflect.MakeSlice(v.Type(), len(seq.Values), len(seq.Values))
		for i, e := range seq.Values {
			d.value(e, out.Index(i), path+"."+strconv.Itoa(i))
		}
		v.Set(out)
	default:
		d.scalar(n, v)
	}
}

func (d *decoder) mapping(n ast.Node, v reflect.Value, path string) {
	var entries []*ast.MappingValueNode
	switch m := n.(type) {
	case *ast.MappingNode:
		entries = m.Values
	case *ast.MappingValueNode:
		entries = []*ast.MappingValueNode{m}
	default:
		d.fail(n, "want a mapping")
		return
	}
	if v.Kind() == reflect.Map && v.IsNil() {
		v.Set(reflect.MakeMap(v.Type()))
	}
	seen := map[string]bool{}
	for _, e := range entries {
		key := text(e.Key)
		if seen[key] {
			d.fail(e.Key, "%s is written twice", key)
			continue
		}
		seen[key] = true
		here := strings.TrimPrefix(path+"."+key, ".")
		d.at[here] = e.Key
		if v.Kind() == reflect.Map {
			entry := reflect.New(v.Type().Elem()).Elem()
			d.value(e.Value, entry, here)
			v.SetMapIndex(reflect.ValueOf(key).Convert(v.Type().Key()), entry)
			continue
		}
		field, names := fieldOf(v, key)
		if !field.IsValid() {
			d.fail(e.Key, "unknown field %q%s", key, didYouMean(key, names))
			continue
		}
		d.value(e.Value, field, here)
	}
}

// fieldOf returns the field of v that is written key in YAML, and all their names.
func fieldOf(v reflect.Value, key string) (found reflect.Value, names []string) {
	for i := range v.NumField() {
		name := v.Type().Field(i).Tag.Get("yaml")
		if name == "" {
			continue
		}
		names = append(names, name)
		if name == key {
			found = v.Field(i)
		}
	}
	return found, names
}

func (d *decoder) scalar(n ast.Node, v reflect.Value) {
	s, err := "", errors.New("want one value")
	if _, ok := n.(ast.ScalarNode); ok {
		s, err = text(n), nil
	}
	if err == nil {
		err = setScalar(v, s)
	}
	if err != nil {
		d.fail(n, "%v", err)
	}
}

func setScalar(v reflect.Value, s string) (err error) {
	switch {
	case v.Type() == dateType:
		var t time.Time
		if t, err = time.Parse(time.DateOnly, s); err != nil {
			return fmt.Errorf("want a date like 2026-11-25, not %q", s)
		}
		v.Set(reflect.ValueOf(t))
	case reflect.PointerTo(v.Type()).Implements(textUnmarshaler):
		return v.Addr().Interface().(encoding.TextUnmarshaler).UnmarshalText([]byte(s))
	case v.Kind() == reflect.String:
		v.SetString(s)
	case v.Kind() == reflect.Bool:
		if s != "true" && s != "false" {
			return fmt.Errorf("want true or false, not %q", s)
		}
		v.SetBool(s == "true")
	case v.Kind() == reflect.Int:
		var i int64
		if i, err = strconv.ParseInt(s, 10, 64); err != nil {
			return fmt.Errorf("want a whole number, not %q", s)
		}
		v.SetInt(i)
	case v.Kind() == reflect.Float64:
		var f float64
		if f, err = strconv.ParseFloat(s, 64); err != nil {
			return fmt.Errorf("want a number, not %q", s)
		}
		v.SetFloat(f)
	default:
		panic("policy: no YAML form for " + v.Type().String())
	}
	return nil
}

// text returns a scalar as it is written, without its quotes.
func text(n ast.Node) string {
	switch n := n.(type) {
	case *ast.StringNode:
		return n.Value
	case *ast.LiteralNode:
		return n.Value.Value
	case *ast.NullNode:
		return ""
	}
	return strings.TrimSpace(n.GetToken().Value)
}

// didYouMean returns a suggestion in brackets, or "" where no name is near.
func didYouMean(key string, names []string) string {
	best := spell.Nearest(key, slices.Sorted(slices.Values(names)))
	if best == "" {
		return ""
	}
	return fmt.Sprintf(" (did you mean %q?)", best)
}
