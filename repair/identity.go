package repair

import (
	"cmp"
	"fmt"

	"github.com/pharos-pec/pharos"
	"github.com/pharos-pec/pharos/coverage"
)

// identityRemedies mend who holds a role: they link the holder or a member of
// the holder group, bring a linked one into the group, or enable the holder.
func (p *planner) identityRemedies(from *prospect, at site) []remedy {
	var out []remedy
	for _, path := range []pharos.Path{pharos.Lighthouse, pharos.Direct} {
		for _, g := range values(from.grants(at.scope.Subscription(), path)) {
			if !g.Scope.Covers(at.scope) || !p.earns(g) {
				continue
			}
			if g.HolderKind != pharos.Group {
				out = append(out, p.holderRemedies(from, g.Holder)...)
				continue
			}
			in := map[pharos.PrincipalID]bool{}
			for _, id := range values(from.members(g.Holder)) {
				in[id] = true
				out = append(out, p.holderRemedies(from, pharos.PrincipalRef{Tenant: g.Holder.Tenant, ID: id})...)
			}
			for _, a := range p.accounts[g.Holder.Tenant] {
				if !in[a.ID] {
					out = append(out, p.joinGroup(a, g.Holder))
					break
				}
			}
		}
	}
	return out
}

// earns reports whether a grant is of the kind that can earn, by whomever it
// is held.
func (p *planner) earns(g pharos.Grant) bool {
	return g.Kind == pharos.Permanent && p.roles.Lookup(g.Role).Earns == pharos.EligibleRole
}

// holderRemedies link one holder, and enable it.
func (p *planner) holderRemedies(from *prospect, ref pharos.PrincipalRef) []remedy {
	who := p.principal(ref)
	if who.Kind == pharos.Group || !p.ours(ref) {
		return nil
	}
	var out []remedy
	if !p.linkedToUs(from.history, ref) {
		out = append(out, p.link(from.history, who))
	}
	if isDisabled(from.history, ref) {
		out = append(out, p.enable(who))
	}
	return out
}

// link links somebody to us: by our own credential where the configuration
// wants that, else by whoever can sign in.
func (p *planner) link(h *pharos.History, who pharos.Principal) remedy {
	id := p.in.Partner.ID
	s := Step{
		Kind: CheckIn, Actor: Colleague,
		Title:  fmt.Sprintf("%s links itself to partner ID %s and checks in", who.Name, id),
		Target: Target{Tenant: who.Tenant, Principal: who.ID, PrincipalName: who.Name, PrincipalKind: who.Kind, PartnerID: id},
	}
	rank := byColleague
	credential, held := p.credentials[who.PrincipalRef]
	other := p.linkedToOther(h, who.PrincipalRef)
	signIn, checkIn := signingIn(who)
	switch {
	case other != "":
		s.Title = fmt.Sprintf("Change the link of %s from partner ID %s to %s", who.Name, other, id)
		s.Why = fmt.Sprintf("Partner ID %s is not of our organisation. Another's ID is not replaced unless somebody says so; if it is ours, it belongs under partner.organisation instead.", other)
		s.Command = fmt.Sprintf("%s && az managementpartner update --partner-id %s && %s", signIn, id, checkIn)
		if held {
			s.Why += fmt.Sprintf(" The credential %s needs `link: true` in the configuration.", credential.Name)
			s.Command = "pharos link apply --replace-other"
		}
	case held && credential.Link:
		s.Kind, s.Actor, s.Credential, rank = Link, Pharos, credential.Name, byOurselves
		s.Title = fmt.Sprintf("Link %s to partner ID %s", who.Name, id)
		s.Why = "It holds a role that earns as soon as it is linked, and only it can make its link."
	case held:
		s.Title = fmt.Sprintf("Have the credential %s linked to partner ID %s", credential.Name, id)
		s.Why = "It holds a role that earns as soon as it is linked. Pharos links no credential of which the configuration does not say `link: true`: add that first."
		s.Command = "pharos link apply"
	case h.Links[who.PrincipalRef] == nil:
		s.Why = "Nobody ever read its link, and only it can. If it has none, it makes one: az managementpartner create --partner-id " + string(id)
		s.Command = signIn + " && " + checkIn
	default:
		s.Why = "It holds a role that earns as soon as it is linked, and only it can make its link."
		s.Command = fmt.Sprintf("%s && az managementpartner create --partner-id %s && %s", signIn, id, checkIn)
	}
	return remedy{step: named(s), rank: rank, common: true, edit: func(*prospect) coverage.Supposed {
		return coverage.Supposed{Links: map[pharos.PrincipalRef]*pharos.Record[pharos.PartnerID]{who.PrincipalRef: only(id)}}
	}}
}

// signingIn are the commands by which somebody signs in to az, and then checks
// in as who is signed in there.
func signingIn(who pharos.Principal) (signIn, checkIn string) {
	signIn = "az login --allow-no-subscriptions --tenant " + string(who.Tenant)
	if who.Kind == pharos.ServicePrincipal {
		signIn += " --service-principal --username " + cmp.Or(who.Identity, "APPLICATION_ID")
	}
	return signIn, "pharos link check-in --azure-cli --tenant " + string(who.Tenant)
}

func (p *planner) joinGroup(a account, group pharos.PrincipalRef) remedy {
	name := p.principal(group).Name
	s := named(Step{
		Kind: JoinGroup, Actor: Colleague,
		Title:   fmt.Sprintf("Add %s to the group %s", a.Name, name),
		Why:     fmt.Sprintf("The group holds the role, and none of its members is linked as %s is or will be.", a.Name),
		Target:  Target{Tenant: a.Tenant, Principal: a.ID, PrincipalName: a.Name, PrincipalKind: a.Kind, Group: group.ID},
		Command: fmt.Sprintf("az ad group member add --group %s --member-id %s", group.ID, a.ID),
	})
	rank := byMembership
	if !a.linked {
		rank = byNewMember
	}
	r := remedy{step: s, rank: rank, common: true, edit: func(from *prospect) coverage.Supposed {
		return coverage.Supposed{Members: map[pharos.PrincipalRef]*pharos.Record[pharos.PrincipalID]{group: having(from.members(group), a.ID)}}
	}}
	return p.linkedFirst(r, a)
}

func (p *planner) enable(who pharos.Principal) remedy {
	command := fmt.Sprintf("az ad user update --id %s --account-enabled true", who.ID)
	if who.Kind == pharos.ServicePrincipal {
		command = fmt.Sprintf("az ad sp update --id %s --set accountEnabled=true", who.ID)
	}
	s := named(Step{
		Kind: Enable, Actor: Colleague,
		Title:   "Enable " + who.Name + " again",
		Why:     "It carries the link and was disabled or deleted; a deleted one can be restored for 30 days. Better is another account that is linked: there is none.",
		Target:  Target{Tenant: who.Tenant, Principal: who.ID, PrincipalName: who.Name, PrincipalKind: who.Kind},
		Command: command,
	})
	return remedy{step: s, rank: byAwakening, common: true, edit: func(*prospect) coverage.Supposed {
		return coverage.Supposed{Disabled: map[pharos.PrincipalRef]*pharos.Record[pharos.Disabled]{who.PrincipalRef: only[pharos.Disabled]()}}
	}}
}

// linkedFirst lets a step wait for the link of the account that it is about.
func (p *planner) linkedFirst(r remedy, a account) remedy {
	if !a.linked {
		r.needs = append(r.needs, p.link(p.billed.history, a.Principal))
	}
	return r
}
