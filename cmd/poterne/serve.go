package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"poterne/classifiers"
	"poterne/extract/sandbox"
	"poterne/index"
	"poterne/internal/seal"
	"poterne/ledger"
	"poterne/policy"
	"poterne/report"
	"poterne/sources"
	"poterne/web"
	"poterne/web/accounts"
	"poterne/web/securitykey"
)

type serveOptions struct {
	roomOptions
	listen   string
	hosts    []string
	tlsCert  string
	tlsKey   string
	themeDir string
	demo     bool
	rate     float64

	catalogue   catalogueOptions
	provider    providerOptions
	proxyHeader string

	reveal       bool
	revealSecond bool
	credentials  string
	profiles     string
	retention    string
}

func newServe(a *app) *cobra.Command {
	var o serveOptions
	cmd := &cobra.Command{
		Use:     "serve",
		Aliases: []string{"servir"},
		Short:   a.say("Servir les pages où travaille un DPO", "Serve the pages where a DPO works"),
		Long: a.say(`Sert, depuis ce qui est enregistré, les pages de recherche, d'explication et de
décision. N'écoute que cette machine, sauf adresse donnée par --listen, et jamais en
clair au-delà d'elle. Les comptes se font d'abord par « poterne serve account add ».`,
			`Serves pages to search, explain and decide, from what is stored. Listens to this
machine only unless --listen gives an address, and never in clear beyond it. Accounts
are made by “poterne serve account add” first.`),
		Example: `  poterne serve --demo
  poterne serve --listen 10.0.0.5:8443 --tls-cert cert.pem --tls-key key.pem --host poterne.example`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return a.serve(cmd.Context(), o) },
	}
	f := cmd.Flags()
	f.StringVar(&o.listen, "listen", "127.0.0.1:8642", a.say("adresse et port, ou unix:/chemin", "address and port, or unix:/path"))
	f.StringSliceVar(&o.hosts, "host", nil, a.say("noms sous lesquels les pages sont demandées", "names under which pages are asked for"))
	f.StringVar(&o.tlsCert, "tls-cert", "", a.say("certificat (PEM), relu quand il change", "certificate (PEM), read again when it changes"))
	f.StringVar(&o.tlsKey, "tls-key", "", a.say("clé privée du certificat (PEM)", "private key of the certificate (PEM)"))
	f.StringVar(&o.themeDir, "theme-dir", "", a.say("dossier de theme.css et de ses images", "folder of theme.css and its pictures"))
	f.Float64Var(&o.rate, "rate", 200, a.say("demandes par seconde acceptées d'une adresse", "requests a second taken from one address"))
	f.BoolVar(&o.demo, "demo", false, a.say("analyser le partage d'exemple, faire un compte, et servir", "scan the example share, make an account, and serve"))
	o.verdictFlags(a, cmd)
	o.catalogue.flags(a, cmd)
	o.provider.flags(a, cmd)
	f.BoolVar(&o.reveal, "reveal", false, a.say("permettre au rôle revealer de relire des valeurs à la source", "let the role revealer read values again at the source"))
	f.BoolVar(&o.revealSecond, "reveal-second", false, a.say("avec --reveal : une seconde personne donne son accord à chaque fois", "with --reveal: a second person agrees each time"))
	f.StringVar(&o.credentials, "credentials", "", a.say("fichier (0600) des comptes des serveurs, pour relire et analyser (voir docs/sources.md)", "file (0600) of the accounts of servers, to read again and scan (see docs/sources.md)"))
	f.StringVar(&o.profiles, "profiles", "", a.say("fichier YAML des analyses que les pages peuvent lancer : un nom, ses roots et les options de scan", "YAML file of the scans that the pages may start: a name, its roots and the options of scan"))
	f.StringVar(&o.retention, "retention", "", a.say("âge proposé à la purge par la page Conservation : 24mo, 2y, 90d", "age that the page of retention proposes to a purge: 24mo, 2y, 90d"))
	f.StringVar(&o.proxyHeader, "proxy-header", "", a.say("en-tête où un mandataire de confiance dit l'identifiant ; avec --listen unix: seulement", "header in which a trusted proxy tells the login; with --listen unix: only"))
	cmd.AddCommand(newServeAccount(a))
	return cmd
}

// serve answers until a signal.
func (a *app) serve(ctx context.Context, o serveOptions) error {
	ctx, stop := signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM)
	defer stop()
	ln, err := a.listener(o)
	if err != nil {
		return err
	}
	defer ln.Close()
	if o.demo {
		o.reveal = true
		dir, err := a.demoState()
		if err != nil {
			return err
		}
		defer os.RemoveAll(dir)
	}
	p, err := a.openPages(ctx, o)
	if err != nil {
		return err
	}
	defer p.Close()
	if o.demo {
		if err := a.demoAccount(ctx, p.accounts); err != nil {
			return err
		}
	}
	if list, err := p.accounts.Accounts(ctx); err == nil && len(list) == 0 {
		a.note("aucun compte : personne ne peut se connecter", "no account: nobody can sign in")
		a.hint("poterne serve account add LOGIN --role dpo < FICHIER", "poterne serve account add LOGIN --role dpo < FILE")
	}
	handler, err := web.New(p.options)
	if err != nil {
		return err
	}
	srv := web.Server(handler, p.options.Log)
	failed := make(chan error, 1)
	go func() { failed <- srv.Serve(ln) }()
	scheme := "http"
	if o.tlsCert != "" {
		scheme = "https"
	}
	a.note("pages : %s://%s/", "pages: %s://%s/", scheme, ln.Addr())
	select {
	case err := <-failed:
		return fmt.Errorf("serve: %w", err)
	case <-ctx.Done():
	}
	// Requests in hand get the time that a slow search takes.
	last, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	if err := srv.Shutdown(last); err != nil {
		srv.Close()
	}
	return nil
}

// listener opens the address, and refuses to speak in clear beyond this machine.
func (a *app) listener(o serveOptions) (net.Listener, error) {
	if o.proxyHeader != "" && !strings.HasPrefix(o.listen, "unix:") {
		return nil, fail(exitUsage, "--listen unix:/run/poterne/web.sock", "%s", a.say("un en-tête de mandataire n'est cru que par une socket unix", "a header of a proxy is believed over a unix socket only"))
	}
	if path, ok := strings.CutPrefix(o.listen, "unix:"); ok {
		return listenUnix(path)
	}
	host, _, err := net.SplitHostPort(o.listen)
	if err != nil {
		return nil, fail(exitUsage, "--listen 127.0.0.1:8642", "--listen: %w", err)
	}
	if (o.tlsCert == "") != (o.tlsKey == "") {
		return nil, fail(exitUsage, "--tls-cert, --tls-key", "%s", a.say("le certificat et sa clé vont ensemble", "the certificate and its key go together"))
	}
	if o.tlsCert == "" && !loopback(host) {
		return nil, fail(exitUsage, "--tls-cert, --tls-key", "%s", a.say("refus de servir en clair au-delà de cette machine", "refusing to serve in clear beyond this machine"))
	}
	var config *tls.Config
	if o.tlsCert != "" {
		if config, err = web.Certificate(o.tlsCert, o.tlsKey); err != nil {
			return nil, fail(exitUsage, "--tls-cert, --tls-key", "%w", err)
		}
	}
	ln, err := net.Listen("tcp", o.listen)
	if err != nil {
		return nil, fail(exitFailure, "--listen", "%w", err)
	}
	if config != nil {
		ln = tls.NewListener(ln, config)
	}
	return ln, nil
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// listenUnix opens a socket that the owner and the group may use.
func listenUnix(path string) (net.Listener, error) {
	// A socket left by a killed service is replaced; anything else is not.
	if info, err := os.Lstat(path); err == nil && info.Mode()&fs.ModeSocket != 0 {
		if c, err := net.Dial("unix", path); err == nil {
			c.Close()
			return nil, fail(exitLocked, "--listen", "%s: in use", path)
		}
		if err := os.Remove(path); err != nil {
			return nil, err
		}
	}
	ln, err := net.Listen("unix", path)
	if err != nil {
		return nil, fail(exitFailure, "--listen unix:/run/poterne/web.sock", "%w", err)
	}
	if err := os.Chmod(path, 0o660); err != nil {
		ln.Close()
		return nil, err
	}
	return ln, nil
}

// pages are what the web pages stand on, open.
type pages struct {
	options  web.Options
	ledger   *ledger.Ledger
	accounts *accounts.Store
	store    *pageStore
	readers  *sandbox.Pool // for reveals, or nil
}

// Close closes what is open.
func (p *pages) Close() error {
	var err error
	if p.readers != nil {
		err = p.readers.Close()
	}
	return errors.Join(err, p.store.close(), p.accounts.Close(), p.ledger.Close())
}

func (a *app) openPages(ctx context.Context, o serveOptions) (*pages, error) {
	dir, err := a.statePath()
	if err != nil {
		return nil, err
	}
	if _, err := os.Stat(ledgerDir(dir)); errors.Is(err, fs.ErrNotExist) {
		return nil, a.noState(dir)
	}
	v, err := a.openVerdicts(o.roomOptions)
	if err != nil {
		return nil, err
	}
	led, err := ledger.Open(ctx, ledgerDir(dir), v.keys.For(seal.Ledger), ledger.Options{Audit: v.keys.For(seal.Audit)})
	if err != nil {
		return nil, err
	}
	acc, err := accounts.Open(ctx, accountsDir(dir), v.keys.For(seal.Web))
	if err != nil {
		led.Close()
		return nil, err
	}
	p := &pages{ledger: led, accounts: acc, store: &pageStore{ledger: led, dir: indexDir(dir), key: v.keys.For(seal.Index)}}
	p.options = web.Options{
		Lang: a.lang, Version: programVersion(), Secure: o.tlsCert != "" || o.proxyHeader != "", Hosts: a.hosts(o), Demo: o.demo, Rate: o.rate,
		Log:   slog.New(slog.NewTextHandler(inertWriter{a.stderr}, &slog.HandlerOptions{Level: a.logLevel()})),
		Store: p.store, Accounts: acc, Sessions: acc,
		Query:   index.Parse,
		Match:   index.Matcher,
		Mistake: mistake,
		Words:   func(lang string) web.Words { return pageWords(v.policy, lang) },
		Line:    pageLine(v.policy),
		Audit:   func(ctx context.Context, e web.Event) error { return led.Append(ctx, entryOf(e)) },
	}
	rules, err := classifiers.Load(a.rules)
	if err == nil {
		p.options.Rules = func(lang string) web.RuleBook { return ruleBook(rules, lang) }
		others := &otherPolicies{inForce: policy.Options{Actor: o.actor, Doctrine: o.doctrine, Dir: a.policyDir, Published: o.published}}
		p.options.RuleDiff, p.options.Policy = ruleDiff(rules), policySheet(v.policy, others)
		p.options.Simulate = a.simulatePages(led, v, others)
		p.options.Try, p.options.Fingerprints = v.try, v.classifier.Fingerprints
		err = a.openCatalogue(p, o, v.policy)
	}
	if err != nil {
		p.Close()
		return nil, err
	}
	p.options.Export, p.options.Formats = exportPage(v.policy), exportFormats
	lines := newTrail(led)
	p.options.Trail = lines.lines
	p.options.VerifyTrail = func(ctx context.Context) (string, error) {
		head, err := led.VerifyAudit(ctx)
		return head.String(), err
	}
	p.options.Shelf = acc
	if err := a.openReveal(p, o, dir, v); err != nil {
		p.Close()
		return nil, err
	}
	p.options.SecurityKeys = securitykey.Keys{}
	p.options.ProxyHeader, p.options.ProviderName = o.proxyHeader, o.provider.name
	if p.options.Provider, err = o.provider.open(); err != nil {
		p.Close()
		return nil, err
	}
	p.options.Reviews = pageReviews{&desk{app: a.at(dir), dir: dir, keys: v.keys, ledger: led, rv: a.newReviewer(led, v)}}
	p.options.Derogations = pageDerogations{led, v.policy}
	if o.retention != "" {
		if _, err := ago(o.retention, time.Now()); err != nil {
			p.Close()
			return nil, fail(exitUsage, "--retention 24mo", "--retention: %w", err)
		}
	}
	list, err := a.loadProfiles(o.profiles, o.roomOptions)
	if err != nil {
		p.Close()
		return nil, err
	}
	p.options.Keys, p.options.Purge, p.options.Retention = a.at(dir).keySheet(v.keys), a.at(dir).purgePages(), o.retention
	p.options.Scans = &scans{app: a.at(dir), opts: o, profiles: list, ledger: led, log: p.options.Log}
	if o.themeDir != "" {
		root, err := os.OpenRoot(o.themeDir)
		if err != nil {
			p.Close()
			return nil, fail(exitUsage, "--theme-dir", "%w", err)
		}
		p.options.Theme = root.FS()
	}
	return p, nil
}

// openReveal lets the pages read documents again, where the operator wants it.
func (a *app) openReveal(p *pages, o serveOptions, dir string, v *verdicts) error {
	if !o.reveal {
		return nil
	}
	var keyring sources.Keyring
	var err error
	if o.credentials != "" {
		if keyring, err = sources.ReadKeyring(o.credentials); err != nil {
			return fail(exitUsage, "--credentials FICHIER", "%w", err)
		}
	}
	if p.readers, _, err = a.openReaders(readerOptions{ocr: "off"}, 1, dir); err != nil {
		return err
	}
	r := &revealer{ledger: p.ledger, classifier: v.classifier, readers: p.readers, options: sources.Options{Keyring: keyring}, turn: make(chan struct{}, 1)}
	p.options.Reveal, p.options.RevealSecond = r.reveal, o.revealSecond
	return nil
}

// openCatalogue gives the pages the catalogue of destinations.
func (a *app) openCatalogue(p *pages, o serveOptions, pol *decider) error {
	c, err := o.catalogue.load()
	if err != nil {
		return err
	}
	p.options.Destinations = func(lang string) []web.Destination { return catalogued(c, pol, lang) }
	p.options.Admits = admits(c, pol)
	p.options.PlanFile = a.planFile(p.ledger, c, pol)
	return nil
}

// at returns a with the whole paths of its state folder and key.
func (a *app) at(dir string) *app {
	b := *a
	b.state = dir
	if key, load, err := a.keySource(); err == nil && load == nil {
		if key, err = filepath.Abs(key); err == nil {
			b.key = key
		}
	}
	return &b
}

// hosts are the names that requests may be for. Behind a socket, or where no name is
// given with TLS, the proxy or the certificate says it.
func (a *app) hosts(o serveOptions) []string {
	host, _, err := net.SplitHostPort(o.listen)
	switch {
	case len(o.hosts) > 0:
		return o.hosts
	case err == nil && loopback(host):
		return []string{"localhost", "127.0.0.1", "::1", host}
	}
	return nil
}

func (a *app) logLevel() slog.Level {
	switch {
	case a.quiet:
		return slog.LevelError
	case a.verbose > 0:
		return slog.LevelDebug
	}
	return slog.LevelInfo
}

// inertWriter makes lines of a log harmless on a terminal.
type inertWriter struct{ io.Writer }

func (w inertWriter) Write(b []byte) (int, error) {
	_, err := io.WriteString(w.Writer, report.Inert(strings.TrimSuffix(string(b), "\n"))+"\n")
	return len(b), err
}

// demoState scans the example share into a new folder, which the caller removes.
func (a *app) demoState() (string, error) {
	dir, err := os.MkdirTemp("", "poterne-demo-*")
	if err != nil {
		return "", fmt.Errorf("demonstration: %w", err)
	}
	a.note("analyse du partage d'exemple…", "scanning the example share…")
	if code := run([]string{"--lang", a.lang, "--quiet", "demo", dir}, strings.NewReader(""), io.Discard, a.stderr); code != exitOK {
		os.RemoveAll(dir)
		return "", silent(code)
	}
	a.state, a.key = filepath.Join(dir, "etat"), filepath.Join(dir, "cle")
	return dir, nil
}
