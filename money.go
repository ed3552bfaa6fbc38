package pharos

import "github.com/shopspring/decimal"

// Money is an exact amount in one currency.
type Money struct {
	Amount   decimal.Decimal
	Currency string // ISO 4217, upper case
}

// Add returns the sum. Adding two currencies is an error with code Invalid;
// a zero Money takes the other's currency.
func (m Money) Add(n Money) (Money, error) {
	switch {
	case m.Currency == "":
		return n, nil
	case n.Currency == "" || n.Currency == m.Currency:
		return Money{m.Amount.Add(n.Amount), m.Currency}, nil
	default:
		return Money{}, Errorf(Invalid, "cannot add %s to %s", n.Currency, m.Currency)
	}
}

// Rate is a credit rate in percent: 15 means 15 %. The three scales of the
// wire (15, 0.15, "15.0%") are read into this one; the usual value is 15 but
// it is data, not a constant (docs: partner earned credit FAQ, "price list").
type Rate struct{ decimal.Decimal }

// NewRate returns a rate of percent.
func NewRate(percent int64) Rate { return Rate{decimal.NewFromInt(percent)} }

// Of returns the credit of a list cost at this rate, exactly.
func (r Rate) Of(list decimal.Decimal) decimal.Decimal {
	return list.Mul(r.Decimal).Shift(-2)
}
