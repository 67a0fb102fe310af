package train

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"poterne/classifiers/subject"
)

// TestLabelsMoveWhatTheySpeakAbout trains with and without decisions of persons that
// a paper which the corpus calls a case of health is none.
func TestLabelsMoveWhatTheySpeakAbout(t *testing.T) {
	docs := few(t)
	before, err := Train(Options{Docs: docs})
	if err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(docs, func(d Doc) bool { return len(d.Cats) > 0 && d.Cats[0] == "sante" })
	paper := docs[i].Text
	bag, ok := before.Bag(paper, "sante")
	if !ok {
		t.Fatal("no bag")
	}
	line, err := json.Marshal(subject.Label{Category: "sante", Holds: false, Bag: bag})
	if err != nil {
		t.Fatal(err)
	}
	labels, err := ReadLabels(bytes.NewReader(bytes.Repeat(append(line, '\n'), 5)))
	if err != nil {
		t.Fatal(err)
	}
	after, err := Train(Options{Docs: docs, Labels: labels})
	if err != nil {
		t.Fatal(err)
	}
	if b, a := before.Scores(paper)[0], after.Scores(paper)[0]; a > b-0.5 {
		t.Errorf("health scores %.2f before the decisions and %.2f after", b, a)
	}
}

func TestBadLabelsAreNamed(t *testing.T) {
	forms := make([]float32, len(subject.CueNames()))
	unknown, err := json.Marshal(subject.Label{Category: "sport", Bag: subject.Bag{Forms: forms}})
	if err != nil {
		t.Fatal(err)
	}
	short, err := json.Marshal(subject.Label{Category: "sante"})
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range []string{"{", string(unknown), string(short)} {
		if _, err := ReadLabels(strings.NewReader(line)); err == nil || !strings.Contains(err.Error(), "label 1") {
			t.Errorf("%.40s: error %v", line, err)
		}
	}
}
