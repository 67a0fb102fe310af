package policy

import (
	"slices"
	"strconv"
	"strings"

	"poterne"
)

// exactGroups is how many groups are searched whole: 2^12 weighings take about a
// millisecond. Beyond, the search is greedy and says so.
const exactGroups = 12

// handling is what an agent can do to a group, the least disturbing first.
type handling uint8

const (
	maskColumn handling = iota
	maskRule
	dropPage
)

// group is what an agent can remove at one stroke: a column of a sheet, a page, or
// everything that one rule found.
type group struct {
	handling handling
	item     int // of maskRule, else the first item in it
	place    poterne.Place
	takes    []take
	count    int // places that it removes
}

type take struct {
	item  int
	spots uint64
	whole bool
}

// counterfactual returns the smallest set of removals that brings the document
// down by a class, one reason each, the last with the class it comes down to. An
// issuer's marking is no group: only its issuer may change it.
func (p *Policy) counterfactual(ev *evidence, v verdict) []poterne.Reason {
	if ev.unread != "" {
		return []poterne.Reason{{Key: "less-read", Args: []string{string(ev.unread)}}}
	}
	if v.class < poterne.H2 {
		return nil
	}
	groups := p.groups(ev)
	s := &search{p: p, ev: ev, from: v.class, groups: groups, gone: make([]removal, len(ev.items))}
	all := make([]int, len(groups))
	for i := range all {
		all[i] = i
	}
	if s.weigh(all) >= v.class {
		for i := range ev.items {
			it := &ev.items[i]
			if it.kind == markingKind && it.counts && it.row.class >= v.class {
				return []poterne.Reason{{Key: "less-issuer", Args: []string{it.f.Mark}}}
			}
		}
		return nil
	}
	var best []int
	if len(groups) <= exactGroups {
		best = s.exact()
	} else {
		best = s.greedy()
	}
	to := s.weigh(best)
	out := make([]poterne.Reason, len(best))
	for i, g := range best {
		step := ""
		if i == len(best)-1 {
			step = strings.Join([]string{v.class.String(), to.String(), strconv.Itoa(len(best))}, " ")
		}
		out[i] = groups[g].reason(ev, step)
	}
	if len(groups) > exactGroups {
		out = append(out, poterne.Reason{Key: "less-approximate", Args: []string{strconv.Itoa(len(groups))}})
	}
	return out
}

// groups lists what can be removed from ev, the least disturbing first.
func (p *Policy) groups(ev *evidence) []group {
	var out []group
	type column struct {
		sheet string
		n     int
	}
	columns, pages := map[column]int{}, map[int]int{}
	into := func(index int, ok bool, h handling, i int, at poterne.Place) int {
		if !ok {
			index = len(out)
			out = append(out, group{handling: h, item: i, place: at})
		}
		return index
	}
	for i := range ev.items {
		it := &ev.items[i]
		if !it.removable() {
			continue
		}
		confined := it.rest == 0
		firstColumn := -1
		for j := range it.places {
			s := it.f.Spots[j]
			at := -1
			switch {
			case s.Place.Column > 0:
				key := column{s.Place.Sheet, s.Place.Column}
				n, ok := columns[key]
				at = into(n, ok, maskColumn, i, s.Place)
				columns[key] = at
			case s.Place.Page > 0:
				n, ok := pages[s.Place.Page]
				at = into(n, ok, dropPage, i, s.Place)
				pages[s.Place.Page] = at
			}
			if at < 0 || out[at].handling != maskColumn || firstColumn >= 0 && firstColumn != at {
				confined = false
			} else {
				firstColumn = at
			}
			if at >= 0 {
				out[at].add(take{item: i, spots: 1 << j}, max(s.Count, 1))
			}
		}
		if !confined || firstColumn < 0 {
			g := group{handling: maskRule, item: i}
			g.add(take{item: i, whole: true}, max(it.f.Count, it.f.Distinct, 1))
			if len(it.places) > 0 {
				g.place = it.f.Spots[0].Place
			}
			out = append(out, g)
		}
	}
	slices.SortStableFunc(out, func(a, b group) int { return int(a.handling) - int(b.handling) })
	return out
}

// removable reports whether removing it may change a class: hints, examples,
// directories and markings cannot.
func (it *item) removable() bool {
	if it.kind == markingKind || !it.f.Counts() || it.f.Has(poterne.TagTalks) || it.f.Has(poterne.TagBlank) {
		return false
	}
	return it.counts && (it.level > poterne.Internal || it.isPerson()) ||
		it.id.Name || it.id.Network != "" || it.id.Position || it.f.Rule == "infra"
}

func (g *group) add(t take, count int) {
	g.count += count
	for i := range g.takes {
		if g.takes[i].item == t.item {
			g.takes[i].spots |= t.spots
			return
		}
	}
	g.takes = append(g.takes, t)
}

// reason names what to do to g; step is "H3 H1 2" on the last of a set, else "".
func (g *group) reason(ev *evidence, step string) poterne.Reason {
	f := ev.items[g.item].f
	switch {
	case g.handling == maskColumn:
		return poterne.Reason{Key: "less-column", Args: []string{columnLetters(g.place.Column), untab(g.place.Header), g.place.Sheet, step}}
	case g.handling == dropPage:
		return poterne.Reason{Key: "less-page", Args: []string{strconv.Itoa(g.place.Page), step}}
	case ev.items[g.item].kind == subjectKind:
		return poterne.Reason{Key: "less-subject", Args: []string{f.Rule, placeOf(f), step}}
	case ev.items[g.item].kind == secretKind:
		return poterne.Reason{Key: "less-secret", Args: []string{f.Rule, placeOf(f), step}}
	}
	return poterne.Reason{Key: "less-rule", Args: []string{f.Rule, strconv.Itoa(max(f.Distinct, 1)), placeOf(f), step}}
}

// columnLetters returns the name of a column as spreadsheets write it.
func columnLetters(n int) string {
	s := ""
	for ; n > 0; n = (n - 1) / 26 {
		s = string(rune('A'+(n-1)%26)) + s
	}
	return s
}

// search looks for the smallest set of groups that lowers the class.
type search struct {
	p      *Policy
	ev     *evidence
	from   poterne.Class
	groups []group
	gone   []removal
}

// weigh returns the class without the groups of set.
func (s *search) weigh(set []int) poterne.Class {
	clear(s.gone)
	for _, g := range set {
		for _, t := range s.groups[g].takes {
			s.gone[t.item].spots |= t.spots
			s.gone[t.item].whole = s.gone[t.item].whole || t.whole
		}
	}
	return s.p.weigh(s.ev, s.gone, nil).class
}

// cost orders sets of the same size: columns before rules before pages, then
// fewer places.
func (s *search) cost(set []int) (handlings, places int) {
	for _, g := range set {
		handlings += int(s.groups[g].handling)
		places += s.groups[g].count
	}
	return handlings, places
}

// exact tries every set of one group, then of two, and so on.
func (s *search) exact() []int {
	for size := 1; size <= len(s.groups); size++ {
		var best []int
		set := make([]int, size)
		var walk func(depth, from int)
		walk = func(depth, from int) {
			if depth == size {
				if (best == nil || s.cheaper(set, best)) && s.weigh(set) < s.from {
					best = slices.Clone(set)
				}
				return
			}
			for g := from; g <= len(s.groups)-(size-depth); g++ {
				set[depth] = g
				walk(depth+1, g+1)
			}
		}
		walk(0, 0)
		if best != nil {
			return best
		}
	}
	return nil
}

func (s *search) cheaper(a, b []int) bool {
	ah, ap := s.cost(a)
	bh, bp := s.cost(b)
	return ah < bh || ah == bh && ap < bp
}

// greedy removes the groups one after the other from the costliest to the
// cheapest out of the set of all, keeping those that the descent needs.
func (s *search) greedy() []int {
	set := make([]int, len(s.groups))
	for i := range set {
		set[i] = i
	}
	order := slices.Clone(set)
	slices.SortStableFunc(order, func(a, b int) int {
		ga, gb := s.groups[a], s.groups[b]
		if ga.handling != gb.handling {
			return int(gb.handling) - int(ga.handling)
		}
		return gb.count - ga.count
	})
	for _, g := range order {
		without := slices.DeleteFunc(slices.Clone(set), func(x int) bool { return x == g })
		if s.weigh(without) < s.from {
			set = without
		}
	}
	return set
}
