package emulator

import (
	"time"

	"github.com/pharos-pec/pharos"
)

// instanceBody is what eligibilities and scheduled assignments have in common.
func (c *call) instanceBody(on target, kind string, s assignedRole, end time.Time) map[string]any {
	display := ""
	if s.principal != nil {
		display = s.principal.displayName
	}
	var ends any
	if !end.IsZero() {
		ends = stamp(end)
	}
	scopeKind := "subscription"
	switch {
	case s.scope.AboveSubscription():
		scopeKind = "managementgroup"
	case s.scope.IsResource():
		scopeKind = "resource"
	case s.scope.ResourceGroup() != "":
		scopeKind = "resourcegroup"
	}
	member := "Direct"
	if s.scope != on.scope && s.scope.Covers(on.scope) {
		member = "Inherited"
	}
	role := roleDefinitionID(on.sub, s.role.ID)
	return map[string]any{
		"id": assignmentID(s.scope, kind, s.id), "name": s.id, "type": "Microsoft.Authorization/" + kind,
		"properties": map[string]any{
			"scope": string(s.scope), "roleDefinitionId": role, "principalId": string(s.holderID), "principalType": armKind(s.holder),
			"status": "Provisioned", "memberType": member, "startDateTime": stamp(s.began), "endDateTime": ends, "createdOn": stamp(s.began),
			"expandedProperties": map[string]any{
				"scope":          map[string]string{"id": string(s.scope), "displayName": string(s.scope), "type": scopeKind},
				"roleDefinition": map[string]string{"id": role, "displayName": s.role.Name, "type": "BuiltInRole"},
				"principal":      map[string]string{"id": string(s.holderID), "displayName": display, "type": armKind(s.holder)},
			},
		},
	}
}

// listEligibilities lists who may activate a role here: roles held just in
// time, which give nothing until they are activated.
func listEligibilities(c *call) (reply, error) {
	on, f, err := c.authorizationList("Microsoft.Authorization/roleEligibilityScheduleInstances/read")
	if err != nil {
		return reply{}, err
	}
	all := on.tenant.above
	if on.sub != nil {
		all = c.world.assignmentsFor(on.sub)
	}
	var out []map[string]any
	for _, a := range all {
		if a.kind != pharos.Eligible || !on.relates(a.scope) || !a.during.Contains(c.now) || c.projected(on) || !f.keeps(on, a.scope, a.principal, a.principalID, c.now) {
			continue
		}
		s := assignedRole{a, a.id, a.principal, a.principalID, a.principalKind, c.world.began(a.during), nil}
		body := c.instanceBody(on, "roleEligibilityScheduleInstances", s, a.expires)
		body["properties"].(map[string]any)["roleEligibilityScheduleId"] = assignmentID(a.scope, "roleEligibilitySchedules", a.id)
		out = append(out, body)
	}
	return list(out)
}

// listScheduleInstances lists the assignments that stand, with the end that
// was set for those that have one: an activation, or an assignment for a time.
func listScheduleInstances(c *call) (reply, error) {
	on, f, err := c.authorizationList("Microsoft.Authorization/roleAssignmentScheduleInstances/read")
	if err != nil {
		return reply{}, err
	}
	var out []map[string]any
	for _, s := range c.standingAt(on) {
		if !f.keeps(on, s.scope, s.principal, s.holderID, c.now) {
			continue
		}
		end, kind := s.expires, "Assigned"
		if s.activated != nil {
			end, kind = s.activated.during.To, "Activated"
		}
		body := c.instanceBody(on, "roleAssignmentScheduleInstances", s, end)
		p := body["properties"].(map[string]any)
		p["assignmentType"] = kind
		p["originRoleAssignmentId"] = s.armID()
		p["roleAssignmentScheduleId"] = assignmentID(s.scope, "roleAssignmentSchedules", s.id)
		if s.activated != nil {
			p["linkedRoleEligibilityScheduleId"] = assignmentID(s.scope, "roleEligibilitySchedules", s.roleAssignment.id)
			p["linkedRoleEligibilityScheduleInstanceId"] = assignmentID(s.scope, "roleEligibilityScheduleInstances", s.roleAssignment.id)
		}
		out = append(out, body)
	}
	return list(out)
}
