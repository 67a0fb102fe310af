package extract

import (
	"cmp"
	"strconv"
	"strings"

	"poterne"
)

// story reads the text of WordprocessingML and DrawingML: paragraphs, tables,
// text boxes, notes. Both name their elements alike, so one reader serves
// documents, slides, drawings, diagrams and charts.
type story struct {
	out   *emitter
	x     *xmlReader
	place poterne.Place

	// paged counts page breaks into place.Page: of documents that say where
	// their pages were broken when they were last shown.
	paged bool
	// prompts says that placeholders hold prompts, as in masters and layouts.
	prompts bool
	// chart takes the cached values of charts.
	chart bool
	// watermarks says that drawn text lies behind the page.
	watermarks bool

	paras     []*para
	tables    []*storyTable
	shapes    []shape
	choices   []choice
	tableNo   int
	written   int // bytes of text taken so far
	textDepth int // depth of the element whose text counts
	deleted   int // depth of tracked deletions
	lastAlt   string
	fresh     bool      // nothing was written since the last page break
	pictures  []picture // of documents in one file
	authors   map[string]bool
}

// para is a paragraph being read: a run may hold a text box with paragraphs.
type para struct {
	text, hidden, gone, code strings.Builder
	vanish                   bool // the run is hidden
	sink                     *strings.Builder
}

// shape is a shape whose placeholder, or being hidden, may have changed the zone.
type shape struct {
	depth int
	place poterne.Place
}

// choice is an mc:AlternateContent: the same content for old and new readers, of
// which one is read.
type choice struct {
	depth, written int
}

// read reads the whole of x.
func (s *story) read(x *xmlReader) error {
	s.x = x
	for x.next() {
		switch x.kind {
		case xmlStart:
			s.start()
		case xmlEnd:
			s.end()
		case xmlText:
			if x.depth == s.textDepth {
				s.write(string(x.text))
			}
		}
		if s.out.run.stopped {
			return nil
		}
	}
	for len(s.paras) > 0 { // cut: what was read so far counts
		s.endPara()
	}
	for len(s.tables) > 0 {
		s.endCell()
		s.endRow()
		s.tables = s.tables[:len(s.tables)-1]
	}
	return nil
}

func (s *story) top() *para {
	if len(s.paras) == 0 {
		s.paras = append(s.paras, &para{})
	}
	return s.paras[len(s.paras)-1]
}

func (s *story) write(t string) {
	p := s.top()
	s.written += len(t)
	b := &p.text
	switch {
	case p.sink != nil:
		b = p.sink
	case s.deleted > 0:
		b = &p.gone
	case p.vanish:
		b = &p.hidden
	}
	b.WriteString(t)
	if b.Len() > maxBody {
		s.flush(p)
	}
	s.fresh = false
}

func (s *story) start() {
	x := s.x
	switch string(x.name) {
	case "p":
		s.paras = append(s.paras, &para{})
	case "r":
		if len(s.paras) > 0 {
			s.top().vanish = false
		}
	case "t":
		s.textDepth = x.depth
	case "delText":
		s.textDepth = x.depth
		s.top().sink = &s.top().gone
	case "instrText", "delInstrText":
		s.textDepth = x.depth
		s.top().sink = &s.top().code
	case "v", "pt": // values of charts: those of 2016 stand in the point itself
		if s.chart {
			s.paras = append(s.paras, &para{})
			s.textDepth = x.depth
		}
	case "tab", "ptab":
		s.write("\t")
	case "br", "cr":
		s.write("\n")
		if x.attr("type") == "page" {
			s.breakPage()
		}
	case "lastRenderedPageBreak":
		if !s.fresh { // else it is the break that was just asked for
			s.breakPage()
		}
	case "noBreakHyphen":
		s.write("\u2011")
	case "softHyphen":
		s.write("\u00ad")
	case "sym":
		s.symbol(x.attr("char"))
	case "rPr":
		s.runProps()
	case "tabs", "tabLst", "pPrChange", "sectPrChange", "tblPrEx", "tblGrid", "bodyPr", "lstStyle", "spPr", "endParaRPr", "defRPr", "rt", "numFmt", "formatCode":
		x.skip()
	case "tbl":
		s.startTable()
	case "tblPr":
		s.tableProps()
	case "tr":
		if t := s.current(); t != nil {
			t.row++
			t.column, t.title, t.fields = 0, false, t.fields[:0]
		}
	case "trPr":
		s.rowProps()
	case "tc":
		if t := s.current(); t != nil {
			t.inCell, t.span = true, 1
			t.column++
			if n, err := strconv.Atoi(x.attr("gridSpan")); err == nil && n > 1 && n < maxTitles {
				t.span = n
			}
			t.cell.Reset()
		}
	case "tcPr":
		s.cellProps()
	case "sdtPr":
		s.controlProps()
	case "ffData":
		s.formField()
	case "fldSimple":
		s.field(x.attr("instr"))
	case "del", "moveFrom":
		s.deleted++
	case "AlternateContent":
		s.choices = append(s.choices, choice{x.depth, s.written})
	case "Choice", "Fallback":
		// The first that held text is read, the others are the same content again.
		if n := len(s.choices); n > 0 && s.written > s.choices[n-1].written {
			x.skip()
		}
	case "docPr", "cNvPr":
		if n := len(s.shapes); n > 0 && on(x.attr("hidden")) && x.attr("hidden") != "" {
			s.place.Zone = poterne.ZoneHidden
		}
		s.alt(x.attr("title"))
		s.alt(x.attr("descr"))
	case "shape", "rect", "oval", "roundrect", "line", "image", "imagedata":
		s.alt(x.attr("alt"))
	case "textpath":
		s.drawn(x.attr("string"))
	case "hyperlink", "hlinkClick":
		s.alt(x.attr("tooltip"))
	case "hdr":
		s.enter(poterne.ZoneHeader)
	case "ftr":
		s.enter(poterne.ZoneFooter)
	case "footnote", "endnote":
		s.enter(poterne.ZoneNote)
	case "annotation": // of Word 2003: comments and changes
		s.author(x.attr("author"))
		if x.attr("type") == "Word.Comment" {
			s.enter(poterne.ZoneComment)
		}
	case "DocumentProperties", "CustomDocumentProperties":
		_ = properties(x, s.out) // a fault in them shows again behind them
	case "binData", "binaryData":
		s.binary()
	case "comment":
		s.enter(poterne.ZoneComment)
		s.author(x.attr("author"))
		s.author(x.attr("initials"))
	case "ins":
		s.author(x.attr("author"))
		s.author(x.attr("initials"))
	case "sp", "grpSp", "cxnSp", "graphicFrame", "pic":
		s.shapes = append(s.shapes, shape{x.depth, s.place})
	case "cSld":
		if !s.prompts { // those of masters are their makers'
			p := s.place
			p.Zone = poterne.ZoneHidden
			s.out.text(p, x.attr("name"))
		}
	case "ph":
		s.placeholder(x.attr("type"))
	}
}

func (s *story) end() {
	switch string(s.x.name) {
	case "p":
		s.endPara()
	case "v", "pt":
		if s.chart {
			s.endPara()
		}
	case "delText", "instrText", "delInstrText":
		if len(s.paras) > 0 {
			s.top().sink = nil
		}
	case "tc":
		s.endCell()
	case "tr":
		s.endRow()
	case "tbl":
		if n := len(s.tables); n > 0 {
			s.tables = s.tables[:n-1]
		}
	case "del", "moveFrom":
		s.deleted = max(0, s.deleted-1)
	case "AlternateContent":
		if n := len(s.choices); n > 0 {
			s.choices = s.choices[:n-1]
		}
	case "sp", "grpSp", "cxnSp", "graphicFrame", "pic", "hdr", "ftr", "footnote", "endnote", "annotation", "comment":
		if n := len(s.shapes); n > 0 && s.shapes[n-1].depth > s.x.depth {
			s.leave()
		}
	}
}

// enter sets the zone until the element that has started ends, save in a story that
// has one of its own.
func (s *story) enter(zone poterne.Zone) {
	s.shapes = append(s.shapes, shape{s.x.depth, s.place})
	if s.place.Zone == poterne.ZoneBody {
		s.place.Zone = zone
	}
}

// leave returns to the place around the innermost shape.
func (s *story) leave() {
	n := len(s.shapes)
	s.place, s.shapes = s.shapes[n-1].place, s.shapes[:n-1]
}

// endPara sends the paragraph, or leaves it to the cell it stands in.
func (s *story) endPara() {
	n := len(s.paras)
	if n == 0 {
		return
	}
	p := s.paras[n-1]
	s.flush(p)
	s.paras = s.paras[:n-1]
}

func (s *story) flush(p *para) {
	if p.text.Len() > 0 {
		if t := s.current(); t != nil && t.inCell && t.cell.Len()+p.text.Len() < maxBody {
			if t.cell.Len() > 0 {
				t.cell.WriteByte('\n')
			}
			t.cell.WriteString(p.text.String())
		} else {
			s.out.text(s.place, p.text.String())
		}
		p.text.Reset()
	}
	s.side(&p.hidden, poterne.ZoneHidden)
	s.side(&p.gone, poterne.ZoneComment)
	if p.code.Len() > 0 {
		s.field(p.code.String())
		p.code.Reset()
	}
}

// side sends what stands in a paragraph but is not read with it.
func (s *story) side(b *strings.Builder, zone poterne.Zone) {
	if b.Len() == 0 {
		return
	}
	p := s.place
	p.Zone = zone
	s.out.text(p, b.String())
	b.Reset()
}

func (s *story) breakPage() {
	if s.paged {
		s.place.Page = max(s.place.Page, 1) + 1 // the first page is only known by its end
		s.fresh = true
	}
}

// symbol writes a character of a symbol font: the boxes of forms, which say
// what was ticked; the others mean nothing outside of their font.
func (s *story) symbol(code string) {
	switch strings.ToUpper(strings.TrimSpace(code)) {
	case "F0FE", "F052", "F078", "F0FD":
		s.write("☒")
	case "F0A8", "F06F", "F0A3":
		s.write("☐")
	case "F0E0", "F0E8":
		s.write("→")
	default:
		s.write(" ")
	}
}

// each reads the element that has started and calls f at each start inside it.
func (s *story) each(f func(name string)) {
	x := s.x
	for depth := x.depth; x.next(); {
		switch {
		case x.kind == xmlEnd && x.depth < depth:
			return
		case x.kind == xmlStart:
			f(string(x.name))
		}
	}
}

// on reports whether a toggle property is set (ECMA-376 part 1, 17.17.4).
func on(value string) bool {
	switch value {
	case "0", "false", "off", "none":
		return false
	}
	return true
}

func (s *story) runProps() {
	s.each(func(name string) {
		switch name {
		case "vanish", "webHidden":
			if on(s.x.attr("val")) && name == "vanish" && len(s.paras) > 0 {
				s.top().vanish = true
			}
		case "hlinkClick":
			s.alt(s.x.attr("tooltip"))
		}
	})
}

// controlProps sends the title of a content control and the choices of its list:
// a reader sees them.
func (s *story) controlProps() {
	p := s.place
	p.Zone = poterne.ZoneHidden
	s.each(func(name string) {
		switch name {
		case "alias":
			s.out.text(p, s.x.attr("val"))
		case "listItem":
			s.out.text(p, cmp.Or(s.x.attr("displayText"), s.x.attr("value")))
		}
	})
}

// formField sends the texts of a legacy form field: default, choices, help.
func (s *story) formField() {
	p := s.place
	p.Zone = poterne.ZoneHidden
	s.each(func(name string) {
		switch name {
		case "default", "listEntry", "helpText", "statusText":
			if v := s.x.attr("val"); len(v) > 1 {
				s.out.text(p, v)
			}
		}
	})
}

// field sends what a field's code holds beyond its result.
func (s *story) field(code string) {
	if word, rest, ok := fieldText(code); ok {
		s.out.property(strings.ToLower(word), rest)
	}
}

// fieldText splits the code of a field and reports whether it holds text beyond the
// field's result: addresses, names of merged columns, paths of included files.
func fieldText(code string) (word, rest string, ok bool) {
	word, rest, _ = strings.Cut(strings.TrimSpace(code), " ")
	switch strings.ToUpper(word) {
	case "HYPERLINK", "MERGEFIELD", "INCLUDETEXT", "INCLUDEPICTURE", "DATABASE", "LINK", "COMMENTS", "DOCPROPERTY", "XE", "TC", "TA", "ASK", "FILLIN", "SET", "QUOTE", "IF", "USERINITIALS", "USERNAME":
		return word, strings.TrimSpace(rest), true
	}
	return word, rest, false
}

// alt sends alternative text, once where two elements give the same.
func (s *story) alt(t string) {
	if t == "" || t == s.lastAlt {
		return
	}
	s.lastAlt = t
	s.written += len(t)
	s.out.text(s.place, t)
}

func (s *story) drawn(t string) {
	if t == "" {
		return
	}
	s.written += len(t)
	p := s.place
	if s.watermarks {
		p.Zone = poterne.ZoneWatermark
	}
	s.out.text(p, t)
}

// author sends the name of who commented or changed, once per part.
func (s *story) author(name string) {
	if name == "" || s.authors[name] {
		return
	}
	if s.authors == nil {
		s.authors = make(map[string]bool)
	}
	s.authors[name] = true
	s.out.property("author", name)
}

// placeholder sets the zone of a slide's shape from what it stands for.
func (s *story) placeholder(kind string) {
	if s.prompts && kind != "ftr" && kind != "hdr" {
		s.place.Zone = poterne.ZonePrompt
		return
	}
	switch kind {
	case "ftr", "dt", "sldNum":
		if s.place.Zone != poterne.ZoneHidden {
			s.place.Zone = poterne.ZoneFooter
		}
	case "hdr":
		s.place.Zone = poterne.ZoneHeader
	}
}
