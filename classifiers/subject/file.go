package subject

import (
	"bytes"
	_ "embed"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strings"
)

// A model file is the line fileMagic, the length of the header in four bytes, the
// header as JSON, and sections of little-endian numbers, each with its number of
// elements in four bytes before it.
const fileMagic = "poterne subject 3\n"

//go:embed model.bin
var embedded []byte

// ErrFile says that bytes are no model file that this program can read.
var ErrFile = errors.New("not a model of subjects")

// Open returns the embedded model.
func Open() (*Model, error) { return Read(embedded) }

// Write returns the file of m.
func (m *Model) Write() ([]byte, error) {
	head, err := json.MarshalIndent(m.header, "", " ")
	if err != nil {
		return nil, fmt.Errorf("model header: %w", err)
	}
	var forms []entry
	for i, k := range m.table.keys {
		if k != 0 {
			forms = append(forms, entry{k, m.table.rows[i], m.table.feats[i]})
		}
	}
	out := []byte(fileMagic)
	out = binary.LittleEndian.AppendUint32(out, uint32(len(head)))
	out = append(out, head...)
	words, written := []byte(strings.Join(m.words, "\n")), []byte(strings.Join(m.forms, "\n"))
	for _, section := range []struct {
		n    int
		data any
	}{
		{len(words), words}, {len(written), written}, {len(m.pairs), m.pairs}, {len(m.rarity), m.rarity}, {len(m.weights), m.weights},
		{len(m.rows), m.rows}, {len(m.shapes), m.shapes}, {len(forms), forms},
	} {
		out = binary.LittleEndian.AppendUint32(out, uint32(section.n))
		if out, err = binary.Append(out, binary.LittleEndian, section.data); err != nil {
			return nil, fmt.Errorf("model section: %w", err)
		}
	}
	return out, nil
}

// Read reads a model file. Its errors wrap ErrFile.
func Read(file []byte) (*Model, error) {
	rest, ok := bytes.CutPrefix(file, []byte(fileMagic))
	if !ok {
		return nil, fmt.Errorf("%w: it does not start with %q", ErrFile, strings.TrimSpace(fileMagic))
	}
	d := decoder{rest: rest}
	m := &Model{}
	if err := json.Unmarshal(d.bytes(), &m.header); err != nil {
		return nil, fmt.Errorf("%w: header: %v", ErrFile, err)
	}
	m.words, m.forms = d.lines(), d.lines()
	m.pairs = section(&d, 4, func(b []byte) [2]uint16 { return [2]uint16{little.Uint16(b), little.Uint16(b[2:])} })
	m.rarity = section(&d, 4, func(b []byte) float32 { return math.Float32frombits(little.Uint32(b)) })
	m.weights = section(&d, 2*heads, int16s)
	m.rows = section(&d, 2*heads, int16s)
	m.shapes = section(&d, 4*heads, float32s)
	forms := section(&d, 8, func(b []byte) entry { return entry{little.Uint32(b), little.Uint16(b[4:]), little.Uint16(b[6:])} })
	if d.err != nil {
		return nil, fmt.Errorf("%w: %v", ErrFile, d.err)
	}
	if err := m.valid(); err != nil {
		return nil, fmt.Errorf("%w: %v", ErrFile, err)
	}
	if err := m.index(forms); err != nil {
		return nil, fmt.Errorf("%w: %v", ErrFile, err)
	}
	m.header.hash = hashOf(file)
	return m, nil
}

// valid reports what does not fit together in a file.
func (m *Model) valid() error {
	h := &m.header
	switch {
	case len(h.Categories) == 0 || len(h.Categories) > maxCategories:
		return fmt.Errorf("%d categories", len(h.Categories))
	case len(h.Bias) != heads || len(h.WordScale) != heads || len(h.RowScale) != heads || len(h.Calibrate) != heads:
		return errors.New("the header does not have all heads")
	case len(h.Thresholds) != len(h.Categories) || len(h.Minor) != len(h.Categories) || len(h.Rivals) != len(h.Categories):
		return errors.New("categories and thresholds do not fit")
	case len(m.weights) != len(m.words)+len(m.pairs) || len(m.rarity) != len(m.weights):
		return errors.New("words and weights do not fit")
	case len(m.shapes) != cueValues:
		return fmt.Errorf("%d values of cues, not %d", len(m.shapes), cueValues)
	}
	for _, p := range m.pairs {
		if int(p[0]) >= len(m.words) || int(p[1]) >= len(m.words) {
			return errors.New("a pair names a word that is not there")
		}
	}
	return nil
}

type decoder struct {
	rest []byte
	err  error
}

// take returns the next section of elements of size bytes, and how many there are.
func (d *decoder) take(size int) ([]byte, int) {
	if d.err == nil && len(d.rest) < 4 {
		d.err = errors.New("it ends too early")
	}
	if d.err != nil {
		return nil, 0
	}
	n := binary.LittleEndian.Uint32(d.rest)
	d.rest = d.rest[4:]
	if uint64(n)*uint64(size) > uint64(len(d.rest)) || n > math.MaxInt32 {
		d.err = errors.New("it ends too early")
		return nil, 0
	}
	b := d.rest[:int(n)*size]
	d.rest = d.rest[len(b):]
	return b, int(n)
}

func (d *decoder) bytes() []byte {
	b, _ := d.take(1)
	return b
}

func (d *decoder) lines() []string {
	if b := d.bytes(); len(b) > 0 {
		return strings.Split(string(b), "\n")
	}
	return nil
}

// section reads elements of size bytes. By hand: reflection takes 20 ms of the start of
// each command for the half a million numbers of a model.
func section[T any](d *decoder, size int, read func([]byte) T) []T {
	b, n := d.take(size)
	out := make([]T, n)
	for i := range out {
		out[i] = read(b[i*size:])
	}
	return out
}

var little = binary.LittleEndian

func int16s(b []byte) (v [heads]int16) {
	for h := range v {
		v[h] = int16(little.Uint16(b[2*h:]))
	}
	return v
}

func float32s(b []byte) (v [heads]float32) {
	for h := range v {
		v[h] = math.Float32frombits(little.Uint32(b[4*h:]))
	}
	return v
}
