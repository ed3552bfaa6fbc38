package credit

import (
	"context"
	"iter"

	"github.com/shopspring/decimal"

	"github.com/pharos-pec/pharos"
)

// Fact is a day fact with its verdict, which all of its lines share.
type Fact struct {
	pharos.DayFact
	Verdict pharos.Verdict
	Causes  []pharos.Cause
	// Credit, Rate and Assumed are those of [Line], for all lines together.
	Credit  decimal.Decimal
	Rate    pharos.Rate
	Assumed bool
}

// Facts yields the day facts of the month with the verdicts that m, the
// judgement of the same input, gave them, in the ledger's order.
func Facts(ctx context.Context, in Input, m *Month) iter.Seq2[Fact, error] {
	return func(yield func(Fact, error) bool) {
		if err := in.check(); err != nil {
			yield(Fact{}, err)
			return
		}
		for f, err := range in.Ledger.Facts(ctx, in.Month, in.Access.Fine()) {
			if err == nil {
				err = ctx.Err()
			}
			if err != nil {
				yield(Fact{}, err)
				return
			}
			f.Customer = in.Names.customerOf(&f)
			r, _ := in.settled(&f, m)
			out := Fact{DayFact: f, Verdict: r.verdict, Causes: append([]pharos.Cause{}, r.causes...)}
			out.Rate, out.Assumed = m.settled.rateOf(r.verdict, f.Credited, f.MeterRate)
			out.Credit = out.Rate.Of(f.List)
			if !yield(out, nil) {
				return
			}
		}
	}
}

// settled rules on a fact of a month that is judged.
func (in *Input) settled(f *pharos.DayFact, m *Month) (ruling, pharos.Coverage) {
	var c pharos.Coverage
	if f.Credited.IsPositive() || f.Product == "" {
		c = in.Access.On(f.Scope, f.Day)
	}
	return m.settled.settle(rule(f, &c, in.AsOf)), c
}

// rateOf is the rate that the credit of a line or fact is of: the one it was
// credited at, else its meter's, else the bill's, which may be assumed.
func (s *settlement) rateOf(v pharos.Verdict, credited, meter pharos.Rate) (rate pharos.Rate, assumed bool) {
	switch {
	case v == pharos.Excluded:
		return pharos.Rate{}, false
	case credited.IsPositive():
		return credited, false
	case meter.IsPositive():
		return meter, false
	default:
		return s.rate, s.rates != 1
	}
}
