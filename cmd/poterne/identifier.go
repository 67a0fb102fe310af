package main

import (
	"bufio"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strconv"
	"strings"

	"poterne"
	"poterne/classifiers"
	"poterne/index"
	"poterne/ledger"
	"poterne/policy"
	"poterne/report"
)

// This file finds the documents that hold one person's identifier, by its keyed
// fingerprint (GDPR articles 15 and 17). The value comes in on a stream, never as an
// argument, and goes nowhere: not to an output, an error, a log or the audit trail.

// maxIdentifier bounds what is read as one identifier; the longest are some 50 bytes.
const maxIdentifier = 4096

// held is a document that holds an identifier, and by which rules.
type held struct {
	poterne.Record
	Rules []string
}

// identified is the answer to one identifier.
type identified struct {
	Rules     []string // rules that take the value; none means that it is no identifier
	Documents []held   // the worst first
	// Unread counts the documents that were not read whole, and Large those with more
	// values of these rules than are kept: it may stand in them too.
	Unread, Large int
}

// searcher answers questions; an index and a snapshot do.
type searcher interface {
	Search(context.Context, poterne.Query) (poterne.Page, error)
}

// identify finds the documents that hold value. Nothing of it is kept.
func identify(ctx context.Context, c *classifiers.Classifier, idx searcher, value string) (identified, error) {
	prints, err := c.Fingerprints(ctx, strings.TrimSpace(value))
	if err != nil {
		return identified{}, err
	}
	out := identified{Rules: slices.Sorted(maps.Keys(prints))}
	at := map[poterne.ID]int{}
	for _, rule := range out.Rules {
		// The rule too: a fingerprint is of a value and its rule.
		q := poterne.Query{Clauses: []poterne.Clause{{Field: "print", Op: poterne.Is, Values: []string{string(prints[rule])}}}, Size: 1000}
		for r, err := range everyAnswer(ctx, idx, q) {
			if err != nil {
				return identified{}, err
			}
			i, known := at[r.ID]
			if !known {
				i = len(out.Documents)
				at[r.ID] = i
				out.Documents = append(out.Documents, held{Record: r})
			}
			out.Documents[i].Rules = append(out.Documents[i].Rules, rule)
		}
	}
	slices.SortStableFunc(out.Documents, func(a, b held) int {
		if a.Assessment.Level != b.Assessment.Level {
			return int(b.Assessment.Level) - int(a.Assessment.Level)
		}
		return int(b.Assessment.Hosting.Class) - int(a.Assessment.Hosting.Class)
	})
	if len(out.Rules) == 0 {
		return out, nil
	}
	if out.Unread, err = countOf(ctx, idx, poterne.Clause{Field: "failure", Op: poterne.Exists}); err != nil {
		return identified{}, err
	}
	out.Large, err = countOf(ctx, idx, poterne.Clause{Field: "rule", Op: poterne.Is, Values: out.Rules},
		poterne.Clause{Field: "distinct", Op: poterne.More, Values: []string{strconv.Itoa(classifiers.MaxPrints)}})
	return out, err
}

// everyAnswer yields all answers of a query, page after page.
func everyAnswer(ctx context.Context, idx searcher, q poterne.Query) func(func(poterne.Record, error) bool) {
	return func(yield func(poterne.Record, error) bool) {
		for {
			page, err := idx.Search(ctx, q)
			if err != nil {
				yield(poterne.Record{}, err)
				return
			}
			for _, r := range page.Hits {
				if !yield(r, nil) {
					return
				}
			}
			if page.Next == "" {
				return
			}
			q.After = page.Next
		}
	}
}

func countOf(ctx context.Context, idx searcher, clauses ...poterne.Clause) (int, error) {
	page, err := idx.Search(ctx, poterne.Query{Clauses: clauses})
	return int(page.Total), err
}

// auditIdentifier says who looked for an identifier: by which rules, and how many
// documents hold it; neither the value nor its fingerprint.
func auditIdentifier(ctx context.Context, led *ledger.Ledger, account string, found identified) error {
	return led.Append(ctx, ledger.Entry{Actor: account, Verb: "search-identifier", Detail: ledger.Detail{
		"rules": strings.Join(found.Rules, " "), "documents": strconv.Itoa(len(found.Documents)),
	}})
}

// asked is one identifier and what its owner calls the request.
type asked struct{ ref, value string }

// searchIdentifiers answers --identifier - or --identifiers FILE.
func (a *app) searchIdentifiers(ctx context.Context, list []asked) error {
	v, err := a.openVerdicts(roomOptions{})
	if err != nil {
		return err
	}
	idx, err := a.openSnapshot()
	if err != nil {
		return err
	}
	defer idx.Close()
	led, err := a.openDecisions(ctx)
	if err != nil {
		return err
	}
	defer led.Close()
	voice := a.voice(v.policy)
	refused := 0
	err = a.write(func(w io.Writer) error {
		for _, one := range list {
			found, err := identify(ctx, v.classifier, idx, one.value)
			if err != nil {
				return err
			}
			if len(found.Rules) == 0 {
				refused++
				if len(list) > 1 {
					a.note("%s : aucune règle ne prend cette valeur", "%s: no rule takes this value", report.Inert(one.ref))
					if err := a.refusedTo(w, one.ref); err != nil {
						return err
					}
				}
				continue
			}
			// Before anything is shown.
			if err := auditIdentifier(ctx, led, a.actor(), found); err != nil {
				return err
			}
			if err := a.identifiedTo(w, voice, one.ref, found); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	if refused > 0 {
		// Not looked for is not "nothing is held".
		return fail(exitFailure, "poterne rules list", a.say("aucune règle ne prend %d des %d valeurs", "no rule takes %d of the %d values"), refused, len(list))
	}
	return nil
}

// refusedTo writes that one value of a batch could not be looked for.
func (a *app) refusedTo(w io.Writer, ref string) error {
	if a.format != "json" && a.format != "jsonl" {
		return nil
	}
	return report.NewJSONLines(w).Write(map[string]any{"schema": report.Schema, "type": "summary", "ref": ref, "rules": []string{}, "refused": true})
}

// identifiedTo writes one answer, as text or JSON Lines.
func (a *app) identifiedTo(w io.Writer, v report.Voice, ref string, found identified) error {
	if a.format == "json" || a.format == "jsonl" {
		lines := report.NewJSONLines(w)
		for _, d := range found.Documents {
			line := map[string]any{
				"schema": report.Schema, "type": "identified", "ref": ref, "id": d.ID, "share": d.Share, "path": report.Valid(d.Full()), "rules": d.Rules,
				"level": d.Assessment.Level.Number(), "class": d.Assessment.Hosting.Class.String(), "owner": d.Owner, "exposure": d.Exposure.String(),
			}
			if err := lines.Write(line); err != nil {
				return err
			}
		}
		return lines.Write(map[string]any{
			"schema": report.Schema, "type": "summary", "ref": ref, "rules": found.Rules, "total": len(found.Documents), "unread": found.Unread, "large": found.Large,
		})
	}
	if ref != "" {
		fmt.Fprintf(w, "%s · ", report.Inert(ref))
	}
	fmt.Fprintf(w, a.say("%s · cherché comme %s\n", "%s · looked for as %s\n"), v.Documents(len(found.Documents)), strings.Join(found.Rules, ", "))
	for _, d := range found.Documents {
		fmt.Fprintf(w, "%-4s N%s  %s  (%s)\n", d.Assessment.Hosting.Class, d.Assessment.Level, report.Inert(d.Share+"/"+d.Full()), strings.Join(d.Rules, ", "))
	}
	if found.Unread > 0 {
		a.note("lecture incomplète ou impossible : %s ; l'identifiant peut s'y trouver (poterne search 'failure:*')", "not read, or not whole: %s; it may stand there (poterne search 'failure:*')", v.Documents(found.Unread))
	}
	if found.Large > 0 {
		a.note("trop de valeurs pour que toutes soient retrouvées : %s", "too many values for all to be found: %s", v.Documents(found.Large))
	}
	return nil
}

// oneIdentifier reads the first line of standard input.
func (a *app) oneIdentifier() ([]asked, error) {
	line, err := bufio.NewReader(io.LimitReader(a.stdin, maxIdentifier)).ReadString('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("standard input: %w", err)
	}
	if strings.TrimSpace(line) == "" {
		return nil, fail(exitUsage, "poterne search --identifier - < FICHIER", "%s", a.say("rien sur l'entrée standard", "nothing on standard input"))
	}
	return []asked{{value: line}}, nil
}

// identifiersIn reads a table whose first column is an identifier and whose second,
// where there is one, names the request. The separator is that of its first line.
func (a *app) identifiersIn(path string) ([]asked, error) {
	table, err := a.readTable(path)
	if err != nil {
		return nil, err
	}
	var out []asked
	for i, row := range table {
		one := asked{ref: a.say("ligne ", "line ") + strconv.Itoa(i+1), value: row[0]}
		if len(row) > 1 && row[1] != "" {
			one.ref = row[1]
		}
		if strings.TrimSpace(one.value) != "" {
			out = append(out, one)
		}
	}
	if len(out) == 0 {
		return nil, fail(exitUsage, "", a.say("%s : aucun identifiant", "%s: no identifier"), report.Inert(path))
	}
	return out, nil
}

// readTable reads a file of comma- or semicolon-separated values.
func (a *app) readTable(path string) ([][]string, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, fail(exitUsage, "", "%w", err)
	}
	text := strings.TrimPrefix(string(data), "\ufeff")
	r := csv.NewReader(strings.NewReader(text))
	r.FieldsPerRecord = -1
	first, _, _ := strings.Cut(text, "\n")
	if strings.Count(first, ";") > strings.Count(first, ",") {
		r.Comma = ';'
	}
	table, err := r.ReadAll()
	var bad *csv.ParseError
	if errors.As(err, &bad) {
		// The error itself may hold text of the line.
		return nil, fail(exitUsage, "", a.say("%s:%d : ce n'est pas une ligne de valeurs séparées", "%s:%d: not a line of separated values"), report.Inert(path), bad.Line)
	}
	return table, err
}

// searchBatch answers the queries of a table: its first column names them, its
// second holds them.
func (a *app) searchBatch(ctx context.Context, path string) error {
	table, err := a.readTable(path)
	if err != nil {
		return err
	}
	type named struct {
		name  string
		query poterne.Query
	}
	var list []named
	var problems []string
	for i, row := range table {
		if len(row) < 2 {
			problems = append(problems, fmt.Sprintf("%s:%d: %s", path, i+1, a.say("deux colonnes : nom, question", "two columns: name, query")))
			continue
		}
		q, err := index.Parse(row[1])
		if err != nil {
			problems = append(problems, fmt.Sprintf("%s:%d: %v", path, i+1, err))
			continue
		}
		list = append(list, named{row[0], q})
	}
	if len(problems) > 0 {
		return fail(exitUsage, "poterne search --help", "%s", strings.Join(problems, "\n"))
	}
	idx, err := a.openSnapshot()
	if err != nil {
		return err
	}
	defer idx.Close()
	pol, err := policy.New(policy.Options{})
	if err != nil {
		return err
	}
	voice := a.voice(&decider{pol})
	return a.write(func(w io.Writer) error {
		lines := report.NewJSONLines(w)
		for _, one := range list {
			if a.format != "json" && a.format != "jsonl" {
				total, err := countOf(ctx, idx, one.query.Clauses...)
				if err != nil {
					return err
				}
				if _, err := fmt.Fprintf(w, "%9s  %s\n", voice.Number(total), report.Inert(one.name)); err != nil {
					return err
				}
				continue
			}
			n := 0
			one.query.Size = 1000
			for r, err := range everyAnswer(ctx, idx, one.query) {
				if err != nil {
					return err
				}
				n++
				if err := lines.Write(map[string]any{"schema": report.Schema, "type": "answer", "name": one.name, "document": voice.Line(r)}); err != nil {
					return err
				}
			}
			if err := lines.Write(map[string]any{"schema": report.Schema, "type": "summary", "name": one.name, "total": n}); err != nil {
				return err
			}
		}
		return nil
	})
}
