package coverage

import (
	"cmp"
	"slices"

	"github.com/pharos-pec/pharos"
)

// verdict weighs the chains and the sale against each other.
func (q *query) verdict() pharos.Coverage {
	c := pharos.Coverage{Scope: q.scope, Day: q.day}
	chains := q.chains()
	access := pharos.Never
	for i := range chains {
		access = max(access, chains[i].holding())
	}
	sale := pharos.Whole
	for _, s := range q.sale {
		sale = min(sale, s.holding)
	}
	if access == pharos.Whole {
		q.earning(&c, chains)
	}
	switch {
	case sale <= pharos.PartOf: // whatever the access, the sale does not earn
		c.State = pharos.None
		if sale == pharos.PartOf && access == pharos.Whole {
			c.State = pharos.Partial
		}
		if access == pharos.Whole || access != pharos.Unseen && !q.blind() {
			q.explain(&c, chains)
		}
		q.explainSale(&c)
	case access == pharos.Whole && sale == pharos.Whole:
		c.State = pharos.Full
	case access == pharos.Whole && sale == pharos.Disputed:
		c.State, c.Disputed = pharos.Partial, true
		c.Causes, c.Notes = []pharos.Cause{pharos.PartialDay}, []string{"the terms of the sale changed between two observations"}
	case access == pharos.Whole && sale == pharos.Unseen:
		q.presume(&c)
	case sale == pharos.Unseen, access == pharos.Unseen, access != pharos.Whole && q.blind():
		q.unknown(&c, chains)
	case access == pharos.Disputed:
		c.State, c.Disputed = pharos.Partial, true
		q.disputed(&c, chains)
	default:
		q.fallsShort(&c, chains, access)
	}
	if c.State != pharos.Full {
		c.Path, c.Earning = "", nil
	}
	return c
}

// fallsShort is the coverage of a scope that for certain no known chain covers
// all day. A link that nobody read leaves it open, unless a group's case is
// decided by another of ours being linked (the contract's linked-not-member).
func (q *query) fallsShort(c *pharos.Coverage, chains []chain, access pharos.Holding) {
	c.State = pharos.None
	if access == pharos.PartOf {
		c.State = pharos.Partial
	}
	for i := range chains {
		if !chains[i].onlyUnread() {
			continue
		}
		for _, ref := range chains[i].unread {
			if !slices.Contains(c.Unread, ref) {
				c.Unread = append(c.Unread, ref)
			}
		}
		if last := chains[i].conditions[len(chains[i].conditions)-1]; last.cause == pharos.NotLinked && !chains[i].aside {
			c.State = pharos.UnknownCoverage
		}
	}
	q.explain(c, chains)
}

// blind reports whether a path that might have earned was not looked at.
// Direct assignments matter only where a principal of ours is linked. What a
// reseller of record holds is hidden from our own tenant, so that its absence
// counts only for days that were looked at.
func (q *query) blind() bool {
	for _, path := range []pharos.Path{pharos.AOBO, pharos.Lighthouse} {
		rec := q.grants(pharos.GrantKey{Subscription: q.sub, Path: path})
		hidden := len(q.resellers) > 0 && !q.running(q.day) && rec.Knows(q.day) != pharos.Whole
		if hidden || !known(q.Access, rec, q.day) {
			return true
		}
	}
	if known(q.Access, q.grants(pharos.GrantKey{Subscription: q.sub, Path: pharos.Direct}), q.day) {
		return false
	}
	_, linked := q.linkedIn(q.customer)
	return linked
}

// earning lists the principals of the chains that hold all day.
func (q *query) earning(c *pharos.Coverage, chains []chain) {
	for i := range chains {
		if chains[i].holding() != pharos.Whole {
			continue
		}
		if c.Path == "" {
			c.Path = chains[i].grant.Path
		}
		p := pharos.EarningPrincipal{
			PrincipalRef: chains[i].principal,
			Name:         q.name(chains[i].principal),
			Role:         chains[i].grant.Role,
			Linked:       chains[i].grant.Path != pharos.AOBO,
		}
		same := func(e pharos.EarningPrincipal) bool { return e.PrincipalRef == p.PrincipalRef }
		if !slices.ContainsFunc(c.Earning, same) {
			c.Earning = append(c.Earning, p)
		}
	}
}

// unknown says what is missing to decide.
func (q *query) unknown(c *pharos.Coverage, chains []chain) {
	c.State = pharos.UnknownCoverage
	note := "the scope's access was not observed on this day"
	for i := range chains {
		for _, x := range chains[i].conditions {
			if chains[i].holding() == pharos.Unseen && x.holding == pharos.Unseen {
				note = "not observed: " + x.note
			}
		}
	}
	c.Causes, c.Notes = []pharos.Cause{pharos.NotObserved}, []string{note}
}

// presume is the coverage of a day on which only the sale was not looked at.
// A programme agreement that was not signed at first sight may have lapsed
// since: the state is unknown, the cause is named, and the bill decides.
func (q *query) presume(c *pharos.Coverage) {
	q.unknown(c, nil)
	for _, s := range q.sale {
		if s.holding == pharos.Unseen && s.cause == pharos.ProgrammeInactive {
			c.Causes, c.Notes = []pharos.Cause{s.cause}, []string{s.note + " when it was first looked at"}
		}
	}
}

// disputed names the change that two observations leave open.
func (q *query) disputed(c *pharos.Coverage, chains []chain) {
	note := ""
	for i := range chains {
		if chains[i].holding() != pharos.Disputed {
			continue
		}
		for _, x := range chains[i].conditions {
			if x.holding == pharos.Disputed && note == "" {
				note = "changed between two observations: " + x.note
			}
		}
	}
	c.Causes, c.Notes = []pharos.Cause{pharos.PartialDay}, []string{note}
}

// explain chooses the causes: of the chains that come nearest to earning, all
// that would have to be mended.
func (q *query) explain(c *pharos.Coverage, chains []chain) {
	chains = slices.DeleteFunc(slices.Clone(chains), func(c chain) bool { return c.aside })
	for _, near := range nearest(q.roles, chains) {
		for _, d := range near.defects() {
			appendCause(c, d)
		}
	}
	if len(chains) == 0 {
		c.Causes = append(c.Causes, pharos.NoAccess)
		c.Notes = append(c.Notes, "nobody of ours holds any role here")
	}
}

// explainSale names what is wrong with the sale. A part of the day without it
// is as bad as the whole, and the cause is the same.
func (q *query) explainSale(c *pharos.Coverage) {
	for _, s := range q.sale {
		if s.holding <= pharos.PartOf {
			appendCause(c, s)
		}
	}
}

// nearest returns the chains that come nearest to earning: our own before
// others', an eligible role before an unlisted or ineligible one, then those
// with the fewest defects.
func nearest(roles *pharos.RoleTable, chains []chain) []chain {
	rank := func(c chain) [3]int {
		var r [3]int
		if !c.ours {
			r[0] = 1
		}
		switch roles.Lookup(c.grant.Role).Earns {
		case pharos.EligibleRole:
		case pharos.UnlistedRole:
			r[1] = 1
		case pharos.IneligibleRole:
			r[1] = 2
		}
		r[2] = len(c.defects())
		return r
	}
	compare := func(x, y chain) int {
		a, b := rank(x), rank(y)
		return cmp.Or(cmp.Compare(a[0], b[0]), cmp.Compare(a[1], b[1]), cmp.Compare(a[2], b[2]))
	}
	if len(chains) == 0 {
		return nil
	}
	best := slices.MinFunc(chains, compare)
	var near []chain
	for _, c := range chains {
		if compare(c, best) == 0 {
			near = append(near, c)
		}
	}
	return near
}

// appendCause adds a cause once, with the first note that names it.
func appendCause(c *pharos.Coverage, d condition) {
	if !slices.Contains(c.Causes, d.cause) {
		c.Causes = append(c.Causes, d.cause)
		c.Notes = append(c.Notes, d.note)
	}
}
