package credit

import (
	"errors"
	"iter"
	"slices"
	"testing"

	"github.com/pharos-pec/pharos"
)

// TestPick: each restriction picks what it says among lines, and among the
// facts that they sum up to.
func TestPick(t *testing.T) {
	l, a := lineBook()
	in := Input{Month: october, Ledger: l, Access: a, AsOf: settledAt}
	m := judge(t, l, a)
	for name, c := range map[string]struct {
		pick         Pick
		lines, facts int
	}{
		"everything":     {Pick{}, 5, 5},
		"verdict":        {Pick{Verdicts: []pharos.Verdict{pharos.Lost, pharos.UnknownVerdict}}, 2, 2},
		"cause":          {Pick{Causes: []pharos.Cause{pharos.ScopeTooNarrow}}, 1, 1},
		"customer":       {Pick{Customer: "another"}, 0, 0},
		"resource group": {Pick{ResourceGroup: "web"}, 4, 4},
		"from":           {Pick{First: day(2)}, 1, 1},
		"to":             {Pick{Last: day(1)}, 4, 4},
		"one day":        {Pick{First: day(1), Last: day(1)}, 4, 4},
		"subscription":   {Pick{Query: Query{Subscription: "s2"}}, 0, 0},
		"under":          {Pick{Query: Query{Under: vm}}, 2, 2},
		"limit":          {Pick{Query: Query{Limit: 2}, Verdicts: []pharos.Verdict{pharos.Earned}}, 2, 2},
	} {
		c.pick.Month = october
		if n := count(t, c.pick.Lines(Lines(t.Context(), in, m, c.pick.Ask()))); n != c.lines {
			t.Errorf("%s: %d lines, want %d", name, n, c.lines)
		}
		if n := count(t, c.pick.Facts(Facts(t.Context(), in, m))); n != c.facts {
			t.Errorf("%s: %d facts, want %d", name, n, c.facts)
		}
	}
}

func count[T any](t *testing.T, seq iter.Seq2[T, error]) (n int) {
	t.Helper()
	for _, err := range seq {
		if err != nil {
			t.Fatal(err)
		}
		n++
	}
	return n
}

// TestPick_Limit: a ledger may stop at the limit only where nothing is picked
// after it.
func TestPick_Limit(t *testing.T) {
	limited := Query{Month: october, Limit: 3}
	plain, narrowed := Pick{Query: limited}, Pick{Query: limited, Verdicts: []pharos.Verdict{pharos.Lost}}
	if plain.Ask() != limited || narrowed.Ask().Limit != 0 {
		t.Errorf("asked %+v and %+v", plain.Ask(), narrowed.Ask())
	}
}

// TestPick_Days: the day rows of a judged month, without empty subscriptions.
func TestPick_Days(t *testing.T) {
	l, a := lineBook()
	m := judge(t, l, a)
	for name, c := range map[string]struct {
		pick       Pick
		subs, rows int
	}{
		"everything": {Pick{}, 1, len(m.Subscriptions[0].Days)},
		"verdict":    {Pick{Verdicts: []pharos.Verdict{pharos.Lost}}, 1, 1},
		"day":        {Pick{First: day(2), Last: day(2)}, 1, 1},
		"another":    {Pick{Query: Query{Subscription: "s2"}}, 0, 0},
		"nothing":    {Pick{Verdicts: []pharos.Verdict{pharos.Pending}}, 0, 0},
	} {
		subs := c.pick.Days(m)
		rows := 0
		for _, s := range subs {
			rows += len(s.Days)
		}
		if len(subs) != c.subs || rows != c.rows {
			t.Errorf("%s: %d subscriptions with %d rows", name, len(subs), rows)
		}
	}
}

// TestFacts_AgreeWithLines: the verdicts and credit of the facts are those of
// their lines, and sum up to the month.
func TestFacts_AgreeWithLines(t *testing.T) {
	l, a := lineBook()
	in := Input{Month: october, Ledger: l, Access: a, AsOf: settledAt}
	m := judge(t, l, a)
	byFact, byLine := Sums{}, Sums{}
	for f, err := range Facts(t.Context(), in, m) {
		if err != nil {
			t.Fatal(err)
		}
		byFact.add(f.Verdict, f.List, f.Credit)
		if f.Verdict == pharos.Lost && !slices.Equal(f.Causes, []pharos.Cause{pharos.ScopeTooNarrow}) {
			t.Errorf("lost for %v", f.Causes)
		}
	}
	for x, err := range Lines(t.Context(), in, m, Query{Month: october}) {
		if err != nil {
			t.Fatal(err)
		}
		byLine.add(x.Verdict, x.List(), x.Credit)
	}
	for _, v := range pharos.Verdicts() {
		if total := m.Totals[0].Of(v); !byFact.Of(v).Equal(total) || !byLine.Of(v).Equal(total) {
			t.Errorf("%s: %s by facts, %s by lines, %s in the month", v, byFact.Of(v), byLine.Of(v), total)
		}
	}
	for _, err := range Facts(t.Context(), Input{}, m) {
		if pharos.CodeOf(err) != pharos.Internal {
			t.Errorf("got %v", err)
		}
	}
	lost := errors.New("the disk is gone")
	failing := func(yield func(Line, error) bool) { yield(Line{}, lost) }
	pick := Pick{}
	for _, err := range pick.Lines(failing) {
		if !errors.Is(err, lost) {
			t.Errorf("got %v", err)
		}
	}
}
