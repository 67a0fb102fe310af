package web

import (
	"net/http"
	"slices"
	"strings"
	"time"
)

// KeySheet tells of the keys of a state, by what names them and gives nothing of them.
type KeySheet struct {
	Source string  `json:"source"` // where the key comes from
	Keys   []KeyID `json:"keys"`
	// Command is what a person types to change the key.
	Command string `json:"command"`
}

// KeyID names the key of one purpose.
type KeyID struct {
	Purpose string `json:"purpose"` // "fingerprint", "index", "ledger", "audit", "web"
	ID      string `json:"id"`
	Kept    bool   `json:"kept"` // the next rotation leaves it as it is
}

type keysData struct {
	KeySheet
	Rotated []TrailLine `json:"rotations"` // the newest first
}

// linesOfUpkeep is how many lines of the audit stand on a page of upkeep.
const linesOfUpkeep = 10

// keys tells which keys are in use and when they were changed.
func (c *call) keys() (answer, error) {
	sheet, err := c.s.Keys(c.ctx(), c.lang)
	if err != nil {
		return answer{}, err
	}
	d := keysData{KeySheet: sheet}
	if d.Rotated, err = c.upkeep("key-rotate"); err != nil {
		return answer{}, err
	}
	return answer{page: "keys", title: c.T("Clés", "Keys"), data: d}, nil
}

// upkeep returns the last lines of the audit of one verb: what was done to the state.
func (c *call) upkeep(verb string) ([]TrailLine, error) {
	lines, err := c.s.Trail(c.ctx(), 0, linesOfUpkeep, verb, "")
	if lines == nil {
		lines = []TrailLine{}
	}
	return lines, err
}

// Purged counts what a purge forgets.
type Purged struct {
	Files   int      `json:"files"`
	Records int      `json:"records"`
	History int      `json:"history"`
	Runs    int      `json:"runs"`
	Reviews int      `json:"reviews"`
	Shares  int      `json:"shares"`
	Emptied []string `json:"emptied"` // shares of which nearly all would go
	Others  int      `json:"emptied_out_of_sight"`
}

type retentionData struct {
	Age    string      `json:"retention"` // proposed, or of the rehearsal
	First  time.Time   `json:"first,omitzero"`
	Purges []TrailLine `json:"purges"` // the newest first
	Dry    *Purged     `json:"preview,omitempty"`
	Done   *Purged     `json:"purged,omitempty"`
}

// retention tells what is kept how long, and what was forgotten.
func (c *call) retention() (answer, error) {
	return c.retentionPage(retentionData{Age: c.s.Retention})
}

func (c *call) retentionPage(d retentionData) (answer, error) {
	runs, err := c.s.Store.Runs(c.ctx(), 0)
	if err != nil {
		return answer{}, err
	}
	for _, r := range runs {
		if d.First.IsZero() || r.Started.Before(d.First) {
			d.First = r.Started
		}
	}
	if d.Purges, err = c.upkeep("purge"); err != nil {
		return answer{}, err
	}
	return answer{page: "retention", title: c.T("Conservation", "Retention"), data: d}, nil
}

// purgeTime is how long a browser may wait for a purge; it goes on without one.
const purgeTime = 15 * time.Minute

// purge counts what is older than an age, and on the second form forgets it.
func (c *call) purge() (answer, error) {
	age, do := strings.TrimSpace(c.value("age")), c.value("do")
	if !slices.Contains([]string{"preview", "purge"}, do) {
		return answer{}, c.refuse(http.StatusUnprocessableEntity, "action inconnue", "unknown action")
	}
	mass := c.value("mass")
	if !slices.Contains([]string{"", "yes", "true"}, mass) {
		// "false", "no" and "0" are no consent, and nothing to guess at.
		return answer{}, c.refuse(http.StatusUnprocessableEntity, "« mass » est « yes », ou absent", "“mass” is “yes”, or absent")
	}
	dry := do == "preview"
	if err := c.record("web."+map[bool]string{true: "purge-preview", false: "purge"}[dry], "-", map[string]string{"older-than": age}); err != nil {
		return answer{}, err
	}
	if !dry {
		// To write ledger and index anew takes minutes.
		http.NewResponseController(c.w).SetWriteDeadline(time.Now().Add(purgeTime)) // a writer without deadlines has no need of one
	}
	p, err := c.s.Purge(c.ctx(), age, dry, mass != "")
	if err != nil {
		return answer{}, err
	}
	seen := slices.DeleteFunc(append([]string{}, p.Emptied...), func(s string) bool { return !c.scope.share(s) })
	p.Emptied, p.Others = seen, len(p.Emptied)-len(seen)
	if dry {
		return c.retentionPage(retentionData{Age: age, Dry: &p})
	}
	return c.retentionPage(retentionData{Age: age, Done: &p})
}
