package extract

import (
	"bytes"
	"cmp"
	"context"
	"strconv"
	"strings"

	"poterne"
)

// readWordML reads a document of Word in one XML file: of Word 2003, or a whole
// package written flat. Both name paragraphs and runs as docx does.
func readWordML(_ context.Context, in *input, out *emitter) error {
	x := newXML(out.inflate(in.stream()))
	s := &story{out: out, paged: true}
	if err := s.read(x); err != nil || out.run.stopped {
		return err
	}
	if err := x.fault(); err != nil {
		return err
	}
	return out.scanned(s.pictures)
}

// binary keeps a picture that a document of one file holds in base64 for
// recognition, and leaves anything else to be read as a member.
func (s *story) binary() {
	name := s.x.attr("name")
	data := base64Text(s.x)
	if len(data) == 0 {
		return
	}
	kind, err := detect(&input{r: bytes.NewReader(data), size: int64(len(data))})
	switch kind {
	case "png", "jpeg", "gif", "bmp", "tiff", "emf", "wmf", "webp":
		s.pictures = append(s.pictures, heldPicture(data, s.place))
		return
	case "":
		if err == nil { // a font, a cache of how things look
			return
		}
	}
	s.out.member(heldMember(cmp.Or(name[strings.LastIndexByte(name, '/')+1:], "objet"), data))
}

// readSpreadsheetML reads a workbook of Excel 2003 in one XML file, as many
// programs of management still write.
func readSpreadsheetML(_ context.Context, in *input, out *emitter) error {
	x := newXML(out.inflate(in.stream()))
	t := &table{out: out, place: poterne.Place{Zone: poterne.ZoneCell}}
	var fields []field
	row, column := 0, 0
	index := func() int {
		n, _ := strconv.Atoi(x.attr("Index"))
		return n
	}
	ok := true
	for ok && x.next() {
		switch name := string(x.name); {
		case x.kind == xmlEnd && name == "Row":
			ok = t.row(row, fields, false)
			fields = fields[:0]
		case x.kind != xmlStart:
		case name == "Worksheet":
			t = &table{out: out, place: poterne.Place{Zone: poterne.ZoneCell, Sheet: x.attr("Name")}}
			row = 0
			ok = out.property("sheet", t.place.Sheet)
		case name == "Row":
			row++
			column = 0
			if n := index(); n > 0 {
				row = n
			}
		case name == "Cell":
			column++
			if n := index(); n > 0 {
				column = n
			}
			p := t.place
			p.Row, p.Column = row, column
			ok = out.property("link", x.attr("HRef")) && out.text(p, quotedTexts(x.attr("Formula")))
		case name == "NamedRange":
			ok = out.property("name", x.attr("Name")) && out.property("name", quotedTexts(x.attr("RefersTo")))
		case name == "Header", name == "Footer":
			zone := poterne.ZoneHeader
			if name == "Footer" {
				zone = poterne.ZoneFooter
			}
			ok = out.text(poterne.Place{Zone: zone, Sheet: t.place.Sheet}, printed(x.attr("Data")))
		case name == "Value" || name == "InputTitle" || name == "InputMessage" || name == "ErrorTitle" || name == "ErrorMessage": // of a validation
			text := strings.Trim(strings.TrimSpace(textOf(x)), `"`)
			if name == "Value" {
				text = strings.ReplaceAll(text, ",", "\n")
			}
			ok = out.text(poterne.Place{Zone: poterne.ZoneHidden, Sheet: t.place.Sheet}, text)
		case name == "Data":
			f := field{column: column, number: x.attr("Type") != "String"}
			f.body = textOf(x)
			if v, err := strconv.ParseFloat(strings.TrimSpace(f.body), 64); err == nil && f.number {
				f.body = plainNumber(v)
			}
			if !blank(f.body) && column <= maxTitles {
				fields = append(fields, f)
			}
		case name == "Comment":
			p := t.place
			p.Zone, p.Row, p.Column = poterne.ZoneComment, row, column
			ok = out.text(p, textOf(x))
		case name == "DocumentProperties":
			if err := properties(x, out); err != nil {
				return err
			}
		}
	}
	t.row(row, fields, false)
	if out.run.stopped {
		return nil
	}
	return x.fault()
}
