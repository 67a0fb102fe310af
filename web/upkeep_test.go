package web_test

import (
	"image"
	"image/color"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/boombuler/barcode/qr"
	"github.com/google/go-cmp/cmp"

	"poterne/web"
)

// sessionsOf reads the sessions that a page of the API tells, by login.
func (b *browser) sessionsOf(path string) map[string][]string {
	out := map[string][]string{}
	for _, x := range b.get(path).object(b.s.t)["sessions"].([]any) {
		m := x.(map[string]any)
		login := m["login"].(string)
		if m["mine"].(bool) {
			login += " mine"
		}
		out[login] = append(out[login], m["session"].(string))
	}
	return out
}

// TestSessionsAreSeenAndEnded signs in thrice, and ends sessions as their owner, as
// another account and as an administrator.
func TestSessionsAreSeenAndEnded(t *testing.T) {
	s := newSite(t)
	s.add("c.morel", goodPassword, []web.Role{web.DPO}, "rh")
	s.add("admin", goodPassword, []web.Role{web.Admin})
	s.add("other", "", []web.Role{web.DPO}, "rh")
	first, second, admin := s.browser(), s.browser(), s.browser()
	first.signIn("c.morel", goodPassword, "")
	second.signIn("c.morel", goodPassword, "")
	admin.signIn("admin", goodPassword, "")

	mine := first.sessionsOf("/api/v1/account")
	if len(mine["c.morel mine"]) != 1 || len(mine["c.morel"]) != 1 || len(mine) != 2 {
		t.Fatalf("sessions of one account: %v", mine)
	}
	if page := first.get("/account").body; !strings.Contains(page, "celle-ci") || !strings.Contains(page, "127.0.0.1") {
		t.Error("the page of the account does not tell its sessions")
	}
	if got := s.signedIn("other").post("/sessions/"+mine["c.morel"][0]+"/end", url.Values{}); got.status != http.StatusNotFound {
		t.Errorf("a session of another: %d", got.status)
	}
	if got := first.post("/sessions/"+mine["c.morel"][0]+"/end", url.Values{}); got.status != http.StatusSeeOther {
		t.Fatalf("end the other session: %d", got.status)
	}
	if got := second.get("/search").status; got != http.StatusSeeOther {
		t.Errorf("the session that was ended still lets in: %d", got)
	}
	if got := first.get("/search").status; got != http.StatusOK {
		t.Errorf("the session that ended another is over: %d", got)
	}
	all := admin.sessionsOf("/api/v1/sessions")
	if len(all["c.morel"]) != 1 || len(all["admin mine"]) != 1 {
		t.Fatalf("sessions of all: %v", all)
	}
	if got := admin.post("/sessions/"+all["c.morel"][0]+"/end", url.Values{}); got.status != http.StatusSeeOther || got.header.Get("Location") != "/sessions" {
		t.Errorf("an administrator ends a session: %d to %q", got.status, got.header.Get("Location"))
	}
	if got := first.get("/search").status; got != http.StatusSeeOther {
		t.Errorf("the session that the administrator ended still lets in: %d", got)
	}
	if got := admin.post("/sessions/"+all["admin mine"][0]+"/end", url.Values{}); got.header.Get("Location") != "/signin" {
		t.Errorf("one's own session ends and leads to %q", got.header.Get("Location"))
	}
	if got := admin.get("/accounts").status; got != http.StatusSeeOther {
		t.Errorf("one's own session that was ended still lets in: %d", got)
	}
	ended := 0
	for _, e := range s.events {
		if e.Verb == "web.session-end" {
			ended++
		}
	}
	if ended != 3 {
		t.Errorf("%d sessions ended in the audit, want 3", ended)
	}
}

// TestPurgeIsCountedThenDone wants a rehearsal first, a refusal in words, and both in
// the audit before they are done.
func TestPurgeIsCountedThenDone(t *testing.T) {
	s := newSite(t)
	s.add("admin", "", []web.Role{web.Admin}, "rh")
	b := s.signedIn("admin")
	page := b.post("/retention", url.Values{"age": {"24mo"}, "do": {"preview"}}).body
	if !strings.Contains(page, "Oublier pour de bon") || !strings.Contains(page, "1 partage hors de votre vue") || strings.Contains(page, "secretariat") {
		t.Errorf("the rehearsal:\n%s", page)
	}
	if page := b.post("/retention", url.Values{"age": {"24mo"}, "do": {"purge"}, "mass": {"yes"}}).body; !strings.Contains(page, `<div class="box" role="status">`) {
		t.Errorf("the purge:\n%s", page)
	}
	if got := b.post("/retention", url.Values{"age": {"jamais"}, "do": {"purge"}}); got.status != http.StatusUnprocessableEntity || !strings.Contains(got.body, "pas un âge") {
		t.Errorf("no age: %d", got.status)
	}
	if got := b.post("/retention", url.Values{"age": {"2y"}}); got.status != http.StatusUnprocessableEntity {
		t.Errorf("nothing to do: %d", got.status)
	}
	if d := cmp.Diff([]string{"24mo true false", "24mo false true", "jamais false false"}, s.purges); d != "" {
		t.Errorf("what was asked (-want +got):\n%s", d)
	}
	var verbs []string
	for _, e := range s.events {
		verbs = append(verbs, e.Verb+" "+e.Detail["older-than"])
	}
	if d := cmp.Diff([]string{"web.purge-preview 24mo", "web.purge 24mo", "web.purge jamais"}, verbs); d != "" {
		t.Errorf("audit (-want +got):\n%s", d)
	}
}

// TestOnesOwnAccount wants an administrator to end their own sessions at most: the
// rest takes another one, or the proof that the page of the account asks for.
func TestOnesOwnAccount(t *testing.T) {
	s := newSite(t)
	s.add("admin", goodPassword, []web.Role{web.Admin})
	s.add("other", "", []web.Role{web.Admin})
	for _, do := range web.AccountChanges {
		before, err := s.accounts.Account(t.Context(), "admin")
		if err != nil {
			t.Fatal(err)
		}
		form := url.Values{"do": {do}, "password": {"another horse battery"}, "role": {"admin"}}
		want := http.StatusUnprocessableEntity
		if do == "sessions" {
			want = http.StatusSeeOther
		}
		if got := s.signedIn("admin").post("/accounts/admin", form); got.status != want {
			t.Errorf("%s of oneself: %d, want %d", do, got.status, want)
		}
		after, err := s.accounts.Account(t.Context(), "admin")
		if err != nil || after.Epoch > before.Epoch != (do == "sessions") {
			t.Errorf("%s of oneself changed the account: %v", do, err)
		}
		if do == "disable" {
			continue // nobody is let in after it
		}
		if got := s.signedIn("other").post("/accounts/admin", form); got.status != http.StatusSeeOther {
			t.Errorf("%s by another administrator: %d", do, got.status)
		}
	}
	page := s.signedIn("other").get("/accounts").body
	if strings.Count(page, `value="password"`) != 1 || strings.Count(page, `value="sessions"`) != 2 {
		t.Error("the page proposes what is refused, or less than it could")
	}
}

// TestConsentToAMassPurge wants a yes where nearly all of a share would go, and takes
// nothing else for one.
func TestConsentToAMassPurge(t *testing.T) {
	s := newSite(t)
	s.add("admin", "", []web.Role{web.Admin}, "rh")
	b := s.signedIn("admin")
	for _, x := range []struct {
		mass   string // JSON
		status int
		asked  string // of the purge
	}{
		{`"yes"`, http.StatusOK, "24mo false true"},
		{`true`, http.StatusOK, "24mo false true"},
		{`""`, http.StatusOK, "24mo false false"},
		{`null`, http.StatusOK, "24mo false false"},
		{`false`, http.StatusUnprocessableEntity, ""},
		{`"no"`, http.StatusUnprocessableEntity, ""},
		{`0`, http.StatusUnprocessableEntity, ""},
	} {
		s.purges, s.events = nil, nil
		body := strings.NewReader(`{"age": "24mo", "do": "purge", "mass": ` + x.mass + `}`)
		got := b.send("POST", "/api/v1/retention", body, http.Header{"Content-Type": {"application/json"}})
		if asked := strings.Join(s.purges, ", "); got.status != x.status || asked != x.asked || len(s.events) > 0 != (x.asked != "") {
			t.Errorf("mass %s: %d, purges %q, audit %v", x.mass, got.status, asked, s.events)
		}
	}
}

var (
	qrPath   = regexp.MustCompile(`<svg class="qr" viewBox="0 0 (\d+) \d+".*?<path d="([^"]+)"/>`)
	qrStroke = regexp.MustCompile(`M(\d+) (\d+)h(\d+)v1h-(\d+)z`)
)

// TestTheQRCodeIsTheSecret draws the code of the page as dots and compares them with
// the code of the address that the secret makes.
func TestTheQRCodeIsTheSecret(t *testing.T) {
	s := newSite(t)
	s.add("c.morel", goodPassword, []web.Role{web.DPO}, "rh")
	page := s.signedIn("c.morel").get("/account").body
	m := qrPath.FindStringSubmatch(page)
	secret := regexp.MustCompile(`name="secret" value="([A-Z2-7]+)"`).FindStringSubmatch(page)
	if m == nil || secret == nil {
		t.Fatalf("no QR code or no secret:\n%s", page)
	}
	size, _ := strconv.Atoi(m[1])
	dots := image.NewGray(image.Rect(0, 0, size, size))
	for i := range dots.Pix {
		dots.Pix[i] = 255
	}
	number := func(s string) int { n, _ := strconv.Atoi(s); return n }
	drawn := qrStroke.FindAllStringSubmatch(m[2], -1)
	for _, x := range drawn {
		if x[3] != x[4] {
			t.Fatalf("a stroke does not close: %v", x)
		}
		for i := range number(x[3]) {
			dots.SetGray(number(x[1])+i, number(x[2]), color.Gray{})
		}
	}
	address := "otpauth://totp/Poterne:c.morel?algorithm=SHA1&digits=6&issuer=Poterne&period=30&secret=" + secret[1]
	want, err := qr.Encode(address, qr.M, qr.Auto)
	if err != nil {
		t.Fatal(err)
	}
	const margin = 4
	if size != want.Bounds().Dx()+2*margin {
		t.Fatalf("%d modules a side, want %d and a margin of %d", size, want.Bounds().Dx(), margin)
	}
	for y := range size {
		for x := range size {
			expected := uint8(255)
			if image.Pt(x-margin, y-margin).In(want.Bounds()) {
				expected = color.GrayModel.Convert(want.At(x-margin, y-margin)).(color.Gray).Y
			}
			if got := dots.GrayAt(x, y).Y; got != expected {
				t.Fatalf("module %d, %d is %d, want %d", x, y, got, expected)
			}
		}
	}
}
