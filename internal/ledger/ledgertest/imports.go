package ledgertest

import (
	"fmt"
	"strings"
	"testing"

	"github.com/pharos-pec/pharos"
	"github.com/pharos-pec/pharos/internal/ledger"
)

// failsWhole: whatever is wrong, the error is clear and the ledger is as it was.
func failsWhole(t *testing.T, open Open) {
	good := header + csvLine("", "2026-10-05", "rg", "a", "1", 15)
	for _, c := range []struct {
		name string
		bad  ledger.Source
		opts ledger.Options
		want string
		code pharos.Code
	}{
		{"wrong month", source("bad", header+csvLine("", "2026-09-30", "rg", "b", "1", 15)), ledger.Options{Month: october}, "bad line 2: usage of 2026-09-30, and only 2026-10", pharos.Invalid},
		{"cut", source("bad", good[:len(good)-80]), ledger.Options{}, "bad line 2: the file is cut short", pharos.Invalid},
		{"unknown", source("bad", "hello"), ledger.Options{}, "bad: not a usage file", pharos.Invalid},
		{"not there", ledger.FileSource("no-such-file.csv"), ledger.Options{}, "no-such-file.csv", pharos.NotFound},
		{"too many months", source("bad", header+manyMonths()), ledger.Options{}, "more than 36 months", pharos.Invalid},
	} {
		t.Run(c.name, func(t *testing.T) {
			l := open(t)
			mustImport(t, l, ledger.Options{}, source("first", good))
			before := summary(t, l)
			other := source("good", header+csvLine("", "2026-10-06", "rg", "c", "1", 15))
			_, err := l.Import(t.Context(), []ledger.Source{other, c.bad}, c.opts)
			if err == nil || !strings.Contains(err.Error(), c.want) || pharos.CodeOf(err) != c.code {
				t.Errorf("error %v of code %s, want %q", err, pharos.CodeOf(err), c.want)
			}
			if after := summary(t, l); after != before {
				t.Errorf("the ledger changed from %s to %s", before, after)
			}
			files, err := l.Files(t.Context(), october)
			if err != nil || len(files) != 1 {
				t.Errorf("files %v %v", files, err)
			}
		})
	}
}

func manyMonths() string {
	var b strings.Builder
	for i := range 40 {
		b.WriteString(csvLine("", (october - pharos.Month(i)).First().String(), "rg", "a", "1", 0))
	}
	return b.String()
}

// rejects: lines that are rejected are reported and do not stop the import.
func rejects(t *testing.T, open Open) {
	l := open(t)
	text := header + csvLine("", "2026-10-05", "rg", "a", "1", 15) + csvLine("", "2026-10-05", "rg", "b", "x", 15)
	r := mustImport(t, l, ledger.Options{}, source("a.csv", text))
	f := r.Files[0]
	if r.Lines != 1 || f.Lines != 1 || f.RejectedCount != 1 || len(f.Rejected) != 1 || f.Rejected[0].Line != 3 {
		t.Errorf("%+v", r)
	}
}

// billedByRates: the net price of credited and other lines stands beside what
// was charged; a product that never earns is not compared.
func billedByRates(t *testing.T, open Open) {
	l := open(t)
	named := func(line, meter string) string { return strings.TrimSuffix(line, "\n") + "," + meter + "\n" }
	text := named(header, "MeterName") +
		named(csvLine("", "2026-10-09", "rg-web", "vm1", "24", 15), "D2s") + named(csvLine("", "2026-10-10", "rg-web", "vm1", "24", 15), "D2s") +
		named(csvLine("", "2026-10-09", "rg-web", "vm2", "24.000000000000000000000000000001", 0), "D2s") +
		named(csvLine("", "2026-10-09", "rg-web", "vm4", "24", 0), "D2s Spot")
	mustImport(t, l, ledger.Options{}, source("a.csv", text))
	var got []string
	for s, err := range l.Billed(t.Context(), october) {
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, fmt.Sprintf("%s %s %s %d %s %s", s.Customer, s.Currency, s.ExchangeRate, s.Lines, s.Net, s.Total))
	}
	want := []string{
		customer + " EUR 0.92 1 2.11968000000000000000000000000008832 1",
		customer + " EUR 0.92 2 3.603456 2",
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// strayReconciled: an invoice of October with a line of November is held
// against all of its lines, in October, and not in November again.
func strayReconciled(t *testing.T, open Open) {
	l := open(t)
	line := func(day string) string { return csvLine("G10", day, "rg", "a", "10", 15) }
	mustImport(t, l, ledger.Options{}, source("daily.csv", header+line("2026-10-30")+line("2026-10-31")+line("2026-11-01")+
		csvLine("", "2026-11-02", "rg", "a", "10", 0)))
	mustImport(t, l, ledger.Options{}, source("recon.csv", "CustomerId,InvoiceNumber,BillableQuantity,Subtotal,Currency,MeterDescription\n"+
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
