package sandbox

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"poterne/extract"
)

// RecognizeCommand is the hidden argument that makes this program one that locks
// itself up and then becomes tesseract: see [Recognize].
const RecognizeCommand = "ocr-child"

// Tesseract is the program that recognises text in pictures.
type Tesseract struct {
	Path string
	// Language is what it is asked for: "fra" where it is installed.
	Language string
	// Command is the command line that locks itself up and becomes Path (default:
	// this program and [RecognizeCommand]).
	Command []string
	// Timeout ends one picture (default 60 s; an A4 page takes 2 to 4 s).
	Timeout time.Duration
}

// ErrNoFrench says that tesseract is there without its French model.
var ErrNoFrench = errors.New("tesseract has no French model")

// FindTesseract looks for tesseract and its languages. With [ErrNoFrench] what it
// returns can still be used.
func FindTesseract() (Tesseract, error) {
	path, err := exec.LookPath("tesseract")
	if err != nil {
		return Tesseract{}, err
	}
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	list, err := exec.CommandContext(ctx, path, "--list-langs").CombinedOutput()
	if err != nil {
		return Tesseract{}, fmt.Errorf("%s --list-langs: %w", path, err)
	}
	t := Tesseract{Path: path, Language: "fra"}
	languages := strings.Fields(string(list))
	for _, l := range languages {
		if l == t.Language {
			return t, nil
		}
	}
	t.Language = "eng"
	return t, ErrNoFrench
}

// maxTable bounds the table of the words of one picture, in bytes: each takes 50.
const maxTable = 8 << 20

// wordsOfTable reads the table that tesseract writes, a word a line: where it
// stands (page, block, paragraph, line, word and a box), how sure it is, the word.
func wordsOfTable(table string) extract.Recognition {
	const columns, isWord = 12, "5"
	var text strings.Builder
	var sure, letters float64
	before := ""
	for row := range strings.SplitSeq(table, "\n") {
		f := strings.Split(strings.TrimRight(row, "\r"), "\t")
		if len(f) < columns || f[0] != isWord {
			continue
		}
		word := strings.TrimSpace(strings.ToValidUTF8(f[11], "\uFFFD"))
		percent, err := strconv.ParseFloat(f[10], 64)
		if word == "" || err != nil {
			continue
		}
		switch line := strings.Join(f[1:5], "\t"); {
		case line == before:
			text.WriteByte(' ')
		case before != "":
			text.WriteByte('\n')
			fallthrough
		default:
			before = line
		}
		text.WriteString(word)
		n := float64(utf8.RuneCountInString(word))
		sure, letters = sure+n*max(0, min(percent, 100))/100, letters+n
	}
	if letters == 0 {
		return extract.Recognition{}
	}
	return extract.Recognition{Text: text.String(), Sure: sure / letters}
}
