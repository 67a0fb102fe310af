package web

import (
	"net/http"
	"slices"
	"strings"

	"poterne"
)

func (c *call) rules() (answer, error) {
	return answer{page: "rules", title: c.T("Règles", "Rules"), data: c.s.Rules(c.lang)}, nil
}

func (c *call) rule() (answer, error) {
	rules := c.s.Rules(c.lang).Rules
	i := slices.IndexFunc(rules, func(r Rule) bool { return r.ID == c.r.PathValue("rule") })
	if i < 0 {
		return answer{}, ErrNotFound
	}
	return answer{page: "rule", title: rules[i].Name, data: rules[i]}, nil
}

// RuleDiff is what two states of the rules do not share, or not alike.
type RuleDiff struct {
	From    string       `json:"from"` // versions
	To      string       `json:"to"`
	Changes []RuleChange `json:"changes"`
}

// RuleChange is one entry that changed.
type RuleChange struct {
	Section string   `json:"section"` // "rules", "markings", "lexicons", "words", "allow"
	ID      string   `json:"id"`
	Change  string   `json:"change"` // "added", "removed", "changed"
	Fields  []string `json:"fields"` // of a changed entry
}

type compareData struct {
	RuleDiff
	Brought bool `json:"-"` // somebody brought the files
}

// compareForm says what the rules in force change to the embedded ones.
func (c *call) compareForm() (answer, error) { return c.compared(nil) }

// compareRules says what files that somebody brings change to the rules in force.
func (c *call) compareRules() (answer, error) {
	files, err := c.brought("rules.yaml")
	if err != nil {
		return answer{}, err
	}
	if len(files) == 0 {
		return answer{}, c.refuse(http.StatusUnprocessableEntity, "donner un fichier de règles", "give a file of rules")
	}
	return c.compared(files)
}

func (c *call) compared(files map[string][]byte) (answer, error) {
	d, err := c.s.RuleDiff(files)
	if err != nil {
		return answer{}, err
	}
	return answer{page: "compare", title: c.T("Comparer des règles", "Compare rules"), data: compareData{d, files != nil}}, nil
}

type tryData struct {
	Done   bool
	Record poterne.Record
}

func (c *call) tryForm() (answer, error) {
	return answer{page: "try", title: c.T("Éprouver les règles", "Try the rules"), data: tryData{}}, nil
}

// maxTried bounds a text to try: some thirty pages.
const maxTried = 100_000

// try judges a text. Nothing of it is stored, logged or sent back: the answer holds
// masked forms, as that of any document.
func (c *call) try() (answer, error) {
	text := c.value("text")
	if len(text) > maxTried {
		return answer{}, c.refuse(http.StatusRequestEntityTooLarge, "le texte dépasse 100 Ko", "the text is above 100 KB")
	}
	if strings.TrimSpace(text) == "" {
		return answer{}, c.refuse(http.StatusUnprocessableEntity, "le texte est vide", "the text is empty")
	}
	r, err := c.s.Try(c.ctx(), text)
	if err != nil {
		return answer{}, err
	}
	a := answer{page: "try", title: c.T("Éprouver les règles", "Try the rules"), data: tryData{true, r}}
	if c.api {
		a.data = c.s.Line(c.lang, r, true)
	}
	return a, nil
}
