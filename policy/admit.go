package policy

import (
	"slices"
	"time"

	"poterne"
)

// Verdict says whether a destination may hold a document. Only [Yes] allows.
type Verdict struct {
	Allowed Answer
	Reasons []poterne.Reason // the obstacles, or what makes it presumed compliant
}

// Admits says whether d may hold a document with the verdict a at the time now.
// What the catalogue does not know is unknown, which does not allow. A document of
// class H? goes nowhere.
func (p *Policy) Admits(d Destination, a poterne.Assessment, now time.Time) Verdict {
	if a.Hosting.Class == poterne.ClassUnknown {
		return Verdict{Allowed: No, Reasons: []poterne.Reason{{Key: "dest-unknown-document"}}}
	}
	v := Verdict{Allowed: Yes}
	obstacle := func(answer Answer, key string, args []string, legal ...string) {
		if answer == Yes {
			return
		}
		if answer == No {
			v.Allowed, key = No, key+"-no"
		} else {
			key += "-unknown"
			if v.Allowed == Yes {
				v.Allowed = Unknown
			}
		}
		v.Reasons = append(v.Reasons, poterne.Reason{Key: key, Args: args, Legal: legal})
	}
	name := d.Service
	if suite := p.data.Actors[p.actor].Suite; d.Suite && suite > poterne.ClassUnknown {
		// A rule of systems, not of content (note of 15 September 2021): agents put
		// sensitive data into a suite whatever this document holds.
		answer, cause := d.reaches(suite, now)
		obstacle(answer, "dest-system", []string{name, suite.String(), cause}, "note DINUM du 15 septembre 2021")
	}
	answer, cause := d.reaches(a.Hosting.Class, now)
	obstacle(answer, "dest-class", []string{a.Hosting.Class.String(), name, cause})
	for _, f := range a.Hosting.Flags {
		obstacle(d.carries(f, now), "dest-flag", []string{name, string(f)})
	}
	if v.Allowed == Yes {
		v.Reasons = append(v.Reasons, poterne.Reason{Key: "dest-ok", Args: []string{name, a.Hosting.Class.String(), string(p.version)}})
	}
	slices.SortStableFunc(v.Reasons, func(x, y poterne.Reason) int { return order(x) - order(y) })
	if a.Confirm {
		v.Reasons = append(v.Reasons, poterne.Reason{Key: "dest-confirm"})
	}
	return v
}

// order puts refusals before what is unknown.
func order(r poterne.Reason) int {
	switch r.Key {
	case "dest-system-no", "dest-class-no", "dest-flag-no":
		return 0
	}
	return 1
}

// reaches says whether d satisfies class at the time now, and what stands against
// it, as a key of the causes.
func (d Destination) reaches(class poterne.Class, now time.Time) (Answer, string) {
	switch {
	case class == poterne.H5:
		return yesIf(d.Nature == ClassifiedIS), "classified-no"
	case d.Nature == ClassifiedIS, d.Nature == InternalOnly:
		return Yes, ""
	case class == poterne.H4:
		return No, "internal-no"
	case class == poterne.H3:
		return d.qualified(now)
	case class <= poterne.H0:
		return Yes, ""
	}
	switch d.Location {
	case "hors-UE":
		return No, "location-no"
	case "", "inconnu":
		// A valid visa implies a location in the Union (SecNumCloud 3.2, 19.2).
		if q, _ := d.qualified(now); q == Yes {
			return Yes, ""
		}
		if class == poterne.H2 && d.Immunity == No {
			return No, "immunity-no"
		}
		return Unknown, "location-unknown"
	}
	if class == poterne.H2 && d.Immunity != Yes {
		if d.Immunity == No {
			return No, "immunity-no"
		}
		return Unknown, "immunity-unknown"
	}
	return Yes, ""
}

// qualified says whether d holds a SecNumCloud visa at the time now. A visa is of
// a service, a perimeter and a time: without a date and a perimeter it is unknown.
func (d Destination) qualified(now time.Time) (Answer, string) {
	v := d.SecNumCloud
	switch {
	case d.Immunity == No:
		return No, "immunity-no"
	case v.State == No:
		return No, "visa-no"
	case v.State == Unknown:
		return Unknown, "visa-unknown"
	case !v.Ends().IsZero() && !now.Before(v.Ends()):
		return No, "visa-expired"
	case v.Date.IsZero() || v.Perimeter == "" || now.Before(v.Date):
		return Unknown, "visa-undated"
	case d.Immunity == Unknown:
		return Unknown, "immunity-unknown"
	}
	return Yes, ""
}

// carries says whether d satisfies a flag at the time now.
func (d Destination) carries(f poterne.Flag, now time.Time) Answer {
	switch f {
	case poterne.FlagHDS:
		switch v := d.HDS; {
		case v.State != Yes:
			return v.State
		case v.Date.IsZero() && v.Expiry.IsZero():
			return Unknown
		default:
			return yesIf(now.Before(v.Ends()))
		}
	case poterne.FlagFR:
		switch {
		case d.Nationality == "":
			return Unknown
		case d.Nationality != "FR":
			return No
		case d.Location == "FR":
			return Yes
		case d.Location == "" || d.Location == "inconnu":
			return Unknown
		}
		return No
	case poterne.FlagDR:
		if d.Nature == ClassifiedIS {
			return Yes
		}
		return d.DR
	}
	return Unknown
}

func yesIf(b bool) Answer {
	if b {
		return Yes
	}
	return No
}
