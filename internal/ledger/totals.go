package ledger

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/shopspring/decimal"

	"github.com/pharos-pec/pharos"
)

// Total is what a customer was billed in a month and currency, as the lines
// that count say, for the cross-check of the bill.
type Total struct {
	Customer     pharos.TenantID
	CustomerName string
	Currency     string // billing currency
	Invoice      string // "" for lines without one
	Lines        int64
	// Billed is the sum of BillingPreTaxTotal, of the Stated lines that have it.
	Billed decimal.Decimal
	Stated int64
	// Computed is the sum, over the stated lines, of effective unit price x
	// quantity x exchange rate, rounded down to cents as Microsoft documents it
	// ("Read the daily rated usage line items": floor to 2 decimals).
	Computed decimal.Decimal
	// ExchangeRate is the highest of the stated lines'.
	ExchangeRate decimal.Decimal
	// Off counts the stated lines whose total is a cent or more away from
	// the exact product, which no way of rounding explains.
	Off int64
}

// Totals returns the totals of a month, by customer, currency and invoice.
func (l *Ledger) Totals(ctx context.Context, month pharos.Month) ([]Total, error) {
	return keptSums(ctx, l, month, keptTotals, readTotals)
}

func readTotals(ctx context.Context, v *view) ([]Total, error) {
	sums := map[[3]string]*Total{}
	for _, s := range v.segments {
		for _, b := range s.blocks() {
			if err := cmp.Or(ctx.Err(), addTotals(b, sums)); err != nil {
				return nil, err
			}
		}
	}
	out := make([]Total, 0, len(sums))
	for _, t := range sums {
		out = append(out, *t)
	}
	slices.SortFunc(out, func(a, b Total) int {
		return cmp.Or(strings.Compare(string(a.Customer), string(b.Customer)), strings.Compare(a.Currency, b.Currency), strings.Compare(a.Invoice, b.Invoice))
	})
	return out, nil
}

func addTotals(b block, sums map[[3]string]*Total) error {
	var customer, name, currency, invoice, wideText words
	for _, c := range []struct {
		column string
		to     *words
	}{{"customer_id", &customer}, {"customer_name", &name}, {"billing_currency", &currency}, {"invoice", &invoice}, {"wide", &wideText}} {
		if err := b.words(c.column, c.to); err != nil {
			return err
		}
	}
	stated, err := b.bools("has_pretax_total", nil)
	if err != nil {
		return err
	}
	var amounts [4][]int64
	for i, column := range []string{"quantity", "effective_unit_price", "exchange_rate", "billing_pretax_total"} {
		if amounts[i], err = b.int64s(column, nil); err != nil {
			return err
		}
	}
	for i := range b.rows {
		if !b.kept(i) {
			continue
		}
		key := [3]string{customer.at(i), currency.at(i), invoice.at(i)}
		t, ok := sums[key]
		if !ok {
			t = &Total{Customer: pharos.TenantID(key[0]), CustomerName: name.at(i), Currency: key[1], Invoice: key[2]}
			sums[key] = t
		}
		t.Lines++
		if !stated[i] {
			continue
		}
		var wide wideValues
		if text := wideText.at(i); text != "" {
			if err := json.Unmarshal([]byte(text), &wide); err != nil {
				return damaged(b.segment.file.Name(), fmt.Errorf("column wide: %w", err))
			}
		}
		rate := exact(wide.Exchange, amounts[2][i])
		t.ExchangeRate = decimal.Max(t.ExchangeRate, rate)
		product := exact(wide.Quantity, amounts[0][i]).Mul(exact(wide.Effective, amounts[1][i])).Mul(rate)
		t.State(exact(wide.PreTax, amounts[3][i]), product, 1)
	}
	return nil
}

// State adds n lines of a total and the product that it was made of.
func (t *Total) State(billed, product decimal.Decimal, n int64) {
	times := decimal.NewFromInt(n)
	t.Stated += n
	t.Billed = t.Billed.Add(billed.Mul(times))
	t.Computed = t.Computed.Add(product.RoundFloor(2).Mul(times))
	if billed.Sub(product).Abs().GreaterThanOrEqual(decimal.New(1, -2)) {
		t.Off += n
	}
}
