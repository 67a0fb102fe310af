package report

import (
	"cmp"
	"iter"
	"slices"
	"strings"

	"poterne"
)

// Overview is what a person wants to know first of a set of records: where the
// documents may go, which to look at first, which were not read.
type Overview struct {
	Documents int // files; members of containers count with their container
	Bytes     int64
	Read      int // files without a failure
	Rows      map[poterne.Class]*Row
	Open      int // files of level 3 or above that anyone can read
	Worst     []poterne.Record
	Unread    map[poterne.Kind][]poterne.Record
}

// Row counts the documents of one class.
type Row struct {
	Files int
	Bytes int64
	Flags map[poterne.Flag]int
}

// worstKept bounds how many of the worst documents of each class are kept: a share
// full of one class must not hide the others.
const worstKept = 100

// Summarize reads records into an overview.
func Summarize(records iter.Seq2[poterne.Record, error]) (*Overview, error) {
	o := newOverview()
	for r, err := range records {
		if err != nil {
			return nil, err
		}
		o.add(r)
	}
	o.trim()
	for _, rs := range o.Unread {
		slices.SortFunc(rs, byPath)
	}
	return o, nil
}

func newOverview() *Overview {
	return &Overview{Rows: map[poterne.Class]*Row{}, Unread: map[poterne.Kind][]poterne.Record{}}
}

func (o *Overview) add(r poterne.Record) {
	if r.Failure != nil {
		o.Unread[r.Failure.Kind] = append(o.Unread[r.Failure.Kind], light(r))
	}
	if r.Member != "" {
		return
	}
	o.Documents++
	o.Bytes += r.Size
	if r.Failure == nil {
		o.Read++
	}
	if r.Assessment.Level >= poterne.Sensitive && r.Exposure == poterne.ExposureEveryone {
		o.Open++
	}
	row := o.row(r.Assessment.Hosting.Class)
	row.Files++
	row.Bytes += r.Size
	for _, f := range r.Assessment.Hosting.Flags {
		row.Flags[f]++
	}
	if r.Assessment.Level >= poterne.Personal {
		o.Worst = append(o.Worst, light(r))
		if len(o.Worst) >= 16*worstKept {
			o.trim()
		}
	}
}

// Count adds files that were read, of which nothing is to be said but their class.
func (o *Overview) Count(class poterne.Class, files int, bytes int64) {
	o.Documents += files
	o.Bytes += bytes
	o.Read += files
	row := o.row(class)
	row.Files += files
	row.Bytes += bytes
}

func (o *Overview) row(class poterne.Class) *Row {
	row := o.Rows[class]
	if row == nil {
		row = &Row{Flags: map[poterne.Flag]int{}}
		o.Rows[class] = row
	}
	return row
}

func (o *Overview) trim() {
	slices.SortFunc(o.Worst, worse)
	kept := map[poterne.Class]int{}
	o.Worst = slices.DeleteFunc(o.Worst, func(r poterne.Record) bool {
		kept[r.Assessment.Hosting.Class]++
		return kept[r.Assessment.Hosting.Class] > worstKept
	})
}

// light drops what an overview never shows.
func light(r poterne.Record) poterne.Record {
	r.Findings, r.Assessment.Steps = nil, nil
	return r
}

// worse orders records: class, level, exposure, then path.
func worse(a, b poterne.Record) int {
	return cmp.Or(
		cmp.Compare(b.Assessment.Hosting.Class, a.Assessment.Hosting.Class),
		cmp.Compare(b.Assessment.Level, a.Assessment.Level),
		cmp.Compare(len(b.Assessment.Hosting.Flags), len(a.Assessment.Hosting.Flags)),
		cmp.Compare(b.Exposure, a.Exposure),
		byPath(a, b),
	)
}

func byPath(a, b poterne.Record) int {
	return cmp.Or(strings.Compare(a.Share, b.Share), strings.Compare(a.Full(), b.Full()))
}
