package policy

import (
	"strings"
	"testing"

	"poterne"
)

func TestJoin(t *testing.T) {
	p := newPolicy(t, Options{})
	doc := poterne.Document{Share: "s", Path: "lot.zip"}
	decide := func(failure poterne.Kind, fs ...poterne.Finding) poterne.Assessment {
		if failure != "" {
			return p.Decide(doc, fs, poterne.Fail(poterne.StageExtract, failure, nil))
		}
		return p.Decide(doc, fs, nil)
	}
	plain := decide("")
	for _, c := range []struct {
		name    string
		own     poterne.Assessment
		members []Member
		want    string
		reason  string
	}{
		{"no-members", plain, nil, "1 H1", "aucun contenu sensible"},
		{"plain-members", plain, []Member{{"a.txt", plain}, {"b.txt", plain}}, "1 H1", "aucun contenu sensible"},
		{"worst-member", plain, []Member{{"a.txt", decide("", nir(1))}, {"b.txt", decide("", mark("dr"))}, {"c.txt", plain}}, "4 H4+DR", "« b.txt »"},
		{"own-is-worst", decide("", mark("secret")), []Member{{"a.txt", decide("", nir(1))}}, "5 H5", "SECRET"},
		{"flags-add-up", plain, []Member{{"a.txt", decide("", near("sante", tags(poterne.TagCare)), nir(1))}, {"b.txt", decide("", mark("dr"))}}, "4 H4+DR+HDS", "« b.txt »"},
		{"unread-member-among-plain", plain, []Member{{"a.txt", plain}, {"b.docx", decide(poterne.Encrypted)}}, "-1? H?", "« b.docx », non lu"},
		{"unread-member-among-personal", plain, []Member{{"a.txt", decide("", nir(1))}, {"b.docx", decide(poterne.Encrypted)}}, "2? H3", "« a.txt »"},
		{"unread-member-among-restricted", plain, []Member{{"a.txt", decide("", mark("dr"))}, {"b.docx", decide(poterne.Encrypted)}}, "4? H4+DR", "« a.txt »"},
		{"broken-container", decide(poterne.Partial), []Member{{"a.txt", plain}}, "-1 H?", "lu en partie"},
		{"broken-container-with-nir", decide(poterne.Partial), []Member{{"a.txt", decide("", nir(1))}}, "2 H3", "« a.txt »"},
		{"public-members", plain, []Member{{"a.txt", decide("", mark("np"))}}, "1 H1", "aucun contenu sensible"},
	} {
		t.Run(c.name, func(t *testing.T) {
			a := p.Join(doc, c.own, c.members)
			if got := brief(a); got != c.want {
				t.Errorf("verdict %q, want %q", got, c.want)
			}
			if got := p.Sentence("fr", a.Reasons[0]); !strings.Contains(got, c.reason) {
				t.Errorf("first reason %q, want %q in it", got, c.reason)
			}
			checkReasons(t, p, a)
		})
	}
}

// TestJoinLeavesItsArgumentsAlone joins twice: the reasons of a container are not
// written into those of its own verdict.
func TestJoinLeavesItsArgumentsAlone(t *testing.T) {
	p := newPolicy(t, Options{})
	own := p.Decide(poterne.Document{}, []poterne.Finding{nir(1)}, nil)
	reasons, steps := len(own.Reasons), len(own.Steps)
	m := []Member{{"a", p.Decide(poterne.Document{}, []poterne.Finding{mark("dr")}, nil)}}
	first := p.Join(poterne.Document{}, own, m)
	second := p.Join(poterne.Document{}, own, m)
	if len(own.Reasons) != reasons || len(own.Steps) != steps {
		t.Error("Join changed its argument")
	}
	if len(first.Reasons) != len(second.Reasons) || brief(first) != brief(second) {
		t.Error("Join is not the same twice")
	}
}
