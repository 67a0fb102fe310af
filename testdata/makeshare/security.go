package main

import "fmt"

// security writes the papers of a security office: marked papers, plans, notes.
func security(s *share) {
	d := s.draft("Sûreté/2019/Note 12.docx")
	d.carries(docx(paper{title: "Note 12", header: "SECRET", footer: "SECRET", body: `
# Note 12

SECRET

Exemplaire n° 3 sur 7

L'unité rejoindra la zone de regroupement dans la nuit du 14 au 15. Les moyens de transmission resteront fermés jusqu'au passage de la ligne.

Le détail des fréquences et des points de passage est remis en main propre.

SECRET`}), "H5", []string{"marquage"}, nil)

	d = s.draft("Sûreté/DR/Consignes de permanence.docx")
	p := d.woman("Guirambaud")
	d.carries(docx(paper{title: "Consignes de permanence", header: "DIFFUSION RESTREINTE", body: fmt.Sprintf(`
# Consignes du cadre de permanence

Le cadre de permanence rappelle dans l'heure le haut fonctionnaire de défense. Officier de sécurité suppléant : %s, %s.

- Ouvrir le coffre du deuxième étage en présence d'un second agent.
- Noter chaque appel dans le cahier vert.
- Ne rien transmettre par la messagerie ordinaire.`, p.title(), d.tel(space))}), "H4", []string{"marquage"}, []string{"DR"})

	d = s.draft("Sûreté/DR/Plan de protection du captage des Fontenelles.pdf")
	d.carries(pdf(paper{title: "Plan particulier de protection", header: "DIFFUSION RESTREINTE", footer: "DIFFUSION RESTREINTE", body: `
# Plan particulier de protection du captage d'eau

Le site est un point d'importance vitale du secteur de l'eau. Ce plan complète l'étude de dangers.

1. Situation
Le captage alimente quatre communes. Coordonnées du puits principal : 46.183742, 5.812906
Le bâtiment des pompes n'a qu'une porte, à l'est. La clôture a été coupée deux fois cette année.

2. Vulnérabilité du site
La vidéoprotection ne voit pas l'angle nord-ouest, sur une longueur de trente mètres.
L'automate industriel qui règle le chlore répond encore au mot d'usine.
Le poste électrique du chemin d'accès n'est pas gardé ; sa coupure arrête les pompes en six minutes.

3. Plan d'intervention
La ronde passe à 22 h, 1 h et 4 h. L'équipe d'alerte met 25 minutes depuis la caserne.
En cas d'intrusion, le plan de délestage garde l'hôpital et coupe le quartier de la gare.

===
# Annexe 1 : contrôle d'accès physique

Liste des porteurs de badges : tenue par l'opérateur d'importance vitale, deux exemplaires.
Le double des clés est sous la troisième pierre du muret, à côté de la vanne de purge.
Serrures : le barillet de la porte est n'a pas été changé depuis le départ du précédent exploitant.

===
# Annexe 2 : enchaînement des fermetures

Vanne A, puis vanne C, puis disjoncteur général. L'ordre inverse vide le réservoir haut.
Temps nécessaire à un agent seul : onze minutes. À deux : quatre minutes.
Stock de réactifs sur place : six semaines. Fournisseur unique.

# Annexe 3 : scénarios

Scénario 1 : introduction d'un produit dans le puits par la trappe nord, non surveillée.
Scénario 2 : prise de main à distance sur la SCADA par le modem de télérelève.
Scénario 3 : incendie du local électrique.
Pour chaque scénario, le délai de détection est supérieur au délai d'effet.`}, pdfExtra{}), "H4", []string{"marquage", "infra"}, []string{"DR"})

	d = s.draft("Sûreté/OTAN/Exercice Silver Heron.odt")
	d.carries(odt(paper{title: "Exercise Silver Heron", header: "NATO RESTRICTED", footer: "NATO RESTRICTED", body: `
# Exercise Silver Heron: reception of the staff

The host nation provides two buildings and a field kitchen. The liaison cell opens on day three.

Interoperability of radios was not reached last year: bring gateways. Timings and call signs are in annex B.`}), "H4", []string{"marquage"}, []string{"DR"})

	d = s.draft("Sûreté/UE/Extrait du groupe de travail.rtf")
	d.carries(rtf(paper{title: "Extrait", header: "RESTREINT UE/EU RESTRICTED", footer: "RESTREINT UE/EU RESTRICTED", body: `
RESTREINT UE/EU RESTRICTED

# Groupe de travail : mesures envisagées

Deux délégations demandent que la liste des entités ne soit pas ouverte avant septembre. La présidence proposera un compromis.

La délégation française ne s'y opposera pas mais veut garder la main sur l'annexe III.`}), "H4", []string{"marquage"}, []string{"DR"})

	d = s.draft("Sûreté/DR/Capacité du centre.docx")
	d.carries(docx(paper{title: "Capacité du centre", header: "DIFFUSION RESTREINTE", footer: "SPÉCIAL FRANCE", body: `
DIFFUSION RESTREINTE

SPÉCIAL FRANCE

# Capacité du centre de transmissions

Deux relais sur cinq tiennent plus de trois heures sans réseau. Le troisième, promis en 2022, n'a pas été livré.

Cette fiche est établie pour la seule partie française du projet.`}), "H4", []string{"marquage"}, []string{"DR", "FR"})

	d = s.draft("Sûreté/Renseignement/Note blanche - La Grangette.docx")
	p = d.man("Froidevauzelle")
	d.carries(docx(paper{title: "Note", author: "", body: fmt.Sprintf(`
# Note d'information (sans en-tête ni signature)

Une source humaine, jugée sûre, signale que %s, %s, inscrit au FPR et connu pour sa radicalisation depuis 2021, a loué un box à La Grangette sous un autre nom.

La surveillance physique de la semaine dernière a relevé trois visites de nuit. La filature a été rompue au péage. Une technique de renseignement (géolocalisation en temps réel du véhicule) est demandée ; avis de la CNCTR attendu lundi.

Le renseignement territorial croit à un départ. Aucune menace terroriste précise n'est établie. L'objectif opérationnel reste d'identifier le logeur.

Numéro utilisé depuis mars : %s. Ne pas faire apparaître l'origine de l'information dans un procès-verbal.`, p, p.bornLine(), d.tel(nbsp))}), "H3", []string{"police_renseignement"}, nil)

	d = s.draft("Sûreté/Plan de sûreté de la préfecture.odt")
	d.carries(odt(paper{title: "Plan de sûreté", author: "Bureau de la sécurité", body: `
# Plan de sûreté du bâtiment

Ce plan de sûreté décrit la vulnérabilité du site et le plan d'intervention. Il n'est remis qu'au chef de poste.

Le contrôle d'accès physique repose sur un tourniquet et une porte de service. La porte de service n'a pas d'alarme entre 18 h et 20 h.

La vidéoprotection compte 22 caméras ; les caméras 4, 9 et 17 sont en panne. Les enregistrements tiennent six jours dans le local du sous-sol, dont la clé est chez le gardien.

Le plan de masse annexé porte l'emplacement de la salle de crise, classée point d'importance vitale par arrêté non publié, et celui du groupe électrogène.

| Heure | Ronde | Effectif |
| 20 h | sous-sol et parc | 2 |
| 0 h | étages | 1 |
| 4 h | parc seulement | 1 |

Entre deux rondes, le bâtiment est gardé par un agent seul, qui ne peut quitter le poste.`}), "H4", []string{"infra"}, []string{"DR"})

	d = s.draft("Sûreté/Cahier du gardien.txt")
	d.misses([]byte(`Cahier, semaine 12

Lundi. Le petit portail derrière les cuves ne ferme plus, on le tient avec une
corde. Vu avec le chef : rien avant juin.
Mardi. La caméra du quai tourne à vide, l'écran reste sur l'image de samedi.
Mercredi. Testé : de la route à la vanne bleue, personne ne m'a vu, neuf minutes
à pied. La vanne se tourne à la main. Si on la ferme, toute la vallée est à sec en
deux heures, l'hôpital aussi, c'est le technicien qui le dit.
Jeudi. Le code du boîtier est celui de l'année de construction, comme avant.
Vendredi. Le deuxième groupe n'a pas démarré à l'essai. On a signé quand même.
`), "H4", []string{"infra"}, []string{"DR"})

	d = s.draft("Sûreté/Nucléaire/Avis de mouvement.docx")
	d.carries(docx(paper{title: "Avis de mouvement", header: "DIFFUSION RESTREINTE", body: `
# Avis de mouvement : transport de matières nucléaires

Trois emballages de combustible partent de l'installation nucléaire de base dans la nuit de mardi. La protection contre la malveillance est assurée par deux véhicules.

Itinéraire principal : variante 2, arrêt technique de vingt minutes à la barrière de Clairmaison. Itinéraire de secours : variante 5.

La matière nucléaire est de l'oxyde d'uranium. En cas d'arrêt imprévu, le chef de convoi appelle l'échelon opérationnel et applique le plan particulier d'intervention.`}), "H4", []string{"marquage", "nucleaire"}, []string{"DR"})

	d = s.draft("Sûreté/2023/Fiche programme.pdf")
	d.carries(pdf(paper{title: "Fiche", header: "TRÈS SECRET", footer: "TRÈS SECRET", body: `
# Fiche d'avancement du programme

Exemplaire unique. La seconde tranche est décalée de six mois.

Le prestataire n'a pas livré le module de liaison. Un essai est prévu sur la base du lac.
===
Suite de la fiche

Le budget reste celui de l'an dernier. Le détail est dans l'enveloppe scellée.`}, pdfExtra{}), "H5", []string{"marquage"}, nil)

	d = s.draft("Sûreté/DR/Ordre de marche.odt")
	d.carries(odt(paper{title: "Ordre", header: "DIFFUSION RESTREINTE", footer: "DIFFUSION RESTREINTE", body: `
# Ordre d'opérations n° 4

Le détachement quitte la base aérienne à 3 h 15. Les règles d'engagement sont celles du précédent ordre d'opérations.

Munitions : deux jours. Le théâtre d'opérations est divisé en trois secteurs ; les forces spéciales gardent le secteur nord.

Vulnérabilité capacitaire connue : un seul système d'armes de défense rapprochée en état, pas de guerre électronique avant le 12.`}), "H4", []string{"marquage", "defense"}, []string{"DR"})

	d = s.draft("Sûreté/Compte rendu à alinéas marqués.docx")
	d.carries(docx(paper{title: "Compte rendu", body: `
# Compte rendu de la visite du site

(NP) La visite a eu lieu le matin. L'accueil a été bon.

(DR) La grille sud n'est pas reliée à l'alarme. Le poste de garde est vide entre la relève de 6 h et celle de 6 h 20.

(NP) La prochaine visite aura lieu à l'automne.`}), "H4", []string{"marquage"}, []string{"DR"})

	d = s.draft("Sûreté/OTAN/Convocation.txt")
	d.carries([]byte("NATO UNCLASSIFIED\n\nCalling notice for the working group on catering standards.\nRoom 4, Tuesday, ten o'clock. Badges at the gate.\n\nNATO UNCLASSIFIED\n"), "H1", []string{"marquage"}, nil)

	d = s.draft("Sûreté/Badges/Enrôlement.csv")
	rows := [][]string{{"Nom", "Prénom", "NIR", "Gabarit biométrique", "Empreintes digitales", "Reconnaissance faciale"}}
	for i := range 15 {
		p := d.person()
		rows = append(rows, []string{p.last, p.first, d.nir(p, space), fmt.Sprintf("gabarit-%04d", 300+i), []string{"index droit", "pouce gauche", "échec, empreinte usée"}[i%3], []string{"oui", "refus de l'agent"}[i%2]})
	}
	d.carries([]byte(delimited(",", rows)), "H3", []string{"biometrie"}, nil)

	d = s.draft("Sûreté/Bordereau de transmission.docx")
	d.harmless(docx(paper{title: "Bordereau de transmission", body: `
# Bordereau de transmission

Cocher la mention qui convient :

☐ Diffusion Restreinte    ☐ Secret    ☐ Très Secret    ☒ Non protégé

Objet : calendrier des visites du musée des transmissions, ouvert au public.

Nombre de pièces : 1. Retour : non.`}))

	d = s.draft("Sûreté/Note de cantine.docx")
	d.carries(docx(paper{title: "Horaires", header: "DIFFUSION RESTREINTE", body: `
# Horaires du restaurant administratif

Le service commence à 11 h 45 le vendredi. Le plat végétarien est servi tous les jours à partir de lundi.`}), "H4", []string{"marquage"}, []string{"DR"})
}
