package extract

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/md5"
	"crypto/rc4"
	"crypto/sha1"
	"unicode/utf16"
)

// biffKey gives the cipher of each kilobyte of an encrypted workbook ([MS-XLS]
// 2.2.10; [MS-OFFCRYPTO] 2.3.5 and 2.3.6). The key stream runs over the heads of
// records too, though they stand in clear.
type biffKey struct {
	key   func(block uint32) []byte
	rc4   *rc4.Cipher
	block int64
	pos   int64 // in the stream, up to where the key stream was used
}

const biffBlock = 1024

// decrypt decrypts b, which stands at off in the stream. Offsets only grow.
func (k *biffKey) decrypt(b []byte, off int64) {
	var waste [biffBlock]byte
	for len(b) > 0 {
		if n := off / biffBlock; k.rc4 == nil || n != k.block || off < k.pos {
			c, err := rc4.NewCipher(k.key(uint32(n)))
			if err != nil {
				return
			}
			k.rc4, k.block, k.pos = c, n, n*biffBlock
		}
		skip := waste[:off-k.pos]
		k.rc4.XORKeyStream(skip, skip)
		n := min(int64(len(b)), (k.block+1)*biffBlock-off)
		k.rc4.XORKeyStream(b[:n], b[:n])
		b = b[n:]
		off += n
		k.pos = off
	}
}

// inClear reports whether a record is never encrypted.
func inClear(kind uint16) bool {
	switch kind {
	case 0x809, 0x2F, 0xE1, 0x194, 0x195, 0x196, 0x138:
		return true
	}
	return false
}

// unlockBIFF returns the key of a workbook from its FILEPASS record, with the
// first password that fits; nil where none does or the way is another.
func unlockBIFF(pass []byte, passwords []string) *biffKey {
	if len(pass) < 54 || le.Uint16(pass) != 1 {
		return nil
	}
	major, minor := le.Uint16(pass[2:]), le.Uint16(pass[4:])
	for _, p := range append([]string{defaultPassword}, passwords...) {
		var k *biffKey
		switch {
		case major == 1 && minor == 1:
			k = plainRC4(pass[6:], p)
		case major >= 2 && major <= 4 && minor == 2:
			k = cryptoAPI(pass[6:], p)
		}
		if k != nil {
			return k
		}
	}
	return nil
}

// plainRC4 tries a password on the older way: 40 bits from MD5 (2.3.6.2).
func plainRC4(b []byte, password string) *biffKey {
	var wide []byte
	for _, c := range utf16.Encode([]rune(password)) {
		wide = le.AppendUint16(wide, c)
	}
	h := md5.Sum(wide)
	h = md5.Sum(bytes.Repeat(append(bytes.Clone(h[:5]), b[:16]...), 16))
	k := &biffKey{key: func(block uint32) []byte {
		s := md5.Sum(le.AppendUint32(bytes.Clone(h[:5]), block))
		return s[:]
	}}
	check := bytes.Clone(b[16:48])
	k.decrypt(check, 0)
	if got := md5.Sum(check[:16]); !hmac.Equal(got[:], check[16:]) {
		return nil
	}
	return k
}

// cryptoAPI tries a password on the newer way: up to 128 bits from SHA-1 (2.3.5.2).
func cryptoAPI(b []byte, password string) *biffKey {
	if len(b) < 8 {
		return nil
	}
	size := int64(le.Uint32(b[4:]))
	if size < 20 || 8+size+60 > int64(len(b)) {
		return nil
	}
	header, verifier := b[8:8+size], b[8+size:]
	keyLen := int(le.Uint32(header[16:])) / 8
	if keyLen == 0 {
		keyLen = 5
	}
	if le.Uint32(header[8:]) != 0x6801 || keyLen > sha1.Size { // RC4
		return nil
	}
	h := spin(context.Background(), sha1.New, verifier[4:20], password, 0)
	k := &biffKey{key: func(block uint32) []byte {
		s := sha1.Sum(le.AppendUint32(bytes.Clone(h), block))
		if keyLen == 5 {
			return append(s[:5:5], make([]byte, 11)...) // 40 bits are padded to 128
		}
		return s[:keyLen]
	}}
	check := append(bytes.Clone(verifier[20:36]), verifier[40:60]...)
	k.decrypt(check, 0)
	if got := sha1.Sum(check[:16]); !hmac.Equal(got[:], check[16:]) {
		return nil
	}
	return k
}
