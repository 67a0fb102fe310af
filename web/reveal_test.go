package web_test

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"poterne"
	"poterne/web"
)

func (b *browser) reveal(rule, reason string) reply {
	return b.post("/documents/"+string(inScope.ID)+"/reveal", url.Values{"rule": {rule}, "reason": {reason}})
}

// TestReveal wants the audit before the value, and the value in one answer.
func TestReveal(t *testing.T) {
	var s *site
	s = newSite(t, func(o *web.Options) {
		o.RevealSecond = false
		read := o.Reveal
		o.Reveal = func(ctx context.Context, r poterne.Record, rule, mark string) ([]web.Revealed, error) {
			s.mu.Lock()
			defer s.mu.Unlock()
			if n := len(s.events); n == 0 || s.events[n-1].Verb != "web.reveal" || s.events[n-1].Detail["reason"] != "contrôle du signalement 12" {
				t.Errorf("the source is read before the audit is written: %+v", s.events)
			}
			return read(ctx, r, rule, mark)
		}
	})
	s.add("c.morel", "", []web.Role{web.DPO, web.Revealer}, "rh")
	b := s.signedIn("c.morel")
	for name, c := range map[string]struct {
		rule, reason string
		want         int
	}{
		"no-reason":    {"fr-nir", "", http.StatusUnprocessableEntity},
		"short-reason": {"fr-nir", "vérif.", http.StatusUnprocessableEntity},
		"other-rule":   {"iban", "contrôle du signalement 12", http.StatusNotFound},
	} {
		if got := b.reveal(c.rule, c.reason); got.status != c.want || strings.Contains(got.body, revealed) {
			t.Errorf("%s: %d, want %d", name, got.status, c.want)
		}
	}
	got := b.reveal("fr-nir", "contrôle du signalement 12")
	if got.status != http.StatusOK || !strings.Contains(got.body, revealed) {
		t.Fatalf("reveal: %d\n%s", got.status, got.body)
	}
	if got.header.Get("Cache-Control") != "no-store" || !strings.HasPrefix(got.header.Get("Refresh"), "120;") {
		t.Errorf("headers: %q, %q", got.header.Get("Cache-Control"), got.header.Get("Refresh"))
	}
	for _, e := range s.events {
		for k, v := range e.Detail {
			if strings.Contains(v, revealed) {
				t.Errorf("the audit holds the value in %s of %s", k, e.Verb)
			}
		}
	}
	if last := s.events[len(s.events)-1]; last.Verb != "web.reveal-shown" || last.Detail["values"] != "1" {
		t.Errorf("last line of the audit: %+v", last)
	}
	if got := b.get("/documents/" + string(inScope.ID)); strings.Contains(got.body, revealed) {
		t.Error("the document's page shows the value")
	}
}

func TestNoRevealWithoutAudit(t *testing.T) {
	broken := false
	s := newSite(t, func(o *web.Options) {
		o.RevealSecond = false
		o.Audit = func(context.Context, web.Event) error {
			if broken {
				return errors.New("disk full")
			}
			return nil
		}
	})
	s.add("c.morel", "", []web.Role{web.DPO, web.Revealer}, "rh")
	b := s.signedIn("c.morel")
	broken = true
	if got := b.reveal("fr-nir", "contrôle du signalement"); got.status != http.StatusInternalServerError || strings.Contains(got.body, revealed) {
		t.Errorf("reveal without an audit: %d", got.status)
	}
	if got := b.get("/documents/" + string(inScope.ID)); got.status != http.StatusInternalServerError {
		t.Errorf("document without an audit: %d", got.status)
	}
}

func TestRevealsAreFew(t *testing.T) {
	now := day
	s := newSite(t, func(o *web.Options) {
		o.RevealSecond = false
		o.Now = func() time.Time { return now }
	})
	s.add("c.morel", "", []web.Role{web.DPO, web.Revealer}, "rh")
	b := s.signedIn("c.morel")
	for i := range 20 {
		if got := b.reveal("fr-nir", "contrôle du signalement"); got.status != http.StatusOK {
			t.Fatalf("reveal %d: %d", i, got.status)
		}
	}
	if got := b.reveal("fr-nir", "contrôle du signalement"); got.status != http.StatusTooManyRequests || strings.Contains(got.body, revealed) {
		t.Errorf("one more: %d", got.status)
	}
	now = now.Add(time.Hour)
	if got := b.reveal("fr-nir", "contrôle du signalement"); got.status != http.StatusOK {
		t.Errorf("an hour later: %d", got.status)
	}
}

var revealForm = regexp.MustCompile(`action="(/reveals/[a-z0-9]+)"`)

// TestRevealBySecondPerson walks a reveal through both persons.
func TestRevealBySecondPerson(t *testing.T) {
	now := day
	s := newSite(t, func(o *web.Options) { o.Now = func() time.Time { return now } })
	s.add("a", "", []web.Role{web.DPO, web.Revealer}, "rh")
	s.add("b", "", []web.Role{web.DPO, web.Revealer}, "rh")
	s.add("outside", "", []web.Role{web.DPO, web.Revealer}, "secretariat-general")
	a, b, outside := s.signedIn("a"), s.signedIn("b"), s.signedIn("outside")
	ask := func() string {
		if got := a.reveal("fr-nir", "contrôle du signalement"); got.status != http.StatusSeeOther {
			t.Fatalf("ask: %d", got.status)
		}
		m := revealForm.FindStringSubmatch(a.get("/reveals").body)
		if m == nil {
			t.Fatal("the reveal does not wait")
		}
		return m[1]
	}
	do := func(who *browser, path, what string) reply { return who.post(path, url.Values{"do": {what}}) }
	path := ask()
	for name, c := range map[string]struct {
		who  *browser
		do   string
		want int
	}{"own-agreement": {a, "agree", http.StatusForbidden}, "use-before": {a, "use", http.StatusForbidden}, "of-another-share": {outside, "agree", http.StatusNotFound}} {
		if got := do(c.who, path, c.do); got.status != c.want || strings.Contains(got.body, revealed) {
			t.Errorf("%s: %d, want %d", name, got.status, c.want)
		}
	}
	if got := do(b, path, "agree"); got.status != http.StatusSeeOther {
		t.Fatalf("agree: %d", got.status)
	}
	if got := do(b, path, "use"); got.status != http.StatusForbidden {
		t.Errorf("use by who agreed: %d", got.status)
	}
	if got := do(a, path, "use"); got.status != http.StatusOK || !strings.Contains(got.body, revealed) {
		t.Errorf("use: %d", got.status)
	}
	if got := do(a, path, "use"); got.status != http.StatusNotFound {
		t.Errorf("use again: %d", got.status)
	}
	path = ask()
	do(b, path, "agree")
	now = now.Add(16 * time.Minute)
	if got := do(a, path, "use"); got.status != http.StatusNotFound {
		t.Errorf("use too late: %d", got.status)
	}
}
