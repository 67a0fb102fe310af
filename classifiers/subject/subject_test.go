package subject

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"poterne"
	"poterne/classifiers"
)

func open(t testing.TB) *Model {
	t.Helper()
	m, err := Open()
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// read returns what m tells of segments, hints left out.
func read(m *Model, segments ...poterne.Segment) []classifiers.Subject {
	r := m.Reader()
	for i := range segments {
		r.Segment(classifiers.Fold(nil, segments[i].Body), &segments[i])
	}
	return slices.DeleteFunc(r.Subjects(), func(s classifiers.Subject) bool { return s.Hint })
}

// note is forty words of a nurse, without a word of the textbooks.
const note = `Mme Ploumagnac, chambre 7, a encore vomi cette nuit, 39,4 de fièvre, on a refait la perfusion vers 3 h.
Elle tousse et saigne un peu quand elle crache. Sa fille a pleuré dans le couloir. Le médecin de garde veut une
ponction demain matin, à jeun, et demande les résultats de la biopsie au laboratoire.`

// report is pages of a public report, of one paragraph each.
func report(pages int) []poterne.Segment {
	var out []poterne.Segment
	for p := range pages {
		body := strings.Repeat(fmt.Sprintf("Le chapitre %d du rapport annuel présente l'entretien des routes départementales, le nombre de kilomètres rénovés et le budget voté en séance publique. ", p+1), 8)
		out = append(out, poterne.Segment{Body: body, Place: poterne.Place{Page: p + 1}})
	}
	return out
}

func TestShortNoteIsFound(t *testing.T) {
	got := read(open(t), poterne.Segment{Body: note})
	if len(got) == 0 || got[0].Category != "sante" || len(got[0].For) == 0 {
		t.Errorf("subjects = %+v", got)
	}
}

func TestAnnexInLongReportIsFound(t *testing.T) {
	m := open(t)
	pages := report(60)
	if got := read(m, pages...); len(got) > 0 {
		t.Errorf("the report alone tells %+v", got)
	}
	pages = slices.Insert(pages, 43, poterne.Segment{Body: note + "\n" + note, Place: poterne.Place{Page: 44}})
	for i := range pages {
		pages[i].Place.Page = i + 1
	}
	got := read(m, pages...)
	if len(got) == 0 || got[0].Category != "sante" || got[0].Place.Page != 44 {
		t.Errorf("subjects = %+v", got)
	}
}

// TestReaderSeesWhatTrainingSaw holds that a text has the same features and the same
// scores whether a trainer or a reader looks at it.
func TestReaderSeesWhatTrainingSaw(t *testing.T) {
	m := open(t)
	damaged := strings.NewReplacer("fièvre", "fievrc", "chambre", "charnbre", "médecin", "medccin", "biopsie", "b1opsie").Replace(note)
	for name, text := range map[string]string{"note": note, "damaged": damaged} {
		t.Run(name, func(t *testing.T) {
			f := m.Features(text)
			r := m.reader()
			s := poterne.Segment{Body: text}
			r.Segment(classifiers.Fold(nil, text), &s)
			list := slices.Sorted(slices.Values(r.now.list))
			if diff := cmp.Diff(f.List, list); diff != "" {
				t.Errorf("features (-training +reader):\n%s", diff)
			}
			if f.Weight != r.now.weight || f.Words != r.now.words {
				t.Errorf("weight %d words %d, the reader says %d and %d", f.Weight, f.Words, r.now.weight, r.now.words)
			}
			var again float64
			for _, i := range f.List {
				again += float64(m.weights[i][headSensitive]) * m.header.WordScale[headSensitive]
			}
			if got := float64(r.now.features.heads[headSensitive]) * m.header.WordScale[headSensitive]; math.Abs(got-again) > 1e-9 {
				t.Errorf("words add %v, the reader says %v", again, got)
			}
		})
	}
}

// TestSubjectOfAMail reads the line of a mail that says what it is about, and no
// other property.
func TestSubjectOfAMail(t *testing.T) {
	m := open(t)
	property := func(name string) []classifiers.Subject {
		return read(m, poterne.Segment{Body: name + ": " + note, Place: poterne.Place{Zone: poterne.ZoneProperty}})
	}
	if got := property("Subject"); len(got) == 0 || got[0].Category != "sante" {
		t.Errorf("subjects of a subject = %+v", got)
	}
	if got := property("Keywords"); len(got) > 0 {
		t.Errorf("subjects of keywords = %+v", got)
	}
}

// TestPromptsOfATemplateWeighNothing reads a note on a slide whose master asks, a
// hundred times, for a title: that is none of what its author says.
func TestPromptsOfATemplateWeighNothing(t *testing.T) {
	m := open(t)
	want := read(m, poterne.Segment{Body: note, Place: poterne.Place{Page: 1}})
	segments := []poterne.Segment{{Body: note, Place: poterne.Place{Page: 1}}}
	for range 100 {
		segments = append(segments, poterne.Segment{Body: "Cliquez pour modifier le style du titre", Place: poterne.Place{Zone: poterne.ZonePrompt}})
	}
	if diff := cmp.Diff(want, read(m, segments...)); diff != "" {
		t.Errorf("subjects (-note +with prompts):\n%s", diff)
	}
}

func TestOverlappingWindowsCountAWordOnce(t *testing.T) {
	m := open(t)
	r := m.reader()
	text := strings.Repeat("Le patient tousse et saigne depuis la nuit dans la chambre voisine. ", 24)
	s := poterne.Segment{Body: text}
	r.Segment(classifiers.Fold(nil, text), &s)
	for h := range r.old.features.heads {
		if both := r.old.features.heads[h] + r.now.features.heads[h] - r.now.again.heads[h]; both != r.old.features.heads[h] {
			t.Fatalf("head %d: the same words twice weigh %d, once %d", h, both, r.old.features.heads[h])
		}
	}
	if r.windows < 2 {
		t.Errorf("%d windows", r.windows)
	}
}

func TestSameTextSameSubjectsAlways(t *testing.T) {
	m := open(t)
	want := read(m, poterne.Segment{Body: note})
	var wait sync.WaitGroup
	for range 4 {
		wait.Go(func() {
			r := m.Reader()
			for range 5 {
				for _, other := range report(9) { // another part in between
					r.Segment(classifiers.Fold(nil, other.Body), &other)
				}
				r.Subjects()
				s := poterne.Segment{Body: note}
				r.Segment(classifiers.Fold(nil, note), &s)
				got := slices.DeleteFunc(r.Subjects(), func(s classifiers.Subject) bool { return s.Hint })
				if diff := cmp.Diff(want, got); diff != "" {
					t.Errorf("subjects (-first +again):\n%s", diff)
					return
				}
			}
		})
	}
	wait.Wait()
}

// TestTableWithoutWordsTellsNothing is about grids of figures.
func TestTableWithoutWordsTellsNothing(t *testing.T) {
	var cells []poterne.Segment
	for row := range 2000 {
		for col, title := range []string{"Horodatage", "Débit", "Niveau"} {
			cells = append(cells, poterne.Segment{Body: fmt.Sprint(row*37%1000, ",", col), Header: title,
				Place: poterne.Place{Zone: poterne.ZoneCell, Sheet: "Mesures", Row: row + 2, Column: col + 1, Header: title}})
		}
	}
	if got := read(open(t), cells...); len(got) > 0 {
		t.Errorf("subjects = %+v", got)
	}
}

// TestNothingIsToldWithoutAWord is about a page whose font has no table of letters: only
// signs and figures come out of it.
func TestNothingIsToldWithoutAWord(t *testing.T) {
	for _, c := range []struct {
		name string
		x    best
		want bool
	}{
		{"strong", best{margin: 1, speaksFor: []uint16{3}}, true},
		{"weak", best{margin: 0.2, speaksFor: []uint16{3}}, false},
		{"signs-only", best{margin: 9}, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := c.x.told(0.5); got != c.want {
				t.Errorf("told %v", got)
			}
		})
	}
}

// TestExplanationHoldsVocabularyOnly plants names beside what is found.
func TestExplanationHoldsVocabularyOnly(t *testing.T) {
	m := open(t)
	known := map[string]bool{}
	for _, w := range m.words {
		known[w] = true
	}
	for _, s := range read(m, poterne.Segment{Body: note}) {
		for _, w := range append(s.For, s.Against...) {
			for _, part := range strings.Fields(w) {
				if !known[part] || part == "ploumagnac" {
					t.Errorf("%q is told", w)
				}
			}
		}
	}
}

func TestModelFileIsSmallAndReadBack(t *testing.T) {
	const most = 15 << 20
	if len(embedded) > most {
		t.Errorf("the model has %d bytes, more than %d", len(embedded), most)
	}
	m := open(t)
	file, err := m.Write()
	if err != nil {
		t.Fatal(err)
	}
	again, err := Read(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(read(m, poterne.Segment{Body: note}), read(again, poterne.Segment{Body: note})); diff != "" {
		t.Errorf("subjects (-before +after):\n%s", diff)
	}
	for _, cut := range []int{0, 10, len(fileMagic) + 2, 400, len(file) / 2, len(file) - 1} {
		if _, err := Read(file[:cut]); err == nil {
			t.Errorf("%d of %d bytes are taken for a model", cut, len(file))
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add([]byte(fileMagic))
	f.Add(embedded[:min(len(embedded), 3000)])
	f.Fuzz(func(t *testing.T, b []byte) {
		if m, err := Read(b); err == nil {
			read(m, poterne.Segment{Body: note})
		}
	})
}

func FuzzScan(f *testing.F) {
	f.Add(note)
	f.Add("De : a.b@c.fr\n____ 12/03/2024 14h30 06 12 34 56 78 www.x.fr M. W. 12 € ☐ Nom :\n")
	f.Fuzz(func(t *testing.T, s string) {
		text := classifiers.Fold(nil, s)
		end := 0
		for _, k := range scan(nil, text) {
			if k.kind == tokenWord {
				if int(k.start) < end || int(k.start)+int(k.size) > len(text) {
					t.Fatalf("word at %d of %d bytes, after %d", k.start, len(text), end)
				}
				end = int(k.start) + int(k.size)
			}
		}
	})
}

func TestCues(t *testing.T) {
	for _, c := range []struct {
		text string
		want cue
	}{
		{"Mme Ploumagnac", cueTitledName}, {"L. B.", cueInitial}, {"âgé de 7 ans", cueAge}, {"le 12/03/2024", cueDate}, {"à 14h30", cueTime},
		{"1 250 €", cueMoney}, {"12 %", cuePercent}, {"en 2024", cueYear}, {"06 12 34 56 78", cuePhone}, {"10.1.2.3", cueAddressIP},
		{"pourquoi ?", cueQuestion}, {"Nom : ........", cueBlank}, {"☐ oui", cueBox}, {"☑ oui", cueTicked}, {"Nom :", cueEmptyLabel},
		{"Nom : Pic", cueLabel}, {"- un", cueBullet}, {"De : Jeanne", cueMailHead}, {"a.b@c.fr", cueMail}, {"voir www.exemple.fr", cueLink},
		{"12, rue des Pins", cueStreet}, {"née le 4 mai 1990", cueBirth}, {"date de naissance : 04/05/1990", cueBirth}, {"06 12 34 56 78", cueMobile},
		{"le Pic bleu", cueNameInside}, {"dossier 123456", cueLongNumber}, {"la B12", cueCode},
	} {
		found := false
		for _, k := range scan(nil, classifiers.Fold(nil, c.text)) {
			found = found || k.kind == tokenCue && cue(k.size) == c.want
		}
		if !found {
			t.Errorf("%q has no %s", c.text, cueNames[c.want])
		}
	}
}

// TestCapitalsOfALineSayNothing reads a line that is all in capitals, and a title.
func TestCapitalsOfALineSayNothing(t *testing.T) {
	count := func(text string) (n int) {
		for _, k := range scan(nil, classifiers.Fold(nil, text)) {
			if k.kind == tokenCue && (cue(k.size) == cueUpper || cue(k.size) == cueNameInside) {
				n++
			}
		}
		return n
	}
	if n := count("LE PATIENT DE LA CHAMBRE SEPT A ENCORE VOMI CETTE NUIT"); n != 0 {
		t.Errorf("%d capitals in a line of capitals", n)
	}
	if n := count("COMPTE RENDU"); n != 2 {
		t.Errorf("%d capitals in a title", n)
	}
}

func TestWeightsAreThoseOfAHead(t *testing.T) {
	m := open(t)
	up, down := m.Weights("sante", 20, false), m.Weights("sante", 20, true)
	if len(up) != 20 || up[0].Value <= 0 || down[0].Value >= 0 || up[0].Value < up[19].Value {
		t.Errorf("weights %v, against %v", up, down)
	}
	if got := m.Weights("none", 20, false); got != nil {
		t.Errorf("weights of no head: %v", got)
	}
}

func BenchmarkRead(b *testing.B) {
	m := open(b)
	pages := report(200)
	size := 0
	var folded [][]byte
	for _, p := range pages {
		size += len(p.Body)
		folded = append(folded, classifiers.Fold(nil, p.Body))
	}
	benchmarkReader(b, m, pages, folded, size)
}

// benchmarkReader reads pages that are folded already; size is their length in bytes.
func benchmarkReader(b *testing.B, m *Model, pages []poterne.Segment, folded [][]byte, size int) {
	r := m.Reader()
	b.SetBytes(int64(size))
	b.ReportAllocs()
	for b.Loop() {
		for i := range pages {
			r.Segment(folded[i], &pages[i])
		}
		r.Subjects()
	}
}

func BenchmarkClassifyWithSubjects(b *testing.B) {
	c, err := classifiers.New(classifiers.Options{Subjects: open(b)})
	if err != nil {
		b.Fatal(err)
	}
	pages := report(200)
	size := 0
	for _, p := range pages {
		size += len(p.Body)
	}
	b.SetBytes(int64(size))
	for b.Loop() {
		_, err := c.Classify(context.Background(), poterne.Document{}, func(yield func(poterne.Segment, error) bool) {
			for _, p := range pages {
				if !yield(p, nil) {
					return
				}
			}
		})
		if err != nil {
			b.Fatal(err)
		}
	}
}
