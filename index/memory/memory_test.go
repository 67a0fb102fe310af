package memory_test

import (
	"testing"

	"poterne/index/indextest"
	"poterne/index/memory"
)

func TestConformance(t *testing.T) {
	indextest.Run(t, func(*testing.T) indextest.Index { return &memory.Index{} })
}
