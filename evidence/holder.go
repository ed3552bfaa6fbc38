package evidence

import (
	"cmp"
	"slices"

	"github.com/pharos-pec/pharos"
	"github.com/pharos-pec/pharos/explain"
)

// addHolders adds through whom the scopes of a disputed day earned. One that
// earns by two paths, or by two roles, is told of each.
func (s *Summary) addHolders(p *Pack, d Day) {
	for _, at := range d.Access {
		if at.State != pharos.Full {
			continue
		}
		for _, h := range at.Through {
			for i := range p.Grants {
				g := &p.Grants[i]
				group, holds := holdsBy(g, h, p.Memberships, d.Date)
				if !holds || !slices.ContainsFunc(at.Scopes, g.Scope.Covers) {
					continue
				}
				s.holder(g, h).add(g.Scope, group, p.linkedTo(h, d.Date), d.Date)
			}
		}
	}
}

// holdsBy reports whether it is by this grant that somebody earns on a day,
// and the name of the group if it is as a member of one.
func holdsBy(g *Grant, h explain.Holder, members []Membership, d pharos.Day) (group string, holds bool) {
	if g.RoleName != h.Role || g.Kind != pharos.Permanent || g.On(d) == pharos.Never {
		return "", false
	}
	ref := pharos.PrincipalRef{Tenant: h.Tenant, ID: h.ID}
	if g.Holder == ref {
		return "", true
	}
	return g.HolderName, slices.ContainsFunc(members, func(m Membership) bool {
		return m.Group == g.Holder && m.Member == ref && m.On(d) != pharos.Never
	})
}

// holder returns the entry of somebody who earns by such a grant.
func (s *Summary) holder(g *Grant, h explain.Holder) *Holder {
	for i := range s.Access {
		o := &s.Access[i]
		if o.Path == g.Path && o.ID == h.ID && o.Tenant == h.Tenant && o.Role == h.Role {
			return o
		}
	}
	s.Access = append(s.Access, Holder{
		Path: g.Path, ID: h.ID, Tenant: h.Tenant, Name: h.Name, Role: h.Role,
		Scopes: []pharos.Scope{}, Groups: []string{}, Days: []pharos.Day{},
	})
	return &s.Access[len(s.Access)-1]
}

// linkedTo returns the partner ID that somebody who earns was linked to.
func (p *Pack) linkedTo(h explain.Holder, d pharos.Day) pharos.PartnerID {
	for _, l := range p.Links {
		if h.Linked && l.Ours && l.Principal.ID == h.ID && l.Principal.Tenant == h.Tenant && l.On(d) != pharos.Never {
			return l.PartnerID
		}
	}
	return ""
}

func (h *Holder) add(scope pharos.Scope, group string, id pharos.PartnerID, d pharos.Day) {
	h.PartnerID = cmp.Or(h.PartnerID, id)
	if !slices.Contains(h.Scopes, scope) {
		h.Scopes = append(h.Scopes, scope)
	}
	if group != "" && !slices.Contains(h.Groups, group) {
		h.Groups = append(h.Groups, group)
	}
	if !slices.Contains(h.Days, d) {
		h.Days = append(h.Days, d)
	}
}
