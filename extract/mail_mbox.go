package extract

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"regexp"

	"poterne"
)

// mboxLine matches the line that starts a message in an mbox: a sender and a
// date (RFC 4155, appendix A), which a sentence that starts with From has not.
// The first line of the file needs no date.
var mboxLine = regexp.MustCompile(`^From .*\d\d?:\d\d`)

// readMbox reads a folder of messages: each is a member, read in place.
func readMbox(_ context.Context, in *input, out *emitter) error {
	lines := mailLines{r: bufio.NewReaderSize(in.stream(), 64<<10)}
	start := int64(-1) // of the open message
	count := 0
	blankBefore := true
	send := func(end int64) bool {
		if start < 0 || end <= start {
			return true
		}
		count++
		message := io.NewSectionReader(in.r, start, end-start)
		return out.stream(member{name: fmt.Sprintf("%06d.eml", count), size: end - start, open: func() (io.Reader, error) {
			return inPlace{message}, nil
		}})
	}
	for {
		at := lines.off
		line, first, err := lines.next()
		if len(line) == 0 && err != nil {
			if !send(lines.off) {
				return nil
			}
			if count == 0 && err == io.EOF {
				return poterne.Fail(poterne.StageExtract, poterne.Malformed, nil)
			}
			return ended(err)
		}
		if at == 0 || first && blankBefore && mboxLine.Match(line[:min(len(line), 1024)]) {
			if !send(at) {
				return nil
			}
			start = lines.off
		}
		if first {
			blankBefore = len(bytes.TrimRight(line, "\r\n")) == 0
		}
	}
}
