package emulator

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"

	"github.com/pharos-pec/pharos"
)

const writeRoles = "Microsoft.Authorization/roleDefinitions/write"

// roleDefinitionID is the ARM id of a role as it is told at a scope.
func roleDefinitionID(sub *subscription, id pharos.RoleID) string {
	if sub == nil {
		return authorizationProvider + "roleDefinitions/" + string(id)
	}
	return string(pharos.SubscriptionScope(sub.id)) + authorizationProvider + "roleDefinitions/" + string(id)
}

func roleBody(sub *subscription, d *roleDefinition) map[string]any {
	permissions := []map[string][]string{}
	for _, p := range d.Permissions {
		permissions = append(permissions, map[string][]string{
			"actions": listOf(p.Actions), "notActions": listOf(p.NotActions), "dataActions": listOf(p.DataActions), "notDataActions": listOf(p.NotDataActions),
		})
	}
	p := map[string]any{
		"roleName": d.Name, "type": d.kind(), "description": d.Description, "assignableScopes": []string{"/"}, "permissions": permissions,
	}
	if d.custom != nil {
		p["assignableScopes"] = d.custom.scopes
		p["createdOn"], p["updatedOn"] = stamp(d.custom.created), stamp(d.custom.updated)
		p["createdBy"], p["updatedBy"] = string(d.custom.createdBy), string(d.custom.updatedBy)
	}
	return map[string]any{
		"id": roleDefinitionID(sub, d.ID), "name": string(d.ID), "type": "Microsoft.Authorization/roleDefinitions", "properties": p,
	}
}

// listOf is a list that is written as one when it is empty.
func listOf(list []string) []string { return append([]string{}, list...) }

// role finds a role of the tenant: a built-in one, or its own.
func (t *tenant) role(id pharos.RoleID) *roleDefinition {
	if d := loadRoles().byID[id]; d != nil {
		return d
	}
	for _, d := range t.roles {
		if d.ID == id {
			return d
		}
	}
	return nil
}

// roleNamed finds the role that a request names by its ARM id or GUID.
func (c *call) roleNamed(t *tenant, id string) (*roleDefinition, error) {
	d := t.role(pharos.RoleID(strings.ToLower(id[strings.LastIndex(id, "/")+1:])))
	if d == nil {
		return nil, notFound("RoleDefinitionDoesNotExist", fmt.Sprintf("The specified role definition with ID '%s' does not exist.", id[strings.LastIndex(id, "/")+1:]))
	}
	return d, nil
}

// readRoles finds the scope of a call that reads role definitions. The
// built-in ones are no secret: at the root everybody may read them.
func (c *call) readRoles() (target, error) {
	on, err := c.target()
	if err != nil || on.sub == nil {
		return on, err
	}
	return on, c.require("Microsoft.Authorization/roleDefinitions/read", on)
}

// listRoleDefinitions lists the roles that can be assigned at the scope; with
// atScopeAndBelow() also those for parts of it.
func listRoleDefinitions(c *call) (reply, error) {
	on, err := c.readRoles()
	if err != nil {
		return reply{}, err
	}
	f, err := parseFilter(c.URL.Query().Get("$filter"), "roleName", "type")
	if err == nil {
		err = f.onlyCalls("atscope", "atscopeandbelow")
	}
	if err != nil {
		return reply{}, err
	}
	var out []map[string]any
	for _, d := range slices.Concat(loadRoles().all, on.tenant.roles) {
		if name, ok := f.equal["rolename"]; ok && !strings.EqualFold(name, d.Name) {
			continue
		}
		if kind, ok := f.equal["type"]; ok && !strings.EqualFold(kind, d.kind()) {
			continue
		}
		below := d.custom != nil && (f.has("atscopeandbelow") || on.scope == "/") && slices.ContainsFunc(d.custom.scopes, on.scope.Covers)
		if below || d.assignableAt(on.scope) {
			out = append(out, roleBody(on.sub, d))
		}
	}
	return list(out)
}

func getRoleDefinition(c *call) (reply, error) {
	on, err := c.readRoles()
	if err != nil {
		return reply{}, err
	}
	d, err := c.roleNamed(on.tenant, c.vars["id"])
	if err != nil {
		return reply{}, err
	}
	return ok(roleBody(on.sub, d))
}

// roleRequest is the body of a role definition. One part of the clients names
// the role by "roleName", none by "name".
type roleRequest struct {
	Properties struct {
		RoleName, Description, Type string
		Permissions                 []rolePermission
		AssignableScopes            []string
	} `json:"properties"`
}

// putRoleDefinition writes a custom role.
func putRoleDefinition(c *call) (reply, error) {
	on, err := c.target()
	if err != nil {
		return reply{}, err
	}
	if err := c.require(writeRoles, on); err != nil {
		return reply{}, err
	}
	id, err := c.guidVar("id")
	if err != nil {
		return reply{}, badRequest("InvalidRoleDefinitionId", fmt.Sprintf("The role definition ID '%s' is not valid. The role definition ID must be a GUID.", c.vars["id"]))
	}
	var want roleRequest
	if err := c.decode(&want); err != nil {
		return reply{}, err
	}
	if err := c.checkRole(on.tenant, pharos.RoleID(id), &want); err != nil {
		return reply{}, err
	}
	scopes, err := c.assignableScopes(on, want.Properties.AssignableScopes)
	if err != nil {
		return reply{}, err
	}
	me := c.caller.principal.id
	d := on.tenant.role(pharos.RoleID(id))
	if d == nil {
		d = &roleDefinition{ID: pharos.RoleID(id), custom: &customRole{created: c.now, createdBy: me}}
		on.tenant.roles = append(on.tenant.roles, d)
	}
	d.Name, d.Description, d.Permissions = want.Properties.RoleName, want.Properties.Description, want.Properties.Permissions
	d.custom.scopes, d.custom.updated, d.custom.updatedBy = scopes, c.now, me
	return reply{status: http.StatusCreated, body: roleBody(on.sub, d)}, nil
}

// checkRole checks a custom role as the service does (docs: Azure custom
// roles; the codes are those of its tests).
func (c *call) checkRole(t *tenant, id pharos.RoleID, want *roleRequest) error {
	p := &want.Properties
	sameName := func(d *roleDefinition) bool { return d.ID != id && strings.EqualFold(d.Name, p.RoleName) }
	switch {
	case loadRoles().byID[id] != nil:
		return conflict("RoleDefinitionExists", fmt.Sprintf("A role definition with the ID '%s' already exists.", id))
	case p.Type != "" && !strings.EqualFold(p.Type, "CustomRole"):
		return badRequest("InvalidRoleDefinitionType", fmt.Sprintf("The role definition type '%s' is invalid. It must be 'CustomRole'.", p.Type))
	case strings.TrimSpace(p.RoleName) == "":
		return badRequest("RoleDefinitionNameNullOrEmpty", "The role definition name cannot be null or empty.")
	case len(p.AssignableScopes) == 0:
		return badRequest("MissingAssignableScopes", "The role definition must have at least one assignable scope.")
	case slices.ContainsFunc(loadRoles().all, sameName), slices.ContainsFunc(t.roles, sameName):
		if t.role(id) != nil {
			return conflict("RoleDefinitionWithSameNameExists", "A role definition cannot be updated with a name that already exists.")
		}
		return conflict("RoleDefinitionWithSameNameExists", "A custom role with the same name already exists in this directory. Use a different name.")
	}
	for _, permission := range p.Permissions {
		for _, a := range slices.Concat(permission.Actions, permission.NotActions) {
			if !knownAction(a) {
				return badRequest("InvalidActionOrNotAction", fmt.Sprintf("'%s' does not match any of the actions supported by the providers.", a))
			}
		}
		for _, a := range slices.Concat(permission.DataActions, permission.NotDataActions) {
			if !knownAction(a) {
				return badRequest("InvalidDataActionOrNotDataAction", fmt.Sprintf("'%s' does not match any of the data actions supported by the providers.", a))
			}
		}
	}
	return nil
}

// actionNamespaces are the resource providers whose actions are known: those
// that the built-in roles name, and those the emulator has.
var actionNamespaces = sync.OnceValue(func() map[string]bool {
	out := map[string]bool{}
	note := func(action string) {
		if namespace, _, ok := strings.Cut(strings.ToLower(action), "/"); ok && !strings.Contains(namespace, "*") {
			out[namespace] = true
		}
	}
	for _, d := range loadRoles().all {
		for _, p := range d.Permissions {
			for _, a := range slices.Concat(p.Actions, p.NotActions, p.DataActions, p.NotDataActions) {
				note(a)
			}
		}
	}
	for _, n := range providerNames {
		note(n + "/")
	}
	return out
})

// knownAction reports whether text has the form of an action of a provider
// that is known. Azure knows every single action; the emulator the providers.
func knownAction(text string) bool {
	parts := strings.Split(strings.ToLower(text), "/")
	if len(parts) < 2 {
		return text == "*"
	}
	verbs := []string{"read", "write", "delete", "action", "*"}
	return slices.Contains(verbs, parts[len(parts)-1]) && (strings.Contains(parts[0], "*") || actionNamespaces()[parts[0]])
}

// assignableScopes reads where a custom role can be assigned; its maker must
// be allowed to write roles at each of them.
func (c *call) assignableScopes(on target, list []string) ([]pharos.Scope, error) {
	var out []pharos.Scope
	for _, text := range list {
		scope, err := pharos.ParseScope(text)
		if err != nil || scope == "/" {
			return nil, badRequest("LinkedInvalidPropertyId", fmt.Sprintf("Property id '%s' at path 'properties.assignableScopes' is invalid. Expect fully qualified "+
				"resource Id that start with '/subscriptions/{subscriptionId}' or '/providers/{resourceProviderNamespace}/'.", text))
		}
		at := target{scope, nil, on.tenant}
		if id := scope.Subscription(); id != "" {
			at.sub = c.world.subByID[id]
		}
		unknown := scope.Subscription() != "" && (at.sub == nil || at.sub.customer.tenant != on.tenant)
		if unknown || !c.world.may(c.caller.principal, writeRoles, at, c.now) {
			return nil, forbidden("LinkedAuthorizationFailed", fmt.Sprintf("%s has permission to perform action '%s' on scope '%s'; however, it does not have "+
				"permission to perform action '%s' on the linked scope(s) '%s' (respectively) or the linked scope(s) are invalid.",
				c.client(), writeRoles, on.scope, writeRoles, text))
		}
		out = append(out, scope)
	}
	return out, nil
}

// deleteRoleDefinition removes a custom role that nobody holds.
func deleteRoleDefinition(c *call) (reply, error) {
	on, err := c.target()
	if err != nil {
		return reply{}, err
	}
	if err := c.require("Microsoft.Authorization/roleDefinitions/delete", on); err != nil {
		return reply{}, err
	}
	d := on.tenant.role(pharos.RoleID(strings.ToLower(c.vars["id"])))
	switch {
	case d == nil:
		return reply{status: http.StatusNoContent}, nil
	case d.custom == nil:
		return reply{}, forbidden("RoleDefinitionCannotBeDeleted", "A built-in role cannot be deleted.")
	case c.roleHeld(on.tenant, d):
		return reply{}, badRequest("RoleDefinitionHasAssignments", "There are existing role assignments referencing role.")
	}
	on.tenant.roles = slices.DeleteFunc(on.tenant.roles, func(o *roleDefinition) bool { return o == d })
	return ok(roleBody(on.sub, d))
}

// roleHeld reports whether an assignment, or an eligibility, of the role stands.
func (c *call) roleHeld(t *tenant, d *roleDefinition) bool {
	held := func(a *roleAssignment) bool { return a.role == d && a.during.Contains(c.now) }
	if slices.ContainsFunc(t.above, held) {
		return true
	}
	return t.customer != nil && slices.ContainsFunc(t.customer.subs, func(s *subscription) bool { return slices.ContainsFunc(s.assignments, held) })
}
