package coverage

import (
	"fmt"
	"slices"

	"github.com/pharos-pec/pharos"
)

// chain is one way in which the scope may earn: a grant, the principal that
// holds it itself or as a member of the holder group, and that principal's link.
type chain struct {
	grant      pharos.Grant
	principal  pharos.PrincipalRef
	ours       bool // of our side of the sale; the others only explain a loss
	conditions []condition
	// unread are principals of whom nobody ever read the link that is missing.
	unread []pharos.PrincipalRef
	// aside marks a chain that only tells of unread members of a group whose
	// other members explain why it does not earn.
	aside bool
}

// holding is the worst of the conditions.
func (c *chain) holding() pharos.Holding {
	worst := pharos.Whole
	for _, x := range c.conditions {
		worst = min(worst, x.holding)
	}
	return worst
}

// defects are the conditions that for certain did not hold all day.
func (c *chain) defects() []condition {
	var ds []condition
	for _, x := range c.conditions {
		switch x.holding {
		case pharos.Never:
			ds = append(ds, x)
		case pharos.PartOf:
			ds = append(ds, condition{x.holding, pharos.PartialDay, x.note})
		case pharos.Unseen, pharos.Disputed, pharos.Whole:
		}
	}
	return ds
}

// onlyUnread reports whether nothing but a link that nobody read stands
// between the chain and the credit.
func (c *chain) onlyUnread() bool {
	if len(c.unread) == 0 {
		return false
	}
	for _, x := range c.conditions {
		if x.holding < pharos.Disputed && !isLinkCause(x.cause) {
			return false
		}
	}
	return true
}

func isLinkCause(c pharos.Cause) bool {
	return c == pharos.NotLinked || c == pharos.LinkedNotMember || c == pharos.LinkedWrongTenant
}

// chains builds every chain of the subscription that existed on the day.
func (q *query) chains() []chain {
	var all []chain
	for _, path := range []pharos.Path{pharos.AOBO, pharos.Lighthouse, pharos.Direct} {
		rec := q.grants(pharos.GrantKey{Subscription: q.sub, Path: path})
		if rec == nil {
			continue
		}
		for _, g := range q.standingGrants(rec) {
			base := q.grantConditions(g.Value, q.on(g.Span, q.day))
			switch path {
			case pharos.AOBO:
				all = append(all, q.aoboChain(g.Value, base))
			case pharos.Lighthouse:
				all = append(all, q.delegationChains(g.Value, base)...)
			case pharos.Direct:
				all = append(all, q.directChains(g.Value, base)...)
			}
		}
	}
	return all
}

// standingGrants are the grants that held at some time of the day. What is
// taken away and given again in the same instant is no break.
func (q *query) standingGrants(rec *pharos.Record[pharos.Grant]) []pharos.Fact[pharos.Grant] {
	var order []pharos.Grant
	spans := map[pharos.Grant][]pharos.Span{}
	for _, f := range rec.Facts {
		if q.on(f.Span, q.day) == pharos.Never {
			continue
		}
		g := f.Value
		g.ID, g.Offer = "", "" // another deployment of the same access
		if spans[g] == nil {
			order = append(order, g)
		}
		spans[g] = append(spans[g], f.Span)
	}
	var grants []pharos.Fact[pharos.Grant]
	for _, g := range order {
		for _, s := range unbroken(spans[g]) {
			grants = append(grants, pharos.Fact[pharos.Grant]{Value: g, Span: s})
		}
	}
	return grants
}

// unbroken joins spans of which one begins with the very change that ended
// another.
func unbroken(spans []pharos.Span) []pharos.Span {
	slices.SortStableFunc(spans, func(x, y pharos.Span) int { return x.Began.Latest.Compare(y.Began.Latest) })
	var out []pharos.Span
	for _, s := range spans {
		if n := len(out); n > 0 && !out[n-1].Open() && out[n-1].Ended == s.Began {
			out[n-1].Ended = s.Ended
			continue
		}
		out = append(out, s)
	}
	return out
}

// grantConditions are the conditions that lie in the grant alone.
func (q *query) grantConditions(g pharos.Grant, standing pharos.Holding) []condition {
	cs := []condition{{standing, pharos.NoAccess, q.holds(g) + ", for a part of the day"}}
	switch q.roles.Lookup(g.Role).Earns {
	case pharos.EligibleRole:
	case pharos.IneligibleRole:
		cs = append(cs, condition{pharos.Never, pharos.RoleNotEligible, q.holds(g) + ", a role that earns nothing"})
	case pharos.UnlistedRole:
		cs = append(cs, condition{pharos.Never, pharos.RoleUnlisted, q.holds(g) + ", a role that Microsoft's table does not list"})
	}
	if g.Kind != pharos.Permanent {
		cs = append(cs, condition{pharos.Never, pharos.EligibleOnly, q.holds(g) + ", just in time or with an end"})
	}
	if !g.Scope.Covers(q.scope) {
		// The note names no scope: the answer is kept for every scope that no grant tells apart.
		cs = append(cs, condition{pharos.Never, pharos.ScopeTooNarrow, q.holds(g) + ", which does not reach this far"})
	}
	return append(cs, q.denials()...)
}

// denials are the deny assignments above the scope. Any instant of one voids
// the day; one that nobody looked for may have.
func (q *query) denials() []condition {
	rec := q.denialsOf(q.sub)
	var cs []condition
	if !known(q.Access, rec, q.day) {
		cs = append(cs, condition{pharos.Unseen, pharos.NotObserved, "whether a deny assignment stood"})
	}
	if rec == nil {
		return cs
	}
	for _, f := range rec.Facts {
		if !f.Value.Scope.Covers(q.scope) {
			continue
		}
		c := condition{pharos.Never, pharos.DenyAssignment, "a deny assignment stands at " + string(f.Value.Scope)}
		switch free := q.absent(f.Span, q.day); free {
		case pharos.Whole:
			continue
		case pharos.Unseen, pharos.Disputed:
			c.holding = free
		case pharos.PartOf, pharos.Never:
		}
		cs = append(cs, c)
	}
	return cs
}

// aoboChain needs no link: the foreign group itself says whose it is (docs:
// troubleshooting, "compare object IDs").
func (q *query) aoboChain(g pharos.Grant, base []condition) chain {
	c := chain{grant: g, principal: g.Holder, ours: true, conditions: base}
	if _, own := q.history.AgentGroups[g.Holder.ID]; own {
		return c
	}
	theirs := func(r pharos.Reseller) bool { return slices.Contains(r.AgentGroups, g.Holder.ID) }
	if r, held := q.resellerWith(theirs); held > pharos.Never {
		c.conditions = append(base, condition{held, pharos.AOBOOfOther, r.Name + " is reseller of record for a part of the day"})
		return c
	}
	foreign := condition{pharos.Never, pharos.AOBOOfOther, fmt.Sprintf("the foreign group %s is not the AdminAgents or HelpdeskAgents group of ours", g.Holder.ID)}
	named := func(r pharos.Reseller) bool { return len(r.AgentGroups) > 0 }
	if len(q.history.AgentGroups) == 0 || q.stranger(named) {
		foreign.holding = pharos.Unseen // nothing to compare it with
	}
	c.ours = foreign.holding == pharos.Unseen
	c.conditions = append(base, foreign)
	return c
}

// delegationChains are the chains of a Lighthouse authorization. The link
// counts in the managing tenant.
func (q *query) delegationChains(g pharos.Grant, base []condition) []chain {
	if g.Holder.Tenant != q.partner.Tenant {
		theirs := func(r pharos.Reseller) bool { return r.Tenant == g.Holder.Tenant }
		r, held := q.resellerWith(theirs)
		if held == pharos.Never {
			other := condition{pharos.Never, pharos.UnrelatedPartner, fmt.Sprintf("the delegation is to tenant %s, which has no part in the sale", g.Holder.Tenant)}
			if q.stranger(func(r pharos.Reseller) bool { return r.Tenant != "" }) {
				other.holding = pharos.Unseen // it may be the reseller's tenant
			}
			return []chain{{grant: g, principal: g.Holder, ours: other.holding == pharos.Unseen, conditions: append(base, other)}}
		}
		base = append(base, condition{held, pharos.UnrelatedPartner, r.Name + " is reseller of record for a part of the day"})
	}
	return q.holderChains(g, base)
}

// directChains are the chains of a plain role assignment. The link counts in
// the customer's tenant; the customer's own people are not candidates.
func (q *query) directChains(g pharos.Grant, base []condition) []chain {
	var kept []chain
	for _, c := range q.holderChains(g, base) {
		if who, candidate := q.candidate(c); candidate {
			c.ours = who
			kept = append(kept, c)
		}
	}
	return kept
}

// candidate says whether a direct chain may be the partner's at all, and
// whether it is of our side of the sale: its principal is linked, a guest, or
// one whose link we read ourselves and whose role would earn.
func (q *query) candidate(c chain) (ours, candidate bool) {
	refs := []pharos.PrincipalRef{c.principal}
	if c.grant.HolderKind == pharos.Group && c.principal == c.grant.Holder {
		refs = q.membersOn(c.grant.Holder)
	}
	earns := q.roles.Lookup(c.grant.Role).Earns != pharos.IneligibleRole
	for _, ref := range refs {
		p := q.history.Principals[ref]
		rec := q.links(ref)
		switch {
		case p.Guest:
			return true, true
		case rec == nil:
		case len(rec.Facts) == 0:
			ours = ours || earns
			candidate = candidate || earns
		default:
			for _, f := range rec.Facts {
				ours = ours || q.acceptable(f.Value) > pharos.Never
			}
			candidate = true
		}
	}
	return ours, candidate
}
