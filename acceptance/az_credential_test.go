package acceptance

import (
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"math/big"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/golang-jwt/jwt/v5"
)

// application makes one with its service principal, and returns its id and how
// az signs in as it.
func (a *az) application(name string) (appID, login string) {
	a.t.Helper()
	appID, _ = at(a.does("ad app create --display-name "+name), "appId").(string)
	a.does("ad sp create --id " + appID)
	return appID, "login --service-principal --allow-no-subscriptions --tenant " + partnerTenant() + " -u " + appID
}

// TestAzCertificate: az makes certificates for an application, adds another
// beside the first, removes one, and signs in by those that are left.
func TestAzCertificate(t *testing.T) {
	t.Parallel()
	c := start(t)
	setup := robot(t, c, "contoso-msp", "tenant-setup", "s3tup-for-tests", "--allow-no-subscriptions")
	app, login := setup.application("portal")
	certificate := func(append string) string {
		file, _ := at(setup.does("ad app credential reset --create-cert --id "+app+append), "fileWithCertAndPrivateKey").(string)
		return file
	}
	first := certificate("")
	second := certificate(" --append")
	for _, file := range []string{first, second} {
		newAz(t, c).does(login + " -p " + file)
	}
	list, _ := setup.does("ad app credential list --cert --id " + app).([]any)
	equal(t, "certificates", len(list), 2)
	holds(t, list, "0.type", "AsymmetricX509Cert", "0.usage", "Verify")
	key, _ := at(list, "0.keyId").(string)
	setup.does("ad app credential delete --cert --id " + app + " --key-id " + key)
	holds(t, setup.does("ad app credential list --cert --id "+app), "0.keyId", at(list, "1.keyId"), "1", nil)
	newAz(t, c).refuses(1, []string{"AADSTS700027"}, login+" -p "+first)
	newAz(t, c).does(login + " -p " + second)

	made := setup.does("ad sp create-for-rbac --create-cert --name robot")
	file, _ := at(made, "fileWithCertAndPrivateKey").(string)
	id, _ := at(made, "appId").(string)
	newAz(t, c).does(strings.Replace(login, app, id, 1) + " -p " + file)
}

// TestAzFederated: az adds a federated credential, and signs in by a token of
// an issuer on this machine.
func TestAzFederated(t *testing.T) {
	t.Parallel()
	c := start(t)
	setup := robot(t, c, "contoso-msp", "tenant-setup", "s3tup-for-tests", "--allow-no-subscriptions")
	app, login := setup.application("pipeline")
	issuer, token := tokens(t)
	body := func(name, subject string) string {
		return write(t, setup.home, name+".json", `{"name":"`+name+`","issuer":"`+issuer+`","subject":"`+subject+`","audiences":["api://AzureADTokenExchange"]}`)
	}
	of := " --id " + app
	made := setup.does("ad app federated-credential create" + of + " --parameters @" + body("main", "repo:contoso/azure:pull_request"))
	holds(t, made, "name", "main", "subject", "repo:contoso/azure:pull_request", "audiences.0", "api://AzureADTokenExchange")
	setup.refuses(1, []string{"FederatedIdentityCredential with name main already exists"}, "ad app federated-credential create"+of+" --parameters @"+body("main", "else"))
	holds(t, setup.does("ad app federated-credential list"+of), "0.id", at(made, "id"), "1", nil)

	const audience = "api://AzureADTokenExchange"
	newAz(t, c).refuses(1, []string{"AADSTS700213"}, login+" --federated-token "+token("repo:contoso/azure:environment:test", audience))
	newAz(t, c).refuses(1, []string{"AADSTS700212"}, login+" --federated-token "+token("repo:contoso/azure:pull_request", "api://else"))
	holds(t, newAz(t, c).does(login+" --federated-token "+token("repo:contoso/azure:pull_request", audience)), "0.user.name", app)

	setup.does("ad app federated-credential update" + of + " --federated-credential-id main --parameters @" + body("main", "repo:contoso/azure:environment:test"))
	holds(t, setup.does("ad app federated-credential show"+of+" --federated-credential-id main"), "subject", "repo:contoso/azure:environment:test")
	newAz(t, c).does(login + " --federated-token " + token("repo:contoso/azure:environment:test", audience))
	setup.does("ad app federated-credential delete" + of + " --federated-credential-id main")
	newAz(t, c).refuses(1, []string{"AADSTS700211"}, login+" --federated-token "+token("repo:contoso/azure:environment:test", audience))
}

// tokens starts an issuer of tokens on this machine, and returns its address
// and what makes a token for a subject and an audience.
func tokens(t *testing.T) (issuer string, token func(subject, audience string) string) {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	mux := http.NewServeMux()
	s := httptest.NewServer(mux)
	t.Cleanup(s.Close)
	number := func(n *big.Int) string { return base64.RawURLEncoding.EncodeToString(n.Bytes()) }
	serve := func(path string, v any) {
		mux.HandleFunc("GET "+path, func(w http.ResponseWriter, _ *http.Request) {
			if err := json.NewEncoder(w).Encode(v); err != nil {
				t.Error(err)
			}
		})
	}
	serve("/.well-known/openid-configuration", map[string]any{"issuer": s.URL, "jwks_uri": s.URL + "/keys"})
	serve("/keys", map[string]any{"keys": []any{map[string]any{"kid": "1", "kty": "RSA", "n": number(key.N), "e": number(big.NewInt(int64(key.E)))}}})
	return s.URL, func(subject, audience string) string {
		made := jwt.NewWithClaims(jwt.SigningMethodRS256, jwt.MapClaims{"iss": s.URL, "sub": subject, "aud": audience})
		made.Header["kid"] = "1"
		raw, err := made.SignedString(key)
		if err != nil {
			t.Fatal(err)
		}
		return raw
	}
}
