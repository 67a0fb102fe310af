package extract

import (
	"errors"

	"poterne"
)

var errPSTHeap = errors.New("pst: broken heap of a node")

// pstHeap is the heap of a node ([MS-PST] 2.3.1): small items in its blocks, named
// by the number of the block and their own.
type pstHeap struct {
	p      *pstFile
	blocks []uint64
	cache  map[int][]byte
	sub    map[uint32]pstNode // of the same node: items too large for the heap
	err    error              // the first
}

// maxPSTHeap bounds the blocks of one heap, which stay in memory: 8 KiB each make
// 32 MiB, more than the properties of ten thousand recipients.
const maxPSTHeap = 4096

// heap opens the heap of a node, of the type that its header must say.
func (p *pstFile) heap(n pstNode, kind byte) (h *pstHeap, root uint32, err error) {
	h = &pstHeap{p: p, cache: make(map[int][]byte)}
	if h.blocks, err = p.stream(n.data); err != nil {
		return nil, 0, err
	}
	if len(h.blocks) > maxPSTHeap {
		return nil, 0, poterne.Fail(poterne.StageExtract, poterne.TooLarge, errPSTHeap)
	}
	b := h.block(0)
	switch {
	case h.err != nil:
		return nil, 0, h.err
	case len(b) < 12 || b[2] != 0xEC || b[3] != kind:
		return nil, 0, errPSTHeap
	}
	h.sub, h.err = p.subnodes(n.sub)
	return h, le.Uint32(b[4:]), nil
}

func (h *pstHeap) fail(err error) {
	if h.err == nil {
		h.err = err
	}
}

// block returns the block i, nil where it cannot be read.
func (h *pstHeap) block(i int) []byte {
	if b, ok := h.cache[i]; ok {
		return b
	}
	var b []byte
	if i < len(h.blocks) {
		var err error
		if b, err = h.p.block(h.blocks[i]); err != nil {
			h.fail(err)
		}
	} else {
		h.fail(errPSTHeap)
	}
	h.cache[i] = b
	return b
}

// item returns an item of the heap.
func (h *pstHeap) item(id uint32) []byte {
	const kindBits = 5
	i := int(id >> kindBits & (1<<h.p.layout.heapBits - 1))
	b := h.block(int(id >> (kindBits + h.p.layout.heapBits)))
	if id == 0 || len(b) < 2 {
		return nil
	}
	// The map of a block: how many items, how many of them are freed, where each starts.
	at := int(le.Uint16(b))
	if at+4 > len(b) {
		h.fail(errPSTHeap)
		return nil
	}
	m := b[at:]
	if i < 1 || i > int(le.Uint16(m)) || 4+2*i+2 > len(m) {
		h.fail(errPSTHeap)
		return nil
	}
	start, end := int(le.Uint16(m[2+2*i:])), int(le.Uint16(m[4+2*i:]))
	if start > end || end > len(b) {
		h.fail(errPSTHeap)
		return nil
	}
	return b[start:end:end]
}

// value returns an item of the heap or, by the number's kind, a whole subnode, at
// most [maxMAPIText] bytes of it.
func (h *pstHeap) value(id uint32) []byte {
	if id&0x1F == 0 {
		return h.item(id)
	}
	n, ok := h.sub[id]
	if !ok {
		h.fail(errPSTBlock)
		return nil
	}
	b, err := h.p.read(n.data, maxMAPIText)
	if err != nil {
		h.fail(err)
	}
	return b
}

// records calls f with each record of the tree in the heap ([MS-PST] 2.3.2): key
// bytes of a key, then size bytes.
func (h *pstHeap) records(id uint32, key, size int, f func(record []byte)) {
	b := h.item(id)
	if len(b) < 8 || b[0] != 0xB5 || int(b[1]) != key || int(b[2]) != size || b[3] > maxPSTLevels {
		h.fail(errPSTHeap)
		return
	}
	left := len(h.blocks) * (1 << 10) // items that the heap can have
	var walk func(id uint32, level byte)
	walk = func(id uint32, level byte) {
		step := key + size
		if level > 0 {
			step = key + 4
		}
		for b := h.item(id); len(b) >= step && left > 0; b = b[step:] {
			left--
			if level > 0 {
				walk(le.Uint32(b[key:]), level-1)
				continue
			}
			f(b[:step])
		}
	}
	if root := le.Uint32(b[4:]); root != 0 {
		walk(root, b[3])
	}
}

// pstProperties are the properties of a node ([MS-PST] 2.3.3).
type pstProperties struct {
	*pstHeap
	order []uint32
	at    map[uint32]uint32 // tag → the value, or where it is
}

func (p *pstFile) properties(n pstNode) (*pstProperties, error) {
	h, root, err := p.heap(n, 0xBC)
	if err != nil {
		return nil, err
	}
	c := &pstProperties{pstHeap: h, at: make(map[uint32]uint32)}
	h.records(root, 2, 6, func(r []byte) {
		tag := uint32(le.Uint16(r))<<16 | uint32(le.Uint16(r[2:]))
		c.order = append(c.order, tag)
		c.at[tag] = le.Uint32(r[4:])
	})
	return c, nil
}

func (c *pstProperties) tags() []uint32 { return c.order }

func (c *pstProperties) values(tag uint32) [][]byte {
	at, ok := c.at[tag]
	if !ok {
		return nil
	}
	if pstInline(tag) {
		return [][]byte{le.AppendUint32(nil, at)}
	}
	return c.typed(tag, at)
}

// pstInline reports whether the type of a property has at most four bytes.
func pstInline(tag uint32) bool {
	switch tag & 0xFFFF {
	case 0x0002, mapiInt, 0x0004, 0x000A, 0x000B:
		return true
	}
	return false
}

// typed returns the values of a property that lies in the heap or a subnode.
func (h *pstHeap) typed(tag, at uint32) [][]byte {
	if at == 0 {
		return nil
	}
	b := h.value(at)
	switch tag & 0xFFFF {
	case mapiMany | mapiString, mapiMany | mapiString8, mapiMany | mapiBinary:
		return pstList(b)
	}
	return [][]byte{b}
}

// pstList cuts several values of variable size: their number, where each starts,
// then the values.
func pstList(b []byte) [][]byte {
	if len(b) < 4 {
		return nil
	}
	count := min(int64(le.Uint32(b)), int64(len(b)-4)/4)
	var all [][]byte
	for i := range count {
		start, end := int64(le.Uint32(b[4+4*i:])), int64(len(b))
		if i+1 < count {
			end = int64(le.Uint32(b[8+4*i:]))
		}
		if start <= end && end <= int64(len(b)) {
			all = append(all, b[start:end])
		}
	}
	return all
}

// pstRow is a row of a table of a node ([MS-PST] 2.3.4).
type pstRow struct {
	*pstHeap
	columns []byte // descriptions of eight bytes
	row     []byte
	bitmap  int // offset in the row of the bits that say which cells there are
}

// maxPSTRows bounds the rows of a table, which stay in memory: the tables that are
// read list the recipients of one message.
const maxPSTRows = 100_000

// table returns the rows of the table of a node. What the heap could not give is
// missing; the error of the heap says so.
func (p *pstFile) table(n pstNode) ([]pstRow, *pstHeap, error) {
	h, root, err := p.heap(n, 0x7C)
	if err != nil {
		return nil, nil, err
	}
	info := h.item(root)
	const header, column = 22, 8
	if len(info) < header || info[0] != 0x7C || len(info) < header+column*int(info[1]) {
		return nil, nil, errPSTHeap
	}
	bitmap, size := int(le.Uint16(info[6:])), int(le.Uint16(info[8:]))
	if size == 0 || bitmap > size {
		return nil, nil, errPSTHeap
	}
	r := pstRow{pstHeap: h, columns: info[header : header+column*int(info[1])], bitmap: bitmap}
	var rows []pstRow
	add := func(b []byte) {
		for ; len(b) >= size; b = b[size:] {
			if len(rows) == maxPSTRows {
				h.fail(errPSTHeap)
				return
			}
			r.row = b[:size]
			rows = append(rows, r)
		}
	}
	switch id := le.Uint32(info[14:]); {
	case id == 0:
	case id&0x1F == 0:
		add(h.item(id))
	default: // rows do not run across blocks
		blocks, err := p.stream(h.sub[id].data)
		if err != nil {
			h.fail(err)
		}
		for _, bid := range blocks[:min(len(blocks), maxPSTHeap)] {
			b, err := p.block(bid)
			if err != nil {
				h.fail(err)
			}
			add(b)
		}
	}
	return rows, h, nil
}

func (r pstRow) tags() []uint32 {
	var list []uint32
	for c := r.columns; len(c) >= 8; c = c[8:] {
		list = append(list, le.Uint32(c))
	}
	return list
}

func (r pstRow) values(tag uint32) [][]byte {
	for c := r.columns; len(c) >= 8; c = c[8:] {
		if le.Uint32(c) != tag {
			continue
		}
		at, size, bit := int(le.Uint16(c[4:])), int(c[6]), int(c[7])
		if r.bitmap+bit/8 >= len(r.row) || r.row[r.bitmap+bit/8]>>(7-bit%8)&1 == 0 || at+size > len(r.row) {
			return nil
		}
		v := r.row[at : at+size]
		switch tag & 0xFFFF {
		case 0x0002, mapiInt, 0x0004, 0x000A, 0x000B, 0x0005, 0x0006, 0x0007, 0x0014, mapiTime:
			return [][]byte{v}
		}
		if size != 4 {
			return nil
		}
		return r.typed(tag, le.Uint32(v))
	}
	return nil
}
