package main

import "fmt"

// archives writes old papers and containers.
func archives(s *share) {
	d := s.draft("Archives/1998/Note de l état-major.txt")
	d.carries(ansi(`CONFIDENTIEL DÉFENSE

Le 11 mars 1998
Note pour le commandant de la place

1. Le dépôt de Clairmaison sera vidé avant le 30 juin.
2. Les munitions restantes partent par convoi de nuit, itinéraire remis à part.
3. Le présent document ne sort pas du service.

CONFIDENTIEL DÉFENSE
`), "H5", []string{"marquage"}, nil)

	// A mark said to be lifted stays until a person has verified the decision.
	d = s.draft("Archives/1987/Rapport du dépôt.odt")
	d.carries(odt(paper{title: "Rapport", header: "SECRET DÉFENSE", body: `
SECRET DÉFENSE

Déclassifié le 12 mars 2010, décision n° 114

# Rapport sur le dépôt

L'inventaire a été fait en trois jours. Les caisses 11 à 19 manquent.

Le gardien a été changé. Le chemin d'accès est celui du plan joint.`}), "H5", []string{"marquage"}, nil)

	d = s.draft("Archives/Bordereau de versement 112 W.ods")
	d.harmless(ods(paper{title: "Bordereau de versement"}, sheet{name: "Bordereau", rows: [][]any{
		row("Article", "Contenu", "Dates", "Délai de communicabilité"),
		row("112 W 1", "Registres du courrier arrivé", "1961-1964", "immédiat"),
		row("112 W 2", "Plans du parc", "1958", "immédiat"),
		row("112 W 3-8", "Comptes de l'économat", "1950-1970", "immédiat"),
	}}), "fr-nir", "defense")

	d = s.draft("Archives/Dossiers clos 2018.zip")
	p, q := d.woman("Lestrigel"), d.man("Sauvezerre")
	letter := docx(paper{title: "Saisine du conseil médical", body: fmt.Sprintf(`
# Saisine du conseil médical

%s, %s, NIR %s

Demande de congé de longue durée. Le médecin traitant décrit une pathologie dépressive sévère, deux hospitalisations et un traitement médicamenteux au long cours. Le certificat médical est joint sous pli.`, p.title(), p.bornLine(), d.nir(p, nnbsp))})
	message := eml(mail{from: "gestion@valserine.exemple.fr", to: "conseil.medical@valserine.exemple.fr", subject: "Dossier à examiner",
		body:     "Bonjour,\n\nVoici le dossier, à garder pour vous.\n\nNuméro de l'agente : " + d.tel(space) + "\n",
		attached: []member{{"saisine.docx", letter}}})
	inner := zipOf(text("Comptes/relevé.txt", "Remboursement de frais de "+q.String()+"\nIBAN : "+d.iban(nbsp)+"\n"), text("lisez-moi.txt", "Dossiers clos, à éliminer en 2029.\n"))
	d.carries(zipOf(member{"Courriers/dossier à examiner.eml", message}, member{"Frais 2018.zip", inner}), "H3", []string{"sante"}, nil)

	d = s.draft("Archives/Photothèque.zip")
	d.harmless(zipOf(text("Légendes.csv", "cliche;lieu;annee\n001;pont;1962\n002;marché;1964\n"), text("Licence.txt", "Photographies versées au domaine public.\n")), "fr-nir", "sante")
}
