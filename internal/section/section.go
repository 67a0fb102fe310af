// Package section rewrites one marked section of a page of documentation, so that
// figures come from the command that measured them and the prose around them stays.
package section

import (
	"fmt"
	"os"
	"strings"
)

// Replace puts body between the lines <!-- name --> and <!-- /name --> of the file.
// The error says where a mark is missing.
func Replace(file, name, body string) error {
	data, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	text, err := replace(string(data), name, body)
	if err != nil {
		return fmt.Errorf("%s: %w", file, err)
	}
	return os.WriteFile(file, []byte(text), 0o644)
}

func replace(text, name, body string) (string, error) {
	head, rest, ok := strings.Cut(text, "<!-- "+name+" -->\n")
	_, tail, ok2 := strings.Cut(rest, "<!-- /"+name+" -->")
	if !ok || !ok2 {
		return "", fmt.Errorf("no section %q", name)
	}
	return head + "<!-- " + name + " -->\n" + strings.TrimRight(body, "\n") + "\n<!-- /" + name + " -->" + tail, nil
}
