package emulator

import (
	"encoding/json"
	"net/http"
	"strings"
	"time"

	"github.com/shopspring/decimal"

	"github.com/pharos-pec/pharos"
)

// lineItemPage is how many line items a page has at most (docs:
// partner-center/developer/get-invoice-billed-consumption-lineitems).
const lineItemPage = 2000

// amount writes a decimal as a bare JSON number.
func amount(d decimal.Decimal) json.RawMessage { return json.RawMessage(d.String()) }

func showInvoice(i invoice) commerceObject {
	uri := "/invoices/" + i.number
	return commerceObject{
		"id": i.number, "invoiceDate": i.issued.Format(time.RFC3339),
		"billingPeriodStartDate": i.month.First().Start().Format(time.RFC3339),
		"billingPeriodEndDate":   i.month.Last().Start().Format(time.RFC3339),
		"totalCharges":           amount(i.total()), "paidAmount": 0,
		"currencyCode": i.currency, "currencySymbol": i.currency, "pdfDownloadLink": uri + "/documents/statement",
		"invoiceDetails": []any{commerceObject{
			"invoiceLineItemType": "usage_line_items", "billingProvider": "one_time",
			"links": commerceObject{"self": link(uri + "/lineitems?provider=onetime&invoicelineitemtype=usagelineitems&size=2000")},
		}},
		"documentType": "invoice", "invoiceType": "recurring", "state": "unpaid",
		"links": commerceObject{"self": link(uri)}, "attributes": kindOf("Invoice"),
	}
}

func listInvoices(c *call) (reply, error) {
	all := []any{}
	for _, i := range c.invoices() {
		all = append(all, showInvoice(i))
	}
	return c.list(all, customerPage)
}

// invoice finds the invoice that a call names.
func (c *call) invoice() (invoice, error) {
	for _, i := range c.invoices() {
		if strings.EqualFold(i.number, c.vars["invoice"]) {
			return i, nil
		}
	}
	return invoice{}, notFound("2000", "The invoice '"+c.vars["invoice"]+"' was not found.")
}

func readInvoice(c *call) (reply, error) {
	i, err := c.invoice()
	if err != nil {
		return reply{}, err
	}
	return ok(showInvoice(i))
}

// summaries sums the invoices up by currency; none is ever paid.
func (c *call) summaries() []any {
	all := []any{}
	for _, currency := range c.world.currencies() {
		balance, latest, first := decimal.Zero, time.Time{}, time.Time{}
		for _, i := range c.invoices() {
			if i.currency == currency {
				balance, first = balance.Add(i.total()), i.issued
				if latest.IsZero() {
					latest = i.issued
				}
			}
		}
		if latest.IsZero() {
			continue
		}
		all = append(all, commerceObject{
			"balanceAmount": amount(balance), "currencyCode": currency, "currencySymbol": currency,
			"accountingDate": latest.Format(time.RFC3339), "firstInvoiceCreationDate": first.Format(time.RFC3339),
			"latestInvoiceDate": latest.Format(time.RFC3339), "attributes": kindOf("InvoiceSummary"),
		})
	}
	return all
}

func listInvoiceSummaries(c *call) (reply, error) { return c.list(c.summaries(), customerPage) }

// readInvoiceSummary is the summary in the first currency.
func readInvoiceSummary(c *call) (reply, error) {
	all := c.summaries()
	if len(all) == 0 {
		return reply{}, notFound("2000", "There is no invoice yet.")
	}
	return ok(all[0])
}

// listLineItems lists the daily rated usage of an invoice, or of the month
// that is not invoiced yet. Microsoft has retired this call for new usage in
// favour of Graph; it is here for what only it has, the flag of the credit.
func listLineItems(c *call) (reply, error) {
	b, err := c.lineItemBill()
	if err != nil {
		return reply{}, err
	}
	s, err := c.seekPage(lineItemPage)
	if err != nil {
		return reply{}, err
	}
	only := c.param("hasPartnerEarnedCredit")
	row := newJSONRow(v1Columns())
	items, at := []any{}, 0
	if b != nil {
		for l := range b.lines() {
			if only != "" && l.Credited != strings.EqualFold(only, "true") {
				continue
			}
			if len(items) == s.size {
				return c.collection(items, s, true)
			}
			if at++; at > s.first {
				items = append(items, json.RawMessage(row.append(nil, l)))
			}
		}
	}
	return c.collection(items, s, false)
}

// lineItemBill finds the bill that a call for line items is about, nil for one
// that has no line.
func (c *call) lineItemBill() (*bill, error) {
	provider, kind := strings.ToLower(c.param("provider")), strings.ToLower(c.param("invoiceLineItemType"))
	switch {
	case provider != "onetime" && provider != "marketplace" && provider != "all":
		return nil, badRequest("3000", "The provider '"+provider+"' is not valid here: onetime is.")
	case kind == "billinglineitems":
		return nil, &apiError{
			status: http.StatusNotImplemented, code: "NotImplemented",
			message: "the emulator does not implement billinglineitems; GET /emulator/bill?format=recon-csv has the reconciliation file",
		}
	case kind != "usagelineitems":
		return nil, badRequest("3000", "The invoiceLineItemType '"+kind+"' is not valid: usagelineitems is.")
	}
	if !strings.EqualFold(c.vars["invoice"], "unbilled") {
		i, err := c.invoice()
		return i.bill, err
	}
	currency := strings.ToUpper(c.param("currencyCode"))
	if !currencyCode.MatchString(currency) {
		return nil, badRequest("3000", "The currencyCode '"+currency+"' is not valid.")
	}
	month := pharos.MonthOf(c.now)
	switch strings.ToLower(c.param("period")) {
	case "current":
	case "previous":
		month--
	default:
		return nil, badRequest("3000", "The period '"+c.param("period")+"' is not valid: current and previous are.")
	}
	if !c.caller.tenant.partner.us || !c.now.Before(issueTime(month)) {
		return nil, nil
	}
	return c.world.billOf(month, c.now).in(currency), nil
}
