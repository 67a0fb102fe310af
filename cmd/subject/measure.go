package main

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"poterne"
	"poterne/classifiers/subject"
	"poterne/classifiers/subject/train"
)

// measure writes, in French, what models say of authors that they never saw.
func measure(w io.Writer, o train.Options, heldOut []train.Sheet, folds int) error {
	outcomes, models, err := train.Cross(o, folds)
	if err != nil {
		return err
	}
	s := train.Summarise(outcomes)
	fmt.Fprintf(w, "# Évaluation du modèle des sujets\n\nÉcrit par `make eval-subject` : %d documents de %d auteurs, %d plis par auteur, le modèle et ses seuils\nappris de nouveau sans les auteurs du pli ; %d fiches et %d fichiers publics pour l'apprentissage.\n\n",
		s.Docs, len(train.Batches(o.Docs)), len(models), len(o.Sheets), len(o.Public))
	fmt.Fprint(w, "| mesure | valeur | visée |\n|---|---|---|\n")
	for _, r := range []struct {
		name string
		v    float64
		want string
	}{
		{"sensible ou non, aire sous la courbe", s.AUC, "≥ 0,97"},
		{"documents de niveau 3 reconnus", s.SensitiveRecall, ""},
		{"catégories reconnues (rappel)", s.Recall, "≥ 0,90"},
		{"catégorie principale reconnue", s.MainRecall, ""},
		{"catégories justes parmi celles dites, « à confirmer » comprises (précision)", s.Precision, ""},
		{"rappel des catégories dites fermement", s.FirmRecall, ""},
		{"précision des catégories dites fermement", s.FirmPrecision, ""},
		{"erreur de calibration, sensible ou non", s.Calibration, "≤ 0,05"},
		{"erreur de calibration, catégories", s.CategoryError, "≤ 0,05"},
		{"dits de niveau 3 : documents qui en parlent", s.FalseByKind[train.Talks], "≤ 0,05"},
		{"dits de niveau 3 : formulaires vierges", s.FalseByKind[train.Blank], "≤ 0,05"},
		{"dits de niveau 3 : papiers ordinaires", s.FalseByKind[train.Ordinary], "≤ 0,05"},
		{"dits de niveau 3 : publiés", s.FalseByKind[train.Published], "≤ 0,05"},
		{"dits de niveau 3 : porteurs de `personnel`, `elections` ou `archives` seuls", s.FalseByKind[train.Carries], ""},
	} {
		fmt.Fprintf(w, "| %s | %.3f | %s |\n", r.name, r.v, r.want)
	}
	fmt.Fprint(w, "\n## Par catégorie\n\n« en niveau 3 » : part des documents porteurs qui sont dits de niveau 3, fût-ce sous une autre catégorie.\n\n| catégorie | porteurs | rappel | précision | en niveau 3 |\n|---|---|---|---|---|\n")
	for _, t := range train.Tallies(outcomes) {
		fmt.Fprintf(w, "| %s | %d | %.2f | %.2f | %.2f |\n", t.Category, t.Truth, t.Recall(), t.Precision(), float64(t.Marked)/float64(max(1, t.Truth)))
	}
	fmt.Fprint(w, "\n## Seuils\n\nUn seul seuil de probabilité pour toutes les catégories, la porte laissée comme elle est, le recalage fait sans\nl'auteur. Le modèle dit « à confirmer » sous 0,65 et fermement au-dessus.\n\n| dites à partir de | rappel | principale reconnue | précision | dites par pièce qui porte |\n|---|---|---|---|---|\n")
	for _, p := range []float64{0.03, 0.05, 0.08, 0.12, 0.2, 0.3, 0.4, 0.5, 0.65, 0.8} {
		c := train.Choose(outcomes, p)
		fmt.Fprintf(w, "| %.2f | %.3f | %.3f | %.3f | %.2f |\n", c.From, c.Recall, c.MainRecall, c.Precision, c.Told)
	}
	if err := measureVerdicts(w, o, models, folds); err != nil {
		return err
	}
	if err := measurePublic(w, models, heldOut); err != nil {
		return err
	}
	return measureDamage(w, o, models, folds)
}

// measureVerdicts writes levels and classes by rules, vocabularies, model and policy.
func measureVerdicts(w io.Writer, o train.Options, models []*subject.Model, folds int) error {
	fmt.Fprint(w, "\n## Verdicts\n\nRègles, vocabulaires, modèle et politique ensemble, acteur « etat ».\n\n| | classe juste | en dessous (dangereux) | au-dessus | sans rien, dits de niveau 3 | catégories nommées |\n|---|---|---|---|---|---|\n")
	of := train.Folds(o.Docs, folds)
	var list []string
	for _, with := range []bool{false, true} {
		var v verdicts
		for k, m := range models {
			if !with {
				m = nil
			}
			j, err := newJudge(m)
			if err != nil {
				return err
			}
			for i := range o.Docs {
				if of[i] != k {
					continue
				}
				if err := v.add(j, &o.Docs[i], o.Docs[i].Text); err != nil {
					return err
				}
			}
		}
		name := "listes seules"
		if with {
			name, list = "listes et modèle", v.list
		}
		fmt.Fprintf(w, "| %s | %.3f | %.3f | %.3f | %.3f | %.3f |\n", name, share(v.right, v.docs), share(v.dangerous, v.docs), share(v.over, v.docs), share(v.high, v.negatives), share(v.named, v.categories))
	}
	fmt.Fprint(w, "\nErreurs, avec le modèle :\n\n")
	for _, l := range list {
		fmt.Fprintln(w, l)
	}
	return nil
}

// measurePublic writes which public documents, held out of training, are told to be
// of level 3 by rules, vocabularies, model and policy.
func measurePublic(w io.Writer, models []*subject.Model, heldOut []train.Sheet) error {
	j, err := newJudge(models[0])
	if err != nil {
		return err
	}
	n := 0
	var list []string
	for _, s := range heldOut {
		found, a, err := j.decide(s.Text)
		if err != nil {
			return err
		}
		if a.Level < poterne.Sensitive {
			continue
		}
		n++
		for _, f := range found {
			if f.Level >= poterne.Sensitive {
				list = append(list, errorLine(s.ID, ": %s %.2f [%s]", f.Rule, f.Confidence, strings.Join(f.Masked, ", ")))
				break
			}
		}
	}
	fmt.Fprintf(w, "\n## Documents publics jamais appris\n\n%d de %d au niveau 3 ou plus (%.2f %%, visée ≤ 1 %%).\n\n", n, len(heldOut), 100*share(n, len(heldOut)))
	for _, l := range list {
		fmt.Fprintln(w, l)
	}
	return nil
}

func measureDamage(w io.Writer, o train.Options, models []*subject.Model, folds int) error {
	fmt.Fprint(w, "\n## Textes abîmés\n\n| | documents de niveau 3 reconnus | rappel des catégories | dits à tort de niveau 3 |\n|---|---|---|---|\n")
	of := train.Folds(o.Docs, folds)
	as := train.Damage{Name: "tels qu'écrits", Do: func(s string) []string { return []string{s} }}
	for _, d := range append([]train.Damage{as}, train.Damages...) {
		out := make([]train.Outcome, len(o.Docs))
		for i := range o.Docs {
			out[i] = train.Judge(models[of[i]], &o.Docs[i], d.Do(o.Docs[i].Text)...)
		}
		s := train.Summarise(out)
		fmt.Fprintf(w, "| %s | %.3f | %.3f | %.3f |\n", d.Name, s.SensitiveRecall, s.Recall, s.False)
	}
	return nil
}

// measureParts writes what each block of features brings, and what more authors
// bring. Thresholds are set on the measured scores themselves, so that a row costs a
// minute: they flatter a little, all rows alike.
func measureParts(w io.Writer, o train.Options, folds int) error {
	fmt.Fprintf(w, "\n## Ce que chaque part apporte\n\nScores hors pli (%d plis par auteur), recalés sur eux-mêmes : un peu flatteurs, tous pareillement. Ce que font les\nvocabulaires seuls est au tableau des verdicts. « Abîmés » : un caractère sur dix, comme par une reconnaissance optique.\n\n| | aire sous la courbe | catégorie la plus forte juste | précision moyenne | précision au rappel 0,90 | précision moyenne, abîmés |\n|---|---|---|---|---|---|\n", folds)
	words, vectors, noForms, noDamage, noRepair := o, o, o, o, o
	words.Vectors, words.NoForms = nil, true
	vectors.NoWords, vectors.NoForms = true, true
	noForms.NoForms = true
	noDamage.NoDamage = true
	noRepair.NoRepair = true
	for _, x := range []struct {
		name string
		o    train.Options
	}{
		{"tout", o}, {"mots et couples seuls", words}, {"vecteurs seuls", vectors}, {"mots et vecteurs, sans traits de forme", noForms},
		{"tout, sans textes abîmés à l'apprentissage", noDamage}, {"tout, sans lire les mots abîmés", noRepair},
	} {
		s, damaged, err := train.Rank(x.o, folds)
		if err != nil {
			return err
		}
		fmt.Fprintf(w, "| %s | %.3f | %.3f | %.3f | %.3f | %.3f |\n", x.name, s.AUC, s.First, s.Average, s.PrecisionAt, damaged.Average)
	}
	return measureGrowth(w, o)
}

// measureGrowth writes what more authors bring, on the documents of the same others.
func measureGrowth(w io.Writer, o train.Options) error {
	const every = 5
	of := train.Folds(o.Docs, every)
	var others, rest []train.Doc
	for i, d := range o.Docs {
		if of[i] == 0 {
			others = append(others, d)
		} else {
			rest = append(rest, d)
		}
	}
	authors := train.Batches(rest)
	fmt.Fprintf(w, "\n## Plus d'auteurs\n\nMesuré sur les mêmes %d documents de %d auteurs dont rien n'est appris, recalés sur eux-mêmes.\n\n| appris | aire sous la courbe | catégorie la plus forte juste | précision moyenne | précision au rappel 0,90 |\n|---|---|---|---|---|\n", len(others), len(train.Batches(others)))
	for n := 2; n < 2*len(authors); n *= 2 {
		less := o
		less.Docs = nil
		for _, d := range rest {
			if slices.Contains(authors[:min(n, len(authors))], d.Batch) {
				less.Docs = append(less.Docs, d)
			}
		}
		s, err := train.RankOn(less, others)
		if err != nil {
			return err
		}
		fmt.Fprintf(w, "| %d auteurs, %d documents | %.3f | %.3f | %.3f | %.3f |\n", min(n, len(authors)), len(less.Docs), s.AUC, s.First, s.Average, s.PrecisionAt)
	}
	return nil
}
