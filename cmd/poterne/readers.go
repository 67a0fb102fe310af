package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/spf13/cobra"

	"poterne/extract"
	"poterne/extract/sandbox"
)

// readerOptions are the flags of commands that read documents.
type readerOptions struct {
	fileTimeout   time.Duration
	ocr           string
	passwordsFile string
}

func (o *readerOptions) readerFlags(a *app, cmd *cobra.Command) {
	f := cmd.Flags()
	f.Var((*timeFlag)(&o.fileTimeout), "file-timeout", a.say("temps de calcul accordé à un document (défaut : 20 s et 5 ms par Ko, au plus 120 s)", "computing time given to one document (default: 20 s and 5 ms per KB, at most 120 s)"))
	f.Var(oneOf(&o.ocr, "off", string(extract.OCRFirstPages), string(extract.OCRAll)), "ocr", a.say("chercher du texte dans les images (first-pages : 5 par document) ; 1 à 4 s par page", "look for text in pictures (first-pages: 5 a document); 1 to 4 s a page"))
	f.StringVar(&o.passwordsFile, "passwords-file", "", a.say("fichier de mots de passe, un par ligne, essayés sur les documents chiffrés", "file of passwords, one a line, tried on encrypted documents"))
}

// ocrMode returns the mode that was asked for.
func (o readerOptions) ocrMode() extract.OCR {
	if o.ocr == "off" {
		return extract.OCROff
	}
	return extract.OCR(o.ocr)
}

// tesseract finds the program that recognises text, nil where the mode needs none
// or there is none: pictures are then reported as not read.
func (a *app) tesseract(mode extract.OCR) *sandbox.Tesseract {
	if mode == extract.OCROff {
		return nil
	}
	found, err := sandbox.FindTesseract()
	if err != nil {
		a.note("OCR : %v ; %s", "OCR: %v; %s", err, installTesseract)
	}
	if err != nil && !errors.Is(err, sandbox.ErrNoFrench) {
		return nil
	}
	return &found
}

const installTesseract = "apt install tesseract-ocr tesseract-ocr-fra"

// passwords reads the file of passwords. No error of it holds a line of the file.
func (o readerOptions) passwords() ([]string, error) {
	if o.passwordsFile == "" {
		return nil, nil
	}
	// A password costs up to 0.1 s for each document that it does not open.
	const most, longest = 1000, 255
	b, err := os.ReadFile(o.passwordsFile)
	if err != nil {
		return nil, fail(exitUsage, "--passwords-file FILE", "--passwords-file: %w", err)
	}
	var list []string
	for i, line := range strings.Split(strings.TrimPrefix(string(b), "\ufeff"), "\n") {
		line = strings.TrimSuffix(line, "\r")
		switch {
		case line == "":
			continue
		case !utf8.ValidString(line) || len(line) > longest || strings.ContainsRune(line, 0):
			return nil, fail(exitUsage, "", "--passwords-file: %s:%d: not a password in UTF-8 of at most %d bytes", o.passwordsFile, i+1, longest)
		case len(list) == most:
			return nil, fail(exitUsage, "", "--passwords-file: %s: more than %d passwords", o.passwordsFile, most)
		}
		list = append(list, line)
	}
	return list, nil
}

// openReadersAside starts a pool for what is read and not stored. The caller closes it.
func (a *app) openReadersAside(o readerOptions, workers int) (*sandbox.Pool, error) {
	dir, err := a.cacheDir()
	if err != nil {
		return nil, err
	}
	pool, _, err := a.openReaders(o, workers, dir)
	return pool, err
}

// openReaders starts the pool of children that parse documents, and says whether it
// recognises text in pictures. The caller closes it.
func (a *app) openReaders(o readerOptions, workers int, dir string) (pool *sandbox.Pool, recognizes bool, err error) {
	opts := sandbox.Options{Workers: workers}
	if o.fileTimeout > 0 {
		opts.CPUBase, opts.CPUMax = o.fileTimeout, o.fileTimeout
	}
	mode := o.ocrMode()
	passwords, err := o.passwords()
	if err != nil {
		return nil, false, err
	}
	opts.Tesseract = a.tesseract(mode)
	opts.Extract = extract.Options{CacheDir: filepath.Join(dir, "cache"), SpoolDir: filepath.Join(dir, "spool"), OCR: mode, Passwords: passwords}
	for _, d := range []string{opts.Extract.CacheDir, opts.Extract.SpoolDir} {
		if err := os.MkdirAll(d, 0o700); err != nil {
			return nil, false, fmt.Errorf("state folder: %w", err)
		}
	}
	pool, err = sandbox.New(opts)
	return pool, opts.Tesseract != nil, err
}
