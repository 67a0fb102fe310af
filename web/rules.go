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
