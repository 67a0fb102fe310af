package web

import "poterne"

// Field names a facet.
func (v view) Field(field string) string {
	fr, en := field, field
	switch field {
	case "class":
		fr, en = "Classe d'hébergement", "Hosting class"
	case "level":
		fr, en = "Niveau", "Level"
	case "share":
		fr, en = "Partage", "Share"
	case "category":
		fr, en = "Catégorie", "Category"
	case "rule":
		fr, en = "Règle", "Rule"
	case "mark":
		fr, en = "Marquage", "Marking"
	case "flag":
		fr, en = "Mention", "Flag"
	case "exposure":
		fr, en = "Accès", "Access"
	case "format":
		fr, en = "Format", "Format"
	case "failure":
		fr, en = "Non lu", "Not read"
	case "owner":
		fr, en = "Propriétaire", "Owner"
	case "tag":
		fr, en = "Particularité", "Particulars"
	}
	return v.T(fr, en)
}

// Value names a value of a facet.
func (v view) Value(field, value string) string {
	switch field {
	case "class":
		if class, err := poterne.ClassOf(value); err == nil {
			return value + " " + v.Class(class)
		}
	case "level":
		var l poterne.Level
		if l.UnmarshalText([]byte(value)) == nil {
			return value + " " + v.Level(l)
		}
	case "category":
		return v.Category(value)
	case "rule":
		return v.Rule(value)
	case "mark":
		return v.Mark(value)
	case "flag":
		return v.Flag(poterne.Flag(value))
	case "failure":
		return v.Kind(poterne.Kind(value))
	case "tag":
		return v.Tag(poterne.Tag(value))
	case "exposure":
		for e := poterne.ExposureUnknown; e <= poterne.ExposureEveryone; e++ {
			if e.String() == value {
				return v.Exposure(e)
			}
		}
	}
	return v.Inert(value)
}

// Tag says a tag of a finding.
func (v view) Tag(t poterne.Tag) string {
	switch t {
	case poterne.TagPerson:
		return v.T("désigne une personne", "identifies a person")
	case poterne.TagNear:
		return v.T("près d'une personne", "near a person")
	case poterne.TagTalks:
		return v.T("parle du sujet, sans cas", "speaks of the subject, no case")
	case poterne.TagBlank:
		return v.T("formulaire vierge", "blank form")
	case poterne.TagConfirm:
		return v.T("à confirmer", "to confirm")
	case poterne.TagExample:
		return v.T("exemple publié, ne compte pas", "published example, does not count")
	case poterne.TagAllowed:
		return v.T("écarté, ne compte pas", "set aside, does not count")
	case poterne.TagSecret:
		return v.T("secret actif : à révoquer", "active secret: revoke")
	case poterne.TagCare:
		return v.T("issu de soins", "from care")
	case poterne.TagLifted:
		return v.T("dit levé, non vérifié", "said to be lifted, not verified")
	case poterne.TagClash:
		return v.T("marquages contradictoires", "contradictory markings")
	}
	return string(t)
}

// State says how a run ended.
func (v view) State(s string) string {
	switch s {
	case "running":
		return v.T("en cours", "running")
	case "done":
		return v.T("terminé", "done")
	case "partial":
		return v.T("arrêté avant la fin, reprendra", "stopped early, will resume")
	case "cancelled":
		return v.T("interrompu, reprendra", "cancelled, will resume")
	case "failed":
		return v.T("en échec", "failed")
	case "killed":
		return v.T("tué", "killed")
	}
	return s
}

// Remedy says what may be done about a kind of failure.
func (v view) Remedy(k poterne.Kind) string {
	switch k {
	case poterne.Denied:
		return v.T("donner au compte de lecture le droit de lire", "give the reading account the right to read")
	case poterne.Vanished:
		return v.T("rien : le fichier est parti ou le partage n'a plus répondu ; relancer", "nothing: the file left or the share stopped answering; start again")
	case poterne.TooLarge:
		return v.T("relever les limites de lecture, ou regarder à la main", "raise the limits of reading, or look by hand")
	case poterne.Encrypted:
		return v.T("demander à son propriétaire ce qu'il contient, ou une copie lisible", "ask its owner what it holds, or for a readable copy")
	case poterne.ImageOnly:
		return v.T("lire les images : option ocr d'une analyse", "read pictures: option ocr of a scan")
	case poterne.Unsupported:
		return v.T("ce format n'est pas lu : regarder à la main", "this format is not read: look by hand")
	case poterne.Malformed:
		return v.T("le fichier est abîmé : l'ouvrir et l'enregistrer de nouveau", "the file is damaged: open it and save it again")
	case poterne.Partial:
		return v.T("une partie a été lue et compte ; regarder le reste à la main", "a part was read and counts; look at the rest by hand")
	case poterne.Timeout:
		return v.T("relancer quand la machine est moins chargée, ou laisser plus de temps", "start again when the machine is less busy, or allow more time")
	case poterne.Memory:
		return v.T("ce fichier demande trop de mémoire : regarder à la main", "this file asks for too much memory: look by hand")
	case poterne.Crashed:
		return v.T("un lecteur est tombé sur ce fichier : le signaler, sans l'envoyer", "a reader fell over this file: report it, without sending it")
	}
	return "–"
}

// Role names a role.
func (v view) Role(r Role) string {
	switch r {
	case Operator:
		return v.T("opérateur", "operator")
	case DPO:
		return v.T("DPO", "DPO")
	case Auditor:
		return v.T("auditeur", "auditor")
	case Admin:
		return v.T("administrateur", "administrator")
	case Revealer:
		return v.T("peut révéler", "may reveal")
	}
	return string(r)
}

// RuleKind names a kind of rule.
func (v view) RuleKind(kind string) string {
	switch kind {
	case "identifier":
		return v.T("identifiant", "identifier")
	case "marking":
		return v.T("marquage", "marking")
	case "vocabulary":
		return v.T("vocabulaire", "vocabulary")
	}
	return kind
}

// Section names a section of rule files.
func (v view) Section(s string) string {
	switch s {
	case "rules":
		return v.T("règle", "rule")
	case "markings":
		return v.T("marquage", "marking")
	case "lexicons":
		return v.T("vocabulaire", "vocabulary")
	case "words":
		return v.T("liste de mots", "list of words")
	case "allow":
		return v.T("exception", "exception")
	}
	return s
}

// Change says what became of a rule.
func (v view) Change(s string) string {
	switch s {
	case "added":
		return v.T("ajoutée", "added")
	case "removed":
		return v.T("retirée", "removed")
	case "changed":
		return v.T("changée", "changed")
	}
	return s
}

// Answer says what a destination answers.
func (v view) Answer(answer string) string {
	switch answer {
	case "yes":
		return v.T("peut y aller (présumé conforme)", "may go there (presumed compliant)")
	case "no":
		return v.T("ne peut pas y aller", "may not go there")
	}
	return v.T("non autorisé : le catalogue ne sait pas", "not allowed: the catalogue does not know")
}

// Act names a decision.
func (v view) Act(a Act) string {
	switch a {
	case ActConfirm:
		return v.T("confirmé", "confirmed")
	case ActFalsePositive:
		return v.T("faux positif", "false positive")
	case ActReclassify:
		return v.T("reclassé", "reclassified")
	case ActNote:
		return v.T("note", "note")
	case ActAssign:
		return v.T("confié à", "assigned to")
	}
	return string(a)
}

// ReviewState says what a review is worth today.
func (v view) ReviewState(s ReviewState) string {
	switch s {
	case ReviewHolds:
		return v.T("en vigueur", "in force")
	case ReviewAgain:
		return v.T("à revoir", "to be reviewed")
	case ReviewGone:
		return v.T("document disparu", "document gone")
	case ReviewExpired:
		return v.T("échue", "expired")
	case ReviewEnded:
		return v.T("close", "ended")
	}
	return string(s)
}

// Purpose names what a key is for.
func (v view) Purpose(s string) string {
	switch s {
	case "fingerprint":
		return v.T("empreintes", "fingerprints")
	case "index":
		return v.T("index", "index")
	case "ledger":
		return v.T("registre", "ledger")
	case "audit":
		return v.T("journal", "audit trail")
	case "web":
		return v.T("comptes et sessions", "accounts and sessions")
	}
	return s
}

// Kept says what is kept how long.
func (v view) Kept() []Fact {
	return []Fact{
		{v.T("Documents et constats masqués", "Documents and masked findings"), v.T("tant qu'un passage les revoit ; ensuite, une purge", "as long as a run meets them; then, a purge")},
		{v.T("Verdicts passés, passages, décisions closes", "Past verdicts, runs, ended decisions"), v.T("une purge", "a purge")},
		{v.T("Décisions en vigueur, dérogations, journal", "Decisions in force, derogations, audit"), v.T("toujours", "for ever")},
		{v.T("Propositions à une seconde personne", "Proposals to a second person"), v.T("un mois", "a month")},
		{v.T("Révélations demandées", "Reveals asked for"), v.T("un jour", "a day")},
		{v.T("Simulations", "Simulations"), v.T("une heure, en mémoire", "an hour, in memory")},
		{v.T("Recherches gardées, jetons", "Saved searches, tokens"), v.T("jusqu'à leur fin, ou qu'on les retire", "until their end, or until they are taken away")},
		{v.T("Sessions", "Sessions"), v.T("trente minutes sans demande, dix heures en tout", "thirty minutes without a request, ten hours in all")},
		{v.T("Textes éprouvés, fichiers comparés, valeurs révélées", "Texts that were tried, files that were compared, values that were revealed"), v.T("jamais", "never")},
	}
}

// Levels lists the levels that a document may be given.
func (v view) Levels() []poterne.Level {
	return []poterne.Level{poterne.Public, poterne.Internal, poterne.Personal, poterne.Sensitive, poterne.Restricted, poterne.Classified}
}

// Classes lists the classes that a document may be given.
func (v view) Classes() []poterne.Class { return poterne.Classes()[1:] }
