// Package hostile makes files that try to exhaust, trap or crash whatever reads
// them: bombs, loops, endless nesting, lies about sizes, cut files.
//
// They are made in memory, and written by tests into temporary folders only: none
// is committed. Each is small (at most 8 MiB); what it unfolds to is not.
package hostile

import "fmt"

// File is one hostile file.
type File struct {
	Name string // with the extension it claims to have
	Data []byte
	// Unfolds is how many bytes a careless reader would produce, 0 where the file
	// traps by other means than size.
	Unfolds int64
}

// All returns every hostile file but the cut ones, which Cuts makes from a good
// file. Names are distinct.
func All() []File {
	return []File{
		FlatBomb(), NestedBomb(), OverlappingBomb(), Traversal(),
		Laughs(), DeepTables(), SparseSheet(), RepeatedCells(), HugeSharedString(), CyclicParts(),
		FATLoop(), DirectoryLoop(),
		KidsLoop(), PreviousLoop(), StreamBomb(), DeepArray(),
		DeepJSON(), DeepRTF(), DeepHTML(), DeepMail(), OneLine(),
	}
}

// Cuts returns a good file cut short at several places, down to nothing. The name
// tells how many bytes are left.
func Cuts(name string, data []byte) []File {
	var out []File
	for _, n := range []int{0, 1, 4, 512, len(data) / 4, len(data) / 2, len(data) * 3 / 4, len(data) - 22, len(data) - 1} {
		if n >= 0 && n < len(data) {
			out = append(out, File{Name: fmt.Sprintf("%d-%s", n, name), Data: data[:n:n]})
		}
	}
	return out
}
