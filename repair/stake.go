package repair

import (
	"cmp"
	"slices"

	"github.com/shopspring/decimal"

	"github.com/pharos-pec/pharos"
	"github.com/pharos-pec/pharos/coverage"
	"github.com/pharos-pec/pharos/credit"
)

// Stake is what the credit of scopes was worth in the judged month, in one
// currency. Amounts are exact.
type Stake struct {
	Currency string `json:"currency"`
	// Earned is what the bill credited.
	Earned decimal.Decimal `json:"earned"`
	// Monthly is the credit of all its lines that can earn: what a month like it
	// gives when every day earns, and of one that is not over its days so far.
	Monthly decimal.Decimal `json:"monthly"`
}

// earner is a scope that earns, of those that access tells apart: a subscription, or
// one below it at which access was ever given or denied. Each row of the bill
// belongs to the narrowest scope that covers it, so that no amount counts twice.
type earner struct {
	pharos.Coverage
	stakes []Stake
}

// earners are those that earn on the day, with their money.
func (in *Input) earners(a *coverage.Access, day pharos.Day) []earner {
	var out []earner
	index := map[pharos.Scope]int{}
	narrow := map[pharos.SubscriptionID][]pharos.Scope{}
	for _, scope := range a.Scopes() {
		index[scope] = -1
		if sub := scope.Subscription(); scope != pharos.SubscriptionScope(sub) {
			narrow[sub] = append(narrow[sub], scope)
		}
		if c := a.On(scope, day); c.State == pharos.Full {
			index[scope] = len(out)
			out = append(out, earner{Coverage: c})
		}
	}
	for _, list := range narrow {
		slices.SortFunc(list, func(x, y pharos.Scope) int { return cmp.Compare(len(y), len(x)) })
	}
	for i := range in.Rows {
		at := pharos.Scope(in.Rows[i].Key)
		home := pharos.SubscriptionScope(at.Subscription())
		if n := slices.IndexFunc(narrow[at.Subscription()], func(s pharos.Scope) bool { return s.Covers(at) }); n >= 0 {
			home = narrow[at.Subscription()][n]
		}
		if n, known := index[home]; known && n >= 0 {
			out[n].stakes = addStakes(out[n].stakes, stakeOf(&in.Rows[i]))
		}
	}
	return out
}

// stakeOf is the money of a row of the bill.
func stakeOf(r *credit.Row) Stake {
	return Stake{r.Currency, r.Earned.Add(r.Unexpected), r.CanEarn()}
}

// addStakes adds amounts by currency and keeps them in its order. Nothing is
// no amount.
func addStakes(to []Stake, more ...Stake) []Stake {
	to = slices.Clone(to)
	for _, s := range more {
		i, found := slices.BinarySearchFunc(to, s.Currency, func(x Stake, currency string) int { return cmp.Compare(x.Currency, currency) })
		switch {
		case found:
			to[i].Earned, to[i].Monthly = to[i].Earned.Add(s.Earned), to[i].Monthly.Add(s.Monthly)
		case !s.Earned.IsZero() || !s.Monthly.IsZero():
			to = slices.Insert(to, i, s)
		}
	}
	return to
}

// byStakes orders by money, highest first: amounts of two currencies do not
// compare, so those of the currency that has more of it go first, then by name.
func byStakes[T any](all []T, of func(*T) ([]Stake, string)) {
	var totals []Stake
	for i := range all {
		stakes, _ := of(&all[i])
		totals = addStakes(totals, stakes...)
	}
	slices.SortStableFunc(totals, func(x, y Stake) int { return y.Monthly.Cmp(x.Monthly) })
	slices.SortFunc(all, func(x, y T) int {
		a, nameA := of(&x)
		b, nameB := of(&y)
		for _, t := range totals {
			if n := monthly(b, t.Currency).Cmp(monthly(a, t.Currency)); n != 0 {
				return n
			}
		}
		return cmp.Compare(nameA, nameB)
	})
}

func monthly(stakes []Stake, currency string) decimal.Decimal {
	for _, s := range stakes {
		if s.Currency == currency {
			return s.Monthly
		}
	}
	return decimal.Zero
}
