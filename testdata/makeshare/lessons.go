package main

// lessons writes papers that speak about secrecy and carry none.
func lessons(s *share) {
	d := s.draft("Formation/Le secret de la défense nationale.pptx")
	d.harmless(pptx(paper{title: "Formation : le secret de la défense nationale"},
		slide{title: "Formation des nouveaux arrivants", lines: []string{"Module 3 : comprendre les marquages", "Aucun document réel n'est montré"}},
		slide{title: "Deux niveaux depuis 2021", lines: []string{"Le niveau Secret remplace la mention Confidentiel Défense", "Le niveau Très Secret remplace la mention Secret Défense", "La Diffusion Restreinte est une mention de protection, pas une classification"}, notes: "Demander à la salle la différence entre un niveau et une mention. Renvoyer à l'IGI 1300."},
		slide{title: "Questions", lines: []string{"Que signifie la mention Spécial France ?", "Qui est habilité ?", "Où range-t-on un document marqué ?"}}), "marquage", "defense")

	d = s.draft("Formation/Glossaire des marquages.xlsx")
	d.harmless(xlsx(paper{title: "Glossaire des marquages"}, sheet{name: "Correspondance", rows: [][]any{
		row("Marquage français", "Équivalent UE", "Équivalent OTAN", "Définition"),
		row("Diffusion Restreinte", "Restreint UE", "NATO Restricted", "mention de protection, n'est pas une classification"),
		row("Secret", "Confidentiel UE", "NATO Confidential", "niveau de classification depuis le 1er juillet 2021"),
		row("Très Secret", "Secret UE", "NATO Secret", "niveau de classification"),
		row("Très Secret, classification spéciale", "Très Secret UE", "Cosmic Top Secret", "priorités gouvernementales majeures"),
	}}), "marquage", "defense")

	d = s.draft("Formation/Secret médical en dix questions.odp")
	d.harmless(odp(paper{title: "Le secret médical en dix questions"},
		slide{title: "Le secret médical, à quoi ça sert ?", lines: []string{"Il protège le patient, pas le médecin", "Il couvre ce qui a été confié, vu, lu, entendu ou compris", "Article L. 1110-4 du code de la santé publique"}},
		slide{title: "Vrai ou faux", lines: []string{"Le dossier médical appartient à l'hôpital : faux", "Un diagnostic peut être dit au conjoint : faux, sauf accord", "Un médecin du travail peut donner la pathologie à l'employeur : faux"}, notes: "Exemples imaginés. Laisser répondre avant de donner la solution."},
		slide{title: "Pour aller plus loin", lines: []string{"Guide de l'Ordre", "Formation en ligne de deux heures"}}), "sante", "fr-nir")

	d = s.draft("Formation/Le protocole TLP expliqué.html")
	d.harmless(html(paper{title: "Le protocole TLP expliqué", body: `
# Le protocole TLP expliqué en cinq minutes

Le protocole de partage (Traffic Light Protocol) dit à qui un destinataire peut transmettre une information. Par exemple, la mention TLP:RED signifie que l'information ne sort pas de la réunion.

| Couleur | Ce que la mention signifie |
| rouge | réservé aux présents |
| orange | réservé à l'organisation et à ses clients |
| vert | réservé à la communauté |
| blanc ou clair | sans limite |

Ce n'est pas une classification. Voir le guide du FIRST.`}), "marquage", "ssi")

	d = s.draft("Formation/Lectures/Le mot secret en littérature.md")
	d.harmless([]byte(`# Le mot « secret » en littérature : notes de lecture

Secret de polichinelle, jardin secret, passage secret, agent secret, services secrets :
la langue aime ce mot. Les romanciers aussi. Au chapitre IV, la comtesse garde un secret
bien gardé, le vote a lieu à bulletin secret, et le secrétaire emporte la clé du secrétaire.

Le secret de fabrication de la confiture n'est livré qu'à la dernière page. Quant au
secret des correspondances, il est violé deux fois, par amour.

Très secret, très discret, le narrateur restreint la diffusion de son journal à trois amis.
`), "marquage", "affaires", "defense")

	d = s.draft("Formation/Laïcité et neutralité.docx")
	d.harmless(docx(paper{title: "Laïcité et neutralité", body: `
# Laïcité et neutralité : ce que dit la loi

Formation d'une demi-journée, obligatoire pour tous les agents.

La liberté d'opinion est garantie. Aucune distinction ne peut être faite entre les agents en raison de leurs opinions politiques, syndicales ou religieuses, de leur origine, de leur orientation sexuelle ou de leur identité de genre.

Cas pratique : une usagère demande à changer de guichet. Que répondre ? Discussion en groupes de quatre.

Bibliographie : la charte de la laïcité, affichée à l'accueil.`}), "opinions", "rh_discipline")

	d = s.draft("Formation/Procédure disciplinaire - cours.pdf")
	d.harmless(pdf(paper{title: "La procédure disciplinaire", body: `
# La procédure disciplinaire : cours de préparation au concours

Plan du cours
- Les quatre groupes de sanctions, de l'avertissement à la révocation.
- Les garanties : communication du dossier individuel, assistance d'un défenseur.
- Le conseil de discipline : composition, quorum, avis.

Définition. La suspension de fonctions n'est pas une sanction mais une mesure conservatoire.
Exercice : commentez l'arrêt distribué en séance. Durée : trois heures.
Note : aucun cas réel n'est étudié.`}, pdfExtra{}), "rh_discipline")
}
