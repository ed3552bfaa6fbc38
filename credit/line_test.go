package credit

import (
	"errors"
	"testing"

	"github.com/shopspring/decimal"

	"github.com/pharos-pec/pharos"
)

const (
	web pharos.Scope = "/subscriptions/s1/resourceGroups/web"
	vm               = web + "/providers/n/t/vm"
	db               = web + "/providers/n/t/db"
)

func usage(resource pharos.Scope, d int, list string, credited int64, meter string) pharos.UsageLine {
	l := pharos.UsageLine{
		Day: day(d), Customer: "c", Subscription: "s1", Resource: resource, Meter: pharos.Meter{ID: meter},
		Quantity: decimal.NewFromInt(1), UnitPrice: dec(list), ExchangeRate: decimal.NewFromInt(1), BillingCurrency: "EUR",
		Credited: pharos.NewRate(credited),
	}
	if resource != "" {
		l.ResourceGroup = resource.ResourceGroup()
	}
	return l
}

// lineBook is a ledger of a few lines with the facts they reduce to.
func lineBook() (*memory, access) {
	l := &memory{lines: []pharos.UsageLine{
		usage(vm, 1, "10", 15, "m1"),
		usage(vm+"/disk/d", 1, "4", 15, "m1"),
		usage(db, 1, "20", 0, "m2"),
		usage("", 1, "2", 0, "m3"),
		usage(db, 2, "20", 10, "m2"),
	}}
	for _, u := range l.lines {
		f := pharos.DayFact{Day: u.Day, Customer: "c", Subscription: "s1", Scope: fineSet([]pharos.Scope{vm}).scopeOf(&u),
			Credited: u.Credited, Currency: "EUR", Lines: 1, List: u.List()}
		switch u.Meter.ID {
		case "m1":
			f.MeterRate = pharos.NewRate(15)
		case "m2":
			f.MeterRate = pharos.NewRate(10)
		}
		l.facts = append(l.facts, f)
	}
	return l, access{fine: []pharos.Scope{vm}, on: func(s pharos.Scope, d pharos.Day) pharos.Coverage {
		switch {
		case s == vm, d == day(2):
			return pharos.Coverage{State: pharos.Full}
		case s == web:
			return pharos.Coverage{State: pharos.None, Causes: []pharos.Cause{pharos.ScopeTooNarrow}}
		default:
			return pharos.Coverage{State: pharos.UnknownCoverage}
		}
	}}
}

// TestLines_AgreeWithTheMonth: the lines again carry the verdicts and amounts
// that their facts were given, meters of several rates included.
func TestLines_AgreeWithTheMonth(t *testing.T) {
	l, a := lineBook()
	in := Input{Month: october, Ledger: l, Access: a, AsOf: settledAt}
	m := judge(t, l, a)
	want := []struct {
		verdict pharos.Verdict
		credit  string
	}{{pharos.Earned, "1.5"}, {pharos.Earned, "0.6"}, {pharos.Lost, "2"}, {pharos.UnknownVerdict, "0.3"}, {pharos.Earned, "2"}}
	var sums Sums
	n := 0
	for line, err := range Lines(t.Context(), in, m, Query{Month: october}) {
		if err != nil {
			t.Fatal(err)
		}
		if line.Verdict != want[n].verdict || !line.Credit.Equal(dec(want[n].credit)) {
			t.Errorf("line %d: %s %s, want %s %s", n+1, line.Verdict, line.Credit, want[n].verdict, want[n].credit)
		}
		sums.add(line.Verdict, line.List(), line.Credit)
		n++
	}
	if n != len(want) {
		t.Fatalf("%d lines, want %d", n, len(want))
	}
	for _, v := range pharos.Verdicts() {
		if !sums.Of(v).Equal(m.Totals[0].Of(v)) {
			t.Errorf("%s: lines %s, month %s", v, sums.Of(v), m.Totals[0].Of(v))
		}
	}
}

func TestResources(t *testing.T) {
	l, a := lineBook()
	in := Input{Month: october, Ledger: l, Access: a, AsOf: settledAt}
	rows, err := Resources(t.Context(), in, judge(t, l, a), Query{Month: october})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, r := range rows {
		got = append(got, r.Key)
	}
	want := []string{string(db), string(vm), string(vm + "/disk/d"), "/subscriptions/s1"}
	if len(got) != len(want) {
		t.Fatalf("got %v, want %v", got, want)
	}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("row %d: got %s, want %s", i, got[i], want[i])
		}
	}
	if rows[0].TopCause != pharos.ScopeTooNarrow || !rows[0].Lost.Equal(dec("2")) || !rows[0].Earned.Equal(dec("2")) || rows[0].Lines != 2 {
		t.Errorf("first row: %+v", rows[0])
	}
}

func TestLines_Errors(t *testing.T) {
	l, a := lineBook()
	m := judge(t, l, a)
	broken := errors.New("disk on fire")
	for name, in := range map[string]Input{
		"broken ledger": {Month: october, Ledger: &memory{err: broken}, Access: a, AsOf: settledAt},
		"no ledger":     {Month: october, Access: a, AsOf: settledAt},
	} {
		if _, err := Resources(t.Context(), in, m, Query{Month: october}); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}
