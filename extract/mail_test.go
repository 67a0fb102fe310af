package extract

import (
	"bytes"
	"encoding/base64"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"

	"poterne"
)

// crlf writes a message as it is on the wire.
func crlf(s string) []byte { return []byte(strings.ReplaceAll(s, "\n", "\r\n")) }

func TestMail(t *testing.T) {
	attachment := base64.StdEncoding.EncodeToString([]byte("Nom;NIR;Ville\nRoux;1;Lens\n"))
	for _, c := range []struct {
		name, in string
		want     map[string]string
	}{
		{"plain", `From: Anne Roux <a@b.example>
To: =?UTF-8?Q?L=C3=A9a?= <l@b.example>
Subject: =?ISO-8859-1?B?6XTp?=
 =?utf-8?q?_suite?=
X-Classification: DR
Received: from x
Content-Type: text/plain; charset=iso-8859-1
Content-Transfer-Encoding: quoted-printable

L'=E9t=E9 est une lon=
gue saison =3D
`, map[string]string{"": "From: Anne Roux <a@b.example>\nTo: Léa <l@b.example>\nSubject: été suite\nX-Classification: DR\nL'été est une longue saison =\n"}},
		{"attachment-and-two-texts", `Subject: x
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary="=_a"

This is a multi-part message in MIME format.
--=_a
Content-Type: multipart/alternative; boundary=b

--b
Content-Type: text/plain

un
-- 
--b
Content-Type: text/html

<p>de<b>ux</b></p>
--b--
--=_a
Content-Type: text/csv; name="=?utf-8?q?=C3=A9tat.csv?="
Content-Disposition: attachment
Content-Transfer-Encoding: base64

` + attachment + `
--=_a
Content-Type: message/rfc822

Subject: dedans
From: c@d.example

trois
--=_a--
fin
`, map[string]string{"": "Subject: x\nun\n-- \ndeux\n", "état.csv": "Nom\nNIR\nVille\nRoux\n1\nLens\n", "partie-2.eml": "Subject: dedans\nFrom: c@d.example\ntrois\n"}},
		{"page-without-a-kind", "Subject: x\nFrom: a@b.example\n\n<p><b>un</b></p>\n", map[string]string{"": "Subject: x\nFrom: a@b.example\nun\n"}},
		{"odd-header", "From  : a@b.example\n__\n  suite\nSubject  : y\nDate: z\n\nun\n", map[string]string{"": "From: a@b.example __ suite\nSubject: y\nDate: z\nun\n"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			segments, kinds, _ := readParts(t, Options{}, "a.eml", crlf(c.in))
			got := map[string]string{}
			for member, s := range segments {
				got[member] = bodies(s)
			}
			if diff := cmp.Diff(c.want, got); diff != "" || len(kinds) > 0 {
				t.Errorf("failures %v, segments (-want +got)\n%s", kinds, diff)
			}
		})
	}
}

func TestMailZones(t *testing.T) {
	want := []seen{{"property", "Subject: x", "", 0, 0}, {"property", "Sensitivity: Company-Confidential", "", 0, 0}, {"body", "un\ndeux", "", 1, 0}}
	got := readWhole(t, "a.eml", crlf("Subject: x\nSensitivity: Company-Confidential\nMessage-ID: <1@b.example>\n\nun\ndeux\n"))
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("segments (-want +got)\n%s", diff)
	}
}

func TestMailFailures(t *testing.T) {
	const head = "From: a@b.example\nTo: c@d.example\nSubject: x\n"
	for _, c := range []struct {
		name, in string
		kind     poterne.Kind
	}{
		{"smime", "Content-Type: application/pkcs7-mime; smime-type=enveloped-data; name=smime.p7m\nContent-Transfer-Encoding: base64\n\nAAAA\n", poterne.Encrypted},
		{"pgp", "Content-Type: multipart/encrypted; protocol=\"application/pgp-encrypted\"; boundary=a\n\n--a\nContent-Type: application/pgp-encrypted\n\nVersion: 1\n--a\nContent-Type: application/octet-stream; name=x.asc\n\nhQ\n--a--\n", poterne.Encrypted},
		{"pgp-in-the-text", "\n-----BEGIN PGP MESSAGE-----\n\nhQEMAw==\n=abcd\n-----END PGP MESSAGE-----\n", poterne.Encrypted},
		{"cut", "Content-Type: multipart/mixed; boundary=a\n\n--a\n\nun\n", poterne.Partial},
	} {
		t.Run(c.name, func(t *testing.T) {
			segments, kinds, _ := readParts(t, Options{}, "a.eml", crlf(head+c.in))
			if diff := cmp.Diff(map[string][]poterne.Kind{"": {c.kind}}, kinds); diff != "" {
				t.Errorf("failures (-want +got)\n%s", diff)
			}
			if !strings.Contains(bodies(segments[""]), "Subject: x") {
				t.Error("the header is lost")
			}
		})
	}
}

// TestSignedMail wraps a message as a signature does, in one piece and in two.
func TestSignedMail(t *testing.T) {
	inner := "Content-Type: text/plain; charset=utf-8\r\n\r\nun texte signé\r\n"
	der := func(tag byte, body string) string {
		return string([]byte{tag, 0x82, byte(len(body) >> 8), byte(len(body))}) + body
	}
	for _, c := range []struct{ name, content string }{
		{"der", der(0xA0, der(0x04, inner))},
		{"ber", "\xA0\x80\x24\x80" + der(0x04, inner[:20]) + der(0x04, inner[20:]) + "\x00\x00\x00\x00"},
	} {
		t.Run(c.name, func(t *testing.T) {
			signed := der(0x30, "\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02"+der(0xA0, der(0x30, string(oidData)+c.content+"signature")))
			in := "From: a@b.example\nSubject: x\nContent-Type: application/pkcs7-mime; smime-type=signed-data; name=smime.p7m\nContent-Transfer-Encoding: base64\n\n" +
				base64.StdEncoding.EncodeToString([]byte(signed)) + "\n"
			segments, kinds, _ := readParts(t, Options{}, "a.eml", crlf(in))
			if got := bodies(segments["message signé.eml"]); got != "un texte signé\n" || len(kinds) > 0 {
				t.Errorf("got %q, failures %v", got, kinds)
			}
		})
	}
}

func TestMboxMembers(t *testing.T) {
	in := "From a@b.example Mon Jun  1 10:00:00 2009\nFrom: a@b.example\nSubject: un\n\nFrom here on, no message.\n\n" +
		"From c@d.example Mon Jun  1 11:00:00 2009\nFrom: c@d.example\nSubject: deux\n\ntexte\n"
	segments, kinds, formats := readParts(t, Options{}, "a.mbox", []byte(in))
	want := map[string]string{"": "mbox", "000001.eml": "eml", "000002.eml": "eml"}
	if diff := cmp.Diff(want, formats); diff != "" || len(kinds) > 0 {
		t.Errorf("failures %v, formats (-want +got)\n%s", kinds, diff)
	}
	if got := bodies(segments["000001.eml"]); !strings.Contains(got, "From here on") {
		t.Errorf("got %q", got)
	}
}

func TestTransferDecoders(t *testing.T) {
	for _, c := range []struct{ name, encoding, in, want string }{
		{"base64-with-noise", "BASE64", "YWJj\r\n ZGU*=\r\n", "abcde"},
		{"base64-without-padding", "base64", "YWJjZGU", "abcde"},
		{"quoted-printable", "quoted-printable", "a=3Db=\r\nc = d=E9= \ne=zz=", "a=bc = d\xe9e=zz"},
		{"unknown", "7it", "a=3D", "a=3D"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := io.ReadAll(transferDecoder(iotest.HalfReader(strings.NewReader(c.in)), c.encoding))
			if err != nil || string(got) != c.want {
				t.Errorf("got %q, %v; want %q", got, err, c.want)
			}
		})
	}
}

// TestNestedMail wants the failure of a nesting that has no end to be one.
func TestNestedMail(t *testing.T) {
	var b bytes.Buffer
	for range 20 {
		b.WriteString("From: a@b.example\nSubject: x\nContent-Type: message/rfc822\n\n")
	}
	b.WriteString("From: a@b.example\nSubject: x\n\nfond\n")
	_, kinds, formats := readParts(t, Options{}, "a.eml", b.Bytes())
	failures := 0
	for _, k := range kinds {
		failures += len(k)
	}
	if failures != 1 || len(formats) != 10 {
		t.Errorf("%d failures in %d parts", failures, len(formats))
	}
	in := "From: a@b.example\nTo: c@d.example\n" + strings.Repeat("Content-Type: multipart/mixed; boundary=a\n\n--a\n", 50_000) + "\nfond\n"
	segments, _, _ := readParts(t, Options{}, "a.eml", []byte(in))
	if !strings.Contains(bodies(segments[""]), "fond") {
		t.Error("text of nested multiparts is lost")
	}
}

func FuzzMail(f *testing.F) {
	f.Add([]byte("Subject: =?utf-8?b?4?=\r\nContent-Type: multipart/mixed; boundary=a\r\n\r\n--a\r\nContent-Transfer-Encoding: base64\r\n\r\nQQ=\r\n--a\r\nContent-Type: message/rfc822\r\n\r\nFrom: a\r\n--a--"))
	f.Add([]byte("From a 10:00\nTo: b\nFrom: c\n\n\nFrom b 11:00\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		readParts(t, Options{}, "a.eml", b)
		readParts(t, Options{}, "a.mbox", b)
	})
}
