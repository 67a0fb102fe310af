package train

import (
	"cmp"
	"maps"
	"math"
	"slices"

	"poterne/classifiers/subject"
)

// A word or pair is a feature from minBatches authors on: what one author likes is no
// word of a trade.
const (
	minBatches = 2
	maxWords   = 30000
	maxPairs   = 30000
	// An acronym is a word that leastUpper documents at least write in capitals, of at
	// most maxAcronym letters: surnames are written in capitals too.
	leastUpper = 3
	maxAcronym = 6
)

// vocabulary is what a model counts.
type vocabulary struct {
	words    []string       // the most frequent form of each
	forms    map[string]int // all forms, with their words
	pairs    [][2]int
	rarity   []float64
	common   float64
	frequent []subject.Form // the same, the most frequent first
}

// usage is how documents write a word.
type usage struct {
	docs, lower, title, upper, named int
	batches                          map[string]bool
}

func (u *usage) seenIn(batch string) {
	u.docs++
	if u.batches == nil {
		u.batches = map[string]bool{}
	}
	u.batches[batch] = true
}

// count is how many documents use a word, which may be none.
func (u *usage) count() int {
	if u == nil {
		return 0
	}
	return u.docs
}

// common reports whether a word is one of language, not a name: it is written in
// lower case more often than with a capital where none is due, or is an acronym.
func (u *usage) common(word string, lower map[string]bool) bool {
	switch {
	case len(word) < 2 && !subject.IsStop(word):
		return false
	case u.named > 0 && u.lower < 8*u.named:
		return false
	case u.lower >= 2 && u.lower > 2*u.title:
		return true
	case u.lower == 0 && u.title == 0 && u.upper == 0: // always the first word: "Bonjour"
		return lower[word]
	case u.upper >= leastUpper && u.lower+u.title <= u.upper/4 && len(word) <= maxAcronym && u.named == 0:
		return true
	}
	return lower[word] && u.lower > u.title
}

// newVocabulary chooses words and pairs from the corpus; sheets count for how rare a
// word is.
func newVocabulary(docs []Doc, sheets []string, lower map[string]bool) *vocabulary {
	uses := map[string]*usage{}
	texts := make([][]subject.Word, len(docs))
	for i, d := range docs {
		texts[i] = subject.Words(d.Text)
		type forms struct{ lower, title, upper, named bool }
		seen := map[string]*forms{}
		for _, w := range texts[i] {
			if w.Text == "" {
				continue
			}
			f := seen[w.Text]
			if f == nil {
				f = &forms{}
				seen[w.Text] = f
			}
			f.named = f.named || w.Named
			f.lower = f.lower || w.Lower
			f.upper = f.upper || w.Upper
			f.title = f.title || !w.Lower && !w.Upper && !w.First
		}
		for text, f := range seen {
			u := uses[text]
			if u == nil {
				u = &usage{}
				uses[text] = u
			}
			u.seenIn(d.Batch)
			for _, c := range []struct {
				is bool
				n  *int
			}{{f.lower, &u.lower}, {f.title, &u.title}, {f.upper, &u.upper}, {f.named, &u.named}} {
				if c.is {
					*c.n++
				}
			}
		}
	}
	v := &vocabulary{forms: map[string]int{}}
	ids := v.choose(docs, texts, uses, lower)
	pairs := map[[2]int]*usage{}
	for i, d := range docs {
		for p := range pairsOf(texts[i], ids) {
			u := pairs[p]
			if u == nil {
				u = &usage{}
				pairs[p] = u
			}
			u.seenIn(d.Batch)
		}
	}
	for p, u := range pairs {
		if len(u.batches) >= minBatches {
			v.pairs = append(v.pairs, p)
		}
	}
	slices.SortFunc(v.pairs, func(a, b [2]int) int {
		return cmp.Or(cmp.Compare(pairs[b].docs, pairs[a].docs), cmp.Compare(a[0], b[0]), cmp.Compare(a[1], b[1]))
	})
	v.pairs = v.pairs[:min(len(v.pairs), maxPairs)]
	v.count(texts, sheets, ids)
	return v
}

// choose groups forms by their stem and keeps the words that enough documents of
// enough authors have. It returns the forms with their words.
func (v *vocabulary) choose(docs []Doc, texts [][]subject.Word, uses map[string]*usage, lower map[string]bool) map[string]int {
	stems := map[string]string{} // of the forms that are no names
	for w, u := range uses {
		if u.common(w, lower) {
			stems[w] = stem(w)
		}
	}
	groups := map[string]*usage{}
	for i, d := range docs {
		seen := map[string]bool{}
		for _, w := range texts[i] {
			if s, ok := stems[w.Text]; ok && !seen[s] {
				seen[s] = true
				if groups[s] == nil {
					groups[s] = &usage{}
				}
				groups[s].seenIn(d.Batch)
			}
		}
	}
	names := map[string]string{} // by stem
	for w, s := range stems {
		if len(groups[s].batches) < minBatches {
			continue
		}
		if n, ok := names[s]; !ok || uses[w].docs > uses[n].docs || uses[w].docs == uses[n].docs && w < n {
			names[s] = w
		}
	}
	kept := slices.Sorted(maps.Keys(names))
	slices.SortStableFunc(kept, func(a, b string) int { return cmp.Compare(groups[b].docs, groups[a].docs) })
	kept = kept[:min(len(kept), maxWords)]
	slices.SortFunc(kept, func(a, b string) int { return cmp.Compare(names[a], names[b]) })
	ids := map[string]int{}
	for i, s := range kept {
		ids[s] = i
		v.words = append(v.words, names[s])
	}
	for w, s := range stems {
		if id, ok := ids[s]; ok {
			v.forms[w] = id
		}
	}
	for w := range lower { // forms that the corpus does not have
		if id, ok := ids[stem(w)]; ok && uses[w] == nil && !subject.IsStop(w) {
			v.forms[w] = id
		}
	}
	for f, id := range v.forms {
		v.frequent = append(v.frequent, subject.Form{Text: f, Word: id})
	}
	slices.SortFunc(v.frequent, func(a, b subject.Form) int {
		return cmp.Or(cmp.Compare(uses[b.Text].count(), uses[a.Text].count()), cmp.Compare(a.Text, b.Text))
	})
	return v.forms
}

// pairsOf returns the pairs of words of a text that stand near each other, as a model
// sees them.
func pairsOf(words []subject.Word, ids map[string]int) map[[2]int]bool {
	out := map[[2]int]bool{}
	var before []int // the nearest last, −1 for a word that is no feature
	for _, w := range words {
		switch id, ok := ids[w.Text]; {
		case w.Text == "":
			before = before[:0]
		case w.Stop:
		case ok:
			for _, b := range before[max(0, len(before)-subject.Reach):] {
				if b >= 0 {
					out[[2]int{b, id}] = true
				}
			}
			before = append(before, id)
		default:
			before = append(before, -1)
		}
	}
	return out
}

// count sets the rarity of each feature: the logarithm of one in how many texts has it.
func (v *vocabulary) count(texts [][]subject.Word, sheets []string, ids map[string]int) {
	places := map[[2]int]int{}
	for i, p := range v.pairs {
		places[p] = len(v.words) + i
	}
	docs := make([]int, len(v.words)+len(v.pairs))
	add := func(words []subject.Word) {
		seen := map[int]bool{}
		for _, w := range words {
			if id, ok := ids[w.Text]; ok {
				seen[id] = true
			}
		}
		for p := range pairsOf(words, ids) {
			if id, ok := places[p]; ok {
				seen[id] = true
			}
		}
		for id := range seen {
			docs[id]++
		}
	}
	for _, t := range texts {
		add(t)
	}
	for _, s := range sheets {
		add(subject.Words(s))
	}
	all := float64(len(texts) + len(sheets))
	v.rarity = make([]float64, len(docs))
	for i, n := range docs {
		v.rarity[i] = math.Log((all + 1) / (float64(n) + 1))
	}
	v.common = math.Log((all + 1) / 4)
}
