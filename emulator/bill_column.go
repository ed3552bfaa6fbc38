package emulator

import (
	"strconv"
	"strings"
	"time"

	"github.com/shopspring/decimal"

	"github.com/pharos-pec/pharos"
)

// cell is one value of a row. A number (or another bare JSON value) is written
// to JSON exactly as it is, and never passes through a float.
type cell struct {
	text   string
	number bool
}

func text(s string) cell              { return cell{text: s} }
func number(d decimal.Decimal) cell   { return cell{text: d.String(), number: true} }
func instant(t time.Time) cell        { return cell{text: t.UTC().Format("2006-01-02T15:04:05Z")} }
func boolean(b bool) cell             { return cell{text: strconv.FormatBool(b), number: true} }
func date(t time.Time, f string) cell { return cell{text: t.UTC().Format(f)} }

// column is a column of one of the files, with how a line fills it.
type column struct {
	name  string
	value func(*billLine) cell
}

// basic marks the columns of the `basic` attribute set among usageColumns
// (docs: graph/api/resources/partners-billing-attributeset).
type usageColumn struct {
	column
	basic bool
}

// full and basic build a usageColumn that only the full set has, or both.
func full(name string, value func(*billLine) cell) usageColumn {
	return usageColumn{column{name, value}, false}
}

func basic(name string, value func(*billLine) cell) usageColumn {
	return usageColumn{column{name, value}, true}
}

// usageColumns are the columns of daily rated usage in the order of the
// portal's file. The Graph export has the same, as the keys of JSON objects.
// PCToBCExchangeRateDate is in neither attribute list of the documentation,
// but in the portal's file and in Microsoft's sample model.
func usageColumns() []usageColumn {
	return append(append(accountColumns(), productColumns()...), chargeColumns()...)
}

func accountColumns() []usageColumn {
	return []usageColumn{
		basic("PartnerId", func(l *billLine) cell { return text(string(l.Customer.PartnerTenant)) }),
		basic("PartnerName", func(l *billLine) cell { return text(l.Customer.PartnerName) }),
		basic("CustomerId", func(l *billLine) cell { return text(string(l.Customer.ID)) }),
		basic("CustomerName", func(l *billLine) cell { return text(l.Customer.Name) }),
		full("CustomerDomainName", func(l *billLine) cell { return text(l.Customer.Domain) }),
		full("CustomerCountry", func(l *billLine) cell { return text(l.Customer.Country) }),
		full("MpnId", func(l *billLine) cell { return text(string(l.Customer.PartnerID)) }),
		full("Tier2MpnId", func(l *billLine) cell { return text(l.tier2()) }),
		basic("InvoiceNumber", func(l *billLine) cell { return text(l.Invoice) }),
	}
}

func productColumns() []usageColumn {
	return []usageColumn{
		basic("ProductId", func(l *billLine) cell { return text(l.Item.ids.product) }),
		basic("SkuId", func(l *billLine) cell { return text(l.Item.ids.sku) }),
		full("AvailabilityId", func(l *billLine) cell { return text(l.Item.ids.availability) }),
		basic("SkuName", func(l *billLine) cell { return text(l.Item.skuName()) }),
		full("ProductName", func(l *billLine) cell { return text(l.Item.product()) }),
		basic("PublisherName", func(l *billLine) cell { return text(l.Item.Publisher()) }),
		full("PublisherId", func(l *billLine) cell { return text(l.Item.publisherID()) }),
		full("SubscriptionDescription", func(*billLine) cell { return text("Azure plan") }),
		basic("SubscriptionId", func(l *billLine) cell { return text(l.Customer.Plan) }),
		basic("ChargeStartDate", func(l *billLine) cell { return instant(l.Day.Month().First().Start()) }),
		basic("ChargeEndDate", func(l *billLine) cell { return instant(l.Day.Month().Last().End()) }),
		basic("UsageDate", func(l *billLine) cell { return instant(l.Day.Start()) }),
		full("MeterType", func(l *billLine) cell { return text(l.Item.Meter.Unit) }),
		full("MeterCategory", func(l *billLine) cell { return text(l.Item.Meter.Category) }),
		full("MeterId", func(l *billLine) cell { return text(l.Item.ids.meter) }),
		full("MeterSubCategory", func(l *billLine) cell { return text(l.Item.Meter.Subcategory) }),
		full("MeterName", func(l *billLine) cell { return text(l.Item.meterName()) }),
		full("MeterRegion", func(*billLine) cell { return text(meterRegion) }),
		full("Unit", func(l *billLine) cell { return text(l.Item.Meter.Unit) }),
		full("ResourceLocation", func(l *billLine) cell { return text(l.Item.Location) }),
		full("ConsumedService", func(l *billLine) cell { return text(l.Item.Service()) }),
		full("ResourceGroup", func(l *billLine) cell { return text(l.Item.Group) }),
		basic("ResourceURI", func(l *billLine) cell { return text(l.Item.URI) }),
	}
}

func chargeColumns() []usageColumn {
	return []usageColumn{
		basic("ChargeType", func(*billLine) cell { return text("New") }),
		basic("UnitPrice", func(l *billLine) cell { return number(l.Item.Meter.UnitPrice) }),
		basic("Quantity", func(l *billLine) cell { return number(l.Item.Quantity) }),
		basic("UnitType", func(l *billLine) cell { return text(l.Item.Meter.Unit) }),
		basic("BillingPreTaxTotal", func(l *billLine) cell { return number(l.billingTotal()) }),
		basic("BillingCurrency", func(l *billLine) cell { return text(l.Customer.Currency) }),
		basic("PricingPreTaxTotal", func(l *billLine) cell { return number(l.pricingTotal()) }),
		basic("PricingCurrency", func(*billLine) cell { return text(pricingCurrency) }),
		full("ServiceInfo1", empty),
		full("ServiceInfo2", empty),
		full("Tags", empty),
		basic("AdditionalInfo", func(l *billLine) cell { return text(l.Item.additionalInfo()) }),
		basic("EffectiveUnitPrice", func(l *billLine) cell { return number(l.Effective) }),
		basic("PCToBCExchangeRate", func(l *billLine) cell { return number(l.Rate) }),
		full("PCToBCExchangeRateDate", func(l *billLine) cell { return instant(rateDate(l.Day.Month())) }),
		basic("EntitlementId", func(l *billLine) cell { return text(string(l.Item.Subscription)) }),
		full("EntitlementDescription", func(l *billLine) cell { return text(l.Item.SubscriptionName) }),
		full("PartnerEarnedCreditPercentage", func(l *billLine) cell { return number(l.credit()) }),
		basic("CreditPercentage", func(*billLine) cell { return number(decimal.Zero) }),
		basic("CreditType", func(*billLine) cell { return text(notApplied) }),
		basic("BenefitOrderID", func(l *billLine) cell { return text(l.Item.ids.order) }),
		full("BenefitID", func(l *billLine) cell { return text(l.Item.ids.benefit) }),
		basic("BenefitType", func(l *billLine) cell { return text(l.benefitType()) }),
	}
}

// meterRegion is the pricing region of every meter: prices of the emulator do
// not differ by region.
const meterRegion = "EU West"

// notApplied is the CreditType of a line to which no Azure consumption
// credit was applied: another thing than the partner's credit
// (docs: get-invoice-unbilled-consumption-lineitems).
const notApplied = "Credit Not Applied"

func empty(*billLine) cell { return text("") }

// tier2 is the reseller of record as the file writes it: 0 where there is
// none, nothing while a line is unbilled (docs: daily-rated-usage-recon-files).
func (l *billLine) tier2() string {
	if l.Reseller == "" && l.Invoice != "" {
		return "0"
	}
	return string(l.Reseller)
}

// rateDate is when the month's exchange rate was taken: two business days
// before the end of the month before, at 16:00 (docs: azure-plan-billing).
func rateDate(m pharos.Month) time.Time {
	day := m.First() - 1
	for business := 0; ; day-- {
		if w := day.Start().Weekday(); w != time.Saturday && w != time.Sunday {
			if business++; business == 3 {
				return day.Start().Add(16 * time.Hour)
			}
		}
	}
}

// code is a short stable code in the alphabet of catalogue ids.
func code(length int, parts ...string) string {
	hex := strings.ReplaceAll(objectID("catalogue", "", strings.Join(parts, "/")), "-", "")
	return strings.ToUpper(hex[:length])
}

func (i *billItem) product() string { return i.Meter.Category + " " + i.Meter.Subcategory }

func (i *billItem) meterName() string { return i.Meter.Name + i.suffix() }
func (i *billItem) skuName() string   { return i.Meter.Name + " - " + meterRegion + i.suffix() }

func (i *billItem) publisherID() string {
	if i.ThirdParty {
		return "28503520"
	}
	return ""
}

// additionalInfo is JSON inside a text, as the providers write it.
func (i *billItem) additionalInfo() string {
	if i.Service() != "Microsoft.Compute" {
		return ""
	}
	return `{"ServiceType":` + string(appendJSONString(nil, i.Meter.Name)) + `,"ImageType":null,"VMName":null}`
}
