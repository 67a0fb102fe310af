package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"slices"

	"poterne"
	"poterne/classifiers"
	"poterne/index"
	"poterne/internal/seal"
	"poterne/ledger"
	"poterne/scanner"
)

// This file tells the legends of templates from markings: only a whole campaign
// shows that the same block stands in twenty documents. What the state folder knows
// is applied to documents as they are read; at the end of a scan the documents that
// were read before a legend was known are decided again, and those of a legend that
// is none any more.

// marked lists the ids of the documents with a marking, by the published index.
func (r *running) marked(ctx context.Context) ([]poterne.ID, error) {
	snapshot, err := index.OpenSnapshot(indexDir(r.state), r.verdicts.keys.For(seal.Index))
	if err != nil {
		return nil, err
	}
	defer snapshot.Close()
	query, err := index.Parse("rule:" + poterne.RuleMarking)
	if err != nil {
		return nil, err
	}
	query.Size = 1000
	var ids []poterne.ID
	for {
		page, err := snapshot.Search(ctx, query)
		if err != nil {
			return nil, err
		}
		for _, rec := range page.Hits {
			ids = append(ids, rec.ID)
		}
		if query.After = page.Next; page.Next == "" {
			return ids, nil
		}
	}
}

// campaign counts the blocks of all documents with a marking, whose records it
// returns too. What has left the ledger since the index was published does not count:
// a scan may have died in between.
func (r *running) campaign(ctx context.Context) (*classifiers.Campaign, []poterne.Record, error) {
	ids, err := r.marked(ctx)
	if err != nil {
		return nil, nil, err
	}
	c := &classifiers.Campaign{}
	var records []poterne.Record
	for _, id := range ids {
		rec, err := r.stores.ledger.Get(ctx, id)
		if errors.Is(err, ledger.ErrNotFound) {
			continue
		}
		if err != nil {
			return nil, nil, fmt.Errorf("count the legends of templates: %w", err)
		}
		c.Add(rec)
		records = append(records, rec)
	}
	return c, records, nil
}

// legendary is a Classifier that knows the legends of earlier scans. They are those
// of the start of the scan, so that no verdict hangs on the order of documents.
type legendary struct {
	scanner.Classifier
	known *classifiers.Campaign
}

// withLegends makes the classifier of a scan know the legends of the scans before,
// and notes whether the last of them left verdicts that do not follow.
func (r *running) withLegends(ctx context.Context, c scanner.Classifier) (scanner.Classifier, error) {
	known, records, err := r.campaign(ctx)
	if errors.Is(err, fs.ErrNotExist) {
		return c, nil // nothing was published yet
	}
	if err != nil {
		return nil, err
	}
	r.unsettled = slices.ContainsFunc(records, func(rec poterne.Record) bool {
		_, changed := known.Mark(rec.Share, rec.Findings)
		return changed
	})
	return legendary{c, known}, nil
}

// Classify tags what stands in a legend.
func (l legendary) Classify(ctx context.Context, d poterne.Document, s iter.Seq2[poterne.Segment, error]) ([]poterne.Finding, error) {
	findings, err := l.Classifier.Classify(ctx, d, s)
	if err == nil {
		findings, _ = l.known.Mark(d.Share, findings)
	}
	return findings, err
}

// settleLegends decides again the documents whose markings have turned out to be
// legends, or to be none, and publishes the verdicts. Each is decided under its own
// policy, and counts as met when it was: other shares of the state may be those of
// another actor. What was emitted at the reading is emitted again: of two lines of
// one document the last holds, and is marked as said again.
func (r *running) settleLegends(ctx context.Context, rooms scanner.Rooms, opts scanner.Options, sum *scanner.Summary) error {
	known, records, err := r.campaign(ctx)
	if err != nil {
		return err
	}
	mine := poterne.Record{Run: opts.Run, Assessment: poterne.Assessment{Actor: r.verdicts.policy.Actor(), Doctrine: r.verdicts.policy.Doctrine()}}
	ours, err := r.reviews.policyFor(ctx, mine)
	if err != nil {
		return err
	}
	done, n := map[poterne.ID]bool{}, 0
	for _, rec := range records {
		outer := poterne.NewID(rec.Share, rec.Path, "")
		if _, changed := known.Mark(rec.Share, rec.Findings); !changed || done[outer] {
			continue
		}
		done[outer] = true
		container, err := r.stores.ledger.Container(ctx, rec.Document)
		if err != nil || len(container) == 0 {
			return errors.Join(err, ctx.Err())
		}
		before := container[0]
		pol, err := r.reviews.policyFor(ctx, before)
		if err != nil {
			return err
		}
		for i := range container {
			c := &container[i]
			c.Findings, _ = known.Mark(c.Share, c.Findings)
			c.Assessment = pol.Decide(c.Document, c.Findings, c.Failure)
			c.Stamp.Policy = pol.Version()
			if pol == ours { // the run of a record says for whom it was decided
				c.Run = opts.Run
			}
		}
		container = scanner.Join(pol, container)
		if opts.Review != nil {
			if container, err = opts.Review(ctx, container); err != nil {
				return err
			}
		}
		if err := rooms.Index.Put(ctx, container...); err != nil {
			return fmt.Errorf("write the index: %w", err)
		}
		if err := r.stores.ledger.Revise(ctx, container...); err != nil {
			return fmt.Errorf("write the ledger: %w", err)
		}
		if opts.Emit != nil {
			for _, rec := range container {
				opts.Emit(rec, false)
			}
		}
		if before.Run == opts.Run { // counted in this run already
			sum.Classes[before.Assessment.Hosting.Class]--
			sum.Classes[container[0].Assessment.Hosting.Class]++
		}
		n++
	}
	if n == 0 {
		return nil
	}
	r.note("%d documents décidés de nouveau : légende d'un gabarit", "%d documents decided again: legend of a template", n)
	return r.stores.index.Publish(ctx)
}
