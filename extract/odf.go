package extract

import (
	"bytes"
	"context"
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
	var pictures []picture
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
		pictures = append(pictures, o.pictures...)
	}
	if err := odfScripts(p); err != nil || out.run.stopped {
		return err
	}
	odfObjects(p)
	if p.cut {
		return io.ErrUnexpectedEOF
	}
	for _, name := range p.under("pictures/") {
		f := p.parts[name]
		pictures = append(pictures, picture{size: f.size, open: func() (io.Reader, error) { return p.openPart(f) }})
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

// readFlatODF reads a document whose parts stand in one XML file.
func readFlatODF(_ context.Context, in *input, out *emitter) error {
	x := newXML(in.stream())
	o := &odf{out: out, drawing: in.format == "fodp"}
	if err := o.read(x); err != nil || out.run.stopped {
		return err
	}
	if err := x.fault(); err != nil {
		return err
	}
	return out.scanned(o.pictures)
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
	math   bool

	style    string          // family and name of the style being read
	hidden   map[string]bool // styles that hide what has them
	holder   string          // what the next binary data belong to
	objects  int
	pictures []picture // of documents in one file
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
	formula     string // texts in quotes of the cell's formula
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
	o.labels()
	switch string(x.name) {
	case "p", "h":
		if o.hides("paragraph") {
			o.enter(poterne.ZoneHidden)
		}
		o.paras = append(o.paras, &strings.Builder{})
	case "span":
		if o.hides("text") {
			o.enter(poterne.ZoneHidden)
			o.paras = append(o.paras, &strings.Builder{})
		}
	case "section":
		if x.attr("display") != "" && x.attr("display") != "true" {
			o.enter(poterne.ZoneHidden)
		}
	case "custom-shape":
		if strings.HasPrefix(x.attr("name"), "PowerPlusWaterMarkObject") { // the name that Word looks for too
			o.enter(poterne.ZoneWatermark)
		}
	case "math":
		o.math = true
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
		if o.math { // the source of a formula
			o.write("\n")
			break
		}
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
			if name := x.attr("name"); strings.TrimRight(name, "0123456789") != "page" {
				o.side(poterne.ZoneHidden, name)
			}
			if o.hides("drawing-page") {
				o.enter(poterne.ZoneHidden)
			}
		}
	case "style", "default-style":
		o.style = x.attr("family") + " " + x.attr("name")
	case "text-properties":
		o.hide(x.attr("display") == "none")
	case "drawing-page-properties":
		o.hide(x.attr("visibility") == "hidden")
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
	case "note-citation", "font-face-decls", "settings", "event-listeners":
		x.skip()
	case "table-source":
		o.out.property("link", x.attr("href"))
		x.skip()
	case "object-ole", "object", "image", "fill-image":
		o.holder = string(x.name)
	case "binary-data":
		o.binary()
	case "script":
		if o.para() == nil { // else it is shown in the text
			o.side(poterne.ZoneHidden, textOf(x))
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
		o.enter(poterne.ZoneHidden)
	case "named-range", "named-expression":
		o.out.property("name", x.attr("name"))
		o.out.property("name", quotedTexts(x.attr("expression")))
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
	case "math":
		o.math = false
		o.endPara()
	case "span":
		if n := len(o.scopes); n > 0 && o.scopes[n-1].depth > x.depth { // a hidden one
			o.endPara()
		}
	case "style":
		o.style = ""
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
