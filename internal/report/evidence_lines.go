package report

import (
	"io"
	"iter"

	"github.com/shopspring/decimal"

	"github.com/pharos-pec/pharos"
	"github.com/pharos-pec/pharos/credit"
	"github.com/pharos-pec/pharos/evidence"
)

// evidenceColumns are the columns of a pack's lines: those that Microsoft
// finds a line by, under the names of its daily rated usage file, and then
// what we say of it.
// (learn.microsoft.com/partner-center/billing/daily-rated-usage-recon-files)
func evidenceColumns() []column {
	return []column{
		{title: "UsageDate", kind: date}, {title: "CustomerId"}, {title: "CustomerName"}, {title: "EntitlementId"}, {title: "EntitlementDescription"},
		{title: "InvoiceNumber"}, {title: "ResourceGroup"}, {title: "ResourceURI"},
		{title: "MeterId"}, {title: "MeterName"}, {title: "MeterCategory"}, {title: "MeterSubCategory"}, {title: "ProductId"}, {title: "SkuId"}, {title: "PublisherName"},
		{title: "Quantity", kind: money}, {title: "UnitPrice", kind: money}, {title: "EffectiveUnitPrice", kind: money}, {title: "PricingCurrency"},
		{title: "PCToBCExchangeRate", kind: money}, {title: "BillingCurrency"}, {title: "BillingPreTaxTotal", kind: money},
		{title: "PartnerEarnedCreditPercentage", kind: money},
		{title: "verdict"}, {title: "causes"}, {title: "list", kind: money}, {title: "rate", kind: money}, {title: "credit", kind: money},
		{title: "credited", kind: money}, {title: "missing", kind: money}, {title: "file"}, {title: "line", kind: count},
	}
}

// EvidenceLines writes a pack's usage lines as CSV, one after the other as
// they come: they may be many. Errors of lines and of w are returned as they are.
func EvidenceLines(w io.Writer, lines iter.Seq2[credit.Line, error]) error {
	return writeCSV(w, evidenceColumns(), cellsOf(lines, evidenceCells), CSVStyle{})
}

func evidenceCells(l *credit.Line) []any {
	var total any
	if l.HasBillingTotal {
		total = l.BillingPreTaxTotal
	}
	credited, missing := decimal.Zero, decimal.Zero
	if l.Credited.IsPositive() {
		credited = l.Credit
	}
	if l.Verdict == pharos.Disputable {
		missing = l.Credit
	}
	return []any{
		l.Day, string(l.Customer), l.CustomerName, string(l.Subscription), l.SubName,
		l.Invoice, l.ResourceGroup, string(l.Resource),
		l.Meter.ID, l.Meter.Name, l.Meter.Category, l.Meter.SubCategory, l.Meter.Product, l.Meter.SKU, l.Meter.Publisher,
		l.Quantity, l.UnitPrice, l.EffectiveUnitPrice, l.PricingCurrency,
		l.ExchangeRate, l.BillingCurrency, total,
		l.Credited.Decimal,
		string(l.Verdict), named(l.Causes, " "), l.List(), l.Rate.Decimal, l.Credit,
		credited, missing, evidence.FileName(l.Source.File), l.Source.Line,
	}
}
