package extract

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"poterne"
)

// cmsFile wraps a content as a message of cryptography of a kind does; content is
// empty for a signature that stands apart.
func cmsFile(kind []byte, contentType, content string) []byte {
	der := func(tag byte, body string) string {
		return string([]byte{tag, 0x82, byte(len(body) >> 8), byte(len(body))}) + body
	}
	if content != "" {
		content = der(0xA0, der(0x04, content))
	}
	return []byte(der(0x30, string(kind)+der(0xA0, der(0x30, contentType+content+"signature"))))
}

func TestCMSFiles(t *testing.T) {
	data, other := string(oidData), "\x06\x0a\x2b\x06\x01\x04\x01\x82\x37\x02\x01\x04"
	mail := "Content-Type: multipart/signed; boundary=a\r\n\r\n--a\r\n\r\nun texte signé\r\n--a--\r\n"
	for _, c := range []struct {
		name, file string
		data       []byte
		text       map[string]string
		kinds      map[string][]poterne.Kind
	}{
		{"signed-file", "note.txt.p7m", cmsFile(cmsSigned, data, "un texte signé"), map[string]string{"note.txt": "un texte signé\n"}, nil},
		{"signed-message", "smime.p7m", cmsFile(cmsSigned, data, mail), map[string]string{"message signé.eml": "un texte signé\n"}, nil},
		{"signature-apart", "note.txt.p7s", cmsFile(cmsSigned, data, ""), nil, nil},
		{"signed-other-thing", "a.cat", cmsFile(cmsSigned, other, "un texte"), nil, map[string][]poterne.Kind{"": {poterne.Unsupported}}},
		{"enveloped", "smime.p7m", cmsFile(cmsEnveloped, data, "xx"), nil, map[string][]poterne.Kind{"": {poterne.Encrypted}}},
		{"enveloped-with-code", "smime.p7m", cmsFile(cmsAuthEnveloped, data, "xx"), nil, map[string][]poterne.Kind{"": {poterne.Encrypted}}},
		{"signed-in-clear-without-header", "smime.p7m", []byte("Content-Type: multipart/signed; boundary=a\n\n--a\nun texte signé\n\nsuite : fin\n--a--\n"), map[string]string{"": "un texte signé\nsuite : fin\n"}, nil},
		{"signed-in-clear", "smime.p7m", []byte(mail), map[string]string{"": "un texte signé\n"}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			segments, kinds, _ := readParts(t, Options{}, c.file, c.data)
			got := map[string]string{}
			for member, s := range segments {
				got[member] = bodies(s)
			}
			if c.text == nil {
				c.text = map[string]string{}
			}
			if c.kinds == nil {
				c.kinds = map[string][]poterne.Kind{}
			}
			if diff := cmp.Diff(c.text, got); diff != "" {
				t.Errorf("text (-want +got)\n%s", diff)
			}
			if diff := cmp.Diff(c.kinds, kinds); diff != "" {
				t.Errorf("failures (-want +got)\n%s", diff)
			}
		})
	}
}

func FuzzCMS(f *testing.F) {
	f.Add(cmsFile(cmsSigned, string(oidData), "un texte signé"))
	f.Add([]byte("\x30\x80" + string(cmsSigned) + "\xa0\x80\x30\x80" + string(oidData) + "\xa0\x80\x24\x80\x04\x02un\x04\x02zz\x00\x00\x00\x00"))
	x := New(Options{MaxBytes: 16 << 20})
	f.Fuzz(func(t *testing.T, data []byte) {
		for _, err := range x.Extract(t.Context(), poterne.Document{Path: "a.p7m"}, inMemory(data)) {
			if err != nil && failure(err).Kind == poterne.Crashed {
				t.Fatal(err)
			}
		}
	})
}
