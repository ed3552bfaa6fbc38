package web

import (
	"net/http"

	"github.com/pharos-pec/pharos"
	"github.com/pharos-pec/pharos/explain"
)

// The JSON API gives the documents of `pharos credit`, `coverage` and
// `explain` with -o json; docs/json-output.md describes them.

// creditDocument answers /api/v1/credit?month=2026-10, the latest month when
// none is given.
func (s *Server) creditDocument(r *http.Request) (view, error) {
	m, err := s.latestOr(r, r.URL.Query().Get("month"))
	if err != nil {
		return nil, err
	}
	t, err := s.books.month(r.Context(), m)
	if err != nil {
		return nil, err
	}
	return jsonView{t.month}, nil
}

// latestOr reads a month, or takes the latest.
func (s *Server) latestOr(r *http.Request, text string) (pharos.Month, error) {
	if text == "" {
		return s.latestMonth(r)
	}
	return pharos.ParseMonth(text)
}

// coverageDocument answers /api/v1/coverage?date=2026-10-09, today when none
// is given.
func (s *Server) coverageDocument(r *http.Request) (view, error) {
	d, err := s.dateOf(r)
	if err != nil {
		return nil, err
	}
	c, err := s.books.Coverage(r.Context(), d)
	if err != nil {
		return nil, err
	}
	return jsonView{c}, nil
}

// explainDocument answers /api/v1/explain/{code}.
func (s *Server) explainDocument(r *http.Request) (view, error) {
	page, err := explain.Of(pharos.Cause(r.PathValue("code")))
	if err != nil {
		return nil, err
	}
	return jsonView{page}, nil
}

// healthDocument is the answer of /healthz.
type healthDocument struct {
	Status  string `json:"status"`
	Version string `json:"version"`
}

// health says that the server runs and its books open.
func (s *Server) health(r *http.Request) (view, error) {
	if _, err := s.books.Months(r.Context()); err != nil {
		return nil, pharos.Errorf(pharos.Unavailable, "the books cannot be read: %w", err)
	}
	return jsonView{healthDocument{"ok", s.version}}, nil
}
