package delegationfile

import (
	"github.com/pharos-pec/pharos/internal/armtemplate"
	"github.com/pharos-pec/pharos/onboard"
)

// readOffer reads the authorizations of a plan of a Managed Service offer, in
// the form that templates have them: {"name", "managedByTenantId",
// "authorizations": […], "eligibleAuthorizations": […], "private": true}.
func readOffer(p *onboard.Proposal, root *armtemplate.Node) {
	var o origin
	d := onboard.Definition{
		Place: o.place(root, ""), Marketplace: true, Offer: o.text(root.Get("name"), "name"), Manager: o.text(root.Get("managedByTenantId"), "managedByTenantId"),
	}
	if private := root.Get("private"); private != nil {
		d.Private = private.Truth
	}
	d.Authorizations = o.authorizations(root, "")
	p.Definitions = append(p.Definitions, d)
}

// authorizations reads both lists of a definition's properties, which
// stand at path.
func (o origin) authorizations(n *armtemplate.Node, path string) []onboard.Authorization {
	if path != "" {
		path += "."
	}
	var out []onboard.Authorization
	for i, a := range items(n.Get("authorizations")) {
		at := element(path+"authorizations", i)
		x := o.authorization(a, at)
		x.Delegated = o.texts(a.Get("delegatedRoleDefinitionIds"), at+".delegatedRoleDefinitionIds")
		out = append(out, x)
	}
	for i, a := range items(n.Get("eligibleAuthorizations")) {
		at := element(path+"eligibleAuthorizations", i)
		x := o.authorization(a, at)
		x.Eligible = true
		if policy := a.Get("justInTimeAccessPolicy"); !policy.IsNull() {
			x.Policy = o.policy(policy, at+".justInTimeAccessPolicy")
		}
		out = append(out, x)
	}
	return out
}

func (o origin) authorization(a *armtemplate.Node, path string) onboard.Authorization {
	return onboard.Authorization{
		Place: o.place(a, path), Principal: o.member(a, "principalId", path), Role: o.member(a, "roleDefinitionId", path),
		Name: o.text(a.Get("principalIdDisplayName"), path+".principalIdDisplayName"),
	}
}

func (o origin) policy(n *armtemplate.Node, path string) onboard.Policy {
	policy := onboard.Policy{
		Place: o.place(n, path), MFA: o.member(n, "multiFactorAuthProvider", path),
		Maximum: o.member(n, "maximumActivationDuration", path),
	}
	for i, a := range items(n.Get("managedByTenantApprovers")) {
		at := element(path+".managedByTenantApprovers", i)
		policy.Approvers = append(policy.Approvers, o.member(a, "principalId", at))
	}
	return policy
}
