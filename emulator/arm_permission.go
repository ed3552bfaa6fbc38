package emulator

import (
	"strings"

	"github.com/pharos-pec/pharos"
)

// listPermissions lists what the caller's roles allow at a scope, one entry
// for each permission of each role. It wants no permission itself.
func listPermissions(c *call) (reply, error) {
	on, err := c.target()
	if err != nil {
		return reply{}, err
	}
	out := []map[string][]string{}
	if on.sub == nil {
		return list(out)
	}
	for _, a := range c.world.heldAt(c.caller.principal, on.sub, c.now) {
		if !a.scope.Covers(on.scope) {
			continue
		}
		for _, p := range a.role.Permissions {
			out = append(out, map[string][]string{
				"actions": listOf(p.Actions), "notActions": listOf(p.NotActions), "dataActions": listOf(p.DataActions), "notDataActions": listOf(p.NotDataActions),
			})
		}
	}
	return list(out)
}

// checkAccess answers for each of the actions asked about, on data or not,
// whether the caller may do it here. The subject is always the caller.
func checkAccess(c *call) (reply, error) {
	on, err := c.target()
	if err != nil {
		return reply{}, err
	}
	var want struct {
		Subject struct {
			Attributes struct{ ObjectID string }
		}
		Actions []struct {
			ID           string
			IsDataAction bool
		}
	}
	if err := c.decode(&want); err != nil {
		return reply{}, err
	}
	p := c.caller.principal
	if id := want.Subject.Attributes.ObjectID; id != "" && !strings.EqualFold(id, string(p.id)) {
		return reply{}, c.unauthorized("Microsoft.Authorization/checkAccess/action", on.scope)
	}
	out := []map[string]any{}
	for _, a := range want.Actions {
		decision := "NotAllowed"
		allowed, by := c.world.decide(p, a.ID, on, c.now)
		if a.IsDataAction {
			allowed, by = c.world.mayData(p, a.ID, on, c), nil
		}
		switch {
		case by != nil:
			decision = "Denied"
		case allowed:
			decision = "Allowed"
		}
		out = append(out, map[string]any{"actionId": a.ID, "isDataAction": a.IsDataAction, "accessDecision": decision, "timeToLiveInMs": 0})
	}
	return ok(out)
}

// mayData reports whether a role allows p an action on data at the target. A
// delegation never does: only Resource Manager's requests are projected (docs:
// cross-tenant management experiences).
func (w *world) mayData(p *principal, action string, on target, c *call) bool {
	if on.sub == nil {
		return false
	}
	for _, a := range w.heldAt(p, on.sub, c.now) {
		if a.path != pharos.Lighthouse && a.scope.Covers(on.scope) && a.role.allowsData(action) {
			return true
		}
	}
	return false
}
