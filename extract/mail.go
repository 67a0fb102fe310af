package extract

import (
	"bufio"
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"mime"
	"strings"

	"poterne"
)

// readEML reads a message (RFC 5322, MIME): its header, its texts, then each
// attachment and forwarded message as a member.
func readEML(_ context.Context, in *input, out *emitter) error {
	m, err := readMailStructure(in.stream(), out.run.x.opts.MaxMembers)
	if !sendMailHeader(m.header, out) {
		return nil
	}
	attached := 0
	for _, p := range m.parts {
		if out.run.stopped {
			return nil
		}
		kind, params := p.header.mediaType("Content-Type")
		encoding := p.header.get("Content-Transfer-Encoding")
		raw := io.NewSectionReader(in.r, p.start, p.end-p.start)
		name := mailFileName(p.header, params)
		disposition, _ := p.header.mediaType("Content-Disposition")
		switch {
		case p.encrypted && kind != "application/pgp-encrypted" || encryptedMail(kind, params):
			out.fail(poterne.Encrypted, nil)
		case kind == "application/pgp-encrypted", signatureMail(kind):
		case strings.EqualFold(params["smime-type"], "signed-data"):
			out.member(member{name: "message signé.eml", open: func() (io.Reader, error) {
				raw.Seek(0, io.SeekStart)
				return signedContent(transferDecoder(raw, encoding))
			}})
		case p.preamble:
			if text := preamble(raw); text != "" {
				out.text(poterne.Place{Zone: poterne.ZoneHidden}, text)
			}
		case name == "" && disposition != "attachment" && shownMail(kind):
			if err := mailText(transferDecoder(raw, encoding), kind, params["charset"], out); err != nil {
				kind := poterne.Partial
				if failure(err).Kind == poterne.Encrypted {
					kind = poterne.Encrypted
				}
				out.fail(kind, failure(err).Unwrap())
			}
		default:
			attached++
			if name == "" {
				name = fmt.Sprintf("partie-%d%s", attached, mailExtension(kind))
			}
			out.member(mailMember(raw, name, encoding))
		}
	}
	switch {
	case err != nil && errors.Is(err, errTooManyParts):
		return poterne.Fail(poterne.StageExtract, poterne.TooLarge, err)
	case err == nil && m.cut:
		return poterne.Fail(poterne.StageExtract, poterne.Partial, errors.New("mail: multipart without end"))
	}
	return err
}

// transportFields are the fields that mail programs do not show and that hold
// nothing but the way of a message: identifiers that look like addresses, keys.
var transportFields = []string{
	"received", "x-received", "message-id", "references", "in-reply-to", "dkim-signature", "domainkey-signature", "arc-",
	"authentication-results", "received-spf", "content-", "mime-version", "x-google-", "x-ms-exchange-", "x-microsoft-",
	"x-forefront-", "x-mailer", "x-message-", "x-sid-", "thread-index", "x-uidl", "x-mozilla-",
}

// sendMailHeader sends what a header says to a reader or to a filter, such as
// Subject, X-Classification and Sensitivity.
func sendMailHeader(h mailHeader, out *emitter) bool {
next:
	for _, f := range h {
		low := strings.ToLower(f.name)
		for _, t := range transportFields {
			if low == t || strings.HasSuffix(t, "-") && strings.HasPrefix(low, t) {
				continue next
			}
		}
		if !out.property(f.name, decodeHeader(f.value)) {
			return false
		}
	}
	return true
}

// decodeHeader decodes the words of RFC 2047, and bytes that should not be there.
func decodeHeader(s string) string {
	s = decodeBytes([]byte(s), "")
	d := mime.WordDecoder{CharsetReader: func(charset string, r io.Reader) (io.Reader, error) {
		return decodeText(r, charset), nil
	}}
	if text, err := d.DecodeHeader(s); err == nil {
		return text
	}
	return s
}

// mailFileName returns the name of an attachment, "" where it has none.
func mailFileName(h mailHeader, params map[string]string) string {
	_, disposition := h.mediaType("Content-Disposition")
	name := disposition["filename"]
	if name == "" {
		name = params["name"]
	}
	name = decodeHeader(name)
	return strings.TrimLeft(name[strings.LastIndexAny(name, `/\`)+1:], " ")
}

// mailExtension returns the extension for the member of a part without a name.
func mailExtension(kind string) string {
	switch kind {
	case "message/rfc822", "message/global":
		return ".eml"
	case "text/html":
		return ".html"
	case "text/calendar":
		return ".ics"
	case "text/csv":
		return ".csv"
	case "text/rtf", "text/richtext":
		return ".rtf"
	}
	if strings.HasPrefix(kind, "text/") {
		return ".txt"
	}
	return ""
}

// signatureMail reports whether a part is a detached signature: there is nothing to
// read in it, and every signed message would be said not to be read whole.
func signatureMail(kind string) bool {
	switch kind {
	case "application/pkcs7-signature", "application/x-pkcs7-signature", "application/pgp-signature":
		return true
	}
	return false
}

// shownMail reports whether mail programs show a part of that kind in the message
// itself. A multipart that was not opened is nested beyond all reason.
func shownMail(kind string) bool {
	if kind == "text/rtf" || kind == "text/richtext" || kind == "text/csv" {
		return false // has a reader of its own
	}
	return kind == "" || strings.HasPrefix(kind, "text/") || strings.HasPrefix(kind, "multipart/") || kind == "message/delivery-status"
}

// encryptedMail reports whether a part says that it is S/MIME to be decrypted (RFC
// 8551, 3.2). One that does not say so is told by its content.
func encryptedMail(kind string, params map[string]string) bool {
	if kind != "application/pkcs7-mime" && kind != "application/x-pkcs7-mime" {
		return false
	}
	smime := strings.ToLower(params["smime-type"])
	return smime == "enveloped-data" || smime == "authenveloped-data"
}

// preamble returns what stands before the first part, save for the sentence that
// programs put there.
func preamble(r io.Reader) string {
	b, _ := io.ReadAll(io.LimitReader(r, maxSegment))
	text := strings.TrimSpace(decodeBytes(b, ""))
	low := strings.ToLower(text)
	if len(text) < 200 && (strings.Contains(low, "multi-part") || strings.Contains(low, "multipart") || strings.Contains(low, "mime")) {
		return ""
	}
	return text
}

// mailText sends the text of a message. A text of no declared kind that starts
// like a page is read as one.
func mailText(r io.Reader, kind, charset string, out *emitter) error {
	text := bufio.NewReaderSize(decodeText(r, charset), 4096)
	head, _ := text.Peek(1024)
	if isSealed(bytes.TrimSpace(head)) {
		return poterne.Fail(poterne.StageExtract, poterne.Encrypted, nil)
	}
	head = bytes.ToLower(bytes.TrimSpace(head))
	isPage := bytes.HasPrefix(head, []byte("<")) && (bytes.Contains(head, []byte("</")) || bytes.Contains(head, []byte("<html")))
	switch {
	case kind == "text/calendar" || kind == "text/vcard" || kind == "text/x-vcard":
		return contentLines(newLineReader(text), out)
	case kind == "text/html" || isPage:
		return htmlText(text, out)
	}
	return linesOf(text, out, poterne.ZoneBody)
}

// mailMember returns an attachment as a member. Its bytes are read when they are
// asked for; where nothing is encoded, in place.
func mailMember(raw *io.SectionReader, name, encoding string) member {
	return member{name: name, open: func() (io.Reader, error) {
		raw.Seek(0, io.SeekStart)
		switch r := transferDecoder(raw, encoding); r {
		case raw:
			return inPlace{raw}, nil
		default:
			return r, nil
		}
	}}
}

// inPlace is a stretch of an open document; the document's opener closes it.
type inPlace struct{ *io.SectionReader }

func (inPlace) Close() error { return nil }

// transferDecoder decodes a Content-Transfer-Encoding (RFC 2045, 6); an unknown one
// is none.
func transferDecoder(r io.Reader, encoding string) io.Reader {
	switch strings.ToLower(strings.TrimSpace(encoding)) {
	case "base64":
		return base64.NewDecoder(base64.StdEncoding, &base64Letters{r: r})
	case "quoted-printable":
		return &quotedReader{r: bufio.NewReader(r)}
	}
	return r
}

// base64Letters passes on the letters of base64 and nothing else, with the
// padding that was left out at the end.
type base64Letters struct {
	r     io.Reader
	count int  // letters so far
	done  bool // padding was seen: what follows is not data
}

// Read implements io.Reader.
func (b *base64Letters) Read(p []byte) (int, error) {
	for {
		n, err := b.r.Read(p)
		kept := 0
		for _, c := range p[:n] {
			if b.done || !isAlnum(c) && c != '+' && c != '/' {
				b.done = b.done || c == '='
				continue
			}
			p[kept] = c
			kept++
		}
		b.count += kept
		if kept > 0 {
			return kept, nil // an error comes again
		}
		if err == io.EOF && b.count%4 != 0 && len(p) > 0 {
			p[0] = '='
			b.count++
			return 1, nil
		}
		if err != nil {
			return 0, err
		}
	}
}

// quotedReader decodes quoted-printable and leaves what is not as it stands.
type quotedReader struct {
	r *bufio.Reader
}

// Read implements io.Reader.
func (q *quotedReader) Read(p []byte) (n int, err error) {
	for n < len(p) {
		c, err := q.r.ReadByte()
		if err != nil {
			if n > 0 && err == io.EOF {
				return n, nil
			}
			return n, err
		}
		if c == '=' {
			next, _ := q.r.Peek(2)
			if hi, lo := unhex(next, 0), unhex(next, 1); hi >= 0 && lo >= 0 {
				q.r.Discard(2)
				c = byte(hi<<4 | lo)
			} else if k, ok := softBreak(q.r); ok {
				q.r.Discard(k)
				continue
			}
		}
		p[n] = c
		n++
	}
	return n, nil
}

// softBreak returns how many bytes of white space and line end come, and whether
// that is all that stands on the line.
func softBreak(r *bufio.Reader) (int, bool) {
	for k := 1; k <= 64; k++ {
		b, err := r.Peek(k)
		if err != nil {
			return len(b), true // the end of the text
		}
		switch b[k-1] {
		case '\n':
			return k, true
		case ' ', '\t', '\r':
		default:
			return 0, false
		}
	}
	return 0, false
}

func unhex(b []byte, i int) int {
	if i >= len(b) {
		return -1
	}
	switch c := b[i]; {
	case c >= '0' && c <= '9':
		return int(c - '0')
	case c >= 'A' && c <= 'F':
		return int(c-'A') + 10
	case c >= 'a' && c <= 'f':
		return int(c-'a') + 10
	}
	return -1
}
