package classifiers

import (
	"bytes"
	"crypto/sha256"
	"strings"

	"golang.org/x/crypto/sha3"
)

const base58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"

// findBitcoin reads an address in base58 with its four bytes of check.
func (d *idDetector) findBitcoin(s *segment, r *compiled, h hit) {
	v := s.text[h.start:h.end]
	if len(v) >= 26 && len(v) <= 35 && (v[0] == '1' || v[0] == '3') && validBase58(v) {
		d.found(r, int(h.start), int(h.end), v, candidate{several: true, grouped: true})
	}
}

// validBase58 decodes an address to 25 bytes and compares the last four with the
// double SHA-256 of the rest.
func validBase58(v []byte) bool {
	var out [25]byte
	for _, c := range v {
		carry := strings.IndexByte(base58, c)
		if carry < 0 {
			return false
		}
		for i := len(out) - 1; i >= 0; i-- {
			carry += 58 * int(out[i])
			out[i] = byte(carry)
			carry >>= 8
		}
		if carry != 0 {
			return false
		}
	}
	a := sha256.Sum256(out[:21])
	b := sha256.Sum256(a[:])
	return bytes.Equal(b[:4], out[21:])
}

// findSegwit reads an address in bech32 or bech32m (BIP-173, BIP-350).
func (d *idDetector) findSegwit(s *segment, r *compiled, h hit) {
	end := run(s.text, int(h.start), isAlnum)
	v := s.text[h.start:end]
	if len(v) >= 14 && len(v) <= 74 && validBech32(v) {
		d.found(r, int(h.start), end, bytes.ToLower(v), candidate{several: true, grouped: true})
	}
}

func validBech32(v []byte) bool {
	if !bytes.Equal(v, bytes.ToLower(v)) && !bytes.Equal(v, bytes.ToUpper(v)) {
		return false
	}
	v = bytes.ToLower(v)
	if !bytes.HasPrefix(v, []byte("bc1")) || len(v) < 14 {
		return false
	}
	sum := uint32(1)
	step := func(d int) {
		top := sum >> 25
		sum = sum&0x1ffffff<<5 ^ uint32(d)
		for i, g := range [...]uint32{0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3} {
			if top>>i&1 != 0 {
				sum ^= g
			}
		}
	}
	for _, d := range []int{'b' >> 5, 'c' >> 5, 0, 'b' & 31, 'c' & 31} {
		step(d)
	}
	for _, c := range v[3:] {
		d := strings.IndexByte("qpzry9x8gf2tvdw0s3jn54khce6mua7l", c)
		if d < 0 {
			return false
		}
		step(d)
	}
	return sum == 1 || sum == 0x2bc830a3
}

// findEthereum reads 20 bytes in hexadecimal after 0x; mixed case must be that of EIP-55.
func (d *idDetector) findEthereum(s *segment, r *compiled, h hit) {
	v := s.text[h.start:h.end]
	if len(v) != 42 || !bytes.HasPrefix(v, []byte("0x")) {
		return
	}
	hex := v[2:]
	low := bytes.ToLower(hex)
	for _, c := range low {
		if !isDigit(c) && (c < 'a' || c > 'f') {
			return
		}
	}
	mixed := !bytes.Equal(hex, low) && !bytes.Equal(hex, bytes.ToUpper(hex))
	if mixed && !validEIP55(hex, low) {
		return
	}
	d.found(r, int(h.start), int(h.end), low, candidate{several: mixed, grouped: true})
}

func validEIP55(hex, low []byte) bool {
	h := sha3.NewLegacyKeccak256()
	_, _ = h.Write(low)
	sum := h.Sum(nil)
	for i, c := range hex {
		nibble := sum[i/2] >> (4 * (1 - i%2)) & 15
		if c >= 'A' && (nibble >= 8) != isUpper(c) {
			return false
		}
	}
	return true
}
