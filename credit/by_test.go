package credit

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/pharos-pec/pharos"
)

func TestParseGrouping(t *testing.T) {
	for _, g := range Groupings() {
		got, err := ParseGrouping(string(g))
		if err != nil || got != g {
			t.Errorf("%s: got %q, %v", g, got, err)
		}
	}
	if _, err := ParseGrouping("moon"); pharos.CodeOf(err) != pharos.Invalid || pharos.HintOf(err) == "" {
		t.Errorf("moon: got %v", err)
	}
}

// TestBy shows each grouping's keys, names and order on one small bill.
func TestBy(t *testing.T) {
	fact := func(d int, sub pharos.SubscriptionID, scope pharos.Scope, list string) pharos.DayFact {
		return pharos.DayFact{Day: day(d), Customer: "c-" + pharos.TenantID(sub), Subscription: sub, Scope: scope,
			Currency: "EUR", Lines: 1, List: dec(list), MeterRate: rate("15")}
	}
	l := &memory{facts: []pharos.DayFact{
		fact(2, "s1", web, "10"), fact(1, "s1", vm, "10"), fact(1, "s2", "/subscriptions/s2", "100"),
	}}
	m, err := Judge(t.Context(), Input{
		Month: october, Ledger: l, AsOf: settledAt,
		Access: always(pharos.Coverage{State: pharos.None, Causes: []pharos.Cause{pharos.NoAccess}}),
		Names: Names{
			Customers:     map[pharos.TenantID]pharos.Customer{"c-s1": {Name: "Fabrikam"}},
			Subscriptions: map[pharos.SubscriptionID]pharos.Subscription{"s2": {Name: "sandbox"}},
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	for g, want := range map[Grouping][]string{
		ByCustomer:      {"c-s2  15", "c-s1 Fabrikam 3"},
		BySubscription:  {"s2 sandbox 15", "s1  3"},
		ByResourceGroup: {"/subscriptions/s2 sandbox 15", string(web) + " web 3"},
		ByResource:      {"/subscriptions/s2 sandbox 15", string(web) + " web 1.5", string(vm) + " vm 1.5"},
		ByDay:           {"2026-10-01  16.5", "2026-10-02  1.5"},
	} {
		t.Run(string(g), func(t *testing.T) {
			var got []string
			for _, r := range m.By(g) {
				got = append(got, r.Key+" "+r.Name+" "+r.Lost.String())
				if r.TopCause != pharos.NoAccess {
					t.Errorf("%s: top cause %q", r.Key, r.TopCause)
				}
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}
