package extract

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	pdfium "github.com/klippa-app/go-pdfium"
	"github.com/klippa-app/go-pdfium/enums"
	pdfium_errors "github.com/klippa-app/go-pdfium/errors"
	"github.com/klippa-app/go-pdfium/references"
	"github.com/klippa-app/go-pdfium/requests"
	"github.com/klippa-app/go-pdfium/responses"

	"poterne"
)

const (
	// maxPDF is the largest file that is read: PDFium counts in 32 bits.
	maxPDF = 2<<30 - 1
	// pdfInMemory is up to where a file is handed to PDFium whole; a larger one is
	// read through pdfBlocks, which costs a call out of the guest for each block.
	pdfInMemory = 32 << 20
	// pdfRestarts is how often reading goes on with a new instance after a fault,
	// behind the page at fault.
	pdfRestarts = 3
	// pdfUnloadable is how many pages in a row may fail to load before the page
	// count is taken for a lie.
	pdfUnloadable = 200
)

// pdfDocument is one PDF on its way through the engine.
type pdfDocument struct {
	ctx  context.Context
	in   *input
	out  *emitter
	data []byte // the file, where it is small enough

	pdf  pdfium.Pdfium
	doc  references.FPDF_DOCUMENT
	form *references.FPDF_FORMHANDLE // nil where there are no fields

	password *string // that opened it, nil for none

	pages    int  // as the file counts them
	next     int  // the page to read next, from 0
	read     int  // pages read by the current instance
	letters  int  // letters and digits on all pages
	pictures int  // pages that show something but have no text
	garbled  int  // pages whose text is not text
	broken   int  // pages that could not be read
	cut      bool // a bound left something of the document unread
	labelled bool
	authors  map[string]bool // of annotations
	subjects map[string]bool
	uris     map[string]bool
	files    map[string]int // names of attachments
	attached int64          // bytes of attachments kept in memory
	terse    bool           // a page has text of which the engine made few letters or none
}

// readPDF reads a PDF with PDFium: what stands on the pages, annotations, form
// values, properties, outline, XFA packets; attachments become members.
func readPDF(ctx context.Context, in *input, out *emitter) error {
	if in.size > maxPDF {
		return poterne.Fail(poterne.StageExtract, poterne.TooLarge, fmt.Errorf("larger than %d bytes", maxPDF))
	}
	d := &pdfDocument{ctx: ctx, in: in, out: out, authors: map[string]bool{}, subjects: map[string]bool{}, uris: map[string]bool{}, files: map[string]int{}}
	if in.size <= pdfInMemory {
		data, err := in.head(int(in.size))
		if err != nil {
			return err
		}
		d.data = data
	}
	if err := d.all(); err != nil || out.run.stopped {
		return err
	}
	err := d.verdict()
	if out.run.stopped {
		return nil
	}
	return err
}

// errEngine is the cause of failures of the PDF engine itself.
var errEngine = errors.New("the PDF engine failed")

// all reads the document, with a new instance after each fault.
func (d *pdfDocument) all() error {
	var fault error
	for range pdfRestarts + 1 {
		err := d.session()
		var trap *pdfTrap
		if !errors.As(err, &trap) {
			if err == nil {
				return fault
			}
			return err
		}
		kind := poterne.Partial
		if trap.memory {
			kind = poterne.Memory
		} else if d.out.texts == 0 && d.next == 0 {
			kind = poterne.Malformed // the second reader may do better
		}
		fault = poterne.Fail(poterne.StageExtract, kind, fmt.Errorf("page %d: %w", d.next+1, trap))
		if d.pages == 0 || d.next >= d.pages || d.ctx.Err() != nil {
			return fault
		}
		d.next++ // go on behind the page at fault
	}
	return fault
}

// pdfTrap is a fault of the engine: its instance is lost, the document goes on in another.
type pdfTrap struct{ memory bool }

func (t *pdfTrap) Error() string {
	if t.memory {
		return "the PDF engine ran out of memory"
	}
	return errEngine.Error()
}

func (t *pdfTrap) Unwrap() error { return errEngine }

// session reads on from d.next with one instance of the engine.
func (d *pdfDocument) session() (err error) {
	engine := &d.in.x.pdf
	if d.pdf, err = engine.take(d.in.x.opts.CacheDir); err != nil {
		return err
	}
	d.read = 0
	lost := true // also where the consumer panics
	defer func() { engine.put(d.read, lost) }()
	err = d.readOn()
	var trap *pdfTrap
	if errors.As(err, &trap) {
		trap.memory = engine.full()
		return err
	}
	lost = false
	return err
}

func (d *pdfDocument) readOn() error {
	if err := d.open(); err != nil {
		return err
	}
	err := d.contents()
	var trap *pdfTrap
	if !errors.As(err, &trap) {
		d.close() // after a fault the instance goes as it is: nothing in it can be trusted to end
	}
	d.form = nil
	return err
}

// contents reads the open document.
func (d *pdfDocument) contents() error {
	if d.next == 0 {
		if err := d.properties(); err != nil {
			return err
		}
	}
	count, err := d.pdf.FPDF_GetPageCount(&requests.FPDF_GetPageCount{Document: d.doc})
	if err := trapped(err); err != nil {
		return err
	}
	if err == nil {
		d.pages = count.PageCount
	}
	if err := d.openForm(); err != nil {
		return err
	}
	unloadable := 0
	for ; d.next < d.pages && !d.out.run.stopped; d.next++ {
		if err := d.ctx.Err(); err != nil {
			return err
		}
		ok, err := d.page(d.next)
		if err != nil {
			return err
		}
		if d.read++; ok {
			unloadable = 0
			continue
		}
		d.broken++
		if unloadable++; unloadable == pdfUnloadable {
			break
		}
	}
	if d.out.run.stopped {
		return nil
	}
	for _, f := range []func() error{d.outline, d.attachments, d.xfa, d.scripts} {
		if err := f(); err != nil || d.out.run.stopped {
			return err
		}
	}
	return nil
}

// verdict says what is missing although the engine went through to the end.
func (d *pdfDocument) verdict() error {
	more := 0
	if d.letters < pdfFewLetters && (d.terse || d.garbled > 0) {
		// Letters without a meaning for this engine may have one for the other.
		more = d.second()
	}
	shown := d.pages - d.broken
	switch {
	case d.pages > 0 && d.broken == d.pages:
		return poterne.Fail(poterne.StageExtract, poterne.Malformed, errors.New("no page can be read"))
	case d.pictures+d.garbled > 0 && d.letters+more < pdfFewLetters:
		return poterne.Fail(poterne.StageExtract, poterne.ImageOnly, fmt.Errorf("%d pages without text", d.pictures+d.garbled))
	case d.pictures+d.garbled+d.broken > 0:
		return poterne.Fail(poterne.StageExtract, poterne.Partial, fmt.Errorf(
			"of %d pages, %d show pictures without text, %d have text that cannot be read, %d are broken", d.pages, d.pictures, d.garbled, d.broken))
	case d.cut:
		return poterne.Fail(poterne.StageExtract, poterne.Partial, errors.New("too many annotations, outline entries or attachments"))
	case shown == 0:
		return poterne.Fail(poterne.StageExtract, poterne.Malformed, errors.New("no pages"))
	}
	return nil
}

// second adds what the other engine makes of a document of which this one made
// next to nothing, and returns how many letters that is.
func (d *pdfDocument) second() int {
	run, letters := *d.out.run, 0
	send := run.yield
	run.yield = func(s poterne.Segment, err error) bool {
		n, _ := countLetters(s.Body)
		letters += n
		return send(s, err)
	}
	out := *d.out
	out.run = &run
	run.guard(readPDFSecond, d.in, &out)
	d.out.run.stopped = run.stopped
	return letters
}

// open opens the file in the engine. A password or an unknown protection is Encrypted.
func (d *pdfDocument) open() error {
	req := &requests.OpenDocument{File: &d.data}
	if d.data == nil {
		req = &requests.OpenDocument{FileReader: newPDFBlocks(d.in), FileReaderSize: d.in.size}
	}
	doc, err := d.unlock(req)
	if err := trapped(err); err != nil {
		return err
	}
	switch {
	case errors.Is(err, pdfium_errors.ErrPassword), errors.Is(err, pdfium_errors.ErrSecurity):
		return poterne.Fail(poterne.StageExtract, poterne.Encrypted, nil)
	case err != nil:
		if err := d.ctx.Err(); err != nil {
			return err
		}
		return poterne.Fail(poterne.StageExtract, poterne.Malformed, errors.New("not a PDF that the engine can open"))
	}
	d.doc = doc.Document
	return nil
}

// unlock opens the file, with the first password that fits where it needs one.
func (d *pdfDocument) unlock(req *requests.OpenDocument) (*responses.OpenDocument, error) {
	req.Password = d.password
	doc, err := d.pdf.OpenDocument(req)
	if d.password != nil {
		return doc, err
	}
	for _, p := range d.in.x.opts.Passwords {
		if !errors.Is(err, pdfium_errors.ErrPassword) || d.ctx.Err() != nil {
			break
		}
		req.Password = &p
		if d.data == nil {
			req.FileReader = newPDFBlocks(d.in)
		}
		if doc, err = d.pdf.OpenDocument(req); err == nil {
			d.password = &p
		}
	}
	return doc, err
}

func (d *pdfDocument) close() {
	if d.form != nil {
		d.pdf.FPDFDOC_ExitFormFillEnvironment(&requests.FPDFDOC_ExitFormFillEnvironment{FormHandle: *d.form})
	}
	d.pdf.FPDF_CloseDocument(&requests.FPDF_CloseDocument{Document: d.doc})
}

// openForm makes the values of form fields readable. Scripts are not run.
func (d *pdfDocument) openForm() error {
	kind, err := d.pdf.FPDF_GetFormType(&requests.FPDF_GetFormType{Document: d.doc})
	if err != nil || kind.FormType == enums.FPDF_FORMTYPE_NONE {
		return trapped(err)
	}
	form, err := d.pdf.FPDFDOC_InitFormFillEnvironment(&requests.FPDFDOC_InitFormFillEnvironment{Document: d.doc, FormFillInfo: noForm})
	if err != nil {
		return trapped(err)
	}
	d.form = &form.FormHandle
	return nil
}

// trapped returns a *pdfTrap where err is a fault of the engine, not an answer
// of PDFium. Neither WebAssembly runtime nor go-pdfium have an error type for it.
func trapped(err error) error {
	if err == nil {
		return nil
	}
	s := err.Error()
	for _, sign := range []string{"wasm error", "wasm stack trace", "module closed", "panic occurred", "could not write", "could not read"} {
		if strings.Contains(s, sign) {
			return &pdfTrap{}
		}
	}
	return nil
}

// pdfBlocks reads a large file in blocks of its own: PDFium asks for 512 bytes at a time.
type pdfBlocks struct {
	in    *input
	at    int64
	start int64
	block []byte
	n     int
}

func newPDFBlocks(in *input) *pdfBlocks { return &pdfBlocks{in: in, block: make([]byte, 64<<10)} }

func (b *pdfBlocks) Seek(offset int64, whence int) (int64, error) {
	switch whence {
	case io.SeekCurrent:
		offset += b.at
	case io.SeekEnd:
		offset += b.in.size
	}
	if offset < 0 {
		return 0, errors.New("seek before the start")
	}
	b.at = offset
	return offset, nil
}

func (b *pdfBlocks) Read(p []byte) (int, error) {
	if b.at >= b.in.size {
		return 0, io.EOF
	}
	if b.at < b.start || b.at >= b.start+int64(b.n) {
		start := b.at &^ int64(len(b.block)-1)
		n, err := b.in.ReadAt(b.block, start)
		b.start, b.n = start, n
		if b.at >= start+int64(n) {
			if err == nil || err == io.EOF {
				err = io.ErrUnexpectedEOF
			}
			return 0, err
		}
	}
	n := copy(p, b.block[b.at-b.start:b.n])
	b.at += int64(n)
	return n, nil
}
