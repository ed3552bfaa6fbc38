package emulator

import (
	"strings"
	"testing"

	"github.com/shopspring/decimal"
	"pgregory.net/rapid"
)

func dec(s string) decimal.Decimal { return decimal.RequireFromString(s) }

// The numbers of Microsoft's page on the calculation of effective unit prices.
func TestEffectivePrice_PublishedExamples(t *testing.T) {
	for _, c := range []struct{ units, list, cost, price string }{
		{"29", "0.868", "21.39", "0.737586"},
		{"210.950039", "0.868", "155.63", "0.7377576"},
	} {
		if got := billableCost(dec(c.units), dec(c.list), dec("15")); !got.Equal(dec(c.cost)) {
			t.Errorf("%s units cost %s, want %s", c.units, got, c.cost)
		}
		if got := effectivePrice(dec(c.units), dec(c.list), dec("15")); !strings.HasPrefix(got.String(), c.price) {
			t.Errorf("%s units have the effective price %s, want %s…", c.units, got, c.price)
		}
	}
}

func TestEffectivePrice_Edges(t *testing.T) {
	for _, c := range []struct{ name, units, list, credit, want string }{
		{"no units", "0", "0.096", "15", "0"},
		{"no credit, whole cents", "24", "1.25", "0", "1.25"},
		{"less than a cent", "1", "0.000002", "15", "0"},
		{"credit of the documented row", "1000", "0.045", "15", "0.03825"},
		{"free", "24", "0", "15", "0"},
	} {
		if got := effectivePrice(dec(c.units), dec(c.list), dec(c.credit)); !got.Equal(dec(c.want)) {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
}

func TestBilledTotal(t *testing.T) {
	for _, c := range []struct{ price, quantity, rate, want string }{
		{"0.096", "24", "1", "2.3"},
		{"0.0815", "24", "0.92", "1.79"},
		{"0.0001", "1", "0.92", "0"},
		{"1", "1", "0.999", "0.99"},
	} {
		if got := billedTotal(dec(c.price), dec(c.quantity), dec(c.rate)); !got.Equal(dec(c.want)) {
			t.Errorf("floor(%s x %s x %s) = %s, want %s", c.price, c.quantity, c.rate, got, c.want)
		}
	}
}

// Price x units gives the billable cost back to the cent, and lies above it
// by less than anything that is billed.
func TestEffectivePrice_GivesCostBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		units := decimal.New(rapid.Int64Range(1, 1e12).Draw(t, "units"), -6)
		list := decimal.New(rapid.Int64Range(0, 1e8).Draw(t, "list"), -6)
		credit := decimal.NewFromInt(rapid.Int64Range(0, 100).Draw(t, "credit"))
		cost := billableCost(units, list, credit)
		if back := floorCents(effectivePrice(units, list, credit).Mul(units)); !back.Equal(cost) {
			t.Fatalf("%s units at %s less %s%%: cost %s, back %s", units, list, credit, cost, back)
		}
	})
}

// Every meter of the built-in price list has a family in the files.
func TestServiceFamily_PriceList(t *testing.T) {
	list := priceList()
	if len(list) < 15 {
		t.Fatalf("the price list has %d meters", len(list))
	}
	for id, m := range list {
		if serviceFamily(m.Category) == "Other" {
			t.Errorf("meter %s is of category %q, which has no family", id, m.Category)
		}
	}
}
