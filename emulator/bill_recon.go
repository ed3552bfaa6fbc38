package emulator

import (
	"encoding/csv"
	"io"
	"iter"
	"strings"

	"github.com/shopspring/decimal"
)

// reconRow sums the usage of one meter of one Azure plan over the month:
// credited and other usage make two rows (docs: azure-plan-billing).
type reconRow struct {
	line  *billLine // the first of the lines, for what they share
	units decimal.Decimal
}

// effective is the price after credit over the month's units.
func (r *reconRow) effective() decimal.Decimal {
	if r.line.Item.prepaid() {
		return decimal.Zero
	}
	return effectivePrice(r.units, r.line.Item.Meter.UnitPrice, r.line.credit())
}

// subtotal is ROUNDDOWN(ROUNDDOWN(EffectiveUnitPrice x BillableQuantity, 2) x
// PCToBCExchangeRate, 2) (docs: modern-invoice-reconciliation-file).
func (r *reconRow) subtotal() decimal.Decimal {
	return floorCents(floorCents(r.effective().Mul(r.units)).Mul(r.line.Rate))
}

// adjustment is the list-like text that names the discounts on the price.
func (r *reconRow) adjustment() string {
	if !r.line.Credited {
		return ""
	}
	return `["` + r.line.credit().StringFixed(1) + `% Partner earned credit for services managed"]`
}

type reconKey struct {
	plan, meter, benefit string
	credited             bool
	reseller             string
}

// sumUp groups lines into reconciliation rows, in the order of their first line.
func sumUp(lines iter.Seq[*billLine]) []*reconRow {
	var rows []*reconRow
	index := map[reconKey]*reconRow{}
	for l := range lines {
		k := reconKey{l.Customer.Plan, l.Item.ids.meter, l.Item.ids.order, l.Credited, string(l.Reseller)}
		r := index[k]
		if r == nil {
			first := *l
			r = &reconRow{line: &first}
			index[k] = r
			rows = append(rows, r)
		}
		r.units = r.units.Add(l.Item.Quantity)
	}
	return rows
}

// reconColumn is a column of the monthly reconciliation file.
type reconColumn struct {
	name  string
	value func(*reconRow) string
}

// writeRecon writes the monthly reconciliation file.
func writeRecon(w io.Writer, lines iter.Seq[*billLine]) error {
	columns := reconColumns()
	out := csv.NewWriter(w)
	record := make([]string, len(columns))
	for i, c := range columns {
		record[i] = c.name
	}
	if err := out.Write(record); err != nil {
		return err
	}
	for _, r := range sumUp(lines) {
		for i, c := range columns {
			record[i] = c.value(r)
		}
		if err := out.Write(record); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}

// reconColumns are the columns of the new-commerce reconciliation file in the
// published order (docs: modern-invoice-reconciliation-file). Those that the
// daily file has too are taken from there by name.
func reconColumns() []reconColumn {
	own := reconAmounts()
	daily := map[string]func(*billLine) cell{}
	for _, c := range usageColumns() {
		daily[c.name] = c.value
	}
	names := strings.Fields(`PartnerId CustomerId CustomerName CustomerDomainName CustomerCountry InvoiceNumber MpnId
		ResellerMpnId OrderId OrderDate ProductId SkuId AvailabilityId SkuName ProductName ChargeType UnitPrice Quantity
		Subtotal TaxTotal Total Currency PriceAdjustmentDescription PublisherName PublisherId SubscriptionDescription
		SubscriptionId ChargeStartDate ChargeEndDate TermAndBillingCycle EffectiveUnitPrice UnitType AlternateId
		BillableQuantity BillingFrequency PricingCurrency PCToBCExchangeRate PCToBCExchangeRateDate MeterDescription
		ReservationOrderId CreditReasonCode SubscriptionStartDate SubscriptionEndDate ReferenceId ProductQualifiers
		PromotionId ProductCategory`)
	var columns []reconColumn
	for _, name := range names {
		value := own[name]
		if shared := daily[name]; value == nil && shared != nil {
			value = func(r *reconRow) string { return shared(r.line).text }
		}
		if value == nil {
			value = func(*reconRow) string { return "" }
		}
		columns = append(columns, reconColumn{name, value})
	}
	return columns
}

// reconAmounts are the columns that the daily file has not, or has by line.
func reconAmounts() map[string]func(*reconRow) string {
	return map[string]func(*reconRow) string{
		"ResellerMpnId":              func(r *reconRow) string { return r.line.tier2() },
		"OrderId":                    func(r *reconRow) string { return code(12, r.line.Customer.Plan) },
		"OrderDate":                  func(r *reconRow) string { return date(r.line.Day.Month().First().Start(), costDate).text },
		"Quantity":                   func(r *reconRow) string { return r.units.String() },
		"BillableQuantity":           func(r *reconRow) string { return r.units.String() },
		"EffectiveUnitPrice":         func(r *reconRow) string { return r.effective().String() },
		"Subtotal":                   func(r *reconRow) string { return r.subtotal().String() },
		"TaxTotal":                   func(*reconRow) string { return "0" },
		"Total":                      func(r *reconRow) string { return r.subtotal().String() },
		"Currency":                   func(r *reconRow) string { return r.line.Customer.Currency },
		"PriceAdjustmentDescription": (*reconRow).adjustment,
		"TermAndBillingCycle":        func(*reconRow) string { return "" },
		"BillingFrequency":           func(*reconRow) string { return "Monthly" },
		"MeterDescription":           func(r *reconRow) string { return r.line.Item.Meter.Category + " - " + r.line.Item.skuName() },
		"ReservationOrderId":         func(r *reconRow) string { return r.line.Item.ids.order },
		"ProductCategory":            func(r *reconRow) string { return r.line.Item.Meter.Category },
	}
}
