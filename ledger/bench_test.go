package ledger

import (
	"fmt"
	"testing"

	"poterne"
)

// filled is a ledger of n files, 100 a folder, as a walk leaves it.
func filled(b *testing.B, n int) (*Ledger, []poterne.Record) {
	b.Helper()
	l := open(b, b.TempDir())
	run := begin(b, l)
	var rs []poterne.Record
	for i := range n {
		rs = append(rs, record(run, "rh", fmt.Sprintf("service/%d/%d.docx", i/100, i), "", poterne.Public))
	}
	for i := 0; i < n; i += 1000 {
		commit(b, l, rs[i:min(i+1000, n)]...)
	}
	l.folders.forget()
	return l, rs
}

// BenchmarkCurrent walks 20,000 files folder by folder, as a second scan does.
func BenchmarkCurrent(b *testing.B) {
	l, rs := filled(b, 20_000)
	b.ResetTimer()
	for i := range b.N {
		if i%len(rs) == 0 {
			l.folders.forget()
		}
		if _, found, err := l.Current(b.Context(), rs[i%len(rs)].Document); err != nil || !found {
			b.Fatal(found, err)
		}
	}
}

// BenchmarkTouch touches 20,000 files and makes it durable.
func BenchmarkTouch(b *testing.B) {
	l, rs := filled(b, 20_000)
	run := begin(b, l)
	ids := make([]poterne.ID, len(rs))
	for i, r := range rs {
		ids[i] = r.ID
	}
	for b.Loop() {
		b.StopTimer()
		for _, r := range rs { // a walk asks before it touches
			if _, _, err := l.Current(b.Context(), r.Document); err != nil {
				b.Fatal(err)
			}
		}
		b.StartTimer()
		for i := 0; i < len(ids); i += 1000 {
			if err := l.Touch(b.Context(), run, ids[i:i+1000]...); err != nil {
				b.Fatal(err)
			}
		}
		if err := l.flush(b.Context()); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*len(ids)), "ns/file")
}

// BenchmarkCommit commits batches of 1000 new records.
func BenchmarkCommit(b *testing.B) {
	l := open(b, b.TempDir())
	run := begin(b, l)
	n := 0
	for b.Loop() {
		var rs []poterne.Record
		for range 1000 {
			rs = append(rs, record(run, "rh", fmt.Sprintf("service/%d/%d.docx", n/100, n), "", poterne.Public))
			n++
		}
		commit(b, l, rs...)
	}
	b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(n), "µs/record")
}
