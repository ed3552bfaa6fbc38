package web

import (
	"cmp"
	"net/http"
	"slices"
	"strings"

	"github.com/shopspring/decimal"

	"github.com/pharos-pec/pharos"
)

// subscriptionView is one subscription's month: the calendar of its days and
// what they were lost for.
type subscriptionView struct {
	shell
	ID      pharos.SubscriptionID
	Month   string // October 2026
	Sides   []accountSide
	Reasons []reason
	Asked   link // the day that Reasons are about
}

// accountSide is a subscription in one currency.
type accountSide struct {
	figures
	Bar      []segment
	Calendar calendar
	Causes   []causeRow
}

// causeRow sums the days of one verdict and cause set.
type causeRow struct {
	Badge  badge
	Causes []link
	Days   []link // runs of days, each to the page of its first
	Amount amount
	Lines  int64
}

// subscriptionPage shows a subscription.
func (s *Server) subscriptionPage(r *http.Request) (view, error) {
	t, err := s.monthOf(r)
	if err != nil {
		return nil, err
	}
	accounts, err := accountsOf(r, t)
	if err != nil {
		return nil, err
	}
	m, first := t.month.Month, accounts[0]
	customer := link{customerURL(m, first.CustomerID), first.customerName()}
	v := subscriptionView{
		shell: s.shell(r, first.name(), monthLink(m), customer).under("credit"),
		ID:    first.SubscriptionID, Month: monthName(m),
	}
	for _, a := range accounts {
		v.Sides = append(v.Sides, accountSide{
			figures: a.figures, Bar: stack(a.figures),
			Calendar: newCalendar(m, a), Causes: causeRows(m, a),
		})
	}
	if d, ok := dayToExplain(accounts); ok {
		v.Asked = link{dayURL(m, first.SubscriptionID, d), dayName(d)}
		if v.Reasons, err = s.reasons(r, first.SubscriptionID, d); err != nil {
			return nil, err
		}
	}
	return pageView{"subscription", v}, nil
}

// causeRows sums an account's days by verdict and cause set, in the order of
// verdicts, largest amount first.
func causeRows(m pharos.Month, a *account) []causeRow {
	type key struct {
		verdict pharos.Verdict
		causes  string
	}
	at := map[key]int{}
	var rows []causeRow
	var held [][]pharos.Day // of each row
	for n := range a.Days {
		row := &a.Days[n]
		k := key{row.Verdict, causeText(row.Causes)}
		i, known := at[k]
		if !known {
			i = len(rows)
			at[k] = i
			held = append(held, nil)
			rows = append(rows, causeRow{Badge: badge(row.Verdict), Causes: causeLinks(row.Causes), Amount: amount{decimal.Zero, a.Currency}})
		}
		rows[i].Amount.Value = rows[i].Amount.Value.Add(rowAmount(row))
		rows[i].Lines += row.Lines
		held[i] = append(held[i], row.Date)
	}
	for i := range rows {
		rows[i].Days = runs(m, a.SubscriptionID, held[i])
	}
	slices.SortStableFunc(rows, func(x, y causeRow) int {
		return cmp.Or(
			slices.Index(urgency(), pharos.Verdict(x.Badge))-slices.Index(urgency(), pharos.Verdict(y.Badge)),
			y.Amount.Value.Cmp(x.Amount.Value),
		)
	})
	return rows
}

// runs writes days as runs: 1 to 8 as 1–8.
func runs(m pharos.Month, id pharos.SubscriptionID, days []pharos.Day) []link {
	var list []link
	for i := 0; i < len(days); {
		first := days[i]
		for i++; i < len(days) && days[i] == days[i-1]+1; i++ {
		}
		text := first.Start().Format("2")
		if last := days[i-1]; last != first {
			text += "\u2013" + last.Start().Format("2")
		}
		list = append(list, link{dayURL(m, id, first), text})
	}
	return list
}

// days lists the days of a month.
func days(m pharos.Month) []pharos.Day {
	list := make([]pharos.Day, m.Days())
	for i := range list {
		list[i] = m.First() + pharos.Day(i)
	}
	return list
}

func causeText(causes []pharos.Cause) string {
	words := make([]string, len(causes))
	for i, c := range causes {
		words[i] = string(c)
	}
	return strings.Join(words, " ")
}

// dayToExplain returns the last day on which something was not earned, for
// that is the one to mend; false when everything was.
func dayToExplain(accounts []*account) (pharos.Day, bool) {
	for _, v := range []pharos.Verdict{pharos.Lost, pharos.Disputable, pharos.UnknownVerdict} {
		last := pharos.Day(0)
		for _, a := range accounts {
			for _, row := range a.Days {
				if row.Verdict == v {
					last = max(last, row.Date)
				}
			}
		}
		if last != 0 {
			return last, true
		}
	}
	return 0, false
}
