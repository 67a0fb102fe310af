package main

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/coreos/go-systemd/v22/daemon"
	"github.com/prometheus/client_golang/prometheus"

	"poterne"
	"poterne/report"
	"poterne/scanner"
)

// This file tells whoever supervises a scan how it goes: systemd, and Prometheus by
// the textfile collector of node_exporter. Nothing here names a document.

// tellSystemd sends a state to systemd, where it started us with Type=notify.
func (r *running) tellSystemd(state string) error {
	if _, err := daemon.SdNotify(false, state); err != nil {
		return fmt.Errorf("notify systemd: %w", err)
	}
	return nil
}

// known returns how many files the shares had when they were last scanned, 0 where
// that is unknown: about how many there are to go through.
func (r *running) known(ctx context.Context) int {
	totals, err := r.stores.ledger.Totals(ctx)
	if err != nil {
		return 0 // only progress is poorer for it
	}
	n := 0
	for _, t := range totals {
		if slices.Contains(r.shares, t.Share) {
			n += t.Files
		}
	}
	return n
}

// writeMetrics writes what came of the run: the whole file or none of it, readable
// by the collector (0644).
func (r *running) writeMetrics(ctx context.Context, sum scanner.Summary, code int) error {
	reg := prometheus.NewRegistry()
	gauge := func(name, help string, value float64) {
		g := prometheus.NewGauge(prometheus.GaugeOpts{Namespace: "poterne", Name: name, Help: help})
		g.Set(value)
		reg.MustRegister(g)
	}
	gauge("run_exit_code", "Exit code of the last run.", float64(code))
	gauge("run_end_timestamp_seconds", "When the last run ended.", float64(time.Now().Unix()))
	gauge("run_duration_seconds", "How long the last run took.", time.Since(r.begun).Seconds())
	gauge("run_walked_files", "Files and folders that the last run saw.", float64(sum.Walked))
	gauge("run_opened_files", "Files that the last run read.", float64(sum.Opened))
	gauge("run_unchanged_files", "Files that the last run found unchanged.", float64(sum.Unchanged))
	gauge("run_swept_records", "Records that the last run forgot, their files being gone.", float64(sum.Swept))
	gauge("run_read_bytes", "Bytes of the files that the last run read.", float64(sum.Bytes))
	gauge("run_complete_shares", "Shares that the last run walked whole.", float64(len(sum.Complete)))
	totals, err := r.stores.ledger.Totals(ctx)
	if err != nil {
		return fmt.Errorf("metrics: %w", err)
	}
	files := prometheus.NewGaugeVec(prometheus.GaugeOpts{Namespace: "poterne", Name: "files", Help: "Files in the ledger, by share and hosting class."}, []string{"share", "class"})
	bytes := prometheus.NewGaugeVec(prometheus.GaugeOpts{Namespace: "poterne", Name: "bytes", Help: "Bytes of the files in the ledger, by share and hosting class."}, []string{"share", "class"})
	unread := prometheus.NewGaugeVec(prometheus.GaugeOpts{Namespace: "poterne", Name: "unread_files", Help: "Files that were not read, or not whole, by share and cause."}, []string{"share", "cause"})
	reg.MustRegister(files, bytes, unread)
	for _, t := range totals {
		share := report.Valid(t.Share)            // a label is UTF-8, or the collector panics
		for _, class := range poterne.Classes() { // an empty class is 0, not absent
			files.WithLabelValues(share, class.String()).Add(0)
			bytes.WithLabelValues(share, class.String()).Add(0)
		}
		files.WithLabelValues(share, t.Class.String()).Add(float64(t.Files))
		bytes.WithLabelValues(share, t.Class.String()).Add(float64(t.Bytes))
		if t.Failure != "" {
			unread.WithLabelValues(share, string(t.Failure)).Add(float64(t.Files))
		}
	}
	if err := prometheus.WriteToTextfile(r.opts.metricsFile, reg); err != nil {
		return fmt.Errorf("metrics: %w", err)
	}
	return nil
}
