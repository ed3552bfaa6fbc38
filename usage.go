package pharos

import "github.com/shopspring/decimal"

// UsageLine is one line of rated usage, in the vocabulary of the daily rated
// usage file. Empty strings and zero values mean the source did not say.
type UsageLine struct {
	Source       LineSource
	Invoice      string // "" while unbilled
	Day          Day
	Customer     TenantID
	CustomerName string
	Subscription SubscriptionID
	SubName      string
	// ResourceGroup in lower case; "" for a charge outside any group.
	ResourceGroup string
	Resource      Scope // the full ARM id of the resource, "" when there is none
	Meter         Meter

	Quantity  decimal.Decimal
	UnitPrice decimal.Decimal // list price, pricing currency
	// EffectiveUnitPrice is net of the credit. It drifts over the month, so
	// no credit is ever derived from it (docs: effective unit price).
	EffectiveUnitPrice decimal.Decimal
	PricingCurrency    string
	BillingCurrency    string
	ExchangeRate       decimal.Decimal // pricing to billing currency
	BillingPreTaxTotal decimal.Decimal // billing currency, net of the credit
	HasBillingTotal    bool

	Credited Rate  // rate of earned credit on the line; 0 when not credited
	Product  Cause // an Excluded… cause or ZeroCost, "" for a product that can earn
	Plan     Plan
	Reseller PartnerID // reseller of record as billed, "" when blank or 0
}

// LineSource is where a line was read.
type LineSource struct {
	File string
	Line int64
}

// Meter is what was used.
type Meter struct {
	ID, Name, Category, SubCategory string
	Product, SKU                    string // ProductId, SkuId
	Publisher                       string
}

// List returns UnitPrice x Quantity in the billing currency, exactly.
func (l *UsageLine) List() decimal.Decimal {
	return l.UnitPrice.Mul(l.Quantity).Mul(l.ExchangeRate)
}

// DayFact is the sum of the usage lines that no rule can tell apart: same
// subscription, scope, day, product class, rates and currency.
type DayFact struct {
	Day          Day
	Customer     TenantID
	Subscription SubscriptionID
	// Scope is the resource group, the subscription for charges outside one,
	// or the single resource where the caller asked for it.
	Scope    Scope
	Product  Cause // as in UsageLine
	Credited Rate
	// MeterRate is the rate at which the lines' meters were credited anywhere
	// in the month, 0 when they never were.
	MeterRate Rate
	Currency  string // billing currency
	Reseller  PartnerID
	Lines     int64
	List      decimal.Decimal // sum of UsageLine.List
}

// LineQuery selects usage lines of one month; zero fields do not restrict.
type LineQuery struct {
	Month        Month
	Subscription SubscriptionID
	Under        Scope // lines of resources in or below this scope
	Day          Day
	Limit        int // at most so many lines; 0 is all
}

// ReconSum is what one invoice's monthly reconciliation file charges a
// customer for metered usage, beside what its daily lines add up to.
type ReconSum struct {
	Invoice  string
	Customer TenantID
	Currency string          // billing currency
	Recon    decimal.Decimal // of the reconciliation file, before tax
	Daily    decimal.Decimal // sum of BillingPreTaxTotal of the daily lines
	Lines    int64           // daily lines
	// ExchangeRate is the highest of the lines', pricing to billing currency.
	ExchangeRate decimal.Decimal
}

// BilledSum is what some lines of one customer and exchange rate were
// charged, and what their prices say. It covers lines that carry a
// BillingPreTaxTotal and whose product can earn or was credited.
type BilledSum struct {
	Customer     TenantID
	Currency     string          // billing currency
	ExchangeRate decimal.Decimal // pricing to billing currency
	Lines        int64
	Net          decimal.Decimal // sum of list cost less credit, by price, quantity and rate
	Total        decimal.Decimal // sum of BillingPreTaxTotal
}
