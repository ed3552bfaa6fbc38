package emulator

import (
	"slices"
	"time"

	"github.com/pharos-pec/pharos"
)

// abroad returns the user as a foreign principal of a customer's tenant, nil
// when the user may not sign in there at t. Members of a partner's AdminAgents
// and HelpdeskAgents groups may, to administer on behalf of the customer
// (docs: reinstate admin privileges for a customer's Azure CSP subscriptions);
// they have no object in the customer's directory.
func (p *principal) abroad(t *tenant, at time.Time) *principal {
	if t == nil || t.customer == nil || p.kind != pharos.User || p.tenant.partner == nil || !p.actsFor(t.customer, at) {
		return nil
	}
	return &principal{
		id: p.id, tenant: t, name: p.name, displayName: p.displayName, upn: p.upn, kind: p.kind,
		home: p, foreign: true, exists: p.exists, disabled: p.disabled,
	}
}

// actsFor reports whether p is one of the agents of a partner that sells to
// the customer at t, or whose agents still hold a role there: a transfer takes
// no access away.
func (p *principal) actsFor(c *customer, t time.Time) bool {
	by := p.tenant.partner
	sells := c.billedAt(t) == by || c.resellerAt(t) == by
	agent := p.is(by.adminAgents, t) || p.is(by.helpdesk, t)
	return (agent && sells) || c.invites(p, t)
}

// invites reports whether a group of another tenant that p is in holds a role
// of the customer's.
func (c *customer) invites(p *principal, t time.Time) bool {
	holds := func(a *roleAssignment) bool {
		return a.principalKind == pharos.ForeignGroup && a.during.Contains(t) && p.is(a.principal, t)
	}
	return slices.ContainsFunc(c.tenant.above, holds) ||
		slices.ContainsFunc(c.subs, func(s *subscription) bool { return slices.ContainsFunc(s.assignments, holds) })
}
