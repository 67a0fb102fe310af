package main

import (
	"os"
	"strings"

	"github.com/spf13/cobra"

	"poterne/web"
	"poterne/web/openid"
)

// providerOptions name an identity provider.
type providerOptions struct {
	name, issuer, client, secretFile, redirect string
	acr                                        []string
	pkce, unsigned                             bool
}

func (o *providerOptions) flags(a *app, cmd *cobra.Command) {
	f := cmd.Flags()
	f.StringVar(&o.issuer, "oidc-issuer", "", a.say("adresse du fournisseur d'identité (OpenID Connect)", "address of the identity provider (OpenID Connect)"))
	f.StringVar(&o.name, "oidc-name", "ProConnect", a.say("nom montré du fournisseur", "name shown of the provider"))
	f.StringVar(&o.client, "oidc-client", "", a.say("identifiant de ce service chez lui", "id of this service there"))
	f.StringVar(&o.secretFile, "oidc-secret-file", "", a.say("fichier (0600) du secret de ce service", "file (0600) of the secret of this service"))
	f.StringVar(&o.redirect, "oidc-redirect", "", a.say("adresse de retour déclarée : https://…/signin/callback", "declared address of return: https://…/signin/callback"))
	f.StringSliceVar(&o.acr, "oidc-acr", openid.MFA, a.say("niveaux de garantie acceptés", "assurance levels taken"))
	f.BoolVar(&o.pkce, "oidc-pkce", false, a.say("envoyer un défi PKCE (ProConnect le refuse)", "send a PKCE challenge (ProConnect refuses it)"))
	f.BoolVar(&o.unsigned, "oidc-unsigned-userinfo", false, a.say("accepter des informations de personne non signées", "take user information that is not signed"))
}

// open returns the provider, or nil where none is named.
func (o providerOptions) open() (web.Provider, error) {
	if o.issuer == "" {
		return nil, nil
	}
	secret, err := readSecret(o.secretFile)
	if err != nil {
		return nil, fail(exitUsage, "--oidc-secret-file", "%w", err)
	}
	p, err := openid.New(openid.Options{Issuer: o.issuer, ClientID: o.client, Secret: secret, Redirect: o.redirect, ACR: o.acr, PKCE: o.pkce, Unsigned: o.unsigned})
	if err != nil {
		return nil, fail(exitUsage, "--oidc-issuer, --oidc-client, --oidc-secret-file, --oidc-redirect", "%w", err)
	}
	return p, nil
}

// readSecret reads a secret that its owner alone may read.
func readSecret(name string) (string, error) {
	info, err := os.Stat(name)
	if err != nil {
		return "", err
	}
	if info.Mode().Perm()&0o077 != 0 && os.PathSeparator == '/' {
		return "", &os.PathError{Op: "read", Path: name, Err: os.ErrPermission}
	}
	b, err := os.ReadFile(name)
	return strings.TrimSpace(string(b)), err
}
