package extract

import (
	"io"
	"mime/quotedprintable"
	"strings"
)

// contentLines reads vCard (RFC 6350, and 2.1) and iCalendar (RFC 5545): each
// property with its name for a title. Pictures and other binary values are left out.
func contentLines(lines *lineReader, out *emitter) error {
	var property strings.Builder
	row := 0
	for {
		raw, n, err := lines.next()
		line := string(raw)
		held := property.String()
		switch {
		case err == nil && row > 0 && line != "" && (line[0] == ' ' || line[0] == '\t') && len(held) < maxSegment:
			property.WriteString(line[1:]) // folded
			continue
		case err == nil && strings.HasSuffix(held, "=") && quotedPrintable(held) && len(held) < maxSegment:
			property.Reset() // a soft line break of vCard 2.1
			property.WriteString(held[:len(held)-1] + line)
			continue
		}
		if row > 0 && !sendProperty(out, row, held) {
			return nil
		}
		if err != nil {
			return ended(err)
		}
		property.Reset()
		property.WriteString(line)
		row = n
	}
}

// quotedPrintable reports whether the value of a property is encoded so.
func quotedPrintable(property string) bool {
	head, _, _ := strings.Cut(property, ":")
	return strings.Contains(strings.ToUpper(head), "QUOTED-PRINTABLE")
}

// sendProperty sends one unfolded property.
func sendProperty(out *emitter, row int, property string) bool {
	head, value, ok := strings.Cut(property, ":")
	if !ok {
		return out.cell("", row, 0, "", property)
	}
	params := strings.Split(head, ";")
	name := params[0][strings.LastIndexByte(params[0], '.')+1:]
	charset := ""
	for _, p := range params[1:] {
		k, v, _ := strings.Cut(p, "=")
		switch up := strings.ToUpper(p); {
		case up == "ENCODING=B", up == "ENCODING=BASE64", up == "BASE64":
			return true
		case strings.EqualFold(k, "charset"):
			charset = v
		case strings.EqualFold(k, "cn"): // the name of who is invited
			if !out.cell("", row, 0, name+" CN", strings.Trim(v, `"`)) {
				return false
			}
		}
	}
	if strings.HasPrefix(value, "data:") {
		return true
	}
	if quotedPrintable(property) {
		b, _ := io.ReadAll(quotedprintable.NewReader(strings.NewReader(value)))
		value = decodeBytes(b, charset)
	}
	value = strings.NewReplacer(`\n`, "\n", `\N`, "\n", `\,`, ",", `\;`, ";", `\\`, `\`).Replace(value)
	return out.cell("", row, 0, name, value)
}
