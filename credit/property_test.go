package credit

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/shopspring/decimal"
	"pgregory.net/rapid"

	"github.com/pharos-pec/pharos"
)

// genFact draws a fact of some subscription, scope, day, product and rate.
func genFact(t *rapid.T) pharos.DayFact {
	sub := pharos.SubscriptionID(fmt.Sprintf("s%d", rapid.IntRange(1, 3).Draw(t, "subscription")))
	f := pharos.DayFact{
		Day:          day(rapid.IntRange(1, 6).Draw(t, "day")),
		Customer:     pharos.TenantID("c-" + string(sub)),
		Subscription: sub,
		Scope:        pharos.ResourceGroupScope(sub, rapid.SampledFrom([]string{"a", "b"}).Draw(t, "group")),
		Currency:     rapid.SampledFrom([]string{"EUR", "USD"}).Draw(t, "currency"),
		Lines:        rapid.Int64Range(1, 9).Draw(t, "lines"),
		List:         decimal.New(rapid.Int64Range(-1e12, 1e15).Draw(t, "list"), -9),
	}
	switch rapid.IntRange(0, 3).Draw(t, "class") {
	case 0:
		f.Product = pharos.ExcludedSpot
	case 1:
		f.Credited = pharos.NewRate(rapid.SampledFrom([]int64{10, 15}).Draw(t, "rate"))
		f.MeterRate = f.Credited
	case 2:
		f.MeterRate = pharos.NewRate(15)
	}
	return f
}

// genAccess draws a coverage for each scope and day that asks for it.
func genAccess(t *rapid.T) access {
	all := map[string]pharos.Coverage{}
	for _, s := range []string{"s1", "s2", "s3"} {
		for _, g := range []string{"a", "b"} {
			for d := 1; d <= 6; d++ {
				all[fmt.Sprint(pharos.ResourceGroupScope(pharos.SubscriptionID(s), g), day(d))] = genCoverage(t)
			}
		}
	}
	return access{on: func(s pharos.Scope, d pharos.Day) pharos.Coverage { return all[fmt.Sprint(s, d)] }}
}

func genCoverage(t *rapid.T) pharos.Coverage {
	c := pharos.Coverage{State: rapid.SampledFrom([]pharos.CoverageState{
		pharos.Full, pharos.Partial, pharos.None, pharos.UnknownCoverage,
	}).Draw(t, "state")}
	if c.State == pharos.Full {
		return c
	}
	c.Disputed = c.State == pharos.Partial && rapid.Bool().Draw(t, "disputed")
	c.Causes = rapid.SliceOfNDistinct(rapid.SampledFrom([]pharos.Cause{
		pharos.NoAccess, pharos.PartialDay, pharos.NotLinked,
	}), 0, 3, rapid.ID).Draw(t, "causes")
	for _, who := range rapid.SliceOfN(rapid.SampledFrom([]pharos.PrincipalID{"alice", "bob", "carol"}), 0, 2).Draw(t, "unread") {
		c.Unread = append(c.Unread, pharos.PrincipalRef{Tenant: "t", ID: who})
	}
	return c
}

// TestJudge_SumsAddUp: every line stands in exactly one verdict, whatever the
// bill and the coverage, and every view of the month has the same totals.
func TestJudge_SumsAddUp(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		l := &memory{facts: rapid.SliceOfN(rapid.Custom(genFact), 0, 40).Draw(t, "facts")}
		m, err := Judge(t.Context(), Input{Month: october, Ledger: l, Access: genAccess(t), AsOf: settledAt})
		if err != nil {
			t.Fatal(err)
		}
		want := expectedSums(l.facts, m.settled.rate)
		for _, total := range m.Totals {
			w := want[total.Currency]
			if !total.List.Equal(w.list) || !total.CanEarn().Equal(w.credit) || !total.Excluded.Equal(w.excluded) {
				t.Fatalf("%s: list %s, credit %s, excluded %s; want %s, %s, %s",
					total.Currency, total.List, total.CanEarn(), total.Excluded, w.list, w.credit, w.excluded)
			}
		}
		checkCauseSums(t, m)
		for _, g := range Groupings() {
			checkRows(t, m, g)
		}
	})
}

type expectation struct{ list, credit, excluded decimal.Decimal }

// expectedSums adds the facts up with none of the judge's code.
func expectedSums(facts []pharos.DayFact, fallback pharos.Rate) map[string]expectation {
	out := map[string]expectation{}
	for _, f := range facts {
		e := out[f.Currency]
		e.list = e.list.Add(f.List)
		percent := fallback.Decimal
		switch {
		case f.Credited.IsPositive():
			percent = f.Credited.Decimal
		case f.MeterRate.IsPositive():
			percent = f.MeterRate.Decimal
		}
		if f.Product != "" && !f.Credited.IsPositive() {
			e.excluded = e.excluded.Add(f.List)
		} else {
			e.credit = e.credit.Add(f.List.Mul(percent).Div(decimal.NewFromInt(100)))
		}
		out[f.Currency] = e
	}
	return out
}

// checkCauseSums holds the cause rows to the totals: each verdict that has
// causes is the sum of its rows.
func checkCauseSums(t *rapid.T, m *Month) {
	for _, total := range m.Totals {
		for _, v := range []pharos.Verdict{pharos.Lost, pharos.Disputable, pharos.Pending, pharos.UnknownVerdict, pharos.Excluded} {
			sum := decimal.Zero
			for _, c := range m.Causes {
				if c.Currency != total.Currency || c.Verdict != v {
					continue
				}
				if v == pharos.Excluded {
					sum = sum.Add(c.List)
				} else {
					sum = sum.Add(c.Credit)
				}
			}
			if !sum.Equal(total.Of(v)) {
				t.Fatalf("%s %s: causes add up to %s, total is %s", total.Currency, v, sum, total.Of(v))
			}
		}
	}
}

func checkRows(t *rapid.T, m *Month, g Grouping) {
	sums := map[string]*Sums{}
	for _, row := range m.By(g) {
		if sums[row.Currency] == nil {
			sums[row.Currency] = &Sums{}
		}
		sums[row.Currency].Add(row.Sums)
	}
	for _, total := range m.Totals {
		for _, v := range pharos.Verdicts() {
			if got := sums[total.Currency].Of(v); !got.Equal(total.Of(v)) {
				t.Fatalf("by %s: %s %s is %s, total is %s", g, total.Currency, v, got, total.Of(v))
			}
		}
	}
}

// TestJudge_OrderAndSplitDoNotMatter: the same bill in another order, and cut
// into other facts, is judged to the same document, byte by byte.
func TestJudge_OrderAndSplitDoNotMatter(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		facts := rapid.SliceOfN(rapid.Custom(genFact), 1, 30).Draw(t, "facts")
		a := genAccess(t)
		other := shuffledAndSplit(facts, rapid.Uint64().Draw(t, "seed"))
		if got, want := document(t, other, a), document(t, facts, a); got != want {
			t.Fatalf("the order or the cut of the facts changed the document:\n%s\n%s", want, got)
		}
	})
}

// shuffledAndSplit cuts every fact of several lines into two and mixes them.
func shuffledAndSplit(facts []pharos.DayFact, seed uint64) []pharos.DayFact {
	rng := rand.New(rand.NewPCG(seed, 1))
	var out []pharos.DayFact
	for _, f := range facts {
		if f.Lines > 1 {
			part := f
			part.Lines, part.List = 1, f.List.Mul(decimal.New(rng.Int64N(1000), -3))
			f.Lines, f.List = f.Lines-1, f.List.Sub(part.List)
			out = append(out, part)
		}
		out = append(out, f)
	}
	rng.Shuffle(len(out), func(i, j int) { out[i], out[j] = out[j], out[i] })
	return out
}

func document(t *rapid.T, facts []pharos.DayFact, a Access) string {
	m, err := Judge(t.Context(), Input{Month: october, Ledger: &memory{facts: facts}, Access: a, AsOf: settledAt})
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// TestJudge_AgreesWithReadingFactByFact: the cube with its open questions
// comes to the same as the plain way, which reads the bill twice: once for
// its witness and rates, once to judge.
func TestJudge_AgreesWithReadingFactByFact(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		facts := rapid.SliceOfN(rapid.Custom(genFact), 1, 40).Draw(t, "facts")
		a := genAccess(t)
		m, err := Judge(t.Context(), Input{Month: october, Ledger: &memory{facts: facts}, Access: a, AsOf: settledAt})
		if err != nil {
			t.Fatal(err)
		}
		want := plainly(facts, a)
		for _, sub := range m.Subscriptions {
			for _, d := range sub.Days {
				key := fmt.Sprint(sub.SubscriptionID, sub.Currency, d.Date, d.Verdict, setKey(d.Causes))
				if !d.Credit.Equal(want[key]) {
					t.Fatalf("%s: credit %s, want %s", key, d.Credit, want[key])
				}
				delete(want, key)
			}
		}
		if len(want) > 0 {
			t.Fatalf("rows that the month lacks: %v", want)
		}
	})
}

// plainly returns the credit by subscription, currency, day, verdict, causes.
func plainly(facts []pharos.DayFact, a Access) map[string]decimal.Decimal {
	var heard witnesses
	var seen rates
	for _, f := range facts {
		seen.note(f.Credited)
		seen.note(f.MeterRate)
		if c := a.On(f.Scope, f.Day); f.Credited.IsPositive() {
			heard.hear(&c)
		}
	}
	fallback, _ := seen.fallback()
	settled := settlement{linked: heard.linked()}
	out := map[string]decimal.Decimal{}
	for _, f := range facts {
		c := a.On(f.Scope, f.Day)
		r := settled.settle(rule(&f, &c, settledAt))
		percent := fallback
		switch {
		case r.verdict == pharos.Excluded:
			percent = pharos.Rate{}
		case f.Credited.IsPositive():
			percent = f.Credited
		case f.MeterRate.IsPositive():
			percent = f.MeterRate
		}
		key := fmt.Sprint(f.Subscription, f.Currency, f.Day, r.verdict, setKey(r.causes))
		out[key] = out[key].Add(percent.Of(f.List))
	}
	return out
}
