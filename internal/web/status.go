package web

import (
	"net/http"

	"github.com/pharos-pec/pharos"
)

// statuses maps each code to the HTTP status that says the same. Findings are
// no failure: a page or document that has them is served as any other.
func statuses() map[pharos.Code]int {
	return map[pharos.Code]int{
		pharos.Invalid:         http.StatusBadRequest,
		pharos.NotFound:        http.StatusNotFound,
		pharos.Conflict:        http.StatusConflict,
		pharos.Unauthenticated: http.StatusUnauthorized,
		pharos.Forbidden:       http.StatusForbidden,
		pharos.Findings:        http.StatusOK,
		pharos.Incomplete:      http.StatusBadGateway,
		pharos.Unavailable:     http.StatusServiceUnavailable,
		pharos.Unsupported:     http.StatusNotImplemented,
		pharos.Interrupted:     http.StatusServiceUnavailable,
		pharos.Internal:        http.StatusInternalServerError,
	}
}

// statusOf returns the HTTP status of a code, 500 for one that is not in the
// table.
func statusOf(code pharos.Code) int {
	if s, ok := statuses()[code]; ok {
		return s
	}
	return http.StatusInternalServerError
}
