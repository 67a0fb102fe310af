// Package meter reads what a process takes, where the benches need it. Linux only.
package meter

import (
	"fmt"
	"os"
	"strconv"
	"strings"
)

// Memory returns the bytes that a process holds in its own pages, and its largest
// resident set, which counts pages of files that the system can take back
// (proc_pid_status(5)).
func Memory(pid int) (own, peak int64, err error) {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0, 0, err
	}
	for line := range strings.Lines(string(status)) {
		f := strings.Fields(line)
		if len(f) < 2 {
			continue
		}
		kb, _ := strconv.ParseInt(f[1], 10, 64) // other lines hold words
		switch f[0] {
		case "RssAnon:":
			own = kb << 10
		case "VmHWM:":
			peak = kb << 10
		}
	}
	return own, peak, nil
}
