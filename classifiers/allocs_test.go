//go:build !race

package classifiers

import (
	"context"
	"testing"

	"poterne"
)

// maxAllocs is how often the classifier may allocate for each MB of usual prose.
// Not with the race detector: it makes pools forget at random.
const maxAllocs = 64

func TestAllocations(t *testing.T) {
	if got := allocsPerMB(t); got > maxAllocs {
		t.Errorf("%.0f allocations per MB, at most %d wanted", got, maxAllocs)
	}
}

func allocsPerMB(tb testing.TB) float64 {
	c := newClassifier(tb)
	text := frenchText(1, 8<<20)
	n := testing.AllocsPerRun(3, func() { _, _ = c.Classify(context.Background(), poterne.Document{}, pagesOf(text)) })
	return n / (float64(sizeOf(text)) / 1e6)
}

func BenchmarkAllocations(b *testing.B) {
	var got float64
	for b.Loop() {
		got = allocsPerMB(b)
	}
	b.ReportMetric(got, "allocs/MB")
	b.ReportMetric(0, "ns/op")
}
