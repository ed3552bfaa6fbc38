package emulator

import (
	"slices"
	"strings"

	"github.com/pharos-pec/pharos"
)

// listSubscriptions lists what the caller has any access to; a delegated
// subscription bears its customer's tenant and the managing tenants.
func listSubscriptions(c *call) (reply, error) {
	var out []map[string]any
	for _, cu := range c.world.customers {
		for _, s := range cu.subs {
			if c.world.sees(c.caller.principal, s, c.now) {
				out = append(out, c.subscriptionBody(s))
			}
		}
	}
	if out == nil {
		out = []map[string]any{}
	}
	return ok(map[string]any{"value": out, "count": map[string]any{"type": "Total", "value": len(out)}})
}

func getSubscription(c *call) (reply, error) {
	t, err := c.target()
	if err != nil {
		return reply{}, err
	}
	return ok(c.subscriptionBody(t.sub))
}

func (c *call) subscriptionBody(s *subscription) map[string]any {
	managers := []map[string]string{}
	for _, t := range s.managedBy(c) {
		managers = append(managers, map[string]string{"tenantId": string(t.id)})
	}
	return map[string]any{
		"id": string(pharos.SubscriptionScope(s.id)), "subscriptionId": string(s.id), "displayName": s.name, "state": "Enabled",
		"tenantId": string(s.customer.tenant.id), "authorizationSource": "RoleBased", "managedByTenants": managers,
		"subscriptionPolicies": map[string]string{
			"locationPlacementId": "Public_2014-09-01", "quotaId": "CSP_2015-05-01", "spendingLimit": "Off",
		},
	}
}

// managedBy returns the tenants that the subscription, or a resource group of
// it, is delegated to.
func (s *subscription) managedBy(c *call) []*tenant {
	var out []*tenant
	for _, d := range s.delegations {
		if def := d.definitionAt(c.now); def != nil && !slices.Contains(out, def.manager) {
			out = append(out, def.manager)
		}
	}
	return out
}

// listTenants lists the caller's own tenant, those a person is a guest in,
// and those whose resources are projected by a delegation.
func listTenants(c *call) (reply, error) {
	p := c.caller.principal
	home := p
	if p.home != nil {
		home = p.home
	}
	category := map[*tenant]string{c.caller.tenant: "Home"}
	order := []*tenant{c.caller.tenant}
	add := func(t *tenant, as string) {
		if category[t] == "" {
			category[t] = as
			order = append(order, t)
		}
	}
	for _, t := range c.world.tenants {
		if q := home.inTenant(t); p.kind == pharos.User && q != nil && q.able().at(c.now) {
			add(t, "Home")
		}
	}
	for _, cu := range c.world.customers {
		for _, s := range cu.subs {
			if c.world.sees(p, s, c.now) && slices.Contains(s.managedBy(c), c.caller.tenant) {
				add(cu.tenant, "ProjectedBy")
			}
		}
	}
	var out []map[string]any
	for _, t := range order {
		out = append(out, map[string]any{
			"id": "/tenants/" + string(t.id), "tenantId": string(t.id), "displayName": t.name, "defaultDomain": t.domain,
			"domains": []string{t.domain}, "countryCode": t.country, "tenantCategory": category[t], "tenantType": "AAD",
		})
	}
	return list(out)
}

// listResourceGroups lists the resource groups that the caller may read.
func listResourceGroups(c *call) (reply, error) {
	t, err := c.target()
	if err != nil {
		return reply{}, err
	}
	var out []map[string]any
	for _, g := range t.sub.groups {
		on := target{pharos.ResourceGroupScope(t.sub.id, g), t.sub, t.tenant}
		if c.world.may(c.caller.principal, readGroups, on, c.now) {
			out = append(out, groupBody(t.sub, g))
		}
	}
	return list(out)
}

func getResourceGroup(c *call) (reply, error) {
	t, err := c.target()
	if err != nil {
		return reply{}, err
	}
	if err := c.require(readGroups, t); err != nil {
		return reply{}, err
	}
	if c.Method == "HEAD" {
		return reply{status: 204}, nil
	}
	return ok(groupBody(t.sub, t.sub.groupNamed(c.vars["group"])))
}

// listResources lists the resources that stand now and that the caller may read.
func listResources(c *call) (reply, error) {
	t, err := c.target()
	if err != nil {
		return reply{}, err
	}
	f, err := parseFilter(c.URL.Query().Get("$filter"), "resourceGroup", "resourceType", "name", "location")
	if err != nil {
		return reply{}, err
	}
	if len(f.call)+len(f.after)+len(f.until) > 0 {
		return reply{}, badRequest("InvalidFilterInQueryString", "The filter '"+c.URL.Query().Get("$filter")+"' is invalid or not supported here.")
	}
	if group, asked := f.equal["resourcegroup"]; asked {
		t.scope = pharos.ResourceGroupScope(t.sub.id, group)
	}
	return list(slices.DeleteFunc(c.resources(t), func(r map[string]any) bool {
		for name, field := range map[string]string{"resourcetype": "type", "name": "name", "location": "location"} {
			is, _ := r[field].(string)
			if want, asked := f.equal[name]; asked && !strings.EqualFold(want, is) {
				return true
			}
		}
		return false
	}))
}

func (c *call) resources(t target) []map[string]any {
	var out []map[string]any
	seen := map[pharos.Scope]bool{}
	for _, r := range t.sub.resources {
		on := target{r.scope, t.sub, t.tenant}
		if seen[r.scope] || !t.scope.Covers(r.scope) || !r.during.Contains(c.now) || !c.world.may(c.caller.principal, r.kind+"/read", on, c.now) {
			continue
		}
		seen[r.scope] = true // a resource with two meters is one resource
		out = append(out, r.show())
	}
	return out
}
