package train

import (
	"bytes"
	"math"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"poterne/classifiers/subject"
)

func corpus(t *testing.T) []Doc {
	t.Helper()
	docs, err := ReadCorpus(os.DirFS("../corpus"))
	if err != nil {
		t.Fatal(err)
	}
	return docs
}

// TestCorpusIsSound holds each document to the labelling guide, and the whole to
// enough of each category.
func TestCorpusIsSound(t *testing.T) {
	docs := corpus(t)
	seen := map[string]string{}
	count := map[string]int{}
	for _, d := range docs {
		key := strings.Join(strings.Fields(d.Text), " ")
		if other := seen[key]; other != "" {
			t.Errorf("%s and %s are the same text", d.ID, other)
		}
		seen[key] = d.ID
		for _, c := range d.Cats {
			count[c]++
		}
	}
	for _, c := range Categories {
		if count[c] < 20 {
			t.Errorf("%d documents carry %s", count[c], c)
		}
	}
	if len(docs) < 1500 {
		t.Errorf("%d documents", len(docs))
	}
}

// TestNoNameIsAFeature looks for the invented surnames of the corpus, which follow
// "Mme" or the like and are never written in lower case, among the words of the
// embedded model.
func TestNoNameIsAFeature(t *testing.T) {
	m, err := subject.Open()
	if err != nil {
		t.Fatal(err)
	}
	named, lower := map[string]bool{}, map[string]bool{}
	for _, d := range corpus(t) {
		for _, w := range subject.Words(d.Text) {
			if w.Named && len(w.Text) > 2 {
				named[w.Text] = true
			}
			if w.Lower {
				lower[w.Text] = true
			}
		}
	}
	surnames := 0
	words := map[string]bool{}
	for _, w := range m.Words() {
		words[w] = true
		if strings.ContainsAny(w, "0123456789@./") {
			t.Errorf("%q is a feature", w)
		}
	}
	for w := range named {
		if lower[w] {
			continue
		}
		surnames++
		if words[w] {
			t.Errorf("the name %q is a feature", w)
		}
	}
	if surnames < 500 {
		t.Errorf("%d surnames tried", surnames)
	}
}

// few returns documents enough to train on in a second.
func few(t *testing.T) []Doc {
	var out []Doc
	for _, d := range corpus(t) {
		if strings.HasPrefix(d.Batch, "w-") {
			out = append(out, d)
		}
	}
	return out
}

func TestTrainingTwiceGivesTheSameBytes(t *testing.T) {
	var files [2][]byte
	for i := range files {
		m, err := Train(Options{Docs: few(t)})
		if err != nil {
			t.Fatal(err)
		}
		if files[i], err = m.Write(); err != nil {
			t.Fatal(err)
		}
	}
	if !bytes.Equal(files[0], files[1]) {
		t.Error("two trainings on the same documents differ")
	}
}

func TestFoldsKeepAuthorsTogether(t *testing.T) {
	docs := corpus(t)
	folds := Folds(docs, 5)
	of := map[string]int{}
	for i, d := range docs {
		if k, ok := of[d.Batch]; ok && k != folds[i] {
			t.Fatalf("the author %s is in two folds", d.Batch)
		}
		of[d.Batch] = folds[i]
	}
	if slices.Max(folds) != 4 {
		t.Errorf("%d folds", slices.Max(folds)+1)
	}
}

func TestSolveFindsThePlane(t *testing.T) {
	var x []example
	var y []bool
	var cost []float64
	for i := range 100 {
		a, b := float32(i%10)-4.5, float32(i/10)-4.5
		x, y, cost = append(x, example{[]int32{0, 1, 2}, []float32{a, b, 1}}), append(y, a+2*b > 1), append(cost, 10)
	}
	w := solve(x, y, cost, 3, 200)
	for i := range x {
		if (x[i].dot(w) > 0) != y[i] {
			t.Fatalf("weights %v err on %v", w, x[i].value)
		}
	}
}

func TestLogisticFindsTheCurve(t *testing.T) {
	var x [][]float64
	var y []bool
	var weight []float64
	for i := range 400 { // one in four below zero is true, three in four above
		z := -1.0
		if i%2 == 1 {
			z = 1
		}
		x, y, weight = append(x, []float64{z}), append(y, (i/2%4 == 0) != (z > 0)), append(weight, 1)
	}
	w := logistic(x, y, weight, 1e-6)
	if math.Abs(w[0]-math.Log(3)) > 0.01 || math.Abs(w[1]) > 0.01 {
		t.Errorf("weights %v, want %v and 0", w, math.Log(3))
	}
}

func TestMeasures(t *testing.T) {
	perfect := []judged{{0.1, false}, {0.2, false}, {0.8, true}, {0.9, true}}
	if got := auc(perfect); got != 1 {
		t.Errorf("auc = %v", got)
	}
	if got := auc([]judged{{0.5, true}, {0.5, false}}); got != 0.5 {
		t.Errorf("auc of a tie = %v", got)
	}
	if got := ece([]judged{{1, true}, {0, false}, {1, false}, {0, false}}); got != 0.25 {
		t.Errorf("ece = %v", got)
	}
}

func TestMurmurIsThatOfSpaCy(t *testing.T) {
	for word, want := range map[string]uint64{"coffee": 3197928453018144401, "apple": 8566208034543834098} {
		if got := murmur(word); got != want {
			t.Errorf("murmur(%q) = %d, want %d", word, got, want)
		}
	}
}

func TestReadRowsAndArray(t *testing.T) {
	got, err := readRows([]byte{0x82, 0x05, 0xCD, 0x01, 0x02, 0xCF, 0, 0, 0, 0, 0, 0, 1, 0, 0x07})
	if err != nil || got[5] != 0x102 || got[256] != 7 || len(got) != 2 {
		t.Errorf("rows = %v, %v", got, err)
	}
	for _, b := range []string{"", "\x81", "\x81\x05", "\x93", "\x81\xC0\x01"} {
		if _, err := readRows([]byte(b)); err == nil {
			t.Errorf("%q is a map", b)
		}
	}
	for _, b := range []string{"", "\x93NUMPY\x01\x00\xff\xff", "\x93NUMPY\x01\x00\x02\x00{}"} {
		if _, err := readArray([]byte(b)); err == nil {
			t.Errorf("%q is an array", b)
		}
	}
}

func TestStemJoinsForms(t *testing.T) {
	for _, forms := range [][]string{{"infirmier", "infirmiers", "infirmiere", "infirmieres"}, {"soigne", "soignee", "soignes", "soigner"}, {"hopital", "hopitaux"}, {"chambre", "chambres"}} {
		for _, f := range forms[1:] {
			if stem(f) != stem(forms[0]) {
				t.Errorf("%s → %s, %s → %s", forms[0], stem(forms[0]), f, stem(f))
			}
		}
	}
}

func TestHalvesAreTheWhole(t *testing.T) {
	text := strings.Repeat("un deux trois quatre cinq\n", 30)
	h := Halves(text)
	if len(h) != 2 || h[0]+h[1] != text {
		t.Errorf("halves of %d bytes: %q", len(text), h)
	}
	if h := Halves("peu de mots"); h != nil {
		t.Errorf("halves of three words: %q", h)
	}
}

// TestChoose has two documents: one told to hold anything of level 3, and one not.
func TestChoose(t *testing.T) {
	scores := func(of map[string]float64) []float64 {
		out := make([]float64, headCount+1)
		for i, c := range Categories {
			out[i] = -9
			if z, ok := of[c]; ok {
				out[i] = z
			}
		}
		return out
	}
	outcomes := []Outcome{
		{Doc: &Doc{Kind: Carries, Cats: []string{"sante", "personnel"}}, Told: []string{"sante"}, Scores: scores(map[string]float64{"sante": 2, "personnel": -1, "ssi": 0.5})},
		{Doc: &Doc{Kind: Talks}, Scores: scores(map[string]float64{"ssi": 3, "archives": 1})},
	}
	for _, c := range []struct{ from, recall, main, precision, told float64 }{
		{0.2, 1, 1, 0.5, 3},
		{0.5, 0.5, 1, 1. / 3, 2},
		{0.8, 0.5, 1, 1, 1},
		{0.95, 0, 0, 1, 0},
	} {
		want := Choice{c.from, c.recall, c.main, c.precision, c.told}
		if got := Choose(outcomes, c.from); got != want {
			t.Errorf("from %v: %+v, want %+v", c.from, got, want)
		}
	}
}

func TestPairsMayHaveAWordBetween(t *testing.T) {
	ids := map[string]int{"fracture": 0, "ouverte": 1, "poignet": 2, "gauche": 3}
	got := pairsOf(subject.Words("fracture ouverte du poignet gauche. fracture"), ids)
	want := map[[2]int]bool{{0, 1}: true, {0, 2}: true, {1, 2}: true, {1, 3}: true, {2, 3}: true}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("pairs (-want +got):\n%s", diff)
	}
}

func TestCurve(t *testing.T) {
	list := []judged{{0.9, true}, {0.8, false}, {0.7, true}, {0.1, false}}
	average, at := curve(list, 0.9)
	if math.Abs(average-(1+2.0/3)/2) > 1e-9 || math.Abs(at-2.0/3) > 1e-9 {
		t.Errorf("average precision %v, at recall 0.9 %v", average, at)
	}
}
