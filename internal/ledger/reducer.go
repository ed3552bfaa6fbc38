package ledger

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/shopspring/decimal"

	"github.com/pharos-pec/pharos"
	"github.com/pharos-pec/pharos/internal/usagefile"
)

// reducer sums blocks into day facts; each worker has one.
type reducer struct {
	*reduction
	sums *factTable
	runs *factRuns // what did not fit in memory

	shardOf                                                       []int // by subscription of the block
	days                                                          []int32
	quantity, price, exchange                                     []int64
	customer, subscription, group, resource, meter, product, rate words
	currency, reseller, wide                                      words
	symbolsOf                                                     [8][]uint32
	scopes                                                        map[[2]uint32]uint32 // subscription and group symbols -> scope
	resourceScopes                                                []uint32             // by resource of the block: symbol + 1, 0 unless fine
	wideOf                                                        []wideValues
}

// The columns that are turned into symbols, by place in symbolsOf.
const (
	symCustomer = iota
	symSubscription
	symGroup
	symMeterRate
	symProduct
	symRate
	symCurrency
	symReseller
)

func newReducer(r *reduction) *reducer {
	return &reducer{reduction: r, sums: newFactTable(), runs: &factRuns{folder: r.temp}, scopes: map[[2]uint32]uint32{}}
}

// any reads the subscriptions of a block and reports whether one of them is
// of a shard that is wanted.
func (w *reducer) any(b block) (bool, error) {
	if err := b.words("subscription_id", &w.subscription); err != nil {
		return false, err
	}
	w.shardOf = w.shardOf[:0]
	any := false
	for _, s := range w.subscription.values {
		shard := shardOf(s)
		w.shardOf = append(w.shardOf, shard)
		any = any || w.wanted[shard]
	}
	return any, nil
}

// load reads the other columns of a block.
func (w *reducer) load(b block) (err error) {
	if w.days, err = b.int32s("day", w.days); err != nil {
		return err
	}
	for _, c := range []struct {
		name string
		to   *[]int64
	}{{"quantity", &w.quantity}, {"unit_price", &w.price}, {"exchange_rate", &w.exchange}} {
		if *c.to, err = b.int64s(c.name, *c.to); err != nil {
			return err
		}
	}
	for _, c := range []struct {
		name string
		to   *words
		sym  int
	}{
		{"customer_id", &w.customer, symCustomer},
		{"resource_group", &w.group, symGroup}, {"excluded", &w.product, symProduct},
		{"credited_percent", &w.rate, symRate}, {"billing_currency", &w.currency, symCurrency},
		{"reseller", &w.reseller, symReseller},
	} {
		if err := b.words(c.name, c.to); err != nil {
			return err
		}
		w.symbolsOf[c.sym] = w.symbols.all(c.to.values, w.symbolsOf[c.sym])
	}
	w.symbolsOf[symSubscription] = w.symbols.all(w.subscription.values, w.symbolsOf[symSubscription])
	return cmp.Or(w.loadMeters(b), w.loadFine(b), w.loadWide(b))
}

func (w *reducer) loadMeters(b block) error {
	if err := b.words("meter_id", &w.meter); err != nil {
		return err
	}
	rates := w.symbolsOf[symMeterRate][:0]
	for _, m := range w.meter.values {
		rates = append(rates, w.symbols.of(w.meterRates[m]))
	}
	w.symbolsOf[symMeterRate] = rates
	return nil
}

// loadFine finds the resources of the block that are summed by a scope of
// their own.
func (w *reducer) loadFine(b block) error {
	w.resourceScopes = w.resourceScopes[:0]
	if !w.fine.any(w.subscription.values) {
		return nil
	}
	if err := b.words("resource_id", &w.resource); err != nil {
		return err
	}
	for _, id := range w.resource.values {
		symbol := uint32(0)
		if s := w.fine.covering(pharos.Scope(id)); s != "" {
			symbol = w.symbols.of(string(s)) + 1
		}
		w.resourceScopes = append(w.resourceScopes, symbol)
	}
	return nil
}

func (w *reducer) loadWide(b block) error {
	if err := b.words("wide", &w.wide); err != nil {
		return err
	}
	w.wideOf = w.wideOf[:0]
	for _, text := range w.wide.values {
		var v wideValues
		if text != "" {
			if err := json.Unmarshal([]byte(text), &v); err != nil {
				return damaged(b.segment.file.Name(), fmt.Errorf("column wide: %w", err))
			}
		}
		w.wideOf = append(w.wideOf, v)
	}
	return nil
}

// block adds the lines of b that count and are of a wanted shard.
func (w *reducer) block(b block) error {
	if any, err := w.any(b); err != nil || !any {
		return err
	}
	if err := w.load(b); err != nil {
		return err
	}
	for i := range b.rows {
		if !w.wanted[w.shardOf[w.subscription.index[i]]] || !b.kept(i) {
			continue
		}
		subscription := w.symbolsOf[symSubscription][w.subscription.index[i]]
		key := factKey{
			day: w.days[i], customer: w.symbolsOf[symCustomer][w.customer.index[i]], subscription: subscription,
			scope: w.scope(i, subscription), product: w.symbolsOf[symProduct][w.product.index[i]],
			credited: w.symbolsOf[symRate][w.rate.index[i]], meterRate: w.symbolsOf[symMeterRate][w.meter.index[i]],
			currency: w.symbolsOf[symCurrency][w.currency.index[i]], resellerID: w.symbolsOf[symReseller][w.reseller.index[i]],
		}
		at := w.sums.of(key)
		w.sums.sums[at].lines++
		v := &w.wideOf[w.wide.index[i]]
		if v.Quantity == "" && v.UnitPrice == "" && v.Exchange == "" {
			w.sums.sums[at].list.addProduct(w.quantity[i], w.price[i], w.exchange[i])
			continue
		}
		w.sums.addText(at, exact(v.Quantity, w.quantity[i]).Mul(exact(v.UnitPrice, w.price[i])).Mul(exact(v.Exchange, w.exchange[i])))
	}
	if len(w.sums.keys) < w.held {
		return nil
	}
	if err := w.runs.spill(w.sums, w.byShard()); err != nil {
		return err
	}
	w.sums.clear()
	return nil
}

// byShard lists the places of the facts that the reducer holds.
func (w *reducer) byShard() (places [factShards][]int32) {
	shards := map[uint32]int{}
	for i := range w.sums.keys {
		sub := w.sums.keys[i].subscription
		shard, known := shards[sub]
		if !known {
			shard = shardOf(w.symbols.string(sub))
			shards[sub] = shard
		}
		places[shard] = append(places[shard], int32(i))
	}
	return places
}

// scope returns the symbol of the scope that row i is summed by.
func (w *reducer) scope(i int, subscription uint32) uint32 {
	if len(w.resourceScopes) > 0 {
		if s := w.resourceScopes[w.resource.index[i]]; s > 0 {
			return s - 1
		}
	}
	group := w.symbolsOf[symGroup][w.group.index[i]]
	pair := [2]uint32{subscription, group}
	scope, ok := w.scopes[pair]
	if !ok {
		id := pharos.SubscriptionID(w.subscription.at(i))
		s := pharos.SubscriptionScope(id)
		if g := w.group.at(i); g != "" {
			s = pharos.ResourceGroupScope(id, g)
		}
		scope = w.symbols.of(string(s))
		w.scopes[pair] = scope
	}
	return scope
}

// exact returns an amount: its text where it has one, else the fixed value.
func exact(text string, fixed int64) decimal.Decimal {
	if text == "" {
		return usagefile.FixedNumber(fixed).Decimal()
	}
	d, err := decimal.NewFromString(text)
	if err != nil { // the ledger wrote it from a decimal
		return usagefile.FixedNumber(fixed).Decimal()
	}
	return d
}

// fineScopes are the scopes that lines are summed by one by one, the longest
// first, by subscription.
type fineScopes map[string][]pharos.Scope

func newFineScopes(fine []pharos.Scope) fineScopes {
	by := fineScopes{}
	for _, s := range fine {
		sub := string(s.Subscription())
		by[sub] = append(by[sub], s)
	}
	for _, list := range by {
		slices.SortFunc(list, func(a, b pharos.Scope) int { return cmp.Compare(len(b), len(a)) })
	}
	return by
}

// any reports whether one of the subscriptions has such scopes.
func (f fineScopes) any(subscriptions []string) bool {
	return len(f) > 0 && slices.ContainsFunc(subscriptions, func(s string) bool { return len(f[s]) > 0 })
}

// covering returns the longest scope that covers the resource, or "".
func (f fineScopes) covering(resource pharos.Scope) pharos.Scope {
	for _, s := range f[string(resource.Subscription())] {
		if s.Covers(resource) {
			return s
		}
	}
	return ""
}
