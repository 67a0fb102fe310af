package extract

import (
	"bufio"
	"compress/bzip2"
	"context"
	"errors"
	"io"
	"path"
	"strings"
	"time"

	"github.com/bodgit/sevenzip"
	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
	"github.com/nwaples/rardecode/v2"
	"github.com/ulikunitz/xz"

	"poterne"
)

// maxDictionary bounds the memory that an archive may ask for to be unpacked, in
// bytes: xz -9 wants 64 MiB, 7z Ultra and RAR5 up to 256 MiB.
const maxDictionary = 256 << 20

// errStop ends a reader whose consumer has had enough.
var errStop = errors.New("stopped")

// next reads one member of an archive. It returns an error where the archive
// shall not be read on: the consumer has had enough, or a budget of the document
// is used up, which is said once and not for each member that is left.
func (out *emitter) next(m member) error {
	switch {
	case out.run.allowance <= 0:
		return poterne.Fail(poterne.StageExtract, poterne.TooLarge, errTooLarge)
	case out.run.ctx.Err() != nil:
		return out.run.ctx.Err()
	case out.run.members >= out.run.x.opts.MaxMembers:
		return poterne.Fail(poterne.StageExtract, poterne.TooLarge, errors.New("too many members"))
	case !out.stream(m):
		return errStop
	}
	return nil
}

// memberName returns the path of a member with slashes, from the archive's root.
// Nothing is ever written under it.
func memberName(name string) string {
	name = strings.ReplaceAll(name, `\`, "/")
	for {
		switch {
		case strings.HasPrefix(name, "./"):
			name = name[2:]
		case strings.HasPrefix(name, "/"):
			name = name[1:]
		default:
			return name
		}
	}
}

// cutArchive is the failure of an archive that broke after some of its members.
func cutArchive(read int, err error) error {
	var f *poterne.Failure
	if err == nil || read == 0 || errors.As(err, &f) || errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled) {
		return err
	}
	return poterne.Fail(poterne.StageExtract, poterne.Partial, err)
}

// readGzip reads what a gzip holds.
func readGzip(_ context.Context, in *input, out *emitter) error {
	r, err := gzip.NewReader(in.stream())
	if err != nil {
		return err
	}
	name := path.Base(memberName(decodeBytes([]byte(r.Name), "")))
	if r.Name == "" || name == "" {
		name = innerName(in)
	}
	return out.single(name, r.ModTime, r)
}

// readBzip2 reads what a bzip2 holds.
func readBzip2(_ context.Context, in *input, out *emitter) error {
	return out.single(innerName(in), time.Time{}, bzip2.NewReader(bufio.NewReader(in.stream())))
}

// readXZ reads what an xz holds.
func readXZ(_ context.Context, in *input, out *emitter) error {
	head, err := in.head(32)
	if err != nil {
		return err
	}
	if xzDictionary(head) > maxDictionary {
		return poterne.Fail(poterne.StageExtract, poterne.TooLarge, errors.New("xz: dictionary beyond the limit"))
	}
	r, err := xz.NewReader(bufio.NewReader(in.stream()))
	if err != nil {
		return err
	}
	return out.single(innerName(in), time.Time{}, r)
}

// xzDictionary returns the size of the dictionary that the first block asks for,
// which is allocated before a byte is unpacked (.xz format 1.2.0, 3.1 and 5.3.1);
// 0 where the block has other filters before.
func xzDictionary(head []byte) uint64 {
	const block = 12
	if len(head) < block+5 || head[block] == 0 || head[block+1]&0xC3 != 0 || head[block+2] != 0x21 {
		return 0
	}
	bits := head[block+4] & 0x3F
	if bits >= 40 {
		return 1<<32 - 1
	}
	return uint64(2|bits&1) << (bits/2 + 11)
}

// readZstd reads what a zstd holds.
func readZstd(_ context.Context, in *input, out *emitter) error {
	r, err := zstd.NewReader(in.stream(), zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(maxDictionary))
	if err != nil {
		return err
	}
	return out.single(innerName(in), time.Time{}, r.IOReadCloser())
}

// innerName returns the name of what a compressed file holds: its own name
// without the extension.
func innerName(in *input) string {
	base, ext := strings.TrimSuffix(in.name, path.Ext(in.name)), in.ext()
	switch ext {
	case "tgz", "tbz", "tbz2", "txz", "tzst":
		return base + ".tar"
	}
	if base == "" || ext == "" {
		return "contenu"
	}
	return base
}

// single reads the one member of a compressed file. A tar is read as it comes,
// without a copy of it.
func (out *emitter) single(name string, modTime time.Time, r io.Reader) error {
	br := bufio.NewReader(r)
	m := member{name: name, modTime: modTime, open: func() (io.Reader, error) { return br, nil }}
	if head, _ := br.Peek(tarBlock); isTar(head) {
		m.open, m.format = nil, "tar"
		m.read = func(_ context.Context, _ *input, out *emitter) error { return streamTar(br, out) }
	}
	if err := out.next(m); err != errStop {
		return err
	}
	return nil
}

// read7z reads each file of a 7z.
func read7z(_ context.Context, in *input, out *emitter) error {
	zr, err := open7z(in)
	if err != nil {
		return sevenzipFailure(err)
	}
	for _, f := range zr.File {
		if f.FileInfo().IsDir() {
			continue
		}
		m := member{name: memberName(f.Name), size: int64(min(f.UncompressedSize, 1<<62)), modTime: f.Modified}
		m.open = func() (io.Reader, error) {
			r, err := f.Open()
			if err != nil {
				return nil, sevenzipFailure(err)
			}
			return sevenzipReader{r}, nil
		}
		if err := out.next(m); err != nil {
			return err
		}
	}
	return nil
}

var err7z = errors.New("7z: broken header")

// open7z opens a 7z, with the first password that fits where it needs one.
func open7z(in *input) (zr *sevenzip.Reader, err error) {
	defer func() {
		// The library trusts the counts of a header whose sum fits.
		if recover() != nil {
			zr, err = nil, err7z
		}
	}()
	zr, err = sevenzip.NewReader(in, in.size)
	var sealed *sevenzip.ReadError
	if err == nil {
		err = try7z(zr)
	}
	switch {
	case err == nil:
		return zr, nil
	case zr == nil && (!errors.As(err, &sealed) || !sealed.Encrypted):
		return nil, err
	case !errors.As(err, &sealed) || !sealed.Encrypted:
		return zr, nil // what else is wrong is said member by member
	}
	for _, p := range in.x.opts.Passwords {
		if again, err := sevenzip.NewReaderWithPassword(in, in.size, p); err == nil && try7z(again) == nil {
			return again, nil
		}
	}
	if zr == nil {
		return nil, err
	}
	return zr, nil
}

// try7z reads the start of the first file, by which a wrong password shows.
func try7z(zr *sevenzip.Reader) error {
	const enough = 1 << 20
	for _, f := range zr.File {
		if f.UncompressedSize == 0 {
			continue
		}
		r, err := f.Open()
		if err != nil {
			return err
		}
		defer r.Close()
		if _, err := io.CopyN(io.Discard, r, enough); err != nil && err != io.EOF {
			return err
		}
		return nil
	}
	return nil
}

// sevenzipReader names the errors of a member.
type sevenzipReader struct{ io.ReadCloser }

func (s sevenzipReader) Read(p []byte) (int, error) {
	n, err := s.ReadCloser.Read(p)
	if err != nil && err != io.EOF {
		err = sevenzipFailure(err)
	}
	return n, err
}

func sevenzipFailure(err error) error {
	var re *sevenzip.ReadError
	if errors.As(err, &re) && re.Encrypted {
		return poterne.Fail(poterne.StageExtract, poterne.Encrypted, nil)
	}
	return err
}

// readRAR reads each file of a RAR of any version.
func readRAR(_ context.Context, in *input, out *emitter) error {
	rr, err := rardecode.NewReader(bufio.NewReader(in.stream()), rardecode.MaxDictionarySize(maxDictionary))
	if err != nil {
		return rarFailure(err)
	}
	for read := 0; ; read++ {
		h, err := rr.Next()
		if err != nil {
			return cutArchive(read, rarFailure(ended(err)))
		}
		if h.IsDir {
			continue
		}
		m := member{name: memberName(decodeZipName(h.Name)), modTime: h.ModificationTime, open: func() (io.Reader, error) { return rarReader{rr}, nil }}
		if !h.UnKnownSize {
			m.size = h.UnPackedSize
		}
		if h.Encrypted {
			m.open, m.err = nil, poterne.Fail(poterne.StageExtract, poterne.Encrypted, nil)
		}
		if err := out.next(m); err != nil {
			return err
		}
	}
}

// rarReader names the errors of a member.
type rarReader struct{ r io.Reader }

func (r rarReader) Read(p []byte) (int, error) {
	n, err := r.r.Read(p)
	if err != nil && err != io.EOF {
		err = rarFailure(err)
	}
	return n, err
}

func rarFailure(err error) error {
	switch {
	case errors.Is(err, rardecode.ErrArchiveEncrypted), errors.Is(err, rardecode.ErrArchivedFileEncrypted):
		return poterne.Fail(poterne.StageExtract, poterne.Encrypted, nil)
	case errors.Is(err, rardecode.ErrMultiVolume):
		return poterne.Fail(poterne.StageExtract, poterne.Partial, err)
	case errors.Is(err, rardecode.ErrDictionaryTooLarge):
		return poterne.Fail(poterne.StageExtract, poterne.TooLarge, err)
	case errors.Is(err, rardecode.ErrUnknownDecoder), errors.Is(err, rardecode.ErrUnsupportedDecoder), errors.Is(err, rardecode.ErrUnknownVersion):
		return poterne.Fail(poterne.StageExtract, poterne.Unsupported, err)
	}
	return err
}
