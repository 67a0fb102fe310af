package sources

import (
	"syscall"
	"time"
)

const noAtime = 0

func changeTime(st *syscall.Stat_t) time.Time {
	return time.Unix(st.Ctimespec.Sec, st.Ctimespec.Nsec).UTC()
}

func virtual(string) bool { return false }
