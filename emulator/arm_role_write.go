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
	if err := c.require(writeAssignments, on); err != nil {
		return reply{}, err
	}
	id, err := c.guidVar("id")
	if err != nil {
		return reply{}, badRequest("InvalidRoleAssignmentId", fmt.Sprintf("The role assignment ID '%s' is not valid. The role assignment ID must be a GUID.", c.vars["id"]))
	}
	a, err := c.readAssignment(on, id)
	if err != nil {
		return reply{}, err
	}
	for _, s := range c.standingHere(on) {
		same := s.holderID == a.principalID && s.role == a.role && s.scope == a.scope
		switch {
		case s.activated != nil:
		case s.id == id && s.scope == a.scope && !same:
			return reply{}, badRequest("RoleAssignmentUpdateNotPermitted", "Tenant ID, application ID, principal ID, and scope are not allowed to be updated.")
		case s.id == id && same:
			old := s.roleAssignment
			old.description, old.condition, old.conditionVersion, old.updated, old.updatedBy = a.description, a.condition, a.conditionVersion, c.now, a.createdBy
			status := http.StatusOK
			if c.apiVersion() < "2020-08" { // these versions know no 200 (docs: their OpenAPI documents)
				status = http.StatusCreated
			}
			return reply{status: status, body: c.assignmentBody(on, s)}, nil
		case same:
			return reply{}, conflict("RoleAssignmentExists", fmt.Sprintf("The role assignment already exists. The ID of the existing role assignment is %s.", strings.ReplaceAll(s.id, "-", "")))
		}
	}
	c.world.addAssignment(on.sub, a)
	return reply{status: http.StatusCreated, body: c.assignmentBody(on, c.world.assigned(a))}, nil
}

// standingHere is standingAt as the customer's side sees it: whoever may write
// an assignment is told when there is one already.
func (c *call) standingHere(on target) []assignedRole {
	own := *c
	own.caller = &caller{principal: c.caller.principal, tenant: on.tenant}
	return own.standingAt(on)
}

// addAssignment puts an assignment where it stands; s is nil above
// subscriptions.
func (w *world) addAssignment(s *subscription, a *roleAssignment) {
	if s == nil {
		a.tenant.above = append(a.tenant.above, a)
		return
	}
	s.assignments = append(s.assignments, a)
}

// assignmentRequest is the body of a role assignment.
type assignmentRequest struct {
	Properties struct {
		RoleDefinitionID, PrincipalID, PrincipalType, Description string
		Condition, ConditionVersion                               string
		DelegatedManagedIdentityResourceID                        string
	} `json:"properties"`
}

func (c *call) readAssignment(on target, id string) (*roleAssignment, error) {
	var want assignmentRequest
	if err := c.decode(&want); err != nil {
		return nil, err
	}
	p := want.Properties
	if p.RoleDefinitionID == "" || p.PrincipalID == "" {
		return nil, badRequest("InvalidRequestContent", "The request content must have 'properties.roleDefinitionId' and 'properties.principalId'.")
	}
	principal, err := pharos.ParseGUID(p.PrincipalID)
	if err != nil {
		return nil, badRequest("InvalidPrincipalId", fmt.Sprintf("A valid principal ID must be provided for role assignment. '%s' is not a GUID.", p.PrincipalID))
	}
	role, err := c.roleNamed(on.tenant, p.RoleDefinitionID)
	if err != nil {
		return nil, err
	}
	if !role.assignableAt(on.scope) {
		return nil, badRequest("InvalidRoleDefinitionScope", fmt.Sprintf("The role definition '%s' cannot be assigned at the scope '%s'.", role.ID, on.scope))
	}
	if p.Condition != "" && p.ConditionVersion != "2.0" {
		return nil, badRequest("InvalidConditionVersion", "A condition needs the condition version '2.0'.")
	}
	a := &roleAssignment{
		id: id, tenant: on.tenant, scope: on.scope, role: role, kind: pharos.Permanent, during: pharos.Interval{From: c.now},
		principalID: pharos.PrincipalID(principal), createdBy: c.caller.principal.id, description: p.Description,
		condition: p.Condition, conditionVersion: p.ConditionVersion, identity: p.DelegatedManagedIdentityResourceID,
	}
	if err := c.findHolder(on, a, p.PrincipalType); err != nil {
		return nil, err
	}
	return a, c.checkDelegated(on, a)
}

// findHolder finds the principal of an assignment and checks the type that
// was told of it.
func (c *call) findHolder(on target, a *roleAssignment, kind string) error {
	if strings.EqualFold(kind, "ForeignGroup") {
		a.principalKind, a.principal = pharos.ForeignGroup, c.world.foreignGroup(a.principalID)
		return nil
	}
	if _, isApp := c.world.apps[appKey{on.tenant.id, string(a.principalID)}]; isApp {
		return badRequest("PrincipalTypeNotSupported", "Principals of type Application cannot validly be used in role assignments.")
	}
	a.principal = c.world.principalBy[pharos.PrincipalRef{Tenant: on.tenant.id, ID: a.principalID}]
	if a.principal == nil || !a.principal.exists.at(c.now) {
		return principalNotFound(string(a.principalID), on.tenant)
	}
	a.principalKind = a.principal.kind
	if kind != "" && !strings.EqualFold(kind, armKind(a.principalKind)) {
		return badRequest("UnmatchedPrincipalType", fmt.Sprintf("The PrincipalId '%s' has type '%s' , which is different from specified PrinciaplType '%s'.", // sic
			strings.ReplaceAll(string(a.principalID), "-", ""), armKind(a.principalKind), kind))
	}
	return nil
}

func principalNotFound(id string, t *tenant) *apiError {
	return badRequest("PrincipalNotFound", fmt.Sprintf("Principal %s does not exist in the directory %s. Check that you have the correct principal ID. "+
		"If you are creating this principal and then immediately assigning a role, this error might be related to a replication delay. "+
		"In this case, set the role assignment principalType property to a value, such as ServicePrincipal, User, or Group. "+
		"See https://aka.ms/docs-principaltype", strings.ReplaceAll(id, "-", ""), t.id))
}

// checkDelegated holds what a managing tenant does to what the delegation
// allows: roles listed for it, to managed identities of the customer's tenant
// (docs: deploy a policy that can be remediated within a delegated
// subscription).
func (c *call) checkDelegated(on target, a *roleAssignment) error {
	if !c.projected(on) {
		return nil
	}
	if a.principal != nil && a.principal.managedIdentity && a.identity != "" {
		for _, h := range c.world.heldAt(c.caller.principal, on.sub, c.now) {
			for _, r := range h.delegated {
				if r == a.role.ID && h.scope.Covers(on.scope) {
					return nil
				}
			}
		}
	}
	return c.unauthorized(writeAssignments, on.scope)
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
	if err := c.require(deleteAssignments, on); err != nil {
		return reply{}, err
	}
	s, found := c.removable(on)
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

// removable finds the assignment to remove. A managing tenant removes what it
// gave to managed identities, and no other.
func (c *call) removable(on target) (assignedRole, bool) {
	for _, s := range c.standingHere(on) {
		if strings.EqualFold(s.id, c.vars["id"]) && s.scope == on.scope && (!c.projected(on) || s.identity != "") {
			return s, true
		}
	}
	return assignedRole{}, false
}
