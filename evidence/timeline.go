package evidence

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"github.com/pharos-pec/pharos"
)

// timeline fills the access timeline: the facts of the month that bear on the
// subscription, and when they were looked at.
func (b *builder) timeline(p *Pack) {
	p.Observed = []Observed{}
	b.grants(p)
	b.members(p)
	people := b.people(p)
	b.sale(p)
	b.links(p, people)
	b.denials(p)
	slices.SortFunc(p.Observed, func(x, y Observed) int { return cmp.Or(strings.Compare(x.What, y.What), strings.Compare(x.Of, y.Of)) })
	p.Scans = b.scans(people)
}

// grants are those of the three paths. Direct ones matter where the holder may
// be ours: what the customer's own people hold is nobody's business here.
func (b *builder) grants(p *Pack) {
	p.Grants = []Grant{}
	roles := pharos.Roles()
	for _, path := range []pharos.Path{pharos.AOBO, pharos.Lighthouse, pharos.Direct} {
		rec := b.History.Grants[pharos.GrantKey{Subscription: b.Subscription, Path: path}]
		if rec == nil {
			continue
		}
		p.Observed = b.observed(p.Observed, string(path)+" grants", string(b.Subscription), rec.Observed)
		for i := range rec.Facts {
			g := rec.Facts[i].Value
			if !touches(rec.Facts[i].Span, b.Month.Month) || path == pharos.Direct && !b.mayBeOurs(g) {
				continue
			}
			role := roles.Lookup(g.Role)
			p.Grants = append(p.Grants, Grant{Grant: g, RoleName: role.Name, Earns: role.Earns, HolderName: b.name(g.Holder), Known: known(&rec.Facts[i])})
		}
	}
	slices.SortFunc(p.Grants, func(x, y Grant) int {
		return cmp.Or(strings.Compare(string(x.Path), string(y.Path)), strings.Compare(string(x.Scope), string(y.Scope)),
			strings.Compare(x.HolderName, y.HolderName), compareRefs(x.Holder, y.Holder), strings.Compare(x.RoleName, y.RoleName),
			strings.Compare(string(x.Kind), string(y.Kind)), strings.Compare(x.ID, y.ID), compareKnown(x.Known, y.Known))
	})
}

// mayBeOurs reports whether a direct grant's holder, or a member of it, is a
// guest or somebody whose partner link is on record.
func (b *builder) mayBeOurs(g pharos.Grant) bool {
	refs := []pharos.PrincipalRef{g.Holder}
	if rec := b.History.Members[g.Holder]; rec != nil {
		for _, f := range rec.Facts {
			refs = append(refs, pharos.PrincipalRef{Tenant: g.Holder.Tenant, ID: f.Value})
		}
	}
	return slices.ContainsFunc(refs, func(r pharos.PrincipalRef) bool {
		return b.History.Principals[r].Guest || b.History.Links[r] != nil
	})
}

// members are the times of linked principals in groups that hold a role.
func (b *builder) members(p *Pack) {
	p.Memberships = []Membership{}
	for _, group := range b.holders(p) {
		rec := b.History.Members[group]
		if rec == nil {
			continue
		}
		p.Observed = b.observed(p.Observed, "members", b.name(group), rec.Observed)
		for i := range rec.Facts {
			ref := pharos.PrincipalRef{Tenant: group.Tenant, ID: rec.Facts[i].Value}
			if b.History.Links[ref] == nil || !touches(rec.Facts[i].Span, b.Month.Month) {
				continue
			}
			p.Memberships = append(p.Memberships, Membership{Group: group, GroupName: b.name(group), Member: ref, MemberName: b.name(ref), Known: known(&rec.Facts[i])})
		}
	}
	slices.SortFunc(p.Memberships, func(x, y Membership) int {
		return cmp.Or(compareRefs(x.Group, y.Group), compareRefs(x.Member, y.Member), compareKnown(x.Known, y.Known))
	})
}

// holders are the principals that hold the grants, each once.
func (b *builder) holders(p *Pack) []pharos.PrincipalRef {
	set := map[pharos.PrincipalRef]bool{}
	for _, g := range p.Grants {
		set[g.Holder] = true
	}
	return slices.SortedFunc(maps.Keys(set), compareRefs)
}

// people are the holders, their linked members, and what else one of them is
// in another tenant: a link there explains why there is none here.
func (b *builder) people(p *Pack) []pharos.PrincipalRef {
	set := map[pharos.PrincipalRef]bool{}
	for _, ref := range b.holders(p) {
		set[ref] = true
	}
	for _, m := range p.Memberships {
		set[m.Member] = true
	}
	who := map[string]bool{}
	for ref := range set {
		if id := b.History.Principals[ref].Identity; id != "" {
			who[strings.ToLower(id)] = true
		}
	}
	for ref := range b.History.Links {
		twin := b.History.Principals[ref]
		inReach := ref.Tenant == b.Partner.Tenant || ref.Tenant == b.subs[0].CustomerID
		if inReach && who[strings.ToLower(twin.Identity)] {
			set[ref] = true
		}
	}
	return slices.SortedFunc(maps.Keys(set), compareRefs)
}

// links are the partner links of people, and when they were disabled.
func (b *builder) links(p *Pack, people []pharos.PrincipalRef) {
	p.Links, p.Disabled = []Link{}, []Disabled{}
	for _, ref := range people {
		if rec := b.History.Links[ref]; rec != nil {
			p.Observed = b.observed(p.Observed, "partner link", b.name(ref)+" in tenant "+string(ref.Tenant), rec.Observed)
			facts := facts(rec, b.Month.Month)
			for i := range facts {
				id := facts[i].Value
				p.Links = append(p.Links, Link{Principal: ref, Name: b.name(ref), PartnerID: id, Ours: b.ours(p, id), Known: known(&facts[i])})
			}
		}
		if rec := b.History.Disabled[ref]; rec != nil {
			facts := facts(rec, b.Month.Month)
			for i := range facts {
				p.Disabled = append(p.Disabled, Disabled{Principal: ref, Name: b.name(ref), Known: known(&facts[i])})
			}
		}
	}
}

// ours reports whether a link to the ID counts for this sale: one of our
// organisation's, or of a reseller of record of the month.
func (b *builder) ours(p *Pack, id pharos.PartnerID) bool {
	ofRecord := func(s Sale) bool { return s.Reseller == id && b.Partner.Kind == pharos.IndirectProvider }
	return b.Partner.Owns(id) || slices.ContainsFunc(p.Sales, ofRecord)
}

func (b *builder) denials(p *Pack) {
	p.Denials = []Denial{}
	rec := b.History.Denials[b.Subscription]
	if rec == nil {
		return
	}
	p.Observed = b.observed(p.Observed, "deny assignments", string(b.Subscription), rec.Observed)
	facts := facts(rec, b.Month.Month)
	for i := range facts {
		p.Denials = append(p.Denials, Denial{Denial: facts[i].Value, Known: known(&facts[i])})
	}
}

// sale is how the subscription was sold, and what was signed.
func (b *builder) sale(p *Pack) {
	p.Sales, p.Agreements = []Sale{}, []Agreement{}
	if rec := b.History.Sales[b.Subscription]; rec != nil {
		p.Observed = b.observed(p.Observed, "sale", string(b.Subscription), rec.Observed)
		facts := facts(rec, b.Month.Month)
		for i := range facts {
			p.Sales = append(p.Sales, Sale{Sale: facts[i].Value, Known: known(&facts[i])})
		}
	}
	customer := b.subs[0].CustomerID
	for _, a := range []struct {
		kind, of string
		rec      *pharos.Record[pharos.Signed]
	}{
		{CustomerAgreement, string(customer), b.History.Agreements[customer]},
		{PartnerAgreement, string(b.Partner.Tenant), b.History.Programme},
	} {
		if a.rec == nil {
			continue
		}
		p.Observed = b.observed(p.Observed, a.kind+" agreement", a.of, a.rec.Observed)
		facts := facts(a.rec, b.Month.Month)
		for i := range facts {
			p.Agreements = append(p.Agreements, Agreement{Kind: a.kind, Known: known(&facts[i])})
		}
	}
}

// facts are those of a record that may have held in the month, in order.
func facts[T comparable](rec *pharos.Record[T], m pharos.Month) []pharos.Fact[T] {
	kept := slices.DeleteFunc(slices.Clone(rec.Facts), func(f pharos.Fact[T]) bool { return !touches(f.Span, m) })
	slices.SortStableFunc(kept, func(x, y pharos.Fact[T]) int { return compareKnown(known(&x), known(&y)) })
	return kept
}

// observed adds when something was looked at, as far as it is of the month.
func (b *builder) observed(all []Observed, what, of string, during []pharos.Interval) []Observed {
	start, end := b.Month.Month.First().Start(), b.Month.Month.Last().End()
	kept := []pharos.Interval{}
	for _, i := range during {
		if i.From.Before(end) && (i.To.IsZero() || i.To.After(start)) {
			kept = append(kept, i)
		}
	}
	return append(all, Observed{what, of, kept})
}

// name returns what people call a principal, its id where it has no name.
func (b *builder) name(ref pharos.PrincipalRef) string {
	return cmp.Or(b.History.Principals[ref].Name, b.History.AgentGroups[ref.ID], string(ref.ID))
}
