package web

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"io/fs"
	"net/http"
	"path"
	"slices"
)

//go:embed static/*
var staticFiles embed.FS

// assets are the static files, each under an address that changes with its content,
// so that browsers may keep it for ever.
type assets struct {
	version map[string]string // by name
	content map[string][]byte
}

func loadAssets() (assets, error) {
	a := assets{map[string]string{}, map[string][]byte{}}
	entries, err := fs.ReadDir(staticFiles, "static")
	if err != nil {
		return a, err
	}
	for _, e := range entries {
		b, err := staticFiles.ReadFile("static/" + e.Name())
		if err != nil {
			return a, err
		}
		sum := sha256.Sum256(b)
		a.version[e.Name()], a.content[e.Name()] = hex.EncodeToString(sum[:8]), b
	}
	return a, nil
}

// address returns where a file is served. A template that names none is broken, and
// its test says so.
func (a assets) address(name string) string {
	if a.version[name] == "" {
		panic("web: no static file " + name)
	}
	return "/static/" + a.version[name] + "/" + name
}

// kinds are the types of the files that are served: nothing else is.
var kinds = map[string]string{
	".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml",
	".png": "image/png", ".woff2": "font/woff2", ".txt": "text/plain; charset=utf-8",
}

func (c *call) static() (answer, error) {
	name := c.r.PathValue("file")
	b, ok := c.s.assets.content[name]
	if !ok || c.s.assets.version[name] != c.r.PathValue("version") {
		return answer{}, ErrNotFound
	}
	return c.file(name, b, "public, max-age=31536000, immutable")
}

// themeKinds leaves scripts out: a theme changes how pages look, not what they do.
var themeKinds = []string{".css", ".svg", ".png", ".woff2"}

// maxTheme bounds a file of a theme: a font of many scripts has some 300 KB.
const maxTheme = 4 << 20

func (c *call) theme() (answer, error) {
	name := c.r.PathValue("file")
	if c.s.Theme == nil || !fs.ValidPath(name) || path.Base(name) != name || !slices.Contains(themeKinds, path.Ext(name)) {
		return answer{}, ErrNotFound
	}
	info, err := fs.Stat(c.s.Theme, name)
	if err != nil || !info.Mode().IsRegular() || info.Size() > maxTheme {
		return answer{}, ErrNotFound
	}
	b, err := fs.ReadFile(c.s.Theme, name)
	if err != nil {
		return answer{}, ErrNotFound
	}
	return c.file(name, b, "no-cache")
}

func (c *call) file(name string, content []byte, cache string) (answer, error) {
	h := c.w.Header()
	h.Set("Content-Type", kinds[path.Ext(name)])
	h.Set("Cache-Control", cache)
	h.Set("Content-Length", fmt.Sprint(len(content)))
	c.w.Write(content)
	return answer{done: true}, nil
}

func (c *call) health() (answer, error) {
	c.w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	c.w.WriteHeader(http.StatusOK)
	c.w.Write([]byte("ok\n"))
	return answer{done: true}, nil
}
