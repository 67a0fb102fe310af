package extract

import (
	"archive/zip"
	"bytes"
	"io"
	"slices"
	"strings"
)

// formatEmpty is the format of a file without a byte: read whole at once.
const formatEmpty = "empty"

// magics are the first bytes of formats that have such, from the formats' own
// specifications. The formats that hold no text are here so that records name them.
var magics = []struct {
	prefix, format string
	text           bool // the format is text itself
}{
	{"%PDF-", "pdf", true},
	{"{\\rtf", "rtf", true},
	{"\x1f\x8b", "gz", false},
	{"BZh", "bz2", false},
	{"\xfd7zXZ\x00", "xz", false},
	{"\x28\xb5\x2f\xfd", "zst", false},
	{"7z\xbc\xaf\x27\x1c", "7z", false},
	{"Rar!\x1a\x07", "rar", false},
	{"!BDN", "pst", false},
	{"\x89PNG\r\n\x1a\n", "png", false},
	{"\xff\xd8\xff", "jpeg", false},
	{"GIF87a", "gif", false},
	{"GIF89a", "gif", false},
	{"II*\x00", "tiff", false},
	{"MM\x00*", "tiff", false},
	{"\x00\x00\x00\x0cjP  ", "jp2", false},
	{"\xd7\xcd\xc6\x9a", "wmf", false},
	{"%!PS", "ps", true},
	{"AT&TFORM", "djvu", false},
	{"SQLite format 3\x00", "sqlite", false},
	{"MZ", "exe", false},
	{"\x7fELF", "elf", false},
	{"ID3", "mp3", false},
	{"OggS", "ogg", false},
	{"fLaC", "flac", false},
	{"wOFF", "font", false},
	{"wOF2", "font", false},
	{"OTTO", "font", false},
	{"\x00\x01\x00\x00Standard ", "mdb", false},
	{"\xe4\x52\x5c\x7b\x8c\xd8\xa7\x4d\xae\xb1\x53\x78\xd0\x29\x96\xd3", "one", false},
	{"\xa1\x2f\xff\x43\xd9\xef\x76\x4c\x9e\xe2\x10\xea\x57\x22\x76\x5f", "one", false}, // a notebook's table of contents
	{"\x78\x9f\x3e\x22", "tnef", false},
}

const oleMagic = "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"

// detect tells the format of in by its content; the name only decides between
// kinds of text that look the same. It returns "" where nothing fits.
func detect(in *input) (string, error) {
	if in.size == 0 {
		return formatEmpty, nil
	}
	head, err := in.head(16 << 10)
	if err != nil {
		return "", err
	}
	switch {
	case bytes.HasPrefix(head, []byte("PK\x03\x04")), bytes.HasPrefix(head, []byte("PK\x05\x06")), bytes.HasPrefix(head, []byte("PK\x07\x08")):
		return zipFormat(in, head), nil
	case bytes.HasPrefix(head, []byte(oleMagic)):
		return oleFormat(in), nil
	case bareBIFF(head):
		return "xls", nil
	case cmsKind(head) != nil:
		return "p7m", nil
	}
	// Viewers accept a header of PDF anywhere in the first 1,024 bytes (PDF 1.7,
	// implementation note 13), and some mail gateways put a few bytes in front.
	if i := bytes.Index(head[:min(len(head), 1024)], []byte("%PDF-")); i >= 0 && (blank(string(head[:i])) || !textual(head[:i])) {
		return "pdf", nil
	}
	// A text may well start with MZ or ID3: what has no control characters is one.
	text := textual(head)
	for _, m := range magics {
		if bytes.HasPrefix(head, []byte(m.prefix)) && (!text || m.text) {
			return m.format, nil
		}
	}
	switch {
	case text:
	case len(head) > 262 && string(head[257:262]) == "ustar":
		return "tar", nil
	case len(head) >= 12 && string(head[4:8]) == "ftyp":
		return "mp4", nil
	case len(head) >= 12 && string(head[:4]) == "RIFF":
		return strings.ToLower(strings.TrimSpace(string(head[8:12]))), nil
	case len(head) >= 44 && string(head[40:44]) == " EMF":
		return "emf", nil
	case bytes.HasPrefix(head, []byte("BM")):
		return "bmp", nil
	}
	return textFormat(in, head), nil
}

// bareBIFF recognises workbooks of Excel 2 to 4 and streams of 5 that stand
// without a container: a BOF record ([MS-XLS] 2.4.21) at the very start.
func bareBIFF(b []byte) bool {
	return len(b) >= 8 && b[0] == 9 && (b[1] == 0 || b[1] == 2 || b[1] == 4 || b[1] == 8) &&
		b[2] >= 4 && b[2] <= 16 && b[3] == 0
}

// textual reports whether b looks like text: in UTF-16 or 32 with its mark, or with
// next to no control characters.
func textual(b []byte) bool {
	if marked(b) || wide(b) {
		return true
	}
	controls := 0
	for _, c := range b {
		if c < 32 && c != '\n' && c != '\r' && c != '\t' && c != '\f' && c != 0x1b || c == 0x7f {
			controls++
		}
	}
	return controls*200 <= len(b) // one in 200: logs hold a few
}

// marked reports whether b starts with the mark of UTF-16 or UTF-32.
func marked(b []byte) bool {
	return bytes.HasPrefix(b, []byte("\xff\xfe")) || bytes.HasPrefix(b, []byte("\xfe\xff")) || bytes.HasPrefix(b, bomUTF32BE)
}

// wide reports whether b looks like UTF-16 without a mark: zeros in nearly every
// second byte, on one side only.
func wide(b []byte) bool {
	if len(b) < 8 {
		return false
	}
	var zeros [2]int
	for i, c := range b {
		if c == 0 {
			zeros[i%2]++
		}
	}
	half := len(b) / 2
	return zeros[0] > half*6/10 && zeros[1] < half/10 || zeros[1] > half*6/10 && zeros[0] < half/10
}

// narrow gives the start of b in one byte a character, for looking at keywords.
func narrow(b []byte) []byte {
	b = bytes.TrimPrefix(b, []byte("\xef\xbb\xbf"))
	if wide(b) || marked(b) {
		b = bytes.TrimLeft(bytes.ReplaceAll(b, []byte{0}, nil), "\xff\xfe")
	}
	return b
}

// textNames are extensions that decide between kinds of text. All others are "txt".
var textNames = map[string]string{
	"csv": "csv", "tsv": "tsv", "tab": "tsv", "md": "md", "markdown": "md",
	"json": "json", "jsonl": "jsonl", "ndjson": "jsonl", "ipynb": "ipynb", "geojson": "json",
	"yaml": "yaml", "yml": "yaml", "sql": "sql", "log": "log", "ini": "ini", "cfg": "ini", "conf": "ini",
	"vcf": "vcf", "ics": "ics", "ldif": "ldif", "ldf": "ldif", "eml": "eml", "mbox": "mbox",
	"html": "html", "htm": "html", "xhtml": "html", "xml": "xml",
	"go": "source", "py": "source", "js": "source", "ts": "source", "java": "source", "c": "source", "h": "source",
	"cpp": "source", "cs": "source", "php": "source", "rb": "source", "sh": "source", "ps1": "source", "bat": "source",
	"vbs": "source", "r": "source", "rs": "source", "css": "source",
}

// textFormat tells kinds of text apart.
func textFormat(in *input, head []byte) string {
	if !textual(head) {
		return ""
	}
	b := bytes.TrimLeft(narrow(head), " \t\r\n")
	low := bytes.ToLower(b[:min(len(b), 4096)])
	named := textNames[in.ext()]
	switch {
	case bytes.HasPrefix(b, []byte("{\\rtf")):
		return "rtf"
	case bytes.HasPrefix(low, []byte("<?xml")), bytes.HasPrefix(low, []byte("<!doctype")), bytes.HasPrefix(low, []byte("<svg")), bytes.HasPrefix(low, []byte("<html")):
		return xmlFormat(low)
	case bytes.HasPrefix(low, []byte("<")) && (bytes.Contains(low, []byte("<body")) || bytes.Contains(low, []byte("<head")) || bytes.Contains(low, []byte("<table"))):
		return "html"
	case bytes.HasPrefix(low, []byte("<")) && named == "" && bytes.Contains(low, []byte("</")):
		return "xml"
	case isSealed(b):
		return "sealed"
	case bytes.HasPrefix(low, []byte("begin:vcard")):
		return "vcf"
	case bytes.HasPrefix(low, []byte("begin:vcalendar")):
		return "ics"
	case bytes.HasPrefix(low, []byte("dn: ")), bytes.HasPrefix(low, []byte("dn:: ")):
		return "ldif"
	case bytes.HasPrefix(b, []byte("From ")) && mailHead(afterLine(b)):
		return "mbox"
	case mailHead(b):
		return "eml"
	case named == "" && jsonHead(b):
		return "json"
	case named != "":
		return named
	}
	return "txt"
}

// seals are how encrypted data starts that is written as text: OpenPGP (RFC 9580),
// age, vaults of Ansible.
var seals = []string{
	"-----BEGIN PGP MESSAGE-----", "-----BEGIN AGE ENCRYPTED FILE-----", "age-encryption.org/v1\n",
	"$ANSIBLE_VAULT;",
}

// isSealed reports whether b starts like encrypted data written as text.
func isSealed(b []byte) bool {
	return slices.ContainsFunc(seals, func(s string) bool { return bytes.HasPrefix(b, []byte(s)) })
}

// jsonHead reports whether b starts like an object or an array of JSON.
func jsonHead(b []byte) bool {
	if len(b) < 2 || b[0] != '{' && b[0] != '[' {
		return false
	}
	next := bytes.TrimLeft(b[1:], " \t\r\n")
	if len(next) == 0 {
		return false
	}
	if b[0] == '{' {
		return next[0] == '"' && bytes.Contains(next, []byte(`":`)) || next[0] == '}'
	}
	return next[0] == '{' && jsonHead(next) || next[0] == '"' || next[0] == ']'
}

func afterLine(b []byte) []byte {
	if i := bytes.IndexByte(b, '\n'); i >= 0 {
		return b[i+1:]
	}
	return nil
}

// mailHead reports whether b starts with the header of a message (RFC 5322): at
// least two fields that mail always has, before anything that is not a field.
func mailHead(b []byte) bool {
	known := 0
	for i := 0; i < 60 && len(b) > 0; i++ {
		line := b
		if j := bytes.IndexByte(b, '\n'); j >= 0 {
			line, b = b[:j], b[j+1:]
		} else {
			b = nil
		}
		line = bytes.TrimRight(line, "\r")
		if len(line) == 0 {
			break
		}
		if line[0] == ' ' || line[0] == '\t' {
			continue
		}
		name, _, ok := strings.Cut(string(line), ":")
		if !ok || name == "" || strings.ContainsAny(name, " \t<>\"{") {
			break
		}
		switch strings.ToLower(name) {
		case "return-path", "received", "delivered-to", "message-id", "mime-version", "dkim-signature", "x-mailer", "content-type", "content-transfer-encoding", "x-mozilla-status":
			known++
		case "from", "to", "cc", "date", "subject", "reply-to", "sender":
			known++
		}
		if low := strings.ToLower(string(line)); strings.HasPrefix(low, "content-type: multipart/") {
			known++ // a signed message as Outlook attaches it has this one field
		}
	}
	return known >= 2
}

// xmlFormat tells what a text that starts like XML is, by its root.
func xmlFormat(low []byte) string {
	for {
		i := bytes.IndexByte(low, '<')
		if i < 0 || i+1 >= len(low) {
			return "xml"
		}
		low = low[i+1:]
		switch {
		case bytes.HasPrefix(low, []byte("!doctype html")):
			return "html"
		case bytes.HasPrefix(low, []byte("!--")):
			if j := bytes.Index(low, []byte("-->")); j >= 0 {
				low = low[j:]
			}
			continue
		case low[0] == '?' || low[0] == '!':
			continue
		}
		break
	}
	end := bytes.IndexAny(low, " \t\r\n>/")
	if end < 0 {
		end = len(low)
	}
	root := string(low[:end])
	if root == "pkg:package" {
		return "wordml"
	}
	if i := strings.LastIndexByte(root, ':'); i >= 0 {
		root = root[i+1:]
	}
	switch root {
	case "html":
		return "html"
	case "svg":
		return "svg"
	case "worddocument":
		return "wordml"
	case "workbook":
		return "spreadsheetml"
	case "document", "document-content":
		for kind, format := range map[string]string{"text": "fodt", "spreadsheet": "fods", "presentation": "fodp", "graphics": "fodg"} {
			if bytes.Contains(low, []byte("application/vnd.oasis.opendocument."+kind)) {
				return format
			}
		}
	}
	return "xml"
}

// zipFormat tells what a zip is: by its mimetype member (ODF, EPUB), by the
// content types of its parts (OOXML), else a plain zip.
func zipFormat(in *input, head []byte) string {
	// ODF 1.3 part 2, 3.3: mimetype is the first member, stored, without extra field.
	const mark = 30 + len("mimetype")
	if len(head) > mark && string(head[30:mark]) == "mimetype" {
		if f := mimeFormat(string(head[mark:min(len(head), mark+80)])); f != "" {
			return f
		}
	}
	zr, err := zip.NewReader(in, in.size)
	if err != nil {
		return zipHeadFormat(head)
	}
	for _, f := range zr.File {
		if f.Name == "mimetype" && f.UncompressedSize64 < 256 {
			if b, err := readFile(f, 256); err == nil {
				if format := mimeFormat(string(b)); format != "" {
					return format
				}
			}
		}
	}
	if f := findFile(zr, "[Content_Types].xml"); f != nil {
		b, err := readFile(f, 1<<20)
		if err == nil || len(b) > 0 {
			if format := contentTypesFormat(b); format != "" {
				return format
			}
		}
	}
	// Some writers leave the content types out or wrong: the folders still tell.
	for _, f := range zr.File {
		switch name := strings.ToLower(strings.ReplaceAll(f.Name, "\\", "/")); name {
		case "word/document.xml":
			return "docx"
		case "xl/workbook.xml":
			return "xlsx"
		case "xl/workbook.bin":
			return "xlsb"
		case "ppt/presentation.xml":
			return "pptx"
		case "visio/document.xml":
			return "vsdx"
		}
	}
	return "zip"
}

// zipHeadFormat tells what a zip without a directory is, from its first bytes: a
// file that was cut has lost the directory, which stands at the end.
func zipHeadFormat(head []byte) string {
	for _, k := range []struct{ mark, format string }{{"word/", "docx"}, {"xl/", "xlsx"}, {"ppt/", "pptx"}, {"visio/", "vsdx"}} {
		if bytes.Contains(head, []byte(k.mark)) {
			return k.format
		}
	}
	return "zip"
}

// contentTypes are the main parts of OOXML packages, without the common prefix
// (ECMA-376 part 1; [MS-OFFMACRO2], [MS-XLSB], [MS-VSDX]). The longest match counts.
var contentTypes = []struct{ part, format string }{
	{"ms-word.document.macroenabled.main+xml", "docm"},
	{"ms-word.template.macroenabledtemplate.main+xml", "dotm"},
	{"wordprocessingml.template.main+xml", "dotx"},
	{"wordprocessingml.document.main+xml", "docx"},
	{"ms-excel.sheet.binary.macroenabled.main", "xlsb"},
	{"ms-excel.sheet.macroenabled.main+xml", "xlsm"},
	{"ms-excel.template.macroenabled.main+xml", "xltm"},
	{"ms-excel.addin.macroenabled.main+xml", "xlam"},
	{"spreadsheetml.template.main+xml", "xltx"},
	{"spreadsheetml.sheet.main+xml", "xlsx"},
	{"ms-powerpoint.presentation.macroenabled.main+xml", "pptm"},
	{"ms-powerpoint.slideshow.macroenabled.main+xml", "ppsm"},
	{"ms-powerpoint.template.macroenabled.main+xml", "potm"},
	{"presentationml.slideshow.main+xml", "ppsx"},
	{"presentationml.template.main+xml", "potx"},
	{"presentationml.presentation.main+xml", "pptx"},
	{"ms-visio.drawing.main+xml", "vsdx"},
	{"ms-visio.drawing.macroenabled.main+xml", "vsdm"},
	{"ms-visio.template.main+xml", "vstx"},
	{"ms-visio.stencil.main+xml", "vssx"},
}

func contentTypesFormat(b []byte) string {
	low := bytes.ToLower(b)
	for _, c := range contentTypes {
		if bytes.Contains(low, []byte(c.part)) {
			return c.format
		}
	}
	return ""
}

// mimeFormat returns the format of a mimetype member that starts with s.
func mimeFormat(s string) string {
	if strings.HasPrefix(s, "application/epub+zip") {
		return "epub"
	}
	s, ok := strings.CutPrefix(s, "application/vnd.oasis.opendocument.")
	if !ok {
		s, ok = strings.CutPrefix(s, "application/vnd.sun.xml.") // OpenOffice.org 1: the same model
		if !ok {
			return ""
		}
		for _, k := range []struct{ mime, format string }{{"writer", "odt"}, {"calc", "ods"}, {"impress", "odp"}, {"draw", "odg"}} {
			if strings.HasPrefix(s, k.mime) {
				return k.format
			}
		}
		return ""
	}
	for _, k := range []struct{ mime, format string }{
		{"text-template", "ott"}, {"text-master", "odm"}, {"text", "odt"},
		{"spreadsheet-template", "ots"}, {"spreadsheet", "ods"},
		{"presentation-template", "otp"}, {"presentation", "odp"},
		{"graphics-template", "otg"}, {"graphics", "odg"},
		{"chart", "odc"}, {"formula", "odf"}, {"database", "odb"}, {"base", "odb"},
	} {
		if strings.HasPrefix(s, k.mime) {
			return k.format
		}
	}
	return ""
}

// findFile returns the member of zr named name, in any case.
func findFile(zr *zip.Reader, name string) *zip.File {
	for _, f := range zr.File {
		if strings.EqualFold(strings.TrimPrefix(f.Name, "/"), name) {
			return f
		}
	}
	return nil
}

// readFile reads at most limit bytes of f.
func readFile(f *zip.File, limit int64) ([]byte, error) {
	r, err := f.Open()
	if err != nil {
		return nil, err
	}
	defer r.Close()
	return io.ReadAll(io.LimitReader(r, limit))
}
