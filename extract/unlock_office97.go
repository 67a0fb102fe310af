package extract

import "poterne"

// defaultPPTPassword is the one with which PowerPoint encrypts a presentation that
// only its changes need a password for ([MS-PPT] 2.3.7): everyone opens it.
const defaultPPTPassword = "/01Hannes Ruescher/01"

// maxUnlocked bounds a stream that is decrypted in memory, in bytes: old programs
// of Office write no more than 32 MiB of text.
const maxUnlocked = 256 << 20

// unlocked reads a whole stream, to be decrypted and put back in clear.
func (s storage) unlocked(out *emitter, name string) ([]byte, error) {
	st, err := s.open(s.dir + name)
	if err != nil {
		return nil, err
	}
	if st.size > maxUnlocked {
		return nil, poterne.Fail(poterne.StageExtract, poterne.TooLarge, errTooLarge)
	}
	b := s.read(s.dir+name, maxUnlocked)
	return b, out.run.charge(int64(len(b)))
}

// unlockDOC decrypts a document of Word ([MS-DOC] 2.2.6), whose table stream,
// named table, starts with lKey bytes of the header of encryption. It fails as
// Encrypted where no password fits.
func (s storage) unlockDOC(out *emitter, table string, lKey int64) error {
	const block, head = 512, 68 // the head of the document stays in clear
	b, err := s.unlocked(out, table)
	if err != nil {
		return err
	}
	lKey = min(lKey, int64(len(b)))
	key := unlockRC4(b[:lKey], out.run.x.opts.Passwords)
	if key == nil {
		return poterne.Fail(poterne.StageExtract, poterne.Encrypted, nil)
	}
	for name, clear := range map[string]int64{table: lKey, "WordDocument": head, "Data": 0} {
		b, err := s.unlocked(out, name)
		if err == errNoStream {
			continue
		}
		if err != nil {
			return err
		}
		plain := append([]byte(nil), b[:min(clear, int64(len(b)))]...)
		key.decrypt(b, block)
		copy(b, plain)
		s.replace(s.dir+name, b)
	}
	return nil
}

// sealedPPT reports whether a presentation says that it is encrypted.
func (s storage) sealedPPT() bool {
	user := s.read(s.dir+"Current User", 64)
	return len(user) >= 20 && le.Uint32(user[12:]) == 0xF3D1C4DF
}

// unlockPPT decrypts a presentation ([MS-PPT] 2.3.7): each object that the
// directories list is one block, whose number is its reference. It fails as
// Encrypted where no password fits.
func (s storage) unlockPPT(out *emitter) error {
	const name, reference = "PowerPoint Document", 28
	b, err := s.unlocked(out, name)
	if err != nil {
		return err
	}
	sealed := poterne.Fail(poterne.StageExtract, poterne.Encrypted, nil)
	where := make(map[uint32]int64)
	var session uint32
	at := int64(le.Uint32(s.read(s.dir+"Current User", 64)[16:]))
	p := &pptFile{r: inMemory(b), size: int64(len(b))}
	for seen := make(map[int64]bool); at > 0 && !seen[at]; {
		seen[at] = true
		edit, ok := p.record(at, pptUserEdit)
		if !ok || len(edit) < 16 {
			return sealed
		}
		if len(edit) >= reference+4 && session == 0 {
			session = le.Uint32(edit[reference:])
		}
		older := make(map[uint32]int64)
		if list, ok := p.record(int64(le.Uint32(edit[12:])), pptPersist); ok {
			p.directory(int64(le.Uint32(edit[12:]))+8, int64(len(list)), older)
		}
		for ref, off := range older {
			if _, newer := where[ref]; !newer {
				where[ref] = off
			}
		}
		at = int64(le.Uint32(edit[8:]))
	}
	header, ok := p.record(where[session], pptCrypt)
	if !ok {
		return sealed
	}
	key := unlockRC4(header, out.run.x.opts.Passwords)
	if key == nil {
		return sealed
	}
	le.PutUint16(b[where[session]+2:], 0) // it is read as if it had never been
	for ref, off := range where {
		if ref == session || off < 0 || off+8 > int64(len(b)) {
			continue
		}
		var head [8]byte
		copy(head[:], b[off:])
		key.one(head[:], ref)
		key.one(b[off:min(int64(len(b)), off+8+int64(le.Uint32(head[4:])))], ref)
	}
	s.replace(s.dir+name, b)
	return nil
}

// record returns the body of the record at off, which must be of the kind.
func (p *pptFile) record(off int64, kind uint16) ([]byte, bool) {
	h, ok := p.head(off)
	if !ok || h.kind != kind || h.size > p.size-off-8 {
		return nil, false
	}
	b := make([]byte, h.size)
	_, err := p.r.ReadAt(b, off+8)
	return b, err == nil
}
