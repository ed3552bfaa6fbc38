package ledger

import (
	"fmt"
	"strings"
	"testing"

	"github.com/pharos-pec/pharos"
)

// TestReconciled_StrayInvoice: an invoice of October with a line of November
// is held against all of its lines, in October, and not in November again.
func TestReconciled_StrayInvoice(t *testing.T) {
	l := open(t)
	line := func(day string) string { return csvLine("G10", day, "rg", "a", "10", 15) }
	mustImport(t, l, Options{}, bytesSource("daily.csv", header+line("2026-10-30")+line("2026-10-31")+line("2026-11-01")+
		csvLine("", "2026-11-02", "rg", "a", "10", 0)))
	mustImport(t, l, Options{}, bytesSource("recon.csv", "CustomerId,InvoiceNumber,BillableQuantity,Subtotal,Currency,MeterDescription\n"+
		customer+",G10,30,3,EUR,D2s\n"+customer+",G10,1,99,EUR,\n"))
	for month, want := range map[pharos.Month]string{october: "G10 3 3 3", october + 1: "", october - 1: ""} {
		sums, err := l.Reconciled(t.Context(), month)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, s := range sums {
			got = append(got, fmt.Sprint(s.Invoice, " ", s.Recon, " ", s.Daily, " ", s.Lines))
		}
		if strings.Join(got, "; ") != want {
			t.Errorf("%s: got %q, want %q", month, got, want)
		}
	}
}
