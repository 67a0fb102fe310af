package poterne

import "time"

// Segment is a stretch of text that stands together: a paragraph, a cell, a line
// of a header. No value of interest runs across two segments.
type Segment struct {
	Part *Part // what the text belongs to; the same pointer for all segments of a part
	// Body is UTF-8 text. A tab or a newline inside it is a hard stop: identifiers
	// do not run across one.
	Body   string
	Place  Place
	Header string // title of the column, for cells of tables
}

// Part is what a run of segments belongs to: the document itself or one member
// of it. An extractor yields the segments of one part together, the document
// itself first, and starts each part with a segment of [ZoneName].
type Part struct {
	Member  string // path inside the container, "" for the document itself
	Format  string // "docx", "pdf"…, by content, "" where unknown
	Size    int64  // bytes, of a member; 0 where unknown
	ModTime time.Time
}

// Zone says in what part of a page or file a text stands.
type Zone uint8

// Zones.
const (
	ZoneBody      Zone = iota
	ZoneCell           // a cell of a sheet or of a table with a header row
	ZoneHeader         // page header
	ZoneFooter         // page footer
	ZoneNote           // footnote, endnote, speaker notes
	ZoneComment        // comment, annotation, tracked deletion
	ZoneProperty       // metadata: document properties, labels, mail headers
	ZoneName           // the file's or member's own name and path
	ZoneWatermark      // watermark or stamp
	ZoneHidden         // hidden text, sheet, row, slide
	ZonePrompt         // what a template asks to fill in, in the place of text
)

var zoneNames = [...]string{"body", "cell", "header", "footer", "note", "comment", "property", "name", "watermark", "hidden", "prompt"}

// String returns the name of z in JSON and traces.
func (z Zone) String() string { return nameOf(zoneNames[:], int(z)) }

// Place says where in a document a segment stands. Zero fields are unknown.
type Place struct {
	Zone   Zone
	Page   int    // page or slide, from 1
	Sheet  string // name of the sheet, or of the table
	Row    int    // row of the sheet, or line of a text file, from 1
	Column int    // column of the sheet or table, from 1
	Header string // title of the column, never a value
}

// Spot counts what was found in one place.
type Spot struct {
	Place    Place
	Count    int // places
	Distinct int // different values
}
