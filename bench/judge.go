package main

import (
	"context"
	"fmt"
	"io"
	"time"

	"github.com/shopspring/decimal"

	"github.com/pharos-pec/pharos"
	"github.com/pharos-pec/pharos/coverage"
	"github.com/pharos-pec/pharos/credit"
	"github.com/pharos-pec/pharos/internal/ledger"
)

// judgePharos judges the month as `pharos credit` does, from a ledger opened
// anew: reading the names, the facts and the bill's own sums, and judging.
func judgePharos(ctx context.Context, out io.Writer, phase, dir string, month pharos.Month) error {
	l, err := ledger.Open(dir)
	if err != nil {
		return err
	}
	start := time.Now()
	customers, subscriptions, err := l.Names(ctx, month)
	if err != nil {
		return err
	}
	at := month.Last().End().AddDate(0, 0, 14)
	access := coverage.New(delegated(customers, subscriptions, at), pharos.Partner{ID: "4987654", Tenant: partnerTenant}, at)
	m, err := credit.Judge(ctx, credit.Input{
		Month: month, Ledger: l, Access: access.Billed(), Billed: l, Reconciled: l, AsOf: at,
		Names: credit.Names{Customers: customers, Subscriptions: subscriptions},
	})
	if err != nil {
		return err
	}
	var lines int64
	var earned decimal.Decimal
	for i := range m.Subscriptions {
		for _, d := range m.Subscriptions[i].Days {
			lines += d.Lines
		}
	}
	for _, t := range m.Totals {
		earned = earned.Add(t.Earned)
	}
	say(out, phase, lines, start, fmt.Sprintf("%d subscriptions, earned %s", len(m.Subscriptions), earned))
	return nil
}

const partnerTenant = pharos.TenantID("11111111-1111-4111-8111-111111111111")

// delegated is a history in which each subscription is delegated to one linked
// robot, with a role that earns, for as long as anybody knows.
func delegated(customers map[pharos.TenantID]pharos.Customer, subscriptions map[pharos.SubscriptionID]pharos.Subscription, at time.Time) *pharos.History {
	h := pharos.NewHistory()
	h.Customers, h.Subscriptions, h.LastScan = customers, subscriptions, at
	robot := pharos.PrincipalRef{Tenant: partnerTenant, ID: "44444444-4444-4444-8444-444444444444"}
	h.Principals[robot] = pharos.Principal{}
	h.Links[robot] = always(pharos.PartnerID("4987654"))
	for id := range subscriptions {
		scope := pharos.SubscriptionScope(id)
		h.Grants[pharos.GrantKey{Subscription: id, Path: pharos.Lighthouse}] = always(pharos.Grant{
			Path: pharos.Lighthouse, ID: string(scope) + "/assignments/a", Scope: scope, Kind: pharos.Permanent,
			Role: pharos.SupportRequestContributor, Holder: robot, HolderKind: pharos.ServicePrincipal,
		})
		h.Denials[id] = &pharos.Record[pharos.Denial]{Observed: []pharos.Interval{{}}}
	}
	return h
}

func always[T comparable](v T) *pharos.Record[T] {
	return &pharos.Record[T]{Observed: []pharos.Interval{{}}, Facts: []pharos.Fact[T]{{Value: v, Span: pharos.Always()}}}
}
