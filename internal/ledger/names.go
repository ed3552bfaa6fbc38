package ledger

import (
	"cmp"
	"context"

	"github.com/pharos-pec/pharos"
)

// Names returns the customers and subscriptions of a month as its lines call
// them, for reports of a bill whose access nobody observed.
func (l *Ledger) Names(ctx context.Context, month pharos.Month) (map[pharos.TenantID]pharos.Customer, map[pharos.SubscriptionID]pharos.Subscription, error) {
	n, err := keptSums(ctx, l, month, keptNames, readNames)
	return n.Customers, n.Subscriptions, err
}

// names are what lines call customers and subscriptions.
type names struct {
	Customers     map[pharos.TenantID]pharos.Customer
	Subscriptions map[pharos.SubscriptionID]pharos.Subscription
}

func readNames(ctx context.Context, v *view) (names, error) {
	n := names{map[pharos.TenantID]pharos.Customer{}, map[pharos.SubscriptionID]pharos.Subscription{}}
	for _, s := range v.segments {
		for _, b := range s.blocks() {
			if err := cmp.Or(ctx.Err(), addNames(b, n.Customers, n.Subscriptions)); err != nil {
				return names{}, err
			}
		}
	}
	return n, nil
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
