package credit

import (
	"context"
	"iter"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"github.com/pharos-pec/pharos"
)

// october is the month of the tests; settledAt is long after its last day.
var (
	october   = must(pharos.ParseMonth("2026-10"))
	settledAt = time.Date(2026, 11, 6, 12, 0, 0, 0, time.UTC)
)

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func day(n int) pharos.Day { return october.First() + pharos.Day(n-1) }

func dec(s string) decimal.Decimal { return must(decimal.NewFromString(s)) }

func rate(s string) pharos.Rate { return pharos.Rate{Decimal: dec(s)} }

// memory is a ledger of facts and lines in memory.
type memory struct {
	facts  []pharos.DayFact
	lines  []pharos.UsageLine
	billed []BilledSum
	err    error
}

func (m *memory) Facts(context.Context, pharos.Month, []pharos.Scope) iter.Seq2[pharos.DayFact, error] {
	return each(m.facts, m.err)
}

func (m *memory) Lines(_ context.Context, q Query) iter.Seq2[pharos.UsageLine, error] {
	var hits []pharos.UsageLine
	for _, l := range m.lines {
		if (q.Day == 0 || q.Day == l.Day) && (q.Subscription == "" || q.Subscription == l.Subscription) && (q.Under == "" || q.Under.Covers(l.Resource)) {
			hits = append(hits, l)
		}
	}
	return each(hits, m.err)
}

func (m *memory) Months(context.Context) ([]pharos.Month, error) {
	return []pharos.Month{october}, m.err
}

func (m *memory) Billed(context.Context, pharos.Month) iter.Seq2[BilledSum, error] {
	return each(m.billed, m.err)
}

func each[T any](values []T, err error) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		for _, v := range values {
			if !yield(v, nil) {
				return
			}
		}
		if err != nil {
			var zero T
			yield(zero, err)
		}
	}
}

// access answers from a function; nil knows nothing.
type access struct {
	on   func(pharos.Scope, pharos.Day) pharos.Coverage
	fine []pharos.Scope
}

func (a access) On(s pharos.Scope, d pharos.Day) pharos.Coverage {
	if a.on == nil {
		return pharos.Coverage{Scope: s, Day: d, State: pharos.UnknownCoverage}
	}
	return a.on(s, d)
}

func (a access) Fine() []pharos.Scope { return a.fine }

// always has the same coverage for every scope and day.
func always(c pharos.Coverage) access {
	return access{on: func(pharos.Scope, pharos.Day) pharos.Coverage { return c }}
}

func judge(t *testing.T, l *memory, a Access) *Month {
	t.Helper()
	m, err := Judge(t.Context(), Input{Month: october, Ledger: l, Access: a, Billed: l, AsOf: settledAt})
	if err != nil {
		t.Fatal(err)
	}
	return m
}
