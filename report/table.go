package report

import (
	"encoding/csv"
	"fmt"
	"io"
	"iter"
	"strconv"
	"strings"
	"unicode/utf8"

	"poterne"
)

// csvHeader names the columns; they are stable and never translated.
var csvHeader = []string{"share", "path", "member", "format", "size", "modified", "owner", "exposure", "level", "class", "flags",
	"categories", "rules", "confirm", "failure", "reason", "counterfactual", "doctrine", "actor", "id"}

// CSV writes records as comma-separated values in UTF-8 with a mark, which makes
// spreadsheets read the accents. No cell can be taken for a formula.
func (v Voice) CSV(w io.Writer, records iter.Seq2[poterne.Record, error]) error {
	if _, err := io.WriteString(w, "\ufeff"); err != nil {
		return err
	}
	out := csv.NewWriter(w)
	if err := out.Write(csvHeader); err != nil {
		return err
	}
	for r, err := range records {
		if err != nil {
			return err
		}
		if err := out.Write(v.csvRow(r)); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}

func (v Voice) csvRow(r poterne.Record) []string {
	row := make([]string, len(csvHeader))
	for i, cell := range v.cells(r) {
		row[i] = literal(fmt.Sprint(cell))
	}
	return row
}

// cells returns the row of r under csvHeader.
func (v Voice) cells(r poterne.Record) []any {
	a := r.Assessment
	var rules []string
	for _, f := range r.Findings {
		name := f.Rule
		if f.Mark != "" {
			name += ":" + f.Mark
		}
		rules = append(rules, fmt.Sprintf("%s=%d", name, f.Distinct))
	}
	failure := ""
	if r.Failure != nil {
		failure = string(r.Failure.Kind)
	}
	return []any{
		r.Share, Inert(r.Path), Inert(r.Member), r.Format, r.Size, stamp(r.ModTime), Inert(r.Owner), r.Exposure.String(),
		a.Level.Number(), a.Hosting.Class.String(), strings.Join(texts(a.Hosting.Flags), " "), strings.Join(a.Categories, " "),
		strings.Join(rules, " "), a.Confirm, failure, strings.Join(v.sentences(a.Reasons), " ; "),
		strings.Join(v.sentences(a.Counterfactual), " ; "), a.Doctrine, a.Actor, string(r.ID),
	}
}

// literal keeps a spreadsheet from taking a cell for a formula (OWASP, CSV
// injection; some take the full-width signs too). A negative number stays a number.
func literal(cell string) string {
	if first, _ := utf8.DecodeRuneInString(cell); cell == "" || !strings.ContainsRune("=+-@\t\r＝＋－＠", first) {
		return cell
	}
	if _, err := strconv.ParseFloat(cell, 64); err == nil {
		return cell
	}
	return "'" + cell
}

// CSVRow writes one row of comma-separated values, in which no cell can be taken for a
// formula.
func CSVRow(w io.Writer, cells ...string) error {
	row := make([]string, len(cells))
	for i, cell := range cells {
		row[i] = literal(cell)
	}
	out := csv.NewWriter(w)
	if err := out.Write(row); err != nil {
		return err
	}
	out.Flush()
	return out.Error()
}

// Table writes records as aligned lines, for a terminal.
func (v Voice) Table(w io.Writer, records []poterne.Record) error {
	for _, r := range records {
		a := r.Assessment
		flags := ""
		if len(a.Hosting.Flags) > 0 {
			flags = " +" + strings.Join(texts(a.Hosting.Flags), "+")
		}
		why := ""
		switch {
		case len(a.Reasons) > 0:
			why = v.Sentence(a.Reasons[0])
		case r.Failure != nil:
			why = v.Kind(r.Failure.Kind)
		}
		if _, err := fmt.Fprintf(w, "%s%-8s N%s  %s  %s\n", a.Hosting.Class, flags, a.Level, Inert(r.Share+"/"+r.Full()), why); err != nil {
			return err
		}
	}
	return nil
}
