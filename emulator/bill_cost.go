package emulator

import "github.com/shopspring/decimal"

// costDate is how Cost Management writes days in CSV files.
const costDate = "01/02/2006"

// costColumns are the 70 columns of a Cost Management file at a billing scope
// of a partner, in order and in the mixed casing of schema 2023-12-01-preview
// (docs: cost-management-billing/dataset-schema/cost-usage-details-mca-partner).
func costColumns() []column {
	return append(append(costAccountColumns(), costProductColumns()...), costChargeColumns()...)
}

// say is a column of one fixed text.
func say(name, value string) column {
	return column{name, func(*billLine) cell { return text(value) }}
}

func costAccountColumns() []column {
	return []column{
		{"invoiceId", func(l *billLine) cell { return text(l.Invoice) }},
		say("previousInvoiceId", ""),
		{"billingAccountId", func(l *billLine) cell { return text(l.Customer.account) }},
		{"billingAccountName", func(l *billLine) cell { return text(l.Customer.PartnerName) }},
		{"billingProfileId", func(l *billLine) cell { return text(l.Customer.profile) }},
		{"billingProfileName", func(l *billLine) cell { return text(l.Customer.PartnerName + " " + l.Customer.Currency) }},
		say("invoiceSectionId", ""),
		say("invoiceSectionName", ""),
		{"partnerTenantId", func(l *billLine) cell { return text(string(l.Customer.PartnerTenant)) }},
		{"partnerName", func(l *billLine) cell { return text(l.Customer.PartnerName) }},
		say("resellerName", ""),
		{"resellerMpnId", func(l *billLine) cell { return text(string(l.Reseller)) }},
		{"customerTenantId", func(l *billLine) cell { return text(string(l.Customer.ID)) }},
		{"customerName", func(l *billLine) cell { return text(l.Customer.Name) }},
		say("costCenter", ""),
		{"billingPeriodEndDate", func(l *billLine) cell { return date(l.Day.Month().Last().Start(), costDate) }},
		{"billingPeriodStartDate", func(l *billLine) cell { return date(l.Day.Month().First().Start(), costDate) }},
		{"servicePeriodEndDate", func(l *billLine) cell { return date(l.Day.Month().Last().Start(), costDate) }},
		{"servicePeriodStartDate", func(l *billLine) cell { return date(l.Day.Month().First().Start(), costDate) }},
		{"date", func(l *billLine) cell { return date(l.Day.Start(), costDate) }},
	}
}

func costProductColumns() []column {
	return []column{
		{"serviceFamily", func(l *billLine) cell { return text(serviceFamily(l.Item.Meter.Category)) }},
		{"productOrderId", func(l *billLine) cell { return text(l.Customer.Plan) }},
		say("productOrderName", "Azure plan"),
		{"consumedService", func(l *billLine) cell { return text(l.Item.Service()) }},
		{"meterId", func(l *billLine) cell { return text(l.Item.ids.meter) }},
		{"meterName", func(l *billLine) cell { return text(l.Item.meterName()) }},
		{"meterCategory", func(l *billLine) cell { return text(l.Item.Meter.Category) }},
		{"meterSubCategory", func(l *billLine) cell { return text(l.Item.Meter.Subcategory) }},
		say("meterRegion", meterRegion),
		{"ProductId", func(l *billLine) cell { return text(l.Item.ids.product + l.Item.ids.sku) }},
		{"ProductName", func(l *billLine) cell { return text(l.Item.skuName()) }},
		{"SubscriptionId", func(l *billLine) cell { return text(string(l.Item.Subscription)) }},
		{"subscriptionName", func(l *billLine) cell { return text(l.Item.SubscriptionName) }},
		{"publisherType", func(l *billLine) cell { return text(l.Item.publisherType()) }},
		{"publisherId", func(l *billLine) cell { return text(l.Item.publisherID()) }},
		{"publisherName", func(l *billLine) cell { return text(l.Item.Publisher()) }},
		{"resourceGroupName", func(l *billLine) cell { return text(l.Item.Group) }},
		{"ResourceId", func(l *billLine) cell { return text(l.Item.URI) }},
		{"resourceLocation", func(l *billLine) cell { return text(l.Item.Location) }},
		{"location", func(l *billLine) cell { return text(l.Item.Location) }},
	}
}

func costChargeColumns() []column {
	usd := func(d func(*billLine) decimal.Decimal) func(*billLine) cell {
		return func(l *billLine) cell { return number(d(l)) }
	}
	return []column{
		{"effectivePrice", func(l *billLine) cell { return number(l.Effective) }},
		{"quantity", func(l *billLine) cell { return number(l.Item.Quantity) }},
		{"unitOfMeasure", func(l *billLine) cell { return text(l.Item.Meter.Unit) }},
		say("chargeType", "Usage"),
		{"billingCurrency", func(l *billLine) cell { return text(l.Customer.Currency) }},
		say("pricingCurrency", pricingCurrency),
		{"costInBillingCurrency", func(l *billLine) cell { return number(l.billingTotal()) }},
		{"costInPricingCurrency", usd((*billLine).pricingTotal)},
		{"costInUsd", usd((*billLine).pricingTotal)},
		{"paygCostInBillingCurrency", func(l *billLine) cell { return number(l.list().Mul(l.Rate)) }},
		{"paygCostInUsd", usd((*billLine).list)},
		{"exchangeRatePricingToBilling", func(l *billLine) cell { return number(l.Rate) }},
		{"exchangeRateDate", func(l *billLine) cell { return date(rateDate(l.Day.Month()), costDate) }},
		{"isAzureCreditEligible", func(l *billLine) cell { return text(titled(!l.Item.ThirdParty)) }},
		say("serviceInfo1", ""),
		say("serviceInfo2", ""),
		{"additionalInfo", func(l *billLine) cell { return text(l.Item.additionalInfo()) }},
		say("tags", ""),
		{"partnerEarnedCreditRate", func(l *billLine) cell { return number(l.credit().Shift(-2)) }},
		{"partnerEarnedCreditApplied", func(l *billLine) cell { return text(titled(l.Credited)) }},
		{"PayGPrice", func(l *billLine) cell { return number(l.Item.Meter.UnitPrice) }},
		say("frequency", "UsageBased"),
		say("term", ""),
		{"reservationId", func(l *billLine) cell { return text(l.benefitOf(Reservation)) }},
		{"reservationName", func(l *billLine) cell { return text(l.benefitName(Reservation)) }},
		{"PricingModel", func(l *billLine) cell { return text(l.Item.pricingName()) }},
		{"unitPrice", func(l *billLine) cell { return number(l.Item.Meter.UnitPrice) }},
		{"benefitId", func(l *billLine) cell { return text(l.benefitOf(SavingsPlan)) }},
		{"benefitName", func(l *billLine) cell { return text(l.benefitName(SavingsPlan)) }},
		say("provider", "Azure"),
	}
}

// titled writes a flag as Cost Management does.
func titled(b bool) string {
	if b {
		return "True"
	}
	return "False"
}

// identify makes the ids of the partner's billing account, whose name has the
// form of Microsoft Partner Agreement accounts, and of its profile of the
// currency that the customer pays in.
func (c *billCustomer) identify() *billCustomer {
	account := objectID("billingAccount", "", string(c.PartnerTenant))
	c.account = "/providers/Microsoft.Billing/billingAccounts/" + account + ":" + objectID("organisation", "", account) + "_2019-05-31"
	c.profile = c.account + "/billingProfiles/" + code(4, string(c.PartnerTenant), c.Currency) + "-PROF-BG7"
	return c
}

func (i *billItem) publisherType() string {
	if i.ThirdParty {
		return "Marketplace"
	}
	return "Microsoft"
}

// pricingName is the pricing model in the words of Cost Management.
func (i *billItem) pricingName() string {
	switch i.Pricing {
	case Reservation:
		return "Reservation"
	case SavingsPlan:
		return "SavingsPlan"
	case Spot:
		return "Spot"
	default:
		return "On Demand"
	}
}

// benefitOf is the benefit's id if it is of that kind.
func (l *billLine) benefitOf(kind Pricing) string {
	if l.Item.Pricing != kind {
		return ""
	}
	return l.Item.ids.benefit
}

func (l *billLine) benefitName(kind Pricing) string {
	if l.Item.Pricing != kind {
		return ""
	}
	return l.benefitType() + " " + l.Item.Meter.Name
}
