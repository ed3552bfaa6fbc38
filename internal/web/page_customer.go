package web

import (
	"net/http"
	"net/url"

	"github.com/pharos-pec/pharos"
)

// customerView is one customer's month: its subscriptions by loss, for each
// currency it is billed in.
type customerView struct {
	shell
	ID       pharos.TenantID
	Sections []accountSection
}

// accountSection is a customer in one currency.
type accountSection struct {
	figures
	Bar      []segment
	Accounts []accountRow
	Pager    pager
}

// accountRow is a row of the table of subscriptions.
type accountRow struct {
	figures
	ID       pharos.SubscriptionID
	Link     link
	Strip    strip
	LostDays int
	TopCause *link
}

// customerPage shows a customer.
func (s *Server) customerPage(r *http.Request) (view, error) {
	t, err := s.monthOf(r)
	if err != nil {
		return nil, err
	}
	id := pharos.TenantID("")
	if text := r.PathValue("id"); text != noCustomer {
		guid, err := pharos.ParseGUID(text)
		if err != nil {
			return nil, err
		}
		id = pharos.TenantID(guid)
	}
	m, sides := t.month.Month, t.customers[id]
	if len(sides) == 0 {
		return nil, pharos.Errorf(pharos.NotFound, "customer %s has no usage in %s", r.PathValue("id"), m)
	}
	v := customerView{
		shell: s.shell(r, sides[0].name(), monthLink(m)).under("credit"),
		ID:    id,
	}
	only := r.URL.Query().Get("currency")
	for _, c := range sides {
		if only != "" && only != c.Currency {
			continue
		}
		section, err := newAccountSection(r, c, m, only)
		if err != nil {
			return nil, err
		}
		v.Sections = append(v.Sections, section)
	}
	if len(v.Sections) == 0 {
		return nil, pharos.Errorf(pharos.NotFound, "%s has no usage in %q", v.Title, only)
	}
	return pageView{"customer", v}, nil
}

func newAccountSection(r *http.Request, c *customerTally, m pharos.Month, only string) (accountSection, error) {
	turning := r
	if only == "" {
		turning = r.Clone(r.Context())
		turning.URL = &url.URL{Path: customerURL(m, c.Customer), RawQuery: r.URL.RawQuery}
	}
	p, err := paginate(turning, len(c.accounts), "subscriptions", url.Values{"currency": {c.Currency}})
	if err != nil {
		return accountSection{}, err
	}
	section := accountSection{figures: c.figures, Bar: stack(c.figures), Pager: p}
	for _, a := range c.accounts[p.skip:p.end] {
		row := accountRow{
			figures: a.figures, ID: a.SubscriptionID, LostDays: a.lostDays,
			Link: link{subscriptionURL(m, a.SubscriptionID), a.name()}, Strip: newStrip(m, a),
		}
		if a.topCause != "" {
			row.TopCause = &link{causeURL(a.topCause), string(a.topCause)}
		}
		section.Accounts = append(section.Accounts, row)
	}
	return section, nil
}
