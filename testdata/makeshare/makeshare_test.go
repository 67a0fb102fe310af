package main

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"encoding/xml"
	"errors"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"
)

func TestCommittedShareIsWhatTheGeneratorWrites(t *testing.T) {
	const dir = "../partage"
	want := makeShare().files()
	var got []string
	err := filepath.WalkDir(dir, func(p string, e fs.DirEntry, err error) error {
		if err == nil && !e.IsDir() {
			rel, _ := filepath.Rel(dir, p)
			got = append(got, filepath.ToSlash(rel))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	got = append(got, "../planted.txt")
	names := slices.Sorted(slices.Values(want.names))
	slices.Sort(got)
	if diff := cmp.Diff(names, got); diff != "" {
		t.Fatalf("files differ; go run ./testdata/makeshare (-generated +committed):\n%s", diff)
	}
	for _, n := range want.names {
		data, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(n)))
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(data, want.data[n]) {
			t.Errorf("%s: committed bytes are not the generated ones; go run ./testdata/makeshare", n)
		}
	}
}

// TestPlantedKeysAreValid checks each planted value by another way than it was
// made, and by published values.
func TestPlantedKeysAreValid(t *testing.T) {
	checks := map[string]func(string) bool{
		"fr-nir": validNIR, "fr-spi": validSPI, "iban": validIBAN, "fr-rib": validRIB, "fr-tva": validTVA,
		"card": validLuhn, "fr-siren": validLuhn, "fr-rpps": validLuhn,
		"fr-siret": func(s string) bool { return validLuhn(s) && validLuhn(s[:9]) },
	}
	published := map[string]string{"fr-nir": "185057800608491", "fr-spi": "3012345678167", "iban": "FR7630006000011234567890189", "fr-rib": "30006000011234567890189",
		"fr-tva": "FR11123456782", "card": "4970100000000014", "fr-siren": "123456782", "fr-siret": "12345678200010", "fr-rpps": "10002909371"}
	s := makeShare()
	counts := map[string]int{}
	for rule, check := range checks {
		if !check(published[rule]) {
			t.Errorf("%s: the check refuses the published value", rule)
		}
		if v := []byte(published[rule]); func() bool { v[len(v)-1] ^= 1; return check(string(v)) }() {
			t.Errorf("%s: the check passes the published value with its last digit changed", rule)
		}
	}
	for _, ids := range s.drafts {
		for rule, values := range ids {
			for v := range values {
				if check := checks[rule]; check != nil {
					counts[rule]++
					if !check(v) {
						t.Errorf("%s: a planted value fails its key", rule)
					}
				}
			}
		}
	}
	for rule := range checks {
		if counts[rule] == 0 {
			t.Errorf("%s: no planted value", rule)
		}
	}
}

func TestMachineReadableZones(t *testing.T) {
	for _, c := range []struct{ in, want string }{ // ICAO 9303 part 3, and the specimen of the French card
		{"L898902C3", "6"}, {"740812", "2"}, {"120415", "9"}, {"X4RTBPFW4", "6"},
		{"L898902C3674081221204159ZE184226B<<<<<1", "0"},
	} {
		if got := mrzDigit(c.in); got != c.want {
			t.Errorf("mrzDigit(%q) = %s, want %s", c.in, got, c.want)
		}
	}
	d := (&share{planted: map[string]bool{}}).draft("mrz")
	for _, zone := range []struct {
		lines []string
		width int
	}{{strings.Split(d.mrzTD3(d.person(), d.passport()), "\n"), 44}, {strings.Split(d.mrzTD1(d.person(), d.idCard()), "\n"), 30}} {
		for _, l := range zone.lines {
			if len(l) != zone.width {
				t.Errorf("a line has %d characters, want %d", len(l), zone.width)
			}
		}
	}
}

// TestNoRealName: no name of the share is among the commonest of France (INSEE,
// fichier des noms de famille), no commune code of a number exists.
func TestNoRealName(t *testing.T) {
	common := strings.Fields("Martin Bernard Thomas Petit Robert Richard Durand Dubois Moreau Laurent Simon Michel Lefebvre Leroy Roux David Bertrand Morel Fournier Girard Bonnet Dupont Lambert Fontaine Rousseau Vincent Muller Lefevre Faure Andre Mercier Blanc Guerin Boyer Garnier Chevalier")
	for _, n := range surnames {
		if slices.Contains(common, n) {
			t.Errorf("%s is a common name", n)
		}
	}
	for _, ids := range makeShare().drafts {
		for v := range ids["fr-nir"] {
			if commune := v[7:10]; commune < "950" || commune > "989" {
				t.Errorf("a number has the commune code %s, which may exist", commune)
			}
		}
	}
}

func TestDeflate(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	noise := make([]byte, 70000)
	for i := range noise {
		noise[i] = byte(r.IntN(256))
	}
	for _, c := range []struct {
		name string
		in   []byte
	}{
		{"empty", nil}, {"one", []byte("a")}, {"run", bytes.Repeat([]byte("a"), 100000)}, {"noise", noise},
		{"far", append(append([]byte("motif lointain"), noise[:32700]...), "motif lointain"...)},
		{"words", bytes.Repeat([]byte("la préfecture de la Valserine "), 3000)},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := io.ReadAll(flate.NewReader(bytes.NewReader(deflate(c.in))))
			if err != nil || !bytes.Equal(got, c.in) {
				t.Errorf("read back %d bytes, %v; want %d", len(got), err, len(c.in))
			}
		})
	}
}

// TestOfficeFilesAreWellFormed opens each package that claims to be whole, with
// archive/zip, and parses each of its XML parts.
func TestOfficeFilesAreWellFormed(t *testing.T) {
	parsed := 0
	for _, d := range makeShare().docs {
		if d.claim.Kind == "failure" || !slices.Contains(strings.Fields(".docx .docm .xlsx .pptx .odt .ods .odp .zip"), filepath.Ext(d.path)) || d.data == nil {
			continue
		}
		z, err := zip.NewReader(bytes.NewReader(d.data), int64(len(d.data)))
		if err != nil {
			t.Fatalf("%s: %v", d.path, err)
		}
		for _, f := range z.File {
			r, err := f.Open()
			if err != nil {
				t.Fatalf("%s: %v", d.path, err)
			}
			data, err := io.ReadAll(r) // checks the sum too
			if err != nil {
				t.Fatalf("%s: %s: %v", d.path, f.Name, err)
			}
			if !strings.HasSuffix(f.Name, ".xml") && !strings.HasSuffix(f.Name, ".rels") {
				continue
			}
			x := xml.NewDecoder(bytes.NewReader(data))
			for err == nil {
				_, err = x.Token()
			}
			if !errors.Is(err, io.EOF) {
				t.Errorf("%s: %s: %v", d.path, f.Name, err)
			}
			parsed++
		}
	}
	if parsed < 200 {
		t.Errorf("%d XML parts parsed, want at least 200", parsed)
	}
}

// TestLockedOfficeOpensWithItsPassword shows that the encryption is the real one.
func TestLockedOfficeOpensWithItsPassword(t *testing.T) {
	plain := xlsx(paper{title: "Caisse"}, sheet{name: "Caisse", rows: [][]any{row("Nom", "Somme"), row("Ursambel", int64(12))}})
	locked := agile(plain, "valserine")
	f, err := excelize.OpenReader(bytes.NewReader(locked), excelize.Options{Password: "valserine"})
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if v, err := f.GetCellValue("Caisse", "A2"); v != "Ursambel" {
		t.Errorf("A2 = %q, %v", v, err)
	}
	if f, err := excelize.OpenReader(bytes.NewReader(locked), excelize.Options{Password: "autre"}); err == nil {
		f.Close()
		t.Error("a wrong password opens the workbook")
	}
}
