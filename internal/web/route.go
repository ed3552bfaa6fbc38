package web

import (
	"net/http"

	"github.com/pharos-pec/pharos"
)

// table is the one table of addresses; docs/dashboard.md tells users of them.
// All are read with GET or HEAD: what else is refused before it comes here.
func (s *Server) table(a *assets) map[string]handler {
	return map[string]handler{
		"/{$}":                               s.home,
		"/months":                            s.pickMonth,
		"/months/{month}":                    s.monthPage,
		"/months/{month}/customers/{id}":     s.customerPage,
		"/months/{month}/subscriptions/{id}": s.subscriptionPage,
		"/months/{month}/subscriptions/{id}/days/{day}": s.dayPage,
		"/causes":                s.causesPage,
		"/causes/{code}":         s.causePage,
		"/coverage":              s.coveragePage,
		"/api/v1/credit":         s.creditDocument,
		"/api/v1/coverage":       s.coverageDocument,
		"/api/v1/explain/{code}": s.explainDocument,
		"/healthz":               s.health,
		assetRoot:                a.view,
		"/":                      s.nothing,
	}
}

// routes makes the handler of all addresses.
func (s *Server) routes(a *assets) http.Handler {
	mux := http.NewServeMux()
	for pattern, h := range s.table(a) {
		mux.Handle(pattern, s.adapt(h))
	}
	return mux
}

// nothing answers for every address that is not in the table.
func (s *Server) nothing(r *http.Request) (view, error) {
	return nil, pharos.Errorf(pharos.NotFound, "there is no page at %s", r.URL.Path).
		WithHint("start at /")
}
