package ledger

import (
	"context"
	"iter"

	"github.com/shopspring/decimal"

	"github.com/pharos-pec/pharos"
)

// Facts yields the day facts of a month: the exact sums of the lines that
// count. Lines of a resource that is equal to or below one of fine are summed
// by that scope (the longest that covers the resource), all others by resource
// group. The facts of a subscription come together, ordered by scope and day.
// They are read from files kept beside the lines, of which those that are
// missing or out of date are made first. An error ends it.
func (l *Ledger) Facts(ctx context.Context, month pharos.Month, fine []pharos.Scope) iter.Seq2[pharos.DayFact, error] {
	return func(yield func(pharos.DayFact, error) bool) {
		k, err := l.keptFacts(ctx, month, newFineScopes(fine))
		if err != nil {
			yield(pharos.DayFact{}, err)
			return
		}
		defer k.close()
		k.each(ctx, yield)
	}
}

// rateOf reads a rate as a segment has it; the ledger wrote it.
func rateOf(s string) decimal.Decimal {
	if s == "" {
		return decimal.Zero
	}
	d, err := decimal.NewFromString(s)
	if err != nil {
		return decimal.Zero
	}
	return d
}
