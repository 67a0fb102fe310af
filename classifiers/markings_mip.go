package classifiers

import (
	"slices"
	"strings"
)

// mipPrefix starts the names of the properties of a label of Microsoft's, as the
// documentation of its SDK lists them (« Label metadata in the MIP SDK »):
// MSIP_Label_<GUID>_Enabled, _Name, _SiteId, _ActionId, _Method, _SetDate, _ContentBits.
const mipPrefix = "msip_label_"

// mipLabel is what the properties of one label say, in any order.
type mipLabel struct {
	id      string
	on, off bool // some property says that it is in force, or that it is not
}

// maxMIPLabels bounds the labels told apart in one part: a document has one for each
// tenant that it went through, and their parents.
const maxMIPLabels = 64

// mipProperty takes a property where it is one of such a label, and returns the
// number of the label, from 1, or 0.
func (d *markingDetector) mipProperty(name, value string) int {
	name = strings.ToLower(strings.TrimSpace(name))
	id, attribute, _ := strings.Cut(strings.TrimPrefix(name, mipPrefix), "_")
	if !strings.HasPrefix(name, mipPrefix) {
		return 0
	}
	i := slices.IndexFunc(d.mip, func(l mipLabel) bool { return l.id == id })
	if i < 0 {
		if len(d.mip) == maxMIPLabels {
			return 0
		}
		i = len(d.mip)
		d.mip = append(d.mip, mipLabel{id: id})
	}
	if attribute == "enabled" {
		switch strings.ToLower(strings.Trim(value, " \"\r\n\t\x00")) {
		case "false", "0", "no":
			d.mip[i].off = true
		default:
			d.mip[i].on = true // what cannot be read is no reason to let a label go
		}
	}
	return i + 1
}

// inForce drops the mentions of labels that were taken off: they say so, or others
// say that they are in force and they do not.
func (d *markingDetector) inForce(all []mention) []mention {
	said := slices.ContainsFunc(d.mip, func(l mipLabel) bool { return l.on })
	return slices.DeleteFunc(all, func(m mention) bool {
		if m.label == 0 {
			return false
		}
		l := &d.mip[m.label-1]
		return !l.on && (l.off || said)
	})
}
