package extract

import (
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"

	"poterne"
)

// quotedTexts returns the texts in quotes of a formula, one a line.
func quotedTexts(formula string) string {
	if strings.IndexByte(formula, '"') < 0 {
		return ""
	}
	var texts []string
	for {
		_, rest, ok := strings.Cut(formula, `"`)
		if !ok {
			break
		}
		text, tail, ok := strings.Cut(rest, `"`)
		if len(strings.TrimSpace(text)) > 2 && !slices.Contains(texts, text) && len(texts) < 64 {
			texts = append(texts, text)
		}
		if !ok {
			break
		}
		formula = tail
	}
	return strings.Join(texts, "\n")
}

// around reads an element of a sheet outside of its cells.
func (b *book) around(x *xmlReader, sheet string) bool {
	at := func(z poterne.Zone) poterne.Place { return poterne.Place{Zone: z, Sheet: sheet} }
	switch name := string(x.name); name {
	case "formula1", "formula2":
		v := textOf(x)
		if list, ok := strings.CutPrefix(strings.TrimSpace(v), `"`); ok { // a list written in place
			return b.out.text(at(poterne.ZoneHidden), strings.ReplaceAll(strings.TrimSuffix(list, `"`), ",", "\n"))
		}
	case "dataValidation":
		return b.out.text(at(poterne.ZoneHidden), x.attr("promptTitle")) && b.out.text(at(poterne.ZoneHidden), unX(x.attr("prompt"))) &&
			b.out.text(at(poterne.ZoneHidden), x.attr("errorTitle")) && b.out.text(at(poterne.ZoneHidden), unX(x.attr("error")))
	case "f": // of a validation of 2010; cells read their own
		if list, ok := strings.CutPrefix(strings.TrimSpace(textOf(x)), `"`); ok {
			return b.out.text(at(poterne.ZoneHidden), strings.ReplaceAll(strings.TrimSuffix(list, `"`), ",", "\n"))
		}
	case "hyperlink":
		return b.out.text(at(poterne.ZoneHidden), x.attr("tooltip"))
	case "filter", "customFilter":
		return b.out.text(at(poterne.ZoneHidden), x.attr("val"))
	case "cfRule":
		return b.out.text(at(poterne.ZoneHidden), x.attr("text"))
	case "scenario":
		return b.out.text(at(poterne.ZoneHidden), x.attr("name")) && b.out.text(at(poterne.ZoneHidden), unX(x.attr("comment")))
	case "protectedRange":
		return b.out.text(at(poterne.ZoneHidden), x.attr("name"))
	case "oddHeader", "evenHeader", "firstHeader":
		return b.out.text(at(poterne.ZoneHeader), printed(textOf(x)))
	case "oddFooter", "evenFooter", "firstFooter":
		return b.out.text(at(poterne.ZoneFooter), printed(textOf(x)))
	case "inputCells":
		return b.out.text(at(poterne.ZoneHidden), x.attr("val"))
	}
	return !b.out.run.stopped
}

// printed returns the text of a header or footer of a sheet without its codes
// (ECMA-376 part 1, 18.3.1.46): &L &C &R begin its parts, &"…" is a font, &12 a size.
func printed(code string) string {
	var b strings.Builder
	for i := 0; i < len(code); i++ {
		if code[i] != '&' || i+1 >= len(code) {
			b.WriteByte(code[i])
			continue
		}
		i++
		switch c := code[i]; {
		case c == '&':
			b.WriteByte('&')
		case c == 'L' || c == 'C' || c == 'R':
			b.WriteByte('\n')
		case c == '"':
			if end := strings.IndexByte(code[i+1:], '"'); end >= 0 {
				i += end + 1
			}
		case c == 'K':
			i += min(6, len(code)-i-1)
		case c >= '0' && c <= '9':
			for i+1 < len(code) && code[i+1] >= '0' && code[i+1] <= '9' {
				i++
			}
		}
	}
	return strings.TrimSpace(b.String())
}

// beside reads the comments and drawings that belong to a sheet.
func (b *book) beside(s sheetRef) (bool, error) {
	for _, r := range b.rels(s.part) {
		if r.external || b.done[r.target] || !b.has(r.target) || path.Ext(r.target) == ".bin" {
			continue
		}
		var ok bool
		var err error
		switch {
		case r.kind == "comments", r.kind == "threadedComment":
			b.take(r.target)
			ok, err = b.try(r.target, func(x *xmlReader) error { return b.comments(x, s.name) })
		case r.kind == "drawing":
			b.pictured(r.target, poterne.Place{Sheet: s.name})
			if ok, err = b.story(r.target, &story{place: poterne.Place{Sheet: s.name}}); err != nil || !ok {
				return ok, err
			}
			for _, chart := range b.related(r.target, "chart", "chartEx", "diagramData") {
				if ok, err = b.story(chart, &story{place: poterne.Place{Sheet: s.name}, chart: true}); err != nil || !ok {
					return ok, err
				}
			}
		case strings.HasPrefix(r.kind, "vmlDrawing"):
			b.take(r.target)
			ok, err = b.try(r.target, func(x *xmlReader) error {
				return textInside(x, b.out, poterne.Place{Sheet: s.name}, "textbox")
			})
		default:
			continue
		}
		if err != nil || !ok {
			return ok, err
		}
	}
	return !b.out.run.stopped, nil
}

// comments reads notes and threaded comments with the cells they stand at.
func (b *book) comments(x *xmlReader, sheet string) error {
	at := poterne.Place{Zone: poterne.ZoneComment, Sheet: sheet}
	for x.next() {
		if x.kind != xmlStart {
			continue
		}
		switch string(x.name) {
		case "author":
			if !b.out.property("author", textOf(x)) {
				return nil
			}
		case "comment", "threadedComment":
			ref := x.attr("ref")
			at.Column = refColumn(ref)
			at.Row, _ = strconv.Atoi(strings.TrimLeft(ref, "ABCDEFGHIJKLMNOPQRSTUVWXYZ"))
		case "text":
			text := ""
			if b.threaded(x) {
				text = textOf(x)
			} else {
				text = richText(x)
			}
			if !b.out.text(at, text) {
				return nil
			}
		}
	}
	return nil
}

// threaded reports whether the text that has started holds no runs.
func (b *book) threaded(x *xmlReader) bool {
	return x.fill(1) && x.buf[x.pos] != '<'
}

// textInside sends the text inside the elements of a name.
func textInside(x *xmlReader, out *emitter, place poterne.Place, name string) error {
	for x.next() {
		if x.kind == xmlStart && string(x.name) == name {
			if !out.text(place, textOf(x)) {
				return nil
			}
		}
	}
	return nil
}

// caches reads what a workbook keeps of data that stands elsewhere: pivot tables
// keep every record of their source, links the cells they point at.
func (b *book) caches() error {
	dir := path.Dir(b.main)
	for _, name := range b.under(dir + "/pivotcache/") {
		if strings.HasPrefix(path.Base(name), "pivotcachedefinition") && path.Ext(name) == ".xml" && b.take(name) {
			if ok, err := b.pivot(name); err != nil || !ok {
				return err
			}
		}
	}
	for _, name := range b.under(dir + "/externallinks/") {
		if path.Ext(name) == ".xml" && b.take(name) {
			if ok, err := b.try(name, func(x *xmlReader) error { return attributes(x, b.out, poterne.ZoneHidden, externalLinks) }); err != nil || !ok {
				return err
			}
		}
	}
	if name := dir + "/connections.xml"; b.take(name) {
		if ok, err := b.try(name, b.connections); err != nil || !ok {
			return err
		}
	}
	return nil
}

// connections sends the connections to data bases: their strings hold accounts
// and, too often, passwords.
func (b *book) connections(x *xmlReader) error {
	for x.next() {
		if x.kind == xmlStart {
			for _, a := range []string{"name", "description", "connection", "command", "url"} {
				if !b.out.property(a, x.attr(a)) {
					return nil
				}
			}
		}
	}
	return nil
}

// pivot reads the cache of a pivot table: the distinct values of each field, and
// the records where values stand in them.
func (b *book) pivot(name string) (bool, error) {
	var titles []string
	sheet := fmt.Sprintf("cache %s", strings.TrimPrefix(strings.TrimSuffix(path.Base(name), ".xml"), "pivotcachedefinition"))
	send := func(row, column int, value string) bool {
		title := ""
		if column > 0 && column <= len(titles) && titleLike(titles[column-1]) {
			title = titles[column-1]
		}
		return b.out.cell(sheet, row, column, title, value)
	}
	ok, err := b.try(name, func(x *xmlReader) error {
		row := 0
		for x.next() {
			if x.kind != xmlStart {
				continue
			}
			switch string(x.name) {
			case "cacheField":
				if len(titles) < maxTitles {
					titles = append(titles, x.attr("name"))
				}
				if !b.out.text(poterne.Place{Zone: poterne.ZoneHidden}, x.attr("name")) {
					return nil
				}
				row = 0
			case "s", "n", "d":
				row++
				if !send(row, len(titles), unX(x.attr("v"))) {
					return nil
				}
			}
		}
		return nil
	})
	if err != nil || !ok {
		return ok, err
	}
	for _, records := range b.related(name, "pivotCacheRecords") {
		if !b.take(records) || path.Ext(records) != ".xml" {
			continue
		}
		ok, err := b.try(records, func(x *xmlReader) error {
			row, column := 0, 0
			for x.next() {
				if x.kind != xmlStart {
					continue
				}
				switch string(x.name) {
				case "r":
					row++
					column = 0
				case "x", "m", "b", "e":
					column++
				case "s", "n", "d":
					column++
					if !send(row, column, unX(x.attr("v"))) {
						return nil
					}
				}
			}
			return nil
		})
		if err != nil || !ok {
			return ok, err
		}
	}
	return true, nil
}
