package main

import (
	"errors"
	"fmt"
	"strings"
	"syscall"

	"poterne/index"
	"poterne/ledger"
)

// This file says in French what rooms say in English: the command line and the pages
// have these words from here.

// systemWords says in French what the system says in English.
var systemWords = map[syscall.Errno]string{
	syscall.ENOENT:    "n'existe pas",
	syscall.EACCES:    "accès refusé",
	syscall.EPERM:     "opération refusée",
	syscall.EEXIST:    "existe déjà",
	syscall.ENOTDIR:   "n'est pas un dossier",
	syscall.EISDIR:    "est un dossier",
	syscall.ENOTEMPTY: "n'est pas vide",
	syscall.EROFS:     "système de fichiers en lecture seule",
	syscall.ENOSPC:    "plus de place sur le disque",
	syscall.EMFILE:    "trop de fichiers ouverts",
	syscall.EIO:       "erreur d'entrée-sortie",
	syscall.ELOOP:     "trop de liens",
}

// queryWords says in French what is wrong with a query.
var queryWords = map[index.Problem]string{
	index.UnknownField: "champ inconnu",
	index.BadValue:     "valeur non comprise",
	index.BadOperator:  "ce champ ne se compare pas ainsi",
	index.NoPhrase:     "ce champ ne garde pas l'ordre des mots",
	index.NoFacet:      "ce champ ne se compte pas",
	index.NoSort:       "on ne trie pas par ce champ",
	index.BadCursor:    "suite d'une autre requête",
	index.NoValue:      "il manque une valeur",
	index.Unclosed:     "guillemet ou parenthèse non fermés",
	index.Unexpected:   "inattendu ici",
	index.MixedOr:      "une alternative porte sur un seul champ",
}

// lackWords says in French why a decision is not kept.
var lackWords = map[ledger.Lack]string{
	ledger.UnknownAct:    "acte inconnu",
	ledger.NoDocument:    "document manquant",
	ledger.NoAuthor:      "auteur manquant",
	ledger.NotSecond:     "la seconde personne est la première, ou personne",
	ledger.NoReason:      "motif manquant",
	ledger.NoAssignee:    "personne à qui confier",
	ledger.NeverRead:     "le document n'a jamais été lu : il n'y a pas de contenu dont décider",
	ledger.NoRule:        "règle manquante",
	ledger.NoFinding:     "le document n'a pas de constat de cette règle",
	ledger.OfWhole:       "un niveau et une classe sont ceux de tout le document, pas d'une règle",
	ledger.NoLevel:       "niveau et classe manquants",
	ledger.ExpiresBefore: "elle finit avant de commencer",
	ledger.NoProject:     "projet manquant",
	ledger.NoText:        "texte qui l'accorde manquant",
	ledger.NoDestination: "destination manquante",
	ledger.NoShare:       "partage couvert manquant",
	ledger.EndsBefore:    "elle finit avant que l'offre n'existe",
	ledger.NoGlob:        "ce partage n'est pas un motif",
}

// words returns the text of an error, what the system, a query or the ledger said in
// the user's language.
func (a *app) words(err error) string {
	text := err.Error()
	var lack *ledger.Refusal
	if errors.As(err, &lack) && a.lang == "fr" {
		text = "décision refusée : " + lackWords[lack.Lack]
		if errors.Is(lack, ledger.ErrDerogation) {
			text = "dérogation refusée : " + lackWords[lack.Lack]
		}
		if lack.Value != "" {
			text += fmt.Sprintf(" : « %s »", lack.Value)
		}
	}
	var q *index.QueryError
	if errors.As(err, &q) && a.lang == "fr" {
		text = "requête : " + queryWords[q.Problem]
		for _, part := range []string{q.Field, q.Value} {
			if part != "" {
				text += fmt.Sprintf(" : « %s »", part)
			}
		}
		if q.Suggest != "" {
			text += fmt.Sprintf(" (« %s » ?)", q.Suggest)
		}
	}
	var no syscall.Errno
	if errors.As(err, &no) && a.lang == "fr" && systemWords[no] != "" {
		text = strings.ReplaceAll(text, no.Error(), systemWords[no])
	}
	return text
}
