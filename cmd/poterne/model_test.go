package main

import (
	"crypto/ed25519"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"os"
	"strings"
	"testing"

	"poterne/classifiers/subject"
)

// save writes a file of b's folder.
func (b *bench) save(name string, content []byte) {
	b.t.Helper()
	if err := os.WriteFile(b.path(name), content, 0o600); err != nil {
		b.t.Fatal(err)
	}
}

// TestSignedModelIsUsedAndAnotherRefused signs the embedded model as a file, tests a
// text with it, then changes a byte of it.
func TestSignedModelIsUsedAndAnotherRefused(t *testing.T) {
	b := newBench(t)
	public, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	pub, err := x509.MarshalPKIXPublicKey(public)
	if err != nil {
		t.Fatal(err)
	}
	priv, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	b.save("pub", pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: pub}))
	b.save("secret", pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: priv}))
	model, err := os.ReadFile("../../classifiers/subject/model.bin")
	if err != nil {
		t.Fatal(err)
	}
	b.save("model", model)
	b.save("note.txt", []byte("Réunion de service mardi à 14 h, salle 3.\n"))
	b.run([]int{exitOK}, "model", "sign", "--private-key", "secret", "-o", "model.sig", "model")
	if out, _ := b.run([]int{exitOK}, "--lang", "fr", "model", "verify", "--model-key", "pub", "model"); !strings.Contains(out, "signature juste") {
		t.Errorf("verify says %q", out)
	}
	b.run([]int{exitOK}, "test", "--model", "model", "--model-key", "pub", "note.txt")
	model[len(model)-1] ^= 1
	b.save("model", model)
	b.run([]int{exitIntegrity}, "test", "--model", "model", "--model-key", "pub", "note.txt")
}

// TestLabelsFindTheirDocuments joins decisions to documents by their content, and
// wants no word of them in the clear.
func TestLabelsFindTheirDocuments(t *testing.T) {
	b := newBench(t)
	const paper = "Mme Ploumagnac, chambre 7, a vomi cette nuit, 39,4 de fièvre, la perfusion est refaite.\n"
	b.save("note.txt", []byte(paper))
	b.save("autre.txt", []byte("Réunion de service mardi à 14 h.\n"))
	sum := sha256.Sum256([]byte(paper))
	line := `{"type":"label","content":"sha256:` + hex.EncodeToString(sum[:]) + `","member":"","rule":"sante","category":"sante","holds":true}`
	b.save("decisions.jsonl", []byte(line+"\n"+`{"type":"label","content":"sha256:00","level":3}`+"\n"))
	out, _ := b.run([]int{exitOK}, "model", "labels", "--decisions", "decisions.jsonl", "note.txt", "autre.txt")
	var got subject.Label
	if err := json.Unmarshal([]byte(out), &got); err != nil {
		t.Fatalf("%v: %q", err, out)
	}
	if got.Category != "sante" || !got.Holds || len(got.Bag.Words) < 5 {
		t.Errorf("label = %+v", got)
	}
	for _, secret := range []string{"loumagnac", "chambre", "perfusion", "note.txt"} {
		if strings.Contains(out, secret) {
			t.Errorf("%q is in the labels", secret)
		}
	}
	b.run([]int{exitUsage}, "model", "labels", "--decisions", "absent.jsonl", "note.txt")
}
