package extract

import (
	"bytes"
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/binary"
	"hash"
	"io"
	"strconv"
	"unicode/utf16"
)

// defaultPassword is the one with which Excel encrypts a workbook whose
// structure only is protected: everyone opens such a file without being asked
// ([MS-OFFCRYPTO] 2.4.2.4 and the note to 2.1.1).
const defaultPassword = "VelvetSweatshop"

// maxSpin bounds the rounds of key derivation that a file may ask for: Office
// uses 100,000, and a million take a second.
const maxSpin = 1_000_000

// unlock opens a package that a password protects ([MS-OFFCRYPTO] 2.3.4), with
// the first password that fits; nil where none does. What it returns decrypts as
// it is read.
func unlock(ctx context.Context, in *input, passwords []string) *input {
	c, err := openCFB(in, in.size)
	if err != nil {
		return nil
	}
	info := c.read("EncryptionInfo", 1<<20)
	sealed, err := c.open("EncryptedPackage")
	if len(info) < 8 || err != nil || sealed.size < 8 {
		return nil
	}
	var open func(ctx context.Context, password string) *sealedPackage
	switch major, minor := le.Uint16(info), le.Uint16(info[2:]); {
	case major == 4 && minor == 4:
		open = agile(info[8:])
	case major >= 2 && major <= 4 && minor == 2:
		open = standard(info[4:])
	}
	if open == nil {
		return nil
	}
	var size [8]byte
	if _, err := sealed.ReadAt(size[:], 0); err != nil {
		return nil
	}
	for _, p := range append([]string{defaultPassword}, passwords...) {
		s := open(ctx, p)
		if s == nil {
			continue
		}
		s.r = io.NewSectionReader(sealed, 8, sealed.size-8)
		s.size = int64(min(binary.LittleEndian.Uint64(size[:]), uint64(sealed.size-8)))
		return &input{x: in.x, r: ctxReaderAt{ctx, s, s.size}, size: s.size, name: in.name}
	}
	return nil
}

// sealedPackage decrypts a package in pieces of 4,096 bytes.
type sealedPackage struct {
	r     io.ReaderAt
	size  int64
	block cipher.Block
	iv    func(piece uint32) []byte // nil where blocks stand alone
}

const sealedPiece = 4096

// ReadAt implements io.ReaderAt.
func (s *sealedPackage) ReadAt(p []byte, off int64) (n int, err error) {
	var buf [sealedPiece]byte
	for n < len(p) {
		if off >= s.size {
			return n, io.EOF
		}
		piece := off / sealedPiece
		k, err := s.r.ReadAt(buf[:], piece*sealedPiece)
		k -= k % s.block.BlockSize()
		s.decrypt(buf[:k], uint32(piece))
		within := int(off % sealedPiece)
		end := min(k, int(min(s.size-piece*sealedPiece, sealedPiece)))
		if within >= end {
			if err == nil || err == io.EOF {
				err = io.ErrUnexpectedEOF
			}
			return n, err
		}
		c := copy(p[n:], buf[within:end])
		n += c
		off += int64(c)
	}
	return n, nil
}

func (s *sealedPackage) decrypt(b []byte, piece uint32) {
	if s.iv != nil {
		cipher.NewCBCDecrypter(s.block, s.iv(piece)).CryptBlocks(b, b)
		return
	}
	for size := s.block.BlockSize(); len(b) >= size; b = b[size:] {
		s.block.Decrypt(b, b)
	}
}

// agileKey is one set of parameters of agile encryption.
type agileKey struct {
	salt              []byte
	blockSize, keyLen int
	hash              func() hash.Hash
	spin              int
	input, value, key []byte // of the password's own set
}

func (k *agileKey) read(x *xmlReader) {
	number := func(name string) int { n, _ := strconv.Atoi(x.attr(name)); return n }
	data := func(name string) []byte {
		b, _ := base64.StdEncoding.DecodeString(x.attr(name))
		return b
	}
	k.salt, k.blockSize, k.keyLen = data("saltValue"), number("blockSize"), number("keyBits")/8
	k.spin = number("spinCount")
	k.input, k.value, k.key = data("encryptedVerifierHashInput"), data("encryptedVerifierHashValue"), data("encryptedKeyValue")
	if x.attr("cipherAlgorithm") != "AES" || x.attr("cipherChaining") != "ChainingModeCBC" {
		return
	}
	switch x.attr("hashAlgorithm") {
	case "SHA1", "SHA-1":
		k.hash = sha1.New
	case "SHA256":
		k.hash = sha256.New
	case "SHA384":
		k.hash = sha512.New384
	case "SHA512":
		k.hash = sha512.New
	}
}

func (k *agileKey) usable() bool {
	return k.hash != nil && k.blockSize == aes.BlockSize && (k.keyLen == 16 || k.keyLen == 24 || k.keyLen == 32) && k.spin >= 0 && k.spin <= maxSpin
}

// agile reads the parameters of agile encryption (2.3.4.10) and returns what
// tries a password; nil where they are not understood.
func agile(info []byte) func(context.Context, string) *sealedPackage {
	var data, pass agileKey
	for x := newXML(bytes.NewReader(info)); x.next(); {
		switch {
		case x.kind != xmlStart:
		case string(x.name) == "keyData":
			data.read(x)
		case string(x.name) == "encryptedKey":
			pass.read(x)
		}
	}
	if !data.usable() || !pass.usable() {
		return nil
	}
	return func(ctx context.Context, password string) *sealedPackage {
		h := spin(ctx, pass.hash, pass.salt, password, pass.spin)
		plain := func(use []byte, sealed []byte) []byte {
			sum := pass.hash()
			sum.Write(h)
			sum.Write(use)
			block, err := aes.NewCipher(fit(sum.Sum(nil), pass.keyLen))
			if err != nil || len(sealed) == 0 || len(sealed)%aes.BlockSize != 0 {
				return nil
			}
			out := make([]byte, len(sealed))
			cipher.NewCBCDecrypter(block, fit(pass.salt, aes.BlockSize)).CryptBlocks(out, sealed)
			return out
		}
		// What each key is for is mixed into it (2.3.4.13).
		input := plain([]byte{0xfe, 0xa7, 0xd2, 0x76, 0x3b, 0x4b, 0x9e, 0x79}, pass.input)
		want := plain([]byte{0xd7, 0xaa, 0x0f, 0x6d, 0x30, 0x61, 0x34, 0x4e}, pass.value)
		sum := pass.hash()
		sum.Write(input[:min(len(input), len(pass.salt))])
		if got := sum.Sum(nil); len(want) < len(got) || !hmac.Equal(got, want[:len(got)]) {
			return nil
		}
		block, err := aes.NewCipher(fit(plain([]byte{0x14, 0x6e, 0x0b, 0xe7, 0xab, 0xac, 0xd0, 0xd6}, pass.key), data.keyLen))
		if err != nil {
			return nil
		}
		return &sealedPackage{block: block, iv: func(piece uint32) []byte {
			sum := data.hash()
			sum.Write(data.salt)
			sum.Write(le.AppendUint32(nil, piece))
			return fit(sum.Sum(nil), data.blockSize)
		}}
	}
}

// fit cuts or pads a key as 2.3.4.11 says.
func fit(b []byte, n int) []byte {
	out := bytes.Repeat([]byte{0x36}, n)
	copy(out, b)
	return out
}

// spin derives the hash of a password. It returns early, with a hash that fits
// nothing, once ctx is done.
func spin(ctx context.Context, newHash func() hash.Hash, salt []byte, password string, rounds int) []byte {
	sum := newHash()
	sum.Write(salt)
	for _, c := range utf16.Encode([]rune(password)) {
		sum.Write(le.AppendUint16(nil, c))
	}
	h := sum.Sum(nil)
	var n [4]byte
	for i := range rounds {
		if i%4096 == 0 && ctx.Err() != nil {
			return nil
		}
		le.PutUint32(n[:], uint32(i))
		sum.Reset()
		sum.Write(n[:])
		sum.Write(h)
		h = sum.Sum(h[:0])
	}
	return h
}

// standard reads the parameters of standard encryption (2.3.4.5): AES in blocks
// that stand alone, its key from SHA-1.
func standard(info []byte) func(context.Context, string) *sealedPackage {
	if len(info) < 8 {
		return nil
	}
	size := int64(le.Uint32(info[4:]))
	if size < 20 || 8+size+72 > int64(len(info)) {
		return nil
	}
	header, verifier := info[8:8+size], info[8+size:]
	keyLen := int(le.Uint32(header[16:])) / 8
	if algorithm := le.Uint32(header[8:]); algorithm < 0x660E || algorithm > 0x6610 || keyLen != 16 && keyLen != 24 && keyLen != 32 {
		return nil
	}
	salt, input, want := verifier[4:20], verifier[20:36], verifier[40:72]
	return func(ctx context.Context, password string) *sealedPackage {
		const rounds = 50_000
		sum := sha1.New()
		sum.Write(spin(ctx, sha1.New, salt, password, rounds))
		sum.Write(make([]byte, 4))
		h := sum.Sum(nil)
		half := func(pad byte) []byte {
			b := bytes.Repeat([]byte{pad}, 64)
			for i, c := range h {
				b[i] ^= c
			}
			s := sha1.Sum(b)
			return s[:]
		}
		block, err := aes.NewCipher(append(half(0x36), half(0x5C)...)[:keyLen])
		if err != nil {
			return nil
		}
		s := &sealedPackage{block: block}
		plain := bytes.Clone(input)
		s.decrypt(plain, 0)
		hashed := bytes.Clone(want)
		s.decrypt(hashed, 0)
		if got := sha1.Sum(plain); !hmac.Equal(got[:], hashed[:len(got)]) {
			return nil
		}
		return s
	}
}
