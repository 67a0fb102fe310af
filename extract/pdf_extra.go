package extract

import (
	"bytes"
	"compress/zlib"
	"io"
	"regexp"
	"strconv"
	"strings"

	"github.com/klippa-app/go-pdfium/references"
	"github.com/klippa-app/go-pdfium/requests"

	"poterne"
)

const (
	// pdfBookmarks and pdfBookmarkDepth bound the outline, whose entries may point
	// at each other in circles.
	pdfBookmarks     = 20_000
	pdfBookmarkDepth = 32
	// pdfFilesInMemory is how much of attachments is kept in memory; more is spooled.
	pdfFilesInMemory = 32 << 20
	// pdfFiles bounds the attachments of one document.
	pdfFiles = 10_000
)

// infoKeys are the entries of the document information dictionary (ISO 32000-1,
// 14.3.3) that people write.
var infoKeys = []string{"Title", "Author", "Subject", "Keywords", "Creator", "Producer", "Company", "Manager", "Category", "Comments", "SourceModified"}

// labelKey finds names of own entries of the information dictionary that carry
// labels of sensitivity.
var labelKey = regexp.MustCompile(`/((?:MSIP_Label_|TITUS|Classif|Sensitiv|Mention|Marquage|Diffusion)[A-Za-z0-9_.-]{0,100})`)

// properties sends the information dictionary and the XMP metadata.
func (d *pdfDocument) properties() error {
	keys := infoKeys
	seen := map[string]bool{}
	for _, m := range labelKey.FindAllSubmatch(d.data, 200) {
		if k := string(m[1]); !seen[k] {
			seen[k] = true
			keys = append(keys[:len(keys):len(keys)], k)
		}
	}
	for _, k := range keys {
		v, err := d.pdf.FPDF_GetMetaText(&requests.FPDF_GetMetaText{Document: d.doc, Tag: k})
		if err := trapped(err); err != nil {
			return err
		}
		if err == nil && !d.out.property(k, cleanPDF(v.Value)) {
			return nil
		}
	}
	d.xmp()
	return nil
}

// xmp sends the metadata packets that stand in the file, as they are or deflated.
// The engine has no way to ask for them.
func (d *pdfDocument) xmp() {
	const most = 8 // pictures bring packets of their own
	sent := map[string]bool{}
	rest := d.data
	for range most {
		_, after, ok := bytes.Cut(rest, []byte("<x:xmpmeta"))
		if !ok {
			break
		}
		packet, tail, ok := bytes.Cut(after, []byte("</x:xmpmeta>"))
		if !ok || len(packet) > maxXMP {
			break
		}
		xmpPacket(d.out, append([]byte("<x:xmpmeta"), packet...), sent)
		rest = tail
	}
	for _, at := range metadataStream.FindAllIndex(d.data, most) {
		head, _, ok := bytes.Cut(d.data[at[0]:min(at[0]+2048, len(d.data))], []byte("stream"))
		if !ok || !bytes.Contains(head, []byte("FlateDecode")) || bytes.Contains(head, []byte("endobj")) {
			continue
		}
		skip := at[0] + len(head) + len("stream")
		for skip < len(d.data) && (d.data[skip] == '\r' || d.data[skip] == '\n') {
			skip++
		}
		z, err := zlib.NewReader(bytes.NewReader(d.data[skip:]))
		if err != nil {
			continue
		}
		packet, _ := io.ReadAll(io.LimitReader(d.out.inflate(z), maxXMP)) // what came before an error counts
		xmpPacket(d.out, packet, sent)
	}
}

var metadataStream = regexp.MustCompile(`/Type\s*/Metadata\b`)

// outline sends the titles of the outline.
func (d *pdfDocument) outline() error {
	o := &outline{left: pdfBookmarks, seen: map[string]bool{}}
	err := d.bookmarks(nil, 0, o)
	d.cut = d.cut || o.left == 0
	return err
}

// outline bounds the walk through an outline: entries that point in circles bring
// the same titles again and again.
type outline struct {
	left   int
	seen   map[string]bool
	repeat int // titles in a row that were seen before
}

func (o *outline) goOn(title string) bool {
	const circles = 200
	o.left--
	if o.repeat++; !o.seen[title] {
		o.seen[title], o.repeat = true, 0
	}
	return o.left > 0 && o.repeat < circles
}

func (d *pdfDocument) bookmarks(parent *references.FPDF_BOOKMARK, depth int, o *outline) error {
	child, err := d.pdf.FPDFBookmark_GetFirstChild(&requests.FPDFBookmark_GetFirstChild{Document: d.doc, Bookmark: parent})
	if err != nil {
		return trapped(err)
	}
	for b := child.Bookmark; b != nil; {
		if err := d.ctx.Err(); err != nil {
			return err
		}
		title, err := d.pdf.FPDFBookmark_GetTitle(&requests.FPDFBookmark_GetTitle{Bookmark: *b})
		if err := trapped(err); err != nil {
			return err
		}
		text := ""
		if err == nil {
			text = cleanPDF(title.Title)
		}
		if !o.goOn(text) || !d.out.text(poterne.Place{Zone: poterne.ZoneProperty}, text) {
			return nil
		}
		if depth < pdfBookmarkDepth {
			if err := d.bookmarks(b, depth+1, o); err != nil || d.out.run.stopped {
				return err
			}
		}
		next, err := d.pdf.FPDFBookmark_GetNextSibling(&requests.FPDFBookmark_GetNextSibling{Document: d.doc, Bookmark: *b})
		if err != nil {
			return trapped(err)
		}
		b = next.Bookmark
	}
	return nil
}

// attachments makes the embedded files members, those of a portfolio too.
func (d *pdfDocument) attachments() error {
	n, err := d.pdf.FPDFDoc_GetAttachmentCount(&requests.FPDFDoc_GetAttachmentCount{Document: d.doc})
	if err != nil {
		return trapped(err)
	}
	d.cut = d.cut || n.AttachmentCount > pdfFiles
	for i := range min(n.AttachmentCount, pdfFiles) {
		a, err := d.pdf.FPDFDoc_GetAttachment(&requests.FPDFDoc_GetAttachment{Document: d.doc, Index: i})
		if err := trapped(err); err != nil {
			return err
		}
		if err != nil {
			continue
		}
		if err := d.attachment(a.Attachment); err != nil || d.out.run.stopped {
			return err
		}
	}
	return nil
}

// attachment leaves one embedded file to be read after the document.
func (d *pdfDocument) attachment(a references.FPDF_ATTACHMENT) error {
	name := ""
	if n, err := d.pdf.FPDFAttachment_GetName(&requests.FPDFAttachment_GetName{Attachment: a}); err == nil {
		name = strings.Trim(strings.ReplaceAll(n.Name, "\\", "/"), "/")
	} else if err := trapped(err); err != nil {
		return err
	}
	if name == "" {
		name = "attachment"
	}
	file, err := d.pdf.FPDFAttachment_GetFile(&requests.FPDFAttachment_GetFile{Attachment: a})
	if err := trapped(err); err != nil {
		return err
	}
	m := member{name: unique(d.files, name)}
	switch {
	case err != nil || file.Contents == nil:
		m.err = poterne.Fail(poterne.StageExtract, poterne.Malformed, nil)
	default:
		limit := int64(0)
		if d.attached += int64(len(file.Contents)); d.attached <= pdfFilesInMemory {
			limit = int64(len(file.Contents)) + 1
		}
		c, err := spool(d.out.inflate(bytes.NewReader(file.Contents)), limit, d.in.x.opts.SpoolDir)
		if err != nil {
			m.err = err
		}
		m.size = int64(len(file.Contents))
		m.open = func() (io.Reader, error) { return c.(io.Reader), nil }
	}
	d.out.member(m)
	return nil
}

// unique returns name, with a number where the name was taken.
func unique(taken map[string]int, name string) string {
	taken[name]++
	if n := taken[name]; n > 1 {
		return name + "#" + strconv.Itoa(n)
	}
	return name
}

// xfa sends the text of the packets of an XFA form: templates and data.
func (d *pdfDocument) xfa() error {
	n, err := d.pdf.FPDF_GetXFAPacketCount(&requests.FPDF_GetXFAPacketCount{Document: d.doc})
	if err != nil {
		return trapped(err)
	}
	const most = 64
	for i := range min(n.Count, most) {
		name, err := d.pdf.FPDF_GetXFAPacketName(&requests.FPDF_GetXFAPacketName{Document: d.doc, Index: i})
		if err := trapped(err); err != nil {
			return err
		}
		if err != nil || (name.Name != "datasets" && name.Name != "template" && name.Name != "form" && name.Name != "") {
			continue // settings, and the tags that only close the packet; one without a name is all of them
		}
		c, err := d.pdf.FPDF_GetXFAPacketContent(&requests.FPDF_GetXFAPacketContent{Document: d.doc, Index: i})
		if err := trapped(err); err != nil {
			return err
		}
		if err != nil {
			continue
		}
		if err := markupText(newXML(bytes.NewReader(c.Content)), d.out); err != nil || d.out.run.stopped {
			return nil // what came before a fault in the packet counts
		}
	}
	return nil
}

// scripts sends the scripts that the document names: accounts and addresses of
// servers stand in them. They are not run.
func (d *pdfDocument) scripts() error {
	n, err := d.pdf.FPDFDoc_GetJavaScriptActionCount(&requests.FPDFDoc_GetJavaScriptActionCount{Document: d.doc})
	if err != nil {
		return trapped(err)
	}
	const most = 1000
	for i := range min(n.JavaScriptActionCount, most) {
		a, err := d.pdf.FPDFDoc_GetJavaScriptAction(&requests.FPDFDoc_GetJavaScriptAction{Document: d.doc, Index: i})
		if err := trapped(err); err != nil {
			return err
		}
		if err != nil {
			continue
		}
		s, err := d.pdf.FPDFJavaScriptAction_GetScript(&requests.FPDFJavaScriptAction_GetScript{JavaScriptAction: a.JavaScriptAction})
		if err := trapped(err); err != nil {
			return err
		}
		if err == nil && !d.out.text(poterne.Place{Zone: poterne.ZoneHidden}, cleanPDF(s.Script)) {
			return nil
		}
		if _, err := d.pdf.FPDFDoc_CloseJavaScriptAction(&requests.FPDFDoc_CloseJavaScriptAction{JavaScriptAction: a.JavaScriptAction}); err != nil {
			if err := trapped(err); err != nil {
				return err
			}
		}
	}
	return nil
}
