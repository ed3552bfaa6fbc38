package credit

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/pharos-pec/pharos"
)

var alice = pharos.PrincipalRef{Tenant: "t", ID: "alice"}

// TestRule_Tables has a row for every cell of the contract's two tables, and
// for every pair of conditions whose order matters.
func TestRule_Tables(t *testing.T) {
	type causes = []pharos.Cause
	full := pharos.Coverage{State: pharos.Full}
	disputed := pharos.Coverage{State: pharos.Partial, Disputed: true, Causes: causes{pharos.PartialDay}}
	partial := pharos.Coverage{State: pharos.Partial, Causes: causes{pharos.PartialDay, pharos.NotLinked}}
	narrow := pharos.Coverage{State: pharos.Partial, Causes: causes{pharos.ScopeTooNarrow}}
	none := pharos.Coverage{State: pharos.None, Causes: causes{pharos.EligibleOnly, pharos.RoleNotEligible}}
	unseen := pharos.Coverage{State: pharos.UnknownCoverage}
	lapsed := pharos.Coverage{State: pharos.UnknownCoverage, Causes: causes{pharos.ProgrammeInactive}}
	unread := pharos.Coverage{State: pharos.UnknownCoverage, Unread: []pharos.PrincipalRef{alice}, Causes: causes{pharos.NotLinked}}
	noneUnread := pharos.Coverage{State: pharos.None, Unread: []pharos.PrincipalRef{alice}, Causes: causes{pharos.NotLinked}}
	unseenSaid := pharos.Coverage{State: pharos.UnknownCoverage, Unread: []pharos.PrincipalRef{alice}, Causes: causes{pharos.NotObserved}}
	blurred := pharos.Coverage{State: pharos.UnknownCoverage, Unread: []pharos.PrincipalRef{alice}}

	const final, early = true, false
	for _, c := range []struct {
		name     string
		coverage pharos.Coverage
		credited string
		product  pharos.Cause
		final    bool
		verdict  pharos.Verdict
		causes   []pharos.Cause
		open     bool
	}{
		{name: "full, credited", coverage: full, credited: "15", final: final, verdict: pharos.Earned},
		{name: "full, credited early", coverage: full, credited: "15", final: early, verdict: pharos.Earned},
		{name: "full, not credited", coverage: full, final: final, verdict: pharos.Disputable, causes: causes{pharos.Unexplained}},
		{name: "full, not credited yet", coverage: full, final: early, verdict: pharos.Pending, causes: causes{pharos.TooEarly}},

		{name: "disputed, credited", coverage: disputed, credited: "15", final: final, verdict: pharos.Earned},
		{name: "disputed, not credited", coverage: disputed, final: final, verdict: pharos.Lost, causes: causes{pharos.PartialDay}},
		{name: "disputed, not credited yet", coverage: disputed, final: early, verdict: pharos.Pending, causes: causes{pharos.TooEarly}},
		{name: "disputed of another cause", final: final, verdict: pharos.Lost, causes: causes{pharos.PartialDay, pharos.NotLinked},
			coverage: pharos.Coverage{State: pharos.Partial, Disputed: true, Causes: causes{pharos.NotLinked}}},

		{name: "partial, credited", coverage: partial, credited: "15", final: final, verdict: pharos.Unexpected},
		{name: "partial, not credited", coverage: partial, final: final, verdict: pharos.Lost, causes: partial.Causes},
		{name: "partial, not credited yet", coverage: partial, final: early, verdict: pharos.Lost, causes: partial.Causes},
		{name: "part of the scope", coverage: narrow, final: final, verdict: pharos.Lost, causes: narrow.Causes},
		{name: "partial without a cause", coverage: pharos.Coverage{State: pharos.Partial}, final: final, verdict: pharos.Lost, causes: causes{pharos.PartialDay}},

		{name: "none, credited", coverage: none, credited: "15", final: final, verdict: pharos.Unexpected},
		{name: "none, not credited", coverage: none, final: final, verdict: pharos.Lost, causes: none.Causes},
		{name: "none, not credited yet", coverage: none, final: early, verdict: pharos.Lost, causes: none.Causes},
		{name: "none without a cause", coverage: pharos.Coverage{State: pharos.None}, final: final, verdict: pharos.UnknownVerdict, causes: causes{pharos.NotObserved}},

		{name: "unknown, credited", coverage: unseen, credited: "15", final: final, verdict: pharos.Earned},
		{name: "unknown, not credited", coverage: unseen, final: final, verdict: pharos.UnknownVerdict, causes: causes{pharos.NotObserved}},
		{name: "unknown, not credited yet", coverage: unseen, final: early, verdict: pharos.Pending, causes: causes{pharos.TooEarly}},
		{name: "unknown, and coverage says so", coverage: unseenSaid, final: final, verdict: pharos.UnknownVerdict, causes: causes{pharos.NotObserved}},
		{name: "unknown but for a cause, credited", coverage: lapsed, credited: "15", final: final, verdict: pharos.Earned},
		{name: "unknown but for a cause, not credited", coverage: lapsed, final: final, verdict: pharos.Lost, causes: lapsed.Causes},
		{name: "unknown but for a cause, not credited yet", coverage: lapsed, final: early, verdict: pharos.Pending, causes: causes{pharos.TooEarly}},
		{name: "no answer at all", final: final, verdict: pharos.UnknownVerdict, causes: causes{pharos.NotObserved}},

		{name: "unread link, credited", coverage: unread, credited: "15", final: final, verdict: pharos.Earned},
		{name: "unread link, not credited", coverage: unread, final: final, verdict: pharos.Lost, causes: causes{pharos.NotLinked}, open: true},
		{name: "unread link, not credited yet", coverage: unread, final: early, verdict: pharos.Pending, causes: causes{pharos.TooEarly}},
		{name: "none but for an unread link, credited", coverage: noneUnread, credited: "15", final: final, verdict: pharos.Earned},
		{name: "none but for an unread link, not credited", coverage: noneUnread, final: final, verdict: pharos.Lost, causes: causes{pharos.NotLinked}, open: true},
		{name: "none but for an unread link, not credited yet", coverage: noneUnread, final: early, verdict: pharos.Pending, causes: causes{pharos.TooEarly}},
		{name: "unread link among other unknowns", coverage: blurred, final: final, verdict: pharos.UnknownVerdict, causes: causes{pharos.NotObserved}},

		{name: "never earns, access or not", coverage: none, product: pharos.ExcludedSpot, final: final, verdict: pharos.Excluded, causes: causes{pharos.ExcludedSpot}},
		{name: "never earns, early", coverage: full, product: pharos.ExcludedReservation, final: early, verdict: pharos.Excluded, causes: causes{pharos.ExcludedReservation}},
		{name: "costs nothing", coverage: full, product: pharos.ZeroCost, final: final, verdict: pharos.Excluded, causes: causes{pharos.ZeroCost}},
		{name: "credited is never excluded", coverage: full, credited: "15", product: pharos.ExcludedSpot, final: final, verdict: pharos.Earned},
		{name: "credited without access is never excluded", coverage: none, credited: "15", product: pharos.ExcludedSpot, final: final, verdict: pharos.Unexpected},
		{name: "another rate is credit too", coverage: full, credited: "0.5", final: final, verdict: pharos.Earned},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := pharos.DayFact{Day: day(10), Product: c.product}
			if c.credited != "" {
				f.Credited = rate(c.credited)
			}
			asOf := day(10).End()
			if c.final {
				asOf = settledAt
			}
			got := rule(&f, &c.coverage, asOf)
			if got.verdict != c.verdict {
				t.Errorf("verdict: got %s, want %s", got.verdict, c.verdict)
			}
			if diff := cmp.Diff(c.causes, got.causes); diff != "" {
				t.Errorf("causes (-want +got):\n%s", diff)
			}
			if (len(got.open) > 0) != c.open {
				t.Errorf("open holders: got %v, want some: %v", got.open, c.open)
			}
		})
	}
}

// TestIsFinal_Edge holds the 48 hours to the instant.
func TestIsFinal_Edge(t *testing.T) {
	d := day(10)
	edge := time.Date(2026, 10, 13, 0, 0, 0, 0, time.UTC)
	if isFinal(d, edge.Add(-time.Nanosecond)) {
		t.Error("final a nanosecond before 48 hours have passed since the day's end")
	}
	if !isFinal(d, edge) {
		t.Error("not final when 48 hours have passed since the day's end")
	}
}
