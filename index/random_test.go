package index_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"poterne"
	"poterne/index"
)

// TestRandomQueries asks a snapshot, and a plain filter of the same records in memory,
// random questions: totals, facets, hits and their order must be the same. Records come
// in several segments, and some are replaced and deleted. POTERNE_QUERIES sets how many
// questions.
func TestRandomQueries(t *testing.T) {
	queries := 200
	if n, err := strconv.Atoi(os.Getenv("POTERNE_QUERIES")); err == nil {
		queries = n
	}
	rng := rand.New(rand.NewPCG(7, 7))
	p := openPublished(t)
	all := randomRecords(t, rng, p)
	some := 0
	for range queries {
		q := randomQuery(rng, all)
		whole := q
		whole.Size = len(all)
		want, err := index.Answer(whole, all)
		if err != nil {
			t.Fatalf("%+v: %v", q, err)
		}
		if want.Total > 0 {
			some++
		}
		for from := 0; ; from += q.Size {
			got, err := p.Search(t.Context(), q)
			if err != nil {
				t.Fatalf("%+v: %v", q, err)
			}
			want := poterne.Page{Total: want.Total, Facets: want.Facets, Hits: want.Hits[min(from, len(want.Hits)):min(from+q.Size, len(want.Hits))]}
			next := got.Next
			got.Next = ""
			if diff := cmp.Diff(want, got, cmpopts.IgnoreUnexported(poterne.Failure{}), cmpopts.EquateEmpty()); diff != "" {
				t.Fatalf("from %d on, %+v (-want +got)\n%s", from, q, diff)
			}
			if q.After = next; next == "" || from > 3*q.Size {
				break
			}
		}
	}
	if some < queries/4 {
		t.Errorf("only %d of %d questions had an answer", some, queries)
	}
	t.Logf("%d records, %d questions, %d with an answer", len(all), queries, some)
}

// TestExport walks a snapshot page by page: each record once, in the order of the
// whole, in any order and any size of page.
func TestExport(t *testing.T) {
	rng := rand.New(rand.NewPCG(8, 8))
	p := openPublished(t)
	all := randomRecords(t, rng, p)
	for _, sort := range []string{"", "path", "-size"} {
		want, err := index.Answer(poterne.Query{Sort: sort, Size: len(all)}, all)
		if err != nil {
			t.Fatal(err)
		}
		for _, size := range []int{1, 7, 100, len(all), len(all) + 1} {
			if size == 1 && sort != "" {
				continue
			}
			var got []poterne.ID
			for q := (poterne.Query{Sort: sort, Size: size}); ; {
				page, err := p.Search(t.Context(), q)
				if err != nil {
					t.Fatal(err)
				}
				for _, r := range page.Hits {
					got = append(got, r.ID)
				}
				if q.After = page.Next; q.After == "" {
					break
				}
			}
			var ids []poterne.ID
			for _, r := range want.Hits {
				ids = append(ids, r.ID)
			}
			if diff := cmp.Diff(ids, got); diff != "" {
				t.Errorf("sort %q, pages of %d (-want +got)\n%s", sort, size, diff)
			}
		}
	}
}

// randomRecords puts records in several batches, some of them twice, deletes some, and
// returns those that are left.
func randomRecords(t *testing.T, rng *rand.Rand, p *published) []poterne.Record {
	t.Helper()
	held := map[poterne.ID]poterne.Record{}
	for range 6 {
		var batch []poterne.Record
		for range 100 {
			r := randomRecord(rng, rng.IntN(900))
			held[r.ID], batch = r, append(batch, r)
		}
		if err := p.Put(t.Context(), batch...); err != nil {
			t.Fatal(err)
		}
		if err := p.Delete(t.Context(), batch[0].ID, batch[1].ID); err != nil {
			t.Fatal(err)
		}
		delete(held, batch[0].ID)
		delete(held, batch[1].ID)
	}
	var all []poterne.Record
	for _, r := range held {
		all = append(all, r)
	}
	slices.SortFunc(all, func(a, b poterne.Record) int { return strings.Compare(string(a.ID), string(b.ID)) })
	return all
}

// Values of random records; few, so that questions meet several.
var (
	someShares  = []string{"RH", "rh", "Sûreté", "Affaires médicales", "Achats"}
	someOwners  = []string{"", `DOM\Agent`, "agent-2", "Élodie", "root"}
	someWords   = []string{"paie", "décès", "l'État", "note de service", "congés", "Relevé", "2024", "avis", "cœur"}
	someFormats = []string{"docx", "pdf", "xlsx", "txt"}
	someRules   = []string{"fr-nir", "iban", "email", "sante", "rh", "marquage", "carte"}
	someTags    = []poterne.Tag{poterne.TagConfirm, poterne.TagPerson, poterne.TagExample, poterne.TagCare}
	someFlags   = []poterne.Flag{poterne.FlagDR, poterne.FlagHDS}
)

func anyOf[T any](rng *rand.Rand, list []T) T { return list[rng.IntN(len(list))] }

func randomRecord(rng *rand.Rand, n int) poterne.Record {
	share := someShares[n%len(someShares)] // of the number: the same number is the same id
	path := fmt.Sprintf("service %d/%s/%s %d.%s", n%40, someWords[n%len(someWords)], someWords[n/7%len(someWords)], n, someFormats[n%3])
	member := ""
	if n%11 == 0 {
		member = "dans/" + someWords[n%5] + ".txt"
	}
	r := poterne.Record{
		Document: poterne.Document{ID: poterne.NewID(share, path, member), Share: share, Path: path, Member: member,
			Size: int64(rng.IntN(4_000)) * int64(rng.IntN(4_000)), Owner: anyOf(rng, someOwners), Exposure: poterne.Exposure(rng.IntN(5))},
		Format: anyOf(rng, someFormats), Run: fmt.Sprintf("run-%d", rng.IntN(3)), ScannedAt: time.Unix(1_760_000_000+int64(rng.IntN(100)), 0).UTC(),
		Stamp:      poterne.Stamp{Content: poterne.Version(fmt.Sprintf("content-%d", rng.IntN(500)))},
		Assessment: poterne.Assessment{Level: poterne.Level(rng.IntN(7)), Hosting: poterne.Hosting{Class: poterne.Class(rng.IntN(7))}, Actor: "etat", Doctrine: anyOf(rng, []string{"sren", "2023"})},
	}
	if rng.IntN(5) > 0 {
		r.ModTime = time.Date(2015+rng.IntN(10), time.Month(1+rng.IntN(12)), 1+rng.IntN(28), 10, 0, 0, 0, time.UTC)
	}
	if rng.IntN(6) == 0 {
		r.Failure = poterne.Fail(poterne.StageExtract, anyOf(rng, poterne.Kinds()), nil)
	}
	for _, f := range someFlags {
		if rng.IntN(4) == 0 {
			r.Assessment.Hosting.Flags = append(r.Assessment.Hosting.Flags, f)
		}
	}
	for range rng.IntN(4) {
		f := poterne.Finding{Rule: anyOf(rng, someRules), Category: anyOf(rng, []string{"identite", "sante", "rh"}), Count: 1, Distinct: rng.IntN(50),
			Confidence: float64(rng.IntN(101)) / 100, Prints: []poterne.Fingerprint{poterne.Fingerprint(fmt.Sprintf("print-%d", rng.IntN(300)))},
			Tags: []poterne.Tag{anyOf(rng, someTags)}}
		if f.Rule == poterne.RuleMarking {
			f.Mark = anyOf(rng, []string{"dr", "secret"})
		}
		r.Findings = append(r.Findings, f)
		r.Assessment.Categories = []string{f.Category}
	}
	return r
}

func randomQuery(rng *rand.Rand, all []poterne.Record) poterne.Query {
	facets := []string{"share", "format", "owner", "exposure", "level", "class", "flag", "category", "rule", "mark", "tag", "failure", "stage", "run", "actor", "doctrine"}
	rng.Shuffle(len(facets), func(i, j int) { facets[i], facets[j] = facets[j], facets[i] })
	q := poterne.Query{Size: rng.IntN(40), Facets: facets[:rng.IntN(len(facets))]}
	if rng.IntN(3) == 0 {
		q.Sort = anyOf(rng, []string{"path", "-path", "size", "-modified", "level", "-class", "owner", "-share", "confidence", "scanned", "-distinct", "format"})
	}
	for range rng.IntN(4) {
		c := randomClause(rng, anyOf(rng, all))
		c.Not = rng.IntN(5) == 0
		q.Clauses = append(q.Clauses, c)
	}
	return q
}

// randomClause asks for what a record has, so that most questions have an answer.
func randomClause(rng *rand.Rand, r poterne.Record) poterne.Clause {
	ask := func(field string, op poterne.Op, values ...string) poterne.Clause {
		return poterne.Clause{Field: field, Op: op, Values: values}
	}
	number := []poterne.Op{poterne.Is, poterne.AtLeast, poterne.AtMost, poterne.More, poterne.Less}
	level, class := r.Assessment.Level.String(), r.Assessment.Hosting.Class.String()
	first, _, _ := strings.Cut(r.Path, "/")
	switch rng.IntN(22) {
	case 0:
		return ask("level", anyOf(rng, number), level)
	case 1:
		return ask("class", anyOf(rng, number), class)
	case 2:
		return ask("share", poterne.Is, strings.ToUpper(r.Share), anyOf(rng, someShares))
	case 3:
		return ask("share", poterne.Matches, r.Share[:1]+"*")
	case 4:
		return ask("rule", poterne.Is, anyOf(rng, someRules), anyOf(rng, someRules))
	case 5:
		return ask("rule", poterne.Prefix, anyOf(rng, someRules)[:1])
	case 6:
		return ask(anyOf(rng, []string{"rule", "owner", "failure", "modified", "member", "mark", "flag", "print", "confidence"}), poterne.Exists)
	case 7:
		return ask("size", anyOf(rng, number), strconv.FormatInt(r.Size, 10))
	case 8:
		return ask("modified", anyOf(rng, number), anyOf(rng, []string{"2019", "2021-06", "2018-03-04"}))
	case 9:
		return ask("confidence", anyOf(rng, number), fmt.Sprintf("0.%02d", rng.IntN(100)))
	case 10:
		return ask("path", poterne.Prefix, first+"/")
	case 11:
		return ask("path", poterne.Matches, "*"+anyOf(rng, someWords)+"*"+r.Path[len(r.Path)-3:])
	case 12:
		return ask("path", poterne.Words, anyOf(rng, someWords))
	case 13:
		return ask("path", poterne.Phrase, strings.ReplaceAll(first, "/", " "))
	case 14:
		return ask("", poterne.Words, anyOf(rng, someWords))
	case 15:
		return ask("", poterne.Prefix, anyOf(rng, someWords)[:3])
	case 16:
		return ask("print", poterne.Is, fmt.Sprintf("print-%d", rng.IntN(300)), "print-1")
	case 17:
		return ask("content", poterne.Is, string(r.Stamp.Content))
	case 18:
		return ask("id", poterne.Is, string(r.ID))
	case 19:
		return ask("exposure", poterne.Is, r.Exposure.String())
	case 20:
		return ask("tag", poterne.Is, string(anyOf(rng, someTags)))
	}
	return ask("name", poterne.Words, strconv.Itoa(rng.IntN(2500)))
}
