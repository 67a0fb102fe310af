// Package policy turns findings into a level and a hosting class, for one actor
// under one dated doctrine, and says why in sentences that a lawyer can follow.
//
// [Policy.Decide] is the verdict, [Policy.Join] that of a container,
// [Policy.Sentence] puts its reasons into words, and [Policy.Admits] says whether
// a destination of a [Catalogue] may hold it. Rules, thresholds, legal bases,
// words and destinations are the YAML files of this folder; a verdict is always a
// presumption (doctrine A.0).
package policy

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"poterne"
)

// Options choose a policy. The zero value is the State under the law in force.
type Options struct {
	Actor    string // "" is "etat"; see [Policy.Actors]
	Doctrine string // "" is "sren"; see [Policy.Doctrines]
	// Dir holds files of the same names as ours that add entries or replace those
	// of the same name; "" for none.
	Dir string
	// Files are files that lie nowhere, by name, in the place of Dir; nil for none.
	Files map[string][]byte `json:"-"`
	// Floor is the class, by share, below which a document that could not be read
	// whole never falls. Other shares have the floor of the actor.
	Floor map[string]poterne.Class
	// Published lists the shares whose documents are public already: what they say
	// is capped at level 1, but for identifiers of persons, secrets and markings.
	Published []string
}

// Policy decides. Any number of goroutines may use one.
type Policy struct {
	data      *data
	words     map[string]*words
	actor     string
	doctrine  string
	bound     bool // the doctrine binds the actor
	rows      map[string]*row
	floors    map[string]poterne.Class
	published map[string]bool
	version   poterne.Version
}

// row is what a label demands of the actor under the doctrine.
type row struct {
	name        string
	class       poterne.Class
	flags       flags
	legal       []string
	doctrine    []string // texts to cite beside legal, nil where the doctrine is not the reason
	recommended poterne.Class
}

// New returns the policy of o, or an error that joins every problem of its files
// and options, one a line, as "file:line:col: what".
func New(o Options) (*Policy, error) {
	if o.Actor == "" {
		o.Actor = "etat"
	}
	if o.Doctrine == "" {
		o.Doctrine = "sren"
	}
	d, tongues, err := load(o)
	if err != nil {
		return nil, err
	}
	var errs []error
	a, ok := d.Actors[o.Actor]
	if !ok {
		errs = append(errs, fmt.Errorf("actor %q is not one of %s%s", o.Actor, strings.Join(sorted(d.Actors), ", "), didYouMean(o.Actor, sorted(d.Actors))))
	}
	doc, ok := d.Doctrines[o.Doctrine]
	if !ok {
		errs = append(errs, fmt.Errorf("doctrine %q is not one of %s", o.Doctrine, strings.Join(sorted(d.Doctrines), ", ")))
	}
	for _, share := range sorted(o.Floor) {
		if o.Floor[share] < poterne.H1 {
			errs = append(errs, fmt.Errorf("floor of share %q: %s is no floor for what could not be read", share, o.Floor[share]))
		}
	}
	if len(errs) > 0 {
		return nil, errors.Join(errs...)
	}

	o.Dir = "" // where the files lie does not change what they say
	o.Published = slices.Sorted(slices.Values(o.Published))
	canonical, err := d.canonical(o)
	if err != nil {
		return nil, fmt.Errorf("hash policy: %w", err)
	}
	sum := sha256.Sum256(canonical)
	p := &Policy{
		data: d, words: tongues, actor: o.Actor, doctrine: o.Doctrine,
		bound:     slices.Contains(doc.Binds, o.Actor),
		rows:      make(map[string]*row, len(d.Labels)),
		floors:    maps.Clone(o.Floor),
		published: map[string]bool{},
		version:   poterne.Version(d.Version + "+" + hex.EncodeToString(sum[:6])),
	}
	for _, share := range o.Published {
		p.published[share] = true
	}
	for name, l := range d.Labels {
		r := &row{name: name, class: l.Hosting[o.Actor].class, flags: l.Hosting[o.Actor].flags, legal: shown(l.Legal)}
		raised := p.bound && doc.Raise[name] > r.class
		if raised {
			r.class = doc.Raise[name]
		}
		if p.bound && (l.Presumption || raised) {
			r.doctrine = shown(doc.Legal)
		}
		if !p.bound && l.Recommended > r.class {
			r.recommended = l.Recommended
		}
		p.rows[name] = r
	}
	if a.Health != "" {
		for name, c := range d.Categories {
			if c.Care != "" {
				c.Label = a.Health
				d.Categories[name] = c
			}
		}
	}
	for name, c := range d.Categories {
		c.Legal = shown(c.Legal)
		d.Categories[name] = c
	}
	for name, m := range d.Markings {
		m.Legal = shown(m.Legal)
		d.Markings[name] = m
	}
	for name, id := range d.Identifiers {
		id.Legal = shown(id.Legal)
		d.Identifiers[name] = id
	}
	return p, nil
}

// Version returns the declared version and a hash of the canonical form of the
// rules, the actor, the doctrine and the floors. Words are not part of it.
func (p *Policy) Version() poterne.Version { return p.version }

// Actor returns the actor that p decides for.
func (p *Policy) Actor() string { return p.actor }

// Doctrine returns the doctrine that p decides under.
func (p *Policy) Doctrine() string { return p.doctrine }

// Actors lists the actors that a policy may be for.
func (p *Policy) Actors() []string { return sorted(p.data.Actors) }

// Doctrines lists the doctrines that a policy may be under, oldest first.
func (p *Policy) Doctrines() []string {
	names := sorted(p.data.Doctrines)
	slices.SortStableFunc(names, func(a, b string) int {
		return p.data.Doctrines[a].Date.Compare(p.data.Doctrines[b].Date)
	})
	return names
}

// DoctrineDate returns the date of a doctrine, the zero time where p has no such.
func (p *Policy) DoctrineDate(name string) time.Time { return p.data.Doctrines[name].Date }

// Floor returns the class below which what could not be read on share never falls.
func (p *Policy) Floor(share string) poterne.Class {
	if c, ok := p.floors[share]; ok {
		return c
	}
	return p.data.Actors[p.actor].Floor
}

// Row is one line of the decision table, as a policy applies it.
type Row struct {
	Label    string
	Hosting  poterne.Hosting
	Legal    []string // with "[à vérifier]" where the wording was not read again at the source
	Doctrine []string // texts that ask for it, nil where the doctrine is not the reason
}

// Table returns the decision table of p, the most demanding rows first.
func (p *Policy) Table() []Row {
	out := make([]Row, 0, len(p.rows))
	for _, name := range sorted(p.rows) {
		r := p.rows[name]
		out = append(out, Row{
			Label: name, Hosting: poterne.Hosting{Class: r.class, Flags: r.flags.list()},
			Legal: slices.Clone(p.data.Labels[name].Legal), Doctrine: slices.Clone(r.doctrine),
		})
	}
	slices.SortStableFunc(out, func(a, b Row) int { return int(b.Hosting.Class) - int(a.Hosting.Class) })
	return out
}

// LabelName names a row of the table.
func (p *Policy) LabelName(lang, label string) string { return name(p.tongue(lang).Labels, label) }
