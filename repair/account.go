package repair

import (
	"cmp"
	"slices"
	"strings"

	"github.com/pharos-pec/pharos"
)

// account is a person or robot of ours that may be given a role: it is linked
// to us, or is a configured credential that is to be.
type account struct {
	pharos.Principal
	credential Credential // zero for a principal that we hold none of
	linked     bool
}

// gatherAccounts sorts out, for each tenant, who may be given a role there:
// configured credentials first, service principals before people.
func (p *planner) gatherAccounts(h *pharos.History) {
	refs := map[pharos.PrincipalRef]bool{}
	for ref := range h.Links {
		refs[ref] = true
	}
	for ref := range p.credentials {
		refs[ref] = true
	}
	for ref := range refs {
		a := account{Principal: p.principal(ref), credential: p.credentials[ref], linked: p.linkedToUs(h, ref)}
		if a.Kind == pharos.Group || isDisabled(h, ref) || !a.linked && (!a.credential.Link || p.linkedToOther(h, ref) != "") {
			continue
		}
		p.accounts[ref.Tenant] = append(p.accounts[ref.Tenant], a)
	}
	for _, all := range p.accounts {
		slices.SortFunc(all, compareAccounts)
	}
}

func compareAccounts(a, b account) int {
	class := func(a account) int {
		switch {
		case a.credential.Name != "" && a.linked:
			return 0
		case a.credential.Name != "":
			return 1
		case a.Kind == pharos.ServicePrincipal:
			return 2
		}
		return 3
	}
	return cmp.Or(cmp.Compare(class(a), class(b)), strings.Compare(a.Name, b.Name), strings.Compare(string(a.ID), string(b.ID)))
}

// principal is what is known of somebody. A configured credential of whom
// nothing else is known is a service principal, as all that sign in by
// themselves are.
func (p *planner) principal(ref pharos.PrincipalRef) pharos.Principal {
	out, seen := p.in.History.Principals[ref]
	out.PrincipalRef = ref
	if !seen {
		out.Kind = pharos.ServicePrincipal
	}
	out.Name = cmp.Or(out.Name, p.credentials[ref].Name, string(ref.ID))
	return out
}

func (p *planner) linkedToUs(h *pharos.History, ref pharos.PrincipalRef) bool {
	return slices.ContainsFunc(values(h.Links[ref]), p.in.Partner.Owns)
}

// linkedToOther is the partner ID outside our organisation that somebody is
// linked to, "" for none.
func (p *planner) linkedToOther(h *pharos.History, ref pharos.PrincipalRef) pharos.PartnerID {
	for _, id := range values(h.Links[ref]) {
		if !p.in.Partner.Owns(id) {
			return id
		}
	}
	return ""
}

func isDisabled(h *pharos.History, ref pharos.PrincipalRef) bool {
	rec := h.Disabled[ref]
	return rec != nil && len(rec.Facts) > 0
}

// ours reports whether somebody may be asked to link to us: everybody of the
// managing tenant, and elsewhere guests, configured credentials and those
// whose link is on record. A customer's own people are none of ours.
func (p *planner) ours(ref pharos.PrincipalRef) bool {
	if ref.Tenant == p.in.Partner.Tenant || p.in.History.Principals[ref].Guest {
		return true
	}
	_, configured := p.credentials[ref]
	return configured || p.in.History.Links[ref] != nil
}
