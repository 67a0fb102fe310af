package extract

import (
	"archive/zip"
	"cmp"
	"compress/bzip2"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"io/fs"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/klauspost/compress/flate"
	"github.com/klauspost/compress/zstd"

	"poterne"
)

// Methods of compression (APPNOTE 6.3.10, 4.4.5) beyond those that the standard
// library knows.
const (
	zipBzip2 = 12
	zipZstd  = 93
)

var errOverlap = errors.New("zip: members lie over each other")

// readZip reads each member of a zip as a part of its own. One that has lost its
// directory is read by the heads of its members.
func readZip(ctx context.Context, in *input, out *emitter) error {
	zr, err := zip.NewReader(in, in.size)
	if err != nil {
		return readCutZip(in, out, err)
	}
	zr.RegisterDecompressor(zip.Deflate, new(inflaters).open)
	zr.RegisterDecompressor(zipBzip2, func(r io.Reader) io.ReadCloser { return io.NopCloser(bzip2.NewReader(r)) })
	zr.RegisterDecompressor(zipZstd, zstd.ZipDecompressor(zstd.WithDecoderMaxWindow(maxDictionary)))
	if !out.text(poterne.Place{Zone: poterne.ZoneComment}, decodeBytes([]byte(zr.Comment), "")) {
		return nil
	}
	overlapping := overlaps(zr.File)
	for _, f := range zr.File {
		if f.Comment != "" && !out.text(poterne.Place{Zone: poterne.ZoneComment}, decodeBytes([]byte(f.Comment), "")) {
			return nil
		}
	}
	lock := &zipLock{passwords: in.x.opts.Passwords}
	for i, f := range zr.File {
		if strings.HasSuffix(f.Name, "/") || overlapping[i] {
			continue
		}
		m := member{name: zipName(f), size: int64(min(f.UncompressedSize64, 1<<62)), modTime: f.Modified}
		switch {
		case f.Flags&1 != 0:
			m.open = func() (io.Reader, error) { return lock.open(ctx, f) }
		default:
			m.open = func() (io.Reader, error) {
				r, err := f.Open()
				if errors.Is(err, zip.ErrAlgorithm) {
					err = poterne.Fail(poterne.StageExtract, poterne.Unsupported, fmt.Errorf("zip: method %d", f.Method))
				}
				return r, err
			}
		}
		if err := out.next(m); err != nil {
			return err
		}
	}
	if len(overlapping) > 0 {
		return poterne.Fail(poterne.StageExtract, poterne.Partial, errOverlap)
	}
	return nil
}

// inflaters keeps the inflater of a member for the next one: its window is more than
// what most members take.
type inflaters struct{ free []io.ReadCloser }

// pooledInflater goes back to the free ones once it is closed.
type pooledInflater struct {
	io.ReadCloser
	pool *inflaters
}

func (p *inflaters) open(r io.Reader) io.ReadCloser {
	last := len(p.free) - 1
	if last < 0 {
		return &pooledInflater{flate.NewReader(r), p}
	}
	z := p.free[last]
	p.free = p.free[:last]
	z.(flate.Resetter).Reset(r, nil) // resetting an inflater never fails
	return &pooledInflater{z, p}
}

// Close implements io.Closer. It may be called twice.
func (i *pooledInflater) Close() error {
	if i.ReadCloser == nil {
		return nil
	}
	err := i.ReadCloser.Close()
	i.pool.free = append(i.pool.free, i.ReadCloser)
	i.ReadCloser = nil
	return err
}

// Read implements io.Reader.
func (i *pooledInflater) Read(p []byte) (int, error) {
	if i.ReadCloser == nil {
		return 0, fs.ErrClosed
	}
	return i.ReadCloser.Read(p)
}

// readCutZip reads what is left of a zip whose directory is lost or broken.
func readCutZip(in *input, out *emitter, cause error) error {
	parts, err := salvage(in)
	if err != nil {
		return err
	}
	if len(parts) == 0 {
		return cause
	}
	for _, p := range parts {
		m := member{name: memberName(decodeZipName(p.name)), size: p.size, open: func() (io.Reader, error) { return p.open() }}
		if p.encrypted {
			m.open, m.err = nil, poterne.Fail(poterne.StageExtract, poterne.Encrypted, nil)
		}
		if strings.HasSuffix(p.name, "/") {
			continue
		}
		if err := out.next(m); err != nil {
			return err
		}
	}
	return poterne.Fail(poterne.StageExtract, poterne.Partial, cause)
}

// overlaps returns the members whose bytes lie on those of another, by their
// index: no program writes such, and some thousands of them on the same bytes
// make a bomb that no ratio shows.
func overlaps(files []*zip.File) map[int]bool {
	type span struct {
		index      int
		start, end uint64
	}
	spans := make([]span, 0, len(files))
	for i, f := range files {
		if off, err := f.DataOffset(); err == nil && f.CompressedSize64 > 0 {
			spans = append(spans, span{i, uint64(off), uint64(off) + f.CompressedSize64})
		}
	}
	slices.SortStableFunc(spans, func(a, b span) int { return cmp.Compare(a.start, b.start) })
	bad := make(map[int]bool)
	var end uint64
	for _, s := range spans {
		if s.start < end {
			bad[s.index] = true
			continue
		}
		end = s.end
	}
	return bad
}

// zipName returns the name of a member as who wrote it saw it.
func zipName(f *zip.File) string {
	name := f.Name
	if f.NonUTF8 {
		if better := zipUnicodePath(f); better != "" {
			name = better
		} else {
			name = decodeZipName(name)
		}
	}
	return memberName(name)
}

// zipUnicodePath returns the name in the Info-ZIP extra field 0x7075, "" where
// there is none for this name.
func zipUnicodePath(f *zip.File) string {
	for extra := f.Extra; len(extra) >= 4; {
		id, size := binary.LittleEndian.Uint16(extra), int(binary.LittleEndian.Uint16(extra[2:]))
		extra = extra[4:]
		if size > len(extra) {
			return ""
		}
		if id == 0x7075 && size > 5 && binary.LittleEndian.Uint32(extra[1:]) == crc32.ChecksumIEEE([]byte(f.Name)) && utf8.Valid(extra[5:size]) {
			return string(extra[5:size])
		}
		extra = extra[size:]
	}
	return ""
}

// decodeZipName decodes a name that does not say its encoding: UTF-8 where it is
// that; else what is likelier for French of CP850, which DOS and Windows write,
// and which agrees with CP437 on all letters that both have, and Windows-1252.
func decodeZipName(name string) string {
	if utf8.ValidString(name) {
		return name
	}
	var g legacyGuess
	g.feed([]byte(name))
	best := legacy[dosLatin]
	if g.scores[windows1252] > g.scores[dosLatin] {
		best = legacy[windows1252]
	}
	return best.decode([]byte(name))
}
