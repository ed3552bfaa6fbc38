package web

import (
	"net/http"
	"strconv"
	"strings"

	"github.com/pharos-pec/pharos"
	"github.com/pharos-pec/pharos/credit"
)

// dayView is one subscription's day: its sums by verdict and cause, why it
// did or did not earn, and the usage lines.
type dayView struct {
	shell
	ID         pharos.SubscriptionID
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

// lineRow is a usage line.
type lineRow struct {
	Resource, Kind, Scope string
	Meter, MeterDetail    string
	Quantity              string
	UnitPrice, List       amount
	Rate                  string
	Credit                amount
	Badge                 badge
	Causes                []link
	Source                string
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
	m, first := t.month.Month, accounts[0]
	d, err := dayOf(r, m)
	if err != nil {
		return nil, err
	}
	v := dayView{
		shell: s.shell(r, dayName(d), monthLink(m),
			link{customerURL(m, first.Customer), first.customerName()},
			link{subscriptionURL(m, first.Subscription), first.name()}).under("credit"),
		ID: first.Subscription, Day: dayName(d), All: r.URL.Path,
	}
	v.Title = first.name() + ", " + dayName(d)
	v.Prev, v.Next = neighbours(accounts, m, d)
	only, err := verdictOf(r)
	if err != nil {
		return nil, err
	}
	total := int64(0)
	for _, a := range accounts {
		for _, row := range a.days[d] {
			v.Rows = append(v.Rows, newDayRow(row, a.Currency, r.URL.Path))
			if only == "" || only == row.Verdict {
				total += row.Lines
			}
		}
	}
	if only != "" {
		b := badge(only)
		v.Only = &b
	}
	if v.Pager, err = paginate(r, int(total), "usage lines", nil); err != nil {
		return nil, err
	}
	if v.Reasons, err = s.reasons(r, first.Subscription, d); err != nil {
		return nil, err
	}
	q := credit.Query{Month: m, Subscription: first.Subscription, Day: d}
	if v.Lines, err = s.lines(r, t.month, q, only, v.Pager); err != nil {
		return nil, err
	}
	return pageView{"day", v}, nil
}

// neighbours link to the days before and after that have usage.
func neighbours(accounts []*account, m pharos.Month, d pharos.Day) (prev, next *link) {
	at := func(n pharos.Day) *link {
		for _, a := range accounts {
			if n.Month() == m && len(a.days[n]) > 0 {
				return &link{dayURL(m, a.Subscription, n), n.Start().Format("2 January")}
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

// lines reads the page's usage lines. Lines before it are passed over, none
// after it is read.
func (s *Server) lines(r *http.Request, judged *credit.Month, q credit.Query, only pharos.Verdict, p pager) ([]lineRow, error) {
	if p.Total == 0 {
		return nil, nil
	}
	if only == "" {
		q.Limit = p.end
	}
	rows := make([]lineRow, 0, p.end-p.skip)
	n := 0
	for l, err := range s.books.Lines(r.Context(), judged, q) {
		if err != nil {
			return nil, err
		}
		if only != "" && l.Verdict != only {
			continue
		}
		if n >= p.skip {
			rows = append(rows, newLineRow(&l))
		}
		if n++; n >= p.end {
			break
		}
	}
	return rows, nil
}

func newLineRow(l *credit.Line) lineRow {
	row := lineRow{
		Scope: string(l.Resource), Meter: l.Meter.Name, Quantity: quantity(l.Quantity),
		UnitPrice: amount{l.UnitPrice, l.PricingCurrency},
		List:      amount{l.List(), l.BillingCurrency}, Credit: amount{l.Credit, l.BillingCurrency},
		Badge: badge(l.Verdict), Causes: causeLinks(l.Causes),
		MeterDetail: strings.Trim(l.Meter.Category+" / "+l.Meter.SubCategory, " /"),
	}
	row.Resource, row.Kind = resourceName(l)
	if !l.Credited.IsZero() {
		row.Rate = l.Credited.String() + " %"
	}
	if l.Source.File != "" {
		row.Source = l.Source.File + ":" + strconv.FormatInt(l.Source.Line, 10)
	}
	if row.Meter == "" {
		row.Meter = l.Meter.ID
	}
	return row
}

// resourceName returns the name of a line's resource, and what it is and
// where: its type and group.
func resourceName(l *credit.Line) (name, kind string) {
	if l.Resource == "" {
		if l.ResourceGroup != "" {
			return l.ResourceGroup, "resource group"
		}
		return "No resource", "charge on the subscription"
	}
	text := string(l.Resource)
	name = text[strings.LastIndexByte(text, '/')+1:]
	if _, provider, ok := strings.Cut(text, "/providers/"); ok {
		parts := strings.Split(provider, "/")
		kind = parts[0]
		for i := 1; i < len(parts); i += 2 {
			kind += "/" + parts[i]
		}
	}
	return name, strings.Trim(kind+" in "+l.ResourceGroup, " ")
}

// Price shows all digits of a price: prices are far below a cent.
func (l lineRow) Price() string {
	return quantity(l.UnitPrice.Value) + " " + l.UnitPrice.Currency
}
