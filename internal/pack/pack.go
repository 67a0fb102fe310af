// Package pack writes a record as bytes to be sealed, and reads it back exactly:
// paths keep the bytes of the file system even where they are not UTF-8.
package pack

import (
	"bytes"
	"compress/flate"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"sync"

	"poterne"
)

// ErrFormat says that the bytes are not a record, or are one of a newer format.
var ErrFormat = errors.New("not a packed record")

// Formats, the first byte of a packed record.
const (
	formatPlain   = 1
	formatDeflate = 2
)

// deflateAbove is the size from which compressing pays: below it the header of a
// deflate stream and 10 µs cost more than the bytes saved.
const deflateAbove = 512

// maxUnpacked bounds what a compressed record may unfold to.
const maxUnpacked = 64 << 20

var deflaters = sync.Pool{New: func() any {
	w, _ := flate.NewWriter(io.Discard, flate.BestSpeed) // errs on unknown levels only
	return w
}}

// Append appends r to dst. The cause of a failure is not kept.
func Append(dst []byte, r poterne.Record) ([]byte, error) {
	var head []byte
	// JSON would replace bytes that are not UTF-8: names go beside it.
	for _, s := range []*string{&r.Share, &r.Path, &r.Member} {
		head = binary.AppendUvarint(head, uint64(len(*s)))
		head = append(head, *s...)
		*s = ""
	}
	body, err := json.Marshal(r)
	if err != nil {
		return nil, fmt.Errorf("pack record: %w", err)
	}
	plain := append(head, body...)
	if len(plain) < deflateAbove {
		return append(append(dst, formatPlain), plain...), nil
	}
	buf := bytes.NewBuffer(append(dst, formatDeflate))
	w := deflaters.Get().(*flate.Writer)
	defer deflaters.Put(w)
	w.Reset(buf)
	if _, err := w.Write(plain); err != nil {
		return nil, fmt.Errorf("pack record: %w", err)
	}
	if err := w.Close(); err != nil {
		return nil, fmt.Errorf("pack record: %w", err)
	}
	return buf.Bytes(), nil
}

// Record reads what Append wrote, or returns an error that wraps [ErrFormat].
func Record(data []byte) (poterne.Record, error) {
	if len(data) == 0 {
		return poterne.Record{}, ErrFormat
	}
	plain := data[1:]
	switch data[0] {
	case formatPlain:
	case formatDeflate:
		r := flate.NewReader(bytes.NewReader(plain))
		var err error
		plain, err = io.ReadAll(io.LimitReader(r, maxUnpacked+1))
		if err != nil || len(plain) > maxUnpacked {
			return poterne.Record{}, fmt.Errorf("%w: unfold", ErrFormat)
		}
	default:
		return poterne.Record{}, fmt.Errorf("%w: format %d", ErrFormat, data[0])
	}
	var names [3]string
	for i := range names {
		n, w := binary.Uvarint(plain)
		if w <= 0 || n > uint64(len(plain)-w) {
			return poterne.Record{}, fmt.Errorf("%w: names", ErrFormat)
		}
		names[i], plain = string(plain[w:w+int(n)]), plain[w+int(n):]
	}
	var r poterne.Record
	if err := json.Unmarshal(plain, &r); err != nil {
		return poterne.Record{}, fmt.Errorf("%w: body", ErrFormat)
	}
	r.Share, r.Path, r.Member = names[0], names[1], names[2]
	return r, nil
}
