package main

import (
	"fmt"
	"strings"
	"time"
)

// The names are invented: no surname of this list is borne in numbers in France,
// and no person of the share exists. Places are invented too.
var (
	womenNames = strings.Fields("Maëlys Hermeline Aurore Solveig Clémence Ysaline Zélie Apolline Thaïs Capucine Noémie Éloïse")
	menNames   = strings.Fields("Anselme Théodule Gaspard Évariste Côme Lubin Octave Loïc Barnabé Célestin Raphaël Jérôme")
	surnames   = strings.Fields("Ombrevault Trassenoy Kerlivan Pommerac Vaudrémont Lestrigel Bézancelle Fauvrelle Guirambaud " +
		"Hautecroze Quermeneur Rocaillac Sauvezerre Tournebise Ursambel Valcourtois Ybrelande Zanquevel Châtelmarie " +
		"Déorbigeac Escarmelle Froidevauzelle Grisolande Jaminterre")
	streets = []string{"rue des Lavandières-Perdues", "chemin de la Combe-aux-Grives", "allée du Vieux-Pressoir", "impasse des Sept-Puits"}
	towns   = []string{"Saint-Orphée-sur-Valserine", "Montrevaux-le-Grand", "Clairmaison", "Les Trois-Fontenelles"}
)

// person is an invented person.
type person struct {
	first, last string
	female      bool
	born        time.Time
}

func (d *draft) person() person {
	p := person{female: d.rng.IntN(2) == 0, last: surnames[d.rng.IntN(len(surnames))]}
	if p.female {
		p.first = womenNames[d.rng.IntN(len(womenNames))]
	} else {
		p.first = menNames[d.rng.IntN(len(menNames))]
	}
	p.born = time.Date(1958+d.rng.IntN(42), time.Month(1+d.rng.IntN(12)), 1+d.rng.IntN(28), 0, 0, 0, 0, time.UTC)
	return p
}

// woman and man return persons under a chosen surname.
func (d *draft) woman(last string) person {
	p := d.person()
	p.female, p.first, p.last = true, womenNames[d.rng.IntN(len(womenNames))], last
	return p
}

func (d *draft) man(last string) person {
	p := d.person()
	p.female, p.first, p.last = false, menNames[d.rng.IntN(len(menNames))], last
	return p
}

func (p person) String() string { return p.first + " " + p.last }

// title is how letters name p.
func (p person) title() string {
	if p.female {
		return "Mme " + p.String()
	}
	return "M. " + p.String()
}

// birth is the date of birth as forms hold it.
func (p person) birth() string { return p.born.Format("02/01/2006") }

func (p person) bornLine() string {
	if p.female {
		return "née le " + p.birth()
	}
	return "né le " + p.birth()
}

func (d *draft) address() string {
	return fmt.Sprintf("%d %s, 01%d %s", 1+d.rng.IntN(80), streets[d.rng.IntN(len(streets))], 900+d.rng.IntN(90), towns[d.rng.IntN(len(towns))])
}

// plain lower-cases s and drops its accents, for addresses of mail.
func plain(s string) string {
	return strings.NewReplacer("ë", "e", "é", "e", "è", "e", "ï", "i", "ô", "o", "â", "a", "ç", "c", " ", "-").
		Replace(strings.ToLower(strings.ReplaceAll(s, "É", "é")))
}
