package emulator

import (
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/pharos-pec/pharos"
)

// target is the scope that a Resource Manager call is about.
type target struct {
	scope  pharos.Scope
	sub    *subscription // nil above subscriptions
	tenant *tenant       // whose scope it is
}

// target is locate for callers who hold something in the subscription.
func (c *call) target() (target, error) {
	on, err := c.locate()
	if err == nil && on.sub != nil && !c.world.sees(c.caller.principal, on.sub, c.now) {
		err = c.unauthorized(c.action(), on.scope)
	}
	return on, err
}

// locate finds the scope of the call: {scope...} or {sub} of its pattern, and
// refuses callers from a tenant that has nothing to do with the subscription.
func (c *call) locate() (target, error) {
	text, scoped := c.vars["scope"]
	if !scoped {
		text = "/subscriptions/" + c.vars["sub"]
		if g := c.vars["group"]; g != "" {
			text += "/resourceGroups/" + g
		}
	}
	scope, err := pharos.ParseScope(text)
	if err != nil {
		return target{}, missingSubscription()
	}
	id := scope.Subscription()
	if id == "" {
		return target{scope, nil, c.caller.tenant}, nil
	}
	if _, err := pharos.ParseGUID(string(id)); err != nil {
		return target{}, notFound("InvalidSubscriptionId", fmt.Sprintf("The provided subscription identifier '%s' is malformed or invalid.", id))
	}
	sub := c.world.subByID[id]
	if sub == nil {
		return target{}, notFound("SubscriptionNotFound", fmt.Sprintf("The subscription '%s' could not be found.", id))
	}
	if err := c.checkTenant(sub); err != nil {
		return target{}, err
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

// checkTenant refuses a token of a tenant that neither owns the subscription
// nor manages any of it. The words are Azure's.
func (c *call) checkTenant(s *subscription) error {
	own := s.customer.tenant
	if c.caller.tenant == own || slices.Contains(s.managedBy(c), c.caller.tenant) {
		return nil
	}
	e := &apiError{status: http.StatusUnauthorized, code: "InvalidAuthenticationTokenTenant", message: fmt.Sprintf(
		"The access token is from the wrong issuer 'https://sts.windows.net/%s/'. It must match the tenant 'https://sts.windows.net/%s/' "+
			"associated with this subscription. Please use the authority (URL) 'https://login.windows.net/%s' to get the token. Note, if the "+
			"subscription is transferred to another tenant there is no impact to the services, but information about new tenant could take "+
			"time to propagate (up to an hour). If you just transferred your subscription and see this error message, please try back later.",
		c.caller.tenant.id, own.id, own.id)}
	e.header = http.Header{"Www-Authenticate": {
		`Bearer authorization_uri="` + c.base + "/" + string(own.id) + `", error="invalid_token", error_description="The access token is from the wrong issuer. ` +
			`It must match the tenant associated with this subscription. Please use correct authority to get the token."`,
	}}
	return e
}

// action guesses the action of the call from its path: the last provider and
// the types below it, without their names, and the verb. Handlers name theirs;
// this is for callers that are refused before.
func (c *call) action() string {
	path := split(c.URL.Path)
	namespace, types := "Microsoft.Resources", path
	for i, s := range path {
		if strings.EqualFold(s, "providers") && i+1 < len(path) {
			namespace, types = path[i+1], path[i+2:]
		}
	}
	name := namespace
	for i, s := range types {
		posted := c.Method == http.MethodPost && i == len(types)-1
		if i%2 == 0 && !posted {
			name += "/" + s
		}
	}
	switch c.Method {
	case http.MethodGet, http.MethodHead:
		return name + "/read"
	case http.MethodDelete:
		return name + "/delete"
	case http.MethodPost:
		return name + "/" + path[len(path)-1] + "/action"
	default:
		return name + "/write"
	}
}

// require refuses a call whose caller may not do the action at the target.
func (c *call) require(action string, on target) error {
	switch allowed, by := c.world.decide(c.caller.principal, action, on, c.now); {
	case by != nil:
		return c.deniedBy(action, on.scope, by)
	case !allowed:
		return c.unauthorized(action, on.scope)
	}
	return nil
}

// unauthorized is the refusal of a caller without the permission.
func (c *call) unauthorized(action string, scope pharos.Scope) *apiError {
	return forbidden("AuthorizationFailed", fmt.Sprintf("%s does not have authorization to perform action '%s' over scope '%s' or the scope is invalid. "+
		"If access was recently granted, please refresh your credentials.", c.client(), action, scope))
}

// deniedBy is the refusal of a caller whose permission a deny assignment takes.
func (c *call) deniedBy(action string, scope pharos.Scope, d *denial) *apiError {
	return forbidden("DenyAssignmentAuthorizationFailed", fmt.Sprintf("%s has permission to perform action '%s' on scope '%s'; however, the access is "+
		"denied because of the deny assignment with name '%s' and Id '%s' at scope '%s'.",
		c.client(), action, scope, d.name, strings.ReplaceAll(d.id, "-", ""), d.scope))
}

// client words who calls, as refusals do.
func (c *call) client() string {
	p := c.caller.principal
	name := p.signInName()
	if p.kind == pharos.ServicePrincipal {
		name = p.appID
	}
	return fmt.Sprintf("The client '%s' with object id '%s'", name, p.id)
}

// list is the form of a Resource Manager list on one page.
func list[T any](items []T) (reply, error) {
	if items == nil {
		items = []T{}
	}
	return ok(map[string]any{"value": items})
}
