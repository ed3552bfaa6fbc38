package emulator

import (
	"slices"

	"github.com/pharos-pec/pharos"
)

// chain is one way by which a partner has access that can earn: a grant, its
// holder or a member of the holding group, and that principal's partner link.
// One chain must hold for a whole day; two halves by two chains do not earn.
type chain struct {
	scope  pharos.Scope
	holder *principal
	holds  timeline
}

// seller is a partner whose access counts for a customer, with the time over
// which it does: we, and in the indirect model the reseller of record. Every
// other partner's access neither adds nor harms (docs: partner earned credit
// troubleshooting, the table of partners).
type seller struct {
	*partner
	counts timeline
}

func (w *world) sellers(c *customer) []seller {
	all := []seller{{w.us, always()}}
	if w.us.kind != pharos.IndirectProvider {
		return all
	}
	var seen []*partner
	for _, r := range c.resellers {
		if r.partner != w.us && !slices.Contains(seen, r.partner) {
			seen = append(seen, r.partner)
			all = append(all, seller{r.partner, c.resoldBy(r.partner)})
		}
	}
	return all
}

// judge decides which resources of a subscription earned on which day. It is
// made once for a bill and holds what all resources share.
type judge struct {
	sub    *subscription
	sale   timeline // everything about the sale is right
	chains []chain
}

// judgeOf gathers the sale and the access of a subscription.
func (w *world) judgeOf(s *subscription) *judge {
	c := s.customer
	sale := c.billedTo(w.us).intersect(c.onPlan(pharos.AzurePlan))
	j := &judge{sub: s, sale: sale.intersect(c.agreement).intersect(w.us.agreement)}
	sellers := w.sellers(c)
	for _, a := range standing(w.accessTo(s)) {
		if a.path == pharos.AOBO {
			j.chains = append(j.chains, foreignChains(a, sellers)...)
		} else {
			j.chains = append(j.chains, w.linkedChains(a, c, sellers)...)
		}
	}
	return j
}

// standing picks the permanent accesses of eligible roles; eligible and
// time-bound ones do not earn (docs: partner earned credit troubleshooting).
// A delegation whose definition is written anew with the same authorization
// goes on; another assignment is another grant, even one made in the instant
// in which the first ended.
func standing(all []access) []access {
	var out []access
	for _, a := range all {
		if a.kind != pharos.Permanent || a.role == nil || a.holder == nil ||
			pharos.Roles().Lookup(a.role.ID).Earns != pharos.EligibleRole {
			continue
		}
		same := func(o access) bool {
			return o.id == a.id && o.path == a.path && o.scope == a.scope && o.role == a.role && o.holder == a.holder
		}
		if i := slices.IndexFunc(out, same); i >= 0 {
			out[i].during = out[i].during.union(a.during)
			continue
		}
		out = append(out, a)
	}
	return out
}

// foreignChains are those of access on behalf of: a role of a seller's
// AdminAgents or HelpdeskAgents group needs no link.
func foreignChains(a access, sellers []seller) []chain {
	var out []chain
	for _, s := range sellers {
		if a.holder == s.adminAgents || a.holder == s.helpdesk {
			out = append(out, chain{a.scope, a.holder, a.during.intersect(s.counts)})
		}
	}
	return out
}

// linkedChains are those of Lighthouse and direct access, one for each person
// or robot that holds the grant. The link is that of the holding object, which
// lives in the managing tenant for Lighthouse and in the customer's for direct
// access; an object of any other tenant holds nothing by direct access.
func (w *world) linkedChains(a access, c *customer, sellers []seller) []chain {
	if a.path == pharos.Direct && a.holder.tenant != c.tenant {
		return nil
	}
	held := map[*principal]timeline{a.holder: always()}
	people := []*principal{a.holder}
	if a.holder.kind == pharos.Group {
		people = a.holder.everMembers()
		for _, p := range people {
			held[p] = p.memberTimes(a.holder)
		}
	}
	var out []chain
	for _, p := range people {
		holds := a.during.intersect(held[p]).intersect(p.able()).intersect(w.countingLinks(p, sellers))
		if len(holds) > 0 {
			out = append(out, chain{a.scope, p, holds})
		}
	}
	return out
}

// countingLinks is when the principal's link names one of the sellers. A
// change from one ID of an organisation to another is no break.
func (w *world) countingLinks(p *principal, sellers []seller) timeline {
	var times timeline
	for _, s := range sellers {
		times = times.union(w.linkedTimes(p, s.owns).intersect(s.counts))
	}
	return times
}

// judgement is the part of a judge that is about one scope.
type judgement struct {
	sale     timeline
	mistaken timeline
	chains   []timeline
}

// of picks what covers a scope, without the times in which a deny assignment
// takes it away.
func (j *judge) of(scope pharos.Scope) judgement {
	v := judgement{sale: j.sale, mistaken: j.sub.mistaken}
	for _, c := range j.chains {
		if c.scope.Covers(scope) {
			v.chains = append(v.chains, c.holds.without(j.sub.deniedTimes(c.holder, scope)))
		}
	}
	return v
}

// earns reports whether the whole of day d is covered: a right sale and one
// chain of access that no denial interrupts; and whether Microsoft, in the
// scenario, did not forget it.
func (v judgement) earns(d pharos.Day) bool {
	return v.sale.whole(d) && !v.mistaken.touches(d) &&
		slices.ContainsFunc(v.chains, func(t timeline) bool { return t.whole(d) })
}
