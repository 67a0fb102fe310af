package main

import (
	"fmt"
	"strconv"
	"strings"
)

// staff writes the papers of a human resources office.
func staff(s *share) {
	payroll(s)

	// 620 persons without a category: the volume alone asks for H3.
	d := s.draft("RH/2023/Effectifs et matricules.csv")
	rows := [][]string{{"Matricule", "Nom", "Prénom", "N° sécurité sociale", "Grade", "Affectation"}}
	for i := range 620 {
		p := d.person()
		rows = append(rows, []string{fmt.Sprintf("VA%05d", 1000+i), strings.ToUpper(p.last), p.first, d.nir(p, none), grades[i%len(grades)], offices[i%len(offices)]})
	}
	d.carries(ansi(delimited(";", rows)), "H3", nil, nil)

	// 150 persons: a file in numbers, below the threshold of mass.
	d = s.draft("RH/Mutuelle/Affiliés contrat collectif.ods")
	sh := sheet{name: "Affiliés", rows: [][]any{row("Nom", "Prénom", "NIR", "Adhésion", "Cotisation mensuelle")}}
	for i := range 150 {
		p := d.person()
		sh.rows = append(sh.rows, row(p.last, p.first, d.nir(p, []string{nbsp, nnbsp, space}[i%3]), "01/01/2024", 31.5+float64(i%4)))
	}
	d.carries(ods(paper{title: "Contrat collectif"}, sh), "H2", nil, nil)

	d = s.draft("RH/Recrutement/Fiche de renseignements - Ombrevault.odt")
	p := d.woman("Ombrevault")
	d.carries(odt(paper{title: "Fiche de renseignements", author: "Service du personnel", body: fmt.Sprintf(`
# Fiche de renseignements du nouvel agent

Nom et prénom : %s
Née le : %s à Clairmaison
Numéro de sécurité sociale : %s
Adresse personnelle : %s
Téléphone portable : %s
Courriel : %s
IBAN pour le versement du traitement : %s

Personne à prévenir en cas de besoin : son frère, %s

Pièces jointes : copie du diplôme, deux photographies, attestation de domicile.`,
		p, p.birth(), d.nir(p, nnbsp), d.address(), d.tel(space), d.email(p), d.iban(nbsp), d.tel(dot))}), "H1", nil, nil)

	// Values in a page header, a table, a property; soft hyphens left by the
	// hyphenation of a narrow column.
	d = s.draft("RH/Recrutement/Attestation employeur.docx")
	p = d.man("Valcourtois")
	n := d.bareNIR(p)
	soft := d.plant("fr-nir", n, n[:5]+shy+n[5:10]+shy+n[10:])
	q := d.woman("Ybrelande")
	short := d.bareNIR(q)[:13]
	d.carries(docx(paper{title: "Attestation", author: "Service du personnel", header: "Dossier " + d.nir(d.woman("Lestrigel"), dot), footer: "Renseignements : " + d.tel(dot),
		custom: [][2]string{{"Contact", d.email(p)}},
		body: fmt.Sprintf(`
# Attestation de l'employeur

| Rubrique | Valeur |
| Agent | %s |
| NIR | %s |
| IBAN | %s |

Ayant droit : %s, numéro de sécurité sociale sans clé %s

Fait pour servir et valoir ce que de droit.`, p, soft, d.iban(nnbsp), q, d.plant("fr-nir13", short, group(short, nbsp, 1, 2, 2, 2, 3)))}), "H1", nil, nil)

	d = s.draft("RH/Recrutement/Accueil des nouveaux.pptx")
	p = d.woman("Fauvrelle")
	d.carries(pptx(paper{title: "Accueil", keywords: "arrivée " + d.email(p)},
		slide{title: "Bienvenue", lines: []string{"Votre première semaine", "Le badge se retire au rez-de-chaussée"}, notes: "À saisir avant midi : " + p.String() + ", NIR " + d.nir(p, nnbsp) + "."},
		slide{title: "Vos interlocuteurs", lines: []string{"Accueil : poste 12", "Paie : " + splitRuns(d.tel(space))}}), "H1", nil, nil)

	// A number in the name of the file: outputs show names, so it is not among the
	// planted values that no output may show.
	named := s.draft("RH/Recrutement/")
	p = named.woman("Ursambel")
	n = named.bareNIR(p)
	d = s.draft("RH/Recrutement/Candidature " + nirForm(n, space) + ".md")
	d.holds("fr-nir", n)
	d.carries([]byte("# Candidature\n\nLettre reçue le 4 mars pour le poste de jardinière. Entretien prévu le 20, salle du bas.\n"), "H1", nil, nil)

	d = s.draft("RH/Annuaire du service.xlsx")
	sh = sheet{name: "Annuaire", rows: [][]any{row("Nom", "Prénom", "Fonction", "Téléphone", "Courriel", "Bureau")}}
	for i := range 20 {
		// One agent for each surname: addresses are distinct by construction.
		p := d.person()
		p.last = surnames[i]
		sh.rows = append(sh.rows, row(p.last, p.first, grades[i%len(grades)], d.tel([]string{space, none, dot}[i%3]), d.email(p), "B"+strconv.Itoa(100+i)))
	}
	d.carries(xlsx(paper{title: "Annuaire du service"}, sh), "H1", nil, nil)

	d = s.draft("RH/Sanctions/Rapport circonstancié - Pommerac.docx")
	p = d.man("Pommerac")
	d.carries(docx(paper{title: "Rapport circonstancié", author: "Chef du service intérieur",
		footer:  "Dossier individuel - pièce 7 - à ne pas communiquer hors du service du personnel",
		comment: "Vérifier avec le service juridique si le blâme suffit ou s'il faut réunir le conseil de discipline.",
		body: fmt.Sprintf(`
# Rapport circonstancié à l'appui d'une procédure disciplinaire

Agent concerné : %s, %s, adjoint technique, immatriculé %s

Le 14 février, vers 8 h 40, l'intéressé a refusé devant deux collègues de rendre les clés du véhicule de service et a insulté son chef d'équipe. Il avait déjà reçu un avertissement disciplinaire le 3 octobre pour des absences que rien ne justifiait.

Entendu le 16 février, il reconnaît les mots mais dit avoir été poussé à bout. Deux témoins, dont les attestations sont jointes, décrivent au contraire une colère sans motif et une bousculade.

Ces faits constituent un manquement à l'obligation d'obéissance et à la dignité des fonctions. Je demande la saisine du conseil de discipline et propose une exclusion temporaire de trois jours. À titre conservatoire, une suspension de fonctions paraît nécessaire jusqu'à la décision.

L'agent a été informé de son droit à la communication de son dossier individuel et à l'assistance d'un défenseur de son choix.`, p.title(), p.bornLine(), splitRuns(d.nir(p, nbsp)))}), "H3", []string{"rh_discipline"}, nil)

	d = s.draft("RH/Entretiens/Compte rendu 2023 - Quermeneur.rtf")
	p = d.woman("Quermeneur")
	d.carries(rtf(paper{title: "Compte rendu d'entretien professionnel", author: "Direction des moyens", header: "Année 2023 - document nominatif",
		footnote: "Identifiant de paie : " + d.nir(p, space),
		body: fmt.Sprintf(`
# Compte rendu d'entretien professionnel

Agent évalué : %s, secrétaire administrative, %s
Évaluateur : %s, cheffe de bureau

| Critère | Appréciation |
| Qualité du travail | en dessous de ce qui est attendu |
| Relations avec l'équipe | conflits répétés, deux collègues ont demandé à changer de bureau |
| Ponctualité | insuffisante depuis septembre |

Appréciation générale : l'agent n'a pas atteint deux objectifs sur quatre. Elle conteste cette lecture et parle de harcèlement de la part de son ancienne cheffe ; un signalement a été transmis à la cellule d'écoute. L'évaluateur estime que l'insuffisance professionnelle pourra être constatée si le second semestre ressemble au premier. Part variable de l'IFSE : réduite à 40 %%.

Vœux de l'agent : mutation dans un autre service, temps partiel à partir de juin.`, p.title(), p.bornLine(), d.woman("Lestrigel").title())}), "H3", []string{"rh_discipline"}, nil)

	d = s.draft("RH/Syndicats/Mandats et décharges 2024.tsv")
	rows = [][]string{{"Nom", "Prénom", "Date de naissance", "Appartenance syndicale", "Mandat", "Décharge d'activité (jours)", "Courriel"}}
	for i := range 14 {
		p := d.person()
		p.last = surnames[i]
		rows = append(rows, []string{p.last, p.first, p.birth(), []string{"Union des agents de la Valserine", "Syndicat autonome des territoires", "Fédération du service public"}[i%3],
			[]string{"secrétaire de section", "adhérent syndical", "mandat syndical au comité social"}[i%3], strconv.Itoa(6 * (i%4 + 1)), d.email(p)})
	}
	d.carries(utf16le(delimited("\t", rows)), "H3", []string{"opinions"}, nil)

	d = s.draft("RH/Point hebdomadaire atelier.txt")
	p = d.man("Tournebise")
	d.misses([]byte(fmt.Sprintf(`Atelier mécanique, point du lundi (à garder entre nous)

%s (immat. %s) a encore demandé à partir à 15 h. Il dit qu'il ne dort plus
depuis le retour de couches de sa femme et qu'il prend « les petites roses »
pour tenir. Mercredi il s'est assis par terre devant la fraiseuse, les mains
qui tremblaient, il ne reconnaissait plus %s. On l'a raccompagné.

Sa femme a appelé : la grosseur au cou a été retirée, il attend la réponse du
laboratoire, ils ont peur que ce soit comme son père. Il ne veut pas que ça se
sache à l'atelier.

En attendant : pas de machine, pas de conduite. Je le mets à l'inventaire.
`, p.title(), d.nir(p, space), d.man("Fauvrelle").title())), "H3", []string{"sante"}, nil)

	d = s.draft("RH/Formulaires/Fiche de renseignements vierge.docx")
	d.harmless(docx(paper{title: "Fiche de renseignements", body: `
# Fiche de renseignements du nouvel agent (à remplir en lettres capitales)

Nom : ........................................ Prénom : ........................................
Date de naissance : ..../..../........ Lieu de naissance : ........................................
Numéro de sécurité sociale : _ __ __ __ ___ ___ __
Adresse personnelle : ................................................................................
Téléphone : .. .. .. .. .. Courriel : ........................................
IBAN : ____ ____ ____ ____ ____ ____ ___

| Situation familiale | cocher |
| Célibataire | ☐ |
| Marié ou pacsé | ☐ |
| Autre | ☐ |

Médecin traitant : ............................ Reconnaissance de la qualité de travailleur handicapé : ☐ oui ☐ non
Appartenance syndicale : ne pas renseigner.
Date et signature de l'agent :`}), "fr-nir", "iban", "fr-tel", "sante", "opinions", "rh_discipline")

	d = s.draft("RH/Formulaires/Grille entretien professionnel vierge.ods")
	d.harmless(ods(paper{title: "Grille d'entretien"}, sheet{name: "Grille", rows: [][]any{
		row("Rubrique", "À remplir par l'évaluateur", "Observations de l'agent"),
		row("Nom et prénom de l'agent", "", ""), row("Compte rendu d'entretien professionnel du", "", ""),
		row("Objectifs atteints", "", ""), row("Objectifs de l'année suivante", "", ""),
		row("Procédure disciplinaire en cours (oui / non)", "", ""), row("Proposition de part variable (IFSE)", "", ""),
		row("Signature de l'évaluateur", "", ""),
	}}), "fr-nir", "rh_discipline", "sante")
}

var (
	grades  = []string{"adjoint administratif", "secrétaire administrative", "attaché", "ingénieur", "technicien", "adjoint technique"}
	offices = []string{"Accueil", "Logistique", "Études", "Urbanisme", "Direction", "Informatique", "Courrier"}
)

// payroll writes a month of pay: 412 numbers, some as numbers, in every
// separator, with reasons of absence that tell about health.
func payroll(s *share) {
	d := s.draft("RH/2024/Paie mars.xlsx")
	pay := sheet{name: "Paie", rows: [][]any{row("Matricule", "Nom", "Prénom", "NIR", "Grade", "Indice majoré", "Brut", "Net", "IBAN")}}
	leave := sheet{name: "Absences", hidden: true, rows: [][]any{row("NIR", "Nom", "Motif de l'absence", "Du", "Au")}}
	reasons := []string{"congé de longue maladie", "temps partiel thérapeutique après chimiothérapie", "congé de longue durée, soins psychiatriques", "arrêt de travail, grossesse pathologique"}
	for i := range 412 {
		p := d.person()
		n := d.bareNIR(p)
		var cell any
		if i%5 == 4 {
			v, err := strconv.ParseInt(n, 10, 64)
			must(err)
			cell = v
			d.plant("fr-nir", n, n)
		} else {
			cell = d.plant("fr-nir", n, nirForm(n, []string{none, space, nbsp, nnbsp}[i%5]))
		}
		gross := 1801.74 + float64(d.rng.IntN(240000))/100
		pay.rows = append(pay.rows, row(int64(20000+i), strings.ToUpper(p.last), p.first, cell, grades[i%len(grades)], 366+i%200,
			float64(int(gross*100))/100, float64(int(gross*81))/100, d.iban([]string{none, space, nbsp}[i%3])))
		if i%34 == 0 {
			leave.rows = append(leave.rows, row(n, strings.ToUpper(p.last), reasons[(i/34)%len(reasons)], "01/03/2024", "31/03/2024"))
		}
	}
	pay.notes = map[string]string{"D2": "Numéros repris de l'ancien logiciel : certains sont en nombre, ne pas reformater."}
	d.carries(xlsx(paper{title: "Paie mars 2024", author: "Bureau des rémunérations"}, pay, leave), "H3", []string{"sante"}, nil)
}
