package report

import (
	"bufio"
	"fmt"
	"io"
	"strings"

	"poterne"
)

// Explain writes why a document got its verdict: what was found, where, the legal
// basis, the decision step by step and what to remove to come down one class.
// With trace, how each confidence came about.
func (v Voice) Explain(out io.Writer, r poterne.Record, trace bool) error {
	w := bufio.NewWriter(out)
	a := r.Assessment
	line := func(fr, en string, args ...any) { fmt.Fprintf(w, v.pick(fr, en)+"\n", args...) }

	fmt.Fprintf(w, "%s\n", Inert(r.Share+"/"+r.Full()))
	line("%s · %s · propriétaire %s · exposition : %s", "%s · %s · owner %s · exposure: %s",
		orDash(r.Format), v.Bytes(r.Size), orDash(Inert(r.Owner)), v.Exposure(r.Exposure))
	flags := ""
	if len(a.Hosting.Flags) > 0 {
		flags = " + " + strings.Join(texts(a.Hosting.Flags), " + ")
	}
	line("\nNiveau %s · %s%s  %s", "\nLevel %s · %s%s  %s", a.Level, a.Hosting.Class, flags, v.Class(a.Hosting.Class))
	if a.Confirm {
		line("À confirmer par une personne.", "To be confirmed by a person.")
	}
	line("Présomption au regard de la doctrine « %s », acteur « %s ».", "Presumption under doctrine “%s”, actor “%s”.", a.Doctrine, a.Actor)
	if r.Failure != nil {
		line("Non lu en entier : %s (%s).", "Not read whole: %s (%s).", v.Kind(r.Failure.Kind), r.Failure.Stage)
	}
	v.list(w, v.pick("Pourquoi", "Why"), a.Reasons)
	v.list(w, v.pick("Pour descendre d'une classe", "To come down one class"), a.Counterfactual)
	if len(r.Findings) > 0 {
		line("\nCe qui a été trouvé", "\nWhat was found")
	}
	for _, f := range r.Findings {
		v.finding(w, r, f, trace)
	}
	v.list(w, v.pick("La décision, pas à pas", "The decision, step by step"), a.Steps)
	return w.Flush()
}

func (v Voice) list(w io.Writer, title string, reasons []poterne.Reason) {
	if len(reasons) == 0 {
		return
	}
	fmt.Fprintf(w, "\n%s\n", title)
	for _, r := range reasons {
		fmt.Fprintf(w, "  - %s\n", v.Sentence(r))
	}
}

func (v Voice) finding(w io.Writer, r poterne.Record, f poterne.Finding, trace bool) {
	name := f.Rule
	if f.Mark != "" {
		name += " " + f.Mark
	}
	fmt.Fprintf(w, "  %s · %s, %s · %s %.2f (%s)", name,
		v.plural(f.Count, "endroit", "endroits", "place", "places"),
		v.plural(f.Distinct, "valeur", "valeurs", "value", "values"),
		v.pick("confiance", "confidence"), f.Confidence, f.Likelihood())
	if len(f.Tags) > 0 {
		fmt.Fprintf(w, " · %s", strings.Join(texts(f.Tags), ", "))
	}
	fmt.Fprintln(w)
	if masked := shown(r, f); len(masked) > 0 {
		fmt.Fprintf(w, "      %s\n", Inert(strings.Join(masked, " · ")))
	}
	for _, s := range f.Spots {
		fmt.Fprintf(w, "      %s : %s\n", v.Where(r.Format, s.Place), v.Number(s.Count))
	}
	if len(f.Legal) > 0 {
		fmt.Fprintf(w, "      %s\n", strings.Join(f.Legal, " ; "))
	}
	if trace {
		for _, s := range f.Trace {
			fmt.Fprintf(w, "      %-10s %+.2f  %s\n", s.Name, s.Delta, Inert(s.Detail))
		}
	}
}

func orDash(s string) string {
	if s == "" {
		return "–"
	}
	return s
}
