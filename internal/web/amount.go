package web

import (
	"fmt"
	"strings"

	"github.com/shopspring/decimal"
)

// amount is money as pages show it: two decimals for reading, the exact value
// for checking. It never enters a calculation.
type amount struct {
	Value    decimal.Decimal
	Currency string
}

// cent returns the smallest amount that two decimals can show.
func cent() decimal.Decimal { return decimal.New(1, -2) }

// Short returns the amount with two decimals and thousands separators, as in
// 1,234.57. An amount that is not zero is never shown as 0.00: a loss below
// a cent reads "<0.01".
func (a amount) Short() string {
	abs := a.Value.Abs()
	if !abs.IsZero() && abs.LessThan(cent()) {
		if a.Value.IsNegative() {
			return "\u2212<0.01"
		}
		return "<0.01"
	}
	whole, frac, _ := strings.Cut(abs.StringFixed(2), ".")
	text := group(whole) + "." + frac
	if a.Value.IsNegative() {
		return "\u2212" + text
	}
	return text
}

// Compact returns the amount in at most five characters or so, as in 1.2k,
// for a calendar on a telephone; the exact one stands beside it.
func (a amount) Compact() string {
	v := a.Value.Abs()
	if v.LessThan(decimal.NewFromInt(100)) {
		return a.Short()
	}
	sign := ""
	if a.Value.IsNegative() {
		sign = "\u2212"
	}
	unit, thousand := "", decimal.NewFromInt(1000)
	for _, next := range []string{"k", "m", "b"} {
		if v.Round(0).LessThan(thousand) {
			break
		}
		v, unit = v.Shift(-3), next
	}
	if unit != "" && v.Round(1).LessThan(decimal.NewFromInt(10)) {
		return sign + v.StringFixed(1) + unit
	}
	return sign + v.StringFixed(0) + unit
}

// Exact returns every digit and the currency, as in 1234.5678 EUR.
func (a amount) Exact() string { return strings.TrimSpace(a.Value.String() + " " + a.Currency) }

// Text returns the short amount and the currency, for labels and titles.
func (a amount) Text() string { return strings.TrimSpace(a.Short() + " " + a.Currency) }

// Plain returns every digit, for programs that read the page.
func (a amount) Plain() string { return a.Value.String() }

// Zero reports whether there is nothing to show.
func (a amount) Zero() bool { return a.Value.IsZero() }

// group sets a comma between each three digits, counted from the right.
func group(digits string) string {
	var b strings.Builder
	for i, c := range digits {
		if i > 0 && (len(digits)-i)%3 == 0 {
			b.WriteByte(',')
		}
		b.WriteRune(c)
	}
	return b.String()
}

// counted returns a number of things with thousands separators, as in 1,680.
func counted(n any) string { return group(fmt.Sprint(n)) }

// quantity returns a decimal with thousands separators and all its digits.
func quantity(d decimal.Decimal) string {
	whole, frac, hasFrac := strings.Cut(d.Abs().String(), ".")
	text := group(whole)
	if hasFrac {
		text += "." + frac
	}
	if d.IsNegative() {
		return "\u2212" + text
	}
	return text
}

// share returns part of whole in percent with one decimal, as in 87.5, or ""
// when there is no whole. A share that is not all is never shown as 100.0,
// nor one that is something as 0.0.
func share(part, whole decimal.Decimal) string {
	if whole.IsZero() {
		return ""
	}
	p := part.Shift(2).DivRound(whole, 6)
	switch {
	case p.LessThan(hundred()) && p.Round(1).Equal(hundred()):
		return "99.9"
	case p.IsPositive() && p.Round(1).IsZero():
		return "<0.1"
	default:
		return p.StringFixed(1)
	}
}
