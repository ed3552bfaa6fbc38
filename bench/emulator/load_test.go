package main

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// TestMeasure measures a server that answers at once, and refuses to measure
// one that answers something else.
func TestMeasure(t *testing.T) {
	s := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/refused" {
			w.WriteHeader(http.StatusForbidden)
		}
		_, _ = w.Write([]byte("answer")) // the client reads it
	}))
	defer s.Close()
	b := &bench{seconds: 50 * time.Millisecond, connections: 2}
	got, err := b.measure(context.Background(), request{name: "good", method: http.MethodGet, url: s.URL, want: http.StatusOK})
	if err != nil || got.perSecond <= 0 || got.bytes != len("answer") || got.half > got.p99 {
		t.Errorf("got %+v, %v", got, err)
	}
	_, err = b.measure(context.Background(), request{name: "bad", method: http.MethodGet, url: s.URL + "/refused", want: http.StatusOK})
	if err == nil || !strings.Contains(err.Error(), "bad: 403") {
		t.Errorf("a refusal: %v", err)
	}
}

func TestManySubscriptions(t *testing.T) {
	text := string(manySubscriptions(12))
	if n := strings.Count(text, "- name: sub-"); n != 12 {
		t.Errorf("%d subscriptions, want 12", n)
	}
	if n := strings.Count(text, "- name: customer-"); n != 3 {
		t.Errorf("%d customers, want 3", n)
	}
}
