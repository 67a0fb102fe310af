package main

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/spf13/pflag"

	"poterne/ledger"
	"poterne/report"
)

// keptSearch are the flags of search that keep questions under a name.
type keptSearch struct {
	save, saved, forget string
	list                bool
}

func (k *keptSearch) flags(a *app, f *pflag.FlagSet) {
	f.StringVar(&k.save, "save", "", a.say("garder la question sous ce nom", "keep the query under this name"))
	f.StringVar(&k.saved, "saved", "", a.say("poser la question gardée sous ce nom", "ask the query kept under this name"))
	f.StringVar(&k.forget, "forget", "", a.say("oublier la question de ce nom", "forget the query of this name"))
	f.BoolVar(&k.list, "list-saved", false, a.say("lister les questions gardées", "list the queries that are kept"))
}

func (k *keptSearch) keep(ctx context.Context, a *app, s ledger.Search) error {
	led, err := a.openDecisions(ctx)
	if err != nil {
		return err
	}
	return errors.Join(led.SaveSearch(ctx, s), led.Close())
}

func (k *keptSearch) find(ctx context.Context, a *app) (ledger.Search, error) {
	led, _, err := a.openLedger(ctx)
	if err != nil {
		return ledger.Search{}, err
	}
	defer led.Close()
	s, err := led.Search(ctx, k.saved)
	if errors.Is(err, ledger.ErrNotFound) {
		return s, fail(exitUsage, "poterne search --list-saved", a.say("aucune question gardée sous le nom %s", "no query is kept under the name %s"), report.Inert(k.saved))
	}
	return s, err
}

// manage lists the questions that are kept, or forgets one.
func (k *keptSearch) manage(ctx context.Context, a *app) error {
	led, err := a.openDecisions(ctx)
	if err != nil {
		return err
	}
	defer led.Close()
	if k.forget != "" {
		err := led.ForgetSearch(ctx, k.forget)
		if errors.Is(err, ledger.ErrNotFound) {
			return fail(exitUsage, "poterne search --list-saved", a.say("aucune question gardée sous le nom %s", "no query is kept under the name %s"), report.Inert(k.forget))
		}
		return err
	}
	list, err := led.Searches(ctx)
	if err != nil {
		return err
	}
	return a.write(func(w io.Writer) error {
		for _, s := range list {
			if a.format == "json" || a.format == "jsonl" {
				err = report.NewJSONLines(w).Write(map[string]any{"schema": report.Schema, "type": "search", "name": s.Name, "query": s.Query, "sort": s.Sort, "facets": s.Facets, "author": s.Author})
			} else {
				_, err = fmt.Fprintf(w, "%-20s %s\n", report.Inert(s.Name), report.Inert(s.Query))
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
}
