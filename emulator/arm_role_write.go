package emulator

import (
	"fmt"
	"net/http"
	"strings"

	"github.com/pharos-pec/pharos"
)

// putRoleAssignment gives a role. The access, and the bill with it, follows
// from the emulator's present on.
func putRoleAssignment(c *call) (reply, error) {
	on, err := c.target()
	if err != nil {
		return reply{}, err
	}
	if err := c.require("Microsoft.Authorization/roleAssignments/write", on); err != nil {
		return reply{}, err
	}
	id, err := c.guidVar("id")
	if err != nil {
		return reply{}, err
	}
	a, err := c.readAssignment(on, id)
	if err != nil {
		return reply{}, err
	}
	for _, s := range c.standingAt(target{on.scope, on.sub, on.tenant}) {
		same := s.holderID == a.principalID && s.role == a.role && s.scope == a.scope
		switch {
		case s.id == id && s.scope == a.scope && !same:
			return reply{}, badRequest("RoleAssignmentUpdateNotPermitted", "Tenant ID, application ID, principal ID, and scope are not allowed to be updated.")
		case s.id == id && same:
			s.roleAssignment.description = a.description
			status := http.StatusOK
			if c.apiVersion() < "2020-08" { // these versions know no 200 (docs: their OpenAPI documents)
				status = http.StatusCreated
			}
			return reply{status: status, body: c.assignmentBody(on, s)}, nil
		case same && s.activated == nil:
			return reply{}, conflict("RoleAssignmentExists", fmt.Sprintf("The role assignment already exists. The ID of the existing role assignment is %s.", strings.ReplaceAll(s.id, "-", "")))
		}
	}
	if on.sub == nil {
		on.tenant.above = append(on.tenant.above, a)
	} else {
		on.sub.assignments = append(on.sub.assignments, a)
	}
	body := c.assignmentBody(on, assignedRole{a, a.id, a.principal, a.principalID, a.principalKind, c.now, nil})
	return reply{status: http.StatusCreated, body: body}, nil
}

func (c *call) readAssignment(on target, id string) (*roleAssignment, error) {
	var want struct {
		Properties struct {
			RoleDefinitionID, PrincipalID, PrincipalType, Description string
		} `json:"properties"`
	}
	if err := c.decode(&want); err != nil {
		return nil, err
	}
	p := want.Properties
	if p.RoleDefinitionID == "" || p.PrincipalID == "" {
		return nil, badRequest("InvalidRequestContent", "The request content must have 'properties.roleDefinitionId' and 'properties.principalId'.")
	}
	role := loadRoles().byID[pharos.RoleID(strings.ToLower(p.RoleDefinitionID[strings.LastIndex(p.RoleDefinitionID, "/")+1:]))]
	if role == nil {
		return nil, notFound("RoleDefinitionDoesNotExist", fmt.Sprintf("The specified role definition with ID '%s' does not exist.", p.RoleDefinitionID))
	}
	a := &roleAssignment{
		id: id, tenant: on.tenant, scope: on.scope, role: role, kind: pharos.Permanent, during: pharos.Interval{From: c.now},
		principalID: pharos.PrincipalID(strings.ToLower(p.PrincipalID)), createdBy: c.caller.principal.id, description: p.Description,
	}
	if strings.EqualFold(p.PrincipalType, "ForeignGroup") {
		a.principalKind, a.principal = pharos.ForeignGroup, c.world.foreignGroup(a.principalID)
		return a, nil
	}
	a.principal = c.world.principalBy[pharos.PrincipalRef{Tenant: on.tenant.id, ID: a.principalID}]
	if a.principal == nil || !a.principal.exists.at(c.now) {
		return nil, badRequest("PrincipalNotFound", fmt.Sprintf("Principal %s does not exist in the directory %s. Check that you have the correct principal ID. "+
			"If you are creating this principal and then immediately assigning a role, this error might be related to a replication delay. "+
			"In this case, set the role assignment principalType property to a value, such as ServicePrincipal, User, or Group.",
			strings.ReplaceAll(p.PrincipalID, "-", ""), on.tenant.id))
	}
	a.principalKind = a.principal.kind
	return a, nil
}

// foreignGroup finds a partner's group by its object id.
func (w *world) foreignGroup(id pharos.PrincipalID) *principal {
	for _, p := range w.partners {
		if g := w.principalBy[pharos.PrincipalRef{Tenant: p.tenant.id, ID: id}]; g != nil && g.kind == pharos.Group {
			return g
		}
	}
	return nil
}

// deleteRoleAssignment takes a role away from the emulator's present on.
func deleteRoleAssignment(c *call) (reply, error) {
	on, err := c.target()
	if err != nil {
		return reply{}, err
	}
	if err := c.require("Microsoft.Authorization/roleAssignments/delete", on); err != nil {
		return reply{}, err
	}
	s, found := c.findAssignment(on)
	if !found {
		return reply{status: http.StatusNoContent}, nil
	}
	body := c.assignmentBody(on, s)
	if s.activated != nil {
		s.activated.during.To = c.now
	} else {
		s.roleAssignment.during.To = c.now
		s.roleAssignment.removedBy = c.caller.principal.id
	}
	return ok(body)
}
