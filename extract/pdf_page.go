package extract

import (
	"strings"

	"github.com/klippa-app/go-pdfium/enums"
	"github.com/klippa-app/go-pdfium/references"
	"github.com/klippa-app/go-pdfium/requests"
	"github.com/klippa-app/go-pdfium/structs"

	"poterne"
)

const (
	// pdfFewLetters is below how many letters and digits a page counts as one
	// without text: page numbers and stamps of scanners stay below it.
	pdfFewLetters = 16
	// pdfObjects bounds the objects of one page that are looked at.
	pdfObjects = 2000
	// pdfScan is the part of a page that its pictures cover where it is a scan, and
	// pdfCard where nothing else stands on it: an identity card on A4 covers 0.07.
	pdfScan, pdfCard = 0.5, 0.05
	// pdfDrawing is how many paths without any text make a drawing, whose letters
	// may be drawn too.
	pdfDrawing = 100
	// pdfNotes bounds the annotations of one page that are read.
	pdfNotes = 20_000
)

// page reads the page numbered i from 0. It is not ok where the page cannot be
// loaded; an error is a fault of the engine or the context's.
func (d *pdfDocument) page(i int) (ok bool, err error) {
	p, err := d.load(i)
	if err != nil || p == nil {
		return false, err
	}
	notes, flatten, err := d.annotations(*p, i)
	if err != nil {
		return false, err
	}
	if flatten {
		if p, err = d.flatten(*p, i); err != nil || p == nil {
			return false, err
		}
	}
	text, err := d.text(*p)
	if err != nil {
		return false, err
	}
	letters, bad := countLetters(text)
	for _, n := range notes {
		more, _ := countLetters(n.Body)
		letters += more
	}
	pictures, seen := d.pictures, false
	switch {
	case bad:
		d.garbled++
	case letters < pdfFewLetters:
		if err := d.look(*p, letters); err != nil {
			return false, err
		}
	}
	if !bad {
		d.letters += letters
	}
	if bad || d.pictures > pictures {
		more, err := d.recognize(*p, i)
		if err != nil {
			return false, err
		}
		if seen = more >= pdfFewLetters; seen {
			d.letters += more
		}
	}
	switch {
	case seen && bad:
		d.garbled--
	case seen:
		d.pictures--
	}
	if _, err := d.pdf.FPDF_ClosePage(&requests.FPDF_ClosePage{Page: *p}); err != nil {
		if err := trapped(err); err != nil {
			return false, err
		}
	}
	if err := d.label(i); err != nil {
		return false, err
	}
	if !d.out.text(poterne.Place{Page: i + 1}, text) {
		return true, nil
	}
	for _, n := range notes {
		if !shown(text, n) && !d.out.segment(n) {
			break
		}
	}
	return true, nil
}

// shown says whether the page's own text holds an annotation's: flattening puts it there.
func shown(text string, n poterne.Segment) bool {
	if n.Header != "" {
		return false // its title makes it worth more than the text
	}
	return strings.Contains(text, n.Body) || strings.Contains(strings.Join(strings.Fields(text), " "), strings.Join(strings.Fields(n.Body), " "))
}

func (d *pdfDocument) load(i int) (*references.FPDF_PAGE, error) {
	p, err := d.pdf.FPDF_LoadPage(&requests.FPDF_LoadPage{Document: d.doc, Index: i})
	if err != nil {
		return nil, trapped(err)
	}
	return &p.Page, nil
}

// flatten makes the appearance of annotations a part of the page, in memory only.
func (d *pdfDocument) flatten(p references.FPDF_PAGE, i int) (*references.FPDF_PAGE, error) {
	f, err := d.pdf.FPDFPage_Flatten(&requests.FPDFPage_Flatten{Page: byRef(p), Usage: requests.FPDFPage_FlattenUsageNormalDisplay})
	if err := trapped(err); err != nil {
		return nil, err
	}
	if err != nil || f.Result != 1 {
		return &p, nil // nothing was flattened
	}
	if _, err := d.pdf.FPDF_ClosePage(&requests.FPDF_ClosePage{Page: p}); err != nil {
		if err := trapped(err); err != nil {
			return nil, err
		}
	}
	return d.load(i)
}

func byRef(p references.FPDF_PAGE) requests.Page { return requests.Page{ByReference: &p} }

// text returns what stands on a page, lines separated by line ends.
func (d *pdfDocument) text(p references.FPDF_PAGE) (string, error) {
	t, err := d.pdf.FPDFText_LoadPage(&requests.FPDFText_LoadPage{Page: byRef(p)})
	if err != nil {
		return "", trapped(err)
	}
	defer d.pdf.FPDFText_ClosePage(&requests.FPDFText_ClosePage{TextPage: t.TextPage})
	n, err := d.pdf.FPDFText_CountChars(&requests.FPDFText_CountChars{TextPage: t.TextPage})
	if err != nil || n.Count <= 0 {
		return "", trapped(err)
	}
	s, err := d.pdf.FPDFText_GetText(&requests.FPDFText_GetText{TextPage: t.TextPage, Count: n.Count})
	if err != nil {
		return "", trapped(err)
	}
	return string(joinWrapped([]byte(cleanPDF(s.Text)))), nil
}

// look finds out what a page with few letters shows: a picture, a drawing, text
// without letters.
func (d *pdfDocument) look(p references.FPDF_PAGE, letters int) error {
	width, err := d.pdf.FPDF_GetPageWidthF(&requests.FPDF_GetPageWidthF{Page: byRef(p)})
	if err != nil {
		return trapped(err)
	}
	height, err := d.pdf.FPDF_GetPageHeightF(&requests.FPDF_GetPageHeightF{Page: byRef(p)})
	if err != nil {
		return trapped(err)
	}
	n, err := d.pdf.FPDFPage_CountObjects(&requests.FPDFPage_CountObjects{Page: byRef(p)})
	if err != nil {
		return trapped(err)
	}
	var s sight
	for i := range min(n.Count, pdfObjects) {
		o, err := d.pdf.FPDFPage_GetObject(&requests.FPDFPage_GetObject{Page: byRef(p), Index: i})
		if err != nil {
			return trapped(err)
		}
		if err := d.see(o.PageObject, &s, 0); err != nil {
			return err
		}
	}
	// Scanners cut pages into strips: the area counts, not the largest image.
	mute := letters == 0 && s.texts > 0
	large := pdfScan
	if letters == 0 {
		large = pdfCard
	}
	if s.images > large*float64(width.PageWidth)*float64(height.PageHeight) || s.paths >= pdfDrawing || mute {
		d.pictures++
	}
	d.terse = d.terse || s.texts > 0
	return nil
}

// sight counts what a page shows.
type sight struct {
	images       float64 // area in square points
	paths, texts int
	objects      int
}

func (d *pdfDocument) see(o references.FPDF_PAGEOBJECT, s *sight, depth int) error {
	const deepest = 4 // forms in forms
	if s.objects++; s.objects > pdfObjects {
		return nil
	}
	kind, err := d.pdf.FPDFPageObj_GetType(&requests.FPDFPageObj_GetType{PageObject: o})
	if err != nil {
		return trapped(err)
	}
	switch kind.Type {
	case enums.FPDF_PAGEOBJ_TEXT:
		s.texts++
	case enums.FPDF_PAGEOBJ_PATH, enums.FPDF_PAGEOBJ_SHADING:
		s.paths++
	case enums.FPDF_PAGEOBJ_IMAGE:
		b, err := d.pdf.FPDFPageObj_GetBounds(&requests.FPDFPageObj_GetBounds{PageObject: o})
		if err != nil {
			return trapped(err)
		}
		s.images += float64(b.Right-b.Left) * float64(b.Top-b.Bottom)
	case enums.FPDF_PAGEOBJ_FORM:
		n, err := d.pdf.FPDFFormObj_CountObjects(&requests.FPDFFormObj_CountObjects{PageObject: o})
		if err != nil || depth == deepest {
			return trapped(err)
		}
		for i := range min(n.Count, pdfObjects) {
			sub, err := d.pdf.FPDFFormObj_GetObject(&requests.FPDFFormObj_GetObject{PageObject: o, Index: uint64(i)})
			if err != nil {
				return trapped(err)
			}
			if err := d.see(sub.PageObject, s, depth+1); err != nil {
				return err
			}
		}
	}
	return nil
}

// label sends the label of a page where it says more than its number. Labels
// come for all pages or for none: the first ones tell.
func (d *pdfDocument) label(i int) error {
	if i >= 3 && !d.labelled {
		return nil
	}
	l, err := d.pdf.FPDF_GetPageLabel(&requests.FPDF_GetPageLabel{Document: d.doc, Page: i})
	if err != nil || l.Label == "" {
		return trapped(err)
	}
	d.labelled = true
	if label := strings.TrimSpace(l.Label); strings.ContainsFunc(label, isLongLabel(label)) {
		d.out.text(poterne.Place{Zone: poterne.ZoneProperty, Page: i + 1}, "PageLabel: "+label)
	}
	return nil
}

// isLongLabel tells letters of labels that are more than a number: Roman numerals
// and single letters say nothing.
func isLongLabel(label string) func(rune) bool {
	return func(r rune) bool { return len(label) > 1 && !strings.ContainsRune("0123456789ivxlcdmIVXLCDM -.", r) }
}

// noForm is a form environment in which nothing happens.
var noForm = structs.FPDF_FORMFILLINFO{
	FFI_Invalidate:         func(references.FPDF_PAGE, float64, float64, float64, float64) {},
	FFI_SetCursor:          func(enums.FXCT) {},
	FFI_SetTimer:           func(int, func(int)) int { return 0 },
	FFI_KillTimer:          func(int) {},
	FFI_GetLocalTime:       func() structs.FPDF_SYSTEMTIME { return structs.FPDF_SYSTEMTIME{} },
	FFI_GetPage:            func(references.FPDF_DOCUMENT, int) *references.FPDF_PAGE { return nil },
	FFI_GetRotation:        func(references.FPDF_PAGE) enums.FPDF_PAGE_ROTATION { return enums.FPDF_PAGE_ROTATION_NONE },
	FFI_ExecuteNamedAction: func(string) {},
}
