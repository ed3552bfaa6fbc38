package azure_test

import (
	"context"
	"crypto/x509"
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/pharos-pec/pharos"
	"github.com/pharos-pec/pharos/internal/azure"
	"github.com/pharos-pec/pharos/onboard"
)

// TestMayRegister: what a token lacks is told before anything is made, and
// what it cannot tell is left to Graph.
func TestMayRegister(t *testing.T) {
	type claims = map[string]any
	const member, guest, developer = "b79fbf4d-3ef9-4689-8143-76b194e85509", "10dae51f-b6af-4016-8d66-8c2a99b929b3", "cf1c38e5-3621-4004-a7cb-879624dced7c"
	for name, x := range map[string]struct {
		claims claims
		lacks  string
	}{
		"an application that owns":            {claims{"idtyp": "app", "roles": []string{"Application.ReadWrite.OwnedBy"}}, ""},
		"an application that may write all":   {claims{"idtyp": "app", "roles": []string{"User.Read.All", "Application.ReadWrite.All"}}, ""},
		"an application that reads":           {claims{"idtyp": "app", "roles": []string{"Application.Read.All", "Directory.Read.All"}}, "none of the permissions Application.ReadWrite.OwnedBy"},
		"an application without permissions":  {claims{"idtyp": "app"}, "none of the permissions"},
		"a member, as the tenant allows":      {claims{"idtyp": "user", "scp": "Directory.AccessAsUser.All", "wids": []string{member}}, ""},
		"a member who signed in for less":     {claims{"idtyp": "user", "scp": "User.Read openid", "wids": []string{member, developer}}, "none of the scopes Application.ReadWrite.All"},
		"a guest":                             {claims{"idtyp": "user", "scp": "Application.ReadWrite.All", "wids": []string{guest}}, "a guest needs a role"},
		"a guest who is developer":            {claims{"idtyp": "user", "scp": "Application.ReadWrite.All", "wids": []string{guest, developer}}, ""},
		"a person of whom nothing is told":    {claims{"idtyp": "user"}, ""},
		"an application by a token version 2": {claims{"idtyp": "app", "azp": client, "roles": []string{"Directory.ReadWrite.All"}}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFake(t)
			f.mux.HandleFunc("POST /"+tenant+"/oauth2/v2.0/token", func(w http.ResponseWriter, _ *http.Request) {
				x.claims["tid"], x.claims["oid"] = tenant, object
				writeJSON(w, map[string]any{"token_type": "Bearer", "expires_in": 3599, "access_token": jwt(x.claims)})
			})
			err := f.open(f.credential(), quick()).Registry().MayRegister(t.Context())
			if x.lacks == "" && err != nil {
				t.Error(err)
			}
			if x.lacks != "" {
				wantError(t, err, pharos.Forbidden, "robot may not register applications", x.lacks, "Application.ReadWrite.OwnedBy", "Application Developer")
			}
			if len(f.seen) != 0 {
				t.Errorf("it asked %q", f.seen)
			}
		})
	}
}

// ensureRobot makes an account at the emulator, without waiting.
func ensureRobot(t *testing.T, r azure.Registry, o onboard.AccountOptions) (onboard.Account, []byte, error) {
	t.Helper()
	var key []byte
	o.Name, o.Days = "Contoso robot", 90
	o.NewCertificate = func(from, until time.Time) (*x509.Certificate, error) {
		cert, text, err := onboard.NewCertificate("Contoso robot", from, until)
		key = text
		return cert, err
	}
	o.Patience.Pause = func(context.Context, time.Duration) error { return nil }
	a, err := onboard.EnsureAccount(t.Context(), r, o)
	return a, key, err
}

// TestRegistry_Behind: an account of each kind is made once in a directory
// whose copies learn late of what is new, and signs in when they have.
func TestRegistry_Behind(t *testing.T) {
	federation := onboard.Federation{Issuer: "https://issuer.example", Subject: "pipeline", Audience: "api://AzureADTokenExchange"}
	for _, by := range []onboard.CredentialKind{onboard.BySecret, onboard.ByCertificate, onboard.ByFederation} {
		t.Run(string(by), func(t *testing.T) {
			e := emulate(t, "month", "faults: {replicaLag: 2}\n")
			r := e.session("provider-automation").Registry()
			a, key, err := ensureRobot(t, r, onboard.AccountOptions{By: by, Federation: federation})
			if err != nil || len(a.Made) != 3 || a.Principal == "" || len(a.Credentials) != 1 {
				t.Fatalf("%+v, %v", a, err)
			}
			again, _, err := ensureRobot(t, r, onboard.AccountOptions{By: by, Federation: federation})
			if err != nil || len(again.Made) != 0 || again.ID != a.ID || again.Principal != a.Principal || len(again.Credentials) != 1 {
				t.Errorf("again: %+v, %v", again, err)
			}
			if by == onboard.ByFederation {
				if c := again.Credentials[0]; c.Federation != federation || !c.Until.IsZero() || c.Name != federation.Name() {
					t.Errorf("the federated credential reads %+v", c)
				}
				return // nobody here has its token
			}
			c := azure.Credential{Name: "new", Tenant: tenant, ClientID: a.ID, Method: azure.ClientSecret, Secret: func() ([]byte, error) { return []byte(a.Secret), nil }}
			if by == onboard.ByCertificate {
				c.Method, c.File = azure.Certificate, filepath.Join(t.TempDir(), "robot.pem")
				if err := os.WriteFile(c.File, key, 0o600); err != nil {
					t.Fatal(err)
				}
			}
			refused := 0
			for {
				_, err = e.sessionAs(c).Self(t.Context())
				if pharos.CodeOf(err) != pharos.Unauthenticated || refused == 10 {
					break
				}
				refused++
			}
			if err != nil || refused != 4 { // twice each for the application and its credential
				t.Errorf("refused %d times, then %v", refused, err)
			}
		})
	}
}

// TestRegistry_KeepsCertificates: certificates that stand are sent back as
// Graph told them, in every property.
func TestRegistry_KeepsCertificates(t *testing.T) {
	f := newFake(t)
	stands := `{"keyId":"k1","customKeyIdentifier":"theirs","displayName":"CN=old","endDateTime":"2027-01-01T00:00:00Z","key":null,"unheardOf":{"a":[1]}}`
	f.answer("GET /v1.0/applications/object-1", `{"keyCredentials":[`+stands+`]}`)
	var sent struct{ KeyCredentials []json.RawMessage }
	f.mux.HandleFunc("PATCH /v1.0/applications/object-1", func(w http.ResponseWriter, r *http.Request) {
		if err := json.NewDecoder(r.Body).Decode(&sent); err != nil {
			t.Error(err)
		}
		w.WriteHeader(http.StatusNoContent)
	})
	cert, _, err := onboard.NewCertificate("Contoso robot", cloudTime(), cloudTime().AddDate(0, 0, 90))
	if err != nil {
		t.Fatal(err)
	}
	r := f.open(f.credential(), quick()).Registry()
	c, err := r.AddCertificate(t.Context(), onboard.Application{Object: "object-1"}, cert)
	if err != nil || c.ID != onboard.Thumbprint(cert) || !c.Until.Equal(cert.NotAfter) {
		t.Fatalf("%+v, %v", c, err)
	}
	if len(sent.KeyCredentials) != 2 || string(sent.KeyCredentials[0]) != stands {
		t.Fatalf("sent %s", sent.KeyCredentials)
	}
	var added map[string]string
	if err := json.Unmarshal(sent.KeyCredentials[1], &added); err != nil || added["endDateTime"] != "2027-02-04T12:00:00Z" || added["displayName"] != "CN=Contoso robot" || added["type"] != "AsymmetricX509Cert" {
		t.Errorf("added %v, %v", added, err)
	}
}

// TestRegistry_Credentials: what the directory tells of certificates that are
// not ours is told on, and nothing is made up.
func TestRegistry_Credentials(t *testing.T) {
	f := newFake(t)
	f.answer("GET /v1.0/applications/object-1", `{"passwordCredentials":[{"keyId":"s1","displayName":null,"endDateTime":"2026-12-01T00:00:00Z"}],
		"keyCredentials":[{"keyId":"k1","customKeyIdentifier":"","displayName":"CN=old","endDateTime":"2027-01-01T00:00:00Z","key":"AAAA"}]}`)
	f.answer("GET /v1.0/applications/object-1/federatedIdentityCredentials", `{"value":[{"id":"f1","name":"main","issuer":"i","subject":"s","audiences":["a"]},{"id":"f2","name":"odd","issuer":"i","audiences":[]}]}`)
	have, at, err := f.open(f.credential(), quick()).Registry().Credentials(t.Context(), onboard.Application{Object: "object-1"})
	if err != nil || !at.Equal(cloudTime()) || len(have) != 4 {
		t.Fatalf("%+v at %s, %v", have, at, err)
	}
	var got []string
	for _, c := range have {
		got = append(got, string(c.Kind)+" "+c.ID+" "+c.Name+" "+c.Federation.Audience+" "+string(c.State(at)))
	}
	if want := "secret s1   ending|certificate k1 CN=old  good|federated f1 main a good|federated f2 odd  good"; strings.Join(got, "|") != want {
		t.Errorf("got  %s\nwant %s", strings.Join(got, "|"), want)
	}
}

// TestRegistry_Federate_LostAnswer: one that a try made whose answer was lost
// is taken, and another of the name is not.
func TestRegistry_Federate_LostAnswer(t *testing.T) {
	f := newFake(t)
	wanted := onboard.Federation{Issuer: "https://issuer.example", Subject: "pipeline", Audience: "api://AzureADTokenExchange"}
	f.refuse("POST /v1.0/applications/object-1/federatedIdentityCredentials", http.StatusConflict, "Request_MultipleObjectsWithSameKeyValue", "it exists already")
	f.answer("GET /v1.0/applications/object-1/federatedIdentityCredentials",
		`{"value":[{"id":"f1","name":"x","issuer":"https://issuer.example","subject":"pipeline","audiences":["api://AzureADTokenExchange"]}]}`)
	r := f.open(f.credential(), quick()).Registry()
	if c, err := r.Federate(t.Context(), onboard.Application{Object: "object-1"}, wanted); err != nil || c.ID != "f1" {
		t.Errorf("%+v, %v", c, err)
	}
	wanted.Subject = "else"
	_, err := r.Federate(t.Context(), onboard.Application{Object: "object-1"}, wanted)
	wantError(t, err, pharos.Conflict, "it exists already")
}
