package coverage_test

import (
	"testing"
	"time"

	"github.com/pharos-pec/pharos"
	"github.com/pharos-pec/pharos/coverage"
)

// The people, groups and places of the tests.
const (
	home     = pharos.TenantID("11111111-1111-4111-8111-111111111111")
	customer = pharos.TenantID("22222222-2222-4222-8222-222222222222")
	rivals   = pharos.TenantID("33333333-3333-4333-8333-333333333333")
	sub      = pharos.SubscriptionID("aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa")

	ourID      = pharos.PartnerID("4987654")
	resellerID = pharos.PartnerID("5000001")
	rivalID    = pharos.PartnerID("7000001")

	ourAgents      = pharos.PrincipalID("00000000-0000-4000-8000-000000000001")
	resellerAgents = pharos.PrincipalID("00000000-0000-4000-8000-000000000002")
	rivalAgents    = pharos.PrincipalID("00000000-0000-4000-8000-000000000003")
	automation     = pharos.PrincipalID("00000000-0000-4000-8000-000000000004")
	ops            = pharos.PrincipalID("00000000-0000-4000-8000-000000000005")
	alice          = pharos.PrincipalID("00000000-0000-4000-8000-000000000006")
	aliceGuest     = pharos.PrincipalID("00000000-0000-4000-8000-000000000007")
	clerk          = pharos.PrincipalID("00000000-0000-4000-8000-000000000008")
)

var (
	scope = pharos.SubscriptionScope(sub)
	rgWeb = pharos.ResourceGroupScope(sub, "rg-web")
	rgDB  = pharos.ResourceGroupScope(sub, "rg-db")
)

// at reads 2026-10-09 or 2026-10-09T12:00.
func at(t testing.TB, s string) time.Time {
	t.Helper()
	for _, layout := range []string{time.DateOnly, "2006-01-02T15:04", time.RFC3339} {
		if v, err := time.Parse(layout, s); err == nil {
			return v
		}
	}
	t.Fatalf("bad time %q", s)
	return time.Time{}
}

func day(t testing.TB, s string) pharos.Day { return pharos.DayOf(at(t, s)) }

// world builds a history in which everything was looked at all October.
type world struct {
	t       testing.TB
	h       *pharos.History
	partner pharos.Partner
	n       int
}

func newWorld(t testing.TB) *world {
	w := &world{t: t, h: pharos.NewHistory(), partner: pharos.Partner{
		ID: ourID, Organisation: []pharos.PartnerID{ourID, "4987655"}, Tenant: home, Kind: pharos.DirectBill,
	}}
	w.h.LastScan = at(t, "2026-11-02")
	w.h.Customers[customer] = pharos.Customer{ID: customer, Name: "fabrikam"}
	w.h.Subscriptions[sub] = pharos.Subscription{ID: sub, Customer: customer, Name: "fabrikam-prod"}
	w.h.AgentGroups[ourAgents] = "AdminAgents"
	for _, p := range []pharos.Path{pharos.AOBO, pharos.Lighthouse, pharos.Direct} {
		w.h.Grants[pharos.GrantKey{Subscription: sub, Path: p}] = &pharos.Record[pharos.Grant]{Observed: w.looked()}
	}
	w.h.Denials[sub] = &pharos.Record[pharos.Denial]{Observed: w.looked()}
	w.h.Sales[sub] = &pharos.Record[pharos.Sale]{Observed: w.looked(), Facts: []pharos.Fact[pharos.Sale]{{Value: pharos.Sale{Plan: pharos.AzurePlan}, Span: pharos.Always()}}}
	w.h.Agreements[customer] = &pharos.Record[pharos.Signed]{Observed: w.looked(), Facts: []pharos.Fact[pharos.Signed]{{Span: pharos.Always()}}}
	w.h.Programme = &pharos.Record[pharos.Signed]{Observed: w.looked(), Facts: []pharos.Fact[pharos.Signed]{{Span: pharos.Always()}}}
	w.h.Principals[ref(home, alice)] = pharos.Principal{PrincipalRef: ref(home, alice), Kind: pharos.User, Name: "alice", Identity: "alice@msp.example"}
	w.h.Principals[ref(customer, aliceGuest)] = pharos.Principal{PrincipalRef: ref(customer, aliceGuest), Kind: pharos.User, Name: "alice (guest)", Identity: "alice@msp.example", Guest: true}
	w.h.Principals[ref(customer, clerk)] = pharos.Principal{PrincipalRef: ref(customer, clerk), Kind: pharos.User, Name: "clerk"}
	return w
}

func (w *world) looked() []pharos.Interval {
	return []pharos.Interval{{From: at(w.t, "2026-09-01"), To: at(w.t, "2026-11-02")}}
}

func ref(t pharos.TenantID, p pharos.PrincipalID) pharos.PrincipalRef {
	return pharos.PrincipalRef{Tenant: t, ID: p}
}

// span reads "from..to"; either side may be empty.
func (w *world) span(from, to string) pharos.Span {
	var i pharos.Interval
	if from != "" {
		i.From = at(w.t, from)
	}
	if to != "" {
		i.To = at(w.t, to)
	}
	return pharos.SpanOf(i)
}

type option func(*pharos.Grant, *pharos.Span)

func (w *world) during(from, to string) option {
	return func(_ *pharos.Grant, s *pharos.Span) { *s = w.span(from, to) }
}

func as(k pharos.GrantKind) option {
	return func(g *pharos.Grant, _ *pharos.Span) { g.Kind = k }
}

func under(s pharos.Scope) option {
	return func(g *pharos.Grant, _ *pharos.Span) { g.Scope = s }
}

func group(g *pharos.Grant, _ *pharos.Span) { g.HolderKind = pharos.Group }

// grant adds a grant: permanent, at the subscription, for ever, unless told.
func (w *world) grant(path pharos.Path, holder pharos.PrincipalRef, role pharos.RoleID, opts ...option) *world {
	w.n++
	g := pharos.Grant{Path: path, ID: string(rune('a' + w.n)), Scope: scope, Kind: pharos.Permanent, Role: role, Holder: holder, HolderKind: pharos.ServicePrincipal}
	s := pharos.Always()
	for _, o := range opts {
		o(&g, &s)
	}
	rec := w.h.Grants[pharos.GrantKey{Subscription: sub, Path: path}]
	rec.Facts = append(rec.Facts, pharos.Fact[pharos.Grant]{Value: g, Span: s})
	return w
}

func (w *world) aobo(agents pharos.PrincipalID, opts ...option) *world {
	return w.grant(pharos.AOBO, ref("", agents), pharos.Owner, opts...)
}

// link records that a principal's link was read all month, and what it was.
func (w *world) link(p pharos.PrincipalRef, id pharos.PartnerID, from, to string) *world {
	rec := w.h.Links[p]
	if rec == nil {
		rec = &pharos.Record[pharos.PartnerID]{Observed: w.looked()}
		w.h.Links[p] = rec
	}
	if id != "" {
		rec.Facts = append(rec.Facts, pharos.Fact[pharos.PartnerID]{Value: id, Span: w.span(from, to)})
	}
	return w
}

func (w *world) member(g, m pharos.PrincipalRef, from, to string) *world {
	rec := w.h.Members[g]
	if rec == nil {
		rec = &pharos.Record[pharos.PrincipalID]{Observed: w.looked()}
		w.h.Members[g] = rec
	}
	if m.ID != "" {
		rec.Facts = append(rec.Facts, pharos.Fact[pharos.PrincipalID]{Value: m.ID, Span: w.span(from, to)})
	}
	return w
}

func (w *world) deny(s pharos.Scope, from, to string) *world {
	w.h.Denials[sub] = &pharos.Record[pharos.Denial]{Observed: w.looked(), Facts: []pharos.Fact[pharos.Denial]{{Value: pharos.Denial{ID: "d", Scope: s}, Span: w.span(from, to)}}}
	return w
}

func (w *world) disable(p pharos.PrincipalRef, from string) *world {
	w.h.Disabled[p] = &pharos.Record[pharos.Disabled]{Observed: w.looked(), Facts: []pharos.Fact[pharos.Disabled]{{Span: w.span(from, "")}}}
	return w
}

// resold makes us a provider with a reseller of record, whom the configuration
// does not describe.
func (w *world) resold() *world {
	w.partner.Kind = pharos.IndirectProvider
	w.h.Sales[sub].Facts[0].Value.Reseller = resellerID
	return w
}

// sold adds terms of sale; the first replace those that always held.
func (w *world) sold(plan pharos.Plan, reseller pharos.PartnerID, from, to string) *world {
	rec := w.h.Sales[sub]
	if rec.Facts[0].Span == pharos.Always() {
		rec.Facts = nil
	}
	rec.Facts = append(rec.Facts, pharos.Fact[pharos.Sale]{Value: pharos.Sale{Plan: plan, Reseller: reseller}, Span: w.span(from, to)})
	return w
}

func (w *world) access() *coverage.Access {
	return coverage.New(w.h, w.partner, w.h.LastScan)
}
