package ledger

import (
	"cmp"
	"context"

	"github.com/pharos-pec/pharos"
)

// Names returns the customers and subscriptions of a month as its lines call
// them, for reports of a bill whose access nobody observed.
func (l *Ledger) Names(ctx context.Context, month pharos.Month) (map[pharos.TenantID]pharos.Customer, map[pharos.SubscriptionID]pharos.Subscription, error) {
	v, err := l.view(ctx, month)
	if err != nil {
		return nil, nil, err
	}
	defer v.close()
	customers, subs := map[pharos.TenantID]pharos.Customer{}, map[pharos.SubscriptionID]pharos.Subscription{}
	for _, s := range v.segments {
		for _, b := range s.blocks() {
			if err := cmp.Or(ctx.Err(), addNames(b, customers, subs)); err != nil {
				return nil, nil, err
			}
		}
	}
	return customers, subs, nil
}

// addNames takes the last name that the block has for each id.
func addNames(b block, customers map[pharos.TenantID]pharos.Customer, subs map[pharos.SubscriptionID]pharos.Subscription) error {
	var customer, customerName, sub, subName words
	for _, c := range []struct {
		column string
		to     *words
	}{{"customer_id", &customer}, {"customer_name", &customerName}, {"subscription_id", &sub}, {"subscription_name", &subName}} {
		if err := b.words(c.column, c.to); err != nil {
			return err
		}
	}
	type row struct{ customer, customerName, sub, subName int32 }
	var last row
	for i := range b.rows {
		r := row{customer.index[i], customerName.index[i], sub.index[i], subName.index[i]}
		if i > 0 && r == last {
			continue // lines of a subscription stand together
		}
		last = r
		tenant, id := pharos.TenantID(customer.at(i)), pharos.SubscriptionID(sub.at(i))
		if name := customerName.at(i); name != "" {
			customers[tenant] = pharos.Customer{ID: tenant, Name: name}
		}
		if name := subName.at(i); name != "" {
			subs[id] = pharos.Subscription{ID: id, Customer: tenant, Name: name}
		}
	}
	return nil
}
