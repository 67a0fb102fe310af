package extract

import (
	"encoding/base64"
	"strings"
	"unicode/utf8"
)

// ldifLines reads exports of directories (LDIF, RFC 2849): each attribute with its
// name for a title. Values with an accent are written in base64; pictures and keys
// are left out.
func ldifLines(lines *lineReader, out *emitter) error {
	var held strings.Builder
	row := 0
	for {
		raw, n, err := lines.next()
		if line := string(raw); err == nil && row > 0 && strings.HasPrefix(line, " ") && held.Len() < maxSegment {
			held.WriteString(line[1:]) // folded
			continue
		}
		if row > 0 && !sendAttribute(out, row, held.String()) {
			return nil
		}
		if err != nil {
			return ended(err)
		}
		held.Reset()
		held.Write(raw)
		row = n
	}
}

// sendAttribute sends one unfolded line.
func sendAttribute(out *emitter, row int, line string) bool {
	name, value, ok := strings.Cut(line, ":")
	if !ok || strings.HasPrefix(line, "#") {
		return out.cell("", row, 0, "", line)
	}
	if coded, ok := strings.CutPrefix(value, ":"); ok {
		b, err := base64.StdEncoding.DecodeString(strings.TrimSpace(coded))
		if err != nil || !utf8.Valid(b) || !textual(b) {
			return !out.run.stopped
		}
		value = string(b)
	}
	name, _, _ = strings.Cut(name, ";") // options, such as the language
	return out.cell("", row, 0, name, strings.TrimSpace(value))
}
