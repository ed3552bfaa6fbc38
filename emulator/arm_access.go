package emulator

import (
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/pharos-pec/pharos"
)

// target is the scope that a Resource Manager call is about.
type target struct {
	scope  pharos.Scope
	sub    *subscription // nil above subscriptions
	tenant *tenant       // whose scope it is
}

// target finds the scope of the call: {scope...} or {sub} of its pattern. A
// subscription that the caller has no access to does not exist for it.
func (c *call) target() (target, error) {
	text, scoped := c.vars["scope"]
	if !scoped {
		text = "/subscriptions/" + c.vars["sub"]
		if g := c.vars["group"]; g != "" {
			text += "/resourceGroups/" + g
		}
	}
	scope, err := pharos.ParseScope(text)
	if err != nil {
		return target{}, notFound("InvalidResourceType", "The scope '"+text+"' is invalid.")
	}
	id := scope.Subscription()
	if id == "" {
		return target{scope, nil, c.caller.tenant}, nil
	}
	if _, err := pharos.ParseGUID(string(id)); err != nil {
		return target{}, notFound("InvalidSubscriptionId", fmt.Sprintf("The provided subscription identifier '%s' is malformed or invalid.", id))
	}
	sub := c.world.subByID[id]
	if sub == nil || !c.world.sees(c.caller.principal, sub, c.now) {
		return target{}, notFound("SubscriptionNotFound", fmt.Sprintf("The subscription '%s' could not be found.", id))
	}
	if group := scope.ResourceGroup(); group != "" && !sub.hasGroup(group) {
		return target{}, notFound("ResourceGroupNotFound", fmt.Sprintf("Resource group '%s' could not be found.", group))
	}
	return target{scope, sub, sub.customer.tenant}, nil
}

func (s *subscription) hasGroup(name string) bool {
	for _, g := range s.groups {
		if strings.EqualFold(g, name) {
			return true
		}
	}
	return false
}

// projected reports whether the caller looks at another tenant's resources.
func (c *call) projected(t target) bool { return c.caller.tenant != t.tenant }

// sees reports whether p has any access at t to the subscription or below it:
// then the subscription exists for it.
func (w *world) sees(p *principal, s *subscription, t time.Time) bool {
	return len(w.heldAt(p, s, t)) > 0
}

// heldAt returns the access that p can use at t in the subscription: its own,
// its groups', what was delegated to its tenant, and what it has activated.
// What is eligible gives nothing by itself.
//
// Members of a partner's AdminAgents group use their own tenant's token here;
// with Azure they sign in to the customer's tenant as foreign principals.
func (w *world) heldAt(p *principal, s *subscription, t time.Time) []access {
	var out []access
	for _, a := range w.accessTo(s) {
		if a.kind != pharos.Eligible && a.during.at(t) && p.is(a.holder, t) {
			out = append(out, a)
		}
	}
	return out
}

// may reports whether p may do the action at the target.
func (w *world) may(p *principal, action string, on target, t time.Time) bool {
	if on.sub == nil {
		for _, a := range on.tenant.above {
			covers := a.scope == "/" || a.scope == on.scope
			if covers && a.kind != pharos.Eligible && a.during.Contains(t) && p.is(a.principal, t) && a.role.allows(action) {
				return true
			}
		}
		return false
	}
	if !strings.HasSuffix(strings.ToLower(action), "/read") && on.sub.deniedTimes(on.scope).at(t) {
		return false // deny assignments here deny everybody all but reading
	}
	for _, a := range w.heldAt(p, on.sub, t) {
		if a.scope.Covers(on.scope) && a.role.allows(action) {
			return true
		}
	}
	return false
}

// require refuses a call whose caller may not do the action at the target.
func (c *call) require(action string, on target) error {
	p := c.caller.principal
	if c.world.may(p, action, on, c.now) {
		return nil
	}
	name := p.signInName()
	if p.kind == pharos.ServicePrincipal {
		name = p.appID
	}
	return &apiError{status: http.StatusForbidden, code: "AuthorizationFailed", message: fmt.Sprintf(
		"The client '%s' with object id '%s' does not have authorization to perform action '%s' over scope '%s' or the scope is invalid. "+
			"If access was recently granted, please refresh your credentials.", name, p.id, action, on.scope)}
}

// list is the form of a Resource Manager list on one page.
func list[T any](items []T) (reply, error) {
	if items == nil {
		items = []T{}
	}
	return ok(map[string]any{"value": items})
}
