package extract

import (
	"archive/tar"
	"context"
	"io"
	"strings"
)

// tarBlock is the unit of a tar, in bytes.
const tarBlock = 512

// isTar reports whether head starts a tar that says so (POSIX.1-1988 and later).
func isTar(head []byte) bool {
	return len(head) >= 262 && string(head[257:262]) == "ustar"
}

// readTar reads each file of a tar, in place where it lies in one piece.
func readTar(_ context.Context, in *input, out *emitter) error {
	stream := in.stream()
	return tarMembers(tar.NewReader(stream), out, func(h *tar.Header) io.Reader {
		// The library reads headers block by block and no further.
		at, _ := stream.Seek(0, io.SeekCurrent)
		if h.Typeflag != tar.TypeReg || sparse(h) || h.Size > in.size-at {
			return nil
		}
		return inPlace{io.NewSectionReader(in.r, at, h.Size)}
	}, func() {})
}

// streamTar reads the files of a tar as it is unpacked, without a copy of the tar.
func streamTar(r io.Reader, out *emitter) error {
	src := &tarSource{run: out.run, r: r}
	return tarMembers(tar.NewReader(src), out, func(*tar.Header) io.Reader {
		src.inMember = true
		return nil
	}, func() { src.inMember = false })
}

// tarSource counts what is unpacked against the budget of the document, save
// the bytes of a member, which are counted as it is read.
type tarSource struct {
	run      *run
	r        io.Reader
	inMember bool
}

// Read implements io.Reader.
func (t *tarSource) Read(p []byte) (int, error) {
	if t.inMember {
		return t.r.Read(p)
	}
	return bounded{t.run, t.r}.Read(p)
}

// tarMembers reads each file. open may give its bytes; done is called after each.
func tarMembers(tr *tar.Reader, out *emitter, open func(*tar.Header) io.Reader, done func()) error {
	for read := 0; ; read++ {
		h, err := tr.Next()
		if err != nil {
			return cutArchive(read, ended(err))
		}
		if h.Typeflag != tar.TypeReg && h.Typeflag != tar.TypeGNUSparse && h.Typeflag != tar.TypeCont {
			continue
		}
		m := member{name: memberName(decodeZipName(h.Name)), size: h.Size, modTime: h.ModTime, open: func() (io.Reader, error) {
			if r := open(h); r != nil {
				return r, nil
			}
			return tr, nil
		}}
		err = out.next(m)
		done()
		if err != nil {
			return err
		}
	}
}

// sparse reports whether a file is written with its holes left out (GNU tar, PAX formats).
func sparse(h *tar.Header) bool {
	for k := range h.PAXRecords {
		if strings.HasPrefix(k, "GNU.sparse.") {
			return true
		}
	}
	return false
}
