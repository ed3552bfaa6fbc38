package emulator

import (
	"strings"

	"github.com/shopspring/decimal"

	"github.com/pharos-pec/pharos"
)

// billLine is one line of the bill: what one resource used on one UTC day.
// The parts that many lines share hang off pointers.
type billLine struct {
	Day      pharos.Day
	Invoice  string // "" while unbilled
	Customer *billCustomer
	Item     *billItem
	Reseller pharos.PartnerID // reseller of record on that day, "" when none
	Rate     decimal.Decimal  // USD to the billing currency, of the month
	Credited bool
	// Effective is the unit price net of the credit, cumulated from the first
	// day of the month to Day; 0 for usage that a benefit has paid for.
	Effective decimal.Decimal
}

// billCustomer is who a line is about and who is billed for it.
type billCustomer struct {
	PartnerTenant pharos.TenantID
	PartnerName   string
	PartnerID     pharos.PartnerID
	ID            pharos.TenantID
	Name          string
	Domain        string
	Country       string
	Currency      string // billing currency
	Plan          string // commerce subscription id: the customer's Azure plan
	account       string // the partner's billing account
	profile       string // its profile of the currency
}

// billItem is a resource with the meter that it is billed by.
type billItem struct {
	Subscription     pharos.SubscriptionID
	SubscriptionName string
	Group            string
	Type             string // Microsoft.Compute/virtualMachines
	URI              string // ARM id in the provider's own casing
	Location         string
	Meter            *Meter
	Quantity         decimal.Decimal // units a day
	Pricing          Pricing
	ThirdParty       bool

	ids catalogueIDs
}

// catalogueIDs are the stable inventions that stand for the ids of Microsoft's
// catalogue. They are made once for an item: each is a hash.
type catalogueIDs struct {
	meter, product, sku, availability string
	// order and benefit are those of what paid for prepaid usage, else "".
	order, benefit string
}

// identify makes the item's ids; a customer has one order of each kind of benefit.
func (i *billItem) identify(c pharos.TenantID) *billItem {
	i.ids = catalogueIDs{
		meter:   objectID("meter", i.Publisher(), i.Meter.ID+i.suffix()),
		product: "DZH318Z0" + code(4, i.product(), i.Publisher()),
		sku:     code(4, i.Meter.ID+i.suffix()),
	}
	i.ids.availability = "DZH318Z0" + code(4, "availability", i.ids.meter)
	if i.prepaid() {
		i.ids.order = objectID("benefitOrder", string(c), string(i.Pricing))
		i.ids.benefit = "/providers/microsoft.capacity/reservationOrders/" + i.ids.order + "/reservations/" +
			objectID("benefit", i.ids.order, i.ids.meter)
	}
	return i
}

// canEarn reports whether the product is one that partner earned credit is
// paid for at all: reservations, savings plans, spot capacity and products of
// third parties are not (docs: partner earned credit FAQ). What costs nothing
// has nothing to credit.
func (i *billItem) canEarn() bool {
	return i.Pricing == OnDemand && !i.ThirdParty && i.Meter.Credit.IsPositive() &&
		i.Meter.UnitPrice.IsPositive() && i.Quantity.IsPositive()
}

// prepaid reports whether a reservation or a savings plan pays for the usage:
// the file then shows the quantity and no cost.
func (i *billItem) prepaid() bool { return i.Pricing == Reservation || i.Pricing == SavingsPlan }

// suffix is what meter and SKU names end in: spot capacity has meters of its own.
func (i *billItem) suffix() string {
	if i.Pricing == Spot {
		return " Spot"
	}
	return ""
}

// Publisher is who sells the product.
func (i *billItem) Publisher() string {
	if i.ThirdParty {
		return "Northwind Networks"
	}
	return "Microsoft"
}

// Service is the resource provider's namespace.
func (i *billItem) Service() string {
	namespace, _, _ := strings.Cut(i.Type, "/")
	return namespace
}

// benefitType names the kind of benefit, "" when none was used.
func (l *billLine) benefitType() string {
	switch l.Item.Pricing {
	case Reservation:
		return "Reservation"
	case SavingsPlan:
		return "SavingsPlan"
	default:
		return ""
	}
}

// credit is the rate of partner earned credit on the line, in percent.
func (l *billLine) credit() decimal.Decimal {
	if !l.Credited {
		return decimal.Zero
	}
	return l.Item.Meter.Credit.Decimal
}

// pricingTotal is the cost before tax in the pricing currency.
func (l *billLine) pricingTotal() decimal.Decimal { return l.Effective.Mul(l.Item.Quantity) }

// billingTotal is the cost before tax in the billing currency.
func (l *billLine) billingTotal() decimal.Decimal {
	return billedTotal(l.Effective, l.Item.Quantity, l.Rate)
}

// list is the list cost in the pricing currency.
func (l *billLine) list() decimal.Decimal { return l.Item.Meter.UnitPrice.Mul(l.Item.Quantity) }
