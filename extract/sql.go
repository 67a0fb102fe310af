package extract

import (
	"encoding/csv"
	"regexp"
	"strings"
	"unicode/utf8"
)

// sqlReader reads dumps of databases: the values of INSERT and COPY as cells with
// the names of their columns for titles, all else as lines of text.
type sqlReader struct {
	out     *emitter
	p       paragraph
	created map[string][]string // columns of tables, by their names: a dump may name them only there
	rows    map[string]int      // records seen, by table

	reading sqlState
	table   string
	columns []string
	starts  bool // a line starts here, and not a piece of one
	create  sqlTable
	copied  sqlCopied
	tuple   sqlTuple
	between strings.Builder // what stands between records
}

type sqlState uint8

const (
	sqlText   sqlState = iota
	sqlCreate          // inside CREATE TABLE
	sqlInsert          // after the columns of INSERT
	sqlCopy            // after COPY … FROM stdin
)

// What starts a statement, as mysqldump, pg_dump, sqlite3 and SQL Server write it.
const sqlNamed = `((?:\[[^\]]*\]|"[^"]*"|` + "`[^`]*`" + `|[^\s("\[])+)`

var (
	sqlCreateHead = regexp.MustCompile(`(?i)^\s*create\s+(?:\w+\s+){0,2}table\s+(?:if\s+not\s+exists\s+)?` + sqlNamed)
	sqlInsertHead = regexp.MustCompile(`(?i)^\s*(?:insert|replace)\s+(?:(?:ignore|low_priority|delayed|or\s+\w+)\s+)?(?:into\s+)?` + sqlNamed +
		`\s*(?:\(([^()]*)\))?\s*(?:overriding\s+\w+\s+value\s+)?(?:values\b|$)`)
	sqlCopyHead = regexp.MustCompile(`(?i)^\s*copy\s+` + sqlNamed + `\s*\(([^()]*)\)\s+from\s+stdin`)
	sqlKeyword  = regexp.MustCompile(`(?i)^(?:primary|key|unique|constraint|foreign|index|check|fulltext|spatial)$`)

	// What ends the statement before it where that has no semicolon: scripts of SQL
	// Server have none, but lines with GO.
	sqlNext = regexp.MustCompile(`(?i)^\s*(?:(?:go(?:\s+\d+)?|/)\s*;?\s*$|` +
		`(?:insert|replace|copy|create|update|delete|select|alter|drop|set|exec|print|use|begin|commit)\s)`)
	sqlTableNext = regexp.MustCompile(`(?i)^\s*(?:go\s*$|insert\s+into\s|(?:create|alter)\s+table\s|copy\s.*\sstdin)`)

	sqlCSV       = regexp.MustCompile(`(?i)\bcsv\b`)
	sqlDelimiter = regexp.MustCompile(`(?i)\bdelimiters?\s+(?:as\s+)?'([^'\\])'`)
	sqlUnescape  = strings.NewReplacer(`\t`, "\t", `\n`, "\n", `\\`, `\`)
)

// sqlTables bounds the tables whose columns are remembered.
const sqlTables = 10_000

func sqlLines(lines *lineReader, out *emitter) error {
	s := sqlReader{out: out, p: paragraph{out: out}, created: map[string][]string{}, rows: map[string]int{}}
	for {
		s.starts = !lines.open
		line, row, err := lines.next()
		if err != nil {
			s.record()
			s.p.add([]byte(s.between.String()), row)
			s.p.flush()
			return ended(err)
		}
		if !s.line(string(line), row, !lines.open) {
			return nil
		}
	}
}

// line takes a line, or a piece of one where ends is false.
func (s *sqlReader) line(line string, row int, ends bool) bool {
	switch s.reading {
	case sqlInsert:
		if t := &s.tuple; s.starts && t.depth == 0 && sqlNext.MatchString(line) {
			s.reading = sqlText
			if !s.sendBetween(row) {
				return false
			}
			break
		}
		return s.values(line, row, ends)
	case sqlCopy:
		return s.copyLine(line)
	case sqlCreate:
		if s.starts && sqlTableNext.MatchString(line) {
			s.endTable()
			break
		}
		return s.tableLine(line, 0, row, ends)
	}
	if m := sqlCopyHead.FindStringSubmatch(line); m != nil {
		s.begin(sqlCopy, m[1], m[2])
		s.copied = copiedAs(line[len(m[0]):])
	} else if m := sqlInsertHead.FindStringSubmatch(line); m != nil {
		if s.begin(sqlInsert, m[1], m[2]); len(s.columns) > 0 {
			if !s.p.add([]byte(m[0]), row) || !s.p.flush() {
				return false
			}
			return s.values(line[len(m[0]):], row, ends)
		}
		s.reading = sqlText
	} else if m := sqlCreateHead.FindStringSubmatch(line); m != nil && len(s.created) < sqlTables {
		s.begin(sqlCreate, m[1], "")
		s.columns, s.create = nil, sqlTable{}
		return s.tableLine(line, len(m[0]), row, ends)
	}
	return s.p.add([]byte(line), row)
}

// begin starts to read a statement about a table.
func (s *sqlReader) begin(state sqlState, table, columns string) {
	s.reading, s.table, s.tuple = state, sqlName(table), sqlTuple{}
	s.columns = s.created[s.table]
	if columns != "" {
		s.columns = nil
		for _, c := range strings.Split(columns, ",") {
			s.columns = append(s.columns, sqlName(c))
		}
	}
}

// sqlName returns a name of SQL without its schema and quotation marks.
func sqlName(name string) string {
	name = strings.TrimSpace(name)
	name = name[strings.LastIndexByte(name, '.')+1:]
	return strings.Trim(name, "`\"[]',; ")
}

func (s *sqlReader) cell(column int, value string) bool {
	title := ""
	if column < len(s.columns) && len(s.columns[column]) <= maxName {
		title = s.columns[column]
	}
	return s.out.cell(s.table, s.rows[s.table]+1, column+1, title, cutData(value))
}

// sqlCopied is how COPY writes records.
type sqlCopied struct {
	csv   bool
	comma rune
}

// copiedAs reads the options behind COPY … FROM stdin.
func copiedAs(options string) sqlCopied {
	c := sqlCopied{comma: '\t'}
	if c.csv = sqlCSV.MatchString(options); c.csv {
		c.comma = ','
	}
	if m := sqlDelimiter.FindStringSubmatch(options); m != nil {
		c.comma, _ = utf8.DecodeRuneInString(m[1])
	}
	return c
}

// copyLine sends a record of COPY.
func (s *sqlReader) copyLine(line string) bool {
	if line == `\.` {
		s.reading = sqlText
		return true
	}
	var values []string
	if s.copied.csv {
		r := csv.NewReader(strings.NewReader(line))
		r.Comma, r.LazyQuotes = s.copied.comma, true
		values, _ = r.Read() // what it read until the value it could not
	} else {
		values = strings.Split(line, string(s.copied.comma))
	}
	for i, v := range values {
		if !s.copied.csv && strings.Contains(v, `\`) {
			if v == `\N` {
				continue
			}
			v = sqlUnescape.Replace(v)
		}
		if !s.cell(i, v) {
			return false
		}
	}
	s.rows[s.table]++
	return true
}

// sqlTable is how much of CREATE TABLE was read.
type sqlTable struct {
	depth  int  // of parentheses: 1 between columns
	quote  byte // that closes the name or text that is read, 0 for none
	column strings.Builder
}

// tableLine reads on in the columns of CREATE TABLE, from the index from of line on.
// All of it is sent as text.
func (s *sqlReader) tableLine(line string, from, row int, ends bool) bool {
	t := &s.create
	for i := from; i < len(line); i++ {
		c := line[i]
		if t.quote == 0 && strings.HasPrefix(line[i:], "--") {
			break
		}
		if t.depth > 0 && t.column.Len() <= maxName {
			t.column.WriteByte(c)
		}
		switch {
		case t.quote != 0:
			if c == '\\' && t.quote == '\'' {
				i++
			} else if c == t.quote {
				t.quote = 0
			}
		case c == '\'', c == '"', c == '`':
			t.quote = c
		case c == '[':
			t.quote = ']'
		case c == '(':
			if t.depth++; t.depth == 1 {
				t.column.Reset()
			}
		case c == ',' && t.depth == 1:
			s.addColumn()
		case c == ')' && t.depth > 0:
			if t.depth--; t.depth > 0 {
				continue
			}
			s.endTable()
			_, rest, _ := strings.Cut(line[i:], ";")
			if rest = strings.TrimSpace(rest); rest == "" {
				return s.p.add([]byte(line), row)
			}
			return s.p.add([]byte(line[:len(line)-len(rest)]), row) && s.line(rest, row, ends)
		case c == ';' && t.depth == 0:
			s.reading = sqlText // CREATE TABLE … AS SELECT
			return s.p.add([]byte(line), row)
		}
	}
	if ends {
		t.quote = 0
		t.column.WriteByte(' ')
	}
	return s.p.add([]byte(line), row)
}

// addColumn ends the definition of a column.
func (s *sqlReader) addColumn() {
	name := strings.TrimLeft(s.create.column.String(), " \t")
	s.create.column.Reset()
	end := strings.IndexAny(name, " \t,()")
	if name != "" && strings.IndexByte("`\"[", name[0]) >= 0 {
		quote := name[0]
		if quote == '[' {
			quote = ']'
		}
		end = 1 + strings.IndexByte(name[1:], quote)
	}
	if end > 0 && !sqlKeyword.MatchString(name[:end]) && len(s.columns) < maxCells {
		s.columns = append(s.columns, sqlName(name[:end]))
	}
}

// endTable ends CREATE TABLE.
func (s *sqlReader) endTable() {
	s.addColumn()
	s.created[s.table], s.reading = s.columns, sqlText
}

// sqlTuple is how much of a record in parentheses was read.
type sqlTuple struct {
	depth  int // of parentheses: 1 between values
	column int
	quoted bool
	value  strings.Builder
}

// values reads on in the records of an INSERT. What stands between and behind them
// up to the semicolon is sent as text.
func (s *sqlReader) values(text string, row int, ends bool) bool {
	t := &s.tuple
	if ends {
		text += "\n"
	}
	for i := 0; i < len(text); i++ {
		c := text[i]
		switch {
		case t.depth == 0 && !t.quoted && c == ';', s.between.Len() >= maxSegment:
			if !s.sendBetween(row) {
				return false
			}
			if c != ';' || t.quoted || t.depth > 0 {
				i--
				continue
			}
			s.reading = sqlText
			if rest := strings.TrimSpace(text[i+1:]); rest != "" {
				return s.line(rest, row, ends)
			}
			return true
		case t.depth == 0 && (t.quoted || c != '(' && c != ','):
			switch {
			case c == '\'':
				t.quoted = !t.quoted
			case c == '\n':
				t.quoted = false
			case !t.quoted && strings.HasPrefix(text[i:], "--"):
				s.between.WriteString(strings.TrimSuffix(text[i:], "\n"))
				i, c = len(text), '\n'
			}
			s.between.WriteByte(c)
		case t.value.Len() >= maxSegment:
			if !s.send() {
				return false
			}
			i--
			continue
		case t.quoted && c == '\\' && i+1 < len(text) && sqlEscaped(text[i+1:]):
			i++
			t.value.WriteByte(sqlEscape(text[i]))
			continue
		case t.quoted && c == '\'' && i+1 < len(text) && text[i+1] == '\'':
			i++
			t.value.WriteByte(c)
			continue
		case c == '\'':
			if !t.quoted && len(strings.TrimSpace(t.value.String())) <= len("_binary") {
				t.value.Reset() // what marks a kind of string, such as N or E
			}
			t.quoted = !t.quoted
		case t.quoted:
			t.value.WriteByte(c)
		case c == '(':
			if t.depth++; t.depth > 1 {
				t.value.WriteByte(c)
			}
		case c == ')' && t.depth > 0:
			if t.depth--; t.depth == 0 {
				if !s.record() {
					return false
				}
			} else {
				t.value.WriteByte(c)
			}
		case c == ',' && t.depth == 1:
			if !s.send() {
				return false
			}
			t.column++
		case t.depth > 0:
			t.value.WriteByte(c)
		}
	}
	return true
}

// sendBetween sends what stands between records.
func (s *sqlReader) sendBetween(row int) bool {
	between := strings.TrimSpace(s.between.String())
	s.between.Reset()
	return between == "" || s.p.add([]byte(between), row)
}

// sqlEscaped reports whether a backslash before rest escapes its first byte. MySQL
// escapes so; elsewhere a path may end in a backslash before the closing quote.
func sqlEscaped(rest string) bool {
	if rest[0] != '\'' {
		return strings.IndexByte(`\"nrt0`, rest[0]) >= 0
	}
	after := strings.TrimLeft(rest[1:], " ")
	return after != "" && strings.IndexByte(",);\n", after[0]) < 0
}

func sqlEscape(c byte) byte {
	switch c {
	case 'n':
		return '\n'
	case 't':
		return '\t'
	case 'r', '0':
		return ' '
	}
	return c
}

// send sends the value that was read.
func (s *sqlReader) send() bool {
	v := strings.TrimSpace(s.tuple.value.String())
	s.tuple.value.Reset()
	if v == "" || strings.EqualFold(v, "null") {
		return !s.out.run.stopped
	}
	return s.cell(s.tuple.column, v)
}

// record ends a record.
func (s *sqlReader) record() bool {
	if s.reading != sqlInsert {
		return true
	}
	ok := s.send()
	s.rows[s.table]++
	s.tuple = sqlTuple{}
	return ok
}
