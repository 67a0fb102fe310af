package report

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"

	"poterne"
)

// hostile is a name that tries to be a formula, markup, a table cell and a command
// of a terminal.
const hostile = "=cmd|'<script>[x](javascript:1)`\x1b[2J.xlsx"

func person(path string, prints ...poterne.Fingerprint) poterne.Record {
	r := sample(path, poterne.H3, poterne.Sensitive)
	r.Findings[0].Prints, r.Findings[0].Distinct = prints, len(prints)
	r.Findings[0].Tags = []poterne.Tag{poterne.TagPerson}
	return r
}

func TestWorkbookHoldsEachRecordAndNoFormula(t *testing.T) {
	var b bytes.Buffer
	if err := voice("fr").Workbook(&b, all(sample(hostile, poterne.H3, poterne.Sensitive), sample("libre.txt", poterne.H1, poterne.Public))); err != nil {
		t.Fatal(err)
	}
	f, err := excelize.OpenReader(&b)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if diff := cmp.Diff([]string{"Synthèse", "Documents", "Constats"}, f.GetSheetList()); diff != "" {
		t.Errorf("sheets (-want +got)\n%s", diff)
	}
	rows, err := f.GetRows("Documents")
	if err != nil {
		t.Fatal(err)
	}
	if len(rows) != 3 || rows[1][1] != Inert(hostile) || rows[2][1] != "libre.txt" {
		t.Errorf("documents = %q", rows)
	}
	for _, sheet := range f.GetSheetList() {
		rows, err := f.GetRows(sheet)
		if err != nil {
			t.Fatal(err)
		}
		for i, row := range rows {
			for j := range row {
				cell, err := excelize.CoordinatesToCellName(j+1, i+1)
				if err != nil {
					t.Fatal(err)
				}
				if formula, err := f.GetCellFormula(sheet, cell); err != nil || formula != "" {
					t.Errorf("%s!%s is the formula %q, %v", sheet, cell, formula, err)
				}
			}
		}
	}
}

func TestSARIFHoldsTheKeysOfItsVersion(t *testing.T) {
	failed := sample("b", poterne.ClassUnknown, poterne.Unassessed)
	failed.Findings, failed.Failure = nil, poterne.Fail(poterne.StageExtract, poterne.Encrypted, nil)
	var b bytes.Buffer
	if err := voice("fr").SARIF(&b, "1.0", all(sample("a b/"+hostile, poterne.H3, poterne.Sensitive), failed)); err != nil {
		t.Fatal(err)
	}
	var log struct {
		Version string
		Runs    []struct {
			Tool struct {
				Driver struct {
					Name  string
					Rules []struct{ ID string }
				}
			}
			Results []struct {
				RuleID, Level string
				Message       struct{ Text string }
				Locations     []struct {
					PhysicalLocation struct{ ArtifactLocation struct{ URI string } }
				}
			}
		}
	}
	if err := json.Unmarshal(b.Bytes(), &log); err != nil {
		t.Fatalf("%v\n%s", err, b.String())
	}
	if log.Version != "2.1.0" || len(log.Runs) != 1 || log.Runs[0].Tool.Driver.Name != "Poterne" || len(log.Runs[0].Results) != 2 {
		t.Fatalf("log = %+v", log)
	}
	first, second := log.Runs[0].Results[0], log.Runs[0].Results[1]
	if first.RuleID != "fr-nir" || first.Level != "error" || strings.Contains(first.Message.Text, "84") {
		t.Errorf("first result = %+v", first)
	}
	if uri := first.Locations[0].PhysicalLocation.ArtifactLocation.URI; !strings.HasPrefix(uri, "a%20b/") || strings.ContainsAny(uri, "<>\x1b ") {
		t.Errorf("uri = %q", uri)
	}
	if second.RuleID != "failure/encrypted" || second.Level != "warning" {
		t.Errorf("second result = %+v", second)
	}
}

func TestMarkdownKeepsNamesInert(t *testing.T) {
	o, err := Summarize(all(sample(hostile, poterne.H5, poterne.Classified)))
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := voice("fr").Markdown(&b, o, "partage", "État", "SREN", time.Unix(0, 0)); err != nil {
		t.Fatal(err)
	}
	for _, bad := range []string{"<script", "[x](", "\x1b", "cmd|'"} {
		if strings.Contains(b.String(), bad) {
			t.Errorf("the note holds %q:\n%s", bad, b.String())
		}
	}
	if !strings.Contains(b.String(), "candidat à la mention Diffusion Restreinte") {
		t.Error("a note that names classified places does not say so")
	}
}

func TestHoldingsCountPersonsOnce(t *testing.T) {
	talks := person("cours.docx", "z")
	talks.Findings[0].Tags = append(talks.Findings[0].Tags, poterne.TagTalks)
	member := person("a.zip", "c")
	member.Member = "m.docx"
	h, err := Hold(all(person("a", "a", "b"), person("b", "b"), member, talks))
	if err != nil {
		t.Fatal(err)
	}
	if h.Persons() != 3 {
		t.Errorf("%d persons, want 3", h.Persons())
	}
	if h.Files != 4 {
		t.Errorf("%d files, want 4", h.Files)
	}
	only := person("lot.zip", "c")
	only.Member, only.Size, only.Exposure, only.Assessment.Level = "m.docx", 7, poterne.ExposureEveryone, poterne.Restricted
	alone, err := Hold(all(only))
	if err != nil {
		t.Fatal(err)
	}
	if alone.Files != 1 || alone.Bytes != 7 || alone.Open != 1 || alone.Level != poterne.Restricted {
		t.Errorf("a member alone: %d files, %d bytes, %d open, level %s", alone.Files, alone.Bytes, alone.Open, alone.Level)
	}
	if c := h.Categories["identite"]; c == nil || c.Documents != 3 || !c.Personal || c.Special {
		t.Errorf("identite = %+v", c)
	}
}

func TestBreachLeavesOpenWhatAScanCannotKnow(t *testing.T) {
	failed := sample("c", poterne.ClassUnknown, poterne.Unassessed)
	failed.Findings, failed.Failure = nil, poterne.Fail(poterne.StageExtract, poterne.Encrypted, nil)
	h, err := Hold(all(person("a", "a"), failed))
	if err != nil {
		t.Fatal(err)
	}
	for lang, want := range map[string][]string{
		"fr": {"au moins 1", "pas en entier : 1 document", "72 heures", "*à compléter*", "| identite | 1 | 1 |", "Usurpation d'identité"},
		"en": {"at least 1", "72 hours", "*to be filled in*", "Identity theft"},
	} {
		var b bytes.Buffer
		if err := (Breach{Voice: voice(lang), Scope: hostile, Run: "r1", At: time.Unix(0, 0)}).Write(&b, h); err != nil {
			t.Fatal(err)
		}
		for _, w := range want {
			if !strings.Contains(b.String(), w) {
				t.Errorf("%s lacks %q:\n%s", lang, w, b.String())
			}
		}
		if strings.Contains(b.String(), "<script") || strings.Contains(b.String(), "Fraude") {
			t.Errorf("%s holds markup or a consequence of data that are not there:\n%s", lang, b.String())
		}
	}
}

func TestRegisterHasOneSheetAShare(t *testing.T) {
	other := person("b", "x")
	other.Share = "=autre"
	g := Register{Voice: voice("fr"), Where: map[string]string{"rh": "/srv/rh"}, At: time.Unix(0, 0)}
	sheets, err := g.Sheets(all(person("a", "a", "b"), other))
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := g.CSV(&b, sheets); err != nil {
		t.Fatal(err)
	}
	if lines := strings.Split(strings.TrimSpace(b.String()), "\n"); len(lines) != 3 || !strings.Contains(lines[2], "/srv/rh") || !strings.Contains(lines[2], "au moins 2") {
		t.Errorf("register = %q", lines)
	}
	b.Reset()
	if err := g.Markdown(&b, sheets); err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(b.String(), "\n## "); n != 2 {
		t.Errorf("%d sheets, want 2:\n%s", n, b.String())
	}
}

func TestCertificateDigestIsOfTheVerdicts(t *testing.T) {
	a, b, moved := sample("a", poterne.H3, poterne.Sensitive), sample("b", poterne.H1, poterne.Public), sample("a", poterne.H4, poterne.Restricted)
	digest := func(records ...poterne.Record) string {
		var out bytes.Buffer
		if err := (Certificate{Voice: voice("fr"), At: time.Unix(0, 0)}).Write(&out, all(records...)); err != nil {
			t.Fatal(err)
		}
		_, rest, _ := strings.Cut(out.String(), "SHA-256 de ")
		return rest
	}
	if digest(a, b) != digest(b, a) {
		t.Error("the digest depends on the order")
	}
	if digest(a, b) == digest(moved, b) {
		t.Error("another class has the same digest")
	}
}
