package main

import "fmt"

// justice writes the papers of a legal affairs office.
func justice(s *share) {
	d := s.draft("Juridique/Signalement article 40.docx")
	p := d.man("Bézancelle")
	d.carries(docx(paper{title: "Signalement au procureur", author: "Direction des affaires juridiques", header: "Direction des affaires juridiques - dossier nominatif",
		deleted: "Le virement du 9 juillet est parti vers le compte " + d.iban(space),
		body: fmt.Sprintf(`
# Avis au procureur de la République, article 40 du code de procédure pénale

Madame la procureure de la République,

J'ai l'honneur de porter à votre connaissance des faits susceptibles de recevoir une qualification pénale, imputés à %s, %s, régisseur d'avances.

Entre mai et novembre, onze retraits ont été faits sur la régie sans pièce. Le total atteint 18 340 euros. L'agent, interrogé le 2 décembre, a remis 2 000 euros en espèces et déclaré qu'il « rembourserait le reste au printemps ».

Une plainte a été déposée le 5 décembre et l'administration se constituera partie civile. Deux autres agents pourraient être entendus dans l'enquête préliminaire : leurs noms figurent en annexe. L'intéressé a déjà fait l'objet d'une condamnation pour abus de confiance, mentionnée au bulletin n° 2 de son casier judiciaire.

Ces éléments sont couverts par le secret de l'enquête.`, p.title(), p.bornLine())}), "H3", []string{"judiciaire"}, nil)

	d = s.draft("Juridique/Contentieux/Ordonnance de renvoi.pdf")
	p = d.man("Zanquevel")
	d.carries(pdf(paper{title: "Ordonnance de renvoi", header: "Tribunal judiciaire de Montrevaux - cabinet de Mme Escarmelle, juge d'instruction",
		body: fmt.Sprintf(`
# Ordonnance de renvoi devant le tribunal correctionnel

N° parquet : %s
Personne mise en examen : %s, %s
demeurant %s
Situation : contrôle judiciaire depuis le 8 janvier, placé auparavant en détention provisoire

Attendu que l'information a établi les faits suivants :

Le 3 novembre, une perquisition au domicile du mis en examen a permis de saisir quatre carnets.
Placé en garde à vue, il a reconnu avoir reçu des sommes pour orienter trois décisions.
Le témoin assisté a confirmé ces déclarations devant le juge d'instruction le 12 janvier.
L'expertise écrite, ordonnée par commission rogatoire, attribue les mentions à sa main.

Vu le réquisitoire définitif du procureur de la République,
Ordonne le renvoi du prévenu devant le tribunal correctionnel.

La présente est couverte par le secret de l'instruction jusqu'à l'audience.`, d.plantParquet(), p.title(), p.bornLine(), d.address())}, pdfExtra{}), "H3", []string{"judiciaire"}, nil)

	d = s.draft("Juridique/Notes/Courrier Me Ardencourt.md")
	p = d.woman("Rocaillac")
	d.misses([]byte(fmt.Sprintf(`# Notes après l'appel de l'avocat, vendredi

- %s, %s, est sortie hier soir ; elle y était depuis mardi 6 h.
- Ils ont vidé l'appartement : les deux téléphones, le cahier bleu, l'argent de la boîte à thé.
- Le magistrat la revoit le 19. D'ici là : pas le droit de parler aux deux autres, signature au poste chaque lundi, passeport rendu.
- Elle a dit pour les faux papiers, elle n'a rien dit pour le garage. Me Ardencourt préfère qu'on garde le garage pour plus tard.
- La famille de la petite demande 40 000. On ne répond pas.

Joindre la mère seulement par %s.
`, p.title(), p.bornLine(), d.tel(space))), "H3", []string{"judiciaire"}, nil)

	d = s.draft("Juridique/Veille/Jurisprudence du mois.html")
	d.harmless(html(paper{title: "Veille de jurisprudence", subject: "Décisions publiées", body: `
# Décisions publiées ce mois-ci

Cour de cassation, chambre criminelle, pourvoi n° 21-82.345 : le juge d'instruction doit motiver le refus d'acte. La décision, publiée au Bulletin, rappelle ce qu'est le témoin assisté.

Conseil d'État, requête n° 456789 : un avis ne vaut pas décision. Le mémoire en défense doit répondre aux moyens.

Conseil d'État, section, sur la garde à vue d'un mineur : rappel des textes. Voir le commentaire dans la revue.

| Juridiction | Thème | Où lire |
| Cour de cassation | instruction | site de la Cour |
| Conseil d'État | avis | ArianeWeb |`}), "judiciaire", "fr-nir", "fr-parquet")

	d = s.draft("Juridique/Modèles/Mémoire en défense - modèle.odt")
	d.harmless(odt(paper{title: "Modèle de mémoire", body: `
# Modèle : mémoire en défense devant le tribunal administratif

Pour : [nom de l'administration]
Contre : [nom du requérant]
N° de requête : [à compléter]

Plaise au tribunal,

I. Les faits : [rappeler en dix lignes au plus, sans qualificatif]
II. La discussion : [répondre à chaque moyen, dans l'ordre de la requête]
III. Par ces motifs, rejeter la requête.

Rappel : ne pas joindre de pièce couverte par le secret de l'instruction ; demander au bureau du contentieux.`}), "judiciaire", "fr-nir")
}

// plantParquet returns a number of the public prosecutor's office.
func (d *draft) plantParquet() string {
	v := "24" + d.number(9)
	return d.plant("fr-parquet", v, v)
}
