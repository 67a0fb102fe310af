package extract

import (
	"strings"

	"poterne"
)

// labels says which attributes of a part are text that people wrote: names,
// captions, values. All else in such parts is for machines.
type labels struct {
	part  string // how the part's name starts
	zone  poterne.Zone
	attrs map[string][]string // by element
}

// partLabels are the parts of OOXML whose text stands in attributes.
var partLabels = []labels{
	{"word/numbering", poterne.ZoneHidden, map[string][]string{"lvlText": {"val"}}},
	{"xl/persons/", poterne.ZoneProperty, map[string][]string{"person": {"displayName"}}},
	{"xl/tables/", poterne.ZoneHidden, map[string][]string{"table": {"comment"}, "tableColumn": {"name", "totalsRowLabel"}}},
	{"xl/slicers/", poterne.ZoneHidden, map[string][]string{"slicer": {"caption"}}},
	{"xl/slicercaches/", poterne.ZoneHidden, map[string][]string{"olapItem": {"c"}, "i": {"c"}, "slicerCacheDefinition": {"sourceName"}}},
	{"xl/timelines/", poterne.ZoneHidden, map[string][]string{"timeline": {"caption"}}},
	{"xl/xmlmaps", poterne.ZoneHidden, map[string][]string{"Map": {"Name"}, "DataBinding": {"DataBindingName"}}},
	{"xl/richdata/", poterne.ZoneHidden, nil},
	{"ppt/commentauthors", poterne.ZoneProperty, map[string][]string{"cmAuthor": {"name"}}},
	{"ppt/authors", poterne.ZoneProperty, map[string][]string{"author": {"name"}}},
	{"customui/", poterne.ZoneHidden, map[string][]string{
		"button": ribbonTexts, "group": ribbonTexts, "tab": ribbonTexts, "menu": ribbonTexts, "item": ribbonTexts, "labelControl": ribbonTexts,
		"toggleButton": ribbonTexts, "splitButton": ribbonTexts, "dropDown": ribbonTexts, "comboBox": ribbonTexts, "gallery": ribbonTexts, "editBox": ribbonTexts, "checkBox": ribbonTexts,
	}},
}

var ribbonTexts = []string{"label", "screentip", "supertip", "title", "description"}

// externalLinks are the attributes of what a workbook keeps of another one.
var externalLinks = map[string][]string{"sheetName": {"val"}, "definedName": {"name"}, "ddeLink": {"ddeService", "ddeTopic"}}

// labelled returns what to read of a part whose text stands in attributes, nil
// for other parts.
func (o *ooxml) labelled(name string) *labels {
	for i := range partLabels {
		if strings.HasPrefix(name, partLabels[i].part) {
			return &partLabels[i]
		}
	}
	return nil
}

// attributes sends the text of a part's elements and the attributes that attrs
// names, each text once where they follow each other, as levels of lists do.
func attributes(x *xmlReader, out *emitter, zone poterne.Zone, attrs map[string][]string) error {
	last := ""
	for x.next() {
		switch x.kind {
		case xmlText:
			if !out.text(poterne.Place{Zone: zone}, string(x.text)) {
				return nil
			}
		case xmlStart:
			for _, a := range attrs[string(x.name)] {
				v := unX(x.attr(a))
				if v == last || !says(v) {
					continue
				}
				last = v
				if !out.text(poterne.Place{Zone: zone}, v) {
					return nil
				}
			}
		}
	}
	return nil
}

// customXML sends the text and the attributes of data that a program keeps in a
// document. Schemas and addresses of namespaces are passed over.
func customXML(x *xmlReader, out *emitter, place poterne.Place) error {
	var b strings.Builder
	flush := func() bool {
		ok := out.text(place, b.String())
		b.Reset()
		return ok
	}
	for x.next() {
		if x.kind == xmlText {
			if b.Len() < maxBody {
				b.Write(x.text)
			}
			continue
		}
		if !flush() {
			return nil
		}
		if x.kind != xmlStart {
			continue
		}
		if string(x.name) == "schema" || string(x.name) == "datastoreItem" {
			x.skip()
			continue
		}
		for rest := x.attrs; ; {
			name, value, tail, ok := cutAttr(rest)
			if !ok {
				break
			}
			rest = tail
			if v := attrValue(value); !strings.HasPrefix(string(name), "xml") && !strings.Contains(v, "://") && says(v) && !out.text(place, v) {
				return nil
			}
		}
	}
	flush()
	return nil
}

// says reports whether an attribute's value may be text of a person: a word, or as
// many signs as an identifier has. Numbers of lists and flags are neither.
func says(v string) bool { return len(v) >= 6 || wordy([]byte(v)) }
