package web

import (
	"net/http"

	"github.com/pharos-pec/pharos"
	"github.com/pharos-pec/pharos/credit"
)

// dayView is one subscription's day: its sums by verdict and cause, why it
// did or did not earn, and the usage lines.
type dayView struct {
	shell
	ID         pharos.SubscriptionID
	Name       string // of the subscription
	Day        string // Friday 9 October 2026
	Prev, Next *link
	Rows       []dayRow
	Reasons    []reason
	Lines      []lineRow
	Pager      pager
	Only       *badge // the verdict that Lines are restricted to
	All        string
}

// dayRow sums the lines of one verdict and cause set.
type dayRow struct {
	Badge  badge
	Causes []link
	Filter string // the address that shows only this verdict's lines
	Lines  int64
	List   amount
	Credit amount
}

// dayPage shows a day.
func (s *Server) dayPage(r *http.Request) (view, error) {
	t, err := s.monthOf(r)
	if err != nil {
		return nil, err
	}
	accounts, err := accountsOf(r, t)
	if err != nil {
		return nil, err
	}
	d, err := dayOf(r, t.month.Month)
	if err != nil {
		return nil, err
	}
	only, err := verdictOf(r)
	if err != nil {
		return nil, err
	}
	v := s.newDayView(r, accounts, d)
	if only != "" {
		b := badge(only)
		v.Only = &b
	}
	if v.Pager, err = paginate(r, countLines(accounts, d, only), "usage lines", nil); err != nil {
		return nil, err
	}
	if v.Reasons, err = s.reasons(r, v.ID, d); err != nil {
		return nil, err
	}
	q := credit.Query{Month: t.month.Month, Subscription: v.ID, Day: d}
	if v.Lines, err = s.lines(r, t.month, q, only, v.Pager); err != nil {
		return nil, err
	}
	return pageView{"day", v}, nil
}

// newDayView makes the page up to what must be read for it.
func (s *Server) newDayView(r *http.Request, accounts []*account, d pharos.Day) dayView {
	m, first := d.Month(), accounts[0]
	v := dayView{
		shell: s.shell(r, first.name()+", "+dayName(d), monthLink(m),
			link{customerURL(m, first.CustomerID), first.customerName()},
			link{subscriptionURL(m, first.SubscriptionID), first.name()}).under("credit"),
		ID: first.SubscriptionID, Name: first.name(), Day: dayName(d), All: r.URL.Path,
	}
	v.Prev, v.Next = neighbours(accounts, m, d)
	for _, a := range accounts {
		for _, row := range a.on(d) {
			v.Rows = append(v.Rows, newDayRow(row, a.Currency, r.URL.Path))
		}
	}
	return v
}

// countLines returns how many lines a day has, of one verdict or of all.
func countLines(accounts []*account, d pharos.Day, only pharos.Verdict) int {
	total := int64(0)
	for _, a := range accounts {
		for _, row := range a.on(d) {
			if only == "" || only == row.Verdict {
				total += row.Lines
			}
		}
	}
	return int(total)
}

// neighbours link to the days before and after that have usage.
func neighbours(accounts []*account, m pharos.Month, d pharos.Day) (prev, next *link) {
	at := func(n pharos.Day) *link {
		for _, a := range accounts {
			if n.Month() == m && len(a.on(n)) > 0 {
				return &link{dayURL(m, a.SubscriptionID, n), n.Start().Format("2 January")}
			}
		}
		return nil
	}
	return at(d - 1), at(d + 1)
}

// verdictOf reads ?verdict=, "" for all.
func verdictOf(r *http.Request) (pharos.Verdict, error) {
	text := r.URL.Query().Get("verdict")
	if text == "" {
		return "", nil
	}
	for _, v := range pharos.Verdicts() {
		if string(v) == text {
			return v, nil
		}
	}
	return "", pharos.Errorf(pharos.Invalid, "%q is not a verdict", text).
		WithHint("verdicts are earned, lost, disputable, pending, unknown, unexpected and excluded")
}

func newDayRow(row credit.DayRow, currency, path string) dayRow {
	return dayRow{
		Badge: badge(row.Verdict), Causes: causeLinks(row.Causes), Lines: row.Lines,
		Filter: path + "?verdict=" + string(row.Verdict) + "#lines",
		List:   amount{row.List, currency}, Credit: amount{row.Credit, currency},
	}
}
