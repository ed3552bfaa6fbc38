package report

import (
	"fmt"
	"iter"

	"github.com/pharos-pec/pharos"
	"github.com/pharos-pec/pharos/credit"
)

// codes are the causes of a row: words with spaces between them in a table, a
// list in JSON.
type codes []pharos.Cause

func (c codes) String() string { return named(c, " ") }

// Lines are usage lines with their verdicts, all that is known of each.
func Lines(m pharos.Month, lines iter.Seq2[credit.Line, error]) *Stream {
	return &Stream{name: "lines", month: m, rows: cellsOf(lines, lineCells), columns: []column{
		{title: "date", kind: date}, {title: "customerId"}, {title: "customerName"}, {title: "subscriptionId"}, {title: "subscriptionName"},
		{title: "resourceGroup"}, {title: "resourceId"},
		{title: "meterId"}, {title: "meterName"}, {title: "meterCategory"}, {title: "meterSubCategory"},
		{title: "productId"}, {title: "skuId"}, {title: "publisher"}, {title: "plan"}, {title: "invoice"}, {title: "reseller"},
		{title: "quantity", kind: number}, {title: "unitPrice", kind: number}, {title: "effectiveUnitPrice", kind: number}, {title: "pricingCurrency"},
		{title: "exchangeRate", kind: number}, {title: "currency"}, {title: "billingPreTaxTotal", kind: money},
		{title: "creditedPercent", kind: number}, {title: "verdict"}, {title: "causes"},
		{title: "list", kind: money}, {title: "credit", kind: money}, {title: "ratePercent", kind: number}, {title: "rateAssumed", kind: yesNo},
		{title: "file"}, {title: "line", kind: count},
	}}
}

func lineCells(l *credit.Line) []any {
	var total any
	if l.HasBillingTotal {
		total = l.BillingPreTaxTotal
	}
	return []any{
		l.Day, string(l.Customer), l.CustomerName, string(l.Subscription), l.SubName,
		l.ResourceGroup, string(l.Resource),
		l.Meter.ID, l.Meter.Name, l.Meter.Category, l.Meter.SubCategory,
		l.Meter.Product, l.Meter.SKU, l.Meter.Publisher, string(l.Plan), l.Invoice, string(l.Reseller),
		l.Quantity, l.UnitPrice, l.EffectiveUnitPrice, l.PricingCurrency,
		l.ExchangeRate, l.BillingCurrency, total,
		l.Credited.Decimal, string(l.Verdict), codes(l.Causes),
		l.List(), l.Credit, l.Rate.Decimal, l.Assumed,
		l.Source.File, l.Source.Line,
	}
}

// Facts are the sums of lines that no rule can tell apart, with their verdicts.
func Facts(m pharos.Month, facts iter.Seq2[credit.Fact, error], names credit.Names) *Stream {
	cells := func(f *credit.Fact) []any {
		return []any{
			f.Day, string(f.Customer), names.Customers[f.Customer].Name, string(f.Subscription), names.Subscriptions[f.Subscription].Name,
			f.Scope.ResourceGroup(), string(f.Scope), string(f.Product), string(f.Reseller), f.Currency,
			f.Credited.Decimal, string(f.Verdict), codes(f.Causes), f.List, f.Credit, f.Rate.Decimal, f.Assumed, f.Lines,
		}
	}
	return &Stream{name: "facts", month: m, rows: cellsOf(facts, cells), columns: []column{
		{title: "date", kind: date}, {title: "customerId"}, {title: "customerName"}, {title: "subscriptionId"}, {title: "subscriptionName"},
		{title: "resourceGroup"}, {title: "scope"}, {title: "excluded"}, {title: "reseller"}, {title: "currency"},
		{title: "creditedPercent", kind: number}, {title: "verdict"}, {title: "causes"},
		{title: "list", kind: money}, {title: "credit", kind: money}, {title: "ratePercent", kind: number}, {title: "rateAssumed", kind: yesNo},
		{title: "lines", kind: count},
	}}
}

// Verdicts are the sums of a month by subscription, day, verdict and causes.
func Verdicts(m pharos.Month, subs []credit.Subscription) *Stream {
	s := daySheet(subs)
	return &Stream{name: "verdicts", month: m, columns: s.columns, rows: s.each()}
}

// LineTable shows usage lines to people. More says that there are others.
func LineTable(m *credit.Month, lines []credit.Line, more bool) *Report {
	table := &sheet{empty: "There are no such usage lines.", columns: []column{
		{title: "date"}, {title: "resource", flex: true, cut: true}, {title: "meter", flex: true}, {title: "quantity"},
		{title: "list", kind: money}, {title: "credit", kind: money}, {title: ""}, {title: "verdict", tone: true}, {title: "causes", flex: true},
	}}
	names := map[pharos.SubscriptionID]string{}
	for _, s := range m.Subscriptions {
		names[s.SubscriptionID] = s.SubscriptionName
	}
	for i := range lines {
		l := &lines[i]
		table.rows = append(table.rows, []any{
			l.Day, shortScope(l.Scope(), orID(l.SubName, pharos.SubscriptionID(names[l.Subscription]))),
			orID(l.Meter.Name, l.Meter.ID), l.Quantity.String(),
			l.List(), l.Credit, l.BillingCurrency, string(l.Verdict), named(l.Causes, " "),
		})
	}
	r := &Report{title: "Usage lines " + m.Month.String(), blocks: []block{{table: table}}}
	if more {
		r.blocks = append(r.blocks, block{hint: fmt.Sprintf("these are the first %d; --limit 0 shows all, and -o csv writes all of them", len(lines))})
	}
	for _, w := range m.Warnings {
		if w.Code != credit.NoLines {
			continue
		}
		r.blocks = append(r.blocks, block{warning: w.Message})
	}
	return r
}
