package explain_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/pharos-pec/pharos"
	"github.com/pharos-pec/pharos/explain"
)

// TestPeople: one person in two tenants counts once, two objects of whom no
// identity was seen count twice.
func TestPeople(t *testing.T) {
	at := func(tenant, id string) pharos.PrincipalRef {
		return pharos.PrincipalRef{Tenant: pharos.TenantID(tenant), ID: pharos.PrincipalID(id)}
	}
	n := explain.Names{Principals: map[pharos.PrincipalRef]pharos.Principal{
		at("home", "1"):     {Identity: "Alice@msp.example"},
		at("customer", "2"): {Identity: "alice@msp.example", Guest: true},
		at("home", "3"):     {Name: "ops"},
	}}
	var earning []pharos.EarningPrincipal
	for _, ref := range []pharos.PrincipalRef{at("home", "1"), at("customer", "2"), at("home", "3"), at("other", "3"), at("home", "3")} {
		earning = append(earning, pharos.EarningPrincipal{PrincipalRef: ref})
	}
	if diff := cmp.Diff([]string{"alice@msp.example", "home/3", "other/3"}, n.People(earning)); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}
