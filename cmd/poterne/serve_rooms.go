package main

import (
	"context"
	"encoding/csv"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"poterne"
	"poterne/classifiers"
	"poterne/ledger"
	"poterne/policy"
	"poterne/report"
	"poterne/web"
)

// ruleBook writes the rules in force as the pages show them.
func ruleBook(rules *classifiers.Rules, lang string) web.RuleBook {
	book := web.RuleBook{Version: string(rules.Version()), Rules: []web.Rule{}}
	add := func(r web.Rule) {
		for _, list := range []*[]string{&r.Legal, &r.Forms, &r.Words, &r.Against, &r.Match, &r.Reject} {
			if *list == nil {
				*list = []string{} // JSON has lists, never null
			}
		}
		book.Rules = append(book.Rules, r)
	}
	for _, r := range rules.List() {
		forms := r.Shapes
		if r.Regexp != "" {
			forms = append(slices.Clip(forms), r.Regexp)
		}
		add(web.Rule{ID: r.ID, Kind: "identifier", Name: r.Names[lang], Category: r.Category, Level: r.Severity, Legal: r.Legal, Source: r.Source,
			Forms: forms, Check: r.Check, Context: r.Context, Words: r.Words, Against: r.Not, Match: r.Match, Reject: r.Reject})
	}
	for _, m := range rules.Markings() {
		add(web.Rule{ID: "marquage-" + m.ID, Kind: "marking", Name: m.Names[lang], Category: poterne.CategoryMarking, Level: m.Severity, Legal: m.Legal, Source: m.Note,
			Forms: append(slices.Clip(m.Variants), m.Sigles...), Match: m.Match, Reject: m.Reject})
	}
	for _, x := range rules.Lexicons() {
		var terms []string
		for weight := 8; weight > 0; weight-- {
			for _, t := range x.Terms[weight] {
				terms = append(terms, fmt.Sprintf("%s (%d)", t, weight))
			}
		}
		add(web.Rule{ID: x.ID, Kind: "vocabulary", Name: x.Names[lang], Category: x.ID, Level: x.Severity, Legal: x.Legal,
			Forms: terms, Match: x.Match, Reject: x.Reject})
	}
	return book
}

// try judges a text as a document that is stored nowhere.
func (v *verdicts) try(ctx context.Context, text string) (poterne.Record, error) {
	part := &poterne.Part{Format: "txt", Size: int64(len(text))}
	r := poterne.Record{Document: poterne.Document{Path: "-", Size: part.Size}, Format: part.Format}
	segments := func(yield func(poterne.Segment, error) bool) {
		n := 0
		for line := range strings.Lines(text) {
			n++
			if !yield(poterne.Segment{Part: part, Body: strings.TrimRight(line, "\r\n"), Place: poterne.Place{Row: n}}, nil) {
				return
			}
		}
	}
	var err error
	if r.Findings, err = v.classifier.Classify(ctx, r.Document, segments); err != nil {
		return poterne.Record{}, err
	}
	r.Assessment = v.policy.Decide(r.Document, r.Findings, nil)
	return r, nil
}

// catalogued writes the catalogue of destinations as the pages show it.
func catalogued(c *policy.Catalogue, p *decider, lang string) []web.Destination {
	a := &app{lang: lang}
	expires := map[string][]string{}
	for _, e := range c.Expiring(time.Now()) {
		expires[e.Name] = append(expires[e.Name], p.Sentence(lang, e.Reason()))
	}
	var out []web.Destination
	for _, d := range c.List() {
		w := web.Destination{Name: d.Name, Service: d.Service, Sources: append([]string{}, d.Source...), Expires: append([]string{}, expires[d.Name]...)}
		fact := func(fr, en, value string) {
			if value != "" {
				w.Facts = append(w.Facts, web.Fact{Name: a.say(fr, en), Value: value})
			}
		}
		fact("nature", "nature", string(d.Nature))
		fact("nationalité", "nationality", d.Nationality)
		fact("localisation", "location", d.Location)
		fact("SecNumCloud", "SecNumCloud", a.visa(d.SecNumCloud))
		fact("immunité au droit étranger", "immunity from foreign law", a.answer(d.Immunity))
		fact("HDS", "HDS", a.visa(d.HDS))
		fact("Diffusion Restreinte", "Diffusion Restreinte", a.answer(d.DR))
		out = append(out, w)
	}
	return out
}

func (a *app) answer(x policy.Answer) string {
	switch x {
	case policy.Yes:
		return a.say("oui", "yes")
	case policy.No:
		return a.say("non", "no")
	}
	return a.say("inconnu", "unknown")
}

func (a *app) visa(v policy.Visa) string {
	parts := []string{a.answer(v.State)}
	for _, s := range []string{v.Version, v.Perimeter, v.Note} {
		if s != "" {
			parts = append(parts, s)
		}
	}
	if end := v.Ends(); !end.IsZero() {
		parts = append(parts, a.say("jusqu'au ", "until ")+end.Format(time.DateOnly))
	}
	return strings.Join(parts, ", ")
}

// admits says whether a destination may hold what asks for a hosting.
func admits(c *policy.Catalogue, p *decider) func(string, poterne.Hosting) (string, []poterne.Reason, error) {
	return func(name string, h poterne.Hosting) (string, []poterne.Reason, error) {
		d, err := c.Find(name)
		if err != nil {
			return "", nil, fmt.Errorf("%w: %w", web.ErrNotFound, err)
		}
		v := p.Admits(d, poterne.Assessment{Hosting: h}, time.Now())
		return map[policy.Answer]string{policy.Yes: "yes", policy.No: "no"}[v.Allowed], v.Reasons, nil
	}
}

// exportFormats are those of the pages, the one of spreadsheets first.
var exportFormats = []string{"csv", "xlsx", "html", "json"}

// exportPage writes records as a file that says who took it, in its name and, but for
// the workbook, in itself.
func exportPage(p *decider) func(io.Writer, string, web.Export) error {
	return func(w io.Writer, lang string, x web.Export) error {
		a := &app{lang: lang}
		v := a.voice(p)
		switch x.Format {
		case "csv":
			if err := v.CSV(w, x.Records); err != nil {
				return err
			}
			return watermarkRow(w, x.Watermark)
		case "xlsx":
			return v.Workbook(w, x.Records) // its name says who took it
		case "html":
			overview, err := report.Summarize(x.Records)
			if err != nil {
				return err
			}
			title := strings.TrimPrefix(x.Title+" · "+x.Watermark, " · ")
			return report.Page{Voice: v, Title: title, Actor: p.ActorName(lang, p.Actor()), Doctrine: p.DoctrineName(lang, p.Doctrine()),
				Version: programVersion(), At: time.Now(), Stamp: poterne.Stamp{Policy: p.Version()}}.Write(w, overview)
		}
		lines := report.NewJSONLines(w)
		for r, err := range x.Records {
			if err != nil {
				return err
			}
			if err := lines.Write(v.Line(r)); err != nil {
				return err
			}
		}
		return lines.Write(map[string]any{"schema": report.Schema, "type": "export", "watermark": x.Watermark})
	}
}

// watermarkRow ends a file of comma-separated values with who took it.
func watermarkRow(w io.Writer, text string) error {
	last := csv.NewWriter(w)
	last.Write([]string{report.Inert(text)})
	last.Flush()
	return last.Error()
}

// trail reads the audit from its end.
type trail struct {
	ledger *ledger.Ledger
	last   chan int64 // number of the last entry that was seen; holds one value
}

func newTrail(l *ledger.Ledger) *trail {
	t := &trail{ledger: l, last: make(chan int64, 1)}
	t.last <- 0
	return t
}

// trailWindow is how many entries are read at once, from the end backwards.
const trailWindow = 1000

// lines returns entries before a number, the newest first.
func (t *trail) lines(ctx context.Context, before int64, limit int, verb, actor string) ([]web.TrailLine, error) {
	last, err := t.end(ctx)
	if err != nil {
		return nil, err
	}
	if before <= 0 || before > last+1 {
		before = last + 1
	}
	var out []web.TrailLine
	for high := before; high > 1 && len(out) < limit; {
		low := max(0, high-1-trailWindow)
		var window []web.TrailLine
		for e, err := range t.ledger.Audit(ctx, low) {
			if err != nil {
				return nil, err
			}
			if e.N >= high {
				break
			}
			if (verb == "" || e.Verb == verb) && (actor == "" || strings.TrimPrefix(e.Actor, "web:") == strings.TrimPrefix(actor, "web:")) {
				window = append(window, web.TrailLine{N: e.N, At: e.At, Actor: e.Actor, Verb: e.Verb, Subject: e.Subject, Detail: e.Detail})
			}
		}
		slices.Reverse(window)
		out = append(out, window...)
		high = low + 1
	}
	return out[:min(len(out), limit)], nil
}

// end returns the number of the last entry: all are read once, then new ones only.
func (t *trail) end(ctx context.Context) (int64, error) {
	last := <-t.last
	defer func() { t.last <- last }()
	for e, err := range t.ledger.Audit(ctx, last) {
		if err != nil {
			return 0, err
		}
		last = e.N
	}
	return last, nil
}
