package scanner

import (
	"strings"
	"testing"
)

// longer is a content that was longer when it was opened.
type longer struct{ text }

func (l longer) Size() int64 { return l.text.Size() + 1 }

// TestShrunkContentHasNoSignature wants no signature of half a file: it would be
// taken for that of the whole at the next scan.
func TestShrunkContentHasNoSignature(t *testing.T) {
	whole := text{strings.NewReader("une ligne")}
	if v, err := signature(t.Context(), whole); v == "" || err != nil {
		t.Errorf("a whole content has signature %q, %v", v, err)
	}
	if v, err := signature(t.Context(), longer{whole}); v != "" || err == nil {
		t.Errorf("a content that shrank has signature %q, %v", v, err)
	}
}
