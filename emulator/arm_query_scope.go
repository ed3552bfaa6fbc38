package emulator

import (
	"net/http"
	"slices"
	"strings"

	"github.com/pharos-pec/pharos"
)

// querySubscriptions is how many subscriptions a query looks at (docs: query
// scope).
const querySubscriptions = 10000

// queryScope is what a query looks at: subscriptions that its caller can see.
type queryScope struct {
	call *call
	subs []*subscription
	// tenantWide marks a query without subscriptions or management groups.
	tenantWide bool
	// groups are the management groups asked for, in lower case.
	groups []string
	// above and below say where the role assignments shown stand, besides at
	// the scope itself (authorizationScopeFilter).
	above, below bool
	limited      bool
}

// queryScope reads the scope of a query. Management groups and subscriptions
// cannot both be given; without either it is all that the caller can see,
// delegated subscriptions included.
func (c *call) queryScope(want *queryRequest) (*queryScope, error) {
	s := &queryScope{call: c, tenantWide: len(want.Subscriptions)+len(want.ManagementGroups) == 0}
	switch filter := want.Options.AuthorizationScopeFilter; strings.ToLower(filter) {
	case "", "atscopeandbelow":
		s.below = true
	case "atscopeandabove":
		s.above = true
	case "atscopeaboveandbelow":
		s.above, s.below = true, true
	case "atscopeexact":
	default:
		return nil, c.badQuery(apiError{code: "InvalidParameters", message: "The value '" + filter + "' of authorizationScopeFilter is not known."})
	}
	if len(want.Subscriptions) > 0 && len(want.ManagementGroups) > 0 {
		return nil, c.badQuery(apiError{code: "InvalidParameters", message: "'subscriptions' and 'managementGroups' can't be used at the same time."})
	}
	for _, g := range want.ManagementGroups {
		s.groups = append(s.groups, strings.ToLower(g))
	}
	for _, id := range want.Subscriptions {
		if _, err := pharos.ParseGUID(id); err != nil {
			return nil, c.badQuery(apiError{code: "InvalidParameters", message: "The subscription id '" + id + "' is no GUID."})
		}
	}
	for _, cu := range c.world.customers {
		for _, sub := range cu.subs {
			if s.covers(want, sub) && c.world.sees(c.caller.principal, sub, c.now) {
				s.subs = append(s.subs, sub)
			}
		}
	}
	if len(s.subs) == 0 && !s.tenantWide {
		return nil, c.accessDenied()
	}
	if len(s.subs) > querySubscriptions {
		s.subs, s.limited = s.subs[:querySubscriptions], true
	}
	return s, nil
}

// covers reports whether a subscription is asked for. A management group has
// those of its own tenant only.
func (s *queryScope) covers(want *queryRequest, sub *subscription) bool {
	if len(s.groups) > 0 {
		own := sub.customer.tenant == s.call.caller.tenant
		return own && slices.ContainsFunc(s.groups, func(g string) bool {
			return slices.Contains(sub.managementGroups, g) || strings.EqualFold(g, string(sub.customer.tenant.id))
		})
	}
	return s.tenantWide || slices.ContainsFunc(want.Subscriptions, func(id string) bool { return strings.EqualFold(id, string(sub.id)) })
}

// accessDenied refuses a query none of whose scopes the caller can see.
func (c *call) accessDenied() *apiError {
	e := c.badQuery(apiError{code: "AccessDenied", message: "Access is denied to the requested resource. The user might not have enough permission."})
	e.status, e.code = http.StatusForbidden, "AccessDenied"
	return e
}

// at is a subscription of the scope as a target.
func (s *queryScope) at(sub *subscription) target {
	return target{pharos.SubscriptionScope(sub.id), sub, sub.customer.tenant}
}

// shows reports whether the role assignments that stand at a scope are shown
// in the rows of a subscription.
func (s *queryScope) shows(at pharos.Scope, sub *subscription) bool {
	if !at.AboveSubscription() {
		return s.below || s.tenantWide || at == pharos.SubscriptionScope(sub.id)
	}
	name, isGroup := strings.CutPrefix(string(at), managementGroupPrefix)
	return s.above || s.tenantWide || (isGroup && slices.Contains(s.groups, name))
}

const managementGroupPrefix = "/providers/Microsoft.Management/managementGroups/"

// managementGroupChain is the management groups above a subscription, nearest
// first, as rows of Resource Graph tell them. The root group, of the tenant's
// id, is above them all.
func managementGroupChain(s *subscription) []any {
	out := []any{}
	for _, g := range s.managementGroups {
		out = append(out, map[string]any{"name": g, "displayName": g})
	}
	if len(out) > 0 {
		out = append(out, map[string]any{"name": string(s.customer.tenant.id), "displayName": "Tenant Root Group"})
	}
	return out
}

// newest is the call as if made with the newest api-version: rows of Resource
// Graph have the newest form, whatever version the query was sent with.
func (c *call) newest() *call {
	out, request, address := *c, *c.Request, *c.URL
	address.RawQuery = "api-version=2024-04-01"
	request.URL = &address
	out.Request = &request
	return &out
}

// otherTable reports whether Resource Graph has a table of the name that the
// emulator has no rows for (docs: Resource Graph tables).
func otherTable(name string) bool {
	return slices.Contains(strings.Fields("advisorresources alertsmanagementresources appserviceresources awsresources azurebusinesscontinuityresources "+
		"chaosresources communitygalleryresources computeresources desktopvirtualizationresources dnsresources edgeorderresources elasticsanresources "+
		"extendedlocationresources featureresources guestconfigurationresources healthresourcechanges healthresources insightsresources "+
		"iotsecurityresources kubernetesconfigurationresources kustoresources maintenanceresources migrateresources networkresources orbitalresources "+
		"patchassessmentresources patchinstallationresources policyresources recoveryservicesresources resourcechanges resourcecontainerchanges "+
		"securityresources servicefabricresources servicehealthresources spotresources tagsresources"), strings.ToLower(name))
}
