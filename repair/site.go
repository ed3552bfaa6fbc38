package repair

import (
	"cmp"
	"maps"
	"slices"

	"github.com/shopspring/decimal"

	"github.com/pharos-pec/pharos"
)

// site is a scope that ought to earn: one on the bill, or a subscription
// that is known and has no usage that could earn.
type site struct {
	scope        pharos.Scope
	billed       bool
	subscription string
	customer     pharos.TenantID
	customerName string
	// lost is what a step gets that makes it earn, disputed what Microsoft
	// owes for it.
	lost, disputed purse
	// credited tells that the bill gave it credit in the month.
	credited bool
}

// sites are the scopes to look at, by scope.
func (p *planner) sites() []site {
	all := map[pharos.Scope]*site{}
	used := map[pharos.SubscriptionID]bool{}
	for i := range p.in.Rows {
		r := &p.in.Rows[i]
		scope := pharos.Scope(r.Key)
		sub := scope.Subscription()
		if sub == "" || r.CanEarn().IsZero() {
			continue // products that never earn
		}
		at := all[scope]
		if at == nil {
			at = p.siteOf(scope)
			at.billed = true
			at.customer = cmp.Or(at.customer, r.Customer)
			at.customerName = cmp.Or(at.customerName, r.CustomerName)
			at.subscription = cmp.Or(at.subscription, r.SubscriptionName)
			all[scope] = at
		}
		used[sub] = true
		at.lost.put(Amount{r.Currency, r.Lost, r.CanEarn()})
		at.credited = at.credited || r.Earned.IsPositive() || r.Unexpected.IsPositive()
		if r.Disputable.IsPositive() {
			at.disputed.put(Amount{r.Currency, r.Disputable, decimal.Zero})
		}
	}
	add := func(sub pharos.SubscriptionID) {
		if scope := pharos.SubscriptionScope(sub); !used[sub] && all[scope] == nil {
			all[scope] = p.siteOf(scope)
		}
	}
	for sub := range p.in.History.Subscriptions {
		add(sub)
	}
	for key := range p.in.History.Grants {
		add(key.Subscription)
	}
	out := make([]site, 0, len(all))
	for _, scope := range slices.Sorted(maps.Keys(all)) {
		out = append(out, *all[scope])
	}
	return out
}

func (p *planner) siteOf(scope pharos.Scope) *site {
	s := p.in.History.Subscriptions[scope.Subscription()]
	return &site{
		scope: scope, subscription: s.Name, customer: s.Customer,
		customerName: p.in.History.Customers[s.Customer].Name, lost: purse{}, disputed: purse{},
	}
}

// gain is what a step gets that makes the site earn, whose coverage is c now.
// Where nobody read a link and the bill credits the site, it may well earn.
func (at *site) gain(c *pharos.Coverage) purse {
	if c.State == pharos.UnknownCoverage && at.credited {
		return at.lost.once()
	}
	return at.lost
}

// where names the site's subscription for people.
func (at *site) where() string {
	name := cmp.Or(at.subscription, string(at.scope.Subscription()))
	if at.customerName != "" {
		return name + " (" + at.customerName + ")"
	}
	return name
}

// whole is the scope of the site's subscription.
func (at *site) whole() pharos.Scope { return pharos.SubscriptionScope(at.scope.Subscription()) }

// purse holds an amount of each currency.
type purse map[string]Amount

func (p purse) put(a Amount) {
	have := p[a.Currency]
	p[a.Currency] = Amount{a.Currency, have.Lost.Add(a.Lost), have.Monthly.Add(a.Monthly)}
}

func (p purse) add(q purse) {
	for _, a := range q {
		p.put(a)
	}
}

// once is what was lost without what a month brings.
func (p purse) once() purse {
	out := purse{}
	for currency, a := range p {
		out[currency] = Amount{Currency: currency, Lost: a.Lost}
	}
	return out
}

// amounts lists the amounts that are not zero, by currency.
func (p purse) amounts() []Amount {
	out := []Amount{}
	for _, currency := range slices.Sorted(maps.Keys(p)) {
		if a := p[currency]; !a.worth().IsZero() {
			out = append(out, a)
		}
	}
	return out
}

// worth is what is gained: a month's credit, or what is claimed once.
func (a Amount) worth() decimal.Decimal { return decimal.Max(a.Lost, a.Monthly) }
