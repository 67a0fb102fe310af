package extract

import (
	"context"
	"io"
	"path"
	"strings"

	"poterne"
)

// readOOXML reads a package of WordprocessingML, SpreadsheetML, PresentationML or
// Visio (ECMA-376, transitional and strict): first its main text in reading
// order, then every other part that holds text, then what is embedded.
func readOOXML(_ context.Context, in *input, out *emitter) error {
	p, err := openOPC(in, out)
	if err != nil {
		return err
	}
	o := &ooxml{opc: p}
	main := ""
	switch {
	case strings.HasPrefix(in.format, "do"):
		main, err = "word/", o.word()
	case strings.HasPrefix(in.format, "xl"):
		main, err = "xl/", o.book()
	case strings.HasPrefix(in.format, "p"):
		main, err = "ppt/", o.slides()
	case strings.HasPrefix(in.format, "vs"):
		main, err = "visio/", o.drawing()
	}
	if err != nil || out.run.stopped {
		return err
	}
	if err := o.rest(main); err != nil || out.run.stopped {
		return err
	}
	if err := o.macros(); err != nil {
		return err
	}
	pictures := o.embedded()
	if p.cut {
		return io.ErrUnexpectedEOF
	}
	return out.scanned(pictures)
}

// readEncrypted reports a file that a password protects.
func readEncrypted(context.Context, *input, *emitter) error {
	return poterne.Fail(poterne.StageExtract, poterne.Encrypted, nil)
}

// ooxml reads the parts of one package.
type ooxml struct {
	*opc
	places map[string]poterne.Place // of pictures
}

// pictured notes that the pictures that the part names stand at a place. Where a
// picture stands in several the first counts.
func (o *ooxml) pictured(name string, at poterne.Place) {
	for _, target := range o.related(name, "image") {
		if _, known := o.places[target]; known {
			continue
		}
		if o.places == nil {
			o.places = make(map[string]poterne.Place)
		}
		o.places[target] = at
	}
}

// main returns the main part: the one that the package names, or the usual one.
func (o *ooxml) main(usual string) string {
	if names := o.related("", "officeDocument"); len(names) > 0 {
		return names[0]
	}
	return usual
}

// story reads a part of running text.
func (o *ooxml) story(name string, s *story) (bool, error) {
	if !o.take(name) {
		return true, nil
	}
	s.out = o.out
	return o.try(name, s.read)
}

// rest reads every part that was not read yet, by what its name says it is: a
// part that nothing names any more can still be searched.
func (o *ooxml) rest(main string) error {
	for _, name := range o.names {
		if o.done[name] {
			continue
		}
		ok, err := o.part(name, main)
		if err != nil || !ok {
			return err
		}
	}
	return nil
}

func (o *ooxml) part(name, main string) (bool, error) {
	dir, base := path.Split(name)
	if path.Ext(base) == ".rels" {
		return o.links(name)
	}
	if path.Ext(base) != ".xml" && path.Ext(base) != ".vml" {
		return true, nil
	}
	in := func(folder string) bool { return strings.Contains(dir, "/"+folder+"/") }
	body, hidden := poterne.Place{}, poterne.Place{Zone: poterne.ZoneHidden}
	switch {
	case dir == "docprops/":
		o.take(name)
		return o.try(name, func(x *xmlReader) error { return properties(x, o.out) })
	case in("charts"):
		if strings.HasPrefix(base, "style") || strings.HasPrefix(base, "colors") {
			return true, nil
		}
		return o.story(name, &story{place: body, chart: true})
	case in("diagrams"):
		// The drawing repeats the data, as it was last drawn.
		if strings.HasPrefix(base, "data") || strings.HasPrefix(base, "drawing") && !o.has(dir+"data"+strings.TrimPrefix(base, "drawing")) {
			return o.story(name, &story{place: body})
		}
		return true, nil
	case in("drawings"):
		return o.story(name, &story{place: body})
	case dir == "docmetadata/", in("tags"), strings.HasPrefix(name, "word/settings"):
		o.take(name)
		return o.try(name, func(x *xmlReader) error { return settings(x, o.out) })
	case dir == "customxml/", dir == "visio/data/":
		o.take(name)
		return o.try(name, func(x *xmlReader) error { return customXML(x, o.out, hidden) })
	case o.labelled(name) != nil:
		l := o.labelled(name)
		o.take(name)
		return o.try(name, func(x *xmlReader) error { return attributes(x, o.out, l.zone, l.attrs) })
	case strings.HasPrefix(name, main):
		return o.named(name, dir, base)
	}
	return true, nil
}

// named reads a part of the main folder that is text by its root element.
func (o *ooxml) named(name, dir, base string) (bool, error) {
	for _, skipped := range []string{"theme", "style", "fonttable", "websettings", "tablestyles", "viewprops", "presprops", "calcchain", "volatiledependencies", "metadata", "printersettings", "people", "vbadata", "revisioninfo", "changesinfo"} {
		if strings.HasPrefix(base, skipped) {
			return true, nil
		}
	}
	if strings.Contains(dir, "/theme/") {
		return true, nil
	}
	return o.story(name, &story{place: poterne.Place{}})
}

// links sends the addresses that parts point to outside of the package. They
// are never followed.
func (o *ooxml) links(name string) (bool, error) {
	o.take(name)
	return o.try(name, func(x *xmlReader) error {
		seen := make(map[string]bool)
		for x.next() {
			if x.kind != xmlStart || string(x.name) != "Relationship" || !strings.EqualFold(x.attr("TargetMode"), "External") {
				continue
			}
			if t := x.attr("Target"); !seen[t] && len(seen) < maxParts {
				seen[t] = true
				if !o.out.property("link", t) {
					return nil
				}
			}
		}
		return nil
	})
}

// embedded leaves the packages and objects inside the document to be read as
// members, and returns the pictures. Fonts and printers' settings hold no text.
func (o *ooxml) embedded() (pictures []picture) {
	for _, name := range o.names {
		f := o.parts[name]
		if strings.Contains(name, "/media/") {
			pictures = append(pictures, picture{size: f.size, place: o.places[name], open: func() (io.Reader, error) { return o.openPart(f) }})
		}
		if !strings.Contains(name, "/embeddings/") && !strings.Contains(name, "/altchunk") && !strings.Contains(path.Base(name), "afchunk") {
			continue
		}
		if strings.HasSuffix(name, ".rels") {
			continue
		}
		m := member{name: f.name, size: f.size, open: func() (io.Reader, error) { return f.open() }}
		if f.encrypted {
			m.err = poterne.Fail(poterne.StageExtract, poterne.Encrypted, nil)
		}
		if !o.out.member(m) {
			break
		}
	}
	return pictures
}

// macros sends the source of the project of macros, a compound file.
func (o *ooxml) macros() error {
	for _, name := range o.names {
		if path.Base(name) != "vbaproject.bin" {
			continue
		}
		r, err := o.open(name)
		if err != nil {
			return err
		}
		c, err := spool(r, o.in.x.opts.SpoolMemory, o.in.x.opts.SpoolDir)
		r.Close()
		if c == nil {
			return err
		}
		defer c.Close()
		project, err := openCFB(c, c.Size())
		if err != nil {
			o.out.fail(poterne.Partial, err)
			continue
		}
		storage{compound: project}.macros(o.out)
	}
	return nil
}

// properties sends document properties, up to the end of the element that has
// started: each element with text of its own is one; custom ones are named by an
// attribute.
func properties(x *xmlReader, out *emitter) error {
	var name string
	var value strings.Builder
	send := func() bool {
		ok := true
		if name != "" && !idle(name) {
			ok = out.property(name, strings.TrimSpace(value.String()))
		}
		value.Reset()
		return ok
	}
	custom := false
	for depth := x.depth; x.next() && x.depth >= depth; {
		switch x.kind {
		case xmlStart:
			value.Reset()
			if string(x.name) == "property" {
				name, custom = x.attr("name"), true
			} else if !custom {
				name = string(x.name)
			}
		case xmlText:
			if value.Len() < maxBody {
				value.Write(x.text)
			}
		case xmlEnd:
			if string(x.name) == "property" {
				custom = false
			}
			if !custom && !send() {
				return nil
			}
		}
	}
	return nil
}

// settings sends what add-ins and mail merges keep in a document beside its
// properties: variables, tags, labels of sensitivity, sources of data.
func settings(x *xmlReader, out *emitter) error {
	for x.next() {
		if x.kind != xmlStart {
			continue
		}
		ok := true
		switch name := string(x.name); name {
		case "docVar", "tag":
			ok = out.property(x.attr("name"), x.attr("val"))
		case "label":
			ok = out.property("label", strings.TrimSpace(x.attr("name")+" "+x.attr("id")))
		case "connectString", "query", "udl":
			ok = out.property(name, x.attr("val"))
		}
		if !ok {
			return nil
		}
	}
	return nil
}

// idle reports whether a property says nothing about the content: a counter.
func idle(name string) bool {
	switch name {
	case "TotalTime", "Pages", "Words", "Characters", "Lines", "Paragraphs", "CharactersWithSpaces", "Slides", "Notes", "HiddenSlides", "MMClips",
		"DocSecurity", "ScaleCrop", "LinksUpToDate", "SharedDoc", "HyperlinksChanged", "AppVersion", "revision", "i4", "i2", "bool", "lastPrinted":
		return true
	}
	return false
}

// plainText sends the text of every element, and nothing else.
func plainText(x *xmlReader, out *emitter, place poterne.Place) error {
	var b strings.Builder
	flush := func() bool {
		ok := out.text(place, b.String())
		b.Reset()
		return ok
	}
	for x.next() {
		if x.kind == xmlText && b.Len() < maxBody {
			b.Write(x.text)
		} else if !flush() {
			return nil
		}
	}
	flush()
	return nil
}
