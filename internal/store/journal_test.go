package store_test

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/pharos-pec/pharos"
	"github.com/pharos-pec/pharos/internal/store"
)

// TestScans are listed newest first, and only with the history they belong to.
func TestScans(t *testing.T) {
	s := open(t, filepath.Join(t.TempDir(), "pharos.db"))
	first := store.Scan{At: instant(1e18), Eyes: []store.Eye{{Name: "robot", Principal: refs()[0]}}}
	second := store.Scan{At: instant(2e18), Problems: []store.Problem{{Subject: "/subscriptions/s", Reading: "role assignments", Eye: "robot", Code: pharos.Forbidden, Message: "no"}}}
	h := load(t, s)
	for _, scan := range []store.Scan{first, second} {
		after := pharos.NewHistory()
		after.LastScan = scan.At
		if err := s.SaveScan(t.Context(), h, after, scan); err != nil {
			t.Fatal(err)
		}
		h = after
	}
	first.Problems, second.Eyes = []store.Problem{}, []store.Eye{}
	got, err := s.Scans(t.Context(), 5)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff([]store.Scan{second, first}, got); d != "" {
		t.Error(d)
	}
	if got, err := s.Scans(t.Context(), 1); err != nil || len(got) != 1 || !got[0].At.Equal(second.At) {
		t.Errorf("got %v, %v", got, err)
	}
	if got := load(t, s).LastScan; !got.Equal(second.At) {
		t.Errorf("last scan %v", got)
	}
}

// TestCheckIns keeps each once, in order.
func TestCheckIns(t *testing.T) {
	s := open(t, filepath.Join(t.TempDir(), "pharos.db"))
	alice := store.CheckIn{Name: "alice", Principal: refs()[0], PartnerID: "4987654", Held: pharos.Interval{From: instant(1e18)}, Source: pharos.CheckIn, At: instant(2e18)}
	again := alice
	again.PartnerID, again.At = "7000001", instant(3e18)
	undated := store.CheckIn{Principal: refs()[1], PartnerID: "4987654", Source: pharos.CheckIn, At: instant(3e18)}
	for _, c := range []store.CheckIn{alice, again, alice, undated, undated} {
		if err := s.SaveCheckIn(t.Context(), c); err != nil {
			t.Fatal(err)
		}
	}
	got, err := s.CheckIns(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff([]store.CheckIn{alice, again, undated}, got); d != "" {
		t.Error(d)
	}
}

// TestTrail cannot be changed, not even behind the store's back.
func TestTrail(t *testing.T) {
	path := filepath.Join(t.TempDir(), "pharos.db")
	s := open(t, path)
	first := store.Entry{At: instant(1e18), Actor: "robot", Action: "link", Subject: "principal p", Before: "", After: "4987654"}
	second := store.Entry{At: instant(2e18), Actor: "alice", Action: "check-in", Subject: "principal q", After: "4987654"}
	for _, e := range []store.Entry{first, second} {
		if err := s.Record(t.Context(), e); err != nil {
			t.Fatal(err)
		}
	}
	for _, text := range []string{`UPDATE audit SET actor = 'nobody'`, `DELETE FROM audit`} {
		if err := raw(t, path, text); err == nil || !strings.Contains(err.Error(), "append-only") {
			t.Errorf("%s: got %v", text, err)
		}
	}
	got, err := s.Trail(t.Context(), 10)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff([]store.Entry{second, first}, got); d != "" {
		t.Error(d)
	}
}
