package main

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"

	"poterne"
	"poterne/classifiers"
)

// decoy makes segments from a value of a rule in which the rule must find nothing.
type decoy struct {
	name string
	make func(label, solid, grouped string) []poterne.Segment
}

func line(format string, args ...any) []poterne.Segment {
	return []poterne.Segment{{Body: fmt.Sprintf(format, args...)}}
}

var decoys = []decoy{
	{"dans un nombre plus long", func(label, solid, _ string) []poterne.Segment { return line("%s : 7%s4", label, solid) }},
	{"collé à un mot", func(label, solid, _ string) []poterne.Segment { return line("%s : REF%sZQ", label, solid) }},
	{"amputé d'un caractère", func(label, solid, _ string) []poterne.Segment { return line("%s : %s", label, solid[:len(solid)-1]) }},
	{"décimale", func(label, solid, _ string) []poterne.Segment { return line("%s : 0,%s", label, solid) }},
	{"coupé par une fin de ligne", func(label, solid, _ string) []poterne.Segment {
		return line("%s : %s\n%s", label, solid[:len(solid)/2], solid[len(solid)/2:])
	}},
	{"coupé par une cellule", func(label, solid, _ string) []poterne.Segment {
		half := len(solid) / 2
		return []poterne.Segment{
			{Body: solid[:half], Place: poterne.Place{Zone: poterne.ZoneCell, Sheet: "1", Row: 2, Column: 1}},
			{Body: solid[half:], Place: poterne.Place{Zone: poterne.ZoneCell, Sheet: "1", Row: 2, Column: 2}},
		}
	}},
	{"clé fausse", nil},
}

// decoys plants what looks like an identifier and is none, and series of numbers
// that machines write. Nothing may raise a level.
func (b *bench) decoys() (result, error) {
	r := rand.New(rand.NewPCG(b.seed, 3))
	res := result{section: "leurres"}
	made, wrong := map[string]int{}, map[string]int{}
	for _, rule := range b.rules.List() {
		if rule.Check == "" || len(rule.Shapes) == 0 || rule.Find == "lead" {
			continue
		}
		label := ""
		if len(rule.Words) > 0 {
			label = rule.Words[0]
		}
		for _, d := range decoys {
			for range b.each / 4 {
				segments, ok := b.decoy(r, rule, d, label)
				if !ok {
					continue
				}
				found, err := b.find(segments...)
				if err != nil {
					return res, err
				}
				made[d.name]++
				if _, ok := counted(found, rule.ID); ok {
					wrong[d.name]++
					res.missed = append(res.missed, fmt.Sprintf("%s finds %s", rule.ID, d.name))
				}
			}
		}
	}
	for _, m := range machines {
		for range 50 {
			found, err := b.find(m.make(r)...)
			if err != nil {
				return res, err
			}
			made[m.name]++
			if i := slices.IndexFunc(found, func(f poterne.Finding) bool { return f.Level >= poterne.Personal && f.Counts() }); i >= 0 {
				wrong[m.name]++
				res.missed = append(res.missed, fmt.Sprintf("%s in %s", found[i].Rule, m.name))
			}
		}
	}
	slices.Sort(res.missed)
	res.missed = slices.Compact(res.missed)
	var t strings.Builder
	t.WriteString("| leurre | essais | trouvés à tort |\n|---|---|---|\n")
	for _, d := range decoys {
		fmt.Fprintf(&t, "| %s | %d | %d |\n", d.name, made[d.name], wrong[d.name])
	}
	for _, m := range machines {
		fmt.Fprintf(&t, "| %s | %d textes | %d |\n", m.name, made[m.name], wrong[m.name])
	}
	res.text = t.String()
	return res, nil
}

func (b *bench) decoy(r *rand.Rand, rule classifiers.Rule, d decoy, label string) ([]poterne.Segment, bool) {
	if d.make == nil {
		if rule.Check == "vin" {
			return nil, false // European makers leave its key out
		}
		v, ok := spoiled(r, rule)
		return line("%s : %s", label, strings.Join(v.groups, firstSeparator(rule))), ok
	}
	v, err := value(r, rule)
	if err != nil {
		return nil, false
	}
	// What is left of a cut value must not be a valid one itself.
	solid := v.solid()
	for _, part := range []string{solid[:len(solid)-1], solid[:len(solid)/2], solid[len(solid)/2:]} {
		if valid, _ := classifiers.Check(rule.Check, normal(part)); valid {
			return nil, false
		}
	}
	return d.make(label, solid, strings.Join(v.groups, firstSeparator(rule))), true
}

// machine makes text as programs and sensors write it.
type machine struct {
	name string
	make func(r *rand.Rand) []poterne.Segment
}

func many(n int, sep string, one func() string) []poterne.Segment {
	list := make([]string, n)
	for i := range list {
		list[i] = one()
	}
	return []poterne.Segment{{Body: strings.Join(list, sep)}}
}

var machines = []machine{
	{"horodatages", func(r *rand.Rand) []poterne.Segment {
		return many(200, " ", func() string {
			return fmt.Sprintf("2024%02d%02d%02d%02d%02d", 1+r.IntN(12), 1+r.IntN(28), r.IntN(24), r.IntN(60), r.IntN(60))
		})
	}},
	{"millisecondes Unix", func(r *rand.Rand) []poterne.Segment {
		return many(200, ";", func() string { return fmt.Sprint(1_700_000_000_000 + r.Int64N(90_000_000_000)) })
	}},
	{"décimales", func(r *rand.Rand) []poterne.Segment {
		return many(200, " ", func() string { return fmt.Sprintf("%d,%015d", r.IntN(100), r.Int64N(1e15)) })
	}},
	{"UUID", func(r *rand.Rand) []poterne.Segment {
		return many(200, "\n", func() string {
			return fmt.Sprintf("%08x-%04x-%04x-%04x-%012x", r.Uint32(), r.IntN(1<<16), r.IntN(1<<16), r.IntN(1<<16), r.Int64N(1<<48))
		})
	}},
	{"versions", func(r *rand.Rand) []poterne.Segment {
		return many(200, ", ", func() string {
			return fmt.Sprintf("paquet %d.%d.%d-%d", r.IntN(20), r.IntN(300), r.IntN(900), r.IntN(99))
		})
	}},
	{"empreintes", func(r *rand.Rand) []poterne.Segment {
		return many(100, "\n", func() string { return fmt.Sprintf("%016x%016x", r.Uint64(), r.Uint64()) })
	}},
	{"colonne de capteur, 13 chiffres", sensor(13)},
	{"colonne de capteur, 15 chiffres", sensor(15)},
	{"colonne de capteur, 16 chiffres", sensor(16)},
	{"colonne de capteur, 9 chiffres", sensor(9)},
}

// sensor is a column of random numbers, of which some pass a key by chance.
func sensor(n int) func(r *rand.Rand) []poterne.Segment {
	return func(r *rand.Rand) []poterne.Segment {
		out := make([]poterne.Segment, 400)
		for i := range out {
			b := make([]byte, n)
			for k := range b {
				b[k] = '0' + byte(r.IntN(10))
			}
			out[i] = poterne.Segment{Body: string(b), Header: "mesure", Place: poterne.Place{Zone: poterne.ZoneCell, Sheet: "1", Row: i + 2, Column: 1, Header: "mesure"}}
		}
		return out
	}
}
