package emulator

import (
	"encoding/base64"
	"net/http"
	"strconv"
	"strings"
)

// partnerCenterRoutes are the calls of Partner Center REST v1 (docs:
// partner-center/developer).
func partnerCenterRoutes() []route {
	get := func(pattern string, h handler) route {
		return route{method: http.MethodGet, service: partnerCenter, pattern: "/v1" + pattern, handle: commerce(h)}
	}
	return []route{
		get("/customers", listCustomers),
		get("/customers/{customer}", readCustomerOf),
		get("/customers/{customer}/subscriptions", listSales),
		get("/customers/{customer}/subscriptions/{subscription}", readSale),
		get("/customers/{customer}/subscriptions/{subscription}/azureEntitlements", listEntitlements),
		get("/customers/{customer}/subscriptions/{subscription}/azureEntitlements/{entitlement}", readEntitlement),
		get("/customers/{customer}/agreements", listAgreements),
		get("/customers/{customer}/directSignedMicrosoftCustomerAgreementStatus", readDirectSigned),
		get("/customers/{customer}/relationships", listCustomerRelationships),
		get("/agreements", listAgreementTemplates),
		get("/relationships", listRelationships),
		get("/profiles/mpn", readProfile),
		get("/compliance/csp/agreementstatus", readProgramme),
		get("/invoices", listInvoices),
		get("/invoices/summary", readInvoiceSummary),
		get("/invoices/summaries", listInvoiceSummaries),
		get("/invoices/{invoice}", readInvoice),
		get("/invoices/{invoice}/lineitems", listLineItems),
	}
}

// commerce lets those call Partner Center who may: applications of a partner's
// tenant that are allowed to, and people among its agents.
func commerce(h handler) handler {
	return func(c *call) (reply, error) {
		p, of := c.caller.principal, c.caller.tenant.partner
		person := of != nil && (p.is(of.adminAgents, c.now) || p.is(of.helpdesk, c.now))
		if of == nil || (c.caller.app && !p.partnerCenter) || (!c.caller.app && !person) {
			return reply{}, forbidden("1002", "Authorization failed: the caller has no access to Partner Center.")
		}
		return h(c)
	}
}

// commerceObject is a resource of Partner Center, as JSON will show it.
type commerceObject map[string]any

// param is a query parameter; Partner Center takes names in any casing.
func (c *call) param(name string) string {
	for k, v := range c.URL.Query() {
		if strings.EqualFold(k, name) {
			return v[0]
		}
	}
	return ""
}

// link is a link of Partner Center: an address relative to the version.
func link(uri string) commerceObject {
	return commerceObject{"uri": uri, "method": "GET", "headers": []any{}}
}

// self is the address of the call, relative to the version.
func (c *call) self() string {
	uri := strings.TrimPrefix(strings.TrimPrefix(c.URL.Path, "/"), "v1")
	if c.URL.RawQuery != "" {
		uri += "?" + c.URL.RawQuery
	}
	return uri
}

// kindOf marks an object with its type.
func kindOf(name string) commerceObject { return commerceObject{"objectType": name} }

// seek is a position in a list, as a continuation token carries it.
type seek struct {
	first, size int
}

// seekPage reads the size and the position of the page that the call asks
// for. The first page has no token; a later one repeats the query with
// seekOperation=Next and the token in a header.
func (c *call) seekPage(largest int) (seek, error) {
	s := seek{size: largest}
	if size := c.param("size"); size != "" {
		n, err := strconv.Atoi(size)
		if err != nil || n < 1 {
			return s, badRequest("3000", "The size '"+size+"' is not valid.")
		}
		s.size = min(n, largest)
	}
	token := c.Header.Get("MS-ContinuationToken")
	operation := c.param("seekOperation")
	if token == "" && operation == "" {
		return s, nil
	}
	raw, err := base64.StdEncoding.DecodeString(token)
	first, err2 := strconv.Atoi(strings.TrimPrefix(string(raw), "seek:"))
	if err != nil || err2 != nil || first < 0 || !strings.EqualFold(operation, "next") {
		return s, badRequest("3000", "The continuation token and the seek operation 'Next' go together; the token is not valid.")
	}
	s.first = first
	return s, nil
}

// collection answers with a page of a list; more says that there is another.
// The count is that of the page, as it is in Partner Center.
func (c *call) collection(items []any, s seek, more bool) (reply, error) {
	links := commerceObject{"self": link(c.self())}
	body := commerceObject{
		"totalCount": len(items), "items": items, "links": links, "attributes": kindOf("Collection"),
	}
	if more {
		uri := c.self()
		if !strings.Contains(strings.ToLower(uri), "seekoperation=") {
			separator := "?"
			if strings.Contains(uri, "?") {
				separator = "&"
			}
			uri += separator + "seekOperation=Next"
		}
		token := base64.StdEncoding.EncodeToString([]byte("seek:" + strconv.Itoa(s.first+len(items))))
		next := link(uri)
		next["headers"] = []any{commerceObject{"key": "MS-ContinuationToken", "value": token}}
		links["next"] = next
		body["continuationToken"] = token
	}
	return ok(body)
}

// list answers with the page of a short list that the call asks for.
func (c *call) list(all []any, largest int) (reply, error) {
	s, err := c.seekPage(largest)
	if err != nil {
		return reply{}, err
	}
	first := min(s.first, len(all))
	last := min(first+s.size, len(all))
	return c.collection(append([]any{}, all[first:last]...), s, last < len(all))
}
