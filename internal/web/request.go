package web

import (
	"net/http"

	"github.com/pharos-pec/pharos"
)

// What handlers read from an address. Every function returns an error with
// code Invalid for text that is not of the form, NotFound for what the books
// do not hold.

// monthOf reads the month of the path and returns its tally.
func (s *Server) monthOf(r *http.Request) (*tally, error) {
	m, err := pharos.ParseMonth(r.PathValue("month"))
	if err != nil {
		return nil, err
	}
	t, err := s.books.month(r.Context(), m)
	if err != nil {
		return nil, err
	}
	if len(t.currencies) == 0 {
		return nil, pharos.Errorf(pharos.NotFound, "there is no usage for %s", m).
			WithHint("run pharos usage pull --month %s, or pharos usage import FILE", m)
	}
	return t, nil
}

// accountsOf reads the subscription of the path and returns what the month
// holds of it, one entry for each currency.
func accountsOf(r *http.Request, t *tally) ([]*account, error) {
	id, err := pharos.ParseGUID(r.PathValue("id"))
	if err != nil {
		return nil, err
	}
	accounts := t.accounts[pharos.SubscriptionID(id)]
	if len(accounts) == 0 {
		return nil, pharos.Errorf(pharos.NotFound, "subscription %s has no usage in %s", id, t.month.Month)
	}
	return accounts, nil
}

// dayOf reads the day of the path, which lies in the month before it.
func dayOf(r *http.Request, m pharos.Month) (pharos.Day, error) {
	d, err := pharos.ParseDay(r.PathValue("day"))
	if err != nil {
		return 0, err
	}
	if d.Month() != m {
		return 0, pharos.Errorf(pharos.NotFound, "%s is not a day of %s", d, m)
	}
	return d, nil
}

// dateOf reads ?date=, the books' own day when it is not given.
func (s *Server) dateOf(r *http.Request) (pharos.Day, error) {
	if text := r.URL.Query().Get("date"); text != "" {
		return pharos.ParseDay(text)
	}
	now, err := s.books.Now(r.Context())
	if err != nil {
		return 0, err
	}
	return pharos.DayOf(now), nil
}

// latestMonth returns the last month that has usage.
func (s *Server) latestMonth(r *http.Request) (pharos.Month, error) {
	months, err := s.books.Months(r.Context())
	if err != nil {
		return 0, err
	}
	if len(months) == 0 {
		return 0, pharos.Errorf(pharos.NotFound, "there is no usage yet").
			WithHint("run pharos usage pull, or pharos usage import FILE")
	}
	return months[len(months)-1], nil
}
