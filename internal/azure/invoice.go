package azure

import (
	"context"
	"encoding/json"
	"iter"
	"strings"
	"time"

	"github.com/pharos-pec/pharos"
)

// Invoice is one invoice of the partner.
type Invoice struct {
	ID       string
	Month    pharos.Month // billing period
	Currency string
	Date     time.Time
}

// HasCredit reports whether the invoice is one of the new commerce, whose
// usage bears partner earned credit: its id begins with G. Source: Microsoft
// Learn, "Partner earned credit FAQ".
func (i Invoice) HasCredit() bool { return strings.HasPrefix(i.ID, "G") }

type wireInvoice struct {
	ID       string  `json:"id"`
	Date     instant `json:"invoiceDate"`
	Start    instant `json:"billingPeriodStartDate"`
	End      instant `json:"billingPeriodEndDate"`
	Currency string  `json:"currencyCode"`
	Type     string  `json:"documentType"`
}

// month is the billing period. Where the invoice does not name it, it is the
// calendar month before the invoice's date (Microsoft Learn, "Azure plan
// billing": the invoice is ready by the eighth of the next month).
func (w wireInvoice) month() pharos.Month {
	if !w.Start.IsZero() {
		return pharos.MonthOf(w.Start.Time)
	}
	if !w.End.IsZero() {
		return pharos.MonthOf(w.End.Time)
	}
	return pharos.MonthOf(w.Date.Time) - 1
}

// Invoices lists the partner's invoices, credit notes left out. Source:
// Partner Center REST, "Get a collection of the partner's invoices".
func (b *Billing) Invoices(ctx context.Context) ([]Invoice, error) {
	rows, _, err := collect[wireInvoice](ctx, b.session.partner, call{ref: "/invoices?size=200&offset=0", need: needPartner})
	if err != nil {
		return nil, err
	}
	var out []Invoice
	for _, w := range rows {
		if w.ID == "" || w.Date.IsZero() && w.Start.IsZero() && w.End.IsZero() {
			return nil, pharos.Errorf(pharos.Unavailable, "credential %s: Partner Center lists an invoice %q without a date", b.session.Name(), w.ID)
		}
		if strings.Contains(strings.ToLower(w.Type), "credit_note") {
			continue
		}
		out = append(out, Invoice{ID: w.ID, Month: w.month(), Currency: w.Currency, Date: w.Date.Time})
	}
	return out, nil
}

// LineItems says which line items of the older API to read.
type LineItems struct {
	Invoice  string // "" for unbilled
	Currency string // of unbilled items
	Previous bool   // the previous period of unbilled items, not the current
	// Credited asks only for items with partner earned credit applied.
	Credited bool
}

// LineItems reads rated usage from Partner Center's own API, page by page, as
// the JSON it answers ({"items":[…]}), which `usage import` reads too. New
// data is only in the exports; this API still has legacy commerce and usage
// billed before September 2022. It ends after the first error. Source: Partner
// Center REST, "Get invoice line items".
func (b *Billing) LineItems(ctx context.Context, q LineItems) iter.Seq2[[]byte, error] {
	return func(yield func([]byte, error) bool) {
		c, err := q.request()
		if err != nil {
			yield(nil, err)
			return
		}
		for _, end := range seek[json.RawMessage](ctx, b.session.partner, c) {
			if end.err != nil {
				yield(nil, end.err)
				return
			}
			if !yield(end.ans.body, nil) {
				return
			}
		}
	}
}

// request returns the call of the first page.
func (q LineItems) request() (call, error) {
	invoice := q.Invoice
	pairs := []string{"provider", "onetime", "invoicelineitemtype", "usagelineitems", "size", "2000"}
	switch {
	case invoice != "" && !invoicePattern.MatchString(invoice):
		return call{}, pharos.Errorf(pharos.Invalid, "%q is not an invoice id", invoice)
	case invoice != "":
	case !currencyPattern.MatchString(q.Currency):
		return call{}, pharos.Errorf(pharos.Invalid, "%q is not a currency", q.Currency).WithHint("write currencies as EUR")
	default:
		invoice = "unbilled"
	}
	if q.Currency != "" {
		pairs = append(pairs, "currencycode", strings.ToLower(q.Currency))
	}
	if q.Previous {
		pairs = append(pairs, "period", "previous")
	} else {
		pairs = append(pairs, "period", "current")
	}
	if q.Credited {
		pairs = append(pairs, "hasPartnerEarnedCredit", "true")
	}
	return call{ref: "/invoices/" + pathSegment(invoice) + "/lineitems" + query(pairs...), need: needPartner}, nil
}
