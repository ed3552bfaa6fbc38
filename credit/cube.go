package credit

import (
	"slices"
	"strings"

	"github.com/shopspring/decimal"

	"github.com/pharos-pec/pharos"
)

// cube sums ruled facts by subscription and day, and by scope. Its size is
// that of the answer, not of the bill: millions of lines of a subscription's
// day become one cell for each ruling.
type cube struct {
	accounts index[account]
	scopes   index[scopeOf]
	causes   causeSets
	rulings  index[rulingKey]
	rates    rateTable
	open     map[string][]pharos.PrincipalRef

	byDay   map[dayKey]*cell
	byScope map[scopeKey]*cell
}

// account is a subscription billed in a currency.
type account struct {
	customer     pharos.TenantID
	subscription pharos.SubscriptionID
	currency     string
}

type scopeOf struct {
	account int
	scope   pharos.Scope
}

// rulingKey is a ruling by value, with the rate that the credit of its lines
// is of; open is the refsKey of its open holders.
type rulingKey struct {
	verdict pharos.Verdict
	causes  int
	open    string
	rate    int // in the table of rates
}

type dayKey struct {
	account int
	day     pharos.Day
	ruling  int
}

type scopeKey struct{ scope, ruling int }

// cell sums lines. Their credit is credit plus open at the month's fallback
// rate, which is known only when the whole bill has been read. As the lines of
// a cell are of one rate, credit and open follow from list ([cube.price]).
type cell struct {
	lines              int64
	list, credit, open decimal.Decimal
}

func newCube() *cube {
	return &cube{
		open:    map[string][]pharos.PrincipalRef{},
		byDay:   map[dayKey]*cell{},
		byScope: map[scopeKey]*cell{},
	}
}

// add puts a ruled fact into the cube.
func (c *cube) add(customer pharos.TenantID, f *pharos.DayFact, r ruling) {
	acc := c.accounts.of(account{customer, f.Subscription, f.Currency})
	scope := c.scopes.of(scopeOf{acc, f.Scope})
	key := c.key(r)
	switch {
	case r.verdict == pharos.Excluded:
		key.rate = noRate
	case f.Credited.IsPositive():
		key.rate = c.rates.of(f.Credited)
	case f.MeterRate.IsPositive():
		key.rate = c.rates.of(f.MeterRate)
	default:
		key.rate = openRate
	}
	rul, delta := c.rulings.of(key), cell{lines: f.Lines, list: f.List}
	addTo(c.byDay, dayKey{acc, f.Day, rul}, delta)
	addTo(c.byScope, scopeKey{scope, rul}, delta)
}

// Places in the table of rates that are none.
const (
	noRate   = -1 // of lines that have no credit
	openRate = -2 // of lines that only the whole bill can tell the rate of
)

// rateTable numbers rates.
type rateTable struct {
	index  index[string]
	values []pharos.Rate
	last   pharos.Rate // asked for
	at     int         // its number
}

func (t *rateTable) of(r pharos.Rate) int {
	if r != t.last || len(t.values) == 0 {
		t.last, t.at = r, t.index.of(r.String())
		if t.at == len(t.values) {
			t.values = append(t.values, r)
		}
	}
	return t.at
}

// price works out the credit of every cell, once all facts are in.
func (c *cube) price() {
	for k, at := range c.byDay {
		at.price(c.rulings.values[k.ruling].rate, c.rates.values)
	}
	for k, at := range c.byScope {
		at.price(c.rulings.values[k.ruling].rate, c.rates.values)
	}
}

func (c *cell) price(rate int, rates []pharos.Rate) {
	switch rate {
	case noRate:
	case openRate:
		c.open = c.list
	default:
		c.credit = rates[rate].Of(c.list)
	}
}

func (c *cube) key(r ruling) rulingKey {
	k := rulingKey{verdict: r.verdict, causes: c.causes.of(r.causes)}
	if len(r.open) > 0 {
		set := sortedRefs(r.open)
		k.open = refsKey(set)
		c.open[k.open] = set
	}
	return k
}

func addTo[K comparable](m map[K]*cell, k K, d cell) {
	at := m[k]
	if at == nil {
		at = &cell{}
		m[k] = at
	}
	at.add(d)
}

func (c *cell) add(d cell) {
	c.lines += d.lines
	c.list = plus(c.list, d.list)
	c.credit = plus(c.credit, d.credit)
	c.open = plus(c.open, d.open)
}

// plus adds; many sums of a cell are of nothing, and decimals allocate.
func plus(a, b decimal.Decimal) decimal.Decimal {
	switch {
	case b.IsZero():
		return a
	case a.IsZero():
		return b
	default:
		return a.Add(b)
	}
}

// at returns the cell's whole credit with the fallback rate settled.
func (c *cell) at(rate pharos.Rate) decimal.Decimal {
	if c.open.IsZero() {
		return c.credit
	}
	return plus(c.credit, rate.Of(c.open))
}

// index numbers distinct values in the order they come.
type index[T comparable] struct {
	number map[T]int
	values []T
	last   int // asked for: facts of a kind come one after the other
}

func (x *index[T]) of(v T) int {
	if len(x.values) == 0 || x.values[x.last] != v {
		x.last = x.find(v)
	}
	return x.last
}

func (x *index[T]) find(v T) int {
	if n, ok := x.number[v]; ok {
		return n
	}
	if x.number == nil {
		x.number = map[T]int{}
	}
	x.number[v] = len(x.values)
	x.values = append(x.values, v)
	return len(x.values) - 1
}

// causeSets numbers sets of causes. Coverage lists causes in an order; where
// two scopes have the same set in two orders, the one that is nearer to
// earning by [pharos.Causes] stands for both, whichever came first.
type causeSets struct {
	sets   index[string]
	orders [][]pharos.Cause
}

func (s *causeSets) of(causes []pharos.Cause) int {
	n := s.sets.of(setKey(causes))
	switch {
	case n == len(s.orders):
		s.orders = append(s.orders, slices.Clone(causes))
	case len(causes) > 1 && nearer(causes, s.orders[n]):
		s.orders[n] = slices.Clone(causes)
	}
	return n
}

// setKey returns a text that is equal for equal sets.
func setKey(causes []pharos.Cause) string {
	if len(causes) == 1 {
		return string(causes[0]) // by far the most frequent
	}
	sorted := slices.Clone(causes)
	slices.Sort(sorted)
	var b strings.Builder
	for _, c := range slices.Compact(sorted) {
		b.WriteString(string(c) + " ")
	}
	return b.String()
}

// nearer orders two orders of one set.
func nearer(a, b []pharos.Cause) bool {
	all := pharos.Causes()
	return slices.CompareFunc(a, b, func(x, y pharos.Cause) int {
		return slices.Index(all, x) - slices.Index(all, y)
	}) > 0
}
