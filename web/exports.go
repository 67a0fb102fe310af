package web

import (
	"cmp"
	"fmt"
	"io"
	"iter"
	"net/http"
	"slices"
	"strings"
	"time"

	"poterne"
)

type exportsData struct {
	Query   string
	Formats []string
	Wrong   string
}

func (c *call) exports() (answer, error) {
	return answer{page: "exports", title: c.T("Exports", "Exports"), data: exportsData{Query: c.value("q"), Formats: c.s.Formats}}, nil
}

// exportPage is how many records are asked for at once.
const exportPage = 500

// contentTypes of the formats of exports.
var contentTypes = map[string]string{
	"csv": "text/csv; charset=utf-8", "html": "text/html; charset=utf-8", "json": "application/jsonl; charset=utf-8",
	"xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "md": "text/markdown; charset=utf-8", "sarif": "application/sarif+json",
	"rclone": "text/plain; charset=utf-8", "rsync": "application/octet-stream", // names end with a zero byte
}

// exportFile sends the documents of a query as a file that says who took it.
func (c *call) exportFile() (answer, error) {
	text, format := strings.TrimSpace(c.value("q")), c.value("format")
	if !slices.Contains(c.s.Formats, format) {
		return answer{}, c.refuse(http.StatusUnprocessableEntity, "format inconnu", "unknown format")
	}
	q, err := c.s.Query(text)
	var page poterne.Page
	if err == nil {
		page, err = c.scope.Search(c.ctx(), q)
	}
	if err != nil {
		if wrong := c.s.Mistake(c.lang, err); wrong != "" {
			return answer{}, &problem{http.StatusBadRequest, wrong}
		}
		return answer{}, err
	}
	if err := c.recordSearch(q, int(page.Total)); err != nil {
		return answer{}, err
	}
	// In the audit before the first byte. A query may name a document: its words stay out.
	if err := c.record("web.export", "-", map[string]string{"format": format, "documents": fmt.Sprint(page.Total)}); err != nil {
		return answer{}, err
	}
	return c.send("poterne", q, Export{Format: format, Title: text}, c.s.Export)
}

// send sends the records of a query as a file. Its line of the audit is written.
func (c *call) send(name string, q poterne.Query, x Export, write func(io.Writer, string, Export) error) (answer, error) {
	now := c.s.Now().UTC()
	x.Watermark, x.Records = c.watermark(now), c.all(q)
	h := c.w.Header()
	h.Set("Content-Type", contentTypes[x.Format])
	h.Set("Content-Disposition", fmt.Sprintf(`attachment; filename="%s-%s-%s.%s"`, name, now.Format("20060102-150405"), c.user.Login, x.Format))
	if err := write(c.w, c.lang, x); err != nil {
		// What was sent cannot be taken back: the connection breaks, so that half a file
		// is not taken for a whole one.
		c.s.Log.Error("export failed", "error", err)
		panic(http.ErrAbortHandler)
	}
	return answer{done: true}, nil
}

// planFormats are the forms of a plan: a table of all documents, or the names of those
// that may go, below the root of one share, as rclone and rsync read them.
var planFormats = []string{"csv", "rclone", "rsync"}

// planFile sends what a destination says of each file of the scope, or of one share.
func (c *call) planFile() (answer, error) {
	dest, err := c.destination()
	if err != nil {
		return answer{}, err
	}
	format, share := cmp.Or(c.value("format"), "csv"), c.value("share")
	switch {
	case !slices.Contains(planFormats, format):
		return answer{}, c.refuse(http.StatusUnprocessableEntity, "format inconnu", "unknown format")
	case share != "" && !c.scope.share(share):
		return answer{}, ErrNotFound
	case share == "" && format != "csv":
		return answer{}, c.refuse(http.StatusUnprocessableEntity, "une liste est celle d'un seul partage", "a list is of one share")
	}
	detail := map[string]string{"format": format, "plan": dest.Name}
	q := poterne.Query{Clauses: []poterne.Clause{{Field: "member", Op: poterne.Exists, Not: true}}}
	if share != "" {
		detail["share"] = share
		q.Clauses = append(q.Clauses, poterne.Clause{Field: "share", Op: poterne.Is, Values: []string{share}})
	}
	if err := c.record("web.export", "-", detail); err != nil {
		return answer{}, err
	}
	return c.send("plan-"+dest.Name, q, Export{Format: format, Title: dest.Name}, func(w io.Writer, lang string, x Export) error {
		if share != "" {
			x.Records = ofShare(share, x.Records)
		}
		return c.s.PlanFile(c.ctx(), w, lang, dest.Name, x)
	})
}

// ofShare keeps the records of one share. A query takes shares whose names differ by
// case or accents for one; below the root of another, the same name is another file.
func ofShare(share string, records iter.Seq2[poterne.Record, error]) iter.Seq2[poterne.Record, error] {
	return func(yield func(poterne.Record, error) bool) {
		for r, err := range records {
			if err == nil && r.Share != share {
				continue
			}
			if !yield(r, err) {
				return
			}
		}
	}
}

// watermark says who took a file, when, and what they may see.
func (c *call) watermark(now time.Time) string {
	return fmt.Sprintf(c.T("exporté par %s le %s, partages : %s", "exported by %s on %s, shares: %s"), c.user.Login, now.Format("2006-01-02 15:04 UTC"), strings.Join(c.user.Shares, ", "))
}

// all yields the records of a query, page by page.
func (c *call) all(q poterne.Query) iter.Seq2[poterne.Record, error] {
	return func(yield func(poterne.Record, error) bool) {
		q.Size, q.After = exportPage, ""
		for {
			// Each page has the time that a search has, the whole file has what it takes.
			rc := http.NewResponseController(c.w)
			rc.SetWriteDeadline(time.Now().Add(time.Minute)) // a writer without deadlines has no need of one
			page, err := c.scope.Search(c.ctx(), q)
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
