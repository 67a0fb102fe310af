package extract

import (
	"bytes"
	"cmp"
	"compress/zlib"
	"hash/crc32"
	"slices"
	"unicode/utf16"
)

// pstWriter writes a store as [MS-PST] says, small pages full of few entries, so
// that trees, lists of blocks and heaps have more than one of each.
type pstWriter struct {
	layout pstLayout
	method byte
	file   []byte
	blocks []pstWritten
	nodes  []pstNode
	next   uint64
}

type pstWritten struct {
	bid uint64
	at  pstBlock
}

const (
	pstWriteBlock = 1000 // bytes of a block that a test fills
	pstWritePage  = 4    // entries of a page
)

func newPSTWriter(l pstLayout, method byte) *pstWriter {
	return &pstWriter{layout: l, method: method, file: make([]byte, 4096), next: 4}
}

func (w *pstWriter) word(b []byte, v uint64) []byte {
	if w.layout.word == 4 {
		return le.AppendUint32(b, uint32(v))
	}
	return le.AppendUint64(b, v)
}

// trailer closes a block or a page, whose number and sum differ in place by age.
func (w *pstWriter) trailer(b []byte, first uint32, sum uint32, bid uint64) []byte {
	b = le.AppendUint32(b, first)
	if w.layout.word == 4 {
		return le.AppendUint32(le.AppendUint32(b, uint32(bid)), sum)
	}
	b = le.AppendUint64(le.AppendUint32(b, sum), bid)
	return append(b, make([]byte, w.layout.trailer-16)...)
}

func pstSum(b []byte) uint32 { return ^crc32.Update(^uint32(0), crc32.IEEETable, b) }

// signature of a block or page ([MS-PST] 5.5).
func pstSignature(off int64, bid uint64) uint32 {
	v := uint32(off) ^ uint32(bid)
	return (v>>16 ^ v) & 0xFFFF
}

// block writes one block and returns its number.
func (w *pstWriter) block(data []byte, internal bool) uint64 {
	bid := w.next
	w.next += 4
	if internal {
		bid |= 2
	}
	data = slices.Clone(data)
	plain := len(data)
	if !internal {
		switch w.method {
		case pstPermute:
			for i, c := range data {
				data[i] = pstForward[c]
			}
		case pstCyclic:
			pstDecode(data, pstCyclic, bid) // its own inverse
		}
	}
	if w.layout.deflated && plain > 64 {
		var b bytes.Buffer
		z := zlib.NewWriter(&b)
		z.Write(data)
		z.Close()
		data = b.Bytes()
	}
	off := int64(len(w.file))
	w.blocks = append(w.blocks, pstWritten{bid, pstBlock{off, len(data), plain}})
	total := (int64(len(data)+w.layout.trailer) + w.layout.align - 1) &^ (w.layout.align - 1)
	b := append(data, make([]byte, total-int64(len(data)+w.layout.trailer))...)
	w.file = append(w.file, w.trailer(b, uint32(len(data))|pstSignature(off, bid)<<16, pstSum(data), bid)...)
	return bid
}

// list writes a block that lists blocks.
func (w *pstWriter) list(level byte, bids []uint64, total int) uint64 {
	b := le.AppendUint32([]byte{1, level, byte(len(bids)), byte(len(bids) >> 8)}, uint32(total))
	for _, id := range bids {
		b = w.word(b, id)
	}
	return w.block(b, true)
}

// stream writes data over as many blocks as it takes.
func (w *pstWriter) stream(data []byte) uint64 {
	var chunks [][]byte
	for c := range slices.Chunk(data, pstWriteBlock) {
		chunks = append(chunks, c)
	}
	return w.chunks(chunks)
}

func (w *pstWriter) chunks(chunks [][]byte) uint64 {
	var bids []uint64
	total := 0
	for _, c := range chunks {
		bids = append(bids, w.block(c, false))
		total += len(c)
	}
	switch {
	case len(bids) == 1:
		return bids[0]
	case len(bids) <= 3:
		return w.list(1, bids, total)
	}
	var lists []uint64
	for c := range slices.Chunk(bids, 3) {
		lists = append(lists, w.list(1, c, total))
	}
	return w.list(2, lists, total)
}

// subnodes writes the list of a node's subnodes, 0 where it has none.
func (w *pstWriter) subnodes(nodes []pstNode) uint64 {
	if len(nodes) == 0 {
		return 0
	}
	slices.SortFunc(nodes, func(a, b pstNode) int { return cmp.Compare(a.id, b.id) })
	head := func(level, count int) []byte {
		return append([]byte{2, byte(level), byte(count), 0}, make([]byte, w.layout.word-4)...)
	}
	var leaves []uint64
	var firsts []uint32
	for c := range slices.Chunk(nodes, 3) {
		b := head(0, len(c))
		for _, n := range c {
			b = w.word(w.word(w.word(b, uint64(n.id)), n.data), n.sub)
		}
		leaves, firsts = append(leaves, w.block(b, true)), append(firsts, c[0].id)
	}
	if len(leaves) == 1 {
		return leaves[0]
	}
	b := head(1, len(leaves))
	for i, bid := range leaves {
		b = w.word(w.word(b, uint64(firsts[i])), bid)
	}
	return w.block(b, true)
}

// pstHeapWriter writes a heap and the subnodes of its node.
type pstHeapWriter struct {
	w      *pstWriter
	blocks [][][]byte // items by block
	size   int
	sub    []pstNode
}

// item adds an item and returns its number.
func (h *pstHeapWriter) item(b []byte) uint32 {
	if len(h.blocks) == 0 || h.size+len(b)+2*len(h.blocks[len(h.blocks)-1]) > pstWriteBlock/2 {
		h.blocks, h.size = append(h.blocks, nil), 0
	}
	at := len(h.blocks) - 1
	h.blocks[at] = append(h.blocks[at], b)
	h.size += len(b)
	return uint32(len(h.blocks[at]))<<5 | uint32(at)<<(5+h.w.layout.heapBits)
}

// value adds a value, as an item or as a subnode.
func (h *pstHeapWriter) value(b []byte) uint32 {
	if len(b) <= 200 {
		return h.item(b)
	}
	id := uint32(len(h.sub)+1)<<5 | 0x1F
	h.sub = append(h.sub, pstNode{id: id, data: h.w.stream(b)})
	return id
}

// tree adds a tree of records of one key and size; more than a few make two levels.
func (h *pstHeapWriter) tree(key, size int, records [][]byte) uint32 {
	slices.SortFunc(records, func(a, b []byte) int { return cmp.Compare(le.Uint16(a), le.Uint16(b)) })
	const leaf = 5
	var index []byte
	level := byte(0)
	var root uint32
	for c := range slices.Chunk(records, leaf) {
		root = h.item(bytes.Join(c, nil))
		index = le.AppendUint32(append(index, c[0][:key]...), root)
	}
	if len(records) > leaf {
		root, level = h.item(index), 1
	}
	return h.item(le.AppendUint32([]byte{0xB5, byte(key), byte(size), level}, root))
}

// finish writes the heap, whose root is an item, and returns it as a node.
func (h *pstHeapWriter) finish(kind byte, root uint32) pstNode {
	var chunks [][]byte
	for i, items := range h.blocks {
		b := make([]byte, 2)
		if i == 0 {
			b = append(b, 0xEC, kind)
			b = append(le.AppendUint32(b, root), 0, 0, 0, 0)
		}
		var starts []byte
		for _, item := range items {
			starts = le.AppendUint16(starts, uint16(len(b)))
			b = append(b, item...)
		}
		starts = le.AppendUint16(starts, uint16(len(b)))
		if len(b)%2 != 0 {
			b = append(b, 0)
		}
		le.PutUint16(b, uint16(len(b)))
		b = le.AppendUint32(b, uint32(len(items)))
		chunks = append(chunks, append(b, starts...))
	}
	return pstNode{data: h.w.chunks(chunks), sub: h.w.subnodes(h.sub)}
}

// pstValue is a property to write.
type pstValue struct {
	tag uint32
	v   []byte
}

// properties writes the properties of a node, with more subnodes beside those of
// its large values.
func (w *pstWriter) properties(sub []pstNode, values ...pstValue) pstNode {
	h := &pstHeapWriter{w: w, sub: slices.Clone(sub)}
	h.item(nil) // the root of a heap is rarely its first item
	var records [][]byte
	for _, v := range values {
		r := le.AppendUint16(le.AppendUint16(nil, uint16(v.tag>>16)), uint16(v.tag))
		switch {
		case pstInline(v.tag):
			r = append(r, append(v.v, make([]byte, 4-len(v.v))...)...)
		case v.tag == 0x3701<<16|mapiBinary && len(v.v) == 4 && le.Uint32(v.v)&0x1F != 0:
			r = append(r, v.v...) // a subnode of the caller's
		default:
			r = le.AppendUint32(r, h.value(v.v))
		}
		records = append(records, r)
	}
	return h.finish(0xBC, h.tree(2, 6, records))
}

// table writes a table of texts: one column for each tag.
func (w *pstWriter) table(tags []uint32, rows ...[]string) pstNode {
	h := &pstHeapWriter{w: w}
	size := 4 + 4*len(tags) // a number of the row, the cells
	var matrix, index []byte
	for i, row := range rows {
		r := le.AppendUint32(nil, uint32(i))
		bits := byte(0)
		for c, text := range row {
			id := uint32(0)
			if text != "" {
				id = h.value(pstText(text))
				bits |= 0x80 >> (c + 1)
			}
			r = le.AppendUint32(r, id)
		}
		matrix = append(append(matrix, r...), bits|0x80)
		index = w.word(le.AppendUint32(index, uint32(i)), uint64(i))[:len(index)+8]
	}
	info := []byte{0x7C, byte(len(tags) + 1)}
	for _, n := range []int{size, size, size, size + 1} {
		info = le.AppendUint16(info, uint16(n))
	}
	var at uint32
	if len(rows) > 1 {
		at = 0x7F
		var chunks [][]byte
		for c := range slices.Chunk(matrix, size+1) {
			chunks = append(chunks, append(c, 9, 9, 9)) // what fills a block is no row
		}
		h.sub = append(h.sub, pstNode{id: at, data: w.chunks(chunks)})
	} else {
		at = h.item(matrix)
	}
	var records [][]byte
	for c := range slices.Chunk(index, 8) {
		records = append(records, c)
	}
	info = le.AppendUint32(info, h.tree(4, 4, records))
	info = le.AppendUint32(le.AppendUint32(info, at), 0)
	info = append(le.AppendUint32(info, 0x67F20003), 0, 0, 4, 0)
	for i, tag := range tags {
		info = append(le.AppendUint32(info, tag), byte(4+4*i), 0, 4, byte(i+1))
	}
	return h.finish(0x7C, h.item(info))
}

// add adds an object of the store.
func (w *pstWriter) add(id, parent uint32, n pstNode) {
	n.id, n.parent = id, parent
	w.nodes = append(w.nodes, n)
}

// page writes a page of a tree and returns its number and offset.
func (w *pstWriter) page(kind byte, level int, entries [][]byte) (bid uint64, off int64) {
	bid = w.next
	w.next += 4
	for len(w.file)%w.layout.page != 0 {
		w.file = append(w.file, 0)
	}
	off = int64(len(w.file))
	b := make([]byte, w.layout.count)
	copy(b, bytes.Join(entries, nil))
	size := byte(len(entries[0]))
	if w.layout.deflated {
		b = append(b, byte(len(entries)), 0, byte(w.layout.count/int(size)), 0, size, byte(level))
	} else {
		b = append(b, byte(len(entries)), byte(w.layout.count/int(size)), size, byte(level))
	}
	b = append(b, make([]byte, w.layout.page-w.layout.trailer-len(b))...)
	w.file = append(w.file, w.trailer(b, uint32(kind)|uint32(kind)<<8|pstSignature(off, bid)<<16, pstSum(b), bid)...)
	return bid, off
}

// pages writes a tree of entries that start with their key, and returns its root.
func (w *pstWriter) pages(kind byte, entries [][]byte) (bid uint64, off int64) {
	for level := 0; ; level++ {
		var above [][]byte
		for c := range slices.Chunk(entries, pstWritePage) {
			bid, off = w.page(kind, level, c)
			key := slices.Clone(c[0][:w.layout.word])
			above = append(above, w.word(w.word(key, bid), uint64(off)))
		}
		if len(above) == 1 {
			return bid, off
		}
		entries = above
	}
}

// finish writes both trees and the header.
func (w *pstWriter) finish() []byte {
	slices.SortFunc(w.nodes, func(a, b pstNode) int { return cmp.Compare(a.id, b.id) })
	var nodes, blocks [][]byte
	for _, n := range w.nodes {
		e := w.word(w.word(w.word(nil, uint64(n.id)), n.data), n.sub)
		nodes = append(nodes, w.word(e, uint64(n.parent)))
	}
	slices.SortFunc(w.blocks, func(a, b pstWritten) int { return cmp.Compare(a.bid, b.bid) })
	for _, b := range w.blocks {
		e := le.AppendUint16(w.word(w.word(nil, b.bid), uint64(b.at.off)), uint16(b.at.size))
		if w.layout.deflated {
			e = le.AppendUint16(e, uint16(b.at.plain))
		}
		e = le.AppendUint16(e, 2)
		blocks = append(blocks, append(e, make([]byte, -len(e)&(w.layout.word-1))...))
	}
	nodeBID, nodeOff := w.pages(pstNodePage, nodes)
	blockBID, blockOff := w.pages(pstBlockPage, blocks)
	head := append([]byte("!BDN\x00\x00\x00\x00SM"), make([]byte, 554)...)
	root, version := 164, 15
	switch {
	case w.layout.deflated:
		root, version = 180, 36
	case w.layout.word == 8:
		root, version = 180, 23
	}
	le.PutUint16(head[10:], uint16(version))
	le.PutUint16(head[12:], 19)
	head[14], head[15] = 1, 1
	// Size, last allocation map, free bytes; then both roots, each a number and an offset.
	at := w.word(nil, uint64(len(w.file)))
	at = w.word(w.word(w.word(at, 0), 0), 0)
	at = w.word(w.word(w.word(w.word(at, nodeBID), uint64(nodeOff)), blockBID), uint64(blockOff))
	copy(head[root+4:], at)
	if w.layout.word == 4 {
		head[460], head[461] = 0x80, w.method
	} else {
		head[512], head[513] = 0x80, w.method
	}
	le.PutUint32(head[4:], pstSum(head[8:8+471]))
	if w.layout.word == 8 {
		le.PutUint32(head[524:], pstSum(head[8:8+516]))
	}
	copy(w.file, head)
	return w.file
}

// pstText is a text as a store has it.
func pstText(s string) []byte {
	var b []byte
	for _, c := range utf16.Encode([]rune(s)) {
		b = le.AppendUint16(b, c)
	}
	return b
}
