//go:build linux || darwin

package sandbox

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"io"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"time"

	"poterne/extract"
)

// recognizeMemory is the address space of tesseract, in bytes: a page of the
// largest size takes 0.5 GiB.
const recognizeMemory = 2 << 30

// Recognize is the whole of the hidden command [RecognizeCommand]: it lowers its
// priority, gives up what reading a picture from standard input does not need, and
// becomes tesseract. It returns only where that fails.
func Recognize(args []string) error {
	if len(args) != 2 {
		return errors.New("this command is started by poterne itself")
	}
	program, language := args[0], args[1]
	// Recognition is never in a hurry: documents with text go first.
	const lowest = 19
	if err := syscall.Setpriority(syscall.PRIO_PROCESS, 0, lowest); err != nil {
		return fmt.Errorf("lower the priority: %w", err)
	}
	cageRecognizer(recognizeMemory)
	// One block of text (6): looking for the layout of the page (3) takes what a
	// stamp lies on for a picture and leaves it out: of the words of a stamped page
	// 0.57 were found, with one block 0.89.
	argv := []string{program, "stdin", "stdout", "-l", language, "--dpi", "200", "--psm", "6", "-c", "tessedit_create_tsv=1"}
	return fmt.Errorf("start %s: %w", program, syscall.Exec(program, argv, os.Environ()))
}

// recognize runs tesseract on one picture. start starts a process on a thread that
// lives long enough.
func (t *Tesseract) recognize(ctx context.Context, g *image.Gray, start func(*exec.Cmd) error) (extract.Recognition, error) {
	ctx, cancel := context.WithTimeout(ctx, t.Timeout)
	defer cancel()
	cmd := exec.CommandContext(ctx, t.Command[0], append(t.Command[1:len(t.Command):len(t.Command)], t.Path, t.Language)...)
	cmd.Dir = "/"
	// More threads take 3.5 times the processor time for the same text.
	cmd.Env = []string{"OMP_THREAD_LIMIT=1", "LC_ALL=C", "GOTRACEBACK=none", "GOMAXPROCS=1"}
	cmd.Stdin = io.MultiReader(strings.NewReader(pgm(g)), bytes.NewReader(g.Pix))
	out := limited{most: maxTable}
	cmd.Stdout = &out
	cmd.SysProcAttr = attributes()
	cmd.WaitDelay = time.Second
	if err := start(cmd); err != nil {
		return extract.Recognition{}, err
	}
	if err := cmd.Wait(); err != nil {
		return extract.Recognition{}, fmt.Errorf("tesseract: %w", err)
	}
	return wordsOfTable(out.String()), nil
}

// limited keeps the first bytes that are written to it.
type limited struct {
	bytes.Buffer
	most int
}

func (l *limited) Write(p []byte) (int, error) {
	l.Buffer.Write(p[:min(len(p), l.most-l.Len())])
	return len(p), nil
}
