package ledger

import (
	"cmp"
	"context"
	"iter"
	"slices"

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
	q = Narrowed(q)
	yielded := 0
	for _, days := range DaySpans(q) {
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

// gather returns the lines of some days, in order.
func gather(ctx context.Context, v *view, q pharos.LineQuery, days DaySpan) ([]pharos.UsageLine, error) {
	var out []pharos.UsageLine
	r := &lineReader{query: q, days: days}
	for _, s := range v.segments {
		if s.info.Last < days.First || s.info.First > days.Last {
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
	slices.SortStableFunc(out, CompareLines)
	return out, nil
}

// lineReader picks lines out of blocks.
type lineReader struct {
	query pharos.LineQuery
	days  DaySpan

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
	if err := c.load(b, r.hits); err != nil {
		return nil, err
	}
	for i, row := range r.hits {
		c.day, c.hasPreTax = r.day[row], c.flags[row]
		line, err := c.line(b, i)
		if err != nil {
			return nil, err
		}
		out = append(out, line)
	}
	return out, nil
}

// find sets hits to the rows of b that are wanted, and reads no more than
// tells them.
func (r *lineReader) find(b block) (err error) {
	r.hits = r.hits[:0]
	if r.day, err = b.int32s("day", r.day); err != nil {
		return err
	}
	if !slices.ContainsFunc(r.day, r.onDay) {
		return nil
	}
	if err := b.words("subscription_id", &r.subscription); err != nil {
		return err
	}
	if want := string(r.query.Subscription); want != "" && !slices.Contains(r.subscription.values, want) {
		return nil
	}
	if r.query.Under != "" {
		if err := cmp.Or(b.words("resource_group", &r.group), b.words("resource_id", &r.place)); err != nil {
			return err
		}
	}
	for i := range b.rows {
		if r.onDay(r.day[i]) && r.wanted(i) && b.kept(i) {
			r.hits = append(r.hits, i)
		}
	}
	return nil
}

func (r *lineReader) onDay(d int32) bool {
	return pharos.Day(d) >= r.days.First && pharos.Day(d) <= r.days.Last
}

func (r *lineReader) wanted(i int) bool {
	sub := pharos.SubscriptionID(r.subscription.at(i))
	if r.query.Under == "" {
		return Wanted(r.query, sub, "", "")
	}
	return Wanted(r.query, sub, r.group.at(i), pharos.Scope(r.place.at(i)))
}

// lineColumns are all columns of some rows of a block.
type lineColumns struct {
	number, quantity, price, effective, exchange, preTax []int64
	text                                                 map[string][]string
	flags                                                []bool // has_pretax_total, of every row

	day       int32 // of the row that is made
	hasPreTax bool
}

func (c *lineColumns) load(b block, rows []int) (err error) {
	for _, n := range []struct {
		name string
		to   *[]int64
	}{
		{"line", &c.number}, {"quantity", &c.quantity}, {"unit_price", &c.price}, {"effective_unit_price", &c.effective},
		{"exchange_rate", &c.exchange}, {"billing_pretax_total", &c.preTax},
	} {
		if *n.to, err = b.int64sAt(n.name, rows); err != nil {
			return err
		}
	}
	if c.flags, err = b.bools("has_pretax_total", nil); err != nil {
		return err
	}
	c.text = map[string][]string{}
	for _, name := range wordColumns() {
		if c.text[name], err = b.textsAt(name, rows); err != nil {
			return err
		}
	}
	return nil
}

// wordColumns are the columns of text.
func wordColumns() []string {
	return []string{
		"member", "invoice", "customer_id", "customer_name", "subscription_id", "subscription_name", "resource_group",
		"resource_id", "meter_id", "meter_name", "meter_category", "meter_subcategory", "product_id", "sku_id", "publisher",
		"wide", "pricing_currency", "billing_currency", "credited_percent", "excluded", "plan", "reseller",
	}
}

// line returns the i-th of the rows as a usage line.
func (c *lineColumns) line(b block, i int) (pharos.UsageLine, error) {
	text := func(column string) string { return c.text[column][i] }
	r := row{
		Line: c.number[i], Member: text("member"), Day: c.day, Invoice: text("invoice"),
		Customer: text("customer_id"), CustomerName: text("customer_name"),
		Subscription: text("subscription_id"), SubName: text("subscription_name"),
		Group: text("resource_group"), Resource: text("resource_id"),
		MeterID: text("meter_id"), MeterName: text("meter_name"), Category: text("meter_category"),
		SubCategory: text("meter_subcategory"), ProductID: text("product_id"), SKU: text("sku_id"), Publisher: text("publisher"),
		Quantity: c.quantity[i], UnitPrice: c.price[i], Effective: c.effective[i], Exchange: c.exchange[i],
		PreTax: c.preTax[i], HasPreTax: c.hasPreTax, Wide: text("wide"), Pricing: text("pricing_currency"),
		Billing: text("billing_currency"), Credited: text("credited_percent"), Excluded: text("excluded"),
		Plan: text("plan"), Reseller: text("reseller"),
	}
	line, err := r.UsageLine(b.segment.source.Name)
	if err != nil {
		return line, damaged(b.segment.file.Name(), err)
	}
	return line, nil
}
