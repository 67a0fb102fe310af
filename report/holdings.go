package report

import (
	"cmp"
	"hash/maphash"
	"iter"
	"maps"
	"slices"

	"poterne"
)

// Holdings adds up what a set of documents holds of persons, without a value: the
// basis of a register sheet (GDPR art. 30) and of a breach notice (art. 33).
type Holdings struct {
	Files      int   // a container and its members are one
	Bytes      int64 // of members where their container is not among the records
	Open       int   // files that anyone can read
	Unread     int   // documents and members not read whole: what they hold is unknown
	Level      poterne.Level
	Class      poterne.Class // the most demanding
	Flags      []poterne.Flag
	Categories map[string]*Holding // by category of findings

	seed  maphash.Seed
	files map[uint64]holder
	rules map[string]map[uint64]struct{} // fingerprints of rules that identify one person
}

// holder is what is known of one file so far.
type holder struct {
	bytes       int64
	whole, open bool // the container itself was seen; anyone can read it
}

// Holding is one category of data.
type Holding struct {
	Documents int
	Values    int  // distinct in each document, added up
	Special   bool // data of GDPR art. 9 or 10
	Personal  bool // data of persons; else another secret
}

// special are the categories of the GDPR's art. 9 (health, opinions, biometrics) and
// 10 (offences), with those whose rules are named otherwise.
var special = map[string]bool{
	"sante": true, "soins": true, "opinions": true, "biometrie": true, "judiciaire": true, "justice": true, "penal": true, "police_renseignement": true,
}

// impersonal are the categories whose data are not of persons.
var impersonal = map[string]bool{
	"ssi": true, "infra": true, "nucleaire": true, "commande_publique": true, "deliberations": true, "affaires": true, "diplomatie": true, "defense": true,
	"secret": true, "technique": true, "public": true, "marches": true, "budget": true, "interne": true, "logistique": true,
}

// Hold reads records into holdings.
func Hold(records iter.Seq2[poterne.Record, error]) (*Holdings, error) {
	h := newHoldings()
	for r, err := range records {
		if err != nil {
			return nil, err
		}
		h.add(r)
	}
	return h, nil
}

func newHoldings() *Holdings {
	return &Holdings{Categories: map[string]*Holding{}, seed: maphash.MakeSeed(), files: map[uint64]holder{}, rules: map[string]map[uint64]struct{}{}}
}

func (h *Holdings) add(r poterne.Record) {
	if r.Failure != nil {
		h.Unread++
	}
	h.file(r)
	h.Level = max(h.Level, r.Assessment.Level)
	h.Class = max(h.Class, r.Assessment.Hosting.Class)
	for _, f := range r.Assessment.Hosting.Flags {
		if !slices.Contains(h.Flags, f) {
			h.Flags = append(h.Flags, f)
		}
	}
	seen := map[string]bool{}
	for _, f := range r.Findings {
		if !f.Counts() || f.Category == poterne.CategoryMarking || f.Has(poterne.TagTalks) || f.Has(poterne.TagBlank) {
			continue
		}
		c := h.Categories[f.Category]
		if c == nil {
			c = &Holding{Special: special[f.Category], Personal: !impersonal[f.Category]}
			h.Categories[f.Category] = c
		}
		c.Values += f.Distinct
		if !seen[f.Category] {
			seen[f.Category] = true
			c.Documents++
		}
		if f.Has(poterne.TagPerson) {
			h.people(f)
		}
	}
}

// file counts the file of r once, whichever of its records come.
func (h *Holdings) file(r poterne.Record) {
	key := maphash.String(h.seed, r.Share+"\x00"+r.Path)
	was, known := h.files[key]
	now := was
	switch {
	case r.Member == "":
		now.bytes, now.whole = r.Size, true
	case !was.whole:
		now.bytes += r.Size
	}
	now.open = was.open || r.Exposure == poterne.ExposureEveryone
	h.files[key] = now
	if !known {
		h.Files++
	}
	if now.open && !was.open {
		h.Open++
	}
	h.Bytes += now.bytes - was.bytes
}

func (h *Holdings) people(f poterne.Finding) {
	known := h.rules[f.Rule]
	if known == nil {
		known = map[uint64]struct{}{}
		h.rules[f.Rule] = known
	}
	for _, p := range f.Prints {
		known[maphash.String(h.seed, string(p))] = struct{}{}
	}
}

// Persons returns how many persons the documents hold at least: the most distinct
// values of one identifier. Persons without an identifier are not counted.
func (h *Holdings) Persons() int {
	most := 0
	for _, known := range h.rules {
		most = max(most, len(known))
	}
	return most
}

// Kinds returns the categories of personal data, or those of other secrets, those of
// most documents first.
func (h *Holdings) Kinds(personal bool) []string {
	kinds := slices.SortedFunc(maps.Keys(h.Categories), func(a, b string) int {
		return cmp.Or(h.Categories[b].Documents-h.Categories[a].Documents, cmp.Compare(a, b))
	})
	return slices.DeleteFunc(kinds, func(k string) bool { return h.Categories[k].Personal != personal })
}
