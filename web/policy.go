package web

import (
	"net/http"
	"strings"

	"poterne"
)

// OtherPolicy is a policy beside the one in force: for another actor, under another
// doctrine, or with files that somebody brought and that are kept nowhere. What is
// zero is as in force.
type OtherPolicy struct {
	Actor, Doctrine string
	Files           map[string][]byte // by name
}

// PolicySheet is what a policy demands, beside the one in force.
type PolicySheet struct {
	Version   string   `json:"version"`
	InForce   string   `json:"in_force"` // the version in force
	Actor     string   `json:"actor"`
	Doctrine  string   `json:"doctrine"`
	Actors    []string `json:"actors"`
	Doctrines []string `json:"doctrines"`
	Files     []string `json:"files"` // names that files of a policy may have
	// Demands says what each label demands, under the sheet's policy and the one in force.
	Demands []Demand       `json:"demands"`
	Changes []PolicyChange `json:"changes"` // from the policy in force to this one
}

// Demand is what one label demands of a hosting.
type Demand struct {
	Label string          `json:"label"`
	Name  string          `json:"name"`
	Here  poterne.Hosting `json:"here"`
	Now   poterne.Hosting `json:"in_force"`
	Moves bool            `json:"moves"`
}

// PolicyChange is one thing that two policies do not say alike.
type PolicyChange struct {
	Path string `json:"path"` // "labels.staff.hosting.etat", as the files name it
	Old  string `json:"old"`
	New  string `json:"new"`
}

// policy shows the policy in force, or beside it that of another actor or doctrine.
func (c *call) policy() (answer, error) {
	return c.policySheet(OtherPolicy{Actor: c.value("actor"), Doctrine: c.value("doctrine")})
}

// comparePolicy says what files that somebody brings change to the policy in force.
func (c *call) comparePolicy() (answer, error) {
	o, err := c.otherPolicy()
	if err != nil {
		return answer{}, err
	}
	return c.policySheet(o)
}

func (c *call) policySheet(o OtherPolicy) (answer, error) {
	sheet, err := c.s.Policy(c.lang, o)
	if err != nil {
		return answer{}, err
	}
	return answer{page: "policy", title: c.T("Politique", "Policy"), data: sheet}, nil
}

// otherPolicy reads a policy from a form: its choices, and files.
func (c *call) otherPolicy() (OtherPolicy, error) {
	files, err := c.brought("policy.yaml")
	return OtherPolicy{Actor: c.value("actor"), Doctrine: c.value("doctrine"), Files: files}, err
}

// filesBrought bounds the files of one form; the size of all is that of a body.
const filesBrought = 50

// brought returns the files of a form by name: those of fields of files, and texts that
// were typed or came as JSON ("content", with their names in "file", the first one else).
// They are kept no longer than the answer takes.
func (c *call) brought(first string) (map[string][]byte, error) {
	texts, names := c.values()["content"], c.values()["file"]
	if len(c.files)+len(texts) > filesBrought {
		return nil, c.refuse(http.StatusRequestEntityTooLarge, "trop de fichiers", "too many files")
	}
	for i, text := range texts {
		if strings.TrimSpace(text) == "" {
			continue
		}
		name := first
		if i < len(names) {
			name = names[i]
		}
		if c.files == nil {
			c.files = map[string][]byte{}
		}
		c.files[name] = []byte(text)
	}
	return c.files, nil
}
