package main

import (
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"poterne/classifiers/subject"
)

// openModel opens the model of --model, whose signature (FILE.sig) has to be by the
// key of --model-key, or the embedded one. There is no way to read an unsigned one:
// who can change the model decides what is told to be public.
func (a *app) openModel() (*subject.Model, error) {
	switch {
	case a.model == "" && a.modelKey != "":
		return nil, fail(exitUsage, "--model", "%s", a.say("--model-key sans --model", "--model-key without --model"))
	case a.model == "":
		m, err := subject.Open()
		if err != nil {
			return nil, fmt.Errorf("embedded model: %w", err)
		}
		return m, nil
	case a.modelKey == "":
		return nil, fail(exitUsage, "--model-key", "%s", a.say("--model demande la clé publique de qui l'a signé", "--model needs the public key of who signed it"))
	}
	return a.openSigned(a.model)
}

// openSigned opens a signed model file.
func (a *app) openSigned(path string) (*subject.Model, error) {
	var read [3][]byte
	for i, name := range []string{path, path + ".sig", a.modelKey} {
		var err error
		if read[i], err = os.ReadFile(name); err != nil {
			return nil, fail(exitUsage, "poterne model sign", a.say("modèle : %w", "model: %w"), err)
		}
	}
	m, err := subject.OpenSigned(read[0], read[1], read[2])
	switch {
	case errors.Is(err, subject.ErrSignature):
		return nil, fail(exitIntegrity, "poterne model verify", a.say("%s : la signature n'est pas celle de ce modèle par cette clé", "%s: the signature is not that of this model by this key"), path)
	case err != nil:
		return nil, fail(exitUsage, "poterne model verify", "%s: %w", path, err)
	}
	return m, nil
}

func newModelSign(a *app) *cobra.Command {
	var private string
	cmd := &cobra.Command{
		Use:   "sign --private-key KEY FILE",
		Short: a.say("Signer un modèle", "Sign a model"),
		Long: a.say(
			"Écrit la signature Ed25519 d'un modèle, à ranger à côté de lui sous le nom FILE.sig. La clé est un\nfichier PEM (PKCS #8), comme en fait « openssl genpkey -algorithm ed25519 ».",
			"Writes the Ed25519 signature of a model, to be kept beside it as FILE.sig. The key is a PEM file\n(PKCS #8), as \"openssl genpkey -algorithm ed25519\" makes it."),
		Example: `  openssl genpkey -algorithm ed25519 -out modele.cle
  openssl pkey -in modele.cle -pubout -out modele.pub
  poterne model sign --private-key modele.cle -o modele.bin.sig modele.bin`,
		Args: cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			key, err := os.ReadFile(private)
			if err != nil {
				return fail(exitUsage, "--private-key", "%w", err)
			}
			file, err := os.ReadFile(args[0])
			if err != nil {
				return fail(exitUsage, "", "%w", err)
			}
			signature, err := subject.Sign(file, key)
			if err != nil {
				return fail(exitUsage, "", "%s: %w", args[0], err)
			}
			return a.write(func(w io.Writer) error {
				_, err := w.Write(signature)
				return err
			})
		},
	}
	cmd.Flags().StringVar(&private, "private-key", "", a.say("clé privée", "private key"))
	return cmd
}

func newModelVerify(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "verify --model-key KEY FILE",
		Short: a.say("Vérifier la signature d'un modèle", "Verify the signature of a model"),
		Example: `  poterne model verify --model-key modele.pub modele.bin
  poterne scan --model modele.bin --model-key modele.pub /srv/partage`,
		Args: cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			m, err := a.openSigned(args[0])
			if err != nil {
				return err
			}
			return a.write(func(w io.Writer) error {
				_, err := fmt.Fprintf(w, a.say("signature juste ; modèle %s, appris sur %s\n", "signature holds; model %s, trained on %s\n"), m.Version(), m.Trained())
				return err
			})
		},
	}
}
