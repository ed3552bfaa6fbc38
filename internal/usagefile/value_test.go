package usagefile

import (
	"testing"

	"github.com/shopspring/decimal"
	"pgregory.net/rapid"

	"github.com/pharos-pec/pharos"
)

func TestParseNumber(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"0", "0"}, {"-0", "0"}, {"24", "24"}, {"24.0", "24"}, {".5", "0.5"}, {"5.", "5"}, {"+1", "1"}, {"-2.50", "-2.5"},
		{"1.9E-08", "0.000000019"}, {"1e3", "1000"}, {"1E+2", "100"}, {"0.0000000001", "0.0000000001"},
		{"0.00000000001", "0.00000000001"}, {"99999999.9999999999", "99999999.9999999999"}, {"100000000", "100000000"},
		{"0.1999968000511991808131", "0.1999968000511991808131"}, {"123456789012345678901234567890", "123456789012345678901234567890"},
		{"000000000000000000000000000000000000000000001.5", "1.5"},
	} {
		n, ok := parseNumber([]byte(c.text))
		if !ok || n.Decimal().String() != c.want {
			t.Errorf("%s: %s, %v; want %s", c.text, n.Decimal(), ok, c.want)
		}
	}
	for _, text := range []string{"", "-", ".", "e5", "1e", "1e+", "1e1000", "1 2", "1,5", "0x1", "NaN", "Inf", "1.2.3", "--1", "1e99", "1e-99", "1234567890123456789012345678901234567890.5"} {
		if n, ok := parseNumber([]byte(text)); ok {
			t.Errorf("%q is read as %s", text, n.Decimal())
		}
	}
}

// A decimal that is written and read again is the same, to the last digit.
func TestParseNumber_RoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := decimal.New(rapid.Int64().Draw(t, "coefficient"), rapid.Int32Range(-19, 19).Draw(t, "exponent"))
		n, ok := parseNumber([]byte(d.String()))
		if !ok || !n.Decimal().Equal(d) || !NewNumber(d).Decimal().Equal(d) {
			t.Fatalf("%s is read as %s, %v", d, n.Decimal(), ok)
		}
		if fixed, ok := n.Fixed(); ok && !decimal.New(fixed, -Decimals).Equal(d) {
			t.Fatalf("%s has the fixed form %d", d, fixed)
		}
		if n.Sign() != d.Sign() || n.IsZero() != d.IsZero() {
			t.Fatalf("%s has sign %d", d, n.Sign())
		}
	})
}

func TestParseRate(t *testing.T) {
	for _, c := range []struct {
		text  string
		scale rateScale
		want  string // "" is refused
	}{
		{"15", percentScale, "15"}, {"15%", percentScale, "15"}, {"15.0%", percentScale, "15"}, {"0.15", percentScale, "15"},
		{"15 %", percentScale, "15"}, {"0", percentScale, "0"}, {"0%", percentScale, "0"}, {"", percentScale, "0"},
		{"1", percentScale, "1"}, {"7.5", percentScale, "7.5"}, {"0.5%", percentScale, "0.5"},
		{"0.15", fractionScale, "15"}, {"15", fractionScale, "15"}, {"1", fractionScale, "100"},
		{"-15", percentScale, ""}, {"101", percentScale, ""}, {"x", percentScale, ""}, {"%", percentScale, ""},
	} {
		r, ok := parseRate([]byte(c.text), c.scale)
		if ok != (c.want != "") || ok && r.String() != c.want {
			t.Errorf("%q: %s, %v; want %q", c.text, r, ok, c.want)
		}
	}
}

func TestParseDay(t *testing.T) {
	for _, c := range []struct {
		text     string
		american bool
		want     string // "" is refused
	}{
		{"2026-10-09", false, "2026-10-09"}, {"2026-10-09T00:00:00Z", false, "2026-10-09"}, {"2026-10-09T00:00:00", false, "2026-10-09"},
		{"2026-10-09T00:00:00.0000000Z", false, "2026-10-09"}, {"2026-10-09 23:59", false, "2026-10-09"}, {"20261009", false, "2026-10-09"},
		{"2026-10-09T00:00:00+00:00", false, "2026-10-09"}, {"2026-10-09T00:00:00+02:00", false, ""},
		{"10/09/2026", true, "2026-10-09"}, {"10/9/2026 0:00", true, "2026-10-09"}, {"10/9/2026 12:00:00 AM", true, "2026-10-09"},
		{"10/09/2026", false, ""}, {"13/09/2026", true, ""}, {"2026-13-01", false, ""}, {"", false, ""}, {"9.10.2026", true, ""},
		{"0001-01-01", false, ""}, {"2026-10-09T25:00:00Z", false, ""},
	} {
		d, ok := parseDay([]byte(c.text), c.american)
		if ok != (c.want != "") || ok && d.String() != c.want {
			t.Errorf("%q: %s, %v; want %q", c.text, d, ok, c.want)
		}
	}
}

func TestBuild_Credit(t *testing.T) {
	for _, c := range []struct {
		name          string
		family        family
		rate, applied string
		want, reason  string
	}{
		{"rate alone", partnerFamily, "15", "", "15", ""},
		{"flag and rate", partnerFamily, "15", "true", "15", ""},
		{"flag against rate", partnerFamily, "15", "false", "", "earned credit is flagged as not applied, and its rate is 15 %"},
		{"flag without rate", costFamily, "", "True", "", "earned credit is flagged as applied, and its rate is not given"},
		{"not applied, with the rate of the price list", costFamily, "15", "False", "0", ""},
		{"applied", focusFamily, "0.15", "True", "15", ""},
		{"odd flag", costFamily, "15", "maybe", "", `earned credit flag "maybe" cannot be read`},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := okRow()
			r.cells[colCreditRate], r.cells[colCreditApplied] = []byte(c.rate), []byte(c.applied)
			var rec Record
			reason := newBuilder(c.family, false, percentScale).build(&r, &rec)
			if reason != c.reason || reason == "" && rec.Credited.String() != c.want {
				t.Errorf("%s, reason %q", rec.Credited, reason)
			}
		})
	}
}

// FOCUS prices may be in either currency; ListCost tells which.
func TestBuild_FocusCurrency(t *testing.T) {
	for _, c := range []struct{ name, price, listCost, want string }{
		{"pricing currency", "0.096", "2.11968", "2.11968"},
		{"billing currency", "0.08832", "2.11968", "2.11968"},
		{"billing currency, rounded cost", "0.08832", "2.12", "2.11968"},
		{"no list cost", "0.096", "", "2.11968"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := okRow()
			r.cells[colUnitPrice], r.cells[colListCost] = []byte(c.price), []byte(c.listCost)
			var rec Record
			reason := newBuilder(focusFamily, false, percentScale).build(&r, &rec)
			line := rec.UsageLine("x")
			if got := line.List().String(); reason != "" || got != c.want {
				t.Errorf("list %s, reason %q", got, reason)
			}
		})
	}
}

func TestBuild_Place(t *testing.T) {
	for _, c := range []struct {
		name, uri, group string
		wantGroup        string
		wantResource     pharos.Scope
	}{
		{"id", "/subscriptions/S/resourcegroups/RG-Web/providers/Microsoft.Compute/VM/A", "other", "rg-web", "/subscriptions/s/resourceGroups/rg-web/providers/microsoft.compute/vm/a"},
		{"id without a group", "/subscriptions/S/providers/X/y/Z", "other", "", "/subscriptions/s/providers/x/y/z"},
		{"no id", "", "RG-Web", "rg-web", ""},
		{"a name", "vm1", "RG-Web", "rg-web", ""},
		{"nothing", "", "", "", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := okRow()
			r.cells[colResource], r.cells[colResourceGroup] = []byte(c.uri), []byte(c.group)
			var rec Record
			if reason := newBuilder(partnerFamily, false, percentScale).build(&r, &rec); reason != "" || rec.ResourceGroup != c.wantGroup || rec.Resource != c.wantResource {
				t.Errorf("%q in %q, reason %q", rec.Resource, rec.ResourceGroup, reason)
			}
		})
	}
}
