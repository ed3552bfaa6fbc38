// Package ledgertest holds every ledger to the same answers: [Run] is the
// suite that one must pass, and [Same] compares two that were given the same
// imports, to the last digit.
package ledgertest

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"iter"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pharos-pec/pharos"
	"github.com/pharos-pec/pharos/internal/ledger"
	"github.com/pharos-pec/pharos/internal/usagefile/filetest"
)

// Ledger is what every ledger offers; see [ledger.Ledger] for what the methods promise.
type Ledger interface {
	Import(ctx context.Context, sources []ledger.Source, opts ledger.Options) (ledger.Report, error)
	Months(ctx context.Context) ([]pharos.Month, error)
	Files(ctx context.Context, month pharos.Month) ([]ledger.File, error)
	LastStatement(ctx context.Context) (ledger.Statement, bool, error)
	Facts(ctx context.Context, month pharos.Month, fine []pharos.Scope) iter.Seq2[pharos.DayFact, error]
	Lines(ctx context.Context, q pharos.LineQuery) iter.Seq2[pharos.UsageLine, error]
	Names(ctx context.Context, month pharos.Month) (map[pharos.TenantID]pharos.Customer, map[pharos.SubscriptionID]pharos.Subscription, error)
	Billed(ctx context.Context, month pharos.Month) iter.Seq2[pharos.BilledSum, error]
	Totals(ctx context.Context, month pharos.Month) ([]ledger.Total, error)
	Reconciled(ctx context.Context, month pharos.Month) ([]pharos.ReconSum, error)
}

// Open returns a new, empty ledger, which is closed with the test.
type Open func(t testing.TB) Ledger

// Run holds a ledger to the rules.
func Run(t *testing.T, open Open) {
	for _, c := range []struct {
		name string
		run  func(*testing.T, Open)
	}{
		{"which lines count", whichLinesCount},
		{"facts of one file", factsOfOneFile},
		{"facts are what the lines add up to, in every format", everyFormat},
		{"the same lines in every format count once", sameLines},
		{"order, split and repetition", anyOrder},
		{"an import fails whole", failsWhole},
		{"rejected lines", rejects},
		{"what was charged, by rates", billedByRates},
		{"an invoice that strays, reconciled", strayReconciled},
		{"the newest statement", newestStatement},
		{"nothing there", nothingThere},
		{"sums of any size", extremes},
	} {
		t.Run(c.name, func(t *testing.T) { c.run(t, open) })
	}
}

const october = pharos.Month(2026*12 + 9)

const (
	customer     = "22222222-2222-4222-8222-222222222222"
	subscription = "33333333-3333-4333-8333-333333333333"
)

// source is a file that holds text.
func source(name, text string) ledger.Source {
	return ledger.Source{Name: name, Open: func() (io.ReadCloser, error) {
		return io.NopCloser(bytes.NewReader([]byte(text))), nil
	}}
}

const header = "CustomerId,CustomerName,InvoiceNumber,UsageDate,MeterId,ResourceGroup,ResourceURI,UnitPrice,Quantity,BillingPreTaxTotal,BillingCurrency,PricingCurrency,EffectiveUnitPrice,PCToBCExchangeRate,EntitlementId,PartnerEarnedCreditPercentage,Tier2MpnId\n"

// csvLine is a line of the daily file: resource vm in group rg.
func csvLine(invoice, day, rg, vm, quantity string, percent int) string {
	return fmt.Sprintf("%s,Fabrikam,%s,%s,m1,%s,/subscriptions/%s/resourceGroups/%s/providers/Microsoft.Compute/virtualMachines/%s,0.096,%s,1,EUR,USD,0.0816,0.92,%s,%d,\n",
		customer, invoice, day, rg, subscription, rg, vm, quantity, subscription, percent)
}

func mustImport(t testing.TB, l Ledger, opts ledger.Options, sources ...ledger.Source) ledger.Report {
	t.Helper()
	r, err := l.Import(t.Context(), sources, opts)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// facts returns the facts of October, one text a fact, sorted.
func facts(t testing.TB, l Ledger, fine ...pharos.Scope) []string {
	t.Helper()
	var out []string
	for f, err := range l.Facts(t.Context(), october, fine) {
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, fmt.Sprintf("%s %s %s %s/%s %d %s %s", f.Day, strings.TrimPrefix(string(f.Scope), "/subscriptions/"+subscription), f.Product, f.Credited, f.MeterRate, f.Lines, f.List, f.Currency))
	}
	slices.Sort(out)
	return out
}

func bill(seed uint64, n int) []filetest.Line {
	return filetest.Bill(seed, n, time.Date(2026, 10, 1, 0, 0, 0, 0, time.UTC))
}

func factsOfOneFile(t *testing.T, open Open) {
	l := open(t)
	text := header + csvLine("", "2026-10-09", "RG-Web", "vm1", "24", 15) + csvLine("", "2026-10-09", "rg-web", "vm2", "24", 0) + csvLine("", "2026-10-10", "rg-web", "vm1", "24", 15)
	r := mustImport(t, l, ledger.Options{}, source("a.csv", text))
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
	r = mustImport(t, l, ledger.Options{}, source("b.csv", text))
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
	if err != nil || len(totals) != 1 || totals[0].Lines != 3 || totals[0].Billed.String() != "3" || totals[0].CustomerName != "Fabrikam" {
		t.Errorf("%+v %v", totals, err)
	}
	files, err := l.Files(t.Context(), october)
	if err != nil || len(files) != 1 || files[0].Name != "a.csv" || len(files[0].SHA256) != 64 {
		t.Errorf("files %v %v", files, err)
	}
	customers, subs, err := l.Names(t.Context(), october)
	if err != nil || customers[customer].Name != "Fabrikam" || len(subs) != 0 {
		t.Errorf("names %v %v %v", customers, subs, err)
	}
}

func nothingThere(t *testing.T, open Open) {
	l := open(t)
	if got := facts(t, l); len(got) > 0 {
		t.Errorf("facts %v", got)
	}
	months, err := l.Months(t.Context())
	if err != nil || len(months) != 0 {
		t.Errorf("months %v %v", months, err)
	}
	for s, err := range l.Billed(t.Context(), october) {
		t.Errorf("%+v %v", s, err)
	}
	for line, err := range l.Lines(t.Context(), pharos.LineQuery{Month: october}) {
		t.Errorf("%+v %v", line, err)
	}
	if _, ok, err := l.LastStatement(t.Context()); ok || err != nil {
		t.Errorf("a statement, %v", err)
	}
}

func newestStatement(t *testing.T, open Open) {
	l := open(t)
	st := ledger.Statement{Currency: "EUR", Period: october, At: time.Date(2026, 10, 6, 0, 0, 0, 0, time.UTC)}
	later := st
	later.At = st.At.AddDate(0, 0, 1)
	mustImport(t, l, ledger.Options{Statement: &st}, source("a", header+csvLine("", "2026-10-05", "rg", "a", "1", 0)))
	mustImport(t, l, ledger.Options{Statement: &later}, source("a", header+csvLine("", "2026-10-05", "rg", "a", "2", 0)))
	if s, ok, err := l.LastStatement(t.Context()); err != nil || !ok || !s.At.Equal(later.At) || s.Period != october {
		t.Errorf("%+v %v %v", s, ok, err)
	}
	if got := summary(t, l); got != "1 0 2" {
		t.Errorf("lines %s", got)
	}
	mustImport(t, l, ledger.Options{Statement: &later}) // a pull that found nothing
	if got := summary(t, l); got != "0 0 0" {
		t.Errorf("lines %s", got)
	}
}
