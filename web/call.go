package web

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"

	"poterne"
)

// call is one request on its way to a handler.
type call struct {
	s      *server
	w      http.ResponseWriter
	r      *http.Request
	route  *route
	user   *Account // nil on public routes without a session
	token  bool     // user is who a token acts for
	narrow []string // globs of the token, beside those of the account
	scope  *scope
	lang   string
	nonce  string
	api    bool              // the answer is JSON
	body   url.Values        // of a POST
	files  map[string][]byte // that came with it, by name
}

// answer is what a handler gives back: a page with its data, or where to go next.
type answer struct {
	page   string // template; "" where there is nothing to show
	title  string
	data   any
	status int    // 0 is 200
	see    string // where a browser goes after a POST
	done   bool   // the handler wrote the answer itself
}

// problem is an error that a person can do something about.
type problem struct {
	status int
	text   string
}

func (p *problem) Error() string { return p.text }

// refuse returns an error with its words in the language of the call.
func (c *call) refuse(status int, fr, en string) error {
	return &problem{status, c.T(fr, en)}
}

// T picks the French or the English text.
func (c *call) T(fr, en string) string {
	if c.lang == "en" {
		return en
	}
	return fr
}

func (c *call) ctx() context.Context { return c.r.Context() }

// value returns a parameter: of the body of a POST, a form or a JSON object, or of
// the address of a GET.
func (c *call) value(name string) string { return c.values().Get(name) }

func (c *call) values() url.Values {
	if c.r.Method == http.MethodPost {
		return c.body
	}
	return c.r.URL.Query()
}

// id returns the document that the path names; anything that cannot be an ID is not found.
func (c *call) id() (poterne.ID, error) {
	id := c.r.PathValue("id")
	if len(id) != 32 || strings.Trim(id, "0123456789abcdef") != "" {
		return "", ErrNotFound
	}
	return poterne.ID(id), nil
}

// bodyLimit bounds a request: a text to test or a list of documents fits well.
const bodyLimit = 1 << 20

// readBody reads the body of a POST.
func (c *call) readBody() error {
	kind, params, _ := mime.ParseMediaType(c.r.Header.Get("Content-Type"))
	body := http.MaxBytesReader(c.w, c.r.Body, bodyLimit)
	raw, err := io.ReadAll(body)
	var long *http.MaxBytesError
	if errors.As(err, &long) {
		return c.refuse(http.StatusRequestEntityTooLarge, "la demande dépasse 1 Mo", "the request is above 1 MB")
	}
	if err != nil {
		return c.refuse(http.StatusBadRequest, "la demande n'est pas lisible", "the request cannot be read")
	}
	switch {
	case len(raw) == 0:
		c.body = url.Values{}
	case kind == "application/x-www-form-urlencoded":
		c.body, err = url.ParseQuery(string(raw))
	case kind == "application/json":
		c.body, err = flatten(raw)
	case kind == "multipart/form-data":
		c.body, c.files, err = parts(raw, params["boundary"])
	default:
		return c.refuse(http.StatusUnsupportedMediaType, "type de contenu non accepté", "content type not accepted")
	}
	if err != nil {
		// The error is left out: it quotes the body.
		return c.refuse(http.StatusBadRequest, "la demande n'est pas lisible", "the request cannot be read")
	}
	return nil
}

// flatten reads a JSON object of strings, numbers, booleans and lists of them as a form.
func flatten(raw []byte) (url.Values, error) {
	var object map[string]any
	if err := json.Unmarshal(raw, &object); err != nil {
		return nil, err
	}
	form := url.Values{}
	for key, v := range object {
		list, ok := v.([]any)
		if !ok {
			list = []any{v}
		}
		for _, item := range list {
			switch item.(type) {
			case string, float64, bool:
				form.Add(key, fmt.Sprint(item))
			case nil:
			default:
				return nil, errors.New("nested object")
			}
		}
	}
	return form, nil
}

// parts reads a form that may hold files; they stay in memory.
func parts(raw []byte, boundary string) (url.Values, map[string][]byte, error) {
	form, files := url.Values{}, map[string][]byte{}
	for r := multipart.NewReader(bytes.NewReader(raw), boundary); ; {
		p, err := r.NextPart()
		if err == io.EOF {
			return form, files, nil
		}
		if err != nil {
			return nil, nil, err
		}
		content, err := io.ReadAll(p) // the body as a whole is bounded
		if err != nil {
			return nil, nil, err
		}
		_, params, _ := mime.ParseMediaType(p.Header.Get("Content-Disposition"))
		switch name, file := params["filename"]; {
		case !file:
			form.Add(p.FormName(), string(content))
		case name != "": // else a field of files that was left empty
			files[p.FileName()] = content
		}
	}
}

// record writes a line of the audit; where it cannot, the call ends.
func (c *call) record(verb, object string, detail map[string]string) error {
	actor := "-"
	if c.user != nil {
		actor = c.user.Login
	}
	if err := c.s.Audit(c.ctx(), Event{actor, verb, object, detail}); err != nil {
		return fmt.Errorf("audit: %w", err)
	}
	return nil
}
