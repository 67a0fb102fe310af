package main

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"poterne"
	"poterne/classifiers"
	"poterne/classifiers/subject"
	"poterne/classifiers/subject/train"
	"poterne/policy"
)

// judge makes the verdict of a State body on texts, with one model: rules,
// vocabularies, model and policy together.
type judge struct {
	classifier *classifiers.Classifier
	policy     *policy.Policy
}

func newJudge(m *subject.Model) (*judge, error) {
	o := classifiers.Options{}
	if m != nil {
		o.Subjects = m
	}
	c, err := classifiers.New(o)
	if err != nil {
		return nil, fmt.Errorf("rules: %w", err)
	}
	p, err := policy.New(policy.Options{})
	if err != nil {
		return nil, fmt.Errorf("policy: %w", err)
	}
	return &judge{c, p}, nil
}

// decide returns the findings and the verdict on a text, read line by line as that
// of a text file.
func (j *judge) decide(text string) ([]poterne.Finding, poterne.Assessment, error) {
	part := &poterne.Part{Format: "txt"}
	found, err := j.classifier.Classify(context.Background(), poterne.Document{}, func(yield func(poterne.Segment, error) bool) {
		for i, line := range strings.Split(text, "\n") {
			if line != "" && !yield(poterne.Segment{Part: part, Body: line, Place: poterne.Place{Row: i + 1}}, nil) {
				return
			}
		}
	})
	if err != nil {
		return nil, poterne.Assessment{}, err
	}
	return found, j.policy.Decide(poterne.Document{}, found, nil), nil
}

// truth returns the class that the labels of d ask for: that of findings which say
// the categories for certain, of a determined person.
func (j *judge) truth(d *train.Doc) poterne.Class {
	var found []poterne.Finding
	for _, c := range d.Cats {
		found = append(found, poterne.Finding{Rule: c, Category: c, Count: 1, Distinct: 1, Confidence: 1, Level: poterne.Sensitive, Tags: []poterne.Tag{poterne.TagNear}})
	}
	return j.policy.Decide(poterne.Document{}, found, nil).Hosting.Class
}

// verdicts counts verdicts against the labels.
type verdicts struct {
	docs, right, dangerous, over int
	negatives, high              int // documents that carry nothing, and those at level 3 or above
	categories, named            int // labels, and those among the findings
	list                         []string
}

// add judges the text of d, which may be a damaged form of it.
func (v *verdicts) add(j *judge, d *train.Doc, text string) error {
	found, a, err := j.decide(text)
	if err != nil {
		return err
	}
	want, got := j.truth(d), a.Hosting.Class
	v.docs++
	for _, c := range d.Cats {
		v.categories++
		if slices.ContainsFunc(found, func(f poterne.Finding) bool { return f.Category == c }) {
			v.named++
		}
	}
	if d.Kind != train.Carries {
		v.negatives++
		if a.Level >= poterne.Sensitive {
			v.high++
			v.list = append(v.list, errorLine(d.ID, "%s: niveau %v, %s", d.Kind, a.Level, strings.Join(a.Categories, " ")))
		}
	}
	switch {
	case got == want, d.Kind != train.Carries && got <= poterne.H1:
		v.right++
	case got < want:
		v.dangerous++
		v.list = append(v.list, errorLine(d.ID, "%s %v: classe %v au lieu de %v, %s", d.Type, d.Cats, got, want, cmp.Or(strings.Join(a.Categories, " "), "rien")))
	default:
		v.over++
	}
	return nil
}

func share(a, b int) float64 {
	if b == 0 {
		return 0
	}
	return float64(a) / float64(b)
}
