package credit

import (
	"cmp"
	"context"
	"iter"
	"slices"
	"strings"

	"github.com/shopspring/decimal"

	"github.com/pharos-pec/pharos"
)

// Billed tells what the bill itself charged, for the cross-check.
type Billed interface {
	// Billed yields sums over the month's lines that carry a
	// BillingPreTaxTotal and whose product can earn or was credited, in any
	// order and split in any way.
	Billed(ctx context.Context, month pharos.Month) iter.Seq2[BilledSum, error]
}

// BilledSum is what some lines were charged, and what their prices say.
type BilledSum = pharos.BilledSum

// tolerance returns by how much rounding alone can move the sum. The effective
// unit price of a meter is a cost rounded down to a cent of the pricing
// currency, divided by its units (docs: effective unit price calculation), so
// a line loses less than a cent there; its total is rounded down to a cent of
// the billing currency once more (docs: daily rated usage file,
// BillingPreTaxTotal). Refunds are rounded the other way, so it holds for both
// signs.
func tolerance(b *BilledSum) decimal.Decimal {
	cent := decimal.New(1, -2)
	perLine := cent.Add(cent.Mul(b.ExchangeRate.Abs()))
	return perLine.Mul(decimal.NewFromInt(b.Lines))
}

// gap is how far a customer's billed total is off.
type gap struct {
	customer   pharos.TenantID
	currency   string
	diff, room decimal.Decimal // billed less net; what rounding allows
}

// checkTotals compares, by customer, the billed totals with list price less
// credit, and warns once for each currency that is off. It names the
// customer with the widest gap; the reasons that are no fault (a tier
// price, an Azure credit) look the same on the bill, so it is a warning.
func checkTotals(ctx context.Context, in Input) ([]Warning, error) {
	if in.Billed == nil {
		return nil, nil
	}
	type key struct {
		customer pharos.TenantID
		currency string
	}
	sums := map[key]gap{}
	for b, err := range in.Billed.Billed(ctx, in.Month) {
		if err != nil {
			return nil, err
		}
		k := key{b.Customer, b.Currency}
		g := sums[k]
		sums[k] = gap{b.Customer, b.Currency, g.diff.Add(b.Total.Sub(b.Net)), g.room.Add(tolerance(&b))}
	}
	off := map[string][]gap{}
	for _, g := range sums {
		if g.diff.Abs().GreaterThan(g.room) {
			off[g.currency] = append(off[g.currency], g)
		}
	}
	return gapWarnings(off, in.Names), nil
}

func gapWarnings(off map[string][]gap, names Names) []Warning {
	var out []Warning
	for currency, gaps := range off {
		slices.SortFunc(gaps, func(a, b gap) int {
			return cmp.Or(b.diff.Abs().Cmp(a.diff.Abs()), strings.Compare(string(a.customer), string(b.customer)))
		})
		worst := gaps[0]
		name := cmp.Or(names.Customers[worst.customer].Name, string(worst.customer))
		out = append(out, *warn(TotalsOff,
			"%s: for %d customer(s) the billed totals differ from list price less credit by more than rounding; most for %s: by %s, where rounding explains %s",
			currency, len(gaps), name, worst.diff, worst.room))
	}
	slices.SortFunc(out, func(a, b Warning) int { return strings.Compare(a.Message, b.Message) })
	return out
}
