package web

import (
	"cmp"
	"slices"

	"poterne"
)

func (c *call) destinations() (answer, error) {
	return answer{page: "destinations", title: c.T("Destinations", "Destinations"), data: c.s.Destinations(c.lang)}, nil
}

type planData struct {
	Destination
	Groups []planGroup `json:"groups"`
}

// planGroup is what a destination says of the documents of one class and its flags.
type planGroup struct {
	Answer  string           `json:"answer"` // "yes", "no", "unknown"
	Hosting poterne.Hosting  `json:"-"`
	Class   poterne.Class    `json:"class"`
	Flags   []poterne.Flag   `json:"flags"`
	Files   int              `json:"documents"`
	Reasons []poterne.Reason `json:"-"`
	Why     []string         `json:"reasons"`
	Query   string           `json:"query"`
}

// flagsOf are the flags of which each set is asked for apart.
var flagsOf = []poterne.Flag{poterne.FlagDR, poterne.FlagFR, poterne.FlagHDS}

// plan says what may go to a destination. A verdict depends on the class and the
// flags alone, so that a few counts answer for any number of documents.
func (c *call) plan() (answer, error) {
	all := c.s.Destinations(c.lang)
	i := slices.IndexFunc(all, func(d Destination) bool { return d.Name == c.r.PathValue("name") })
	if i < 0 {
		return answer{}, ErrNotFound
	}
	d := planData{Destination: all[i], Groups: []planGroup{}}
	words := c.s.Words(c.lang)
	for _, class := range slices.Backward(poterne.Classes()) {
		groups, err := c.planClass(class)
		if err != nil {
			return answer{}, err
		}
		for _, g := range groups {
			if g.Answer, g.Reasons, err = c.s.Admits(d.Name, g.Hosting); err != nil {
				return answer{}, err
			}
			for _, r := range g.Reasons {
				g.Why = append(g.Why, words.Sentence(r))
			}
			d.Groups = append(d.Groups, g)
		}
	}
	slices.SortStableFunc(d.Groups, func(a, b planGroup) int { return cmp.Compare(answerOrder(a.Answer), answerOrder(b.Answer)) })
	return answer{page: "plan", title: c.T("Vers ", "To ") + d.Service, data: d}, nil
}

func answerOrder(answer string) int { return slices.Index([]string{"yes", "unknown", "no"}, answer) }

// planClass counts the files of one class by the sets of their flags.
func (c *call) planClass(class poterne.Class) ([]planGroup, error) {
	var out []planGroup
	for set := range 1 << len(flagsOf) {
		g := planGroup{Class: class, Flags: []poterne.Flag{}, Why: []string{}, Query: "class:" + quote(class.String())}
		q := poterne.Query{Clauses: []poterne.Clause{
			{Field: "class", Op: poterne.Is, Values: []string{class.String()}},
			{Field: "member", Op: poterne.Exists, Not: true}, // it moves with its container
		}}
		for i, f := range flagsOf {
			has := set&(1<<i) != 0
			q.Clauses = append(q.Clauses, poterne.Clause{Field: "flag", Op: poterne.Is, Values: []string{string(f)}, Not: !has})
			if has {
				g.Flags = append(g.Flags, f)
				g.Query += " flag:" + string(f)
			} else {
				g.Query += " -flag:" + string(f)
			}
		}
		page, err := c.scope.Search(c.ctx(), q)
		if err != nil {
			return nil, err
		}
		if g.Files = int(page.Total); g.Files > 0 {
			g.Hosting = poterne.Hosting{Class: class, Flags: g.Flags}
			g.Query += " -member:*"
			out = append(out, g)
		}
		if set == 0 && g.Files == 0 {
			// Nothing of the class may be left: one count spares seven.
			if n, err := c.scope.Search(c.ctx(), poterne.Query{Clauses: q.Clauses[:2]}); err != nil || n.Total == 0 {
				return nil, err
			}
		}
	}
	return out, nil
}
