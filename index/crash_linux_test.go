package index_test

import (
	"math/rand/v2"
	"testing"

	"poterne/internal/killtest"
)

// TestKilledOnAFullDiskLosesNothing fills the disk under a writer, which ends by
// itself or is killed, and wants what it left as sound as after any other end.
func TestKilledOnAFullDiskLosesNothing(t *testing.T) {
	disk := killtest.NewDisk(t)
	k := newKilled(t, disk.Dir, disk)
	k.round(1) // something is there
	for round := range killtest.Rounds(3) {
		disk.Fill(t, rand.Int64N(2<<20)) // a batch takes some 50 KB, a merge ten times that
		k.round(round)
	}
	k.end()
}
