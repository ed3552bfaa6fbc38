package web

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"testing"
)

// FuzzServer asks for any address with any query. Whatever it is, the server
// answers with a page or an error that is the asker's, never with one of ours.
// Seeds are under testdata/fuzz/FuzzServer.
func FuzzServer(f *testing.F) {
	seeds, err := os.ReadDir("testdata/fuzz/FuzzServer")
	if err != nil || len(seeds) == 0 {
		f.Fatalf("no seeds: %v", err)
	}
	s, err := New(Deps{Books: sample(), Clock: october.First().Start})
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, path, query, host string) {
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.URL = &url.URL{Path: "/" + path, RawQuery: query}
		r.Host = host
		w := httptest.NewRecorder()
		s.ServeHTTP(w, r)
		if w.Code >= http.StatusInternalServerError {
			t.Errorf("%q ? %q: status %d: %s", path, query, w.Code, w.Body)
		}
		if w.Code == http.StatusOK && !s.serves(r) {
			t.Errorf("answered for the host %q", host)
		}
		if w.Header().Get("Content-Security-Policy") != contentPolicy {
			t.Errorf("%q: status %d without the policy", path, w.Code)
		}
	})
}
