package extract

import (
	"bytes"
	"errors"
	"path"
	"strconv"
	"strings"

	"poterne"
)

// book is a SpreadsheetML workbook, or the binary kind of one, while it is read.
type book struct {
	*ooxml
	main     string
	sheets   []sheetRef
	strings  sharedStrings
	formats  map[int]*numFormat // by number
	styles   []*numFormat       // by index of the cell's format
	date1904 bool
	value    []byte            // of the cell being read
	inXFs    bool              // of the binary kind: inside the formats of cells
	targets  map[string]string // of the binary kind: parts by relationship
	over     bool              // strings were left out of the table
}

type sheetRef struct {
	name, part string
}

// book reads a workbook: its sheets in their order with what belongs to each,
// hidden ones too, then what stands beside them.
func (o *ooxml) book() error {
	b := &book{ooxml: o, main: o.main("xl/workbook.xml"), formats: make(map[int]*numFormat)}
	if !o.has(b.main) && o.has("xl/workbook.bin") {
		b.main = "xl/workbook.bin"
	}
	if path.Ext(b.main) == ".bin" {
		return o.binaryBook(b.main)
	}
	if !o.has(b.main) && len(o.under("xl/worksheets/")) == 0 {
		return errNoPart
	}
	kinds := b.parts()
	if o.take(b.main) {
		if ok, err := o.try(b.main, b.workbook); err != nil || !ok {
			return err
		}
	}
	if name := kinds["styles"]; o.take(name) {
		if ok, err := o.try(name, b.readStyles); err != nil || !ok {
			return err
		}
	}
	if name := kinds["sharedStrings"]; o.take(name) {
		if ok, err := o.try(name, b.readStrings); err != nil || !ok {
			return err
		}
	}
	return b.each(".xml", func(s sheetRef) (bool, error) {
		return o.try(s.part, func(x *xmlReader) error { return b.sheet(x, s.name) })
	})
}

// parts returns the parts that stand once in a workbook, by their kind.
func (b *book) parts() map[string]string {
	dir, ext := path.Dir(b.main), path.Ext(b.main)
	kinds := map[string]string{"styles": dir + "/styles" + ext, "sharedStrings": dir + "/sharedstrings" + ext}
	for _, r := range b.rels(b.main) {
		if !r.external && b.has(r.target) {
			kinds[r.kind] = r.target
		}
	}
	return kinds
}

// each reads the sheets with f, the listed ones first, then those that nothing
// lists, each with its comments and drawings.
func (b *book) each(ext string, f func(sheetRef) (bool, error)) error {
	dir := path.Dir(b.main)
	for _, folder := range []string{"worksheets", "chartsheets", "dialogsheets", "macrosheets"} {
		for _, name := range b.under(dir + "/" + folder + "/") {
			b.sheets = append(b.sheets, sheetRef{strings.TrimSuffix(path.Base(name), ext), name})
		}
	}
	for _, s := range b.sheets {
		if path.Ext(s.part) != ext || !b.take(s.part) {
			continue
		}
		if !b.out.property("sheet", s.name) {
			return nil
		}
		ok, err := f(s)
		if err != nil || !ok {
			return err
		}
		if ok, err := b.beside(s); err != nil || !ok {
			return err
		}
	}
	return b.caches()
}

// workbook reads the list of sheets and the defined names.
func (b *book) workbook(x *xmlReader) error {
	targets := b.targetsOf(b.main)
	for x.next() {
		if x.kind != xmlStart {
			continue
		}
		switch string(x.name) {
		case "workbookPr":
			b.date1904 = x.attr("date1904") != "" && on(x.attr("date1904"))
		case "sheet":
			if len(b.sheets) < maxParts {
				b.sheets = append(b.sheets, sheetRef{x.attr("name"), targets[x.rel("id")]})
			}
		case "definedName":
			name, comment := x.attr("name"), x.attr("comment")
			if v := textOf(x); !strings.HasPrefix(name, "_xlnm.") {
				b.out.property("name", name+" = "+v)
				b.out.property("name", comment)
			}
		}
		if b.out.run.stopped {
			return nil
		}
	}
	return nil
}

// textOf returns the text inside the element that has started.
func textOf(x *xmlReader) string { return string(appendText(nil, x)) }

// appendText appends the text inside the element that has started to dst.
func appendText(dst []byte, x *xmlReader) []byte {
	for depth := x.depth; x.next(); {
		if x.kind == xmlEnd && x.depth < depth {
			break
		}
		if x.kind == xmlText && len(dst) < 1<<20 {
			dst = append(dst, x.text...)
		}
	}
	return dst
}

// maxStyles bounds the formats of a workbook: Excel allows 64,000.
const maxStyles = 70_000

func (b *book) readStyles(x *xmlReader) error {
	inXfs := false
	for x.next() {
		name := string(x.name)
		switch {
		case x.kind == xmlEnd && name == "cellXfs":
			inXfs = false
		case x.kind != xmlStart:
		case name == "cellXfs":
			inXfs = true
		case name == "numFmt":
			if id, err := strconv.Atoi(x.attr("numFmtId")); err == nil && len(b.formats) < maxStyles {
				b.formats[id] = parseFormat(x.attr("formatCode"))
			}
		case name == "xf" && inXfs && len(b.styles) < maxStyles:
			id, _ := strconv.Atoi(x.attr("numFmtId"))
			b.styles = append(b.styles, b.format(id))
		}
	}
	return nil
}

// format returns the format with the number id, nil for General.
func (b *book) format(id int) *numFormat {
	f, ok := b.formats[id]
	if !ok {
		if code := builtinFormats[id]; code != "" {
			f = parseFormat(code)
		}
		b.formats[id] = f
	}
	return f
}

// sharedStrings are the texts that cells name by number.
type sharedStrings struct {
	list  []string
	bytes int
}

// Shared strings are the one thing of a workbook that is held whole: up to 256
// MiB and 16 million. What is beyond is sent at once, without its cells.
const (
	maxStringBytes = 256 << 20
	maxStrings     = 16 << 20
)

var errTooManyStrings = errors.New("too many shared strings: the last ones have no place")

// add keeps s, or returns false where there is no room.
func (t *sharedStrings) add(s string) bool {
	if t.bytes+len(s) > maxStringBytes || len(t.list) >= maxStrings {
		return false
	}
	t.bytes += len(s)
	t.list = append(t.list, s)
	return true
}

func (t *sharedStrings) at(i int) string {
	if i < 0 || i >= len(t.list) {
		return ""
	}
	return t.list[i]
}

func (b *book) readStrings(x *xmlReader) error {
	over := false
	for x.next() {
		if x.kind != xmlStart || string(x.name) != "si" {
			continue
		}
		s := richText(x)
		if !b.strings.add(s) {
			over = true
			if !b.out.text(poterne.Place{Zone: poterne.ZoneCell}, s) {
				return nil
			}
		}
	}
	if over {
		b.out.fail(poterne.Partial, errTooManyStrings)
	}
	return nil
}

// richText returns the runs of the string that has started, joined; phonetic
// readings are left out.
func richText(x *xmlReader) string {
	var one string
	var more []byte
	runs := 0
	inText := 0
	for depth := x.depth; x.next(); {
		switch {
		case x.kind == xmlEnd && x.depth < depth:
			if runs > 1 {
				one = string(more)
			}
			return unX(one)
		case x.kind == xmlStart && string(x.name) == "t":
			inText = x.depth
		case x.kind == xmlStart && (string(x.name) == "rPh" || string(x.name) == "rPr"):
			x.skip()
		case x.kind == xmlText && x.depth == inText && len(more) < 1<<20:
			if runs++; runs == 1 {
				one = string(x.text)
				continue
			}
			if runs == 2 {
				more = append(more, one...)
			}
			more = append(more, x.text...)
		}
	}
	if runs > 1 {
		one = string(more)
	}
	return unX(one)
}

// sheet reads one sheet: cells row by row, then validation lists, links and
// what is printed around the page.
func (b *book) sheet(x *xmlReader, name string) error {
	t := &table{out: b.out, place: poterne.Place{Zone: poterne.ZoneCell, Sheet: name}}
	var fields []field
	row, column := 0, 0
	ok := true
	for ok && x.next() {
		if x.kind == xmlEnd {
			if string(x.name) == "row" {
				ok = t.row(row, fields, false)
				fields = fields[:0]
			}
			continue
		}
		if x.kind != xmlStart {
			continue
		}
		switch string(x.name) {
		case "row":
			row, column = row+1, 0
			if n, err := strconv.Atoi(x.attr("r")); err == nil && n > 0 {
				row = n
			}
		case "c":
			ref, kind, style := cellAttrs(x)
			column++
			if ref > 0 {
				column = ref
			}
			var formula string
			f := field{column: column}
			f.body, f.number, formula = b.cell(x, kind, style)
			if formula == f.body {
				formula = ""
			}
			if !blank(f.body) {
				fields = append(fields, f)
			}
			if formula != "" {
				p := t.place
				p.Row, p.Column = row, column
				ok = b.out.text(p, formula)
			}
		default:
			ok = b.around(x, name)
		}
	}
	if ok { // a sheet that is cut
		t.row(row, fields, false)
	}
	return nil
}

// refColumn returns the column of a reference like "AB12".
func refColumn(ref string) int {
	n := 0
	for i := 0; i < len(ref) && ref[i]|0x20 >= 'a' && ref[i]|0x20 <= 'z'; i++ {
		n = n*26 + int(ref[i]|0x20-'a') + 1
		if n > maxTitles {
			return 0
		}
	}
	return n
}

// cellAttrs reads the attributes of a cell in one pass, since a workbook has
// millions of them: its column, 0 where it does not say, its type and its style.
func cellAttrs(x *xmlReader) (column int, kind string, style int) {
	style = -1
	for rest := x.attrs; ; {
		name, value, tail, ok := cutAttr(rest)
		if !ok {
			return column, kind, style
		}
		rest = tail
		if len(name) != 1 {
			continue
		}
		switch name[0] {
		case 'r':
			column = refColumn(string(value))
		case 's':
			style = digits(value)
		case 't':
			kind = cellKind(value)
		}
	}
}

func cellKind(b []byte) string {
	for _, k := range [...]string{"s", "n", "str", "inlineStr", "b", "e", "d"} {
		if string(b) == k {
			return k
		}
	}
	return ""
}

// digits returns the number that b writes, -1 where it is none.
func digits(b []byte) int {
	n := 0
	for _, c := range b {
		if c < '0' || c > '9' || n > 1<<40 {
			return -1
		}
		n = 10*n + int(c-'0')
	}
	if len(b) == 0 {
		return -1
	}
	return n
}

// cell reads the cell that has started. formula holds the texts that stand in
// quotes in its formula: the value shown may be another.
func (b *book) cell(x *xmlReader, kind string, style int) (body string, number bool, formula string) {
	value := b.value[:0]
	for depth := x.depth; x.next(); {
		if x.kind == xmlEnd && x.depth < depth {
			break
		}
		if x.kind != xmlStart {
			continue
		}
		switch string(x.name) {
		case "v":
			value = appendText(value, x)
		case "is":
			value, kind = append(value, richText(x)...), "str"
		case "f":
			formula = quotedTexts(textOf(x))
		}
	}
	b.value = value
	switch kind {
	case "s":
		return b.strings.at(digits(bytes.TrimSpace(value))), false, formula
	case "str", "inlineStr", "e", "d":
		return unX(string(value)), kind == "d", formula
	case "b":
		return map[string]string{"0": "FALSE", "1": "TRUE"}[string(value)], true, formula
	}
	return b.number(string(value), style), true, formula
}

// number returns a stored number as it is shown, and as it is stored behind a
// tab where that differs.
func (b *book) number(value string, style int) string {
	var f *numFormat
	if style >= 0 && style < len(b.styles) {
		f = b.styles[style]
	}
	if f == nil && plainDigits(value) {
		return value
	}
	v, err := strconv.ParseFloat(strings.TrimSpace(value), 64)
	if err != nil {
		return value
	}
	return b.shown(v, f)
}

func (b *book) shown(v float64, f *numFormat) string {
	if f == nil {
		return plainNumber(v)
	}
	shown, stored := f.show(v, b.date1904)
	if stored != "" && stored != shown {
		return shown + "\t" + stored
	}
	return shown
}

func plainDigits(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return len(s) > 0
}
