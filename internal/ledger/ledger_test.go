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
