package index

import (
	"fmt"
	"testing"
	"time"

	"poterne"
	"poterne/internal/seal"
)

func TestSmoke(t *testing.T) {
	dir := t.TempDir()
	key := seal.NewKey().For(seal.Index)
	x, err := Open(dir, key)
	if err != nil {
		t.Fatal(err)
	}
	var rs []poterne.Record
	for i := range 50 {
		p := fmt.Sprintf("RH/Décès %d.docx", i)
		rs = append(rs, poterne.Record{Document: poterne.Document{ID: poterne.NewID("rh", p, ""), Share: "RH", Path: p, Size: int64(i), ModTime: time.Unix(int64(i)*1e6, 0)},
			Assessment: poterne.Assessment{Level: poterne.Level(i % 7), Hosting: poterne.Hosting{Class: poterne.Class(i % 7)}}, Findings: []poterne.Finding{{Rule: "fr-nir"}}})
	}
	if err := x.Put(t.Context(), rs...); err != nil {
		t.Fatal(err)
	}
	q, err := Parse("level:>=3 deces size:<40")
	if err != nil {
		t.Fatal(err)
	}
	q.Size, q.Facets = 5, []string{"level", "partage"}
	for range 10 {
		p, err := x.Search(t.Context(), q)
		if err != nil {
			t.Fatal(err)
		}
		t.Log(p.Total, len(p.Hits), p.Next, p.Facets)
		for _, h := range p.Hits {
			t.Log(h.Assessment.Level, h.Path, h.ID)
		}
		if q.After = p.Next; p.Next == "" {
			break
		}
	}
	if err := x.Publish(t.Context()); err != nil {
		t.Fatal(err)
	}
	s, err := OpenSnapshot(dir, key)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Check(t.Context(), 50); err != nil {
		t.Fatal(err)
	}
	if err := x.Check(t.Context(), 50); err != nil {
		t.Fatal(err)
	}
	s.Close()
	x.Close()
}
