package cli

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/pharos-pec/pharos"
	"github.com/pharos-pec/pharos/internal/store"
	"github.com/pharos-pec/pharos/link"
)

func october(day int) time.Time { return time.Date(2026, 10, day, 0, 0, 0, 0, time.UTC) }

func TestUnion(t *testing.T) {
	between := func(from, to int) pharos.Interval {
		var i pharos.Interval
		if from > 0 {
			i.From = october(from)
		}
		if to > 0 {
			i.To = october(to)
		}
		return i
	}
	for _, tt := range []struct{ in, want []pharos.Interval }{
		{nil, nil},
		{[]pharos.Interval{between(5, 7), between(1, 3)}, []pharos.Interval{between(1, 3), between(5, 7)}},
		{[]pharos.Interval{between(1, 3), between(3, 5)}, []pharos.Interval{between(1, 5)}},
		{[]pharos.Interval{between(1, 9), between(2, 5)}, []pharos.Interval{between(1, 9)}},
		{[]pharos.Interval{between(1, 3), between(2, 0), between(8, 9)}, []pharos.Interval{between(1, 0)}},
		{[]pharos.Interval{between(4, 9), {}}, []pharos.Interval{{}}},
	} {
		if diff := cmp.Diff(tt.want, union(tt.in)); diff != "" {
			t.Errorf("%v: -want +got\n%s", tt.in, diff)
		}
	}
}

// TestDeclare holds what the register makes of the history: a declaration
// answers for all times, a check-in only from the link's beginning on, and a
// link that was read stays.
func TestDeclare(t *testing.T) {
	alice := pharos.PrincipalRef{Tenant: "t", ID: "alice"}
	bob := pharos.PrincipalRef{Tenant: "t", ID: "bob"}
	h := pharos.NewHistory()
	seen := &pharos.Record[pharos.PartnerID]{
		Observed: []pharos.Interval{{From: october(2), To: october(4)}},
		Facts:    []pharos.Fact[pharos.PartnerID]{{Value: "7000001", Span: pharos.SpanOf(pharos.Interval{From: october(2), To: october(4)})}},
	}
	h.Links[alice] = seen
	declare(h, register(
		link.Register{{Principal: alice, PartnerID: "4987654", Held: pharos.Interval{From: october(10)}, Source: pharos.Declared}},
		[]store.CheckIn{{Principal: bob, PartnerID: "4987654", Held: pharos.Interval{From: october(10)}, Source: pharos.CheckIn, At: october(20)}},
	))
	if len(h.Links[alice].Facts) != 2 || len(seen.Facts) != 1 {
		t.Errorf("alice: got %d facts, the stored record has %d", len(h.Links[alice].Facts), len(seen.Facts))
	}
	for _, tt := range []struct {
		who  pharos.PrincipalRef
		day  int
		want pharos.Holding
	}{{alice, 5, pharos.Whole}, {alice, 15, pharos.Whole}, {bob, 9, pharos.Never}, {bob, 10, pharos.Whole}} {
		if got := h.Links[tt.who].Knows(pharos.DayOf(october(tt.day))); got != tt.want {
			t.Errorf("%s on October %d: known %v, want %v", tt.who.ID, tt.day, got, tt.want)
		}
	}
}
