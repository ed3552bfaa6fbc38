package web

import (
	"cmp"

	"github.com/pharos-pec/pharos"
	"github.com/pharos-pec/pharos/credit"
)

// tally is a judged month, indexed the way pages look things up. It is made
// once for each month that is read, and not changed afterwards.
type tally struct {
	month      *credit.Month
	currencies []*currencyTally // by code
	customers  map[pharos.TenantID][]*customerTally
	accounts   map[pharos.SubscriptionID][]*account
}

// currencyTally is the month in one billing currency.
type currencyTally struct {
	figures
	causes    []credit.CauseSum
	chart     []chartRow
	trend     trend
	customers []*customerTally // largest loss first
}

// customerTally is one customer in one currency.
type customerTally struct {
	credit.Row
	accounts []*account // largest loss first
}

// account is one subscription in one currency.
type account struct {
	credit.Row
	days map[pharos.Day][]credit.DayRow
}

// accountKey tells the accounts of a month apart.
type accountKey struct {
	subscription pharos.SubscriptionID
	customer     pharos.TenantID
	currency     string
}

func newTally(m *credit.Month) *tally {
	t := &tally{
		month:     m,
		customers: map[pharos.TenantID][]*customerTally{},
		accounts:  map[pharos.SubscriptionID][]*account{},
	}
	byCurrency := map[string]*currencyTally{}
	for _, total := range m.Totals {
		c := &currencyTally{figures: figures{total.Currency, total.Sums}}
		byCurrency[total.Currency] = c
		t.currencies = append(t.currencies, c)
	}
	for _, c := range m.Causes {
		of := byCurrency[c.Currency]
		of.causes = append(of.causes, c)
	}
	for _, row := range m.By(credit.ByCustomer) {
		c := &customerTally{Row: row}
		of := byCurrency[row.Currency]
		of.customers = append(of.customers, c)
		t.customers[row.Customer] = append(t.customers[row.Customer], c)
	}
	t.addAccounts()
	trends := newTrends(m)
	for _, c := range t.currencies {
		c.chart, c.trend = newChart(c), trends[c.Currency]
	}
	return t
}

// addAccounts puts the subscriptions, in the judge's order, to their
// customers.
func (t *tally) addAccounts() {
	days := map[accountKey]map[pharos.Day][]credit.DayRow{}
	for i := range t.month.Subscriptions {
		s := &t.month.Subscriptions[i]
		byDay := map[pharos.Day][]credit.DayRow{}
		for _, row := range s.Days {
			byDay[row.Date] = append(byDay[row.Date], row)
		}
		days[accountKey{s.SubscriptionID, s.CustomerID, s.Currency}] = byDay
	}
	for _, row := range t.month.By(credit.BySubscription) {
		a := &account{Row: row, days: days[accountKey{row.Subscription, row.Customer, row.Currency}]}
		t.accounts[row.Subscription] = append(t.accounts[row.Subscription], a)
		for _, c := range t.customers[row.Customer] {
			if c.Currency == row.Currency {
				c.accounts = append(c.accounts, a)
			}
		}
	}
}

// figures returns the sums for showing.
func (c *customerTally) figures() figures { return figures{c.Currency, c.Sums} }

// name returns what the customer is called, its id where nobody knows.
func (c *customerTally) name() string { return cmp.Or(c.Name, string(c.Customer), "Unknown customer") }

func (a *account) figures() figures { return figures{a.Currency, a.Sums} }

// name returns what the subscription is called, its id where nobody knows.
func (a *account) name() string { return cmp.Or(a.Name, string(a.Subscription)) }

func (a *account) customerName() string {
	return cmp.Or(a.CustomerName, string(a.Customer), "Unknown customer")
}

// daysOf counts the days that have a verdict.
func (a *account) daysOf(v pharos.Verdict) int {
	n := 0
	for _, rows := range a.days {
		for _, row := range rows {
			if row.Verdict == v {
				n++
				break
			}
		}
	}
	return n
}
