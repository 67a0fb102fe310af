package extract

import (
	"bytes"
	"testing"
)

func TestJoinWrapped(t *testing.T) {
	for _, c := range []struct{ name, in, want string }{
		{"account", "Merci de verser la somme sur le compte FR76 3000 6000\n0112 3456 7890 189 avant la fin du mois, comme convenu.",
			"Merci de verser la somme sur le compte FR76 3000 6000 0112 3456 7890 189 avant la fin du mois, comme convenu."},
		{"social-security-number", "La personne dont le numéro est 2 90 07 2A\n004 123 84, a été reçue au guichet hier.",
			"La personne dont le numéro est 2 90 07 2A 004 123 84, a été reçue au guichet hier."},
		{"narrow-column", "443 264 92. Le compte IBAN FR76 1480 6874 0753\n2683 0691 871 est à jour.", "443 264 92. Le compte IBAN FR76 1480 6874 0753 2683 0691 871 est à jour."},
		{"last-group", "Le numéro de sécurité sociale est 2 90 07 2A 004 123\n84.", "Le numéro de sécurité sociale est 2 90 07 2A 004 123 84."},
		{"quoted", "> Merci de verser la somme sur le compte FR76 3000 6000\n> 0112 3456 7890 189", "> Merci de verser la somme sur le compte FR76 3000 6000 0112 3456 7890 189"},
		{"twice", "Les deux comptes sont le premier FR76 3000 6000\n0112 3456 et puis encore le second, FR76 3000 6000\n0112 3456 7890 189.",
			"Les deux comptes sont le premier FR76 3000 6000 0112 3456 et puis encore le second, FR76 3000 6000 0112 3456 7890 189."},
		{"siret-cut-behind-its-siren", "Le fournisseur est immatriculé sous le numéro 732 829 320\n00074 et ses bureaux sont à Lens.",
			"Le fournisseur est immatriculé sous le numéro 732 829 320 00074 et ses bureaux sont à Lens."},
		{"card-that-ends-like-a-year", "La carte de la régie porte le numéro 4974 0185 0223\n2024 et sert aux achats.", "La carte de la régie porte le numéro 4974 0185 0223 2024 et sert aux achats."},
		{"key-of-a-number", "La personne concernée porte le numéro 2 55 08 14 168 025\n38 et habite ici.", "La personne concernée porte le numéro 2 55 08 14 168 025 38 et habite ici."},
		{"card-and-count", "La carte bancaire de la régie porte le numéro 4974 0185 0223 3667\n2024 agents utilisent cette carte.", ""},
		{"year-and-card", "La régie a payé par carte bancaire les achats de la direction en 2024\n4974 0185 0223 3667 est le numéro de la carte.", ""},
		{"siret-and-postcode", "Le fournisseur retenu porte le numéro de SIRET 732 829 320 00074\n75007 Paris est son adresse.", ""},
		{"compact-siret-and-postcode", "Le fournisseur retenu porte le numéro de SIRET 732829320 00074\n75007 Paris est son adresse.", ""},
		{"siren-and-count", "Le fournisseur est immatriculé sous le numéro SIREN:732 829 320\n150 agents travaillent dans cette entreprise.", ""},
		{"count-and-telephone", "Merci de vous adresser pendant la semaine au bureau numéro 12\n06 12 34 57 78 est le numéro de la personne.", ""},
		{"telephone-from-abroad", "Bonjour, pour joindre le service appelez le +33 6 12 34 56 78\n12 agents seront disponibles.", ""},
		{"social-security-number-and-street", "Le numéro de la personne concernée est 2 55 08 14 168 025 38\n12 rue de la Paix est son adresse.", ""},
		{"number-without-key-and-street", "Le numéro de la personne concernée est 2 55 08 14 168 025\n12 rue de la Paix est son adresse.", ""},
		{"tax-number-and-amount", "Le numéro fiscal de la personne est 30 12 345 678 167\n120 euros lui ont été remboursés.", ""},
		{"account-and-year", "Le compte à créditer est FR76 3000 6000 0112 3456 7890 189\n2024 sera une année importante.", ""},
		{"year-and-account", "Le rapport sera remis pour la fin de l'année 2024\nFR76 3000 6000 0112 3456 7890 189 est le compte à créditer.", ""},
		{"card-of-fifteen-and-count", "La carte bancaire de la régie porte le numéro 3782 822463 10005\n2024 agents utilisent cette carte.", ""},
		{"list", "12345 67890\n12346 67891\n12347 67892", ""},
		{"short-line", "Voir la ligne 12 34 56\n78 90 12 34 et toutes celles qui suivent dans la page, puis la fin du relevé.", ""},
		{"two-telephones", "Vous pouvez appeler le secrétariat au 01 42 68 53 21\n06 12 34 56 78 en dehors des heures.", ""},
		{"year-and-count", "Le rapport est attendu pour la fin du mois de mars 2021\n12 agents y travaillent.", ""},
		{"rows", "Anne Roux rue des Lilas Lens 62300 01 42 68 53 21\n12346 Paul Morel rue des Lilas Gap 05000 46\n", ""},
		{"other-quote", "> Merci de verser la somme sur le compte FR76 3000 6000\n0112 3456 7890 189", ""},
		{"empty", "", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			want := c.want
			if want == "" {
				want = c.in
			}
			if got := string(joinWrapped([]byte(c.in))); got != want {
				t.Errorf("got  %q\nwant %q", got, want)
			}
		})
	}
}

func FuzzJoinWrapped(f *testing.F) {
	f.Add([]byte("> Merci de verser la somme sur le compte FR76 3000\n> 0112 3456 7890\n\n> \n1"))
	f.Fuzz(func(t *testing.T, in []byte) {
		strip := func(b []byte) string {
			return string(bytes.Join(bytes.FieldsFunc(b, func(r rune) bool { return r == '\n' || r == ' ' || r == '>' }), nil))
		}
		if got := joinWrapped(bytes.Clone(in)); strip(got) != strip(in) {
			t.Errorf("%q became %q", in, got)
		}
	})
}
