package web_test

import (
	"html"
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"poterne/web"
	"poterne/web/securitykey"
)

// keyed is somebody at a site that is reached by its name, so that keys answer.
type keyed struct {
	*browser
	origin, host string
}

// keySite is a site of one account, whose clock the test turns.
func keySite(t *testing.T, now *time.Time) *site {
	s := newSite(t, func(o *web.Options) {
		o.SecurityKeys, o.Hosts = securitykey.Keys{}, []string{"localhost", "127.0.0.1"}
		if now != nil {
			o.Now = func() time.Time { return *now }
		}
	})
	s.add("c.morel", goodPassword, []web.Role{web.DPO}, "rh")
	return s
}

func (s *site) named() *keyed {
	u, err := url.Parse(s.URL)
	if err != nil {
		s.t.Fatal(err)
	}
	return &keyed{s.browser(), "http://localhost:" + u.Port(), "localhost:" + u.Port()}
}

func (k *keyed) get(path string) reply {
	return k.do("GET", path, nil, http.Header{"Host": {k.host}})
}

func (k *keyed) post(path string, form url.Values) reply {
	return k.do("POST", path, form, http.Header{"Host": {k.host}})
}

func (k *keyed) signIn(code string) reply {
	return k.post("/signin", url.Values{"login": {"c.morel"}, "password": {goodPassword}, "code": {code}, "next": {"/search?q=a"}})
}

// question returns what a form of a page asks a key.
func question(t *testing.T, page, kind string) string {
	t.Helper()
	m := regexp.MustCompile(`data-key="` + kind + `" data-options="([^"]*)"`).FindStringSubmatch(page)
	if m == nil {
		t.Fatalf("no form asks to %s a key:\n%s", kind, page)
	}
	return html.UnescapeString(m[1])
}

// addTo gives the account of k another key.
func (k *keyed) addTo(t *testing.T, key *softKey) {
	t.Helper()
	form := url.Values{"name": {"clé bleue"}, "current": {goodPassword}, "answer": {key.create(question(t, k.get("/account").body, "add"), k.origin)}}
	if got := k.post("/account/keys", form); got.status != http.StatusSeeOther {
		t.Fatalf("add a key: %d\n%s", got.status, got.body)
	}
}

// TestSecurityKeys adds a key, wants it at the next sign-in, and removes it.
func TestSecurityKeys(t *testing.T) {
	s := keySite(t, nil)
	b, key := s.named(), newSoftKey(t)
	b.signIn("")
	page := b.get("/account").body
	form := url.Values{"name": {"clé bleue"}, "current": {"not the password"}, "answer": {key.create(question(t, page, "add"), b.origin)}}
	if got := b.post("/account/keys", form); got.status != http.StatusUnauthorized {
		t.Fatalf("a key is added without the password: %d", got.status)
	}
	form.Set("current", goodPassword)
	if got := b.post("/account/keys", form); got.status != http.StatusUnprocessableEntity {
		t.Errorf("one question is answered twice: %d", got.status)
	}
	b.addTo(t, key)
	if page := b.get("/account").body; !strings.Contains(page, "clé bleue") {
		t.Errorf("the key is not listed:\n%s", page)
	}

	b = s.named()
	asked := b.signIn("")
	if asked.status != http.StatusOK || strings.Contains(asked.body, goodPassword) {
		t.Fatalf("password alone: %d", asked.status)
	}
	if got := b.get("/search").status; got != http.StatusSeeOther {
		t.Fatalf("the password alone lets in: %d", got)
	}
	answer := key.get(question(t, asked.body, "use"), b.origin)
	if got := b.post("/signin/key", url.Values{"answer": {answer}}); got.status != http.StatusSeeOther || got.header.Get("Location") != "/search?q=a" {
		t.Fatalf("the key: %d to %q", got.status, got.header.Get("Location"))
	}
	if got := b.get("/search").status; got != http.StatusOK {
		t.Fatalf("password and key do not let in: %d", got)
	}
	other := s.named()
	if got := other.post("/signin/key", url.Values{"answer": {answer}}); got.header.Get("Location") != "/signin" || other.get("/search").status == http.StatusOK {
		t.Errorf("an answer without a password: %d", got.status)
	}

	a, err := s.accounts.Account(t.Context(), "c.morel")
	if err != nil || len(a.Keys) != 1 || a.Keys[0].Used.IsZero() {
		t.Fatalf("account: %+v, %v", a.Keys, err)
	}
	remove := "/account/keys/" + a.Keys[0].ID + "/remove"
	if got := b.post(remove, url.Values{"current": {goodPassword}}); got.status != http.StatusUnauthorized {
		t.Errorf("a key is removed by the password alone: %d", got.status)
	}
	answer = key.get(question(t, b.get("/account").body, "use"), b.origin)
	if got := b.post(remove, url.Values{"current": {goodPassword}, "answer": {answer}}); got.status != http.StatusSeeOther {
		t.Fatalf("remove the key: %d\n%s", got.status, got.body)
	}
	if got := s.named().signIn(""); got.status != http.StatusSeeOther {
		t.Errorf("without a key the password is not enough: %d", got.status)
	}
	var verbs []string
	for _, e := range s.events {
		verbs = append(verbs, e.Verb)
	}
	for _, want := range []string{"web.key-add", "web.key-remove"} {
		if !strings.Contains(strings.Join(verbs, " "), want) {
			t.Errorf("the audit lacks %s: %v", want, verbs)
		}
	}
}

// TestKeysThatDoNotHold answers as others would.
func TestKeysThatDoNotHold(t *testing.T) {
	for _, x := range []struct {
		name   string
		answer func(key *softKey, options, origin string) string
	}{
		{"empty", func(*softKey, string, string) string { return "" }},
		{"no-json", func(*softKey, string, string) string { return "{" }},
		{"another-site", func(k *softKey, o, _ string) string { return k.get(o, "https://poterne.example") }},
		{"another-port", func(k *softKey, o, origin string) string { return k.get(o, "http://localhost:1") }},
		{"another-key", func(k *softKey, o, origin string) string { return newSoftKey(k.t).get(o, origin) }},
		{"same-name-another-key", func(k *softKey, o, origin string) string {
			other := newSoftKey(k.t)
			other.id = k.id
			return other.get(o, origin)
		}},
		{"an-old-question", func(k *softKey, o, origin string) string {
			return k.get(`{"publicKey":{"challenge":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"}}`, origin)
		}},
		{"a-copy", func(k *softKey, o, origin string) string { // whose counter is behind
			k.count = 0
			return k.get(o, origin)
		}},
	} {
		t.Run(x.name, func(t *testing.T) {
			s := keySite(t, nil)
			b, key := s.named(), newSoftKey(t)
			b.signIn("")
			b.addTo(t, key)
			b = s.named()
			if got := b.post("/signin/key", url.Values{"answer": {key.get(question(t, b.signIn("").body, "use"), b.origin)}}); got.status != http.StatusSeeOther {
				t.Fatalf("the key itself: %d", got.status)
			}
			b = s.named()
			options := question(t, b.signIn("").body, "use")
			got := b.post("/signin/key", url.Values{"answer": {x.answer(key, options, b.origin)}})
			if got.status != http.StatusUnauthorized || !strings.Contains(got.body, "ne tient pas") {
				t.Errorf("%d\n%s", got.status, got.body)
			}
			if got := b.get("/search").status; got != http.StatusSeeOther {
				t.Errorf("it lets in: %d", got)
			}
		})
	}
}

// TestAPasswordWaitsForItsKey bounds what a password without its key is good for: five
// minutes, while the account stays as it is, and a few tries.
func TestAPasswordWaitsForItsKey(t *testing.T) {
	now := time.Now()
	s := keySite(t, &now)
	b, key := s.named(), newSoftKey(t)
	b.signIn("")
	b.addTo(t, key)
	later := func(change func()) {
		t.Helper()
		b := s.named()
		options := question(t, b.signIn("").body, "use")
		change()
		if got := b.post("/signin/key", url.Values{"answer": {key.get(options, b.origin)}}); got.header.Get("Location") != "/signin" || b.get("/search").status == http.StatusOK {
			t.Errorf("the password still counts: %d", got.status)
		}
	}
	later(func() { now = now.Add(6 * time.Minute) })
	later(func() {
		if err := s.accounts.EndSessions(t.Context(), "c.morel"); err != nil {
			t.Fatal(err)
		}
	})
	b = s.named()
	b.signIn("")
	status := 0
	for range 8 {
		status = b.post("/signin/key", url.Values{"answer": {"x"}}).status
	}
	if status != http.StatusTooManyRequests && status != http.StatusSeeOther {
		t.Errorf("the eighth wrong answer: %d", status)
	}
	if got := s.named().signIn(""); got.status != http.StatusTooManyRequests {
		t.Errorf("after eight wrong answers: %d", got.status)
	}
}

// TestCodesBesideKeys wants either to be enough, and codes where keys cannot answer.
func TestCodesBesideKeys(t *testing.T) {
	s := keySite(t, nil)
	b, key := s.named(), newSoftKey(t)
	b.signIn("")
	b.addTo(t, key)
	if page := s.signedIn("c.morel").get("/account").body; strings.Contains(page, `name="secret"`) || !strings.Contains(page, "ouvrir la page par son nom") {
		t.Error("codes are proposed where the key cannot answer")
	}
	page := b.get("/account").body
	secret := regexp.MustCompile(`name="secret" value="([A-Z2-7]+)"`).FindStringSubmatch(page)[1]
	code := func(at time.Time) string {
		c, err := totp.GenerateCode(secret, at)
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	if got := b.post("/account/second", url.Values{"secret": {secret}, "new-code": {code(time.Now().Add(-30 * time.Second))}, "current": {goodPassword}, "answer": {key.get(question(t, page, "use"), b.origin)}}); got.status != http.StatusSeeOther {
		t.Fatalf("codes beside the key: %d", got.status)
	}
	at := s.browser() // by its address, where no key answers
	got := at.signIn("c.morel", goodPassword, "")
	if got.status != http.StatusOK || !strings.Contains(got.body, "Ouvrir la page par son nom") {
		t.Errorf("by an address: %d", got.status)
	}
	if got := at.signIn("c.morel", goodPassword, code(time.Now())); got.status != http.StatusSeeOther {
		t.Errorf("a code by an address: %d", got.status)
	}
	if page := at.get("/account").body; strings.Contains(page, "data-key") {
		t.Error("keys are asked for at an address")
	}
	b = s.named()
	if got := b.post("/signin/key", url.Values{"answer": {key.get(question(t, b.signIn("").body, "use"), b.origin)}}); got.status != http.StatusSeeOther {
		t.Errorf("the key beside codes: %d", got.status)
	}
	// An administrator takes them away where they are lost.
	s.add("admin", "", []web.Role{web.Admin})
	if got := s.signedIn("admin").post("/accounts/c.morel", url.Values{"do": {"keys"}}); got.status != http.StatusSeeOther {
		t.Fatalf("take the keys away: %d", got.status)
	}
	if got := s.named().signIn(""); got.status != http.StatusUnauthorized {
		t.Errorf("the password alone, where codes are left: %d", got.status)
	}
}

// TestAnotherAccountByItsKey signs in while another account is.
func TestAnotherAccountByItsKey(t *testing.T) {
	s := keySite(t, nil)
	s.add("b.other", goodPassword, []web.Role{web.DPO}, "rh")
	first, key := s.named(), newSoftKey(t)
	first.signIn("")
	first.addTo(t, key)
	b := s.named()
	b.post("/signin", url.Values{"login": {"b.other"}, "password": {goodPassword}})
	b.signIn("")
	if page := b.get("/account").body; !strings.Contains(page, "<dd>b.other</dd>") {
		t.Error("the password alone changed who is signed in")
	}
	answer := key.get(question(t, b.signIn("").body, "use"), b.origin)
	if got := b.post("/signin/key", url.Values{"answer": {answer}}); got.status != http.StatusSeeOther || got.header.Get("Location") != "/search?q=a" {
		t.Errorf("%d to %q", got.status, got.header.Get("Location"))
	}
	if page := b.get("/account").body; !strings.Contains(page, "<dd>c.morel</dd>") {
		t.Error("the key did not change who is signed in")
	}
}

// TestCodesTakeProof wants a session alone to take no codes into use: with them it
// would let itself in later, without the key.
func TestCodesTakeProof(t *testing.T) {
	s := keySite(t, nil)
	b, key := s.named(), newSoftKey(t)
	b.signIn("")
	const secret = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
	code, err := totp.GenerateCode(secret, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	enrol := func(name string, want int, proof url.Values) {
		t.Helper()
		form := url.Values{"secret": {secret}, "new-code": {code}}
		maps.Copy(form, proof)
		if got := b.post("/account/second", form); got.status != want {
			t.Errorf("%s: %d, want %d", name, got.status, want)
		}
		a, err := s.accounts.Account(t.Context(), "c.morel")
		if taken := want == http.StatusSeeOther; err != nil || a.Second != taken {
			t.Errorf("%s: codes %v, %v", name, a.Second, err)
		}
	}
	enrol("no-key-no-password", http.StatusUnauthorized, nil)
	b.addTo(t, key)
	enrol("a-session", http.StatusUnauthorized, nil)
	enrol("the-password", http.StatusUnauthorized, url.Values{"current": {goodPassword}})
	enrol("the-key", http.StatusUnauthorized, url.Values{"answer": {key.get(question(t, b.get("/account").body, "use"), b.origin)}})
	enrol("both", http.StatusSeeOther, url.Values{"current": {goodPassword}, "answer": {key.get(question(t, b.get("/account").body, "use"), b.origin)}})
}

// TestPasswordTakesCodes wants the password to be enough where there is no second
// factor yet.
func TestPasswordTakesCodes(t *testing.T) {
	s := newSite(t)
	s.add("c.morel", goodPassword, []web.Role{web.DPO}, "rh")
	b := s.signedIn("c.morel")
	secret := regexp.MustCompile(`name="secret" value="([A-Z2-7]+)"`).FindStringSubmatch(b.get("/account").body)[1]
	code, err := totp.GenerateCode(secret, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	if got := b.post("/account/second", url.Values{"secret": {secret}, "new-code": {code}, "current": {goodPassword}}); got.status != http.StatusSeeOther {
		t.Errorf("%d\n%s", got.status, got.body)
	}
}

// TestKeysNeedAName wants no question where any name leads to this server.
func TestKeysNeedAName(t *testing.T) {
	s := newSite(t, func(o *web.Options) { o.SecurityKeys = securitykey.Keys{} })
	s.add("c.morel", goodPassword, []web.Role{web.DPO}, "rh")
	b := s.named()
	b.signIn("")
	if page := b.get("/account").body; strings.Contains(page, "data-key") {
		t.Error("a key may be added under a name that nobody gave")
	}
	for origin, want := range map[string]bool{"https://poterne.exemple": true, "http://localhost:8642": true, "https://10.0.0.5:8443": false, "http://[::1]:8642": false, "": false} {
		if got := (securitykey.Keys{}).Works(origin); got != want {
			t.Errorf("keys work on %q: %v", origin, got)
		}
	}
}
