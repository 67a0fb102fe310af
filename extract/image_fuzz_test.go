package extract

import (
	"slices"
	"testing"

	"poterne"
)

func FuzzImage(f *testing.F) {
	entry := func(tag, kind, count, at int) []byte {
		return le.AppendUint32(le.AppendUint32(le.AppendUint16(le.AppendUint16(nil, uint16(tag)), uint16(kind)), uint32(count)), uint32(at))
	}
	tiff := slices.Concat([]byte("II\x2a\x00\x08\x00\x00\x00\x02\x00"), entry(0x013B, 2, 8, 38), entry(0x8825, 4, 1, 8), make([]byte, 4), []byte("P. Imag\x00"))
	jpeg := slices.Concat([]byte("\xff\xd8\xff\xe1\x00"), []byte{byte(len(tiff) + 8)}, []byte("Exif\x00\x00"), tiff, []byte("\xff\xda\x00\x02"))
	for _, data := range [][]byte{
		tiff, jpeg,
		[]byte("\xff\xd8\xff\xed\x00\x26Photoshop 3.0\x008BIM\x04\x04\x00\x00\x00\x00\x00\x0c\x1c\x02\x05\x00\x07bonjour"),
		[]byte("\x89PNG\r\n\x1a\n\x00\x00\x00\x0btEXtAuthor\x00Jean\x00\x00\x00\x00"),
		[]byte("GIF89a\x01\x00\x01\x00\x00\x00\x00!\xfe\x04note\x00;"),
		[]byte("RIFF\x20\x00\x00\x00WEBPEXIF\x08\x00\x00\x00II\x2a\x00\x08\x00\x00\x00"),
	} {
		f.Add(data)
	}
	x := New(Options{MaxBytes: 16 << 20})
	f.Fuzz(func(t *testing.T, data []byte) {
		for _, err := range x.Extract(t.Context(), poterne.Document{Path: "a.png"}, inMemory(data)) {
			if err != nil && failure(err).Kind == poterne.Crashed {
				t.Fatal(err)
			}
		}
	})
}
