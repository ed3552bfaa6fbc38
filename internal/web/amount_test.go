package web

import (
	"strings"
	"testing"

	"github.com/shopspring/decimal"
	"pgregory.net/rapid"
)

func TestAmount(t *testing.T) {
	for _, tt := range []struct{ value, short, compact, exact string }{
		{"0", "0.00", "0.00", "0 EUR"},
		{"0.004", "<0.01", "<0.01", "0.004 EUR"},
		{"-0.004", "\u2212<0.01", "\u2212<0.01", "-0.004 EUR"},
		{"0.005", "<0.01", "<0.01", "0.005 EUR"},
		{"0.015", "0.02", "0.02", "0.015 EUR"},
		{"12.345", "12.35", "12.35", "12.345 EUR"},
		{"99.999", "100.00", "100.00", "99.999 EUR"},
		{"412.5", "412.50", "413", "412.5 EUR"},
		{"999.99", "999.99", "1.0k", "999.99 EUR"},
		{"1234.5678", "1,234.57", "1.2k", "1234.5678 EUR"},
		{"-1234.5", "\u22121,234.50", "\u22121.2k", "-1234.5 EUR"},
		{"9960", "9,960.00", "10k", "9960 EUR"},
		{"123456.7", "123,456.70", "123k", "123456.7 EUR"},
		{"999999", "999,999.00", "1.0m", "999999 EUR"},
		{"1234567890.01", "1,234,567,890.01", "1.2b", "1234567890.01 EUR"},
	} {
		a := amount{dec(tt.value), "EUR"}
		if a.Short() != tt.short || a.Compact() != tt.compact || a.Exact() != tt.exact {
			t.Errorf("%s: got %q, %q, %q, want %q, %q, %q", tt.value, a.Short(), a.Compact(), a.Exact(), tt.short, tt.compact, tt.exact)
		}
	}
}

// A short amount, its separators taken out, is the exact one rounded to cents.
func TestAmount_Short_Rounds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		value := decimal.New(rapid.Int64().Draw(t, "coefficient"), rapid.Int32Range(-12, 3).Draw(t, "exponent"))
		short := amount{value, "EUR"}.Short()
		if strings.Contains(short, "<") {
			if value.IsZero() || !value.Abs().LessThan(cent()) {
				t.Fatalf("%s is shown as %s", value, short)
			}
			return
		}
		got := decimal.RequireFromString(strings.NewReplacer(",", "", "\u2212", "-").Replace(short))
		if !got.Equal(value.Round(2)) {
			t.Fatalf("%s is shown as %s", value, short)
		}
	})
}

func TestShare(t *testing.T) {
	for _, tt := range []struct{ part, whole, want string }{
		{"1", "0", ""}, {"0", "8", "0.0"}, {"8", "8", "100.0"}, {"1", "3", "33.3"},
		{"99.99", "100", "99.9"}, {"0.01", "100", "<0.1"}, {"7", "8", "87.5"},
	} {
		if got := share(dec(tt.part), dec(tt.whole)); got != tt.want {
			t.Errorf("share(%s, %s) = %q, want %q", tt.part, tt.whole, got, tt.want)
		}
	}
}

func TestQuantity(t *testing.T) {
	for in, want := range map[string]string{"24": "24", "1234567.000001": "1,234,567.000001", "-1000": "\u22121,000", "0.000012": "0.000012"} {
		if got := quantity(dec(in)); got != want {
			t.Errorf("quantity(%s) = %q, want %q", in, got, want)
		}
	}
}
