package classifiers

import "poterne"

// withholdFrom is the confidence from which a classified marking makes the
// document one of which nothing is shown: that of a marking to be confirmed.
const withholdFrom = 0.50

// withhold leaves, of a part that carries a classified marking, nothing but what
// was found and in which zone: no masked form, no title, no vocabulary (doctrine
// D.6). The canonical name of a marking is no text of the document.
func withhold(all []poterne.Finding) {
	for i := range all {
		if f := &all[i]; f.Rule == poterne.RuleMarking && f.Level == poterne.Classified && f.Confidence >= withholdFrom {
			for k := range all {
				if g := &all[k]; g.Rule != poterne.RuleMarking {
					g.Masked = nil
				}
				for n := range all[k].Spots {
					p := &all[k].Spots[n].Place
					p.Sheet, p.Header = "", ""
				}
			}
			return
		}
	}
}
