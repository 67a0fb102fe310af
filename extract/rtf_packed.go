package extract

import (
	"encoding/binary"
	"io"

	"poterne"
)

// rtfWindow is what the packed text may refer to before its first byte
// ([MS-OXRTFCP] 2.1.3.1.2).
const rtfWindow = `{\rtf1\ansi\mac\deff0\deftab720{\fonttbl;}` +
	`{\f0\fnil \froman \fswiss \fmodern \fscript \fdecor MS Sans SerifSymbolArialTimes New RomanCourier` +
	`{\colortbl\red0\green0\blue0` + "\r\n" + `\par \pard\plain\f0\fs20\b\i\u\tab\tx`

// unpackRTF unpacks the RTF of a message. What it grows to counts against the
// budget of the document.
func unpackRTF(charge func(io.Reader) io.Reader, b []byte) ([]byte, error) {
	if len(b) < 16 {
		return nil, io.ErrUnexpectedEOF
	}
	size := int64(binary.LittleEndian.Uint32(b[4:]))
	kind := string(b[8:12])
	b = b[16:]
	if kind == "MELA" {
		return b[:min(size, int64(len(b)))], nil
	}
	if size > maxMAPIText {
		return nil, poterne.Fail(poterne.StageExtract, poterne.TooLarge, errTooLarge)
	}
	window := make([]byte, 4096)
	pos := copy(window, rtfWindow)
	out := make([]byte, 0, min(size, 1<<20))
	for len(b) > 0 && int64(len(out)) < size {
		flags := b[0]
		b = b[1:]
		for bit := 0; bit < 8 && len(b) > 0; bit++ {
			if flags>>bit&1 == 0 {
				out = append(out, b[0])
				window[pos] = b[0]
				pos = (pos + 1) % 4096
				b = b[1:]
				continue
			}
			if len(b) < 2 {
				b = nil
				break
			}
			ref := int(b[0])<<8 | int(b[1])
			b = b[2:]
			from, n := ref>>4, ref&15+2
			if from == pos { // the end mark
				b = nil
				break
			}
			for range n {
				c := window[from]
				out = append(out, c)
				window[pos] = c
				from, pos = (from+1)%4096, (pos+1)%4096
			}
		}
	}
	_, err := io.Copy(io.Discard, charge(io.LimitReader(zeros{}, int64(len(out)))))
	return out, err
}

// zeros is an endless reader, for charging bytes that were unpacked by hand.
type zeros struct{}

func (zeros) Read(p []byte) (int, error) { return len(p), nil }
