package classifiers

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// check reports what is wrong with a rule by itself, each problem at its field.
func (l *loader) check(it item, r *Rule) {
	if r.Severity < 0 || r.Severity > 3 {
		l.fail(it, "level", "%s is not in 0..3", strconv.Itoa(r.Severity))
	}
	if r.Category == "" {
		l.fail(it, "category", "missing")
	}
	if r.Names["fr"] == "" {
		l.fail(it, "names", "a French name is missing")
	}
	switch r.Context {
	case "", "optional":
	case "required", "solid":
		if len(r.Words) == 0 && r.Find != "lead" {
			l.fail(it, "context", "%s needs context words", r.Context)
		}
	default:
		l.fail(it, "context", "%q is not optional, required or solid", r.Context)
	}
	if _, ok := checks[r.Check]; !ok && r.Check != "" {
		l.fail(it, "check", "%q is unknown%s", r.Check, nearest(r.Check, checks))
	}
	if r.Chance < 0 || r.Chance >= 1 {
		l.fail(it, "chance", "%v is not in 0..1", r.Chance)
	}
	if m := r.Mask; m != "" && m != "email" && !(len(m) == 3 && m[1] == '+' && isDigit(m[0]) && isDigit(m[2])) {
		l.fail(it, "mask", `%q is not "2+2" or fewer, "email" or empty`, m)
	}
	l.checkFind(it, r)
	for _, list := range []struct {
		field string
		words []string
	}{{"words", r.Words}, {"not", r.Not}, {"cues", r.Cues}} {
		for _, w := range list.words {
			if _, err := newDictionary().add(w, 0, ownerRules); err != nil {
				l.fail(it, list.field, "%v", err)
			}
		}
	}
	if len(r.Match) == 0 || len(r.Reject) == 0 {
		l.fail(it, "match", "a rule carries examples that match and, under reject, that do not")
	}
}

func (l *loader) checkFind(it item, r *Rule) {
	kind, ok := finders[r.Find]
	switch {
	case !ok:
		l.fail(it, "find", "%q is unknown%s", r.Find, nearest(r.Find, finders))
	case r.Find == "lead" && len(r.Cues) == 0:
		l.fail(it, "cues", "missing: find: lead starts from them")
	case r.Find == "regexp":
		if _, err := regexp.Compile(foldString(r.Regexp)); err != nil || r.Regexp == "" {
			l.fail(it, "regexp", "%v", cmpErr(err, "missing"))
		}
	case (r.Find == "" || r.Find == "shape" || r.Find == "lead") && len(r.Shapes) == 0:
		l.fail(it, "shapes", "missing")
	case len(r.Cues) > 0 && kind.find == nil:
		l.fail(it, "cues", "find: %s does not start from cues", r.Find)
	}
	if r.Regexp != "" && r.Find != "regexp" {
		l.fail(it, "regexp", "is read only with find: regexp")
	}
	for _, s := range r.Shapes {
		if _, err := parseShape(s); err != nil {
			l.fail(it, "shapes", "%v", err)
		}
	}
}

func cmpErr(err error, otherwise string) any {
	if err != nil {
		return err
	}
	return otherwise
}

// nearest returns `, did you mean "…"?` with the name in known that shares the
// longest start with name, or "".
func nearest[V any](name string, known map[string]V) string {
	best, length := "", 1
	names := make([]string, 0, len(known))
	for k := range known {
		names = append(names, k)
	}
	slices.Sort(names)
	for _, k := range names {
		n := 0
		for n < len(k) && n < len(name) && k[n] == name[n] {
			n++
		}
		if n > length || n == length && best != "" && strings.Contains(k, name) {
			best, length = k, n
		}
	}
	if best == "" {
		return ""
	}
	return ", did you mean " + strconv.Quote(best) + "?"
}
