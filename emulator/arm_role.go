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
	out := []route{
		{method: http.MethodGet, pattern: scoped + "roleDefinitions", handle: listRoleDefinitions},
		{method: http.MethodGet, pattern: scoped + "roleDefinitions/{id}", handle: getRoleDefinition},
		{method: http.MethodPut, pattern: scoped + "roleDefinitions/{id}", handle: putRoleDefinition},
		{method: http.MethodDelete, pattern: scoped + "roleDefinitions/{id}", handle: deleteRoleDefinition},
		{method: http.MethodGet, pattern: scoped + "roleAssignments", handle: listRoleAssignments},
		{method: http.MethodGet, pattern: scoped + "roleAssignments/{id}", handle: getRoleAssignment},
		{method: http.MethodPut, pattern: scoped + "roleAssignments/{id}", handle: putRoleAssignment},
		{method: http.MethodDelete, pattern: scoped + "roleAssignments/{id}", handle: deleteRoleAssignment},
		{method: http.MethodGet, pattern: scoped + "permissions", handle: listPermissions},
		{method: http.MethodPost, pattern: scoped + "checkAccess", handle: checkAccess},
		{method: http.MethodGet, pattern: scoped + "denyAssignments", handle: listDenyAssignments},
		{method: http.MethodGet, pattern: scoped + "denyAssignments/{id}", handle: getDenyAssignment},
	}
	for i := range out {
		out[i].service = arm
	}
	return slices.Concat(out, pimRoutes())
}

// assignedRole is a role assignment that stands at an instant: one as it was
// given, or the activation of an eligible one.
type assignedRole struct {
	*roleAssignment
	id        string
	scope     pharos.Scope
	principal *principal
	holderID  pharos.PrincipalID
	holder    pharos.PrincipalKind
	began     time.Time
	activated *activation
}

// assigned is a role assignment as it was given.
func (w *world) assigned(a *roleAssignment) assignedRole {
	return assignedRole{
		roleAssignment: a, id: a.id, scope: a.scope, principal: a.principal, holderID: a.principalID, holder: a.principalKind, began: w.began(a.during),
	}
}

// activated is an activation of an eligible role assignment.
func activated(a *roleAssignment, v *activation) assignedRole {
	return assignedRole{
		roleAssignment: a, id: objectID("roleAssignment", a.id, string(v.principal.id)+stamp(v.during.From)), scope: v.at(a.scope),
		principal: v.principal, holderID: v.principal.id, holder: v.principal.kind, began: v.during.From, activated: v,
	}
}

// standingAt returns the assignments that stand at t where the target
// inherits them, at it, and below it. A caller of another tenant is shown the
// assignments to groups of its own tenant, and those it gave itself, only: the
// customer's principals are none of its business (docs: cross-tenant
// management experience).
func (c *call) standingAt(on target) []assignedRole {
	all := on.tenant.above
	if on.sub != nil {
		all = c.world.assignmentsFor(on.sub)
	}
	var out []assignedRole
	keep := func(s assignedRole) {
		if on.relates(s.scope) {
			out = append(out, s)
		}
	}
	for _, a := range all {
		if !a.during.Contains(c.now) {
			continue
		}
		ours := a.identity != "" || (a.principalKind == pharos.ForeignGroup && a.principal != nil && a.principal.tenant == c.caller.tenant)
		if c.projected(on) && !ours {
			continue
		}
		if a.kind != pharos.Eligible {
			keep(c.world.assigned(a))
			continue
		}
		for i := range a.activations {
			v := &a.activations[i]
			if v.during.Contains(c.now) {
				keep(activated(a, v))
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
	updated, by := s.began, s.createdBy
	if !s.updated.IsZero() && s.activated == nil {
		updated, by = s.updated, s.updatedBy
	}
	return map[string]any{
		"id": s.armID(), "name": s.id, "type": "Microsoft.Authorization/roleAssignments",
		"properties": map[string]any{
			"roleDefinitionId": roleDefinitionID(on.sub, s.role.ID), "principalId": string(s.holderID), "principalType": armKind(s.holder),
			"scope": string(s.scope), "condition": orNull(s.condition), "conditionVersion": orNull(s.conditionVersion), "description": orNull(s.description),
			"createdOn": stamp(s.began), "updatedOn": stamp(updated), "createdBy": orNull(string(s.createdBy)), "updatedBy": orNull(string(by)),
			"delegatedManagedIdentityResourceId": orNull(s.identity),
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

// selfFilters are the functions of a $filter that ask for the caller's own:
// who has them may ask without any role.
var selfFilters = []string{"astarget", "asapprover", "ascreatedby", "asrequestor"}

// authorizationList does what the lists of Microsoft.Authorization have in
// common: scope, permission, filter.
func (c *call) authorizationList(action string) (target, *assignmentFilter, error) {
	parsed, err := parseFilter(c.URL.Query().Get("$filter"), "principalId", "roleDefinitionId", "status")
	if err != nil {
		return target{}, nil, err
	}
	if err := parsed.onlyCalls(append([]string{"atscope", "assignedto"}, selfFilters...)...); err != nil {
		return target{}, nil, err
	}
	f := &assignmentFilter{filter: parsed, caller: c.caller.principal, world: c.world, self: slices.ContainsFunc(selfFilters, parsed.has)}
	if f.self {
		on, err := c.locate()
		return on, f, err
	}
	on, err := c.target()
	if err != nil {
		return target{}, nil, err
	}
	return on, f, c.require(action, on)
}

// assignmentFilter is a $filter of Microsoft.Authorization's lists.
type assignmentFilter struct {
	*filter
	caller *principal
	world  *world
	self   bool // asks for the caller's own only
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
		return f.caller.is(p, t)
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
