package main

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"sync"

	"gopkg.in/yaml.v3"

	"poterne"
	"poterne/classifiers"
	"poterne/ledger"
	"poterne/policy"
	"poterne/web"
)

// ruleDiff compares rules: files that somebody brings with those in force, or those
// in force with the embedded ones, once.
func ruleDiff(inForce *classifiers.Rules) func(map[string][]byte) (web.RuleDiff, error) {
	own := sync.OnceValues(func() (web.RuleDiff, error) {
		embedded, err := classifiers.Load("")
		if err != nil {
			return web.RuleDiff{}, err
		}
		return diffOf(embedded, inForce), nil
	})
	return func(files map[string][]byte) (web.RuleDiff, error) {
		if files == nil {
			return own()
		}
		err := plain(files)
		var brought *classifiers.Rules
		if err == nil {
			brought, err = classifiers.LoadFiles(files)
		}
		if err != nil {
			return web.RuleDiff{}, web.Refuse("ces fichiers ne sont pas des règles utilisables :\n%s", "these files are no usable rules:\n%s", problems(err))
		}
		return diffOf(inForce, brought), nil
	}
}

func diffOf(from, to *classifiers.Rules) web.RuleDiff {
	d := web.RuleDiff{From: string(from.Version()), To: string(to.Version()), Changes: []web.RuleChange{}}
	for _, c := range from.Diff(to) {
		d.Changes = append(d.Changes, web.RuleChange{Section: c.Section, ID: c.ID, Change: c.Kind, Fields: append([]string{}, c.Fields...)})
	}
	return d
}

// otherPolicies opens policies beside the one in force, each of those without files
// once.
type otherPolicies struct {
	inForce policy.Options
	open    sync.Map // of *decider by actor and doctrine
}

func (p *otherPolicies) of(x web.OtherPolicy) (*decider, error) {
	opts := p.inForce
	opts.Actor, opts.Doctrine = cmp.Or(x.Actor, opts.Actor), cmp.Or(x.Doctrine, opts.Doctrine)
	key := [2]string{opts.Actor, opts.Doctrine}
	if x.Files != nil {
		opts.Dir, opts.Files = "", x.Files
	} else if known, ok := p.open.Load(key); ok {
		return known.(*decider), nil
	}
	err := plain(x.Files)
	var other *policy.Policy
	if err == nil {
		other, err = policy.New(opts)
	}
	if err != nil {
		return nil, web.Refuse("cette politique n'est pas utilisable :\n%s", "this policy is not usable:\n%s", problems(err))
	}
	if x.Files == nil {
		p.open.Store(key, &decider{other})
	}
	return &decider{other}, nil
}

// Bounds of what somebody brings: the parser of rules and policies calls itself at each
// level, and what it finds wrong is a line each. Our own files have 7 levels; signs
// that could open one are counted apart, in whatever way a parser reads them.
const (
	deepest      = 32
	signsOpen    = 1000
	problemsTold = 20
)

// plain refuses files that a parser could choke on: nested deeply, or with aliases,
// which no rule needs.
func plain(files map[string][]byte) error {
	for _, name := range slices.Sorted(maps.Keys(files)) {
		if opens(files[name]) > signsOpen {
			return fmt.Errorf("%s: nested too deeply", name)
		}
		for docs := yaml.NewDecoder(bytes.NewReader(files[name])); ; { // it bounds its own depth
			var doc yaml.Node
			err := docs.Decode(&doc)
			if err == io.EOF {
				break
			}
			if err != nil {
				return fmt.Errorf("%s: %w", name, err)
			}
			if n := strange(&doc, 0); n != nil {
				return fmt.Errorf("%s:%d:%d: nested too deeply, or an alias", name, n.Line, n.Column)
			}
		}
	}
	return nil
}

// opens counts the most brackets that are open at once, and the most blanks and dashes
// that begin a line: no parser goes deeper.
func opens(src []byte) int {
	most, open := 0, 0
	for line := range bytes.Lines(src) {
		most = max(most, len(line)-len(bytes.TrimLeft(line, " \t-?:")))
		for _, b := range line {
			switch b {
			case '[', '{':
				open++
			case ']', '}':
				open = max(open-1, 0)
			}
			most = max(most, open)
		}
	}
	return most
}

// strange returns the first node that is too deep or an alias, or nil.
func strange(n *yaml.Node, depth int) *yaml.Node {
	if n.Kind == yaml.AliasNode || depth > deepest {
		return n
	}
	for _, child := range n.Content {
		if s := strange(child, depth+1); s != nil {
			return s
		}
	}
	return nil
}

// problems returns the first lines of an error. They name files, lines and keys: they
// are of no language.
func problems(err error) string {
	lines := strings.SplitN(err.Error(), "\n", problemsTold+1)
	if len(lines) > problemsTold {
		lines[problemsTold] = "…"
	}
	return strings.Join(lines, "\n")
}

// policySheet tells a policy beside the one in force.
func policySheet(pol *decider, others *otherPolicies) func(string, web.OtherPolicy) (web.PolicySheet, error) {
	return func(lang string, x web.OtherPolicy) (web.PolicySheet, error) {
		other, err := others.of(x)
		if err != nil {
			return web.PolicySheet{}, err
		}
		s := web.PolicySheet{Version: string(other.Version()), InForce: string(pol.Version()), Actor: other.Actor(), Doctrine: other.Doctrine(),
			Actors: pol.Actors(), Doctrines: pol.Doctrines(), Files: policy.Files(), Demands: []web.Demand{}, Changes: []web.PolicyChange{}}
		now := pol.Demands()
		for _, d := range other.Demands() {
			w := web.Demand{Label: d.Label, Name: other.LabelName(lang, d.Label), Here: d.Hosting, Moves: true}
			for _, n := range now {
				if n.Label == d.Label {
					w.Now, w.Moves = n.Hosting, fmt.Sprint(n.Hosting) != fmt.Sprint(d.Hosting)
				}
			}
			s.Demands = append(s.Demands, w)
		}
		for _, c := range pol.Diff(other.Policy) {
			// The sheet says itself for whom it is, and what each label demands.
			if c.Path != "actor" && c.Path != "doctrine" && !strings.HasPrefix(c.Path, "demands.") {
				s.Changes = append(s.Changes, web.PolicyChange(c))
			}
		}
		return s, nil
	}
}

// simulatePages decides stored files again for the pages, by the engine of "policy
// simulate".
func (a *app) simulatePages(led *ledger.Ledger, v *verdicts, others *otherPolicies) func(context.Context, web.OtherPolicy, func(string) bool, func(web.Move)) error {
	verdict := func(x poterne.Assessment) web.Verdict { return web.Verdict{Level: x.Level, Class: x.Hosting.Class} }
	return func(ctx context.Context, x web.OtherPolicy, within func(string) bool, seen func(web.Move)) error {
		other, err := others.of(x)
		if err != nil {
			return err
		}
		for m, err := range a.simulate(ctx, led, v, other, within) {
			if err != nil {
				return err
			}
			seen(web.Move{ID: m.ID, Share: m.Share, Path: m.Path, Size: m.Size, Before: verdict(m.Assessment), After: verdict(m.After)})
		}
		return nil
	}
}
