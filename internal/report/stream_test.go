package report

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"iter"
	"math/big"
	"reflect"
	"strings"
	"testing"

	"github.com/parquet-go/parquet-go"
	"github.com/shopspring/decimal"
	"github.com/xuri/excelize/v2"
	"pgregory.net/rapid"

	"github.com/pharos-pec/pharos"
	"github.com/pharos-pec/pharos/credit"
)

// sampleLines are two lines: one like any, and one of extremes, without a
// resource and with a name that is a formula.
func sampleLines() iter.Seq2[credit.Line, error] {
	return func(yield func(credit.Line, error) bool) {
		vm := pharos.ResourceGroupScope(prod, "rg-web") + "/providers/microsoft.compute/virtualmachines/vm"
		first := credit.Line{
			UsageLine: pharos.UsageLine{
				Source: pharos.LineSource{File: "october.csv", Line: 7}, Day: must(pharos.ParseDay("2026-10-20")), Invoice: "G012345678",
				Customer: fabrikam, CustomerName: "Fabrikam Müller & Söhne GmbH", Subscription: prod, SubName: "fabrikam-prod", ResourceGroup: "rg-web",
				Resource: vm, Meter: pharos.Meter{ID: "m-1", Name: "D2s v5"},
				Quantity: decimal.New(24, 0), UnitPrice: must(decimal.NewFromString("0.096")), ExchangeRate: must(decimal.NewFromString("0.5")),
				PricingCurrency: "USD", BillingCurrency: "EUR", BillingPreTaxTotal: must(decimal.NewFromString("1.15")), HasBillingTotal: true,
			},
			Verdict: pharos.Lost, Causes: []pharos.Cause{pharos.NotLinked, pharos.PartialDay}, Rate: pharos.NewRate(15),
		}
		first.Credit = first.Rate.Of(first.List())
		second := credit.Line{
			UsageLine: pharos.UsageLine{
				Day: first.Day + 1, Customer: tailspin, CustomerName: "=1+1", Subscription: shop, Meter: pharos.Meter{ID: "0012"},
				Quantity: must(decimal.NewFromString("-123456789012345.123456789")), UnitPrice: must(decimal.NewFromString("0.000000000001")),
				ExchangeRate: must(decimal.NewFromString("0.123456")), BillingCurrency: "EUR",
			},
			Verdict: pharos.Excluded, Causes: []pharos.Cause{pharos.ZeroCost},
		}
		_ = yield(first, nil) && yield(second, nil)
	}
}

func october() pharos.Month { return must(pharos.ParseMonth("2026-10")) }

func TestStream_Goldens(t *testing.T) {
	for name, style := range map[string]CSVStyle{"point": {}, "comma": {DecimalComma: true}} {
		t.Run(name, func(t *testing.T) {
			var b strings.Builder
			if err := Lines(october(), sampleLines()).WriteCSV(&b, style); err != nil {
				t.Fatal(err)
			}
			golden(t, "csv", b.String())
		})
	}
	var m credit.Month
	lines := []credit.Line{}
	for l, err := range sampleLines() {
		if err != nil {
			t.Fatal(err)
		}
		lines = append(lines, l)
	}
	m.Month = october()
	golden(t, "txt", write(t, LineTable(&m, lines, true), Table, Style{}))
}

// TestStream_JSON: a document that parses, of rows and of none.
func TestStream_JSON(t *testing.T) {
	none := func(func(credit.Line, error) bool) {}
	for want, lines := range map[int]iter.Seq2[credit.Line, error]{2: sampleLines(), 0: none} {
		var b bytes.Buffer
		if err := Lines(october(), lines).WriteJSON(&b); err != nil {
			t.Fatal(err)
		}
		var doc struct {
			Month string
			Lines []map[string]any
		}
		if err := json.Unmarshal(b.Bytes(), &doc); err != nil || doc.Month != "2026-10" || doc.Lines == nil || len(doc.Lines) != want {
			t.Fatalf("%v in %s", err, b.String())
		}
		if want == 0 {
			continue
		}
		if got := doc.Lines[0]["causes"]; !reflect.DeepEqual(got, []any{"not-linked", "partial-day"}) {
			t.Errorf("causes %v", got)
		}
		if _, there := doc.Lines[1]["billingPreTaxTotal"]; there || doc.Lines[1]["list"] != "-15.241481344308079561481342784" {
			t.Errorf("got %v", doc.Lines[1])
		}
	}
}

// TestStream_XLSX: numbers are numbers, dates are dates, and text stays text
// whatever it looks like.
func TestStream_XLSX(t *testing.T) {
	var b bytes.Buffer
	if err := Lines(october(), sampleLines()).WriteXLSX(&b); err != nil {
		t.Fatal(err)
	}
	book := must(excelize.OpenReader(&b))
	defer func() { _ = book.Close() }()
	for _, c := range []struct {
		cell, raw string
		kind      excelize.CellType
	}{
		{"A2", "46315", excelize.CellTypeUnset}, {"H3", "0012", excelize.CellTypeInlineString}, {"C3", "=1+1", excelize.CellTypeInlineString},
		{"S2", "0.096", excelize.CellTypeUnset}, {"AA2", "not-linked partial-day", excelize.CellTypeInlineString},
		{"AB2", "1.152", excelize.CellTypeUnset}, {"AE2", "0", excelize.CellTypeBool}, {"X3", "", excelize.CellTypeUnset},
	} {
		raw := must(book.GetCellValue("lines", c.cell, excelize.Options{RawCellValue: true}))
		if kind := must(book.GetCellType("lines", c.cell)); raw != c.raw || kind != c.kind {
			t.Errorf("%s is %q of type %v, want %q of type %v", c.cell, raw, kind, c.raw, c.kind)
		}
	}
}

// TestStream_Parquet: the types that other programs read by, and the values.
func TestStream_Parquet(t *testing.T) {
	var b bytes.Buffer
	if err := Lines(october(), sampleLines()).WriteParquet(&b); err != nil {
		t.Fatal(err)
	}
	f, err := parquet.OpenFile(bytes.NewReader(b.Bytes()), int64(b.Len()))
	if err != nil || f.NumRows() != 2 {
		t.Fatal(err)
	}
	types := map[string]string{}
	for _, c := range f.Root().Columns() {
		types[c.Name()] = c.Type().String()
	}
	for column, want := range map[string]string{
		"date": "DATE", "list": "DECIMAL(38,18)", "quantity": "DECIMAL(38,18)", "customerName": "STRING", "line": "INT(64,true)", "rateAssumed": "BOOLEAN",
	} {
		if types[column] != want {
			t.Errorf("%s is %s, want %s", column, types[column], want)
		}
	}
	if first := f.Root().Columns()[0].Name(); first != "date" {
		t.Errorf("the first column is %s", first)
	}
}

// TestFixed: what is written in two's complement is the amount, to 18 places;
// what does not fit is refused.
func TestFixed(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		digits := rapid.StringMatching(`-?[0-9]{1,20}(\.[0-9]{1,18})?`).Draw(t, "amount")
		want := decimal.RequireFromString(digits)
		b, ok := fixed(want)
		if !ok || len(b) != 16 {
			t.Fatalf("%s is refused", digits)
		}
		n := new(big.Int).SetBytes(b)
		if b[0]&0x80 != 0 {
			n.Sub(n, new(big.Int).Lsh(big.NewInt(1), 128))
		}
		if got := decimal.NewFromBigInt(n, -18); !got.Equal(want) {
			t.Fatalf("%s became %s", want, got)
		}
	})
	for _, large := range []string{"1e20", "-1e20", "99999999999999999999.9999999999999999999"} {
		if _, ok := fixed(decimal.RequireFromString(large)); ok {
			t.Errorf("%s was taken", large)
		}
	}
	huge := func(yield func(credit.Line, error) bool) {
		yield(credit.Line{Credit: decimal.New(1, 30)}, nil)
	}
	if err := Lines(october(), huge).WriteParquet(io.Discard); pharos.CodeOf(err) != pharos.Unsupported {
		t.Errorf("got %v", err)
	}
}

// TestStream_Errors: what ends the rows ends the file, and a full disk is told.
func TestStream_Errors(t *testing.T) {
	failing := func(yield func(credit.Line, error) bool) { yield(credit.Line{}, errDisk) }
	many := func(yield func(credit.Line, error) bool) {
		for range 3 * groupRows {
			if !yield(credit.Line{}, nil) {
				return
			}
		}
	}
	for name, write := range map[string]func(*Stream, io.Writer) error{
		"csv":     func(s *Stream, w io.Writer) error { return s.WriteCSV(w, CSVStyle{}) },
		"xlsx":    (*Stream).WriteXLSX,
		"json":    (*Stream).WriteJSON,
		"parquet": (*Stream).WriteParquet,
	} {
		if err := write(Lines(october(), failing), io.Discard); !errors.Is(err, errDisk) {
			t.Errorf("%s of rows that fail: %v", name, err)
		}
		if name == "xlsx" { // it is written at the end
			continue
		}
		if err := write(Lines(october(), many), fullDisk{}); !errors.Is(err, errDisk) {
			t.Errorf("%s on a full disk: %v", name, err)
		}
	}
}
