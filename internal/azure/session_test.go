package azure_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/pharos-pec/pharos"
	"github.com/pharos-pec/pharos/internal/azure"
)

func TestSelf(t *testing.T) {
	f := newFake(t)
	self, err := f.session().Self(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	want := pharos.Principal{
		PrincipalRef: pharos.PrincipalRef{Tenant: tenant, ID: object}, Kind: pharos.ServicePrincipal, Name: "robot", Identity: client,
	}
	if self.Principal != want || !self.At.Equal(cloudTime()) {
		t.Errorf("got %+v", self)
	}
}

func TestSignIn_WrongSecret(t *testing.T) {
	f := newFake(t)
	c := f.credential()
	wrong := secret + "-but-wrong"
	c.Secret = func() ([]byte, error) { return []byte(wrong), nil }
	_, err := f.open(c, quick()).Self(t.Context())
	wantError(t, err, pharos.Unauthenticated, "robot", tenant, "AADSTS7000215", "the client secret is wrong", "value, not its id")
	if printed := fmt.Sprintf("%v %+v %s", c, c, err); strings.Contains(printed, secret) {
		t.Errorf("the secret is printed: %s", printed)
	}
}

// TestSignIn_Refusals holds what is said of codes that are in no other test.
func TestSignIn_Refusals(t *testing.T) {
	rows := []struct {
		status int
		text   string
		code   pharos.Code
		parts  []string
	}{
		{503, "AADSTS90033: A transient error has occurred. Please try again. Trace ID: 1", pharos.Unavailable, []string{"503", "A transient error has occurred", "try again later"}},
		{400, "AADSTS7000222: The provided client secret keys for app are expired. Trace ID: 1", pharos.Unauthenticated, []string{"client secret has expired", "AADSTS7000222", "make a new secret"}},
		{400, "AADSTS7000112: Application is disabled.", pharos.Unauthenticated, []string{"application is disabled"}},
		{400, "AADSTS123456: Something new is wrong. Trace ID: 1", pharos.Unauthenticated, []string{"Something new is wrong (AADSTS123456)", "error?code=123456"}},
		{400, "no code at all", pharos.Unauthenticated, []string{"400", "no code at all"}},
	}
	for _, r := range rows {
		t.Run(r.text[:12], func(t *testing.T) {
			f := newFake(t)
			f.mux.HandleFunc("POST /"+tenant+"/oauth2/v2.0/token", func(w http.ResponseWriter, _ *http.Request) {
				w.WriteHeader(r.status)
				writeJSON(w, map[string]any{"error": "invalid_client", "error_description": r.text})
			})
			_, err := f.session().Self(t.Context())
			wantError(t, err, r.code, append(r.parts, "robot")...)
		})
	}
}

// TestOpen_Unusable has one row for each credential that cannot be used as it is.
func TestOpen_Unusable(t *testing.T) {
	f := newFake(t)
	missing := func() ([]byte, error) {
		return nil, pharos.Errorf(pharos.Unauthenticated, "secret env:X is empty or not set").WithHint("set it")
	}
	rows := map[string]struct {
		change func(*azure.Credential)
		code   pharos.Code
		text   string
	}{
		"no method":      {func(c *azure.Credential) { c.Method = "magic" }, pharos.Invalid, "no way to sign in"},
		"no secret":      {func(c *azure.Credential) { c.Secret = nil }, pharos.Invalid, "has no secret"},
		"secret not set": {func(c *azure.Credential) { c.Secret = missing }, pharos.Unauthenticated, "env:X"},
		"no certificate": {func(c *azure.Credential) { c.Method, c.File = azure.Certificate, f.caFile+".gone" }, pharos.Unauthenticated, "certificate"},
		"no key":         {func(c *azure.Credential) { c.Method, c.File = azure.Certificate, f.caFile }, pharos.Unauthenticated, "private key"},
		"nobody there":   {func(c *azure.Credential) { c.Method = azure.DeviceCode }, pharos.Invalid, "device code"},
		"odd tenant":     {func(c *azure.Credential) { c.Tenant = "not/a/tenant" }, pharos.Invalid, "robot"},
	}
	for name, r := range rows {
		t.Run(name, func(t *testing.T) {
			c := f.credential()
			r.change(&c)
			_, err := azure.Open(c, f.cloud(), quick())
			wantError(t, err, r.code, "robot", r.text)
		})
	}
}

func TestSignIn_NobodyAnswers(t *testing.T) {
	f := newFake(t)
	s := f.session()
	f.CloseClientConnections()
	f.Listener.Close() //nolint:errcheck // it only has to be closed
	_, err := s.Self(t.Context())
	wantError(t, err, pharos.Unavailable, "robot", "did not answer", "network")
}

func TestSignIn_UntrustedCertificate(t *testing.T) {
	f := newFake(t)
	bare, err := azure.CustomCloud(f.URL, f.URL, f.URL, f.URL, "")
	if err != nil {
		t.Fatal(err)
	}
	s, err := azure.Open(f.credential(), bare, quick())
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	_, err = s.Self(t.Context())
	wantError(t, err, pharos.Unavailable, "not trusted", "caFile")
}

func TestInterrupted(t *testing.T) {
	f := newFake(t)
	ctx, cancel := context.WithCancel(t.Context())
	f.mux.HandleFunc("GET /subscriptions", func(w http.ResponseWriter, r *http.Request) {
		cancel()
		<-r.Context().Done()
	})
	_, err := f.session().Subscriptions(ctx)
	wantError(t, err, pharos.Interrupted, "/subscriptions", "interrupted")
}

// TestTokenRenewed holds that a token the cloud refuses before its end is
// replaced once, and that a cloud that refuses every token is believed.
func TestTokenRenewed(t *testing.T) {
	f := newFake(t)
	var refused string
	f.mux.HandleFunc("GET /subscriptions", func(w http.ResponseWriter, r *http.Request) {
		bearer := r.Header.Get("Authorization")
		if refused == "" || bearer == refused {
			refused = bearer
			w.Header().Set("WWW-Authenticate", `Bearer error="invalid_token"`)
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		_, _ = w.Write([]byte(`{"value":[]}`))
	})
	s := f.session()
	if _, err := s.Subscriptions(t.Context()); err != nil {
		t.Fatal(err)
	}
	if f.issued != 2 {
		t.Errorf("got %d tokens, want 2", f.issued)
	}
	f.refuse("GET /providers/Microsoft.ManagementPartner/partners", 401, "InvalidAuthenticationToken", "The access token is invalid.")
	_, err := s.Link(t.Context())
	wantError(t, err, pharos.Unauthenticated, "InvalidAuthenticationToken", "tenant the right one")
}

func TestNamedClouds(t *testing.T) {
	for _, name := range []string{"public", "usgovernment", "china", ""} {
		c, err := azure.NamedCloud(name)
		if err != nil {
			t.Fatal(err)
		}
		s, err := azure.Open(newFakeCredential(), c, quick())
		if err != nil {
			t.Fatal(err)
		}
		_, err = s.Billing()
		if c.Name == "public" && err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if c.Name != "public" {
			wantError(t, err, pharos.Unsupported, c.Name, "usage import")
		}
		s.Close()
	}
	_, err := azure.NamedCloud("mars")
	wantError(t, err, pharos.Invalid, "mars", "usgovernment")
	_, err = azure.CustomCloud("https://a", "http://b", "https://c", "https://d", "")
	wantError(t, err, pharos.Invalid, "cloud.resourceManager", "https")
}

func newFakeCredential() azure.Credential {
	return azure.Credential{Name: "robot", Tenant: tenant, ClientID: client, Method: azure.ClientSecret, Secret: func() ([]byte, error) { return []byte(secret), nil }}
}

func TestOptions_NeedAClock(t *testing.T) {
	f := newFake(t)
	_, err := azure.Open(f.credential(), f.cloud(), azure.Options{BaseDelay: time.Millisecond})
	wantError(t, err, pharos.Internal, "Now")
}
