package ledger

import (
	"context"
	"slices"

	"github.com/pharos-pec/pharos"
)

// Reconciled sets what the reconciliation files in the ledger charge for
// metered usage beside the month's daily lines of the same invoice, customer
// and currency. What has no daily lines in the month is left out: most of a
// reconciliation file is not about usage.
func (l *Ledger) Reconciled(ctx context.Context, month pharos.Month) ([]pharos.ReconSum, error) {
	recon, err := l.Recon()
	if err != nil || len(recon) == 0 {
		return nil, err
	}
	totals, err := l.Totals(ctx, month)
	if err != nil {
		return nil, err
	}
	var out []pharos.ReconSum
	for _, r := range recon {
		same := func(t Total) bool {
			return t.Invoice == r.Invoice && t.Customer == r.Customer && t.Currency == r.Currency
		}
		if i := slices.IndexFunc(totals, same); i >= 0 {
			t := totals[i]
			out = append(out, pharos.ReconSum{
				Invoice: r.Invoice, Customer: r.Customer, Currency: r.Currency,
				Recon: r.Metered, Daily: t.Billed, Lines: t.Stated, ExchangeRate: t.ExchangeRate,
			})
		}
	}
	return out, nil
}
