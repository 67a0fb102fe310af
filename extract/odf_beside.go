package extract

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"io"
	"path"
	"strings"

	"poterne"
)

// odfLabels are the attributes that hold text which a reader sees elsewhere than
// in the text: choices of lists, marks of indexes, prefixes of numbers, queries.
var odfLabels = map[string][]string{
	"conditional-text": {"string-value-if-true", "string-value-if-false"}, "a": {"title"}, "label": {"value"},
	"user-field-decl": {"string-value"}, "variable-set": {"string-value"}, "sequence-decl": {"formula"},
	"alphabetical-index-mark": {"string-value", "key1", "key2"}, "alphabetical-index-mark-start": {"key1", "key2"},
	"toc-mark": {"string-value"}, "user-index-mark": {"string-value"},
	"bibliography-mark": {"author", "title", "editor", "publisher", "institution", "school", "note", "annote", "custom1"},
	"database-display":  {"column-name", "table-name", "database-name"}, "database-name": {"table-name", "database-name"},
	"outline-level-style": {"num-prefix", "num-suffix"}, "list-level-style-number": {"num-prefix", "num-suffix"}, "list-level-style-bullet": {"num-prefix", "num-suffix"},
	"filter-condition": {"value"}, "data-pilot-member": {"name"}, "scenario": {"comment"}, "query": {"command", "title", "description"},
	"text": {"title"}, "textarea": {"title"}, "listbox": {"title"}, "combobox": {"title"}, "checkbox": {"title"}, "radio": {"title", "label"}, "button": {"title"},
}

// labels sends the attributes of the element that has started which are text.
func (o *odf) labels() {
	for _, a := range odfLabels[string(o.x.name)] {
		if v := o.x.attr(a); says(v) {
			o.side(poterne.ZoneHidden, v)
		}
	}
}

// hide notes that the style being read hides what has it.
func (o *odf) hide(hidden bool) {
	if !hidden || o.style == "" || len(o.hidden) > maxStyles {
		return
	}
	if o.hidden == nil {
		o.hidden = make(map[string]bool)
	}
	o.hidden[o.style] = true
}

// hides reports whether the element that has started has a style that hides it.
func (o *odf) hides(family string) bool {
	return len(o.hidden) > 0 && o.hidden[family+" "+o.x.attr("style-name")]
}

// maxBinary bounds the base64 text of one object in a document of one file, in bytes.
const maxBinary = 128 << 20

// binary reads what a document of one file holds in base64: an object becomes a
// member, a picture is kept for recognition.
func (o *odf) binary() {
	data := base64Text(o.x)
	if len(data) == 0 {
		return
	}
	if o.holder == "image" || o.holder == "fill-image" {
		o.pictures = append(o.pictures, heldPicture(data, o.place))
		return
	}
	o.objects++
	o.out.member(heldMember(fmt.Sprintf("objet %d", o.objects), data))
}

func heldPicture(data []byte, at poterne.Place) picture {
	return picture{size: int64(len(data)), place: at, open: func() (io.Reader, error) { return memory{bytes.NewReader(data)}, nil }}
}

func heldMember(name string, data []byte) member {
	return member{name: name, size: int64(len(data)), open: func() (io.Reader, error) { return memory{bytes.NewReader(data)}, nil }}
}

// base64Text decodes the text of the element that has started; what comes before
// an error counts.
func base64Text(x *xmlReader) []byte {
	var text []byte
	for depth := x.depth; x.next(); {
		if x.kind == xmlEnd && x.depth < depth {
			break
		}
		if x.kind != xmlText || len(text) > maxBinary {
			continue
		}
		for _, c := range x.text {
			if !space(c) {
				text = append(text, c)
			}
		}
	}
	data := make([]byte, base64.StdEncoding.DecodedLen(len(text)))
	n, _ := base64.StdEncoding.Decode(data, text)
	return data[:n]
}

// odfScripts reads the macros and dialogues of a package: XML of their own.
func odfScripts(p *opc) error {
	hidden := poterne.Place{Zone: poterne.ZoneHidden}
	for _, name := range p.names {
		base := path.Base(name)
		if path.Ext(name) != ".xml" || strings.HasPrefix(base, "script-l") || strings.HasPrefix(base, "dialog-l") {
			continue
		}
		read := func(x *xmlReader) error { return customXML(x, p.out, hidden) }
		switch {
		case strings.HasPrefix(name, "basic/"):
			read = func(x *xmlReader) error { return odfMacro(x, p.out) }
		case !strings.HasPrefix(name, "dialogs/"):
			continue
		}
		if ok, err := p.try(name, read); err != nil || !ok {
			return err
		}
	}
	return nil
}

// odfMacro sends the source of a module line by line.
func odfMacro(x *xmlReader, out *emitter) error {
	for x.next() {
		if x.kind != xmlStart || string(x.name) != "module" {
			continue
		}
		for line := range strings.SplitSeq(textOf(x), "\n") {
			if !out.text(poterne.Place{Zone: poterne.ZoneHidden}, line) {
				return nil
			}
		}
	}
	return nil
}

// odfObjects leaves what is not OpenDocument's own XML to be read as members:
// "Object 1" without a content of its own is an OLE file; scripts, older versions
// of the document, and the data of a database have folders of their own.
func odfObjects(p *opc) {
	for _, name := range p.names {
		f := p.parts[name]
		folder, rest, below := strings.Cut(name, "/")
		switch {
		case !below && strings.HasPrefix(name, "obj"):
		case folder == "scripts" && path.Ext(name) != ".xml", folder == "versions":
		case folder == "database" && rest != "properties" && rest != "log" && !strings.HasSuffix(rest, ".lck"):
		default:
			continue
		}
		if !p.out.member(member{name: f.name, size: f.size, open: func() (io.Reader, error) { return f.open() }}) {
			return
		}
	}
}
