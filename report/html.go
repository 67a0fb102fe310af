package report

import (
	_ "embed"
	"fmt"
	"html/template"
	"io"
	"slices"
	"time"

	"poterne"
)

//go:embed page.html
var pageSource string

var pageTemplate = template.Must(template.New("page").Parse(pageSource))

// Page is a self-contained HTML report: no script, nothing fetched, readable with
// a keyboard, a screen reader or on paper.
type Page struct {
	Voice
	Title, Actor, Doctrine, Version string
	At                              time.Time
	Stamp                           poterne.Stamp
}

type pageRow struct {
	Class, Name, Notes, Files, Size string
	Percent                         int64
}

type pageDocument struct {
	Class, Level, Name string
	Flags, Why, Down   []string
	Open               bool
}

type pageUnread struct {
	Cause, Number string
	Names         []string
}

// unreadListed bounds the names a page lists for one cause; the CSV has them all.
const unreadListed = 500

// Write writes the report on o.
func (p Page) Write(w io.Writer, o *Overview) error {
	p.Title = Inert(p.Title)
	data := struct {
		Page
		Date          string
		Rules, Policy poterne.Version
		Classified    bool
		Rows          []pageRow
		Unread        []pageUnread
		Worst         []pageDocument
	}{Page: p, Date: p.At.UTC().Format("2006-01-02 15:04 UTC"), Rules: p.Stamp.Rules, Policy: p.Stamp.Policy}
	for _, c := range slices.Backward(poterne.Classes()) {
		row := o.Rows[c]
		if row == nil {
			continue
		}
		data.Classified = data.Classified || c == poterne.H5
		data.Rows = append(data.Rows, pageRow{
			Class: c.String(), Name: p.Class(c), Notes: p.flagNotes(row), Files: p.Number(row.Files),
			Size: p.Bytes(row.Bytes), Percent: row.Bytes * 100 / max(o.Bytes, 1),
		})
	}
	for _, k := range poterne.Kinds() {
		rs := o.Unread[k]
		if len(rs) == 0 {
			continue
		}
		u := pageUnread{Cause: p.Kind(k), Number: p.Number(len(rs))}
		for _, r := range rs[:min(len(rs), unreadListed)] {
			u.Names = append(u.Names, Inert(r.Share+"/"+r.Full()))
		}
		if more := len(rs) - len(u.Names); more > 0 {
			u.Names = append(u.Names, fmt.Sprintf(p.pick("et %s autres", "and %s more"), p.Number(more)))
		}
		data.Unread = append(data.Unread, u)
	}
	for _, r := range o.Worst {
		a := r.Assessment
		data.Worst = append(data.Worst, pageDocument{
			Class: a.Hosting.Class.String(), Level: a.Level.String(), Name: Inert(r.Share + "/" + r.Full()), Flags: texts(a.Hosting.Flags),
			Why: p.sentences(a.Reasons), Down: p.sentences(a.Counterfactual), Open: r.Exposure == poterne.ExposureEveryone,
		})
	}
	return pageTemplate.Execute(w, data)
}

// T picks the French or the English text of the page.
func (p Page) T(fr, en string) string { return p.pick(fr, en) }
