package extract

import (
	"path"
	"strings"

	"poterne"
)

// word reads a WordprocessingML package: the document, then what stands around
// it, each in its zone.
func (o *ooxml) word() error {
	main := o.main("word/document.xml")
	if !o.has(main) {
		return errNoPart
	}
	if ok, err := o.story(main, &story{paged: true}); err != nil || !ok {
		return err
	}
	for _, name := range o.under(path.Dir(main) + "/") {
		s := &story{}
		switch base := path.Base(name); {
		case path.Ext(name) != ".xml" || o.done[name]:
			continue
		case strings.HasPrefix(base, "header"):
			s.place.Zone, s.watermarks = poterne.ZoneHeader, true
		case strings.HasPrefix(base, "footer"):
			s.place.Zone, s.watermarks = poterne.ZoneFooter, true
		case strings.HasPrefix(base, "footnotes"), strings.HasPrefix(base, "endnotes"):
			s.place.Zone = poterne.ZoneNote
		case strings.HasPrefix(base, "comments"):
			s.place.Zone = poterne.ZoneComment
		case strings.HasSuffix(path.Dir(name), "/glossary"):
			// Building blocks: in the file, on no page.
			if base != "document.xml" {
				continue
			}
			s.place.Zone = poterne.ZoneHidden
		default:
			continue
		}
		o.pictured(name, s.place)
		if ok, err := o.story(name, s); err != nil || !ok {
			return err
		}
	}
	return nil
}
