package main

import (
	"strings"

	"poterne"
)

// gate says whether a record meets a --fail-on; previous says whether an earlier
// run ended.
type gate func(r poterne.Record, run string, previous bool) bool

func parseGates(specs []string) ([]gate, error) {
	var gates []gate
	for _, spec := range specs {
		if spec == "new" {
			gates = append(gates, func(r poterne.Record, run string, previous bool) bool {
				return previous && r.Run == run && r.Assessment.Level >= poterne.Sensitive
			})
			continue
		}
		if n, ok := strings.CutPrefix(spec, "level:"); ok {
			var l poterne.Level
			if err := l.UnmarshalText([]byte(n)); err != nil {
				return nil, err
			}
			gates = append(gates, func(r poterne.Record, _ string, _ bool) bool { return r.Assessment.Level >= l })
			continue
		}
		c, err := poterne.ClassOf(spec)
		if err != nil {
			return nil, err
		}
		gates = append(gates, func(r poterne.Record, _ string, _ bool) bool {
			if have := r.Assessment.Hosting.Class; c == poterne.ClassUnknown || have == poterne.ClassUnknown {
				return have == c
			}
			return r.Assessment.Hosting.Class >= c
		})
	}
	return gates, nil
}
