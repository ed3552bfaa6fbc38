package emulator

import (
	"slices"
	"time"

	"github.com/shopspring/decimal"

	"github.com/pharos-pec/pharos"
)

// invoice is a month's invoice in one currency.
type invoice struct {
	number   string
	month    pharos.Month
	currency string
	issued   time.Time
	bill     *bill
}

// invoices lists the invoices of the caller's partner that are issued by now,
// newest month first. Partners that the scenario is not about have none.
func (c *call) invoices() []invoice {
	if p := c.caller.tenant.partner; p == nil || !p.us {
		return nil
	}
	var list []invoice
	for m := pharos.MonthOf(c.now); m >= pharos.MonthOf(c.world.start()); m-- {
		if c.now.Before(issueTime(m)) {
			continue
		}
		for _, currency := range c.world.currencies() {
			b := c.world.billOf(m, c.now).in(currency)
			if b.parts() > 0 {
				list = append(list, invoice{invoiceNumber(m, currency), m, currency, issueTime(m), b})
			}
		}
	}
	return list
}

// currencies are those that customers pay in, in alphabetical order.
func (w *world) currencies() []string {
	var list []string
	for _, c := range w.customers {
		if !slices.Contains(list, c.currency) {
			list = append(list, c.currency)
		}
	}
	slices.Sort(list)
	return list
}

// total is what the invoice comes to: the sum of the rows of the
// reconciliation file.
func (i invoice) total() decimal.Decimal {
	sum := decimal.Zero
	for _, r := range sumUp(i.bill.lines()) {
		sum = sum.Add(r.subtotal())
	}
	return sum
}
