package emulator

import (
	"cmp"
	"slices"
	"time"

	"github.com/pharos-pec/pharos"
)

// beforeTheScenario is how long before its start a thing is said to have been
// made that was there "since before the scenario began". It is longer than
// any change log goes back.
const beforeTheScenario = 365 * 24 * time.Hour

// builder resolves the names of a scenario.
type builder struct {
	s     *Scenario
	w     *world
	found problems
}

// newWorld resolves the scenario's names. The world is of use only when there
// are no problems.
func newWorld(s *Scenario) (*world, problems) {
	b := &builder{s: s, w: &world{
		name: s.Name, origin: s.start.Add(-beforeTheScenario), lag: s.lag, faults: s.faults,
		clock:        newClock(s.now, s.live),
		meters:       priceList(),
		tenantByID:   map[pharos.TenantID]*tenant{},
		principalBy:  map[pharos.PrincipalRef]*principal{},
		apps:         map[appKey]*principal{},
		subByID:      map[pharos.SubscriptionID]*subscription{},
		links:        map[pharos.PrincipalRef]*linkRecord{},
		knownPartner: map[pharos.PartnerID]string{},
		globalIDs:    map[pharos.PartnerID]bool{},
	}}
	b.addMeters()
	b.addPartners()
	b.addCustomers()
	b.addMembers()
	for i := range s.customers {
		if c := b.customer(s.customers[i].name); c != nil {
			b.addSale(c, &s.customers[i])
			b.addSubscriptions(c, &s.customers[i])
		}
	}
	b.addMistakes()
	b.addLinks()
	b.addTenantReaders()
	return b.w, b.found
}

func (b *builder) addMeters() {
	seen := map[string]bool{}
	for i := range b.s.meters {
		m := b.s.meters[i]
		if seen[m.ID] {
			b.found.add(m.at, "the meter %q stands twice", m.ID)
		}
		seen[m.ID] = true
		b.w.meters[m.ID] = &m
	}
}

func (b *builder) addTenant(t tenantSpec) *tenant {
	id := cmp.Or(t.id, objectID("tenant", "", t.name))
	n := &tenant{
		id: pharos.TenantID(id), name: t.name, domain: cmp.Or(t.domain, t.name+".example"),
		byName: map[string]*principal{}, guestByName: map[string]*principal{},
	}
	if t.name == "" {
		return n // the missing name is a problem already
	}
	for _, o := range b.w.tenants {
		switch {
		case o.name == t.name:
			b.found.add(t.at, "the tenant name %q stands twice", t.name)
			return n
		case o.id == n.id:
			b.found.add(t.at, "the tenants %q and %q have the same id", o.name, t.name)
		}
	}
	b.w.tenants = append(b.w.tenants, n)
	b.w.tenantByID[n.id] = n
	return n
}

func (b *builder) addPartners() {
	b.w.us = b.addPartner(&b.s.partner)
	b.w.us.us = true
	for i := range b.s.others {
		o := &b.s.others[i]
		if b.partner(o.name) != nil {
			b.found.add(o.at, "the partner name %q stands twice", o.name)
			continue
		}
		b.addPartner(o)
	}
	b.w.us.resellers = b.parties(b.s.partner.resellers)
}

func (b *builder) addPartner(s *partnerSpec) *partner {
	p := &partner{
		name: s.name, tenant: b.addTenant(s.tenant), id: s.partnerID,
		organisation: s.organisation, globalID: s.globalID, kind: s.kind,
	}
	p.tenant.partner = p
	if s.signed {
		p.agreement = timelineOf(s.agreement)
	}
	b.w.partners = append(b.w.partners, p)
	for _, id := range s.organisation {
		if other, twice := b.w.knownPartner[id]; twice && id != "" {
			b.found.add(s.at, "the partner ID %s is also one of %s", id, other)
		}
		b.w.knownPartner[id] = cmp.Or(p.tenant.name, s.name)
	}
	if s.globalID != "" {
		b.w.globalIDs[s.globalID] = true
	}
	b.addPrincipals(p.tenant, s.principals)
	p.adminAgents = b.agents(p.tenant, s.adminAgents, "AdminAgents")
	p.helpdesk = b.agents(p.tenant, ref{}, "HelpdeskAgents")
	return p
}

// agents returns the group through which a partner's people act on behalf of
// customers; Partner Center makes it in every partner's tenant.
func (b *builder) agents(t *tenant, named ref, display string) *principal {
	g := t.byName[cmp.Or(named.name, display)]
	switch {
	case g == nil && named.name != "":
		b.found.add(named.at, "no group of the partner's tenant is named %q", named.name)
	case g != nil && g.kind != pharos.Group:
		b.found.add(cmp.Or(named.at, g.at), "%q is no group", g.name)
	}
	if g == nil {
		g = b.addPrincipal(t, &principalSpec{name: display, kind: pharos.Group})
	}
	g.displayName = display
	return g
}

func (b *builder) addPrincipals(t *tenant, list []principalSpec) {
	for i := range list {
		s := &list[i]
		if s.name == "" {
			continue
		}
		if t.byName[s.name] != nil {
			b.found.add(s.at, "the principal name %q stands twice in the tenant %s", s.name, t.name)
			continue
		}
		b.addPrincipal(t, s)
	}
}

func (b *builder) addPrincipal(t *tenant, s *principalSpec) *principal {
	p := &principal{
		id:     pharos.PrincipalID(cmp.Or(s.id, objectID(string(s.kind), t.name, s.name))),
		tenant: t, name: s.name, displayName: s.name, kind: s.kind,
		secret: s.secret, certificate: b.s.certificateFile(s.certificate), password: s.password,
		exists:          timelineOf(pharos.Interval{To: s.deletedFrom}),
		securityEnabled: !s.notSecurityEnabled, at: s.at,
		credential: s.secret != "" || s.certificate != "", managedIdentity: s.managedIdentity,
	}
	p.registrar = p.credential && s.registrar
	p.graph, p.partnerCenter = p.credential && !s.noGraph && !s.registrar, p.credential && !s.noPartnerCenter
	if !s.disabledFrom.IsZero() {
		p.disabled = timelineOf(pharos.Interval{From: s.disabledFrom})
	}
	switch s.kind {
	case pharos.User:
		p.upn = cmp.Or(s.upn, s.name+"@"+t.domain)
	case pharos.ServicePrincipal:
		p.appID = cmp.Or(s.appID, objectID("application", t.name, s.name))
		b.w.apps[appKey{t.id, p.appID}] = p
	case pharos.Group, pharos.ForeignGroup: // nobody signs in as a group
	}
	if p.certificate != "" {
		certificates, err := readCertificates(p.certificate)
		if err != nil {
			b.found.add(s.at, "%v", err)
		}
		for _, cert := range certificates {
			p.keys = append(p.keys, newKeyCredential(objectID("keyCredential", t.name, s.name+"/"+thumbprint(cert)), cert))
		}
	}
	t.byName[s.name] = p
	b.register(p)
	return p
}

func (b *builder) register(p *principal) {
	if other, twice := b.w.principalBy[p.ref()]; twice {
		b.found.add(p.at, "%q has the same id as %q", p.name, other.name)
		return
	}
	b.w.principalBy[p.ref()] = p
	p.tenant.principals = append(p.tenant.principals, p)
}

// addMembers resolves the members of every group, when all principals and
// guests are known.
func (b *builder) addMembers() {
	add := func(t *tenant, list []principalSpec) {
		for i := range list {
			g := t.byName[list[i].name]
			for _, m := range list[i].members {
				if p := b.principalIn(t, m.principal); p != nil && g != nil {
					g.members = append(g.members, membership{p, m.during})
					if !slices.Contains(p.memberOf, g) {
						p.memberOf = append(p.memberOf, g)
					}
				}
			}
		}
	}
	add(b.w.us.tenant, b.s.partner.principals)
	for i := range b.s.others {
		if p := b.partner(b.s.others[i].name); p != nil {
			add(p.tenant, b.s.others[i].principals)
		}
	}
	for i := range b.s.customers {
		if c := b.customer(b.s.customers[i].name); c != nil {
			add(c.tenant, b.s.customers[i].principals)
		}
	}
}

// principalIn finds a principal of one tenant: its own first, then its guests.
func (b *builder) principalIn(t *tenant, r ref) *principal {
	if p := cmp.Or(t.byName[r.name], t.guestByName[r.name]); p != nil {
		return p
	}
	b.found.add(r.at, "no principal of the tenant %s is named %q", t.name, r.name)
	return nil
}

// partner finds a partner by its name in the scenario; we are "us".
func (b *builder) partner(name string) *partner {
	for _, p := range b.w.partners {
		if p.name == name {
			return p
		}
	}
	return nil
}

func (b *builder) partnerAt(r ref) *partner {
	p := b.partner(r.name)
	if p == nil {
		b.found.add(r.at, "no partner is named %q; ours is us", r.name)
	}
	return p
}

func (b *builder) parties(list []partySpec) []party {
	out := make([]party, 0, len(list))
	for _, s := range list {
		p := b.partnerAt(s.partner)
		if p == nil {
			continue
		}
		for _, o := range out {
			if _, twice := common(o.during, s.during); twice {
				b.found.add(s.partner.at, "%s and %s stand for the same time", o.partner.name, p.name)
			}
		}
		out = append(out, party{p, s.during})
	}
	return out
}

func (b *builder) role(r ref) *roleDefinition {
	d := loadRoles().find(r.name)
	if d == nil {
		b.found.add(r.at, "no built-in role has the name or id %q", r.name)
	}
	return d
}
