package main

import "strings"

// paper is a text document before it is written in a format. Body is a small
// markup: an empty line ends a paragraph, "# " starts a heading, "- " an item of
// a list, "|" separates the cells of a table row. The character cut splits runs
// inside a paragraph of a docx, as editing does in real ones; other formats
// drop it. The character lineBreak breaks a line inside a paragraph of a page (HTML),
// and the line "===" ends the page of a PDF.
type paper struct {
	title, subject, author, keywords string
	custom                           [][2]string // custom properties
	header, footer                   string
	body                             string
	comment, footnote, textbox       string
	deleted, hidden                  string // tracked deletion; hidden text
}

const (
	cut       = "\x1f"
	lineBreak = "\v"
)

type block struct {
	kind blockKind
	text string
	rows [][]string
}

type blockKind int

const (
	paragraph blockKind = iota
	heading
	item
	table
	pageBreak
)

// blocks reads the markup of body.
func blocks(body string) []block {
	var out []block
	fresh := true
	for _, line := range strings.Split(strings.TrimSpace(body), "\n") {
		line = strings.TrimRight(line, " ")
		switch {
		case line == "":
			fresh = true
			continue
		case line == "===":
			out = append(out, block{kind: pageBreak})
		case strings.HasPrefix(line, "# "):
			out = append(out, block{kind: heading, text: line[2:]})
		case strings.HasPrefix(line, "- "):
			out = append(out, block{kind: item, text: line[2:]})
		case strings.HasPrefix(line, "|"):
			var row []string
			for _, c := range strings.Split(strings.Trim(line, "|"), "|") {
				row = append(row, strings.TrimSpace(c))
			}
			if n := len(out); n > 0 && out[n-1].kind == table && !fresh {
				out[n-1].rows = append(out[n-1].rows, row)
			} else {
				out = append(out, block{kind: table, rows: [][]string{row}})
			}
		default:
			out = append(out, block{kind: paragraph, text: line})
		}
		fresh = false
	}
	return out
}

// splitRuns cuts v in the middle of its groups, as an edited docx holds it.
func splitRuns(v string) string {
	r := []rune(v)
	a, b := len(r)/3, 2*len(r)/3
	return string(r[:a]) + cut + string(r[a:b]) + cut + string(r[b:])
}

func uncut(s string) string { return strings.ReplaceAll(s, cut, "") }
