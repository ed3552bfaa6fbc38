package emulator

import (
	"net/http"
	"strings"
)

// standardHeaders sets what each service sends with every answer. Names are in
// the form of Go's http package, which needs no second look at them; on the
// wire their casing means nothing.
func standardHeaders(h http.Header, c *call, svc service) {
	switch svc {
	case arm:
		c.armHeaders(h)
	case graph:
		h["Request-Id"] = []string{c.id}
		h["Client-Request-Id"] = []string{c.clientID("Client-Request-Id")}
		h["Cache-Control"] = []string{"no-cache"}
		h["Strict-Transport-Security"] = []string{"max-age=31536000"}
		h["Odata-Version"] = []string{"4.0"}
	case partnerCenter:
		h["Ms-Requestid"] = []string{c.clientID("Ms-Requestid")}
		h["Ms-Correlationid"] = []string{c.clientID("Ms-Correlationid")}
		h["Ms-Cv"] = []string{c.id[:22] + ".0"}
		h["Ms-Serverid"] = []string{"EMULATOR"}
	case entra:
		h["Cache-Control"] = []string{"no-store, no-cache"}
		h["Pragma"] = []string{"no-cache"}
		h["Expires"] = []string{"-1"}
		h["Strict-Transport-Security"] = []string{"max-age=31536000; includeSubDomains"}
		h["X-Content-Type-Options"] = []string{"nosniff"}
		h["X-Ms-Request-Id"] = []string{c.id}
		if id := c.Header.Get("Client-Request-Id"); id != "" {
			h["Client-Request-Id"] = []string{id}
		}
	case control, blob: // have none
	}
}

// clientID is the id that a client gave its call, else the call's own.
func (c *call) clientID(header string) string {
	if id := c.Header.Get(header); id != "" {
		return id
	}
	return c.id
}

// armHeaders sets the headers of Resource Manager (public recordings). The
// client's own id comes back only to those who ask for it.
func (c *call) armHeaders(h http.Header) {
	h["Cache-Control"] = []string{"no-cache"}
	h["Pragma"] = []string{"no-cache"}
	h["Expires"] = []string{"-1"}
	h["X-Content-Type-Options"] = []string{"nosniff"}
	h["Strict-Transport-Security"] = []string{"max-age=31536000; includeSubDomains"}
	id := c.id
	if c.route != nil && c.route.region != "" {
		id = c.route.region + ":" + id
	}
	h["X-Ms-Request-Id"] = []string{id}
	h["X-Ms-Correlation-Request-Id"] = []string{c.clientID("X-Ms-Correlation-Request-Id")}
	h["X-Ms-Routing-Request-Id"] = []string{"EMULATOR:" + c.now.Format("20060102T150405Z") + ":" + c.id}
	if client := c.Header.Get("X-Ms-Client-Request-Id"); client != "" && strings.EqualFold(c.Header.Get("X-Ms-Return-Client-Request-Id"), "true") {
		h["X-Ms-Client-Request-Id"] = []string{client}
	}
	if c.quota.header != "" {
		h[c.quota.header] = []string{c.quota.text()}
	}
}

// contentType is that of a JSON answer. Graph tells more about its JSON.
func (c *call) contentType(svc service) string {
	if svc == graph {
		return "application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8"
	}
	return "application/json; charset=utf-8"
}
