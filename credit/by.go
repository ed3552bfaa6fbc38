package credit

import (
	"cmp"
	"slices"
	"strings"

	"github.com/pharos-pec/pharos"
)

// Grouping is a way to break a month down (the --by flag).
type Grouping string

// The groupings. ByResource needs the lines again: see [Resources].
const (
	ByCustomer      Grouping = "customer"
	BySubscription  Grouping = "subscription"
	ByResourceGroup Grouping = "resource-group"
	ByResource      Grouping = "resource"
	ByDay           Grouping = "day"
)

// Groupings returns every grouping, in the order in which help shows them.
func Groupings() []Grouping {
	return []Grouping{ByCustomer, BySubscription, ByResourceGroup, ByResource, ByDay}
}

// ParseGrouping reads the value of a --by flag.
func ParseGrouping(s string) (Grouping, error) {
	if g := Grouping(s); slices.Contains(Groupings(), g) {
		return g, nil
	}
	return "", pharos.Errorf(pharos.Invalid, "%q is nothing to group by", s).
		WithHint("group by customer, subscription, resource-group, resource or day")
}

// Row is the sum of one group in one currency.
type Row struct {
	// Key is the group: a tenant id, a subscription id, a scope or a date.
	Key          string                `json:"key"`
	Name         string                `json:"name,omitempty"`
	Customer     pharos.TenantID       `json:"customerId,omitempty"`
	CustomerName string                `json:"customerName,omitempty"`
	Subscription pharos.SubscriptionID `json:"subscriptionId,omitempty"`
	// SubscriptionName is set where the group lies in one subscription.
	SubscriptionName string `json:"subscriptionName,omitempty"`
	Currency         string `json:"currency"`
	Sums
	Lines int64 `json:"lines"`
	// TopCause is the first cause of the largest part of Lost, "" without one.
	TopCause pharos.Cause `json:"topCause,omitempty"`
}

// By breaks the month down, largest loss first within a currency; days by
// date. ByResource gives only the resources at which a grant or a denial ever
// stood, with the rest of each group under the group's scope.
func (m *Month) By(g Grouping) []Row {
	b := newBreakdown()
	if g == ByResourceGroup || g == ByResource {
		for i := range m.scopes {
			m.addScope(b, g, &m.scopes[i])
		}
		return b.rows(g)
	}
	for i := range m.Subscriptions {
		s := &m.Subscriptions[i]
		for _, d := range s.Days {
			b.add(s.row(g, d.Date), part{d.Verdict, d.Causes, d.List, d.Credit, d.Lines})
		}
	}
	return b.rows(g)
}

// row describes the group that a day of the subscription belongs to.
func (s *Subscription) row(g Grouping, day pharos.Day) Row {
	switch g {
	case ByDay:
		return Row{Key: day.String(), Currency: s.Currency}
	case ByCustomer:
		return Row{Key: string(s.CustomerID), Name: s.CustomerName, Customer: s.CustomerID, CustomerName: s.CustomerName, Currency: s.Currency}
	default:
		return Row{
			Key: string(s.SubscriptionID), Name: s.SubscriptionName,
			Subscription: s.SubscriptionID, SubscriptionName: s.SubscriptionName,
			Customer: s.CustomerID, CustomerName: s.CustomerName, Currency: s.Currency,
		}
	}
}

func (m *Month) addScope(b *breakdown, g Grouping, c *scopeCell) {
	scope := c.scope
	if name := scope.ResourceGroup(); g == ByResourceGroup && name != "" {
		scope = pharos.ResourceGroupScope(c.subscription, name)
	}
	b.add(scopeRow(scope, c.account, m.names), part{c.verdict, c.causes, c.list, c.credit, c.lines})
}

// scopeRow describes the group of a scope.
func scopeRow(scope pharos.Scope, a account, names Names) Row {
	return Row{
		Key: string(scope), Name: lastName(scope, names),
		Subscription: a.subscription, SubscriptionName: names.Subscriptions[a.subscription].Name,
		Customer: a.customer, CustomerName: names.Customers[a.customer].Name, Currency: a.currency,
	}
}

// lastName is the last part of a scope, or its subscription's name.
func lastName(scope pharos.Scope, names Names) string {
	if scope.ResourceGroup() == "" {
		return names.Subscriptions[scope.Subscription()].Name
	}
	return string(scope[strings.LastIndexByte(string(scope), '/')+1:])
}

func compareRows(g Grouping) func(a, b Row) int {
	return func(a, b Row) int {
		if n := strings.Compare(a.Currency, b.Currency); n != 0 {
			return n
		}
		if g == ByDay {
			return strings.Compare(a.Key, b.Key)
		}
		return cmp.Or(b.Lost.Cmp(a.Lost), b.Disputable.Cmp(a.Disputable), b.List.Cmp(a.List), strings.Compare(a.Key, b.Key))
	}
}
