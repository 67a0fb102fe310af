package main

import (
	"fmt"
	"strings"
)

// care writes the papers of an occupational health service and of a hospital.
func care(s *share) {
	d := s.draft("Santé au travail/Lettre de liaison CH des Trois Vallées.pdf")
	p := d.woman("Kerlivan")
	d.carries(pdf(paper{title: "Lettre de liaison", author: "Service de pneumologie", header: "Centre hospitalier des Trois Vallées - service de pneumologie",
		footer: "Secret médical - ne remettre qu'au patient ou à son médecin traitant",
		body: fmt.Sprintf(`
# Lettre de liaison à la sortie

Patiente : %s, %s
IPP : %s
Matricule de sécurité sociale : %s
Médecin : Dr %s, RPPS %s

Cher confrère,

Votre patiente a été hospitalisée du 4 au 11 mars pour une pneumopathie du lobe inférieur droit.

Antécédents : asthme depuis l'enfance, hypertension traitée, tabagisme sevré en 2019.
Histoire de la maladie : fièvre à 39,5 depuis trois jours, toux grasse, douleur à l'inspiration.
Examens : radiographie en faveur d'une condensation ; hémocultures négatives ; scanner sans embolie.
Diagnostic retenu : pneumopathie aiguë communautaire, affection de longue durée déjà reconnue.

===
Traitement médicamenteux à la sortie
| Produit | Posologie | Durée |
| amoxicilline 1 g | un comprimé trois fois par jour | 5 jours |
| salbutamol | deux bouffées si besoin | 30 jours |

Arrêt de travail jusqu'au 25 mars. Contrôle en consultation dans six semaines, avec radiographie.
Allergie : aucune connue. Vaccination à prévoir à distance de l'épisode.`,
			p.title(), p.bornLine(), d.plantIPP(), d.nir(p, space), d.man("Grisolande"), d.rpps())},
		pdfExtra{annotation: "Copie au médecin du travail refusée par la patiente."}), "H3", []string{"sante"}, []string{"HDS"})

	d = s.draft("Santé au travail/Avis aptitude - Hautecroze.docx")
	p = d.man("Hautecroze")
	d.carries(docx(paper{title: "Avis d'aptitude", author: "Médecin du travail", footer: "Exemplaire destiné à l'employeur",
		textbox: "Prochaine visite : septembre. Téléphone de l'agent : " + d.tel(nbsp),
		body: fmt.Sprintf(`
# Attestation de suivi et avis du médecin du travail

Agent : %s, %s
Poste : agent de voirie, conduite d'engins
Numéro de sécurité sociale : %s

À l'issue de la visite de reprise du 12 mars, après un arrêt de travail de sept mois, le médecin du travail déclare l'agent inapte à la conduite d'engins et au port de charges de plus de 10 kg.

Aménagement demandé : poste assis, temps partiel thérapeutique à 50 %% pendant trois mois, puis nouvel examen. La reconnaissance de la qualité de travailleur handicapé (RQTH) a été demandée. Les suites de l'opération du dos et la pathologie qui l'a motivée restent connues du seul médecin.

Le conseil médical sera saisi d'une demande de congé longue maladie si l'état ne s'améliore pas.`, p.title(), p.bornLine(), splitRuns(d.nir(p, nnbsp)))}), "H3", []string{"sante"}, nil)

	d = s.draft("Santé au travail/Registre des accidents 2023.xml")
	var b strings.Builder
	b.WriteString("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<registre annee=\"2023\">\n")
	injuries := []string{"fracture du poignet gauche, hospitalisation deux jours", "brûlure au second degré de la main", "lombalgie aiguë, arrêt de travail de dix jours", "malaise, antécédents d'épilepsie signalés par la famille"}
	for i := range 12 {
		p := d.person()
		fmt.Fprintf(&b, "  <accident numero=\"%d\">\n    <agent nir=\"%s\">%s</agent>\n    <date>2023-%02d-14</date>\n    <lesion>%s</lesion>\n    <certificat>certificat médical initial du médecin traitant</certificat>\n  </accident>\n",
			i+1, d.nir(p, none), p, i%12+1, injuries[i%len(injuries)])
	}
	b.WriteString("</registre>\n")
	d.carries([]byte(b.String()), "H3", []string{"sante"}, nil)

	d = s.draft("Santé au travail/Résultats à transmettre.eml")
	p = d.woman("Sauvezerre")
	letter := d.attachment("Compte rendu.docx")
	inner := docx(paper{title: "Compte rendu", body: fmt.Sprintf(`
# Compte rendu de consultation

Patiente : %s, %s, NIR %s

Diagnostic : hépatite chronique, charge virale basse. Traitement poursuivi, résultats d'analyse joints. Antécédents : hospitalisation en 2021. Prochaine consultation d'hépatologie en juin.`, p.title(), p.bornLine(), letter.nir(p, space))})
	letter.carries(nil, "H3", []string{"sante"}, []string{"HDS"})
	d.carries(eml(mail{from: "secretariat.hepatologie@ch-troisvallees.exemple.fr", to: "medecine.prevention@valserine.exemple.fr", subject: "Résultats de la consultation, dossier à part",
		body:     fmt.Sprintf("Bonjour,\n\nVeuillez trouver le compte rendu de consultation de votre agente, %s, vue ce matin pour le suivi de son hépatite.\nElle accepte que vous le lisiez, pas que son chef de service en soit informé.\n\nJoindre la patiente : %s\n\nLe secrétariat\n", p.title(), d.tel(space)),
		attached: []member{{"Compte rendu.docx", inner}}}), "H3", []string{"sante"}, []string{"HDS"})

	d = s.draft("Santé au travail/Affiche canicule.odp")
	d.harmless(odp(paper{title: "Fortes chaleurs"}, slide{title: "Fortes chaleurs : les bons gestes", lines: []string{
		"Boire de l'eau toutes les vingt minutes, sans attendre la soif", "Fermer les volets le jour, aérer la nuit", "Prévenir l'infirmerie en cas de malaise : poste 15"}},
		slide{title: "Qui est le plus exposé ?", lines: []string{"Les équipes de voirie", "Les personnes qui suivent un traitement : demander conseil à leur médecin"}}), "fr-nir", "sante")
}

// plantIPP returns a patient's number of a hospital.
func (d *draft) plantIPP() string {
	v := "800" + d.number(6)
	return d.plant("fr-ipp", v, v)
}
