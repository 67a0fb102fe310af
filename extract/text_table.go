package extract

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"poterne"
)

// textTable sends the cells of a table that is written as text, each with the
// title of its column. Such a table says nowhere whether it has a row of titles,
// so its first rows are held back until they tell.
type textTable struct {
	out     *emitter
	place   poterne.Place // zone and sheet of the cells
	held    []tableRow
	size    int // bytes held
	decided bool
	titles  []string
}

// tableRow is a row or, for endless rows, a stretch of one.
type tableRow struct {
	row, first int // number of the row from 1, and of the first cell from 0
	cells      []string
}

// How much is looked at before a row of titles is taken or given up.
const (
	heldRows  = 24
	heldBytes = 256 << 10
)

func newTextTable(out *emitter, sheet string) *textTable {
	return &textTable{out: out, place: poterne.Place{Zone: poterne.ZoneCell, Sheet: sheet}}
}

// titled gives the row of titles of a table that says which one it is.
func (t *textTable) titled(row int, cells []string) bool {
	if !t.flush() || !t.send(tableRow{row: row, cells: cells}) {
		return false
	}
	t.setTitles(cells)
	return true
}

// add takes a row; first is the index of its first cell. The cells are kept. It
// returns false when the reader shall stop.
func (t *textTable) add(row, first int, cells []string) bool {
	r := tableRow{row, first, cells}
	if t.decided {
		return t.send(r)
	}
	t.held = append(t.held, r)
	for _, c := range cells {
		t.size += len(c)
	}
	if len(t.held) < heldRows && t.size < heldBytes {
		return !t.out.run.stopped
	}
	return t.flush()
}

// flush sends what is held back. It is called at the end of the table.
func (t *textTable) flush() bool {
	t.decided = true
	held := t.held
	t.held = nil
	title := titleRow(held)
	for i, r := range held {
		if !t.send(r) {
			return false
		}
		if i == title {
			t.setTitles(r.cells)
		}
	}
	return !t.out.run.stopped
}

func (t *textTable) setTitles(cells []string) {
	t.titles = make([]string, len(cells))
	for i, c := range cells {
		if c = strings.Join(strings.Fields(c), " "); mayBeTitle(c) {
			t.titles[i] = c
		}
	}
}

func (t *textTable) send(r tableRow) bool {
	for i, body := range r.cells {
		if body == "" {
			continue
		}
		body = wholeNumber(body)
		p := t.place
		p.Row, p.Column = r.row, r.first+i+1
		if p.Column <= len(t.titles) {
			p.Header = t.titles[p.Column-1]
		}
		if !t.out.segment(poterne.Segment{Body: body, Header: p.Header, Place: p}) {
			return false
		}
	}
	return !t.out.run.stopped
}

// wholeNumber returns s without the ".0" that programs put behind the long numbers
// of a column in which some cell is empty: no quantity has nine digits and that.
func wholeNumber(s string) string {
	const least = 9 // digits, those of a SIREN
	whole, ok := strings.CutSuffix(s, ".0")
	if !ok || len(whole) < least || strings.ContainsFunc(whole, func(r rune) bool { return r < '0' || r > '9' }) {
		return s
	}
	return whole
}

// titleRow returns the index of the row that holds the titles of the columns, or
// -1. A title travels with findings, so a row of values must never be taken for
// one: the row must be words only, and either half of its cells hold a word that
// titles are made of, or a column below holds numbers, dates or addresses where it does not.
func titleRow(rows []tableRow) int {
	width := 0
	for _, r := range rows {
		width = max(width, len(r.cells))
	}
	for i, r := range rows {
		if r.first > 0 {
			return -1
		}
		filled, titles, known := 0, 0, 0
		for _, c := range r.cells {
			if blank(c) {
				continue
			}
			filled++
			if mayBeTitle(c) {
				titles++
			}
			if isTitleWord(c) {
				known++
			}
		}
		switch {
		case filled*2 < width || width > 1 && filled < 2:
			continue // a line above the table
		case titles < filled:
			return -1
		case known*2 >= filled || contrast(r.cells, rows[i+1:]):
			return i
		}
		return -1
	}
	return -1
}

// contrast reports whether most filled cells of some column below are values.
func contrast(titles []string, below []tableRow) bool {
	for col := range titles {
		values, filled := 0, 0
		for _, r := range below {
			if r.first == 0 && col < len(r.cells) && !blank(r.cells[col]) {
				filled++
				if !mayBeTitle(r.cells[col]) {
					values++
				}
			}
		}
		if filled > 0 && values*2 > filled {
			return true
		}
	}
	return false
}

// mayBeTitle reports whether c may be the title of a column: short, with a
// letter, without an address, and without more digits than a year or a rank.
func mayBeTitle(c string) bool {
	const longest = 160 // bytes: titles travel with each cell
	if len(c) > longest || strings.ContainsAny(c, "@\n") || strings.Contains(c, "://") {
		return false
	}
	digits, letters := 0, 0
	for _, r := range c {
		switch {
		case unicode.IsDigit(r):
			digits++
		case unicode.IsLetter(r):
			letters++
		}
	}
	return letters > 0 && digits <= 4 && digits <= letters
}

// titleWords are words of which titles of columns are made in the exports of
// administrations, folded.
var titleWords = strings.Fields(`
	nom noms prenom prenoms name firstname lastname surname patronyme civilite sexe genre age
	date naissance ne nee lieu birth dob annee mois jour heure debut fin echeance
	adresse address ville city commune cp postal pays country departement region
	tel telephone mobile portable phone fax mail email courriel
	nir insee secu iban bic rib siren siret rpps finess nif spi
	numero num no n id identifiant matricule code reference ref cle key uuid
	login compte utilisateur user mdp password passe role
	libelle intitule titre title objet type categorie nature statut status etat
	montant prix total quantite qte solde salaire taux tva budget valeur value
	service direction bureau grade corps fonction poste emploi metier agent salarie employeur
	patient eleve usager beneficiaire assure client fournisseur diagnostic
	description commentaire commentaires observation observations remarque remarques note notes motif label url`)

// isTitleWord reports whether some word of c is one of titleWords.
func isTitleWord(c string) bool {
	if len(c) > 160 {
		return false
	}
	for _, w := range strings.FieldsFunc(fold(c), func(r rune) bool { return !unicode.IsLetter(r) }) {
		if slices.Contains(titleWords, w) {
			return true
		}
	}
	return false
}

// fold returns s in lower case, without the accents of French.
func fold(s string) string {
	return strings.Map(func(r rune) rune {
		r = unicode.ToLower(r)
		if r < utf8.RuneSelf {
			return r
		}
		switch r {
		case 'é', 'è', 'ê', 'ë':
			return 'e'
		case 'à', 'â', 'ä':
			return 'a'
		case 'î', 'ï':
			return 'i'
		case 'ô', 'ö':
			return 'o'
		case 'û', 'ù', 'ü':
			return 'u'
		case 'ç':
			return 'c'
		}
		return r
	}, s)
}
