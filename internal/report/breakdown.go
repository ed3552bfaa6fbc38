package report

import (
	"slices"
	"strings"

	"github.com/shopspring/decimal"

	"github.com/pharos-pec/pharos"
	"github.com/pharos-pec/pharos/credit"
)

// breakdown is the JSON of a month by group.
type breakdown struct {
	Month pharos.Month    `json:"month"`
	By    credit.Grouping `json:"by"`
	Rows  []credit.Row    `json:"rows"`
}

// Breakdown lays out a month by customer, subscription, resource group,
// resource or day. The rows are those of [credit.Month.By] or of
// [credit.Resources].
func Breakdown(m pharos.Month, g credit.Grouping, rows []credit.Row) *Report {
	data := rowSheet("Credit", g, rows)
	return &Report{
		title:    "Partner earned credit " + m.String() + " by " + strings.ReplaceAll(string(g), "-", " "),
		blocks:   []block{{table: rowsForPeople(g, rows)}},
		data:     &data,
		book:     []sheet{data},
		document: breakdown{m, g, append([]credit.Row{}, rows...)},
	}
}

// rowsForPeople shows the verdicts that occur, each as a column.
func rowsForPeople(g credit.Grouping, rows []credit.Row) *sheet {
	used := usedVerdicts(rows)
	s := &sheet{columns: headOf(g), empty: "There are no usage lines."}
	for _, v := range used {
		s.columns = append(s.columns, column{title: string(v), kind: money})
	}
	s.columns = append(s.columns, column{title: ""}, column{title: "main cause"})
	for i := range rows {
		r := &rows[i]
		cells := groupCells(g, r)
		for _, v := range used {
			cells = append(cells, r.Of(v))
		}
		s.rows = append(s.rows, append(cells, r.Currency, string(r.TopCause)))
	}
	return s
}

// headOf are the columns that name a group, groupCells their cells.
func headOf(g credit.Grouping) []column {
	switch g {
	case credit.ByDay:
		return []column{{title: "date"}}
	case credit.ByCustomer:
		return []column{{title: "customer", flex: true}}
	case credit.BySubscription:
		return []column{{title: "customer", flex: true}, {title: "subscription", flex: true, cut: true}}
	default:
		return []column{{title: "customer", flex: true}, {title: "scope", flex: true, cut: true}}
	}
}

func groupCells(g credit.Grouping, r *credit.Row) []any {
	switch g {
	case credit.ByDay:
		return []any{r.Key}
	case credit.ByCustomer:
		return []any{orID(r.Name, r.Key)}
	case credit.BySubscription:
		return []any{orID(r.CustomerName, r.Customer), orID(r.Name, r.Key)}
	default:
		return []any{orID(r.CustomerName, r.Customer), shortScope(pharos.Scope(r.Key), r.SubscriptionName)}
	}
}

// usedVerdicts are earned and lost, and the others that are not zero
// everywhere. What never earns is no credit and stays out.
func usedVerdicts(rows []credit.Row) []pharos.Verdict {
	var out []pharos.Verdict
	for _, v := range pharos.Verdicts() {
		always := v == pharos.Earned || v == pharos.Lost
		nonZero := func(r credit.Row) bool { return !r.Of(v).Equal(decimal.Zero) }
		if v != pharos.Excluded && (always || slices.ContainsFunc(rows, nonZero)) {
			out = append(out, v)
		}
	}
	return out
}
