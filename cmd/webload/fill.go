package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"time"

	"poterne"
	"poterne/index"
	"poterne/internal/seal"
	"poterne/ledger"
)

// Made records look like those of a ministry's shares in what the pages count: few
// shares hold most files, one file in ten is sensitive, one in twenty was not read.
var (
	shares = []string{"RH", "Finances", "Affaires médicales", "Marchés", "Juridique", "Direction", "Commun", "Archives", "DSI", "Communication", "Logistique", "Formation"}
	words  = []string{"note", "compte rendu", "bordereau", "liste", "convention", "arrêté", "courrier", "tableau", "dossier", "rapport", "annexe", "fiche"}
	kinds  = []string{"docx", "pdf", "xlsx", "odt", "txt", "pptx", "eml", "csv"}
	rules  = [][2]string{{"fr-nir", "identite"}, {"iban", "banque"}, {"email", "personnelles"}, {"phone-fr", "personnelles"}, {"sante", "sante"}, {"rh", "rh"}, {"birth-date", "personnelles"}}
)

// batch is how many records are written at once, as a scan does.
const batch = 1000

// fill makes a state folder of n records, with its key, an index that is published
// and two runs.
func fill(ctx context.Context, dir string, n int) (err error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	key, _, err := seal.LoadOrCreateKey(keyFile(dir))
	if err != nil {
		return err
	}
	led, err := ledger.Open(ctx, filepath.Join(dir, "etat", "ledger"), key.For(seal.Ledger), ledger.Options{Audit: key.For(seal.Audit)})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, led.Close()) }()
	x, err := index.Open(filepath.Join(dir, "etat", "index"), key.For(seal.Index))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, x.Close()) }()
	roots := map[string]string{}
	for _, s := range shares {
		roots[s] = "/srv/" + s
	}
	rng := rand.New(rand.NewPCG(1, 2))
	for part, upTo := range []int{n / 2, n} {
		run, err := led.Begin(ctx, ledger.Run{Started: time.Now().AddDate(0, 0, part-2), Shares: roots, Actor: "etat", Doctrine: "sren", Program: "webload"})
		if err != nil {
			return err
		}
		for from := part * (n / 2); from < upTo; from += batch {
			records := make([]poterne.Record, min(batch, upTo-from))
			for i := range records {
				records[i] = made(rng, from+i, run)
			}
			if err := x.Put(ctx, records...); err != nil {
				return err
			}
			if err := led.Commit(ctx, records...); err != nil {
				return err
			}
			if from%100_000 == 0 {
				fmt.Fprintf(os.Stderr, "webload: %d records\n", from)
			}
		}
		summary, err := json.Marshal(map[string]any{"walked": upTo, "opened": upTo - part*(n/2), "unchanged": part * (n / 2), "failures": map[string]int{"encrypted": upTo / 20}})
		if err != nil {
			return err
		}
		if err := led.Finish(ctx, run, ledger.Done, summary); err != nil {
			return err
		}
	}
	if err := x.Publish(ctx); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, "filled"), nil, 0o600)
}

func keyFile(dir string) string { return filepath.Join(dir, "cle") }

// owners is how many people own the files.
const owners = 400

func owner(i int) string { return fmt.Sprintf("agent%03d", i) }

// made is record number i.
func made(rng *rand.Rand, i int, run string) poterne.Record {
	share := shares[min(rng.IntN(len(shares)), rng.IntN(len(shares)))]
	kind := kinds[rng.IntN(len(kinds))]
	path := fmt.Sprintf("service %d/%d/%s %d.%s", i/5000, 2005+i/100%20, words[rng.IntN(len(words))], i, kind)
	at := time.Date(2005+rng.IntN(20), time.Month(1+rng.IntN(12)), 1+rng.IntN(28), 9, 0, 0, 0, time.UTC)
	r := poterne.Record{
		Document: poterne.Document{ID: poterne.NewID(share, path, ""), Share: share, Path: path, Size: int64(1000 + rng.IntN(5_000_000)), ModTime: at, ChangeTime: at,
			Inode: uint64(i), Owner: owner(rng.IntN(owners)), Exposure: poterne.Exposure(rng.IntN(5))},
		Format: kind, Run: run, ScannedAt: time.Now(),
		// One content in five lies in several places.
		Stamp:      poterne.Stamp{Content: poterne.Version(fmt.Sprintf("content-%d", i-i%5*rng.IntN(2))), Extractor: "e1", Rules: "r1", Policy: "p1"},
		Assessment: poterne.Assessment{Level: poterne.Internal, Hosting: poterne.Hosting{Class: poterne.H1}, Actor: "etat", Doctrine: "sren"},
	}
	if rng.IntN(20) == 0 {
		r.Failure = poterne.Fail(poterne.StageExtract, poterne.Kinds()[rng.IntN(len(poterne.Kinds()))], nil)
		r.Assessment.Level, r.Assessment.Hosting.Class = poterne.Unassessed, poterne.ClassUnknown
		return r
	}
	for range rng.IntN(4) {
		rule := rules[rng.IntN(len(rules))]
		f := poterne.Finding{Rule: rule[0], Category: rule[1], Count: 1 + rng.IntN(40), Distinct: 1, Confidence: 0.85, Level: poterne.Personal, Masked: []string{"1 •• •• •• ••• ••• 84"},
			Prints: []poterne.Fingerprint{poterne.Fingerprint(fmt.Sprintf("print-%010d", rng.IntN(200_000)))},
			Spots:  []poterne.Spot{{Place: poterne.Place{Page: 1}, Count: 1, Distinct: 1}}, Legal: []string{"RGPD art. 4"}}
		if rng.IntN(30) == 0 {
			f.Tags = []poterne.Tag{poterne.TagConfirm}
		}
		r.Findings = append(r.Findings, f)
		r.Assessment.Categories = []string{rule[1]}
		r.Assessment.Level, r.Assessment.Hosting.Class = poterne.Personal, poterne.H2
	}
	if len(r.Findings) > 0 && rng.IntN(5) == 0 {
		r.Assessment.Level, r.Assessment.Hosting.Class = poterne.Sensitive, poterne.H3
	}
	return r
}
