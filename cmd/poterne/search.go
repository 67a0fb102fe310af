package main

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"poterne"

	"github.com/spf13/cobra"

	"poterne/index"
	"poterne/ledger"
	"poterne/report"
)

func newSearch(a *app) *cobra.Command {
	var facets []string
	var size int
	var after, sort string
	var k keptSearch
	var identifier, identifiers, queries string
	cmd := &cobra.Command{
		Use:     "search 'QUERY'",
		Aliases: []string{"chercher"},
		Short:   a.say("Interroger l'index, même pendant une analyse", "Ask the index, even while a scan runs"),
		Long: a.say(`Champs : niveau (level), classe (class), drapeau (flag), regle (rule), categorie
(category), marquage (mark), partage (share), chemin (path), proprietaire (owner),
format, exposition (exposure), echec (failure), taille (size), modifie (modified)…
Comparaisons >=, <=, >, < ; « - » devant exclut ; * et ? dans un chemin ; les mots
libres cherchent dans les chemins et les libellés, sans accents ni élisions.`,
			`Fields: level, class, flag, rule, category, mark, share, path, owner, format,
exposure, failure, size, modified…
Comparisons >=, <=, >, <; “-” in front excludes; * and ? in a path; free words look
in paths and labels, without accents and elisions.`),
		Example: `  poterne search 'level:>=3 class:H3 rule:fr-nir'
  poterne search 'exposure:everyone level:>=3' --facets share,class
  poterne search 'failure:* modified:<2020 path:"RH"'
  poterne search --identifier - < identifiant.txt
  poterne search 'exposure:everyone level:>=3' --save ouverts; poterne search --saved ouverts`,
		Args: cobra.MaximumNArgs(1),
	}
	f := cmd.Flags()
	f.StringSliceVar(&facets, "facets", nil, a.say("compter par ces champs", "count by these fields"))
	f.IntVar(&size, "size", 20, a.say("réponses par page", "answers a page"))
	f.StringVar(&after, "after", "", a.say("page suivante (valeur « next » de la précédente)", "next page (“next” of the one before)"))
	f.StringVar(&sort, "sort", "", a.say("champ de tri, « - » devant pour l'ordre inverse", "field to sort by, “-” in front for descending"))
	f.StringVar(&identifier, "identifier", "", a.say("« - » : lire un identifiant sur l'entrée standard et trouver les documents qui l'ont, par son empreinte", "“-”: read an identifier on standard input and find the documents that hold it, by its fingerprint"))
	f.StringVar(&identifiers, "identifiers", "", a.say("fichier CSV d'identifiants : valeur, référence de la demande", "CSV file of identifiers: value, reference of the request"))
	f.StringVar(&queries, "queries", "", a.say("fichier CSV de questions : nom, question", "CSV file of queries: name, query"))
	k.flags(a, f)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		ctx := cmd.Context()
		switch {
		case identifier != "" && identifier != "-":
			// It is not repeated: the shell has kept it already.
			return fail(exitUsage, "poterne search --identifier - < FICHIER", "%s", a.say("un identifiant se donne sur l'entrée standard, jamais en argument", "an identifier is given on standard input, never as an argument"))
		case identifier == "-":
			list, err := a.oneIdentifier()
			if err != nil {
				return err
			}
			return a.searchIdentifiers(ctx, list)
		case identifiers != "":
			list, err := a.identifiersIn(identifiers)
			if err != nil {
				return err
			}
			return a.searchIdentifiers(ctx, list)
		case queries != "":
			return a.searchBatch(ctx, queries)
		case k.list || k.forget != "":
			return k.manage(ctx, a)
		case k.saved != "":
			kept, err := k.find(ctx, a)
			if err != nil {
				return err
			}
			// More words narrow the question that was kept.
			args = append([]string{kept.Query}, args...)
			if sort == "" {
				sort = kept.Sort
			}
			if len(facets) == 0 {
				facets = kept.Facets
			}
		}
		query, err := index.Parse(strings.Join(args, " "))
		if err != nil {
			return fail(exitUsage, "poterne search --help", "%w", err)
		}
		query.Facets, query.Size, query.After, query.Sort = facets, size, after, sort
		idx, err := a.openSnapshot()
		if err != nil {
			return err
		}
		defer idx.Close()
		if idx.Behind() {
			a.note("des documents analysés depuis ne sont pas encore dans l'index : ils y seront dans cinq minutes si l'analyse dure encore, sinon au début de la prochaine",
				"documents scanned since are not in the index yet: they will be in five minutes while the scan goes on, else when the next one begins")
		}
		page, err := idx.Search(ctx, query)
		var bad *index.QueryError
		if errors.As(err, &bad) {
			return fail(exitUsage, "poterne search --help", "%w", err)
		}
		if err != nil {
			return err
		}
		if k.save != "" {
			if err := k.keep(ctx, a, ledger.Search{Name: k.save, Query: strings.Join(args, " "), Sort: sort, Facets: facets, Author: a.actor()}); err != nil {
				return err
			}
		}
		pol, err := a.openPolicy(roomOptions{})
		if err != nil {
			return err
		}
		v := a.voice(pol)
		return a.write(func(w io.Writer) error {
			if a.format == "json" || a.format == "jsonl" {
				lines := report.NewJSONLines(w)
				for _, r := range page.Hits {
					if err := lines.Write(v.Line(r)); err != nil {
						return err
					}
				}
				return lines.Write(map[string]any{"schema": report.Schema, "type": "summary", "total": page.Total, "facets": facetLines(page.Facets), "next": page.Next})
			}
			if a.format != "" && a.format != "table" {
				return fail(exitUsage, "-f table|jsonl", a.say("format inconnu : %s", "unknown format: %s"), a.format)
			}
			fmt.Fprintln(w, v.Documents(int(page.Total)))
			if err := v.Table(w, page.Hits); err != nil {
				return err
			}
			for _, field := range slices.Sorted(maps.Keys(page.Facets)) {
				fmt.Fprintf(w, "\n%s\n", field)
				for _, b := range page.Facets[field] {
					fmt.Fprintf(w, "  %9s  %s\n", v.Number(b.Count), report.Inert(b.Value))
				}
			}
			if page.Next != "" {
				a.note("page suivante : --after %s", "next page: --after %s", page.Next)
			}
			return nil
		})
	}
	return cmd
}

// facetLines writes facets with the keys of the schema.
func facetLines(facets map[string][]poterne.Bucket) map[string][]map[string]any {
	out := map[string][]map[string]any{}
	for field, buckets := range facets {
		out[field] = []map[string]any{}
		for _, b := range buckets {
			out[field] = append(out[field], map[string]any{"value": b.Value, "count": b.Count})
		}
	}
	return out
}
