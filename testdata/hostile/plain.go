package hostile

import (
	"fmt"
	"strings"
)

// DeepJSON is a JSON value of a million arrays.
func DeepJSON() File {
	const depth = 1_000_000
	return File{Name: "crochets.json", Data: []byte(strings.Repeat("[", depth) + "1" + strings.Repeat("]", depth))}
}

// DeepRTF is a rich text of a million groups, never closed.
func DeepRTF() File {
	return File{Name: "groupes.rtf", Data: []byte(`{\rtf1\ansi ` + strings.Repeat(`{\b `, 1_000_000) + "fond")}
}

// DeepHTML is a page of 300,000 boxes, each in the one before, never closed.
func DeepHTML() File {
	return File{Name: "boîtes.html", Data: []byte("<!DOCTYPE html><html><body>" + strings.Repeat("<div><b>", 300_000) + "fond")}
}

// DeepMail is a message in a message, 2,000 deep.
func DeepMail() File {
	var b strings.Builder
	for i := range 2000 {
		fmt.Fprintf(&b, "Subject: niveau %d\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\nContent-Type: message/rfc822\r\n\r\n", i, i, i)
	}
	b.WriteString("Subject: fond\r\n\r\nfond\r\n")
	return File{Name: "poupées.eml", Data: []byte(b.String())}
}

// OneLine is a text of 8 MB without one space or end of line.
func OneLine() File {
	return File{Name: "une ligne.txt", Data: []byte(strings.Repeat("0123456789abcdef", 500_000))}
}
