package main

import (
	"fmt"
	"strings"
)

// social writes the papers of a social services office and of a desk for foreign
// nationals.
func social(s *share) {
	d := s.draft("Social/Enfance/Information préoccupante 2024-031.docx")
	mother := d.woman("Jaminterre")
	d.carries(docx(paper{title: "Information préoccupante", author: "Service social scolaire", header: "CRIP de la Valserine - dossier nominatif",
		footnote: "Téléphone de la mère, à ne pas donner au père : " + d.tel(space),
		body: nfd(fmt.Sprintf(`
# Information préoccupante transmise à la cellule de recueil

Enfant : Zélie Jaminterre, née le 12/05/2015, scolarisée en CE2
Mère : %s, %s, allocataire, NIR %s

L'enfant est arrivée trois lundis de suite avec des marques aux bras. Elle dit que son beau-père « serre fort quand il a bu ». L'assistante sociale l'a reçue seule le 4 mars ; elle a dessiné la cave.

Des violences conjugales avaient été signalées en 2022. Le petit frère, deux ans, a été hospitalisé en janvier pour une fracture que personne n'explique.

Nous estimons que l'enfant est en danger et demandons une enquête sociale en urgence ; une mesure d'assistance educative, voire un placement en famille d'accueil au titre de la protection de l'enfance, doit être envisagée. L'aide sociale à l'enfance (ASE) a été avisée par téléphone.`,
			mother.title(), mother.bornLine(), d.nir(mother, nbsp)))}), "H3", []string{"social_mineurs"}, nil)

	d = s.draft("Social/Enfance/Cahier de nuit.txt")
	d.misses([]byte(nfd(`Groupe des petits, nuit du 11 au 12

21 h 10. Ysaline ne veut pas mettre le pyjama, elle garde ses trois pulls. Elle
demande si la porte ferme de l'intérieur.
23 h. Cris. Elle dit que le monsieur va venir « comme à la maison quand maman
travaille ». On laisse la lumière.
2 h 40. Draps mouillés, changés sans rien dire. Sur le dos, des ronds, comme des
bouts de cigarette, pas récents. Noté pour le docteur.
6 h 30. Elle a rangé son pain sous l'oreiller. Elle a sept ans depuis mardi.
La grand-mère ne doit pas savoir où elle dort.
`)), "H3", []string{"social_mineurs"}, nil)

	d = s.draft("Social/Étrangers/Récit - demande d asile.odt")
	p := d.man("Châtelmarie")
	d.carries(odt(paper{title: "Récit", author: "Accompagnement juridique", body: fmt.Sprintf(`
# Récit joint à la demande d'asile

Nom d'usage en France : %s, %s
Titre de voyage : passeport n° %s
Dossier suivi à l'OFPRA, convocation en mai

Je suis né dans un village du plateau. Mon père priait dans l'autre temple, celui que les miliciens ont brûlé. À cause de notre confession, nous avons été chassés deux fois.

En 2019 j'ai été arrêté parce que j'aimais un homme. Les policiers m'ont gardé neuf jours. Je porte les marques sur les jambes ; le certificat médical est joint. Mon ami n'est jamais ressorti.

Je suis passé par quatre pays. La procédure Dublin a été ouverte puis fermée. Le préfet a pris une obligation de quitter le territoire (OQTF) avant que je puisse déposer ma demande ; mon titre de séjour provisoire finit en juin.

Si je rentre, mon oncle me tuera, il l'a écrit à ma sœur. Les demandeurs d'asile du foyer ne savent pas pourquoi je suis ici et ne doivent pas l'apprendre.`, p, p.bornLine(), d.passport())}), "H3", []string{"etrangers"}, nil)

	d = s.draft("Social/Étrangers/Copies de titres.html")
	p, q := d.woman("Bézancelle"), d.man("Escarmelle")
	passport, card := d.passport(), d.idCard()
	d.carries(html(paper{title: "Copies de titres", hidden: "saisi au guichet 4", body: fmt.Sprintf(`
# Titres présentés au guichet

| Nom | Pièce | Numéro |
| %s | passeport n° | %s |
| %s | carte nationale d'identité n° | %s |

Zone de lecture du passeport :

%s

Zone de lecture de la carte :

%s`, p, passport, q, card, breaks(d.mrzTD3(p, passport)), breaks(d.mrzTD1(q, card)))}), "H3", nil, nil)

	d = s.draft("Social/Aides/Demandes de secours.json")
	var files []map[string]any
	for i := range 12 {
		p := d.person()
		files = append(files, map[string]any{"nom": p.last, "prenom": p.first, "date_naissance": p.birth(), "nir": d.nir(p, none), "telephone": d.tel(none),
			"situation": []string{"expulsion locative en cours, surendettement, deux enfants", "violences conjugales, hébergement d'urgence demandé au SIAO", "bénéficiaire du RSA, aide alimentaire, enfant placé", "majeur protégé, curatelle, dossier MDPH déposé"}[i%4],
			"avis":      "rapport social de l'assistante sociale favorable"})
	}
	d.carries(jsonOf(map[string]any{"commission": "secours", "demandes": files}), "H3", []string{"social_mineurs"}, nil)

	d = s.draft("Social/Guides/Repérer et signaler.pdf")
	d.harmless(pdf(paper{title: "Repérer et signaler", body: `
# Repérer et signaler : guide public à l'usage des animateurs

Que faire devant un enfant qui paraît en danger ? Ce guide ne décrit aucun cas réel.

- Écouter sans poser de question qui contienne la réponse.
- Prévenir la direction, qui saisit la cellule de recueil (CRIP). Le numéro d'appel est le 119.
- Ne pas mener d'enquête soi-même.

Définitions. L'information préoccupante est une transmission à la cellule du département.
Le signalement est adressé au parquet. L'aide sociale à l'enfance (ASE) est un service du département.

Formation : une demi-journée par an, ouverte à tous les animateurs.`}, pdfExtra{}), "social_mineurs", "fr-nir", "fr-tel")

	d = s.draft("Social/Aides/Formulaire de secours vierge.rtf")
	d.harmless(rtf(paper{title: "Demande de secours", body: `
# Demande de secours : formulaire à remplir

Nom, prénom : ..........................
Numéro d'allocataire : ..........................
Numéro de sécurité sociale : ..........................
Situation familiale : ..........................
Bénéficiaire du RSA : ☐ oui ☐ non     Mesure de tutelle ou de curatelle : ☐ oui ☐ non

Joindre : la dernière quittance, un relevé d'identité bancaire, l'avis de l'assistante sociale.`}), "social_mineurs", "fr-nir", "iban")
}

// breaks keeps the lines of s in one paragraph.
func breaks(s string) string { return strings.ReplaceAll(s, "\n", lineBreak) }
