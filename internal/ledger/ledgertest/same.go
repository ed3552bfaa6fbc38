package ledgertest

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/pharos-pec/pharos"
	"github.com/pharos-pec/pharos/internal/ledger"
	"github.com/pharos-pec/pharos/internal/usagefile/filetest"
)

// Same gives two new ledgers the same imports, made from the seed, and holds
// each answer of one against the other's, to the last digit and in order. Every
// rule is at work in them: statements and files, lines that are repeated and
// restated, invoices that come before and after, and such that stray.
func Same(t *testing.T, seed uint64, a, b Ledger) {
	t.Helper()
	m := maker{rand.New(rand.NewPCG(seed, 11))} // #nosec G404 -- the same for everybody
	for range 3 + m.IntN(5) {
		sources, opts := m.sources(), ledger.Options{Statement: m.statement()}
		ra, rb := mustImport(t, a, opts, sources...), mustImport(t, b, opts, sources...)
		compare(t, seed, "report", fmt.Sprintf("%+v", ra), fmt.Sprintf("%+v", rb))
	}
	fine := m.fine()
	for month := october - 1; month <= october+1; month++ {
		for _, q := range questions(month, fine) {
			compare(t, seed, fmt.Sprint(month, " ", q.name), q.ask(t, a), q.ask(t, b))
		}
	}
}

func compare(t *testing.T, seed uint64, what, a, b string) {
	t.Helper()
	if a == b {
		return
	}
	la, lb := strings.Split(a, "\n"), strings.Split(b, "\n")
	for i := range min(len(la), len(lb)) {
		if la[i] != lb[i] {
			t.Fatalf("seed %d, %s, of %d and %d answer %d differs:\n%s\n%s", seed, what, len(la), len(lb), i, la[i], lb[i])
		}
	}
	t.Fatalf("seed %d, %s: %d and %d answers", seed, what, len(la), len(lb))
}

// maker makes imports.
type maker struct{ *rand.Rand }

func one[T any](m maker, of ...T) T { return of[m.IntN(len(of))] }

func (m maker) statement() *ledger.Statement {
	return one(m, nil, nil, &ledger.Statement{Currency: "EUR", Period: october}, &ledger.Statement{Invoice: "G1"})
}

// sources are files of a bill whose lines resemble each other enough to meet.
func (m maker) sources() []ledger.Source {
	var out []ledger.Source
	for i := range 1 + m.IntN(3) {
		if m.IntN(8) == 0 {
			out = append(out, source(fmt.Sprintf("recon-%d.csv", i), "CustomerId,InvoiceNumber,BillableQuantity,Subtotal,Currency,MeterDescription\n"+
				fmt.Sprintf("22222222-2222-4222-8222-%012d,G%d,30,%d,EUR,D2s\n", m.IntN(2), 1+m.IntN(3), m.IntN(9))))
			continue
		}
		lines := bill(m.Uint64()%3, 4+m.IntN(40))
		for j := range lines {
			m.line(&lines[j])
		}
		for range m.IntN(6) {
			lines = append(lines, lines[m.IntN(len(lines))])
		}
		file := filetest.Write(one(m, "daily-csv", "daily-csv", filetest.Formats()[m.IntN(len(filetest.Formats()))]), lines)
		out = append(out, source(one(m, "bill.csv", `it's a \bill\, isn't it?.csv`, fmt.Sprintf("part-%d", i)), string(file)))
	}
	return out
}

func (m maker) line(l *filetest.Line) {
	customer := m.IntN(2)
	l.Customer, l.CustomerName = fmt.Sprintf("22222222-2222-4222-8222-%012d", customer), one(m, "Fabrikam", "Fabrikam, Inc.", "")
	l.Subscription = fmt.Sprintf("33333333-3333-4333-8%03d-%012d", customer, m.IntN(3))
	l.SubscriptionName = one(m, "prod", "prod é", "")
	l.Day = one(m, "2026-10-05", "2026-10-05", "2026-10-06", "2026-10-30", "2026-10-31", "2026-11-01", "2026-11-02", "2026-09-30")
	l.Invoice = one(m, "", "", "", "G1", "G2", `G'3\`)
	l.Group = one(m, "rg-web", "RG-Web", "rg-data")
	l.Resource = "/subscriptions/" + l.Subscription + "/resourceGroups/" + l.Group + "/providers/Microsoft.Compute/virtualMachines/" + one(m, "a", "b", "ab")
	l.Meter = one(m, "m1", "m2")
	l.Quantity, l.UnitPrice = one(m, "1", "24", "-1", "13.3333333333", "123456789012.123456789012345678"), one(m, "0.096", "0.096", "1.2799888920023", "45")
	l.Currency, l.Rate = one(m, "EUR", "EUR", "USD"), one(m, "0.92", "0.92", "1", "0.931234567890123")
	l.Percent, l.PreTax, l.Tags = one(m, "0", "15", "15", "7.5"), one(m, "2.11", "0", "-3.5", "99999999999.123456789012"), ""
}

// fine are scopes that lines are summed by one by one.
func (m maker) fine() []pharos.Scope {
	var out []pharos.Scope
	for c := range 2 {
		group := pharos.Scope(fmt.Sprintf("/subscriptions/33333333-3333-4333-8%03d-%012d/resourceGroups/rg-web", c, m.IntN(3)))
		out = append(out, group+"/providers/microsoft.compute/virtualmachines/a", group+"/providers/microsoft.compute")
	}
	return out
}

// question is one thing to ask a ledger; the answer has a line for each part.
type question struct {
	name string
	ask  func(testing.TB, Ledger) string
}

func questions(month pharos.Month, fine []pharos.Scope) []question {
	query := func(name string, q pharos.LineQuery) question {
		q.Month = month
		return question{"lines " + name, func(t testing.TB, l Ledger) string { return told(t, l.Lines(t.Context(), q)) }}
	}
	sub := fine[0].Subscription()
	return []question{
		{"months", func(t testing.TB, l Ledger) string { return asked(t)(l.Months(t.Context())) }},
		{"files", func(t testing.TB, l Ledger) string { return asked(t)(l.Files(t.Context(), month)) }},
		{"totals", func(t testing.TB, l Ledger) string { return asked(t)(l.Totals(t.Context(), month)) }},
		{"reconciled", func(t testing.TB, l Ledger) string {
			sums, err := l.Reconciled(t.Context(), month)
			slices.SortFunc(sums, func(a, b pharos.ReconSum) int { return strings.Compare(fmt.Sprint(a), fmt.Sprint(b)) })
			return asked(t)(sums, err)
		}},
		{"billed", func(t testing.TB, l Ledger) string { return told(t, l.Billed(t.Context(), month)) }},
		{"names", func(t testing.TB, l Ledger) string {
			customers, subs, err := l.Names(t.Context(), month)
			return asked(t)(fmt.Sprintf("%v\n%v", customers, subs), err)
		}},
		{"facts", func(t testing.TB, l Ledger) string { return bySubscription(t, l.Facts(t.Context(), month, nil)) }},
		{"fine facts", func(t testing.TB, l Ledger) string { return bySubscription(t, l.Facts(t.Context(), month, fine)) }},
		query("", pharos.LineQuery{}),
		query("limited", pharos.LineQuery{Limit: 5}),
		query("of a day", pharos.LineQuery{Day: month.First() + 4}),
		query("of a subscription", pharos.LineQuery{Subscription: sub}),
		query("below a group", pharos.LineQuery{Under: pharos.ResourceGroupScope(sub, "rg-web")}),
		query("of a resource", pharos.LineQuery{Under: fine[0]}),
	}
}

// asked returns an answer as text.
func asked(t testing.TB) func(answer any, err error) string {
	return func(answer any, err error) string {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return fmt.Sprintf("%+v", answer)
	}
}

// bySubscription returns facts as text. Those of a subscription must come
// together and in order; which subscription comes first is nobody's business.
func bySubscription(t testing.TB, facts func(yield func(pharos.DayFact, error) bool)) string {
	t.Helper()
	told := map[pharos.SubscriptionID]string{}
	var last pharos.SubscriptionID
	for f, err := range facts {
		if err != nil {
			t.Fatal(err)
		}
		if _, before := told[f.Subscription]; before && f.Subscription != last {
			t.Errorf("facts of %s come in two places", f.Subscription)
		}
		last = f.Subscription
		told[last] += fmt.Sprintf("%+v\n", f)
	}
	var b strings.Builder
	for _, id := range slices.Sorted(maps.Keys(told)) {
		b.WriteString(told[id])
	}
	return b.String()
}

// told returns a sequence as text, an element a line.
func told[T any](t testing.TB, answers func(yield func(T, error) bool)) string {
	t.Helper()
	var b strings.Builder
	for answer, err := range answers {
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&b, "%+v\n", answer)
	}
	return b.String()
}
