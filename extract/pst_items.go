package extract

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"slices"
	"strings"

	"poterne"
)

// Nodes that each store has ([MS-PST] 2.4.1).
const (
	pstStoreNode      = 0x21
	pstNamesNode      = 0x61
	pstRecipientsNode = 0x692
)

// pstStore reads the objects of a store.
type pstStore struct {
	*pstFile
	names func(uint16) string
}

// readPST reads a store of Outlook: each message, contact, appointment, task and
// note is a member named by its folder and its number, which stays the same. A
// message that no folder shows any more is read too, as long as the store has it.
func readPST(_ context.Context, in *input, out *emitter) error {
	// A store holds things as they are: its own size is no inflation.
	out.run.allowance += in.size
	p, err := openPST(in, in.size, out.run.charge)
	if err != nil {
		return err
	}
	nodes, broken := p.allNodes()
	s := pstStore{pstFile: p, names: func(uint16) string { return "" }}
	folders := make(map[uint32]pstNode)
	for _, n := range nodes {
		switch {
		case n.id == pstStoreNode:
			if c, err := p.properties(n); err == nil {
				out.property("name", newMAPIItem(c, out, s.names).text(0x3001))
			}
		case n.id == pstNamesNode:
			if c, err := p.properties(n); err == nil {
				m := newMAPIItem(c, out, s.names)
				s.names = mapiNames(m.value(0x0003<<16|mapiBinary), m.value(0x0004<<16|mapiBinary))
			}
		case n.kind() == pstFolder:
			folders[n.id] = n
		}
	}
	paths := s.paths(folders, out)
	for _, id := range sortedKeys(paths) {
		if !out.property("folder", paths[id]) {
			return nil
		}
	}
	for _, n := range nodes {
		if n.kind() != pstMessage {
			continue
		}
		name := fmt.Sprintf("%d.msg", n.id>>5)
		if dir := paths[n.parent]; dir != "" {
			name = dir + "/" + name
		}
		if err := out.next(s.message(name, n)); err != nil {
			return err
		}
	}
	if broken != nil && out.run.members > 0 {
		return poterne.Fail(poterne.StageExtract, poterne.Partial, broken)
	}
	return broken
}

// paths returns the path of each folder, by its number.
func (s pstStore) paths(folders map[uint32]pstNode, out *emitter) map[uint32]string {
	const deepest = 64 // of folders; a loop of parents ends there
	names := make(map[uint32]string)
	for id, n := range folders {
		if c, err := s.properties(n); err == nil {
			name := newMAPIItem(c, out, s.names).text(0x3001)
			names[id] = strings.NewReplacer("/", "_", `\`, "_").Replace(strings.TrimSpace(name))
		}
	}
	paths := make(map[uint32]string)
	for id := range folders {
		var way []string
		at := id
		for range deepest {
			n, known := folders[at]
			if !known {
				break
			}
			if names[at] != "" {
				way = append(way, names[at])
			}
			if n.parent == at { // the root
				break
			}
			at = n.parent
		}
		slices.Reverse(way)
		paths[id] = strings.Join(way, "/")
	}
	return paths
}

func (s pstStore) message(name string, n pstNode) member {
	return member{name: name, format: "msg", read: func(ctx context.Context, _ *input, out *emitter) error {
		return s.readMessage(ctx, n, out)
	}}
}

// readMessage reads an object of a folder ([MS-PST] 2.4.5).
func (s pstStore) readMessage(ctx context.Context, n pstNode, out *emitter) error {
	s.damaged = false
	c, err := s.properties(n)
	if err != nil {
		return err
	}
	m := newMAPIItem(c, out, s.names)
	m.header()
	if r, ok := c.sub[pstRecipientsNode]; ok {
		rows, h, err := s.table(r)
		for _, row := range rows {
			if !m.recipient(row) {
				return nil
			}
		}
		if err == nil {
			err = h.err
		}
		if err != nil {
			c.fail(err)
		}
	}
	err = m.body(ctx)
	for _, id := range sortedKeys(c.sub) {
		if a := c.sub[id]; a.kind() == pstAttachment && !out.member(s.attachment(a, m.page)) {
			return nil
		}
	}
	switch {
	case err != nil:
		return err
	case m.sealed(len(out.queue)):
		return poterne.Fail(poterne.StageExtract, poterne.Encrypted, nil)
	case c.err != nil:
		return poterne.Fail(poterne.StageExtract, poterne.Partial, failure(c.err).Unwrap())
	case s.damaged:
		return poterne.Fail(poterne.StageExtract, poterne.Partial, errPSTSum)
	}
	return nil
}

// attachment returns a file or a message that is attached ([MS-PST] 2.4.6.2).
func (s pstStore) attachment(n pstNode, page int) member {
	fallback := fmt.Sprintf("pièce-%d", n.id>>5)
	c, err := s.properties(n)
	if err != nil {
		return member{name: fallback, err: failure(err)}
	}
	m := member{name: attachmentName(c, page, fallback)}
	if v := c.values(0x3701<<16 | mapiObj); len(v) > 0 && len(v[0]) >= 4 {
		inner, ok := c.sub[le.Uint32(v[0])]
		if ok && s.isMessage(inner) {
			return s.message(m.name, inner)
		}
		m.open = func() (io.Reader, error) { return s.reader(inner.data), nil } // an object of OLE
		return m
	}
	switch at := c.at[0x3701<<16|mapiBinary]; {
	case at == 0: // a link to a file, no file
		m.err = poterne.Fail(poterne.StageExtract, poterne.Partial, errPSTBlock)
	case at&0x1F == 0:
		b := c.item(at)
		m.size = int64(len(b))
		m.open = func() (io.Reader, error) { return memory{bytes.NewReader(b)}, nil }
	default:
		m.open = func() (io.Reader, error) { return s.reader(c.sub[at].data), nil }
	}
	return m
}

// isMessage reports whether a node has properties and is no stream of bytes.
func (s pstStore) isMessage(n pstNode) bool {
	_, _, err := s.heap(n, 0xBC)
	return err == nil
}

// sortedKeys returns the keys of m in order.
func sortedKeys[V any](m map[uint32]V) []uint32 {
	keys := make([]uint32, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
