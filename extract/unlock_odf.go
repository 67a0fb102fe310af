package extract

import (
	"bufio"
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/pbkdf2"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/base64"
	"io"
	"strconv"
	"strings"

	"github.com/klauspost/compress/flate"
)

// odfSeal says how one part of a package is encrypted (ODF 1.3 part 2, 3.4 and 4.4).
type odfSeal struct {
	name            string
	checksum        []byte // of the first kilobyte, deflated
	iv, salt        []byte
	rounds, keyLen  int
	cbc, start, sum bool // AES in CBC mode; the password and the checksum are hashed with SHA-256
}

// maxRounds bounds the rounds of key derivation that a package may ask for:
// LibreOffice uses 100,000.
const maxRounds = 1_000_000

// unlockODF makes the parts of an encrypted package readable with the first
// password that fits, and says whether there is one. Packages of LibreOffice 24.8
// and later, and those in Blowfish of before 2012, are not opened.
func unlockODF(ctx context.Context, p *opc, passwords []string) bool {
	if len(passwords) == 0 {
		return false
	}
	seals := odfSeals(p)
	for _, password := range passwords {
		opened := make(map[*packed]func() (io.ReadCloser, error), len(seals))
		for _, s := range seals {
			f := p.parts[partKey(s.name)]
			if f == nil {
				continue
			}
			block := s.block(ctx, password)
			if block == nil || len(opened) == 0 && !s.fits(f, block) {
				break
			}
			sealed := f.open
			opened[f] = func() (io.ReadCloser, error) {
				r, err := sealed()
				if err != nil {
					return nil, err
				}
				return struct {
					io.Reader
					io.Closer
				}{flate.NewReader(newCBCReader(r, block, s.iv)), r}, nil
			}
		}
		if len(opened) == 0 {
			continue
		}
		for f, open := range opened {
			f.open = open
		}
		return true
	}
	return false
}

// odfSeals reads the manifest.
func odfSeals(p *opc) []odfSeal {
	var seals []odfSeal
	p.xml("meta-inf/manifest.xml", func(x *xmlReader) error {
		var s odfSeal
		binary := func(name string) []byte {
			b, _ := base64.StdEncoding.DecodeString(x.attr(name))
			return b
		}
		for x.next() && len(seals) < maxParts {
			if x.kind != xmlStart {
				if x.kind == xmlEnd && string(x.name) == "encryption-data" && s.usable() {
					seals = append(seals, s)
				}
				continue
			}
			switch string(x.name) {
			case "file-entry":
				s = odfSeal{name: x.attr("full-path"), keyLen: 16}
			case "encryption-data":
				s.checksum, s.sum = binary("checksum"), strings.HasSuffix(x.attr("checksum-type"), "#sha256-1k")
			case "algorithm":
				s.iv, s.cbc = binary("initialisation-vector"), strings.HasSuffix(x.attr("algorithm-name"), "-cbc")
			case "key-derivation":
				s.salt = binary("salt")
				s.rounds, _ = strconv.Atoi(x.attr("iteration-count"))
				if n, err := strconv.Atoi(x.attr("key-size")); err == nil {
					s.keyLen = n
				}
			case "start-key-generation":
				s.start = strings.HasSuffix(x.attr("start-key-generation-name"), "#sha256")
			}
		}
		return nil
	})
	return seals
}

func (s odfSeal) usable() bool {
	return s.cbc && s.sum && s.start && len(s.iv) == aes.BlockSize && len(s.salt) > 0 && s.rounds > 0 && s.rounds <= maxRounds &&
		(s.keyLen == 16 || s.keyLen == 24 || s.keyLen == 32)
}

// block returns the cipher of a part under a password, nil once ctx is done.
func (s odfSeal) block(ctx context.Context, password string) cipher.Block {
	if ctx.Err() != nil {
		return nil
	}
	start := sha256.Sum256([]byte(password))
	key, err := pbkdf2.Key(sha1.New, string(start[:]), s.salt, s.rounds, s.keyLen)
	if err != nil {
		return nil
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil
	}
	return block
}

// fits says whether a part that was decrypted has its checksum, which is that of
// its first kilobyte before the padding.
func (s odfSeal) fits(f *packed, block cipher.Block) bool {
	r, err := f.open()
	if err != nil {
		return false
	}
	defer r.Close()
	const first = 1024
	head, err := io.ReadAll(io.LimitReader(newCBCReader(r, block, s.iv), first+aes.BlockSize))
	if err != nil || len(head) == 0 {
		return false
	}
	if len(head) <= first { // the whole part: its last byte says how many are padding
		pad := int(head[len(head)-1])
		if pad == 0 || pad > aes.BlockSize || pad > len(head) {
			return false
		}
		head = head[:len(head)-pad]
	}
	sum := sha256.Sum256(head[:min(len(head), first)])
	return hmac.Equal(sum[:], s.checksum)
}

// cbcReader decrypts whole blocks. The padding stays: what follows a deflated
// stream is not read.
type cbcReader struct {
	r    *bufio.Reader
	mode cipher.BlockMode
	rest []byte
	buf  [64 * aes.BlockSize]byte
}

func newCBCReader(r io.Reader, block cipher.Block, iv []byte) *cbcReader {
	return &cbcReader{r: bufio.NewReader(r), mode: cipher.NewCBCDecrypter(block, iv)}
}

func (c *cbcReader) Read(p []byte) (int, error) {
	if len(c.rest) == 0 {
		n, err := io.ReadFull(c.r, c.buf[:])
		n -= n % aes.BlockSize
		if n == 0 {
			if err == nil || err == io.ErrUnexpectedEOF {
				err = io.EOF
			}
			return 0, err
		}
		c.mode.CryptBlocks(c.buf[:n], c.buf[:n])
		c.rest = c.buf[:n]
	}
	n := copy(p, c.rest)
	c.rest = c.rest[n:]
	return n, nil
}
