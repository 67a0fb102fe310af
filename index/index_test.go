package index_test

import (
	"testing"

	"poterne/index"
	"poterne/index/indextest"
	"poterne/index/memory"
	"poterne/internal/seal"
)

func TestConformance(t *testing.T) {
	indextest.Run(t, func(t *testing.T) indextest.Index {
		return open(t, t.TempDir(), seal.NewKey())
	})
}

func TestConformanceOfMemory(t *testing.T) {
	indextest.Run(t, func(*testing.T) indextest.Index { return &memory.Index{} })
}

func open(t testing.TB, dir string, key seal.Key) *index.Index {
	t.Helper()
	x, err := index.Open(dir, key.For(seal.Index))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := x.Close(); err != nil {
			t.Error(err)
		}
	})
	return x
}
