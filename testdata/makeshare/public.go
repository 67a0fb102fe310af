package main

import (
	"fmt"
	"strings"
)

// public writes what an administration publishes, and the papers of an election.
func public(s *share) {
	d := s.draft("Communication/Communiqué de presse - pont.docx")
	d.harmless(docx(paper{title: "Communiqué de presse", keywords: "pont, travaux", body: `
# Le pont des Lavandières rouvre lundi

Après onze mois de travaux, la circulation reprend sur le pont. Une navette gratuite reste en service jusqu'au 15 avril.

« C'est un soulagement pour les riverains », a dit la présidente. Le chantier a coûté 4,2 millions d'euros, comme prévu au budget voté.

Contact presse : presse@valserine.exemple.fr`}), "fr-nir", "iban", "deliberations", "infra")

	d = s.draft("Élections/Procurations reçues.ods")
	sh := sheet{name: "Procurations", rows: [][]any{row("Bureau de vote", "Mandant", "Date de naissance", "Mandataire", "Téléphone du mandataire")}}
	for i := range 18 {
		p, q := d.person(), d.person()
		sh.rows = append(sh.rows, row(fmt.Sprintf("bureau %d", i%4+1), p.String(), p.birth(), q.String(), d.tel(space)))
	}
	d.carries(ods(paper{title: "Registre des procurations, liste électorale"}, sh), "H1", []string{"elections"}, nil)

	d = s.draft("Communication/Données ouvertes/Bornes de recharge.csv")
	var b strings.Builder
	b.WriteString("id_borne,commune,latitude,longitude,puissance_kw,mise_en_service\n")
	for i := range 60 {
		fmt.Fprintf(&b, "FRVAL%04d,%s,46.%06d,5.%06d,%d,2023-%02d-01\n", i+1, towns[i%len(towns)], d.rng.IntN(1000000), d.rng.IntN(1000000), []int{22, 50, 150}[i%3], i%12+1)
	}
	d.harmless([]byte(b.String()), "fr-nir", "fr-spi", "iban", "fr-tel", "infra")

	d = s.draft("Communication/Procès-verbal séance publique.odt")
	d.harmless(odt(paper{title: "Procès-verbal", body: `
# Procès-verbal de la séance publique du 28 février

La séance est ouverte à 18 h 30. Le quorum est atteint.

1. Adoption du procès-verbal précédent : unanimité.
2. Tarifs de la piscine : adoptés par 31 voix contre 4.
3. Subventions aux associations : adoptées. La conseillère Ursambel ne prend pas part au vote.
4. Question orale sur les bancs du square : réponse lue en séance.

La séance est levée à 20 h 10. Le présent procès-verbal est affiché et mis en ligne.`}), "fr-nir", "deliberations", "opinions")

	d = s.draft("Communication/Rapport activité 2023.pptx")
	d.harmless(pptx(paper{title: "Rapport d'activité 2023"},
		slide{title: "Rapport d'activité 2023", lines: []string{"Publié le 15 février 2024"}},
		slide{title: "Chiffres", lines: []string{"41 200 dossiers traités", "Délai moyen : 12 jours", "3 nouveaux guichets"}, notes: "Remercier les équipes, passer la vidéo."},
		slide{title: "En 2024", lines: []string{"Ouverture du portail", "Rénovation de l'accueil"}}), "fr-nir", "deliberations")

	d = s.draft("Communication/Discours inauguration.pdf")
	d.harmless(pdf(paper{title: "Discours", body: `
# Discours prononcé à l'inauguration de la médiathèque

Mesdames, Messieurs, chers habitants,

Un livre garde mieux un secret qu'un coffre, disait une lectrice. Cette maison en gardera quarante mille.
Merci aux artisans, aux agents, aux voisins qui ont supporté le bruit.
La médiathèque est à vous : les portes ouvrent à dix heures, tous les jours sauf le lundi.`}, pdfExtra{}), "fr-nir", "marquage")

	d = s.draft("Communication/Lettre interne TLP CLEAR.txt")
	d.harmless([]byte("TLP:CLEAR\n\nBulletin de sécurité grand public n° 8\n\nMettez à jour vos téléphones ce mois-ci. Ce bulletin peut être diffusé sans limite.\n\nTLP:CLEAR\n"), "ssi", "sec-pwd")

	d = s.draft("Communication/Menu de la cantine.md")
	d.harmless([]byte("# Semaine du 25 mars\n\n| jour | plat |\n|---|---|\n| lundi | gratin de courge |\n| mardi | poisson, riz |\n| jeudi | lentilles |\n| vendredi | omelette |\n\nL'ordonnance des plats peut changer selon les livraisons.\n"), "sante")

	d = s.draft("Communication/Présentation des services.odp")
	d.harmless(odp(paper{title: "Les services"}, slide{title: "Les services ouverts au public", lines: []string{"Accueil : du lundi au vendredi, 9 h - 17 h", "État civil : sur rendez-vous", "Urbanisme : le mardi"}}), "fr-nir", "personnel")
}
