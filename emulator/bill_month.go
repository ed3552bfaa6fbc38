package emulator

import (
	"fmt"
	"iter"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/shopspring/decimal"

	"github.com/pharos-pec/pharos"
)

// bill is what Microsoft bills us for a month as of an instant: it has the
// days that are over by then, and the credit of those that ended longer ago
// than the lag. What happens later never changes a day that is over, so the
// same bill can be read again at any time.
type bill struct {
	w     *world
	month pharos.Month
	now   time.Time
	// currency and part select customers; nil and "" select all.
	currency string
	part     func(*customer) bool
	// lock, where set, is held while the lines of a subscription are made. It
	// is for callers that do not hold the world's lock themselves.
	lock sync.Locker
}

// billOf returns the bill of a month as of now.
func (w *world) billOf(month pharos.Month, now time.Time) *bill {
	return &bill{w: w, month: month, now: now}
}

// in restricts the bill to the customers that pay in a currency.
func (b *bill) in(currency string) *bill {
	b.currency = currency
	return b
}

// invoiceDay is the day of the next month on which a month is invoiced, at
// 00:00 UTC (docs: Azure plan billing, invoices are there by the 8th).
const invoiceDay = 6

// issueTime is when a month's invoices are issued.
func issueTime(m pharos.Month) time.Time {
	return (m + 1).First().Start().AddDate(0, 0, invoiceDay-1)
}

// invoiceNumber is the number of a month's invoice in a currency: "G" and nine
// digits, the year and month, then the letters of the currency as a number.
func invoiceNumber(m pharos.Month, currency string) string {
	n := 0
	for _, letter := range currency {
		n = n*26 + int(letter-'A')
	}
	return fmt.Sprintf("G%s%05d", strings.ReplaceAll(m.String(), "-", "")[2:], n)
}

// lines yields the bill ordered by customer, subscription, day and resource,
// all but the day in the order of the scenario.
func (b *bill) lines() iter.Seq[*billLine] {
	return func(yield func(*billLine) bool) {
		for _, c := range b.w.customers {
			if !b.selects(c) {
				continue
			}
			for _, s := range c.subs {
				for _, l := range b.subscription(s) {
					if !yield(l) {
						return
					}
				}
			}
		}
	}
}

func (b *bill) selects(c *customer) bool {
	return (b.currency == "" || b.currency == c.currency) && (b.part == nil || b.part(c))
}

// days yields the days of the month that are over, on which the customer's
// subscriptions are billed to us on the Azure plan. A month before the one in
// which the scenario starts has none: nothing is known of it.
func (b *bill) days(c *customer) iter.Seq[pharos.Day] {
	return func(yield func(pharos.Day) bool) {
		if b.month < pharos.MonthOf(b.w.start()) {
			return
		}
		billed := c.billedTo(b.w.us).intersect(c.onPlan(pharos.AzurePlan))
		for d := b.month.First(); d <= b.month.Last() && !d.End().After(b.now); d++ {
			if billed.touches(d) && !yield(d) {
				return
			}
		}
	}
}

// count is about the number of lines of a customer, and 0 only if it has none.
func (b *bill) count(c *customer) (lines int) {
	if !b.selects(c) {
		return 0
	}
	for d := range b.days(c) {
		for _, s := range c.subs {
			for _, r := range s.resources {
				if r.during.Overlaps(d) {
					lines++
				}
			}
		}
	}
	return lines
}

// start is the first instant of the scenario.
func (w *world) start() time.Time { return w.origin.Add(beforeTheScenario) }

// subscription makes the lines of one subscription.
func (b *bill) subscription(s *subscription) []*billLine {
	if b.lock != nil {
		b.lock.Lock()
		defer b.lock.Unlock()
	}
	run := &billRun{bill: b, customer: b.customer(s.customer), accounts: map[*Meter]*[4]meterAccount{}}
	if !b.now.Before(issueTime(b.month)) {
		run.invoice = invoiceNumber(b.month, s.customer.currency)
	}
	j := b.w.judgeOf(s)
	type identity struct {
		scope   pharos.Scope
		meter   *Meter
		pricing Pricing
	}
	seen := map[identity][]*resource{}
	for _, r := range s.resources {
		k := identity{r.scope, r.meter, r.pricing}
		run.used = append(run.used, used{r, b.item(r), j.of(r.scope), seen[k]})
		seen[k] = append(seen[k], r)
	}
	for d := range b.days(s.customer) {
		run.day(d, s.customer)
	}
	return run.lines
}

// used is a resource that may have lines, with the judgement over it. Earlier
// are entries of the scenario for the same resource, which was removed and made
// again: it has one line a day all the same.
type used struct {
	*resource
	item      *billItem
	judgement judgement
	earlier   []*resource
}

// billRun goes through the days of a subscription.
type billRun struct {
	*bill
	customer *billCustomer
	invoice  string
	used     []used
	accounts map[*Meter]*[4]meterAccount
	lines    []*billLine
}

// account is the account of the meter that the item is billed by: spot
// capacity and products of third parties have meters of their own.
func (r *billRun) account(i *billItem) *meterAccount {
	all := r.accounts[i.Meter]
	if all == nil {
		all = &[4]meterAccount{}
		r.accounts[i.Meter] = all
	}
	n := 0
	if i.Pricing == Spot {
		n++
	}
	if i.ThirdParty {
		n += 2
	}
	return &all[n]
}

// day adds the lines of a day. All units of the day are counted before a line
// is priced: the effective price is that at the end of the day.
func (r *billRun) day(d pharos.Day, c *customer) {
	first := len(r.lines)
	for _, u := range r.used {
		if !u.during.Overlaps(d) || slices.ContainsFunc(u.earlier, func(o *resource) bool { return o.during.Overlaps(d) }) {
			continue
		}
		l := &billLine{
			Day: d, Invoice: r.invoice, Customer: r.customer, Item: u.item, Rate: c.rateOf(r.month),
			Reseller: resellerOn(c, d), Credited: r.credited(u, d),
		}
		if !u.item.prepaid() {
			r.account(u.item).add(u.quantity, l.Credited)
		}
		r.lines = append(r.lines, l)
	}
	for _, l := range r.lines[first:] {
		if !l.Item.prepaid() {
			l.Effective = r.account(l.Item).price(l.Item.Meter, l.Credited)
		}
	}
}

// credited is the flag of a line as the bill shows it now: 0 until the lag
// after the day's end is over.
func (r *billRun) credited(u used, d pharos.Day) bool {
	return u.item.canEarn() && !r.now.Before(d.End().Add(r.w.lag)) && u.judgement.earns(d)
}

// rateOf is the customer's exchange rate of the month.
func (c *customer) rateOf(m pharos.Month) decimal.Decimal {
	if rate, ok := c.rates[m]; ok {
		return rate
	}
	return c.rate
}

// resellerOn is the partner ID of the reseller of record at the end of the
// day, "" when there is none.
func resellerOn(c *customer, d pharos.Day) pharos.PartnerID {
	if p := c.resellerAt(d.End().Add(-time.Nanosecond)); p != nil {
		return p.id
	}
	return ""
}

// customer fills in what a customer's lines share.
func (b *bill) customer(c *customer) *billCustomer {
	us := b.w.us
	x := &billCustomer{
		PartnerTenant: us.tenant.id, PartnerName: us.tenant.name, PartnerID: us.id,
		ID: c.tenant.id, Name: c.name, Domain: c.tenant.domain, Country: c.tenant.country,
		Currency: c.currency, Plan: c.azurePlanID(),
	}
	return x.identify()
}

// azurePlanID is the commerce subscription of the customer's Azure plan.
func (c *customer) azurePlanID() string { return objectID("azurePlan", c.name, "Azure plan") }

// item fills in what the lines of a resource share.
func (b *bill) item(r *resource) *billItem {
	i := &billItem{
		Subscription: r.sub.id, SubscriptionName: r.sub.name, Group: r.group, Type: r.kind, URI: r.id,
		Location: r.location, Meter: r.meter, Quantity: r.quantity, Pricing: r.pricing, ThirdParty: r.thirdParty,
	}
	return i.identify(r.sub.customer.tenant.id)
}
