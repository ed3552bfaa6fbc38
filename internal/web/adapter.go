package web

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"runtime/debug"
	"strconv"
	"strings"

	"github.com/pharos-pec/pharos"
)

// view is what a handler returns: a page, a JSON document, an asset or a
// redirection, that knows how to write itself.
type view interface {
	write(w http.ResponseWriter, r *http.Request, t *renderer) error
}

// handler answers a request with a view, or with an error that the adapter
// turns into the right status, as HTML or as JSON.
type handler func(r *http.Request) (view, error)

// errMethod marks a request by a method other than GET and HEAD.
var errMethod = errors.New("method not allowed")

// adapt makes an http.Handler of a handler. It is the one place that writes
// answers.
func (s *Server) adapt(h handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithTimeout(r.Context(), requestTimeout)
		defer cancel()
		r = r.WithContext(ctx)
		v, err := answer(h, r)
		if err == nil {
			err = v.write(w, r, s.render)
		}
		if err != nil {
			s.fail(w, r, err)
		}
	})
}

// answer calls a handler. A panic in it becomes an error of ours, so that the
// user gets a page and the cause is heard of.
func answer(h handler, r *http.Request) (v view, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
		}
	}()
	return h(r)
}

// fail writes an error: as JSON to programs, as a page to people.
func (s *Server) fail(w http.ResponseWriter, r *http.Request, err error) {
	f := s.failure(r, err)
	if err := f.write(w, r, s.render); err != nil {
		s.failed(r.Context(), r.URL.Path, err)
	}
}

// failure tells what the user may know of err. What has no pharos.Error in
// its chain, or the code Internal, is our mistake: its text is not for the user, but Failed hears of it.
func (s *Server) failure(r *http.Request, err error) failureView {
	if errors.Is(err, context.DeadlineExceeded) {
		err = pharos.Errorf(pharos.Unavailable, "the answer took longer than %s", requestTimeout).
			WithHint("try again: a month that was just imported is judged once, then kept")
	}
	f := failureView{Code: pharos.CodeOf(err), Hint: pharos.HintOf(err)}
	f.status = statusOf(f.Code)
	if errors.Is(err, errMethod) {
		f.status = http.StatusMethodNotAllowed
	}
	var known *pharos.Error
	if errors.As(err, &known) && f.Code != pharos.Internal {
		f.Message = known.Message
	} else {
		f.Message = "something went wrong in Pharos"
		f.Hint = "the log of pharos serve says what"
	}
	if f.status >= http.StatusInternalServerError {
		s.failed(r.Context(), r.URL.Path, err)
	}
	f.shell = s.shell(r, f.Title())
	return f
}

// failureView is an error as the user sees it.
type failureView struct {
	shell
	status  int
	Code    pharos.Code
	Message string
	Hint    string
}

// Title returns the heading of the error's page.
func (f failureView) Title() string {
	if f.status == 0 {
		return "Error"
	}
	return strconv.Itoa(f.status) + " " + http.StatusText(f.status)
}

// errorDocument is the JSON of an error, the same as the command line's.
type errorDocument struct {
	Error errorBody `json:"error"`
}

type errorBody struct {
	Code    pharos.Code `json:"code"`
	Message string      `json:"message"`
	Hint    string      `json:"hint"`
}

func (f failureView) write(w http.ResponseWriter, r *http.Request, t *renderer) error {
	if f.status == http.StatusMethodNotAllowed {
		w.Header().Set("Allow", "GET, HEAD")
	}
	if wantsJSON(r) {
		return writeJSON(w, f.status, errorDocument{errorBody{f.Code, f.Message, f.Hint}})
	}
	return t.write(w, f.status, "error", f)
}

// wantsJSON reports whether errors go to a program: everything under /api
// does, other addresses when Accept names JSON and not HTML.
func wantsJSON(r *http.Request) bool {
	if strings.HasPrefix(r.URL.Path, "/api/") || r.URL.Path == "/healthz" {
		return true
	}
	accept := r.Header.Get("Accept")
	return strings.Contains(accept, "application/json") && !strings.Contains(accept, "text/html")
}

// jsonView is a JSON document.
type jsonView struct{ document any }

func (v jsonView) write(w http.ResponseWriter, _ *http.Request, _ *renderer) error {
	return writeJSON(w, http.StatusOK, v.document)
}

// writeJSON encodes before it writes, so that a failure can still become an
// error document.
func writeJSON(w http.ResponseWriter, status int, document any) error {
	body, err := json.Marshal(document)
	if err != nil {
		return pharos.Errorf(pharos.Internal, "write JSON: %w", err)
	}
	writeBody(w, status, append(body, '\n'))
	return nil
}

// writeBody sends a JSON document.
func writeBody(w http.ResponseWriter, status int, body []byte) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.Header().Set("Cache-Control", "no-cache")
	w.WriteHeader(status)
	_, _ = w.Write(body) // a client that has gone is no error of ours
}

// redirectView sends the browser to an address of this server.
type redirectView struct{ to string }

func (v redirectView) write(w http.ResponseWriter, r *http.Request, _ *renderer) error {
	http.Redirect(w, r, v.to, http.StatusSeeOther)
	return nil
}
