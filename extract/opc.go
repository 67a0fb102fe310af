package extract

import (
	"archive/zip"
	"context"
	"errors"
	"fmt"
	"io"
	"path"
	"sort"
	"strings"

	"poterne"
)

// opc is an open package of parts (ECMA-376 part 2; ODF packages are read the
// same way). Parts are found by name in any case and with either slash, as
// writers differ.
type opc struct {
	in    *input
	out   *emitter
	parts map[string]*packed
	names []string        // keys of parts, sorted
	done  map[string]bool // parts that were read
	cut   bool            // the directory was lost: parts come from their own heads
}

// packed is one part as it lies in a zip.
type packed struct {
	name string // as written
	size int64  // as declared
	open func() (io.ReadCloser, error)
	// encrypted says that the zip itself encrypts the part.
	encrypted bool
}

// maxParts bounds the parts of one package; the largest seen has 4,000.
const maxParts = 100_000

var errNoPart = errors.New("no such part")

// openOPC opens the package of in. One that has lost its directory is read from
// the heads of its parts, as far as they go.
func openOPC(in *input, out *emitter) (*opc, error) {
	p := &opc{in: in, out: out, parts: make(map[string]*packed), done: make(map[string]bool)}
	zr, err := zip.NewReader(in, in.size)
	switch {
	case err == nil:
		if len(zr.File) > maxParts {
			return nil, poterne.Fail(poterne.StageExtract, poterne.TooLarge, errors.New("too many parts"))
		}
		for _, f := range zr.File {
			p.add(&packed{name: f.Name, size: int64(min(f.UncompressedSize64, 1<<62)), open: f.Open, encrypted: f.Flags&1 != 0})
		}
	case in.ctxErr(err):
		return nil, err
	default:
		p.cut = true
		parts, scanErr := salvage(in)
		if scanErr != nil {
			return nil, scanErr
		}
		if len(parts) == 0 {
			return nil, err
		}
		for _, f := range parts {
			p.add(f)
		}
	}
	sort.Strings(p.names)
	return p, nil
}

// ctxErr reports whether err comes from the end of the context.
func (in *input) ctxErr(err error) bool {
	return errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded)
}

func (p *opc) add(f *packed) {
	key := partKey(f.name)
	if key == "" || strings.HasSuffix(f.name, "/") {
		return
	}
	if _, ok := p.parts[key]; ok {
		return // the first wins, as in Office
	}
	p.parts[key] = f
	p.names = append(p.names, key)
}

func partKey(name string) string {
	return strings.ToLower(strings.TrimLeft(path.Clean("/"+strings.ReplaceAll(name, "\\", "/")), "/"))
}

// has reports whether there is a part of that name.
func (p *opc) has(name string) bool { return p.parts[partKey(name)] != nil }

// take marks the part as read and reports whether it is there and was not yet.
func (p *opc) take(name string) bool {
	key := partKey(name)
	if p.parts[key] == nil || p.done[key] {
		return false
	}
	p.done[key] = true
	return true
}

// open opens a part, its bytes counted against the budget of the document.
func (p *opc) open(name string) (io.ReadCloser, error) {
	f := p.parts[partKey(name)]
	if f == nil {
		return nil, fmt.Errorf("%s: %w", path.Base(name), errNoPart)
	}
	return p.openPart(f)
}

func (p *opc) openPart(f *packed) (io.ReadCloser, error) {
	if f.encrypted {
		return nil, poterne.Fail(poterne.StageExtract, poterne.Encrypted, nil)
	}
	r, err := f.open()
	if err != nil {
		return nil, err
	}
	return struct {
		io.Reader
		io.Closer
	}{p.out.inflate(r), r}, nil
}

// xml reads a part with f. A part that is cut is read as far as it goes: the
// failure says so.
func (p *opc) xml(name string, f func(x *xmlReader) error) error {
	r, err := p.open(name)
	if err != nil {
		return err
	}
	defer r.Close()
	x := newXML(r)
	if err := f(x); err != nil || p.out.run.stopped {
		return err
	}
	if err := x.fault(); err != errXMLEnd || path.Ext(partKey(name)) != ".vml" { // VML is written like HTML
		return err
	}
	return nil
}

// try reads a part with f; what goes wrong with it is reported, and the other
// parts are still read. It returns false when the reader shall stop: the
// consumer has had enough, or the budget or the time of the document is spent.
func (p *opc) try(name string, f func(x *xmlReader) error) (bool, error) {
	err := p.xml(name, f)
	if p.out.run.stopped {
		return false, nil
	}
	if err == nil {
		return true, nil
	}
	if fl := failure(err); fl.Kind == poterne.TooLarge || fl.Kind == poterne.Timeout {
		return false, err
	} else if fl.Kind == poterne.Encrypted {
		return p.out.run.send(poterne.Segment{Part: p.out.part}, fl), nil
	}
	return p.out.fail(poterne.Partial, fmt.Errorf("part %s: %w", path.Base(partKey(name)), err)), nil
}

// relation is one relationship of a part.
type relation struct {
	id, kind, target string // kind is the last element of the type; target is a part's key, or an address
	external         bool
}

// rels returns the relationships of the part, "" for those of the package.
func (p *opc) rels(name string) []relation {
	key := partKey(name)
	dir, base := path.Split(key)
	file := dir + "_rels/" + base + ".rels"
	if !p.has(file) {
		return nil
	}
	var all []relation
	// A package whose relationships are broken is read by the names of its parts.
	_ = p.xml(file, func(x *xmlReader) error {
		for x.next() && len(all) < maxParts {
			if x.kind != xmlStart || string(x.name) != "Relationship" {
				continue
			}
			r := relation{id: x.attr("Id"), kind: path.Base(x.attr("Type")), target: x.attr("Target")}
			r.external = strings.EqualFold(x.attr("TargetMode"), "External")
			if !r.external {
				t := strings.ReplaceAll(r.target, "\\", "/")
				if !strings.HasPrefix(t, "/") {
					t = "/" + dir + t
				}
				r.target = partKey(t)
			}
			all = append(all, r)
		}
		return nil
	})
	return all
}

// targetsOf returns the parts and addresses that the part names, by their ids.
func (p *opc) targetsOf(name string) map[string]string {
	targets := make(map[string]string)
	for _, r := range p.rels(name) {
		targets[r.id] = r.target
	}
	return targets
}

// related returns the parts that the part names with one of the kinds, in order.
func (p *opc) related(name string, kinds ...string) []string {
	var targets []string
	for _, r := range p.rels(name) {
		for _, k := range kinds {
			if !r.external && r.kind == k && p.has(r.target) {
				targets = append(targets, r.target)
			}
		}
	}
	return targets
}

// under lists the parts below a folder, sorted.
func (p *opc) under(folder string) []string {
	i := sort.SearchStrings(p.names, folder)
	j := i
	for j < len(p.names) && strings.HasPrefix(p.names[j], folder) {
		j++
	}
	return p.names[i:j]
}
