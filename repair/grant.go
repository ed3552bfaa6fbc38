package repair

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/pharos-pec/pharos"
	"github.com/pharos-pec/pharos/coverage"
)

// accessRemedies give an account of ours, or our AdminAgents group, a role
// that earns: in a delegation that is there, beside a role assignment that is
// there, by AOBO, or by a new delegation.
func (p *planner) accessRemedies(from *prospect, at site) []remedy {
	out := p.assignments(from, at)
	agents, known := p.adminAgents()
	if known {
		out = append(out, p.restoreAOBO(at, agents))
	}
	ours := p.accounts[p.in.Partner.Tenant]
	if len(ours) == 0 {
		return out
	}
	for _, d := range p.delegations(from, at) {
		out = append(out, p.authorize(at, ours[0], d))
	}
	return append(out, p.delegate(at, ours[0], known))
}

// delegation is a registration assignment of ours at a scope.
type delegation struct {
	id, offer string
	scope     pharos.Scope
	// justInTime tells that it gives a role that earns, but not for good.
	justInTime bool
}

// delegations are those of ours that reach a site, by id.
func (p *planner) delegations(from *prospect, at site) []delegation {
	found := map[string]delegation{}
	for _, g := range values(from.grants(at.scope.Subscription(), pharos.Lighthouse)) {
		if g.Holder.Tenant != p.in.Partner.Tenant || g.ID == "" || !g.Scope.Covers(at.scope) {
			continue
		}
		d := found[g.ID]
		found[g.ID] = delegation{g.ID, g.Offer, g.Scope, d.justInTime || p.justInTime(g)}
	}
	out := make([]delegation, 0, len(found))
	for _, id := range slices.Sorted(maps.Keys(found)) {
		out = append(out, found[id])
	}
	return out
}

// justInTime reports whether a grant would earn if it stood for good.
func (p *planner) justInTime(g pharos.Grant) bool {
	return g.Kind != pharos.Permanent && p.roles.Lookup(g.Role).Earns == pharos.EligibleRole
}

// leastRole is the target of giving an account the least role that earns.
func leastRole(a account, at site, scope pharos.Scope) Target {
	return Target{
		Tenant: a.Tenant, Principal: a.ID, PrincipalName: a.Name, PrincipalKind: a.Kind,
		Role: pharos.SupportRequestContributor, Scope: scope, Customer: at.customer,
	}
}

// authorize adds a permanent authorization to a delegation.
func (p *planner) authorize(at site, a account, d delegation) remedy {
	s := Step{
		Kind: AddAuthorization, Actor: Customer,
		Title:  fmt.Sprintf("Add Support Request Contributor for %s to the delegation %q of %s", a.Name, d.offer, at.where()),
		Why:    "The delegation is there and gives no linked account of ours a role that earns for good. This role is the least that does.",
		Target: leastRole(a, at, d.scope),
	}
	s.Target.Delegation, s.Target.Offer = d.id, d.offer
	if d.justInTime {
		s.Kind = MakeStanding
		s.Title = fmt.Sprintf("Give %s Support Request Contributor for good in the delegation %q of %s", a.Name, d.offer, at.where())
		s.Why = "What would earn there is just in time or ends. It may stay so: the least role, for good, earns beside it."
	}
	return p.granting(named(s), byAuthorization, at, a, pharos.Lighthouse)
}

// assignments are role assignments for those of our accounts in the
// customer's tenant that hold a role of the subscription already, themselves
// or as members of a group.
func (p *planner) assignments(from *prospect, at site) []remedy {
	var out []remedy
	for _, a := range p.accounts[at.customer] {
		holds, justInTime := false, false
		for _, g := range values(from.grants(at.scope.Subscription(), pharos.Direct)) {
			if g.Holder == a.PrincipalRef || g.HolderKind == pharos.Group && slices.Contains(values(from.members(g.Holder)), a.ID) {
				holds, justInTime = true, justInTime || p.justInTime(g)
			}
		}
		if holds && at.customer != "" {
			out = append(out, p.assign(at, a, justInTime))
		}
	}
	return out
}

func (p *planner) assign(at site, a account, justInTime bool) remedy {
	s := Step{
		Kind: Assign, Actor: Customer,
		Title:  fmt.Sprintf("Assign Support Request Contributor on %s to %s", at.where(), a.Name),
		Why:    "It holds a role there already, and none that earns for all of the subscription. This role is the least that does.",
		Target: leastRole(a, at, at.whole()),
	}
	if justInTime {
		s.Kind = MakeStanding
		s.Why = "Its role there is just in time or ends. It may stay so: the least role, for good, earns beside it."
	}
	return p.granting(named(s), byAssignment, at, a, pharos.Direct)
}

func (p *planner) delegate(at site, a account, orAOBO bool) remedy {
	s := Step{
		Kind: Delegate, Actor: Customer,
		Title:  fmt.Sprintf("Delegate %s to us, with Support Request Contributor for %s", at.where(), a.Name),
		Why:    "Nothing of ours there reaches this far and could be added to. A delegation with the least role that earns can be taken back at any time.",
		Target: leastRole(a, at, at.whole()),
	}
	if orAOBO {
		s.Why += " Owner for our AdminAgents group (AOBO) would earn as well, and gives far more away."
	}
	return p.granting(named(s), byDelegation, at, a, pharos.Lighthouse)
}

// restoreAOBO gives our AdminAgents group Owner, as every new subscription of
// the Azure plan has it.
func (p *planner) restoreAOBO(at site, agents pharos.PrincipalID) remedy {
	name := cmp.Or(p.in.History.AgentGroups[agents], string(agents))
	s := Step{
		Kind: RestoreAOBO, Actor: Customer,
		Title: fmt.Sprintf("Assign Owner on %s to our group %s (AOBO)", at.where(), name),
		Why:   "It is what a new subscription has by itself.",
		Target: Target{
			Principal: agents, PrincipalName: name, PrincipalKind: pharos.ForeignGroup,
			Role: pharos.Owner, Scope: at.whole(), Customer: at.customer,
		},
	}
	rank := byAgents
	if p.hadAOBO(at.scope.Subscription()) {
		rank = byReturn
		s.Why = "It stood here before and was removed."
	}
	if len(p.accounts[p.in.Partner.Tenant]) > 0 {
		s.Why += " A delegation with Support Request Contributor alone (`pharos onboard new`) would earn as well, and gives far less away."
	}
	r := p.granting(named(s), rank, at, account{}, pharos.AOBO)
	r.needs = nil // the group says whose it is
	return r
}

// adminAgents is our AdminAgents group.
func (p *planner) adminAgents() (pharos.PrincipalID, bool) {
	for _, id := range slices.Sorted(maps.Keys(p.in.History.AgentGroups)) {
		if strings.EqualFold(p.in.History.AgentGroups[id], "AdminAgents") {
			return id, true
		}
	}
	return "", false
}

// hadAOBO reports whether our agents ever held a role of the subscription.
func (p *planner) hadAOBO(sub pharos.SubscriptionID) bool {
	rec := p.in.History.Grants[pharos.GrantKey{Subscription: sub, Path: pharos.AOBO}]
	return rec != nil && slices.ContainsFunc(rec.Facts, func(f pharos.Fact[pharos.Grant]) bool {
		_, ours := p.in.History.AgentGroups[f.Value.Holder.ID]
		return ours
	})
}

// granting is the remedy whose step gives the target's principal the role at
// the target's scope.
func (p *planner) granting(s Step, rank int, at site, a account, path pharos.Path) remedy {
	key := pharos.GrantKey{Subscription: at.scope.Subscription(), Path: path}
	grant := pharos.Grant{
		Path: path, ID: s.Target.Delegation, Scope: s.Target.Scope, Kind: pharos.Permanent, Role: s.Target.Role,
		Holder:     pharos.PrincipalRef{Tenant: s.Target.Tenant, ID: s.Target.Principal},
		HolderKind: s.Target.PrincipalKind, Offer: s.Target.Offer,
	}
	r := remedy{step: s, rank: rank, edit: func(from *prospect) coverage.Supposed {
		rec := having(from.grants(key.Subscription, path), grant)
		return coverage.Supposed{Grants: map[pharos.GrantKey]*pharos.Record[pharos.Grant]{key: rec}}
	}}
	return p.linkedFirst(r, a)
}
