package index

import (
	"fmt"

	"github.com/blevesearch/bleve/v2/analysis"
	"github.com/blevesearch/bleve/v2/document"
	bleveindex "github.com/blevesearch/bleve_index_api"

	"poterne"
	"poterne/internal/pack"
)

// Names of the fields that bleve holds beside those of the table.
const (
	storedField = "record" // the whole record, stored and nothing else
	hasField    = "has"    // names of the fields that have a value
	orderField  = "order"  // sorts the worst first, then by id
	wordsSuffix = "_words" // the words of a path
	askSuffix   = "_ask"   // folded terms of a field shown in its own spelling
)

// noTerm stands for a value that is not there, in fields to sort by: bleve finds no
// way on from a page that ends on a missing one. It sorts below all others, and no
// answer shows it.
const noTerm = "\x01"

// How fields are held. No frequencies: answers come in the order of severity, not
// of relevance.
const (
	asked      = bleveindex.IndexField | bleveindex.SkipFreqNorm
	shown      = asked | bleveindex.DocValues
	withOrder  = bleveindex.IndexField | bleveindex.IncludeTermVectors // for phrases
	storedOnly = bleveindex.StoreField
)

// newDocument turns a record into what bleve holds. It goes round bleve's mapping:
// the table of fields is the mapping, and it is closed.
func newDocument(r poterne.Record) (*document.Document, error) {
	d := document.NewDocument(string(r.ID))
	var has []string
	for _, f := range fields {
		if f.numeric() {
			v, ok := f.number(&r)
			if !ok {
				addTerm(d, f.name, 0, noTerm, shown)
				continue
			}
			has = append(has, f.name)
			addTerm(d, f.name, 0, numberTerm(f.quantum(v)), shown)
			continue
		}
		values := f.terms(&r)
		if len(values) > 0 {
			has = append(has, f.name)
		} else if f.sort {
			addTerm(d, f.name, 0, noTerm, shown)
		}
		for i, v := range values {
			addTerms(d, f, uint64(i), v)
		}
	}
	for i, name := range has {
		addTerm(d, hasField, uint64(i), name, asked)
	}
	addTerm(d, orderField, 0, orderTerm(&r), shown)
	blob, err := pack.Append(nil, withoutProof(r))
	if err != nil {
		return nil, err
	}
	d.AddField(document.NewTextFieldCustom(storedField, nil, blob, storedOnly, nil))
	return d, nil
}

// orderTerm is smaller the worse the verdict.
func orderTerm(r *poterne.Record) string {
	return string([]byte{'9' - byte(r.Assessment.Level), '9' - byte(r.Assessment.Hosting.Class)}) + string(r.ID)
}

func addTerms(d *document.Document, f *field, i uint64, v string) {
	options := bleveindex.FieldIndexingOptions(asked)
	if f.facet || f.sort {
		options = shown
	}
	switch f.kind {
	case kindName:
		addTerm(d, f.name, i, v, options)
		addTerm(d, f.name+askSuffix, i, fold(v), asked)
	case kindTerm:
		addTerm(d, f.name, i, fold(v), options)
	case kindPath:
		addTerm(d, f.name, i, fold(v), options)
		d.AddField(document.NewTextFieldCustom(f.name+wordsSuffix, []uint64{i}, []byte(v), withOrder, wordAnalyzer{}))
	case kindWords:
		d.AddField(document.NewTextFieldCustom(f.name, []uint64{i}, []byte(v), asked, wordAnalyzer{}))
	default:
		addTerm(d, f.name, i, v, options)
	}
}

func addTerm(d *document.Document, name string, i uint64, term string, options bleveindex.FieldIndexingOptions) {
	d.AddField(document.NewTextFieldCustom(name, []uint64{i}, []byte(term), options, termAnalyzer{}))
}

// termAnalyzer takes a value as one term.
type termAnalyzer struct{}

func (termAnalyzer) Analyze(b []byte) analysis.TokenStream {
	return analysis.TokenStream{{Term: b, End: len(b), Position: 1, Type: analysis.AlphaNumeric}}
}

// wordAnalyzer cuts a value into words, as questions are cut. The places of words
// in the text are of no use and are not kept.
type wordAnalyzer struct{}

func (wordAnalyzer) Analyze(b []byte) analysis.TokenStream {
	ws := words(string(b))
	out := make(analysis.TokenStream, len(ws))
	for i, w := range ws {
		out[i] = &analysis.Token{Term: []byte(w), Position: i + 1, Type: analysis.AlphaNumeric}
	}
	return out
}

// withoutProof drops fingerprints and traces from what is shown.
func withoutProof(r poterne.Record) poterne.Record {
	found := make([]poterne.Finding, len(r.Findings))
	for i, f := range r.Findings {
		f.Prints, f.Trace = nil, nil
		found[i] = f
	}
	if r.Findings != nil {
		r.Findings = found
	}
	return r
}

// stored reads a record back from the fields of a hit.
func stored(fields map[string]any) (poterne.Record, error) {
	blob, ok := fields[storedField].(string)
	if !ok {
		return poterne.Record{}, fmt.Errorf("%w: a document without its record", ErrDamaged)
	}
	r, err := pack.Record([]byte(blob))
	if err != nil {
		return poterne.Record{}, fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	return r, nil
}
