package azure

import (
	"context"
	"strings"

	"github.com/pharos-pec/pharos"
	"github.com/pharos-pec/pharos/observe"
)

// needReader is the permission that the reads of a subscription ask for.
const needReader = "the role Reader on the subscription"

const roleAssignments = "/providers/Microsoft.Authorization/roleAssignments?api-version=2022-04-01"

type wireAssignment struct {
	ID         string `json:"id"`
	Properties struct {
		Scope         scopeRef `json:"scope"`
		Role          roleRef  `json:"roleDefinitionId"`
		Principal     guid     `json:"principalId"`
		PrincipalType string   `json:"principalType"`
		Created       instant  `json:"createdOn"`
	} `json:"properties"`
}

// grant returns the assignment as a permanent grant of tenant's directory.
func (w wireAssignment) grant(tenant pharos.TenantID) pharos.Grant {
	p := w.Properties
	g := pharos.Grant{
		Path: pharos.Direct, Kind: pharos.Permanent,
		ID: strings.ToLower(w.ID), Scope: pharos.Scope(p.Scope), Role: pharos.RoleID(p.Role),
		Holder:     pharos.PrincipalRef{Tenant: tenant, ID: pharos.PrincipalID(p.Principal)},
		HolderKind: kindOf(p.PrincipalType),
	}
	if g.HolderKind == pharos.ForeignGroup {
		g.Path, g.Holder.Tenant = pharos.AOBO, ""
	}
	return g
}

// kindOf reads the principal type of an assignment; an unknown one is "".
func kindOf(wire string) pharos.PrincipalKind {
	for _, k := range []pharos.PrincipalKind{pharos.User, pharos.Group, pharos.ServicePrincipal, pharos.ForeignGroup} {
		if strings.EqualFold(wire, string(k)) {
			return k
		}
	}
	return ""
}

// Assignments lists the role assignments of a subscription, inherited ones and
// those below it included, and what PIM knows of them. Through a delegation
// only those of foreign groups are shown and none is PIM's: PIM manages the
// customer's own directory. Source: REST API Role Assignments - List For
// Subscription 2022-04-01; Microsoft Learn, "List Azure role assignments using
// the REST API" and "Cross-tenant management experiences".
func (s *Session) Assignments(ctx context.Context, v observe.Visible) (observe.Assignments, error) {
	var out observe.Assignments
	read, err := readScoped[wireAssignment](ctx, s, v.ID, roleAssignments, needReader)
	if err != nil {
		return out, err
	}
	out.At, out.Foreign, out.Direct = read.at, read.whole, read.whole && !v.Projected
	var pim schedules
	if !v.Projected {
		pim, err = s.schedules(ctx, v.ID)
		if err != nil && isGap(err) {
			out.Gap, out.Direct, err = err, false, nil
		}
		if err != nil {
			return observe.Assignments{}, err
		}
	}
	seen := map[pharos.Grant]bool{}
	add := func(g observe.Dated[pharos.Grant]) {
		if !seen[g.Value] {
			seen[g.Value] = true
			out.Items = append(out.Items, g)
		}
	}
	for _, w := range read.items {
		g := w.grant(v.Customer)
		if g.Path == pharos.Direct && (v.Projected || out.Gap != nil) {
			continue // its kind is in doubt
		}
		if pim.ends(g) {
			g.Kind = pharos.TimeBound
		}
		add(observe.Dated[pharos.Grant]{Value: g, Since: w.Properties.Created.Time})
	}
	for _, g := range pim.others(v.Customer) {
		add(g)
	}
	return out, nil
}
