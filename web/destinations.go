package web

import (
	"cmp"
	"slices"

	"poterne"
)

func (c *call) destinations() (answer, error) {
	return answer{page: "destinations", title: c.T("Destinations", "Destinations"), data: c.s.Destinations(c.lang)}, nil
}

// plansData says how much may go where.
type plansData struct {
	Ready   bool       `json:"ready"` // volumes are counted
	Classes []classRow `json:"classes"`
	Plans   []planSums `json:"destinations"`
}

// planSums is how much one destination takes, does not take, or may not be known to.
type planSums struct {
	Name    string `json:"name"`
	Service string `json:"service"`
	Yes     cell   `json:"yes"`
	Unknown cell   `json:"unknown"`
	No      cell   `json:"no"`
}

// plans compares the volumes of the scope with all destinations.
func (c *call) plans() (answer, error) {
	d := plansData{Classes: []classRow{}, Plans: []planSums{}}
	var all []Volume
	all, d.Ready = c.volumes()
	asked := hostings(all)
	for _, v := range asked {
		n := len(d.Classes)
		if n == 0 || d.Classes[n-1].Class != v.Hosting.Class {
			d.Classes = append(d.Classes, classRow{Class: v.Hosting.Class})
			n++
		}
		d.Classes[n-1].add(v)
	}
	for _, dest := range c.s.Destinations(c.lang) {
		sums := planSums{Name: dest.Name, Service: dest.Service}
		for _, v := range asked {
			said, _, err := c.s.Admits(dest.Name, v.Hosting)
			if err != nil {
				return answer{}, err
			}
			switch said {
			case "yes":
				sums.Yes.add(v)
			case "no":
				sums.No.add(v)
			default:
				sums.Unknown.add(v)
			}
		}
		d.Plans = append(d.Plans, sums)
	}
	return answer{page: "plans", title: c.T("Plan de migration", "Migration plan"), data: d}, nil
}

// add counts a volume.
func (x *cell) add(v Volume) { x.Files, x.Bytes = x.Files+v.Files, x.Bytes+v.Bytes }

type planData struct {
	Destination
	Ready  bool        `json:"ready"` // volumes are counted
	Share  string      `json:"share"` // of which the plan is, "" for all in sight
	Shares []string    `json:"shares"`
	Groups []planGroup `json:"groups"`
}

// planGroup is what a destination says of the documents of one class and its flags.
type planGroup struct {
	Answer  string           `json:"answer"` // "yes", "no", "unknown"
	Hosting poterne.Hosting  `json:"-"`
	Class   poterne.Class    `json:"class"`
	Flags   []poterne.Flag   `json:"flags"`
	Files   int              `json:"documents"`
	Bytes   int64            `json:"bytes"`
	Reasons []poterne.Reason `json:"-"`
	Why     []string         `json:"reasons"`
	Query   string           `json:"query"`
}

// allFlags are the flags that a query of a group names, held or not.
var allFlags = []poterne.Flag{poterne.FlagDR, poterne.FlagFR, poterne.FlagHDS}

// plan says what may go to a destination, of all shares in sight or of one. A verdict
// depends on the class and the flags alone.
func (c *call) plan() (answer, error) {
	dest, err := c.destination()
	if err != nil {
		return answer{}, err
	}
	d := planData{Destination: dest, Share: c.value("share"), Shares: []string{}, Groups: []planGroup{}}
	words := c.s.Words(c.lang)
	var all []Volume
	all, d.Ready = c.volumes()
	for _, v := range all {
		if !slices.Contains(d.Shares, v.Share) {
			d.Shares = append(d.Shares, v.Share)
		}
	}
	slices.Sort(d.Shares)
	if d.Share != "" {
		all = slices.DeleteFunc(all, func(v Volume) bool { return v.Share != d.Share })
	}
	for _, v := range hostings(all) {
		g := planGroup{Hosting: v.Hosting, Class: v.Hosting.Class, Flags: append([]poterne.Flag{}, v.Hosting.Flags...), Files: v.Files, Bytes: v.Bytes, Why: []string{}, Query: v.query(d.Share)}
		if g.Answer, g.Reasons, err = c.s.Admits(d.Name, v.Hosting); err != nil {
			return answer{}, err
		}
		for _, r := range g.Reasons {
			g.Why = append(g.Why, words.Sentence(r))
		}
		d.Groups = append(d.Groups, g)
	}
	slices.SortStableFunc(d.Groups, func(a, b planGroup) int { return cmp.Compare(answerOrder(a.Answer), answerOrder(b.Answer)) })
	return answer{page: "plan", title: c.T("Vers ", "To ") + d.Service, data: d}, nil
}

// destination returns the one that the path names.
func (c *call) destination() (Destination, error) {
	all := c.s.Destinations(c.lang)
	i := slices.IndexFunc(all, func(d Destination) bool { return d.Name == c.r.PathValue("name") })
	if i < 0 {
		return Destination{}, ErrNotFound
	}
	return all[i], nil
}

func answerOrder(answer string) int { return slices.Index([]string{"yes", "unknown", "no"}, answer) }

// query finds the documents of a volume. It finds those of a share whose name differs
// by case or accents alone, too: a search cannot tell them apart, a volume does.
func (v Volume) query(share string) string {
	q := "class:" + quote(v.Hosting.Class.String())
	for _, f := range allFlags {
		if slices.Contains(v.Hosting.Flags, f) {
			q += " flag:" + string(f)
		} else {
			q += " -flag:" + string(f)
		}
	}
	if share != "" {
		q += " share:" + quote(share)
	}
	return q + " -member:*"
}
