package main

import (
	"encoding/base64"
	"fmt"
	"strings"
)

// mail is a message of a mailbox with its attachments.
type mail struct {
	from, to, subject string
	headers           [][2]string
	body              string
	attached          []member
}

// eml writes m with encoded words in its headers, a quoted-printable body and
// base64 attachments (RFC 2045, 2047).
func eml(m mail) []byte {
	const boundary = "=_valserine_0042"
	var b strings.Builder
	line := func(format string, args ...any) { fmt.Fprintf(&b, format+"\r\n", args...) }
	line("From: %s", m.from)
	line("To: %s", m.to)
	line("Subject: =?utf-8?B?%s?=", base64.StdEncoding.EncodeToString([]byte(m.subject)))
	line("Date: %s", saved.Format("Mon, 02 Jan 2006 15:04:05 -0700"))
	line("Message-ID: <20240329174200.0042@valserine.exemple.fr>")
	for _, h := range m.headers {
		line("%s: %s", h[0], h[1])
	}
	line("MIME-Version: 1.0")
	line(`Content-Type: multipart/mixed; boundary="%s"`, boundary)
	line("")
	line("--%s", boundary)
	line("Content-Type: text/plain; charset=utf-8")
	line("Content-Transfer-Encoding: quoted-printable")
	line("")
	line("%s", quotedPrintable(m.body))
	for _, a := range m.attached {
		line("--%s", boundary)
		line("Content-Type: application/octet-stream")
		line("Content-Transfer-Encoding: base64")
		line(`Content-Disposition: attachment; filename="%s"`, a.name)
		line("")
		for s := base64.StdEncoding.EncodeToString(a.data); s != ""; {
			n := min(76, len(s))
			line("%s", s[:n])
			s = s[n:]
		}
	}
	line("--%s--", boundary)
	return []byte(b.String())
}

// quotedPrintable breaks lines at 72 characters, also inside words and numbers:
// that is what mail programs do.
func quotedPrintable(s string) string {
	var b strings.Builder
	width := 0
	for _, c := range []byte(strings.TrimSpace(s)) {
		out := string(rune(c))
		switch {
		case c == '\n':
			b.WriteString("\r\n")
			width = 0
			continue
		case c >= 0x80 || c == '=':
			out = fmt.Sprintf("=%02X", c)
		}
		if width+len(out) > 72 {
			b.WriteString("=\r\n")
			width = 0
		}
		b.WriteString(out)
		width += len(out)
	}
	return b.String()
}
