package extract

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/pbkdf2"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"io"
	"slices"
	"testing"
)

const (
	sealedText     = "Avis favorable de la commission inventée"
	sealedPassword = "châteauFort"
)

// deflated returns b as raw deflate.
func deflated(t testing.TB, b []byte) []byte {
	t.Helper()
	var out bytes.Buffer
	w, err := flate.NewWriter(&out, flate.BestSpeed)
	if err != nil {
		t.Fatal(err)
	}
	w.Write(b)
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// rawZip returns a zip of one member whose bytes are already what a packer made.
func rawZip(t testing.TB, h zip.FileHeader, data []byte) []byte {
	t.Helper()
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	h.Name, h.Flags, h.CompressedSize64 = "avis.txt", h.Flags|1, uint64(len(data))
	h.CRC32, h.UncompressedSize64 = crc32.ChecksumIEEE([]byte(sealedText)), uint64(len(sealedText))
	f, err := w.CreateRaw(&h)
	if err != nil {
		t.Fatal(err)
	}
	f.Write(data)
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// pkzipped encrypts as PKZIP does.
func pkzipped(t testing.TB, method uint16, b []byte) []byte {
	sum := crc32.ChecksumIEEE([]byte(sealedText))
	plain := append(append(make([]byte, 11), byte(sum>>24)), b...)
	z := newZipCrypto(nil, sealedPassword)
	sealed := make([]byte, len(plain))
	for i, c := range plain {
		sealed[i] = c ^ z.mask()
		z.update(c)
	}
	return rawZip(t, zip.FileHeader{Method: method}, sealed)
}

// winzipped encrypts as WinZip does, in AES of a strength of 1 to 3.
func winzipped(t testing.TB, strength, version int) []byte {
	t.Helper()
	keyLen, salt := 8+8*strength, bytes.Repeat([]byte{7}, 4+4*strength)
	keys, err := pbkdf2.Key(sha1.New, sealedPassword, salt, 1000, 2*keyLen+2)
	if err != nil {
		t.Fatal(err)
	}
	block, err := aes.NewCipher(keys[:keyLen])
	if err != nil {
		t.Fatal(err)
	}
	body := deflated(t, []byte(sealedText))
	var pad [16]byte
	for i := range body {
		if i%16 == 0 {
			pad = [16]byte{}
			binary.LittleEndian.PutUint64(pad[:], uint64(i/16+1))
			block.Encrypt(pad[:], pad[:])
		}
		body[i] ^= pad[i%16]
	}
	mac := hmac.New(sha1.New, keys[keyLen:2*keyLen])
	mac.Write(body)
	extra := []byte{0x01, 0x99, 7, 0, byte(version), 0, 'A', 'E', byte(strength), 8, 0}
	return rawZip(t, zip.FileHeader{Method: zipAES, Extra: extra}, slices.Concat(salt, keys[2*keyLen:], body, mac.Sum(nil)[:10]))
}

// sealedODT returns a text document as LibreOffice 3.5 to 24.2 encrypts it.
func sealedODT(t testing.TB) []byte {
	t.Helper()
	salt, iv := bytes.Repeat([]byte{3}, 16), bytes.Repeat([]byte{5}, 16)
	start := sha256.Sum256([]byte(sealedPassword))
	key, err := pbkdf2.Key(sha1.New, string(start[:]), salt, 1000, 32)
	if err != nil {
		t.Fatal(err)
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		t.Fatal(err)
	}
	content := deflated(t, []byte(`<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"><office:body><office:text><text:p>`+sealedText+`</text:p></office:text></office:body></office:document-content>`))
	sum := sha256.Sum256(content[:min(len(content), 1024)])
	pad := 16 - len(content)%16
	content = append(content, bytes.Repeat([]byte{byte(pad)}, pad)...)
	cipher.NewCBCEncrypter(block, iv).CryptBlocks(content, content)
	b64 := base64.StdEncoding.EncodeToString
	manifest := fmt.Sprintf(`<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"><manifest:file-entry manifest:full-path="content.xml" manifest:size="9"><manifest:encryption-data manifest:checksum-type="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0#sha256-1k" manifest:checksum="%s"><manifest:algorithm manifest:algorithm-name="http://www.w3.org/2001/04/xmlenc#aes256-cbc" manifest:initialisation-vector="%s"/><manifest:key-derivation manifest:key-derivation-name="PBKDF2" manifest:key-size="32" manifest:iteration-count="1000" manifest:salt="%s"/><manifest:start-key-generation manifest:start-key-generation-name="http://www.w3.org/2000/09/xmldsig#sha256" manifest:key-size="32"/></manifest:encryption-data></manifest:file-entry></manifest:manifest>`,
		b64(sum[:]), b64(iv), b64(salt))
	return makeZip(t, zipEntry{name: "mimetype", body: "application/vnd.oasis.opendocument.text"},
		zipEntry{name: "content.xml", body: string(content)}, zipEntry{name: "META-INF/manifest.xml", body: manifest})
}

// Two archives of one made text, from py7zr 1.0: their key takes half a million
// rounds, and no library of ours writes them.
const (
	sealed7z       = "N3q8ryccAAQsVyREnwAAAAAAAAAUAAAAAAAAAEmXn7/ip/7gL0Cf5Q0KzFYIElKbnA/p2mnsmSNXqHTRJXpKyWohermX0WokQ/wYk2IcLwIBAGoBBAYAAQkwCgEz18pfAAcLAQACJAbxBwESUw9Rv/Br4K8kLf/Ud77/KxijISEBGAEADC0pAAgKAYdvTKQAAAUBERMAYQB2AGkAcwAuAHQAeAB0AAAAFAoBAIC7qtwBfd0BFQYBACCAgIEAAAAXBjABCW8ABwsBAAEhIQEYDGsAAA=="
	sealed7zHeader = "N3q8ryccAAS67NiVoAAAAAAAAAAoAAAAAAAAAF/FiMOFIQ7OTrRYpNcN2hkRUs46dLQXVEl/xam5CUMo2U4M/QByWIQ4uPE+scByLXS9bVRp994stJlZUfqf+i+YogrzooegbImH9wOSvzrmwrh+KxnwvxC+z144RDf6C5jG+2fQIaodgfixxjmzs5aEeN3naKbYTAxajWKpbfUj4uhrkvbfWfpo8l6JnG3Bf1SzPgephZekA6sLHPQt3D5vj/6kFwYwAQlwAAcLAQABJAbxBwESUw9PqmhrdWG4+rKTnEhOOFjiDGsAAA=="
)

// TestChangedMembersAreNotRead flips a bit of the sealed bytes: what has a check
// must not be taken for the content.
func TestChangedMembersAreNotRead(t *testing.T) {
	data := winzipped(t, 3, 2)
	i := bytes.Index(data, bytes.Repeat([]byte{7}, 16)) + 16 + 2 + 3
	data[i] ^= 1
	r, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	lock := zipLock{passwords: []string{sealedPassword}}
	if got, err := lock.open(t.Context(), r.File[0]); err == nil {
		b, _ := io.ReadAll(got)
		t.Errorf("a changed member is read: %d bytes", len(b))
	}
}
