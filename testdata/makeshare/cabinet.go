package main

import "fmt"

// cabinet writes the papers of a minister's office and of an embassy.
func cabinet(s *share) {
	d := s.draft("Cabinet/Note au ministre - arbitrage.docx")
	d.carries(docx(paper{title: "Note au ministre", author: "Conseiller technique", header: "Cabinet du ministre - ne pas diffuser",
		comment: "À retirer avant envoi : la position du Budget n'est pas arrêtée.",
		body: fmt.Sprintf(`
# Note à l'attention de Monsieur le ministre

Objet : réunion interministérielle de jeudi, projet de décret sur les concessions de la Valserine

Le projet de loi sera examiné en conseil des ministres le 17. Avant arbitrage, trois points restent ouverts entre nous et le Budget.

1. Le plafond. Nous demandons 42 M€ ; la lettre plafond en prévoit 31. Position de repli, à ne pas dévoiler : 36 M€ et un report d'un an.
2. Le calendrier. Matignon veut annoncer avant les congrès d'élus. Nous conseillons d'attendre l'avis du Conseil d'État.
3. L'amendement gouvernemental de dernière minute. Le texte non validé est joint.

Le bleu de Matignon de la précédente réunion n'a pas été signé : deux cabinets le contestent. Éléments de langage en cas de question : « rien n'est décidé ».

Le conseiller technique, %s`, d.man("Vaudrémont"))}), "H4", []string{"deliberations"}, nil)

	d = s.draft("Cabinet/Préparation RIM.pptx")
	d.carries(pptx(paper{title: "Préparation de la réunion interministérielle", author: "Cabinet"},
		slide{title: "Réunion interministérielle du 21", lines: []string{"Projet de décret : état des discussions", "Calendrier jusqu'au conseil des ministres"},
			notes: "Ne pas projeter : notre arbitrage budgétaire est à 36 M€. Si Bercy insiste, lâcher le titre II. Le cabinet du ministre de l'Intérieur nous suit mais ne le dira pas en séance."},
		slide{title: "Points en débat", lines: []string{"Plafond de crédits (PLF)", "Entrée en vigueur", "Position des autres ministères avant arbitrage"},
			notes: "Compte rendu confidentiel de la pré-réunion : deux conseillers techniques contre, un absent."}), "H4", []string{"deliberations"}, nil)

	d = s.draft("Cabinet/Point du vendredi.eml")
	d.misses(eml(mail{from: "o.valcourtois@valserine.exemple.fr", to: "directeur@valserine.exemple.fr", subject: "vendredi",
		body: "Rien par écrit normalement, donc tu effaces.\n\nIl a vu le Château ce matin : c'est oui pour la fusion des deux établissements, mais on ne bouge pas avant le second tour. Elle, elle y perd sa direction et ne le sait pas encore.\n\nLes 300 postes, il les prend chez nous et pas chez eux. Le chiffre de 120 qu'on a donné aux organisations mardi ne tient plus. Si ça sort avant mercredi, on saura que ça vient de l'étage.\n\nPrépare-moi deux versions du texte, une avec l'article 4, une sans.\n"}), "H4", []string{"deliberations"}, nil)

	d = s.draft("Cabinet/Diplomatie/TD Orvesse 212.txt")
	d.carries(ansi(fmt.Sprintf(`TELEGRAMME DIPLOMATIQUE
Orvesse, le 22 mars 2024
DE : ambassadeur en Orvesse
POUR : département, direction d'Europe orientale
OBJET : entretien bilatéral avec le ministre des transports

RESUME : la chancellerie a obtenu un accord de principe. Instruction de
négociation demandée sous huit jours.

1. Mon interlocuteur, reçu seul, m'a dit que son président signerait l'accord
bilatéral si nous renoncions à la clause de revoyure. Il a ajouté, en me priant
de ne pas le citer, que deux membres de son gouvernement y étaient hostiles.

2. Il a évoqué le non-papier remis par un pays voisin. Sa teneur, telle qu'il me
l'a résumée, contredit la note verbale que nous avons reçue en février.

3. Commentaire. La position française gagnerait à ne pas être connue avant le
sommet de juin. Le compte rendu d'entretien complet part par la valise
diplomatique de jeudi.

Signé : %s
`, d.woman("Ursambel"))), "H4", []string{"diplomatie"}, nil)

	d = s.draft("Cabinet/Diplomatie/Programme public de la visite.html")
	d.harmless(html(paper{title: "Visite officielle", subject: "Programme communiqué à la presse", body: `
# Visite officielle : programme communiqué à la presse

10 h 00 : accueil à la mairie, photographie
11 h 15 : signature publique de la convention de jumelage par l'ambassadeur et la maire
12 h 30 : déjeuner
15 h 00 : conférence de presse, salle des fêtes

Accréditation des journalistes auprès du service de presse.`}), "diplomatie", "deliberations")
}
