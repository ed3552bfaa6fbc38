package ledger

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"slices"
	"strings"

	"github.com/pharos-pec/pharos"
)

// Lines yields the lines that q selects and that count, ordered by day,
// resource, meter, file and line. It holds the lines of one day at a time, or
// those of one subscription where q names one. An error ends it.
func (l *Ledger) Lines(ctx context.Context, q pharos.LineQuery) iter.Seq2[pharos.UsageLine, error] {
	return func(yield func(pharos.UsageLine, error) bool) {
		if err := l.lines(ctx, q, yield); err != nil {
			yield(pharos.UsageLine{}, err)
		}
	}
}

func (l *Ledger) lines(ctx context.Context, q pharos.LineQuery, yield func(pharos.UsageLine, error) bool) error {
	v, err := l.view(ctx, q.Month)
	if err != nil {
		return err
	}
	defer v.close()
	if q.Under != "" && q.Subscription == "" {
		q.Subscription = q.Under.Subscription()
	}
	yielded := 0
	for _, days := range spans(q) {
		lines, err := gather(ctx, v, q, days)
		if err != nil {
			return err
		}
		for _, line := range lines {
			if !yield(line, nil) {
				return nil
			}
			if yielded++; q.Limit > 0 && yielded == q.Limit {
				return nil
			}
		}
	}
	return nil
}

// daySpan is the days from first to last.
type daySpan struct{ first, last pharos.Day }

// spans cuts the query's days so that the lines of each part fit in memory.
func spans(q pharos.LineQuery) []daySpan {
	switch {
	case q.Day != 0:
		return []daySpan{{q.Day, q.Day}}
	case q.Subscription != "":
		return []daySpan{{q.Month.First(), q.Month.Last()}}
	}
	var out []daySpan
	for d := q.Month.First(); d <= q.Month.Last(); d++ {
		out = append(out, daySpan{d, d})
	}
	return out
}

// gather returns the lines of some days, in order.
func gather(ctx context.Context, v *view, q pharos.LineQuery, days daySpan) ([]pharos.UsageLine, error) {
	var out []pharos.UsageLine
	r := &lineReader{query: q, days: days}
	for _, s := range v.segments {
		if s.info.Last < days.first || s.info.First > days.last {
			continue
		}
		for _, b := range s.blocks() {
			if err := ctx.Err(); err != nil {
				return nil, err
			}
			var err error
			if out, err = r.block(b, out); err != nil {
				return nil, err
			}
		}
	}
	slices.SortStableFunc(out, func(a, b pharos.UsageLine) int {
		return cmp.Or(cmp.Compare(a.Day, b.Day), strings.Compare(string(a.Resource), string(b.Resource)),
			strings.Compare(a.Meter.ID, b.Meter.ID), strings.Compare(a.Source.File, b.Source.File), cmp.Compare(a.Source.Line, b.Source.Line))
	})
	return out, nil
}

// lineReader picks lines out of blocks.
type lineReader struct {
	query pharos.LineQuery
	days  daySpan

	day                        []int32
	subscription, group, place words
	hits                       []int
}

// block appends the lines of b that are wanted.
func (r *lineReader) block(b block, out []pharos.UsageLine) ([]pharos.UsageLine, error) {
	if err := r.find(b); err != nil || len(r.hits) == 0 {
		return out, err
	}
	var c lineColumns
	if err := c.load(b); err != nil {
		return nil, err
	}
	for _, i := range r.hits {
		line, err := c.line(b, i)
		if err != nil {
			return nil, err
		}
		out = append(out, line)
	}
	return out, nil
}

// find sets hits to the rows of b that are wanted.
func (r *lineReader) find(b block) (err error) {
	r.hits = r.hits[:0]
	if err := b.words("subscription_id", &r.subscription); err != nil {
		return err
	}
	if want := string(r.query.Subscription); want != "" && !slices.Contains(r.subscription.values, want) {
		return nil
	}
	if r.day, err = b.int32s("day", r.day); err != nil {
		return err
	}
	if err := cmp.Or(b.words("resource_group", &r.group), b.words("resource_id", &r.place)); err != nil {
		return err
	}
	for i := range b.rows {
		if d := pharos.Day(r.day[i]); d < r.days.first || d > r.days.last || !b.kept(i) || !r.wanted(i) {
			continue
		}
		r.hits = append(r.hits, i)
	}
	return nil
}

func (r *lineReader) wanted(i int) bool {
	sub := pharos.SubscriptionID(r.subscription.at(i))
	if r.query.Subscription != "" && sub != r.query.Subscription {
		return false
	}
	if r.query.Under == "" {
		return true
	}
	at := pharos.SubscriptionScope(sub)
	if g := r.group.at(i); g != "" {
		at = pharos.ResourceGroupScope(sub, g)
	}
	return r.query.Under.Covers(at) || r.query.Under.Covers(pharos.Scope(r.place.at(i)))
}

// lineColumns are all columns of a block.
type lineColumns struct {
	number, quantity, price, effective, exchange, preTax []int64
	day                                                  []int32
	hasPreTax                                            []bool
	text                                                 map[string]*words
}

func (c *lineColumns) load(b block) (err error) {
	for _, n := range []struct {
		name string
		to   *[]int64
	}{
		{"line", &c.number}, {"quantity", &c.quantity}, {"unit_price", &c.price}, {"effective_unit_price", &c.effective},
		{"exchange_rate", &c.exchange}, {"billing_pretax_total", &c.preTax},
	} {
		if *n.to, err = b.int64s(n.name, nil); err != nil {
			return err
		}
	}
	if c.day, err = b.int32s("day", nil); err != nil {
		return err
	}
	if c.hasPreTax, err = b.bools("has_pretax_total", nil); err != nil {
		return err
	}
	c.text = map[string]*words{}
	for _, name := range []string{
		"member", "invoice", "customer_id", "customer_name", "subscription_id", "subscription_name", "resource_group",
		"resource_id", "meter_id", "meter_name", "meter_category", "meter_subcategory", "product_id", "sku_id", "publisher",
		"wide", "pricing_currency", "billing_currency", "credited_percent", "excluded", "plan", "reseller",
	} {
		c.text[name] = &words{}
		if err := b.words(name, c.text[name]); err != nil {
			return err
		}
	}
	return nil
}

// line returns row i as a usage line.
func (c *lineColumns) line(b block, i int) (pharos.UsageLine, error) {
	text := func(column string) string { return c.text[column].at(i) }
	var wide wideValues
	if w := text("wide"); w != "" {
		if err := json.Unmarshal([]byte(w), &wide); err != nil {
			return pharos.UsageLine{}, damaged(b.segment.file.Name(), fmt.Errorf("column wide: %w", err))
		}
	}
	file := b.segment.source.Name
	if m := text("member"); m != "" {
		file += "!" + m
	}
	return pharos.UsageLine{
		Source: pharos.LineSource{File: file, Line: c.number[i]}, Invoice: text("invoice"), Day: pharos.Day(c.day[i]),
		Customer: pharos.TenantID(text("customer_id")), CustomerName: text("customer_name"),
		Subscription: pharos.SubscriptionID(text("subscription_id")), SubName: text("subscription_name"),
		ResourceGroup: text("resource_group"), Resource: pharos.Scope(text("resource_id")),
		Meter: pharos.Meter{
			ID: text("meter_id"), Name: text("meter_name"), Category: text("meter_category"), SubCategory: text("meter_subcategory"),
			Product: text("product_id"), SKU: text("sku_id"), Publisher: text("publisher"),
		},
		Quantity: exact(wide.Quantity, c.quantity[i]), UnitPrice: exact(wide.UnitPrice, c.price[i]),
		EffectiveUnitPrice: exact(wide.Effective, c.effective[i]), ExchangeRate: exact(wide.Exchange, c.exchange[i]),
		BillingPreTaxTotal: exact(wide.PreTax, c.preTax[i]), HasBillingTotal: c.hasPreTax[i],
		PricingCurrency: text("pricing_currency"), BillingCurrency: text("billing_currency"),
		Credited: pharos.Rate{Decimal: rateOf(text("credited_percent"))}, Product: pharos.Cause(text("excluded")),
		Plan: pharos.Plan(text("plan")), Reseller: pharos.PartnerID(text("reseller")),
	}, nil
}
