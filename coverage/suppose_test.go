package coverage_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/pharos-pec/pharos"
	"github.com/pharos-pec/pharos/coverage"
)

// lasting is the access if nothing changed any more.
func (w *world) lasting() (*coverage.Access, pharos.Day) {
	return coverage.New(coverage.Lasting(w.h), w.partner, w.h.LastScan), pharos.DayOf(w.h.LastScan)
}

// TestLasting: what stands at the last scan counts for a whole day however
// short it has stood, what ended does not count at all.
func TestLasting(t *testing.T) {
	robot := ref(home, automation)
	rows := []struct {
		name  string
		build func(*world)
		want  pharos.CoverageState
	}{
		{"stands since noon", func(w *world) {
			w.grant(pharos.Lighthouse, robot, pharos.SupportRequestContributor, w.during("2026-11-01T12:00", "")).link(robot, ourID, "2026-11-01T13:00", "")
		}, pharos.Full},
		{"ended in October", func(w *world) {
			w.grant(pharos.Lighthouse, robot, pharos.SupportRequestContributor, w.during("", "2026-10-20")).link(robot, ourID, "", "")
		}, pharos.None},
		{"denied once", func(w *world) { w.aobo(ourAgents).deny(scope, "2026-10-01", "2026-10-02") }, pharos.Full},
		{"denied still", func(w *world) { w.aobo(ourAgents).deny(scope, "2026-10-01", "") }, pharos.None},
	}
	for _, r := range rows {
		t.Run(r.name, func(t *testing.T) {
			w := newWorld(t)
			r.build(w)
			a, today := w.lasting()
			if got := a.On(scope, today); got.State != r.want {
				t.Errorf("got %s %v, want %s", got.State, got.Notes, r.want)
			}
		})
	}
}

// TestSupposing: a supposition answers as a history would that has the same
// records, leaves the access that it was made from alone, and can be refined.
func TestSupposing(t *testing.T) {
	robot := ref(home, automation)
	w := newWorld(t).grant(pharos.Lighthouse, robot, pharos.Reader).link(robot, "", "", "")
	bare, today := w.lasting()
	before := bare.On(rgWeb, today)

	key := pharos.GrantKey{Subscription: sub, Path: pharos.Lighthouse}
	better := newWorld(t).grant(pharos.Lighthouse, robot, pharos.SupportRequestContributor, under(rgWeb)).link(robot, ourID, "", "")
	step := bare.Supposing(coverage.Supposed{Grants: map[pharos.GrantKey]*pharos.Record[pharos.Grant]{key: better.h.Grants[key]}})
	both := step.Supposing(coverage.Supposed{Links: map[pharos.PrincipalRef]*pharos.Record[pharos.PartnerID]{robot: better.h.Links[robot]}})
	real, _ := better.lasting()
	for _, s := range []pharos.Scope{scope, rgWeb, rgDB} {
		if diff := cmp.Diff(real.On(s, today), both.On(s, today)); diff != "" {
			t.Errorf("%s (-history +supposition)\n%s", s, diff)
		}
	}
	if got := step.On(rgWeb, today); got.State != pharos.None || got.Causes[0] != pharos.NotLinked {
		t.Errorf("without the link: %s %v", got.State, got.Causes)
	}
	if got := step.On(rgDB, today); got.Causes[0] != pharos.ScopeTooNarrow {
		t.Errorf("beside the grant: %v, the scopes below the subscription were not worked out anew", got.Causes)
	}
	if diff := cmp.Diff(before, bare.On(rgWeb, today)); diff != "" {
		t.Errorf("the access was changed by a supposition (-before +after)\n%s", diff)
	}
}

// TestSupposingTheSale: terms of sale and agreements are supposed like access.
func TestSupposingTheSale(t *testing.T) {
	w := newWorld(t).aobo(ourAgents).sold(pharos.LegacyPlan, "", "", "")
	w.h.Programme.Facts, w.h.Agreements[customer].Facts = nil, nil
	a, today := w.lasting()
	right := newWorld(t)
	steps := []struct {
		supposed coverage.Supposed
		before   pharos.Cause
	}{
		{coverage.Supposed{Sales: right.h.Sales}, pharos.NotAzurePlan},
		{coverage.Supposed{Agreements: right.h.Agreements}, pharos.NoCustomerAgreement},
		{coverage.Supposed{Programme: right.h.Programme}, pharos.ProgrammeInactive},
	}
	for _, s := range steps {
		if got := a.On(scope, today); got.State != pharos.None || got.Causes[0] != s.before {
			t.Errorf("%s %v, want %s first", got.State, got.Causes, s.before)
		}
		a = a.Supposing(s.supposed)
	}
	if got := a.On(scope, today); got.State != pharos.Full {
		t.Errorf("with all of it: %s %v", got.State, got.Causes)
	}
}

// TestSupposing_Scopes: a supposition knows the scopes that it adds, of a
// subscription that nobody ever saw as well, and forgets those it takes away.
func TestSupposing_Scopes(t *testing.T) {
	w := newWorld(t).grant(pharos.Lighthouse, ref(home, automation), pharos.Reader, under(rgWeb))
	bare, _ := w.lasting()
	vm := pharos.ResourceGroupScope("new", "rg") + "/providers/microsoft.compute/virtualmachines/vm"
	records := map[pharos.GrantKey]*pharos.Record[pharos.Grant]{
		{Subscription: sub, Path: pharos.Lighthouse}:   {},
		{Subscription: "new", Path: pharos.Lighthouse}: {Facts: []pharos.Fact[pharos.Grant]{{Value: pharos.Grant{Scope: vm}, Span: pharos.Always()}}},
	}
	step := bare.Supposing(coverage.Supposed{Grants: records})
	if diff := cmp.Diff([]pharos.Scope{scope, "/subscriptions/new", vm}, step.Scopes()); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if diff := cmp.Diff([]pharos.Scope{vm}, step.Fine()); diff != "" {
		t.Errorf("fine (-want +got)\n%s", diff)
	}
	if diff := cmp.Diff([]pharos.Scope{scope, rgWeb}, bare.Scopes()); diff != "" {
		t.Errorf("before (-want +got)\n%s", diff)
	}
}
