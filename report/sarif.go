package report

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"iter"
	"maps"
	"net/url"
	"slices"
	"strings"

	"poterne"
)

type sarifResult struct {
	RuleID     string            `json:"ruleId"`
	Level      string            `json:"level"`
	Message    sarifText         `json:"message"`
	Locations  []sarifLocation   `json:"locations"`
	Prints     map[string]string `json:"partialFingerprints"`
	Properties map[string]any    `json:"properties"`
}

type sarifText struct {
	Text string `json:"text"`
}

type sarifLocation struct {
	Physical struct {
		Artifact struct {
			URI  string `json:"uri"`
			Base string `json:"uriBaseId"`
		} `json:"artifactLocation"`
	} `json:"physicalLocation"`
}

type sarifRule struct {
	ID          string    `json:"id"`
	Description sarifText `json:"shortDescription"`
}

// SARIF writes the findings of records in the Static Analysis Results Interchange
// Format 2.1.0 (OASIS), for tools that gather results. It holds no value; results
// are written as they come, rules at the end.
func (v Voice) SARIF(out io.Writer, version string, records iter.Seq2[poterne.Record, error]) error {
	w := bufio.NewWriter(out)
	fmt.Fprint(w, `{"$schema":"https://json.schemastore.org/sarif-2.1.0.json","version":"2.1.0","runs":[{"columnKind":"unicodeCodePoints","results":[`)
	rules, first := map[string]bool{}, true
	for r, err := range records {
		if err != nil {
			return err
		}
		for _, result := range v.results(r) {
			rules[result.RuleID] = true
			b, err := json.Marshal(result)
			if err != nil {
				return err
			}
			if !first {
				w.WriteByte(',')
			}
			first = false
			w.WriteByte('\n')
			w.Write(b)
		}
	}
	list := []sarifRule{}
	for _, id := range slices.Sorted(maps.Keys(rules)) {
		list = append(list, sarifRule{ID: id, Description: sarifText{v.ruleText(id)}})
	}
	driver, err := json.Marshal(map[string]any{"name": "Poterne", "version": version, "rules": list})
	if err != nil {
		return err
	}
	fmt.Fprintf(w, "\n],\"tool\":{\"driver\":%s}}]}\n", driver)
	return w.Flush()
}

// ruleText says what a rule is about: of a failure, its cause.
func (v Voice) ruleText(id string) string {
	if kind, ok := strings.CutPrefix(id, "failure/"); ok {
		return v.Kind(poterne.Kind(kind))
	}
	return v.Rule(id)
}

// results returns one result for each finding of r, and one where it was not read.
func (v Voice) results(r poterne.Record) []sarifResult {
	var all []sarifResult
	add := func(rule, level, text, print string) {
		s := sarifResult{RuleID: rule, Level: level, Message: sarifText{text}, Locations: make([]sarifLocation, 1)}
		a := &s.Locations[0].Physical.Artifact
		a.Base, a.URI = r.Share, (&url.URL{Path: Valid(r.Full())}).EscapedPath()
		s.Prints = map[string]string{"poterne/1": string(r.ID) + "/" + print}
		s.Properties = map[string]any{
			"share": r.Share, "level": r.Assessment.Level.Number(), "class": r.Assessment.Hosting.Class.String(), "flags": texts(r.Assessment.Hosting.Flags), "exposure": r.Exposure.String(),
		}
		all = append(all, s)
	}
	for _, f := range r.Findings {
		if !f.Counts() {
			continue
		}
		where := ""
		if len(f.Spots) > 0 {
			where = " · " + v.Where(r.Format, f.Spots[0].Place)
		}
		name := v.Rule(f.Rule)
		if f.Mark != "" {
			name += " " + strings.Join(shown(r, f), ", ")
		}
		add(f.Rule, sarifLevel(r.Assessment.Level), fmt.Sprintf("%s%s · %s · %s", name, where,
			v.plural(f.Distinct, "valeur distincte", "valeurs distinctes", "distinct value", "distinct values"), v.Class(r.Assessment.Hosting.Class)), f.Rule+"/"+f.Mark)
	}
	if r.Failure != nil {
		add("failure/"+string(r.Failure.Kind), "warning", v.pick("non lu, ou pas en entier : ", "not read, or not whole: ")+v.Kind(r.Failure.Kind), string(r.Failure.Kind))
	}
	return all
}

// sarifLevel maps the level of a document to the levels of the format.
func sarifLevel(l poterne.Level) string {
	switch {
	case l >= poterne.Sensitive:
		return "error"
	case l == poterne.Personal:
		return "warning"
	}
	return "note"
}
