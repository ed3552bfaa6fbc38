package observe_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/pharos-pec/pharos"
	"github.com/pharos-pec/pharos/observe"
)

// The places of the fake cloud.
const (
	home     = pharos.TenantID("11111111-1111-4111-8111-111111111111")
	fabrikam = pharos.TenantID("22222222-2222-4222-8222-222222222222")
	rivals   = pharos.TenantID("33333333-3333-4333-8333-333333333333")
	prod     = pharos.SubscriptionID("aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa")
	dev      = pharos.SubscriptionID("bbbbbbbb-bbbb-4bbb-8bbb-bbbbbbbbbbbb")

	robotID  = pharos.PrincipalID("00000000-0000-4000-8000-000000000001")
	aliceID  = pharos.PrincipalID("00000000-0000-4000-8000-000000000002")
	opsID    = pharos.PrincipalID("00000000-0000-4000-8000-000000000003")
	agentsID = pharos.PrincipalID("00000000-0000-4000-8000-000000000004")
	readerID = pharos.PrincipalID("00000000-0000-4000-8000-000000000005")
	guestID  = pharos.PrincipalID("00000000-0000-4000-8000-000000000006")
	rivalID  = pharos.PrincipalID("00000000-0000-4000-8000-000000000007")
)

func ref(t pharos.TenantID, id pharos.PrincipalID) pharos.PrincipalRef {
	return pharos.PrincipalRef{Tenant: t, ID: id}
}

// held is a value with the time over which it really held. A zero From or To
// of the interval means before and after everything.
type held[T any] struct {
	value T
	pharos.Interval
}

// cloud is an Azure in memory, as of its clock.
type cloud struct {
	now  time.Time
	kept time.Duration // how far back logs go

	customers  []held[pharos.Customer]
	subs       []pharos.Subscription
	grants     []held[pharos.Grant]
	denials    []held[pharos.Denial]
	principals []pharos.Principal
	disabled   []held[pharos.PrincipalRef]
	members    []held[[2]pharos.PrincipalRef] // group, member
	links      []held[linked]
	sales      []held[observe.SoldSubscription]
	mcas       []held[pharos.TenantID]
	programme  pharos.Interval

	mu     sync.Mutex
	faults map[string]pharos.Code // "eye reading subject", each part may be "*"
	calls  map[string]int
}

type linked struct {
	who pharos.PrincipalRef
	id  pharos.PartnerID
}

// newCloud has a customer with two subscriptions, and us.
func newCloud(now time.Time) *cloud {
	user := func(t pharos.TenantID, id pharos.PrincipalID, k pharos.PrincipalKind, name string) pharos.Principal {
		return pharos.Principal{PrincipalRef: ref(t, id), Kind: k, Name: name}
	}
	return &cloud{
		now: now, kept: 90 * 24 * time.Hour, faults: map[string]pharos.Code{}, calls: map[string]int{},
		customers: []held[pharos.Customer]{{value: pharos.Customer{ID: fabrikam, Name: "fabrikam"}}},
		subs:      []pharos.Subscription{{ID: prod, Customer: fabrikam, Name: "prod"}, {ID: dev, Customer: fabrikam, Name: "dev"}},
		principals: []pharos.Principal{
			user(home, robotID, pharos.ServicePrincipal, "robot"), user(home, aliceID, pharos.User, "alice"),
			user(home, opsID, pharos.Group, "ops"), user(home, agentsID, pharos.Group, "AdminAgents"),
			user(fabrikam, readerID, pharos.ServicePrincipal, "reader"), user(fabrikam, guestID, pharos.User, "alice (guest)"),
		},
	}
}

// stands reports whether something holds at the cloud's now.
func (c *cloud) stands(i pharos.Interval) bool { return i.Contains(c.now) }

// fail makes a reading fail. Each of the three may be "*".
func (c *cloud) fail(eye, reading, subject string, code pharos.Code) {
	c.faults[eye+" "+reading+" "+subject] = code
}

// call counts a call and says whether it fails.
func (c *cloud) call(ctx context.Context, eye, reading, subject string) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.calls[reading]++
	for _, e := range []string{eye, "*"} {
		for _, s := range []string{subject, "*"} {
			if code, ok := c.faults[e+" "+reading+" "+s]; ok {
				return pharos.Errorf(code, "%s may not read %s of %s", eye, reading, subject)
			}
		}
	}
	return nil
}

func reading[T any](c *cloud, items ...T) observe.Reading[T] {
	return observe.Reading[T]{At: c.now, Items: items}
}

// eye is one credential in the cloud.
type eye struct {
	*cloud
	name  string
	self  pharos.Principal
	group pharos.Scope // the only resource group it may read denials of, "" for all
}

func (c *cloud) eye(name string, self pharos.PrincipalRef) *eye {
	i := slices.IndexFunc(c.principals, func(p pharos.Principal) bool { return p.PrincipalRef == self })
	return &eye{cloud: c, name: name, self: c.principals[i]}
}

func (e *eye) Name() string { return e.name }

func (e *eye) Self(ctx context.Context) (observe.Self, error) {
	return observe.Self{Principal: e.self, At: e.now}, e.call(ctx, e.name, "self", "*")
}

func (e *eye) Link(ctx context.Context) (observe.Link, error) {
	out := observe.Link{At: e.now}
	for _, l := range e.links {
		if l.value.who == e.self.PrincipalRef && e.stands(l.Interval) {
			out.PartnerID, out.Since = l.value.id, l.From
		}
	}
	return out, e.call(ctx, e.name, "link", "*")
}

// covers reports whether a principal is the eye or a group that the eye is in.
func (e *eye) covers(p pharos.PrincipalRef) bool {
	if p == e.self.PrincipalRef {
		return true
	}
	return slices.ContainsFunc(e.members, func(m held[[2]pharos.PrincipalRef]) bool {
		return m.value == [2]pharos.PrincipalRef{p, e.self.PrincipalRef} && e.stands(m.Interval)
	})
}

func (e *eye) Subscriptions(ctx context.Context) (observe.Reading[observe.Visible], error) {
	out := reading[observe.Visible](e.cloud)
	for _, s := range e.subs {
		visible := s.Customer == e.self.Tenant
		for _, g := range e.grants {
			visible = visible || (g.value.Path == pharos.Lighthouse && g.value.Scope.Subscription() == s.ID && e.stands(g.Interval) && e.covers(g.value.Holder))
		}
		if visible {
			out.Items = append(out.Items, observe.Visible{Subscription: s, Projected: s.Customer != e.self.Tenant})
		}
	}
	return out, e.call(ctx, e.name, "subscriptions", "*")
}

func (e *eye) standing(sub pharos.SubscriptionID, keep func(pharos.Grant) bool) []observe.Dated[pharos.Grant] {
	var out []observe.Dated[pharos.Grant]
	for _, g := range e.grants {
		if g.value.Scope.Subscription() == sub && e.stands(g.Interval) && keep(g.value) {
			out = append(out, observe.Dated[pharos.Grant]{Value: g.value, Since: g.From})
		}
	}
	return out
}

func (e *eye) Assignments(ctx context.Context, v observe.Visible) (observe.Assignments, error) {
	out := observe.Assignments{Foreign: true, Direct: !v.Projected}
	out.At = e.now
	out.Items = e.standing(v.ID, func(g pharos.Grant) bool {
		return g.Path == pharos.AOBO && (!v.Projected || g.Holder.ID == agentsID) || g.Path == pharos.Direct && !v.Projected
	})
	return out, e.call(ctx, e.name, "assignments", string(v.ID))
}

func (e *eye) Delegations(ctx context.Context, v observe.Visible) (observe.Delegations, error) {
	out := observe.Delegations{Whole: !v.Projected, Own: true}
	out.At = e.now
	out.Items = e.standing(v.ID, func(g pharos.Grant) bool {
		return g.Path == pharos.Lighthouse && (!v.Projected || g.Holder.Tenant == e.self.Tenant)
	})
	for i := range out.Items {
		out.Items[i].Value.HolderKind = "" // the cloud does not tell
	}
	return out, e.call(ctx, e.name, "delegations", string(v.ID))
}

func (e *eye) Denials(ctx context.Context, v observe.Visible) (observe.Denials, error) {
	out := observe.Denials{Reading: reading[observe.Dated[pharos.Denial]](e.cloud), Whole: e.group == ""}
	for _, d := range e.denials {
		inSight := out.Whole || d.value.Scope.Covers(e.group)
		if d.value.Scope.Subscription() == v.ID && e.stands(d.Interval) && inSight {
			out.Items = append(out.Items, observe.Dated[pharos.Denial]{Value: d.value, Since: d.From})
		}
	}
	return out, e.call(ctx, e.name, "denials", string(v.ID))
}

// entries are the log entries of what keep selects, as far back as kept.
func entries[T any, V comparable](c *cloud, all []held[T], from time.Time, value func(T) (V, bool)) observe.Log[V] {
	if kept := c.now.Add(-c.kept); from.Before(kept) {
		from = kept
	}
	log := observe.Log[V]{From: from}
	for _, h := range all {
		v, ok := value(h.value)
		if !ok {
			continue
		}
		for i, at := range []time.Time{h.From, h.To} {
			if !at.IsZero() && !at.Before(from) && !at.After(c.now) {
				log.Changes = append(log.Changes, observe.Change[V]{At: at, Began: i == 0, Value: v, Evidence: fmt.Sprintf("entry-%d", at.Unix())})
			}
		}
	}
	return log
}

func (e *eye) AccessLog(ctx context.Context, v observe.Visible, from time.Time) (observe.AccessLog, error) {
	return observe.AccessLog{
		Grants: entries(e.cloud, e.grants, from, func(g pharos.Grant) (pharos.Grant, bool) {
			return g, g.Path != pharos.Lighthouse && g.Scope.Subscription() == v.ID
		}),
		Denials: entries(e.cloud, e.denials, from, func(d pharos.Denial) (pharos.Denial, bool) {
			return d, d.Scope.Subscription() == v.ID
		}),
	}, e.call(ctx, e.name, "accesslog", string(v.ID))
}

func (e *eye) DelegationLog(ctx context.Context, from time.Time) (observe.Log[pharos.Grant], error) {
	return entries(e.cloud, e.grants, from, func(g pharos.Grant) (pharos.Grant, bool) {
		return pharos.Grant{Path: pharos.Lighthouse, ID: g.ID, Scope: g.Scope}, g.Path == pharos.Lighthouse && g.Holder.Tenant == e.self.Tenant
	}), e.call(ctx, e.name, "delegationlog", "*")
}

func (e *eye) member(id pharos.PrincipalID) (observe.Member, bool) {
	for _, p := range e.principals {
		if p.PrincipalRef == ref(e.self.Tenant, id) {
			off := slices.ContainsFunc(e.disabled, func(d held[pharos.PrincipalRef]) bool {
				return d.value == p.PrincipalRef && e.stands(d.Interval)
			})
			return observe.Member{Principal: p, Enabled: !off}, true
		}
	}
	return observe.Member{}, false
}

func (e *eye) Members(ctx context.Context, group pharos.PrincipalID) (observe.Reading[observe.Member], error) {
	out := reading[observe.Member](e.cloud)
	for _, m := range e.members {
		if m.value[0] == ref(e.self.Tenant, group) && e.stands(m.Interval) {
			who, _ := e.member(m.value[1].ID)
			out.Items = append(out.Items, who)
		}
	}
	return out, e.call(ctx, e.name, "members", string(group))
}

func (e *eye) MemberLog(ctx context.Context, group pharos.PrincipalID, from time.Time) (observe.Log[pharos.PrincipalID], error) {
	return entries(e.cloud, e.members, from, func(m [2]pharos.PrincipalRef) (pharos.PrincipalID, bool) {
		return m[1].ID, m[0] == ref(e.self.Tenant, group)
	}), e.call(ctx, e.name, "memberlog", string(group))
}

func (e *eye) Principals(ctx context.Context, ids []pharos.PrincipalID) (observe.Reading[observe.Member], error) {
	out := reading[observe.Member](e.cloud)
	for _, id := range ids {
		if m, ok := e.member(id); ok {
			out.Items = append(out.Items, m)
		}
	}
	return out, e.call(ctx, e.name, "principals", "*")
}

func (e *eye) AgentGroups(ctx context.Context) (observe.Reading[pharos.Principal], error) {
	out := reading[pharos.Principal](e.cloud)
	for _, p := range e.principals {
		if p.Tenant == e.self.Tenant && strings.HasSuffix(p.Name, "Agents") {
			out.Items = append(out.Items, p)
		}
	}
	return out, e.call(ctx, e.name, "agentgroups", "*")
}

// partnerCenter is the cloud's commerce side.
type partnerCenter struct{ *cloud }

func (c partnerCenter) Customers(ctx context.Context) (observe.Reading[pharos.Customer], error) {
	out := reading[pharos.Customer](c.cloud)
	for _, k := range c.customers {
		if c.stands(k.Interval) {
			out.Items = append(out.Items, k.value)
		}
	}
	return out, c.call(ctx, "", "customers", "*")
}

func (c partnerCenter) Sales(ctx context.Context, customer pharos.TenantID) (observe.Reading[observe.SoldSubscription], error) {
	out := reading[observe.SoldSubscription](c.cloud)
	for _, s := range c.sales {
		if s.value.Customer == customer && c.stands(s.Interval) {
			s.value.Since = s.From
			out.Items = append(out.Items, s.value)
		}
	}
	return out, c.call(ctx, "", "sales", string(customer))
}

func (c partnerCenter) Agreement(ctx context.Context, customer pharos.TenantID) (observe.Agreement, error) {
	a := observe.Agreement{At: c.now}
	for _, m := range c.mcas {
		if m.value == customer && c.stands(m.Interval) {
			a.Signed, a.Since = true, m.From
		}
	}
	return a, c.call(ctx, "", "agreement", string(customer))
}

func (c partnerCenter) Programme(ctx context.Context) (observe.Agreement, error) {
	return observe.Agreement{Signed: c.stands(c.programme), At: c.now}, c.call(ctx, "", "programme", "*")
}
