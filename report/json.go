package report

import (
	"encoding/base64"
	"encoding/json"
	"io"
	"strings"
	"time"
	"unicode/utf8"

	"poterne"
)

// Schema is the version of the JSON that scripts rely on.
const Schema = "poterne/1"

// Document is one line of type "document".
type Document struct {
	Schema         string    `json:"schema"`
	Type           string    `json:"type"`
	ID             string    `json:"id"`
	Path           string    `json:"path"`
	PathB64        string    `json:"path_b64,omitempty"` // where the path is not UTF-8
	Share          string    `json:"share"`
	Member         string    `json:"member"`
	Format         string    `json:"format"`
	Size           int64     `json:"size"`
	Modified       string    `json:"modified,omitempty"`
	Owner          string    `json:"owner"`
	Exposure       string    `json:"exposure"`
	Level          int       `json:"level"`
	Hosting        Hosting   `json:"hosting"`
	Categories     []string  `json:"categories"`
	Findings       []Finding `json:"findings"`
	Failure        *Failure  `json:"failure"`
	Confirm        bool      `json:"confirm"`
	Reasons        []string  `json:"reasons"`
	Counterfactual []string  `json:"counterfactual"`
	Steps          []string  `json:"steps,omitempty"`
	Stamp          Stamp     `json:"stamp"`
	Doctrine       string    `json:"doctrine"`
	Actor          string    `json:"actor"`
	Run            string    `json:"run,omitempty"`
	ScannedAt      string    `json:"scanned_at,omitempty"`
	Unchanged      bool      `json:"unchanged,omitempty"`
	Again          bool      `json:"again,omitempty"` // after the walk, which told of it already
}

// Hosting is the hosting decision of a document.
type Hosting struct {
	Class string   `json:"class"`
	Flags []string `json:"flags"`
	Name  string   `json:"name"`
}

// Finding is one finding of a document.
type Finding struct {
	Rule       string   `json:"rule"`
	Category   string   `json:"category"`
	Mark       string   `json:"mark,omitempty"`
	Count      int      `json:"count"`
	Distinct   int      `json:"distinct"`
	Confidence float64  `json:"confidence"`
	Likelihood string   `json:"likelihood"`
	Masked     []string `json:"masked"`
	Where      string   `json:"where"`
	Legal      []string `json:"legal"`
	Tags       []string `json:"tags,omitempty"`
}

// Failure says what was not read.
type Failure struct {
	Stage string `json:"stage"`
	Kind  string `json:"kind"`
}

// Stamp says what the verdict was made from.
type Stamp struct {
	Content   string `json:"content"`
	Extractor string `json:"extractor"`
	Rules     string `json:"rules"`
	Policy    string `json:"policy"`
}

// Line returns the line of r.
func (v Voice) Line(r poterne.Record) Document {
	d := Document{
		Schema: Schema, Type: "document", ID: string(r.ID), Share: r.Share, Member: Valid(r.Member),
		Path: Valid(r.Full()), Format: r.Format, Size: r.Size, Modified: stamp(r.ModTime), Owner: r.Owner, Exposure: r.Exposure.String(),
		Level:          r.Assessment.Level.Number(),
		Hosting:        Hosting{Class: r.Assessment.Hosting.Class.String(), Flags: texts(r.Assessment.Hosting.Flags), Name: v.Class(r.Assessment.Hosting.Class)},
		Categories:     texts(r.Assessment.Categories),
		Findings:       []Finding{},
		Confirm:        r.Assessment.Confirm,
		Reasons:        v.sentences(r.Assessment.Reasons),
		Counterfactual: v.sentences(r.Assessment.Counterfactual),
		Stamp:          Stamp{string(r.Stamp.Content), string(r.Stamp.Extractor), string(r.Stamp.Rules), string(r.Stamp.Policy)},
		Doctrine:       r.Assessment.Doctrine, Actor: r.Assessment.Actor, Run: r.Run, ScannedAt: stamp(r.ScannedAt),
	}
	if !utf8.ValidString(r.Full()) {
		d.PathB64 = base64.StdEncoding.EncodeToString([]byte(r.Full()))
	}
	if r.Failure != nil {
		d.Failure = &Failure{string(r.Failure.Stage), string(r.Failure.Kind)}
	}
	for _, f := range r.Findings {
		line := Finding{
			Rule: f.Rule, Category: f.Category, Mark: f.Mark, Count: f.Count, Distinct: f.Distinct,
			Confidence: float64(int(f.Confidence*1000+0.5)) / 1000, Likelihood: f.Likelihood(),
			Masked: texts(shown(r, f)), Legal: texts(f.Legal), Tags: texts(f.Tags),
		}
		if len(f.Spots) > 0 {
			line.Where = v.Where(r.Format, f.Spots[0].Place)
		}
		d.Findings = append(d.Findings, line)
	}
	return d
}

// shown returns the masked forms of a finding that may be shown: of a classified
// document, the names of its markings and nothing of its text (IGI 1300).
func shown(r poterne.Record, f poterne.Finding) []string {
	if r.Assessment.Level == poterne.Classified && f.Rule != poterne.RuleMarking {
		return nil
	}
	return f.Masked
}

// Explained returns the line of r with the decision step by step.
func (v Voice) Explained(r poterne.Record) Document {
	d := v.Line(r)
	d.Steps = v.sentences(r.Assessment.Steps)
	return d
}

func (v Voice) sentences(rs []poterne.Reason) []string {
	out := make([]string, len(rs))
	for i, r := range rs {
		out[i] = v.Sentence(r)
	}
	return out
}

// texts copies a list so that an empty one is written [] and never null.
func texts[T ~string](in []T) []string {
	out := make([]string, len(in))
	for i, s := range in {
		out[i] = string(s)
	}
	return out
}

// Valid makes a name from a share valid UTF-8, for JSON.
func Valid(s string) string { return strings.ToValidUTF8(s, "\ufffd") }

func stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}

// JSONLines writes objects, one a line.
type JSONLines struct{ enc *json.Encoder }

// NewJSONLines returns a writer of lines to w.
func NewJSONLines(w io.Writer) *JSONLines {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	return &JSONLines{enc}
}

// Write writes one object as one line.
func (j *JSONLines) Write(object any) error { return j.enc.Encode(object) }
