// Package testdata holds a made share: documents of an invented French
// administration, what a careful reader says of each (its truth), and every raw
// value planted in them, so that a test can look for leaks.
//
// No person, number or place in it is real. The generator is in makeshare; the
// folder partage is what it writes.
package testdata

import (
	"bytes"
	"embed"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// Names beginning with a dot or an underscore would be left out without "all:".
//
//go:embed all:partage
var partage embed.FS

//go:embed planted.txt
var planted string

// saved is the modification time of every file that Write writes.
var saved = time.Date(2024, 3, 29, 17, 42, 0, 0, time.UTC)

const truthFile = "partage/truth.jsonl"

// Write writes the share into dir, which it makes if needed: the files of the
// folder partage without truth.jsonl, and, where the system allows them, copies
// of some under hostile names. Files get the mode 0644 and one fixed time.
func Write(dir string) error {
	err := fs.WalkDir(partage, "partage", func(p string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() || p == truthFile {
			return err
		}
		return writeFile(dir, strings.TrimPrefix(p, "partage/"), p)
	})
	if err != nil {
		return fmt.Errorf("write the share: %w", err)
	}
	for _, h := range hostileNames() {
		if err := writeFile(dir, h.name, "partage/"+h.content); err != nil {
			return fmt.Errorf("write the share: %w", err)
		}
	}
	return nil
}

func writeFile(dir, name, content string) error {
	data, err := partage.ReadFile(content)
	if err != nil {
		return err
	}
	file := filepath.Join(dir, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		return err
	}
	if err := os.WriteFile(file, data, 0o644); err != nil {
		return err
	}
	return os.Chtimes(file, saved, saved)
}

// Truth returns what a careful reader of the doctrine says of the files that
// Write writes on this system, for the actor "etat" and the doctrine "sren": one
// JSON object a line with path, kind (positive, negative, failure), ids (distinct
// values by rule), cats, flags, forbid and class. A path that is no valid UTF-8
// stands with U+FFFD in place of each bad byte.
func Truth() []byte {
	out, err := partage.ReadFile(truthFile)
	if err != nil {
		panic(err) // embedded at build time
	}
	lines := map[string][]byte{}
	for line := range bytes.Lines(out) {
		var claim struct{ Path string }
		if err := json.Unmarshal(line, &claim); err != nil {
			panic(err)
		}
		lines[claim.Path] = line
	}
	for _, h := range hostileNames() {
		// Only the path changes: the content is that of the ordinary file.
		ordinary, _ := json.Marshal(h.content)
		name, _ := json.Marshal(strings.ToValidUTF8(h.name, string(utf8.RuneError)))
		out = append(out, bytes.Replace(lines[h.content], ordinary, name, 1)...)
	}
	return out
}

// Planted returns every raw value planted in the share, as it is written there
// and without its separators: no output and no file of a state folder may hold
// one. The number in the name of one file is not among them: outputs show names.
func Planted() []string {
	var values []string
	for line := range strings.Lines(planted) {
		v, err := strconv.Unquote(strings.TrimSpace(line))
		if err != nil {
			panic(err) // embedded at build time
		}
		values = append(values, v)
	}
	return values
}

// hostileName is a name that a checkout on every system cannot hold, and the
// ordinary document whose content it gets.
type hostileName struct{ name, content string }

// hostileNames lists the hostile names that this system can store.
func hostileNames() []hostileName {
	all := []hostileName{
		{"Courrier/urgent \x1b[2J\x1b[31mpaie.docx", "Sûreté/DR/Consignes de permanence.docx"},
		{"Courrier/ligne 1\nH0  sans contrainte  1.txt", "DSI/Exploitation/Mots de passe serveurs.txt"},
		{"Courrier/facture \u202excod.pdf", "Finances/Régie/Cartes achat.ods"},
		{"Courrier/fin. ", "Archives/1998/Note de l état-major.txt"},
		{"-rf ..xml", "Santé au travail/Registre des accidents 2023.xml"},
		{"Courrier/L'arbitrage d’août \"final\".docx", "Cabinet/Note au ministre - arbitrage.docx"},
		{"Courrier/" + strings.Repeat("très ", 41) + "long.docx", "Social/Enfance/Information préoccupante 2024-031.docx"},
		{"Sante\u0301 au travail/Apte\u0301 ou non.docx", "Santé au travail/Avis aptitude - Hautecroze.docx"},
	}
	switch runtime.GOOS {
	case "windows":
		return nil // control characters, quotes and trailing dots are refused there
	case "darwin", "ios":
		return all // APFS refuses names that are not UTF-8
	}
	return append(all, hostileName{"Courrier/d\xe9mission.rtf", "RH/Entretiens/Compte rendu 2023 - Quermeneur.rtf"})
}
