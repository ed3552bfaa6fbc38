package emulator

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/pharos-pec/pharos"
)

// unique is a stable id for the nth thing of a kind that has no name of its own.
func unique(kind, owner, name string, n int) string {
	return objectID(kind, owner, name+"#"+strconv.Itoa(n))
}

func (b *builder) addAOBO(sub *subscription, s *aoboSpec) {
	p := b.partnerAt(s.partner)
	if p == nil {
		return
	}
	group := p.adminAgents
	if s.group.name != "" {
		group = b.principalIn(p.tenant, s.group)
	}
	role := loadRoles().byID[pharos.Owner]
	if s.role.name != "" {
		role = b.role(s.role)
	}
	if group == nil || role == nil {
		return
	}
	b.assign(sub, &roleAssignment{
		id: s.id, scope: b.scope(sub, s.scope), role: role, kind: pharos.Permanent, during: s.during,
		principal: group, principalID: group.id, principalKind: pharos.ForeignGroup,
	})
}

// principalHere looks a principal up in the customer's own tenant, then among
// its guests, then in the partner's tenant, then in other partners'.
func (b *builder) principalHere(t *tenant, r ref) *principal {
	if p := cmp.Or(t.byName[r.name], t.guestByName[r.name]); p != nil {
		return p
	}
	return b.partnerPrincipal(r)
}

func (b *builder) addRoleAssignment(sub *subscription, s *roleAssignmentSpec) {
	t := sub.customer.tenant
	p := b.principalHere(t, s.principal)
	role, scope := b.role(s.role), b.scope(sub, s.scope)
	if p == nil || role == nil {
		return
	}
	a := &roleAssignment{
		id: s.id, scope: scope, role: role, principal: p, principalID: p.id, principalKind: p.kind,
		kind: cmp.Or(s.kind, pharos.Permanent), during: s.during,
	}
	if p.kind == pharos.Group && p.tenant != t {
		a.principalKind = pharos.ForeignGroup
	}
	a.maximum = s.maximum
	for _, r := range s.approvers {
		if q := b.principalHere(t, r); q != nil {
			a.approvers = append(a.approvers, q)
		}
	}
	if a.kind == pharos.TimeBound {
		a.expires = s.expires
		if a.expires.IsZero() {
			a.expires = cmp.Or(s.during.To, b.s.now.AddDate(1, 0, 0))
		}
	}
	for _, x := range s.activations {
		if q := b.activator(t, x, []*principal{p}); q != nil {
			a.activations = append(a.activations, activation{principal: q, role: role, during: x.during})
		}
	}
	b.assign(sub, a)
}

// activator finds who activated: an eligible principal or a member of an
// eligible group.
func (b *builder) activator(t *tenant, s activationSpec, eligible []*principal) *principal {
	p := b.principalIn(t, s.principal)
	if p == nil {
		return nil
	}
	for _, e := range eligible {
		if e == p || p.memberTimes(e) != nil {
			return p
		}
	}
	b.found.add(s.at, "%q is not eligible for this role, and neither is a group it is in", p.name)
	return nil
}

// assign adds a role assignment to the place it stands at, with an id.
func (b *builder) assign(sub *subscription, a *roleAssignment) {
	a.tenant = sub.customer.tenant
	owner, list := sub.owner(), &sub.assignments
	if a.scope.AboveSubscription() {
		owner, list = sub.customer.name, &a.tenant.above
		for _, o := range *list { // the same assignment, told at another subscription of the group
			if o.scope == a.scope && o.principal == a.principal && o.role == a.role && o.kind == a.kind && o.during == a.during {
				return
			}
		}
	}
	if a.id == "" {
		name := a.principal.name + "/" + string(a.role.ID) + "/" + string(a.scope)
		a.id = objectID("roleAssignment", owner, name)
		taken := func(o *roleAssignment) bool { return o.id == a.id }
		for n := 2; slices.ContainsFunc(*list, taken); n++ {
			a.id = unique("roleAssignment", owner, name, n)
		}
	}
	*list = append(*list, a)
}

func (b *builder) addDelegation(sub *subscription, s *delegationSpec) {
	manager := b.w.us
	if s.by.name != "" {
		if manager = b.partnerAt(s.by); manager == nil {
			return
		}
	}
	d := &definition{sub: sub, offer: s.offer, manager: manager.tenant, during: s.during, updated: cmp.Or(s.during.From, b.w.origin)}
	if s.marketplace {
		d.marketplace = &marketplacePlan{Name: "standard", Publisher: manager.tenant.name, Product: slug(s.offer), Version: "1.0.0"}
	}
	for _, a := range slices.Concat(s.authorizations, s.eligible) {
		if auth, ok := b.authorization(manager.tenant, a); ok {
			d.authorizations = append(d.authorizations, auth)
		}
	}
	d.id = cmp.Or(s.id, objectID("registrationDefinition", sub.owner(), s.offer))
	for n := 2; sub.definitionOverlaps(d); n++ {
		d.id = unique("registrationDefinition", sub.owner(), s.offer, n)
	}
	activations := b.delegationActivations(manager.tenant, s, d)
	sub.definitions = append(sub.definitions, d)
	scopes := []pharos.Scope{pharos.SubscriptionScope(sub.id)}
	if s.groups != nil {
		scopes = nil
	}
	for _, g := range s.groups {
		scopes = append(scopes, pharos.ResourceGroupScope(sub.id, sub.groupNamed(g)))
	}
	for _, scope := range scopes {
		sub.delegations = append(sub.delegations, &delegation{
			id: objectID("registrationAssignment", sub.owner(), d.id+string(scope)), sub: sub, scope: scope,
			definitionID: d.id, activations: activations, during: s.during,
		})
	}
}

func (b *builder) authorization(t *tenant, s authorizationSpec) (authorization, bool) {
	p, role := b.principalIn(t, s.principal), b.role(s.role)
	if p == nil || role == nil {
		return authorization{}, false
	}
	a := authorization{
		principal: p, principalID: p.id, displayName: p.displayName, role: role,
		eligible: s.maximum != "", maximum: s.maximum, mfa: "None",
	}
	if s.mfa {
		a.mfa = "Azure"
	}
	for _, r := range s.approvers {
		if q := b.principalIn(t, r); q != nil {
			a.approvers = append(a.approvers, approver{q.id, q.displayName})
		}
	}
	for _, r := range s.delegatedRoles {
		if d := b.role(r); d != nil {
			a.delegatedRoles = append(a.delegatedRoles, d.ID)
		}
	}
	return a, true
}

func (b *builder) delegationActivations(t *tenant, s *delegationSpec, d *definition) []activation {
	var out []activation
	for _, x := range s.activations {
		role := b.role(x.role)
		if role == nil {
			continue
		}
		var eligible []*principal
		for _, a := range d.authorizations {
			if a.eligible && a.role == role {
				eligible = append(eligible, a.principal)
			}
		}
		if p := b.activator(t, x, eligible); p != nil {
			out = append(out, activation{principal: p, role: role, during: x.during})
		}
	}
	return out
}

// definitionOverlaps reports whether another version of d's id stands at the
// same time. A definition made again after its end is the same one again.
func (s *subscription) definitionOverlaps(d *definition) bool {
	return slices.ContainsFunc(s.definitions, func(o *definition) bool {
		_, both := common(o.during, d.during)
		return o.id == d.id && both
	})
}

func slug(s string) string {
	return strings.Trim(strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
			return r
		}
		return '-'
	}, strings.ToLower(s)), "-")
}

func (b *builder) addLinks() {
	for i := range b.s.links {
		s := &b.s.links[i]
		p := b.linkedPrincipal(s)
		switch {
		case p == nil:
			continue
		case p.kind == pharos.Group:
			b.found.add(s.principal.at, "%q is a group; only a user or a service principal is linked", p.name)
			continue
		case b.w.globalIDs[s.partnerID]:
			b.found.add(s.at, "%s is a global account ID; only a location ID is linked", s.partnerID)
			continue
		}
		if _, known := b.w.knownPartner[s.partnerID]; !known {
			b.w.knownPartner[s.partnerID] = "Partner " + string(s.partnerID)
		}
		b.addLink(p, s)
	}
}

func (b *builder) addLink(p *principal, s *linkSpec) {
	rec := b.w.links[p.ref()]
	if rec == nil {
		rec = &linkRecord{principal: p}
		b.w.links[p.ref()] = rec
	}
	for _, t := range rec.times {
		if _, both := common(t.during, s.during); both {
			b.found.add(s.at, "%q is linked twice at the same time in the tenant %s", p.name, p.tenant.name)
		}
	}
	rec.times = append(rec.times, linkTime{id: s.partnerID, during: s.during, checkedIn: !s.unchecked})
	slices.SortStableFunc(rec.times, func(a, b linkTime) int { return a.during.From.Compare(b.during.From) })
	for i := range rec.times {
		rec.times[i].change = i > 0 && rec.times[i-1].during.To.Equal(rec.times[i].during.From)
	}
}

// linkedPrincipal finds the principal of a link in the tenant that is named,
// or else in its home: our tenant, another partner's, or one customer's.
func (b *builder) linkedPrincipal(s *linkSpec) *principal {
	if s.tenant.name != "" {
		for _, t := range b.w.tenants {
			if t.name == s.tenant.name {
				return b.principalIn(t, s.principal)
			}
		}
		b.found.add(s.tenant.at, "no tenant is named %q", s.tenant.name)
		return nil
	}
	var found *principal
	for _, t := range b.w.tenants {
		p := t.byName[s.principal.name]
		switch {
		case p == nil:
		case t.partner != nil:
			return p
		case found != nil:
			b.found.add(s.principal.at, "%q is a principal of several tenants; say which by the key tenant", p.name)
			return nil
		default:
			found = p
		}
	}
	if found == nil && s.principal.name != "" {
		b.found.add(s.principal.at, "no principal is named %q", s.principal.name)
	}
	return found
}

// addTenantReaders gives the credentials of the scenario what they observe
// with: at the root of a partner's tenant Monitoring Reader, for the Activity
// log of delegations (docs: monitor delegation changes); in a customer's
// tenant Reader, unless the scenario gives the credential roles of its own.
func (b *builder) addTenantReaders() {
	for i, specs := range b.principalSpecs() {
		t := b.w.tenants[i]
		for _, s := range specs {
			p := t.byName[s.name]
			if p == nil || !p.credential {
				continue
			}
			role := loadRoles().byID[pharos.Reader]
			if t.partner != nil {
				role = loadRoles().find("Monitoring Reader")
			}
			if (t.partner != nil && s.noRootReader) || (t.partner == nil && b.named(t, p)) {
				continue
			}
			t.above = append(t.above, &roleAssignment{
				id: objectID("roleAssignment", t.name, p.name+"/"+string(role.ID)+"//"), tenant: t, scope: "/",
				role: role, principal: p, principalID: p.id, principalKind: p.kind, kind: pharos.Permanent,
			})
		}
	}
}

// principalSpecs returns the principals of each tenant, in the tenants' order.
func (b *builder) principalSpecs() map[int][]principalSpec {
	byName := map[string][]principalSpec{b.s.partner.tenant.name: b.s.partner.principals}
	for _, o := range b.s.others {
		byName[o.tenant.name] = o.principals
	}
	for _, c := range b.s.customers {
		byName[c.name] = c.principals
	}
	out := map[int][]principalSpec{}
	for i, t := range b.w.tenants {
		out[i] = byName[t.name]
	}
	return out
}

// named reports whether a role assignment of the scenario names p.
func (b *builder) named(t *tenant, p *principal) bool {
	is := func(a *roleAssignment) bool { return a.principal == p }
	if slices.ContainsFunc(t.above, is) {
		return true
	}
	return slices.ContainsFunc(t.customer.subs, func(s *subscription) bool { return slices.ContainsFunc(s.assignments, is) })
}

// began is the date on which a fact began, as answers tell it.
func (w *world) began(i pharos.Interval) time.Time {
	if i.From.IsZero() {
		return w.origin
	}
	return i.From
}
