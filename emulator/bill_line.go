package emulator

import (
	"strings"

	"github.com/google/uuid"
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
}

// billItem is a resource with the meter that it is billed by.
type billItem struct {
	Subscription     pharos.SubscriptionID
	SubscriptionName string
	Group            string
	Type             string // Microsoft.Compute/virtualMachines
	URI              string // ARM id in the provider's own casing
	Location         string
	Meter            meterPrice
	Quantity         decimal.Decimal // units a day
	Pricing          pricingModel
	ThirdParty       bool
}

// pricingModel is how usage is paid for.
type pricingModel string

// The pricing models of a scenario. Only the first can earn
// (docs: partner-earned-credit-faq).
const (
	onDemand    pricingModel = "onDemand"
	reservation pricingModel = "reservation"
	savingsPlan pricingModel = "savingsPlan"
	spot        pricingModel = "spot"
)

// canEarn reports whether the product is one that partner earned credit is
// paid for at all.
func (i *billItem) canEarn() bool {
	return i.Pricing == onDemand && !i.ThirdParty && i.Meter.Credit.IsPositive()
}

// prepaid reports whether a reservation or a savings plan pays for the usage:
// the file then shows the quantity and no cost.
func (i *billItem) prepaid() bool { return i.Pricing == reservation || i.Pricing == savingsPlan }

// suffix is what meter and SKU names end in: spot capacity has meters of its own.
func (i *billItem) suffix() string {
	if i.Pricing == spot {
		return " Spot"
	}
	return ""
}

// stableID is the id of a thing that a scenario does not name: a version 5
// UUID in the namespace of scenario ids, so that it is the same in every run.
func stableID(kind string, parts ...string) string {
	name := kind + "/" + strings.Join(parts, "/")
	return uuid.NewSHA1(uuid.NameSpaceURL, []byte(name)).String()
}

// MeterID is the meter's GUID. Spot capacity and third parties have meters of
// their own.
func (i *billItem) MeterID() string {
	return stableID("meter", i.Meter.ID+i.suffix(), i.Publisher())
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

// benefitOrder is the order of the reservation or savings plan that paid for
// the usage, "" when none did.
func (l *billLine) benefitOrder() string {
	if !l.Item.prepaid() {
		return ""
	}
	return stableID("benefitOrder", string(l.Customer.ID), string(l.Item.Pricing))
}

// benefitType names the kind of benefit, "" when none was used.
func (l *billLine) benefitType() string {
	switch l.Item.Pricing {
	case reservation:
		return "Reservation"
	case savingsPlan:
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
	return l.Item.Meter.Credit
}

// pricingTotal is the cost before tax in the pricing currency.
func (l *billLine) pricingTotal() decimal.Decimal { return l.Effective.Mul(l.Item.Quantity) }

// billingTotal is the cost before tax in the billing currency.
func (l *billLine) billingTotal() decimal.Decimal {
	return billedTotal(l.Effective, l.Item.Quantity, l.Rate)
}

// list is the list cost in the pricing currency.
func (l *billLine) list() decimal.Decimal { return l.Item.Meter.UnitPrice.Mul(l.Item.Quantity) }
