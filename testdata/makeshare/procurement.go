package main

import "fmt"

// procurement writes the papers of a buying office, before and after award.
func procurement(s *share) {
	d := s.draft("Marchés/2024-017/RAO lot 2 - projet.docx")
	a, b, c := d.bareSIREN(), d.bareSIREN(), d.bareSIREN()
	d.carries(docx(paper{title: "Rapport d'analyse des offres", author: "Bureau des achats", header: "Consultation 2024-017, lot 2 - document de travail avant attribution",
		footer: "Ne pas communiquer aux candidats avant la notification",
		body: fmt.Sprintf(`
# Rapport d'analyse des offres, lot 2 : nettoyage des locaux

Trois plis ont été reçus avant la date limite. Le dépouillement a eu lieu le 11 mars. La commission d'appel d'offres se réunira le 2 avril : jusque-là, le classement n'est connu que de trois personnes.

| Soumissionnaire | SIRET | Offre de prix | Note technique | Total |
| Boréal Propreté | %s | 182 400,00 € HT | 34/60 | 71,2 |
| Les Ateliers Clairs | %s | 171 950,00 € HT | 48/60 | 86,9 |
| Netis Valserine | %s | 166 020,00 € HT | 29/60 | 68,4 |

Le mémoire technique de la société Netis Valserine recopie celui de sa candidature précédente : l'offre technique est jugée faible. Les Ateliers Clairs décrivent une organisation propre, protégée à leur demande au titre du secret industriel et commercial.

Estimation confidentielle de l'administration : 175 000 € HT. Proposition de classement des offres : Les Ateliers Clairs, Boréal Propreté, Netis Valserine.`,
			d.siret(a, space), d.siret(b, nbsp), d.siret(c, none))}), "H3", []string{"commande_publique"}, nil)

	d = s.draft("Marchés/2024-017/Bordereau des prix - candidats.ods")
	sh := sheet{name: "BPU", rows: [][]any{row("Poste du bordereau des prix", "Prix unitaire Boréal", "Prix unitaire Ateliers Clairs", "Prix unitaire Netis", "Remise consentie en négociation")}}
	for i, post := range []string{"Heure de jour", "Heure de nuit", "Vitrerie, le m²", "Décapage des sols, le m²", "Désinfection des sanitaires"} {
		sh.rows = append(sh.rows, row(post, 22.4+float64(i), 21.1+float64(i), 19.85+float64(i), fmt.Sprintf("%d %%", 2+i)))
	}
	sh.notes = map[string]string{"D2": "Offre finale encore plus basse annoncée par téléphone : à vérifier, attribution non décidée."}
	d.carries(ods(paper{title: "BPU comparé, avant attribution", keywords: "bpu, dqe, offre finale"}, sh), "H3", []string{"commande_publique"}, nil)

	d = s.draft("Marchés/Propositions/Procédé Ateliers Clairs.pdf")
	d.carries(pdf(paper{title: "Annexe protégée par le secret des affaires", header: "Les Ateliers Clairs - secret des affaires (code de commerce, L. 151-1)",
		body: `
# Annexe confidentielle à la proposition

Ce document est remis sous accord de confidentialité. Il décrit un procédé de fabrication non breveté.

Le mélange comprend 41 parts de base, 7 parts de liant et 3 parts d'un adjuvant décrit plus loin.
La cuisson se fait en deux paliers : 62 degrés pendant 40 minutes, puis 118 degrés pendant 11.
Ce savoir-faire nous donne un prix de revient de 1,84 euro par litre contre 2,60 chez nos concurrents.
Notre marge sur ce produit est de 38 % ; elle tomberait à 12 % si le palier bas était connu.

Stratégie commerciale : prendre les trois départements voisins avant l'été, céder ensuite la licence.
Fichier clients : 212 comptes, dont 40 font 80 % du chiffre d'affaires.
Le brevet en cours de rédaction ne couvrira pas le second palier, gardé comme secret de fabrication.`}, pdfExtra{}), "H3", []string{"affaires"}, nil)

	d = s.draft("Marchés/Publiés/Avis attribution 2023-044.html")
	d.harmless(html(paper{title: "Avis d'attribution de marché", subject: "Publié au BOAMP", body: fmt.Sprintf(`
# Avis d'attribution publié

Marché n° 2023-044-00-00, notifié le 4 septembre 2023, publié au bulletin officiel des annonces des marchés publics.
Titulaire : Les Ateliers Clairs, SIRET %s
Montant : 171 950,00 € HT sur quatre ans

Le règlement de la consultation, le cahier des clauses techniques et le rapport de présentation sont en ligne sur le profil d'acheteur.`, d.siret(d.bareSIREN(), space))}), "fr-nir", "commande_publique", "affaires")

	d = s.draft("Marchés/Guides/Rédiger un CCTP.md")
	d.harmless([]byte(`# Rédiger un cahier des clauses techniques

Guide public à l'usage des acheteurs débutants.

1. Dire le besoin, pas la solution. Un prix unitaire se demande dans un bordereau (BPU), une quantité dans un détail estimatif (DQE).
2. Prévoir une clause de révision.
3. Le rapport d'analyse des offres se rédige après l'ouverture des plis ; il n'est communicable qu'après la signature, et sans ce qui relève du secret des affaires.
4. La commission d'appel d'offres attribue ; elle ne rédige pas.

Un modèle vide de chaque pièce est en ligne.
`), "commande_publique", "affaires")
}
