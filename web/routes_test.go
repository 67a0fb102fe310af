package web_test

import (
	"cmp"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"poterne/web"
)

// row says who may use a route. Every route has one: the test fails when a route is
// added without.
type row struct {
	path   string // with what a pattern leaves open filled in; the pattern's own where ""
	form   url.Values
	allow  []string // logins of roles, "" for no account
	within bool     // about one document: the same route about one of another share is 404
	other  string   // the same about a thing of another share: 404
	want   int      // what who may gets; 0 is 200
}

// Who may use a route: anyone, whoever signed in, or logins.
var (
	everybody = []string{"operator", "dpo", "auditor", "admin", "revealer", ""}
	members   = []string{"operator", "dpo", "auditor", "admin", "revealer"}
	readers   = []string{"dpo", "auditor", "revealer"}
	scanners  = []string{"operator", "dpo", "auditor", "revealer"}
	managers  = []string{"admin"}
	deciders  = []string{"dpo", "revealer"}
)

var confirm = url.Values{"id": {string(inScope.ID)}, "act": {"confirm"}, "rule": {"fr-nir"}}

var rows = map[string]row{
	"GET /static/{version}/{file}":   {path: "/static/0/style.css", allow: everybody, want: 404},
	"GET /theme/{file}":              {path: "/theme/theme.css", allow: everybody, want: 404},
	"GET /healthz":                   {allow: everybody},
	"POST /language":                 {form: url.Values{"lang": {"en"}}, allow: everybody, want: 303},
	"GET /signin":                    {allow: everybody, want: -1},
	"POST /signin":                   {form: url.Values{}, allow: everybody, want: 401},
	"POST /signout":                  {form: url.Values{}, allow: everybody, want: 303},
	"POST /signin/key":               {form: url.Values{}, allow: everybody, want: 303},
	"POST /account/keys":             {form: url.Values{"name": {"bleue"}}, allow: members, want: 401},
	"POST /account/keys/{id}/remove": {path: "/account/keys/none/remove", form: url.Values{}, allow: members, want: 401},
	"GET /signin/provider":           {allow: everybody, want: 303},
	"GET /signin/callback":           {allow: everybody, want: 401},

	"GET /{$}":                   {path: "/", allow: members},
	"GET /api/v1/overview":       {allow: members},
	"GET /search":                {allow: readers},
	"GET /api/v1/search":         {allow: readers},
	"GET /documents/{id}":        {path: "/documents/" + string(inScope.ID), allow: readers, within: true},
	"GET /api/v1/documents/{id}": {path: "/api/v1/documents/" + string(inScope.ID), allow: readers, within: true},

	"GET /api/v1/openapi.yaml":          {allow: everybody},
	"POST /searches":                    {form: url.Values{"name": {"NIR"}, "q": {"paie"}}, allow: readers, want: 303},
	"POST /api/v1/searches":             {form: url.Values{"name": {"NIR"}, "q": {"paie"}}, allow: readers},
	"POST /searches/{id}/forget":        {path: "/searches/none/forget", form: url.Values{}, allow: readers, want: 404},
	"POST /api/v1/searches/{id}/forget": {path: "/api/v1/searches/none/forget", form: url.Values{}, allow: readers, want: 404},

	"GET /runs":               {allow: members},
	"GET /api/v1/runs":        {allow: members},
	"GET /runs/{id}":          {path: "/runs/run-1", allow: members},
	"GET /api/v1/runs/{id}":   {path: "/api/v1/runs/run-1", allow: members},
	"GET /runs/events":        {allow: members},
	"POST /runs/start":        {form: url.Values{}, allow: scanners, want: 422},
	"POST /api/v1/runs/start": {form: url.Values{}, allow: scanners, want: 422},
	"POST /runs/stop":         {form: url.Values{}, allow: scanners, want: 422},
	"POST /api/v1/runs/stop":  {form: url.Values{}, allow: scanners, want: 422},

	"GET /rules":                   {allow: members},
	"GET /api/v1/rules":            {allow: members},
	"GET /rules/{rule}":            {path: "/rules/fr-nir", allow: members},
	"GET /api/v1/rules/{rule}":     {path: "/api/v1/rules/fr-nir", allow: members},
	"GET /compare":                 {allow: members},
	"GET /api/v1/compare":          {allow: members},
	"POST /compare":                {form: url.Values{"content": {"rules: []"}}, allow: scanners},
	"POST /api/v1/compare":         {form: url.Values{"content": {"rules: []"}}, allow: scanners},
	"GET /policy":                  {allow: members},
	"GET /api/v1/policy":           {allow: members},
	"POST /policy":                 {form: url.Values{"content": {"version: x"}}, allow: scanners},
	"POST /api/v1/policy":          {form: url.Values{"content": {"version: x"}}, allow: scanners},
	"GET /simulations":             {allow: readers},
	"GET /api/v1/simulations":      {allow: readers},
	"POST /simulations":            {form: url.Values{"actor": {"autre"}}, allow: readers, want: 303},
	"POST /api/v1/simulations":     {form: url.Values{"actor": {"autre"}}, allow: readers},
	"GET /simulations/{id}":        {path: "/simulations/none", allow: readers, want: 404},
	"GET /api/v1/simulations/{id}": {path: "/api/v1/simulations/none", allow: readers, want: 404},
	"GET /try":                     {allow: scanners},
	"POST /try":                    {form: url.Values{"text": {"x"}}, allow: scanners},
	"POST /api/v1/try":             {form: url.Values{"text": {"x"}}, allow: scanners},

	"GET /persons":                    {allow: readers},
	"POST /persons":                   {form: url.Values{"value": {"x"}}, allow: readers},
	"POST /api/v1/persons":            {form: url.Values{"value": {"x"}}, allow: readers},
	"GET /destinations":               {allow: members},
	"GET /api/v1/destinations":        {allow: members},
	"GET /plan":                       {allow: members},
	"GET /api/v1/plan":                {allow: members},
	"GET /destinations/{name}":        {path: "/destinations/nubo", allow: members},
	"GET /api/v1/destinations/{name}": {path: "/api/v1/destinations/nubo", allow: members},
	"GET /exports":                    {allow: readers},
	"POST /exports":                   {form: url.Values{"format": {"csv"}}, allow: readers},
	"POST /api/v1/exports":            {form: url.Values{"format": {"csv"}}, allow: readers},

	"POST /destinations/{name}/export":        {path: "/destinations/nubo/export", form: url.Values{}, allow: readers},
	"POST /api/v1/destinations/{name}/export": {path: "/api/v1/destinations/nubo/export", form: url.Values{}, allow: readers},

	"GET /reviews":                         {allow: readers},
	"GET /api/v1/reviews":                  {allow: readers},
	"POST /reviews":                        {form: confirm, allow: deciders, want: 303, within: true},
	"POST /api/v1/reviews":                 {form: confirm, allow: deciders, within: true},
	"POST /reviews/{id}/withdraw":          {path: "/reviews/review-rh/withdraw", form: url.Values{}, allow: deciders, want: 303, other: "/reviews/review-secretariat-general/withdraw"},
	"POST /api/v1/reviews/{id}/withdraw":   {path: "/api/v1/reviews/review-rh/withdraw", form: url.Values{}, allow: deciders, other: "/api/v1/reviews/review-secretariat-general/withdraw"},
	"POST /proposals/{id}":                 {path: "/proposals/none", form: url.Values{}, allow: deciders, want: 404},
	"POST /api/v1/proposals/{id}":          {path: "/api/v1/proposals/none", form: url.Values{}, allow: deciders, want: 404},
	"GET /derogations":                     {allow: readers},
	"GET /api/v1/derogations":              {allow: readers},
	"POST /derogations":                    {form: url.Values{"shares": {"rh"}}, allow: deciders, want: 303},
	"POST /api/v1/derogations":             {form: url.Values{"shares": {"rh"}}, allow: deciders},
	"POST /derogations/{id}/revoke":        {path: "/derogations/d1/revoke", form: url.Values{"reason": {"x"}}, allow: deciders, want: 303, other: "/derogations/d2/revoke"},
	"POST /api/v1/derogations/{id}/revoke": {path: "/api/v1/derogations/d1/revoke", form: url.Values{"reason": {"x"}}, allow: deciders, other: "/api/v1/derogations/d3/revoke"},

	"POST /documents/{id}/reveal": {path: "/documents/" + string(inScope.ID) + "/reveal", form: url.Values{"rule": {"fr-nir"}, "reason": {"contrôle du signalement"}}, allow: []string{"revealer"}, want: 303, within: true},
	"GET /reveals":                {allow: []string{"revealer"}},
	"POST /reveals/{id}":          {path: "/reveals/none", form: url.Values{}, allow: []string{"revealer"}, want: 404},

	"GET /audit":                {allow: []string{"auditor"}},
	"GET /api/v1/audit":         {allow: []string{"auditor"}},
	"POST /audit/verify":        {form: url.Values{}, allow: []string{"auditor"}},
	"POST /api/v1/audit/verify": {form: url.Values{}, allow: []string{"auditor"}},

	"GET /account":                    {allow: members},
	"GET /api/v1/account":             {allow: members},
	"POST /account/password":          {form: url.Values{}, allow: members, want: 401},
	"POST /account/second":            {form: url.Values{}, allow: members, want: 401},
	"POST /tokens":                    {form: url.Values{}, allow: members, want: 422},
	"POST /api/v1/tokens":             {form: url.Values{}, allow: members, want: 422},
	"POST /tokens/{id}/revoke":        {path: "/tokens/none/revoke", form: url.Values{}, allow: members, want: 404},
	"POST /api/v1/tokens/{id}/revoke": {path: "/api/v1/tokens/none/revoke", form: url.Values{}, allow: members, want: 404},
	"GET /sessions":                   {allow: managers},
	"GET /api/v1/sessions":            {allow: managers},
	"POST /sessions/{id}/end":         {path: "/sessions/00/end", form: url.Values{}, allow: members, want: 404},
	"POST /api/v1/sessions/{id}/end":  {path: "/api/v1/sessions/00/end", form: url.Values{}, allow: members, want: 404},
	"GET /keys":                       {allow: managers},
	"GET /api/v1/keys":                {allow: managers},
	"GET /retention":                  {allow: managers},
	"GET /api/v1/retention":           {allow: managers},
	"POST /retention":                 {form: url.Values{"age": {"2y"}, "do": {"preview"}}, allow: managers},
	"POST /api/v1/retention":          {form: url.Values{"age": {"2y"}, "do": {"preview"}}, allow: managers},
	"GET /accounts":                   {allow: managers},
	"GET /api/v1/accounts":            {allow: managers},
	"POST /accounts":                  {form: url.Values{}, allow: managers, want: 422},
	"POST /api/v1/accounts":           {form: url.Values{}, allow: managers, want: 422},
	"POST /accounts/{login}":          {path: "/accounts/nobody", form: url.Values{}, allow: managers, want: 404},
	"POST /api/v1/accounts/{login}":   {path: "/api/v1/accounts/nobody", form: url.Values{}, allow: managers, want: 404},
}

// TestEveryRouteForEveryRole asks each route as each role, and without an account.
// Whoever may not gets nothing of it; who sees one share gets nothing of the other.
func TestEveryRouteForEveryRole(t *testing.T) {
	s := newSite(t)
	names := web.Routes(options(s))
	for _, name := range names {
		if _, ok := rows[name]; !ok {
			t.Errorf("route %q has no row: say who may use it", name)
		}
	}
	for name := range rows {
		if !slices.Contains(names, name) {
			t.Errorf("row %q is about no route", name)
		}
	}
	for login, r := range roles {
		s.add(login, "", r, "rh")
	}
	for login := range roles {
		b := s.signedIn(login)
		for _, name := range names {
			if name == "POST /signout" {
				continue // TestSigningIn
			}
			method, pattern, _ := strings.Cut(name, " ")
			row := rows[name]
			path := row.path
			if path == "" {
				path = pattern
			}
			got := b.do(method, path, row.form, nil)
			may := slices.Contains(row.allow, login)
			want := row.want
			switch {
			case !may:
				want = http.StatusForbidden
			case want == 0:
				want = http.StatusOK
			}
			if want > 0 && got.status != want {
				t.Errorf("%s as %s: %d, want %d\n%.300s", name, login, got.status, want, got.body)
			}
			for _, word := range append([]string{revealed}, outside...) {
				if strings.Contains(got.body, word) {
					t.Errorf("%s as %s tells %q", name, login, word)
				}
			}
			if row.other == "" && !row.within {
				continue
			}
			form := url.Values{}
			for k, v := range row.form {
				form[k] = []string{strings.Replace(v[0], string(inScope.ID), string(outScope.ID), 1)}
			}
			got = b.do(method, cmp.Or(row.other, strings.Replace(path, string(inScope.ID), string(outScope.ID), 1)), form, nil)
			if want := map[bool]int{true: http.StatusNotFound, false: http.StatusForbidden}[may]; got.status != want {
				t.Errorf("%s as %s outside of the scope: %d, want %d", name, login, got.status, want)
			}
		}
	}
}

// TestNobodyGetsIn asks each route without an account.
func TestNobodyGetsIn(t *testing.T) {
	s := newSite(t)
	for _, name := range web.Routes(options(s)) {
		row := rows[name]
		if slices.Contains(row.allow, "") {
			continue
		}
		method, path, _ := strings.Cut(name, " ")
		if row.path != "" {
			path = row.path
		}
		got := s.browser().do(method, path, row.form, nil)
		want := http.StatusUnauthorized
		if method == "GET" && !strings.HasPrefix(path, "/api/") {
			want = http.StatusSeeOther
		}
		if got.status != want {
			t.Errorf("%s without an account: %d, want %d", name, got.status, want)
		}
		for _, word := range append([]string{"paie", "rh"}, outside...) {
			if strings.Contains(got.body, word) {
				t.Errorf("%s without an account tells %q", name, word)
			}
		}
	}
}

// TestNoShareIsNothing wants an account without a share to see none.
func TestNoShareIsNothing(t *testing.T) {
	s := newSite(t)
	s.add("nobody", "", []web.Role{web.DPO})
	b := s.signedIn("nobody")
	if got := b.get("/api/v1/search").object(t)["total"]; got != 0.0 {
		t.Errorf("total %v, want 0", got)
	}
	if got := b.get("/documents/" + string(inScope.ID)); got.status != http.StatusNotFound {
		t.Errorf("document: %d, want 404", got.status)
	}
	if got := b.get("/api/v1/overview").object(t); got["files"] != 0.0 || len(got["runs"].([]any)) != 0 {
		t.Errorf("overview: %v", got)
	}
}

// TestEveryShare wants an account of all shares to see both.
func TestEveryShare(t *testing.T) {
	s := newSite(t)
	s.add("all", "", []web.Role{web.DPO}, "*")
	b := s.signedIn("all")
	if got := b.get("/api/v1/search").object(t)["total"]; got != 2.0 {
		t.Errorf("total %v, want 2", got)
	}
	if got := b.get("/documents/" + string(outScope.ID)); got.status != http.StatusOK {
		t.Errorf("document: %d, want 200", got.status)
	}
}
