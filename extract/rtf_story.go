package extract

import (
	"strings"

	"poterne"
)

// openStory makes the current group a story of its own.
func (r *rtfReader) openStory(zone poterne.Zone, property string, value rtfValue) {
	r.stories = append(r.stories, &rtfStory{zone: zone, property: property, value: value})
	s := &r.state
	s.story = len(r.stories) - 1
	s.opens, s.mute = true, false
	s.hidden, s.deleted, s.inTable = false, false, false
}

// endStory sends the rest of the innermost story and returns to the one around it.
func (r *rtfReader) endStory() {
	n := len(r.stories) - 1
	r.state.story = n
	s := r.stories[n]
	text := strings.TrimSpace(s.text.String())
	switch s.value {
	case rtfText:
		if len(s.cells) > 0 && text != "" {
			r.cell() // cut inside a table
		}
		r.state.inTable = false
		r.paragraph()
		r.endTable()
	case rtfField:
		r.field = text
	case rtfName:
		r.name = text
	case rtfProp:
		r.out.property(r.name, text)
	case rtfShape:
		r.shape(text)
	case rtfInstr:
		if _, _, says := fieldText(text); says || strings.ContainsAny(text, `"/\`) { // the others are PAGE, DATE and the like
			r.out.text(poterne.Place{Zone: poterne.ZoneHidden}, text)
		}
	}
	r.stories = r.stories[:n]
	r.state.story = n - 1
}

// shape sends the properties of a shape that a reader sees: the text of a
// WordArt, which is what watermarks are, the alternative text, the link.
func (r *rtfReader) shape(text string) {
	switch r.field {
	case "gtextUNICODE":
		r.out.text(poterne.Place{Zone: poterne.ZoneWatermark}, text)
	case "wzDescription", "wzTooltip":
		r.out.text(poterne.Place{Zone: r.around()}, text)
	case "pihlShape":
		r.out.text(poterne.Place{Zone: poterne.ZoneHidden}, text)
	}
}

// around returns the zone of the story around the innermost one.
func (r *rtfReader) around() poterne.Zone {
	if n := len(r.stories); n > 1 {
		return r.stories[n-2].zone
	}
	return poterne.ZoneBody
}

// paragraph ends a paragraph: it goes to the open row of a table, or out.
func (r *rtfReader) paragraph() {
	s := r.stories[r.state.story]
	if s.value != rtfText {
		if s.text.Len() > maxSegment {
			s.text.Reset()
		}
		return
	}
	for _, aside := range []struct {
		b    *strings.Builder
		zone poterne.Zone
	}{{&s.hidden, poterne.ZoneHidden}, {&s.deleted, poterne.ZoneComment}} {
		if aside.b.Len() > 0 {
			r.out.text(poterne.Place{Zone: aside.zone}, aside.b.String())
			aside.b.Reset()
		}
	}
	if r.state.inTable && s.text.Len() <= maxSegment {
		if s.text.Len() > 0 {
			s.text.WriteByte('\n')
		}
		return
	}
	text := strings.TrimSpace(s.text.String())
	s.text.Reset()
	if text == "" {
		return
	}
	if !r.state.inTable {
		r.endTable()
	}
	switch {
	case s.property != "":
		r.out.property(s.property, text)
	default:
		r.out.text(poterne.Place{Zone: s.zone}, text)
	}
}

// cell ends a cell.
func (r *rtfReader) cell() {
	s := r.stories[r.state.story]
	s.cells = append(s.cells, strings.TrimSpace(s.text.String()))
	s.text.Reset()
	if len(s.cells) >= maxCells {
		r.row()
	}
}

// row ends a row.
func (r *rtfReader) row() {
	s := r.stories[r.state.story]
	if len(s.cells) == 0 {
		return
	}
	if s.table == nil {
		s.table, s.row = newTextTable(r.out, ""), 0
		if s.zone != poterne.ZoneBody {
			s.table.place.Zone = s.zone
		}
	}
	s.row++
	s.table.add(s.row, 0, s.cells)
	s.cells = nil
}

// endTable sends what a table holds back.
func (r *rtfReader) endTable() {
	s := r.stories[r.state.story]
	if len(s.cells) > 0 {
		r.row()
	}
	if s.table != nil {
		s.table.flush()
		s.table = nil
	}
}
