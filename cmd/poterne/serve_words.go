package main

import (
	"errors"

	"poterne"
	"poterne/index"
	"poterne/report"
	"poterne/web"
)

// pageWords gives the words of the policy and of the reports to the pages.
func pageWords(p *decider, lang string) web.Words {
	v := (&app{lang: lang}).voice(p)
	return web.Words{
		Sentence:   v.Sentence,
		Class:      v.Class,
		Level:      func(l poterne.Level) string { return p.LevelName(lang, l) },
		Kind:       v.Kind,
		Category:   v.Category,
		Rule:       func(r string) string { return p.RuleName(lang, r) },
		Mark:       func(m string) string { return p.MarkName(lang, m) },
		Flag:       func(f poterne.Flag) string { return p.FlagName(lang, f) },
		Exposure:   v.Exposure,
		Likelihood: func(l string) string { return p.LikelihoodName(lang, l) },
		Where:      v.Where,
		Actor:      func(a string) string { return p.ActorName(lang, a) },
		Doctrine:   func(d string) string { return p.DoctrineName(lang, d) },
		Bytes:      v.Bytes,
		Number:     v.Number,
		Inert:      report.Inert,
	}
}

// pageLine writes records as the JSON Lines of the program do.
func pageLine(p *decider) func(string, poterne.Record, bool) any {
	return func(lang string, r poterne.Record, steps bool) any {
		v := (&app{lang: lang}).voice(p)
		if steps {
			return v.Explained(r)
		}
		return v.Line(r)
	}
}

// mistake says what is wrong with a query, "" where an error is not its author's.
func mistake(lang string, err error) string {
	var q *index.QueryError
	if !errors.As(err, &q) {
		return ""
	}
	return (&app{lang: lang}).words(q)
}

// refusal makes an error of the ledger one of the pages, in both languages.
func refusal(err error) error {
	return &web.Refusal{French: (&app{lang: "fr"}).words(err), English: (&app{lang: "en"}).words(err)}
}
