package extract

import (
	"regexp"
	"strconv"
	"strings"

	"poterne"
)

// yamlKey matches a line that names a value: marks of sequences, the key, its
// value (YAML 1.2, 8.2). Keys longer than a title are text.
var yamlKey = regexp.MustCompile(`^(?:- +)*(?:"([^"]{1,80})"|'([^']{1,80})'|([^\s"'#&*!|>%@{}\[\],:][^:#{}\[\]]{0,80})):(?:\s+(.*))?$`)

// yamlLines reads YAML line by line: each value with its key for a title. The
// lines need not be valid YAML: templates and cut files are read too.
func yamlLines(lines *lineReader, out *emitter) error {
	p := paragraph{out: out}
	parent := "" // the last key without a value on its line
	for {
		raw, row, err := lines.next()
		if err != nil {
			p.flush()
			return ended(err)
		}
		line := strings.TrimSpace(string(raw))
		ok := true
		switch m := yamlKey.FindStringSubmatch(line); {
		case line == "" || line == "---" || line == "...":
			ok = p.flush()
		case line[0] == '#':
			ok = p.flush() && out.text(poterne.Place{Zone: poterne.ZoneComment, Row: row}, line)
		case m != nil:
			key, value := m[1]+m[2]+m[3], m[4]
			if value == "" || value[0] == '|' || value[0] == '>' || value[0] == '#' {
				parent = key
				ok = p.flush() && out.text(poterne.Place{Row: row}, key)
				break
			}
			ok = p.flush() && out.cell("", row, 0, key, yamlScalar(value))
		case strings.HasPrefix(line, "- "):
			ok = p.flush() && out.cell("", row, 0, parent, yamlScalar(strings.TrimLeft(line, "- ")))
		default:
			ok = p.add(raw, row)
		}
		if !ok {
			return nil
		}
	}
}

// yamlScalar returns the text of a scalar without its quotes.
func yamlScalar(s string) string {
	if len(s) < 2 || s[0] != s[len(s)-1] {
		return s
	}
	switch s[0] {
	case '\'':
		return strings.ReplaceAll(s[1:len(s)-1], "''", "'")
	case '"':
		if text, err := strconv.Unquote(s); err == nil {
			return text
		}
	}
	return s
}
