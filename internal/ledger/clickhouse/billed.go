package clickhouse

import (
	"cmp"
	"context"
	"fmt"
	"iter"
	"slices"
	"strings"

	"github.com/shopspring/decimal"

	"github.com/pharos-pec/pharos"
	"github.com/pharos-pec/pharos/internal/ledger"
)

// Billed yields what the month's lines were charged beside what their prices
// say, as [ledger.Ledger.Billed] does. An error ends it.
func (l *Ledger) Billed(ctx context.Context, month pharos.Month) iter.Seq2[pharos.BilledSum, error] {
	return func(yield func(pharos.BilledSum, error) bool) {
		sums, err := l.billed(ctx, month)
		if err != nil {
			yield(pharos.BilledSum{}, err)
			return
		}
		for _, s := range sums {
			if !yield(s, nil) {
				return
			}
		}
	}
}

// billedSum is what lines of one key amount to.
type billedSum struct {
	key         ledger.BilledKey
	lines       int64
	list, total decimal.Decimal
}

// compared is the SQL condition of lines that are held against their price.
const compared = "has_pretax_total = 1 and (excluded = '' or credited_percent != '')"

func (l *Ledger) billed(ctx context.Context, month pharos.Month) ([]pharos.BilledSum, error) {
	v, err := l.view(ctx, month)
	if err != nil || len(v.parts) == 0 {
		return nil, err
	}
	sums := map[ledger.BilledKey]*billedSum{}
	if err := v.billedFixed(ctx, sums); err != nil {
		return nil, err
	}
	if err := v.billedWide(ctx, sums); err != nil {
		return nil, err
	}
	all := make([]*billedSum, 0, len(sums))
	for _, s := range sums {
		all = append(all, s)
	}
	slices.SortFunc(all, func(a, b *billedSum) int { return a.key.Compare(b.key) })
	out := make([]pharos.BilledSum, len(all))
	for i, s := range all {
		out[i] = s.key.Sum(s.lines, s.list, s.total)
	}
	return out, nil
}

// billedFixed has the engine add up the lines whose amounts are all numbers.
func (v *view) billedFixed(ctx context.Context, sums map[ledger.BilledKey]*billedSum) error {
	rows, err := v.ledger.conn().Query(ctx, fmt.Sprintf("%s select customer_id, billing_currency, credited_percent, exchange_rate_e10, count() as n, %s, %s from %s where %s and wide = '' and %s group by customer_id, billing_currency, credited_percent, exchange_rate_e10",
		productSQL(), productSums(), amountSums("billing_pretax_total_e10", "paid"), v.ledger.table("usage_line"), compared, v.counted))
	if err != nil {
		return v.ledger.fault(ctx, err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var k ledger.BilledKey
		var n uint64
		var p [productLimbs]int64
		var t [2]int64
		if err := rows.Scan(&k.Customer, &k.Currency, &k.Credited, &k.Exchange, &n, &p[0], &p[1], &p[2], &p[3], &p[4], &p[5], &t[0], &t[1]); err != nil {
			return v.ledger.fault(ctx, err)
		}
		sums[k] = &billedSum{key: k, lines: int64(n), list: fromLimbs(p[:], productDecimals), total: fromLimbs(t[:], amountDecimals)}
	}
	return v.ledger.fault(ctx, rows.Err())
}

// billedWide adds the lines that have an amount as text.
func (v *view) billedWide(ctx context.Context, sums map[ledger.BilledKey]*billedSum) error {
	rows, err := v.ledger.conn().Query(ctx, fmt.Sprintf("select customer_id, billing_currency, credited_percent, quantity_e10, unit_price_e10, exchange_rate_e10, billing_pretax_total_e10, wide from %s where %s and wide != '' and %s",
		v.ledger.table("usage_line"), compared, v.counted))
	if err != nil {
		return v.ledger.fault(ctx, err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var r ledger.Row
		if err := rows.Scan(&r.Customer, &r.Billing, &r.Credited, &r.Quantity, &r.UnitPrice, &r.Exchange, &r.PreTax, &r.Wide); err != nil {
			return v.ledger.fault(ctx, err)
		}
		k, err := r.BilledKey()
		if err != nil {
			return v.ledger.damaged("usage_line", err)
		}
		line, err := r.UsageLine("")
		if err != nil {
			return v.ledger.damaged("usage_line", err)
		}
		s := sums[k]
		if s == nil {
			s = &billedSum{key: k}
			sums[k] = s
		}
		s.lines++
		s.list, s.total = s.list.Add(line.List()), s.total.Add(line.BillingPreTaxTotal)
	}
	return v.ledger.fault(ctx, rows.Err())
}

// Reconciled sets what reconciliation files charge beside the daily lines, as
// [ledger.Ledger.Reconciled] does.
func (l *Ledger) Reconciled(ctx context.Context, month pharos.Month) ([]pharos.ReconSum, error) {
	s, err := l.state(ctx)
	if err != nil {
		return nil, err
	}
	return s.manifest.Reconciled(month, func(other pharos.Month) ([]ledger.Total, error) { return l.Totals(ctx, other) })
}

// Totals returns the totals of a month as [ledger.Ledger.Totals] does. The
// engine counts equal lines; each different one is rounded here, as the rule is.
func (l *Ledger) Totals(ctx context.Context, month pharos.Month) ([]ledger.Total, error) {
	v, err := l.view(ctx, month)
	if err != nil || len(v.parts) == 0 {
		return nil, err
	}
	rows, err := l.conn().Query(ctx, fmt.Sprintf("select customer_id, billing_currency, invoice, has_pretax_total, quantity_e10, effective_unit_price_e10, exchange_rate_e10, billing_pretax_total_e10, wide, count() as n, min(%s) as o, argMin(customer_name, %s) as name from %s where %s group by customer_id, billing_currency, invoice, has_pretax_total, quantity_e10, effective_unit_price_e10, exchange_rate_e10, billing_pretax_total_e10, wide",
		v.order(), v.order(), l.table("usage_line"), v.counted))
	if err != nil {
		return nil, l.fault(ctx, err)
	}
	defer func() { _ = rows.Close() }()
	type total struct {
		ledger.Total
		first uint64 // the line that names the customer
	}
	sums := map[[3]string]*total{}
	for rows.Next() {
		var r ledger.Row
		var stated uint8
		var n, first uint64
		var name string
		if err := rows.Scan(&r.Customer, &r.Billing, &r.Invoice, &stated, &r.Quantity, &r.Effective, &r.Exchange, &r.PreTax, &r.Wide, &n, &first, &name); err != nil {
			return nil, l.fault(ctx, err)
		}
		line, err := r.UsageLine("")
		if err != nil {
			return nil, l.damaged("usage_line", err)
		}
		key := [3]string{r.Customer, r.Billing, r.Invoice}
		t := sums[key]
		if t == nil {
			t = &total{Total: ledger.Total{Customer: line.Customer, Currency: r.Billing, Invoice: r.Invoice}, first: first + 1}
			sums[key] = t
		}
		if first < t.first {
			t.first, t.CustomerName = first, name
		}
		t.Lines += int64(n)
		if stated == 1 {
			t.ExchangeRate = decimal.Max(t.ExchangeRate, line.ExchangeRate)
			t.State(line.BillingPreTaxTotal, line.Quantity.Mul(line.EffectiveUnitPrice).Mul(line.ExchangeRate), int64(n))
		}
	}
	out := make([]ledger.Total, 0, len(sums))
	for _, t := range sums {
		out = append(out, t.Total)
	}
	slices.SortFunc(out, func(a, b ledger.Total) int {
		return cmp.Or(strings.Compare(string(a.Customer), string(b.Customer)), strings.Compare(a.Currency, b.Currency), strings.Compare(a.Invoice, b.Invoice))
	})
	return out, l.fault(ctx, rows.Err())
}
