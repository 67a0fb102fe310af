package accounts

import (
	"errors"
	"testing"
	"time"

	"poterne/internal/seal"
	"poterne/web"
)

// TestASessionThatWasEndedStaysSo ends a session while a request of it is under way,
// which then writes it again.
func TestASessionThatWasEndedStaysSo(t *testing.T) {
	s, err := Open(t.Context(), t.TempDir(), seal.NewKey().For(seal.Web))
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	for _, token := range []string{"one", "two"} {
		if err := s.CommitCtx(t.Context(), token, []byte("data of "+token), time.Now().Add(time.Hour)); err != nil {
			t.Fatal(err)
		}
	}
	list, err := s.Sessions(t.Context())
	if err != nil || len(list) != 2 {
		t.Fatalf("%d sessions, %v", len(list), err)
	}
	for _, x := range list {
		if string(x.Data) != "data of one" {
			continue
		}
		if err := s.EndSession(t.Context(), x.ID); err != nil {
			t.Fatal(err)
		}
		if err := s.EndSession(t.Context(), x.ID); !errors.Is(err, web.ErrNotFound) {
			t.Errorf("ended twice: %v", err)
		}
	}
	if err := s.CommitCtx(t.Context(), "one", []byte("later data"), time.Now().Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	if _, found, err := s.FindCtx(t.Context(), "one"); found || err != nil {
		t.Errorf("the session is back: %v", err)
	}
	if _, found, _ := s.FindCtx(t.Context(), "two"); !found {
		t.Error("the other session is gone")
	}
	for _, id := range []string{"", "zz", "00"} {
		if err := s.EndSession(t.Context(), id); !errors.Is(err, web.ErrNotFound) {
			t.Errorf("id %q: %v", id, err)
		}
	}
}

// TestKeysOfAnAccount adds, uses and removes security keys.
func TestKeysOfAnAccount(t *testing.T) {
	s, err := Open(t.Context(), t.TempDir(), seal.NewKey().For(seal.Web))
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if err := s.Add(t.Context(), web.Account{Login: "c.morel", Roles: []web.Role{web.DPO}}, "correct horse battery"); err != nil {
		t.Fatal(err)
	}
	key := web.SecurityKey{ID: "a1", Name: "bleue", Data: []byte("1")}
	if err := s.AddKey(t.Context(), "c.morel", key); err != nil {
		t.Fatal(err)
	}
	if err := s.AddKey(t.Context(), "c.morel", key); !errors.Is(err, web.ErrRefused) {
		t.Errorf("the same key twice: %v", err)
	}
	a, err := s.Authenticate(t.Context(), "c.morel", "correct horse battery", "123456")
	if !errors.Is(err, web.ErrSecurityKey) || len(a.Keys) != 1 || len(a.Handle) != 32 {
		t.Errorf("the password with a code of nothing: %v, %d keys", err, len(a.Keys))
	}
	if _, err := s.Authenticate(t.Context(), "c.morel", "not the password", ""); !errors.Is(err, web.ErrCredentials) {
		t.Errorf("a wrong password: %v", err)
	}
	key.Data = []byte("2")
	if err := s.UseKey(t.Context(), "c.morel", key); err != nil {
		t.Fatal(err)
	}
	if a, err := s.Account(t.Context(), "c.morel"); err != nil || string(a.Keys[0].Data) != "2" || a.Keys[0].Used.IsZero() || a.Keys[0].Name != "bleue" {
		t.Errorf("after its use: %+v, %v", a.Keys, err)
	}
	if err := s.RemoveKey(t.Context(), "c.morel", "b2"); !errors.Is(err, web.ErrNotFound) {
		t.Errorf("an unknown key: %v", err)
	}
	for i := range mostKeys {
		err := s.AddKey(t.Context(), "c.morel", web.SecurityKey{ID: string(rune('A' + i)), Name: "x"})
		if last := i == mostKeys-1; last != errors.Is(err, web.ErrRefused) {
			t.Errorf("key %d: %v", i+2, err)
		}
	}
	if err := s.RemoveKey(t.Context(), "c.morel", ""); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Authenticate(t.Context(), "c.morel", "correct horse battery", ""); err != nil {
		t.Errorf("without keys: %v", err)
	}
}
