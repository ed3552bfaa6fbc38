package observe

import (
	"slices"
	"time"

	"github.com/pharos-pec/pharos"
)

// merge merges everything that was read, in an order of its own.
func (s *scan) merge() {
	s.mergeCommerce()
	for _, p := range s.places {
		s.mergeDelegations(p)
		s.mergeAssignments(p)
		if p.denials.read {
			obs := Observation[pharos.Denial]{At: p.denials.at, Values: p.denials.items, Log: p.denialLog}
			obs.Unlogged = func(d pharos.Denial) bool { return d.Scope.AboveSubscription() }
			s.h.Denials[p.sub.ID] = Merge(s.h.Denials[p.sub.ID], obs)
		}
	}
	s.mergeDirectory()
}

// put merges an observation of grants; one that tells nothing of a
// subscription never observed leaves no record.
func (s *scan) put(key pharos.GrantKey, rec *pharos.Record[pharos.Grant], obs Observation[pharos.Grant]) {
	slices.SortFunc(obs.Values, compareGrants)
	merged := Merge(rec, obs)
	if len(merged.Observed) > 0 || len(merged.Facts) > 0 {
		s.h.Grants[key] = merged
	}
}

// mergeDelegations merges the Lighthouse grants of a subscription.
func (s *scan) mergeDelegations(p *place) {
	key := pharos.GrantKey{Subscription: p.sub.ID, Path: pharos.Lighthouse}
	rec := withKinds(s.h.Grants[key], s.kind)
	look := p.delegations
	obs := Observation[pharos.Grant]{At: look.at, Latest: true}
	for _, d := range look.items {
		d.Value = withKind(d.Value, s.kind)
		obs.Values = append(obs.Values, d)
	}
	lost, blind := s.lostSight(p)
	switch {
	case look.read:
	case !lost.IsZero():
		obs.At = lost
	default:
		obs.At = s.at
	}
	obs.Partial = !look.whole && (!look.tenants[s.Partner.Tenant] || s.resellerUnseen(p.sub.ID, look.tenants))
	obs.Covers = func(g pharos.Grant) bool { return look.whole || look.tenants[g.Holder.Tenant] || blind(g) }
	s.addDelegationLog(p, rec, &obs)
	s.put(key, rec, obs)
}

// resellerUnseen reports whether a reseller of record of the subscription may
// hold delegations that no reading showed.
func (s *scan) resellerUnseen(sub pharos.SubscriptionID, tenants map[pharos.TenantID]bool) bool {
	rec := s.h.Sales[sub]
	if rec == nil {
		return false
	}
	for _, f := range rec.Facts {
		if !f.Span.Open() || f.Value.Reseller == "" || s.Partner.Owns(f.Value.Reseller) {
			continue
		}
		shown := false
		for _, r := range s.Partner.Resellers {
			shown = shown || (r.PartnerID == f.Value.Reseller && tenants[r.Tenant])
		}
		if !shown {
			return true
		}
	}
	return false
}

// addDelegationLog adds what our tenant's log tells of the subscription. Of
// delegations to other tenants it tells nothing.
func (s *scan) addDelegationLog(p *place, rec *pharos.Record[pharos.Grant], obs *Observation[pharos.Grant]) {
	if s.log == nil {
		return
	}
	mine := Log[pharos.Grant]{From: s.log.From}
	for _, c := range s.delegationLog()[p.sub.ID] {
		if !c.At.After(obs.At) {
			mine.Changes = append(mine.Changes, c)
		}
	}
	changes, gaps, vague, carries := delegationChanges(rec, obs.Values, mine)
	obs.Log = &Log[pharos.Grant]{From: mine.From, Changes: changes}
	obs.Gaps = gaps
	obs.Unlogged = func(g pharos.Grant) bool {
		return g.Holder.Tenant != s.Partner.Tenant || vague(g)
	}
	reseller := s.resellerUnseen(p.sub.ID, nil)
	obs.Carries = carries && !reseller
	if reseller { // what its delegations were before the first look is not in our log
		seen := obs.At
		if rec != nil && len(rec.Observed) > 0 {
			seen = rec.Observed[0].From
		}
		obs.Gaps = append(obs.Gaps, pharos.Interval{From: mine.From, To: later(mine.From, seen)})
	}
}

// delegationLog is the log by subscription.
func (s *scan) delegationLog() map[pharos.SubscriptionID][]Change[pharos.Grant] {
	if s.logBy == nil {
		s.logBy = map[pharos.SubscriptionID][]Change[pharos.Grant]{}
		for _, c := range s.log.Changes {
			sub := c.Value.Scope.Subscription()
			s.logBy[sub] = append(s.logBy[sub], c)
		}
	}
	return s.logBy
}

// lostSight tells which grants eyes have lost that do not see the subscription
// any more: an eye that may list its subscriptions sees each one on which it
// holds a standing grant. at is when they listed, zero when none did.
func (s *scan) lostSight(p *place) (at time.Time, lost func(pharos.Grant) bool) {
	var blind []seat
	for _, e := range s.seats {
		sees := slices.ContainsFunc(p.views, func(v view) bool { return v.Name() == e.Name() })
		if e.ok && !e.listed.IsZero() && !sees {
			blind = append(blind, e)
			at = first(at, e.listed)
		}
	}
	return at, func(g pharos.Grant) bool {
		if g.Kind != pharos.Permanent || g.Role == assignmentDelete {
			return false
		}
		return slices.ContainsFunc(blind, func(e seat) bool {
			return e.self.PrincipalRef == g.Holder || (e.self.Tenant == g.Holder.Tenant && s.isMember(g.Holder, e.self.ID))
		})
	}
}

// isMember reports whether a principal is in a group, as read just now or else
// as last known.
func (s *scan) isMember(group pharos.PrincipalRef, id pharos.PrincipalID) bool {
	if look := s.dir.members[group]; look != nil {
		return slices.ContainsFunc(look.Items, func(m Member) bool { return m.ID == id })
	}
	rec := s.h.Members[group]
	return rec != nil && slices.ContainsFunc(rec.Facts, func(f pharos.Fact[pharos.PrincipalID]) bool {
		return f.Value == id && f.Span.Open()
	})
}

// assignmentDelete is the role Managed Services Registration Assignment Delete
// Role: by it alone a subscription is not seen.
const assignmentDelete pharos.RoleID = "91c1777a-f3dc-4fae-b103-61d183457e46"

// mergeAssignments merges the plain role assignments of a subscription, those
// to foreign groups and all others apart.
func (s *scan) mergeAssignments(p *place) {
	look := p.assignments
	if !look.read {
		return
	}
	aobo := pharos.GrantKey{Subscription: p.sub.ID, Path: pharos.AOBO}
	direct := pharos.GrantKey{Subscription: p.sub.ID, Path: pharos.Direct}
	items := map[pharos.Path][]Dated[pharos.Grant]{}
	for _, d := range look.items {
		items[d.Value.Path] = append(items[d.Value.Path], d)
	}
	var changes map[pharos.Path][]Change[pharos.Grant]
	var gaps []pharos.Interval
	if p.log != nil {
		changes, gaps = assignmentChanges(knownAssignments(look.items, s.h.Grants[aobo], s.h.Grants[direct]), *p.log)
	}
	for _, key := range []pharos.GrantKey{aobo, direct} {
		obs := Observation[pharos.Grant]{At: look.at, Values: ownDates(items[key.Path], s.h.Grants[key]), Unlogged: inherited}
		if p.log != nil {
			obs.Log = &Log[pharos.Grant]{From: p.log.From, Changes: changes[key.Path]}
			obs.Gaps = gaps
		}
		if key == direct {
			obs.Partial = !look.direct
		} else if !look.foreign {
			obs.Partial = !look.tenants[s.Partner.Tenant] || s.resellerUnseen(p.sub.ID, look.tenants)
			obs.Covers = s.ourAgents(look)
		}
		s.put(key, s.h.Grants[key], obs)
	}
}

// ourAgents says of which foreign groups an eye of our tenant sees every
// assignment: those of our tenant.
func (s *scan) ourAgents(look assignmentLook) func(pharos.Grant) bool {
	return func(g pharos.Grant) bool {
		if !look.tenants[s.Partner.Tenant] {
			return false
		}
		if s.dir.agents != nil {
			for _, a := range s.dir.agents.Items {
				if a.ID == g.Holder.ID {
					return true
				}
			}
		}
		return s.h.AgentGroups[g.Holder.ID] != ""
	}
}
