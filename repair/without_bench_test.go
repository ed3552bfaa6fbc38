package repair

import (
	"fmt"
	"testing"

	"github.com/pharos-pec/pharos"
)

// BenchmarkWithout takes the robot away through which 10,000 subscriptions
// earn, half of them by AOBO as well.
func BenchmarkWithout(b *testing.B) {
	in := manySubscriptions(10_000).input()
	b.ReportAllocs()
	for b.Loop() {
		got, err := Without(in, "principal:ops")
		if err != nil || len(got.Stopped) != 5_000 || len(got.Weakened) != 5_000 {
			b.Fatal(err, len(got.Stopped), len(got.Weakened))
		}
	}
}

// BenchmarkBusFactors is about the same subscriptions, of 1,000 customers.
func BenchmarkBusFactors(b *testing.B) {
	in := manySubscriptions(10_000).input()
	b.ReportAllocs()
	for b.Loop() {
		if got := BusFactors(in); len(got) != 1_000 {
			b.Fatal(len(got))
		}
	}
}

func manySubscriptions(n int) *realm {
	ops := at(home, "ops")
	r := &realm{subs: map[pharos.SubscriptionID]pharos.TenantID{}, linked: map[pharos.PrincipalRef]bool{ops: true},
		principals: []pharos.Principal{{PrincipalRef: ops, Kind: pharos.ServicePrincipal, Name: "ops"}}}
	for i := range n {
		sub := pharos.SubscriptionID(fmt.Sprintf("s%d", i))
		r.subs[sub] = pharos.TenantID(fmt.Sprintf("c%d", i/10))
		scope := pharos.SubscriptionScope(sub)
		r.grants = append(r.grants, pharos.Grant{Path: pharos.Lighthouse, ID: string(scope) + "/d", Scope: scope, Kind: pharos.Permanent,
			Role: pharos.SupportRequestContributor, Holder: ops, HolderKind: pharos.ServicePrincipal, Offer: "Operations"})
		if i%2 == 0 {
			r.grants = append(r.grants, pharos.Grant{Path: pharos.AOBO, ID: string(scope) + "/a", Scope: scope, Kind: pharos.Permanent,
				Role: pharos.Owner, Holder: at("", string(agents)), HolderKind: pharos.ForeignGroup})
		}
		for g := range 3 {
			r.rows = append(r.rows, row(pharos.ResourceGroupScope(sub, fmt.Sprintf("rg-%d", g)), "EUR", 12345, 678))
		}
	}
	return r
}
