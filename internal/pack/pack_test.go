package pack

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"poterne"
)

func full() poterne.Record {
	when := time.Date(2024, 3, 1, 12, 30, 0, 123456789, time.UTC)
	return poterne.Record{
		Document: poterne.Document{
			ID: poterne.NewID("rh", "a\xff/b.zip", "c\xfe.txt"), Share: "rh", Path: "a\xff/b.zip", Member: "c\xfe.txt",
			Size: 12, ModTime: when, ChangeTime: when, Inode: 1 << 63, Owner: "S-1-5-21", Exposure: poterne.ExposureEveryone,
		},
		Format: "txt",
		Stamp:  poterne.Stamp{Content: "c", Extractor: "e", Rules: "r", Policy: "p"},
		Findings: []poterne.Finding{{
			Rule: "fr-nir", Category: "identite", Count: 3, Distinct: 2, Confidence: 0.95, Level: poterne.Personal,
			Masked: []string{"2 •• 84"}, Prints: []poterne.Fingerprint{"abc"}, Legal: []string{"RGPD art. 87"},
			Tags: []poterne.Tag{poterne.TagPerson}, Trace: []poterne.Step{{Name: "form", Delta: 0.35}},
			Spots: []poterne.Spot{{Place: poterne.Place{Zone: poterne.ZoneCell, Sheet: "Paie", Column: 4, Header: "NIR"}, Count: 3, Distinct: 2}},
		}},
		Assessment: poterne.Assessment{
			Level: poterne.Sensitive, Hosting: poterne.Hosting{Class: poterne.H3, Flags: []poterne.Flag{poterne.FlagHDS}},
			Categories: []string{"sante"}, Confirm: true, Reasons: []poterne.Reason{{Key: "k", Args: []string{"1"}}},
			Actor: "etat", Doctrine: "sren",
		},
		Failure: poterne.Fail(poterne.StageExtract, poterne.Partial, errors.New("a cause")),
		Run:     "run", ScannedAt: when,
	}
}

func TestRoundTrip(t *testing.T) {
	big := full()
	big.Findings[0].Legal = strings.Split(strings.Repeat("art. 9 ", 400), " ")
	for name, r := range map[string]poterne.Record{"empty": {}, "full": full(), "compressed": big} {
		t.Run(name, func(t *testing.T) {
			data, err := Append(nil, r)
			if err != nil {
				t.Fatal(err)
			}
			got, err := Record(data)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(r, got, cmpopts.IgnoreUnexported(poterne.Failure{})); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
			if got.Failure != nil && got.Failure.Unwrap() != nil {
				t.Error("the cause of the failure was kept")
			}
			if name == "compressed" && len(data) > 1500 {
				t.Errorf("%d bytes: not compressed", len(data))
			}
		})
	}
}

func FuzzRecord(f *testing.F) {
	data, err := Append(nil, full())
	if err != nil {
		f.Fatal(err)
	}
	for _, d := range [][]byte{data, data[:len(data)/2], {}, {1}, {2}, {9}, {1, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1}} {
		f.Add(d)
	}
	f.Fuzz(func(t *testing.T, d []byte) {
		if _, err := Record(d); err != nil && !errors.Is(err, ErrFormat) {
			t.Errorf("another error: %v", err)
		}
	})
}

func BenchmarkAppend(b *testing.B) {
	r := full()
	for b.Loop() {
		if _, err := Append(nil, r); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkRecord(b *testing.B) {
	data, err := Append(nil, full())
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, err := Record(data); err != nil {
			b.Fatal(err)
		}
	}
}
