package poterne

// Fingerprint is a keyed hash of a normalised value: the first 12 bytes of
// HMAC-SHA-256, in 16 characters of unpadded base64url. Without the key it tells
// nothing; with it, it finds the documents that hold a given value.
type Fingerprint string

// CategoryMarking is the category, and "marquage" the rule, of protective markings.
const (
	CategoryMarking = "marquage"
	RuleMarking     = "marquage"
)

// Finding is what one rule found in one document. It holds no raw value.
//
// There is one finding per rule, save for markings: one per rule and Mark.
type Finding struct {
	Rule     string // "fr-nir"; for a category its own name; "marquage"
	Category string // "identite", "sante", …, "marquage"
	Mark     string // canonical name of a marking ("dr", "secret", "tlp-amber"), else ""
	Count    int    // places
	Distinct int    // different values
	// Confidence is in 0..1: 0.35 form only, 0.75 form and key, 0.85 form, key and
	// context, 0.95 several keys (doctrine D.3). For a marking it is the zone's
	// weight (doctrine C.2) divided by 100.
	Confidence float64
	Level      Level    // severity of one occurrence, before volume and context
	Masked     []string // masked forms, at most 5
	Prints     []Fingerprint
	Spots      []Spot // the places, weightiest first, at most 8; cells by sheet and column
	Legal      []string
	Tags       []Tag
	Trace      []Step // how the confidence came about
}

// Likelihood names the confidence of f: "certain", "probable", "possible" or "weak".
func (f Finding) Likelihood() string {
	switch {
	case f.Confidence >= 0.85:
		return "certain"
	case f.Confidence >= 0.65:
		return "probable"
	case f.Confidence >= 0.50:
		return "possible"
	}
	return "weak"
}

// Has reports whether f carries tag t.
func (f Finding) Has(t Tag) bool {
	for _, u := range f.Tags {
		if u == t {
			return true
		}
	}
	return false
}

// Counts reports whether f may weigh on a verdict: published examples and what an
// allow list takes out never do.
func (f Finding) Counts() bool { return !f.Has(TagExample) && !f.Has(TagAllowed) }

// Tag is a fact about a finding that the policy reads.
type Tag string

// The closed list of tags.
const (
	TagPerson  Tag = "person"  // the rule identifies one natural person
	TagNear    Tag = "near"    // a category on the same page, in the same record or within 300 characters of a person (doctrine D.3)
	TagTalks   Tag = "talks"   // the text speaks about the subject, it carries no case
	TagBlank   Tag = "blank"   // a blank form
	TagConfirm Tag = "confirm" // to be confirmed by a person before it counts as certain
	TagExample Tag = "example" // a published example: never counts
	TagAllowed Tag = "allowed" // taken out by an entry of an allow list, which the trace names: never counts
	TagSecret  Tag = "secret"  // an active technical secret: revoke
	TagCare    Tag = "care"    // health data that comes from care: HDS
	TagLifted  Tag = "lifted"  // a marking said to be cancelled or declassified, not verified
	TagClash   Tag = "clash"   // markings that contradict each other
)

// Step is one step of a computation, for explanations: never holds a value.
type Step struct {
	Name   string  // "form", "key", "context", "zone"…
	Delta  float64 // what it added
	Detail string  // a rule's own word, a number; never text of the document
}
