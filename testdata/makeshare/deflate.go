package main

// deflate compresses p (RFC 1951) in one block with the fixed Huffman codes and
// greedy matches. It is written out here because the committed share must not
// change with the version of Go: compress/flate promises no stable output.
func deflate(p []byte) []byte {
	w := &bitWriter{}
	w.bits(1, 1) // last block
	w.bits(1, 2) // fixed codes
	last := map[[3]byte]int{}
	for i := 0; i < len(p); {
		length, dist := 0, 0
		if i+3 <= len(p) {
			key := [3]byte(p[i : i+3])
			if j, ok := last[key]; ok && i-j <= 32768 {
				for length < 258 && i+length < len(p) && p[j+length] == p[i+length] {
					length++
				}
				dist = i - j
			}
			last[key] = i
		}
		if length < 4 {
			w.literal(int(p[i]))
			i++
			continue
		}
		w.match(length, dist)
		for k := i + 1; k < i+length && k+3 <= len(p); k++ {
			last[[3]byte(p[k:k+3])] = k
		}
		i += length
	}
	w.literal(256)
	return w.flush()
}

type bitWriter struct {
	out []byte
	acc uint64
	n   uint
}

// bits writes the n low bits of v, lowest first.
func (w *bitWriter) bits(v, n int) {
	w.acc |= uint64(v) << w.n
	for w.n += uint(n); w.n >= 8; w.n -= 8 {
		w.out = append(w.out, byte(w.acc))
		w.acc >>= 8
	}
}

// code writes the n bits of a Huffman code, highest first.
func (w *bitWriter) code(v, n int) {
	r := 0
	for range n {
		r = r<<1 | v&1
		v >>= 1
	}
	w.bits(r, n)
}

// literal writes a literal or length symbol in the fixed code of RFC 1951 §3.2.6.
func (w *bitWriter) literal(s int) {
	switch {
	case s < 144:
		w.code(0x30+s, 8)
	case s < 256:
		w.code(0x190+s-144, 9)
	case s < 280:
		w.code(s-256, 7)
	default:
		w.code(0xc0+s-280, 8)
	}
}

func (w *bitWriter) match(length, dist int) {
	// Lengths: symbols 257.. with 0 to 5 extra bits, 258 alone is symbol 285.
	if length == 258 {
		w.literal(285)
	} else {
		sym, base, extra := 257, 3, 0
		for length >= base+1<<extra {
			base += 1 << extra
			if sym++; sym >= 265 && (sym-265)%4 == 0 {
				extra++
			}
		}
		w.literal(sym)
		w.bits(length-base, extra)
	}
	// Distances: symbols 0.. with 0 to 13 extra bits.
	sym, base, extra := 0, 1, 0
	for dist >= base+1<<extra {
		base += 1 << extra
		if sym++; sym >= 4 && sym%2 == 0 {
			extra++
		}
	}
	w.code(sym, 5)
	w.bits(dist-base, extra)
}

func (w *bitWriter) flush() []byte {
	if w.n > 0 {
		w.bits(0, int(8-w.n))
	}
	return w.out
}
