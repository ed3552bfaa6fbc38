package emulator

import (
	"slices"
	"strings"
	"time"

	"github.com/pharos-pec/pharos"
)

// sees reports whether p has any access at t to the subscription or below it:
// then it is listed for it.
func (w *world) sees(p *principal, s *subscription, t time.Time) bool {
	return len(w.heldAt(p, s, t)) > 0
}

// heldAt returns the access that p can use at t in the subscription: its own,
// its groups', what was delegated to its tenant, and what it has activated.
// What is eligible gives nothing by itself.
func (w *world) heldAt(p *principal, s *subscription, t time.Time) []access {
	var out []access
	for _, a := range w.accessTo(s) {
		if a.kind != pharos.Eligible && a.during.at(t) && p.uses(a.path, s.customer.tenant) && p.is(a.holder, t) {
			out = append(out, a)
		}
	}
	return out
}

// uses reports whether p, as the object its token stands for, comes by a path
// to the resources of a tenant: by a delegation as an object of the managing
// tenant, on behalf of the customer as a foreign principal, directly as an
// object of the tenant itself.
func (p *principal) uses(path pharos.Path, t *tenant) bool {
	switch path {
	case pharos.Lighthouse:
		return !p.foreign && p.tenant != t
	case pharos.AOBO:
		return p.foreign && p.tenant == t
	default:
		return !p.foreign && p.tenant == t
	}
}

// may reports whether p may do the action at the target.
func (w *world) may(p *principal, action string, on target, t time.Time) bool {
	allowed, by := w.decide(p, action, on, t)
	return allowed && by == nil
}

// decide reports whether a role allows p the control-plane action at the
// target, and which deny assignment takes it away: those stand above all
// roles (docs: Azure deny assignments).
func (w *world) decide(p *principal, action string, on target, t time.Time) (allowed bool, by *denial) {
	if on.sub == nil {
		return w.mayAbove(p, action, on, t), nil
	}
	for _, a := range w.heldAt(p, on.sub, t) {
		if a.scope.Covers(on.scope) && a.allows(action) {
			allowed = true
			break
		}
	}
	if !allowed {
		return false, nil
	}
	for _, d := range on.sub.denials {
		if d.reaches(on.scope) && d.permission().allows(action) && d.timesFor(p).at(t) {
			return true, d
		}
	}
	return true, nil
}

// mayAbove is decide at the root and at management groups.
func (w *world) mayAbove(p *principal, action string, on target, t time.Time) bool {
	return slices.ContainsFunc(on.tenant.above, func(a *roleAssignment) bool {
		covers := a.scope == "/" || a.scope == on.scope
		return covers && a.kind != pharos.Eligible && a.during.Contains(t) && p.uses(a.path(), on.tenant) && p.is(a.principal, t) && a.role.allows(action)
	})
}

// path is how a role assignment reaches the tenant's resources.
func (a *roleAssignment) path() pharos.Path {
	if a.principalKind == pharos.ForeignGroup {
		return pharos.AOBO
	}
	return pharos.Direct
}

// allows reports whether the access allows a control-plane action. A
// delegation gives no right over who has access, whatever its role says (docs:
// tenants, users and roles in Azure Lighthouse), with two exceptions: roles
// listed for it may be given to managed identities, and the role made for it
// may remove the delegation.
func (a access) allows(action string) bool {
	if !a.role.allows(action) {
		return false
	}
	if a.path != pharos.Lighthouse {
		return true
	}
	action = strings.ToLower(action)
	switch {
	case strings.HasSuffix(action, "/read"):
		return true
	case strings.HasPrefix(action, "microsoft.authorization/roleassignments/"):
		return len(a.delegated) > 0
	case strings.HasPrefix(action, "microsoft.managedservices/registrationassignments/delete"):
		return a.role.names(action)
	default:
		return !strings.HasPrefix(action, "microsoft.authorization/") && !strings.HasPrefix(action, "microsoft.managedservices/registration")
	}
}

// reaches reports whether the deny assignment holds at a scope.
func (d *denial) reaches(scope pharos.Scope) bool {
	return d.scope == scope || (!d.hereOnly && d.scope.Covers(scope))
}

// permission is what the deny assignment denies, in the form of a role's.
func (d *denial) permission() rolePermission {
	if d.actions == nil {
		return rolePermission{Actions: []string{"*"}, NotActions: []string{"*/read"}}
	}
	return rolePermission{Actions: d.actions, NotActions: d.notActions}
}

// timesFor is when the deny assignment denies p: everybody, or those it names
// and the members of groups it names, less those it excludes.
func (d *denial) timesFor(p *principal) timeline {
	out := timelineOf(d.during)
	if d.principals != nil {
		out = out.intersect(p.amongTimes(d.principals))
	}
	return out.without(p.amongTimes(d.excluded))
}

// amongTimes is when p is one of the list or in a group of the list.
func (p *principal) amongTimes(list []*principal) timeline {
	if p.foreign {
		p = p.home
	}
	var out timeline
	for _, x := range list {
		if x == p {
			return always()
		}
		if x.kind == pharos.Group {
			out = out.union(p.memberTimes(x))
		}
	}
	return out
}
