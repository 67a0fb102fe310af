package classifiers

import (
	"bytes"
	"context"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"poterne"
)

// Titles of columns and names of sheets leave with a finding, to say where it was.
// Nothing keeps people from writing a value there.

// maxTitleRun and maxTitleDigits are the digits in a row and in all from which a
// title may be a value: two years have eight.
const (
	maxTitleRun    = 4
	maxTitleDigits = 8
	maxTitle       = 100 // bytes that are shown
)

// hideTitles empties each title and name of a sheet that holds a value, and leaves of
// the others the words that are known: where a table lies on its side, the titles are
// the names of persons, and sheets are named after those whose files they are.
func (d *document) hideTitles(ctx context.Context, all []poterne.Finding) {
	seen := map[string]string{}
	shown := func(title string) string {
		if title == "" {
			return ""
		}
		show, ok := seen[title]
		if !ok {
			if !d.c.holdsValue(ctx, title) {
				show = cut(d.c.knownWords(title), maxTitle)
			}
			seen[title] = show
		}
		return show
	}
	for i := range all {
		for k := range all[i].Spots {
			p := &all[i].Spots[k].Place
			p.Sheet, p.Header = shown(p.Sheet), shown(p.Header)
		}
	}
}

// holdsValue reports whether a title looks like a value, or holds what a rule or
// the search for names finds.
func (c *Classifier) holdsValue(ctx context.Context, title string) bool {
	run, all := 0, 0
	for _, b := range []byte(foldString(title)) {
		switch {
		case b == '@':
			return true
		case !isDigit(b):
			run = 0
			continue
		}
		run++
		if all++; run > maxTitleRun || all > maxTitleDigits {
			return true
		}
	}
	d := c.scratch.Get().(*document)
	defer c.scratch.Put(d)
	defer d.forget()
	d.reset(poterne.Document{})
	d.add(poterne.Segment{Part: &poterne.Part{}, Body: title})
	found := false
	for _, det := range d.detectors {
		for _, f := range det.finish() {
			found = found || f.Rule == rulePerson || c.isIdentifier(f.Rule)
		}
	}
	return found || ctx.Err() != nil
}

// titleWord is a word of a title, also one of those that capitals part.
type titleWord struct {
	from, to int // in the title
	start    int // in the folded text
	folded   []byte
	known    bool
}

// knownWords returns a title with "…" for each word, or words in a row, that neither a
// rule nor a vocabulary nor the usual words of titles have, and nothing where grammar
// and numbers are all that is known of several words.
func (c *Classifier) knownWords(title string) string {
	var words []titleWord
	told := false
	for _, apart := range []bool{false, true} { // "securiteSociale" is looked up as one word and as two
		these := wordsOfTitle(title, apart)
		if apart && len(these) == len(words) {
			break
		}
		c.know(title, these)
		for i := range these {
			w := &these[i]
			for _, whole := range words {
				w.known = w.known || whole.known && whole.from <= w.from && w.to <= whole.to
			}
			told = told || w.known
			w.known = w.known || grammar(w.folded)
		}
		words = these
	}
	if !told && (len(words) != 1 || !words[0].known) {
		return ""
	}
	var out strings.Builder
	end, hidden := 0, false
	for _, w := range words {
		if !w.known {
			if !hidden {
				out.WriteString(title[end:w.from] + "…")
			}
			end, hidden = w.to, true
			continue
		}
		out.WriteString(title[end:w.to])
		end, hidden = w.to, false
	}
	out.WriteString(title[end:])
	return out.String()
}

// wordsOfTitle parts a title into runs of letters, marks and digits, and these also
// before a capital behind a small letter, where apart.
func wordsOfTitle(title string, apart bool) (words []titleWord) {
	inside, small := false, false
	for i, r := range title {
		switch in := unicode.In(r, unicode.L, unicode.M, unicode.N) || r == '°'; {
		case in && (!inside || apart && small && unicode.IsUpper(r)):
			words = append(words, titleWord{from: i})
			fallthrough
		case in:
			words[len(words)-1].to = i + utf8.RuneLen(r)
			inside, small = true, unicode.IsLower(r)
		default:
			inside, small = false, false
		}
	}
	return words
}

// know marks the words that are usual ones of titles, or stand in a word or a phrase
// of a rule or a vocabulary.
func (c *Classifier) know(title string, words []titleWord) {
	var text []byte
	end := 0
	for i := range words {
		w := &words[i]
		if text = fold(text, title[end:w.from]); end > 0 && end == w.from {
			text = append(text, ' ')
		}
		w.start, end = len(text), w.to
		text = fold(text, title[w.from:w.to])
		w.folded = bytes.ReplaceAll(bytes.ToLower(text[w.start:]), []byte{foldOrdinal}, []byte("o"))
		w.known = usual(w.folded)
	}
	var hits [owners][]hit
	c.words.scan(text, &hits)
	for by, all := range hits {
		for _, h := range all {
			if h.word < firstWord || owner(by) == ownerRules && c.words.words[h.word].flags&wordPrefix != 0 {
				continue // "aida" is how a key starts
			}
			for i := range words {
				w := &words[i]
				w.known = w.known || w.start >= int(h.start) && w.start < int(h.end)
			}
		}
	}
}

// grammar reports whether w is a word of grammar, a letter or a number, which stand
// between the words that tell something.
func grammar(w []byte) bool {
	return len(w) == 1 || titleGrammar[string(w)] || len(bytes.Trim(w, "0123456789")) == 0
}

// usual reports whether w is one of the usual words of titles, or the name of a month,
// in the plural or not, with a number or not: "feuil1".
func usual(w []byte) bool {
	if len(w) == 2 && bytes.IndexByte([]byte("tqs"), w[0]) >= 0 && isDigit(w[1]) {
		return true // a quarter, a half of a year
	}
	w = bytes.TrimRight(w, "0123456789")
	return len(w) > 0 && (usualInTitles[string(w)] || usualInTitles[string(w[:len(w)-1])] && (w[len(w)-1] == 's' || w[len(w)-1] == 'x') ||
		slices.Contains(months, string(w)))
}

var titleGrammar = setOf(`
a afin ai ainsi apres au aucun aussi autre autres aux avant avec ce cette ces chaque chez d dans de depuis des du elle en entre est et etre
hors il ils j l la le les leur leurs lors m me mme mlle mr mrs n ne no non ni nos notre nous on ou oui par pas pendant plus pour qu que quel quelle qui
s sa sans se ses si son sont sous sur t tous tout toute toutes un une vers via vos votre vous y of the and for to by in on id or is`)

// usualInTitles are words of the titles of columns and of the names of sheets, of JSON
// keys and of SQL tables, that name no person, folded and in the singular.
var usualInTitles = setOf(`
feuil feuille sheet tableau table liste list classeur onglet page annexe synthese recap recapitulatif total detail donnee data base export import
extraction extrait parametre reference referentiel resultat result statistique stat graphique modele exemple test essai brouillon copie archive
historique suivi planning calendrier agenda bilan rapport fiche formulaire questionnaire enquete sondage reponse question choix commentaire
observation remarque note titre objet sujet theme description libelle intitule designation categorie type nature famille groupe classe niveau
rang ordre ligne colonne champ cle key valeur value code numero num number no ref identifiant ident uid uuid index statut status etat actif
paie paye salaire remuneration prime indemnite traitement brut net cotisation charge impot taxe budget compte comptabilite depense recette montant
somme prix cout tarif quantite qte unite taux pourcentage solde facture devis commande marche contrat convention subvention dotation
credit debit paiement payment reglement virement echeance banque caisse fournisseur client achat vente stock article produit materiel inventaire
nom name prenom nomprenom lastname firstname surname usuel naissance birth date jour mois annee year semaine trimestre semestre heure debut fin duree periode exercice
age sexe genre civilite nationalite pays country ville city commune departement region adresse address rue voie code postal cp insee localite lieu
site batiment bureau salle etage telephone tel phone mobile portable fixe fax courriel mail email messagerie contact
agent agente personnel personne person people employe employee salarie effectif fonctionnaire contractuel stagiaire apprenti titulaire candidat usager
utilisateur user compte account membre member adherent beneficiaire demandeur responsable chef directeur direction service pole unite equipe
division section cellule organisme entite structure etablissement societe entreprise association administration ministere prefecture mairie
poste fonction metier emploi grade corps echelon indice matricule affectation carriere conge absence arret maladie retraite
formation diplome competence evaluation entretien recrutement concours
patient malade medecin medical sante hopital consultation diagnostic dossier acte soin traitement ordonnance
eleve etudiant ecole college lycee universite professeur enseignant parent enfant conjoint famille
projet action mesure objectif tache activite programme operation mission marche lot phase etape
document fichier file dossier piece courrier message texte text contenu content corps objet source origine destination
securite secret password passe login identification acces droit role profil machine serveur server ordinateur adresse reseau electronique postal administratif professionnel familial social
observatoire annuaire registre journal log evenement event erreur error alerte incident ticket demande request
vehicule immatriculation permis carte passeport cni nir iban bic siret siren rib
interne externe public prive national local general divers autre nouveau ancien premier dernier principal secondaire
valide verifie confirme refuse accepte demande recu envoye cree modifie supprime created updated at version
root row item items record entry entries element object array`)

func setOf(list string) map[string]bool {
	set := map[string]bool{}
	for _, w := range strings.Fields(list) {
		set[w] = true
	}
	return set
}

func (c *Classifier) isIdentifier(rule string) bool {
	for i := range c.rules.rules {
		if c.rules.rules[i].ID == rule {
			return true
		}
	}
	return false
}

// cut returns the first bytes of s, at most n, whole characters.
func cut(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return strings.TrimRight(s[:n], " ") + "…"
}
