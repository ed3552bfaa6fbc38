package emulator

import (
	"fmt"
	"strings"
	"testing"

	"github.com/shopspring/decimal"
	"pgregory.net/rapid"
)

// A day appears when it is over, uncredited, and is credited after the lag.
func TestBill_Lag(t *testing.T) {
	for _, c := range []struct {
		now    string
		lines  int
		earned string
	}{
		{"2026-10-05T23:59:59Z", 4, "1-2"},
		{"2026-10-06T00:00:00Z", 5, "1-3"},
		{"2026-11-02T23:59:59Z", 31, "1-30"},
		{"2026-11-03T00:00:00Z", 31, "1-31"},
	} {
		w := billCase{now: c.now, access: []string{aobo}}.world(t)
		lines := octoberLines(w)
		if got := earned(w); len(lines) != c.lines || got != c.earned {
			t.Errorf("%s: %d lines, earned on %q; want %d, %q", c.now, len(lines), got, c.lines, c.earned)
		}
		if last := lines[len(lines)-1]; !last.Credited && last.Effective.LessThan(dec("0.0958")) {
			t.Errorf("%s: the last day is not credited and has the effective price %s", c.now, last.Effective)
		}
	}
}

// A resource that is removed and made again within a day has one line for it.
func TestBill_OneLineForEachResourceAndDay(t *testing.T) {
	c := billCase{resource: ", to: 2026-10-07T10:00:00Z", more: []string{
		"{name: vm, group: RG-web, type: Microsoft.Compute/virtualMachines, meter: vm-d2s-v5, quantity: 24, from: 2026-10-07T11:00:00Z}",
		"{name: vm, group: rg-web, type: Microsoft.Compute/virtualMachines, meter: disk-p10, quantity: 1}",
	}}
	if got := len(octoberLines(c.world(t))); got != 31+31 {
		t.Errorf("%d lines, want one for each of two meters and 31 days", got)
	}
}

// What Microsoft forgot to credit in the scenario is not credited.
func TestBill_Mistakes(t *testing.T) {
	text := billCase{access: []string{aobo}}.yaml() + "billing: {mistakes: [{subscription: prod, from: 2026-10-03T00:00:00Z, to: 2026-10-05T00:00:00Z}]}\n"
	s, err := ParseScenario("mistakes.yaml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	w, _ := newWorld(s)
	if got := earned(w); got != "1-2 5-31" {
		t.Errorf("earned on %q, want 1-2 5-31", got)
	}
}

// Which days have lines: those on which the resource exists and is billed to
// us on the Azure plan, whole days or not.
func TestBill_WhichDaysHaveLines(t *testing.T) {
	for _, c := range []struct {
		name string
		billCase
		want int
	}{
		{"always", billCase{}, 31},
		{"made and removed within a day", billCase{resource: ", from: 2026-10-07T10:00:00Z, to: 2026-10-07T11:00:00Z"}, 1},
		{"removed at midnight", billCase{resource: ", to: 2026-10-08T00:00:00Z"}, 7},
		{"legacy plan", billCase{customer: []string{"plan: legacy"}}, 0},
		{"billed to a rival", billCase{customer: []string{"billTo: rival"}}, 0},
		{"transferred away at noon of the 7th", billCase{customer: []string{"billTo: [{partner: us, to: 2026-10-07T12:00:00Z}, {partner: rival, from: 2026-10-07T12:00:00Z}]"}}, 7},
		{"no agreements at all", billCase{programme: "{signed: false}", customer: []string{"agreement: {mca: false}"}}, 31},
	} {
		if got := len(octoberLines(c.world(t))); got != c.want {
			t.Errorf("%s: %d lines, want %d", c.name, got, c.want)
		}
	}
}

func TestBill_Amounts(t *testing.T) {
	w := billCase{access: []string{aobo}, customer: []string{}}.world(t)
	l := octoberLines(w)[0]
	for name, want := range map[string]string{
		"UnitPrice": "0.096", "Quantity": "24",
		// floor(24 x 0.096 x 0.85) = 1.95; 1.95 / 24 = 0.08125
		"EffectiveUnitPrice": "0.08125", "PricingPreTaxTotal": "1.95",
		// floor(1.95 x 0.92) = 1.79
		"BillingPreTaxTotal": "1.79", "BillingCurrency": "EUR", "PCToBCExchangeRate": "0.92", "PartnerEarnedCreditPercentage": "15",
		"PCToBCExchangeRateDate": "2026-09-28T16:00:00Z", "UsageDate": "2026-10-01T00:00:00Z", "ChargeEndDate": "2026-11-01T00:00:00Z",
		"InvoiceNumber": invoiceNumber(october, "EUR"), "EntitlementId": string(l.Item.Subscription),
		"ResourceURI": "/subscriptions/" + string(l.Item.Subscription) + "/resourceGroups/rg-web/providers/Microsoft.Compute/virtualMachines/vm",
	} {
		for _, c := range graphColumns(true) {
			if got := c.value(l).text; c.name == name && got != want {
				t.Errorf("%s = %s, want %s", name, got, want)
			}
		}
	}
}

// The month's exchange rate is that of the month, where the scenario has one.
func TestBill_RateOfMonth(t *testing.T) {
	c := billCase{}
	text := strings.Replace(c.yaml(), `exchangeRate: "0.92"`, `exchangeRate: {2026-09: "0.90", 2026-10: "0.91"}`, 1)
	s, err := ParseScenario("rates.yaml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	w, _ := newWorld(s)
	if got := octoberLines(w)[0].Rate; !got.Equal(dec("0.91")) {
		t.Errorf("the rate of October is %s", got)
	}
}

func TestInvoiceNumber(t *testing.T) {
	seen := map[string]string{}
	for _, currency := range []string{"USD", "EUR", "GBP", "CHF", "AAA", "ZZZ"} {
		for m := october; m < october+14; m++ {
			n := invoiceNumber(m, currency)
			key := m.String() + currency
			if len(n) != 10 || n[0] != 'G' || seen[n] != "" {
				t.Errorf("invoice of %s: %s (also of %q)", key, n, seen[n])
			}
			seen[n] = key
		}
	}
	if got := issueTime(october).Format("2006-01-02T15:04:05Z07:00"); got != "2026-11-06T00:00:00Z" {
		t.Errorf("October is invoiced at %s", got)
	}
}

// The effective price of a day is the cost of all units of the month so far,
// spread over them: however a day's units are split over resources, the last
// day's price is the same, and so is the sum of units.
func TestBill_SumOfPartsIsWhole(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		parts := rapid.SliceOfN(rapid.Int64Range(1, 1_000_000), 1, 5).Draw(rt, "parts")
		var split billCase
		total := decimal.Zero
		for i, p := range parts {
			q := decimal.New(p, -4)
			total = total.Add(q)
			split.more = append(split.more, fmt.Sprintf("{name: v%d, group: rg-web, type: Microsoft.Compute/virtualMachines, meter: vm-d4s-v5, quantity: %q}", i, q))
		}
		whole := billCase{access: []string{aobo}, more: []string{fmt.Sprintf("{name: v, group: rg-web, type: Microsoft.Compute/virtualMachines, meter: vm-d4s-v5, quantity: %q}", total)}}
		split.access = []string{aobo}
		a, b := lastOf(octoberLines(split.world(t))), lastOf(octoberLines(whole.world(t)))
		if !a.price.Equal(b.price) || !a.units.Equal(b.units) || !a.list.Equal(b.list) {
			rt.Fatalf("split: %+v\nwhole: %+v", a, b)
		}
		if cost := billableCost(a.units, dec("0.192"), dec("15")); !floorCents(a.price.Mul(a.units)).Equal(cost) {
			rt.Fatalf("price %s x %s units is not the cost %s", a.price, a.units, cost)
		}
	})
}

type lastPrice struct{ price, units, list decimal.Decimal }

func lastOf(lines []*billLine) lastPrice {
	var p lastPrice
	for _, l := range lines {
		if l.Item.Meter.ID != "vm-d4s-v5" {
			continue
		}
		p.units, p.list = p.units.Add(l.Item.Quantity), p.list.Add(l.list())
		if l.Day == october.Last() {
			p.price = l.Effective
		}
	}
	return p
}

// A bill as of an instant stays what it was when access ends later.
func TestBill_PastDaysDoNotChange(t *testing.T) {
	w := billCase{now: "2026-10-20T12:00:00Z", access: []string{aobo}}.world(t)
	before := earned(w)
	for _, s := range w.customers[0].subs {
		s.assignments[0].during.To = at(t, "2026-10-20T12:00:00Z")
	}
	if after := earned(w); after != before || before != "1-17" {
		t.Errorf("before %q, after %q", before, after)
	}
	if got := w.billOf(october, at(t, "2026-11-06T00:00:00Z")); earnedOf(got) != 19 {
		t.Errorf("%d days earned in the end, want 19", earnedOf(got))
	}
}

func earnedOf(b *bill) (days int) {
	for l := range b.lines() {
		if l.Credited {
			days++
		}
	}
	return days
}
