package emulator

import "github.com/shopspring/decimal"

// effectivePlaces is the number of decimal places of an effective unit price.
const effectivePlaces = 16

// floorCents cuts an amount, which is never negative here, to two places.
func floorCents(amount decimal.Decimal) decimal.Decimal { return amount.Truncate(2) }

// billableCost is what units at a list price cost after a credit of percent:
// cut, not rounded, to cents (docs: effective-unit-price-calculation).
func billableCost(units, unitPrice, percent decimal.Decimal) decimal.Decimal {
	hundred := decimal.NewFromInt(100)
	return floorCents(units.Mul(unitPrice).Mul(hundred.Sub(percent)).Shift(-2))
}

// effectivePrice is the billable cost spread over the units. The quotient is
// cut off after effectivePlaces and rounded up there, so that price x units
// never falls a cent short of the cost that it came from.
func effectivePrice(units, unitPrice, percent decimal.Decimal) decimal.Decimal {
	if units.IsZero() {
		return decimal.Zero
	}
	cost := billableCost(units, unitPrice, percent)
	price := cost.DivRound(units, effectivePlaces)
	if price.Mul(units).LessThan(cost) {
		price = price.Add(decimal.New(1, -effectivePlaces))
	}
	return price
}

// meterAccount keeps the effective unit price of one meter of one subscription
// over a billing period. Lines with and without credit are accounted apart,
// as the reconciliation file shows them in two rows.
type meterAccount struct {
	units [2]decimal.Decimal
}

func side(credited bool) int {
	if credited {
		return 1
	}
	return 0
}

// add counts units of one more line.
func (a *meterAccount) add(units decimal.Decimal, credited bool) {
	a.units[side(credited)] = a.units[side(credited)].Add(units)
}

// price is the effective unit price over all units counted so far.
func (a *meterAccount) price(m *Meter, credited bool) decimal.Decimal {
	percent := decimal.Zero
	if credited {
		percent = m.Credit.Decimal
	}
	return effectivePrice(a.units[side(credited)], m.UnitPrice, percent)
}

// billedTotal is BillingPreTaxTotal of a line:
// FLOOR(EffectiveUnitPrice x Quantity x PCToBCExchangeRate, 2)
// (docs: daily-rated-usage-recon-files).
func billedTotal(effective, quantity, exchangeRate decimal.Decimal) decimal.Decimal {
	return floorCents(effective.Mul(quantity).Mul(exchangeRate))
}
