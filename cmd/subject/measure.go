package main

import (
	"fmt"
	"io"
	"slices"

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
		fmt.Fprintln(w, "-", l)
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
				list = append(list, fmt.Sprintf("%s : %s %.2f %v", s.ID, f.Rule, f.Confidence, f.Masked))
				break
			}
		}
	}
	fmt.Fprintf(w, "\n## Documents publics jamais appris\n\n%d de %d au niveau 3 ou plus (%.2f %%, visée ≤ 1 %%).\n\n", n, len(heldOut), 100*share(n, len(heldOut)))
	for _, l := range list {
		fmt.Fprintln(w, "-", l)
	}
	return nil
}

func measureDamage(w io.Writer, o train.Options, models []*subject.Model, folds int) error {
	fmt.Fprint(w, "\n## Textes abîmés\n\n| | documents de niveau 3 reconnus | rappel des catégories | dits à tort de niveau 3 |\n|---|---|---|---|\n")
	of := train.Folds(o.Docs, folds)
	as := train.Damage{Name: "tels qu'écrits", Do: func(s string) string { return s }}
	for _, d := range append([]train.Damage{as}, train.Damages...) {
		out := make([]train.Outcome, len(o.Docs))
		for i := range o.Docs {
			out[i] = train.Judge(models[of[i]], &o.Docs[i], d.Do(o.Docs[i].Text))
		}
		s := train.Summarise(out)
		fmt.Fprintf(w, "| %s | %.3f | %.3f | %.3f |\n", d.Name, s.SensitiveRecall, s.Recall, s.False)
	}
	return nil
}

// measureParts writes what each block of features brings, and what more authors
// bring. Scores are those of models that did not see the author; thresholds are set
// on the same scores, so that a row costs minutes, not an hour: they flatter a little,
// all rows alike.
func measureParts(w io.Writer, o train.Options, folds int) error {
	fmt.Fprint(w, "\n## Ce que chaque part apporte\n\nSeuils réglés sur les mêmes scores hors pli : un peu flatteurs, tous pareillement.\n\n| | aire sous la courbe | catégorie la plus forte juste | précision moyenne | précision au rappel 0,90 |\n|---|---|---|---|---|\n")
	row := func(name string, o train.Options) error {
		s, err := train.Rank(o, folds)
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(w, "| %s | %.3f | %.3f | %.3f | %.3f |\n", name, s.AUC, s.First, s.Average, s.PrecisionAt)
		return err
	}
	words, vectors, noForms, noDamage := o, o, o, o
	words.Vectors, words.NoForms = nil, true
	vectors.NoWords, vectors.NoForms = true, true
	noForms.NoForms = true
	noDamage.NoDamage = true
	for _, x := range []struct {
		name string
		o    train.Options
	}{{"tout", o}, {"mots et couples seuls", words}, {"vecteurs seuls", vectors}, {"mots et vecteurs", noForms}, {"tout, sans textes abîmés à l'apprentissage", noDamage}} {
		if err := row(x.name, x.o); err != nil {
			return err
		}
	}
	batches := train.Batches(o.Docs)
	for n := 6; n < len(batches); n += 5 {
		less := o
		less.Docs = nil
		for _, d := range o.Docs {
			if slices.Contains(batches[:n], d.Batch) {
				less.Docs = append(less.Docs, d)
			}
		}
		if err := row(fmt.Sprintf("tout, %d auteurs, %d documents", n, len(less.Docs)), less); err != nil {
			return err
		}
	}
	return nil
}
