package main

import (
	"time"

	"github.com/spf13/cobra"

	"poterne/sources"
)

// sourceOptions are the flags of commands that walk shares.
type sourceOptions struct {
	include, exclude []string
	walkers          int
	credentials      string
	netTimeout       time.Duration
	netPatience      time.Duration
	bandwidth        int64
	iops             int
	allowHTTP        bool
}

func (o *sourceOptions) sourceFlags(a *app, cmd *cobra.Command) {
	o.netTimeout, o.netPatience = 30*time.Second, 2*time.Minute
	f := cmd.Flags()
	f.StringSliceVar(&o.include, "include", nil, a.say("ne lire que les chemins de ces motifs (« ** » traverse les dossiers)", "read only paths of these globs (“**” spans folders)"))
	f.StringSliceVar(&o.exclude, "exclude", nil, a.say("laisser les chemins de ces motifs", "leave out paths of these globs"))
	f.Var((*countFlag)(&o.walkers), "walkers", a.say("dossiers listés à la fois (défaut : 4, ou 8 sur un serveur ; 8 à 32 sur un partage monté)", "folders listed at once (default: 4, or 8 on a server; 8 to 32 on a mounted share)"))
	f.StringVar(&o.credentials, "credentials", "", a.say("fichier (0600) des comptes des serveurs : user = …, password = … (voir docs/sources.md)", "file (0600) of the accounts of servers: user = …, password = … (see docs/sources.md)"))
	f.Var((*timeFlag)(&o.netTimeout), "net-timeout", a.say("temps laissé à un serveur pour une requête", "time that a server has for one request"))
	f.Var((*timeFlag)(&o.netPatience), "net-patience", a.say("temps pendant lequel attendre un serveur qui ne répond plus", "time to wait for a server that no longer answers"))
	f.Var((*sizeFlag)(&o.bandwidth), "bandwidth", a.say("octets lus par seconde au plus, tous partages ensemble (20MB)", "bytes read a second at most, all shares together (20MB)"))
	f.Var((*countFlag)(&o.iops), "iops", a.say("demandes par seconde au plus, tous partages ensemble (200)", "requests a second at most, all shares together (200)"))
	f.BoolVar(&o.allowHTTP, "allow-http", false, a.say("permettre s3+http:// vers une autre machine : ce qui est lu peut être vu et changé en chemin", "allow s3+http:// to another machine: what is read can be seen and changed on its way"))
}

// listing says what of a share is walked.
func (o sourceOptions) listing() sources.LocalOptions {
	return sources.LocalOptions{Include: o.include, Exclude: o.exclude, Workers: o.walkers}
}

// keyring reads the accounts of servers.
func (o sourceOptions) keyring() (sources.Keyring, error) {
	if o.credentials == "" {
		return nil, nil
	}
	keyring, err := sources.ReadKeyring(o.credentials)
	if err != nil {
		return nil, fail(exitUsage, "--credentials FICHIER", "%w", err)
	}
	return keyring, nil
}

// open opens shares. The caller closes them.
func (o sourceOptions) open(roots []sources.Root) (*sources.Shares, error) {
	keyring, err := o.keyring()
	if err != nil {
		return nil, err
	}
	shares, err := sources.Open(roots, sources.Options{
		LocalOptions: o.listing(), Keyring: keyring, Timeout: o.netTimeout, Patience: o.netPatience, AllowHTTP: o.allowHTTP,
		Bandwidth: o.bandwidth, IOPS: o.iops,
	})
	if err != nil {
		return nil, fail(exitUsage, "", "%w", err)
	}
	return shares, nil
}
