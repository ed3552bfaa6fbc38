package evidence

import (
	"slices"

	"github.com/pharos-pec/pharos"
	"github.com/pharos-pec/pharos/explain"
)

// addHolders adds through whom the scopes of a disputed day earned. One that
// earns by two paths, or by two roles, is told of each.
func (s *Summary) addHolders(grants []Grant, members []Membership, d Day) {
	for _, at := range d.Access {
		if at.State != pharos.Full {
			continue
		}
		for _, h := range at.Through {
			for i := range grants {
				g := &grants[i]
				group, holds := holdsBy(g, h, members, d.Date)
				if !holds || !slices.ContainsFunc(at.Scopes, g.Scope.Covers) {
					continue
				}
				s.holder(g, h).add(g.Scope, group, d.Date)
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
		Path: g.Path, ID: h.ID, Tenant: h.Tenant, Name: h.Name, Role: h.Role, Linked: h.Linked,
		Scopes: []pharos.Scope{}, Groups: []string{}, Days: []pharos.Day{},
	})
	return &s.Access[len(s.Access)-1]
}

func (h *Holder) add(scope pharos.Scope, group string, d pharos.Day) {
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
