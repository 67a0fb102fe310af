package classifiers

import (
	"slices"

	"poterne"
)

// A template may hold a legend: a block that lists the levels, the same in each
// document that was made from it. No document alone tells it from a stamp, so a
// finding says in which blocks all of its places stand, and who knows the whole
// campaign says which blocks are legends (doctrine C.3).

// legendDocuments is the number of documents with different contents from which a
// block that they share is a legend.
const legendDocuments = 20

// legendStep names the step of a trace that says that a marking is a legend.
const legendStep = "template"

// linePrint is the fingerprint of a line as a template has it: numbers differ from
// document to document.
func linePrint(k *keyed, text []byte) print {
	var buf [256]byte
	b := buf[:0]
	for _, c := range text {
		switch {
		case isDigit(c):
			c = '0'
		case c == ' ' && (len(b) == 0 || b[len(b)-1] == ' '):
			continue
		}
		if b = append(b, c); len(b) == cap(b) {
			break
		}
	}
	return k.print("line", b)
}

// blocks returns for each mention the fingerprint of the block that it stands in,
// zero where that cannot be a legend: lines next to each other that hold two levels
// of one scale or more, which no document can carry together. A ticked box, a mark
// in front of a paragraph, metadata and stamps are no part of one.
func (d *markingDetector) blocks(all []mention) []print {
	out := make([]print, len(all))
	for from := 0; from < len(all); {
		to := from + 1
		for to < len(all) && adjacent(&all[to-1], &all[to]) {
			to++
		}
		if d.isList(all[from:to]) {
			var lines []byte
			for i := from; i < to; i++ {
				if i == from || all[i].line != all[i-1].line {
					lines = append(lines, all[i].text[:]...)
				}
			}
			block := d.key.print("block", lines)
			for i := from; i < to; i++ {
				out[i] = block
			}
		}
		from = to
	}
	return out
}

func adjacent(a, b *mention) bool {
	return a.place.Zone == b.place.Zone && a.place.Page == b.place.Page && b.line >= a.line && b.line-a.line <= 2
}

func (d *markingDetector) isList(block []mention) bool {
	var marks []int
	for i := range block {
		c := &block[i]
		if c.form == formTicked || c.form == formPortion || c.text == (print{}) || c.place.Zone == poterne.ZoneWatermark {
			return false
		}
		if !slices.Contains(marks, c.mark) {
			marks = append(marks, c.mark)
		}
	}
	for i, a := range marks {
		if slices.ContainsFunc(marks[i+1:], func(b int) bool { return d.rivals(a, b) }) {
			return true
		}
	}
	return false
}

// legendPrints returns the blocks that hold all places of a marking, sorted; none
// where one place stands elsewhere or is weighty enough to decide alone.
func legendPrints(places []weighed) []poterne.Fingerprint {
	var out []poterne.Fingerprint
	for _, w := range places {
		if w.block == (print{}) || w.weight >= weightHard {
			return nil
		}
		if f := w.block.fingerprint(); !slices.Contains(out, f) {
			out = append(out, f)
		}
	}
	slices.Sort(out)
	return out
}

// Campaign counts the blocks that the documents of shares have in common. The zero
// value is ready.
type Campaign struct {
	contents map[block]map[string]struct{} // the first legendDocuments contents that hold a block
}

type block struct {
	share string
	print poterne.Fingerprint
}

// Add counts the blocks of a record. Copies of one content count once.
func (c *Campaign) Add(r poterne.Record) {
	for _, f := range r.Findings {
		if f.Rule != poterne.RuleMarking {
			continue
		}
		for _, p := range f.Prints {
			b := block{r.Share, p}
			if c.contents == nil {
				c.contents = map[block]map[string]struct{}{}
			}
			if c.contents[b] == nil {
				c.contents[b] = map[string]struct{}{}
			}
			if len(c.contents[b]) < legendDocuments {
				c.contents[b][string(r.Stamp.Content)+"!"+r.Member] = struct{}{}
			}
		}
	}
}

// Mark tags the markings of a share whose places all stand in legends: the document
// talks of them and does not carry them. It takes the tag off those that no longer
// do, and returns the findings and whether any has changed; those of the caller are
// left as they are.
func (c *Campaign) Mark(share string, findings []poterne.Finding) ([]poterne.Finding, bool) {
	changed := false
	for i := range findings {
		f := findings[i]
		if f.Rule != poterne.RuleMarking || len(f.Prints) == 0 {
			continue
		}
		legend := !slices.ContainsFunc(f.Prints, func(p poterne.Fingerprint) bool { return len(c.contents[block{share, p}]) < legendDocuments })
		if legend == f.Has(poterne.TagTalks) {
			continue
		}
		if !changed {
			findings, changed = slices.Clone(findings), true
		}
		if legend {
			f.Tags = append(slices.Clone(f.Tags), poterne.TagTalks)
			f.Trace = append(slices.Clone(f.Trace), poterne.Step{Name: legendStep, Detail: "the same block in 20 documents or more"})
		} else {
			f.Tags = slices.DeleteFunc(slices.Clone(f.Tags), func(t poterne.Tag) bool { return t == poterne.TagTalks })
			f.Trace = slices.DeleteFunc(slices.Clone(f.Trace), func(s poterne.Step) bool { return s.Name == legendStep })
		}
		findings[i] = f
	}
	return findings, changed
}
