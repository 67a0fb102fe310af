package index_test

import (
	"slices"
	"testing"

	"poterne"
	"poterne/index"
	"poterne/internal/seal"
)

func filled(b *testing.B, n int) *index.Index {
	b.Helper()
	x := open(b, b.TempDir(), seal.NewKey())
	for rs := range slices.Chunk(many(n), 1000) {
		if err := x.Put(b.Context(), rs...); err != nil {
			b.Fatal(err)
		}
	}
	return x
}

// BenchmarkPut puts batches of 1000 new records.
func BenchmarkPut(b *testing.B) {
	x := open(b, b.TempDir(), seal.NewKey())
	n := 0
	for b.Loop() {
		b.StopTimer()
		rs := many(n + 1000)[n:]
		n += 1000
		b.StartTimer()
		if err := x.Put(b.Context(), rs...); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(n), "µs/record")
}

// BenchmarkSearch asks 20,000 records.
func BenchmarkSearch(b *testing.B) {
	x := filled(b, 20_000)
	for _, c := range []struct {
		name, query string
		facets      []string
	}{
		{"term", "rule:fr-nir", nil},
		{"level", "level:>=3", nil},
		{"range", "size:>10ko modified:2024", nil},
		{"path-words", "path:service/150", nil},
		{"path-prefix", "path:service/15*", nil},
		{"path-glob", "path:*ument*16.docx", nil},
		{"words", "document 1500", nil},
		{"identifier", "print:AbC_-123", nil},
		{"facets", "", []string{"share", "class", "level", "rule"}},
	} {
		b.Run(c.name, func(b *testing.B) {
			q, err := index.Parse(c.query)
			if err != nil {
				b.Fatal(err)
			}
			q.Size, q.Facets = 20, c.facets
			var p poterne.Page
			for b.Loop() {
				if p, err = x.Search(b.Context(), q); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(p.Total), "found")
		})
	}
}

// BenchmarkPublish publishes 20,000 records.
func BenchmarkPublish(b *testing.B) {
	x := filled(b, 20_000)
	for b.Loop() {
		if err := x.Publish(b.Context()); err != nil {
			b.Fatal(err)
		}
	}
}
