package extract

import (
	"strings"

	"github.com/klippa-app/go-pdfium/enums"
	"github.com/klippa-app/go-pdfium/references"
	"github.com/klippa-app/go-pdfium/requests"

	"poterne"
)

// annotations reads the annotations of a page: notes, form values, addresses of
// links, attached files. flatten is true where some of them show text of their
// own, which only flattening the page brings out.
//
// Fields whose value was read are taken off the page, in memory, so that
// flattening does not show the value again.
func (d *pdfDocument) annotations(p references.FPDF_PAGE, i int) (notes []poterne.Segment, flatten bool, err error) {
	n, err := d.pdf.FPDFPage_GetAnnotCount(&requests.FPDFPage_GetAnnotCount{Page: byRef(p)})
	if err != nil {
		return nil, false, trapped(err)
	}
	note := func(zone poterne.Zone, header, body string) {
		if body = cleanPDF(body); !blank(body) {
			notes = append(notes, poterne.Segment{Body: body, Header: header, Place: poterne.Place{Zone: zone, Page: i + 1, Header: header}})
		}
	}
	d.cut = d.cut || n.Count > pdfNotes
	var off []int
	for index := range min(n.Count, pdfNotes) {
		a, err := d.pdf.FPDFPage_GetAnnot(&requests.FPDFPage_GetAnnot{Page: byRef(p), Index: index})
		if err != nil {
			if err := trapped(err); err != nil {
				return nil, false, err
			}
			continue
		}
		taken, shows, err := d.annotation(p, a.Annotation, note)
		if err != nil {
			return nil, false, err
		}
		if taken {
			off = append(off, index)
		}
		flatten = flatten || shows
		if _, err := d.pdf.FPDFPage_CloseAnnot(&requests.FPDFPage_CloseAnnot{Annotation: a.Annotation}); err != nil {
			if err := trapped(err); err != nil {
				return nil, false, err
			}
		}
	}
	if flatten {
		for k := len(off) - 1; k >= 0; k-- {
			if _, err := d.pdf.FPDFPage_RemoveAnnot(&requests.FPDFPage_RemoveAnnot{Page: byRef(p), Index: off[k]}); err != nil {
				if err := trapped(err); err != nil {
					return nil, false, err
				}
			}
		}
	}
	return notes, flatten, nil
}

// annotation reads one annotation. taken: all it shows was read; shows: it has an
// appearance that may hold other text.
func (d *pdfDocument) annotation(p references.FPDF_PAGE, a references.FPDF_ANNOTATION, note func(poterne.Zone, string, string)) (taken, shows bool, err error) {
	kind, err := d.pdf.FPDFAnnot_GetSubtype(&requests.FPDFAnnot_GetSubtype{Annotation: a})
	if err != nil {
		return false, false, trapped(err)
	}
	switch kind.Subtype {
	case enums.FPDF_ANNOT_SUBTYPE_POPUP:
		return false, false, nil
	case enums.FPDF_ANNOT_SUBTYPE_LINK:
		return false, false, d.link(a, note)
	case enums.FPDF_ANNOT_SUBTYPE_WIDGET:
		return d.field(a, note)
	case enums.FPDF_ANNOT_SUBTYPE_FILEATTACHMENT:
		if f, err := d.pdf.FPDFAnnot_GetFileAttachment(&requests.FPDFAnnot_GetFileAttachment{Document: d.doc, Annotation: a}); err == nil {
			if err := d.attachment(f.Attachment); err != nil {
				return false, false, err
			}
		} else if err := trapped(err); err != nil {
			return false, false, err
		}
	}
	contents, err := d.value(a, "Contents")
	if err != nil {
		return false, false, err
	}
	zone := poterne.ZoneComment
	switch kind.Subtype {
	case enums.FPDF_ANNOT_SUBTYPE_FREETEXT:
		zone = poterne.ZoneBody
	case enums.FPDF_ANNOT_SUBTYPE_STAMP, enums.FPDF_ANNOT_SUBTYPE_WATERMARK:
		zone = poterne.ZoneWatermark
	}
	note(zone, "", contents)
	if blank(contents) {
		rich, err := d.value(a, "RC") // the same with its looks
		if err != nil {
			return false, false, err
		}
		note(zone, "", untagged(rich))
	}
	subject, err := d.value(a, "Subj")
	if err != nil {
		return false, false, err
	}
	if !d.subjects[subject] && len(d.subjects) < pdfNotes { // programs write what kind of note it is
		d.subjects[subject] = true
		note(poterne.ZoneComment, "", subject)
	}
	author, err := d.value(a, "T")
	if err != nil {
		return false, false, err
	}
	if !d.authors[author] {
		d.authors[author] = true
		if author != "" {
			note(poterne.ZoneComment, "", author)
		}
	}
	switch kind.Subtype {
	case enums.FPDF_ANNOT_SUBTYPE_TEXT, enums.FPDF_ANNOT_SUBTYPE_HIGHLIGHT, enums.FPDF_ANNOT_SUBTYPE_UNDERLINE,
		enums.FPDF_ANNOT_SUBTYPE_SQUIGGLY, enums.FPDF_ANNOT_SUBTYPE_STRIKEOUT, enums.FPDF_ANNOT_SUBTYPE_INK:
		return false, false, nil // signs and strokes, no text
	}
	return false, true, nil
}

// value returns the string at key of an annotation, "" where there is none.
func (d *pdfDocument) value(a references.FPDF_ANNOTATION, key string) (string, error) {
	v, err := d.pdf.FPDFAnnot_GetStringValue(&requests.FPDFAnnot_GetStringValue{Annotation: a, Key: key})
	if err != nil {
		return "", trapped(err)
	}
	return v.Value, nil
}

// field reads a form field: its value under its title, or the title of a box that is ticked.
func (d *pdfDocument) field(a references.FPDF_ANNOTATION, note func(poterne.Zone, string, string)) (taken, shows bool, err error) {
	title, err := d.fieldTitle(a)
	if err != nil {
		return false, false, err
	}
	value, err := d.value(a, "V")
	if err != nil {
		return false, false, err
	}
	list := false // shows all its entries, not its value only
	if d.form != nil {
		kind, err := d.pdf.FPDFAnnot_GetFormFieldType(&requests.FPDFAnnot_GetFormFieldType{FormHandle: *d.form, Annotation: a})
		if err := trapped(err); err != nil {
			return false, false, err
		}
		list = err == nil && kind.FormFieldType == enums.FPDF_FORMFIELD_TYPE_LISTBOX
		if list || err == nil && kind.FormFieldType == enums.FPDF_FORMFIELD_TYPE_COMBOBOX {
			if err := d.choices(a, title, note); err != nil {
				return false, false, err
			}
		}
		if err == nil && (kind.FormFieldType == enums.FPDF_FORMFIELD_TYPE_CHECKBOX || kind.FormFieldType == enums.FPDF_FORMFIELD_TYPE_RADIOBUTTON) {
			state, err := d.value(a, "AS") // the appearance that is shown
			if err != nil {
				return false, false, err
			}
			if state != "" && state != "Off" && title != "" {
				note(poterne.ZoneBody, "", "☒ "+title)
			}
			return true, false, nil
		}
		if value == "" { // a value that a parent holds
			v, err := d.pdf.FPDFAnnot_GetFormFieldValue(&requests.FPDFAnnot_GetFormFieldValue{FormHandle: *d.form, Annotation: a})
			if err := trapped(err); err != nil {
				return false, false, err
			}
			if err == nil {
				value = v.FormFieldValue
			}
		}
	}
	if blank(value) {
		initial, err := d.value(a, "DV")
		if err != nil {
			return false, false, err
		}
		note(poterne.ZoneHidden, title, initial)
		return false, true, nil // a button's caption, a field without a value that shows one
	}
	note(poterne.ZoneBody, title, value)
	return !list, list, nil
}

// choices sends the entries of a list that a field offers.
func (d *pdfDocument) choices(a references.FPDF_ANNOTATION, title string, note func(poterne.Zone, string, string)) error {
	n, err := d.pdf.FPDFAnnot_GetOptionCount(&requests.FPDFAnnot_GetOptionCount{FormHandle: *d.form, Annotation: a})
	if err != nil {
		return trapped(err)
	}
	const most = 1000
	var b strings.Builder
	for i := range min(n.OptionCount, most) {
		o, err := d.pdf.FPDFAnnot_GetOptionLabel(&requests.FPDFAnnot_GetOptionLabel{FormHandle: *d.form, Annotation: a, Index: i})
		if err := trapped(err); err != nil {
			return err
		}
		if err == nil {
			b.WriteString(o.OptionLabel + "\n")
		}
	}
	note(poterne.ZoneHidden, title, strings.TrimSpace(b.String()))
	return nil
}

// fieldTitle returns what a field is called for people, else the last part of its name.
func (d *pdfDocument) fieldTitle(a references.FPDF_ANNOTATION) (string, error) {
	title, err := d.value(a, "TU")
	if err != nil || title != "" {
		return strings.TrimSpace(title), err
	}
	if d.form == nil {
		return d.value(a, "T")
	}
	name, err := d.pdf.FPDFAnnot_GetFormFieldName(&requests.FPDFAnnot_GetFormFieldName{FormHandle: *d.form, Annotation: a})
	if err != nil {
		return "", trapped(err)
	}
	title = name.FormFieldName // "page1[0].identite[0].nir[0]"
	title = title[strings.LastIndexByte(title, '.')+1:]
	title, _, _ = strings.Cut(title, "[")
	return strings.TrimSpace(title), nil
}

// link sends the address or the file behind a link, once in a document.
func (d *pdfDocument) link(a references.FPDF_ANNOTATION, note func(poterne.Zone, string, string)) error {
	l, err := d.pdf.FPDFAnnot_GetLink(&requests.FPDFAnnot_GetLink{Annotation: a})
	if err != nil {
		return trapped(err)
	}
	action, err := d.pdf.FPDFLink_GetAction(&requests.FPDFLink_GetAction{Link: l.Link})
	if err != nil || action.Action == nil {
		return trapped(err)
	}
	target := ""
	uri, err := d.pdf.FPDFAction_GetURIPath(&requests.FPDFAction_GetURIPath{Document: d.doc, Action: *action.Action})
	if err := trapped(err); err != nil {
		return err
	}
	if err == nil && uri.URIPath != nil {
		target = *uri.URIPath
	} else { // a file that is opened, or a place in one
		file, err := d.pdf.FPDFAction_GetFilePath(&requests.FPDFAction_GetFilePath{Action: *action.Action})
		if err != nil || file.FilePath == nil {
			return trapped(err)
		}
		target = *file.FilePath
	}
	const most = 20_000
	if s := cutData(target); len(d.uris) == most {
		d.cut = true
	} else if !d.uris[s] {
		d.uris[s] = true
		note(poterne.ZoneHidden, "", s)
	}
	return nil
}

// untagged returns the text of rich text: XHTML of a few elements.
func untagged(rich string) string {
	if rich == "" {
		return ""
	}
	var b strings.Builder
	for x := newXML(strings.NewReader(rich)); x.next(); {
		if x.kind == xmlText {
			b.Write(x.text)
		} else if x.kind == xmlEnd && string(x.name) == "p" {
			b.WriteByte('\n')
		}
	}
	return strings.TrimSpace(b.String())
}
