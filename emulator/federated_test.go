package emulator

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math/big"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"

	"github.com/golang-jwt/jwt/v5"
)

// outsideIssuer is an issuer of tokens on this machine, as a pipeline has one.
type outsideIssuer struct {
	*httptest.Server
	t *testing.T
	// of is what the discovery document says the issuer is.
	of   string
	sign func(jwt.MapClaims, string) string
}

func newOutsideIssuer(t *testing.T) *outsideIssuer {
	t.Helper()
	_, key := selfSigned(t, filepath.Join(t.TempDir(), "issuer.pem"))
	i := &outsideIssuer{t: t}
	answer := func(w http.ResponseWriter, v any) {
		if err := json.NewEncoder(w).Encode(v); err != nil {
			t.Error(err)
		}
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /.well-known/openid-configuration", func(w http.ResponseWriter, _ *http.Request) {
		answer(w, map[string]any{"issuer": i.of, "jwks_uri": i.URL + "/keys"})
	})
	mux.HandleFunc("GET /keys", func(w http.ResponseWriter, _ *http.Request) {
		number := func(n *big.Int) string { return base64.RawURLEncoding.EncodeToString(n.Bytes()) }
		answer(w, map[string]any{"keys": []any{
			map[string]any{"kid": "curve", "kty": "EC"},
			map[string]any{"kid": "one", "kty": "RSA", "n": number(key.N), "e": number(big.NewInt(int64(key.E)))},
		}})
	})
	i.Server = httptest.NewServer(mux)
	t.Cleanup(i.Close)
	i.of = i.URL
	i.sign = func(claims jwt.MapClaims, kid string) string {
		token := jwt.NewWithClaims(jwt.SigningMethodRS256, claims)
		token.Header["kid"] = kid
		raw, err := token.SignedString(key)
		if err != nil {
			t.Fatal(err)
		}
		return raw
	}
	return i
}

// pipeline is an application with a service principal, whose sign-in by
// assertions is tried.
type pipeline struct {
	*desk
	path, appID string
}

func newPipeline(t *testing.T, d *desk) *pipeline {
	t.Helper()
	app := d.post("/v1.0/applications", `{"displayName":"pipeline"}`, 201)
	d.post("/v1.0/servicePrincipals", `{"appId":"`+app["appId"].(string)+`"}`, 201)
	return &pipeline{d, "/v1.0/applications/" + app["id"].(string), app["appId"].(string)}
}

func (p *pipeline) federate(name, issuer, subject string, status int) map[string]any {
	p.t.Helper()
	return p.post(p.path+"/federatedIdentityCredentials",
		fmt.Sprintf(`{"name":%q,"issuer":%q,"subject":%q,"audiences":["api://AzureADTokenExchange"]}`, name, issuer, subject), status)
}

// signIn presents an assertion to an emulator.
func (p *pipeline) signInTo(e *Emulator, assertion string) string {
	p.t.Helper()
	out := form(p.t, e, "/msp.example/oauth2/v2.0/token", "grant_type", "client_credentials", "client_id", p.appID,
		"client_assertion_type", assertionType, "client_assertion", assertion, "scope", "https://graph.microsoft.com/.default")
	if out.status == http.StatusOK {
		return "signed in"
	}
	return out.text
}

// TestFederated_SignIn: a token of an issuer that the application trusts signs
// it in when issuer, subject and audience are the same and the issuer's key
// signed it.
func TestFederated_SignIn(t *testing.T) {
	i := newOutsideIssuer(t)
	p := newPipeline(t, deskFor(t, staff, "msp", "robot", graph))
	p.federate("main", i.URL, "repo:contoso/azure:ref:refs/heads/main", 201)
	p.federate("elsewhere", "https://token.actions.githubusercontent.com", "repo:contoso/azure:pull_request", 201)
	claims := func(change ...string) jwt.MapClaims {
		c := jwt.MapClaims{"iss": i.URL, "sub": "repo:contoso/azure:ref:refs/heads/main", "aud": "api://AzureADTokenExchange"}
		for n := 0; n < len(change); n += 2 {
			c[change[n]] = change[n+1]
		}
		return c
	}
	other := newOutsideIssuer(t)
	for name, x := range map[string]struct{ assertion, want string }{
		"good":             {i.sign(claims(), "one"), "signed in"},
		"another issuer":   {i.sign(claims("iss", i.URL+"/"), "one"), "AADSTS700211"},
		"another subject":  {i.sign(claims("sub", "repo:contoso/Azure:ref:refs/heads/main"), "one"), "AADSTS700213"},
		"another audience": {i.sign(claims("aud", "api://else"), "one"), "AADSTS700212"},
		"another key":      {other.sign(claims(), "one"), "AADSTS700027: Client assertion contains an invalid signature. [Reason - The provided"},
		"an unknown key":   {i.sign(claims(), "two"), "Reason - The key was not found."},
		"on the network": {
			i.sign(claims("iss", "https://token.actions.githubusercontent.com", "sub", "repo:contoso/azure:pull_request"), "one"), "AADSTS50166: Request to External OIDC endpoint failed",
		},
		"our own":  {i.sign(claims("iss", "https://sts.windows.net/x/"), "one"), "AADSTS700222"},
		"no token": {"nonsense", "AADSTS50027"},
	} {
		if got := p.signInTo(p.e, x.assertion); !strings.Contains(got, x.want) {
			t.Errorf("%s: got %s, want %s", name, got, x.want)
		}
	}
	i.of = "http://127.0.0.1:1"
	if got := p.signInTo(p.e, i.sign(claims(), "one")); !strings.Contains(got, "AADSTS50166") {
		t.Errorf("with the discovery document of another issuer: %s", got)
	}
	i.of = i.URL
	dir := t.TempDir()
	if err := p.e.Save(dir); err != nil {
		t.Fatal(err)
	}
	again, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	if got := p.signInTo(again, i.sign(claims(), "one")); got != "signed in" {
		t.Errorf("after a restart: %s", got)
	}
}

func TestFederated_Directory(t *testing.T) {
	p := newPipeline(t, deskFor(t, staff, "msp", "robot", graph))
	made := p.federate("main", "https://issuer.example", "a", 201)
	list := p.path + "/federatedIdentityCredentials"
	for _, x := range []struct {
		name, issuer, subject string
		status                int
		code                  string
	}{
		{"main", "https://issuer.example", "b", 409, "Request_MultipleObjectsWithSameKeyValue"},
		{"second", "https://issuer.example", "a", 400, "InvalidFederatedIdentityCredentialValue"},
		{"no", "https://issuer.example", "b", 400, "InvalidFederatedIdentityCredentialValue"},
		{"plain", "http://issuer.example", "b", 400, "InvalidFederatedIdentityCredentialValue"},
		{"nobody", "https://issuer.example", "", 400, "InvalidFederatedIdentityCredentialValue"},
		{"long", "https://issuer.example", strings.Repeat("x", maxFederatedText+1), 400, "InvalidFederatedIdentityCredentialValue"},
	} {
		if got := errorCode(p.federate(x.name, x.issuer, x.subject, x.status)); got != x.code {
			t.Errorf("%s %s %.10s: %s", x.name, x.issuer, x.subject, got)
		}
	}
	p.post(list, `{"name":"two-audiences","issuer":"https://issuer.example","subject":"c","audiences":["a","b"]}`, 400)
	for n := 2; n <= maxFederated; n++ {
		p.federate(fmt.Sprint("number-", n), "https://issuer.example", fmt.Sprint(n), 201)
	}
	p.federate("too-many", "https://issuer.example", "z", 400)
	for _, key := range []string{made["id"].(string), "main"} {
		if got := p.get(list+"/"+key, 200); got["subject"] != "a" || got["issuer"] != "https://issuer.example" {
			t.Errorf("%s: %v", key, got)
		}
	}
	for body, status := range map[string]int{`{"subject":"z","description":"d"}`: 204, `{"subject":"2"}`: 400, `{"name":"else"}`: 400, `{"audiences":[]}`: 400} {
		if r := p.do(http.MethodPatch, list+"/main", body); r.status != status {
			t.Errorf("PATCH %s: %d %s", body, r.status, r.body)
		}
	}
	if got := p.get(list+"/main", 200); got["subject"] != "z" || got["description"] != "d" {
		t.Errorf("after the change: %v", got)
	}
	if r := p.do(http.MethodDelete, list+"/main", ""); r.status != 204 {
		t.Errorf("delete: %d", r.status)
	}
	p.get(list+"/main", 404)
	if got := p.get(list, 200)["value"].([]any); len(got) != maxFederated-1 {
		t.Errorf("%d credentials are left", len(got))
	}
	p.signIn("msp", "alice", graph)
	p.federate("mine", "https://issuer.example", "mine", 403)
}
