package policy

import (
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"poterne"
)

//go:embed *.yaml
var embedded embed.FS

// data is everything that policy.yaml and findings.yaml say.
type data struct {
	Version    string              `yaml:"version"`
	Date       time.Time           `yaml:"date"`
	Prior      time.Time           `yaml:"prior"`
	Confidence confidence          `yaml:"confidence"`
	Volume     volume              `yaml:"volume"`
	Labels     map[string]label    `yaml:"labels"`
	Actors     map[string]actor    `yaml:"actors"`
	Doctrines  map[string]doctrine `yaml:"doctrines"`

	Categories  map[string]category   `yaml:"categories"`
	Markings    map[string]marking    `yaml:"markings"`
	Severities  []string              `yaml:"severities"`
	Identifiers map[string]identifier `yaml:"identifiers"`
}

// confidence holds the confidences from which something counts, in 0..1.
type confidence struct {
	Counts         float64 `yaml:"counts"`
	SubjectConfirm float64 `yaml:"subject_confirm"`
	MarkingHint    float64 `yaml:"marking_hint"`
	MarkingConfirm float64 `yaml:"marking_confirm"`
	MarkingHard    float64 `yaml:"marking_hard"`
	Alert          float64 `yaml:"alert"`
	Certain        float64 `yaml:"certain"`
}

// volume holds the numbers of distinct values from which a number matters.
type volume struct {
	Nominative       int `yaml:"nominative"`
	Special          int `yaml:"special"`
	Mass             int `yaml:"mass"`
	Large            int `yaml:"large"`
	Directory        int `yaml:"directory"`
	MosaicCategories int `yaml:"mosaic_categories"`
	MosaicAddresses  int `yaml:"mosaic_addresses"`
	MosaicHosts      int `yaml:"mosaic_hosts"`
}

// label is one row of the table of doctrine A.4.
type label struct {
	Hosting     map[string]hosting `yaml:"hosting"`
	Legal       []string           `yaml:"legal"`
	Presumption bool               `yaml:"presumption"`
	Recommended poterne.Class      `yaml:"recommended"`
}

type actor struct {
	Floor  poterne.Class `yaml:"floor"`
	Suite  poterne.Class `yaml:"suite"`
	Health string        `yaml:"health"` // label of any health subject, "" for the category's own
}

type doctrine struct {
	Date       time.Time                `yaml:"date"`
	Binds      []string                 `yaml:"binds"`
	Legal      []string                 `yaml:"legal"`
	Raise      map[string]poterne.Class `yaml:"raise"`
	Derogation clock                    `yaml:"derogation"`
}

// clock bounds a derogation.
type clock struct {
	Months   int  `yaml:"months"` // after an acceptable offer exists
	Public   bool `yaml:"public"`
	Approval bool `yaml:"approval"` // of the Prime Minister
}

type category struct {
	Level     number   `yaml:"level"`
	Needs     string   `yaml:"needs"`
	Label     string   `yaml:"label"`
	Care      string   `yaml:"care"` // label where the data come from care
	GDPR      bool     `yaml:"gdpr"` // article 9 or 10, or minors
	Candidate bool     `yaml:"candidate"`
	Legal     []string `yaml:"legal"`
}

type marking struct {
	Level number   `yaml:"level"`
	Label string   `yaml:"label"`
	Claim string   `yaml:"claim"`
	Legal []string `yaml:"legal"`
}

type identifier struct {
	Label       string   `yaml:"label"`
	Subject     string   `yaml:"subject"`
	NeedsPerson bool     `yaml:"needs_person"`
	Keyed       bool     `yaml:"keyed"`
	NIR         bool     `yaml:"nir"`
	Directory   bool     `yaml:"directory"`
	Name        bool     `yaml:"name"`
	Network     string   `yaml:"network"`
	Position    bool     `yaml:"position"`
	Legal       []string `yaml:"legal"`
}

// number is a level as it is written outside, −1..5.
type number struct{ poterne.Level }

// hosting is a class with flags: "H4+DR".
type hosting struct {
	class poterne.Class
	flags flags
}

// UnmarshalText reads "H3", "H4+DR" or "H3+HDS+FR".
func (h *hosting) UnmarshalText(b []byte) error {
	class, rest, _ := strings.Cut(string(b), "+")
	c, err := poterne.ClassOf(class)
	if err != nil {
		return err
	}
	if c == poterne.ClassUnknown {
		return errors.New("no label may demand H?")
	}
	*h = hosting{class: c}
	if rest == "" {
		return nil
	}
	for f := range strings.SplitSeq(rest, "+") {
		i := slices.Index(allFlags[:], poterne.Flag(f))
		if i < 0 {
			return fmt.Errorf("flag %q is not one of HDS, FR, DR", f)
		}
		h.flags |= 1 << i
	}
	return nil
}

// MarshalText writes h as UnmarshalText reads it.
func (h hosting) MarshalText() ([]byte, error) {
	s := h.class.String()
	for _, f := range h.flags.list() {
		s += "+" + string(f)
	}
	return []byte(s), nil
}

// flags is a set of [poterne.Flag].
type flags uint8

// allFlags is in alphabetical order, as [poterne.Hosting] wants its flags.
var allFlags = [...]poterne.Flag{poterne.FlagDR, poterne.FlagFR, poterne.FlagHDS}

func (f flags) list() []poterne.Flag {
	var out []poterne.Flag
	for i, flag := range allFlags {
		if f&(1<<i) != 0 {
			out = append(out, flag)
		}
	}
	return out
}

// files of a policy; a folder of overrides may hold any of them.
var files = []string{"policy.yaml", "findings.yaml", "sentences.fr.yaml", "sentences.en.yaml"}

// load reads the embedded files, then those of dir over them ("" for none).
func load(o Options) (*data, map[string]*words, error) {
	d, tongues, dir := new(data), map[string]*words{"fr": {}, "en": {}}, o.Dir
	layers := []func(name string) ([]byte, error){embedded.ReadFile}
	var errs []error
	switch {
	case o.Files != nil:
		layers = append(layers, o.uploaded)
		dir = "."
		errs = strangers(dir, slices.Sorted(maps.Keys(o.Files)))
	case dir != "":
		layers = append(layers, func(name string) ([]byte, error) { return os.ReadFile(filepath.Join(dir, name)) })
		entries, err := os.ReadDir(dir)
		if err != nil {
			errs = append(errs, fmt.Errorf("read policy: %w", err))
		}
		var names []string
		for _, e := range entries {
			if strings.HasSuffix(e.Name(), ".yaml") {
				names = append(names, e.Name())
			}
		}
		errs = append(errs, strangers(dir, names)...)
	}
	last := map[string]*decoder{}
	for i, read := range layers {
		for _, name := range files {
			src, err := read(name)
			if i > 0 && errors.Is(err, fs.ErrNotExist) {
				continue
			}
			if err != nil {
				errs = append(errs, fmt.Errorf("read policy: %w", err))
				continue
			}
			dec := &decoder{file: name}
			if i > 0 {
				dec.file = filepath.Join(dir, name)
			}
			if prev := last[name]; prev != nil {
				// Problems of an entry that is not overridden are told where it stands.
				dec.at = maps.Clone(prev.at)
			}
			if lang, ok := strings.CutPrefix(strings.TrimSuffix(name, ".yaml"), "sentences."); ok {
				dec.decode(src, tongues[lang])
			} else {
				dec.decode(src, d)
			}
			errs = append(errs, dec.errs...)
			dec.errs = nil
			last[name] = dec
		}
	}
	if len(errs) > 0 {
		return nil, nil, errors.Join(errs...)
	}
	d.check(last["policy.yaml"], last["findings.yaml"])
	for lang, w := range tongues {
		w.compile(lang, last["sentences."+lang+".yaml"])
	}
	for _, name := range files {
		errs = append(errs, last[name].errs...)
	}
	return d, tongues, errors.Join(errs...)
}

// uploaded reads one of the files that lie nowhere.
func (o Options) uploaded(name string) ([]byte, error) {
	if src, ok := o.Files[name]; ok {
		return src, nil
	}
	return nil, fs.ErrNotExist
}

// strangers tells the names that no policy has: a misspelt name must not be silently
// without effect.
func strangers(dir string, names []string) (errs []error) {
	for _, name := range names {
		if !slices.Contains(files, name) {
			errs = append(errs, fmt.Errorf("%s:1:1: not a file of a policy%s; they are %s",
				filepath.Join(dir, name), didYouMean(name, files), strings.Join(files, ", ")))
		}
	}
	return errs
}

// check holds the references between entries and the completeness of the table.
func (d *data) check(policy, findings *decoder) {
	if d.Version == "" {
		policy.failAt("version", "version is empty")
	}
	known := func(dec *decoder, path, name string) {
		if _, ok := d.Labels[name]; !ok {
			dec.failAt(path, "%s: unknown label %q%s", path, name, didYouMean(name, slices.Collect(maps.Keys(d.Labels))))
		}
	}
	for _, name := range sorted(d.Labels) {
		path := "labels." + name
		for _, a := range sorted(d.Actors) {
			if _, ok := d.Labels[name].Hosting[a]; !ok {
				policy.failAt(path, "%s: no hosting for actor %q", path, a)
			}
		}
		for _, a := range sorted(d.Labels[name].Hosting) {
			if _, ok := d.Actors[a]; !ok {
				policy.failAt(path+".hosting."+a, "%s: unknown actor %q%s", path, a, didYouMean(a, sorted(d.Actors)))
			}
		}
		if len(d.Labels[name].Legal) == 0 {
			policy.failAt(path, "%s: no legal basis", path)
		}
	}
	for _, name := range []string{"public", "internal", "personal", "directory", "mass", "large", "secret", "ssi", "infra", "mosaic"} {
		known(policy, "labels", name)
	}
	for _, name := range sorted(d.Actors) {
		path := "actors." + name
		if d.Actors[name].Floor < poterne.H1 {
			policy.failAt(path, "%s: floor %s is no floor for what could not be read", path, d.Actors[name].Floor)
		}
		if h := d.Actors[name].Health; h != "" {
			known(policy, path, h)
		}
	}
	for _, name := range sorted(d.Doctrines) {
		path := "doctrines." + name
		if d.Doctrines[name].Date.IsZero() {
			policy.failAt(path, "%s: no date", path)
		}
		if d.Doctrines[name].Derogation.Months <= 0 {
			policy.failAt(path, "%s: no months of derogation", path)
		}
		if len(d.Doctrines[name].Legal) == 0 {
			policy.failAt(path, "%s: no legal basis", path)
		}
		for _, a := range d.Doctrines[name].Binds {
			if _, ok := d.Actors[a]; !ok {
				policy.failAt(path, "%s: binds unknown actor %q%s", path, a, didYouMean(a, sorted(d.Actors)))
			}
		}
		for _, l := range sorted(d.Doctrines[name].Raise) {
			known(policy, path+".raise."+l, l)
		}
	}
	for _, name := range sorted(d.Categories) {
		path, c := "categories."+name, d.Categories[name]
		known(findings, path, c.Label)
		if c.Care != "" {
			known(findings, path, c.Care)
		}
		if !slices.Contains([]string{"person", "none", "never"}, c.Needs) {
			findings.failAt(path, "%s: needs is %q, want person, none or never", path, c.Needs)
		}
	}
	for _, name := range sorted(d.Markings) {
		path, m := "markings."+name, d.Markings[name]
		known(findings, path, m.Label)
		if m.Claim != "" && m.Claim != "public" {
			findings.failAt(path, "%s: claim is %q, want public", path, m.Claim)
		}
	}
	for _, name := range sorted(d.Identifiers) {
		path, id := "identifiers."+name, d.Identifiers[name]
		if id.Label != "" {
			known(findings, path, id.Label)
		}
		if _, ok := d.Categories[id.Subject]; id.Subject != "" && !ok {
			findings.failAt(path, "%s: unknown subject %q%s", path, id.Subject, didYouMean(id.Subject, sorted(d.Categories)))
		}
		if id.Network != "" && id.Network != "address" && id.Network != "host" {
			findings.failAt(path, "%s: network is %q, want address or host", path, id.Network)
		}
	}
	if len(d.Severities) != int(poterne.Classified) {
		findings.failAt("severities", "severities: want one label for each of the levels 0 to 5")
		return
	}
	for _, l := range d.Severities {
		known(findings, "severities", l)
	}
}

func sorted[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

// canonical returns the form of d that its version is a hash of: the same for
// the same content, whatever the order and the comments of its files.
func (d *data) canonical(o Options) ([]byte, error) {
	return json.Marshal(struct {
		Data    *data
		Options Options
	}{d, o})
}

// unverified is how the data mark a text whose wording is to be read again.
const unverified = " [à vérifier]"

// shown returns the legal texts as sentences show them.
func shown(legal []string) []string {
	out := make([]string, len(legal))
	for i, l := range legal {
		out[i] = strings.TrimSuffix(l, unverified)
	}
	return out
}
