package policy

import (
	"maps"
	"math/bits"
	"slices"
	"strconv"
	"strings"

	"poterne"
)

// Bits of flags that the decision itself looks at; the order is that of allFlags.
const (
	flagFR  flags = 1 << 1
	flagHDS flags = 1 << 2
)

// Decide returns the verdict on doc from its findings and its failure, nil where
// it was read whole. It depends on nothing else: the same arguments give the same
// verdict, and one more finding never lowers it, save by the exclusions that the
// data name (a published example, a text that only talks about its subject, a
// blank form, an issuer's mention that the document is public).
func (p *Policy) Decide(doc poterne.Document, findings []poterne.Finding, failure *poterne.Failure) poterne.Assessment {
	ev := p.read(doc, findings, failure)
	say := &account{}
	say.step("step-doctrine", p.doctrine, p.actor)
	v := p.weigh(ev, nil, say)
	say.step("step-verdict", v.level.String(), v.class.String(), flagNames(v.flags))
	return poterne.Assessment{
		Level:          v.level,
		Hosting:        poterne.Hosting{Class: v.class, Flags: v.flags.list()},
		Categories:     slices.Sorted(maps.Keys(say.subjects)),
		Confirm:        v.firmLevel < v.level || v.firmClass < v.class,
		Reasons:        p.reasons(v, say),
		Counterfactual: p.counterfactual(ev, v),
		Steps:          say.steps,
		Actor:          p.actor,
		Doctrine:       p.doctrine,
	}
}

// reasons says why v is not lower, weightiest first, then what is to be done.
func (p *Policy) reasons(v verdict, say *account) []poterne.Reason {
	cs := slices.Clone(say.contributions)
	slices.SortStableFunc(cs, func(a, b contribution) int {
		if a.class != b.class {
			return int(b.class) - int(a.class)
		}
		if a.level != b.level {
			return int(b.level) - int(a.level)
		}
		if a.firm != b.firm {
			if a.firm {
				return -1
			}
			return 1
		}
		return weight(b.reason.Key) - weight(a.reason.Key)
	})
	var out []poterne.Reason
	told := map[int]bool{}
	for _, c := range cs {
		if c.level == poterne.Internal && v.level > poterne.Internal {
			continue
		}
		if c.reason.Key == "identifier" && told[c.items[0]] && c.class < v.class {
			continue // the number or the subject said it already
		}
		for _, i := range c.items {
			told[i] = true
		}
		out = append(out, c.reason)
	}
	if len(out) == 0 {
		out = append(out, p.byDefault())
	} else if v.level == poterne.Internal {
		out = append([]poterne.Reason{p.byDefault()}, out...)
	}
	return append(out, say.notes...)
}

func (p *Policy) byDefault() poterne.Reason {
	return poterne.Reason{Key: "internal", Legal: p.rows["internal"].legal}
}

// weight orders reasons that demand the same: what a marking or two facts
// together say comes before what one identifier says.
func weight(key string) int {
	switch {
	case strings.HasPrefix(key, "marking"):
		return 5
	case key == "subject-persons", key == "subject-person":
		return 4
	case key == "volume", key == "nominative":
		return 3
	case key == "subject", key == "secret":
		return 2
	case key == "unread-part":
		return 0
	}
	return 1
}

func (a *account) subject(name string) {
	if a.subjects == nil {
		a.subjects = map[string]bool{}
	}
	a.subjects[name] = true
}

// Member is the verdict on one member of a container.
type Member struct {
	Name string // path inside the container
	poterne.Assessment
}

// Join returns the verdict on the container doc: its own, or the worst of its
// members with a reason that names the member. A member that was not read holds
// the container at the floor of the source, and where nothing else is known of
// it, at H?.
func (p *Policy) Join(doc poterne.Document, own poterne.Assessment, members []Member) poterne.Assessment {
	out := own
	unread := own.Hosting.Class == poterne.ClassUnknown
	blind := "" // the first member that was not read
	level, class := own.Level, own.Hosting.Class
	worst := -1
	categories, flagSet := map[string]bool{}, flags(0)
	collect := func(a poterne.Assessment) {
		for _, c := range a.Categories {
			categories[c] = true
		}
		for i, f := range allFlags {
			if slices.Contains(a.Hosting.Flags, f) {
				flagSet |= 1 << i
			}
		}
	}
	collect(own)
	confirm := own.Confirm
	for i, m := range members {
		collect(m.Assessment)
		if m.Hosting.Class == poterne.ClassUnknown && !unread {
			unread, blind = true, m.Name
		}
		heavier := m.Hosting.Class > class || m.Hosting.Class == class && m.Level > level
		if heavier && (class != poterne.ClassUnknown || m.Level > poterne.Internal) {
			worst, confirm = i, m.Confirm
		}
		level, class = max(level, m.Level), max(class, m.Hosting.Class)
	}
	var head []poterne.Reason
	if worst >= 0 {
		m := members[worst]
		head = append(head, poterne.Reason{Key: "member", Args: []string{m.Name, m.Hosting.Class.String(), m.Level.String()}, Legal: p.firstLegal(m.Reasons)})
		head = append(head, firstReasons(m.Reasons, 3)...)
	}
	if unread {
		floor := p.Floor(doc.Share)
		if blind != "" {
			head = append(head, poterne.Reason{Key: "member-unread", Args: []string{blind, floor.String()}, Legal: p.rows["internal"].legal})
		}
		if level <= poterne.Internal {
			level, class = poterne.Unassessed, poterne.ClassUnknown
		} else {
			class = max(class, floor)
		}
		confirm = confirm || blind != ""
	}
	out.Level, out.Hosting, out.Confirm = level, poterne.Hosting{Class: class, Flags: flagSet.list()}, confirm
	out.Categories = slices.Sorted(maps.Keys(categories))
	if len(head) == 0 {
		return out
	}
	out.Reasons = append(head, own.Reasons...)
	out.Steps = append(slices.Clone(own.Steps), head...)
	if class > own.Hosting.Class {
		out.Counterfactual = nil
		if worst >= 0 && class >= poterne.H2 {
			out.Counterfactual = []poterne.Reason{{Key: "less-member", Args: []string{members[worst].Name}}}
		}
	}
	return out
}

func firstReasons(rs []poterne.Reason, n int) []poterne.Reason { return rs[:min(n, len(rs))] }

func (p *Policy) firstLegal(rs []poterne.Reason) []string {
	for _, r := range rs {
		if len(r.Legal) > 0 {
			return r.Legal
		}
	}
	return p.rows["internal"].legal
}

func ones(b uint64) int { return bits.OnesCount64(b) }

// flagArg is the argument that says yes, or nothing.
func flagArg(yes bool) string {
	if yes {
		return "1"
	}
	return ""
}

func flagNames(f flags) string {
	var names []string
	for _, flag := range f.list() {
		names = append(names, string(flag))
	}
	return strings.Join(names, " ")
}

// placeOf returns the weightiest place of f as an argument of a reason.
func placeOf(f *poterne.Finding) string {
	if len(f.Spots) == 0 {
		return ""
	}
	return placeArg(f.Spots[0].Place)
}

// placeArg encodes a place without a language: zone, page, sheet, row, column and
// header with tabs between them.
func placeArg(p poterne.Place) string {
	return strings.Join([]string{
		p.Zone.String(), strconv.Itoa(p.Page), untab(p.Sheet), strconv.Itoa(p.Row), strconv.Itoa(p.Column), untab(p.Header),
	}, "\t")
}

func untab(s string) string { return strings.ReplaceAll(s, "\t", " ") }

// placeName returns the argument of the place with that number.
func (ev *evidence) placeName(n int) string {
	for i := range ev.items {
		for j, place := range ev.items[i].places {
			if place == n {
				at := ev.items[i].f.Spots[j].Place
				return placeArg(poterne.Place{Page: at.Page, Sheet: at.Sheet})
			}
		}
	}
	return ""
}
