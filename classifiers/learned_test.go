package classifiers

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"poterne"
)

// told is a model that tells the same of every part.
type told []Subject

func (m told) Version() poterne.Version         { return "told" }
func (m told) Reader() SubjectReader            { return m }
func (m told) Segment([]byte, *poterne.Segment) {}
func (m told) Subjects() []Subject              { return m }

// medical is what the vocabulary of health finds for certain beside a person.
const medical = "COMPTE RENDU D'HOSPITALISATION\nPatiente : Mme Odile Varnoux. Antécédents : hépatite, cancer. Traitement médicamenteux : posologie inchangée, médecin traitant informé."

func TestVocabulariesAndModelAreJoined(t *testing.T) {
	plain := strings.Repeat("des mots de tous les jours ", 5)
	for _, c := range []struct {
		name, text string
		model      told
		want       string // rule, confidence, tags; "" for no subject
	}{
		{"model-alone", plain, told{{Category: "ssi", Probability: 0.9}}, "ssi 0.90"},
		{"model-doubtful", plain, told{{Category: "ssi", Probability: 0.55}}, "ssi 0.55 confirm"},
		{"model-sees-a-person", plain, told{{Category: "sante", Probability: 0.9, Person: 0.8}}, "sante 0.90 near"},
		{"model-of-no-lexicon", plain, told{{Category: "astrologie", Probability: 0.9}}, ""},
		{"hint-alone", plain, told{{Category: "sante", Probability: 0.5, Hint: true}}, ""},
		{"vocabulary-and-hint", medical, told{{Category: "sante", Probability: 0.5, Hint: true}}, "sante 0.50 near care confirm"},
		{"vocabulary-and-model", medical, told{{Category: "sante", Probability: 0.97, Person: 1}}, "sante 0.97 near care"},
		{"vocabulary-against-model", medical, told{}, "sante 0.64 near care confirm"},
		{"weak-vocabulary-against-model", "Le juge d'instruction a reçu la plainte de M. Vautrin ; la perquisition a eu lieu hier au matin chez lui.", told{}, ""},
		{"too-short-for-a-model", "Note blanche", told{{Category: "ssi", Probability: 0.9}}, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			x, err := New(Options{Subjects: c.model})
			if err != nil {
				t.Fatal(err)
			}
			found, err := x.Classify(context.Background(), poterne.Document{}, func(yield func(poterne.Segment, error) bool) {
				yield(poterne.Segment{Part: &poterne.Part{}, Body: c.text}, nil)
			})
			if err != nil {
				t.Fatal(err)
			}
			got := ""
			for _, f := range found {
				if f.Rule == f.Category && slices.ContainsFunc(x.rules.lexicons, func(l Lexicon) bool { return l.ID == f.Rule }) {
					got += fmt.Sprintf("%s %.2f", f.Rule, f.Confidence)
					for _, tag := range f.Tags {
						got += " " + string(tag)
					}
				}
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestVersionNamesTheModel(t *testing.T) {
	x, err := New(Options{Subjects: told{}})
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasSuffix(string(x.Version()), "+told") {
		t.Errorf("version %s", x.Version())
	}
}
