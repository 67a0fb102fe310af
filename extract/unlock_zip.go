package extract

import (
	"archive/zip"
	"bytes"
	"compress/bzip2"
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/pbkdf2"
	"crypto/sha1"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"slices"

	"github.com/klauspost/compress/flate"
	"github.com/klauspost/compress/zstd"

	"poterne"
)

// zipAES is the method of members that WinZip's AES encrypts; the real one stands
// in their extra field (WinZip AES specification 1.04).
const zipAES = 99

// zipLock opens encrypted members of one archive. All members of an archive mostly
// have the same password: the last one that fitted is tried first.
type zipLock struct {
	passwords []string
}

// open returns what the first password that fits makes of a member; an Encrypted
// failure where none does. To know, the member is read through once: the check
// value of the older way fits one wrong password in 256.
func (l *zipLock) open(ctx context.Context, f *zip.File) (io.Reader, error) {
	for i, p := range l.passwords {
		r, err := decryptZip(f, p)
		if err != nil {
			return nil, err
		}
		if r == nil {
			continue
		}
		// A wrong password makes noise: what it inflates to is bounded by what the
		// directory says.
		n, err := io.Copy(io.Discard, io.LimitReader(ctxReader{ctx, r}, int64(min(f.UncompressedSize64, 1<<40))+1))
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if err != nil || uint64(n) != f.UncompressedSize64 {
			continue
		}
		l.passwords = slices.Insert(slices.Delete(slices.Clone(l.passwords), i, i+1), 0, p)
		r, err = decryptZip(f, p)
		return r, err
	}
	return nil, poterne.Fail(poterne.StageExtract, poterne.Encrypted, nil)
}

// ctxReader ends reads once ctx is done.
type ctxReader struct {
	ctx context.Context
	r   io.Reader
}

func (c ctxReader) Read(p []byte) (int, error) {
	if err := c.ctx.Err(); err != nil {
		return 0, err
	}
	return c.r.Read(p)
}

// decryptZip returns the content of a member under a password, nil where the
// member's own check says that it is wrong.
func decryptZip(f *zip.File, password string) (io.Reader, error) {
	raw, err := f.OpenRaw()
	if err != nil {
		return nil, err
	}
	method := f.Method
	var plain io.Reader
	sum := true // the older way and the first version of AES keep a sum of the content
	if method == zipAES {
		var strength, version int
		if version, strength, method, err = zipAESExtra(f.Extra); err != nil {
			return nil, err
		}
		sum = version == 1
		plain, err = decryptZipAES(raw, int64(f.CompressedSize64), password, strength)
	} else {
		plain, err = decryptZipCrypto(raw, f, password)
	}
	if plain == nil || err != nil {
		return nil, err
	}
	switch method {
	case zip.Store:
	case zip.Deflate:
		plain = flate.NewReader(plain)
	case zipBzip2:
		plain = bzip2.NewReader(plain)
	case zipZstd:
		plain = zstd.ZipDecompressor(zstd.WithDecoderMaxWindow(maxDictionary))(plain)
	default:
		return nil, poterne.Fail(poterne.StageExtract, poterne.Unsupported, fmt.Errorf("zip: method %d", method))
	}
	if sum {
		return &summed{r: plain, want: f.CRC32}, nil
	}
	return plain, nil
}

var errSum = errors.New("zip: the sum of the content does not fit")

// summed checks the sum of what it reads at the end.
type summed struct {
	r    io.Reader
	got  uint32
	want uint32
}

func (s *summed) Read(p []byte) (int, error) {
	n, err := s.r.Read(p)
	s.got = crc32.Update(s.got, crc32.IEEETable, p[:n])
	if err == io.EOF && s.got != s.want {
		err = errSum
	}
	return n, err
}

// zipCrypto is the cipher of PKZIP (APPNOTE 6.3.10, 6.1).
type zipCrypto struct {
	keys [3]uint32
	r    io.Reader
}

func (z *zipCrypto) update(b byte) {
	z.keys[0] = crc32.IEEETable[byte(z.keys[0])^b] ^ z.keys[0]>>8
	z.keys[1] = (z.keys[1]+z.keys[0]&0xFF)*134775813 + 1
	z.keys[2] = crc32.IEEETable[byte(z.keys[2])^byte(z.keys[1]>>24)] ^ z.keys[2]>>8
}

// mask returns the byte that hides the next one.
func (z *zipCrypto) mask() byte {
	t := z.keys[2] | 2
	return byte(t * (t ^ 1) >> 8)
}

func newZipCrypto(r io.Reader, password string) *zipCrypto {
	z := &zipCrypto{keys: [3]uint32{0x12345678, 0x23456789, 0x34567890}, r: r}
	for i := range len(password) {
		z.update(password[i])
	}
	return z
}

func (z *zipCrypto) Read(p []byte) (int, error) {
	n, err := z.r.Read(p)
	for i := range n {
		p[i] ^= z.mask()
		z.update(p[i])
	}
	return n, err
}

func decryptZipCrypto(raw io.Reader, f *zip.File, password string) (io.Reader, error) {
	z := newZipCrypto(raw, password)
	var head [12]byte
	if _, err := io.ReadFull(z, head[:]); err != nil {
		return nil, err
	}
	const sizesFollow = 8 // a flag: the sum is not known yet, the time stands for it
	check := byte(f.CRC32 >> 24)
	if f.Flags&sizesFollow != 0 {
		check = byte(f.ModifiedTime >> 8)
	}
	if head[11] != check {
		return nil, nil
	}
	return z, nil
}

// zipAESExtra reads the extra field 0x9901: the version, the strength and the real
// method of compression.
func zipAESExtra(extra []byte) (version, strength int, method uint16, err error) {
	for len(extra) >= 4 {
		id, size := binary.LittleEndian.Uint16(extra), int(binary.LittleEndian.Uint16(extra[2:]))
		if extra = extra[4:]; size > len(extra) {
			break
		}
		if id == 0x9901 && size >= 7 && extra[4] >= 1 && extra[4] <= 3 {
			return int(binary.LittleEndian.Uint16(extra)), int(extra[4]), binary.LittleEndian.Uint16(extra[5:]), nil
		}
		extra = extra[size:]
	}
	return 0, 0, 0, errors.New("zip: no parameters of encryption")
}

// decryptZipAES returns the content of size bytes of raw, nil where the password's
// check value does not fit.
func decryptZipAES(raw io.Reader, size int64, password string, strength int) (io.Reader, error) {
	keyLen, saltLen := 8+8*strength, 4+4*strength
	const check, mac, rounds = 2, 10, 1000
	head := make([]byte, saltLen+check)
	if size < int64(len(head)+mac) {
		return nil, io.ErrUnexpectedEOF
	}
	if _, err := io.ReadFull(raw, head); err != nil {
		return nil, err
	}
	keys, err := pbkdf2.Key(sha1.New, password, head[:saltLen], rounds, 2*keyLen+check)
	if err != nil {
		return nil, err
	}
	if !bytes.Equal(keys[2*keyLen:], head[saltLen:]) {
		return nil, nil
	}
	block, err := aes.NewCipher(keys[:keyLen])
	if err != nil {
		return nil, err
	}
	a := &zipAESReader{block: block, mac: hmac.New(sha1.New, keys[keyLen:2*keyLen]), tail: raw}
	a.r = io.TeeReader(io.LimitReader(raw, size-int64(len(head)+mac)), a.mac)
	return a, nil
}

// zipAESReader decrypts in counter mode, with a counter that grows from its first
// byte, and checks the authentication code at the end.
type zipAESReader struct {
	block   cipher.Block
	r, tail io.Reader
	mac     interface {
		io.Writer
		Sum([]byte) []byte
	}
	counter uint64
	pad     [aes.BlockSize]byte
	left    int // bytes of pad that are not used
}

func (a *zipAESReader) Read(p []byte) (int, error) {
	n, err := a.r.Read(p)
	for i := range n {
		if a.left == 0 {
			a.counter++
			a.pad = [aes.BlockSize]byte{}
			binary.LittleEndian.PutUint64(a.pad[:], a.counter)
			a.block.Encrypt(a.pad[:], a.pad[:])
			a.left = aes.BlockSize
		}
		p[i] ^= a.pad[aes.BlockSize-a.left]
		a.left--
	}
	if err == io.EOF {
		var want [10]byte
		if _, tailErr := io.ReadFull(a.tail, want[:]); tailErr != nil || !hmac.Equal(a.mac.Sum(nil)[:10], want[:]) {
			return n, errSum
		}
	}
	return n, err
}
