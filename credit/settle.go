package credit

import (
	"cmp"
	"slices"
	"strings"

	"github.com/shopspring/decimal"

	"github.com/pharos-pec/pharos"
)

// scopeCell is the sum of one scope's lines with one verdict and cause set.
type scopeCell struct {
	account
	scope   pharos.Scope
	verdict pharos.Verdict
	causes  []pharos.Cause
	lines   int64
	list    decimal.Decimal
	credit  decimal.Decimal
}

// outcome is a settled ruling by value: the verdict and the number of its
// cause set. Two rulings may settle into one outcome.
type outcome struct {
	verdict pharos.Verdict
	causes  int
}

// month settles every ruling and lays the sums out as the contract has them.
func (c *cube) month(in Input, s settlement) *Month {
	c.price()
	outcomes := c.outcomes(&s)
	c.join(outcomes)
	m := &Month{Month: in.Month, Warnings: []Warning{}, names: in.Names, settled: s}
	m.Subscriptions = c.subscriptions(in.Names, outcomes, s.rate)
	m.scopes = c.scopeCells(outcomes, s.rate)
	m.Totals = totalsOf(m.Subscriptions)
	m.Causes = causeSums(m.Subscriptions)
	return m
}

func (c *cube) outcomes(s *settlement) []outcome {
	out := make([]outcome, len(c.rulings.values))
	for i, k := range c.rulings.values {
		r := s.settle(ruling{verdict: k.verdict, causes: c.causes.orders[k.causes], open: c.open[k.open]})
		out[i] = outcome{r.verdict, c.causes.of(r.causes)}
	}
	return out
}

// join makes one cell of those whose rulings settled into one outcome.
func (c *cube) join(outcomes []outcome) {
	first, same := map[outcome]int{}, make([]int, len(outcomes))
	for i, o := range outcomes {
		if _, known := first[o]; !known {
			first[o] = i
		}
		same[i] = first[o]
	}
	if len(first) == len(outcomes) {
		return
	}
	fold(c.byDay, func(k dayKey) dayKey { k.ruling = same[k.ruling]; return k })
	fold(c.byScope, func(k scopeKey) scopeKey { k.ruling = same[k.ruling]; return k })
}

// fold adds each cell to the one that stands for it.
func fold[K comparable](m map[K]*cell, into func(K) K) {
	for k, at := range m {
		if other := into(k); other != k {
			addTo(m, other, *at)
			delete(m, k)
		}
	}
}

func (c *cube) subscriptions(names Names, outcomes []outcome, rate pharos.Rate) []Subscription {
	subs := make([]Subscription, len(c.accounts.values))
	for i, a := range c.accounts.values {
		subs[i] = Subscription{
			SubscriptionID: a.subscription, SubscriptionName: names.Subscriptions[a.subscription].Name,
			CustomerID: a.customer, CustomerName: names.Customers[a.customer].Name, Currency: a.currency,
		}
	}
	for k, at := range c.byDay {
		o := outcomes[k.ruling]
		subs[k.account].Days = append(subs[k.account].Days, DayRow{
			Date: k.day, Verdict: o.verdict, Causes: c.causesFor(o),
			List: at.list, Credit: at.at(rate), Lines: at.lines,
		})
	}
	for i := range subs {
		slices.SortFunc(subs[i].Days, compareDays)
	}
	slices.SortFunc(subs, compareSubscriptions)
	return subs
}

func (c *cube) scopeCells(outcomes []outcome, rate pharos.Rate) []scopeCell {
	cells := make([]scopeCell, 0, len(c.byScope))
	for k, at := range c.byScope {
		place, o := c.scopes.values[k.scope], outcomes[k.ruling]
		cells = append(cells, scopeCell{
			account: c.accounts.values[place.account], scope: place.scope,
			verdict: o.verdict, causes: c.causesFor(o),
			lines: at.lines, list: at.list, credit: at.at(rate),
		})
	}
	return cells
}

// causesFor returns a set's causes, never nil: JSON shows an empty list.
func (c *cube) causesFor(o outcome) []pharos.Cause {
	return append([]pharos.Cause{}, c.causes.orders[o.causes]...)
}

func totalsOf(subs []Subscription) []Total {
	by := map[string]*Total{}
	for _, s := range subs {
		t := by[s.Currency]
		if t == nil {
			t = &Total{Currency: s.Currency}
			by[s.Currency] = t
		}
		for _, d := range s.Days {
			t.add(d.Verdict, d.List, d.Credit)
		}
	}
	out := make([]Total, 0, len(by))
	for _, t := range by {
		out = append(out, *t)
	}
	slices.SortFunc(out, func(a, b Total) int { return strings.Compare(a.Currency, b.Currency) })
	return out
}

// causeSums attributes each row to its first cause.
func causeSums(subs []Subscription) []CauseSum {
	type key struct {
		code     pharos.Cause
		verdict  pharos.Verdict
		currency string
	}
	by := map[key]*CauseSum{}
	for i := range subs {
		days := map[key]map[pharos.Day]bool{}
		for _, d := range subs[i].Days {
			if len(d.Causes) == 0 {
				continue
			}
			k := key{d.Causes[0], d.Verdict, subs[i].Currency}
			sum := by[k]
			if sum == nil {
				sum = &CauseSum{Code: k.code, Verdict: k.verdict, Currency: k.currency}
				by[k] = sum
			}
			sum.Credit, sum.List = sum.Credit.Add(d.Credit), sum.List.Add(d.List)
			if days[k] == nil {
				days[k] = map[pharos.Day]bool{}
			}
			days[k][d.Date] = true
		}
		for k, set := range days {
			by[k].Subscriptions++
			by[k].Days += len(set)
		}
	}
	out := make([]CauseSum, 0, len(by))
	for _, sum := range by {
		out = append(out, *sum)
	}
	slices.SortFunc(out, compareCauses)
	return out
}

func compareCauses(a, b CauseSum) int {
	return cmp.Or(
		slices.Index(pharos.Verdicts(), a.Verdict)-slices.Index(pharos.Verdicts(), b.Verdict),
		strings.Compare(a.Currency, b.Currency),
		b.Credit.Cmp(a.Credit),
		strings.Compare(string(a.Code), string(b.Code)),
	)
}

func compareDays(a, b DayRow) int {
	return cmp.Or(
		int(a.Date)-int(b.Date),
		slices.Index(pharos.Verdicts(), a.Verdict)-slices.Index(pharos.Verdicts(), b.Verdict),
		slices.Compare(a.Causes, b.Causes),
	)
}

func compareSubscriptions(a, b Subscription) int {
	return cmp.Or(
		strings.Compare(a.CustomerName, b.CustomerName),
		strings.Compare(string(a.CustomerID), string(b.CustomerID)),
		strings.Compare(string(a.SubscriptionID), string(b.SubscriptionID)),
		strings.Compare(a.Currency, b.Currency),
	)
}
