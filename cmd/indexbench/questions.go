//go:build linux

package main

import (
	"fmt"
	"math/rand/v2"
	"strings"

	"poterne"
	"poterne/index"
	"poterne/internal/made"
)

// question is one question, as the index takes it and as SQLite does.
type question struct {
	query  poterne.Query
	where  string // of SQL, "" for all records
	args   []any
	facets []string
}

// kind is one kind of question; values differ from one question to the next.
type kind struct {
	name  string
	whole bool // goes through all documents, or all terms of a field
	make  func(rng *rand.Rand) question
}

// hitsShown is how many documents an answer shows, as a page does.
const hitsShown = 25

// beside are the facets of a question, everything those of the page of searches.
var (
	beside     = []string{"class", "share", "exposure"}
	everything = []string{"class", "level", "share", "category", "rule", "exposure", "format", "failure", "owner", "tag"}
)

var kinds = []kind{
	{"term", false, func(rng *rand.Rand) question {
		rule := made.Rules[rng.IntN(len(made.Rules))][0]
		return ask("rule:"+rule, nil, "n IN (SELECT n FROM rules WHERE rule = ?)", rule)
	}},
	{"terms", false, func(rng *rand.Rand) question {
		owner := made.Owner(rng.IntN(made.Owners))
		return ask("level:>=3 class:H3 owner:"+owner, nil, "level >= 4 AND class = 4 AND owner = ?", owner)
	}},
	{"range", false, func(rng *rand.Rand) question {
		from, year := 1000*rng.IntN(4_000_000/1000), 2005+rng.IntN(20)
		return ask(fmt.Sprintf("size:%d..%d modified:%d", from, from+499_999, year), nil,
			"size BETWEEN ? AND ? AND modified BETWEEN ? AND ?", from, from+499_999, fmt.Sprint(year), fmt.Sprint(year+1))
	}},
	{"words of a path", false, func(rng *rand.Rand) question {
		word, number := made.Words[rng.IntN(len(made.Words))], rng.IntN(100)
		return ask(fmt.Sprintf("%s %d", word, number), nil, "n IN (SELECT rowid FROM texts WHERE texts MATCH ?)", fmt.Sprintf("%s %d", word, number))
	}},
	{"phrase of a path", false, func(rng *rand.Rand) question {
		service, year := rng.IntN(100), 2005+rng.IntN(20)
		return ask(fmt.Sprintf(`path:"service %d/%d"`, service, year), nil, "n IN (SELECT rowid FROM texts WHERE texts MATCH ?)", fmt.Sprintf(`"service %d %d"`, service, year))
	}},
	{"prefix of a path", false, func(rng *rand.Rand) question {
		head := fmt.Sprintf("service %d/%d/", rng.IntN(100), 2005+rng.IntN(20))
		return ask(fmt.Sprintf("path:%q", head+"*"), nil, "path >= ? AND path < ?", head, head+"\xff")
	}},
	{"pattern of a path", true, func(rng *rand.Rand) question {
		tail := fmt.Sprintf("%d.docx", rng.IntN(1000))
		return ask("path:*"+tail, nil, "path GLOB ?", "*"+tail)
	}},
	{"identifier", false, func(rng *rand.Rand) question {
		print := string(made.Print(rng.IntN(made.Prints)))
		return ask("print:"+print, nil, "n IN (SELECT n FROM prints WHERE print = ?)", print)
	}},
	{"facets of a term", false, func(rng *rand.Rand) question {
		rule := made.Rules[rng.IntN(len(made.Rules))][0]
		return ask("rule:"+rule, beside, "n IN (SELECT n FROM rules WHERE rule = ?)", rule)
	}},
	{"facets of terms", false, func(rng *rand.Rand) question {
		owner := made.Owner(rng.IntN(made.Owners))
		return ask("level:>=3 owner:"+owner, everything, "level >= 4 AND owner = ?", owner)
	}},
	{"facets of everything", true, func(*rand.Rand) question { return ask("", everything, "") }},
}

func ask(text string, facets []string, where string, args ...any) question {
	q, err := index.Parse(text)
	if err != nil {
		panic(fmt.Sprintf("indexbench: %q: %v", text, err)) // the table above
	}
	q.Size, q.Facets = hitsShown, facets
	return question{q, strings.TrimSpace(where), args, facets}
}
