package extract_test

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/md5"
	"crypto/rc4"
	"crypto/sha1"
	"crypto/sha512"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"testing"

	"poterne"
	"poterne/extract"
)

// sealRC4 makes a key of RC4 in the way of Office 97 or, where api is set, of
// Office 2002 with 40 bits, and the header that tells it.
func sealRC4(password string, api bool) (header []byte, key func(block int) []byte) {
	salt, verifier := []byte("sel de seize oct"), []byte("verificateur 16b")
	if !api {
		h := md5.Sum(wide(password))
		h = md5.Sum(bytes.Repeat(join(h[:5], salt), 16))
		key = func(block int) []byte { s := md5.Sum(join(h[:5], u32(block))); return s[:] }
		sum := md5.Sum(verifier)
		return join(u16(1, 1), salt, sealed(join(verifier, sum[:]), key(0))), key
	}
	h := sha1.Sum(join(salt, wide(password)))
	key = func(block int) []byte {
		s := sha1.Sum(join(h[:], u32(block)))
		return append(bytes.Clone(s[:5]), make([]byte, 11)...)
	}
	sum := sha1.Sum(verifier)
	check := sealed(join(verifier, sum[:]), key(0))
	return join(u16(2, 2), u32(4, 32), u32(4, 0, 0x6801, 0x8004, 40, 1, 0, 0), u32(16), salt, check[:16], u32(20), check[16:]), key
}

// sealed encrypts a copy of b in RC4.
func sealed(b, key []byte) []byte {
	c, _ := rc4.NewCipher(key)
	out := make([]byte, len(b))
	c.XORKeyStream(out, b)
	return out
}

// sealDOC returns a document of Word 97 under a password.
func sealDOC(text, password string, api bool) []byte {
	header, key := sealRC4(password, api)
	text += "\r" + strings.Repeat("suite ", 200)
	fib := make([]byte, 1024)
	copy(fib, u16(0xA5EC, 0xC1))
	copy(fib[0x0A:], u16(0x0300))
	copy(fib[0x0E:], u32(len(header)))
	copy(fib[0x4C:], u32(len([]rune(text))))
	clx := join([]byte{2}, u32(16), u32(0, len([]rune(text))), u16(0), u32(len(fib)), u16(0))
	copy(fib[0x1A2:], u32(len(header), len(clx)))
	blocks := func(b []byte, clear int) []byte {
		var out []byte
		for i := 0; i < len(b); i += 512 {
			out = append(out, sealed(b[i:min(i+512, len(b))], key(i/512))...)
		}
		copy(out, b[:clear])
		return out
	}
	return oleFile(oleStream{"WordDocument", blocks(join(fib, wide(text)), 68)}, oleStream{"1Table", blocks(join(header, clx), len(header))})
}

// sealPPT returns a presentation of PowerPoint 2002 under a password, in two saves.
func sealPPT(text, password string) []byte {
	header, key := sealRC4(password, true)
	record := func(version, kind int, data ...[]byte) []byte {
		d := join(data...)
		return join(u16(version, kind), u32(len(d)), d)
	}
	slide := func(text string) []byte { return record(15, 0x03EE, record(0, 0x0FA0, wide(text))) }
	objects := [][]byte{record(15, 0x03E8, record(15, 0x0FF0, record(0, 0x03F3, u32(2), make([]byte, 16)))), slide(text), slide("forme suivante")}
	var stream, offsets []byte
	for i, o := range objects {
		offsets = join(offsets, u32(len(stream)))
		stream = join(stream, sealed(o, key(i+1)))
	}
	offsets = join(offsets, u32(len(stream)))
	stream = join(stream, record(15, 0x2F14, header))
	edit := func(last, first int, list []byte) int {
		directory := len(stream)
		stream = join(stream, record(0, 0x1772, u32(first|len(list)/4<<20), list))
		at := len(stream)
		stream = join(stream, record(0, 0x0FF5, u32(0, 0, last, directory, 1, 4, 0, 4)))
		return at
	}
	at := edit(0, 1, offsets)
	again := len(stream) // the third object, saved once more
	stream = join(stream, sealed(slide("forme corrigée"), key(3)))
	at = edit(at, 3, u32(again))
	return oleFile(oleStream{"PowerPoint Document", stream}, oleStream{"Current User", record(0, 0x0FF6, u32(20), u32(0xF3D1C4DF), u32(at))})
}

// sealStandard returns a package under a password in the way of Office 2007
// ([MS-OFFCRYPTO] 2.3.4.5): AES of 128 bits, each block alone.
func sealStandard(packed []byte, password string) []byte {
	salt := []byte("sel de seize oct")
	h := sha1.Sum(join(salt, wide(password)))
	for i := range 50_000 {
		h = sha1.Sum(join(u32(i), h[:]))
	}
	h = sha1.Sum(join(h[:], u32(0)))
	pad := bytes.Repeat([]byte{0x36}, 64)
	for i, c := range h {
		pad[i] ^= c
	}
	key := sha1.Sum(pad)
	block, _ := aes.NewCipher(key[:16])
	seal := func(b []byte) []byte {
		b = append(bytes.Clone(b), make([]byte, -len(b)&15)...)
		for i := 0; i < len(b); i += 16 {
			block.Encrypt(b[i:], b[i:])
		}
		return b
	}
	verifier := []byte("verificateur 16b")
	sum := sha1.Sum(verifier)
	header := join(u32(0x24, 0, 0x660E, 0x8004, 128, 0x18, 0, 0))
	info := join(u16(3, 2), u32(0x24, len(header)), header, u32(16), salt, seal(verifier), u32(20), seal(sum[:]))
	return oleFile(oleStream{"EncryptionInfo", info}, oleStream{"EncryptedPackage", join(u32(len(packed), 0), seal(packed))})
}

// sealAgile returns a package under a password in the way of Office 2010 and later
// ([MS-OFFCRYPTO] 2.3.4.10), with fewer rounds than Office's 100,000.
func sealAgile(packed []byte, password string) []byte {
	const rounds = 1000
	salt, dataSalt, secret := []byte("sel de seize oct"), []byte("autre sel de 16b"), bytes.Repeat([]byte("clef"), 8)
	h := sha512.Sum512(join(salt, wide(password)))
	for i := range rounds {
		h = sha512.Sum512(join(u32(i), h[:]))
	}
	cbc := func(key, iv, b []byte) []byte {
		b = append(bytes.Clone(b), make([]byte, -len(b)&15)...)
		block, _ := aes.NewCipher(key)
		cipher.NewCBCEncrypter(block, iv[:16]).CryptBlocks(b, b)
		return b
	}
	derived := func(use string, b []byte) string {
		k := sha512.Sum512(join(h[:], []byte(use)))
		return base64.StdEncoding.EncodeToString(cbc(k[:32], salt, b))
	}
	input := []byte("verificateur 16b")
	value := sha512.Sum512(input)
	sealed := u32(len(packed), 0)
	for i := 0; i*4096 < len(packed); i++ {
		iv := sha512.Sum512(join(dataSalt, u32(i)))
		sealed = join(sealed, cbc(secret[:32], iv[:], packed[i*4096:min(len(packed), (i+1)*4096)]))
	}
	const how = `saltSize="16" blockSize="16" keyBits="256" hashSize="64" cipherAlgorithm="AES" cipherChaining="ChainingModeCBC" hashAlgorithm="SHA512"`
	info := fmt.Sprintf(`<?xml version="1.0"?><encryption xmlns="http://schemas.microsoft.com/office/2006/encryption" xmlns:p="http://schemas.microsoft.com/office/2006/keyEncryptor/password"><keyData %s saltValue="%s"/><keyEncryptors><keyEncryptor uri="http://schemas.microsoft.com/office/2006/keyEncryptor/password"><p:encryptedKey spinCount="%d" %s saltValue="%s" encryptedVerifierHashInput="%s" encryptedVerifierHashValue="%s" encryptedKeyValue="%s"/></keyEncryptor></keyEncryptors></encryption>`,
		how, base64.StdEncoding.EncodeToString(dataSalt), rounds, how, base64.StdEncoding.EncodeToString(salt),
		derived("\xfe\xa7\xd2\x76\x3b\x4b\x9e\x79", input), derived("\xd7\xaa\x0f\x6d\x30\x61\x34\x4e", value[:]), derived("\x14\x6e\x0b\xe7\xab\xac\xd0\xd6", secret[:32]))
	return oleFile(oleStream{"EncryptionInfo", join(u16(4, 4), u32(0x40), []byte(info))}, oleStream{"EncryptedPackage", sealed})
}

// TestPasswordsOfEveryFormat holds every way in which a password protects a document to the
// same: encrypted without it and under others, read under it, and never told.
func TestPasswordsOfEveryFormat(t *testing.T) {
	const text, password = extract.SealedText, extract.SealedPassword
	docx := zipOf(t, "[Content_Types].xml", contentTypes("wordprocessingml.document.main+xml"), "word/document.xml", "<w:document><w:body>"+p(text)+"</w:body></w:document>")
	book := join(rec(0x809, u16(0x600, 5, 0, 0), u32(0, 0)), rec(0x85, u32(0), u16(0), []byte{5, 0}, []byte("Paie ")), rec(0x0A),
		rec(0x809, u16(0x600, 0x10, 0, 0), u32(0, 0)), rec(0x204, u16(0, 0, 0), u16(len([]rune(text))), []byte{1}, wide(text)), rec(0x0A))
	files := extract.SealedFiles(t)
	for name, data := range map[string][]byte{
		"ooxml-agile": sealAgile(docx, password), "ooxml-standard": sealStandard(docx, password),
		"xls-rc4": sealBook(book, password, false), "xls-cryptoapi": sealBook(book, password, true),
		"doc-rc4": sealDOC(text, password, false), "doc-cryptoapi": sealDOC(text, password, true), "ppt-cryptoapi": sealPPT(text, password),
		"pdf-rc4": encryptedPDF(extract.SealedASCII, extract.SealedASCII), // its passwords are bytes of Latin 1
	} {
		files[name] = data
	}
	for name, data := range files {
		t.Run(name, func(t *testing.T) {
			want, right := text, password
			if strings.HasPrefix(name, "pdf") {
				want, right = extract.SealedASCII, extract.SealedASCII
			}
			for _, try := range []struct {
				name      string
				passwords []string
				opens     bool
			}{
				{"none", nil, false},
				{"wrong", []string{"", "chateaufort", strings.ToUpper(right)}, false},
				{"right", []string{"autre", right}, true},
			} {
				x := extract.New(extract.Options{Passwords: try.passwords, CacheDir: pdfCache})
				found, encrypted := false, false
				for s, err := range x.Extract(t.Context(), poterne.Document{Path: "a"}, content{bytes.NewReader(data)}) {
					var f *poterne.Failure
					if errors.As(err, &f) {
						encrypted = encrypted || f.Kind == poterne.Encrypted
						for _, p := range try.passwords {
							if p != "" && strings.Contains(err.Error(), p) {
								t.Error("a password is in an error")
							}
						}
					}
					found = found || strings.Contains(s.Body, want)
				}
				x.Close()
				if found != try.opens || encrypted == try.opens {
					t.Errorf("%s: text %v, encrypted %v", try.name, found, encrypted)
				}
			}
		})
	}
}

// TestCutSealedFiles cuts and damages the containers that are decrypted in memory.
func TestCutSealedFiles(t *testing.T) {
	for name, data := range map[string][]byte{
		"a.doc": sealDOC("texte", "mot", true), "b.doc": sealDOC("texte", "mot", false), "a.ppt": sealPPT("texte", "mot"),
	} {
		for off := 512; off < len(data); off += 29 {
			for _, b := range [][]byte{data[:off], damagedAt(data, off)} {
				r := readHostile(t, extract.Options{Passwords: []string{"mot"}}, name, b)
				if r.kinds[poterne.Crashed] > 0 {
					t.Fatalf("%s damaged at %d: a reader panicked", name, off)
				}
			}
		}
	}
}

func damagedAt(data []byte, off int) []byte {
	b := bytes.Clone(data)
	for i := off; i < min(off+4, len(b)); i++ {
		b[i] ^= 0xA5
	}
	return b
}

func FuzzSealed(f *testing.F) {
	f.Add("a.doc", sealDOC("texte", "mot", true))
	f.Add("b.doc", sealDOC("texte", "mot", false))
	f.Add("a.ppt", sealPPT("texte", "mot"))
	f.Add("a.docx", sealStandard([]byte("PK\x03\x04"), "mot"))
	f.Add("b.docx", sealAgile([]byte("PK\x03\x04"), "mot"))
	x := extract.New(extract.Options{MaxBytes: 16 << 20, Passwords: []string{"mot"}})
	f.Fuzz(func(t *testing.T, name string, data []byte) {
		for _, err := range x.Extract(t.Context(), poterne.Document{Path: name}, content{bytes.NewReader(data)}) {
			var fail *poterne.Failure
			if errors.As(err, &fail) && fail.Kind == poterne.Crashed {
				t.Fatal(err)
			}
		}
	})
}
