package extract

import (
	"path"
	"strings"

	"poterne"
)

// drawing reads a Visio package ([MS-VSDX]): the texts and data of the shapes,
// page by page, then of the masters.
func (o *ooxml) drawing() error {
	page := 0
	for _, folder := range []string{"visio/pages/", "visio/masters/"} {
		for _, name := range o.under(folder) {
			if path.Ext(name) != ".xml" || !o.take(name) {
				continue
			}
			at := poterne.Place{Zone: poterne.ZoneHeader}
			if folder == "visio/pages/" && strings.HasPrefix(path.Base(name), "page") && path.Base(name) != "pages.xml" {
				page++
				at = poterne.Place{Page: page}
			}
			if ok, err := o.try(name, func(x *xmlReader) error { return shapes(x, o.out, at) }); err != nil || !ok {
				return err
			}
		}
	}
	for _, name := range o.under("visio/comments") {
		o.take(name)
		if ok, err := o.try(name, func(x *xmlReader) error {
			return plainText(x, o.out, poterne.Place{Zone: poterne.ZoneComment})
		}); err != nil || !ok {
			return err
		}
	}
	return nil
}

// shapes sends the text of each shape, the values of its data, and the names of
// pages.
func shapes(x *xmlReader, out *emitter, at poterne.Place) error {
	row := ""
	for x.next() {
		if x.kind != xmlStart {
			continue
		}
		ok := true
		switch string(x.name) {
		case "Text":
			ok = out.text(at, textOf(x))
		case "Page", "Master":
			ok = out.text(at, x.attr("Name"))
		case "Section":
			row = x.attr("N")
		case "Cell":
			if n, v := x.attr("N"), x.attr("V"); row == "Property" && (n == "Value" && (x.attr("U") == "STR" || says(v)) || n == "Label" || n == "Prompt") {
				ok = out.text(at, v)
			}
			if row == "Hyperlink" && x.attr("N") == "Address" {
				ok = out.property("link", x.attr("V"))
			}
		case "Shape":
			row = ""
		}
		if !ok {
			return nil
		}
	}
	return nil
}
