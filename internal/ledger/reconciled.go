package ledger

import (
	"context"

	"github.com/shopspring/decimal"

	"github.com/pharos-pec/pharos"
)

// account is what a customer is billed on an invoice in a currency.
type account struct {
	invoice  string
	customer pharos.TenantID
	currency string
}

// Reconciled sets what the reconciliation files in the ledger charge for
// metered usage on the invoices that bill the month beside all daily lines of the
// same invoice, customer and currency, those that stray into other months
// among them. What has no daily lines is left out: most of a reconciliation
// file is not about usage.
func (l *Ledger) Reconciled(ctx context.Context, month pharos.Month) ([]pharos.ReconSum, error) {
	m, err := readManifest(l.dir)
	if err != nil {
		return nil, err
	}
	return m.Reconciled(month, func(other pharos.Month) ([]Total, error) { return l.Totals(ctx, other) })
}

// Reconciled is what [Ledger.Reconciled] returns, whatever tells the totals of a month.
func (m *manifest) Reconciled(month pharos.Month, totalsOf func(pharos.Month) ([]Total, error)) ([]pharos.ReconSum, error) {
	recon := m.recon()
	if len(recon) == 0 {
		return nil, nil
	}
	strays, months := m.strays(month), map[pharos.Month]bool{month: true}
	for invoice, lines := range m.spread() {
		if lines[month] > 0 && !strays[invoice] {
			for other := range lines {
				months[other] = true
			}
		}
	}
	daily := map[account]Total{}
	for other := range months {
		totals, err := totalsOf(other)
		if err != nil {
			return nil, err
		}
		for _, t := range totals {
			if !strays[t.Invoice] {
				daily[t.account()] = daily[t.account()].plus(t, other == month)
			}
		}
	}
	var out []pharos.ReconSum
	for _, r := range recon {
		if t := daily[account{r.Invoice, r.Customer, r.Currency}]; t.Lines > 0 {
			out = append(out, pharos.ReconSum{
				Invoice: r.Invoice, Customer: r.Customer, Currency: r.Currency,
				Recon: r.Metered, Daily: t.Billed, Lines: t.Stated, ExchangeRate: t.ExchangeRate,
			})
		}
	}
	return out, nil
}

func (t *Total) account() account { return account{t.Invoice, t.Customer, t.Currency} }

// plus adds another month's stated lines; lines count where they are of the
// month that is asked about.
func (t Total) plus(o Total, asked bool) Total {
	if asked {
		t.Lines += o.Lines
	}
	t.Billed, t.Stated = t.Billed.Add(o.Billed), t.Stated+o.Stated
	t.ExchangeRate = decimal.Max(t.ExchangeRate, o.ExchangeRate)
	return t
}

// recon returns what the monthly reconciliation files say, by invoice,
// customer and currency.
func (m *manifest) recon() []ReconSum {
	var out []ReconSum
	for _, s := range m.Sources {
		out = append(out, s.Recon...)
	}
	return out
}
