package web

import (
	"bytes"
	"net/http"

	"github.com/pharos-pec/pharos"
	"github.com/pharos-pec/pharos/explain"
	"github.com/pharos-pec/pharos/internal/report"
)

// The JSON API gives the documents of `pharos credit`, `coverage` and
// `explain` with -o json, written by the same code; docs/json-output.md
// describes them.

// reportView is a report as JSON.
type reportView struct{ report *report.Report }

func (v reportView) write(w http.ResponseWriter, _ *http.Request, _ *renderer) error {
	var body bytes.Buffer
	if err := v.report.Write(&body, report.JSON, report.Style{}); err != nil {
		return err
	}
	writeBody(w, http.StatusOK, body.Bytes())
	return nil
}

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
	return reportView{report.Credit(t.month)}, nil
}

// latestOr reads a month, or takes the latest.
func (s *Server) latestOr(r *http.Request, text string) (pharos.Month, error) {
	if text == "" {
		return s.latestMonth(r)
	}
	return pharos.ParseMonth(text)
}

// coverageDocument answers /api/v1/coverage?date=2026-10-09, the books' day
// when none is given.
func (s *Server) coverageDocument(r *http.Request) (view, error) {
	d, err := s.dateOf(r)
	if err != nil {
		return nil, err
	}
	scopes, err := s.books.Coverage(r.Context(), d)
	if err != nil {
		return nil, err
	}
	names, err := s.books.Names(r.Context())
	if err != nil {
		return nil, err
	}
	return reportView{report.Coverage(d, scopes, names)}, nil
}

// explainDocument answers /api/v1/explain/{code}.
func (s *Server) explainDocument(r *http.Request) (view, error) {
	page, err := explain.Of(pharos.Cause(r.PathValue("code")))
	if err != nil {
		return nil, err
	}
	return reportView{report.Page(page)}, nil
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
