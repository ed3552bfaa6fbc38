package clickhouse

import (
	"context"
	"fmt"

	"github.com/pharos-pec/pharos"
)

// Names returns the customers and subscriptions of a month as its lines call
// them: the last name of each, as [ledger.Ledger.Names] does.
func (l *Ledger) Names(ctx context.Context, month pharos.Month) (map[pharos.TenantID]pharos.Customer, map[pharos.SubscriptionID]pharos.Subscription, error) {
	customers, subs := map[pharos.TenantID]pharos.Customer{}, map[pharos.SubscriptionID]pharos.Subscription{}
	v, err := l.view(ctx, month)
	if err != nil || len(v.parts) == 0 {
		return customers, subs, err
	}
	err = v.each(ctx, fmt.Sprintf("select customer_id, argMax(customer_name, %s) as name, '' as of from %s where %s and customer_name != '' group by customer_id",
		v.order(), l.table("usage_line"), v.present), func(id, name, _ string) {
		customers[pharos.TenantID(id)] = pharos.Customer{ID: pharos.TenantID(id), Name: name}
	})
	if err != nil {
		return nil, nil, err
	}
	err = v.each(ctx, fmt.Sprintf("select subscription_id, argMax(subscription_name, %s) as name, argMax(customer_id, %s) as of from %s where %s and subscription_name != '' group by subscription_id",
		v.order(), v.order(), l.table("usage_line"), v.present), func(id, name, of string) {
		subs[pharos.SubscriptionID(id)] = pharos.Subscription{ID: pharos.SubscriptionID(id), Customer: pharos.TenantID(of), Name: name}
	})
	if err != nil {
		return nil, nil, err
	}
	return customers, subs, nil
}

// each calls f with each row of three texts.
func (v *view) each(ctx context.Context, query string, f func(id, name, of string)) error {
	rows, err := v.ledger.conn().Query(ctx, query)
	if err != nil {
		return v.ledger.fault(ctx, err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var id, name, of string
		if err := rows.Scan(&id, &name, &of); err != nil {
			return v.ledger.fault(ctx, err)
		}
		f(id, name, of)
	}
	return v.ledger.fault(ctx, rows.Err())
}
