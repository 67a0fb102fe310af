package main

import (
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
)

// A page of measures lists its errors as lines that start with errorStart, the
// identifier of the document and a second quote; its explanation follows after dash.
const (
	errorStart  = "- `"
	dash        = " — "
	unexplained = "non expliqué"
	idleStart   = "Expliqués, mais plus des erreurs : "
)

// readReasons reads what persons who looked at errors wrote of them, a line each: the
// identifier of the document, a tabulation, the reason. Lines that start with # say
// nothing.
func readReasons(file string) (map[string]string, error) {
	b, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	reasons := map[string]string{}
	for n, line := range strings.Split(string(b), "\n") {
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		id, reason, ok := strings.Cut(line, "\t")
		if !ok || reason == "" || reasons[id] != "" {
			return nil, fmt.Errorf("%s:%d: not one identifier, a tabulation and a reason, or a second one", file, n+1)
		}
		reasons[id] = reason
	}
	return reasons, nil
}

// explain returns a page with each of its errors explained, and says which are not,
// and which explanations belong to no error.
func explain(page string, reasons map[string]string) string {
	var out []string
	idle := maps.Clone(reasons)
	for _, line := range strings.Split(page, "\n") {
		if strings.HasPrefix(line, idleStart) {
			continue
		}
		rest, ok := strings.CutPrefix(line, errorStart)
		id, rest, quoted := strings.Cut(rest, "`")
		if !ok || !quoted {
			out = append(out, line)
			continue
		}
		what, _, _ := strings.Cut(rest, dash)
		reason := reasons[id]
		if reason == "" {
			reason = unexplained
		}
		delete(idle, id)
		out = append(out, errorStart+id+"`"+what+dash+reason)
	}
	text := strings.TrimRight(strings.Join(out, "\n"), "\n") + "\n"
	if len(idle) > 0 {
		text += "\n" + idleStart + strings.Join(slices.Sorted(maps.Keys(idle)), ", ") + "\n"
	}
	return text
}

// errorLine returns the line of an error of a document.
func errorLine(id, format string, args ...any) string {
	return errorStart + id + "` " + fmt.Sprintf(format, args...)
}

// explainFile explains the errors of a page in its file.
func explainFile(page, explained string) error {
	reasons, err := readReasons(explained)
	if err != nil {
		return err
	}
	b, err := os.ReadFile(page)
	if err != nil {
		return err
	}
	return os.WriteFile(page, []byte(explain(string(b), reasons)), 0o644)
}
