package main

import (
	"fmt"
	"io"
	"sync/atomic"
	"time"

	"poterne"
	"poterne/report"
	"poterne/scanner"
)

// progress tells how a scan goes: one live line on a terminal, a line now and
// then elsewhere where asked for, one line on demand.
type progress struct {
	app   *app
	voice report.Voice
	out   io.Writer
	start time.Time
	live  bool
	last  atomic.Pointer[scanner.Progress]
	total atomic.Int64 // documents on the shares, once counted; 0 before
}

// observe notes where the scan stands. It is called by one goroutine.
func (p *progress) observe(s scanner.Progress) {
	s.Failures, s.Classes = nil, cloneClasses(s.Classes)
	p.last.Store(&s)
}

func cloneClasses(in map[poterne.Class]int) map[poterne.Class]int {
	out := make(map[poterne.Class]int, len(in))
	for k, v := range in {
		out[k] = v
	}
	return out
}

// run writes until stop is closed: live five times a second on a terminal, else
// every interval, else never. ask wants one line at once.
func (p *progress) run(interval time.Duration, ask <-chan struct{}, stop <-chan struct{}) {
	var tick <-chan time.Time
	if p.live {
		interval = 200 * time.Millisecond
	}
	if interval > 0 {
		t := time.NewTicker(interval)
		defer t.Stop()
		tick = t.C
	}
	for {
		select {
		case <-tick:
			if p.live {
				fmt.Fprintf(p.out, "\r\x1b[K%s", p.line())
			} else {
				p.app.note("%s", "%s", p.line())
			}
		case <-ask:
			if p.live {
				fmt.Fprint(p.out, "\r\x1b[K")
			}
			fmt.Fprintln(p.out, p.line())
		case <-stop:
			if p.live {
				fmt.Fprint(p.out, "\r\x1b[K")
			}
			return
		}
	}
}

// line says where the scan stands.
func (p *progress) line() string {
	s := p.last.Load()
	if s == nil {
		return p.app.say("parcours des partages…", "walking the shares…")
	}
	done := s.Unchanged + s.Recorded
	elapsed := time.Since(p.start)
	line := p.voice.Number(done)
	if total := int(p.total.Load()); total >= done && total > 0 {
		line += "/" + p.voice.Number(total)
	}
	line += p.app.say(" fichiers", " files") + fmt.Sprintf(" · %s · %s/s · %s", p.voice.Bytes(s.Bytes),
		p.voice.Bytes(int64(float64(s.Bytes)/max(elapsed.Seconds(), 0.001))), report.Inert(s.Share))
	for _, c := range []poterne.Class{poterne.H5, poterne.H4, poterne.H3} {
		if n := s.Classes[c]; n > 0 {
			line += fmt.Sprintf(" · %s %s", c, p.voice.Number(n))
		}
	}
	if total := int(p.total.Load()); total > done && done > 0 && elapsed > 2*time.Second {
		left := time.Duration(float64(elapsed) / float64(done) * float64(total-done)).Round(time.Second)
		line += p.app.say(" · reste ", " · left ") + left.String()
	}
	return line
}
