package repair

import (
	"fmt"
	"testing"

	"github.com/pharos-pec/pharos"
)

// BenchmarkPropose plans for partners of two sizes: every subscription is
// delegated to a robot, one in four with a role that does not earn, one just
// in time, one to a group without the robot; every fifth is denied, and two
// resource groups of each are on the bill.
func BenchmarkPropose(b *testing.B) {
	for _, subscriptions := range []int{10_000, 50_000} {
		b.Run(fmt.Sprint(subscriptions), func(b *testing.B) {
			in := manyDelegations(subscriptions)
			b.ReportAllocs()
			steps := 0
			for b.Loop() {
				steps = len(propose(b, in).Steps)
			}
			b.ReportMetric(float64(steps), "steps")
		})
	}
}

func manyDelegations(subscriptions int) Input {
	s := newScene().link(robot)
	clear(s.subs)
	s.rows = nil
	s.members[team] = []pharos.PrincipalID{"alice"}
	for i := range subscriptions {
		sub := pharos.SubscriptionID(fmt.Sprintf("s%d", i))
		s.subs[sub] = pharos.TenantID(fmt.Sprintf("c%d", i/4))
		scope := pharos.SubscriptionScope(sub)
		s.grants = append(s.grants, pharos.Grant{
			Path: pharos.Lighthouse, ID: string(scope) + "/assignments/a", Offer: "Ops", Scope: scope, Kind: pharos.Permanent,
			Role: pharos.SupportRequestContributor, Holder: robot, HolderKind: pharos.ServicePrincipal,
		})
		g := &s.grants[i]
		switch i % 4 {
		case 0:
			g.Role = pharos.Reader
		case 1:
			g.Kind = pharos.Eligible
		case 2:
			g.Holder, g.HolderKind = team, pharos.Group
		}
		s.rows = append(s.rows, row(scope+"/resourceGroups/web", "EUR", 100, 200), row(scope+"/resourceGroups/db", "USD", 0, int64(i)))
	}
	in := s.input()
	for i := range subscriptions / 5 {
		sub := pharos.SubscriptionID(fmt.Sprintf("s%d", i*5))
		in.History.Denials[sub].Facts = []pharos.Fact[pharos.Denial]{{Value: pharos.Denial{ID: "d", Scope: pharos.SubscriptionScope(sub)}, Span: pharos.Always()}}
	}
	return in
}
