package azure_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/pharos-pec/pharos"
	"github.com/pharos-pec/pharos/observe"
)

// scan looks at the month with some of its credentials.
func scan(t *testing.T, e *emulated, names ...string) observe.Result {
	t.Helper()
	d := observe.Deps{Partner: e.config.Partner, Commerce: e.session("provider-automation").Commerce(e.config.Partner.ID)}
	for _, n := range names {
		d.Eyes = append(d.Eyes, e.session(n))
	}
	out, err := observe.Scan(t.Context(), d, pharos.NewHistory())
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// TestScan observes the month through real clients, from a good cloud and
// from a bad one: the history is the same.
func TestScan(t *testing.T) {
	t.Parallel()
	good := scan(t, emulate(t, "month", ""), "provider-automation", "reader")
	for _, p := range good.Problems {
		t.Errorf("problem: %+v", p)
	}
	h := good.History
	sub := pharos.SubscriptionID(scenarioID("subscription", "fabrikam", "fabrikam-prod"))
	if len(h.Customers) != 2 || len(h.Subscriptions) != 2 || h.Sales[sub] == nil || h.Programme == nil {
		t.Errorf("got %d customers, %d subscriptions", len(h.Customers), len(h.Subscriptions))
	}
	for path, want := range map[pharos.Path]int{pharos.Lighthouse: 4, pharos.AOBO: 1, pharos.Direct: 4} {
		rec := h.Grants[pharos.GrantKey{Subscription: sub, Path: path}]
		if rec == nil || len(rec.Facts) != want {
			t.Errorf("%s: got %+v, want %d facts", path, rec, want)
		}
	}
	ops := pharos.PrincipalRef{Tenant: tenant, ID: pharos.PrincipalID(scenarioID("group", "contoso-msp", "ops"))}
	if rec := h.Members[ops]; rec == nil || len(rec.Facts) != 2 {
		t.Errorf("members of ops: got %+v", rec)
	}
	bad := scan(t, emulate(t, "month", faulty), "provider-automation", "reader")
	if diff := cmp.Diff(good.History, bad.History); diff != "" || bad.Incomplete {
		t.Errorf("from a bad cloud (-good +bad)\n%s\n%+v", diff, bad.Problems)
	}
}

// TestScan_WhatIsForbiddenIsSaid holds that a weak credential leaves gaps that
// are named, not a smaller world.
func TestScan_WhatIsForbiddenIsSaid(t *testing.T) {
	out := scan(t, emulate(t, "month", ""), "helper")
	if !out.Incomplete || len(out.Problems) == 0 {
		t.Fatalf("got %+v", out)
	}
	for _, p := range out.Problems {
		if p.Code == "" || p.Message == "" || p.Eye == "" && p.Subject == "" {
			t.Errorf("got %+v", p)
		}
	}
}
