package ledger

import (
	"cmp"
	"context"
)

// payer is a customer billed in a currency.
type payer struct{ customer, currency string }

// invoiced is what the invoices of a month replace (rule 5).
type invoiced struct {
	strays map[string]bool   // invoices that bill another month
	payers map[payer]bool    // whose month is billed
	places map[[16]byte]bool // days of meters of resources that stray invoices have
}

// dropReplaced drops the lines without an invoice that lines on one replace.
func dropReplaced(ctx context.Context, v *view, dropped []bitmap) error {
	var billed, unbilled int64
	for _, s := range v.segments {
		billed += s.info.Lines - s.info.Unbilled
		unbilled += s.info.Unbilled
	}
	if billed == 0 || unbilled == 0 {
		return nil
	}
	on := invoiced{strays: v.strays, payers: map[payer]bool{}, places: map[[16]byte]bool{}}
	err := on.eachLine(ctx, v.segments, func(c *invoiceCells, _ int, i int) {
		switch invoice := c.invoice.at(i); {
		case invoice == "":
		case on.strays[invoice]:
			on.places[c.place(i)] = true
		default:
			on.payers[c.payer(i)] = true
		}
	})
	if err != nil {
		return err
	}
	return on.eachLine(ctx, v.segments, func(c *invoiceCells, segment int, i int) {
		if c.invoice.at(i) == "" && (on.payers[c.payer(i)] || len(on.places) > 0 && on.places[c.place(i)]) {
			drop(v.segments, dropped, segment, c.first+int64(i))
		}
	})
}

// eachLine calls each with every line, by its place in the block of c.
func (on *invoiced) eachLine(ctx context.Context, segments []*segment, each func(c *invoiceCells, segment int, i int)) error {
	var c invoiceCells
	for n, s := range segments {
		for _, b := range s.blocks() {
			if err := cmp.Or(ctx.Err(), c.load(b, len(on.strays) > 0)); err != nil {
				return err
			}
			for i := range b.rows {
				each(&c, n, i)
			}
		}
	}
	return nil
}

// invoiceCells are the columns of a block by which rule 5 is decided.
type invoiceCells struct {
	first                       int64 // row of the block's first line in the segment
	customer, currency, invoice words
	subscription, group, meter  words // read where an invoice strays
	resource                    words
	days                        []int32
}

func (c *invoiceCells) load(b block, places bool) error {
	c.first = b.first
	err := cmp.Or(b.words("customer_id", &c.customer), b.words("billing_currency", &c.currency), b.words("invoice", &c.invoice))
	if err != nil || !places {
		return err
	}
	if c.days, err = b.int32s("day", c.days); err != nil {
		return err
	}
	return cmp.Or(b.words("subscription_id", &c.subscription), b.words("resource_group", &c.group),
		b.words("resource_id", &c.resource), b.words("meter_id", &c.meter))
}

func (c *invoiceCells) payer(i int) payer { return payer{c.customer.at(i), c.currency.at(i)} }

// place names the day, the resource and the meter of line i. It is a hash like
// that of [keyOf].
func (c *invoiceCells) place(i int) [16]byte {
	h := newHash()
	for _, column := range []*words{&c.customer, &c.currency, &c.subscription, &c.group, &c.resource, &c.meter} {
		h.text(column.at(i))
	}
	h.word(uint64(uint32(c.days[i])))
	return h.sum()
}
