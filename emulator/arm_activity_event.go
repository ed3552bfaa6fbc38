package emulator

import (
	"slices"
	"time"

	"github.com/pharos-pec/pharos"
)

// subscriptionEvents are the dated changes of access in a subscription: role
// assignments, activations and deny assignments that began or ended, and
// delegations written or removed.
func (w *world) subscriptionEvents(s *subscription) []event {
	var out []event
	for _, a := range w.assignmentsFor(s) {
		out = append(out, w.assignmentEvents(s, a)...)
	}
	for _, d := range s.denials {
		id := assignmentID(d.scope, "denyAssignments", d.id)
		body := map[string]any{"responseBody": jsonText(denialBody(d, w.began(d.during)))}
		for _, at := range dated(d.during) {
			out = append(out, event{
				at: at.when, operation: "Microsoft.Authorization/denyAssignments/" + at.verb, resource: id, scope: d.scope, by: "Azure Managed Applications", properties: body,
			})
		}
	}
	for _, d := range s.delegations {
		for _, at := range dated(d.during) {
			out = append(out, event{
				at: at.when, operation: "Microsoft.ManagedServices/registrationAssignments/" + at.verb, resource: d.armID(), scope: d.scope,
				properties: map[string]any{"registrationDefinitionId": d.definitionID},
			})
		}
	}
	return out
}

// change is a dated beginning (write) or end (delete).
type change struct {
	when time.Time
	verb string
}

// dated returns the beginning and the end that an interval has.
func dated(i pharos.Interval) []change {
	var out []change
	if !i.From.IsZero() {
		out = append(out, change{i.From, "write"})
	}
	if !i.To.IsZero() {
		out = append(out, change{i.To, "delete"})
	}
	return out
}

func (w *world) assignmentEvents(s *subscription, a *roleAssignment) []event {
	var out []event
	add := func(scope pharos.Scope, id string, holder pharos.PrincipalID, kind pharos.PrincipalKind, during pharos.Interval, timed bool) {
		for _, at := range dated(during) {
			by := w.actor(a, at.verb)
			if timed {
				by = privilegedIdentityApp
			}
			out = append(out, event{
				at: at.when, operation: "Microsoft.Authorization/roleAssignments/" + at.verb, by: by, scope: scope,
				resource: assignmentID(scope, "roleAssignments", id), properties: assignmentProperties(s, a, scope, id, holder, kind, at.verb),
			})
		}
	}
	if a.kind != pharos.Eligible {
		add(a.scope, a.id, a.principalID, a.principalKind, a.during, a.kind == pharos.TimeBound)
		return out
	}
	for _, v := range a.activations {
		during, held := common(v.during, a.during)
		if held {
			add(v.at(a.scope), objectID("roleAssignment", a.id, string(v.principal.id)+stamp(v.during.From)), v.principal.id, v.principal.kind, during, true)
		}
	}
	return out
}

// actor is who gave or took a role, as far as it is known.
func (w *world) actor(a *roleAssignment, verb string) string {
	id := a.createdBy
	if verb == "delete" {
		id = a.removedBy
	}
	return string(id)
}

// assignmentProperties are the properties of a role assignment's event: what
// was asked for, and what was answered.
func assignmentProperties(s *subscription, a *roleAssignment, scope pharos.Scope, id string, holder pharos.PrincipalID, kind pharos.PrincipalKind, verb string) map[string]any {
	role := roleDefinitionID(s, a.role.ID)
	out := map[string]any{
		"statusCode": "OK", "serviceRequestId": id, "eventCategory": "Administrative", "message": "Microsoft.Authorization/roleAssignments/" + verb,
		"entity": assignmentID(scope, "roleAssignments", id),
		"responseBody": jsonText(map[string]any{
			"id": assignmentID(scope, "roleAssignments", id), "name": id, "type": "Microsoft.Authorization/roleAssignments",
			"properties": map[string]any{
				"roleDefinitionId": role, "principalId": string(holder), "principalType": armKind(kind), "scope": string(scope),
			},
		}),
	}
	if verb == "write" {
		out["requestbody"] = jsonText(map[string]any{
			"Id": id, "Properties": map[string]any{
				"PrincipalId": string(holder), "PrincipalType": armKind(kind), "RoleDefinitionId": role, "Scope": string(scope),
			},
		})
	}
	return out
}

// tenantEvents are the events of a managing tenant: delegations made to it,
// changed and removed. A change of the authorizations is a registration again
// (docs: monitor delegation changes).
func (w *world) tenantEvents(t *tenant) []event {
	var out []event
	add := func(at time.Time, verb string, d *delegation) {
		out = append(out, event{
			at: at, operation: "Microsoft.Resources/tenants/" + verb + "/action", resource: "/tenants/" + string(t.id), scope: "/",
			properties: map[string]any{"statusCode": "OK", "eventCategory": "Administrative", "entity": "/tenants/" + string(t.id)},
			description: jsonText(map[string]string{
				"delegationResourceId": d.armID(), "subscriptionTenantId": string(d.sub.customer.tenant.id), "subscriptionId": string(d.sub.id),
				"subscriptionName": d.sub.name,
			}),
		})
	}
	for _, c := range w.customers {
		for _, s := range c.subs {
			for _, d := range s.delegations {
				for _, at := range d.registrations(t) {
					add(at, "register", d)
				}
				for _, held := range d.managedTimes(t) {
					if !held.To.IsZero() {
						add(held.To, "unregister", d)
					}
				}
			}
		}
	}
	return out
}

// managedTimes is when the delegation is to the tenant.
func (d *delegation) managedTimes(t *tenant) timeline {
	var out []pharos.Interval
	for _, def := range d.sub.definitions {
		if both, ok := common(def.during, d.during); ok && def.id == d.definitionID && def.manager == t {
			out = append(out, both)
		}
	}
	return timelineOf(out...)
}

// registrations are the dated instants at which the tenant got the delegation,
// or another version of its definition.
func (d *delegation) registrations(t *tenant) []time.Time {
	var out []time.Time
	for _, def := range d.sub.definitions {
		both, ok := common(def.during, d.during)
		if ok && def.id == d.definitionID && def.manager == t && !both.From.IsZero() && !slices.Contains(out, both.From) {
			out = append(out, both.From)
		}
	}
	return out
}
