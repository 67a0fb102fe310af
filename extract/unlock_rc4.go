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

// rc4Key gives the key of each block of a document of Office 97 to 2003 that a
// password protects ([MS-OFFCRYPTO] 2.3.5 and 2.3.6).
type rc4Key func(block uint32) []byte

// decrypt decrypts b in place, in blocks of size bytes from block 0 on.
func (k rc4Key) decrypt(b []byte, size int) {
	for block := uint32(0); len(b) > 0; block++ {
		n := min(size, len(b))
		k.one(b[:n], block)
		b = b[n:]
	}
}

// one decrypts b in place as the start of one block.
func (k rc4Key) one(b []byte, block uint32) {
	if c, err := rc4.NewCipher(k(block)); err == nil {
		c.XORKeyStream(b, b)
	}
}

// unlockRC4 returns the key of a document from its header of encryption, with the
// first password that fits; nil where none does or the way is another.
func unlockRC4(header []byte, passwords []string) rc4Key {
	if len(header) < 52 {
		return nil
	}
	major, minor := le.Uint16(header), le.Uint16(header[2:])
	for _, p := range append([]string{defaultPassword, defaultPPTPassword}, passwords...) {
		var k rc4Key
		switch {
		case major == 1 && minor == 1:
			k = plainRC4(header[4:], p)
		case major >= 2 && major <= 4 && minor == 2:
			k = cryptoAPI(header[4:], p)
		}
		if k != nil {
			return k
		}
	}
	return nil
}

// plainRC4 tries a password on the older way: 40 bits from MD5 (2.3.6.2).
func plainRC4(b []byte, password string) rc4Key {
	var wide []byte
	for _, c := range utf16.Encode([]rune(password)) {
		wide = le.AppendUint16(wide, c)
	}
	h := md5.Sum(wide)
	h = md5.Sum(bytes.Repeat(append(bytes.Clone(h[:5]), b[:16]...), 16))
	k := rc4Key(func(block uint32) []byte {
		s := md5.Sum(le.AppendUint32(bytes.Clone(h[:5]), block))
		return s[:]
	})
	check := bytes.Clone(b[16:48])
	k.one(check, 0)
	if got := md5.Sum(check[:16]); !hmac.Equal(got[:], check[16:]) {
		return nil
	}
	return k
}

// cryptoAPI tries a password on the newer way: up to 128 bits from SHA-1 (2.3.5.2).
func cryptoAPI(b []byte, password string) rc4Key {
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
	k := rc4Key(func(block uint32) []byte {
		s := sha1.Sum(le.AppendUint32(bytes.Clone(h), block))
		if keyLen == 5 {
			return append(s[:5:5], make([]byte, 11)...) // 40 bits are padded to 128
		}
		return s[:keyLen]
	})
	check := append(bytes.Clone(verifier[20:36]), verifier[40:60]...)
	k.one(check, 0)
	if got := sha1.Sum(check[:16]); !hmac.Equal(got[:], check[16:]) {
		return nil
	}
	return k
}
