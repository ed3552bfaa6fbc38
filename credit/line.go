package credit

import (
	"context"
	"iter"
	"strings"

	"github.com/shopspring/decimal"

	"github.com/pharos-pec/pharos"
)

// Line is a usage line with its verdict.
type Line struct {
	pharos.UsageLine
	Verdict pharos.Verdict
	Causes  []pharos.Cause
	// Credit is what the line earned, or would have; 0 for an excluded line.
	Credit decimal.Decimal
	// Rate is the one that Credit is of; 0 for an excluded line. Assumed marks
	// one that the bill does not settle, see [RateAssumed].
	Rate    pharos.Rate
	Assumed bool
	// Coverage is what the access history says of the line's resource on its
	// day; zero for an excluded line, for which nobody asked.
	Coverage pharos.Coverage
}

// Scope is the narrowest scope that is known of the line: its resource, or its
// resource group, or its subscription.
func (l *Line) Scope() pharos.Scope { return scopeOfLine(&l.UsageLine) }

// Lines yields the lines that q selects, in the ledger's order, with the
// verdicts that m, the judgement of the same input, gave them.
func Lines(ctx context.Context, in Input, m *Month, q Query) iter.Seq2[Line, error] {
	return func(yield func(Line, error) bool) {
		if err := in.check(); err != nil {
			yield(Line{}, err)
			return
		}
		meters, err := in.meterRates(ctx, m, q)
		if err != nil {
			yield(Line{}, err)
			return
		}
		fine := fineSet(in.Access.Fine())
		for l, err := range in.Ledger.Lines(ctx, q) {
			if err != nil {
				yield(Line{}, err)
				return
			}
			if !yield(in.line(l, fine.scopeOf(&l), m, meters), nil) {
				return
			}
		}
	}
}

// line judges one line as its fact was judged.
func (in *Input) line(l pharos.UsageLine, scope pharos.Scope, m *Month, meters map[string]pharos.Rate) Line {
	l.Customer = in.Names.customerOf(&pharos.DayFact{Customer: l.Customer, Subscription: l.Subscription})
	r, c := in.settled(&pharos.DayFact{Day: l.Day, Scope: scope, Product: l.Product, Credited: l.Credited}, m)
	out := Line{UsageLine: l, Verdict: r.verdict, Causes: append([]pharos.Cause{}, r.causes...), Coverage: c}
	out.Rate, out.Assumed = m.settled.rateOf(r.verdict, l.Credited, meters[l.Meter.ID])
	out.Credit = out.Rate.Of(l.List())
	return out
}

// fineScopes are the single resources whose lines are judged apart.
type fineScopes map[pharos.Scope]bool

func fineSet(scopes []pharos.Scope) fineScopes {
	set := fineScopes{}
	for _, s := range scopes {
		set[s] = true
	}
	return set
}

// scopeOf returns the scope under which the ledger sums the line: the longest
// single resource that covers it, else its resource group.
func (f fineScopes) scopeOf(l *pharos.UsageLine) pharos.Scope {
	for s := l.Resource; s.IsResource(); s = s[:strings.LastIndexByte(string(s), '/')] {
		if f[s] {
			return s
		}
	}
	group := *l
	group.Resource = ""
	return scopeOfLine(&group)
}

// scopeOfLine is the narrowest scope that is known of a line.
func scopeOfLine(l *pharos.UsageLine) pharos.Scope {
	switch {
	case l.Resource != "":
		return l.Resource
	case l.ResourceGroup != "":
		return pharos.ResourceGroupScope(l.Subscription, l.ResourceGroup)
	default:
		return pharos.SubscriptionScope(l.Subscription)
	}
}

// meterRates finds the highest rate of each meter, as a [Ledger] does for its
// facts, by reading the month's lines once more. That is needed only for a
// bill that credits at several rates: with one, every meter has it.
func (in *Input) meterRates(ctx context.Context, m *Month, q Query) (map[string]pharos.Rate, error) {
	if m.settled.rates < 2 {
		return nil, nil
	}
	out := map[string]pharos.Rate{}
	for l, err := range in.Ledger.Lines(ctx, Query{Month: q.Month}) {
		if err != nil {
			return nil, err
		}
		if l.Credited.GreaterThan(out[l.Meter.ID].Decimal) {
			out[l.Meter.ID] = l.Credited
		}
	}
	return out, nil
}

// Resources breaks the lines that q selects down by single resource, largest
// loss first. Charges outside any resource stand under their group or
// subscription.
func Resources(ctx context.Context, in Input, m *Month, q Query) ([]Row, error) {
	b := newBreakdown()
	for l, err := range Lines(ctx, in, m, q) {
		if err != nil {
			return nil, err
		}
		a := account{l.Customer, l.Subscription, l.BillingCurrency}
		b.add(scopeRow(scopeOfLine(&l.UsageLine), a, in.Names), part{l.Verdict, l.Causes, l.List(), l.Credit, 1})
	}
	return b.rows(ByResource), nil
}
