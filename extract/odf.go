package extract

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"path"
	"strconv"
	"strings"

	"poterne"
)

// readODF reads a package of OpenDocument (ISO/IEC 26300, ODF 1.3): content,
// page styles with their headers and footers, metadata, and the objects inside,
// which are documents of their own kind in folders of the same package.
func readODF(ctx context.Context, in *input, out *emitter) error {
	p, err := openOPC(in, out)
	if err != nil {
		return err
	}
	sealed, err := odfEncrypted(p)
	if err != nil {
		return err
	}
	if sealed && !unlockODF(ctx, p, in.x.opts.Passwords) {
		return poterne.Fail(poterne.StageExtract, poterne.Encrypted, nil)
	}
	if !p.has("content.xml") && !p.has("styles.xml") && !p.has("meta.xml") {
		return errNoPart
	}
	order := append([]string{"content.xml", "styles.xml", "meta.xml"}, p.names...)
	for _, name := range order {
		switch path.Base(name) {
		case "content.xml", "styles.xml", "meta.xml":
		default:
			continue
		}
		if !p.take(name) {
			continue
		}
		o := &odf{out: out, drawing: strings.HasPrefix(in.format, "odp") || strings.HasPrefix(in.format, "otp")}
		if ok, err := p.try(name, o.read); err != nil || !ok {
			return err
		}
	}
	odfObjects(p)
	if p.cut {
		return io.ErrUnexpectedEOF
	}
	var pictures []picture
	for _, name := range p.under("pictures/") {
		f := p.parts[name]
		pictures = append(pictures, picture{f.size, func() (io.Reader, error) { return p.openPart(f) }})
	}
	return out.scanned(pictures)
}

// odfEncrypted reports whether the manifest says that the content is encrypted
// (ODF 1.3 part 2, 4.4): entries carry encryption-data.
func odfEncrypted(p *opc) (bool, error) {
	const manifest = "meta-inf/manifest.xml"
	if p.has("encrypted-package") {
		return true, nil // LibreOffice 24.8 and later: the whole package in one part
	}
	if !p.has(manifest) {
		return false, nil
	}
	sealed := false
	err := p.xml(manifest, func(x *xmlReader) error {
		for !sealed && x.next() {
			sealed = x.kind == xmlStart && string(x.name) == "encryption-data"
		}
		return nil
	})
	if fl := failure(err); err != nil && (fl.Kind == poterne.TooLarge || fl.Kind == poterne.Timeout) {
		return false, err
	}
	return sealed, nil
}

// odfObjects leaves the objects that are not OpenDocument to be read as members:
// "Object 1" without a content of its own is an OLE file.
func odfObjects(p *opc) {
	for _, name := range p.names {
		f := p.parts[name]
		if strings.Contains(name, "/") || !strings.HasPrefix(name, "obj") {
			continue
		}
		if !p.out.member(member{name: f.name, size: f.size, open: func() (io.Reader, error) { return f.open() }}) {
			return
		}
	}
}

// readFlatODF reads a document whose parts stand in one XML file.
func readFlatODF(_ context.Context, in *input, out *emitter) error {
	x := newXML(in.stream())
	o := &odf{out: out, drawing: in.format == "fodp"}
	if err := o.read(x); err != nil || out.run.stopped {
		return err
	}
	return x.fault()
}

// odf reads the elements of OpenDocument.
type odf struct {
	out     *emitter
	x       *xmlReader
	drawing bool // pages are slides

	place  poterne.Place
	scopes []scope
	paras  []*strings.Builder
	tables []*odfTable
	page   int
	meta   bool
	number int // tables seen
}

// scope is an element that changes the place of what is inside it, until it ends.
type scope struct {
	depth int
	place poterne.Place
	paras int  // paragraphs open around it
	cell  bool // it hides the cell it stands in
}

type odfTable struct {
	table
	row, column int
	header      bool // inside table-header-rows
	inCell      bool
	span        int
	kind, value string
	cell        strings.Builder
	fields      []field
	skipped     int
}

func (o *odf) read(x *xmlReader) error {
	o.x = x
	for x.next() && !o.out.run.stopped {
		switch x.kind {
		case xmlStart:
			o.start()
		case xmlEnd:
			o.end()
		case xmlText:
			if b := o.para(); b != nil {
				b.Write(odfSpace(x.text, b.Len() == 0))
				if b.Len() > maxBody {
					o.flush(b)
				}
			}
		}
	}
	for len(o.paras) > 0 {
		o.endPara()
	}
	if t := o.current(); t != nil && !o.out.run.stopped {
		o.endCell()
		o.endRow()
	}
	return nil
}

// odfSpace collapses white space as ODF does (part 3, 6.1.2): line breaks of the
// source are spaces.
func odfSpace(b []byte, first bool) []byte {
	if bytes.IndexByte(b, '\n') < 0 && bytes.IndexByte(b, '\t') < 0 {
		return b
	}
	out := make([]byte, 0, len(b))
	gap := first
	for _, c := range b {
		if space(c) {
			if !gap {
				out = append(out, ' ')
			}
			gap = true
			continue
		}
		gap = false
		out = append(out, c)
	}
	return out
}

func (o *odf) current() *odfTable {
	if n := len(o.tables); n > 0 {
		return o.tables[n-1]
	}
	return nil
}

// enter sets the zone until the element that has started ends.
func (o *odf) enter(zone poterne.Zone) {
	s := scope{depth: o.x.depth, place: o.place, paras: len(o.paras)}
	if t := o.current(); t != nil && t.inCell {
		s.cell, t.inCell = true, false
	}
	o.scopes = append(o.scopes, s)
	o.place.Zone = zone
}

func (o *odf) start() {
	x := o.x
	switch string(x.name) {
	case "p", "h":
		o.paras = append(o.paras, &strings.Builder{})
	case "s":
		n, err := strconv.Atoi(x.attr("c"))
		if err != nil || n < 1 {
			n = 1
		}
		o.write(strings.Repeat(" ", min(n, 64)))
	case "tab":
		o.write("\t")
	case "line-break":
		o.write("\n")
	case "a":
		if h := x.attr("href"); h != "" && !strings.HasPrefix(h, "#") {
			o.out.property("link", h)
		}
	case "annotation":
		o.enter(poterne.ZoneComment)
	case "creator", "sender-initials", "creator-initials":
		if o.place.Zone == poterne.ZoneComment {
			o.out.property("author", textOf(x))
		}
	case "tracked-changes":
		o.enter(poterne.ZoneComment)
	case "note":
		o.enter(poterne.ZoneNote)
	case "notes":
		if o.drawing {
			o.enter(poterne.ZoneNote)
		}
	case "header", "header-left", "header-first":
		o.enter(poterne.ZoneHeader)
	case "footer", "footer-left", "footer-first":
		o.enter(poterne.ZoneFooter)
	case "header-decl", "footer-decl":
		o.enter(poterne.ZoneFooter)
		o.paras = append(o.paras, &strings.Builder{})
	case "master-page", "handout-master":
		// What a master says itself stands on every page.
		if o.drawing {
			o.enter(poterne.ZoneHeader)
		}
	case "hidden-text", "hidden-paragraph":
		if v := x.attr("string-value"); v != "" {
			o.side(poterne.ZoneHidden, v)
		}
	case "title", "desc":
		// Of a drawing: alternative text; of a document: handled as metadata.
		if !o.meta {
			o.paras = append(o.paras, &strings.Builder{})
		}
	case "meta":
		o.meta = true
	case "page":
		if o.page++; o.drawing {
			o.place.Page = o.page
		}
	case "soft-page-break":
		o.place.Page = max(o.place.Page, 1) + 1
	case "table":
		o.startTable()
	case "table-header-rows":
		if t := o.current(); t != nil {
			t.header = true
		}
	case "table-row":
		o.startRow()
	case "table-cell", "covered-table-cell":
		o.startCell()
	case "note-citation", "table-source", "binary-data", "automatic-styles", "font-face-decls", "settings", "scripts", "event-listeners":
		if string(x.name) != "automatic-styles" || !o.drawing {
			x.skip()
		}
	case "text", "textarea", "button", "checkbox", "combobox", "formatted-text", "option", "item", "fixed-text":
		for _, a := range []string{"label", "value", "current-value"} {
			if v := x.attr(a); v != "" && len(x.attrs) > 0 {
				o.side(poterne.ZoneBody, v)
			}
		}
	case "content-validation":
		if list := quotedTexts(strings.ReplaceAll(x.attr("condition"), "&quot;", `"`)); list != "" {
			o.side(poterne.ZoneHidden, list)
		}
	case "help-message", "error-message":
		o.side(poterne.ZoneHidden, x.attr("title"))
	case "named-range", "named-expression":
		if v := x.attr("name"); v != "" {
			o.out.property("name", v)
		}
	}
	if o.meta && x.depth > 0 {
		o.property()
	}
}

func (o *odf) end() {
	x := o.x
	switch string(x.name) {
	case "p", "h", "header-decl", "footer-decl":
		o.endPara()
	case "title", "desc":
		if !o.meta {
			o.endPara()
		}
	case "meta":
		o.meta = false
	case "table-header-rows":
		if t := o.current(); t != nil {
			t.header = false
		}
	case "table-cell", "covered-table-cell":
		o.endCell()
	case "table-row":
		o.endRow()
	case "table":
		if n := len(o.tables); n > 0 {
			o.tables = o.tables[:n-1]
			if len(o.tables) == 0 {
				o.place.Sheet = ""
			}
		}
	}
	for n := len(o.scopes); n > 0 && o.scopes[n-1].depth > x.depth; n = len(o.scopes) {
		s := o.scopes[n-1]
		o.scopes = o.scopes[:n-1]
		page := o.place.Page
		o.place = s.place
		o.place.Page = page
		if t := o.current(); t != nil && s.cell {
			t.inCell = true
		}
	}
}

// para returns the open paragraph of the innermost scope, nil where there is
// none: text of an annotation is none of the paragraph around it.
func (o *odf) para() *strings.Builder {
	n, around := len(o.paras), 0
	if k := len(o.scopes); k > 0 {
		around = o.scopes[k-1].paras
	}
	if n <= around {
		return nil
	}
	return o.paras[n-1]
}

func (o *odf) write(s string) {
	if b := o.para(); b != nil {
		b.WriteString(s)
	}
}

func (o *odf) side(zone poterne.Zone, text string) {
	p := o.place
	p.Zone = zone
	o.out.text(p, text)
}

func (o *odf) endPara() {
	n := len(o.paras)
	if n == 0 {
		return
	}
	o.flush(o.paras[n-1])
	o.paras = o.paras[:n-1]
}

func (o *odf) flush(b *strings.Builder) {
	if b.Len() == 0 {
		return
	}
	if t := o.current(); t != nil && t.inCell && t.cell.Len()+b.Len() < maxBody {
		if t.cell.Len() > 0 {
			t.cell.WriteByte('\n')
		}
		t.cell.WriteString(b.String())
	} else {
		o.out.text(o.place, b.String())
	}
	b.Reset()
}

// property sends the metadata element that has started.
func (o *odf) property() {
	x := o.x
	name := string(x.name)
	switch name {
	case "meta", "document-statistic", "generator", "editing-cycles", "editing-duration", "print-date", "creation-date", "date":
		return
	case "template":
		o.out.property("template", x.attr("title"))
		return
	case "user-defined":
		name = x.attr("name")
	}
	o.out.property(name, textOf(x))
	if string(x.name) == "meta" {
		o.meta = false
	}
}

func (o *odf) startTable() {
	o.number++
	t := &odfTable{}
	t.out, t.place = o.out, o.place
	t.place.Sheet = o.x.attr("name")
	if t.place.Sheet == "" {
		t.place.Sheet = fmt.Sprintf("tableau %d", o.number)
	}
	if o.place.Zone == poterne.ZoneBody {
		t.place.Zone = poterne.ZoneCell
	}
	if len(o.tables) == 0 && o.x.attr("name") != "" {
		o.place.Sheet = t.place.Sheet
		o.out.property("sheet", t.place.Sheet)
	}
	o.tables = append(o.tables, t)
}

// repeat returns how many times the row or cell that has started stands there;
// sheets fill themselves up to their last row with one element.
func (o *odf) repeat(attr string) int {
	n, err := strconv.Atoi(o.x.attr(attr))
	if err != nil || n < 1 {
		return 1
	}
	return min(n, 1<<24)
}

func (o *odf) startRow() {
	t := o.current()
	if t == nil {
		return
	}
	t.row += 1 + t.skipped
	t.skipped = o.repeat("number-rows-repeated") - 1
	t.column, t.fields = 0, t.fields[:0]
}

func (o *odf) startCell() {
	t := o.current()
	if t == nil {
		return
	}
	t.column++
	t.span = o.repeat("number-columns-repeated")
	t.inCell = true
	t.cell.Reset()
	x := o.x
	t.kind = x.attr("value-type")
	switch t.kind {
	case "float", "percentage", "currency":
		t.value = x.attr("value")
	case "date":
		t.value = strings.Replace(x.attr("date-value"), "T", " ", 1)
	case "string":
		t.value = x.attr("string-value")
	default:
		t.value = ""
	}
}

func (o *odf) endCell() {
	t := o.current()
	if t == nil || !(t.inCell || t.cell.Len() > 0) {
		return
	}
	t.inCell = false
	body := t.cell.String()
	number := t.kind != "" && t.kind != "string"
	if v, err := strconv.ParseFloat(t.value, 64); err == nil && number && t.kind != "date" {
		t.value = plainNumber(v)
		if len(t.value) < 7 && body != "" {
			t.value = ""
		}
	}
	switch {
	case body == "":
		body = t.value
	case number && t.value != "" && t.value != body:
		body += "\t" + t.value
	}
	if !blank(body) {
		t.fields = append(t.fields, field{column: t.column, body: body, number: number})
	}
	t.column += t.span - 1
	t.cell.Reset()
}

func (o *odf) endRow() {
	t := o.current()
	if t == nil {
		return
	}
	t.place.Page = o.place.Page
	t.table.row(t.row, t.fields, t.header && t.width == 0)
	t.fields = t.fields[:0]
}
