package extract

import (
	"archive/zip"
	"context"
	"io"
	"path"
	"strings"

	"poterne"
)

// readEPUB reads a book: its pages in the order of the archive, which is that of
// reading for all common writers, and its metadata.
func readEPUB(_ context.Context, in *input, out *emitter) error {
	zr, err := zip.NewReader(in, in.size)
	if err != nil {
		return err
	}
	if protectedBook(zr) {
		return poterne.Fail(poterne.StageExtract, poterne.Encrypted, nil)
	}
	for _, f := range zr.File {
		if out.run.stopped {
			return nil
		}
		read := htmlText
		switch strings.ToLower(path.Ext(f.Name)) {
		case ".xhtml", ".html", ".htm":
		case ".opf":
			read = bookMetadata
		case ".ncx":
			read = bookIndex
		default:
			continue
		}
		r, err := f.Open()
		if err == nil {
			err = read(decodeText(out.inflate(r), ""), out)
			r.Close()
		}
		if err != nil {
			f := failure(err)
			if f.Kind == poterne.TooLarge || f.Kind == poterne.Timeout {
				return f
			}
			out.fail(poterne.Partial, f.Unwrap())
		}
	}
	return nil
}

// bookIndex sends the entries of an index of EPUB 2.
func bookIndex(r io.Reader, out *emitter) error {
	x := newXML(r)
	if err := plainText(x, out, poterne.Place{}); err != nil || out.run.stopped {
		return err
	}
	return x.fault()
}

// protectedBook reports whether the pages are encrypted: fonts often are, and
// hinder nobody (OCF 3.3, 4.2.6.3.2).
func protectedBook(zr *zip.Reader) bool {
	f := findFile(zr, "META-INF/encryption.xml")
	if f == nil {
		return false
	}
	b, _ := readFile(f, 1<<20)
	return strings.Contains(strings.ToLower(string(b)), "html")
}

// bookMetadata sends the Dublin Core elements of a package document.
func bookMetadata(r io.Reader, out *emitter) error {
	x := &xmlReader{r: r, buf: make([]byte, 16<<10)}
	name := ""
	for x.next() && !out.run.stopped {
		switch x.kind {
		case xmlStart:
			name = string(x.name)
			if name == "manifest" {
				return nil // names of files
			}
		case xmlText:
			if !out.property(name, strings.TrimSpace(string(x.text))) {
				return nil
			}
		case xmlEnd:
			name = ""
		}
	}
	return x.fault()
}
