package hostile

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"strings"
)

// pdf writes objects 1.., of which the first is the catalogue, with a right table
// of references and more in the trailer.
func pdf(more string, objects ...string) []byte {
	var b bytes.Buffer
	b.WriteString("%PDF-1.7\n")
	var at []int
	for i, o := range objects {
		at = append(at, b.Len())
		fmt.Fprintf(&b, "%d 0 obj\n%s\nendobj\n", i+1, o)
	}
	xref := b.Len()
	fmt.Fprintf(&b, "xref\n0 %d\n0000000000 65535 f \n", len(at)+1)
	for _, a := range at {
		fmt.Fprintf(&b, "%010d 00000 n \n", a)
	}
	fmt.Fprintf(&b, "trailer\n<< /Size %d /Root 1 0 R %s >>\nstartxref\n%d\n%%%%EOF\n", len(at)+1, strings.ReplaceAll(more, "XREF", fmt.Sprint(xref)), xref)
	return b.Bytes()
}

// KidsLoop is a PDF whose tree of pages holds itself, and whose outline and
// parents go round.
func KidsLoop() File {
	return File{Name: "enfants en rond.pdf", Data: pdf("",
		"<< /Type /Catalog /Pages 2 0 R /Outlines 4 0 R /Names << /EmbeddedFiles 5 0 R >> >>",
		"<< /Type /Pages /Kids [2 0 R 3 0 R 2 0 R] /Count 2147483647 /Parent 3 0 R >>",
		"<< /Type /Pages /Kids [2 0 R 3 0 R] /Count 9 /Parent 2 0 R >>",
		"<< /Type /Outlines /First 4 0 R /Last 4 0 R /Next 4 0 R /Title (rond) >>",
		"<< /Kids [5 0 R] >>")}
}

// PreviousLoop is a PDF of one page whose table of references says that the
// previous one is itself.
func PreviousLoop() File {
	return File{Name: "table précédente.pdf", Data: pdf("/Prev XREF",
		"<< /Type /Catalog /Pages 2 0 R >>", "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
		"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R >>", "<< /Length 4 0 R >>\nstream\n\nendstream")}
}

// StreamBomb is a PDF of one page whose content unfolds twice, to 2 GiB.
func StreamBomb() File {
	inner := append([]byte{0x78, 0x9c}, repeated(' ', 2048)...)
	inner = binary.BigEndian.AppendUint32(inner, 0)
	return File{Name: "flux gonflé.pdf", Unfolds: 2 * gib, Data: pdf("",
		"<< /Type /Catalog /Pages 2 0 R >>", "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
		"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R >>",
		fmt.Sprintf("<< /Filter /FlateDecode /Length %d >>\nstream\n%s\nendstream", len(inner), inner))}
}

// DeepArray is a PDF whose page holds an array of three million arrays.
func DeepArray() File {
	const depth = 3_000_000
	return File{Name: "crochets.pdf", Data: pdf("",
		"<< /Type /Catalog /Pages 2 0 R >>", "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
		"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Annots "+strings.Repeat("[", depth)+strings.Repeat("]", depth)+" >>")}
}
