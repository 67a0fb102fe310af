//go:build !nounioffice

package extract

import (
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"path"
	"reflect"
	"strconv"
	"strings"
	"sync"

	"github.com/unidoc/unioffice"
	"github.com/unidoc/unioffice/schema/soo/dml"
	"github.com/unidoc/unioffice/schema/soo/pml"
	"github.com/unidoc/unioffice/schema/soo/sml"
	"github.com/unidoc/unioffice/schema/soo/wml"

	"poterne"
)

// secondVersion tells builds with and without second readers apart.
const secondVersion = ""

// secondOOXML returns the second reader of Office Open XML, for files of which
// the first can make nothing or by which it was killed. It shares no XML code
// with the first: parts are decoded by encoding/xml into the schema of unioffice
// v1.4.0, whose documents themselves are not used, since they write parts to
// temporary files. The build tag nounioffice leaves it out: 10 MB less of binary.
func secondOOXML() reader {
	quiet.Do(func() { unioffice.Log = func(string, ...interface{}) {} })
	return readAgain
}

// quiet keeps the library from logging the names of elements that it skips.
var quiet sync.Once

// maxAgain bounds a part that is held whole, in bytes; decoded it takes twenty
// times as much.
const maxAgain = 16 << 20

var errSecondReader = errors.New("read by the second reader: without styles, notes and charts")

// readAgain reads the running text of a package and always says that it was
// read in part.
func readAgain(_ context.Context, in *input, out *emitter) error {
	p, err := openOPC(in, out)
	if err != nil {
		return err
	}
	a := &again{out: out}
	order := append([]string{"xl/sharedstrings.xml"}, p.names...)
	for _, name := range order {
		if path.Ext(name) != ".xml" || !p.take(name) || out.run.stopped {
			continue
		}
		target, place := schemaOf(name)
		if target == nil {
			continue
		}
		a.place = place
		if err := a.part(p, name, target); err != nil {
			if fl := failure(err); fl.Kind == poterne.TooLarge || fl.Kind == poterne.Timeout || fl.Kind == poterne.Encrypted {
				return err
			}
			if !out.fail(poterne.Partial, fmt.Errorf("part %s, second reader", path.Base(name))) {
				return nil
			}
		}
	}
	if out.texts == 0 {
		return poterne.Fail(poterne.StageExtract, poterne.Malformed, errNoPart)
	}
	return poterne.Fail(poterne.StageExtract, poterne.Partial, errSecondReader)
}

// schemaOf returns what the part is decoded into, nil for parts that are left out.
func schemaOf(name string) (any, poterne.Place) {
	base := path.Base(name)
	at := func(z poterne.Zone) poterne.Place { return poterne.Place{Zone: z} }
	starts := func(p string) bool { return strings.HasPrefix(base, p) }
	switch dir := path.Base(path.Dir(name)); {
	case dir == "word" && base == "document.xml":
		return wml.NewDocument(), at(poterne.ZoneBody)
	case dir == "word" && starts("header"):
		return wml.NewHdr(), at(poterne.ZoneHeader)
	case dir == "word" && starts("footer"):
		return wml.NewFtr(), at(poterne.ZoneFooter)
	case dir == "word" && starts("footnotes"):
		return wml.NewFootnotes(), at(poterne.ZoneNote)
	case dir == "word" && starts("endnotes"):
		return wml.NewEndnotes(), at(poterne.ZoneNote)
	case dir == "word" && base == "comments.xml":
		return wml.NewComments(), at(poterne.ZoneComment)
	case dir == "slides":
		return pml.NewSld(), at(poterne.ZoneBody)
	case dir == "notesslides":
		return pml.NewNotes(), at(poterne.ZoneNote)
	case base == "sharedstrings.xml":
		return sml.NewSst(), at(poterne.ZoneCell)
	case dir == "worksheets":
		return sml.NewWorksheet(), at(poterne.ZoneCell)
	}
	return nil, poterne.Place{}
}

// again collects text from decoded parts.
type again struct {
	out     *emitter
	place   poterne.Place
	strings []string
	para    strings.Builder
}

func (a *again) part(p *opc, name string, target any) error {
	r, err := p.open(name)
	if err != nil {
		return err
	}
	defer r.Close()
	limited := &io.LimitedReader{R: r, N: maxAgain}
	err = xml.NewDecoder(limited).Decode(target)
	if limited.N <= 0 {
		return poterne.Fail(poterne.StageExtract, poterne.TooLarge, errTooLarge)
	}
	if sst, ok := target.(*sml.Sst); ok {
		for _, si := range sst.Si {
			a.walk(reflect.ValueOf(si), 0)
			a.strings = append(a.strings, a.para.String())
			a.para.Reset()
		}
		return err
	}
	a.walk(reflect.ValueOf(target), 0)
	a.flush()
	return err
}

func (a *again) flush() {
	a.out.text(a.place, a.para.String())
	a.para.Reset()
}

// walk visits what was decoded: texts are joined up to the end of a paragraph.
func (a *again) walk(v reflect.Value, depth int) {
	const maxDepth = 512
	if depth > maxDepth || a.out.run.stopped {
		return
	}
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		if v.IsNil() {
			return
		}
		if v.Kind() == reflect.Pointer && a.known(v.Interface(), v, depth) {
			return
		}
		a.walk(v.Elem(), depth+1)
	case reflect.Slice:
		for i := range v.Len() {
			a.walk(v.Index(i), depth+1)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				a.walk(v.Field(i), depth+1)
			}
		}
	}
}

// known takes the text of the types that hold it.
func (a *again) known(x any, v reflect.Value, depth int) bool {
	switch x := x.(type) {
	case *wml.CT_P, *dml.CT_TextParagraph:
		a.flush()
		a.walk(v.Elem(), depth+1)
		a.flush()
	case *wml.EG_RunInnerContent:
		switch {
		case x.InstrText != nil || x.DelInstrText != nil: // codes of fields
			return true
		case x.Tab != nil || x.Ptab != nil:
			a.para.WriteByte('\t')
		case x.Br != nil || x.Cr != nil:
			a.para.WriteByte('\n')
		case x.NoBreakHyphen != nil:
			a.para.WriteRune('\u2011')
		}
		return false
	case *wml.CT_Text:
		a.para.WriteString(x.Content)
	case *dml.CT_RegularTextRun:
		a.para.WriteString(x.T)
	case *sml.CT_RElt:
		a.para.WriteString(x.T)
	case *sml.CT_Rst:
		if x.T != nil {
			a.para.WriteString(*x.T)
		}
		for _, r := range x.R {
			a.para.WriteString(r.T)
		}
	case *sml.CT_Cell:
		a.cell(x)
	default:
		return false
	}
	return true
}

func (a *again) cell(c *sml.CT_Cell) {
	p := a.place
	if c.RAttr != nil {
		p.Column = refColumn(*c.RAttr)
		p.Row, _ = strconv.Atoi(strings.TrimLeft(*c.RAttr, "ABCDEFGHIJKLMNOPQRSTUVWXYZ"))
	}
	switch {
	case c.Is != nil:
		a.walk(reflect.ValueOf(c.Is), 0)
		a.out.text(p, a.para.String())
		a.para.Reset()
	case c.V == nil:
	case c.TAttr == sml.ST_CellTypeS:
		if i, err := strconv.Atoi(*c.V); err == nil && i >= 0 && i < len(a.strings) {
			a.out.text(p, a.strings[i])
		}
	default:
		v := *c.V
		if f, err := strconv.ParseFloat(v, 64); err == nil {
			v = plainNumber(f)
		}
		a.out.text(p, v)
	}
}
