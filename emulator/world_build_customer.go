package emulator

import (
	"cmp"
	"strings"

	"github.com/pharos-pec/pharos"
)

func (b *builder) customer(name string) *customer {
	for _, c := range b.w.customers {
		if c.name == name {
			return c
		}
	}
	return nil
}

// addCustomers adds the customers with the principals of their tenants; their
// sales and subscriptions follow when every name is known.
func (b *builder) addCustomers() {
	for i := range b.s.customers {
		s := &b.s.customers[i]
		if s.name == "" {
			continue
		}
		if b.customer(s.name) != nil {
			b.found.add(s.at, "the customer name %q stands twice", s.name)
			continue
		}
		c := &customer{name: s.name, currency: s.currency, rate: s.rate, rates: s.rates}
		c.tenant = b.addTenant(tenantSpec{name: s.name, domain: s.domain, id: s.id, at: s.at})
		c.tenant.customer, c.tenant.country = c, s.country
		b.w.customers = append(b.w.customers, c)
		b.addPrincipals(c.tenant, s.principals)
		for _, g := range s.guests {
			b.addGuest(c.tenant, g)
		}
	}
}

// addMistakes notes on which subscriptions the credit was forgotten.
func (b *builder) addMistakes() {
	for _, m := range b.s.mistakes {
		named := false
		for _, c := range b.w.customers {
			for _, s := range c.subs {
				if s.name == m.subscription.name {
					s.mistaken, named = s.mistaken.union(timelineOf(m.during)), true
				}
			}
		}
		if !named {
			b.found.add(m.subscription.at, "no subscription is named %q", m.subscription.name)
		}
	}
}

// addGuest adds a partner's user or service principal to a customer's tenant,
// as an object of its own there. Its home account's end or disabling is its own.
func (b *builder) addGuest(t *tenant, g memberSpec) {
	home := b.partnerPrincipal(g.principal)
	switch {
	case home == nil:
		return
	case home.kind == pharos.Group:
		b.found.add(g.principal.at, "%q is a group; a guest is a user or a service principal", home.name)
		return
	}
	exists := timelineOf(g.during).intersect(home.exists)
	if p := t.guestByName[home.name]; p != nil {
		if p.exists.intersect(exists) != nil {
			b.found.add(g.principal.at, "the guest %q stands twice for the same time", home.name)
		}
		p.exists = p.exists.union(exists)
		return
	}
	p := &principal{
		id:     pharos.PrincipalID(cmp.Or(g.id, objectID(string(home.kind), t.name, home.name))),
		tenant: t, name: home.name, displayName: home.name, kind: home.kind, home: home,
		appID: home.appID, secret: home.secret, certificate: home.certificate, password: home.password,
		exists: exists, disabled: home.disabled, securityEnabled: true, at: g.principal.at,
	}
	if p.kind == pharos.User {
		p.upn = strings.ReplaceAll(home.upn, "@", "_") + "#EXT#@" + t.domain
	} else {
		b.w.apps[appKey{t.id, p.appID}] = p
	}
	t.guestByName[home.name] = p
	home.guests = append(home.guests, p)
	b.register(p)
}

// partnerPrincipal finds a principal of our tenant, or of another partner's.
func (b *builder) partnerPrincipal(r ref) *principal {
	for _, p := range b.w.partners {
		if found := p.tenant.byName[r.name]; found != nil {
			return found
		}
	}
	b.found.add(r.at, "no principal of the partner's tenant is named %q", r.name)
	return nil
}

func (b *builder) addSale(c *customer, s *customerSpec) {
	if s.signed {
		c.agreement = timelineOf(s.agreement)
	}
	c.billTo = []party{{partner: b.w.us}}
	if s.billTo != nil {
		c.billTo = b.parties(s.billTo)
	}
	c.resellers = b.w.us.resellers
	if s.resellersSet {
		c.resellers = b.parties(s.resellers)
	}
	c.plans = []plan{{plan: pharos.AzurePlan}}
	if s.plans != nil {
		c.plans = nil
	}
	for _, p := range s.plans {
		for _, o := range c.plans {
			if _, twice := common(o.during, p.during); twice {
				b.found.add(s.at, "two plans stand for the same time")
			}
		}
		c.plans = append(c.plans, plan(p))
	}
}

func (b *builder) addSubscriptions(c *customer, s *customerSpec) {
	names := map[string]bool{}
	for i := range s.subscriptions {
		spec := &s.subscriptions[i]
		if spec.name == "" {
			continue
		}
		if names[spec.name] {
			b.found.add(spec.at, "the subscription name %q stands twice", spec.name)
			continue
		}
		names[spec.name] = true
		b.addSubscription(c, spec)
	}
}

func (b *builder) addSubscription(c *customer, s *subscriptionSpec) {
	sub := &subscription{
		id:   pharos.SubscriptionID(cmp.Or(s.id, objectID("subscription", c.name, s.name))),
		name: s.name, customer: c, noSupportPlan: s.noSupportPlan,
	}
	if other, twice := b.w.subByID[sub.id]; twice {
		b.found.add(s.at, "%q has the same id as %q", s.name, other.name)
		return
	}
	c.subs = append(c.subs, sub)
	b.w.subByID[sub.id] = sub
	for i := range s.resources {
		b.addResource(sub, &s.resources[i])
	}
	for i := range s.aobo {
		b.addAOBO(sub, &s.aobo[i])
	}
	for i := range s.delegations {
		b.addDelegation(sub, &s.delegations[i])
	}
	for i := range s.roleAssignments {
		b.addRoleAssignment(sub, &s.roleAssignments[i])
	}
	for i := range s.denials {
		b.addDenial(sub, &s.denials[i])
	}
}

func (b *builder) addDenial(sub *subscription, s *denySpec) {
	scope := b.scope(sub, s.scope)
	d := &denial{
		id:   cmp.Or(s.id, unique("denyAssignment", sub.owner(), string(scope), len(sub.denials))),
		name: cmp.Or(s.name, "deny "+string(scope)), scope: scope, during: s.during,
		actions: s.actions, notActions: s.notActions, hereOnly: s.hereOnly,
	}
	for _, r := range s.principals {
		if p := b.principalHere(sub.customer.tenant, r); p != nil {
			d.principals = append(d.principals, p)
		}
	}
	for _, r := range s.excluded {
		if p := b.principalHere(sub.customer.tenant, r); p != nil {
			d.excluded = append(d.excluded, p)
		}
	}
	sub.denials = append(sub.denials, d)
}

// owner is what distinguishes the subscription's objects in generated ids.
func (s *subscription) owner() string { return s.customer.name + "/" + s.name }

func (b *builder) addResource(sub *subscription, s *resourceSpec) {
	if s.name == "" || s.group == "" || s.kind == "" {
		return // a problem already
	}
	r := &resource{
		sub: sub, name: s.name, group: sub.groupNamed(s.group), kind: s.kind, location: s.location,
		quantity: s.quantity, pricing: s.pricing, thirdParty: s.thirdParty, during: s.during,
	}
	if r.meter = b.w.meters[s.meter.name]; r.meter == nil {
		b.found.add(s.meter.at, "no meter has the id %q", s.meter.name)
	}
	id, ok := resourceID(sub.id, r.group, s.kind, s.name)
	if !ok {
		b.found.add(s.at, "the name %q has not as many parts as the type %q", s.name, s.kind)
		return
	}
	r.id = id
	r.scope, _ = pharos.ParseScope(id) // it begins with /subscriptions/
	for _, o := range sub.resources {
		if o.scope == r.scope && o.meter == r.meter && o.pricing == r.pricing {
			if _, twice := common(o.during, r.during); twice {
				b.found.add(s.at, "the resource %q stands twice with the same meter", s.name)
			}
		}
	}
	sub.resources = append(sub.resources, r)
}

// resourceID returns the ARM id of a resource; the name of a child resource
// has a part for each part of its type.
func resourceID(sub pharos.SubscriptionID, group, kind, name string) (string, bool) {
	namespace, types, _ := strings.Cut(kind, "/")
	t, n := strings.Split(types, "/"), strings.Split(name, "/")
	if len(t) != len(n) {
		return "", false
	}
	id := "/subscriptions/" + string(sub) + "/resourceGroups/" + group + "/providers/" + namespace
	for i := range t {
		if n[i] == "" {
			return "", false
		}
		id += "/" + t[i] + "/" + n[i]
	}
	return id, true
}

// groupNamed returns the resource group's name as it was first written, and
// makes the group known: one that only access names exists without resources.
func (s *subscription) groupNamed(name string) string {
	for _, g := range s.groups {
		if strings.EqualFold(g, name) {
			return g
		}
	}
	s.groups = append(s.groups, name)
	return name
}

// scope resolves a scope named in a subscription.
func (b *builder) scope(sub *subscription, s scopeSpec) pharos.Scope {
	switch {
	case s.managementGroup != "":
		name := strings.ToLower(s.managementGroup)
		sub.joinManagementGroup(name)
		return pharos.Scope("/providers/Microsoft.Management/managementGroups/" + name)
	case s.group != "":
		return pharos.ResourceGroupScope(sub.id, sub.groupNamed(s.group))
	case s.resource != "":
		return b.resourceScope(sub, s)
	default:
		return pharos.SubscriptionScope(sub.id)
	}
}

func (b *builder) resourceScope(sub *subscription, s scopeSpec) pharos.Scope {
	group, name, _ := strings.Cut(s.resource, "/")
	var found pharos.Scope
	for _, r := range sub.resources {
		if !strings.EqualFold(r.group, group) || !strings.EqualFold(r.name, name) || r.scope == found {
			continue
		}
		if found != "" {
			b.found.add(s.at, "several resources are named %q", s.resource)
		}
		found = r.scope
	}
	if found == "" {
		b.found.add(s.at, "no resource is named %q; write it as group/name", s.resource)
		return pharos.SubscriptionScope(sub.id)
	}
	return found
}

func (s *subscription) joinManagementGroup(name string) {
	for _, g := range s.managementGroups {
		if g == name {
			return
		}
	}
	s.managementGroups = append(s.managementGroups, name)
}
