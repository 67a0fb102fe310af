package extract

import "crypto/rc4"

// biffKey decrypts a workbook as it is read, kilobyte by kilobyte ([MS-XLS]
// 2.2.10). The key stream runs over the heads of records too, though they stand in
// clear.
type biffKey struct {
	key   rc4Key
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
	if k := unlockRC4(pass[2:], passwords); k != nil {
		return &biffKey{key: k}
	}
	return nil
}
