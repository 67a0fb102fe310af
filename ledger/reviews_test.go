package ledger

import (
	"database/sql"
	"errors"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"poterne"
)

// review makes a decision on r that holds for ever.
func review(r poterne.Record, act Act) Review {
	v := Review{
		Act: act, Document: r.Document, Content: r.Stamp.Content, Rule: "fr-nir", Reason: "numéros de dossiers internes", Author: "M. Exemple",
		Basis: "b1", Rules: r.Stamp.Rules, Category: "identite",
	}
	switch act {
	case Reclassify:
		v.Rule, v.Level, v.Class = "", poterne.Personal, poterne.H1
	case Assign:
		v.Assignee = "Mme Exemple"
	}
	return v
}

func decide(t testing.TB, l *Ledger, v Review) Review {
	t.Helper()
	v, err := l.Decide(t.Context(), "os:dpo", v)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// standing lists the acts that stand on the content of r.
func standing(t testing.TB, l *Ledger, r poterne.Record) []string {
	t.Helper()
	list, err := l.ReviewsOf(t.Context(), r)
	if err != nil {
		t.Fatal(err)
	}
	out := []string{}
	for _, v := range list {
		if v.Ended.IsZero() {
			out = append(out, string(v.Act)+" "+v.Rule)
		}
	}
	return out
}

func TestReviewsHoldForAContent(t *testing.T) {
	l := openAudited(t, t.TempDir())
	run := begin(t, l)
	r, copied, other := record(run, "rh", "a.xlsx", "", poterne.Sensitive), record(run, "sg", "b.xlsx", "", poterne.Sensitive), record(run, "rh", "c.xlsx", "", poterne.Sensitive)
	copied.Stamp.Content = r.Stamp.Content
	commit(t, l, r, copied, other)
	v := decide(t, l, review(r, FalsePositive))
	for _, x := range []poterne.Record{r, copied} {
		if diff := cmp.Diff([]string{"false-positive fr-nir"}, standing(t, l, x)); diff != "" {
			t.Errorf("reviews of %s (-want +got)\n%s", x.Path, diff)
		}
	}
	if got := standing(t, l, other); len(got) > 0 {
		t.Errorf("reviews of another content: %v", got)
	}
	for _, c := range []struct {
		r    poterne.Record
		want int
	}{{r, 1}, {copied, 0}} {
		if at, err := l.ReviewsAt(t.Context(), c.r.ID); err != nil || len(at) != c.want {
			t.Errorf("ReviewsAt(%s) = %d, %v, want %d", c.r.Path, len(at), err, c.want)
		}
	}
	if copies, err := l.Copies(t.Context(), r.Stamp.Content, 10); err != nil || len(copies) != 2 {
		t.Errorf("Copies = %d, %v", len(copies), err)
	}
	files, turn, err := l.Waiting(t.Context())
	if err != nil || len(files) != 2 || turn != 1 {
		t.Fatalf("Waiting = %d files, turn %d, %v; want both copies", len(files), turn, err)
	}
	decide(t, l, review(other, Confirm)) // meanwhile
	if err := l.Settled(t.Context(), turn); err != nil {
		t.Fatal(err)
	}
	if files, _, err := l.Waiting(t.Context()); err != nil || len(files) != 1 || files[0].Path != "c.xlsx" {
		t.Errorf("after settling: %v, %v; want what was decided meanwhile", files, err)
	}
	got, err := l.Review(t.Context(), v.ID)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(v, got); diff != "" {
		t.Errorf("Review (-want +got)\n%s", diff)
	}
	if err := l.Check(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestOneVerdictStands(t *testing.T) {
	l := openAudited(t, t.TempDir())
	r := record(begin(t, l), "rh", "a.xlsx", "", poterne.Sensitive)
	commit(t, l, r)
	marked := review(r, FalsePositive)
	marked.Rule, marked.Mark = poterne.RuleMarking, "dr"
	otherMark := marked
	otherMark.Mark = "secret"
	for _, v := range []Review{
		review(r, FalsePositive), review(r, Note), review(r, Confirm), review(r, Note), review(r, Reclassify), review(r, Assign), review(r, Reclassify), marked, otherMark,
	} {
		decide(t, l, v)
	}
	want := []string{"note fr-nir", "confirm fr-nir", "note fr-nir", "assign fr-nir", "reclassify ", "false-positive marquage", "false-positive marquage"}
	if diff := cmp.Diff(want, standing(t, l, r)); diff != "" {
		t.Errorf("standing (-want +got)\n%s", diff)
	}
}

func TestWithdrawAndLapse(t *testing.T) {
	l := openAudited(t, t.TempDir())
	r := record(begin(t, l), "rh", "a.xlsx", "", poterne.Sensitive)
	commit(t, l, r)
	now := time.Now()
	short := review(r, FalsePositive)
	short.Expires = now.Add(time.Hour)
	short = decide(t, l, short)
	class := decide(t, l, review(r, Reclassify))
	if n, err := l.Lapse(t.Context(), now.Add(59*time.Minute)); n != 0 || err != nil {
		t.Errorf("Lapse before its time = %d, %v", n, err)
	}
	_, turn, _ := l.Waiting(t.Context())
	if err := l.Settled(t.Context(), turn); err != nil {
		t.Fatal(err)
	}
	if n, err := l.Lapse(t.Context(), short.Expires); n != 1 || err != nil {
		t.Errorf("Lapse = %d, %v", n, err)
	}
	if files, _, _ := l.Waiting(t.Context()); len(files) != 1 {
		t.Error("the record of an expired review does not wait")
	}
	if _, err := l.Withdraw(t.Context(), "os:dpo", class.ID, "erreur", "Mme Exemple"); err != nil {
		t.Error(err)
	}
	if _, err := l.Withdraw(t.Context(), "os:dpo", class.ID, "encore", ""); !errors.Is(err, ErrNotFound) {
		t.Errorf("withdrawn twice: %v", err)
	}
	if got := standing(t, l, r); len(got) > 0 {
		t.Errorf("still standing: %v", got)
	}
	var verbs []string
	for e, err := range l.Audit(t.Context(), 0) {
		if err != nil {
			t.Fatal(err)
		}
		verbs = append(verbs, e.Verb)
	}
	if diff := cmp.Diff([]string{"review-false-positive", "review-reclassify", "review-expire", "review-withdraw"}, verbs); diff != "" {
		t.Errorf("audit (-want +got)\n%s", diff)
	}
}

func TestUnusableReviewsAreRefused(t *testing.T) {
	l := openAudited(t, t.TempDir())
	r := record("", "rh", "a.xlsx", "", poterne.Sensitive)
	for _, c := range []struct {
		name  string
		act   Act
		spoil func(*Review)
	}{
		{"act", "burn", func(*Review) {}},
		{"no-document", Note, func(v *Review) { v.Document = poterne.Document{} }},
		{"no-author", Confirm, func(v *Review) { v.Author = "" }},
		{"no-reason", FalsePositive, func(v *Review) { v.Reason = " " }},
		{"no-rule", FalsePositive, func(v *Review) { v.Rule = "" }},
		{"no-content", Confirm, func(v *Review) { v.Content = "" }},
		{"no-class", Reclassify, func(v *Review) { v.Class = poterne.ClassUnknown }},
		{"no-level", Reclassify, func(v *Review) { v.Level = poterne.Unassessed }},
		{"second-is-first", Reclassify, func(v *Review) { v.Second = v.Author }},
		{"second-is-first-in-capitals", Reclassify, func(v *Review) { v.Second = " m. EXEMPLE " }},
		{"second-is-blank", FalsePositive, func(v *Review) { v.Second = " " }},
		{"class-of-a-rule", Reclassify, func(v *Review) { v.Rule = "fr-nir" }},
		{"class-of-a-marking", Reclassify, func(v *Review) { v.Mark = "dr" }},
		{"nobody", Assign, func(v *Review) { v.Assignee = "" }},
		{"over-before-it-begins", Confirm, func(v *Review) { v.Expires = time.Now().Add(-time.Minute) }},
	} {
		t.Run(c.name, func(t *testing.T) {
			v := review(r, c.act)
			c.spoil(&v)
			if _, err := l.Decide(t.Context(), "os:dpo", v); !errors.Is(err, ErrReview) {
				t.Errorf("Decide = %v", err)
			}
		})
	}
	if h, err := l.VerifyAudit(t.Context()); err != nil || h.N != 0 {
		t.Errorf("refused reviews left %d entries, %v", h.N, err)
	}
}

// TestARaiseOutlivesItsTime: what raised a document stays open when its time is over,
// is told once, and can be withdrawn; what lowered it ends. Each has its own entry.
func TestARaiseOutlivesItsTime(t *testing.T) {
	l := openAudited(t, t.TempDir())
	run, end := begin(t, l), time.Now().Add(time.Hour)
	var ids []string
	for _, c := range []struct {
		path string
		seen poterne.Level // the person says Personal, H1
	}{{"raised.txt", poterne.Internal}, {"lowered.txt", poterne.Sensitive}} {
		r := record(run, "rh", c.path, "", c.seen)
		commit(t, l, r)
		v := review(r, Reclassify)
		v.Expires, v.Seen = end, &Seen{Level: c.seen, Class: poterne.H1}
		ids = append(ids, decide(t, l, v).ID)
	}
	for _, want := range []int{2, 0} {
		if n, err := l.Lapse(t.Context(), end); n != want || err != nil {
			t.Errorf("Lapse = %d, %v; want %d", n, err, want)
		}
	}
	for i, open := range []bool{true, false} {
		v, err := l.Review(t.Context(), ids[i])
		if err != nil || v.Ended.IsZero() != open || v.Lapsed != open || v.Holds(end) {
			t.Errorf("%s: ended %v, lapsed %v, %v", v.Document.Path, v.Ended, v.Lapsed, err)
		}
	}
	if _, err := l.Withdraw(t.Context(), "os:dpo", ids[0], "revu", ""); err != nil {
		t.Error(err)
	}
	expired := []string{}
	for e, err := range l.Audit(t.Context(), 0) {
		if err != nil {
			t.Fatal(err)
		}
		if e.Verb == "review-expire" {
			expired = append(expired, e.Detail["review"]+e.Detail["kept"])
		}
	}
	if diff := cmp.Diff([]string{ids[0] + "raised", ids[1]}, expired); diff != "" {
		t.Errorf("audit (-want +got)\n%s", diff)
	}
}

// TestTheSecondPersonOfAWithdrawal is another than who withdraws, and is kept.
func TestTheSecondPersonOfAWithdrawal(t *testing.T) {
	l := openAudited(t, t.TempDir())
	r := record(begin(t, l), "rh", "a.xlsx", "", poterne.Sensitive)
	commit(t, l, r)
	v := decide(t, l, review(r, FalsePositive))
	for _, second := range []string{" ", "dpo", " DPO", "os:dpo"} {
		if _, err := l.Withdraw(t.Context(), "os:dpo", v.ID, "erreur", second); !errors.Is(err, ErrReview) {
			t.Errorf("second %q: %v", second, err)
		}
	}
	if _, err := l.Withdraw(t.Context(), "os:dpo", v.ID, "erreur", "Mme Exemple"); err != nil {
		t.Fatal(err)
	}
	if v, err := l.Review(t.Context(), v.ID); err != nil || v.EndedSecond != "Mme Exemple" {
		t.Errorf("kept: %q, %v", v.EndedSecond, err)
	}
	for e, err := range l.Audit(t.Context(), 0) {
		if err != nil || e.Verb == "review-withdraw" && e.Detail["second"] != "Mme Exemple" {
			t.Errorf("audit: %v, %v", e.Detail, err)
		}
	}
}

// TestAtLeast: neither of a person and the program brings a document under the other.
func TestAtLeast(t *testing.T) {
	for _, c := range []struct {
		person, program, want poterne.Class
	}{
		{poterne.H1, poterne.H3, poterne.H3},
		{poterne.H4, poterne.H3, poterne.H4},
		{poterne.H2, poterne.ClassUnknown, poterne.ClassUnknown},
		{poterne.H4, poterne.ClassUnknown, poterne.H4},
	} {
		v := Review{Act: Reclassify, Level: poterne.Personal, Class: c.person}
		if l, got := v.AtLeast(poterne.Unassessed, c.program); got != c.want || l != poterne.Personal {
			t.Errorf("person %s, program %s: %s, level %s", c.person, c.program, got, l)
		}
	}
}

// TestReviseKeepsWhenAFileWasSeen: deciding again between two nights is no sight of
// a file, and what is decided is in the history.
func TestReviseKeepsWhenAFileWasSeen(t *testing.T) {
	l := openAudited(t, t.TempDir())
	first := begin(t, l)
	r := record(first, "rh", "a.xlsx", "", poterne.Sensitive)
	commit(t, l, r)
	second := begin(t, l)
	if err := l.Touch(t.Context(), second, r.ID); err != nil {
		t.Fatal(err)
	}
	r.Assessment.Level, r.Assessment.Hosting.Class = poterne.Personal, poterne.H1
	if err := l.Revise(t.Context(), r); err != nil {
		t.Fatal(err)
	}
	if unseen, err := l.Unseen(t.Context(), second, []string{"rh"}, nil); err != nil || len(unseen) > 0 {
		t.Errorf("a file that was decided again counts as unseen: %v, %v", unseen, err)
	}
	past, err := l.History(t.Context(), r.ID)
	if err != nil || len(past) != 1 || past[0].Level != poterne.Sensitive {
		t.Errorf("History = %v, %v", past, err)
	}
}

func TestReviewsAreSealed(t *testing.T) {
	dir := t.TempDir()
	l := openAudited(t, dir)
	r := record(begin(t, l), "rh", "planted-name.xlsx", "", poterne.Sensitive)
	commit(t, l, r)
	v := review(r, FalsePositive)
	v.Reason, v.Author, v.Second, v.Rule = "planted-reason", "planted-author", "planted-second", "planted-rule"
	decide(t, l, v)
	l.Close()
	for path := range filesOf(dir) {
		if strings.Contains(read(t, path), "planted") {
			t.Errorf("%s holds a word of a review in clear", path)
		}
	}
	db, err := sql.Open("sqlite", filepath.Join(dir, file))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.Exec(`UPDATE reviews SET open = 0`); err != nil {
		t.Fatal(err)
	}
	if err := openAudited(t, dir).Check(t.Context()); !errors.Is(err, ErrDamaged) {
		t.Errorf("Check of a review ended by hand: %v", err)
	}
}
