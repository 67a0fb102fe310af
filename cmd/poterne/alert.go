package main

import (
	"strings"

	"poterne"
	"poterne/report"
)

// alert tells at once that a document carries a classified marking: where it is,
// which one and in what zone, and nothing of its text (IGI 1300).
func (r *running) alert(rec poterne.Record) {
	for _, f := range rec.Findings {
		if f.Rule == poterne.RuleMarking && f.Level == poterne.Classified && f.Counts() && !f.Has(poterne.TagTalks) {
			where := ""
			if len(f.Spots) > 0 {
				where = r.voice.Where(rec.Format, f.Spots[0].Place)
			}
			r.note("ALERTE N5 : %s · %s · %s · ne pas ouvrir ni copier, prévenir l'officier de sécurité", "ALERT N5: %s · %s · %s · do not open or copy, tell the security officer",
				report.Inert(rec.Share+"/"+rec.Full()), strings.Join(f.Masked, ", "), where)
		}
	}
}
