package ledger

import (
	"encoding/binary"
	"fmt"
	"time"

	"poterne"
)

// stateFormat is the first byte of a file's state before it is sealed.
const stateFormat = 1

// appendState writes what Current needs of a file's record. JSON would do, but
// this is read for each file of each night.
func appendState(dst []byte, r poterne.Record) []byte {
	str := func(s string) {
		dst = binary.AppendUvarint(dst, uint64(len(s)))
		dst = append(dst, s...)
	}
	when := func(t time.Time) {
		dst = binary.AppendVarint(dst, t.Unix())
		dst = binary.AppendUvarint(dst, uint64(t.Nanosecond()))
	}
	dst = append(dst, stateFormat)
	str(r.Share)
	str(r.Path)
	dst = binary.AppendVarint(dst, r.Size)
	when(r.ModTime)
	when(r.ChangeTime)
	dst = binary.AppendUvarint(dst, r.Inode)
	str(r.Owner)
	dst = append(dst, byte(r.Exposure))
	str(r.Format)
	for _, v := range []poterne.Version{r.Stamp.Content, r.Stamp.Extractor, r.Stamp.Rules, r.Stamp.Policy} {
		str(string(v))
	}
	var f poterne.Failure
	if r.Failure != nil {
		f = *r.Failure
	}
	str(string(f.Stage))
	str(string(f.Kind))
	str(r.Run)
	when(r.ScannedAt)
	return dst
}

// readState reads what appendState wrote.
func readState(b []byte) (poterne.Record, error) {
	r, err := parseState(b, poterne.Record{})
	if err == nil {
		r.ID = poterne.NewID(r.Share, r.Path, "")
	}
	return r, err
}

// parseState is readState for who knows the id of the file, and a record that may
// hold the same words: those are not copied again.
func parseState(b []byte, like poterne.Record) (poterne.Record, error) {
	d := decoder{b: b}
	if d.octet() != stateFormat {
		return poterne.Record{}, fmt.Errorf("%w: state of an unknown format", ErrDamaged)
	}
	var r poterne.Record
	r.Share, r.Path = d.str(like.Share), d.str(like.Path)
	r.Size, r.ModTime, r.ChangeTime = d.varint(), d.when(), d.when()
	r.Inode, r.Owner, r.Exposure = d.uvarint(), d.str(like.Owner), poterne.Exposure(d.octet())
	r.Format = d.str(like.Format)
	r.Stamp.Content = poterne.Version(d.str(""))
	r.Stamp.Extractor = poterne.Version(d.str(string(like.Stamp.Extractor)))
	r.Stamp.Rules = poterne.Version(d.str(string(like.Stamp.Rules)))
	r.Stamp.Policy = poterne.Version(d.str(string(like.Stamp.Policy)))
	stage, kind := poterne.Stage(d.str("")), poterne.Kind(d.str(""))
	if kind != "" {
		r.Failure = poterne.Fail(stage, kind, nil)
	}
	r.Run, r.ScannedAt = d.str(like.Run), d.when()
	if d.bad || len(d.b) > 0 {
		return poterne.Record{}, fmt.Errorf("%w: state is cut", ErrDamaged)
	}
	return r, nil
}

// decoder reads fields one after the other; bad stays true after the first that
// is not there.
type decoder struct {
	b   []byte
	bad bool
}

func (d *decoder) fail() { d.bad, d.b = true, nil }

func (d *decoder) uvarint() uint64 {
	n, w := binary.Uvarint(d.b)
	if w <= 0 {
		d.fail()
		return 0
	}
	d.b = d.b[w:]
	return n
}

func (d *decoder) varint() int64 {
	n, w := binary.Varint(d.b)
	if w <= 0 {
		d.fail()
		return 0
	}
	d.b = d.b[w:]
	return n
}

// str reads a string, which is like itself where they are equal.
func (d *decoder) str(like string) string {
	n := d.uvarint()
	if n > uint64(len(d.b)) {
		d.fail()
		return ""
	}
	s := d.b[:n]
	d.b = d.b[n:]
	if string(s) == like {
		return like
	}
	return string(s)
}

func (d *decoder) octet() byte {
	if len(d.b) == 0 {
		d.fail()
		return 0
	}
	c := d.b[0]
	d.b = d.b[1:]
	return c
}

func (d *decoder) when() time.Time {
	sec := d.varint()
	t := time.Unix(sec, int64(d.uvarint())).UTC()
	if t.IsZero() {
		return time.Time{} // the same zero that compares with ==
	}
	return t
}
