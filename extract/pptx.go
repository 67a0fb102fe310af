package extract

import (
	"path"
	"strings"

	"poterne"
)

// slides reads a PresentationML package: the slides in the order of the show,
// each with its notes and comments, then masters and layouts, once.
func (o *ooxml) slides() error {
	main := o.main("ppt/presentation.xml")
	// Those that are not in the show any more are read last.
	order := append(o.slideOrder(main), o.under(path.Dir(main)+"/slides/")...)
	number := 0
	for _, name := range order {
		if path.Ext(name) != ".xml" || o.done[name] {
			continue
		}
		number++
		if ok, err := o.slide(name, number); err != nil || !ok {
			return err
		}
	}
	// What a master or a layout says itself stands on every slide.
	for _, folder := range []string{"slidemasters", "slidelayouts", "notesmasters", "handoutmasters"} {
		for _, name := range o.under(path.Dir(main) + "/" + folder + "/") {
			if path.Ext(name) != ".xml" {
				continue
			}
			s := &story{place: poterne.Place{Zone: poterne.ZoneHeader}, prompts: true}
			o.pictured(name, s.place)
			if ok, err := o.story(name, s); err != nil || !ok {
				return err
			}
		}
	}
	if number == 0 && !o.has(main) {
		return errNoPart
	}
	return nil
}

// slideOrder returns the slides as the presentation lists them, and sends the
// names of its sections and shows.
func (o *ooxml) slideOrder(main string) []string {
	byID := o.targetsOf(main)
	var order []string
	// Where the list is broken the slides are read in the order of their names.
	_ = o.xml(main, func(x *xmlReader) error {
		for x.next() {
			if x.kind != xmlStart {
				continue
			}
			switch string(x.name) {
			case "sldId":
				if t := byID[x.rel("id")]; t != "" && len(order) < maxParts {
					order = append(order, t)
				}
			case "section", "custShow":
				o.out.text(poterne.Place{Zone: poterne.ZoneHidden}, x.attr("name"))
			}
		}
		return nil
	})
	o.take(main)
	return order
}

func (o *ooxml) slide(name string, number int) (bool, error) {
	s := &story{place: poterne.Place{Page: number}}
	if o.hiddenSlide(name) {
		s.place.Zone = poterne.ZoneHidden
	}
	o.pictured(name, s.place)
	if ok, err := o.story(name, s); err != nil || !ok {
		return ok, err
	}
	for _, r := range o.rels(name) {
		at := poterne.Place{Page: number}
		if r.external || o.done[r.target] || !o.has(r.target) {
			continue
		}
		var ok bool
		var err error
		switch {
		case r.kind == "notesSlide":
			at.Zone = poterne.ZoneNote
			ok, err = o.story(r.target, &story{place: at})
		case strings.HasSuffix(r.kind, "comments"), strings.HasSuffix(r.kind, "comment"):
			at.Zone = poterne.ZoneComment
			o.take(r.target)
			ok, err = o.try(r.target, func(x *xmlReader) error { return plainText(x, o.out, at) })
		case r.kind == "diagramData", r.kind == "chart", r.kind == "chartEx", r.kind == "vmlDrawing":
			ok, err = o.story(r.target, &story{place: at, chart: strings.HasPrefix(r.kind, "chart")})
		default:
			continue
		}
		if err != nil || !ok {
			return ok, err
		}
	}
	return true, nil
}

// hiddenSlide reports whether the slide is left out of the show.
func (o *ooxml) hiddenSlide(name string) bool {
	hidden := false
	_ = o.xml(name, func(x *xmlReader) error { // a fault is reported when it is read
		if x.next() && x.kind == xmlStart {
			hidden = x.attr("show") != "" && !on(x.attr("show"))
		}
		return nil
	})
	return hidden
}
