package clickhouse

import (
	"cmp"
	"context"
	"fmt"
	"iter"
	"slices"
	"strings"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"
	"github.com/shopspring/decimal"
	"golang.org/x/sync/errgroup"

	"github.com/pharos-pec/pharos"
	"github.com/pharos-pec/pharos/internal/ledger"
)

// Facts yields the day facts of a month as [ledger.Ledger.Facts] does: the
// engine adds up the lines by one GROUP BY, and the facts of a subscription at a
// time are here. An error ends it.
func (l *Ledger) Facts(ctx context.Context, month pharos.Month, fine []pharos.Scope) iter.Seq2[pharos.DayFact, error] {
	return func(yield func(pharos.DayFact, error) bool) {
		if err := l.facts(ctx, month, fine, yield); err != nil {
			yield(pharos.DayFact{}, err)
		}
	}
}

func (l *Ledger) facts(ctx context.Context, month pharos.Month, fine []pharos.Scope, yield func(pharos.DayFact, error) bool) error {
	v, err := l.view(ctx, month)
	if err != nil || len(v.parts) == 0 {
		return err
	}
	r := &reduction{view: v, fine: ledger.NewFineScopes(fine)}
	if err := r.readRates(ctx); err != nil {
		return err
	}
	if err := r.readMeters(ctx); err != nil {
		return err
	}
	if err := r.readWide(ctx); err != nil {
		return err
	}
	all, err := r.sums(ctx)
	defer func() {
		for _, rows := range all {
			_ = rows.Close()
		}
	}()
	if err != nil {
		return err
	}
	for _, rows := range all {
		if more, err := r.yieldRows(ctx, rows, yield); err != nil || !more {
			return err
		}
	}
	return nil
}

// sums asks every node at once for the sums of its own lines: a subscription
// is on one of them, so that nothing is left to merge. What was opened is returned
// beside an error.
func (r *reduction) sums(ctx context.Context) ([]driver.Rows, error) {
	nodes := r.ledger.nodes
	all := make([]driver.Rows, len(nodes))
	var asked errgroup.Group // not with its context: the rows are read after it
	for i, n := range nodes {
		asked.Go(func() (err error) {
			all[i], err = n.conn.Query(ctx, r.sumsSQL())
			if err != nil {
				return r.ledger.fault(ctx, fmt.Errorf("%s: %w", n.address, err))
			}
			return nil
		})
	}
	err := asked.Wait()
	return slices.DeleteFunc(all, func(rows driver.Rows) bool { return rows == nil }), err
}

// yieldRows yields the facts that a node's sums make, a subscription at a time.
func (r *reduction) yieldRows(ctx context.Context, rows driver.Rows, yield func(pharos.DayFact, error) bool) (more bool, err error) {
	sums := map[factKey]factSum{}
	last := ""
	for rows.Next() {
		var k cellKey
		var n uint64
		var limbs [productLimbs]int64
		if err := rows.Scan(append(k.columns(), &n, &limbs[0], &limbs[1], &limbs[2], &limbs[3], &limbs[4], &limbs[5])...); err != nil {
			return false, r.ledger.fault(ctx, err)
		}
		if k.subscription != last && !r.yieldAll(sums, yield) {
			return false, nil
		}
		last = k.subscription
		key := r.key(k)
		sum := sums[key]
		sums[key] = factSum{sum.lines + int64(n), sum.list.Add(fromLimbs(limbs[:], productDecimals)).Add(r.wide[k])}
	}
	if err := rows.Err(); err != nil {
		return false, r.ledger.fault(ctx, err)
	}
	return r.yieldAll(sums, yield), nil
}

// cellKey is what the engine groups by. Resource is "" where lines are summed by resource group.
type cellKey struct {
	subscription, customer, group, resource string
	day                                     int32
	product, credited                       string
	meterRate                               uint64 // in rates, from 1; 0 when the meter was never credited
	currency, reseller                      string
}

func (k *cellKey) columns() []any {
	return []any{
		&k.subscription, &k.customer, &k.group, &k.resource, &k.day, &k.product, &k.credited, &k.meterRate, &k.currency, &k.reseller,
	}
}

// factKey is what the lines of a day fact have in common.
type factKey struct {
	subscription, customer       string
	scope                        pharos.Scope
	day                          int32
	product, credited, meterRate string
	currency, reseller           string
}

type factSum struct {
	lines int64
	list  decimal.Decimal
}

// reduction sums the lines of a month into day facts.
type reduction struct {
	*view
	fine   ledger.FineScopes
	rates  []string   // of credit, from the lowest to the highest
	meters [][]string // whose highest rate on the month's lines is that of rates
	wide   map[cellKey]decimal.Decimal
}

func (r *reduction) key(k cellKey) factKey {
	id := pharos.SubscriptionID(k.subscription)
	scope := pharos.SubscriptionScope(id)
	if k.group != "" {
		scope = pharos.ResourceGroupScope(id, k.group)
	}
	if k.resource != "" {
		if s := r.fine.Covering(pharos.Scope(k.resource)); s != "" {
			scope = s
		}
	}
	rate := ""
	if k.meterRate > 0 {
		rate = r.rates[k.meterRate-1]
	}
	return factKey{k.subscription, k.customer, scope, k.day, k.product, k.credited, rate, k.currency, k.reseller}
}

// yieldAll yields the facts of a subscription, in order, and forgets them.
func (r *reduction) yieldAll(sums map[factKey]factSum, yield func(pharos.DayFact, error) bool) bool {
	keys := make([]factKey, 0, len(sums))
	for k := range sums {
		keys = append(keys, k)
	}
	slices.SortFunc(keys, func(a, b factKey) int {
		return cmp.Or(cmp.Compare(a.scope, b.scope), cmp.Compare(a.day, b.day), strings.Compare(a.product, b.product),
			strings.Compare(a.credited, b.credited), strings.Compare(a.meterRate, b.meterRate), strings.Compare(a.currency, b.currency),
			strings.Compare(a.reseller, b.reseller), strings.Compare(a.customer, b.customer))
	})
	for _, k := range keys {
		fact := pharos.DayFact{
			Day: pharos.Day(k.day), Customer: pharos.TenantID(k.customer), Subscription: pharos.SubscriptionID(k.subscription),
			Scope: k.scope, Product: pharos.Cause(k.product), Credited: pharos.Rate{Decimal: ledger.RateOf(k.credited)},
			MeterRate: pharos.Rate{Decimal: ledger.RateOf(k.meterRate)}, Currency: k.currency,
			Reseller: pharos.PartnerID(k.reseller), Lines: sums[k].lines, List: sums[k].list,
		}
		if !yield(fact, nil) {
			return false
		}
	}
	clear(sums)
	return true
}

// readRates reads at which rates lines of the month were credited, and orders
// them: the engine compares rates by their place, as they are texts of any length.
func (r *reduction) readRates(ctx context.Context) error {
	rows, err := r.ledger.conn().Query(ctx, fmt.Sprintf("select distinct credited_percent from %s where %s and credited_percent != ''", r.ledger.table("usage_line"), r.present))
	if err != nil {
		return r.ledger.fault(ctx, err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var rate string
		if err := rows.Scan(&rate); err != nil {
			return r.ledger.fault(ctx, err)
		}
		r.rates = append(r.rates, rate)
	}
	slices.SortFunc(r.rates, func(a, b string) int { return ledger.RateOf(a).Cmp(ledger.RateOf(b)) })
	return r.ledger.fault(ctx, rows.Err())
}

// readMeters reads the highest rate at which each meter was credited in the month.
func (r *reduction) readMeters(ctx context.Context) error {
	r.meters = make([][]string, len(r.rates))
	if len(r.rates) == 0 {
		return nil
	}
	rows, err := r.ledger.conn().Query(ctx, fmt.Sprintf("select meter_id, toUInt64(max(indexOf([%s], credited_percent))) as best from %s where credited_percent != '' and %s group by meter_id order by meter_id",
		list(texts(r.rates)), r.ledger.table("usage_line"), r.counted))
	if err != nil {
		return r.ledger.fault(ctx, err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var meter string
		var best uint64
		if err := rows.Scan(&meter, &best); err != nil {
			return r.ledger.fault(ctx, err)
		}
		r.meters[best-1] = append(r.meters[best-1], meter)
	}
	return r.ledger.fault(ctx, rows.Err())
}

// keySQL are the columns of a cellKey.
func (r *reduction) keySQL() string {
	resource := "''"
	if subs := r.fine.Subscriptions(); len(subs) > 0 {
		resource = "if(subscription_id in (" + list(texts(subs)) + "), resource_id, '')"
	}
	return "subscription_id, customer_id, resource_group, " + resource + " as resource, day, excluded, credited_percent, " + r.meterRateSQL() + " as meter_rate, billing_currency, reseller"
}

// meterRateSQL is the place in rates of the rate of a line's meter. Meters are
// thousands where lines are millions, and rates one or two: a set for each rate.
func (r *reduction) meterRateSQL() string {
	var cases []string
	for i, meters := range r.meters {
		if len(meters) > 0 {
			cases = append(cases, fmt.Sprintf("meter_id in (%s), %d", list(texts(meters)), i+1))
		}
	}
	if len(cases) == 0 {
		return "toUInt64(0)"
	}
	return "toUInt64(multiIf(" + strings.Join(cases, ", ") + ", 0))"
}

func (r *reduction) sumsSQL() string {
	return fmt.Sprintf("%s select %s, count() as n, %s from %s where %s group by subscription_id, customer_id, resource_group, resource, day, excluded, credited_percent, meter_rate, billing_currency, reseller order by subscription_id",
		productSQL(), r.keySQL(), productSums(), r.ledger.localTable("usage_line"), r.counted)
}

// readWide reads the lines whose amounts are texts, which are few, and adds
// up what their products are. In the engine's sums they are 0.
func (r *reduction) readWide(ctx context.Context) error {
	var any uint64
	err := r.ledger.conn().QueryRow(ctx, fmt.Sprintf("select count() from %s where wide != '' and %s", r.ledger.table("usage_line"), r.present)).Scan(&any)
	if err != nil || any == 0 {
		return r.ledger.fault(ctx, err)
	}
	rows, err := r.ledger.conn().Query(ctx, fmt.Sprintf("select %s, quantity_e10, unit_price_e10, exchange_rate_e10, wide from %s where wide != '' and %s",
		r.keySQL(), r.ledger.table("usage_line"), r.counted))
	if err != nil {
		return r.ledger.fault(ctx, err)
	}
	defer func() { _ = rows.Close() }()
	r.wide = map[cellKey]decimal.Decimal{}
	for rows.Next() {
		var k cellKey
		var line ledger.Row
		if err := rows.Scan(append(k.columns(), &line.Quantity, &line.UnitPrice, &line.Exchange, &line.Wide)...); err != nil {
			return r.ledger.fault(ctx, err)
		}
		list, wide, err := line.WideList()
		if err != nil {
			return r.ledger.damaged("usage_line", err)
		}
		if wide {
			r.wide[k] = r.wide[k].Add(list)
		}
	}
	return r.ledger.fault(ctx, rows.Err())
}
