package report

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/shopspring/decimal"

	"github.com/pharos-pec/pharos"
	"github.com/pharos-pec/pharos/credit"
	"github.com/pharos-pec/pharos/evidence"
)

// WrittenPack says where a dispute pack was written.
type WrittenPack struct {
	Path      string `json:"path"`
	Digest    string `json:"digest"`    // SHA-256 of SHA256SUMS: it stands for the whole pack
	Unchanged bool   `json:"unchanged"` // the same pack was there already
}

// evidenceDocument is the JSON of `pharos evidence --subscription`.
type evidenceDocument struct {
	Summary evidence.Summary `json:"summary"`
	Totals  []credit.Total   `json:"totals"`
	Notes   []string         `json:"notes"`
	Pack    WrittenPack      `json:"pack"`
}

// Evidence lays out what a pack says in short, and where it is.
func Evidence(p *evidence.Pack, at WrittenPack) *Report {
	s := &p.Summary
	title := "Evidence for " + orID(s.SubscriptionName, s.SubscriptionID) + " of " + orID(s.CustomerName, s.CustomerID) + ", " + s.Month.String()
	days := evidenceDays(p)
	r := &Report{
		title:    title,
		document: evidenceDocument{p.Summary, p.Totals, p.Notes, at},
		data:     &days,
		book:     []sheet{days},
		blocks:   []block{{table: verdictDays(p)}},
	}
	if s.Disputable() {
		r.blocks = append(r.blocks, block{table: disputedAmounts(s)})
	}
	for _, n := range p.Notes {
		r.blocks = append(r.blocks, block{warning: n})
	}
	verb := "Written to "
	if at.Unchanged {
		verb = "It is there already, unchanged: "
	}
	r.blocks = append(r.blocks,
		block{text: verb + "`" + at.Path + "`, digest `" + at.Digest + "`."},
		block{hint: "`pharos evidence verify " + at.Path + "` tells whether it is unaltered"},
	)
	return r
}

// verdictDays has a row for each verdict and currency: on how many days, and
// what of the credit was given and is missing.
func verdictDays(p *evidence.Pack) *sheet {
	s := &sheet{columns: []column{
		{title: "lines are", tone: true}, {title: "days", kind: count}, {title: "lines", kind: count}, {title: "credit", kind: money},
		{title: "credited", kind: money}, {title: "missing", kind: money}, {title: ""}, {title: "why", flex: true},
	}}
	for _, t := range p.Totals {
		for _, v := range pharos.Verdicts() {
			sum, days, causes := verdictSum(p, v, t.Currency)
			if days > 0 {
				s.rows = append(s.rows, []any{string(v), days, sum.Lines, sum.Credit, sum.Credited, sum.Missing, t.Currency, named(causes, ", ")})
			}
		}
	}
	return s
}

// verdictSum adds up the lines of a verdict: on how many days, and for what.
func verdictSum(p *evidence.Pack, v pharos.Verdict, currency string) (sum pageRow, days int, causes []pharos.Cause) {
	last := pharos.Day(-1)
	for _, d := range p.Days {
		for _, r := range d.Rows {
			if r.Verdict != v || r.Currency != currency {
				continue
			}
			sum.add(r)
			if d.Date != last {
				last, days = d.Date, days+1
			}
			for _, c := range r.Causes {
				if !slices.Contains(causes, c) {
					causes = append(causes, c)
				}
			}
		}
	}
	return sum, days, causes
}

// evidenceDays has the rows of the pack's days.
func evidenceDays(p *evidence.Pack) sheet {
	s := sheet{name: "Days", columns: []column{
		{title: "date", kind: date}, {title: "verdict"}, {title: "causes"}, {title: "currency"}, {title: "list", kind: money},
		{title: "credit", kind: money}, {title: "credited", kind: money}, {title: "missing", kind: money}, {title: "lines", kind: count},
	}}
	for _, d := range p.Days {
		for _, r := range d.Rows {
			s.rows = append(s.rows, []any{d.Date, string(r.Verdict), named(r.Causes, " "), r.Currency, r.List, r.Credit, r.Credited, r.Missing, r.Lines})
		}
	}
	return s
}

// disputedAmounts is the credit of the disputed days.
func disputedAmounts(s *evidence.Summary) *sheet {
	out := &sheet{
		name: "Disputed: " + evidence.DayRanges(s.Days),
		columns: []column{
			{title: "expected", kind: money}, {title: "credited", kind: money}, {title: "missing", kind: money}, {title: ""},
		},
	}
	for _, a := range s.Amounts {
		out.rows = append(out.rows, []any{a.Expected, a.Credited, a.Missing, a.Currency})
	}
	return out
}

// disputableDocument is the JSON of `pharos evidence` without a subscription.
type disputableDocument struct {
	Month         pharos.Month             `json:"month"`
	Subscriptions []disputableSubscription `json:"subscriptions"`
}

type disputableSubscription struct {
	SubscriptionID   pharos.SubscriptionID `json:"subscriptionId"`
	SubscriptionName string                `json:"subscriptionName"`
	CustomerID       pharos.TenantID       `json:"customerId"`
	CustomerName     string                `json:"customerName"`
	Currency         string                `json:"currency"`
	Disputable       decimal.Decimal       `json:"disputable"`
	Days             int                   `json:"days"`
	Lines            int64                 `json:"lines"`
}

// Disputable lists the subscriptions of a month with disputable credit, by
// currency and then the largest first. Where there is none, the hint names
// the other months that have usage.
func Disputable(m *credit.Month, others []pharos.Month) *Report {
	doc := disputableDocument{m.Month, disputableOf(m)}
	data := sheet{name: "Disputable", columns: []column{
		{title: "subscriptionId"}, {title: "subscriptionName"}, {title: "customerId"}, {title: "customerName"}, {title: "currency"},
		{title: "disputable", kind: money}, {title: "days", kind: count}, {title: "lines", kind: count},
	}}
	table := &sheet{
		columns: []column{
			{title: "customer", flex: true}, {title: "subscription", flex: true, cut: true},
			{title: "disputable", kind: money}, {title: ""}, {title: "days", kind: count}, {title: "lines", kind: count},
		},
		empty: "Nothing is disputable: every line that access covered was credited, or its 48 hours are not over.",
	}
	for _, d := range doc.Subscriptions {
		table.rows = append(table.rows, []any{
			orID(d.CustomerName, d.CustomerID), orID(d.SubscriptionName, d.SubscriptionID), d.Disputable, d.Currency, d.Days, d.Lines,
		})
		data.rows = append(data.rows, []any{
			string(d.SubscriptionID), d.SubscriptionName, string(d.CustomerID), d.CustomerName, d.Currency, d.Disputable, d.Days, d.Lines,
		})
	}
	r := &Report{title: "Disputable credit " + m.Month.String(), document: doc, data: &data, book: []sheet{data}, blocks: []block{{table: table}}}
	switch {
	case len(doc.Subscriptions) > 0:
		r.blocks = append(r.blocks, block{hint: fmt.Sprintf("`pharos evidence --month %s --subscription %s` builds the pack", m.Month, doc.Subscriptions[0].SubscriptionID)})
	case len(others) > 0:
		r.blocks = append(r.blocks, block{hint: fmt.Sprintf("another month? `pharos evidence --month %s`", others[len(others)-1])})
	}
	return r
}

// disputableOf sums the disputable credit of each subscription that has any.
func disputableOf(m *credit.Month) []disputableSubscription {
	out := []disputableSubscription{}
	for _, s := range m.Subscriptions {
		d := disputableSubscription{s.SubscriptionID, s.SubscriptionName, s.CustomerID, s.CustomerName, s.Currency, decimal.Zero, 0, 0}
		for _, r := range s.Days {
			if r.Verdict == pharos.Disputable {
				d.Disputable, d.Days, d.Lines = d.Disputable.Add(r.Credit), d.Days+1, d.Lines+r.Lines
			}
		}
		if d.Days > 0 {
			out = append(out, d)
		}
	}
	slices.SortStableFunc(out, func(a, b disputableSubscription) int {
		return cmp.Or(strings.Compare(a.Currency, b.Currency), b.Disputable.Cmp(a.Disputable))
	})
	return out
}

// Verification lays out what came of verifying a pack.
func Verification(v *evidence.Verification) *Report {
	s := sheet{name: "Files", columns: []column{{title: "file", flex: true}, {title: "state", tone: true}}}
	for _, f := range v.Files {
		s.rows = append(s.rows, []any{f.File, string(f.State)})
	}
	people := s
	people.name = ""
	verdict := "Every file is as it was made, by its checksum."
	if !v.Intact {
		verdict = "The pack is not as it was made."
	}
	return &Report{
		title: "Verification of a dispute pack", document: v, data: &s, book: []sheet{s},
		blocks: []block{{table: &people}, {text: verdict}, {text: "Digest: `" + v.Digest + "`"}},
	}
}
