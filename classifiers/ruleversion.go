package classifiers

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"strings"

	"github.com/goccy/go-yaml"
)

// RuleVersion names the state of one rule, marking or category: what a person
// decided of its findings holds as long as it stays the same, whatever becomes of
// the other rules. It is "" where there is no such rule. mark is that of a marking,
// else "".
func (c *Classifier) RuleVersion(rule, mark string) string {
	h := sha256.New()
	enc := json.NewEncoder(h)
	found := false
	note := func(section, id string) {
		for _, it := range c.rules.loaded.sections[section] {
			var v any
			if it.id == id && yaml.NodeToValue(it.node, &v) == nil {
				found = true
				_ = enc.Encode([]any{section, v}) // a hash never fails to write
			}
		}
	}
	if mark != "" {
		note("markings", mark)
	} else {
		note("rules", rule)
		note("lexicons", rule)
	}
	if !found {
		return ""
	}
	_ = enc.Encode(engineVersion)
	if mark == "" && c.category(rule) {
		// The learned model speaks of categories too; its version is the end of ours.
		_ = enc.Encode(strings.TrimPrefix(string(c.version), string(c.rules.Version())))
	}
	return hex.EncodeToString(h.Sum(nil))[:12]
}

// category reports whether a rule is that of a vocabulary.
func (c *Classifier) category(rule string) bool {
	for _, it := range c.rules.loaded.sections["lexicons"] {
		if it.id == rule {
			return true
		}
	}
	return false
}
