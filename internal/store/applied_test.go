package store_test

import (
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/pharos-pec/pharos"
	"github.com/pharos-pec/pharos/internal/store"
	"github.com/pharos-pec/pharos/repair"
)

// TestApplied: a step is begun and ended, and the audit trail tells each
// change once, however often its end is noted.
func TestApplied(t *testing.T) {
	path := filepath.Join(t.TempDir(), "pharos.db")
	s := open(t, path)
	r := repair.Record{
		Plan: "plan", Step: "link-1", Kind: repair.Link, Actor: "robot", Subject: "partner link of p", After: "4987654", Begun: instant(1e18),
	}
	known := func(want ...repair.Record) {
		t.Helper()
		got, err := s.Records(t.Context(), "plan")
		if err != nil || len(got) != len(want) {
			t.Fatalf("got %v, %v", got, err)
		}
		for _, r := range want {
			if d := cmp.Diff(r, got[r.Step]); d != "" {
				t.Error(d)
			}
		}
	}
	trail := func(want ...string) {
		t.Helper()
		got, err := s.Trail(t.Context(), 10)
		if err != nil {
			t.Fatal(err)
		}
		var lines []string
		for _, e := range got {
			lines = append(lines, e.Actor+" "+e.Action+" "+e.Subject+" "+e.Before+">"+e.After)
		}
		if d := cmp.Diff(want, lines); d != "" {
			t.Error(d)
		}
	}
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := s.End(t.Context(), r); pharos.CodeOf(err) != pharos.NotFound {
		t.Errorf("ended before it was begun: %v", err)
	}
	known()
	must(s.Begin(t.Context(), r))
	known(r)
	trail()

	done := r
	done.Done, done.Changed = instant(2e18), true
	other, err := store.Open(t.Context(), path) // another process
	must(err)
	must(s.End(t.Context(), done))
	must(other.End(t.Context(), done))
	must(other.Close())
	known(done)
	trail("robot link partner link of p >4987654")

	back := r
	back.Undo, back.Before, back.After, back.Begun = true, "4987654", "", instant(3e18)
	must(s.Begin(t.Context(), back))
	known(back)
	back.Done, back.Changed = instant(4e18), true
	must(s.End(t.Context(), back))
	known(back)
	trail("robot undo link partner link of p 4987654>", "robot link partner link of p >4987654")

	unchanged := repair.Record{Plan: "plan", Step: "link-2", Kind: repair.Link, Begun: instant(1e18)}
	must(s.Begin(t.Context(), unchanged))
	unchanged.Done = instant(2e18)
	must(s.End(t.Context(), unchanged))
	known(back, unchanged)
	trail("robot undo link partner link of p 4987654>", "robot link partner link of p >4987654")
	if got, err := s.Records(t.Context(), "another plan"); err != nil || len(got) != 0 {
		t.Errorf("of another plan: %v, %v", got, err)
	}
}
