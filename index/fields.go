package index

import (
	"slices"
	"strings"

	"poterne/internal/spell"

	"poterne"
)

// kind says how a field is compared.
type kind uint8

const (
	kindTerm  kind = iota // folded terms, shown as they are
	kindName              // terms shown in their own spelling, asked folded
	kindExact             // terms compared byte by byte
	kindLevel             // −1..5
	kindClass             // H0..H5, H?
	kindSize              // bytes
	kindTime              // days and seconds, UTC
	kindRatio             // 0..1
	kindCount             // whole numbers
	kindPath              // a path or name, folded; its words in their order too
	kindWords             // words only
)

// field is one thing that a query can ask about. The same table makes the
// documents of the index, answers from plain records and checks queries.
type field struct {
	name    string
	aliases []string // French, and plurals; folded
	kind    kind
	facet   bool
	sort    bool
	terms   func(*poterne.Record) []string // all kinds but the numeric ones
	number  func(*poterne.Record) (float64, bool)
}

var fields = []*field{
	{name: "id", kind: kindExact, terms: func(r *poterne.Record) []string { return one(string(r.ID)) }},
	{name: "share", aliases: []string{"partage"}, kind: kindName, facet: true, sort: true,
		terms: func(r *poterne.Record) []string { return one(r.Share) }},
	{name: "path", aliases: []string{"chemin"}, kind: kindPath, sort: true,
		terms: func(r *poterne.Record) []string { return one(r.Full()) }},
	{name: "name", aliases: []string{"nom", "fichier"}, kind: kindPath,
		terms: func(r *poterne.Record) []string { return one(r.Name()) }},
	{name: "member", aliases: []string{"membre"}, kind: kindPath,
		terms: func(r *poterne.Record) []string { return one(r.Member) }},
	{name: "format", kind: kindTerm, facet: true, sort: true,
		terms: func(r *poterne.Record) []string { return one(r.Format) }},
	{name: "owner", aliases: []string{"proprietaire"}, kind: kindName, facet: true, sort: true,
		terms: func(r *poterne.Record) []string { return one(r.Owner) }},
	{name: "exposure", aliases: []string{"exposition"}, kind: kindTerm, facet: true,
		terms: func(r *poterne.Record) []string { return one(r.Exposure.String()) }},
	{name: "level", aliases: []string{"niveau"}, kind: kindLevel, facet: true, sort: true,
		terms: func(r *poterne.Record) []string { return one(levelTerm(r.Assessment.Level)) }},
	{name: "class", aliases: []string{"classe"}, kind: kindClass, facet: true, sort: true,
		terms: func(r *poterne.Record) []string { return one(classTerm(r.Assessment.Hosting.Class)) }},
	{name: "flag", aliases: []string{"flags", "drapeau", "mention"}, kind: kindName, facet: true,
		terms: func(r *poterne.Record) []string { return strs(r.Assessment.Hosting.Flags) }},
	{name: "category", aliases: []string{"categories", "categorie"}, kind: kindTerm, facet: true,
		terms: func(r *poterne.Record) []string { return r.Assessment.Categories }},
	{name: "rule", aliases: []string{"rules", "regle", "regles"}, kind: kindTerm, facet: true,
		terms: func(r *poterne.Record) []string {
			return fromFindings(r, func(f poterne.Finding) string { return f.Rule })
		}},
	{name: "mark", aliases: []string{"marks", "marquage", "marquages"}, kind: kindTerm, facet: true,
		terms: func(r *poterne.Record) []string {
			return fromFindings(r, func(f poterne.Finding) string { return f.Mark })
		}},
	{name: "tag", aliases: []string{"tags", "etiquette"}, kind: kindTerm, facet: true, terms: tagsOf},
	{name: "failure", aliases: []string{"echec", "erreur"}, kind: kindTerm, facet: true,
		terms: func(r *poterne.Record) []string {
			if r.Failure == nil {
				return nil
			}
			return one(string(r.Failure.Kind))
		}},
	{name: "stage", aliases: []string{"failure_stage", "etape"}, kind: kindTerm, facet: true,
		terms: func(r *poterne.Record) []string {
			if r.Failure == nil {
				return nil
			}
			return one(string(r.Failure.Stage))
		}},
	{name: "run", aliases: []string{"passage"}, kind: kindTerm, facet: true,
		terms: func(r *poterne.Record) []string { return one(r.Run) }},
	{name: "actor", aliases: []string{"acteur"}, kind: kindTerm, facet: true,
		terms: func(r *poterne.Record) []string { return one(r.Assessment.Actor) }},
	{name: "doctrine", kind: kindTerm, facet: true,
		terms: func(r *poterne.Record) []string { return one(r.Assessment.Doctrine) }},
	{name: "print", aliases: []string{"prints", "empreinte"}, kind: kindExact, terms: printsOf},
	{name: "content", aliases: []string{"contenu"}, kind: kindExact,
		terms: func(r *poterne.Record) []string { return one(string(r.Stamp.Content)) }},
	{name: "size", aliases: []string{"taille"}, kind: kindSize, sort: true,
		number: func(r *poterne.Record) (float64, bool) { return float64(r.Size), true }},
	{name: "modified", aliases: []string{"modifie"}, kind: kindTime, sort: true,
		number: func(r *poterne.Record) (float64, bool) { return float64(r.ModTime.Unix()), !r.ModTime.IsZero() }},
	{name: "scanned", aliases: []string{"scanned_at", "analyse"}, kind: kindTime, sort: true,
		number: func(r *poterne.Record) (float64, bool) { return float64(r.ScannedAt.Unix()), !r.ScannedAt.IsZero() }},
	{name: "confidence", aliases: []string{"confiance"}, kind: kindRatio, sort: true,
		number: func(r *poterne.Record) (float64, bool) {
			return most(r, func(f poterne.Finding) float64 { return f.Confidence })
		}},
	{name: "distinct", aliases: []string{"distincts"}, kind: kindCount, sort: true,
		number: func(r *poterne.Record) (float64, bool) {
			return most(r, func(f poterne.Finding) float64 { return float64(f.Distinct) })
		}},
	{name: "label", aliases: []string{"labels", "libelle"}, kind: kindWords, terms: labels},
}

// fieldByName holds each field under its name and its aliases.
var fieldByName = func() map[string]*field {
	m := map[string]*field{}
	for _, f := range fields {
		for _, n := range append([]string{f.name}, f.aliases...) {
			if m[n] != nil {
				panic("index: two fields named " + n)
			}
			m[n] = f
		}
	}
	return m
}()

func (f *field) numeric() bool { return f.number != nil }

// ordered reports whether < and > mean something.
func (f *field) ordered() bool { return f.numeric() || f.kind == kindLevel || f.kind == kindClass }

// freeWords are the fields that words without a field look into.
var freeWords = []*field{fieldByName["path"], fieldByName["label"]}

// Levels and classes are terms of one digit, so that terms sort as they do.
func levelTerm(l poterne.Level) string { return string('0' + rune(l)) }
func classTerm(c poterne.Class) string { return string('0' + rune(c)) }

// show turns a term of a facet into what people and scripts read.
func (f *field) show(term string) string {
	switch f.kind {
	case kindLevel:
		return poterne.Level(term[0] - '0').String()
	case kindClass:
		return poterne.Class(term[0] - '0').String()
	}
	return term
}

// labels are the words by which a document is known without its text: what was
// found, and the titles under which. They are no values (see poterne.Place).
func labels(r *poterne.Record) []string {
	out := []string{r.Format}
	out = append(out, r.Assessment.Categories...)
	out = append(out, strs(r.Assessment.Hosting.Flags)...)
	for _, f := range r.Findings {
		out = append(out, f.Rule, f.Category, f.Mark)
		for _, s := range f.Spots {
			out = append(out, s.Place.Sheet, s.Place.Header)
		}
	}
	if r.Failure != nil {
		out = append(out, string(r.Failure.Kind))
	}
	return distinct(out)
}

func tagsOf(r *poterne.Record) []string {
	var out []string
	for _, f := range r.Findings {
		out = append(out, strs(f.Tags)...)
	}
	if r.Assessment.Confirm {
		out = append(out, string(poterne.TagConfirm))
	}
	return distinct(out)
}

func printsOf(r *poterne.Record) []string {
	var out []string
	for _, f := range r.Findings {
		out = append(out, strs(f.Prints)...)
	}
	return distinct(out)
}

func fromFindings(r *poterne.Record, get func(poterne.Finding) string) []string {
	var out []string
	for _, f := range r.Findings {
		out = append(out, get(f))
	}
	return distinct(out)
}

func most(r *poterne.Record, get func(poterne.Finding) float64) (m float64, ok bool) {
	for _, f := range r.Findings {
		m, ok = max(m, get(f)), true
	}
	return m, ok
}

func one(s string) []string {
	if s == "" {
		return nil
	}
	return []string{s}
}

func strs[S ~string](in []S) []string {
	out := make([]string, len(in))
	for i, s := range in {
		out[i] = string(s)
	}
	return out
}

// distinct sorts in and drops doubles and empty strings.
func distinct(in []string) []string {
	slices.Sort(in)
	in = slices.Compact(in)
	return slices.DeleteFunc(in, func(s string) bool { return s == "" })
}

// suggest returns the field name nearest to a mistyped one, "" where none is near.
func suggest(name string) string {
	var names []string
	for _, f := range fields {
		names = append(append(names, f.name), f.aliases...)
	}
	return spell.Nearest(fold(name), names)
}

// foldName is how a field's name is looked up.
func foldName(s string) string { return strings.ReplaceAll(fold(s), "-", "_") }
