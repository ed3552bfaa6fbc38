package report

import (
	"github.com/pharos-pec/pharos"
	"github.com/pharos-pec/pharos/credit"
)

// Column titles of sheets are the keys of the JSON, so that one name serves
// every script.

// sumColumns are the columns of credit.Sums, sumCells their cells.
func sumColumns() []column {
	out := []column{{title: "list", kind: money}}
	for _, v := range pharos.Verdicts() {
		out = append(out, column{title: string(v), kind: money})
	}
	return out
}

func sumCells(s *credit.Sums) []any {
	out := []any{s.List}
	for _, v := range pharos.Verdicts() {
		out = append(out, s.Of(v))
	}
	return out
}

func totalSheet(totals []credit.Total) sheet {
	s := sheet{name: "Totals", columns: append([]column{{title: "currency"}}, sumColumns()...)}
	for i := range totals {
		s.rows = append(s.rows, append([]any{totals[i].Currency}, sumCells(&totals[i].Sums)...))
	}
	return s
}

func causeSheet(causes []credit.CauseSum) sheet {
	s := sheet{name: "Causes", columns: []column{
		{title: "code"}, {title: "verdict"}, {title: "currency"}, {title: "credit", kind: money}, {title: "list", kind: money},
		{title: "subscriptions", kind: count}, {title: "days", kind: count}, {title: "title"},
	}}
	for _, c := range causes {
		s.rows = append(s.rows, []any{string(c.Code), string(c.Verdict), c.Currency, c.Credit, c.List, c.Subscriptions, c.Days, title(c.Code)})
	}
	return s
}

// daySheet has a row for each day row of the subscriptions.
func daySheet(subs []credit.Subscription) sheet {
	s := sheet{name: "Days", columns: []column{
		{title: "date", kind: date}, {title: "customerId"}, {title: "customerName"}, {title: "subscriptionId"}, {title: "subscriptionName"},
		{title: "verdict"}, {title: "causes"}, {title: "currency"}, {title: "list", kind: money}, {title: "credit", kind: money},
		{title: "lines", kind: count},
	}}
	for _, sub := range subs {
		for _, d := range sub.Days {
			s.rows = append(s.rows, []any{
				d.Date, string(sub.CustomerID), sub.CustomerName, string(sub.SubscriptionID), sub.SubscriptionName,
				string(d.Verdict), named(d.Causes, " "), sub.Currency, d.List, d.Credit, d.Lines,
			})
		}
	}
	return s
}

// rowSheet has a row for each group of a breakdown.
func rowSheet(name string, g credit.Grouping, rows []credit.Row) sheet {
	keyed := map[credit.Grouping]string{
		credit.ByCustomer: "customerId", credit.BySubscription: "subscriptionId",
		credit.ByResourceGroup: "scope", credit.ByResource: "scope", credit.ByDay: "date",
	}
	s := sheet{name: name, columns: []column{{title: keyed[g]}, {title: "name"}}}
	if g != credit.ByDay && g != credit.ByCustomer {
		s.columns = append(s.columns, column{title: "customerId"}, column{title: "customerName"})
	}
	s.columns = append(s.columns, column{title: "currency"})
	s.columns = append(s.columns, sumColumns()...)
	s.columns = append(s.columns, column{title: "lines", kind: count}, column{title: "topCause"})
	for i := range rows {
		r := &rows[i]
		cells := []any{r.Key, r.Name}
		if g != credit.ByDay && g != credit.ByCustomer {
			cells = append(cells, string(r.Customer), r.CustomerName)
		}
		cells = append(append(cells, r.Currency), sumCells(&r.Sums)...)
		s.rows = append(s.rows, append(cells, r.Lines, string(r.TopCause)))
	}
	return s
}
