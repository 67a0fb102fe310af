package extract

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"

	"poterne"
)

// memory is a Content in memory.
type memory struct{ *bytes.Reader }

func (memory) Close() error { return nil }

func inMemory(b []byte) poterne.Content { return memory{bytes.NewReader(b)} }

// spooled is a Content in a temporary file that goes with it.
type spooled struct {
	*os.File
	size   int64
	remove bool // the name could not be taken away while the file is open
}

func (s *spooled) Size() int64 { return s.size }

func (s *spooled) Close() error {
	err := s.File.Close()
	if s.remove {
		return errors.Join(err, os.Remove(s.File.Name()))
	}
	return err
}

// spool reads r whole, up to limit bytes in memory, all else in a file of dir
// whose name is taken away at once where the system allows, so that nothing is
// left behind by a process that is killed. Where r fails half way it returns
// both what came before and the error; the content is nil where there is none.
func spool(r io.Reader, limit int64, dir string) (poterne.Content, error) {
	var head bytes.Buffer
	n, err := io.CopyN(&head, r, limit)
	switch {
	case err == io.EOF:
		return inMemory(head.Bytes()), nil
	case err != nil && n == 0:
		return nil, err
	case err != nil:
		return inMemory(head.Bytes()), err
	}
	f, err := os.CreateTemp(dir, "poterne-*")
	if err != nil {
		return nil, poterne.Fail(poterne.StageExtract, poterne.Memory, fmt.Errorf("spool a member: %w", err))
	}
	s := &spooled{File: f, remove: os.Remove(f.Name()) != nil}
	_, err = head.WriteTo(f)
	src := &lastError{r: r}
	if err == nil {
		s.size, err = io.Copy(f, src)
		s.size += n
	}
	if err != nil && src.err == nil { // the disk, not the member
		s.Close()
		return nil, poterne.Fail(poterne.StageExtract, poterne.Memory, fmt.Errorf("spool a member: %w", err))
	}
	return s, src.err
}

// lastError remembers the error of r, so that it can be told from the writer's.
type lastError struct {
	r   io.Reader
	err error
}

func (l *lastError) Read(p []byte) (int, error) {
	n, err := l.r.Read(p)
	if err != nil && err != io.EOF {
		l.err = err
	}
	return n, err
}
