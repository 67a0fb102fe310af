package main

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"hash/fnv"
	"io"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// rounds is how many damaged versions are made of each file: half of them cut,
// half with wrong bits.
const rounds = 10

// largestDamaged is the size up to which files are chosen, in bytes: what a reader
// does with damage does not depend on size.
const largestDamaged = 2 << 20

// damaged runs the program over damaged versions of some files of the corpus. It
// fails where the program dies, hangs, or leaves a file without a line.
func damaged(program, corpus string, files int, references []reference) error {
	chosen := choose(corpus, files, references)
	if len(chosen) == 0 {
		return errors.New("no file of the corpus is small enough")
	}
	kinds := map[string]int{}
	var all cost
	for round := range rounds {
		dir, err := os.MkdirTemp("", "extracteval-*")
		if err != nil {
			return err
		}
		c, err := damagedRound(program, dir, corpus, chosen, round, kinds)
		os.RemoveAll(dir)
		if err != nil {
			return fmt.Errorf("round %d: %w", round, err)
		}
		all.cpu, all.wall, all.peak = all.cpu+c.cpu, all.wall+c.wall, max(all.peak, c.peak)
	}
	fmt.Printf("| issue | fichiers |\n|---|---|\n")
	for _, k := range slices.Sorted(maps.Keys(kinds)) {
		fmt.Printf("| %s | %d |\n", cmp.Or(k, "lu en entier"), kinds[k])
	}
	fmt.Printf("\n%d versions abîmées de %d fichiers, chacune avec son issue. %s\n", rounds*len(chosen), len(chosen), all)
	if all.peak > 1500<<20 {
		return fmt.Errorf("%d MB at once", all.peak>>20)
	}
	return nil
}

// choose takes files of all formats in turn, the same ones each time.
func choose(corpus string, n int, references []reference) []string {
	byFormat := map[string][]string{}
	for _, r := range references {
		info, err := os.Stat(filepath.Join(corpus, filepath.FromSlash(r.Path)))
		if err == nil && info.Size() > 0 && info.Size() <= largestDamaged {
			byFormat[r.Format] = append(byFormat[r.Format], r.Path)
		}
	}
	for _, paths := range byFormat {
		slices.SortFunc(paths, func(a, b string) int { return cmp.Compare(hashOf(a), hashOf(b)) })
	}
	var chosen []string
	for i := 0; len(chosen) < n; i++ {
		before := len(chosen)
		for _, f := range slices.Sorted(maps.Keys(byFormat)) {
			if paths := byFormat[f]; i < len(paths) && len(chosen) < n {
				chosen = append(chosen, paths[i])
			}
		}
		if len(chosen) == before {
			break
		}
	}
	return chosen
}

func hashOf(s string) uint64 {
	h := fnv.New64a()
	io.WriteString(h, s)
	return h.Sum64()
}

// damage returns a version of b: cut in even rounds, with wrong bits in odd ones.
func damage(b []byte, round int, seed uint64) []byte {
	r := rand.New(rand.NewPCG(seed, uint64(round)))
	if round%2 == 0 {
		return b[:r.IntN(len(b))]
	}
	out := slices.Clone(b)
	for range 1 + r.IntN(1+len(b)/2048) {
		out[r.IntN(len(out))] ^= 1 << r.IntN(8)
	}
	return out
}

func damagedRound(program, dir, corpus string, chosen []string, round int, kinds map[string]int) (cost, error) {
	missing := map[string]bool{}
	for i, path := range chosen {
		b, err := os.ReadFile(filepath.Join(corpus, filepath.FromSlash(path)))
		if err != nil {
			return cost{}, err
		}
		name := fmt.Sprintf("%04d%s", i, filepath.Ext(path))
		if err := os.WriteFile(filepath.Join(dir, name), damage(b, round, hashOf(path)), 0o600); err != nil {
			return cost{}, err
		}
		missing[name] = true
	}
	var hung error
	began := time.Now()
	c, err := runExtract(program, dir, func(r io.Reader) error {
		for d := json.NewDecoder(r); ; {
			var l line
			if err := d.Decode(&l); errors.Is(err, io.EOF) {
				return nil
			} else if err != nil {
				return err
			}
			if name, _, member := strings.Cut(l.Path, "!"); !member && missing[name] {
				delete(missing, name)
				kinds[l.Failure]++
			}
		}
	})
	// Each file may take 20 s and more; all of them together never came near.
	if time.Since(began) > time.Duration(len(chosen))*10*time.Second {
		hung = fmt.Errorf("took %v", time.Since(began))
	}
	if len(missing) > 0 {
		return c, errors.Join(err, fmt.Errorf("%d files without a line: %v", len(missing), slices.Sorted(maps.Keys(missing))))
	}
	return c, errors.Join(err, hung)
}
