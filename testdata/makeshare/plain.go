package main

import (
	"encoding/json"
	"fmt"
	"strings"
	"unicode/utf16"
)

// high1252 is the range 0x80–0x9f of Windows-1252.
var high1252 = map[rune]byte{'€': 0x80, '‚': 0x82, '„': 0x84, '…': 0x85, 'Œ': 0x8c, '‘': 0x91, '’': 0x92, '“': 0x93, '”': 0x94, '•': 0x95, '–': 0x96, '—': 0x97, 'œ': 0x9c}

func cp1252(r rune) (byte, bool) {
	if b, ok := high1252[r]; ok {
		return b, true
	}
	return byte(r), r < 0x80 || r >= 0xa0 && r <= 0xff
}

// ansi encodes text as an old Windows program does, with CR LF.
func ansi(s string) []byte { return winAnsi(strings.ReplaceAll(s, "\n", "\r\n")) }

// utf16le encodes text with a byte order mark.
func utf16le(s string) []byte {
	out := []byte{0xff, 0xfe}
	for _, u := range utf16.Encode([]rune(s)) {
		out = append(out, byte(u), byte(u>>8))
	}
	return out
}

// nfd decomposes the French letters with diacritics, as macOS writes names and
// some PDF producers write text.
func nfd(s string) string {
	const letters = "àâäéèêëîïôöùûüçÀÂÉÈÊËÎÏÔÙÛÇ"
	bases, marks := "aaaeeeeiioouuucAAEEEEIIOUUC", map[rune]string{}
	accents := map[string]string{"àèùÀÈÙ": "\u0300", "éÉ": "\u0301", "âêîôûÂÊÎÔÛ": "\u0302", "äëïöüËÏ": "\u0308", "çÇ": "\u0327"}
	for set, mark := range accents {
		for _, r := range set {
			marks[r] = mark
		}
	}
	var b strings.Builder
	for _, r := range s {
		i := 0
		found := false
		for _, l := range letters {
			if l == r {
				b.WriteString(bases[i:i+1] + marks[r])
				found = true
				break
			}
			i++
		}
		if !found {
			b.WriteRune(r)
		}
	}
	return b.String()
}

// delimited writes rows with a separator; a cell that holds it is quoted.
func delimited(sep string, rows [][]string) string {
	var b strings.Builder
	for _, r := range rows {
		for i, c := range r {
			if i > 0 {
				b.WriteString(sep)
			}
			if strings.ContainsAny(c, sep+"\"\n") {
				c = `"` + strings.ReplaceAll(c, `"`, `""`) + `"`
			}
			b.WriteString(c)
		}
		b.WriteByte('\n')
	}
	return b.String()
}

// html writes p as a page. p.hidden becomes a comment of the source.
func html(p paper) []byte {
	var b strings.Builder
	fmt.Fprintf(&b, "<!DOCTYPE html>\n<html lang=\"fr\">\n<head><meta charset=\"utf-8\"><title>%s</title><meta name=\"description\" content=\"%s\"></head>\n<body>\n", esc(p.title), esc(p.subject))
	if p.hidden != "" {
		b.WriteString("<!-- " + p.hidden + " -->\n")
	}
	for _, bl := range blocks(uncut(p.body)) {
		switch bl.kind {
		case heading:
			b.WriteString("<h2>" + esc(bl.text) + "</h2>\n")
		case item:
			b.WriteString("<ul><li>" + esc(bl.text) + "</li></ul>\n")
		case table:
			b.WriteString("<table>\n")
			for i, r := range bl.rows {
				cell := "td"
				if i == 0 {
					cell = "th"
				}
				b.WriteString("<tr>")
				for _, c := range r {
					b.WriteString("<" + cell + ">" + esc(c) + "</" + cell + ">")
				}
				b.WriteString("</tr>\n")
			}
			b.WriteString("</table>\n")
		default:
			b.WriteString("<p>" + strings.Join(escAll(strings.Split(bl.text, lineBreak)), "<br>\n") + "</p>\n")
		}
	}
	b.WriteString("</body>\n</html>\n")
	return []byte(b.String())
}

func escAll(lines []string) []string {
	for i, l := range lines {
		lines[i] = esc(l)
	}
	return lines
}

// rtf writes p in Rich Text Format: letters of Windows-1252 as \'hh, others as \u.
func rtf(p paper) []byte {
	var b strings.Builder
	b.WriteString(`{\rtf1\ansi\ansicpg1252\deff0{\fonttbl{\f0\fswiss\fcharset0 Arial;}}` + "\n")
	b.WriteString(`{\info{\title ` + rtfText(p.title) + `}{\author ` + rtfText(p.author) + `}{\subject ` + rtfText(p.subject) + `}}` + "\n")
	if p.header != "" {
		b.WriteString(`{\header\pard\qc ` + rtfText(p.header) + `\par}` + "\n")
	}
	if p.footer != "" {
		b.WriteString(`{\footer\pard\qc ` + rtfText(p.footer) + `\par}` + "\n")
	}
	for _, bl := range blocks(p.body) {
		switch bl.kind {
		case table:
			for _, r := range bl.rows {
				b.WriteString(`\trowd`)
				for i := range r {
					fmt.Fprintf(&b, `\cellx%d`, 2400*(i+1))
				}
				b.WriteString("\n")
				for _, c := range r {
					b.WriteString(`\pard\intbl ` + rtfText(c) + `\cell` + "\n")
				}
				b.WriteString(`\row` + "\n")
			}
		case heading:
			b.WriteString(`\pard\b ` + rtfText(bl.text) + `\b0\par` + "\n")
		default:
			b.WriteString(`\pard ` + rtfText(bl.text) + `\par` + "\n")
		}
	}
	if p.footnote != "" {
		b.WriteString(`\pard Voir note\chftn{\footnote\pard ` + rtfText(p.footnote) + `}\par` + "\n")
	}
	b.WriteString("}\n")
	return []byte(b.String())
}

func rtfText(s string) string {
	var b strings.Builder
	for _, r := range s {
		c, ok := cp1252(r)
		switch {
		case string(r) == cut:
			b.WriteString(`{\b0}`)
		case strings.ContainsRune(`\{}`, r):
			b.WriteString(`\` + string(r))
		case r < 0x80:
			b.WriteRune(r)
		case r == '\u00a0':
			b.WriteString(`\~`)
		case ok:
			fmt.Fprintf(&b, `\'%02x`, c)
		default:
			fmt.Fprintf(&b, `\u%d?`, int16(r))
		}
	}
	return b.String()
}

// jsonOf writes v indented, with accents and signs kept.
func jsonOf(v any) []byte {
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	must(e.Encode(v))
	return []byte(b.String())
}
