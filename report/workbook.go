package report

import (
	"fmt"
	"io"
	"iter"
	"slices"
	"strings"

	"github.com/xuri/excelize/v2"

	"poterne"
)

// Workbook writes records as a spreadsheet of three tables: a synthesis by class,
// one row a document, one row a finding. Cells are typed texts and numbers: none
// can be taken for a formula. Rows go to disk as they come (excelize keeps 16 MB of
// a sheet in memory, then spools it in the folder for temporary files).
func (v Voice) Workbook(w io.Writer, records iter.Seq2[poterne.Record, error]) error {
	f := excelize.NewFile()
	defer f.Close()
	documents, err := v.sheet(f, v.pick("Documents", "Documents"), csvHeader)
	if err != nil {
		return err
	}
	findings, err := v.sheet(f, v.pick("Constats", "Findings"), findingsHeader)
	if err != nil {
		return err
	}
	o := newOverview()
	for r, err := range records {
		if err != nil {
			return err
		}
		o.add(r)
		if err := documents.add(v.cells(r)...); err != nil {
			return err
		}
		for _, finding := range r.Findings {
			if err := findings.add(v.findingRow(r, finding)...); err != nil {
				return err
			}
		}
	}
	if err := v.synthesis(f, o); err != nil {
		return err
	}
	for _, s := range []*sheet{documents, findings} {
		if err := s.out.Flush(); err != nil {
			return fmt.Errorf("workbook: %w", err)
		}
	}
	// The first sheet is the one that NewFile made.
	if err := f.DeleteSheet("Sheet1"); err != nil {
		return fmt.Errorf("workbook: %w", err)
	}
	first := v.pick("Synthèse", "Synthesis")
	if err := f.MoveSheet(first, documents.name); err != nil {
		return fmt.Errorf("workbook: %w", err)
	}
	n, err := f.GetSheetIndex(first)
	if err != nil {
		return fmt.Errorf("workbook: %w", err)
	}
	f.SetActiveSheet(n)
	if err := f.Write(w); err != nil {
		return fmt.Errorf("workbook: %w", err)
	}
	return nil
}

var findingsHeader = []string{"share", "path", "rule", "mark", "category", "count", "distinct", "confidence", "likelihood", "where", "masked", "legal", "tags", "id"}

func (v Voice) findingRow(r poterne.Record, f poterne.Finding) []any {
	where := ""
	if len(f.Spots) > 0 {
		where = v.Where(r.Format, f.Spots[0].Place)
	}
	return []any{
		r.Share, Inert(r.Full()), f.Rule, f.Mark, f.Category, f.Count, f.Distinct, f.Confidence, f.Likelihood(), where,
		Inert(strings.Join(shown(r, f), " · ")), strings.Join(f.Legal, " ; "), strings.Join(texts(f.Tags), " "), string(r.ID),
	}
}

// synthesis writes the sheet of the classes and of what was not read.
func (v Voice) synthesis(f *excelize.File, o *Overview) error {
	s, err := v.sheet(f, v.pick("Synthèse", "Synthesis"), []string{v.pick("Classe", "Class"), v.pick("Hébergement", "Hosting"), v.pick("Fichiers", "Files"), v.pick("Octets", "Bytes"), v.pick("Mentions", "Flags")})
	if err != nil {
		return err
	}
	for _, c := range slices.Backward(poterne.Classes()) {
		if row := o.Rows[c]; row != nil {
			if err := s.add(c.String(), v.Class(c), row.Files, row.Bytes, v.flagNotes(row)); err != nil {
				return err
			}
		}
	}
	if err := s.add(); err != nil {
		return err
	}
	if err := s.add("", v.pick("niveau 3 ou plus, lisibles par tous", "level 3 or above, open to everyone"), o.Open); err != nil {
		return err
	}
	for _, k := range poterne.Kinds() {
		if n := len(o.Unread[k]); n > 0 {
			if err := s.add("", v.pick("non lus : ", "not read: ")+v.Kind(k), n); err != nil {
				return err
			}
		}
	}
	return s.out.Flush()
}

// sheet is a table that is written row by row.
type sheet struct {
	file   *excelize.File
	name   string
	header []string
	out    *excelize.StreamWriter
	row    int // written last, from 1
	more   int // sheets that were full before this one
}

// sheetRows is the most rows of a sheet (ISO/IEC 29500, SpreadsheetML).
const sheetRows = 1 << 20

func (v Voice) sheet(f *excelize.File, name string, header []string) (*sheet, error) {
	s := &sheet{file: f, name: name, header: header}
	return s, s.begin(name)
}

func (s *sheet) begin(name string) error {
	if _, err := s.file.NewSheet(name); err != nil {
		return fmt.Errorf("workbook: %w", err)
	}
	out, err := s.file.NewStreamWriter(name)
	if err != nil {
		return fmt.Errorf("workbook: %w", err)
	}
	freeze := excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"}
	if err := out.SetPanes(&freeze); err != nil {
		return fmt.Errorf("workbook: %w", err)
	}
	s.out, s.row = out, 0
	cells := make([]any, len(s.header))
	for i, h := range s.header {
		cells[i] = h
	}
	return s.add(cells...)
}

// add writes a row, in a further sheet where this one is full.
func (s *sheet) add(cells ...any) error {
	if s.row == sheetRows {
		if err := s.out.Flush(); err != nil {
			return fmt.Errorf("workbook: %w", err)
		}
		s.more++
		if err := s.begin(fmt.Sprintf("%s %d", s.name, s.more+1)); err != nil {
			return err
		}
	}
	s.row++
	if err := s.out.SetRow(fmt.Sprintf("A%d", s.row), cells); err != nil {
		return fmt.Errorf("workbook: %w", err)
	}
	return nil
}
