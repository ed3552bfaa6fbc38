package azure_test

import (
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/pharos-pec/pharos"
)

const oneSubscription = `{"subscriptionId":"%s","tenantId":"` + customer + `","displayName":"prod","state":"Enabled"}`

func TestPaging_ToTheEnd(t *testing.T) {
	f := newFake(t)
	id := func(n int) string { return fmt.Sprintf("00000000-0000-4000-8000-%012d", n) }
	f.mux.HandleFunc("GET /subscriptions", func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Query().Get("$skiptoken") {
		case "":
			_, _ = fmt.Fprintf(w, `{"value":[`+oneSubscription+`],"nextLink":"%s/subscriptions?api-version=2022-12-01&$skiptoken=empty"}`, id(1), f.URL)
		case "empty":
			_, _ = fmt.Fprintf(w, `{"value":[],"nextLink":"%s/subscriptions?api-version=2022-12-01&$skiptoken=last"}`, f.URL)
		default:
			_, _ = fmt.Fprintf(w, `{"value":[`+oneSubscription+`]}`, id(2))
		}
	})
	got, err := f.session().Subscriptions(t.Context())
	if err != nil || len(got.Items) != 2 || !got.At.Equal(cloudTime()) {
		t.Fatalf("got %+v, %v", got, err)
	}
	if v := got.Items[0]; !v.Projected || v.Customer != customer || v.Name != "prod" {
		t.Errorf("got %+v", v)
	}
}

// TestAnswers_Refused has one row for each answer that must not be believed.
func TestAnswers_Refused(t *testing.T) {
	rows := map[string]struct {
		body  string
		parts []string
	}{
		"not JSON":       {`<html>proxy</html>`, []string{"GET /subscriptions", "not as documented", "proxy"}},
		"no value":       {`{}`, []string{"it has no value"}},
		"foreign host":   {`{"value":[],"nextLink":"https://evil.example/subscriptions"}`, []string{"evil.example", "token is not sent"}},
		"plain http":     {`{"value":[],"nextLink":"http://{{host}}/subscriptions"}`, []string{"token is not sent"}},
		"same page":      {`{"value":[],"nextLink":"/subscriptions?api-version=2022-12-01"}`, []string{"next page is this page"}},
		"no GUID":        {`{"value":[{"subscriptionId":"1","tenantId":"2"}]}`, []string{"not as documented", "GUID"}},
		"too large":      {`{"value":["` + strings.Repeat("x", 2<<20) + `"]}`, []string{"larger"}},
		"cut off":        {`{"value":[`, []string{"unexpected end"}},
		"user in a link": {`{"value":[],"nextLink":"https://a:b@{{host}}/subscriptions"}`, []string{"token is not sent"}},
	}
	for name, r := range rows {
		t.Run(name, func(t *testing.T) {
			f := newFake(t)
			f.answer("GET /subscriptions", strings.ReplaceAll(r.body, "{{host}}", f.Listener.Addr().String()))
			_, err := f.session().Subscriptions(t.Context())
			wantError(t, err, pharos.Unavailable, append(r.parts, "robot")...)
		})
	}
}

// TestErrors_Mapped holds that the cloud's own code and words reach the user
// under the right code.
func TestErrors_Mapped(t *testing.T) {
	rows := []struct {
		status int
		body   string
		code   pharos.Code
		parts  []string
	}{
		{403, `{"error":{"code":"AuthorizationFailed","message":"The client\nhas no authorization"}}`, pharos.Forbidden, []string{"403 AuthorizationFailed: The client has no authorization", "Reader"}},
		{404, `{"code":"SubscriptionNotFound","message":"gone"}`, pharos.NotFound, []string{"SubscriptionNotFound: gone"}},
		{400, `{"error":{"code":"BadRequest","message":"no"}}`, pharos.Invalid, []string{"400 BadRequest"}},
		{409, `{"code":3000,"description":"busy"}`, pharos.Conflict, []string{"409 3000: busy"}},
		{501, `{"error":{"code":"NotImplemented","message":"not here"}}`, pharos.Unsupported, []string{"501"}},
		{429, `{"statusCode":429,"message":"Rate limit is exceeded."}`, pharos.Unavailable, []string{"429: Rate limit", "try again later"}},
		{503, `<html>`, pharos.Unavailable, []string{"503"}},
		{302, ``, pharos.Unavailable, []string{"302", "redirects"}},
	}
	for _, r := range rows {
		t.Run(fmt.Sprint(r.status), func(t *testing.T) {
			f := newFake(t)
			f.mux.HandleFunc("GET /subscriptions/{id}/providers/Microsoft.Authorization/denyAssignments", func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Location", "https://evil.example/")
				w.WriteHeader(r.status)
				_, _ = w.Write([]byte(r.body))
			})
			_, err := f.session().Denials(t.Context(), visible(false))
			wantError(t, err, r.code, append(r.parts, "robot", "/subscriptions/"+sub)...)
		})
	}
}

// TestRetries plays throttling, a server error, a dropped connection and a cut
// answer before the good one.
func TestRetries(t *testing.T) {
	f := newFake(t)
	var n atomic.Int32
	f.mux.HandleFunc("GET /subscriptions", func(w http.ResponseWriter, _ *http.Request) {
		switch n.Add(1) {
		case 1:
			w.Header().Set("retry-after-ms", "1")
			w.WriteHeader(http.StatusTooManyRequests)
		case 2:
			w.WriteHeader(http.StatusServiceUnavailable)
		case 3:
			w.Header().Set("Content-Length", "100")
			_, _ = w.Write([]byte(`{"val`))
			panic(http.ErrAbortHandler)
		default:
			_, _ = w.Write([]byte(`{"value":[]}`))
		}
	})
	if _, err := f.session().Subscriptions(t.Context()); err != nil {
		t.Fatal(err)
	}
	n.Store(-100)
	f2 := newFake(t)
	f2.mux.HandleFunc("GET /subscriptions", func(http.ResponseWriter, *http.Request) {
		n.Add(1)
		panic(http.ErrAbortHandler)
	})
	_, err := f2.session().Subscriptions(t.Context())
	wantError(t, err, pharos.Unavailable, "no whole answer", "GET /subscriptions")
	// net/http itself repeats a call whose reused connection is found broken.
	if got := n.Load() + 100; got < 4 || got > 5 {
		t.Errorf("got %d tries, want 4", got)
	}
}

func TestRetryAfter_TooLongIsAnError(t *testing.T) {
	f := newFake(t)
	f.mux.HandleFunc("GET /subscriptions", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Retry-After", "3600")
		w.WriteHeader(http.StatusTooManyRequests)
	})
	_, err := f.session().Subscriptions(t.Context())
	wantError(t, err, pharos.Unavailable, "429", "try again later")
}

func TestNoDate(t *testing.T) {
	f := newFake(t)
	f.mux.HandleFunc("GET /subscriptions", func(w http.ResponseWriter, _ *http.Request) {
		w.Header()["Date"] = nil
		_, _ = w.Write([]byte(`{"value":[]}`))
	})
	_, err := f.session().Subscriptions(t.Context())
	wantError(t, err, pharos.Unavailable, "no date")
}
