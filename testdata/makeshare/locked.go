package main

import (
	"archive/zip"
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"unicode/utf16"
)

// agile encrypts an Office package with a password (MS-OFFCRYPTO 2.3.4.10: AES
// 256 in CBC, SHA-512) and wraps it in a compound file. Salts come from the
// document, so that each run writes the same bytes.
func agile(pkg []byte, password string) []byte {
	seed := sha256.Sum256(pkg)
	salt := func(name string, n int) []byte {
		h := sha512.Sum512(append([]byte(name), seed[:]...))
		return h[:n]
	}
	const spins = 100_000
	keySalt, passSalt, secret := salt("data", 16), salt("password", 16), salt("key", 32)
	sha := func(parts ...[]byte) []byte { h := sha512.Sum512(bytes.Join(parts, nil)); return h[:] }
	cbc := func(key, iv, p []byte) []byte {
		p = append(bytes.Clone(p), make([]byte, (16-len(p)%16)%16)...)
		c, err := aes.NewCipher(key)
		must(err)
		cipher.NewCBCEncrypter(c, iv[:16]).CryptBlocks(p, p)
		return p
	}
	var wide []byte
	for _, u := range utf16.Encode([]rune(password)) {
		wide = binary.LittleEndian.AppendUint16(wide, u)
	}
	h := sha(passSalt, wide)
	for i := range spins {
		h = sha(binary.LittleEndian.AppendUint32(nil, uint32(i)), h)
	}
	underPassword := func(block string, p []byte) string {
		return base64.StdEncoding.EncodeToString(cbc(sha(h, []byte(block))[:32], passSalt, p))
	}
	verifier := salt("verifier", 16)

	body := binary.LittleEndian.AppendUint64(nil, uint64(len(pkg)))
	for i := 0; i*4096 < len(pkg); i++ {
		iv := sha(keySalt, binary.LittleEndian.AppendUint32(nil, uint32(i)))
		body = append(body, cbc(secret, iv, pkg[i*4096:min(len(pkg), (i+1)*4096)])...)
	}
	hmacKey := salt("hmac", 64)
	body = append(body, make([]byte, max(0, 8+4096-len(body)))...) // beyond the size written above; see compound
	mac := hmac.New(sha512.New, hmacKey)
	mac.Write(body)
	underKey := func(block string, p []byte) string {
		return base64.StdEncoding.EncodeToString(cbc(secret, sha(keySalt, []byte(block)), p))
	}
	const common = `blockSize="16" keyBits="256" hashSize="64" cipherAlgorithm="AES" cipherChaining="ChainingModeCBC" hashAlgorithm="SHA512"`
	info := append([]byte{4, 0, 4, 0, 0x40, 0, 0, 0}, fmt.Sprintf(`<?xml version="1.0" encoding="UTF-8" standalone="yes"?>`+
		`<encryption xmlns="http://schemas.microsoft.com/office/2006/encryption" xmlns:p="http://schemas.microsoft.com/office/2006/keyEncryptor/password">`+
		`<keyData saltSize="16" %s saltValue="%s"/><dataIntegrity encryptedHmacKey="%s" encryptedHmacValue="%s"/>`+
		`<keyEncryptors><keyEncryptor uri="http://schemas.microsoft.com/office/2006/keyEncryptor/password"><p:encryptedKey spinCount="%d" saltSize="16" %s saltValue="%s" `+
		`encryptedVerifierHashInput="%s" encryptedVerifierHashValue="%s" encryptedKeyValue="%s"/></keyEncryptor></keyEncryptors></encryption>`,
		common, base64.StdEncoding.EncodeToString(keySalt),
		underKey("\x5f\xb2\xad\x01\x0c\xb9\xe1\xf6", hmacKey), underKey("\xa0\x67\x7f\x02\xb2\x2c\x84\x33", mac.Sum(nil)),
		spins, common, base64.StdEncoding.EncodeToString(passSalt),
		underPassword("\xfe\xa7\xd2\x76\x3b\x4b\x9e\x79", verifier), underPassword("\xd7\xaa\x0f\x6d\x30\x61\x34\x4e", sha(verifier)),
		underPassword("\x14\x6e\x0b\xe7\xab\xac\xd0\xd6", secret))...)
	info = append(info, bytes.Repeat([]byte(" "), max(0, 4096-len(info)))...) // white space after the root keeps it out of the mini stream
	return compound(member{"EncryptionInfo", info}, member{"EncryptedPackage", body})
}

// compound writes streams into an OLE compound file, version 3 (MS-CFB). Each
// must have 4,096 bytes or more: shorter ones would belong in the mini stream.
func compound(streams ...member) []byte {
	const sector, end = 512, 0xfffffffe
	var fat []uint32
	var body []byte
	chain := func(p []byte) uint32 {
		start := uint32(len(fat))
		n := (len(p) + sector - 1) / sector
		for i := range n {
			next := uint32(len(fat) + 1)
			if i == n-1 {
				next = end
			}
			fat = append(fat, next)
		}
		body = append(body, p...)
		body = append(body, make([]byte, n*sector-len(p))...)
		return start
	}
	entry := func(name string, kind byte, child, right, start uint32, size int) []byte {
		e := make([]byte, 128)
		for i, u := range utf16.Encode([]rune(name)) {
			binary.LittleEndian.PutUint16(e[2*i:], u)
		}
		binary.LittleEndian.PutUint16(e[64:], uint16(2*len(name)+2))
		e[66], e[67] = kind, 1
		binary.LittleEndian.PutUint32(e[68:], 0xffffffff)
		binary.LittleEndian.PutUint32(e[72:], right)
		binary.LittleEndian.PutUint32(e[76:], child)
		binary.LittleEndian.PutUint32(e[116:], start)
		binary.LittleEndian.PutUint32(e[120:], uint32(size))
		return e
	}
	const no = 0xffffffff
	dir := entry("Root Entry", 5, 1, no, end, 0)
	for i, s := range streams {
		right := uint32(no)
		if i+1 < len(streams) {
			right = uint32(i + 2)
		}
		dir = append(dir, entry(s.name, 2, no, right, chain(s.data), len(s.data))...)
	}
	dirStart := chain(dir)
	// One entry of the table for each sector of the table itself.
	fats := 1
	for (len(fat)+fats+127)/128 > fats {
		fats++
	}
	fatStart := uint32(len(fat))
	for range fats {
		fat = append(fat, 0xfffffffd)
	}
	for len(fat)%128 != 0 {
		fat = append(fat, no)
	}
	for _, v := range fat {
		body = binary.LittleEndian.AppendUint32(body, v)
	}
	head := make([]byte, 512)
	copy(head, "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")
	put16 := func(at int, v uint16) { binary.LittleEndian.PutUint16(head[at:], v) }
	put32 := func(at int, v uint32) { binary.LittleEndian.PutUint32(head[at:], v) }
	put16(24, 0x3e)
	put16(26, 3)
	put16(28, 0xfffe)
	put16(30, 9)
	put16(32, 6)
	put32(44, uint32(fats))
	put32(48, dirStart)
	put32(56, 4096)
	put32(60, end)
	put32(68, end)
	for i := range 109 {
		v := uint32(no)
		if i < fats {
			v = fatStart + uint32(i)
		}
		put32(76+4*i, v)
	}
	return append(head, body...)
}

// lockedZip packs one member with the traditional encryption of PKWARE (APPNOTE
// 6.1). It is broken as a protection; here it only has to be locked.
func lockedZip(m member, password string) []byte {
	sum := crc32.ChecksumIEEE(m.data)
	keys := [3]uint32{0x12345678, 0x23456789, 0x34567890}
	update := func(b byte) {
		step := func(c uint32, b byte) uint32 { return crc32.IEEETable[byte(c)^b] ^ c>>8 }
		keys[0] = step(keys[0], b)
		keys[1] = (keys[1]+keys[0]&0xff)*134775813 + 1
		keys[2] = step(keys[2], byte(keys[1]>>24))
	}
	for _, b := range []byte(password) {
		update(b)
	}
	head := sha256.Sum256(m.data)
	head[11] = byte(sum >> 24)
	plain := append(head[:12:12], deflate(m.data)...)
	body := make([]byte, len(plain))
	for i, b := range plain {
		t := keys[2] | 2
		body[i] = b ^ byte(t*(t^1)>>8)
		update(b)
	}
	var buf bytes.Buffer
	w := zip.NewWriter(&buf)
	f, err := w.CreateRaw(&zip.FileHeader{Name: m.name, Method: zip.Deflate, Flags: 0x801, ReaderVersion: 20, CRC32: sum,
		CompressedSize64: uint64(len(body)), UncompressedSize64: uint64(len(m.data))})
	must(err)
	_, err = f.Write(body)
	must(err)
	must(w.Close())
	return buf.Bytes()
}
