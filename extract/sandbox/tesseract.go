package sandbox

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"strings"
	"time"
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
