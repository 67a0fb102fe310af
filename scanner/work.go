package scanner

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"iter"
	"path"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"golang.org/x/sync/semaphore"

	"poterne"
)

// bundle is all that became of one task: a document and its members.
type bundle struct {
	doc       poterne.Document
	records   []poterne.Record // the document first; stored ones where unchanged
	gone      []poterne.ID     // members that the document no longer has
	unchanged bool
	opened    bool
	redecided bool
	moved     bool
}

// work takes tasks until there are none. Each gives exactly one bundle, save those that
// are still waiting when the scan is drained, which are counted as left.
func work(ctx context.Context, rooms Rooms, opts Options, bytes *semaphore.Weighted, tasks <-chan task, bundles chan<- bundle, left *atomic.Int64) error {
	for t := range tasks {
		if closed(opts.Drain) {
			left.Add(1)
			continue
		}
		b, err := handle(ctx, rooms, opts, bytes, t)
		if err != nil {
			return err
		}
		select {
		case bundles <- b:
			continue
		default:
		}
		select {
		case bundles <- b:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return ctx.Err()
}

func handle(ctx context.Context, rooms Rooms, opts Options, bytes *semaphore.Weighted, t task) (bundle, error) {
	h := handler{rooms: rooms, opts: opts}
	if t.failure != nil {
		records, err := h.nameOnly(ctx, t.doc, t.failure)
		return bundle{doc: t.doc, records: records}, err
	}
	stored, found, err := rooms.Ledger.Current(ctx, t.doc)
	if err != nil {
		return bundle{}, fmt.Errorf("look up a document: %w", err)
	}
	switch change := compare(t.doc, stored, found, opts); change {
	case nothing:
		b := bundle{doc: t.doc, unchanged: true}
		if opts.Emit != nil && opts.Unchanged {
			b.records, err = rooms.Ledger.Container(ctx, t.doc)
		}
		return b, err
	case verdict:
		records, err := rooms.Ledger.Container(ctx, t.doc)
		if err != nil || len(records) == 0 {
			return bundle{}, errors.Join(err, missing(records))
		}
		records, err = h.decideAgain(ctx, t.doc, records)
		return bundle{doc: t.doc, records: records, redecided: true}, err
	}
	// Weight of a document: its size, at most the whole brake.
	weight := min(max(t.doc.Size, 1), opts.Memory)
	if err := bytes.Acquire(ctx, weight); err != nil {
		return bundle{}, err
	}
	defer bytes.Release(weight)
	b, err := h.open(ctx, t.doc)
	if err == nil && found {
		b.gone, err = h.left(ctx, t.doc, b.records)
	}
	return b, err
}

func missing(records []poterne.Record) error {
	if len(records) == 0 {
		return errors.New("the ledger knows a document and has no record of it")
	}
	return nil
}

// change is what a document needs.
type change uint8

const (
	nothing  change = iota
	verdict         // policy, owner or rights changed: decide again from stored findings
	contents        // open it
)

// compare says what a document needs, from what is stored of it. The clock of the
// last run plays no part: a file restored with an old date is seen. A changed
// inode may hide a changed content under an old date, so it is opened; where the
// content is the same, open reuses what is stored.
func compare(d poterne.Document, stored poterne.Record, found bool, o Options) change {
	s := stored.Stamp
	switch {
	case !found, o.Full, s.Extractor != o.Stamp.Extractor, s.Rules != o.Stamp.Rules:
		return contents
	case d.Size != stored.Size, !d.ModTime.Equal(stored.ModTime), !d.ChangeTime.Equal(stored.ChangeTime), d.Inode != stored.Inode:
		return contents
	case stored.Failure != nil && stored.Failure.Stage != poterne.StageExtract:
		return contents // rights may be given back without a trace on the file
	case s.Policy != o.Stamp.Policy, d.Owner != stored.Owner, d.Exposure != stored.Exposure:
		return verdict
	}
	return nothing
}

// handler makes records.
type handler struct {
	rooms Rooms
	opts  Options
}

// open reads a document, unless its content is known from another path.
func (h handler) open(ctx context.Context, d poterne.Document) (bundle, error) {
	b := bundle{doc: d}
	content, err := h.rooms.Source.Open(ctx, d)
	if err != nil {
		var f *poterne.Failure
		if !errors.As(err, &f) {
			f = poterne.Fail(poterne.StageOpen, poterne.Vanished, err)
		}
		b.records, err = h.nameOnly(ctx, d, f)
		return b, err
	}
	defer content.Close()
	version, err := signature(ctx, content)
	if ctx.Err() != nil {
		return b, ctx.Err()
	}
	if err != nil {
		b.records, err = h.nameOnly(ctx, d, poterne.Fail(poterne.StageOpen, poterne.Vanished, err))
		return b, err
	}
	if !h.opts.Full {
		known, err := h.known(ctx, d, version)
		if err != nil {
			return b, err
		}
		if len(known) > 0 {
			b.redecided = known[0].ID == d.ID
			b.moved = !b.redecided
			b.records, err = h.decideAgain(ctx, d, known)
			return b, err
		}
	}
	b.opened = true
	b.records, err = h.read(ctx, d, content, version)
	return b, err
}

// known returns stored records whose findings hold for d without reading it: of
// the same content, read whole by the extractor and under the rules in force. The
// name and the path are read for markings too, so that they must tell nothing,
// neither the old ones nor the new ones, save where they are the same.
func (h handler) known(ctx context.Context, d poterne.Document, version poterne.Version) ([]poterne.Record, error) {
	known, err := h.rooms.Ledger.ByContent(ctx, version)
	if err != nil {
		return nil, fmt.Errorf("look up a content: %w", err)
	}
	for _, r := range known {
		if r.Failure != nil || r.Stamp.Extractor != h.opts.Stamp.Extractor || r.Stamp.Rules != h.opts.Stamp.Rules {
			return nil, nil
		}
	}
	if len(known) == 0 || known[0].ID == d.ID {
		return known, nil
	}
	named, err := h.nameOnly(ctx, d, nil)
	if err != nil {
		return nil, err
	}
	if path.Ext(known[0].Path) != path.Ext(d.Path) || len(named[0].Findings) > 0 || nameTells(known[0]) {
		return nil, nil
	}
	return known, nil
}

// nameTells reports whether something was found in the name or path of r.
func nameTells(r poterne.Record) bool {
	for _, f := range r.Findings {
		for _, s := range f.Spots {
			if s.Place.Zone == poterne.ZoneName {
				return true
			}
		}
	}
	return false
}

var errShrunk = errors.New("the file shrank while it was read")

// signature returns the hash of a whole content.
func signature(ctx context.Context, c poterne.Content) (poterne.Version, error) {
	sum := sha256.New()
	r := io.NewSectionReader(c, 0, c.Size())
	buf := make([]byte, 256<<10)
	for left := c.Size(); ; {
		n, err := r.Read(buf)
		sum.Write(buf[:n])
		left -= int64(n)
		if err == io.EOF && left > 0 {
			return "", errShrunk
		}
		if err == io.EOF {
			return poterne.Version("sha256:" + hex.EncodeToString(sum.Sum(nil))), nil
		}
		if err != nil {
			return "", err
		}
		if ctx.Err() != nil {
			return "", ctx.Err()
		}
	}
}

// read extracts, classifies and decides a document and its members.
func (h handler) read(ctx context.Context, d poterne.Document, content poterne.Content, version poterne.Version) ([]poterne.Record, error) {
	parts := newParts(h.rooms.Extractor.Extract(ctx, d, content))
	defer parts.stop()
	var records []poterne.Record
	at := map[string]int{} // the first record of each member: an archive may have 100,000
	for parts.more() {
		part, late := parts.part()
		if i, known := at[part.Member]; late && known {
			// A container tells after its members what it left out.
			if failure := worse(records[i].Failure, parts.end()); failure != records[i].Failure {
				records[i] = h.record(records[i].Document, records[i].Format, version, records[i].Findings, failure)
			}
			continue
		}
		doc := d
		if part.Member != "" {
			doc.Member, doc.Size = part.Member, part.Size
			doc.ID = poterne.NewID(d.Share, d.Path, part.Member)
			if !part.ModTime.IsZero() {
				doc.ModTime = part.ModTime.UTC()
			}
		}
		findings, crash, err := h.classify(ctx, doc, parts.segments())
		failure := worse(crash, parts.end())
		if err != nil {
			return nil, fmt.Errorf("classify: %w", err)
		}
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if _, known := at[part.Member]; !known {
			at[part.Member] = len(records)
		}
		records = append(records, h.record(doc, part.Format, version, findings, failure))
	}
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	if len(records) == 0 || records[0].Member != "" {
		// Nothing came for the document itself: that is not "nothing to find".
		own, err := h.nameOnly(ctx, d, poterne.Fail(poterne.StageExtract, poterne.Malformed, errors.New("the extractor yielded nothing")))
		if err != nil {
			return nil, err
		}
		own[0].Stamp.Content = version
		records = append(own, records...)
	}
	return h.settle(ctx, merge(records))
}

// settle joins the records of a container and lets persons have their say.
func (h handler) settle(ctx context.Context, records []poterne.Record) ([]poterne.Record, error) {
	records = Join(h.rooms.Policy, records)
	if h.opts.Review == nil {
		return records, nil
	}
	return h.opts.Review(ctx, records)
}

// classify runs the classifier. A document that makes it panic is a document that
// was not read, not the end of the night; what was found of it is lost.
func (h handler) classify(ctx context.Context, d poterne.Document, segments iter.Seq2[poterne.Segment, error]) (findings []poterne.Finding, crash *poterne.Failure, err error) {
	defer func() {
		if r := recover(); r != nil {
			// The value of the panic may hold text of the document.
			findings, crash = nil, poterne.Fail(poterne.StageClassify, poterne.Crashed, nil)
		}
	}()
	findings, err = h.rooms.Classifier.Classify(ctx, d, segments)
	return findings, nil, err
}

// merge keeps one record per ID: two members of one name (an archive may hold
// them) would overwrite each other. The second gets a number.
func merge(records []poterne.Record) []poterne.Record {
	seen := make(map[poterne.ID]int, len(records))
	for i := range records {
		r := &records[i]
		base := r.Member
		for n := 2; ; n++ {
			if _, dup := seen[r.ID]; !dup {
				break
			}
			r.Member = fmt.Sprintf("%s#%d", base, n)
			r.ID = poterne.NewID(r.Share, r.Path, r.Member)
		}
		seen[r.ID] = i
	}
	return records
}

// nameOnly makes the record of a document that could not be opened: its name is
// still read.
func (h handler) nameOnly(ctx context.Context, d poterne.Document, f *poterne.Failure) ([]poterne.Record, error) {
	name := poterne.Segment{Part: &poterne.Part{}, Body: d.Path, Place: poterne.Place{Zone: poterne.ZoneName}}
	findings, crash, err := h.classify(ctx, d, func(yield func(poterne.Segment, error) bool) { yield(name, nil) })
	f = worse(f, crash)
	if err != nil {
		return nil, fmt.Errorf("classify: %w", err)
	}
	return []poterne.Record{h.record(d, "", "", findings, f)}, nil
}

func (h handler) record(d poterne.Document, format string, content poterne.Version, findings []poterne.Finding, f *poterne.Failure) poterne.Record {
	stamp := h.opts.Stamp
	stamp.Content = content
	return poterne.Record{
		Document: d, Format: format, Stamp: stamp, Findings: findings, Failure: f,
		Assessment: h.rooms.Policy.Decide(d, findings, f),
		Run:        h.opts.Run, ScannedAt: time.Now().UTC().Truncate(time.Second),
	}
}

// Join gives a container, the first of records, the worst of its members, which
// come decided: their verdict, and that not all of them were read. It sorts the
// members by path and may be called again after some were decided anew.
func Join(policy Policy, records []poterne.Record) []poterne.Record {
	if len(records) == 1 {
		return records
	}
	slices.SortFunc(records[1:], func(a, b poterne.Record) int { return strings.Compare(a.Member, b.Member) })
	// Members that are containers themselves first, the deepest first.
	for i := len(records) - 1; i > 0; i-- {
		prefix := records[i].Member + "!"
		from, _ := slices.BinarySearchFunc(records[i+1:], prefix, func(r poterne.Record, p string) int { return strings.Compare(r.Member, p) })
		inner := records[i+1+from:]
		n := 0
		for n < len(inner) && strings.HasPrefix(inner[n].Member, prefix) {
			n++
		}
		if n > 0 {
			joinOne(policy, &records[i], inner[:n])
		}
	}
	joinOne(policy, &records[0], records[1:])
	return records
}

func joinOne(p Policy, own *poterne.Record, members []poterne.Record) {
	if f := unread(members); own.Failure == nil && f != nil {
		own.Failure = f
		own.Assessment = p.Decide(own.Document, own.Findings, f)
	}
	own.Assessment = p.Join(own.Document, own.Assessment, members)
}

// unread returns the failure of a container that was read itself: that of its
// members where it is the same for all, else that a part of it was not read.
func unread(members []poterne.Record) *poterne.Failure {
	kind, failed := poterne.Kind(""), 0
	for _, m := range members {
		if m.Failure == nil {
			continue
		}
		failed++
		if kind != "" && kind != m.Failure.Kind {
			kind = poterne.Partial
		} else {
			kind = m.Failure.Kind
		}
	}
	switch {
	case failed == 0:
		return nil
	case failed < len(members):
		kind = poterne.Partial
	}
	return poterne.Fail(poterne.StageExtract, kind, nil)
}

// decideAgain makes the records of d from stored findings, its own or those of
// another path with the same content.
func (h handler) decideAgain(ctx context.Context, d poterne.Document, stored []poterne.Record) ([]poterne.Record, error) {
	records := make([]poterne.Record, len(stored))
	for i, r := range stored {
		doc := d
		if r.Member != "" {
			doc.Member, doc.Size, doc.ModTime = r.Member, r.Size, r.ModTime
			doc.ID = poterne.NewID(d.Share, d.Path, r.Member)
		}
		records[i] = h.record(doc, r.Format, r.Stamp.Content, r.Findings, r.Failure)
	}
	return h.settle(ctx, records)
}

// left lists the stored members that are not among records.
func (h handler) left(ctx context.Context, d poterne.Document, records []poterne.Record) ([]poterne.ID, error) {
	stored, err := h.rooms.Ledger.Container(ctx, d)
	if err != nil {
		return nil, fmt.Errorf("look up members: %w", err)
	}
	now := make(map[poterne.ID]bool, len(records))
	for _, r := range records {
		now[r.ID] = true
	}
	var gone []poterne.ID
	for _, r := range stored {
		if !now[r.ID] {
			gone = append(gone, r.ID)
		}
	}
	return gone, nil
}

// parts cuts the sequence of an extractor into one sequence per part. Nothing is
// held but the segment ahead.
type parts struct {
	next    func() (poterne.Segment, error, bool)
	stop    func()
	ahead   poterne.Segment
	aheadOf error
	open    bool // ahead holds something
	current *poterne.Part
	begun   bool // the part that was started has yielded something
	failure *poterne.Failure
}

func newParts(seq iter.Seq2[poterne.Segment, error]) *parts {
	p := &parts{}
	p.next, p.stop = iter.Pull2(seq)
	p.pull()
	return p
}

func (p *parts) pull() {
	p.ahead, p.aheadOf, p.open = p.next()
	if p.open && p.ahead.Part == nil {
		p.ahead.Part = p.current
		if p.current == nil {
			p.ahead.Part = &poterne.Part{}
		}
	}
}

// more reports whether there is another part.
func (p *parts) more() bool { return p.open }

// part starts the next part; late says that it begins with a failure, which may
// be news of a part that came before.
func (p *parts) part() (part poterne.Part, late bool) {
	p.current, p.failure, p.begun = p.ahead.Part, nil, false
	return *p.current, p.aheadOf != nil
}

// segments yields what belongs to the part that was started.
func (p *parts) segments() iter.Seq2[poterne.Segment, error] {
	return func(yield func(poterne.Segment, error) bool) {
		for p.open && p.same() {
			s, err := p.ahead, p.aheadOf
			p.current, p.begun = s.Part, true
			p.note(err)
			p.pull()
			if !yield(s, err) {
				return
			}
		}
	}
}

// same reports whether what is ahead belongs to the part that was started. Two
// members may have one name: each part starts with its own name.
func (p *parts) same() bool {
	return p.ahead.Part == p.current || p.ahead.Part.Member == p.current.Member && (p.ahead.Place.Zone != poterne.ZoneName || !p.begun)
}

// end passes over what the classifier left of the part, and returns its failure.
func (p *parts) end() *poterne.Failure {
	for range p.segments() {
	}
	return p.failure
}

func (p *parts) note(err error) {
	if err == nil {
		return
	}
	var f *poterne.Failure
	if !errors.As(err, &f) {
		f = poterne.Fail(poterne.StageExtract, poterne.Malformed, err)
	}
	p.failure = worse(p.failure, f)
}

// worse returns the failure that tells most: the first, unless it only said that
// something was left out.
func worse(a, b *poterne.Failure) *poterne.Failure {
	if a == nil || a.Kind == poterne.Partial && b != nil {
		return b
	}
	return a
}
