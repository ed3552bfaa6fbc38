package ledger

import (
	"fmt"
	"strings"
	"testing"
)

// TestBilled_ByRates: the net price of credited and other lines stands beside
// what was charged; a product that never earns is not compared.
func TestBilled_ByRates(t *testing.T) {
	l := open(t)
	named := func(line, meter string) string { return strings.TrimSuffix(line, "\n") + "," + meter + "\n" }
	text := named(header, "MeterName") +
		named(csvLine("", "2026-10-09", "rg-web", "vm1", "24", 15), "D2s") + named(csvLine("", "2026-10-10", "rg-web", "vm1", "24", 15), "D2s") +
		named(csvLine("", "2026-10-09", "rg-web", "vm2", "24.000000000000000000000000000001", 0), "D2s") +
		named(csvLine("", "2026-10-09", "rg-web", "vm4", "24", 0), "D2s Spot")
	mustImport(t, l, Options{}, bytesSource("a.csv", text))
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

func TestBilled_NothingThere(t *testing.T) {
	for s, err := range open(t).Billed(t.Context(), october) {
		t.Errorf("%+v %v", s, err)
	}
}
