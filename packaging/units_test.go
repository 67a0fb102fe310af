// Package packaging holds what installs and runs poterne on a server; its test wants
// the units of systemd sound.
package packaging

import (
	"os/exec"
	"path/filepath"
	"testing"
)

// TestUnitsAreLittleExposed wants 1.5 or better of each service by systemd's own
// measure, which reads the file and needs no running systemd.
func TestUnitsAreLittleExposed(t *testing.T) {
	services, err := filepath.Glob("systemd/*.service")
	if err != nil || len(services) == 0 {
		t.Fatalf("no service: %v", err)
	}
	for _, unit := range services {
		out, err := exec.Command("systemd-analyze", "security", "--offline=true", "--no-pager", "--threshold=15", unit).CombinedOutput()
		if err != nil {
			t.Errorf("%s: %v\n%s", unit, err, out)
		}
	}
}
