package ledger

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/pharos-pec/pharos"
)

const october = pharos.Month(2026*12 + 9)

const (
	customer     = "22222222-2222-4222-8222-222222222222"
	subscription = "33333333-3333-4333-8333-333333333333"
)

// bytesSource is a source that holds text.
func bytesSource(name, text string) Source {
	return Source{Name: name, Open: func() (io.ReadCloser, error) {
		return io.NopCloser(bytes.NewReader([]byte(text))), nil
	}}
}

const header = "CustomerId,CustomerName,InvoiceNumber,UsageDate,MeterId,ResourceGroup,ResourceURI,UnitPrice,Quantity,BillingPreTaxTotal,BillingCurrency,PricingCurrency,EffectiveUnitPrice,PCToBCExchangeRate,EntitlementId,PartnerEarnedCreditPercentage,Tier2MpnId\n"

// csvLine is a line of the daily file: resource vm in group rg.
func csvLine(invoice, day, rg, vm, quantity string, percent int) string {
	return fmt.Sprintf("%s,Fabrikam,%s,%s,m1,%s,/subscriptions/%s/resourceGroups/%s/providers/Microsoft.Compute/virtualMachines/%s,0.096,%s,1,EUR,USD,0.0816,0.92,%s,%d,\n",
		customer, invoice, day, rg, subscription, rg, vm, quantity, subscription, percent)
}

func mustImport(t *testing.T, l *Ledger, opts Options, sources ...Source) Report {
	t.Helper()
	r, err := l.Import(t.Context(), sources, opts)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// facts returns the facts of October, one text a fact.
func facts(t *testing.T, l *Ledger, fine ...pharos.Scope) []string {
	t.Helper()
	var out []string
	for f, err := range l.Facts(t.Context(), october, fine) {
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, fmt.Sprintf("%s %s %s %s/%s %d %s %s", f.Day, strings.TrimPrefix(string(f.Scope), "/subscriptions/"+subscription), f.Product, f.Credited, f.MeterRate, f.Lines, f.List, f.Currency))
	}
	return out
}

func open(t *testing.T) *Ledger {
	t.Helper()
	l, err := Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func TestImport_FactsOfOneFile(t *testing.T) {
	l := open(t)
	text := header + csvLine("", "2026-10-09", "RG-Web", "vm1", "24", 15) + csvLine("", "2026-10-09", "rg-web", "vm2", "24", 0) + csvLine("", "2026-10-10", "rg-web", "vm1", "24", 15)
	r := mustImport(t, l, Options{}, bytesSource("a.csv", text))
	if r.Lines != 3 || len(r.Months) != 1 || r.Months[0] != october || r.Files[0].Format != "daily-csv" {
		t.Errorf("%+v", r)
	}
	want := []string{
		"2026-10-09 /resourceGroups/rg-web  0/15 1 2.11968 EUR",
		"2026-10-09 /resourceGroups/rg-web  15/15 1 2.11968 EUR",
		"2026-10-10 /resourceGroups/rg-web  15/15 1 2.11968 EUR",
	}
	if got := facts(t, l); strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("facts\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	r = mustImport(t, l, Options{}, bytesSource("b.csv", text))
	if r.Files[0].DuplicateOf != "a.csv" || r.Lines != 0 {
		t.Errorf("%+v", r)
	}
	if got := facts(t, l); len(got) != 3 {
		t.Errorf("facts %v", got)
	}
	fine := pharos.Scope("/subscriptions/" + subscription + "/resourceGroups/rg-web/providers/microsoft.compute/virtualmachines/vm2")
	if got := facts(t, l, fine); !strings.Contains(strings.Join(got, "\n"), "virtualmachines/vm2") {
		t.Errorf("facts %v", got)
	}
	n := 0
	for line, err := range l.Lines(t.Context(), pharos.LineQuery{Month: october, Limit: 2}) {
		if err != nil {
			t.Fatal(err)
		}
		n++
		if line.Source.File != "a.csv" || line.CustomerName != "Fabrikam" {
			t.Errorf("%+v", line)
		}
	}
	if n != 2 {
		t.Errorf("%d lines", n)
	}
	totals, err := l.Totals(t.Context(), october)
	if err != nil || len(totals) != 1 || totals[0].Lines != 3 || totals[0].Billed.String() != "3" {
		t.Errorf("%+v %v", totals, err)
	}
}
