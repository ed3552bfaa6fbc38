package web

import (
	"net/http"
	"net/url"
	"slices"

	"github.com/pharos-pec/pharos"
	"github.com/pharos-pec/pharos/credit"
)

// monthView is a month: headline numbers for each currency, what was earned
// and lost by cause, and the customers by loss.
type monthView struct {
	shell
	Month    pharos.Month
	Picker   picker
	Warnings []credit.Warning
	Sections []currencySection
	Only     string // the one currency that is shown, "" for all
	All      string // the address that shows all again
}

// picker chooses another month. It is a form that needs no script.
type picker struct {
	Months     []option // newest first
	Prev, Next *link    // neighbours that have usage
}

type option struct {
	Value, Text string
	Selected    bool
}

// currencySection is the month in one currency.
type currencySection struct {
	figures
	Bar       []segment
	Chart     []chartRow
	Trend     trend
	Excluded  []excludedRow
	Customers []customerRow
	Pager     pager
}

// customerRow is a row of the table of customers.
type customerRow struct {
	figures
	Link          link
	Subscriptions int
	TopCause      *link
}

// home shows the latest month that has usage.
func (s *Server) home(r *http.Request) (view, error) {
	m, err := s.latestMonth(r)
	if err != nil && pharos.CodeOf(err) == pharos.NotFound {
		return pageView{"empty", s.shell(r, "No usage yet").under("credit")}, nil
	}
	if err != nil {
		return nil, err
	}
	r.SetPathValue("month", m.String())
	return s.monthPage(r)
}

// pickMonth answers the month picker's form.
func (s *Server) pickMonth(r *http.Request) (view, error) {
	text := r.URL.Query().Get("month")
	if text == "" {
		return redirectView{"/"}, nil
	}
	m, err := pharos.ParseMonth(text)
	if err != nil {
		return nil, err
	}
	return redirectView{monthURL(m)}, nil
}

// monthPage shows a month.
func (s *Server) monthPage(r *http.Request) (view, error) {
	t, err := s.monthOf(r)
	if err != nil {
		return nil, err
	}
	months, err := s.books.Months(r.Context())
	if err != nil {
		return nil, err
	}
	m := t.month.Month
	v := monthView{
		shell: s.shell(r, monthName(m)).under("credit"), Month: m,
		Picker: newPicker(months, m), Warnings: t.month.Warnings, All: monthURL(m),
	}
	v.Only = r.URL.Query().Get("currency")
	for _, c := range t.currencies {
		if v.Only != "" && v.Only != c.Currency {
			continue
		}
		section, err := newSection(r, c, m, v.Only)
		if err != nil {
			return nil, err
		}
		v.Sections = append(v.Sections, section)
	}
	if len(v.Sections) == 0 {
		return nil, pharos.Errorf(pharos.NotFound, "%s has no usage in %q", m, v.Only).
			WithHint("the month's currencies are listed at %s", monthURL(m))
	}
	return pageView{"month", v}, nil
}

// newSection shows one currency. Only a section that stands alone turns its
// pages; beside others it shows the first.
func newSection(r *http.Request, c *currencyTally, m pharos.Month, only string) (currencySection, error) {
	turning := r
	if only == "" {
		turning = r.Clone(r.Context())
		turning.URL = &url.URL{Path: monthURL(m)}
	}
	p, err := paginate(turning, len(c.customers), "customers", url.Values{"currency": {c.Currency}})
	if err != nil {
		return currencySection{}, err
	}
	section := currencySection{
		figures: c.figures, Bar: stack(c.figures), Chart: c.chart, Trend: c.trend, Excluded: c.excludedRows(), Pager: p,
	}
	for _, customer := range c.customers[p.skip:p.end] {
		row := customerRow{
			figures: customer.figures, Subscriptions: len(customer.accounts),
			Link: link{customerURL(m, customer.Customer), customer.name()},
		}
		if customer.topCause != "" {
			row.TopCause = &link{causeURL(customer.topCause), string(customer.topCause)}
		}
		section.Customers = append(section.Customers, row)
	}
	return section, nil
}

// newPicker lists the months, newest first, with the neighbours of m.
func newPicker(months []pharos.Month, m pharos.Month) picker {
	var p picker
	for i, known := range slices.Backward(months) {
		p.Months = append(p.Months, option{known.String(), monthName(known), known == m})
		if known != m {
			continue
		}
		if i > 0 {
			l := monthLink(months[i-1])
			p.Prev = &l
		}
		if i < len(months)-1 {
			l := monthLink(months[i+1])
			p.Next = &l
		}
	}
	return p
}
