package coverage_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/pharos-pec/pharos"
)

// TestOn_Causes plants one fault at a time and reads the state and the causes
// on 9 October.
func TestOn_Causes(t *testing.T) {
	auto, guest := ref(home, automation), ref(customer, aliceGuest)
	team := ref(home, ops)
	linked := func(w *world) *world { return w.link(auto, ourID, "2026-08-01", "") }
	src := pharos.SupportRequestContributor
	tests := []struct {
		name   string
		build  func(w *world)
		scope  pharos.Scope
		state  pharos.CoverageState
		causes []pharos.Cause
	}{
		{"aobo earns without a link", func(w *world) { w.aobo(ourAgents) }, scope, pharos.Full, nil},
		{"delegation with a linked account earns", func(w *world) { linked(w).grant(pharos.Lighthouse, auto, src) }, rgWeb, pharos.Full, nil},
		{"linked guest earns", func(w *world) { w.link(guest, ourID, "", "").grant(pharos.Direct, guest, pharos.Contributor) }, scope, pharos.Full, nil},
		{"linked member of a group earns", func(w *world) {
			linked(w).member(team, auto, "", "").grant(pharos.Lighthouse, team, pharos.Contributor, group)
		}, scope, pharos.Full, nil},
		{"nobody", func(*world) {}, scope, pharos.None, []pharos.Cause{pharos.NoAccess}},
		{"the customer's own people are not ours", func(w *world) { w.grant(pharos.Direct, ref(customer, clerk), pharos.Contributor) }, scope, pharos.None, []pharos.Cause{pharos.NoAccess}},
		{"a reader we observe with is not access", func(w *world) {
			w.link(ref(customer, clerk), "", "", "").grant(pharos.Direct, ref(customer, clerk), pharos.Reader)
		}, scope, pharos.None, []pharos.Cause{pharos.NoAccess}},
		{"reader role", func(w *world) { linked(w).grant(pharos.Lighthouse, auto, pharos.Reader) }, scope, pharos.None, []pharos.Cause{pharos.RoleNotEligible}},
		{"unlisted role", func(w *world) { linked(w).grant(pharos.Lighthouse, auto, "91c1777a-f3dc-4fae-b103-61d183457e46") }, scope, pharos.None, []pharos.Cause{pharos.RoleUnlisted}},
		{"just in time", func(w *world) {
			linked(w).grant(pharos.Lighthouse, auto, pharos.Reader).grant(pharos.Lighthouse, auto, pharos.Contributor, as(pharos.Eligible))
		}, scope, pharos.None, []pharos.Cause{pharos.EligibleOnly}},
		{"time bound", func(w *world) { linked(w).grant(pharos.Lighthouse, auto, src, as(pharos.TimeBound)) }, scope, pharos.None, []pharos.Cause{pharos.EligibleOnly}},
		{"from noon", func(w *world) { linked(w).grant(pharos.Lighthouse, auto, src, w.during("2026-10-09T12:00", "")) }, scope, pharos.Partial, []pharos.Cause{pharos.PartialDay}},
		{"to the last instant", func(w *world) { linked(w).grant(pharos.Lighthouse, auto, src, w.during("", "2026-10-10")) }, scope, pharos.Full, nil},
		{"one second short", func(w *world) {
			linked(w).grant(pharos.Lighthouse, auto, src, w.during("", "2026-10-09T23:59:59Z"))
		}, scope, pharos.Partial, []pharos.Cause{pharos.PartialDay}},
		{"ended the day before", func(w *world) { linked(w).grant(pharos.Lighthouse, auto, src, w.during("", "2026-10-09")) }, scope, pharos.None, []pharos.Cause{pharos.NoAccess}},
		{"another resource group", func(w *world) { linked(w).grant(pharos.Lighthouse, auto, src, under(rgDB)) }, rgWeb, pharos.None, []pharos.Cause{pharos.ScopeTooNarrow}},
		{"this resource group", func(w *world) { linked(w).grant(pharos.Lighthouse, auto, src, under(rgDB)) }, rgDB, pharos.Full, nil},
		{"a part of the subscription", func(w *world) { linked(w).grant(pharos.Lighthouse, auto, src, under(rgDB)) }, scope, pharos.Partial, []pharos.Cause{pharos.ScopeTooNarrow}},
		{"read as not linked", func(w *world) { w.link(auto, "", "", "").grant(pharos.Lighthouse, auto, src) }, scope, pharos.None, []pharos.Cause{pharos.NotLinked}},
		{"link never read", func(w *world) { w.grant(pharos.Lighthouse, ref(home, alice), src) }, scope, pharos.UnknownCoverage, []pharos.Cause{pharos.NotLinked}},
		{"from one ID of ours to the other at noon", func(w *world) {
			w.link(auto, ourID, "", "2026-10-09T12:00").link(auto, "4987655", "2026-10-09T12:00", "").grant(pharos.Lighthouse, auto, src)
		}, scope, pharos.Full, nil},
		{"deployed anew at noon", func(w *world) {
			linked(w).grant(pharos.Lighthouse, auto, src, w.during("", "2026-10-09T12:00")).grant(pharos.Lighthouse, auto, src, w.during("2026-10-09T12:00", ""))
		}, scope, pharos.Full, nil},
		{"an hour without it", func(w *world) {
			linked(w).grant(pharos.Lighthouse, auto, src, w.during("", "2026-10-09T12:00")).grant(pharos.Lighthouse, auto, src, w.during("2026-10-09T13:00", ""))
		}, scope, pharos.Partial, []pharos.Cause{pharos.PartialDay}},
		{"linked to a rival", func(w *world) { w.link(auto, rivalID, "", "").grant(pharos.Lighthouse, auto, src) }, scope, pharos.None, []pharos.Cause{pharos.LinkedToOther}},
		{"linked at home, access as a guest", func(w *world) {
			w.link(ref(home, alice), ourID, "", "").grant(pharos.Direct, guest, pharos.Contributor)
		}, scope, pharos.None, []pharos.Cause{pharos.LinkedWrongTenant}},
		{"linked account is not in the group", func(w *world) {
			linked(w).member(team, ref(home, alice), "", "").grant(pharos.Lighthouse, team, pharos.Contributor, group)
		}, scope, pharos.None, []pharos.Cause{pharos.LinkedNotMember}},
		{"empty group, nobody linked", func(w *world) {
			w.member(team, ref(home, ""), "", "").grant(pharos.Lighthouse, team, pharos.Contributor, group)
		}, scope, pharos.None, []pharos.Cause{pharos.NotLinked}},
		{"disabled account", func(w *world) { linked(w).disable(auto, "2026-10-01").grant(pharos.Lighthouse, auto, src) }, scope, pharos.None, []pharos.Cause{pharos.PrincipalDisabled}},
		{"denied above", func(w *world) { w.aobo(ourAgents).deny(scope, "2026-10-09T10:00", "2026-10-09T11:00") }, rgWeb, pharos.None, []pharos.Cause{pharos.DenyAssignment}},
		{"denied elsewhere", func(w *world) { w.aobo(ourAgents).deny(rgDB, "", "") }, rgWeb, pharos.Full, nil},
		{"a rival's foreign group", func(w *world) { w.aobo(rivalAgents) }, scope, pharos.None, []pharos.Cause{pharos.AOBOOfOther}},
		{"delegated to a rival only", func(w *world) { w.grant(pharos.Lighthouse, ref(rivals, automation), src) }, scope, pharos.None, []pharos.Cause{pharos.UnrelatedPartner}},
		{"delegated to who may be the reseller of record", func(w *world) {
			w.resold().grant(pharos.Lighthouse, ref(rivals, automation), src)
		}, scope, pharos.UnknownCoverage, []pharos.Cause{pharos.NotObserved}},
		{"delegated to who is not the reseller of record", func(w *world) {
			w.resold().partner.Resellers = []pharos.Reseller{{Name: "reseller", PartnerID: resellerID, Tenant: customer}}
			w.grant(pharos.Lighthouse, ref(rivals, automation), src)
		}, scope, pharos.None, []pharos.Cause{pharos.UnrelatedPartner}},
		{"foreign group of who may be the reseller of record", func(w *world) {
			w.resold().partner.Resellers = []pharos.Reseller{{Name: "reseller", PartnerID: resellerID, Tenant: rivals}}
			w.aobo(resellerAgents)
		}, scope, pharos.UnknownCoverage, []pharos.Cause{pharos.NotObserved}},
		{"an indirect reseller is never billed", func(w *world) { w.aobo(ourAgents).partner.Kind = pharos.IndirectReseller }, scope, pharos.None, []pharos.Cause{pharos.NotBillTo}},
		{"a rival beside us does no harm", func(w *world) { w.aobo(ourAgents).aobo(rivalAgents) }, scope, pharos.Full, nil},
		{"no customer agreement", func(w *world) { w.aobo(ourAgents).h.Agreements[customer].Facts = nil }, scope, pharos.None, []pharos.Cause{pharos.NoCustomerAgreement}},
		{"programme lapsed", func(w *world) { w.aobo(ourAgents).h.Programme.Facts = nil }, scope, pharos.None, []pharos.Cause{pharos.ProgrammeInactive}},
		{"legacy plan", func(w *world) { w.aobo(ourAgents).h.Sales[sub].Facts[0].Value.Plan = pharos.LegacyPlan }, scope, pharos.None, []pharos.Cause{pharos.NotAzurePlan}},
		{"billed to another", func(w *world) { w.aobo(ourAgents).h.Sales[sub].Facts = nil }, scope, pharos.None, []pharos.Cause{pharos.NotBillTo}},
		{"other terms from noon", func(w *world) {
			w.aobo(ourAgents).sold(pharos.LegacyPlan, "", "", "2026-10-09T12:00").sold(pharos.AzurePlan, "", "2026-10-09T12:00", "")
		}, scope, pharos.Full, nil},
		{"sold away, and back on the same day", func(w *world) {
			w.aobo(ourAgents).sold(pharos.AzurePlan, "", "", "2026-10-09T08:00").sold(pharos.AzurePlan, "", "2026-10-09T20:00", "")
		}, scope, pharos.Partial, []pharos.Cause{pharos.NotBillTo}},
		{"the reseller stays through a change of terms", func(w *world) {
			w.resold().sold(pharos.LegacyPlan, resellerID, "", "2026-10-09T12:00").sold(pharos.AzurePlan, resellerID, "2026-10-09T12:00", "")
			w.link(guest, resellerID, "", "").grant(pharos.Direct, guest, pharos.Contributor)
		}, scope, pharos.Full, nil},
		{"two faults of one chain", func(w *world) { w.link(auto, "", "", "").grant(pharos.Lighthouse, auto, src, under(rgDB)) }, rgWeb, pharos.None, []pharos.Cause{pharos.ScopeTooNarrow, pharos.NotLinked}},
		{"the nearer of two chains", func(w *world) {
			w.link(auto, "", "", "").grant(pharos.Lighthouse, auto, src, under(rgDB)).link(guest, "", "", "").grant(pharos.Direct, guest, pharos.Contributor)
		}, rgWeb, pharos.None, []pharos.Cause{pharos.NotLinked}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t)
			tt.build(w)
			got := w.access().On(tt.scope, day(t, "2026-10-09"))
			if got.State != tt.state || !slices.Equal(got.Causes, tt.causes) {
				t.Errorf("got %s %v %q, want %s %v", got.State, got.Causes, got.Notes, tt.state, tt.causes)
			}
			if len(got.Notes) != len(got.Causes) {
				t.Errorf("%d notes for %d causes", len(got.Notes), len(got.Causes))
			}
		})
	}
}

// TestOn_PartnerTable is Microsoft's table of which partner's access earns
// (partner earned credit troubleshooting): 1 is the provider that is billed,
// 2 its reseller of record, 3 an unrelated partner, 0 nobody.
func TestOn_PartnerTable(t *testing.T) {
	rows := []struct {
		rbac, aobo int
		earns      bool
	}{
		{1, 0, true}, {0, 1, true}, {2, 0, true}, {0, 2, true}, {3, 1, true}, {1, 3, true}, {1, 2, true},
		{2, 1, true}, {2, 3, true}, {3, 2, true}, {3, 0, false}, {0, 3, false}, {0, 0, false}, {3, 3, false},
	}
	ids := map[int]pharos.PartnerID{1: ourID, 2: resellerID, 3: rivalID}
	groups := map[int]pharos.PrincipalID{1: ourAgents, 2: resellerAgents, 3: rivalAgents}
	for _, r := range rows {
		w := newWorld(t).resold()
		w.partner.Resellers = []pharos.Reseller{{Name: "reseller", PartnerID: resellerID, AgentGroups: []pharos.PrincipalID{resellerAgents}}}
		if r.rbac != 0 {
			holder := ref(customer, clerk)
			w.link(holder, ids[r.rbac], "", "").grant(pharos.Direct, holder, pharos.Contributor)
		}
		if r.aobo != 0 {
			w.aobo(groups[r.aobo])
		}
		got := w.access().On(scope, day(t, "2026-10-09"))
		if (got.State == pharos.Full) != r.earns || got.State == pharos.UnknownCoverage {
			t.Errorf("(%d,%d): got %s %v, want earns %v", r.rbac, r.aobo, got.State, got.Causes, r.earns)
		}
	}
}

// TestOn_AgreementsBeforeFirstSight: what was not signed when it was first
// looked at was not signed before, where it cannot lapse; where it can, the
// cause is named and the bill decides.
func TestOn_AgreementsBeforeFirstSight(t *testing.T) {
	w := newWorld(t).aobo(ourAgents)
	late := []pharos.Interval{{From: at(t, "2026-11-01"), To: at(t, "2026-11-02")}}
	w.h.Programme = &pharos.Record[pharos.Signed]{Observed: late}
	if got := w.access().On(scope, day(t, "2026-10-09")); got.State != pharos.UnknownCoverage || !slices.Equal(got.Causes, []pharos.Cause{pharos.ProgrammeInactive}) {
		t.Errorf("programme: got %s %v", got.State, got.Causes)
	}
	w.h.Agreements[customer] = &pharos.Record[pharos.Signed]{Observed: late}
	if got := w.access().On(scope, day(t, "2026-10-09")); got.State != pharos.None || !slices.Contains(got.Causes, pharos.NoCustomerAgreement) {
		t.Errorf("customer agreement: got %s %v", got.State, got.Causes)
	}
}

// TestOn_SaleWrongForAPart: an agreement that was missing for a part of the
// day is the cause, and the only one where nobody looked at the access.
func TestOn_SaleWrongForAPart(t *testing.T) {
	w := newWorld(t).aobo(ourAgents)
	w.h.Programme.Facts[0].Span = w.span("2026-10-09T10:00", "")
	want := []pharos.Cause{pharos.ProgrammeInactive}
	if got := w.access().On(scope, day(t, "2026-10-09")); got.State != pharos.Partial || !slices.Equal(got.Causes, want) {
		t.Errorf("got %s %v", got.State, got.Causes)
	}
	delete(w.h.Grants, pharos.GrantKey{Subscription: sub, Path: pharos.AOBO})
	if got := w.access().On(scope, day(t, "2026-10-09")); got.State != pharos.None || !slices.Equal(got.Causes, want) {
		t.Errorf("not looked at: got %s %v", got.State, got.Causes)
	}
}

// TestOn_NotesOfOneScope: an answer is kept for every scope that no grant tells
// apart, so what it says must be true of each.
func TestOn_NotesOfOneScope(t *testing.T) {
	w := newWorld(t)
	w.link(ref(home, automation), ourID, "", "").grant(pharos.Lighthouse, ref(home, automation), pharos.Contributor, under(rgDB))
	a := w.access()
	first := a.On(rgWeb, day(t, "2026-10-09"))
	second := a.On(pharos.ResourceGroupScope(sub, "rg-other"), day(t, "2026-10-09"))
	if strings.Contains(second.Notes[0], "rg-web") || !slices.Equal(first.Notes, second.Notes) {
		t.Errorf("of another group: %q, then %q", first.Notes, second.Notes)
	}
}

// TestOn_UnreadBesideOthers: a member whose link nobody read is told of even
// where another member explains why the group does not earn.
func TestOn_UnreadBesideOthers(t *testing.T) {
	w := newWorld(t)
	team := ref(home, ops)
	w.link(ref(home, automation), rivalID, "", "").member(team, ref(home, automation), "", "").member(team, ref(home, alice), "", "")
	w.grant(pharos.Lighthouse, team, pharos.Contributor, group)
	got := w.access().On(scope, day(t, "2026-10-09"))
	if got.State != pharos.None || !slices.Equal(got.Causes, []pharos.Cause{pharos.LinkedToOther}) || !slices.Equal(got.Unread, []pharos.PrincipalRef{ref(home, alice)}) {
		t.Errorf("got %s %v, unread %v", got.State, got.Causes, got.Unread)
	}
}

// TestOn_BetweenObservations covers what was not seen at the time.
func TestOn_BetweenObservations(t *testing.T) {
	noon8, noon9 := at(t, "2026-10-08T12:00"), at(t, "2026-10-09T12:00")
	lostBetween := pharos.Span{Ended: pharos.Bound{Earliest: noon8, Latest: noon9}}
	foundAt := pharos.Span{Began: pharos.Bound{Latest: noon9}, Ended: pharos.Always().Ended}
	tests := []struct {
		name     string
		span     pharos.Span
		day      string
		state    pharos.CoverageState
		disputed bool
	}{
		{"seen before", lostBetween, "2026-10-07", pharos.Full, false},
		{"gone between two scans, first day", lostBetween, "2026-10-08", pharos.Partial, true},
		{"gone between two scans, second day", lostBetween, "2026-10-09", pharos.Partial, false},
		{"gone after", lostBetween, "2026-10-10", pharos.None, false},
		{"before the first scan", foundAt, "2026-10-08", pharos.UnknownCoverage, false},
		{"the day of the first scan", foundAt, "2026-10-09", pharos.UnknownCoverage, false},
		{"after the first scan", foundAt, "2026-10-10", pharos.Full, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t)
			w.aobo(ourAgents, func(_ *pharos.Grant, s *pharos.Span) { *s = tt.span })
			got := w.access().On(scope, day(t, tt.day))
			if got.State != tt.state || got.Disputed != tt.disputed {
				t.Errorf("got %s disputed=%v %v, want %s disputed=%v", got.State, got.Disputed, got.Causes, tt.state, tt.disputed)
			}
		})
	}
}

// TestOn_NotLookedAt: a path nobody looked at makes a day unknown only if it
// might have earned.
func TestOn_NotLookedAt(t *testing.T) {
	auto := ref(home, automation)
	forget := func(w *world, p pharos.Path) { delete(w.h.Grants, pharos.GrantKey{Subscription: sub, Path: p}) }
	tests := []struct {
		name  string
		build func(w *world)
		want  pharos.CoverageState
	}{
		{"aobo not seen, delegation earns", func(w *world) {
			w.link(auto, ourID, "", "").grant(pharos.Lighthouse, auto, pharos.Contributor)
			forget(w, pharos.AOBO)
		}, pharos.Full},
		{"aobo not seen, delegation does not earn", func(w *world) {
			w.link(auto, ourID, "", "").grant(pharos.Lighthouse, auto, pharos.Reader)
			forget(w, pharos.AOBO)
		}, pharos.UnknownCoverage},
		{"direct not seen, nobody of ours linked there", func(w *world) { forget(w, pharos.Direct) }, pharos.None},
		{"direct not seen, a guest of ours is linked there", func(w *world) {
			w.link(ref(customer, aliceGuest), ourID, "", "")
			forget(w, pharos.Direct)
		}, pharos.UnknownCoverage},
		{"members not read", func(w *world) {
			w.link(auto, ourID, "", "").grant(pharos.Lighthouse, ref(home, ops), pharos.Contributor, group)
		}, pharos.UnknownCoverage},
		{"nothing at all", func(w *world) { w.h = pharos.NewHistory() }, pharos.UnknownCoverage},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t)
			tt.build(w)
			if got := w.access().On(scope, day(t, "2026-10-09")); got.State != tt.want {
				t.Errorf("got %s %v %q, want %s", got.State, got.Causes, got.Notes, tt.want)
			}
		})
	}
}
