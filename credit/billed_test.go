package credit

import (
	"strings"
	"testing"

	"github.com/shopspring/decimal"
	"pgregory.net/rapid"

	"github.com/pharos-pec/pharos"
)

func TestCheckTotals(t *testing.T) {
	sum := func(customer pharos.TenantID, currency, fx string, lines int64, net, total string) BilledSum {
		return BilledSum{Customer: customer, Currency: currency, ExchangeRate: dec(fx), Lines: lines, Net: dec(net), Total: dec(total)}
	}
	for _, c := range []struct {
		name string
		sums []BilledSum
		want []string // one text that each warning holds
	}{
		{name: "to the cent", sums: []BilledSum{sum("c1", "EUR", "0.92", 10, "85", "85")}},
		{name: "within rounding", sums: []BilledSum{sum("c1", "EUR", "1", 10, "85", "84.80")}},
		{name: "a cent beyond rounding", sums: []BilledSum{sum("c1", "EUR", "1", 10, "85", "84.79")}, want: []string{"c1: by -0.21, where rounding explains 0.2"}},
		{name: "too much charged", sums: []BilledSum{sum("c1", "EUR", "1", 1, "85", "100")}, want: []string{"c1: by 15"}},
		{name: "a low rate has a small room", sums: []BilledSum{sum("c1", "EUR", "0.5", 10, "85", "84.80")}, want: []string{"explains 0.15"}},
		{name: "split sums are one", sums: []BilledSum{sum("c1", "EUR", "1", 1, "10", "5"), sum("c1", "EUR", "1", 1, "5", "10")}},
		{name: "customers do not hide each other", sums: []BilledSum{sum("c1", "EUR", "1", 1, "10", "5"), sum("c2", "EUR", "1", 1, "5", "10.5")},
			want: []string{"for 2 customer(s)"}},
		{name: "by currency", sums: []BilledSum{sum("c1", "USD", "1", 1, "10", "5"), sum("c2", "EUR", "1", 1, "5", "10.5")}, want: []string{"EUR", "USD"}},
		{name: "refunds", sums: []BilledSum{sum("c1", "EUR", "1", 2, "-85", "-85.04")}},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := checkTotals(t.Context(), Input{Month: october, Billed: &memory{billed: c.sums}})
			if err != nil {
				t.Fatal(err)
			}
			if len(got) != len(c.want) {
				t.Fatalf("got %d warnings, want %d: %v", len(got), len(c.want), got)
			}
			for i, w := range got {
				if w.Code != TotalsOff || !strings.Contains(w.Message, c.want[i]) {
					t.Errorf("got %+v, want %q", w, c.want[i])
				}
			}
		})
	}
}

// TestCheckTotals_AllowsTheBillsOwnRounding bills a month of one meter by the
// documented rules (cost of the meter to date rounded down, divided by its
// units, then the line rounded down again): however small the lines, that is
// never a finding.
func TestCheckTotals_AllowsTheBillsOwnRounding(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		price := decimal.New(rapid.Int64Range(1, 1e7).Draw(t, "price"), -6)
		fx := decimal.New(rapid.Int64Range(1, 200_000).Draw(t, "rate"), -4)
		credited := rapid.Bool().Draw(t, "credited")
		share := decimal.NewFromInt(1)
		if credited {
			share = dec("0.85")
		}
		b := BilledSum{Customer: "c", Currency: "EUR", ExchangeRate: fx}
		units := decimal.Zero
		for range rapid.IntRange(1, 31).Draw(t, "days") {
			q := decimal.New(rapid.Int64Range(1, 1e9).Draw(t, "quantity"), -6)
			units = units.Add(q)
			cost := units.Mul(price).Mul(share).RoundFloor(2)
			line := cost.Mul(q).DivRound(units, 40).Mul(fx).RoundFloor(2)
			b.Lines++
			b.Net = b.Net.Add(q.Mul(price).Mul(share).Mul(fx))
			b.Total = b.Total.Add(line)
		}
		got, err := checkTotals(t.Context(), Input{Month: october, Billed: &memory{billed: []BilledSum{b}}})
		if err != nil || len(got) > 0 {
			t.Fatalf("%+v: %v, %v", b, got, err)
		}
	})
}
