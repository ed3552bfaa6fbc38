package ledger

import (
	"encoding/json"

	"github.com/pharos-pec/pharos/internal/usagefile"
)

// row is a usage line in Parquet. Amounts are DECIMAL(18,10); a value that
// this cannot hold exactly stands as text in Wide, a JSON object by column,
// and is 0 in its own column. Other engines read the files as they are:
//
//	select coalesce(wide->>'quantity', quantity::text)::decimal(38,18) …
type row struct {
	Key          [16]byte `parquet:"line_key,uncompressed"` // identity of the line, see the package comment
	Line         int64    `parquet:"line,delta"`
	Member       string   `parquet:"member,dict"` // the file within the source, when it is a zip
	Day          int32    `parquet:"day,date"`
	Invoice      string   `parquet:"invoice,dict"`
	Customer     string   `parquet:"customer_id,dict"`
	CustomerName string   `parquet:"customer_name,dict"`
	Subscription string   `parquet:"subscription_id,dict"`
	SubName      string   `parquet:"subscription_name,dict"`
	Group        string   `parquet:"resource_group,dict"`
	Resource     string   `parquet:"resource_id,dict"`
	MeterID      string   `parquet:"meter_id,dict"`
	MeterName    string   `parquet:"meter_name,dict"`
	Category     string   `parquet:"meter_category,dict"`
	SubCategory  string   `parquet:"meter_subcategory,dict"`
	ProductID    string   `parquet:"product_id,dict"`
	SKU          string   `parquet:"sku_id,dict"`
	Publisher    string   `parquet:"publisher,dict"`
	Quantity     int64    `parquet:"quantity,decimal(10:18)"`
	UnitPrice    int64    `parquet:"unit_price,decimal(10:18)"`
	Effective    int64    `parquet:"effective_unit_price,decimal(10:18)"`
	Exchange     int64    `parquet:"exchange_rate,decimal(10:18)"`
	PreTax       int64    `parquet:"billing_pretax_total,decimal(10:18)"`
	HasPreTax    bool     `parquet:"has_pretax_total"`
	Wide         string   `parquet:"wide,dict"`
	Pricing      string   `parquet:"pricing_currency,dict"`
	Billing      string   `parquet:"billing_currency,dict"`
	Credited     string   `parquet:"credited_percent,dict"`
	Excluded     string   `parquet:"excluded,dict"`
	Plan         string   `parquet:"plan,dict"`
	Reseller     string   `parquet:"reseller,dict"`
}

// wideValues are the amounts of a row that did not fit, as text.
type wideValues struct {
	Quantity  string `json:"quantity,omitempty"`
	UnitPrice string `json:"unit_price,omitempty"`
	Effective string `json:"effective_unit_price,omitempty"`
	Exchange  string `json:"exchange_rate,omitempty"`
	PreTax    string `json:"billing_pretax_total,omitempty"`
}

// fill makes r the row of a record, whose credited rate is written as rate.
func (r *row) fill(rec *usagefile.Record, member, rate string) error {
	*r = row{
		Key: keyOf(rec), Line: rec.Number, Member: member, Day: int32(rec.Day), Invoice: rec.Invoice,
		Customer: string(rec.Customer), CustomerName: rec.CustomerName,
		Subscription: string(rec.Subscription), SubName: rec.SubName,
		Group: rec.ResourceGroup, Resource: string(rec.Resource),
		MeterID: rec.Meter.ID, MeterName: rec.Meter.Name, Category: rec.Meter.Category,
		SubCategory: rec.Meter.SubCategory, ProductID: rec.Meter.Product, SKU: rec.Meter.SKU, Publisher: rec.Meter.Publisher,
		HasPreTax: rec.HasPreTax, Pricing: rec.PricingCurrency, Billing: rec.BillingCurrency,
		Excluded: string(rec.Product), Plan: string(rec.Plan), Reseller: string(rec.Reseller),
	}
	if !rec.Credited.IsZero() {
		r.Credited = rate
	}
	return r.amounts(rec)
}

func (r *row) amounts(rec *usagefile.Record) error {
	var wide wideValues
	any := false
	put := func(n usagefile.Number, to *int64, text *string) {
		v, fits := n.Fixed()
		if *to = v; !fits {
			*to, *text, any = 0, n.Decimal().String(), true
		}
	}
	put(rec.Quantity, &r.Quantity, &wide.Quantity)
	put(rec.UnitPrice, &r.UnitPrice, &wide.UnitPrice)
	put(rec.EffectivePrice, &r.Effective, &wide.Effective)
	put(rec.ExchangeRate, &r.Exchange, &wide.Exchange)
	put(rec.PreTax, &r.PreTax, &wide.PreTax)
	if !any {
		return nil
	}
	b, err := json.Marshal(wide)
	r.Wide = string(b)
	return err
}
