package emulator

import (
	"strconv"
	"strings"

	"github.com/shopspring/decimal"
)

// focusColumns are the columns of a FOCUS 1.0 export of Cost Management at a
// billing scope, with Microsoft's own x_ columns (docs:
// cloud-computing/finops/focus/metadata). Prices are in x_PricingCurrency,
// costs in BillingCurrency, as that page says.
func focusColumns() []column {
	all := append(focusChargeColumns(), focusPriceColumns()...)
	all = append(all, focusResourceColumns()...)
	all = append(all, focusAccountColumns()...)
	return append(all, focusProductColumns()...)
}

func focusChargeColumns() []column {
	return []column{
		{"BilledCost", func(l *billLine) cell { return number(l.billingTotal()) }},
		{"BillingAccountId", func(l *billLine) cell { return text(l.Customer.profile) }},
		{"BillingAccountName", func(l *billLine) cell { return text(l.Customer.PartnerName) }},
		say("BillingAccountType", "Billing Profile"),
		{"BillingCurrency", func(l *billLine) cell { return text(l.Customer.Currency) }},
		{"BillingPeriodEnd", func(l *billLine) cell { return instant(l.Day.Month().Last().End()) }},
		{"BillingPeriodStart", func(l *billLine) cell { return instant(l.Day.Month().First().Start()) }},
		say("ChargeCategory", "Usage"),
		say("ChargeClass", ""),
		{"ChargeDescription", func(l *billLine) cell { return text(l.Item.skuName()) }},
		say("ChargeFrequency", "Usage-Based"),
		{"ChargePeriodEnd", func(l *billLine) cell { return instant(l.Day.End()) }},
		{"ChargePeriodStart", func(l *billLine) cell { return instant(l.Day.Start()) }},
		{"CommitmentDiscountCategory", func(l *billLine) cell { return text(l.commitment("Usage", "Spend")) }},
		{"CommitmentDiscountId", func(l *billLine) cell { return text(l.Item.ids.benefit) }},
		{"CommitmentDiscountName", func(l *billLine) cell { return text(l.benefitName(l.Item.Pricing)) }},
		{"CommitmentDiscountStatus", func(l *billLine) cell { return text(l.commitment("Used", "Used")) }},
		{"CommitmentDiscountType", func(l *billLine) cell { return text(l.commitment("Reservation", "Savings Plan")) }},
	}
}

func focusPriceColumns() []column {
	net := func(l *billLine) cell { return number(l.pricingTotal().Mul(l.Rate)) }
	list := func(l *billLine) cell { return number(l.list().Mul(l.Rate)) }
	quantity := func(l *billLine) cell { return number(l.Item.Quantity) }
	price := func(l *billLine) cell { return number(l.Item.Meter.UnitPrice) }
	return []column{
		{"ConsumedQuantity", func(l *billLine) cell { return number(l.Item.Quantity.Mul(l.Item.block())) }},
		{"ConsumedUnit", func(l *billLine) cell { return text(l.Item.unitName()) }},
		{"ContractedCost", list},
		{"ContractedUnitPrice", price},
		{"EffectiveCost", net},
		say("InvoiceIssuerName", "Microsoft"),
		{"ListCost", list},
		{"ListUnitPrice", price},
		{"PricingCategory", func(l *billLine) cell { return text(l.Item.pricingCategory()) }},
		{"PricingQuantity", quantity},
		{"PricingUnit", func(l *billLine) cell { return text(l.Item.Meter.Unit) }},
		say("ProviderName", "Microsoft"),
		{"PublisherName", func(l *billLine) cell { return text(l.Item.Publisher()) }},
	}
}

func focusResourceColumns() []column {
	return []column{
		{"RegionId", func(l *billLine) cell { return text(l.Item.Location) }},
		{"RegionName", func(l *billLine) cell { return text(l.Item.Location) }},
		{"ResourceId", func(l *billLine) cell { return text(strings.ToLower(l.Item.URI)) }},
		{"ResourceName", func(l *billLine) cell { return text(l.Item.resourceName()) }},
		{"ResourceType", func(l *billLine) cell { return text(l.Item.Meter.Category) }},
		{"ServiceCategory", func(l *billLine) cell { return text(serviceFamily(l.Item.Meter.Category)) }},
		{"ServiceName", func(l *billLine) cell { return text(l.Item.Meter.Category) }},
		{"SkuId", func(l *billLine) cell { return text(l.Item.ids.product + "/" + l.Item.ids.sku) }},
		{"SkuPriceId", func(l *billLine) cell { return text(l.Item.ids.availability) }},
		{"SubAccountId", func(l *billLine) cell { return text("/subscriptions/" + string(l.Item.Subscription)) }},
		{"SubAccountName", func(l *billLine) cell { return text(l.Item.SubscriptionName) }},
		say("SubAccountType", "Subscription"),
		say("Tags", ""),
	}
}

func focusAccountColumns() []column {
	return []column{
		{"x_BilledCostInUsd", func(l *billLine) cell { return number(l.pricingTotal()) }},
		{"x_BilledUnitPrice", func(l *billLine) cell { return number(l.Effective) }},
		{"x_BillingAccountId", func(l *billLine) cell { return text(l.Customer.account) }},
		{"x_BillingAccountName", func(l *billLine) cell { return text(l.Customer.PartnerName) }},
		{"x_BillingExchangeRate", func(l *billLine) cell { return number(l.Rate) }},
		{"x_BillingExchangeRateDate", func(l *billLine) cell { return instant(rateDate(l.Day.Month())) }},
		{"x_BillingProfileId", func(l *billLine) cell { return text(l.Customer.profile) }},
		{"x_CustomerId", func(l *billLine) cell { return text(string(l.Customer.ID)) }},
		{"x_CustomerName", func(l *billLine) cell { return text(l.Customer.Name) }},
		{"x_EffectiveCostInUsd", func(l *billLine) cell { return number(l.pricingTotal()) }},
		{"x_EffectiveUnitPrice", func(l *billLine) cell { return number(l.Effective) }},
		{"x_InvoiceId", func(l *billLine) cell { return text(l.Invoice) }},
		{"x_InvoiceIssuerId", func(l *billLine) cell { return text(string(l.Customer.PartnerTenant)) }},
		{"x_ListCostInUsd", func(l *billLine) cell { return number(l.list()) }},
		{"x_PartnerCreditApplied", func(l *billLine) cell { return text(titled(l.Credited)) }},
		{"x_PartnerCreditRate", func(l *billLine) cell { return number(l.credit().Shift(-2)) }},
		{"x_PricingBlockSize", func(l *billLine) cell { return number(l.Item.block()) }},
		say("x_PricingCurrency", pricingCurrency),
		{"x_PricingSubcategory", func(l *billLine) cell { return text(l.Item.pricingName()) }},
		{"x_PricingUnitDescription", func(l *billLine) cell { return text(l.Item.Meter.Unit) }},
	}
}

func focusProductColumns() []column {
	return []column{
		{"x_PublisherCategory", func(l *billLine) cell { return text(l.Item.publisherCategory()) }},
		{"x_PublisherId", func(l *billLine) cell { return text(l.Item.publisherID()) }},
		{"x_ResellerId", func(l *billLine) cell { return text(string(l.Reseller)) }},
		say("x_ResellerName", ""),
		{"x_ResourceGroupName", func(l *billLine) cell { return text(l.Item.Group) }},
		{"x_ResourceType", func(l *billLine) cell { return text(strings.ToLower(l.Item.Type)) }},
		{"x_ServicePeriodEnd", func(l *billLine) cell { return instant(l.Day.Month().Last().End()) }},
		{"x_ServicePeriodStart", func(l *billLine) cell { return instant(l.Day.Month().First().Start()) }},
		{"x_SkuDescription", func(l *billLine) cell { return text(l.Item.skuName()) }},
		{"x_SkuDetails", func(l *billLine) cell { return text(l.Item.additionalInfo()) }},
		{"x_SkuIsCreditEligible", func(l *billLine) cell { return text(titled(!l.Item.ThirdParty)) }},
		{"x_SkuMeterCategory", func(l *billLine) cell { return text(l.Item.Meter.Category) }},
		{"x_SkuMeterId", func(l *billLine) cell { return text(l.Item.ids.meter) }},
		{"x_SkuMeterName", func(l *billLine) cell { return text(l.Item.meterName()) }},
		{"x_SkuMeterSubcategory", func(l *billLine) cell { return text(l.Item.Meter.Subcategory) }},
		{"x_SkuOrderId", func(l *billLine) cell { return text(l.Customer.Plan) }},
		say("x_SkuOrderName", "Azure plan"),
		say("x_SkuRegion", meterRegion),
		{"x_SkuServiceFamily", func(l *billLine) cell { return text(serviceFamily(l.Item.Meter.Category)) }},
	}
}

// commitment picks a word by the kind of commitment that paid for the usage.
func (l *billLine) commitment(ofReservation, ofPlan string) string {
	switch l.Item.Pricing {
	case Reservation:
		return ofReservation
	case SavingsPlan:
		return ofPlan
	default:
		return ""
	}
}

// pricingCategory is the pricing model in the words of FOCUS.
func (i *billItem) pricingCategory() string {
	switch i.Pricing {
	case Reservation, SavingsPlan:
		return "Committed"
	case Spot:
		return "Dynamic"
	default:
		return "Standard"
	}
}

func (i *billItem) publisherCategory() string {
	if i.ThirdParty {
		return "Vendor"
	}
	return "Cloud Provider"
}

func (i *billItem) resourceName() string { return i.URI[strings.LastIndex(i.URI, "/")+1:] }

// block is how many of what is counted make one unit of the price: 10000 of
// "10K", 1 of "1 Hour".
func (i *billItem) block() decimal.Decimal {
	digits := i.Meter.Unit[:len(i.Meter.Unit)-len(strings.TrimLeft(i.Meter.Unit, "0123456789"))]
	n, err := strconv.ParseInt(digits, 10, 64)
	if err != nil {
		return decimal.NewFromInt(1)
	}
	switch rest := i.Meter.Unit[len(digits):]; {
	case strings.HasPrefix(rest, "K"):
		n *= 1_000
	case strings.HasPrefix(rest, "M"):
		n *= 1_000_000
	}
	return decimal.NewFromInt(n)
}

// unitName is what is counted: "Hour" of "1 Hour", "Units" of "10K".
func (i *billItem) unitName() string {
	if name := strings.TrimLeft(i.Meter.Unit, "0123456789KM/ "); name != "" {
		return name
	}
	return "Units"
}
