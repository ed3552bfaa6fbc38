package emulator

import (
	"strings"
	"time"

	"github.com/pharos-pec/pharos"
)

// sale is a subscription of Partner Center: the Azure plan of a customer, which
// holds its Azure subscriptions as entitlements, or one legacy subscription.
type sale struct {
	id       string
	customer *customer
	legacy   *subscription // nil: the Azure plan
	since    time.Time
}

// sales lists what is sold to the customer now.
func (w *world) sales(c *customer, now time.Time) []sale {
	since := w.origin
	for _, times := range []timeline{partyTimes(c.billTo, c.billedAt(now)), c.onPlan(c.planAt(now))} {
		for _, i := range times {
			if i.Contains(now) && i.From.After(since) {
				since = i.From
			}
		}
	}
	switch c.planAt(now) {
	case pharos.AzurePlan:
		return []sale{{c.azurePlanID(), c, nil, since}}
	case pharos.LegacyPlan:
		var all []sale
		for _, s := range c.subs {
			all = append(all, sale{string(s.id), c, s, since})
		}
		return all
	default:
		return nil
	}
}

// show writes the sale as a subscription of Partner Center. The reseller of
// record is its partnerId (docs: partner-center/developer/subscription-resources).
func (s sale) show(now time.Time) commerceObject {
	uri := "/customers/" + string(s.customer.tenant.id) + "/subscriptions/" + s.id
	o := commerceObject{
		"id": s.id, "offerId": "DZH318Z0BPS6:0001", "offerName": "Azure plan", "friendlyName": "Azure plan",
		"quantity": 1, "unitType": "Usage-based", "status": "active", "autoRenewEnabled": true, "isTrial": false,
		"creationDate": s.since.Format(time.RFC3339), "effectiveStartDate": s.since.Format(time.RFC3339),
		"billingType": "usage", "billingCycle": "monthly", "contractType": "subscription", "isMicrosoftProduct": true,
		"publisherName": "Microsoft", "orderId": code(12, s.id), "termDuration": "",
		"productType": commerceObject{"id": "Azure", "displayName": "Azure"},
		"links":       commerceObject{"self": link(uri), "azureEntitlements": link(uri + "/azureEntitlements")},
		"attributes":  kindOf("Subscription"),
	}
	if s.legacy != nil {
		o["offerId"], o["offerName"], o["friendlyName"] = "MS-AZR-0145P", "Microsoft Azure", s.legacy.name
		o["productType"] = commerceObject{"id": "OnlineServices", "displayName": "Microsoft Azure (legacy)"}
		o["links"] = commerceObject{"self": link(uri)}
	}
	if r := s.customer.resellerAt(now); r != nil {
		o["partnerId"] = string(r.id)
	}
	return o
}

func listSales(c *call) (reply, error) {
	x, err := c.customer()
	if err != nil {
		return reply{}, err
	}
	all := []any{}
	for _, s := range c.world.sales(x, c.now) {
		o := s.show(c.now)
		if mpn := c.param("mpn_id"); mpn != "" && o["partnerId"] != mpn {
			continue
		}
		if order := c.param("order_id"); order != "" && o["orderId"] != order {
			continue
		}
		all = append(all, o)
	}
	return c.list(all, customerPage)
}

// sale finds the subscription that a call names.
func (c *call) sale() (sale, error) {
	x, err := c.customer()
	if err != nil {
		return sale{}, err
	}
	for _, s := range c.world.sales(x, c.now) {
		if strings.EqualFold(s.id, c.vars["subscription"]) {
			return s, nil
		}
	}
	return sale{}, notFound("20003", "The subscription '"+c.vars["subscription"]+"' was not found.")
}

func readSale(c *call) (reply, error) {
	s, err := c.sale()
	if err != nil {
		return reply{}, err
	}
	return ok(s.show(c.now))
}

// showEntitlement writes an Azure subscription as an entitlement of the plan.
func showEntitlement(s sale, sub *subscription) commerceObject {
	return commerceObject{
		"id": string(sub.id), "friendlyName": sub.name, "status": "active", "subscriptionId": s.id,
		"attributes": kindOf("AzureEntitlement"),
	}
}

// listEntitlements lists the Azure subscriptions of an Azure plan; a legacy
// subscription has none.
func listEntitlements(c *call) (reply, error) {
	s, err := c.sale()
	if err != nil {
		return reply{}, err
	}
	all := []any{}
	for _, sub := range s.customer.subs {
		if s.legacy == nil {
			all = append(all, showEntitlement(s, sub))
		}
	}
	return c.list(all, customerPage)
}

func readEntitlement(c *call) (reply, error) {
	s, err := c.sale()
	if err != nil {
		return reply{}, err
	}
	for _, sub := range s.customer.subs {
		if s.legacy == nil && strings.EqualFold(string(sub.id), c.vars["entitlement"]) {
			return ok(showEntitlement(s, sub))
		}
	}
	return reply{}, notFound("20003", "The Azure entitlement '"+c.vars["entitlement"]+"' was not found.")
}
