package extract

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestJSON(t *testing.T) {
	for _, c := range []struct {
		name, file, in string
		want           []seen
	}{
		{"keys-are-titles", "a.json", `{"nom": "Lef\u00e8vre \ud83d\ude00", "n": 27503, "vrai": true, "rien": null, "adresse": {"ville": "Lens"}}`, []seen{
			{"cell", "Lefèvre 😀", "nom", 1, 1}, {"cell", "27503", "n", 1, 2}, {"cell", "Lens", "ville", 1, 3},
		}},
		{"array-of-objects-is-a-table", "a.json", `{"agents": [{"nom": "Roux", "nir": "1"}, {"nir": "2", "nom": "Morel"}], "tags": ["a", "b"]}`, []seen{
			{"cell", "Roux", "nom", 1, 1}, {"cell", "1", "nir", 1, 2}, {"cell", "2", "nir", 2, 2}, {"cell", "Morel", "nom", 2, 1},
			{"cell", "a", "tags", 0, 1}, {"cell", "b", "tags", 0, 1},
		}},
		{"lines", "a.jsonl", "{\"a\": \"un\"}\n{\"a\": \"deux\"}\n", []seen{{"cell", "un", "a", 1, 1}, {"cell", "deux", "a", 2, 1}}},
		{"comments-and-missing-commas", "a.json", "{\n// note\n\"a\": \"un\" /* deux */ \"b\": trois quatre\n}", []seen{
			{"comment", "note", "", 0, 0}, {"cell", "un", "a", 1, 1}, {"comment", "deux", "", 0, 0}, {"cell", "trois quatre", "b", 1, 2},
		}},
		{"notebook", "a.ipynb", `{"cells":[{"source":["x = 1\n","y"],"outputs":[{"data":{"image/png":"iVBOR","text/plain":"2"}}]}]}`, []seen{
			{"cell", "x = 1\n", "source", 0, 1}, {"cell", "y", "source", 0, 1}, {"cell", "2", "text/plain", 1, 1},
		}},
		{"fhir-health-identity", "a.json", `[{"system":"urn:oid:1.2.250.1.213.1.4.8","value":"12"},{"system":"phone","value":"34"},{"value":"56"}]`, []seen{
			{"cell", "urn:oid:1.2.250.1.213.1.4.8", "system", 1, 1}, {"cell", "12 (urn:oid:1.2.250.1.213.1.4.8)", "value", 1, 2},
			{"cell", "phone", "system", 2, 1}, {"cell", "34", "value", 2, 2}, {"cell", "56", "value", 3, 2},
		}},
		{"not-json", "a.json", "un mot\nautre", []seen{{"body", "un mot\nautre", "", 1, 0}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, readWhole(t, c.file, []byte(c.in))); diff != "" {
				t.Errorf("segments (-want +got)\n%s", diff)
			}
		})
	}
}

func TestCutJSONIsPartial(t *testing.T) {
	segments, kinds, _ := readParts(t, Options{}, "a.json", []byte(`{"a": "un", "b": ["deux`))
	if got := bodies(segments[""]); got != "un\ndeux\n" || len(kinds[""]) != 1 || kinds[""][0] != "partial" {
		t.Errorf("text %q, failures %v", got, kinds)
	}
}

func TestHostileJSON(t *testing.T) {
	for _, c := range []struct{ name, in, want string }{
		{"a-million-deep", strings.Repeat(`{"a":[`, 500_000) + `"fond"` + strings.Repeat("]}", 500_000), "fond"},
		{"one-string-of-8-mb", `{"a":"` + strings.Repeat("mot ", 2<<20) + `fond"}`, "fond"},
		{"a-million-keys", `{` + strings.Repeat(`"k":1,`, 1_000_000) + `"z":"fond"}`, "fond"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if !strings.Contains(bodies(readWhole(t, "a.json", []byte(c.in))), c.want) {
				t.Error("text is lost")
			}
		})
	}
}

func FuzzJSON(f *testing.F) {
	f.Add([]byte(`{"a":["\u00e9\ud800",1e9,{"b":nul}],/**/'c':`))
	f.Fuzz(func(t *testing.T, b []byte) {
		readParts(t, Options{}, "a.json", b)
	})
}
