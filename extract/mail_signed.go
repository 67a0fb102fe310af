package extract

import (
	"bytes"
	"context"
	"encoding/asn1"
	"errors"
	"io"
	"strings"

	"poterne"
)

// maxSigned bounds a signed message that is unwrapped in memory, in bytes.
const maxSigned = 128 << 20

var (
	errNoContent    = errors.New("mail: signed data without content")
	errOtherContent = errors.New("mail: signed data of another kind than a file")
)

// oidData is the object identifier of data in CMS (RFC 5652, 4): 1.2.840.113549.1.7.1.
var oidData, _ = asn1.Marshal(asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 7, 1})

// Kinds of messages of cryptography (RFC 5652, 4 to 6; RFC 5083), as they are written.
var (
	cmsSigned        = []byte("\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02")
	cmsEnveloped     = []byte("\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x03")
	cmsAuthEnveloped = []byte("\x06\x0b\x2a\x86\x48\x86\xf7\x0d\x01\x09\x10\x01\x17")
)

// cmsKind returns what head starts with: one of the kinds above, nil for none.
func cmsKind(head []byte) []byte {
	if len(head) < 20 || head[0] != 0x30 {
		return nil
	}
	skip := 2
	if head[1] > 0x80 {
		skip += int(head[1] & 0x7F)
	}
	for _, kind := range [][]byte{cmsSigned, cmsEnveloped, cmsAuthEnveloped} {
		if skip < len(head) && bytes.HasPrefix(head[skip:], kind) {
			return kind
		}
	}
	return nil
}

// readCMS reads what a signature wraps (document.pdf.p7m, smime.p7m). Beside a
// signature that stands apart from its file there is nothing to read.
func readCMS(_ context.Context, in *input, out *emitter) error {
	head, err := in.head(32)
	if err != nil {
		return err
	}
	switch {
	case !bytes.Equal(cmsKind(head), cmsSigned):
		return poterne.Fail(poterne.StageExtract, poterne.Encrypted, nil)
	case in.size > maxSigned:
		return poterne.Fail(poterne.StageExtract, poterne.TooLarge, errTooLarge)
	}
	content, err := signedContent(in.stream())
	switch {
	case err == errNoContent:
		return nil
	case err == errOtherContent:
		return poterne.Fail(poterne.StageExtract, poterne.Unsupported, err)
	case err != nil:
		return err
	}
	name := in.name
	if in.ext() == "p7m" {
		name = name[:len(name)-len(".p7m")]
	}
	if name == in.name || strings.EqualFold(name, "smime") {
		name = "message signé.eml"
	}
	out.member(member{name: name, open: func() (io.Reader, error) { return content, nil }})
	return nil
}

// signedContent returns what a signature of the opaque kind (RFC 8551, 3.5.2) wraps.
// The signature is not verified.
func signedContent(r io.Reader) (io.Reader, error) {
	b, err := io.ReadAll(io.LimitReader(r, maxSigned))
	if err != nil {
		return nil, err
	}
	i := bytes.Index(b, oidData)
	if i < 0 {
		return nil, errOtherContent
	}
	tag, body, _, ok := berElement(b[i+len(oidData):])
	if !ok || tag != 0xA0 {
		return nil, errNoContent
	}
	var content bytes.Buffer
	if !octets(body, &content, 0) {
		return nil, errNoContent
	}
	return &content, nil
}

// octets writes an octet string, which may come in pieces, to w.
func octets(b []byte, w *bytes.Buffer, depth int) bool {
	for len(b) > 0 && depth < 8 {
		tag, body, rest, ok := berElement(b)
		switch {
		case !ok:
			return false
		case tag == 0x04:
			w.Write(body)
		case tag == 0x24:
			if !octets(body, w, depth+1) {
				return false
			}
		case tag == 0 && len(body) == 0: // end of contents
			return true
		default:
			return false
		}
		b = rest
	}
	return true
}

// berElement cuts the first element of b: its tag, what it holds and what comes
// after (X.690, 8.1). Of an element of indefinite length, body is all that
// comes: its reader stops at the end of contents.
func berElement(b []byte) (tag byte, body, rest []byte, ok bool) {
	if len(b) < 2 || b[0]&0x1F == 0x1F {
		return 0, nil, nil, false
	}
	tag, n := b[0], int(b[1])
	b = b[2:]
	switch {
	case n == 0x80:
		return tag, b, nil, true
	case n > 0x80:
		k := n & 0x7F
		if k > 4 || k > len(b) {
			return 0, nil, nil, false
		}
		n = 0
		for _, c := range b[:k] {
			n = n<<8 | int(c)
		}
		b = b[k:]
	}
	n = min(n, len(b)) // cut
	return tag, b[:n], b[n:], true
}
