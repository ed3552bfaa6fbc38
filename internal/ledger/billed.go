package ledger

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"slices"
	"strings"

	"github.com/shopspring/decimal"

	"github.com/pharos-pec/pharos"
)

// Billed yields, by customer, currency, exchange rate and credit rate, what
// the month's lines were charged beside what their prices say. It leaves out
// lines without a BillingPreTaxTotal and products that never earn: what they
// are charged does not follow from their list price. An error ends it.
func (l *Ledger) Billed(ctx context.Context, month pharos.Month) iter.Seq2[pharos.BilledSum, error] {
	return func(yield func(pharos.BilledSum, error) bool) {
		sums, err := keptSums(ctx, l, month, keptBilled, readBilled)
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

// BilledKey is what the lines of a sum have in common. The exchange rate is
// fixed, or text where it did not fit.
type BilledKey struct {
	Customer, Currency, Credited string
	Exchange                     int64
	WideExchange                 string
}

// Compare orders keys.
func (k BilledKey) Compare(o BilledKey) int {
	return cmp.Or(strings.Compare(k.Customer, o.Customer), strings.Compare(k.Currency, o.Currency),
		strings.Compare(k.Credited, o.Credited), cmp.Compare(k.Exchange, o.Exchange), strings.Compare(k.WideExchange, o.WideExchange))
}

// Sum returns the sum of lines with the key: list is their list cost, total what they were charged.
func (k BilledKey) Sum(lines int64, list, total decimal.Decimal) pharos.BilledSum {
	return pharos.BilledSum{
		Customer: pharos.TenantID(k.Customer), Currency: k.Currency, ExchangeRate: exact(k.WideExchange, k.Exchange), Lines: lines,
		Net:   list.Sub(pharos.Rate{Decimal: rateOf(k.Credited)}.Of(list)),
		Total: total,
	}
}

type billedSum struct {
	lines       int64
	list, total exactSum
}

func readBilled(ctx context.Context, v *view) ([]pharos.BilledSum, error) {
	r := billedReader{sums: map[BilledKey]*billedSum{}}
	for _, s := range v.segments {
		for _, b := range s.blocks() {
			if err := cmp.Or(ctx.Err(), r.block(b)); err != nil {
				return nil, err
			}
		}
	}
	keys := make([]BilledKey, 0, len(r.sums))
	for k := range r.sums {
		keys = append(keys, k)
	}
	slices.SortFunc(keys, BilledKey.Compare)
	out := make([]pharos.BilledSum, len(keys))
	for i, k := range keys {
		out[i] = k.Sum(r.sums[k].lines, r.sums[k].list.total(), r.sums[k].total.total())
	}
	return out, nil
}

// billedReader sums blocks.
type billedReader struct {
	sums map[BilledKey]*billedSum

	stated                                      []bool
	quantity, price, exchange, preTax           []int64
	customer, currency, credited, product, wide words
}

func (r *billedReader) load(b block) (err error) {
	if r.stated, err = b.bools("has_pretax_total", r.stated[:0]); err != nil {
		return err
	}
	for _, c := range []struct {
		name string
		to   *[]int64
	}{{"quantity", &r.quantity}, {"unit_price", &r.price}, {"exchange_rate", &r.exchange}, {"billing_pretax_total", &r.preTax}} {
		if *c.to, err = b.int64s(c.name, *c.to); err != nil {
			return err
		}
	}
	return cmp.Or(b.words("customer_id", &r.customer), b.words("billing_currency", &r.currency),
		b.words("credited_percent", &r.credited), b.words("excluded", &r.product), b.words("wide", &r.wide))
}

func (r *billedReader) block(b block) error {
	if err := r.load(b); err != nil {
		return err
	}
	for i := range b.rows {
		credited := r.credited.at(i)
		if !r.stated[i] || r.product.at(i) != "" && credited == "" || !b.kept(i) {
			continue
		}
		var wide wideValues
		if text := r.wide.at(i); text != "" {
			if err := json.Unmarshal([]byte(text), &wide); err != nil {
				return damaged(b.segment.file.Name(), fmt.Errorf("column wide: %w", err))
			}
		}
		r.add(i, credited, &wide)
	}
	return nil
}

// add puts line i into its sum.
func (r *billedReader) add(i int, credited string, wide *wideValues) {
	key := BilledKey{r.customer.at(i), r.currency.at(i), credited, r.exchange[i], wide.Exchange}
	sum := r.sums[key]
	if sum == nil {
		sum = &billedSum{}
		r.sums[key] = sum
	}
	sum.lines++
	if *wide == (wideValues{}) {
		sum.list.addProduct(r.quantity[i], r.price[i], r.exchange[i])
		sum.total.addProduct(r.preTax[i], one, one)
		return
	}
	list := exact(wide.Quantity, r.quantity[i]).Mul(exact(wide.UnitPrice, r.price[i])).Mul(exact(wide.Exchange, r.exchange[i]))
	sum.list.text = sum.list.text.Add(list)
	sum.total.text = sum.total.text.Add(exact(wide.PreTax, r.preTax[i]))
}
