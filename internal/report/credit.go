package report

import (
	"fmt"
	"slices"
	"strings"

	"github.com/shopspring/decimal"

	"github.com/pharos-pec/pharos"
	"github.com/pharos-pec/pharos/credit"
	"github.com/pharos-pec/pharos/explain"
)

// topSubscriptions is how many losers of each currency people are shown; the
// spreadsheets and JSON have them all.
const topSubscriptions = 10

// topHints is how many causes are hinted at, or one for each currency if there
// are more of those.
const topHints = 3

// Credit lays a month's credit out: totals, causes by money, the
// subscriptions that lose most, and what to read next. Its JSON is the month
// itself.
func Credit(m *credit.Month) *Report {
	subs := m.By(credit.BySubscription)
	days := daySheet(m.Subscriptions)
	r := &Report{
		title:    "Partner earned credit " + m.Month.String(),
		document: m,
		data:     &days,
		book:     []sheet{totalSheet(m.Totals), causeSheet(m.Causes), rowSheet("Subscriptions", credit.BySubscription, subs), days},
	}
	if len(m.Totals) > 0 {
		r.blocks = append(r.blocks,
			block{table: totalsForPeople(m.Totals)},
			block{table: causesForPeople(m.Causes)},
			block{table: losersForPeople(subs)},
		)
	}
	for _, w := range m.Warnings {
		r.blocks = append(r.blocks, block{warning: w.Message})
	}
	r.blocks = append(r.blocks, hints(m.Causes)...)
	return r
}

// totalsForPeople has a row for each verdict and a column for each currency,
// so that it stays narrow. Rows beyond the usual ones show only when they are
// not zero everywhere.
func totalsForPeople(totals []credit.Total) *sheet {
	s := &sheet{columns: []column{{title: "", tone: true}}}
	for _, t := range totals {
		s.columns = append(s.columns, column{title: t.Currency, kind: money})
	}
	add := func(name string, always bool, of func(*credit.Total) decimal.Decimal) {
		row, any := []any{name}, always
		for i := range totals {
			v := of(&totals[i])
			row = append(row, v)
			any = any || !v.IsZero()
		}
		if any {
			s.rows = append(s.rows, row)
		}
	}
	add("list cost", true, func(t *credit.Total) decimal.Decimal { return t.List })
	add("of products that never earn", true, func(t *credit.Total) decimal.Decimal { return t.Excluded })
	add("credit of all others", true, func(t *credit.Total) decimal.Decimal { return t.CanEarn() })
	for _, v := range pharos.Verdicts() {
		usual := v == pharos.Earned || v == pharos.Lost || v == pharos.Disputable
		if v != pharos.Excluded {
			add("  "+string(v), usual, func(t *credit.Total) decimal.Decimal { return t.Of(v) })
		}
	}
	return s
}

// causesForPeople lists the causes by money within each currency. What never
// earns is no finding and stays out.
func causesForPeople(all []credit.CauseSum) *sheet {
	s := &sheet{
		name: "Why credit was not earned",
		columns: []column{
			{title: "cause"}, {title: "verdict", tone: true}, {title: "credit", kind: money}, {title: "", kind: words},
			{title: "subs", kind: count}, {title: "days", kind: count}, {title: "what it is", flex: true},
		},
		empty: "Everything that can earn was credited.",
	}
	for _, c := range byMoney(all) {
		s.rows = append(s.rows, []any{string(c.Code), string(c.Verdict), c.Credit, c.Currency, c.Subscriptions, c.Days, title(c.Code)})
	}
	return s
}

// byMoney orders causes by currency and then by credit, highest first.
func byMoney(all []credit.CauseSum) []credit.CauseSum {
	out := slices.DeleteFunc(slices.Clone(all), func(c credit.CauseSum) bool { return c.Verdict == pharos.Excluded })
	slices.SortStableFunc(out, func(a, b credit.CauseSum) int {
		if n := strings.Compare(a.Currency, b.Currency); n != 0 {
			return n
		}
		return b.Credit.Cmp(a.Credit)
	})
	return out
}

// losersForPeople lists the subscriptions with the largest losses.
func losersForPeople(rows []credit.Row) *sheet {
	s := &sheet{
		name: "Subscriptions that lose most",
		columns: []column{
			{title: "customer", flex: true}, {title: "subscription", flex: true, cut: true}, {title: "lost", kind: money},
			{title: "disputable", kind: money}, {title: ""}, {title: "main cause"},
		},
		empty: "No subscription lost any credit.",
	}
	shown := map[string]int{}
	for _, r := range rows {
		if r.Lost.IsZero() && r.Disputable.IsZero() || shown[r.Currency] == topSubscriptions {
			continue
		}
		shown[r.Currency]++
		cause := r.TopCause
		if cause == "" {
			cause = pharos.Unexplained
		}
		s.rows = append(s.rows, []any{orID(r.CustomerName, r.Customer), orID(r.Name, r.Subscription), r.Lost, r.Disputable, r.Currency, string(cause)})
	}
	return s
}

// hints name what to read next: the causes that cost most. Amounts of two
// currencies do not compare, so it is the first of each currency before the second.
func hints(causes []credit.CauseSum) []block {
	useful := slices.DeleteFunc(byMoney(causes), func(c credit.CauseSum) bool { return c.Verdict != pharos.Lost && c.Verdict != pharos.Disputable })
	place, of := map[pharos.Cause]int{}, map[string]int{} // by cause; how many of a currency there were
	for _, c := range useful {
		if best, known := place[c.Code]; !known || of[c.Currency] < best {
			place[c.Code] = of[c.Currency]
		}
		of[c.Currency]++
	}
	slices.SortStableFunc(useful, func(a, b credit.CauseSum) int { return place[a.Code] - place[b.Code] })
	var out []block
	seen := map[pharos.Cause]bool{}
	for _, c := range useful {
		if !seen[c.Code] && len(out) < max(topHints, len(of)) {
			seen[c.Code] = true
			out = append(out, block{hint: fmt.Sprintf("`pharos explain %s`: %s", c.Code, explain.FixOf(c.Code))})
		}
	}
	if len(out) > 0 {
		out = append(out, block{hint: "`pharos plan` says who has to do what, and what it brings"})
	}
	return out
}

// title returns what a cause is called, its code if nobody wrote a page.
func title(c pharos.Cause) string {
	p, err := explain.Of(c)
	if err != nil {
		return string(c)
	}
	return p.Title
}

func orID[T ~string](name string, id T) string {
	if name != "" {
		return name
	}
	return string(id)
}
