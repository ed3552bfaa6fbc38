package web

import (
	"cmp"
	"slices"
	"strings"

	"github.com/shopspring/decimal"

	"github.com/pharos-pec/pharos"
	"github.com/pharos-pec/pharos/credit"
)

// tally is a judged month, summed and indexed the way pages look things up.
// It is made in one pass over the month's rows, once for each month that is
// read, and not changed afterwards.
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
	extents   map[pharos.Verdict]extent
	days      []sum // by day of the month
}

// extent counts subscriptions and their days that have a verdict.
type extent struct{ subscriptions, days int }

// customerTally is one customer in one currency.
type customerTally struct {
	figures
	Customer pharos.TenantID
	Name     string
	topCause pharos.Cause
	accounts []*account // largest loss first
	sum      sum
	lost     map[pharos.Cause]decimal.Decimal
}

// account is one subscription in one currency.
type account struct {
	*credit.Subscription
	figures  figures
	topCause pharos.Cause
	lostDays int
	sum      sum
}

func newTally(m *credit.Month) *tally {
	t := &tally{
		month:     m,
		customers: map[pharos.TenantID][]*customerTally{},
		accounts:  map[pharos.SubscriptionID][]*account{},
	}
	byCurrency := map[string]*currencyTally{}
	for _, total := range m.Totals {
		c := &currencyTally{
			figures: figures{total.Currency, total.Sums},
			extents: map[pharos.Verdict]extent{}, days: make([]sum, m.Month.Days()),
		}
		byCurrency[total.Currency] = c
		t.currencies = append(t.currencies, c)
	}
	for _, c := range m.Causes {
		of := byCurrency[c.Currency]
		of.causes = append(of.causes, c)
	}
	for i := range m.Subscriptions {
		t.put(byCurrency[m.Subscriptions[i].Currency], &m.Subscriptions[i])
	}
	for _, c := range t.currencies {
		c.finish(m.Month)
	}
	return t
}

// put adds a subscription to its customer and currency.
func (t *tally) put(c *currencyTally, sub *credit.Subscription) {
	a := &account{Subscription: sub}
	lost := map[pharos.Cause]decimal.Decimal{}
	seen := map[pharos.Verdict]pharos.Day{} // the last day of each verdict: rows are by date
	for i := range sub.Days {
		row := &sub.Days[i]
		a.sum.add(row)
		if at := int(row.Date - t.month.Month.First()); at >= 0 && at < len(c.days) {
			c.days[at].add(row)
		}
		if row.Verdict == pharos.Lost && len(row.Causes) > 0 {
			lost[row.Causes[0]] = lost[row.Causes[0]].Add(row.Credit)
		}
		c.count(row, seen)
		if row.Verdict == pharos.Lost && (i == 0 || sub.Days[i-1].Date != row.Date || sub.Days[i-1].Verdict != pharos.Lost) {
			a.lostDays++
		}
	}
	a.figures, a.topCause = figures{sub.Currency, a.sum.sums()}, largest(lost)
	customer := t.customer(c, sub)
	customer.accounts = append(customer.accounts, a)
	customer.sum.merge(&a.sum)
	for cause, amount := range lost {
		customer.lost[cause] = customer.lost[cause].Add(amount)
	}
	t.accounts[sub.SubscriptionID] = append(t.accounts[sub.SubscriptionID], a)
}

// count notes a row's verdict and, once for each subscription, its day.
func (c *currencyTally) count(row *credit.DayRow, seen map[pharos.Verdict]pharos.Day) {
	last, known := seen[row.Verdict]
	if known && last == row.Date {
		return
	}
	seen[row.Verdict] = row.Date
	e := c.extents[row.Verdict]
	e.days++
	if !known {
		e.subscriptions++
	}
	c.extents[row.Verdict] = e
}

// customer returns the customer of a subscription in a currency, made on
// first use.
func (t *tally) customer(c *currencyTally, sub *credit.Subscription) *customerTally {
	for _, known := range t.customers[sub.CustomerID] {
		if known.Currency == sub.Currency {
			return known
		}
	}
	made := &customerTally{Customer: sub.CustomerID, Name: sub.CustomerName, lost: map[pharos.Cause]decimal.Decimal{}}
	made.Currency = sub.Currency
	c.customers = append(c.customers, made)
	t.customers[sub.CustomerID] = append(t.customers[sub.CustomerID], made)
	return made
}

// finish sums the customers, puts the largest loss first and draws.
func (c *currencyTally) finish(m pharos.Month) {
	for _, customer := range c.customers {
		customer.Sums, customer.topCause = customer.sum.sums(), largest(customer.lost)
		slices.SortFunc(customer.accounts, func(a, b *account) int {
			if n := byLoss(a.figures, b.figures); n != 0 {
				return n
			}
			return cmp.Or(strings.Compare(a.name(), b.name()), cmp.Compare(a.SubscriptionID, b.SubscriptionID))
		})
	}
	slices.SortFunc(c.customers, func(a, b *customerTally) int {
		if n := byLoss(a.figures, b.figures); n != 0 {
			return n
		}
		return cmp.Or(strings.Compare(a.name(), b.name()), cmp.Compare(a.Customer, b.Customer))
	})
	c.chart, c.trend = newChart(c), newTrend(m, c)
}

// byLoss puts the largest loss first, then what is most to dispute.
func byLoss(a, b figures) int {
	if n := b.Lost.Cmp(a.Lost); n != 0 {
		return n
	}
	return b.Disputable.Cmp(a.Disputable)
}

// largest returns the cause of the largest amount, the earlier of the
// contract's order among equals.
func largest(lost map[pharos.Cause]decimal.Decimal) pharos.Cause {
	var top pharos.Cause
	if len(lost) == 0 {
		return top
	}
	for _, c := range pharos.Causes() {
		if amount, ok := lost[c]; ok && (top == "" || amount.GreaterThan(lost[top])) {
			top = c
		}
	}
	return top
}

// name returns what the customer is called, its id where nobody knows.
func (c *customerTally) name() string { return cmp.Or(c.Name, string(c.Customer), "Unknown customer") }

// name returns what the subscription is called, its id where nobody knows.
func (a *account) name() string { return cmp.Or(a.SubscriptionName, string(a.SubscriptionID)) }

func (a *account) customerName() string {
	return cmp.Or(a.CustomerName, string(a.CustomerID), "Unknown customer")
}

// on returns the rows of a day. The judge gives rows by date.
func (a *account) on(d pharos.Day) []credit.DayRow {
	from, _ := slices.BinarySearchFunc(a.Days, d, func(row credit.DayRow, d pharos.Day) int { return cmp.Compare(row.Date, d) })
	to := from
	for to < len(a.Days) && a.Days[to].Date == d {
		to++
	}
	return a.Days[from:to]
}

// used counts the days that have usage.
func (a *account) used() int {
	n := 0
	for i := range a.Days {
		if i == 0 || a.Days[i].Date != a.Days[i-1].Date {
			n++
		}
	}
	return n
}
