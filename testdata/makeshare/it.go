package main

import (
	"crypto/ed25519"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"fmt"
	"strings"
)

// it writes the papers of a computing department: secrets, plans of networks, and
// files full of numbers that mean nothing.
func it(s *share) {
	d := s.draft("DSI/Exploitation/Mots de passe serveurs.txt")
	d.carries(ansi(fmt.Sprintf(`Aide-mémoire de l'équipe, ne pas envoyer par courriel

serveur de fichiers   compte administrateur : svc_fichiers
   mot de passe : %s
annuaire   mot de passe : %s
imprimantes   mdp : %s
sauvegarde   Password: %s

changer celui de l'annuaire après le départ de Côme
`, d.password("Gr4nge#Vallon"), d.password("Tr0is-Puits!88"), d.password("Encre_B1eue?"), d.password("Chouette.7Nuit"))), "H3", nil, nil)

	d = s.draft("DSI/Certificats/portail.key")
	d.carries([]byte(d.privateKey()), "H3", nil, nil)

	d = s.draft("DSI/Application/configuration.json")
	host := "base-paie.valserine.intra"
	conn := d.plant("sec-conn", "postgresql://paie:Orge%2FMoulin42@"+host+":5432/paie", "postgresql://paie:Orge%2FMoulin42@"+host+":5432/paie")
	d.share.planted["Orge%2FMoulin42"] = true
	d.carries(jsonOf(map[string]any{"application": "paie", "base": conn, "session": map[string]any{"jeton_de_service": d.jwt(), "duree_minutes": 30}, "version": "4.12.7"}), "H3", nil, nil)

	d = s.draft("DSI/Réseau/Plan adressage.xlsx")
	sh := sheet{name: "Plan d'adressage", rows: [][]any{row("Nom d'hôte", "Adresse IP", "VLAN", "Rôle", "Règles du pare-feu")}}
	for i := range 32 {
		sh.rows = append(sh.rows, row(
			d.plant("host-int", fmt.Sprintf("srv%02d.valserine.intra", i+1), fmt.Sprintf("srv%02d.valserine.intra", i+1)),
			d.plant("ipv4", fmt.Sprintf("10.45.%d.%d", 10+i/8, 11+i), fmt.Sprintf("10.45.%d.%d", 10+i/8, 11+i)),
			int64(110+i/8), []string{"annuaire active directory", "bastion d'administration", "fichiers", "supervision, SIEM"}[i%4], []string{"tout depuis le bastion", "445 depuis les postes", "aucune"}[i%3]))
	}
	flows := sheet{name: "Matrice de flux", rows: [][]any{row("Depuis", "Vers", "Port", "Justification"), row("VLAN 110", "VLAN 112", int64(3389), "prestataire, à fermer : vulnérabilité critique connue"), row("VLAN 113", "Internet", int64(443), "mises à jour")}}
	d.carries(xlsx(paper{title: "Plan d'adressage et matrice de flux", subject: "Cartographie du SI"}, sh, flows), "H3", []string{"ssi"}, nil)

	d = s.draft("DSI/Audit/Rapport de test intrusion.docx")
	d.carries(docx(paper{title: "Rapport de test d'intrusion", author: "Prestataire d'audit", footer: "Réservé au responsable de la sécurité",
		body: fmt.Sprintf(`
# Rapport de pentest : portail des usagers

L'audit de sécurité a duré cinq jours. Deux vulnérabilités critiques et quatre majeures ont été exploitées.

1. Contournement de l'authentification. Le jeton de session n'est pas vérifié : %s

2. Escalade vers l'annuaire Active Directory. Depuis le serveur web, le compte administrateur du domaine a été obtenu en quarante minutes, sans alerte du SIEM.

3. Le bastion accepte un protocole obsolète ; les règles du pare-feu laissent passer tout le VLAN 110.

Le plan de continuité ne prévoit pas la perte de l'annuaire. L'homologation de sécurité a été prononcée sans ces éléments. Non corrigé au jour de la restitution : points 1 et 3.`, d.jwt())}), "H3", []string{"ssi"}, nil)

	d = s.draft("DSI/Audit/Restitution orale.md")
	d.misses([]byte(`# Ce que Barnabé a montré mardi

Il a branché son ordinateur dans la salle d'attente et il est ressorti avec la
paie de tout le monde, vingt minutes en tout.

- La machine du fond répond à quiconque lui parle gentiment, elle tient tout le reste.
- Le petit nouveau du guichet a les droits de la directrice : personne ne les a retirés en 2021.
- Les copies du soir sont sur le même disque que l'original. Si ça chiffre, ça chiffre tout.
- L'entrée de service du prestataire reste ouverte la nuit, on ne sait pas qui passe.

Il n'a rien cassé. Il repasse en juin. Rien n'est réparé pour l'instant.
`), "H3", []string{"ssi"}, nil)

	d = s.draft("DSI/Alerte hameçonnage.eml")
	d.carries(eml(mail{from: "alertes@cert-valserine.exemple.fr", to: "correspondants@valserine.exemple.fr", subject: "[TLP:AMBER] Campagne en cours contre les mairies",
		headers: [][2]string{{"X-Classification", "TLP:AMBER"}},
		body:    "TLP:AMBER\n\nUne campagne de hameçonnage vise les mairies depuis lundi. Trois boîtes ont été prises, dont une sert encore à l'envoi.\nLes indicateurs sont sur la plateforme de partage. Ne pas rediffuser hors de votre organisation.\n\nTLP:AMBER\n"}), "H3", []string{"marquage"}, nil)

	d = s.draft("DSI/Étiquettes/Compte rendu étiqueté.docx")
	const label = "MSIP_Label_5b3f1c77-0a52-4d0e-9c3b-7e2f40a1d210_"
	d.carries(docx(paper{title: "Compte rendu", custom: [][2]string{{label + "Enabled", "true"}, {label + "Name", "Diffusion Restreinte"}, {label + "SetDate", "2024-03-29T17:42:00Z"}, {label + "Method", "Privileged"}},
		body: "# Compte rendu de la réunion du mardi\n\nLe calendrier des travaux a été revu. Prochaine réunion dans deux semaines, même salle."}), "H4", []string{"marquage"}, []string{"DR"})

	d = s.draft("DSI/Application/Déploiement.docm")
	d.carries(docm(paper{title: "Procédure de déploiement", comment: "En attendant le coffre, mot de passe : " + d.password("Peupl1er*Rouge"), hidden: "mdp secours : " + d.password("Sous_B0is-1973"),
		body: "# Procédure de déploiement\n\n- Arrêter le service.\n- Copier l'archive, vérifier son empreinte.\n- Redémarrer et attendre deux minutes."}), "H3", nil, nil)

	d = s.draft("DSI/Guides/Politique de mots de passe.odt")
	d.harmless(odt(paper{title: "Politique de mots de passe", body: `
# Politique de mots de passe (document publié)

Un mot de passe : douze caractères au moins, jamais deux fois le même. Mot de passe oublié : s'adresser au guichet.

Le compte administrateur n'est jamais utilisé pour lire du courrier. La clef privée d'un certificat ne quitte pas le coffre.

Un bon mot de passe est une phrase dont on prend les initiales. Ne jamais le noter. Mot de passe : à changer à la première connexion.`}), "sec-pwd", "sec-pem", "ssi")

	d = s.draft("DSI/Guides/Exemples de formats.md")
	d.harmless([]byte("# Formats des identifiants : exemples publiés\n\nCes valeurs sont les exemples des documentations publiques. Elles n'appartiennent à personne.\n\n" +
		"- NIR d'exemple : `1 85 05 78 006 084 91`\n- IBAN d'exemple : `FR76 3000 6000 0112 3456 7890 189`\n- Carte de test : `4111 1111 1111 1111`\n- Clé d'exemple de la documentation AWS : `AKIAIOSFODNN7EXAMPLE`\n- Adresse d'un serveur : `192.0.2.10`\n"))

	sensors(s)
}

// sensors writes files of numbers of which some pass a key by chance. The
// columns tell that they are measures, counters and references.
func sensors(s *share) {
	d := s.draft("DSI/Mesures/Capteurs février.csv")
	var b strings.Builder
	b.WriteString("horodatage_ms,capteur,compteur,debit,tension\n")
	for i := range 900 {
		// 13, 15 and 16 digits: the lengths of tax numbers, of social security
		// numbers and of cards; a few pass their keys.
		fmt.Fprintf(&b, "%d,%015d,%016d,%.6f,%.3f\n", 1706745600000+int64(i)*60013, 184057800600000+d.rng.Int64N(99_000_000), 4970100000000000+d.rng.Int64N(9_000_000_000_000), d.rng.Float64()*100, 229+d.rng.Float64()*3)
	}
	d.harmless([]byte(b.String()), "fr-nir", "fr-nir13", "fr-spi", "card", "fr-siren", "fr-siret", "fr-rpps", "iban", "fr-tel")

	d = s.draft("DSI/Mesures/Journal applicatif.log")
	b.Reset()
	for i := range 400 {
		id := sha256.Sum256([]byte(fmt.Sprint("journal", i)))
		fmt.Fprintf(&b, "2024-02-01T%02d:%02d:%02d.%03dZ INFO requete=%x-%x-%x-%x-%x duree=%d.%06d version=%d.%d.%d.%d section=%d.%d\n",
			i/60%24, i%60, i*7%60, i, id[:4], id[4:6], id[6:8], id[8:10], id[10:16], i%3, d.rng.IntN(1000000), i%4, i%10, i%7, i%5, i%9, i%12)
	}
	d.harmless([]byte(b.String()), "fr-nir", "fr-nir13", "fr-spi", "card", "fr-siren", "fr-siret", "fr-rpps", "fr-tel", "iban", "sec-jwt")
}

// password plants a password in clear.
func (d *draft) password(v string) string { return d.plant("sec-pwd", v, v) }

// jwt plants a signed token. Its signature signs nothing.
func (d *draft) jwt() string {
	enc := base64.RawURLEncoding.EncodeToString
	sig := sha256.Sum256([]byte(d.path))
	v := enc([]byte(`{"alg":"HS256","typ":"JWT"}`)) + "." + enc([]byte(`{"sub":"service-`+d.number(6)+`","role":"lecture"}`)) + "." + enc(sig[:])
	return d.plant("sec-jwt", v, v)
}

// privateKey plants an Ed25519 key in PEM. It protects nothing.
func (d *draft) privateKey() string {
	seed := sha256.Sum256([]byte("clé du partage d'exemple"))
	der, err := x509.MarshalPKCS8PrivateKey(ed25519.NewKeyFromSeed(seed[:]))
	must(err)
	p := string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}))
	body := strings.Split(p, "\n")[1]
	d.plant("sec-pem", body, body)
	return p
}
