package coverage

import (
	"fmt"
	"slices"
	"strings"

	"github.com/pharos-pec/pharos"
)

// linkState is what is known of a principal's link in a tenant on the day.
type linkState struct {
	condition
	read bool // somebody read it: that it is missing is a fact
}

// holderChains are the chains of a grant through its holder, or through the
// members of the holder group.
func (q *query) holderChains(g pharos.Grant, base []condition) []chain {
	if g.HolderKind == pharos.Group {
		return q.groupChains(g, base)
	}
	return []chain{q.principalChain(g, g.Holder, base)}
}

// principalChain is the chain through one user or service principal.
func (q *query) principalChain(g pharos.Grant, ref pharos.PrincipalRef, base []condition) chain {
	link := q.link(ref)
	c := chain{grant: g, principal: ref, ours: true}
	c.conditions = append(slices.Clone(base), q.enabled(ref), link.condition)
	if link.holding == pharos.Never && !link.read {
		c.unread = []pharos.PrincipalRef{ref}
	}
	return c
}

// groupChains are the chains through a group: one for each member that is
// linked or linked elsewhere, or else one for the group as a whole.
func (q *query) groupChains(g pharos.Grant, base []condition) []chain {
	rec := q.members(g.Holder)
	var linked, other []chain
	var unread []pharos.PrincipalRef
	wrongTenant := ""
	if rec != nil {
		for _, f := range rec.Facts {
			in := q.on(f.Span, q.day)
			ref := pharos.PrincipalRef{Tenant: g.Holder.Tenant, ID: f.Value}
			if in == pharos.Never || q.history.Principals[ref].Kind == pharos.Group {
				continue
			}
			member := condition{in, pharos.LinkedNotMember, fmt.Sprintf("%s is in %s for a part of the day", q.name(ref), q.name(g.Holder))}
			c := q.principalChain(g, ref, append(slices.Clone(base), member))
			link := c.conditions[len(c.conditions)-1]
			switch {
			case link.holding > pharos.Never:
				linked = append(linked, c)
			case link.cause == pharos.LinkedToOther:
				other = append(other, c)
			case link.cause == pharos.LinkedWrongTenant:
				wrongTenant = link.note
				unread = append(unread, c.unread...)
			default:
				unread = append(unread, c.unread...)
			}
		}
	}
	chains := append(linked, other...)
	if len(chains) > 0 && len(unread) > 0 {
		c := q.wholeGroup(g, base, unread, "")
		c.aside = true
		chains = append(chains, c)
	}
	if len(chains) == 0 {
		chains = append(chains, q.wholeGroup(g, base, unread, wrongTenant))
	}
	if !known(q.Access, rec, q.day) {
		unseen := condition{pharos.Unseen, pharos.NotObserved, "the members of " + q.name(g.Holder) + " were not read"}
		chains = append(chains, chain{grant: g, principal: g.Holder, ours: true, conditions: append(slices.Clone(base), unseen)})
	}
	return chains
}

// wholeGroup is the chain of a group none of whose members is linked.
func (q *query) wholeGroup(g pharos.Grant, base []condition, unread []pharos.PrincipalRef, wrongTenant string) chain {
	link := condition{pharos.Never, pharos.NotLinked, fmt.Sprintf("no member of %s is linked to our partner ID", q.name(g.Holder))}
	if who, ok := q.linkedIn(g.Holder.Tenant); ok {
		link.cause = pharos.LinkedNotMember
		link.note = fmt.Sprintf("%s is linked, but is no member of %s, and no member is linked", q.name(who), q.name(g.Holder))
	} else if wrongTenant != "" {
		link.cause, link.note = pharos.LinkedWrongTenant, wrongTenant
	}
	return chain{
		grant: g, principal: g.Holder, ours: true, unread: unread,
		conditions: append(slices.Clone(base), link),
	}
}

// linkedIn finds a principal of the tenant that is linked to us on the day.
func (q *query) linkedIn(tenant pharos.TenantID) (pharos.PrincipalRef, bool) {
	for _, ref := range q.linkedOf(tenant) {
		if q.link(ref).holding > pharos.Never {
			return ref, true
		}
	}
	return pharos.PrincipalRef{}, false
}

// link answers whether the principal was linked to us in its tenant.
func (q *query) link(ref pharos.PrincipalRef) linkState {
	rec := q.links(ref)
	best := pharos.Never
	var other pharos.PartnerID
	if rec != nil {
		var own []pharos.Span // a change among our own IDs is no break
		for _, f := range rec.Facts {
			held := q.on(f.Span, q.day)
			switch counts := q.acceptable(f.Value); {
			case counts == pharos.Whole:
				own = append(own, f.Span)
			case counts > pharos.Never:
				best = max(best, min(held, counts))
			case held > pharos.Never:
				other = f.Value
			}
		}
		for _, s := range unbroken(own) {
			best = max(best, q.on(s, q.day))
		}
	}
	s := linkState{read: known(q.Access, rec, q.day)}
	switch wrong, isWrong := q.linkedElsewhere(ref); {
	case best > pharos.Never:
		s.condition = condition{best, pharos.NotLinked, q.name(ref) + " is linked for a part of the day"}
	case other != "":
		s.condition = condition{pharos.Never, pharos.LinkedToOther, fmt.Sprintf("%s is linked to partner ID %s, which is not of our organisation", q.name(ref), other)}
	case isWrong:
		s.condition = condition{pharos.Never, pharos.LinkedWrongTenant, fmt.Sprintf("%s is linked in tenant %s, but the access is held in tenant %s", q.name(ref), wrong.Tenant, ref.Tenant)}
	default:
		s.condition = condition{pharos.Never, pharos.NotLinked, q.name(ref) + " is not linked to our partner ID in tenant " + string(ref.Tenant)}
	}
	return s
}

// linkedElsewhere finds a link to us of the same person or application in
// another tenant.
func (q *query) linkedElsewhere(ref pharos.PrincipalRef) (pharos.PrincipalRef, bool) {
	identity := q.history.Principals[ref].Identity
	if identity == "" {
		return pharos.PrincipalRef{}, false
	}
	for _, twin := range q.persons[strings.ToLower(identity)] {
		rec := q.links(twin)
		if twin.Tenant == ref.Tenant || rec == nil {
			continue
		}
		for _, f := range rec.Facts {
			if q.acceptable(f.Value) > pharos.Never && q.on(f.Span, q.day) > pharos.Never {
				return twin, true
			}
		}
	}
	return pharos.PrincipalRef{}, false
}

// enabled answers whether the principal was enabled all day. One whose state
// nobody read is taken to be: a disabled one is seen as such.
func (q *query) enabled(ref pharos.PrincipalRef) condition {
	c := condition{pharos.Whole, pharos.PrincipalDisabled, q.name(ref) + " is disabled or deleted"}
	rec := q.disabled(ref)
	if rec == nil {
		return c
	}
	for _, f := range rec.Facts {
		c.holding = min(c.holding, q.absent(f.Span, q.day))
	}
	return c
}

// membersOn lists the principals that were in a group at some time of the day.
func (q *query) membersOn(group pharos.PrincipalRef) []pharos.PrincipalRef {
	rec := q.members(group)
	if rec == nil {
		return nil
	}
	var refs []pharos.PrincipalRef
	for _, f := range rec.Facts {
		if q.on(f.Span, q.day) > pharos.Never {
			refs = append(refs, pharos.PrincipalRef{Tenant: group.Tenant, ID: f.Value})
		}
	}
	return refs
}
