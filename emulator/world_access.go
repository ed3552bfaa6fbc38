package emulator

import (
	"slices"
	"strings"
	"time"

	"github.com/pharos-pec/pharos"
)

// able is when the principal exists and is not disabled: when it can sign in,
// and when its link counts (docs: link a partner ID, deleted or disabled
// identities).
func (p *principal) able() timeline { return p.exists.without(p.disabled) }

// memberTimes is when p is a member of the group, directly or through groups
// in it. A group is no member of itself.
func (p *principal) memberTimes(group *principal) timeline {
	return p.memberTimesVia(group, nil)
}

func (p *principal) memberTimesVia(group *principal, path []*principal) timeline {
	var out timeline
	for _, g := range p.memberOf {
		if slices.Contains(path, g) {
			continue
		}
		var direct []pharos.Interval
		for _, m := range g.members {
			if m.member == p {
				direct = append(direct, m.during)
			}
		}
		in := timelineOf(direct...)
		if g != group {
			in = in.intersect(g.exists).intersect(g.memberTimesVia(group, append(path, g)))
		}
		out = out.union(in)
	}
	return out.intersect(group.exists)
}

// groupsAt returns every group that p is in at t, directly or not.
func (p *principal) groupsAt(t time.Time) []*principal {
	var out []*principal
	var walk func(*principal)
	walk = func(q *principal) {
		for _, g := range q.memberOf {
			if slices.Contains(out, g) || !g.exists.at(t) || !g.hasDirect(q, t) {
				continue
			}
			out = append(out, g)
			walk(g)
		}
	}
	walk(p)
	return out
}

func (p *principal) hasDirect(member *principal, t time.Time) bool {
	return slices.ContainsFunc(p.members, func(m membership) bool { return m.member == member && m.during.Contains(t) })
}

// everMembers returns every principal that is at some time a member of the
// group, directly or through groups in it, without the groups themselves.
func (p *principal) everMembers() []*principal {
	var out, seen []*principal
	var walk func(*principal)
	walk = func(g *principal) {
		seen = append(seen, g)
		for _, m := range g.members {
			switch {
			case m.member.kind == pharos.Group && !slices.Contains(seen, m.member):
				walk(m.member)
			case m.member.kind != pharos.Group && !slices.Contains(out, m.member):
				out = append(out, m.member)
			}
		}
	}
	walk(p)
	return out
}

// is reports whether a grant to holder reaches p at t: holder is p or a group
// that p is in.
func (p *principal) is(holder *principal, t time.Time) bool {
	if p.foreign {
		p = p.home
	}
	return p == holder || (holder != nil && holder.kind == pharos.Group && p.memberTimes(holder).at(t))
}

// linkedTimes is when p is linked, in its own tenant, to an ID for which ok
// is true. It is nil for a principal that never was.
func (w *world) linkedTimes(p *principal, ok func(pharos.PartnerID) bool) timeline {
	rec := w.links[p.ref()]
	if rec == nil {
		return nil
	}
	var out []pharos.Interval
	for _, t := range rec.times {
		if ok(t.id) {
			out = append(out, t.during)
		}
	}
	return timelineOf(out...)
}

// linkAt returns the partner ID that p is linked to at t, "" for none.
func (w *world) linkAt(p *principal, t time.Time) pharos.PartnerID {
	if rec := w.links[p.ref()]; rec != nil {
		for _, l := range rec.times {
			if l.during.Contains(t) {
				return l.id
			}
		}
	}
	return ""
}

// billedTo is when the customer is billed to the partner.
func (c *customer) billedTo(p *partner) timeline { return partyTimes(c.billTo, p) }

// resoldBy is when the partner is the customer's reseller of record.
func (c *customer) resoldBy(p *partner) timeline { return partyTimes(c.resellers, p) }

func partyTimes(list []party, p *partner) timeline {
	var out []pharos.Interval
	for _, x := range list {
		if x.partner == p {
			out = append(out, x.during)
		}
	}
	return timelineOf(out...)
}

// resellerAt returns the reseller of record at t, nil for none.
func (c *customer) resellerAt(t time.Time) *partner { return partyAt(c.resellers, t) }

// billedAt returns the partner the customer is billed to at t, nil for none.
func (c *customer) billedAt(t time.Time) *partner { return partyAt(c.billTo, t) }

func partyAt(list []party, t time.Time) *partner {
	for _, x := range list {
		if x.during.Contains(t) {
			return x.partner
		}
	}
	return nil
}

// onPlan is when the customer's subscriptions are sold by the plan.
func (c *customer) onPlan(p pharos.Plan) timeline {
	var out []pharos.Interval
	for _, x := range c.plans {
		if x.plan == p {
			out = append(out, x.during)
		}
	}
	return timelineOf(out...)
}

// planAt returns the plan at t, "" for none.
func (c *customer) planAt(t time.Time) pharos.Plan {
	for _, x := range c.plans {
		if x.during.Contains(t) {
			return x.plan
		}
	}
	return ""
}

// access is one grant as the bill judges it: a role held at a scope over a
// time, by a role assignment or by an authorization of a delegation. An
// activation of an eligible grant is an access of its own, time bound.
type access struct {
	id      string // of the role assignment or the registration assignment
	path    pharos.Path
	kind    pharos.GrantKind
	scope   pharos.Scope
	role    *roleDefinition
	holder  *principal // nil where the object id names nobody known
	manager *partner   // the managing partner (Lighthouse), the group's (AOBO); else nil
	during  timeline
	// delegated are the roles that the holder may give to managed identities
	// (Lighthouse).
	delegated []pharos.RoleID
}

// accessTo returns every access that ever was given to the subscription or
// below it, and what it inherits from above.
func (w *world) accessTo(s *subscription) []access {
	var out []access
	for _, a := range w.assignmentsFor(s) {
		x := access{
			id: a.id, path: a.path(), kind: a.kind, scope: a.scope, role: a.role, holder: a.principal,
			during: timelineOf(a.during),
		}
		if x.path == pharos.AOBO && a.principal != nil {
			x.manager = a.principal.tenant.partner
		}
		out = append(out, x)
		for _, v := range a.activations {
			v := access{path: x.path, kind: pharos.TimeBound, scope: v.at(a.scope), role: a.role, holder: v.principal, during: timelineOf(v.during)}
			v.during = v.during.intersect(x.during)
			out = append(out, v)
		}
	}
	for _, d := range s.delegations {
		out = append(out, d.accesses()...)
	}
	return out
}

// accesses returns the authorizations of every version of the delegation's
// definition, while both stand, and the activations of eligible ones.
func (d *delegation) accesses() []access {
	var out []access
	for _, def := range d.sub.definitions {
		during := timelineOf(def.during).intersect(timelineOf(d.during))
		if def.id != d.definitionID || during == nil {
			continue
		}
		for _, a := range def.authorizations {
			x := access{
				id: d.id, path: pharos.Lighthouse, kind: pharos.Permanent, scope: d.scope, role: a.role,
				holder: a.principal, manager: def.manager.partner, during: during, delegated: a.delegatedRoles,
			}
			if a.eligible {
				x.kind = pharos.Eligible
			}
			out = append(out, x)
		}
		for _, v := range d.activations {
			if held := timelineOf(v.during).intersect(during); held != nil && def.activates(v) {
				out = append(out, access{
					path: pharos.Lighthouse, kind: pharos.TimeBound, scope: v.at(d.scope), role: v.role,
					holder: v.principal, manager: def.manager.partner, during: held,
				})
			}
		}
	}
	return out
}

// activates reports whether the definition still lets the principal of an
// activation have its role.
func (d *definition) activates(v activation) bool {
	return slices.ContainsFunc(d.authorizations, func(a authorization) bool {
		return a.eligible && a.role == v.role && a.principal != nil &&
			(a.principal == v.principal || v.principal.memberTimes(a.principal) != nil)
	})
}

// assignmentsFor returns the role assignments that ever stood at the
// subscription, below it, or above it where it inherits them.
func (w *world) assignmentsFor(s *subscription) []*roleAssignment {
	out := slices.Clone(s.assignments)
	for _, a := range s.customer.tenant.above {
		if s.inherits(a.scope) {
			out = append(out, a)
		}
	}
	return out
}

// inherits reports whether what stands at a scope above subscriptions reaches
// this one.
func (s *subscription) inherits(scope pharos.Scope) bool {
	name, group := strings.CutPrefix(string(scope), "/providers/Microsoft.Management/managementGroups/")
	return scope == "/" || (group && slices.Contains(s.managementGroups, name))
}

// deniedTimes is when a deny assignment reaches p at the scope.
func (s *subscription) deniedTimes(p *principal, scope pharos.Scope) timeline {
	var out timeline
	for _, d := range s.denials {
		if d.reaches(scope) {
			out = out.union(d.timesFor(p))
		}
	}
	return out
}
