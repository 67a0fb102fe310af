package subject

import (
	"runtime"
	"testing"

	"poterne"
)

// TestOtherLanguagesTellNothing reads harmless texts whose words the corpus lacks.
func TestOtherLanguagesTellNothing(t *testing.T) {
	m := open(t)
	for _, c := range []struct{ name, text string }{
		{"latin", "Lorem ipsum dolor sit amet, consectetur adipiscing elit, sed do eiusmod tempor incididunt ut labore et dolore magna aliqua. Ut enim ad minim veniam, quis nostrud exercitation ullamco laboris nisi ut aliquip ex ea commodo consequat."},
		{"english", "The steering committee met on Tuesday to review the progress of the road renewal programme. Members agreed that the second phase should start in spring, once the suppliers have confirmed their delivery dates."},
		{"german", "Der Ausschuss tagte am Dienstag, um den Fortschritt des Programms zur Erneuerung der Straßen zu prüfen. Die Mitglieder waren sich einig, dass die zweite Phase im Frühjahr beginnen soll, sobald die Lieferanten ihre Termine bestätigt haben."},
		{"spanish", "El comité de dirección se reunió el martes para revisar el avance del programa de renovación de carreteras. Los miembros acordaron que la segunda fase debería comenzar en primavera, cuando los proveedores hayan confirmado sus fechas."},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := read(m, poterne.Segment{Body: c.text}); len(got) > 0 {
				t.Errorf("subjects = %+v", got)
			}
		})
	}
}

func TestStrangenessNeedsWords(t *testing.T) {
	for _, c := range []struct {
		name           string
		lower, strange int
		braked         bool
	}{
		{"few-words", 9, 9, false},
		{"damaged", 100, 35, false},
		{"foreign", 100, 60, true},
		{"none", 0, 0, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := block{lower: c.lower, strange: c.strange}
			if got := b.strangeness(); (got > 0) != c.braked {
				t.Errorf("strangeness %v", got)
			}
		})
	}
}

// TestFewCategoriesAreTold reads a page that mixes ten trades.
func TestFewCategoriesAreTold(t *testing.T) {
	const page = `Mme Ploumagnac, chambre 7, fièvre et perfusion ; son fils placé en foyer, l'éducateur signale des coups.
Plainte déposée, garde à vue, le parquet poursuit. Redressement fiscal de sa société, compte bancaire bloqué, marge et prix de revient.
Agent sanctionné, blâme, évaluation mauvaise, syndiqué et pratiquant. Titre de séjour refusé, obligation de quitter le territoire.
Offre du candidat B notée 12 sur 20 avant attribution. Mot de passe du serveur, faille du pare-feu, plan de la station d'eau.
Effectif de la compagnie, munitions manquantes, convoi de combustible nucléaire mardi. L'ambassadeur juge le ministre peu fiable.`
	told := read(open(t), poterne.Segment{Body: page})
	if len(told) == 0 || len(told) > maxTold {
		t.Errorf("%d categories are told", len(told))
	}
}

// BenchmarkOpen tells how much memory the model and one reader hold; 30 MB are allowed.
func BenchmarkOpen(b *testing.B) {
	heap := func() uint64 {
		var s runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&s)
		return s.HeapAlloc
	}
	for b.Loop() {
		before := heap()
		m := open(b)
		r := m.Reader()
		size := float64(heap()-before) / 1e6
		b.ReportMetric(size, "MB-held")
		if size > 30 {
			b.Errorf("%.0f MB", size)
		}
		runtime.KeepAlive(r)
	}
}
