package extract

import (
	"encoding/binary"
	"errors"
	"io"
	"sort"
	"strings"
	"unicode/utf16"
)

// compound is an open compound file ([MS-CFB]): the container of the binary
// formats of Office. Every chain of sectors is cut at the number of sectors that
// the file can have, so that a loop in the allocation table ends.
type compound struct {
	r       io.ReaderAt
	size    int64
	shift   uint // sectors are 1<<shift bytes
	fat     []uint32
	miniFAT []uint32
	mini    *cfbStream
	entries []cfbEntry
	byPath  map[string]int    // "/"-joined path in lower case → index in entries
	paths   []string          // sorted
	plain   map[string][]byte // streams that were decrypted, by path in lower case
}

type cfbEntry struct {
	name               string
	kind               byte // 1 storage, 2 stream, 5 root
	left, right, child uint32
	start              uint32
	size               int64
}

const (
	cfbEnd       = 0xFFFFFFFA // all above are marks, not sectors
	cfbMiniShift = 6
	cfbCutoff    = 4096 // smaller streams lie in the mini stream
	// maxCFBEntries bounds the directory; mail stores reach a few thousand.
	maxCFBEntries = 1 << 20
)

var (
	errCFB      = errors.New("compound file: broken header")
	errNoStream = errors.New("compound file: no such stream")
)

func openCFB(r io.ReaderAt, size int64) (*compound, error) {
	head := make([]byte, 512)
	if n, err := r.ReadAt(head, 0); n < len(head) {
		return nil, err
	}
	le := binary.LittleEndian
	c := &compound{r: r, size: size, shift: uint(le.Uint16(head[30:])), byPath: make(map[string]int)}
	if string(head[:8]) != oleMagic || c.shift != 9 && c.shift != 12 {
		return nil, errCFB
	}
	if err := c.readFAT(head); err != nil {
		return nil, err
	}
	if err := c.readDirectory(le.Uint32(head[48:])); err != nil {
		return nil, err
	}
	mini, err := c.readChain(le.Uint32(head[60:]))
	if err != nil {
		return nil, err
	}
	c.miniFAT = words(mini)
	return c, nil
}

// sectors returns how many sectors the file holds, a cut one at its end included.
func (c *compound) sectors() int64 { return (c.size - 1) >> c.shift }

// readFAT reads the allocation table, whose own sectors are listed in the header
// and in a chain of further lists.
func (c *compound) readFAT(head []byte) error {
	le := binary.LittleEndian
	var list []uint32
	list = append(list, words(head[76:])...)
	next := le.Uint32(head[68:])
	per := 1<<c.shift/4 - 1
	for n := int64(0); next < cfbEnd && n < c.sectors(); n++ {
		b, err := c.sector(next)
		if err != nil {
			return err
		}
		w := words(b)
		if len(w) <= per {
			break
		}
		list = append(list, w[:per]...)
		next = w[per]
	}
	seen := make(map[uint32]bool)
	for _, s := range list {
		if s >= cfbEnd {
			continue
		}
		if seen[s] || int64(len(c.fat)) > c.sectors() {
			break // a table that lists itself
		}
		seen[s] = true
		b, err := c.sector(s)
		if err != nil {
			return err
		}
		c.fat = append(c.fat, words(b)...)
	}
	return nil
}

// sector reads one sector; what lies behind the end of the file is missing.
func (c *compound) sector(n uint32) ([]byte, error) {
	b := make([]byte, 1<<c.shift)
	k, err := c.r.ReadAt(b, (int64(n)+1)<<c.shift)
	if err == io.EOF {
		err = nil
	}
	return b[:k], err
}

func words(b []byte) []uint32 {
	w := make([]uint32, len(b)/4)
	for i := range w {
		w[i] = binary.LittleEndian.Uint32(b[4*i:])
	}
	return w
}

// chain lists the sectors from start on, at most limit of them.
func chain(table []uint32, start uint32, limit int64) []uint32 {
	var list []uint32
	for s := start; s < cfbEnd && int64(s) < int64(len(table)) && int64(len(list)) < limit; s = table[s] {
		list = append(list, s)
	}
	return list
}

func (c *compound) readChain(start uint32) ([]byte, error) {
	var all []byte
	for _, s := range chain(c.fat, start, c.sectors()) {
		b, err := c.sector(s)
		if err != nil {
			return nil, err
		}
		all = append(all, b...)
	}
	return all, nil
}

// readDirectory reads the entries and their paths. Entries that the tree does
// not reach are found by their names: broken writers lose them.
func (c *compound) readDirectory(start uint32) error {
	b, err := c.readChain(start)
	if err != nil {
		return err
	}
	le := binary.LittleEndian
	for ; len(b) >= 128 && len(c.entries) < maxCFBEntries; b = b[128:] {
		e := cfbEntry{kind: b[66], left: le.Uint32(b[68:]), right: le.Uint32(b[72:]), child: le.Uint32(b[76:]), start: le.Uint32(b[116:])}
		if n := int(le.Uint16(b[64:])); n >= 2 && n <= 64 {
			e.name = utf16le(b[:n-2])
		}
		e.size = int64(le.Uint32(b[120:]))
		if c.shift == 12 {
			e.size = int64(min(le.Uint64(b[120:]), 1<<62))
		}
		c.entries = append(c.entries, e)
	}
	if len(c.entries) == 0 {
		return errCFB
	}
	root := c.entries[0]
	c.mini = &cfbStream{c: c, shift: c.shift, list: chain(c.fat, root.start, c.sectors())}
	c.mini.size = int64(len(c.mini.list)) << c.shift
	seen := make([]bool, len(c.entries))
	seen[0] = true
	c.walk(root.child, "", seen)
	for i, e := range c.entries {
		if !seen[i] && e.kind == 2 {
			c.place(strings.ToLower(e.name), i)
		}
	}
	sort.Strings(c.paths)
	return nil
}

// walk names the entries of the tree below i without recursion along siblings,
// whose tree may be a list as long as the directory.
func (c *compound) walk(i uint32, dir string, seen []bool) {
	todo := []struct {
		i   uint32
		dir string
	}{{i, dir}}
	for len(todo) > 0 {
		t := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		if int64(t.i) >= int64(len(c.entries)) || seen[t.i] {
			continue
		}
		seen[t.i] = true
		e := c.entries[t.i]
		path := t.dir + strings.ToLower(e.name)
		if len(path) > 4096 {
			continue
		}
		if e.kind == 1 || e.kind == 2 {
			c.place(path, int(t.i))
		}
		for _, next := range []uint32{e.left, e.right} {
			todo = append(todo, struct {
				i   uint32
				dir string
			}{next, t.dir})
		}
		if e.kind == 1 {
			todo = append(todo, struct {
				i   uint32
				dir string
			}{e.child, path + "/"})
		}
	}
}

func (c *compound) place(path string, i int) {
	if _, ok := c.byPath[path]; !ok {
		c.byPath[path] = i
		c.paths = append(c.paths, path)
	}
}

// has reports whether there is a stream or storage at path, in any case.
func (c *compound) has(path string) bool {
	_, ok := c.byPath[strings.ToLower(path)]
	return ok
}

// replace makes the stream at path have the content b from now on.
func (c *compound) replace(path string, b []byte) {
	if c.plain == nil {
		c.plain = make(map[string][]byte)
	}
	c.plain[strings.ToLower(path)] = b
}

// open returns the stream at path.
func (c *compound) open(path string) (*cfbStream, error) {
	path = strings.ToLower(path)
	i, ok := c.byPath[path]
	if !ok || c.entries[i].kind != 2 {
		return nil, errNoStream
	}
	if b, ok := c.plain[path]; ok {
		return &cfbStream{plain: b, size: int64(len(b))}, nil
	}
	e := c.entries[i]
	s := &cfbStream{c: c, size: e.size, shift: c.shift}
	if e.size < cfbCutoff {
		s.mini, s.shift = true, cfbMiniShift
		s.list = chain(c.miniFAT, e.start, e.size>>cfbMiniShift+1)
	} else {
		s.list = chain(c.fat, e.start, min(c.sectors(), e.size>>c.shift+1))
	}
	return s, nil
}

// read returns the stream at path, at most limit bytes of it; nil where there is none.
func (c *compound) read(path string, limit int64) []byte {
	s, err := c.open(path)
	if err != nil {
		return nil
	}
	b := make([]byte, min(s.size, limit, max(int64(len(s.list))<<s.shift, int64(len(s.plain)))))
	n, _ := s.ReadAt(b, 0) // what a cut file still holds
	return b[:n]
}

// children lists the names directly below the storage dir ("" or "a/b/").
func (c *compound) children(dir string) []string {
	dir = strings.ToLower(dir)
	var names []string
	for i := sort.SearchStrings(c.paths, dir); i < len(c.paths) && strings.HasPrefix(c.paths[i], dir); i++ {
		if rest := c.paths[i][len(dir):]; rest != "" && !strings.Contains(rest, "/") {
			names = append(names, rest)
		}
	}
	return names
}

// cfbStream is one stream, read in place.
type cfbStream struct {
	c     *compound
	list  []uint32
	size  int64
	shift uint
	mini  bool
	plain []byte // the content, where it was decrypted
}

// whole returns the stream as a Content that can be read from its start, too.
func (s *cfbStream) whole() section { return section{io.NewSectionReader(s, 0, s.size)} }

// section is a Content that lies inside another.
type section struct{ *io.SectionReader }

func (section) Close() error { return nil }

// ReadAt implements io.ReaderAt. Neighbouring sectors are read at once.
func (s *cfbStream) ReadAt(p []byte, off int64) (n int, err error) {
	if off < 0 || off >= s.size {
		return 0, io.EOF
	}
	if s.plain != nil {
		if n = copy(p, s.plain[off:]); n < len(p) {
			err = io.EOF
		}
		return n, err
	}
	short := false
	if int64(len(p)) > s.size-off {
		p, short = p[:s.size-off], true
	}
	for len(p) > 0 {
		i := off >> s.shift
		if i >= int64(len(s.list)) {
			return n, io.ErrUnexpectedEOF
		}
		within := off & (1<<s.shift - 1)
		run := int64(1)
		for i+run < int64(len(s.list)) && s.list[i+run] == s.list[i]+uint32(run) && run<<s.shift-within < int64(len(p)) {
			run++
		}
		want := p[:min(int64(len(p)), run<<s.shift-within)]
		var k int
		if s.mini {
			k, err = s.c.mini.ReadAt(want, int64(s.list[i])<<s.shift+within)
		} else {
			k, err = s.c.r.ReadAt(want, (int64(s.list[i])+1)<<s.shift+within)
		}
		n += k
		off += int64(k)
		p = p[k:]
		if k < len(want) {
			if err == nil || err == io.EOF {
				err = io.ErrUnexpectedEOF
			}
			return n, err
		}
	}
	if short {
		return n, io.EOF
	}
	return n, nil
}

// utf16le decodes UTF-16 without a mark.
func utf16le(b []byte) string {
	u := make([]uint16, len(b)/2)
	for i := range u {
		u[i] = binary.LittleEndian.Uint16(b[2*i:])
	}
	return string(utf16.Decode(u))
}
