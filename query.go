package poterne

// Op is how a clause compares a field.
type Op uint8

// Operators.
const (
	Is      Op = iota // equal to one of the values
	Words             // holds all words of the value, folded
	Phrase            // holds the words of the value in this order
	Prefix            // starts with the value
	AtLeast           // >=
	AtMost            // <=
	More              // >
	Less              // <
	Matches           // glob with * and ?
	Exists            // has any value
)

// Clause is one condition on one field.
type Clause struct {
	Field  string // "" for free words: path words and labels
	Op     Op
	Values []string // one of them must hold
	Not    bool
}

// Query is a question to the index. All clauses must hold.
type Query struct {
	Clauses []Clause
	Facets  []string // fields to count
	// Sort is a field, "-" in front for descending; "" is the worst first. The ID
	// always breaks ties.
	Sort  string
	Size  int    // hits a page; 0 for counts and facets only
	After string // Next of the page before, "" for the first
}

// Page is one page of answers.
type Page struct {
	Hits   []Record // without fingerprints and traces
	Total  uint64
	Facets map[string][]Bucket
	Next   string // "" on the last page
}

// Bucket counts the documents that hold one value of a field.
type Bucket struct {
	Value string
	Count int
}
