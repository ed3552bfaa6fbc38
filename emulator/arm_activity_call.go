package emulator

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/pharos-pec/pharos"
)

// activity is a call of a client as an Activity log has it: who did what, and
// what came of it.
type activity struct {
	number    int // counted from 1: the clock may stand between two calls
	at        time.Time
	operation string
	resource  string
	scope     pharos.Scope
	sub       *subscription // nil: of the tenant
	tenant    *tenant
	caller    string
	principal pharos.PrincipalID
	claims    map[string]string
	// id is that of the operation; correlation is the client's own, if it gave one.
	id, correlation string
	request         map[string]string
	status          int
	failure         *apiError
	properties      map[string]any
}

// activities are the calls of clients, and which of the world's changes each
// of them made: a template deployment may make many.
type activities struct {
	calls []*activity
	made  map[changeKey]*activity
}

// changeKey tells one change of the world from the others.
type changeKey struct {
	operation, resource string
	at                  time.Time
}

func (e event) key() changeKey {
	return changeKey{strings.ToLower(e.operation), strings.ToLower(e.resource), e.at}
}

// watched is a call on its way, with the changes that were there before it.
type watched struct {
	call   *call
	sub    *subscription
	before map[changeKey]bool
}

// watch begins to follow a call whose changes the Activity log is to have:
// one of Resource Manager, in a subscription or about support for the tenant.
func (c *call) watch() *watched {
	if c.route.service != arm || !c.journal.keep || c.caller == nil {
		return nil
	}
	w := &watched{call: c, before: map[changeKey]bool{}}
	path := split(c.URL.Path)
	switch {
	case len(path) > 1 && strings.EqualFold(path[0], "subscriptions"):
		if w.sub = c.world.subByID[pharos.SubscriptionID(strings.ToLower(path[1]))]; w.sub == nil {
			return nil
		}
		for _, e := range w.changes() {
			w.before[e.key()] = true
		}
	case !strings.HasPrefix(c.route.pattern, supportProvider):
		return nil
	}
	return w
}

// changes are the dated changes of the subscription at the call's instant.
func (w *watched) changes() []event {
	if w.sub == nil {
		return nil
	}
	return slices.DeleteFunc(w.call.world.subscriptionEvents(w.sub), func(e event) bool { return !e.at.Equal(w.call.now) })
}

// done puts the call into the log, and notes what it changed. A caller of
// another tenant that was turned away leaves no trace.
func (w *watched) done(out reply, err error) {
	if w == nil || statusOf(out, err) == http.StatusUnauthorized {
		return
	}
	c := w.call
	a := c.activity(w.sub)
	a.status = statusOf(out, err)
	if err != nil {
		a.failure = asAPIError(err)
	}
	a.describe(out)
	log := &c.world.activities
	log.calls = append(log.calls, a)
	a.number = len(log.calls)
	if log.made == nil {
		log.made = map[changeKey]*activity{}
	}
	for _, e := range w.changes() {
		if !w.before[e.key()] {
			log.made[e.key()] = a
		}
	}
}

// activity words the call for the log.
func (c *call) activity(sub *subscription) *activity {
	p := c.caller.principal
	a := &activity{
		at: c.now, operation: c.operationName(), resource: "/" + strings.Join(split(c.URL.Path), "/"), scope: "/", sub: sub, tenant: c.caller.tenant,
		caller: string(p.id), principal: p.id, claims: logClaims(c.claims), id: c.id, correlation: c.clientID("X-Ms-Correlation-Request-Id"),
		request: map[string]string{"clientRequestId": c.clientID("X-Ms-Client-Request-Id"), "clientIpAddress": "127.0.0.1", "method": c.Method},
	}
	if p.kind == pharos.User {
		a.caller = p.signInName()
	}
	if c.Method == http.MethodPost {
		a.resource, _ = cutLast(a.resource)
	}
	if sub != nil {
		a.tenant, a.scope = sub.customer.tenant, pharos.SubscriptionScope(sub.id)
		if scope, err := pharos.ParseScope(a.resource); err == nil && scope.ResourceGroup() != "" {
			a.scope = pharos.ResourceGroupScope(sub.id, scope.ResourceGroup())
		}
	}
	return a
}

// operationName is the action of the call in the provider's own casing, which
// is that of the route.
func (c *call) operationName() string {
	pattern := strings.ReplaceAll(c.route.pattern, "{namespace}", c.vars["namespace"])
	named, request, address := *c, *c.Request, *c.URL
	address.Path = pattern
	request.URL = &address
	named.Request = &request
	return named.action()
}

// logClaims are the claims of a token under the names that the log has for
// them.
func logClaims(claims map[string]any) map[string]string {
	out := map[string]string{}
	for name, v := range claims {
		switch name {
		case "oid":
			name = "http://schemas.microsoft.com/identity/claims/objectidentifier"
		case "tid":
			name = "http://schemas.microsoft.com/identity/claims/tenantid"
		case "upn":
			name = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/upn"
		case "sub":
			name = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/nameidentifier"
		case "scp":
			name = "http://schemas.microsoft.com/identity/claims/scope"
		case "idp":
			name = "http://schemas.microsoft.com/identity/claims/identityprovider"
		}
		switch v := v.(type) {
		case string:
			out[name] = v
		case float64:
			out[name] = strconv.FormatInt(int64(v), 10)
		case int64:
			out[name] = strconv.FormatInt(v, 10)
		default:
			out[name] = fmt.Sprint(v)
		}
	}
	return out
}

// describe writes the properties of the entry. Calls about access have their
// bodies in them, refusals what was answered.
func (a *activity) describe(out reply) {
	a.properties = map[string]any{
		"statusCode": strings.ReplaceAll(http.StatusText(a.status), " ", ""), "serviceRequestId": a.id, "eventCategory": "Administrative", "entity": a.resource,
		"message": a.operation, "hierarchy": string(a.tenant.id),
	}
	if a.sub != nil {
		a.properties["hierarchy"] = string(a.tenant.id) + "/" + string(a.sub.id)
	}
	if a.failure != nil {
		a.properties["statusMessage"] = jsonText(map[string]any{"error": armError(a.failure)})
	} else if strings.HasPrefix(a.operation, "Microsoft.Authorization/") && out.body != nil {
		if text, err := json.Marshal(out.body); err == nil {
			a.properties["responseBody"] = string(text)
		}
	}
}

// event is the entry of a call.
func (a *activity) event() event {
	return event{at: a.at, operation: a.operation, resource: a.resource, scope: a.scope, by: a.caller, properties: a.properties, call: a}
}

// logOf is the log of a subscription: what changed in it, each with the call
// that did it if one did, and calls that changed nothing that has a date.
func (w *world) logOf(s *subscription) []event {
	out := w.subscriptionEvents(s)
	told := map[changeKey]bool{}
	for i, e := range out {
		a := w.activities.made[e.key()]
		if a == nil || (e.by != "" && e.by != string(a.principal)) {
			out[i].by = w.callerName(s, e.by)
			continue
		}
		out[i].call, out[i].by = a, a.caller
		told[e.key()] = true
	}
	for _, a := range w.activities.calls {
		if e := a.event(); a.sub == s && !(told[e.key()] && a.failure == nil) {
			out = append(out, e)
		}
	}
	return out
}

// logOfTenant is the log of a tenant: delegations made to it, and what its
// own people asked of support.
func (w *world) logOfTenant(t *tenant) []event {
	out := w.tenantEvents(t)
	for _, a := range w.activities.calls {
		if a.sub == nil && a.tenant == t {
			out = append(out, a.event())
		}
	}
	return out
}

// callerName is how the log tells who did something: a person by the name they
// sign in by, anything else by its id.
func (w *world) callerName(s *subscription, id string) string {
	p := w.principalBy[pharos.PrincipalRef{Tenant: s.customer.tenant.id, ID: pharos.PrincipalID(id)}]
	if p != nil && p.kind == pharos.User {
		return p.signInName()
	}
	return id
}
