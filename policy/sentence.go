package policy

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"poterne"
)

// words is one language: names of what a verdict holds, and a sentence for the
// key of each reason.
type words struct {
	Levels      map[string]string `yaml:"levels"`
	Classes     map[string]string `yaml:"classes"`
	Flags       map[string]string `yaml:"flags"`
	Categories  map[string]string `yaml:"categories"`
	Kinds       map[string]string `yaml:"kinds"`
	Likelihoods map[string]string `yaml:"likelihoods"`
	Exposures   map[string]string `yaml:"exposures"`
	Rules       map[string]string `yaml:"rules"`
	Markings    map[string]string `yaml:"markings"`
	Actors      map[string]string `yaml:"actors"`
	Doctrines   map[string]string `yaml:"doctrines"`
	Labels      map[string]string `yaml:"labels"`
	Zones       map[string]string `yaml:"zones"`
	Causes      map[string]string `yaml:"causes"`
	Terms       map[string]string `yaml:"terms"`
	Reasons     map[string]string `yaml:"reasons"`

	templates map[string][]piece
}

// piece is literal text, or an argument and how it is written.
type piece struct {
	text   string
	arg    int // −1 for literal text
	format string
	forms  [2]string // of format "s": for one, for many
}

// reasonArgs lists the key of every reason with its number of arguments.
func reasonArgs() map[string]int {
	return map[string]int{
		"internal": 0, "public-claim": 2, "public-source": 0, "public-blank": 1,
		"identifier": 4, "identifier-hint": 3, "identifier-minor": 3, "example": 2, "allowed": 2,
		"nominative": 4, "volume": 4, "directory": 3,
		"subject": 3, "subject-person": 3, "subject-persons": 6, "subject-alone": 3,
		"subject-talks": 1, "subject-blank": 1, "subject-hint": 3, "subject-published": 1,
		"secret":  3,
		"marking": 3, "marking-confirm": 3, "marking-lifted": 3, "marking-hint": 2, "marking-legend": 2,
		"mosaic": 2, "mosaic-network": 2, "mosaic-position": 2,
		"unread": 2, "unread-part": 2, "member": 3, "member-unread": 2,
		"note-nir": 0, "note-register": 1, "note-dpia": 1, "note-candidate": 1,
		"note-hds": 0, "note-hds-check": 0, "note-french": 0, "note-recommended": 1,
		"note-alert": 1, "note-unpublished": 1, "note-clash": 1, "note-claim-conflict": 1,
		"step-doctrine": 2, "step-persons": 2, "step-verdict": 3,
		"less-column": 4, "less-page": 2, "less-rule": 4, "less-subject": 3, "less-secret": 3,
		"less-issuer": 1, "less-read": 1, "less-member": 1, "less-approximate": 1,
		"dest-unknown-document": 0, "dest-ok": 3, "dest-class-no": 3, "dest-class-unknown": 3,
		"dest-system-no": 3, "dest-system-unknown": 3, "dest-flag-no": 2, "dest-flag-unknown": 2,
		"dest-confirm": 0,
		"expiry-soon":  4, "expiry-past": 3,
		"derogation-over": 2, "derogation-too-long": 3, "derogation-no-offer": 0,
		"derogation-unpublished": 0, "derogation-unapproved": 0, "derogation-soon": 2,
		"derogation-scope": 0, "derogation-running": 2, "derogation-prior": 1,
		"derogation-late": 3, "derogation-beyond": 1,
		"review-class": 4, "review-level": 3,
	}
}

// compile parses the templates of w and checks keys, arguments and formats.
func (w *words) compile(lang string, d *decoder) {
	want := reasonArgs()
	w.templates = make(map[string][]piece, len(w.Reasons))
	for _, key := range sorted(w.Reasons) {
		path := "reasons." + key
		n, ok := want[key]
		if !ok {
			d.failAt(path, "unknown reason %q%s", key, didYouMean(key, sorted(want)))
			continue
		}
		pieces, err := parseTemplate(w.Reasons[key])
		if err != nil {
			d.failAt(path, "reason %s: %v", key, err)
			continue
		}
		for _, p := range pieces {
			if p.arg >= n {
				d.failAt(path, "reason %s: argument {%d}, but it has %d", key, p.arg, n)
			}
		}
		w.templates[key] = pieces
	}
	for _, key := range sorted(want) {
		if _, ok := w.Reasons[key]; !ok {
			d.fail(nil, "no %s sentence for reason %q", lang, key)
		}
	}
}

// formats are the ways of writing an argument: {0|n} a number, {0|s:one,many} a
// form by number, {0|at} a place after a comma, {0|q} a quoted name, {0|step}
// from which class to which; the others look a name up.
var formats = []string{"", "n", "s", "at", "q", "step", "keyed", "header", "sheet",
	"level", "class", "flag", "category", "kind", "likelihood", "rule", "mark", "actor", "doctrine", "cause", "date"}

// parseTemplate reads text with arguments in braces.
func parseTemplate(s string) ([]piece, error) {
	var out []piece
	for s != "" {
		open := strings.IndexByte(s, '{')
		if open < 0 {
			return append(out, piece{text: s, arg: -1}), nil
		}
		if open > 0 {
			out = append(out, piece{text: s[:open], arg: -1})
		}
		length := strings.IndexByte(s[open:], '}')
		if length < 0 {
			return nil, fmt.Errorf("a brace is not closed")
		}
		number, format, _ := strings.Cut(s[open+1:open+length], "|")
		p := piece{format: format}
		var err error
		if p.arg, err = strconv.Atoi(number); err != nil || p.arg < 0 {
			return nil, fmt.Errorf("{%s} is not an argument", number)
		}
		if forms, ok := strings.CutPrefix(format, "s:"); ok {
			one, many, both := strings.Cut(forms, ",")
			if !both {
				return nil, fmt.Errorf("{%s|%s} wants two forms", number, format)
			}
			p.format, p.forms = "s", [2]string{one, many}
		}
		if !slices.Contains(formats, p.format) {
			return nil, fmt.Errorf("unknown format %q%s", p.format, didYouMean(p.format, formats))
		}
		out = append(out, p)
		s = s[open+length+1:]
	}
	return out, nil
}

// tongue returns the words of lang, of French where there are none.
func (p *Policy) tongue(lang string) *words {
	if w, ok := p.words[lang]; ok {
		return w
	}
	return p.words["fr"]
}

// Sentence returns r in French or English, with its legal basis. Names out of a
// document (sheets, columns, members) come out without control characters. A key
// of another version of the policy comes out as itself.
func (p *Policy) Sentence(lang string, r poterne.Reason) string {
	w := p.tongue(lang)
	var b strings.Builder
	pieces, ok := w.templates[r.Key]
	if !ok {
		b.WriteString(r.Key)
	}
	for _, piece := range pieces {
		if piece.arg < 0 {
			b.WriteString(piece.text)
			continue
		}
		arg := ""
		if piece.arg < len(r.Args) {
			arg = r.Args[piece.arg]
		}
		b.WriteString(w.argument(piece, arg))
	}
	if len(r.Legal) > 0 {
		b.WriteString(w.Terms["colon"])
		b.WriteString(strings.Join(r.Legal, w.Terms["semicolon"]))
	}
	return b.String()
}

func (w *words) argument(p piece, arg string) string {
	switch p.format {
	case "n":
		return w.number(arg)
	case "s":
		if arg == "0" || arg == "1" {
			return p.forms[0]
		}
		return p.forms[1]
	case "keyed":
		if arg == "" {
			return ""
		}
		return w.Terms["keyed"]
	case "at":
		if at := w.place(arg); at != "" {
			return ", " + at
		}
		return ""
	case "q":
		return w.Terms["open"] + inert(arg) + w.Terms["close"]
	case "header":
		if arg == "" {
			return ""
		}
		return " (" + inert(arg) + ")"
	case "sheet":
		if arg == "" {
			return ""
		}
		return w.Terms["of_sheet"] + inert(arg)
	case "step":
		return w.step(arg)
	case "date":
		if t, err := time.Parse(time.DateOnly, arg); err == nil {
			return t.Format(w.Terms["date"])
		}
		return inert(arg)
	}
	table := map[string]map[string]string{
		"level": w.Levels, "class": w.Classes, "flag": w.Flags, "category": w.Categories,
		"kind": w.Kinds, "likelihood": w.Likelihoods, "rule": w.Rules, "mark": w.Markings,
		"actor": w.Actors, "doctrine": w.Doctrines, "cause": w.Causes,
	}[p.format]
	return name(table, arg)
}

// name returns what table calls id, or id itself, made inert: a user's own rule
// has no name here.
func name(table map[string]string, id string) string {
	if n, ok := table[id]; ok {
		return n
	}
	return inert(id)
}

// number separates thousands as the language does.
func (w *words) number(s string) string {
	if n, err := strconv.Atoi(s); err != nil || n < 1000 {
		return inert(s)
	}
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + w.Terms["thousands"] + s[i:]
	}
	return s
}

// step writes "H3 H1 2" as the descent that a set of two removals makes.
func (w *words) step(arg string) string {
	f := strings.Fields(arg)
	if len(f) != 3 {
		return ""
	}
	s := w.Terms["colon"] + f[0] + " → " + f[1]
	if f[2] != "1" {
		s += fmt.Sprintf(w.Terms["together"], f[2])
	}
	return s
}

// place writes an argument made by placeArg.
func (w *words) place(arg string) string {
	f := strings.Split(arg, "\t")
	if len(f) != 6 {
		return inert(arg)
	}
	zone, page, sheet, row, column, header := f[0], f[1], f[2], f[3], f[4], f[5]
	var parts []string
	if n, ok := w.Zones[zone]; ok && n != "" {
		parts = append(parts, n)
	}
	if page != "0" {
		parts = append(parts, w.Terms["page"]+page)
	}
	if sheet != "" {
		parts = append(parts, w.Terms["sheet"]+inert(sheet))
	}
	switch {
	case header != "":
		parts = append(parts, w.Terms["column"]+inert(header))
	case column != "0":
		n, _ := strconv.Atoi(column)
		parts = append(parts, w.Terms["column"]+columnLetters(n))
	case row != "0" && page == "0":
		parts = append(parts, w.Terms["line"]+row)
	}
	return strings.Join(parts, ", ")
}

// slides are the formats whose pages are slides.
var slides = map[string]bool{"pptx": true, "pptm": true, "ppsx": true, "potx": true, "ppt": true, "odp": true}

// Where names a place in a document of a format: "feuille Paie, colonne NIR",
// "en-tête, page 2".
func (p *Policy) Where(lang, format string, at poterne.Place) string {
	w := p.tongue(lang)
	page := at.Page
	if slides[format] {
		at.Page = 0
	}
	s := w.place(placeArg(at))
	switch {
	case at.Page != page && s == "":
		return w.Terms["slide"] + strconv.Itoa(page)
	case at.Page != page:
		return w.Terms["slide"] + strconv.Itoa(page) + ", " + s
	case s == "":
		return w.Terms["body"]
	}
	return s
}

// inert makes a name out of a document harmless on a screen: control and format
// characters (escapes, right-to-left overrides) are replaced.
func inert(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || r == unicode.ReplacementChar {
			return '\uFFFD'
		}
		return r
	}, s)
}

// LevelName names a level: "Sensibilité particulière (présomption)".
func (p *Policy) LevelName(lang string, l poterne.Level) string {
	return name(p.tongue(lang).Levels, l.String())
}

// ClassName names a class: "Cloud de confiance (SecNumCloud)".
func (p *Policy) ClassName(lang string, c poterne.Class) string {
	return name(p.tongue(lang).Classes, c.String())
}

// FlagName names a flag.
func (p *Policy) FlagName(lang string, f poterne.Flag) string {
	return name(p.tongue(lang).Flags, string(f))
}

// CategoryName names a category of findings.
func (p *Policy) CategoryName(lang, category string) string {
	return name(p.tongue(lang).Categories, category)
}

// RuleName names a rule in a few words ("NIR", "clé privée"), or returns its id.
func (p *Policy) RuleName(lang, rule string) string { return name(p.tongue(lang).Rules, rule) }

// MarkName names a marking as its issuer writes it.
func (p *Policy) MarkName(lang, mark string) string { return name(p.tongue(lang).Markings, mark) }

// KindName names a kind of failure: "chiffré".
func (p *Policy) KindName(lang string, k poterne.Kind) string {
	return name(p.tongue(lang).Kinds, string(k))
}

// LikelihoodName names what [poterne.Finding.Likelihood] returns.
func (p *Policy) LikelihoodName(lang, likelihood string) string {
	return name(p.tongue(lang).Likelihoods, likelihood)
}

// ExposureName names an exposure: "ouvert à tous".
func (p *Policy) ExposureName(lang string, e poterne.Exposure) string {
	return name(p.tongue(lang).Exposures, e.String())
}

// ActorName names an actor.
func (p *Policy) ActorName(lang, actor string) string { return name(p.tongue(lang).Actors, actor) }

// DoctrineName names a doctrine.
func (p *Policy) DoctrineName(lang, doctrine string) string {
	return name(p.tongue(lang).Doctrines, doctrine)
}
