package section

import "testing"

func TestReplace(t *testing.T) {
	const page = "a\n<!-- x -->\nold\nlines\n<!-- /x -->\nb\n<!-- y -->\n<!-- /y -->\n"
	for _, c := range []struct{ name, body, want string }{
		{"x", "new\n\n", "a\n<!-- x -->\nnew\n<!-- /x -->\nb\n<!-- y -->\n<!-- /y -->\n"},
		{"y", "1", "a\n<!-- x -->\nold\nlines\n<!-- /x -->\nb\n<!-- y -->\n1\n<!-- /y -->\n"},
	} {
		got, err := replace(page, c.name, c.body)
		if err != nil || got != c.want {
			t.Errorf("%s: %q, %v", c.name, got, err)
		}
	}
	for _, page := range []string{"", "<!-- z -->\n", "<!-- /z -->"} {
		if _, err := replace(page, "z", ""); err == nil {
			t.Errorf("%q: no error", page)
		}
	}
}
