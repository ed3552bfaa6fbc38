package emulator

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/shopspring/decimal"

	"github.com/pharos-pec/pharos"
)

// mixed has a line of every kind.
func mixed(t testing.TB) *world {
	return billCase{
		access: []string{`aobo: [{partner: us, to: 2026-10-09T00:00:00Z}]`},
		more: []string{
			`{name: saved, group: rg-web, type: Microsoft.Compute/virtualMachines, meter: vm-d2s-v5, quantity: 24, pricing: savingsPlan}`,
			`{name: cheap, group: rg-batch, type: Microsoft.Compute/virtualMachines, meter: vm-d2s-v5, quantity: 7.5, pricing: spot}`,
			`{name: "wall, \"big\"", group: rg-Net, type: Northwind.Firewall/walls, meter: vm-d2s-v5, quantity: 1, publisher: thirdParty}`,
			`{name: calls, group: rg-web, type: Microsoft.KeyVault/vaults, meter: keyvault-operations, quantity: 0.0012}`,
		},
	}.world(t)
}

func written(t testing.TB, w *world, f BillFormat) string {
	t.Helper()
	var out bytes.Buffer
	if err := writeLines(&out, w.billOf(october, w.clock.read()).lines(), f); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// table reads a written bill back into rows by lower-case column name.
func table(t testing.TB, text string, f BillFormat) []map[string]string {
	t.Helper()
	if f == GraphJSONL {
		return jsonRows(t, "["+strings.ReplaceAll(strings.TrimSpace(text), "\n", ",")+"]")
	}
	if f == V1JSON {
		return jsonRows(t, text)
	}
	records, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var rows []map[string]string
	for _, record := range records[1:] {
		row := map[string]string{}
		for i, name := range records[0] {
			row[strings.ToLower(name)] = record[i]
		}
		rows = append(rows, row)
	}
	return rows
}

func jsonRows(t testing.TB, text string) []map[string]string {
	t.Helper()
	var objects []map[string]json.RawMessage
	if err := json.Unmarshal([]byte(text), &objects); err != nil {
		t.Fatalf("%v in %.300s", err, text)
	}
	var rows []map[string]string
	for _, o := range objects {
		row := map[string]string{}
		for k, raw := range o {
			var s string
			if json.Unmarshal(raw, &s) != nil {
				s = string(raw)
			}
			row[strings.ToLower(k)] = s
		}
		rows = append(rows, row)
	}
	return rows
}

// Every format of lines says the same of every line: what, when, how much, at
// which price and with which credit.
func TestFormats_SameLines(t *testing.T) {
	w := mixed(t)
	names := map[BillFormat][]string{ // resource, quantity, list price, effective price, exchange rate, total, credit, subscription
		GraphJSONL:        {"resourceuri", "quantity", "unitprice", "effectiveunitprice", "pctobcexchangerate", "billingpretaxtotal", "partnerearnedcreditpercentage", "entitlementid"},
		DailyCSV:          {"resourceuri", "quantity", "unitprice", "effectiveunitprice", "pctobcexchangerate", "billingpretaxtotal", "partnerearnedcreditpercentage", "entitlementid"},
		V1JSON:            {"resourceuri", "quantity", "unitprice", "effectiveunitprice", "pctobcexchangerate", "billingpretaxtotal", "rateofpartnerearnedcredit", "entitlementid"},
		CostManagementCSV: {"resourceid", "quantity", "paygprice", "effectiveprice", "exchangeratepricingtobilling", "costinbillingcurrency", "partnerearnedcreditrate", "subscriptionid"},
		FocusCSV:          {"resourceid", "pricingquantity", "listunitprice", "x_effectiveunitprice", "x_billingexchangerate", "billedcost", "x_partnercreditrate", "subaccountid"},
	}
	var want []string
	for _, f := range BillFormats() {
		if f == ReconCSV {
			continue
		}
		var got []string
		for _, row := range table(t, written(t, w, f), f) {
			var line []string
			for i, name := range names[f] {
				value, ok := row[name]
				if !ok {
					t.Fatalf("%s has no column %s", f, name)
				}
				if i == 6 && strings.Contains(value, "0.") {
					value = dec(value).Shift(2).String()
				}
				line = append(line, strings.TrimPrefix(strings.ToLower(value), "/subscriptions/"))
			}
			got = append(got, strings.Join(line, "|"))
		}
		if want == nil {
			want = got
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s differs from %s: %d and %d lines", f, GraphJSONL, len(got), len(want))
		}
	}
	if len(want) != 5*31 {
		t.Errorf("%d lines, want %d", len(want), 5*31)
	}
}

// The number and the order of the columns are Microsoft's.
func TestFormats_Columns(t *testing.T) {
	w := mixed(t)
	for _, c := range []struct {
		format BillFormat
		count  int
		at     map[int]string // counted from 1
	}{
		{DailyCSV, 55, map[int]string{1: "PartnerId", 8: "Tier2MpnId", 9: "InvoiceNumber", 55: "BenefitType"}},
		{CostManagementCSV, 70, map[int]string{1: "invoiceId", 30: "ProductId", 59: "partnerEarnedCreditRate", 60: "partnerEarnedCreditApplied", 70: "provider"}},
		{ReconCSV, 47, map[int]string{17: "UnitPrice", 23: "PriceAdjustmentDescription", 31: "EffectiveUnitPrice", 36: "PricingCurrency"}},
	} {
		header, err := csv.NewReader(strings.NewReader(written(t, w, c.format))).Read()
		if err != nil || len(header) != c.count {
			t.Fatalf("%s has %d columns (%v), want %d", c.format, len(header), err, c.count)
		}
		for n, name := range c.at {
			if header[n-1] != name {
				t.Errorf("column %d of %s is %s, want %s", n, c.format, header[n-1], name)
			}
		}
	}
	if full, basic := graphColumns(true), graphColumns(false); len(full) != 55 || len(basic) != 30 {
		t.Errorf("full has %d columns, basic %d; want 55 and 30", len(full), len(basic))
	}
	for _, c := range graphColumns(false) {
		if slices.Contains([]string{"PartnerEarnedCreditPercentage", "MpnId", "Tier2MpnId", "AvailabilityId", "MeterId", "ResourceGroup", "Tags"}, c.name) {
			t.Errorf("basic has %s", c.name)
		}
	}
}

// How Cost Management and FOCUS tell products that never earn.
func TestFormats_Exclusions(t *testing.T) {
	w := mixed(t)
	cost := table(t, written(t, w, CostManagementCSV), CostManagementCSV)
	focus := table(t, written(t, w, FocusCSV), FocusCSV)
	for i, want := range []struct{ model, publisher, category, vendor string }{
		{"On Demand", "Microsoft", "Standard", "Cloud Provider"},
		{"SavingsPlan", "Microsoft", "Committed", "Cloud Provider"},
		{"Spot", "Microsoft", "Dynamic", "Cloud Provider"},
		{"On Demand", "Marketplace", "Standard", "Vendor"},
	} {
		c, f := cost[i], focus[i]
		if c["pricingmodel"] != want.model || c["publishertype"] != want.publisher {
			t.Errorf("Cost Management, line %d: %s of %s, want %+v", i+1, c["pricingmodel"], c["publishertype"], want)
		}
		if f["pricingcategory"] != want.category || f["x_publishercategory"] != want.vendor {
			t.Errorf("FOCUS, line %d: %s of %s, want %+v", i+1, f["pricingcategory"], f["x_publishercategory"], want)
		}
		if (f["commitmentdiscountid"] != "") != (want.category == "Committed") {
			t.Errorf("FOCUS, line %d: CommitmentDiscountId %q", i+1, f["commitmentdiscountid"])
		}
	}
	if cost[0]["partnerearnedcreditapplied"] != "True" || cost[1]["partnerearnedcreditapplied"] != "False" {
		t.Error("applied of the first two lines:", cost[0]["partnerearnedcreditapplied"], cost[1]["partnerearnedcreditapplied"])
	}
}

// The reconciliation file has two rows for a meter that earned on some days
// only, and its quantities are those of the lines.
func TestRecon(t *testing.T) {
	w := mixed(t)
	rows := table(t, written(t, w, ReconCSV), ReconCSV)
	units := decimal.Zero
	adjusted := 0
	for _, row := range rows {
		units = units.Add(dec(row["billablequantity"]))
		if strings.Contains(row["priceadjustmentdescription"], "15.0% Partner earned credit") {
			adjusted++
		}
		inner := floorCents(dec(row["effectiveunitprice"]).Mul(dec(row["billablequantity"])))
		if want := floorCents(inner.Mul(dec(row["pctobcexchangerate"]))); !dec(row["subtotal"]).Equal(want) {
			t.Errorf("%s: subtotal %s, want %s", row["skuname"], row["subtotal"], want)
		}
	}
	want := decimal.Zero
	for l := range w.billOf(october, w.clock.read()).lines() {
		want = want.Add(l.Item.Quantity)
	}
	// vm-d2s-v5 and the vault earn on 8 days: two rows each; prepaid, spot and
	// third-party usage make one each.
	if len(rows) != 7 || adjusted != 2 || !units.Equal(want) {
		t.Errorf("%d rows, %d adjusted, %s units; want 7, 2, %s", len(rows), adjusted, units, want)
	}
}

func TestWriteLines_UnknownFormat(t *testing.T) {
	err := writeLines(&bytes.Buffer{}, func(func(*billLine) bool) {}, "xml")
	if pharos.CodeOf(err) != pharos.Invalid || pharos.HintOf(err) == "" {
		t.Errorf("error %v, hint %q", err, pharos.HintOf(err))
	}
	var out bytes.Buffer
	if err := writeLines(&out, func(func(*billLine) bool) {}, V1JSON); err != nil || out.String() != "[]\n" {
		t.Errorf("no lines: %q, %v", out.String(), err)
	}
}

// JSON strings survive any text.
func FuzzAppendJSONString(f *testing.F) {
	for _, seed := range []string{"", "plain", `a "quote" \ back`, "tab\tnul\x00", "üöä €", "\xff\xfe", "</script>"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, s string) {
		var back, want string
		quoted, _ := json.Marshal(s)
		if err := errors.Join(json.Unmarshal(appendJSONString(nil, s), &back), json.Unmarshal(quoted, &want)); err != nil || back != want {
			t.Fatalf("%q became %q, want %q (%v)", s, back, want, err)
		}
	})
}
