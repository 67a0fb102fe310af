package main

import (
	"fmt"
	"strconv"
)

// money writes the papers of a finance department and of a tax office.
func money(s *share) {
	d := s.draft("Finances/Fiscalité/Avis imposition - Trassenoy.pdf")
	p := d.man("Trassenoy")
	d.carries(pdf(paper{title: "Avis d'imposition", header: "Direction des impôts de la Valserine", body: fmt.Sprintf(`
# Avis d'imposition sur les revenus de 2022

Déclarant 1 : %s
Numéro fiscal : %s
Adresse d'imposition : %s

Revenu fiscal de référence : 31 842
Nombre de parts du foyer fiscal : 2,5
Quotient familial appliqué : oui
Crédit d'impôt pour la garde d'enfants : 1 150
Taxe foncière : voir l'avis séparé

Compte prélevé : %s

Ces renseignements sont couverts par le secret fiscal (livre des procédures fiscales, L. 103).`, p, d.spi(space), d.address(), d.iban(space))},
		pdfExtra{attachment: member{"notice.txt", []byte("Notice jointe à l'avis : comment lire votre avis, où payer, comment réclamer.\n")}}), "H3", []string{"fiscal_douane"}, nil)

	d = s.draft("Finances/Fiscalité/Contrôle fiscal - SARL Déorbigeac.docx")
	siren := d.bareSIREN()
	d.plant("fr-siren", siren, group(siren, nbsp, 3, 3))
	d.carries(docx(paper{title: "Proposition de rectification", author: "Brigade de vérification", body: fmt.Sprintf(`
# Proposition de rectification

Société : SARL Déorbigeac Transports, SIREN %s, TVA intracommunautaire %s

La vérification de comptabilité menée du 8 janvier au 15 février a porté sur les exercices 2020 à 2022.

Le gérant, %s (numéro fiscal %s), a omis de déclarer 84 200 euros de recettes. Des comptes bancaires à l'étranger, non déclarés, ont reçu une partie de ces sommes. Un aviseur fiscal avait signalé les faits ; son identité ne figure pas au dossier.

Redressement proposé : 41 300 euros de droits, majoration de 40 %%. Une saisie administrative est prête pour le cas où la société organiserait son insolvabilité. Le contrôle fiscal personnel du gérant (examen de situation fiscale personnelle) s'ouvrira en avril, sans avis préalable à ce stade.`,
		group(siren, nbsp, 3, 3), d.tva(siren), d.man("Déorbigeac").title(), d.spi(nnbsp))}), "H3", []string{"fiscal_douane"}, nil)

	d = s.draft("Finances/Fournisseurs.csv")
	rows := [][]string{{"Fournisseur", "SIRET", "TVA intracommunautaire", "IBAN", "Ville"}}
	for i := range 40 {
		siren := d.bareSIREN()
		rows = append(rows, []string{"Société " + surnames[i%len(surnames)] + " " + strconv.Itoa(i+1), d.siret(siren, none), d.tva(siren), d.iban([]string{none, space}[i%2]), towns[i%len(towns)]})
	}
	d.carries([]byte("\ufeff"+delimited(";", rows)), "H1", nil, nil)

	d = s.draft("Finances/Régie/Cartes achat.ods")
	sh := sheet{name: "Cartes", rows: [][]any{row("Porteur", "Numéro de carte bancaire", "Expiration", "Plafond", "RIB du compte adossé")}}
	for i := range 6 {
		p := d.person()
		p.last = surnames[i]
		sh.rows = append(sh.rows, row(p.String(), d.card([]string{space, nbsp, hyphen}[i%3]), fmt.Sprintf("%02d/26", i+1), int64(2000), d.rib(space)))
	}
	d.carries(ods(paper{title: "Cartes d'achat"}, sh), "H1", nil, nil)

	d = s.draft("Finances/Magasin/Codes articles.xlsx")
	sh = sheet{name: "Stock", rows: [][]any{row("Code article", "EAN", "Référence fabricant", "Désignation", "Quantité")}}
	for i := range 120 {
		// Stock codes that pass the check of cards by design of the maker: the
		// classical false positive.
		sh.rows = append(sh.rows, row(luhn("497010"+d.number(9)), "3"+d.number(12), fmt.Sprintf("%s-%s", d.number(4), d.number(5)), []string{"Toner noir", "Ramette A4", "Classeur à levier", "Stylo bleu"}[i%4], int64(i%40)))
	}
	d.harmless(xlsx(paper{title: "Stock du magasin"}, sh), "card", "fr-spi", "fr-nir", "fr-siren", "fr-siret")

	d = s.draft("Finances/Budget primitif voté.xlsx")
	sh = sheet{name: "Budget", rows: [][]any{row("Chapitre", "Libellé", "Voté 2023", "Voté 2024")}}
	for i, l := range []string{"Charges à caractère général", "Charges de personnel", "Autres charges de gestion", "Immobilisations corporelles", "Emprunts"} {
		sh.rows = append(sh.rows, row(int64(11+i), l, 1204500.5+float64(i)*1000, 1251000.25+float64(i)*1000))
	}
	d.harmless(xlsx(paper{title: "Budget primitif 2024, adopté en séance publique"}, sh), "fr-nir", "iban", "fiscal_douane", "affaires")
}
