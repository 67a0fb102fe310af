package extract

import (
	"regexp"
	"strings"
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
var (
	sqlCreateHead = regexp.MustCompile(`(?i)^\s*create\s+table\s+(?:if\s+not\s+exists\s+)?([^\s(]+)\s*\(?\s*$`)
	sqlInsertHead = regexp.MustCompile(`(?i)^\s*insert\s+(?:ignore\s+)?into\s+([^\s(]+)\s*(?:\(([^()]*)\))?\s*(?:values\b|$)`)
	sqlCopyHead   = regexp.MustCompile(`(?i)^\s*copy\s+([^\s(]+)\s*\(([^()]*)\)\s+from\s+stdin`)
	sqlKeyword    = regexp.MustCompile(`(?i)^(?:primary|key|unique|constraint|foreign|index|check|fulltext|spatial)$`)
)

// sqlTables bounds the tables whose columns are remembered.
const sqlTables = 10_000

func sqlLines(lines *lineReader, out *emitter) error {
	s := sqlReader{out: out, p: paragraph{out: out}, created: map[string][]string{}, rows: map[string]int{}}
	for {
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
		return s.values(line, row, ends)
	case sqlCopy:
		if line == `\.` {
			s.reading = sqlText
			return true
		}
		for i, v := range strings.Split(line, "\t") {
			if v != `\N` && !s.cell(i, strings.NewReplacer(`\t`, "\t", `\n`, "\n", `\\`, `\`).Replace(v)) {
				return false
			}
		}
		s.rows[s.table]++
		return true
	case sqlCreate:
		if word, _, _ := strings.Cut(strings.TrimSpace(line), " "); strings.HasPrefix(word, ")") {
			s.created[s.table], s.reading = s.columns, sqlText
		} else if word != "" && word != "(" && !sqlKeyword.MatchString(word) && len(s.columns) < maxCells {
			s.columns = append(s.columns, sqlName(word))
		}
		return s.p.add([]byte(line), row)
	}
	if m := sqlCopyHead.FindStringSubmatch(line); m != nil {
		s.begin(sqlCopy, m[1], m[2])
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
		s.columns = nil
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
			between := strings.TrimSpace(s.between.String())
			s.between.Reset()
			if between != "" && !s.p.add([]byte(between), row) {
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
			if c == '\'' {
				t.quoted = !t.quoted
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
