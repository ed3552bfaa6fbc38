package usagefile

import (
	"github.com/shopspring/decimal"

	"github.com/pharos-pec/pharos"
)

// Record is one line of usage as it was read: a [pharos.UsageLine] whose
// numbers are still in the form that is quick to store and to sum, and what
// tells the line apart from others.
type Record struct {
	Number  int64  // of the line, record or item in its file, from 1
	Invoice string // upper case, "" while unbilled
	Day     pharos.Day

	Customer      pharos.TenantID
	CustomerName  string
	Subscription  pharos.SubscriptionID
	SubName       string
	ResourceGroup string
	Resource      pharos.Scope
	Meter         pharos.Meter

	Quantity, UnitPrice, EffectivePrice, ExchangeRate Number
	PreTax                                            Number
	HasPreTax                                         bool
	PricingCurrency, BillingCurrency                  string

	Credited pharos.Rate
	Product  pharos.Cause
	Plan     pharos.Plan
	Reseller pharos.PartnerID

	// Tags is a digest of the resource's tags that is the same whether the
	// format wraps them in braces and blanks or not; 0 when there are none.
	Tags uint64
}

// UsageLine returns the record as a usage line of file.
func (r *Record) UsageLine(file string) pharos.UsageLine {
	return pharos.UsageLine{
		Source: pharos.LineSource{File: file, Line: r.Number}, Invoice: r.Invoice, Day: r.Day,
		Customer: r.Customer, CustomerName: r.CustomerName, Subscription: r.Subscription, SubName: r.SubName,
		ResourceGroup: r.ResourceGroup, Resource: r.Resource, Meter: r.Meter,
		Quantity: r.Quantity.Decimal(), UnitPrice: r.UnitPrice.Decimal(), EffectiveUnitPrice: r.EffectivePrice.Decimal(),
		PricingCurrency: r.PricingCurrency, BillingCurrency: r.BillingCurrency, ExchangeRate: r.ExchangeRate.Decimal(),
		BillingPreTaxTotal: r.PreTax.Decimal(), HasBillingTotal: r.HasPreTax,
		Credited: r.Credited, Product: r.Product, Plan: r.Plan, Reseller: r.Reseller,
	}
}

// ReconTotal is a row of the monthly reconciliation file: what one customer
// was charged on one invoice line.
type ReconTotal struct {
	Number   int64
	Invoice  string
	Customer pharos.TenantID
	Currency string
	Subtotal decimal.Decimal // before tax, net of earned credit
	Total    decimal.Decimal // after tax
	// Metered says that the row is metered usage rather than a licence or a
	// reservation: only such rows meet lines of the daily file.
	Metered bool
}

// Reject is a line that cannot be used, and why.
type Reject struct {
	Line   int64  `json:"line"`
	Reason string `json:"reason"`
}
