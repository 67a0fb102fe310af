package extract

import (
	"bytes"
	"context"
	"errors"
	"io"
	"regexp"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"poterne"
)

// htmlCharset matches the encoding that a page declares, in either of the two ways.
var htmlCharset = regexp.MustCompile(`(?i)<meta[^>]+charset\s*=\s*["']?\s*([\w.:-]+)`)

// readHTML reads pages.
func readHTML(_ context.Context, in *input, out *emitter) error {
	head, err := in.head(64 << 10) // scripts may stand before the declaration
	if err != nil {
		return err
	}
	declared := ""
	if m := htmlCharset.FindSubmatch(head); m != nil {
		declared = string(m[1])
	} else if m := xmlProlog.FindSubmatch(head); m != nil {
		declared = string(m[1])
	}
	return htmlText(decodeText(in.stream(), declared), out)
}

// maxToken bounds one token of HTML, in bytes: a picture inside a data: address
// of a saved page reaches 20 MB.
const maxToken = 32 << 20

// page is the state of reading one page. It counts open elements and keeps no
// tree, so that a page nested a million deep costs no more than a flat one.
type page struct {
	out   *emitter
	text  strings.Builder
	space bool // white space is pending
	pre   int  // open elements that keep white space

	// The element that hides what is inside it, and how many of the same name are
	// open inside.
	hidden      atom.Atom
	hiddenDepth int
	header      int // open header elements
	footer      int

	table *pageTable // innermost open table
}

// pageTable is an open table.
type pageTable struct {
	outer  *pageTable
	depth  int
	cells  *textTable
	row    int
	fields []string
	heads  int // th cells of the row
	inCell bool
}

// maxTables bounds tables inside tables; deeper ones are text.
const maxTables = 64

// htmlText sends what a page shows, and what it holds but does not show.
func htmlText(r io.Reader, out *emitter) error {
	z := html.NewTokenizer(r)
	z.SetMaxBuf(maxToken)
	p := &page{out: out}
	var raw atom.Atom // element whose text is not markup
	for !out.run.stopped {
		switch z.Next() {
		case html.ErrorToken:
			p.block()
			for p.table != nil {
				p.endTable()
			}
			if err := z.Err(); !errors.Is(err, html.ErrBufferExceeded) {
				return ended(err)
			}
			// The rest is read as lines, so that nothing behind the token is lost.
			out.fail(poterne.Partial, html.ErrBufferExceeded)
			rest := io.MultiReader(bytes.NewReader(bytes.Clone(z.Buffered())), r)
			return linesOf(rest, out, poterne.ZoneBody)
		case html.TextToken:
			p.textToken(z, raw)
		case html.CommentToken:
			if text := z.Text(); !bytes.HasPrefix(text, []byte("?xml")) {
				p.aside(poterne.ZoneComment, text)
			}
		case html.StartTagToken, html.SelfClosingTagToken:
			name, hasAttr := z.TagName()
			raw = p.start(z, atom.Lookup(name), hasAttr)
		case html.EndTagToken:
			name, _ := z.TagName()
			raw = 0
			p.end(atom.Lookup(name))
		}
	}
	return nil
}

// textToken takes the text after a tag; raw is the element that it belongs to
// where that is not markup.
func (p *page) textToken(z *html.Tokenizer, raw atom.Atom) {
	switch raw {
	case atom.Script, atom.Style, atom.Template:
		if raw == atom.Script { // passwords live there; style sheets hold no text
			p.send(poterne.ZoneHidden, cutData(string(z.Text())))
		}
		return
	case atom.Title:
		p.out.property("title", strings.Join(strings.Fields(string(z.Text())), " "))
		return
	case atom.Noscript, atom.Noembed, atom.Noframes, atom.Iframe, atom.Xmp:
		p.aside(poterne.ZoneBody, z.Text())
		return
	}
	p.write(z.Text())
	if p.text.Len() > maxSegment {
		p.block()
	}
}

// aside sends the text of a stretch that may be markup: a comment, what browsers
// without scripts show. Its tags are cut.
func (p *page) aside(zone poterne.Zone, markup []byte) {
	if bytes.IndexByte(markup, '<') < 0 {
		p.send(zone, cutData(string(markup)))
		return
	}
	z := html.NewTokenizer(bytes.NewReader(bytes.Clone(markup)))
	var b strings.Builder
	for {
		switch z.Next() {
		case html.ErrorToken:
			p.send(zone, cutData(b.String()))
			return
		case html.TextToken:
			b.Write(z.Text())
		default:
			b.WriteByte('\n')
		}
	}
}

// write adds text to the block, with white space as a browser shows it.
func (p *page) write(b []byte) {
	if p.pre > 0 {
		p.text.Write(b)
		return
	}
	for len(b) > 0 {
		i := bytes.IndexAny(b, " \t\r\n\f")
		if i != 0 {
			if p.space && p.text.Len() > 0 {
				p.text.WriteByte(' ')
			}
			p.space = false
			if i < 0 {
				p.text.Write(b)
				return
			}
			p.text.Write(b[:i])
		}
		p.space = true
		b = bytes.TrimLeft(b[i:], " \t\r\n\f")
	}
}

// block ends the block of text: it goes to the open cell, or out.
func (p *page) block() {
	body := p.text.String()
	p.text.Reset()
	p.space = false
	if blank(body) {
		return
	}
	if t := p.table; t != nil && t.inCell && p.hidden == 0 {
		last := len(t.fields) - 1
		if len(t.fields[last])+len(body) < maxBody {
			if t.fields[last] != "" {
				t.fields[last] += "\n"
			}
			t.fields[last] += strings.TrimRight(body, "\n")
			return
		}
	}
	p.send(p.zone(), body)
}

func (p *page) zone() poterne.Zone {
	switch {
	case p.hidden != 0:
		return poterne.ZoneHidden
	case p.header > 0:
		return poterne.ZoneHeader
	case p.footer > 0:
		return poterne.ZoneFooter
	}
	return poterne.ZoneBody
}

func (p *page) send(zone poterne.Zone, body string) {
	p.out.text(poterne.Place{Zone: zone}, strings.TrimSpace(body))
}

// start takes a start tag and returns the element if its text is not markup.
func (p *page) start(z *html.Tokenizer, tag atom.Atom, hasAttr bool) (raw atom.Atom) {
	if blocks[tag] {
		p.block()
	}
	hides := p.attributes(z, tag, hasAttr) || tag == atom.Template
	switch {
	case p.hidden == 0 && hides && !voids[tag]:
		p.block()
		p.hidden, p.hiddenDepth = tag, 1
	case p.hidden != 0 && tag == p.hidden:
		p.hiddenDepth++
	}
	switch tag {
	case atom.Br:
		p.text.WriteByte('\n')
		p.space = false
	case atom.Pre, atom.Textarea:
		p.pre++
	case atom.Header:
		p.header++
	case atom.Footer:
		p.footer++
	case atom.Table:
		p.startTable()
	case atom.Tr:
		p.endRow()
	case atom.Td, atom.Th:
		p.startCell(tag)
	case atom.Script, atom.Style, atom.Title, atom.Noscript, atom.Noembed, atom.Noframes, atom.Iframe, atom.Xmp:
		return tag
	}
	return 0
}

// attributes sends the attributes that a reader sees or that hold an address, and
// reports whether the element hides what is inside it.
func (p *page) attributes(z *html.Tokenizer, tag atom.Atom, more bool) (hides bool) {
	var name, content, value string
	var hiddenField, noValue bool
	for more {
		var k, v []byte
		k, v, more = z.TagAttr()
		switch string(k) {
		case "hidden":
			hides = true
		case "style":
			style := strings.ToLower(strings.ReplaceAll(string(v), " ", ""))
			hides = hides || strings.Contains(style, "display:none") || strings.Contains(style, "visibility:hidden") || strings.Contains(style, "mso-hide:all")
		case "type":
			kind := strings.ToLower(string(v))
			hiddenField = kind == "hidden" || kind == "password"
			noValue = kind == "submit" || kind == "checkbox" || kind == "radio" || kind == "image"
		case "name", "property", "http-equiv":
			if tag == atom.Meta {
				name = string(v)
			}
		case "content":
			content = string(v)
		case "value":
			value = string(v)
		case "alt", "title", "placeholder", "aria-label", "summary", "label":
			p.send(p.zone(), string(v))
		case "srcdoc":
			p.aside(p.zone(), v)
		case "href", "src", "action", "cite":
			// An address holds names, tokens, paths of servers. Relative ones do not.
			if a := cutData(string(v)); strings.Contains(a, "://") || strings.HasPrefix(a, "mailto:") || strings.HasPrefix(a, "tel:") || strings.HasPrefix(a, `\\`) {
				p.send(poterne.ZoneHidden, a)
			}
		default:
			if bytes.HasPrefix(k, []byte("data-")) && len(v) > 4 {
				p.send(poterne.ZoneHidden, cutData(string(v)))
			}
		}
	}
	if tag == atom.Meta && content != "" && !strings.EqualFold(name, "viewport") && !strings.EqualFold(name, "content-type") {
		p.out.property(name, cutData(content))
	}
	if value != "" && tag != atom.Li && tag != atom.Param && !noValue {
		switch {
		case hiddenField:
			p.send(poterne.ZoneHidden, cutData(value))
		case tag == atom.Input && p.text.Len() < maxBody:
			p.field(cutData(value))
		default:
			p.send(p.zone(), cutData(value))
		}
	}
	return hides
}

// field writes what a field of a form shows behind its label, which stands before it.
func (p *page) field(value string) {
	if p.text.Len() > 0 {
		p.text.WriteByte(' ')
	}
	p.text.WriteString(value)
	p.text.WriteByte('\n')
	p.space = false
}

// end takes an end tag.
func (p *page) end(tag atom.Atom) {
	if blocks[tag] {
		p.block()
	}
	switch tag {
	case atom.Pre, atom.Textarea:
		p.pre = max(0, p.pre-1)
	case atom.Header:
		p.header = max(0, p.header-1)
	case atom.Footer:
		p.footer = max(0, p.footer-1)
	case atom.Table:
		p.endTable()
	case atom.Tr:
		p.endRow()
	case atom.Td, atom.Th:
		if p.table != nil {
			p.table.inCell = false
		}
	case atom.Body, atom.Html:
		p.header, p.footer = 0, 0
	}
	if p.hidden != 0 && tag == p.hidden {
		if p.hiddenDepth--; p.hiddenDepth == 0 {
			p.block()
			p.hidden = 0
		}
	}
}

func (p *page) startTable() {
	depth := 1
	if p.table != nil {
		depth = p.table.depth + 1
	}
	if depth > maxTables {
		return
	}
	p.table = &pageTable{outer: p.table, depth: depth, cells: newTextTable(p.out, "")}
}

func (p *page) endTable() {
	if p.table == nil {
		return
	}
	p.endRow()
	p.table.cells.flush()
	p.table = p.table.outer
}

func (p *page) startCell(tag atom.Atom) {
	t := p.table
	if t == nil {
		return
	}
	if len(t.fields) >= maxCells {
		p.endRow()
	}
	t.fields = append(t.fields, "")
	t.inCell = true
	if tag == atom.Th {
		t.heads++
	}
}

// endRow sends the row of the innermost table. A row of th cells is its titles.
func (p *page) endRow() {
	t := p.table
	if t == nil || len(t.fields) == 0 {
		return
	}
	t.row++
	if t.heads > 1 && t.heads == len(t.fields) {
		t.cells.titled(t.row, t.fields)
	} else {
		t.cells.add(t.row, 0, t.fields)
	}
	t.fields, t.heads, t.inCell = nil, 0, false
}

// blocks are the elements whose text stands by itself.
var blocks = atoms(atom.Address, atom.Article, atom.Aside, atom.Blockquote, atom.Body, atom.Button, atom.Caption, atom.Center,
	atom.Dd, atom.Details, atom.Dialog, atom.Dir, atom.Div, atom.Dl, atom.Dt, atom.Fieldset, atom.Figcaption, atom.Figure,
	atom.Footer, atom.Form, atom.Frameset, atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6, atom.Head, atom.Header, atom.Hr,
	atom.Html, atom.Legend, atom.Li, atom.Main, atom.Menu, atom.Nav, atom.Ol, atom.Optgroup, atom.Option, atom.P, atom.Pre,
	atom.Section, atom.Select, atom.Summary, atom.Table, atom.Tbody, atom.Td, atom.Textarea, atom.Tfoot, atom.Th, atom.Thead,
	atom.Title, atom.Tr, atom.Ul)

// voids are the elements that have no end tag.
var voids = atoms(atom.Area, atom.Base, atom.Br, atom.Col, atom.Embed, atom.Hr, atom.Img, atom.Input, atom.Link, atom.Meta,
	atom.Param, atom.Source, atom.Track, atom.Wbr)

func atoms(list ...atom.Atom) map[atom.Atom]bool {
	m := make(map[atom.Atom]bool, len(list))
	for _, a := range list {
		m[a] = true
	}
	return m
}
