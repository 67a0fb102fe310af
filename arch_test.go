package poterne_test

import (
	"fmt"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

const module = "poterne"

// forbidden says why the package in folder must not import the package imp of
// this module, or "" where it may. The one rule: a folder imports the root
// package and its own parents; only cmd imports folders. internal is for all.
// Tests of cmd and testdata may bring rooms together.
func forbidden(folder, imp string) string {
	switch {
	case imp == module && folder != ".":
		return ""
	case imp != module && !strings.HasPrefix(imp, module+"/"):
		if folder == "." && strings.Contains(strings.SplitN(imp, "/", 2)[0], ".") {
			return "the root package imports the standard library only"
		}
		return ""
	}
	target := strings.TrimPrefix(strings.TrimPrefix(imp, module), "/")
	room := strings.SplitN(folder, "/", 2)[0]
	switch {
	case room == "cmd":
		return ""
	case folder != "." && strings.HasPrefix(target, "internal/"):
		return ""
	case target != "" && (folder == target || strings.HasPrefix(folder, target+"/")):
		return "" // a parent
	}
	return fmt.Sprintf("%s must not import %s: a folder imports only the root package", folder, imp)
}

// violations lists each forbidden import below root.
func violations(root fs.FS) ([]string, error) {
	var bad []string
	err := fs.WalkDir(root, ".", func(p string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if e.IsDir() && p != "." && strings.HasPrefix(e.Name(), ".") {
			return fs.SkipDir
		}
		if e.IsDir() || !strings.HasSuffix(p, ".go") {
			return nil
		}
		src, err := fs.ReadFile(root, p)
		if err != nil {
			return err
		}
		f, err := parser.ParseFile(token.NewFileSet(), p, src, parser.ImportsOnly)
		if err != nil {
			return err
		}
		folder := path.Dir(p)
		// A test may use the conformance suites and fixtures that lie below its own folder.
		for _, spec := range f.Imports {
			imp, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				return err
			}
			if strings.HasSuffix(p, "_test.go") && (strings.HasPrefix(imp, module+"/"+folder+"/") || strings.HasPrefix(imp, module+"/testdata")) {
				continue
			}
			if why := forbidden(folder, imp); why != "" && !(strings.HasSuffix(p, "_test.go") && folder == ".") {
				bad = append(bad, p+": "+why)
			}
		}
		return nil
	})
	return bad, err
}

func TestEveryFolderImportsOnlyTheRoot(t *testing.T) {
	bad, err := violations(os.DirFS("."))
	if err != nil {
		t.Fatal(err)
	}
	for _, b := range bad {
		t.Error(b)
	}
}

// TestArchTestSeesPlantedImports plants forbidden imports and wants each reported:
// a test that cannot fail holds nothing.
func TestArchTestSeesPlantedImports(t *testing.T) {
	for _, c := range []struct {
		name, file, imp string
		bad             bool
	}{
		{"sibling", "extract/a.go", "poterne/index", true},
		{"child-of-sibling", "web/a.go", "poterne/extract/sandbox", true},
		{"own-child", "extract/a.go", "poterne/extract/sandbox", true},
		{"cmd-from-room", "policy/a.go", "poterne/cmd/poterne", true},
		{"root-imports-room", "a.go", "poterne/policy", true},
		{"root-imports-module", "a.go", "golang.org/x/sync/errgroup", true},
		{"parent", "extract/sandbox/a.go", "poterne/extract", false},
		{"root", "policy/a.go", "poterne", false},
		{"internal", "ledger/a.go", "poterne/internal/seal", false},
		{"cmd", "cmd/poterne/a.go", "poterne/index", false},
		{"suite-in-test", "index/a_test.go", "poterne/index/indextest", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			file := filepath.Join(dir, filepath.FromSlash(c.file))
			if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(file, []byte("package a\n\nimport _ "+strconv.Quote(c.imp)+"\n"), 0o644); err != nil {
				t.Fatal(err)
			}
			bad, err := violations(os.DirFS(dir))
			if err != nil {
				t.Fatal(err)
			}
			if (len(bad) > 0) != c.bad {
				t.Errorf("violations = %q, want bad = %v", bad, c.bad)
			}
		})
	}
}
