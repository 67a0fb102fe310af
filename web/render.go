package web

import (
	"bytes"
	"embed"
	"encoding/json"
	"fmt"
	"html/template"
	"io/fs"
	"net/http"
	"path"
	"strings"
	"time"

	"poterne"
)

//go:embed templates/*.html
var templateFiles embed.FS

// parsePages reads the templates: one page is layout.html and its own file.
func parsePages() (map[string]*template.Template, error) {
	layout, err := template.ParseFS(templateFiles, "templates/layout.html", "templates/parts.html", "templates/plots.html")
	if err != nil {
		return nil, err
	}
	names, err := fs.Glob(templateFiles, "templates/*.html")
	if err != nil {
		return nil, err
	}
	pages := map[string]*template.Template{}
	for _, n := range names {
		name := strings.TrimSuffix(path.Base(n), ".html")
		if name == "layout" || name == "parts" || name == "plots" {
			continue
		}
		t, err := layout.Clone()
		if err == nil {
			t, err = t.ParseFS(templateFiles, n)
		}
		if err != nil {
			return nil, fmt.Errorf("page %s: %w", name, err)
		}
		pages[name] = t
	}
	return pages, nil
}

// view is the dot of every template.
type view struct {
	c     *call
	words Words
	Title string
	Page  string // name of the template
	Data  any
}

// part is the dot of a template inside a page: the view, and what the part is about.
type part struct {
	view
	It any
}

// With gives a part its own data.
func (v view) With(it any) part { return part{v, it} }

// link is an entry of the navigation.
type link struct{ Href, Text string }

// Link makes an entry of the navigation.
func (v view) Link(href, text string) link { return link{href, text} }

// T picks the French or the English text.
func (v view) T(fr, en string) string { return v.c.T(spaces.Replace(fr), en) }

// Lang is the language of the page.
func (v view) Lang() string { return v.c.lang }

// Nonce marks the scripts of this answer, and the elements whose hx- attributes count.
func (v view) Nonce() string { return v.c.nonce }

// User is who is signed in, or nil.
func (v view) User() *Account { return v.c.user }

// Path is the path of the page.
func (v view) Path() string { return v.c.r.URL.Path }

// Address is the path with the query: where a choice of language comes back to.
func (v view) Address() string {
	if v.c.r.Method != http.MethodGet {
		return "/"
	}
	return v.c.r.URL.RequestURI()
}

// Demo reports whether nothing shown is real.
func (v view) Demo() bool { return v.c.s.Demo }

// Version is that of the program.
func (v view) Version() string { return v.c.s.Version }

// Themed reports whether there is a theme.css.
func (v view) Themed() bool { return v.c.s.themed }

// Asset returns the address of a static file.
func (v view) Asset(name string) string { return v.c.s.assets.address(name) }

// May reports whether the account has a right, for links that would be refused.
func (v view) May(r string) bool { return v.c.user.may(right(r)) }

// Has reports whether a page is served.
func (v view) Has(path string) bool { return v.c.s.served[path] }

// Revealing reports whether values may be read again at the source here.
func (v view) Revealing() bool { return v.c.s.Reveal != nil }

// Search returns the address of a search.
func (v view) Search(query string) string { return "/search?q=" + queryEscape(query) }

// list is lines under a name.
type list struct {
	Name  string
	Lines []string
}

// List gives lines a name.
func (v view) List(name string, lines []string) list { return list{name, lines} }

// Here returns "page" where the path is that of the page, for aria-current.
func (v view) Here(path string) string {
	if at := v.c.r.URL.Path; at == path || path != "/" && strings.HasPrefix(at, path+"/") {
		return "page"
	}
	return ""
}

// Words of the program in the language of the page.

func (v view) Class(c poterne.Class) string                { return v.words.Class(c) }
func (v view) Level(l poterne.Level) string                { return v.words.Level(l) }
func (v view) Kind(k poterne.Kind) string                  { return v.words.Kind(k) }
func (v view) Category(s string) string                    { return v.words.Category(s) }
func (v view) Mark(s string) string                        { return v.words.Mark(s) }
func (v view) Flag(f poterne.Flag) string                  { return v.words.Flag(f) }
func (v view) Exposure(e poterne.Exposure) string          { return v.words.Exposure(e) }
func (v view) Likelihood(s string) string                  { return v.words.Likelihood(s) }
func (v view) Where(format string, p poterne.Place) string { return v.Inert(v.words.Where(format, p)) }
func (v view) Actor(s string) string                       { return v.Inert(v.words.Actor(s)) }
func (v view) Doctrine(s string) string                    { return v.Inert(v.words.Doctrine(s)) }
func (v view) Bytes(n int64) string                        { return v.words.Bytes(n) }
func (v view) Number(n int) string                         { return v.words.Number(n) }
func (v view) Inert(s string) string                       { return v.words.Inert(s) }
func (v view) Percent(part, whole int) string              { return percent(part, whole) }
func (v view) Plural(n int, one, many string) string       { return plural(v.c.lang, n, one, many) }

// spaces are those that French puts before and inside punctuation, which must not
// break: a line never starts with a colon.
var spaces = strings.NewReplacer("« ", "«\u00a0", " »", "\u00a0»", " :", "\u00a0:", " ;", "\u00a0;", " ?", "\u00a0?", " !", "\u00a0!")

// Sentence says a reason.
func (v view) Sentence(r poterne.Reason) string { return spaces.Replace(v.Inert(v.words.Sentence(r))) }

// Rule names a rule; the rule of a vocabulary is its category.
func (v view) Rule(s string) string {
	if name := v.words.Rule(s); name != s {
		return name
	}
	return v.words.Category(s)
}

// Time writes a time as people read it, in UTC.
func (v view) Time(t time.Time) string {
	if t.IsZero() {
		return "–"
	}
	return t.UTC().Format("2006-01-02 15:04") + " UTC"
}

// Date writes a day.
func (v view) Date(t time.Time) string {
	if t.IsZero() {
		return "–"
	}
	return t.UTC().Format("2006-01-02")
}

// plural picks the form that n takes: zero and one are singular in French.
func plural(lang string, n int, one, many string) string {
	if n == 1 || n == 0 && lang != "en" {
		return one
	}
	return many
}

// percent writes a part of a whole; what is not all is never 100 %, what is not
// nothing never 0 %.
func percent(part, whole int) string {
	if whole <= 0 {
		return "–"
	}
	p := part * 100 / whole
	switch {
	case p == 0 && part > 0:
		return "< 1 %"
	case p == 99 && part < whole:
		return "> 99 %"
	}
	return fmt.Sprintf("%d %%", p)
}

// show writes the answer of a handler.
func (c *call) show(a answer) error {
	if a.status == 0 {
		a.status = http.StatusOK
	}
	switch {
	case a.done:
		return nil
	case c.api:
		return c.json(a.status, a.data)
	case a.see != "":
		http.Redirect(c.w, c.r, a.see, http.StatusSeeOther)
		return nil
	}
	t := c.s.pages[a.page]
	if t == nil {
		return fmt.Errorf("page %q has no template", a.page)
	}
	var b bytes.Buffer // an error half way must not leave half a page
	if err := t.ExecuteTemplate(&b, "layout", view{c, c.s.Words(c.lang), a.title, a.page, a.data}); err != nil {
		return fmt.Errorf("page %s: %w", a.page, err)
	}
	c.w.Header().Set("Content-Type", "text/html; charset=utf-8")
	c.w.WriteHeader(a.status)
	c.w.Write(b.Bytes())
	return nil
}

func (c *call) json(status int, data any) error {
	b, err := json.Marshal(data)
	if err != nil {
		return err
	}
	c.w.Header().Set("Content-Type", "application/json; charset=utf-8")
	c.w.WriteHeader(status)
	c.w.Write(append(b, '\n'))
	return nil
}
