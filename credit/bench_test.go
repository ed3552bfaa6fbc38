package credit

import (
	"fmt"
	"testing"

	"github.com/pharos-pec/pharos"
)

// BenchmarkJudge judges a month of 2,000 subscriptions with five resource
// groups each, 310,000 facts.
func BenchmarkJudge(b *testing.B) {
	l := &memory{}
	for s := range 2000 {
		sub := pharos.SubscriptionID(fmt.Sprintf("s%d", s))
		for g := range 5 {
			scope := pharos.ResourceGroupScope(sub, fmt.Sprintf("rg-%d", g))
			for d := 1; d <= 31; d++ {
				f := pharos.DayFact{Day: day(d), Customer: "c", Subscription: sub, Scope: scope, Currency: "EUR", Lines: 20, List: dec("123.456789"), MeterRate: rate("15")}
				if g > 0 {
					f.Credited = f.MeterRate
				}
				l.facts = append(l.facts, f)
			}
		}
	}
	a := always(pharos.Coverage{State: pharos.None, Causes: []pharos.Cause{pharos.NoAccess}})
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Judge(b.Context(), Input{Month: october, Ledger: l, Access: a, AsOf: settledAt}); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(len(l.facts)*b.N)/b.Elapsed().Seconds(), "facts/s")
}
