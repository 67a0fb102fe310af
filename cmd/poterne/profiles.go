package main

import (
	"context"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"

	"poterne/ledger"
	"poterne/sources"
	"poterne/web"
)

// profile is a scan that an administrator allowed the pages to start: where, and how.
type profile struct {
	name  string
	roots []string
	args  []string // flags of scan
	facts []web.Fact
}

// loadProfiles reads a YAML mapping of names to the roots and the flags of a scan, and
// tells all that is wrong with it at once. "" is no file; room holds where a profile
// says nothing else.
func (a *app) loadProfiles(path string, room roomOptions) ([]profile, error) {
	if path == "" {
		return nil, nil
	}
	file, err := loadConfig(path)
	if err != nil {
		return nil, fail(exitUsage, "--profiles", "%w", err)
	}
	var out []profile
	var problems []string
	for name, body := range pairs(file.root) {
		p := profile{name: name.Value}
		if body.Kind != yaml.MappingNode {
			problems = append(problems, file.place(body)+a.say(" : des options de scan sont attendues", ": options of scan are wanted"))
			continue
		}
		problems = append(problems, a.readProfile(file, &p, body, room)...)
		if len(p.roots) == 0 {
			problems = append(problems, file.place(name)+a.say(" : roots manque", ": roots is missing"))
		}
		out = append(out, p)
	}
	if len(problems) > 0 {
		return nil, fail(exitUsage, "poterne scan --help", "%s", strings.Join(problems, "\n"))
	}
	return out, nil
}

// readProfile reads one profile, whose roots and flags are checked as those of a
// command line.
func (a *app) readProfile(file *configFile, p *profile, body *yaml.Node, room roomOptions) (problems []string) {
	scan := newScan(a).Flags()
	known := slices.DeleteFunc(append(flagNames(scan), "roots"), func(name string) bool { return name == "dry-run" })
	for key, value := range pairs(body) {
		switch {
		case key.Value == "roots":
			for _, root := range strings.Split(flatten(value), ",") {
				if root == "" {
					continue
				}
				whole, err := a.profileRoot(root)
				if err != nil {
					problems = append(problems, fmt.Sprintf("%s: %v", file.place(value), err))
				}
				p.roots = append(p.roots, whole)
			}
		case !slices.Contains(known, key.Value):
			problems = append(problems, file.unknown(a, key, known))
		default:
			text := flatten(value)
			if err := scan.Set(key.Value, text); err != nil {
				problems = append(problems, fmt.Sprintf("%s: %v", file.place(value), a.flagProblem(scan, err)))
			}
			for _, err := range a.valueProblems(key.Value, text, room) {
				problems = append(problems, fmt.Sprintf("%s: %v", file.place(value), err))
			}
			p.args = append(p.args, "--"+key.Value+"="+text)
			p.facts = append(p.facts, web.Fact{Name: key.Value, Value: text})
		}
	}
	return problems
}

// profileRoot returns a root as a run keeps it. One that is not there may be mounted
// by the time of the scan; one that no scan may be of is refused now.
func (a *app) profileRoot(root string) (string, error) {
	whole, err := wholeRoot(root)
	if err != nil || sources.Remote(root) {
		return whole, err
	}
	if info, err := os.Stat(whole); err == nil && !info.IsDir() {
		return whole, a.noFolder(root)
	}
	return whole, a.checkRoots([]string{whole})
}

// valueProblems are those of a value that a scan would find before its first file.
func (a *app) valueProblems(flag, text string, room roomOptions) (problems []error) {
	switch flag {
	case "fail-on":
		for spec := range strings.SplitSeq(text, ",") {
			if _, err := parseGates([]string{spec}); err != nil {
				problems = append(problems, fmt.Errorf("--fail-on: %w", err))
			}
		}
		return problems
	case "actor":
		room.actor = text
	case "doctrine":
		room.doctrine = text
	default:
		return nil
	}
	if _, err := a.openPolicy(room); err != nil {
		problems = append(problems, err)
	}
	return problems
}

// wholeRoot returns a root as a run keeps it.
func wholeRoot(root string) (string, error) {
	if !sources.Remote(root) {
		return folder(root)
	}
	address, err := sources.ParseAddress(root)
	if err != nil {
		return "", err
	}
	return address.String(), nil
}

// shares names the shares of a profile, beside those that are known.
func (p profile) shares(known map[string]string) []string {
	known = maps.Clone(known)
	var out []string
	for _, root := range p.roots {
		base := filepath.Base(root)
		if sources.Remote(root) {
			if address, err := sources.ParseAddress(root); err == nil {
				base = address.Name()
			}
		}
		name := shareName(base, root, known)
		known[name] = root
		out = append(out, name)
	}
	return out
}

// profiles lists the scans that may be started, with their shares.
func profilesOf(ctx context.Context, led *ledger.Ledger, list []profile) ([]web.Profile, error) {
	known, err := knownShares(ctx, led)
	if err != nil {
		return nil, err
	}
	out := []web.Profile{}
	for _, p := range list {
		out = append(out, web.Profile{Name: p.name, Shares: p.shares(known), Options: append([]web.Fact{}, p.facts...)})
	}
	return out, nil
}
