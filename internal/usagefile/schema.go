package usagefile

import (
	"strings"

	"github.com/pharos-pec/pharos"
)

// schema says where a family keeps its values: names are matched without
// regard to case, because Microsoft's own pages and files disagree on it
// (Cost Management, "understand usage details fields").
type schema struct {
	family   family
	names    []name // the first name of a column is the one in messages
	required []column
	index    map[string]int // lower-case name -> position in names
}

// name is one header under which a format carries a column.
type name struct {
	header string
	column column
}

// partnerSchema has the columns of the daily rated usage file ("Read the daily
// rated usage line items in Partner Center"), those of the Graph export, which
// are the same, and those of the v1 DailyRatedUsageLineItem. Older names
// stand beside the newer ones.
func partnerSchema() *schema {
	return newSchema(schema{
		family: partnerFamily,
		names: []name{
			{"CustomerId", colCustomer}, {"CustomerName", colCustomerName},
			{"EntitlementId", colSubscription}, {"EntitlementDescription", colSubscriptionName},
			{"InvoiceNumber", colInvoice}, {"UsageDate", colDay},
			{"ResourceURI", colResource}, {"ResourceGroup", colResourceGroup},
			{"MeterId", colMeterID}, {"MeterName", colMeterName},
			{"MeterCategory", colMeterCategory}, {"MeterSubCategory", colMeterSubCategory},
			{"ProductId", colProductID}, {"SkuId", colSKU}, {"SkuName", colSKUName},
			{"PublisherName", colPublisher},
			{"Quantity", colQuantity}, {"UnitPrice", colUnitPrice}, {"EffectiveUnitPrice", colEffectivePrice},
			{"PricingCurrency", colPricingCurrency}, {"BillingCurrency", colBillingCurrency},
			{"PCToBCExchangeRate", colExchangeRate}, {"BillingPreTaxTotal", colPreTax},
			{"PartnerEarnedCreditPercentage", colCreditRate}, {"rateOfPartnerEarnedCredit", colCreditRate},
			{"hasPartnerEarnedCredit", colCreditApplied},
			{"Tier2MpnId", colReseller}, {"ResellerMpnId", colReseller},
			{"SubscriptionDescription", colPlan}, {"Tags", colTags},
			{"BenefitType", colBenefitType}, {"BenefitOrderId", colBenefitOrder}, {"BenefitId", colBenefitID},
		},
		required: []column{colCustomer, colSubscription, colDay, colQuantity, colUnitPrice, colBillingCurrency,
			colPricingCurrency, colExchangeRate, colMeterID, colCreditRate},
	})
}

// costSchema has the columns of the partner (billing scope) cost details file
// ("Cost and usage details data fields, MCA partner").
func costSchema() *schema {
	return newSchema(schema{
		family: costFamily,
		names: []name{
			{"customerTenantId", colCustomer}, {"CustomerName", colCustomerName},
			{"SubscriptionId", colSubscription}, {"SubscriptionGuid", colSubscription}, {"subscriptionName", colSubscriptionName},
			{"invoiceId", colInvoice}, {"date", colDay}, {"UsageDate", colDay},
			{"ResourceId", colResource}, {"InstanceId", colResource},
			{"resourceGroupName", colResourceGroup}, {"ResourceGroup", colResourceGroup},
			{"MeterId", colMeterID}, {"MeterName", colMeterName},
			{"MeterCategory", colMeterCategory}, {"MeterSubCategory", colMeterSubCategory},
			{"ProductId", colProductID}, {"productIdentifier", colProductID},
			{"ProductName", colSKUName}, {"Product", colSKUName},
			{"PublisherName", colPublisher}, {"publisherType", colPublisherType},
			{"Quantity", colQuantity}, {"UnitPrice", colUnitPrice}, {"PayGPrice", colRetailPrice},
			{"effectivePrice", colEffectivePrice}, {"PricingCurrency", colPricingCurrency}, {"pricingCurrencyCode", colPricingCurrency},
			{"BillingCurrency", colBillingCurrency}, {"billingCurrencyCode", colBillingCurrency},
			{"exchangeRatePricingToBilling", colExchangeRate}, {"costInBillingCurrency", colPreTax},
			{"partnerEarnedCreditRate", colCreditRate}, {"partnerEarnedCreditApplied", colCreditApplied},
			{"ResellerMpnId", colReseller}, {"productOrderName", colPlan}, {"Tags", colTags},
			{"PricingModel", colPricingModel}, {"reservationId", colReservation}, {"BenefitId", colBenefitID},
		},
		required: []column{colCustomer, colSubscription, colDay, colQuantity, colBillingCurrency,
			colPricingCurrency, colExchangeRate, colMeterID},
	})
}

// focusSchema has the columns of Microsoft's FOCUS export, 1.0 and 1.2-preview
// ("FOCUS cost and usage details file schema").
func focusSchema() *schema {
	return newSchema(schema{
		family: focusFamily,
		names: []name{
			{"x_CustomerId", colCustomer}, {"x_CustomerName", colCustomerName},
			{"SubAccountId", colSubscription}, {"SubAccountName", colSubscriptionName},
			{"invoiceId", colInvoice}, {"x_InvoiceId", colInvoice}, {"ChargePeriodStart", colDay},
			{"ResourceId", colResource}, {"x_ResourceGroupName", colResourceGroup},
			{"x_SkuMeterId", colMeterID}, {"x_SkuMeterName", colMeterName}, {"SkuMeter", colMeterName},
			{"x_SkuMeterCategory", colMeterCategory}, {"x_SkuMeterSubcategory", colMeterSubCategory},
			{"SkuId", colProductID}, {"SkuPriceId", colSKU}, {"x_SkuDescription", colSKUName},
			{"PublisherName", colPublisher}, {"x_PublisherCategory", colPublisherType},
			{"PricingQuantity", colQuantity}, {"ListUnitPrice", colUnitPrice}, {"ListCost", colListCost},
			{"x_EffectiveUnitPrice", colEffectivePrice},
			{"x_PricingCurrency", colPricingCurrency}, {"PricingCurrency", colPricingCurrency},
			{"BillingCurrency", colBillingCurrency}, {"x_BillingExchangeRate", colExchangeRate}, {"BilledCost", colPreTax},
			{"x_PartnerCreditRate", colCreditRate}, {"x_PartnerCreditApplied", colCreditApplied},
			{"x_ResellerId", colReseller}, {"x_SkuOrderName", colPlan}, {"Tags", colTags},
			{"PricingCategory", colPricingModel}, {"x_PricingSubcategory", colPricingSubcategory},
			{"CommitmentDiscountType", colBenefitType}, {"CommitmentDiscountCategory", colReservation},
			{"CommitmentDiscountId", colBenefitID},
		},
		required: []column{colCustomer, colSubscription, colDay, colQuantity, colUnitPrice, colBillingCurrency,
			colExchangeRate, colMeterID},
	})
}

// reconSchema has the columns of the monthly reconciliation file ("Read the
// new commerce invoice reconciliation file").
func reconSchema() *schema {
	return newSchema(schema{
		family: reconFamily,
		names: []name{
			{"CustomerId", colCustomer}, {"CustomerName", colCustomerName}, {"InvoiceNumber", colInvoice},
			{"Subtotal", colSubtotal}, {"TaxTotal", colTaxTotal}, {"Total", colTotal},
			{"Currency", colBillingCurrency}, {"MeterDescription", colMeterDescription},
		},
		required: []column{colCustomer, colInvoice, colSubtotal, colBillingCurrency},
	})
}

// newSchema checks nothing: the tables are constants, and tested.
func newSchema(t schema) *schema {
	t.index = make(map[string]int, len(t.names))
	for i, n := range t.names {
		t.index[strings.ToLower(n.header)] = i
	}
	return &t
}

// lookup returns the column that a header or key names, in any casing, or
// noColumn when it is one that is not needed.
func (s *schema) lookup(header string) column {
	if i, ok := s.index[strings.ToLower(strings.TrimSpace(header))]; ok {
		return s.names[i].column
	}
	return noColumn
}

// bind maps the columns of a file's header, in order, onto ours: noColumn for
// those that are not needed. Where two headers name the same value, the one
// that stands first in the table is taken.
func (s *schema) bind(file string, line int64, header []string) ([]column, error) {
	bound := make([]column, len(header))
	holder := map[column]int{} // column -> position in header
	rank := map[column]int{}   // column -> position in the table
	for i, h := range header {
		bound[i] = noColumn
		at, known := s.index[strings.ToLower(strings.TrimSpace(h))]
		if !known {
			continue
		}
		c := s.names[at].column
		if other, taken := rank[c]; taken {
			if other == at {
				return nil, fileError(file, line, "column %s stands twice", s.names[at].header)
			}
			if other < at {
				continue
			}
			bound[holder[c]] = noColumn
		}
		bound[i], holder[c], rank[c] = c, i, at
	}
	for _, c := range s.required {
		if _, ok := holder[c]; !ok {
			return nil, fileError(file, line, "column %s is missing", s.nameOf(c)).
				WithHint("export the file again with all of its columns")
		}
	}
	return bound, nil
}

// nameOf returns the name under which c is best known, for messages.
func (s *schema) nameOf(c column) string {
	for _, n := range s.names {
		if n.column == c {
			return n.header
		}
	}
	return "?"
}

// fileError makes the error of a file that cannot be used. Line 0 means the
// whole file.
func fileError(name string, line int64, format string, args ...any) *pharos.Error {
	if line > 0 {
		return pharos.Errorf(pharos.Invalid, "%s line %d: "+format, append([]any{name, line}, args...)...)
	}
	return pharos.Errorf(pharos.Invalid, "%s: "+format, append([]any{name}, args...)...)
}
