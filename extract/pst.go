package extract

import (
	"bytes"
	"compress/zlib"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"sort"

	"poterne"
)

// pstFile is an open store of Outlook, PST or OST ([MS-PST] 2.2): a tree of nodes,
// which are its objects, and a tree of blocks, in which their bytes lie.
type pstFile struct {
	r       io.ReaderAt
	size    int64
	layout  pstLayout
	method  byte // how blocks are encoded
	nodes   int64
	blocks  int64 // offsets of the roots of both trees
	pages   map[int64]pstPage
	charge  func(int64) error // counts bytes against the budget of the document
	damaged bool              // a block was read whose sum does not fit
}

// pstLayout is what differs between the ages of the format.
type pstLayout struct {
	word     int // bytes of a block's number
	page     int // bytes of a page
	count    int // offset in a page of the number of its entries
	trailer  int // bytes at the end of a page and of a block
	align    int64
	deflated bool // blocks may be deflated; pages count in 16 bits
	heapBits uint // bits of an index in a heap
}

var (
	pstANSI    = pstLayout{word: 4, page: 512, count: 496, trailer: 12, align: 64, heapBits: 11} // Outlook 97 to 2002
	pstUnicode = pstLayout{word: 8, page: 512, count: 488, trailer: 16, align: 64, heapBits: 11} // from 2003 on
	// Caches of Outlook 2013 and later, which [MS-PST] does not tell of: as libpst
	// and libpff read them.
	pstLarge = pstLayout{word: 8, page: 4096, count: 4056, trailer: 24, align: 512, deflated: true, heapBits: 14}
)

var (
	errPSTPage  = errors.New("pst: broken page of a tree")
	errPSTBlock = errors.New("pst: block missing or out of place")
	errPSTSum   = errors.New("pst: the sum of a block does not fit")
)

// openPST reads the header ([MS-PST] 2.2.2.6).
func openPST(r io.ReaderAt, size int64, charge func(int64) error) (*pstFile, error) {
	head := make([]byte, 564)
	if n, err := r.ReadAt(head, 0); n < len(head) {
		return nil, orUnexpected(err)
	}
	p := &pstFile{r: r, size: size, pages: make(map[int64]pstPage), charge: charge}
	switch version := le.Uint16(head[10:]); {
	case version == 14 || version == 15:
		p.layout, p.method = pstANSI, head[461]
		p.nodes, p.blocks = int64(le.Uint32(head[188:])), int64(le.Uint32(head[196:]))
		return p, nil
	case version >= 36:
		p.layout = pstLarge
	case version >= 21:
		p.layout = pstUnicode
	default:
		return nil, poterne.Fail(poterne.StageExtract, poterne.Unsupported, fmt.Errorf("pst: version %d", version))
	}
	p.method = head[513]
	p.nodes, p.blocks = int64(le.Uint64(head[224:])), int64(le.Uint64(head[240:]))
	if p.method > pstCyclic {
		// Windows Information Protection.
		return nil, poterne.Fail(poterne.StageExtract, poterne.Encrypted, nil)
	}
	return p, nil
}

// number reads a number of a block or an offset.
func (p *pstFile) number(b []byte) uint64 {
	if p.layout.word == 4 {
		return uint64(le.Uint32(b))
	}
	return le.Uint64(b)
}

// pstPage is a page of a tree: entries of equal size, on level 0 those of the tree
// itself, above them a key, a number and the offset of a page below.
type pstPage struct {
	entries []byte
	entry   int
	level   int
}

func (g pstPage) len() int        { return len(g.entries) / g.entry }
func (g pstPage) at(i int) []byte { return g.entries[i*g.entry:] }

// Kinds of pages.
const (
	pstBlockPage = 0x80
	pstNodePage  = 0x81
)

// readPage reads the page at off, which must be of the kind.
func (p *pstFile) readPage(off int64, kind byte) (pstPage, error) {
	if g, ok := p.pages[off]; ok {
		return g, nil
	}
	l := p.layout
	b := make([]byte, l.page)
	if off <= 0 || off > p.size-int64(l.page) {
		return pstPage{}, errPSTPage
	}
	if n, err := p.r.ReadAt(b, off); n < len(b) {
		return pstPage{}, orUnexpected(err)
	}
	c := b[l.count:]
	count, size, level := int(c[0]), int(c[2]), int(c[3])
	if l.deflated {
		count, size, level = int(le.Uint16(c)), int(c[4]), int(c[5])
	}
	least := 3 * l.word // of an entry: a key, a number and an offset
	if level == 0 && kind == pstNodePage {
		least = 3*l.word + 4
	} else if level == 0 {
		least = 2*l.word + 4
	}
	if b[l.page-l.trailer] != kind || size < least || count*size > l.count || level > maxPSTLevels {
		return pstPage{}, errPSTPage
	}
	g := pstPage{entries: b[:count*size], entry: size, level: level}
	const keep = 8 << 10 // pages, of 512 bytes mostly
	if len(p.pages) >= keep {
		clear(p.pages)
	}
	p.pages[off] = g
	return g, nil
}

// maxPSTLevels bounds the height of a tree: 20 entries a page make 20^8 leaves.
const maxPSTLevels = 8

// pstNode is an object: the block of its bytes and the one that lists its subnodes.
type pstNode struct {
	id, parent uint32
	data, sub  uint64
}

// kind is the kind of the object ([MS-PST] 2.2.2.1).
func (n pstNode) kind() uint32 { return n.id & 0x1F }

const (
	pstFolder     = 0x02
	pstMessage    = 0x04
	pstAttachment = 0x05
)

// allNodes lists the nodes of the store. What lies below a broken page is missing:
// the error says so, and the other nodes are there.
func (p *pstFile) allNodes() ([]pstNode, error) {
	var list []pstNode
	var broken error
	seen := make(map[int64]bool)
	var walk func(off int64, level int)
	walk = func(off int64, level int) {
		if seen[off] {
			broken = errPSTPage
			return
		}
		seen[off] = true
		g, err := p.readPage(off, pstNodePage)
		if err == nil && level >= 0 && g.level != level {
			err = errPSTPage
		}
		if err != nil {
			broken = err
			return
		}
		w := p.layout.word
		for i := range g.len() {
			e := g.at(i)
			if g.level > 0 {
				walk(int64(p.number(e[2*w:])), g.level-1)
				continue
			}
			list = append(list, pstNode{id: le.Uint32(e), data: p.number(e[w:]), sub: p.number(e[2*w:]), parent: le.Uint32(e[3*w:])})
		}
	}
	walk(p.nodes, -1)
	return list, broken
}

// pstBlock says where a block lies.
type pstBlock struct {
	off         int64
	size, plain int // bytes in the file and once inflated
}

// find looks a block up.
func (p *pstFile) find(bid uint64) (pstBlock, error) {
	bid &^= 1
	w := p.layout.word
	off := p.blocks
	for range maxPSTLevels + 1 {
		g, err := p.readPage(off, pstBlockPage)
		if err != nil {
			return pstBlock{}, err
		}
		i := sort.Search(g.len(), func(i int) bool { return p.number(g.at(i))&^1 > bid }) - 1
		if i < 0 {
			break
		}
		e := g.at(i)
		if g.level > 0 {
			off = int64(p.number(e[2*w:]))
			continue
		}
		if p.number(e)&^1 != bid {
			break
		}
		b := pstBlock{off: int64(p.number(e[w:])), size: int(le.Uint16(e[2*w:]))}
		b.plain = b.size
		if p.layout.deflated {
			b.plain = int(le.Uint16(e[2*w+2:]))
		}
		return b, nil
	}
	return pstBlock{}, errPSTBlock
}

// block returns the content of a block.
func (p *pstFile) block(bid uint64) ([]byte, error) {
	at, err := p.find(bid)
	if err != nil {
		return nil, err
	}
	trailer := int64(p.layout.trailer)
	whole := (int64(at.size) + trailer + p.layout.align - 1) &^ (p.layout.align - 1)
	if at.off <= 0 || at.off > p.size-int64(at.size) {
		return nil, errPSTBlock
	}
	b := make([]byte, whole)
	n, err := p.r.ReadAt(b, at.off)
	if n < at.size {
		return nil, orUnexpected(err)
	}
	data := b[:at.size:at.size]
	if n == len(b) && !p.layout.deflated {
		if err := p.verify(data, b[whole-trailer:], bid); err != nil {
			return nil, err
		}
	}
	if at.plain != at.size {
		z, err := zlib.NewReader(bytes.NewReader(data))
		if err != nil {
			return nil, errPSTBlock
		}
		data = make([]byte, at.plain)
		if _, err := io.ReadFull(z, data); err != nil {
			return nil, errPSTBlock
		}
	}
	if !pstInternal(bid) {
		pstDecode(data, p.method, bid)
	}
	return data, p.charge(int64(len(data)))
}

// pstInternal reports whether a block lists others: such are never encoded.
func pstInternal(bid uint64) bool { return bid&2 != 0 }

// verify compares what the trailer of a block says ([MS-PST] 2.2.2.8.1) with what
// the tree says of it. A wrong sum is remembered only: most of the block is right.
func (p *pstFile) verify(data, trailer []byte, bid uint64) error {
	sum, number := trailer[4:], trailer[8:]
	if p.layout.word == 4 {
		sum, number = number, sum
	}
	if p.number(number)&^1 != bid&^1 || int(le.Uint16(trailer)) != len(data) {
		return errPSTBlock
	}
	if want := le.Uint32(sum); want != 0 && want != ^crc32.Update(^uint32(0), crc32.IEEETable, data) {
		p.damaged = true
	}
	return nil
}

// maxPSTBlocks bounds the blocks of one stream: 8 KiB each make 8 GiB.
const maxPSTBlocks = 1 << 20

// stream lists the blocks of the stream that starts at bid ([MS-PST] 2.2.2.8.3.2).
func (p *pstFile) stream(bid uint64) ([]uint64, error) {
	switch {
	case bid == 0:
		return nil, nil
	case !pstInternal(bid):
		return []uint64{bid}, nil
	}
	top, level, err := p.list(bid)
	if err != nil || level == 1 {
		return top, err
	}
	var all []uint64
	for _, sub := range top {
		below, level, err := p.list(sub)
		if err != nil {
			return all, err
		}
		if level != 1 || len(all) > maxPSTBlocks {
			return all, errPSTBlock
		}
		all = append(all, below...)
	}
	return all, nil
}

// list reads a block that lists blocks, and its level: 1, or 2 for a list of lists.
func (p *pstFile) list(bid uint64) ([]uint64, int, error) {
	b, err := p.block(bid)
	if err != nil {
		return nil, 0, err
	}
	const streamList = 1
	if !pstInternal(bid) || len(b) < 8 || b[0] != streamList || b[1] < 1 || b[1] > 2 {
		return nil, 0, errPSTBlock
	}
	w := p.layout.word
	count := min(int(le.Uint16(b[2:])), (len(b)-8)/w)
	all := make([]uint64, count)
	for i := range all {
		all[i] = p.number(b[8+i*w:])
	}
	return all, int(b[1]), nil
}

// read reads the stream at bid whole, at most limit bytes of it.
func (p *pstFile) read(bid uint64, limit int) ([]byte, error) {
	blocks, err := p.stream(bid)
	var all []byte
	for _, id := range blocks {
		if len(all) >= limit {
			return all[:limit], err
		}
		b, blockErr := p.block(id)
		if blockErr != nil {
			return all, blockErr
		}
		all = append(all, b...)
	}
	return all, err
}

// pstReader reads a stream block by block. It ends in an error where a block was
// damaged, after all of it was read.
type pstReader struct {
	p      *pstFile
	blocks []uint64
	ahead  []byte
	err    error
}

func (p *pstFile) reader(bid uint64) io.Reader {
	blocks, err := p.stream(bid)
	p.damaged = false
	return &pstReader{p: p, blocks: blocks, err: err}
}

func (r *pstReader) Read(b []byte) (int, error) {
	for len(r.ahead) == 0 {
		switch {
		case len(r.blocks) == 0 && r.err != nil:
			return 0, r.err
		case len(r.blocks) == 0 && r.p.damaged:
			return 0, errPSTSum
		case len(r.blocks) == 0:
			return 0, io.EOF
		}
		var err error
		if r.ahead, err = r.p.block(r.blocks[0]); err != nil {
			return 0, err
		}
		r.blocks = r.blocks[1:]
	}
	n := copy(b, r.ahead)
	r.ahead = r.ahead[n:]
	return n, nil
}

// subnodes returns the nodes inside a node, from the block that lists them
// ([MS-PST] 2.2.2.8.3.3). Those that could be read come with an error.
func (p *pstFile) subnodes(bid uint64) (map[uint32]pstNode, error) {
	nodes := make(map[uint32]pstNode)
	if bid == 0 {
		return nodes, nil
	}
	return nodes, p.addSubnodes(bid, nodes, 1)
}

func (p *pstFile) addSubnodes(bid uint64, nodes map[uint32]pstNode, level int) error {
	b, err := p.block(bid)
	if err != nil {
		return err
	}
	w := p.layout.word
	const nodeList = 2
	if !pstInternal(bid) || len(b) < w || b[0] != nodeList || int(b[1]) > level {
		return errPSTBlock
	}
	leaf, count := b[1] == 0, int(le.Uint16(b[2:]))
	size := 2 * w
	if leaf {
		size = 3 * w
	}
	for b = b[w:]; count > 0 && len(b) >= size; b, count = b[size:], count-1 {
		id := le.Uint32(b)
		if leaf {
			nodes[id] = pstNode{id: id, data: p.number(b[w:]), sub: p.number(b[2*w:])}
		} else if subErr := p.addSubnodes(p.number(b[w:]), nodes, level-1); subErr != nil {
			err = subErr
		}
	}
	return err
}
