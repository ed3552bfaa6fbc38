package filetest

// column is a column of a format; number says that JSON has no quotes there.
type column struct {
	name   string
	number bool
	value  func(l *Line) string
}

func fixed(name, value string) column {
	return column{name: name, value: func(*Line) string { return value }}
}

// daily are the columns of the portal's file, in the order in which they matter here.
func daily() []column {
	return []column{
		fixed("PartnerId", "11111111-1111-4111-8111-111111111111"),
		{"CustomerId", false, func(l *Line) string { return l.Customer }},
		{"CustomerName", false, func(l *Line) string { return l.CustomerName }},
		{"Tier2MpnId", false, func(l *Line) string { return l.Reseller }},
		{"InvoiceNumber", false, func(l *Line) string { return l.Invoice }},
		{"PublisherName", false, func(l *Line) string { return l.Publisher }},
		fixed("SubscriptionDescription", "Azure plan"),
		{"UsageDate", false, func(l *Line) string { return l.Day + "T00:00:00Z" }},
		{"MeterId", false, func(l *Line) string { return l.Meter }},
		{"MeterName", false, func(l *Line) string { return l.MeterName }},
		{"ResourceGroup", false, func(l *Line) string { return l.Group }},
		{"ResourceURI", false, func(l *Line) string { return l.Resource }},
		{"UnitPrice", true, func(l *Line) string { return l.UnitPrice }},
		{"Quantity", true, func(l *Line) string { return l.Quantity }},
		{"BillingPreTaxTotal", true, func(l *Line) string { return l.PreTax }},
		{"BillingCurrency", false, func(l *Line) string { return l.Currency }},
		fixed("PricingCurrency", "USD"),
		{"Tags", false, func(l *Line) string { return l.Tags }},
		{"EffectiveUnitPrice", true, func(l *Line) string { return l.Effective }},
		{"PCToBCExchangeRate", true, func(l *Line) string { return l.Rate }},
		{"EntitlementId", false, func(l *Line) string { return l.Subscription }},
		{"EntitlementDescription", false, func(l *Line) string { return l.SubscriptionName }},
		{"PartnerEarnedCreditPercentage", true, func(l *Line) string { return l.Percent }},
		{"BenefitOrderID", false, (*Line).benefitOrder},
		{"BenefitType", false, (*Line).benefitType},
	}
}

// v1 are the fields of a DailyRatedUsageLineItem.
func v1() []column {
	names := map[string]string{
		"Tier2MpnId": "resellerMpnId", "ResourceURI": "resourceUri", "PCToBCExchangeRate": "pcToBCExchangeRate",
		"BenefitOrderID": "benefitOrderId", "PartnerEarnedCreditPercentage": "rateOfPartnerEarnedCredit",
	}
	out := daily()
	for i := range out {
		c := &out[i]
		if n, ok := names[c.name]; ok {
			c.name = n
		} else {
			c.name = string(c.name[0]|0x20) + c.name[1:]
		}
		if c.name == "rateOfPartnerEarnedCredit" {
			c.value = func(l *Line) string { return map[string]string{"0": "0", "15": "0.15"}[l.Percent] }
		}
	}
	return out
}

// cost are the columns of a Cost Management file at a billing scope.
func cost() []column {
	return []column{
		{"invoiceId", false, func(l *Line) string { return l.Invoice }},
		{"resellerMpnId", false, func(l *Line) string { return l.Reseller }},
		{"customerTenantId", false, func(l *Line) string { return l.Customer }},
		{"customerName", false, func(l *Line) string { return l.CustomerName }},
		{"date", false, (*Line).american},
		fixed("productOrderName", "Azure plan"),
		{"meterId", false, func(l *Line) string { return l.Meter }},
		{"meterName", false, func(l *Line) string { return l.MeterName }},
		fixed("meterCategory", "Virtual Machines"),
		{"SubscriptionId", false, func(l *Line) string { return l.Subscription }},
		{"subscriptionName", false, func(l *Line) string { return l.SubscriptionName }},
		{"publisherType", false, func(l *Line) string {
			if l.Publisher == "Microsoft" {
				return "Microsoft"
			}
			return "Marketplace"
		}},
		{"publisherName", false, func(l *Line) string { return l.Publisher }},
		{"resourceGroupName", false, func(l *Line) string { return l.Group }},
		{"ResourceId", false, func(l *Line) string { return l.Resource }},
		{"effectivePrice", true, func(l *Line) string { return l.Effective }},
		{"quantity", true, func(l *Line) string { return l.Quantity }},
		{"billingCurrency", false, func(l *Line) string { return l.Currency }},
		fixed("pricingCurrency", "USD"),
		{"costInBillingCurrency", true, func(l *Line) string { return l.PreTax }},
		{"exchangeRatePricingToBilling", true, func(l *Line) string { return l.Rate }},
		{"tags", false, func(l *Line) string { return unwrapped(l.Tags) }},
		{"partnerEarnedCreditRate", false, func(*Line) string { return "15%" }},
		{"partnerEarnedCreditApplied", false, func(l *Line) string { return truth(l.Percent != "0") }},
		{"PayGPrice", true, func(l *Line) string { return l.UnitPrice }},
		{"reservationId", false, func(l *Line) string { return l.only("Reservation", l.benefitOrder()) }},
		{"benefitId", false, func(l *Line) string { return l.only("SavingsPlan", l.benefitOrder()) }},
		{"PricingModel", false, func(l *Line) string {
			if l.Pricing == "" {
				return "On Demand"
			}
			return l.Pricing
		}},
		{"unitPrice", true, func(l *Line) string { return l.UnitPrice }},
	}
}

// focus are the columns of a FOCUS 1.0 export at a billing scope.
func focus() []column {
	return []column{
		{"BilledCost", true, func(l *Line) string { return l.PreTax }},
		{"BillingCurrency", false, func(l *Line) string { return l.Currency }},
		{"ChargePeriodStart", false, func(l *Line) string { return l.Day + "T00:00:00Z" }},
		{"CommitmentDiscountId", false, (*Line).benefitOrder},
		{"CommitmentDiscountType", false, (*Line).benefitType},
		{"ListUnitPrice", true, func(l *Line) string { return l.UnitPrice }},
		{"PricingCategory", false, func(l *Line) string {
			return map[string]string{"": "Standard", "Spot": "Dynamic", "Reservation": "Committed", "SavingsPlan": "Committed"}[l.Pricing]
		}},
		{"PricingQuantity", true, func(l *Line) string { return l.Quantity }},
		{"PublisherName", false, func(l *Line) string { return l.Publisher }},
		{"ResourceId", false, func(l *Line) string { return l.Resource }},
		{"SubAccountId", false, func(l *Line) string { return "/subscriptions/" + l.Subscription }},
		{"SubAccountName", false, func(l *Line) string { return l.SubscriptionName }},
		{"Tags", false, func(l *Line) string { return l.Tags }},
		{"x_BillingExchangeRate", true, func(l *Line) string { return l.Rate }},
		{"x_CustomerId", false, func(l *Line) string { return l.Customer }},
		{"x_CustomerName", false, func(l *Line) string { return l.CustomerName }},
		{"x_EffectiveUnitPrice", true, func(l *Line) string { return l.Effective }},
		{"x_InvoiceId", false, func(l *Line) string { return l.Invoice }},
		{"x_PartnerCreditApplied", false, func(l *Line) string { return truth(l.Percent != "0") }},
		{"x_PartnerCreditRate", false, func(l *Line) string { return "0.15" }},
		fixed("x_PricingCurrency", "USD"),
		{"x_PublisherCategory", false, func(l *Line) string {
			if l.Publisher == "Microsoft" {
				return "Cloud Provider"
			}
			return "Vendor"
		}},
		{"x_ResellerId", false, func(l *Line) string { return l.Reseller }},
		{"x_ResourceGroupName", false, func(l *Line) string { return l.Group }},
		{"x_SkuMeterId", false, func(l *Line) string { return l.Meter }},
		{"x_SkuMeterName", false, func(l *Line) string { return l.MeterName }},
		fixed("x_SkuOrderName", "Azure plan"),
	}
}

func truth(b bool) string {
	if b {
		return "True"
	}
	return "False"
}

// unwrapped writes tags as Cost Management does: no braces, blanks after colons.
func unwrapped(tags string) string {
	var out []byte
	for i := range len(tags) {
		switch c := tags[i]; c {
		case '{', '}':
		case ':':
			out = append(out, ':', ' ')
		default:
			out = append(out, c)
		}
	}
	return string(out)
}
