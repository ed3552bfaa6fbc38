package emulator

import (
	"slices"
	"strings"
	"sync"

	"github.com/pharos-pec/pharos"
	"github.com/pharos-pec/pharos/emulator/internal/kql"
)

// queryTables are the tables that have rows here. All have the columns that
// are common to Resource Graph's.
var queryTables = sync.OnceValue(func() kql.Catalog {
	var columns []kql.Column
	for _, name := range strings.Fields("id name type tenantId kind location resourceGroup subscriptionId managedBy") {
		columns = append(columns, kql.Column{Name: name, Type: kql.String})
	}
	for _, name := range strings.Fields("sku plan properties tags identity zones extendedLocation") {
		columns = append(columns, kql.Column{Name: name, Type: kql.Dynamic})
	}
	all := kql.Catalog{}
	for _, name := range []string{"resources", "resourcecontainers", "managedservicesresources", "authorizationresources", "supportresources"} {
		all[name] = columns
	}
	return all
})

// rows are the rows of a table that the caller can read.
func (s *queryScope) rows(table string) []map[string]any {
	var out []map[string]any
	for _, sub := range s.subs {
		on := s.at(sub)
		switch table {
		case "resources":
			out = append(out, s.resources(on)...)
		case "resourcecontainers":
			out = append(out, s.containers(on)...)
		case "managedservicesresources":
			out = append(out, s.managedServices(on)...)
		case "supportresources":
			out = append(out, s.tickets(on)...)
		}
	}
	switch table {
	case "resourcecontainers":
		out = append(out, s.managementGroups()...)
	case "authorizationresources":
		out = append(s.assignments(), s.roles()...)
	}
	return out
}

// row gives a body of Resource Manager the columns that every row has. Types
// are in lower case.
func row(on target, group string, body map[string]any) map[string]any {
	body["tenantId"], body["resourceGroup"] = string(on.tenant.id), strings.ToLower(group)
	if on.sub != nil {
		body["subscriptionId"] = string(on.sub.id)
	}
	body["type"] = strings.ToLower(body["type"].(string))
	for _, name := range []string{"properties", "tags", "plan"} {
		if body[name] != nil {
			body[name] = kql.Value(body[name])
		}
	}
	return body
}

func (s *queryScope) resources(on target) []map[string]any {
	var out []map[string]any
	for _, body := range s.call.resources(on) {
		scope, _ := pharos.ParseScope(body["id"].(string)) // a resource's own id
		body["properties"] = map[string]any{"provisioningState": "Succeeded"}
		out = append(out, row(on, scope.ResourceGroup(), body))
	}
	return out
}

// containers are the subscription and those of its resource groups that the
// caller may read.
func (s *queryScope) containers(on target) []map[string]any {
	c := s.call
	body := c.subscriptionBody(on.sub)
	properties := map[string]any{"state": body["state"], "managedByTenants": body["managedByTenants"], "subscriptionPolicies": body["subscriptionPolicies"]}
	if chain := managementGroupChain(on.sub); !c.projected(on) && len(chain) > 0 {
		properties["managementGroupAncestorsChain"] = chain
	}
	out := []map[string]any{row(on, "", map[string]any{
		"id": body["id"], "name": body["displayName"], "type": "microsoft.resources/subscriptions", "properties": properties, "tags": map[string]any{},
	})}
	for _, g := range on.sub.groups {
		if c.world.may(c.caller.principal, readGroups, target{pharos.ResourceGroupScope(on.sub.id, g), on.sub, on.tenant}, c.now) {
			body := groupBody(on.sub, g)
			body["type"] = "microsoft.resources/subscriptions/resourcegroups"
			out = append(out, row(on, g, body))
		}
	}
	return out
}

// managementGroups are the groups above subscriptions of the caller's own
// tenant that it may read.
func (s *queryScope) managementGroups() []map[string]any {
	c := s.call
	var out []map[string]any
	seen := map[string]bool{}
	for _, sub := range s.subs {
		for _, g := range sub.managementGroups {
			on := target{pharos.Scope(managementGroupPrefix + g), nil, sub.customer.tenant}
			if seen[g] || c.projected(on) || !c.world.may(c.caller.principal, "Microsoft.Management/managementGroups/read", on, c.now) {
				continue
			}
			seen[g] = true
			root := string(on.tenant.id)
			out = append(out, row(on, "", map[string]any{
				"id": string(on.scope), "name": g, "type": "microsoft.management/managementgroups", "properties": map[string]any{
					"displayName": g, "tenantId": root, "details": map[string]any{
						"parent":                        map[string]any{"name": root, "displayName": "Tenant Root Group", "id": managementGroupPrefix + root},
						"managementGroupAncestorsChain": []any{map[string]any{"name": root, "displayName": "Tenant Root Group"}},
					},
				},
			}))
		}
	}
	return out
}

// managedServices are the registration definitions and assignments that the
// caller is shown.
func (s *queryScope) managedServices(on target) []map[string]any {
	c := s.call.newest()
	var out []map[string]any
	for _, d := range on.sub.definitions {
		if d.during.Contains(c.now) && c.shown(on, d) && (c.delegatedAt(on) || c.require("Microsoft.ManagedServices/registrationDefinitions/read", on) == nil) {
			out = append(out, row(on, "", c.definitionBody(d, true)))
		}
	}
	for _, d := range on.sub.delegations {
		at := target{d.scope, on.sub, on.tenant}
		def := d.definitionAt(c.now)
		if c.shown(on, def) && (c.delegatedAt(at) || c.require("Microsoft.ManagedServices/registrationAssignments/read", at) == nil) {
			out = append(out, row(on, d.scope.ResourceGroup(), c.delegationBody(d, def)))
		}
	}
	return out
}

// tickets are the support tickets that the caller may read.
func (s *queryScope) tickets(on target) []map[string]any {
	c := s.call
	var out []map[string]any
	if c.require("Microsoft.Support/supportTickets/read", on) == nil {
		for _, t := range c.tickets(on) {
			out = append(out, row(on, "", t.body("2024-04-01")))
		}
	}
	return out
}

// assignments are the role assignments that the caller may read, each once.
// Their roles are named by ids above subscriptions, as those of the role
// definitions are.
func (s *queryScope) assignments() []map[string]any {
	c := s.call
	var out []map[string]any
	seen := map[string]bool{}
	for _, sub := range s.subs {
		on := s.at(sub)
		for _, a := range c.standingAt(on) {
			at := target{a.scope, sub, on.tenant}
			if a.scope.AboveSubscription() {
				at.sub = nil
			}
			id := a.armID()
			if seen[id] || !s.shows(a.scope, sub) || (c.require(readAssignments, on) != nil && c.require(readAssignments, at) != nil) {
				continue
			}
			seen[id] = true
			body := c.assignmentBody(on, a)
			body["properties"].(map[string]any)["roleDefinitionId"] = tenantRoleID(a.role)
			out = append(out, row(at, a.scope.ResourceGroup(), body))
		}
	}
	return out
}

func tenantRoleID(d *roleDefinition) string {
	return "/providers/Microsoft.Authorization/RoleDefinitions/" + string(d.ID)
}

// roleRows are the rows of the built-in roles. They are the same for everyone
// and are not changed.
var roleRows = sync.OnceValue(func() []map[string]any {
	var out []map[string]any
	for _, d := range loadRoles().all {
		body := roleBody(nil, d)
		out = append(out, map[string]any{
			"id": tenantRoleID(d), "name": body["name"], "type": "microsoft.authorization/roledefinitions", "properties": kql.Value(body["properties"]),
		})
	}
	return out
})

// roles are the role definitions: everyone may read the built-in ones, and the
// tenant's own who may read roles in a subscription that they can be used in.
func (s *queryScope) roles() []map[string]any {
	c := s.call
	out := slices.Clone(roleRows())
	for _, d := range c.caller.tenant.roles {
		if slices.ContainsFunc(s.subs, func(sub *subscription) bool {
			on := s.at(sub)
			used := d.assignableAt(on.scope) || slices.ContainsFunc(d.custom.scopes, on.scope.Covers)
			return used && !c.projected(on) && c.world.may(c.caller.principal, "Microsoft.Authorization/roleDefinitions/read", on, c.now)
		}) {
			body := roleBody(nil, d)
			body["id"] = tenantRoleID(d)
			out = append(out, row(target{"/", nil, c.caller.tenant}, "", body))
		}
	}
	return out
}
