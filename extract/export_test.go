package extract

import (
	"encoding/base64"
	"testing"

	"archive/zip"
)

// What the table of all encrypted formats needs of this package's own tests.
const (
	SealedText     = sealedText
	SealedPassword = sealedPassword
	SealedASCII    = "ligne chiffree du dossier"
)

// SealedFiles returns one file of each container of this package, all of one text
// under one password.
func SealedFiles(t testing.TB) map[string][]byte {
	decode := func(s string) []byte {
		b, err := base64.StdEncoding.DecodeString(s)
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	return map[string][]byte{
		"zip-crypto-stored": pkzipped(t, zip.Store, []byte(sealedText)), "zip-crypto-deflated": pkzipped(t, zip.Deflate, deflated(t, []byte(sealedText))),
		"zip-aes-128": winzipped(t, 1, 1), "zip-aes-192": winzipped(t, 2, 2), "zip-aes-256": winzipped(t, 3, 2),
		"odt": sealedODT(t), "7z": decode(sealed7z), "7z-names-too": decode(sealed7zHeader),
	}
}
