// Command evalpeers gives one made text to Poterne's classifier and to other tools
// (gitleaks, ferret-scan, Presidio), and writes what each found and how much
// processor time it took.
package main

import (
	"bytes"
	"cmp"
	"context"
	_ "embed"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"time"

	"poterne"
	"poterne/classifiers"
	"poterne/internal/section"
)

//go:embed presidio.py
var presidioScript string

func main() {
	dir := flag.String("tools", "build/peers", "folder with gitleaks and venv")
	size := flag.Int("kb", 512, "size of the text")
	page := flag.String("write", "", "page of documentation whose section \"pairs\" gets the figures")
	flag.Parse()
	if err := run(*dir, *size<<10, *page); err != nil {
		fmt.Fprintln(os.Stderr, "evalpeers:", err)
		os.Exit(1)
	}
}

// outcome is what one tool did with the text.
type outcome struct {
	name  string
	cpu   time.Duration
	found map[string]int // planted values found, by kind
	other int            // findings that are no planted value
	note  string
}

func run(dir string, size int, page string) error {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return err
	}
	text := compose(size)
	file := filepath.Join(dir, "texte.txt")
	if err := os.WriteFile(file, []byte(text.body), 0o600); err != nil {
		return err
	}
	ours, err := poterneItself(text)
	if err != nil {
		return err
	}
	all := []outcome{ours}
	for _, peer := range []func(string, string, *planted) (outcome, error){gitleaks, ferret, presidio} {
		o, err := peer(dir, file, text)
		if err != nil {
			return err
		}
		all = append(all, o)
	}
	ratio, err := regexpRatio()
	if err != nil {
		return err
	}
	out := table(text, all, ratio)
	fmt.Print(out)
	if page == "" {
		return nil
	}
	return section.Replace(page, "pairs", out)
}

// poterneItself runs the classifier on one thread, a line a segment. It is run
// until a second is spent, since it takes milliseconds.
func poterneItself(text *planted) (outcome, error) {
	runtime.GOMAXPROCS(1)
	o := outcome{name: "Poterne (classifieur entier)", found: map[string]int{}}
	c, err := classifiers.New(classifiers.Options{})
	if err != nil {
		return o, err
	}
	part := &poterne.Part{Format: "txt"}
	lines := strings.Split(text.body, "\n")
	classify := func() ([]poterne.Finding, error) {
		return c.Classify(context.Background(), poterne.Document{}, func(yield func(poterne.Segment, error) bool) {
			for i, l := range lines {
				if !yield(poterne.Segment{Part: part, Body: l, Place: poterne.Place{Row: i + 1}}, nil) {
					return
				}
			}
		})
	}
	findings, err := classify()
	if err != nil {
		return o, err
	}
	for _, f := range findings {
		for _, k := range kinds {
			if f.Rule == k.rule {
				o.found[k.name] += min(f.Distinct, text.number[k.name])
				o.other += max(0, f.Distinct-text.number[k.name])
			}
		}
	}
	before, runs := cpu(), 0
	for cpu()-before < time.Second {
		if _, err := classify(); err != nil {
			return o, err
		}
		runs++
	}
	o.cpu = (cpu() - before) / time.Duration(runs)
	return o, nil
}

// peer runs a tool on one thread and returns its output.
func (o *outcome) peer(cmd *exec.Cmd) ([]byte, error) {
	cmd.Env = append(os.Environ(), "GOMAXPROCS=1")
	var errs bytes.Buffer
	cmd.Stderr = &errs
	out, err := cmd.Output()
	if cmd.ProcessState == nil {
		return nil, fmt.Errorf("%s: %w", o.name, err)
	}
	if err != nil && len(out) == 0 && cmd.ProcessState.ExitCode() > 2 { // 1, 2: something was found
		return nil, fmt.Errorf("%s: %w: %s", o.name, err, errs.String())
	}
	o.cpu = cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
	return out, nil
}

func (o *outcome) count(text *planted, values map[string]bool) {
	o.found = map[string]int{}
	for v := range values {
		if kind := text.kinds[normal(v)]; kind != "" {
			o.found[kind]++
		} else {
			o.other++
		}
	}
}

func gitleaks(dir, file string, text *planted) (outcome, error) {
	o := outcome{name: "gitleaks 8.30.1", note: "secrets seulement"}
	report := filepath.Join(dir, "gitleaks.json")
	if _, err := o.peer(exec.Command(filepath.Join(dir, "gitleaks"), "dir", file, "--no-banner", "--exit-code", "0", "--report-format", "json", "--report-path", report)); err != nil {
		return o, err
	}
	data, err := os.ReadFile(report)
	if err != nil {
		return o, err
	}
	var list []struct{ Secret string }
	if err := json.Unmarshal(data, &list); err != nil {
		return o, err
	}
	values := map[string]bool{}
	for _, x := range list {
		values[x.Secret] = true
	}
	o.count(text, values)
	return o, nil
}

func ferret(dir, file string, text *planted) (outcome, error) {
	o := outcome{name: "ferret-scan 2.5.5", note: "confiance haute et moyenne"}
	out, err := o.peer(exec.Command(filepath.Join(dir, "venv/bin/ferret-scan"), "--file", file, "--format", "json", "--no-color", "--show-match", "--confidence", "high,medium"))
	if err != nil {
		return o, err
	}
	var report struct{ Results []struct{ Text string } }
	if err := json.Unmarshal(out, &report); err != nil {
		return o, fmt.Errorf("ferret-scan: %w", err)
	}
	values := map[string]bool{}
	for _, x := range report.Results {
		values[x.Text] = true
	}
	o.count(text, values)
	return o, nil
}

func presidio(dir, _ string, text *planted) (outcome, error) {
	o := outcome{name: "Presidio 2.2.366", note: "reconnaisseurs de motifs génériques, sans modèle de langue"}
	cmd := exec.Command(filepath.Join(dir, "venv/bin/python"), "-c", presidioScript)
	cmd.Stdin = strings.NewReader(text.body)
	out, err := o.peer(cmd)
	if err != nil {
		return o, err
	}
	values := map[string]bool{}
	for line := range strings.Lines(string(out)) {
		if _, v, ok := strings.Cut(strings.TrimSuffix(line, "\n"), "\t"); ok {
			values[v] = true
		}
	}
	o.count(text, values)
	return o, nil
}

var ratioMetric = regexp.MustCompile(`([0-9.]+) x-regexps`)

// regexpRatio reads from the benchmark how many times the rules' forms as regular
// expressions of the standard library, one by one, are slower on the same text.
func regexpRatio() (float64, error) {
	out, err := exec.Command("go", "test", "-run", "^$", "-bench", "Ratios", "-benchtime", "1x", "./classifiers").Output()
	if err != nil {
		return 0, fmt.Errorf("go test -bench Ratios: %w", err)
	}
	m := ratioMetric.FindSubmatch(out)
	if m == nil {
		return 0, fmt.Errorf("go test -bench Ratios: no metric")
	}
	return strconv.ParseFloat(string(m[1]), 64)
}

func table(text *planted, all []outcome, ratio float64) string {
	var b strings.Builder
	fmt.Fprintf(&b, "Texte de %d Ko, %d valeurs plantées parmi de la prose et %d leurres (codes de stock, horodatages, numéros de commande).\n\n| outil | Mo/s |", len(text.body)>>10, len(text.kinds), text.decoys)
	for _, k := range kinds {
		fmt.Fprintf(&b, " %s /%d |", k.name, text.number[k.name])
	}
	fmt.Fprintf(&b, " autres trouvailles |\n|---|---|%s---|\n", strings.Repeat("---|", len(kinds)))
	rate := func(d time.Duration) float64 { return float64(len(text.body)) / 1e6 / max(d.Seconds(), 1e-9) }
	for i, o := range all {
		fmt.Fprintf(&b, "| %s | %s |", cmp.Or(strings.TrimSuffix(o.name+" ("+o.note+")", " ()"), o.name), digits(rate(o.cpu)))
		for _, k := range kinds {
			fmt.Fprintf(&b, " %d |", o.found[k.name])
		}
		fmt.Fprintf(&b, " %d |\n", o.other)
		if i == 0 {
			fmt.Fprintf(&b, "| expressions régulières de Go, une par une | %s |%s — |\n", digits(rate(o.cpu)/ratio), strings.Repeat(" — |", len(kinds)))
		}
	}
	fmt.Fprintf(&b, "\nUn seul fil ; le débit des autres outils comprend leur démarrage. « Autres trouvailles » : valeurs différentes qui ne sont pas plantées ; pour Poterne, celles des règles du tableau seulement.\n")
	return b.String()
}

// digits writes a rate with two digits that mean something.
func digits(v float64) string {
	switch {
	case v >= 10:
		return fmt.Sprintf("%.0f", v)
	case v >= 1:
		return fmt.Sprintf("%.1f", v)
	}
	return fmt.Sprintf("%.2f", v)
}
