// Package browsertest opens every page of the real program in a real browser: Chromium
// from the distribution, driven by playwright-core, with axe-core looking at each page.
package browsertest

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"poterne/internal/openidtest"
	"poterne/testdata"
)

// account is one that the pages are opened with.
type account struct {
	Login    string `json:"login"`
	Password string `json:"password"`
}

// settings are what main.mjs reads.
type settings struct {
	URL string `json:"url"`
	// Accounts are one that decides, one that reads the audit, one that agrees to
	// reveals, and one that gets a security key.
	Accounts  []account `json:"accounts"`
	Chromium  string    `json:"chromium"`
	Poterne   string    `json:"poterne"`
	State     string    `json:"state"`
	Key       string    `json:"key"`
	Share     string    `json:"share"`
	Planted   string    `json:"planted"`  // a file: the list of values that no page may show
	Pictures  string    `json:"pictures"` // a folder, or ""
	Templates []string  `json:"templates"`
	Steps     string    `json:"steps"` // an expression: only steps whose names match, "" for all
}

// TestPages runs main.mjs against "poterne serve --demo"; each of its steps is a
// subtest, and "-run TestPages/security_key" takes those of such names alone, pages
// that are found by links left out. POTERNE_PICTURES names a folder for pictures of the pages.
func TestPages(t *testing.T) {
	chromium, err := exec.LookPath("chromium")
	if err != nil {
		t.Fatalf("%v: run packaging/setup.sh", err)
	}
	if _, err := os.Stat("node_modules/playwright-core"); err != nil {
		t.Fatalf("%v: run packaging/setup.sh", err)
	}
	s := serve(t)
	s.Chromium, s.Templates = chromium, templates(t)
	if dir := os.Getenv("POTERNE_PICTURES"); dir != "" {
		if s.Pictures, err = filepath.Abs(dir); err != nil {
			t.Fatal(err)
		}
	}
	_, s.Steps, _ = strings.Cut(flag.Lookup("test.run").Value.String(), "/")
	s.Planted = plantedFile(t)
	config, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 25*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, "node", "main.mjs")
	cmd.Env = append(os.Environ(), "POTERNE_BROWSERTEST="+string(config))
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	steps := 0
	for lines := json.NewDecoder(out); ; {
		var step struct {
			Name    string
			Wrong   []string
			Seconds float64
		}
		if err := lines.Decode(&step); err == io.EOF {
			break
		} else if err != nil {
			t.Fatalf("output of main.mjs: %v", err)
		}
		steps++
		t.Run(step.Name, func(t *testing.T) {
			t.Logf("%.1f s", step.Seconds)
			for _, w := range step.Wrong {
				t.Error(w)
			}
		})
	}
	if err := cmd.Wait(); err != nil {
		t.Errorf("main.mjs: %v\n%s", err, stderr.String())
	}
	if steps == 0 {
		t.Error("main.mjs took no step")
	}
}

// templates lists the pages that must be looked at: each template that is one.
func templates(t *testing.T) []string {
	t.Helper()
	files, err := filepath.Glob("../templates/*.html")
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, f := range files {
		switch name := strings.TrimSuffix(filepath.Base(f), ".html"); name {
		case "layout", "parts", "plots":
		default:
			names = append(names, name)
		}
	}
	if len(names) == 0 {
		t.Fatal("no template found")
	}
	return names
}

func plantedFile(t *testing.T) string {
	t.Helper()
	values, err := json.Marshal(testdata.Planted())
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "planted.json")
	if err := os.WriteFile(path, values, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// provider starts an identity provider, and returns the flags by which a service on an
// address has people sign in there.
func provider(t *testing.T, address string) []string {
	t.Helper()
	p := openidtest.New(t, "")
	secret := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(secret, []byte(openidtest.Secret), 0o600); err != nil {
		t.Fatal(err)
	}
	return []string{"--oidc-issuer", p.URL, "--oidc-client", openidtest.ClientID, "--oidc-secret-file", secret, "--oidc-redirect", "http://" + address + "/signin/callback"}
}

// prepared makes a folder of a few files, and a scan of it that the pages may start.
func prepared(t *testing.T) []string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "zone")
	if err := os.Mkdir(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{"compte rendu.txt": "Réunion du service.\n", "note.txt": "À classer.\n"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	file := filepath.Join(t.TempDir(), "profiles.yaml")
	if err := os.WriteFile(file, []byte("nuit:\n  roots: ["+dir+"]\n  full: true\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	return []string{"--profiles", file}
}

// free returns an address that nobody listens to.
func free(t *testing.T) string {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	return ln.Addr().String()
}

// serve builds the program, starts its demonstration, and adds accounts to it. The
// program ends with the test.
func serve(t *testing.T) settings {
	t.Helper()
	dir := t.TempDir()
	program := filepath.Join(dir, "poterne")
	if out, err := exec.Command("go", "build", "-o", program, "poterne/cmd/poterne").CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	address := free(t)
	cmd := exec.Command(program, append([]string{"--lang", "fr", "serve", "--demo", "--reveal-second", "--listen", address}, append(provider(t, address), prepared(t)...)...)...)
	cmd.Env = append(os.Environ(), "TMPDIR="+dir)
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	stderr, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		cmd.Process.Signal(syscall.SIGTERM)
		if err := cmd.Wait(); err != nil {
			t.Errorf("serve: %v", err)
		}
	})
	results, notes := bufio.NewScanner(stdout), bufio.NewScanner(io.TeeReader(stderr, t.Output()))
	s := settings{Poterne: program, URL: find(t, notes, `pages : (http://127\.0\.0\.1:\d+)/`)}
	demo := account{find(t, results, `identifiant : (\S+)`), find(t, results, `mot de passe : (\S+)`)}
	const password = "un long mot de passe d'essai"
	s.Accounts = []account{demo, {"auditeur", password}, {"relecteur", password}, {"porteur", password}}
	go drain(results)
	go drain(notes)
	made, err := filepath.Glob(filepath.Join(dir, "poterne-demo-*"))
	if err != nil || len(made) != 1 {
		t.Fatalf("folder of the demonstration: %q, %v", made, err)
	}
	s.State, s.Key, s.Share = filepath.Join(made[0], "etat"), filepath.Join(made[0], "cle"), filepath.Join(made[0], "partage")
	for login, flags := range map[string][]string{"auditeur": {"--role", "auditor"}, "relecteur": {"--role", "dpo,revealer"}, "porteur": {"--role", "dpo"}, openidtest.Email: {"--role", "dpo", "--no-password"}} {
		add := exec.Command(program, append([]string{"--state", s.State, "--key-file", s.Key, "serve", "account", "add", login}, flags...)...)
		add.Stdin = strings.NewReader(password + "\n")
		if out, err := add.CombinedOutput(); err != nil {
			t.Fatalf("account add: %v\n%s", err, out)
		}
	}
	return s
}

// find reads lines until one matches, and returns what its group holds.
func find(t *testing.T, lines *bufio.Scanner, pattern string) string {
	t.Helper()
	re := regexp.MustCompile(pattern)
	for lines.Scan() {
		if m := re.FindStringSubmatch(lines.Text()); m != nil {
			return m[1]
		}
	}
	t.Fatalf("serve ended before it wrote %q", pattern)
	return ""
}

// drain reads on, so that the program is never held up by a full pipe.
func drain(lines *bufio.Scanner) {
	for lines.Scan() {
	}
}
