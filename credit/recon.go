package credit

import (
	"cmp"
	"context"

	"github.com/shopspring/decimal"

	"github.com/pharos-pec/pharos"
)

// Reconciled tells what monthly reconciliation files charge beside the daily
// lines.
type Reconciled interface {
	Reconciled(ctx context.Context, month pharos.Month) ([]pharos.ReconSum, error)
}

// checkRecon warns of every customer's invoice whose reconciliation file and
// daily lines differ by more than rounding: a daily line, and a row of the
// file, are each rounded down to a cent of the pricing and then of the billing
// currency (docs: modern invoice reconciliation file, Subtotal), and a
// row sums one day or more.
func checkRecon(ctx context.Context, in Input) ([]Warning, error) {
	if in.Reconciled == nil {
		return nil, nil
	}
	sums, err := in.Reconciled.Reconciled(ctx, in.Month)
	if err != nil {
		return nil, err
	}
	var out []Warning
	cent := decimal.New(1, -2)
	for _, s := range sums {
		room := cent.Add(cent.Mul(s.ExchangeRate.Abs())).Mul(decimal.NewFromInt(s.Lines))
		if diff := s.Daily.Sub(s.Recon); diff.Abs().GreaterThan(room) {
			name := cmp.Or(in.Names.Customers[s.Customer].Name, string(s.Customer))
			out = append(out, *warn(ReconOff,
				"invoice %s charges %s %s %s for usage, its daily lines add up to %s: %s apart, where rounding explains %s",
				s.Invoice, name, s.Recon, s.Currency, s.Daily, diff.Abs(), room))
		}
	}
	return out, nil
}
