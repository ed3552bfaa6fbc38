package repair

import (
	"fmt"
	"time"

	"github.com/shopspring/decimal"
	"pgregory.net/rapid"

	"github.com/pharos-pec/pharos"
	"github.com/pharos-pec/pharos/credit"
)

// The people and places of the tests.
const (
	home   = pharos.TenantID("11111111-1111-4111-8111-111111111111")
	agents = pharos.PrincipalID("00000000-0000-4000-8000-0000000000aa")
	ours   = pharos.PartnerID("4987654")
)

var scanned = time.Date(2026, 11, 2, 0, 0, 0, 0, time.UTC)

// realm is what a history is made of, so that one can be made without a part.
type realm struct {
	subs       map[pharos.SubscriptionID]pharos.TenantID
	principals []pharos.Principal
	grants     []pharos.Grant
	members    map[pharos.PrincipalRef][]pharos.PrincipalID
	linked     map[pharos.PrincipalRef]bool // what was read of each
	rows       []credit.Row
}

// history is the realm as a scan sees it.
func (r *realm) history() *pharos.History {
	h := pharos.NewHistory()
	h.LastScan = scanned
	h.AgentGroups[agents] = "AdminAgents"
	looked := []pharos.Interval{{From: scanned.AddDate(0, -2, 0), To: scanned}}
	for sub, customer := range r.subs {
		h.Customers[customer] = pharos.Customer{ID: customer, Name: "customer " + string(customer)}
		h.Subscriptions[sub] = pharos.Subscription{ID: sub, Customer: customer, Name: "sub " + string(sub)}
		h.Denials[sub] = &pharos.Record[pharos.Denial]{Observed: looked}
		for _, path := range []pharos.Path{pharos.AOBO, pharos.Lighthouse, pharos.Direct} {
			h.Grants[pharos.GrantKey{Subscription: sub, Path: path}] = &pharos.Record[pharos.Grant]{Observed: looked}
		}
	}
	for _, p := range r.principals {
		h.Principals[p.PrincipalRef] = p
	}
	for _, g := range r.grants {
		rec := h.Grants[pharos.GrantKey{Subscription: g.Scope.Subscription(), Path: g.Path}]
		rec.Facts = append(rec.Facts, pharos.Fact[pharos.Grant]{Value: g, Span: pharos.Always()})
	}
	for group, members := range r.members {
		rec := &pharos.Record[pharos.PrincipalID]{Observed: looked}
		for _, m := range members {
			rec.Facts = append(rec.Facts, pharos.Fact[pharos.PrincipalID]{Value: m, Span: pharos.Always()})
		}
		h.Members[group] = rec
	}
	for ref, linked := range r.linked {
		rec := &pharos.Record[pharos.PartnerID]{Observed: looked}
		if linked {
			rec.Facts = append(rec.Facts, pharos.Fact[pharos.PartnerID]{Value: ours, Span: pharos.Always()})
		}
		h.Links[ref] = rec
	}
	return h
}

func (r *realm) input() Input {
	return Input{
		Partner: pharos.Partner{ID: ours, Organisation: []pharos.PartnerID{ours}, Tenant: home, Kind: pharos.DirectBill},
		History: r.history(), Rows: r.rows,
	}
}

func at(tenant pharos.TenantID, id string) pharos.PrincipalRef {
	return pharos.PrincipalRef{Tenant: tenant, ID: pharos.PrincipalID(id)}
}

// row is a row of the bill: so much earned, so much lost.
func row(scope pharos.Scope, currency string, earned, lost int64) credit.Row {
	return credit.Row{Key: string(scope), Subscription: scope.Subscription(), Currency: currency,
		Sums: credit.Sums{Earned: decimal.New(earned, -3), Lost: decimal.New(lost, -3)}}
}

// anyRealm draws a realm: two customers, people with twins, groups, all paths.
func anyRealm(t *rapid.T) *realm {
	r := &realm{subs: map[pharos.SubscriptionID]pharos.TenantID{}, members: map[pharos.PrincipalRef][]pharos.PrincipalID{}, linked: map[pharos.PrincipalRef]bool{}}
	customers := []pharos.TenantID{"c1", "c2"}
	for i := range rapid.IntRange(1, 4).Draw(t, "subscriptions") {
		r.subs[pharos.SubscriptionID(fmt.Sprintf("s%d", i))] = rapid.SampledFrom(customers).Draw(t, "customer")
	}
	tenants := append([]pharos.TenantID{home}, customers...)
	for i := range 4 {
		for _, tenant := range tenants {
			ref := at(tenant, fmt.Sprintf("p%d-%s", i, tenant[:2]))
			r.principals = append(r.principals, pharos.Principal{PrincipalRef: ref, Kind: pharos.User, Name: string(ref.ID), Identity: fmt.Sprintf("Person%d@x", i), Guest: tenant != home})
			switch rapid.IntRange(0, 3).Draw(t, "link") {
			case 0:
				r.linked[ref] = false
			case 1, 2:
				r.linked[ref] = true
			}
		}
	}
	for _, tenant := range tenants {
		for i := range 2 {
			group := at(tenant, fmt.Sprintf("g%d-%s", i, tenant[:2]))
			r.principals = append(r.principals, pharos.Principal{PrincipalRef: group, Kind: pharos.Group, Name: string(group.ID)})
			for _, n := range rapid.SliceOfNDistinct(rapid.IntRange(0, 3), 0, 3, rapid.ID).Draw(t, "members") {
				r.members[group] = append(r.members[group], pharos.PrincipalID(fmt.Sprintf("p%d-%s", n, tenant[:2])))
			}
			if r.members[group] == nil {
				r.members[group] = []pharos.PrincipalID{}
			}
		}
	}
	for sub, customer := range r.subs {
		for i := range rapid.IntRange(0, 4).Draw(t, "grants") {
			r.grants = append(r.grants, anyGrant(t, sub, customer, i))
		}
		for _, scope := range []pharos.Scope{pharos.SubscriptionScope(sub), pharos.ResourceGroupScope(sub, "web"), pharos.ResourceGroupScope(sub, "db") + "/providers/x/y/z"} {
			r.rows = append(r.rows, row(scope, rapid.SampledFrom([]string{"EUR", "USD"}).Draw(t, "currency"),
				rapid.Int64Range(0, 99999).Draw(t, "earned"), rapid.Int64Range(0, 99999).Draw(t, "lost")))
		}
	}
	return r
}

func anyGrant(t *rapid.T, sub pharos.SubscriptionID, customer pharos.TenantID, n int) pharos.Grant {
	g := pharos.Grant{
		Path: rapid.SampledFrom([]pharos.Path{pharos.AOBO, pharos.Lighthouse, pharos.Direct}).Draw(t, "path"),
		ID:   fmt.Sprintf("/subscriptions/%s/assignments/%d", sub, n), Scope: pharos.SubscriptionScope(sub),
		Kind: rapid.SampledFrom([]pharos.GrantKind{pharos.Permanent, pharos.Permanent, pharos.Permanent, pharos.Eligible}).Draw(t, "kind"),
		Role: rapid.SampledFrom([]pharos.RoleID{pharos.SupportRequestContributor, pharos.Contributor, pharos.Reader}).Draw(t, "role"),
	}
	if rapid.IntRange(0, 2).Draw(t, "narrow") == 0 {
		g.Scope = pharos.ResourceGroupScope(sub, rapid.SampledFrom([]string{"web", "db"}).Draw(t, "group"))
	}
	tenant := customer
	switch g.Path {
	case pharos.AOBO:
		g.Holder, g.HolderKind, g.Role = at("", string(agents)), pharos.ForeignGroup, pharos.Owner
		return g
	case pharos.Lighthouse:
		tenant, g.Offer = home, rapid.SampledFrom([]string{"Ops", "Support"}).Draw(t, "offer")
	case pharos.Direct:
	}
	if rapid.Bool().Draw(t, "to a group") {
		g.Holder, g.HolderKind = at(tenant, fmt.Sprintf("g%d-%s", rapid.IntRange(0, 1).Draw(t, "group"), tenant[:2])), pharos.Group
	} else {
		g.Holder, g.HolderKind = at(tenant, fmt.Sprintf("p%d-%s", rapid.IntRange(0, 3).Draw(t, "person"), tenant[:2])), pharos.User
	}
	return g
}
