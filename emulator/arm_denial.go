package emulator

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// listDenyAssignments lists the deny assignments at, above and below a scope.
func listDenyAssignments(c *call) (reply, error) {
	on, f, err := c.authorizationList("Microsoft.Authorization/denyAssignments/read")
	if err != nil {
		return reply{}, err
	}
	var out []map[string]any
	if on.sub == nil {
		return list(out)
	}
	for _, d := range on.sub.denials {
		if !on.relates(d.scope) || !d.during.Contains(c.now) || (f.has("atscope") && !d.reaches(on.scope)) {
			continue
		}
		if want, ok := f.equal["principalid"]; ok && !slices.ContainsFunc(d.principals, func(p *principal) bool { return strings.EqualFold(want, string(p.id)) }) {
			continue
		}
		out = append(out, denialBody(d, c.world.began(d.during)))
	}
	return list(out)
}

// getDenyAssignment tells one, at exactly its scope.
func getDenyAssignment(c *call) (reply, error) {
	on, err := c.target()
	if err != nil {
		return reply{}, err
	}
	if err := c.require("Microsoft.Authorization/denyAssignments/read", on); err != nil {
		return reply{}, err
	}
	if on.sub != nil {
		for _, d := range on.sub.denials {
			if d.scope == on.scope && d.during.Contains(c.now) && strings.EqualFold(d.id, c.vars["id"]) {
				return ok(denialBody(d, c.world.began(d.during)))
			}
		}
	}
	return reply{}, notFound("DenyAssignmentNotFound", fmt.Sprintf("The deny assignment '%s' is not found.", c.vars["id"]))
}

func denialBody(d *denial, began time.Time) map[string]any {
	p := d.permission()
	return map[string]any{
		"id": assignmentID(d.scope, "denyAssignments", d.id), "name": d.id, "type": "Microsoft.Authorization/denyAssignments",
		"properties": map[string]any{
			"denyAssignmentName": d.name, "description": strings.TrimSpace(d.name), "scope": string(d.scope),
			"permissions": []any{map[string][]string{
				"actions": p.Actions, "notActions": append([]string{}, p.NotActions...), "dataActions": {}, "notDataActions": {},
			}},
			"principals": deniedPrincipals(d.principals), "excludePrincipals": principalRefs(d.excluded),
			"isSystemProtected": true, "doNotApplyToChildScopes": d.hereOnly,
			"createdOn": stamp(began), "updatedOn": stamp(began), "createdBy": nil, "updatedBy": nil,
		},
	}
}

// deniedPrincipals are whom a deny assignment names; everybody is a name too.
func deniedPrincipals(list []*principal) []map[string]string {
	if list == nil {
		return []map[string]string{{"id": "00000000-0000-0000-0000-000000000000", "displayName": "All Principals", "type": "SystemDefined"}}
	}
	return principalRefs(list)
}

func principalRefs(list []*principal) []map[string]string {
	out := []map[string]string{}
	for _, p := range list {
		out = append(out, map[string]string{"id": string(p.id), "displayName": p.displayName, "type": armKind(p.kind)})
	}
	return out
}
