package cli

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/pharos-pec/pharos"
	"github.com/pharos-pec/pharos/credit"
	"github.com/pharos-pec/pharos/internal/report"
)

func TestChanges(t *testing.T) {
	robot := pharos.PrincipalRef{Tenant: "t", ID: "robot"}
	key := pharos.GrantKey{Subscription: "s", Path: pharos.Lighthouse}
	grant := pharos.Grant{Path: pharos.Lighthouse, Scope: "/subscriptions/s", Kind: pharos.Permanent, Role: pharos.Contributor, Holder: robot}
	standing := pharos.Span{Began: pharos.At(october(1)), Ended: pharos.Bound{Earliest: october(5)}}
	over := pharos.Span{Began: pharos.At(october(1)), Ended: pharos.At(october(4))}
	history := func(s pharos.Span, link pharos.PartnerID) *pharos.History {
		h := pharos.NewHistory()
		h.LastScan = october(5)
		h.Principals[robot] = pharos.Principal{PrincipalRef: robot, Name: "robot"}
		h.Grants[key] = &pharos.Record[pharos.Grant]{Facts: []pharos.Fact[pharos.Grant]{{Value: grant, Span: s}}}
		if link != "" {
			open := pharos.Span{Ended: pharos.Bound{Earliest: october(5)}}
			h.Links[robot] = &pharos.Record[pharos.PartnerID]{Facts: []pharos.Fact[pharos.PartnerID]{{Value: link, Span: open}}}
		}
		return h
	}
	got := changes(history(standing, ""), history(over, "4987654"))
	want := []report.Changed{
		{Scope: "tenant t", What: "began: link of robot to partner ID 4987654"},
		{At: october(4), Scope: "/subscriptions/s", What: "ended: permanent Contributor for robot (lighthouse)"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	if again := changes(history(over, "4987654"), history(over, "4987654")); len(again) > 0 {
		t.Errorf("nothing happened, got %v", again)
	}
	if first := changes(pharos.NewHistory(), history(standing, "")); first != nil {
		t.Errorf("a first scan has nothing to compare with, got %v", first)
	}
}

func TestRemedies(t *testing.T) {
	m := &credit.Month{Causes: []credit.CauseSum{
		{Code: pharos.NoAccess, Verdict: pharos.Lost, Currency: "EUR"},
		{Code: pharos.NoAccess, Verdict: pharos.Lost, Currency: "USD"},
		{Code: pharos.TooEarly, Verdict: pharos.Pending},
		{Code: pharos.Unexplained, Verdict: pharos.Disputable},
	}}
	const want = "\nHow to mend it\n" +
		"  no-access: Have the customer grant Support Request Contributor to a linked service principal, by Lighthouse delegation or role assignment.\n" +
		"  unexplained: Dispute it: open a billing ticket with the days, the access and the lines.\n"
	if diff := cmp.Diff(want, remedies(m)); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	if got := remedies(&credit.Month{}); got != "" {
		t.Errorf("nothing was lost, got %q", got)
	}
}
