// Package securitykey asks people for their security keys (WebAuthn), as a second
// factor beside a password.
package securitykey

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"time"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"

	"poterne/web"
)

// patience is how long a person has to touch a key.
const patience = 5 * time.Minute

// Keys asks for security keys, each time for the site that the browser is on: a key
// that was added on one site answers to no other. The zero value is ready.
type Keys struct{}

// Works reports whether browsers ask for keys on an origin: by a name, not an address.
func (Keys) Works(origin string) bool {
	u, err := url.Parse(origin)
	if err != nil || u.Hostname() == "" {
		return false
	}
	_, err = netip.ParseAddr(u.Hostname())
	return err != nil
}

// site is the party that asks, on one origin.
func site(origin string) (*webauthn.WebAuthn, error) {
	u, err := url.Parse(origin)
	if err != nil {
		return nil, err
	}
	limit := webauthn.TimeoutConfig{Enforce: true, Timeout: patience, TimeoutUVD: patience}
	return webauthn.New(&webauthn.Config{
		RPID: u.Hostname(), RPDisplayName: "Poterne", RPOrigins: []string{origin},
		Timeouts: webauthn.TimeoutsConfig{Login: limit, Registration: limit},
		// The password is the first factor: a touch is enough, nothing is kept on the
		// key, and nobody asks who made it.
		AttestationPreference: protocol.PreferNoAttestation,
		AuthenticatorSelection: protocol.AuthenticatorSelection{
			UserVerification: protocol.VerificationDiscouraged, ResidentKey: protocol.ResidentKeyRequirementDiscouraged,
		},
	})
}

// BeginAdd returns what the browser is to ask a new key, as JSON, and what is to be
// kept until the answer.
func (Keys) BeginAdd(origin string, a web.Account) (options, state string, err error) {
	w, u, err := of(origin, a)
	if err != nil {
		return "", "", err
	}
	creation, session, err := w.BeginRegistration(u, webauthn.WithExclusions(webauthn.Credentials(u.keys).CredentialDescriptors()))
	if err != nil {
		return "", "", fmt.Errorf("security key: %w", err)
	}
	return both(creation, session)
}

// FinishAdd returns the key that gave an answer. One that does not hold is
// [web.ErrCredentials].
func (Keys) FinishAdd(origin string, a web.Account, state, answer string) (web.SecurityKey, error) {
	w, session, u, err := prepare(origin, a, state)
	if err != nil {
		return web.SecurityKey{}, err
	}
	parsed, err := protocol.ParseCredentialCreationResponseBytes([]byte(answer))
	if err != nil {
		return web.SecurityKey{}, refused(err)
	}
	key, err := w.CreateCredential(u, session, parsed)
	if err != nil {
		return web.SecurityKey{}, refused(err)
	}
	// Who made the key is of no use here.
	key.Attestation = webauthn.CredentialAttestation{}
	return stored(key)
}

// BeginUse returns what the browser is to ask one of the keys of an account.
func (Keys) BeginUse(origin string, a web.Account) (options, state string, err error) {
	w, u, err := of(origin, a)
	if err != nil {
		return "", "", err
	}
	assertion, session, err := w.BeginLogin(u)
	if err != nil {
		return "", "", fmt.Errorf("security key: %w", err)
	}
	return both(assertion, session)
}

// FinishUse returns the key that gave an answer, with its counter as it is now. An
// answer that does not hold, or of a key that was copied, is [web.ErrCredentials].
func (Keys) FinishUse(origin string, a web.Account, state, answer string) (web.SecurityKey, error) {
	w, session, u, err := prepare(origin, a, state)
	if err != nil {
		return web.SecurityKey{}, err
	}
	parsed, err := protocol.ParseCredentialRequestResponseBytes([]byte(answer))
	if err != nil {
		return web.SecurityKey{}, refused(err)
	}
	key, err := w.ValidateLogin(u, session, parsed)
	if err != nil {
		return web.SecurityKey{}, refused(err)
	}
	if key.Authenticator.CloneWarning {
		return web.SecurityKey{}, refused(errors.New("its counter went back"))
	}
	return stored(key)
}

// of returns the site and the owner of the keys of an account.
func of(origin string, a web.Account) (*webauthn.WebAuthn, *user, error) {
	w, err := site(origin)
	if err != nil {
		return nil, nil, err
	}
	u, err := owner(a)
	return w, u, err
}

// prepare returns what an answer is checked with: besides, what was asked.
func prepare(origin string, a web.Account, state string) (w *webauthn.WebAuthn, asked webauthn.SessionData, u *user, err error) {
	if err := json.Unmarshal([]byte(state), &asked); err != nil {
		return nil, asked, nil, refused(errors.New("nothing was asked"))
	}
	w, u, err = of(origin, a)
	return w, asked, u, err
}

// refused says that an answer does not hold. Details of the library stay: they name
// steps of the check, no secret.
func refused(err error) error { return fmt.Errorf("%w: security key: %w", web.ErrCredentials, err) }

func both(options, session any) (string, string, error) {
	o, err := json.Marshal(options)
	if err != nil {
		return "", "", err
	}
	s, err := json.Marshal(session)
	return string(o), string(s), err
}

// stored writes a key as accounts keep it.
func stored(c *webauthn.Credential) (web.SecurityKey, error) {
	data, err := json.Marshal(c)
	sum := sha256.Sum256(c.ID)
	return web.SecurityKey{ID: hex.EncodeToString(sum[:8]), Data: data}, err
}

// user is an account as the library wants it.
type user struct {
	web.Account
	keys []webauthn.Credential
}

func owner(a web.Account) (*user, error) {
	u := &user{Account: a}
	for _, k := range a.Keys {
		var c webauthn.Credential
		if err := json.Unmarshal(k.Data, &c); err != nil {
			return nil, errors.New("a security key is not readable")
		}
		u.keys = append(u.keys, c)
	}
	return u, nil
}

// WebAuthnID names the account to keys, and tells nothing of it.
func (u *user) WebAuthnID() []byte { return bytes.Clone(u.Handle) }

// WebAuthnName is shown by browsers.
func (u *user) WebAuthnName() string { return u.Login }

// WebAuthnDisplayName is shown by browsers.
func (u *user) WebAuthnDisplayName() string { return u.Login }

// WebAuthnCredentials are the keys of the account.
func (u *user) WebAuthnCredentials() []webauthn.Credential { return u.keys }
