package emulator

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/pharos-pec/pharos"
)

// exportRoutes are the partner's billing exports: an export is asked for,
// watched as an operation, described by a manifest, and fetched as blobs
// (docs: graph/api/resources/partners-billing-api-overview).
func exportRoutes(post, get func(string, handler) route) []route {
	const billing = "/reports/partners/billing"
	return []route{
		post(billing+"/usage/unbilled/export", biller(startUnbilled)),
		post(billing+"/usage/billed/export", biller(startBilled)),
		get(billing+"/operations/{id}", biller(readOperation)),
		get(billing+"/manifests/{id}", biller(readManifest)),
	}
}

// biller lets those read the bill who may: applications of a partner's tenant
// with PartnerBilling.Read.All, and its admin agents.
func biller(h handler) handler {
	return func(c *call) (reply, error) {
		p, of := c.caller.principal, c.caller.tenant.partner
		if of == nil || (c.caller.app && !p.graph) || (!c.caller.app && !p.is(of.adminAgents, c.now)) {
			return reply{}, denied()
		}
		return h(c)
	}
}

// export is a billing export that was asked for: which bill, as of when, and
// in which set of attributes. The bill itself is computed when it is fetched.
type export struct {
	id       string
	partner  *partner
	month    pharos.Month
	currency string
	invoice  string // "" for unbilled usage
	full     bool
	asked    time.Time
	parts    int
	looks    int // how often the operation was looked at
}

// exports are the exports asked for so far. They have a lock of their own, as
// looking at an operation changes it.
type exports struct {
	mu   sync.Mutex
	list []*export
}

// exportRequest is the body of both kinds of export.
type exportRequest struct {
	CurrencyCode  string `json:"currencyCode"`
	BillingPeriod string `json:"billingPeriod"`
	AttributeSet  string `json:"attributeSet"`
	InvoiceID     string `json:"invoiceId"`
}

func (c *call) exportRequest() (r exportRequest, full bool, err error) {
	if err := c.decode(&r); err != nil {
		return r, false, err
	}
	switch r.AttributeSet {
	case "", "full":
		return r, true, nil
	case "basic":
		return r, false, nil
	default:
		return r, false, badRequest("BadRequest", "The attributeSet '"+r.AttributeSet+"' is not valid: full and basic are.")
	}
}

// startUnbilled exports the usage that is not invoiced yet of the running
// month, or of the last one until its invoice is there.
func startUnbilled(c *call) (reply, error) {
	r, full, err := c.exportRequest()
	if err != nil {
		return reply{}, err
	}
	if !currencyCode.MatchString(strings.ToUpper(r.CurrencyCode)) {
		return reply{}, badRequest("BadRequest", "The currencyCode '"+r.CurrencyCode+"' is not valid.")
	}
	month := pharos.MonthOf(c.now)
	switch r.BillingPeriod {
	case "current":
	case "last":
		month--
	default:
		return reply{}, badRequest("BadRequest", "The billingPeriod '"+r.BillingPeriod+"' is not valid: current and last are.")
	}
	e := &export{month: month, currency: strings.ToUpper(r.CurrencyCode), full: full}
	if c.caller.tenant.partner.us && c.now.Before(issueTime(month)) {
		e.parts = c.world.billOf(month, c.now).in(e.currency).parts()
	}
	return c.start(e)
}

// startBilled exports the usage of an invoice.
func startBilled(c *call) (reply, error) {
	r, full, err := c.exportRequest()
	switch {
	case err != nil:
		return reply{}, err
	case r.InvoiceID == "":
		return reply{}, badRequest("BadRequest", "The invoiceId is required.")
	}
	e := &export{invoice: strings.ToUpper(r.InvoiceID), full: full}
	for _, i := range c.invoices() {
		if i.number == e.invoice {
			e.month, e.currency, e.parts = i.month, i.currency, i.bill.parts()
		}
	}
	if e.currency == "" {
		return reply{}, notFound("NotFound", "The invoice '"+r.InvoiceID+"' was not found.")
	}
	return c.start(e)
}

// start accepts an export: the operation tells when it is done.
func (c *call) start(e *export) (reply, error) {
	e.partner, e.asked = c.caller.tenant.partner, c.now
	all := &c.emulator.exports
	all.mu.Lock()
	defer all.mu.Unlock()
	e.id = objectID("export", string(c.caller.tenant.id), fmt.Sprint(c.now.UnixNano(), "/", len(all.list)))
	all.list = append(all.list, e)
	header := soon()
	header.Set("Location", c.base+"/v1.0/reports/partners/billing/operations/"+e.id)
	return reply{status: http.StatusAccepted, header: header}, nil
}

// export finds an export of the caller's partner.
func (c *call) export() (*export, error) {
	all := &c.emulator.exports
	all.mu.Lock()
	defer all.mu.Unlock()
	for _, e := range all.list {
		if strings.EqualFold(e.id, c.vars["id"]) && e.partner == c.caller.tenant.partner {
			return e, nil
		}
	}
	return nil, notFound("NotFound", "The operation or manifest '"+c.vars["id"]+"' was not found.")
}

// look counts a look at the operation and returns how many there were before.
func (x *exports) look(e *export) int {
	x.mu.Lock()
	defer x.mu.Unlock()
	e.looks++
	return e.looks - 1
}

// readOperation tells how far an export is: running at the first look, then
// done. A month without usage is a failed operation.
func readOperation(c *call) (reply, error) {
	e, err := c.export()
	if err != nil {
		return reply{}, err
	}
	body := graphObject{
		"@odata.context":  c.context("reports/partners/billing/operations/$entity"),
		"id":              e.id,
		"createdDateTime": e.asked.Format("2006-01-02T15:04:05"), "lastActionDateTime": c.now.Format("2006-01-02T15:04:05Z"),
	}
	const space = "#microsoft.graph.partners.billing."
	switch looks := c.emulator.exports.look(e); {
	case looks == 0:
		c.keep()
		body["@odata.type"], body["status"] = space+"runningOperation", "running"
		return reply{status: http.StatusOK, body: body, header: soon()}, nil
	case e.parts == 0:
		body["@odata.type"], body["status"] = space+"failedOperation", "failed"
		body["error"] = graphObject{"code": "5000", "message": "No data available"}
	default:
		body["@odata.type"], body["status"] = space+"exportSuccessOperation", "succeeded"
		// Documentation and Microsoft's sample disagree on the form; both are sent.
		body["resourceLocation@odata.navigationLink"] = c.base + "/v1.0/reports/partners/billing/manifests/" + e.id
		body["resourceLocation"] = c.manifest(e)
	}
	return ok(body)
}

// readManifest describes the blobs of an export.
func readManifest(c *call) (reply, error) {
	e, err := c.export()
	if err != nil {
		return reply{}, err
	}
	if e.parts == 0 {
		return reply{}, notFound("NotFound", "The manifest '"+e.id+"' was not found.")
	}
	m := c.manifest(e)
	m["@odata.context"] = c.context("reports/partners/billing/manifests/$entity")
	return ok(m)
}
