package policy

import (
	"cmp"
	"encoding"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"poterne"
)

// Change is one thing that two policies do not say alike.
type Change struct {
	// Path names it as the files do ("labels.rh.hosting.etat"); below "demands" stands
	// what each label demands of the actor under the doctrine.
	Path     string
	Old, New string // "" where a policy says nothing of it
}

// Diff returns what turns p into other, sorted by path. Sentences are left out, as
// they are of the version.
func (p *Policy) Diff(other *Policy) []Change {
	old, now := p.leaves(), other.leaves()
	var out []Change
	for path, before := range old {
		if after := now[path]; after != before {
			out = append(out, Change{path, before, after})
		}
	}
	for path, after := range now {
		if _, known := old[path]; !known && after != "" {
			out = append(out, Change{path, "", after})
		}
	}
	slices.SortFunc(out, func(a, b Change) int { return cmp.Compare(a.Path, b.Path) })
	return out
}

// leaves writes all that p says, by path.
func (p *Policy) leaves() map[string]string {
	out := map[string]string{"actor": p.actor, "doctrine": p.doctrine}
	gather(out, "", reflect.ValueOf(*p.data))
	for name, r := range p.rows {
		out["demands."+name] = written(hosting{r.class, r.flags})
	}
	return out
}

// gather puts the leaves below v into out.
func gather(out map[string]string, path string, v reflect.Value) {
	if t, ok := v.Interface().(encoding.TextMarshaler); ok {
		out[path] = written(t)
		return
	}
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			gather(out, strings.TrimPrefix(path+"."+v.Type().Field(i).Tag.Get("yaml"), "."), v.Field(i))
		}
	case reflect.Map:
		for _, key := range v.MapKeys() {
			gather(out, path+"."+key.String(), v.MapIndex(key))
		}
	case reflect.Slice:
		items := make([]string, v.Len())
		for i := range items {
			items[i] = fmt.Sprint(v.Index(i).Interface())
		}
		out[path] = strings.Join(items, " ; ")
	default:
		if out[path] = fmt.Sprint(v.Interface()); v.IsZero() {
			out[path] = "" // what a file leaves out
		}
	}
}

// written returns a value as the files write it.
func written(t encoding.TextMarshaler) string {
	b, err := t.MarshalText()
	if err != nil {
		return ""
	}
	return string(b)
}

// Demand is what one label demands of the actor under the doctrine.
type Demand struct {
	Label   string
	Hosting poterne.Hosting
}

// Demands lists what each label demands, the most demanding first.
func (p *Policy) Demands() []Demand {
	var out []Demand
	for name, r := range p.rows {
		out = append(out, Demand{name, poterne.Hosting{Class: r.class, Flags: r.flags.list()}})
	}
	slices.SortFunc(out, func(a, b Demand) int {
		return cmp.Or(cmp.Compare(b.Hosting.Class, a.Hosting.Class), cmp.Compare(len(b.Hosting.Flags), len(a.Hosting.Flags)), cmp.Compare(a.Label, b.Label))
	})
	return out
}

// Files lists the names that files of a policy have.
func Files() []string { return slices.Clone(files) }
