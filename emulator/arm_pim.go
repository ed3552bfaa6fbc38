package emulator

import (
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/pharos-pec/pharos"
)

func pimRoutes() []route {
	const scoped = "/{scope...}" + authorizationProvider
	var out []route
	add := func(method, pattern string, h handler) {
		out = append(out, route{method: method, service: arm, pattern: scoped + pattern, handle: h})
	}
	for _, kind := range []string{"roleEligibilitySchedules", "roleEligibilityScheduleInstances"} {
		add(http.MethodGet, kind, listEligibilities(kind))
		add(http.MethodGet, kind+"/{id}", one(listEligibilities(kind)))
	}
	for _, kind := range []string{"roleAssignmentSchedules", "roleAssignmentScheduleInstances"} {
		add(http.MethodGet, kind, listSchedules(kind))
		add(http.MethodGet, kind+"/{id}", one(listSchedules(kind)))
	}
	for _, kind := range []string{assignmentRequests, eligibilityRequests} {
		add(http.MethodGet, kind, listPIMRequests(kind))
		add(http.MethodGet, kind+"/{id}", getPIMRequest(kind))
		add(http.MethodPut, kind+"/{id}", putPIMRequest(kind))
		add(http.MethodPost, kind+"/{id}/validate", validatePIMRequest(kind))
		add(http.MethodPost, kind+"/{id}/cancel", cancelPIMRequest(kind))
	}
	return append(out, approvalRoutes()...)
}

// one picks from a list the entry that the path names.
func one(h handler) handler {
	return func(c *call) (reply, error) {
		r, err := h(c)
		if err != nil {
			return reply{}, err
		}
		for _, body := range r.body.(map[string]any)["value"].([]map[string]any) {
			if strings.EqualFold(body["name"].(string), c.vars["id"]) {
				return ok(body)
			}
		}
		return reply{}, notFound("RoleAssignmentScheduleNotFound", fmt.Sprintf("The schedule '%s' is not found.", c.vars["id"]))
	}
}

// subscriptionsAt are those that a list at the target goes through: the
// target's, or, where a caller asks at the root for what is its own, all that
// its tenant owns or manages. Nil stands for what is above subscriptions.
func (c *call) subscriptionsAt(on target, own bool) []*subscription {
	if on.sub != nil || !own || on.scope != "/" {
		return []*subscription{on.sub}
	}
	out := []*subscription{nil}
	for _, cu := range c.world.customers {
		for _, s := range cu.subs {
			if c.checkTenant(s) == nil {
				out = append(out, s)
			}
		}
	}
	return out
}

// eligibilitiesAt returns what may be activated at a target as the caller is
// shown it: to the customer's side the assignments, to a managing tenant the
// authorizations of its delegations.
func (c *call) eligibilitiesAt(on target, own bool) []eligibility {
	var out []eligibility
	seen := map[*roleAssignment]bool{}
	for _, s := range c.subscriptionsAt(on, own) {
		t := on.tenant
		if s != nil {
			t = s.customer.tenant
		}
		for _, e := range c.world.eligibilities(s, t, c.now) {
			shown := (e.manager == nil && c.caller.tenant == t) || e.manager == c.caller.tenant
			if shown && on.relates(e.scope) && !seen[e.roleAssignment] {
				seen[e.roleAssignment] = true
				out = append(out, e)
			}
		}
	}
	return out
}

// listEligibilities lists who may activate a role here: roles held just in
// time, which give nothing until they are activated.
func listEligibilities(kind string) handler {
	return func(c *call) (reply, error) {
		on, f, err := c.authorizationList("Microsoft.Authorization/" + kind + "/read")
		if err != nil {
			return reply{}, err
		}
		var out []map[string]any
		for _, e := range c.eligibilitiesAt(on, f.self) {
			if !f.keeps(on, e.scope, e.principal, e.principalID, c.now) {
				continue
			}
			body := c.scheduleBody(on, kind, c.world.assigned(e.roleAssignment), e.expires, f.self)
			schedule := assignmentID(e.scope, "roleEligibilitySchedules", e.id)
			if p := body["properties"].(map[string]any); strings.HasSuffix(kind, "Instances") {
				p["roleEligibilityScheduleId"] = schedule
			} else {
				p["roleEligibilityScheduleRequestId"] = assignmentID(e.scope, eligibilityRequests, e.id)
			}
			out = append(out, body)
		}
		return list(out)
	}
}

// listSchedules lists the assignments that stand, with the end that was set
// for those that have one: an activation, or an assignment for a time.
func listSchedules(kind string) handler {
	return func(c *call) (reply, error) {
		on, f, err := c.authorizationList("Microsoft.Authorization/" + kind + "/read")
		if err != nil {
			return reply{}, err
		}
		var out []map[string]any
		for _, s := range c.scheduled(on, f.self) {
			if f.keeps(on, s.scope, s.principal, s.holderID, c.now) {
				out = append(out, c.assignmentSchedule(on, kind, s, f.self))
			}
		}
		return list(out)
	}
}

// scheduled returns the standing assignments, and to a managing tenant what
// its people have activated by its delegations.
func (c *call) scheduled(on target, own bool) []assignedRole {
	var out []assignedRole
	for _, s := range c.subscriptionsAt(on, own) {
		at := on
		if s != nil {
			at = target{on.scope, s, s.customer.tenant}
		}
		for _, a := range c.standingAt(at) {
			if s == nil || at.scope != "/" || !a.scope.AboveSubscription() { // once, not in every subscription
				out = append(out, a)
			}
		}
	}
	for _, e := range c.eligibilitiesAt(on, own) {
		if e.delegation == nil {
			continue
		}
		for i := range e.delegation.activations {
			v := &e.delegation.activations[i]
			if v.role == e.role && v.during.Contains(c.now) && v.principal.is(e.principal, c.now) {
				out = append(out, activated(e.roleAssignment, v))
			}
		}
	}
	return out
}

func (c *call) assignmentSchedule(on target, kind string, s assignedRole, own bool) map[string]any {
	end, how := s.expires, "Assigned"
	if s.activated != nil {
		end, how = s.activated.during.To, "Activated"
	}
	body := c.scheduleBody(on, kind, s, end, own)
	p := body["properties"].(map[string]any)
	p["assignmentType"] = how
	if strings.HasSuffix(kind, "Instances") {
		p["originRoleAssignmentId"] = s.armID()
		p["roleAssignmentScheduleId"] = assignmentID(s.scope, "roleAssignmentSchedules", s.id)
	} else {
		p["roleAssignmentScheduleRequestId"] = assignmentID(s.scope, assignmentRequests, s.id)
	}
	if s.activated != nil {
		grant := s.roleAssignment
		p["linkedRoleEligibilityScheduleId"] = assignmentID(grant.scope, "roleEligibilitySchedules", grant.id)
		if strings.HasSuffix(kind, "Instances") {
			p["linkedRoleEligibilityScheduleInstanceId"] = assignmentID(grant.scope, "roleEligibilityScheduleInstances", grant.id)
		}
	}
	return body
}

// scheduleBody is what eligibilities and scheduled assignments have in common.
func (c *call) scheduleBody(on target, kind string, s assignedRole, end time.Time, own bool) map[string]any {
	var ends any
	if !end.IsZero() {
		ends = stamp(end)
	}
	member := "Direct"
	switch {
	case s.scope != on.scope && on.sub != nil && s.scope.Covers(on.scope):
		member = "Inherited"
	case own && s.holder == pharos.Group:
		member = "Group"
	}
	sub := c.world.subByID[s.scope.Subscription()]
	return map[string]any{
		"id": assignmentID(s.scope, kind, s.id), "name": s.id, "type": "Microsoft.Authorization/" + kind,
		"properties": map[string]any{
			"scope": string(s.scope), "roleDefinitionId": roleDefinitionID(sub, s.role.ID), "principalId": string(s.holderID), "principalType": armKind(s.holder),
			"status": statusProvisioned, "memberType": member, "startDateTime": stamp(s.began), "endDateTime": ends, "createdOn": stamp(s.began),
			"updatedOn": stamp(s.began), "condition": nil, "conditionVersion": nil,
			"expandedProperties": c.expanded(s.scope, s.role, s.principal, s.holderID, s.holder),
		},
	}
}

// expanded names the scope, role and principal of a schedule or request.
func (c *call) expanded(scope pharos.Scope, role *roleDefinition, p *principal, id pharos.PrincipalID, kind pharos.PrincipalKind) map[string]any {
	display, mail := "", ""
	if p != nil {
		display, mail = p.displayName, p.upn
	}
	sub := c.world.subByID[scope.Subscription()]
	where, name := "subscription", string(scope)
	switch {
	case scope.AboveSubscription():
		where = "managementgroup"
	case scope.IsResource():
		where = "resource"
	case scope.ResourceGroup() != "":
		where, name = "resourcegroup", scope.ResourceGroup()
	case sub != nil:
		name = sub.name
	}
	who := map[string]string{"id": string(id), "displayName": display, "type": armKind(kind)}
	if mail != "" {
		who["email"] = mail
	}
	return map[string]any{
		"scope":          map[string]string{"id": string(scope), "displayName": name, "type": where},
		"roleDefinition": map[string]string{"id": roleDefinitionID(sub, role.ID), "displayName": role.Name, "type": role.kind()},
		"principal":      who,
	}
}
