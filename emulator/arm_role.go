package emulator

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/pharos-pec/pharos"
)

const (
	authorizationProvider = "/providers/Microsoft.Authorization/"
	readAssignments       = "Microsoft.Authorization/roleAssignments/read"
)

func authorizationRoutes() []route {
	const scoped = "/{scope...}" + authorizationProvider
	return []route{
		{method: http.MethodGet, service: arm, pattern: scoped + "roleDefinitions", handle: listRoleDefinitions},
		{method: http.MethodGet, service: arm, pattern: scoped + "roleDefinitions/{id}", handle: getRoleDefinition},
		{method: http.MethodGet, service: arm, pattern: scoped + "roleAssignments", handle: listRoleAssignments},
		{method: http.MethodGet, service: arm, pattern: scoped + "roleAssignments/{id}", handle: getRoleAssignment},
		{method: http.MethodPut, service: arm, pattern: scoped + "roleAssignments/{id}", handle: putRoleAssignment},
		{method: http.MethodDelete, service: arm, pattern: scoped + "roleAssignments/{id}", handle: deleteRoleAssignment},
		{method: http.MethodGet, service: arm, pattern: scoped + "roleEligibilityScheduleInstances", handle: listEligibilities},
		{method: http.MethodGet, service: arm, pattern: scoped + "roleAssignmentScheduleInstances", handle: listScheduleInstances},
		{method: http.MethodGet, service: arm, pattern: scoped + "denyAssignments", handle: listDenyAssignments},
		{method: http.MethodGet, service: arm, pattern: scoped + "denyAssignments/{id}", handle: getDenyAssignment},
	}
}

// roleDefinitionID is the ARM id of a role as it is told at a scope.
func roleDefinitionID(sub *subscription, id pharos.RoleID) string {
	if sub == nil {
		return authorizationProvider + "roleDefinitions/" + string(id)
	}
	return string(pharos.SubscriptionScope(sub.id)) + authorizationProvider + "roleDefinitions/" + string(id)
}

func roleBody(sub *subscription, d *roleDefinition) map[string]any {
	return map[string]any{
		"id": roleDefinitionID(sub, d.ID), "name": string(d.ID), "type": "Microsoft.Authorization/roleDefinitions",
		"properties": map[string]any{
			"roleName": d.Name, "type": "BuiltInRole", "description": d.Description, "assignableScopes": []string{"/"},
			"permissions": d.Permissions,
		},
	}
}

func listRoleDefinitions(c *call) (reply, error) {
	t, err := c.target()
	if err != nil {
		return reply{}, err
	}
	f, err := parseFilter(c.URL.Query().Get("$filter"), "roleName", "type")
	if err != nil {
		return reply{}, err
	}
	var out []map[string]any
	for _, d := range loadRoles().all {
		if name, ok := f.equal["rolename"]; ok && !strings.EqualFold(name, d.Name) {
			continue
		}
		if kind, ok := f.equal["type"]; ok && !strings.EqualFold(kind, "BuiltInRole") {
			continue
		}
		out = append(out, roleBody(t.sub, d))
	}
	return list(out)
}

func getRoleDefinition(c *call) (reply, error) {
	t, err := c.target()
	if err != nil {
		return reply{}, err
	}
	d := loadRoles().byID[pharos.RoleID(strings.ToLower(c.vars["id"]))]
	if d == nil {
		return reply{}, notFound("RoleDefinitionDoesNotExist", fmt.Sprintf("The specified role definition with ID '%s' does not exist.", c.vars["id"]))
	}
	return ok(roleBody(t.sub, d))
}

// assignedRole is a role assignment that stands at an instant: one as it was
// given, or the activation of an eligible one.
type assignedRole struct {
	*roleAssignment
	id        string
	principal *principal
	holderID  pharos.PrincipalID
	holder    pharos.PrincipalKind
	began     time.Time
	activated *activation
}

// standingAt returns the assignments that stand at t where the target
// inherits them, at it, and below it. A caller of another tenant is shown the
// assignments to groups of its own tenant only: the customer's principals are
// none of its business (docs: cross-tenant management experience).
func (c *call) standingAt(on target) []assignedRole {
	all := on.tenant.above
	if on.sub != nil {
		all = c.world.assignmentsFor(on.sub)
	}
	var out []assignedRole
	for _, a := range all {
		if !on.relates(a.scope) || !a.during.Contains(c.now) {
			continue
		}
		if c.projected(on) && (a.principalKind != pharos.ForeignGroup || a.principal == nil || a.principal.tenant != c.caller.tenant) {
			continue
		}
		if a.kind != pharos.Eligible {
			out = append(out, assignedRole{a, a.id, a.principal, a.principalID, a.principalKind, c.world.began(a.during), nil})
			continue
		}
		for i := range a.activations {
			v := &a.activations[i]
			if v.during.Contains(c.now) {
				id := objectID("roleAssignment", a.id, string(v.principal.id)+stamp(v.during.From))
				out = append(out, assignedRole{a, id, v.principal, v.principal.id, v.principal.kind, v.during.From, v})
			}
		}
	}
	return out
}

// relates reports whether what stands at a scope is listed at the target: it
// is inherited there, stands there, or stands below.
func (t target) relates(scope pharos.Scope) bool {
	if t.sub == nil {
		return t.scope == "/" || scope == "/" || scope == t.scope
	}
	return scope.Covers(t.scope) || t.scope.Covers(scope)
}

// armID is the assignment's id under its own scope.
func (s assignedRole) armID() string { return assignmentID(s.scope, "roleAssignments", s.id) }

func assignmentID(scope pharos.Scope, kind, id string) string {
	return strings.TrimSuffix(string(scope), "/") + authorizationProvider + kind + "/" + id
}

func (c *call) assignmentBody(on target, s assignedRole) map[string]any {
	return map[string]any{
		"id": s.armID(), "name": s.id, "type": "Microsoft.Authorization/roleAssignments",
		"properties": map[string]any{
			"roleDefinitionId": roleDefinitionID(on.sub, s.role.ID), "principalId": string(s.holderID), "principalType": armKind(s.holder),
			"scope": string(s.scope), "condition": nil, "conditionVersion": nil, "description": orNull(s.description),
			"createdOn": stamp(s.began), "updatedOn": stamp(s.began), "createdBy": orNull(string(s.createdBy)), "updatedBy": orNull(string(s.createdBy)),
			"delegatedManagedIdentityResourceId": nil,
		},
	}
}

func orNull(s string) any {
	if s == "" {
		return nil
	}
	return s
}

// armKind is a principal's kind as Resource Manager writes it.
func armKind(k pharos.PrincipalKind) string { return strings.ToUpper(string(k[:1])) + string(k[1:]) }

func listRoleAssignments(c *call) (reply, error) {
	on, f, err := c.authorizationList(readAssignments)
	if err != nil {
		return reply{}, err
	}
	var out []map[string]any
	for _, s := range c.standingAt(on) {
		if f.keeps(on, s.scope, s.principal, s.holderID, c.now) {
			out = append(out, c.assignmentBody(on, s))
		}
	}
	return list(out)
}

// authorizationList does what the lists of Microsoft.Authorization have in
// common: scope, permission, filter.
func (c *call) authorizationList(action string) (target, *assignmentFilter, error) {
	on, err := c.target()
	if err != nil {
		return target{}, nil, err
	}
	if err := c.require(action, on); err != nil {
		return target{}, nil, err
	}
	f, err := parseFilter(c.URL.Query().Get("$filter"), "principalId", "roleDefinitionId")
	if err != nil {
		return target{}, nil, err
	}
	return on, &assignmentFilter{filter: f, caller: c.caller.principal, world: c.world}, nil
}

// assignmentFilter is a $filter of Microsoft.Authorization's lists.
type assignmentFilter struct {
	*filter
	caller *principal
	world  *world
}

// keeps applies atScope(), principalId eq, assignedTo() and asTarget().
func (f *assignmentFilter) keeps(on target, scope pharos.Scope, p *principal, id pharos.PrincipalID, t time.Time) bool {
	if f.has("atscope") && !scope.Covers(on.scope) {
		return false
	}
	if want, ok := f.equal["principalid"]; ok && !strings.EqualFold(want, string(id)) {
		return false
	}
	who, assigned := f.call["assignedto"]
	if f.has("astarget") {
		who, assigned = string(f.caller.id), true
	}
	if !assigned || strings.EqualFold(who, string(id)) {
		return true
	}
	for _, tn := range f.world.tenants {
		if q := f.world.principalBy[pharos.PrincipalRef{Tenant: tn.id, ID: pharos.PrincipalID(strings.ToLower(who))}]; q != nil && q.is(p, t) {
			return true
		}
	}
	return false
}

// find returns the standing assignment with the id at exactly the scope.
func (c *call) findAssignment(on target) (assignedRole, bool) {
	all := c.standingAt(on)
	i := slices.IndexFunc(all, func(s assignedRole) bool { return strings.EqualFold(s.id, c.vars["id"]) && s.scope == on.scope })
	if i < 0 {
		return assignedRole{}, false
	}
	return all[i], true
}

func getRoleAssignment(c *call) (reply, error) {
	on, err := c.target()
	if err != nil {
		return reply{}, err
	}
	if err := c.require(readAssignments, on); err != nil {
		return reply{}, err
	}
	s, found := c.findAssignment(on)
	if !found {
		return reply{}, notFound("RoleAssignmentNotFound", fmt.Sprintf("The role assignment '%s' is not found.", c.vars["id"]))
	}
	return ok(c.assignmentBody(on, s))
}

// guidVar reads a path variable that must be a GUID.
func (c *call) guidVar(name string) (string, error) {
	id, err := uuid.Parse(c.vars[name])
	if err != nil {
		return "", badRequest("InvalidResourceName", fmt.Sprintf("The name '%s' is not a GUID.", c.vars[name]))
	}
	return id.String(), nil
}
