package azure_test

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/pharos-pec/pharos"
	"github.com/pharos-pec/pharos/internal/azure"
	"github.com/pharos-pec/pharos/observe"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	tenant   = "11111111-1111-4111-8111-111111111111"
	customer = "22222222-2222-4222-8222-222222222222"
	object   = "33333333-3333-4333-8333-333333333333"
	client   = "44444444-4444-4444-8444-444444444444"
	sub      = "55555555-5555-4555-8555-555555555555"
	group    = "66666666-6666-4666-8666-666666666666"
	secret   = "s3cret-never-to-be-seen"
)

// cloudTime is the time the fake cloud tells; the machine's clock is elsewhere.
func cloudTime() time.Time { return time.Date(2026, 11, 6, 12, 0, 0, 0, time.UTC) }

// fake is a cloud of canned answers over TLS. Its token endpoint lets one
// secret in and counts the tokens it gave.
type fake struct {
	*httptest.Server
	t      *testing.T
	mux    *http.ServeMux
	caFile string

	mu     sync.Mutex
	issued int
	seen   []string // "METHOD path?query" of every API call, as decoded
}

func newFake(t *testing.T) *fake {
	t.Helper()
	f := &fake{t: t, mux: http.NewServeMux()}
	f.Server = httptest.NewUnstartedServer(http.HandlerFunc(f.serve))
	f.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError) // clients that refuse its certificate are expected
	f.StartTLS()
	t.Cleanup(f.Close)
	f.caFile = filepath.Join(t.TempDir(), "ca.pem")
	ca := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: f.Certificate().Raw})
	if err := os.WriteFile(f.caFile, ca, 0o600); err != nil {
		t.Fatal(err)
	}
	f.mux.HandleFunc("GET /{tenant}/v2.0/.well-known/openid-configuration", f.discovery)
	f.mux.HandleFunc("POST /{tenant}/oauth2/v2.0/token", f.token)
	f.answer("GET /tenants", `{"value":[{"tenantId":"`+tenant+`"}]}`)
	return f
}

func (f *fake) serve(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Date", cloudTime().Format(http.TimeFormat))
	if !strings.Contains(r.URL.Path, "/oauth2/") && !strings.Contains(r.URL.Path, "/.well-known/") {
		f.mu.Lock()
		q := r.URL.Query()
		var args []string
		for _, k := range []string{"api-version", "$filter", "seekOperation"} {
			if v := q.Get(k); v != "" {
				args = append(args, k+"="+v)
			}
		}
		f.seen = append(f.seen, strings.TrimSuffix(r.Method+" "+r.URL.Path+"?"+strings.Join(args, "&"), "?"))
		f.mu.Unlock()
	}
	f.mux.ServeHTTP(w, r)
}

func (f *fake) discovery(w http.ResponseWriter, r *http.Request) {
	at := f.URL + "/" + r.PathValue("tenant")
	writeJSON(w, map[string]string{
		"issuer": at + "/v2.0", "authorization_endpoint": at + "/oauth2/v2.0/authorize", "token_endpoint": at + "/oauth2/v2.0/token",
	})
}

func (f *fake) token(w http.ResponseWriter, r *http.Request) {
	if r.FormValue("client_secret") != secret {
		w.WriteHeader(http.StatusUnauthorized)
		writeJSON(w, map[string]any{
			"error": "invalid_client", "error_codes": []int{7000215},
			"error_description": "AADSTS7000215: Invalid client secret provided. Ensure the secret being sent is the value. Trace ID: 1 Correlation ID: 2",
		})
		return
	}
	f.mu.Lock()
	f.issued++
	n := f.issued
	f.mu.Unlock()
	writeJSON(w, map[string]any{"token_type": "Bearer", "expires_in": 3599, "access_token": jwt(map[string]any{
		"tid": strings.ToUpper(tenant), "oid": object, "appid": client, "idtyp": "app", "n": n,
	})})
}

// jwt is a token that nobody checks.
func jwt(claims map[string]any) string {
	b, _ := json.Marshal(claims) // a map of plain values
	e := base64.RawURLEncoding.EncodeToString
	return e([]byte(`{"alg":"none"}`)) + "." + e(b) + "." + e([]byte("x"))
}

// answer serves one body for a pattern; {{url}} in it is the server's address.
func (f *fake) answer(pattern, body string) {
	f.mux.HandleFunc(pattern, func(w http.ResponseWriter, _ *http.Request) {
		_, _ = fmt.Fprint(w, strings.ReplaceAll(body, "{{url}}", f.URL)) // the client sees what is missing
	})
}

// refuse serves an error in Resource Manager's form.
func (f *fake) refuse(pattern string, status int, code, message string) {
	f.mux.HandleFunc(pattern, func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(status)
		writeJSON(w, map[string]any{"error": map[string]string{"code": code, "message": message}})
	})
}

func (f *fake) cloud() azure.Cloud {
	f.t.Helper()
	c, err := azure.CustomCloud(f.URL, f.URL, f.URL, f.URL, f.caFile)
	if err != nil {
		f.t.Fatal(err)
	}
	return c
}

func (f *fake) credential() azure.Credential {
	return azure.Credential{
		Name: "robot", Tenant: tenant, ClientID: client, Method: azure.ClientSecret,
		Secret: func() ([]byte, error) { return []byte(secret), nil },
	}
}

// epoch is a machine's clock that stands still, before any token ends.
func epoch() time.Time { return time.Unix(0, 0) }

// quick retries at once and knows a time for tokens.
func quick() azure.Options {
	return azure.Options{
		Now: epoch, Tries: 4, BaseDelay: time.Millisecond, MaxDelay: 10 * time.Second, PollDelay: time.Millisecond, MaxBody: 1 << 20,
	}
}

func (f *fake) session() *azure.Session { return f.open(f.credential(), quick()) }

func (f *fake) open(c azure.Credential, o azure.Options) *azure.Session {
	f.t.Helper()
	s, err := azure.Open(c, f.cloud(), o)
	if err != nil {
		f.t.Fatal(err)
	}
	f.t.Cleanup(s.Close)
	return s
}

// calls returns the API calls seen that contain part.
func (f *fake) calls(part string) []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	var out []string
	for _, c := range f.seen {
		if strings.Contains(c, part) {
			out = append(out, c)
		}
	}
	return out
}

func writeJSON(w http.ResponseWriter, v any) {
	_ = json.NewEncoder(w).Encode(v) // the client sees what is missing
}

// wantError checks code, and that the text is one line that has all parts and
// no secret.
func wantError(t *testing.T, err error, code pharos.Code, parts ...string) {
	t.Helper()
	if got := pharos.CodeOf(err); got != code {
		t.Fatalf("got code %q of %v, want %q", got, err, code)
	}
	text := err.Error() + " / " + pharos.HintOf(err)
	for _, p := range parts {
		if !strings.Contains(text, p) {
			t.Errorf("got %q, want it to contain %q", text, p)
		}
	}
	if strings.ContainsAny(text, "\n\r") || strings.Contains(text, secret) {
		t.Errorf("got %q: it has several lines, or the secret", text)
	}
}

// visible is the test's subscription, as seen through a delegation or not.
func visible(projected bool) observe.Visible {
	return observe.Visible{Subscription: pharos.Subscription{ID: sub, Customer: customer, Name: "prod"}, Projected: projected}
}

// prompt notes what a person is shown.
func prompt(shown *[]string) func(context.Context, azure.Prompt) error {
	return func(_ context.Context, p azure.Prompt) error {
		*shown = append(*shown, p.URL+" "+p.Code)
		return nil
	}
}
