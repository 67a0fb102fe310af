package main

import (
	"hash/fnv"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"time"
)

// saved is the time that every document carries inside and outside, so that two
// runs write the same bytes.
var saved = time.Date(2024, 3, 29, 17, 42, 0, 0, time.UTC)

// claim is what a careful reader of the doctrine says of one document, for the
// actor "etat" and the doctrine "sren". It is one line of truth.jsonl.
type claim struct {
	Path   string         `json:"path"`
	Kind   string         `json:"kind"`   // positive, negative (class is an upper bound), failure (must be said, never H0 or H1)
	IDs    map[string]int `json:"ids"`    // distinct values by rule
	Cats   []string       `json:"cats"`   // categories that must be found
	Flags  []string       `json:"flags"`  // demands on hosting that must be set
	Forbid []string       `json:"forbid"` // rules and categories that must not be found
	Class  string         `json:"class"`  // least demanding hosting
	Note   string         `json:"note,omitempty"`
}

// document is one finished file of the share.
type document struct {
	path  string
	data  []byte // nil for a piece inside another file
	claim *claim // nil: the truth says nothing about it
}

// share collects the documents and every raw value planted in them.
type share struct {
	docs    []document
	drafts  []map[string]map[string]bool // of each document: rule → normalised values
	planted map[string]bool
}

// draft is a document being written: it remembers what was planted in it, so
// that the truth is counted, not typed. Each draft draws from its own random
// source, seeded by its path: adding a document changes no other.
type draft struct {
	share *share
	path  string
	rng   *rand.Rand
	ids   map[string]map[string]bool // rule → normalised values
}

func (s *share) draft(path string) *draft {
	h := fnv.New64a()
	h.Write([]byte(path))
	return &draft{share: s, path: path, rng: rand.New(rand.NewPCG(1300, h.Sum64())), ids: map[string]map[string]bool{}}
}

// plant records a value of rule in the document, and both its forms among the
// planted values. It returns the written form.
func (d *draft) plant(rule, normal, written string) string {
	d.holds(rule, normal)
	d.share.planted[normal] = true
	d.share.planted[written] = true
	return written
}

// holds records a value that outputs may show.
func (d *draft) holds(rule, normal string) {
	if d.ids[rule] == nil {
		d.ids[rule] = map[string]bool{}
	}
	d.ids[rule][normal] = true
}

// attachment returns a draft for a piece laid inside d that the scan tells on a
// line of its own. Saving it writes no file, only its line of the truth.
func (d *draft) attachment(name string) *draft { return d.share.draft(d.path + "!" + name) }

// carries saves the document as one that must be hosted in class.
func (d *draft) carries(data []byte, class string, cats, flags []string) {
	d.save(data, claim{Kind: "positive", Class: class, Cats: cats, Flags: flags})
}

// misses saves a document that carries cats without a textbook word of the
// subject: word lists are expected to miss it, a careful reader is not.
func (d *draft) misses(data []byte, class string, cats, flags []string) {
	d.save(data, claim{Kind: "positive", Class: class, Cats: cats, Flags: flags, Note: "no textbook word"})
}

// harmless saves a document in which none of forbid may be found.
func (d *draft) harmless(data []byte, forbid ...string) {
	d.save(data, claim{Kind: "negative", Class: "H1", Forbid: forbid})
}

// unreadable saves a document that no reader without its key or its missing
// bytes can read.
func (d *draft) unreadable(data []byte) {
	d.ids = nil
	d.save(data, claim{Kind: "failure", Class: "H3"})
}

func (d *draft) save(data []byte, c claim) {
	d.share.drafts = append(d.share.drafts, d.ids)
	c.Path = d.path
	c.IDs = map[string]int{}
	for rule, values := range d.ids {
		c.IDs[rule] = len(values)
	}
	c.Cats, c.Flags, c.Forbid = list(c.Cats), list(c.Flags), list(c.Forbid)
	d.share.docs = append(d.share.docs, document{d.path, data, &c})
}

// list makes an absent list an empty one: readers of the truth iterate over it.
func list(s []string) []string {
	if s == nil {
		return []string{}
	}
	return s
}

// values returns every planted value in its forms, sorted.
func (s *share) values() []string {
	return slices.Sorted(maps.Keys(s.planted))
}

// makeShare writes the whole share in memory.
func makeShare() *share {
	s := &share{planted: map[string]bool{}}
	for _, room := range []func(*share){
		staff, care, justice, procurement, cabinet, security, it, money, social, public, archives, lessons, broken,
	} {
		room(s)
	}
	slices.SortFunc(s.docs, func(a, b document) int { return strings.Compare(a.path, b.path) })
	return s
}
