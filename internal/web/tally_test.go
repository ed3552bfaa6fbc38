package web

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/pharos-pec/pharos"
	"github.com/pharos-pec/pharos/credit"
)

// What the pages sum in one pass is what the judge's own breakdowns say.
func TestTally_AgreesWithTheJudge(t *testing.T) {
	m := sample().judged[october]
	tally := newTally(m)
	customers := 0
	for _, row := range m.By(credit.ByCustomer) {
		for _, c := range tally.customers[row.Customer] {
			if c.Currency == row.Currency {
				customers++
				same(t, "customer "+row.Name, c.Sums, row.Sums)
				if c.topCause != row.TopCause {
					t.Errorf("customer %s: main cause %s, want %s", row.Name, c.topCause, row.TopCause)
				}
			}
		}
	}
	accounts := 0
	for _, row := range m.By(credit.BySubscription) {
		for _, a := range tally.accounts[row.Subscription] {
			accounts++
			same(t, "subscription "+row.Name, a.figures.Sums, row.Sums)
			if a.topCause != row.TopCause {
				t.Errorf("subscription %s: main cause %s, want %s", row.Name, a.topCause, row.TopCause)
			}
		}
	}
	days := 0
	for _, row := range m.By(credit.ByDay) {
		d, err := pharos.ParseDay(row.Key)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range tally.currencies {
			if c.Currency == row.Currency {
				days++
				same(t, row.Key, c.days[d-october.First()].sums(), row.Sums)
			}
		}
	}
	if customers != 5 || accounts != 6 || days != 62 {
		t.Errorf("compared %d customers, %d subscriptions, %d days; want 5, 6, 62", customers, accounts, days)
	}
}

func same(t *testing.T, what string, got, want credit.Sums) {
	t.Helper()
	// Amounts are equal by value, in whatever number of digits.
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s (-judge +pages):\n%s", what, diff)
	}
}
