package credit_test

import (
	"context"
	"fmt"
	"iter"
	"time"

	"github.com/shopspring/decimal"

	"github.com/pharos-pec/pharos"
	"github.com/pharos-pec/pharos/credit"
)

// A day on which nobody of ours had access, and one on which we had.
func ExampleJudge() {
	month, err := pharos.ParseMonth("2026-10")
	if err != nil {
		fmt.Println(err)
		return
	}
	judged, err := credit.Judge(context.Background(), credit.Input{
		Month: month, Ledger: twoDays{}, Access: sinceTheSecond{},
		AsOf: time.Date(2026, 11, 6, 12, 0, 0, 0, time.UTC),
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, d := range judged.Subscriptions[0].Days {
		fmt.Println(d.Date, d.Verdict, d.Causes, d.Credit)
	}
	// Output:
	// 2026-10-01 lost [no-access] 1.5
	// 2026-10-02 earned [] 1.5
}

// twoDays is a ledger of two facts of 10 EUR list cost each.
type twoDays struct{}

func (twoDays) Facts(_ context.Context, m pharos.Month, _ []pharos.Scope) iter.Seq2[pharos.DayFact, error] {
	return func(yield func(pharos.DayFact, error) bool) {
		f := pharos.DayFact{
			Day: m.First(), Scope: "/subscriptions/s/resourceGroups/rg", Subscription: "s",
			MeterRate: pharos.NewRate(15), Currency: "EUR", Lines: 1, List: decimal.NewFromInt(10),
		}
		if !yield(f, nil) {
			return
		}
		f.Day, f.Credited = f.Day+1, f.MeterRate
		yield(f, nil)
	}
}

func (twoDays) Lines(context.Context, credit.Query) iter.Seq2[pharos.UsageLine, error] {
	return func(func(pharos.UsageLine, error) bool) {}
}

func (twoDays) Months(context.Context) ([]pharos.Month, error) { return nil, nil }

// sinceTheSecond is access from the second day of the month on.
type sinceTheSecond struct{}

func (sinceTheSecond) On(s pharos.Scope, d pharos.Day) pharos.Coverage {
	if d == d.Month().First() {
		return pharos.Coverage{Scope: s, Day: d, State: pharos.None, Causes: []pharos.Cause{pharos.NoAccess}}
	}
	return pharos.Coverage{Scope: s, Day: d, State: pharos.Full, Path: pharos.AOBO}
}

func (sinceTheSecond) Fine() []pharos.Scope { return nil }
