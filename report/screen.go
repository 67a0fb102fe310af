package report

import (
	"bufio"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"poterne"
)

// Screen writes an overview as a person wants to read it in a terminal.
type Screen struct {
	Voice
	Color bool
	Width int // columns of the terminal; 0 means 100
	Worst int // how many documents to look at first; 0 means 10
	// Title is what was scanned: "partage d'exemple".
	Title, Actor, Doctrine string
	// Next are commands to try next, each with what it does.
	Next [][2]string
}

// Write writes o to out.
func (s Screen) Write(out io.Writer, o *Overview) error {
	if s.Width == 0 {
		s.Width = 100
	}
	if s.Worst == 0 {
		s.Worst = 10
	}
	w := bufio.NewWriter(out)
	fmt.Fprintf(w, "%s\n\n", s.bold(strings.Join([]string{
		"Poterne", Inert(s.Title),
		fmt.Sprintf(s.pick("%s sur %s", "%s of %s"), s.plural(o.Read, "fichier lu", "fichiers lus", "file read", "files read"), s.Number(o.Documents)),
		s.pick("acteur : ", "actor: ") + s.Actor, s.pick("doctrine : ", "doctrine: ") + s.Doctrine,
	}, " · ")))
	s.classes(w, o)
	s.worst(w, o)
	s.unread(w, o)
	if len(s.Next) > 0 {
		fmt.Fprintln(w)
		wide := 0
		for _, n := range s.Next {
			wide = max(wide, utf8.RuneCountInString(n[0]))
		}
		for _, n := range s.Next {
			fmt.Fprintf(w, "  %s%s  %s\n", s.bold(n[0]), pad(n[0], wide), n[1])
		}
	}
	return w.Flush()
}

func (s Screen) classes(w io.Writer, o *Overview) {
	const name = 50
	var most int64
	for _, r := range o.Rows {
		most = max(most, r.Bytes)
	}
	fmt.Fprintf(w, "%s%s%9s  %9s\n", s.pick("Où ces documents peuvent aller", "Where these documents may go"),
		pad(s.pick("Où ces documents peuvent aller", "Where these documents may go"), name), s.pick("fichiers", "files"), s.pick("volume", "volume"))
	for _, c := range slices.Backward(poterne.Classes()) {
		row := o.Rows[c]
		if row == nil {
			continue
		}
		label := c.String() + "  " + s.Class(c)
		if notes := s.flagNotes(row); notes != "" {
			label += " (" + notes + ")"
		}
		label = cut(label, name-1)
		size := s.Bytes(row.Bytes)
		fmt.Fprintf(w, "%s%s%9s  %s%s  %s\n", s.paint(c, label), pad(label, name), s.Number(row.Files), pad(size, 9), size, s.paint(c, bar(row.Bytes, most, 20)))
	}
	if o.Open > 0 {
		fmt.Fprintf(w, "\n%s\n", s.plural(o.Open, "fichier de niveau 3 ou plus est lisible par tous", "fichiers de niveau 3 ou plus sont lisibles par tous",
			"file of level 3 or above is open to everyone", "files of level 3 or above are open to everyone"))
	}
}

func (v Voice) flagNotes(row *Row) string {
	var notes []string
	for _, f := range []poterne.Flag{poterne.FlagDR, poterne.FlagHDS, poterne.FlagFR} {
		if n := row.Flags[f]; n > 0 {
			notes = append(notes, fmt.Sprintf("%d %s", n, f))
		}
	}
	if len(notes) == 0 {
		return ""
	}
	return v.pick("dont ", "of which ") + strings.Join(notes, ", ")
}

func (s Screen) worst(w io.Writer, o *Overview) {
	shown := s.choose(o.Worst)
	if len(shown) == 0 {
		return
	}
	fmt.Fprintf(w, "\n%s\n", s.bold(s.pick("À regarder d'abord", "Look at these first")))
	wide := 0
	for _, r := range shown {
		wide = max(wide, utf8.RuneCountInString(cut(Inert(r.Full()), 44)))
	}
	for _, r := range shown {
		name := cut(Inert(r.Full()), 44)
		c := r.Assessment.Hosting.Class
		// A line may be longer than the terminal: wrapping loses nothing, cutting would.
		fmt.Fprintf(w, "%s  %s%s  %s\n", s.paint(c, c.String()), name, pad(name, wide), s.why(r))
	}
	if more := len(o.Worst) - len(shown); more > 0 {
		fmt.Fprintln(w, "…")
	}
}

// perClass bounds how many documents of one class are named: a share full of one
// kind must not hide the others.
const perClass = 4

func (s Screen) choose(worst []poterne.Record) []poterne.Record {
	var shown []poterne.Record
	named := map[poterne.Class]int{}
	for _, r := range worst {
		c := r.Assessment.Hosting.Class
		if named[c]++; named[c] <= perClass && len(shown) < s.Worst {
			shown = append(shown, r)
		}
	}
	return shown
}

// why says in one line what decided, and what would bring the document down.
func (s Screen) why(r poterne.Record) string {
	var parts []string
	if len(r.Assessment.Reasons) > 0 {
		parts = append(parts, s.Sentence(r.Assessment.Reasons[0]))
	}
	if r.Assessment.Level == poterne.Classified {
		parts = append(parts, s.pick("aucun extrait conservé", "no excerpt kept"), s.pick("alerter l'officier de sécurité", "alert the security officer"))
	} else if len(r.Assessment.Counterfactual) > 0 {
		parts = append(parts, s.Sentence(r.Assessment.Counterfactual[0]))
	}
	if r.Exposure == poterne.ExposureEveryone && r.Assessment.Level >= poterne.Sensitive {
		parts = append(parts, s.pick("lisible par tous", "open to everyone"))
	}
	return strings.Join(parts, " · ")
}

// unreadShown bounds how many unread documents are named, for each kind.
const unreadShown = 5

func (s Screen) unread(w io.Writer, o *Overview) {
	if len(o.Unread) == 0 {
		return
	}
	fmt.Fprintf(w, "\n%s\n", s.bold(s.pick("Non lus, ou pas en entier : jamais tenus pour sans risque", "Not read, or not whole: never taken for harmless")))
	for _, k := range poterne.Kinds() {
		rs := o.Unread[k]
		if len(rs) == 0 {
			continue
		}
		var names []string
		for _, r := range rs[:min(len(rs), unreadShown)] {
			name := Inert(r.Full())
			if name == "" {
				name = Inert(r.Share)
			}
			names = append(names, cut(name, 60))
		}
		if more := len(rs) - len(names); more > 0 {
			names = append(names, fmt.Sprintf(s.pick("et %s autres", "and %s more"), s.Number(more)))
		}
		fmt.Fprintf(w, "%s (%s) : %s\n", s.Kind(k), s.Number(len(rs)), strings.Join(names, " · "))
	}
}

func (s Screen) bold(t string) string {
	if !s.Color {
		return t
	}
	return "\x1b[1m" + t + "\x1b[0m"
}

// paint colours a word of a class; the class is always written too.
func (s Screen) paint(c poterne.Class, t string) string {
	if !s.Color {
		return t
	}
	code := map[poterne.Class]string{poterne.H5: "1;31", poterne.H4: "31", poterne.H3: "33", poterne.H2: "36", poterne.ClassUnknown: "35"}[c]
	if code == "" {
		return t
	}
	return "\x1b[" + code + "m" + t + "\x1b[0m"
}

// bar draws n out of most in at most width cells; anything there is shows.
func bar(n, most int64, width int) string {
	if n <= 0 || most <= 0 {
		return ""
	}
	halves := int(n * int64(2*width) / most)
	if halves < 2 {
		return "▌"
	}
	return strings.Repeat("█", halves/2) + strings.Repeat("▌", halves%2)
}

func pad(s string, width int) string {
	return strings.Repeat(" ", max(0, width-utf8.RuneCountInString(s)))
}

// cut shortens s in its middle: the end of a path tells most.
func cut(s string, width int) string {
	r := []rune(s)
	if len(r) <= width {
		return s
	}
	head := width / 3
	return string(r[:head]) + "…" + string(r[len(r)-(width-head-1):])
}
