package ledger

import (
	"slices"
	"strings"

	"github.com/pharos-pec/pharos"
	"github.com/pharos-pec/pharos/internal/usagefile"
)

// maxInvoices is how many invoices of a part are counted; a bill has one or
// a few. Of those beyond nobody can say that they stray.
const maxInvoices = 1000

// one is 1 as a fixed amount.
const one = 10_000_000_000

// Tally counts the lines of one source in one month while they are written.
type Tally struct {
	info segmentInfo
	sums map[string]*currencySum
}

// currencySum adds up the amounts of one currency.
type currencySum struct {
	list, preTax exactSum
}

// NewTally returns a tally of no lines.
func NewTally(month pharos.Month) *Tally {
	return &Tally{
		info: segmentInfo{Month: month, First: month.Last(), Last: month.First(), Invoices: map[string]int64{}},
		sums: map[string]*currencySum{},
	}
}

// Add counts a line.
func (t *Tally) Add(rec *usagefile.Record) {
	t.add(rec.Day, rec.Invoice, rec.BillingCurrency, charge{rec.Quantity, rec.UnitPrice, rec.ExchangeRate, rec.PreTax})
}

// charge is what a line says of its cost.
type charge struct{ quantity, unitPrice, exchange, preTax usagefile.Number }

func (t *Tally) add(day pharos.Day, invoice, currency string, c charge) {
	t.info.Lines++
	t.countInvoice(invoice)
	t.info.First, t.info.Last = min(t.info.First, day), max(t.info.Last, day)
	s, ok := t.sums[currency]
	if !ok {
		s = &currencySum{}
		t.sums[currency] = s
	}
	s.add(c)
}

func (t *Tally) countInvoice(invoice string) {
	if invoice == "" {
		t.info.Unbilled++
		return
	}
	if n, known := t.info.Invoices[invoice]; known || len(t.info.Invoices) < maxInvoices {
		t.info.Invoices[invoice] = n + 1
	}
}

func (s *currencySum) add(c charge) {
	q, ok1 := c.quantity.Fixed()
	p, ok2 := c.unitPrice.Fixed()
	x, ok3 := c.exchange.Fixed()
	if ok1 && ok2 && ok3 {
		s.list.addProduct(q, p, x)
	} else {
		s.list.text = s.list.text.Add(c.quantity.Decimal().Mul(c.unitPrice.Decimal()).Mul(c.exchange.Decimal()))
	}
	if v, ok := c.preTax.Fixed(); ok {
		s.preTax.addProduct(v, one, one)
	} else {
		s.preTax.text = s.preTax.text.Add(c.preTax.Decimal())
	}
}

// Part returns what was counted.
func (t *Tally) Part() Part {
	info := t.info
	for currency, s := range t.sums {
		info.Sums = append(info.Sums, sum{Currency: currency, List: s.list.total(), PreTax: s.preTax.total()})
	}
	slices.SortFunc(info.Sums, func(a, b sum) int { return strings.Compare(a.Currency, b.Currency) })
	return info
}
