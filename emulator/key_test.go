package emulator

import (
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/golang-jwt/jwt/v5"
)

// keyJSON is a certificate as a client adds it.
func keyJSON(cert *x509.Certificate, more string) string {
	return `{"type":"AsymmetricX509Cert","usage":"Verify","key":"` + base64.StdEncoding.EncodeToString(cert.Raw) + `"` + more + `}`
}

// ownAssertion is what an application signs to prove that it has a key.
func (p *pipeline) ownAssertion(key *rsa.PrivateKey) string {
	raw, err := jwt.NewWithClaims(jwt.SigningMethodRS256, jwt.MapClaims{
		"iss": p.appID, "sub": p.appID, "aud": loopback + "/msp.example/oauth2/v2.0/token",
	}).SignedString(key)
	if err != nil {
		p.t.Fatal(err)
	}
	return raw
}

func (p *pipeline) keys() []any {
	p.t.Helper()
	return p.get(p.path+"?$select=keyCredentials", 200)["keyCredentials"].([]any)
}

// TestKeys_RollOver: a certificate is added beside another by sending back
// what was read, and one that is left out is gone.
func TestKeys_RollOver(t *testing.T) {
	p := newPipeline(t, deskFor(t, staff, "msp", "robot", graph))
	first, firstKey := selfSigned(t, filepath.Join(t.TempDir(), "a.pem"))
	second, secondKey := selfSigned(t, filepath.Join(t.TempDir(), "b.pem"))
	patch := func(list string, status int) {
		t.Helper()
		if r := p.do(http.MethodPatch, p.path, `{"keyCredentials":[`+list+`]}`); r.status != status {
			t.Fatalf("%d, want %d: %s", r.status, status, r.body)
		}
	}
	good := func(want ...bool) {
		t.Helper()
		got := []bool{p.signInTo(p.e, p.ownAssertion(firstKey)) == "signed in", p.signInTo(p.e, p.ownAssertion(secondKey)) == "signed in"}
		if !slices.Equal(got, want) {
			t.Errorf("the first and second certificate sign in: %v, want %v", got, want)
		}
	}
	good(false, false)
	patch(keyJSON(first, `,"endDateTime":"2027-01-01T00:00:00.25Z","displayName":"CN=mine"`), 204)
	good(true, false)
	if p.get(p.path, 200)["keyCredentials"].([]any)[0].(map[string]any)["key"] != nil {
		t.Error("the whole object tells the certificate; Graph tells it by $select only")
	}
	old := p.keys()[0].(map[string]any)
	if old["displayName"] != "CN=mine" || old["customKeyIdentifier"] != thumbprint(first) || old["endDateTime"] != "2027-01-01T00:00:00Z" {
		t.Errorf("the certificate reads %v", old)
	}
	kept, err := json.Marshal(old)
	if err != nil {
		t.Fatal(err)
	}
	patch(string(kept)+","+keyJSON(second, ""), 204)
	good(true, true)
	if end := p.keys()[1].(map[string]any)["endDateTime"]; end != "2027-10-20T12:00:00Z" {
		t.Errorf("without a date it ends %v", end)
	}
	patch(strings.Replace(string(kept), "2027-01-01", "2028-01-01", 1), 400)
	patch(string(kept), 204)
	good(true, false)
	if err := p.e.SetTime(p.e.Now().AddDate(1, 0, 0)); err != nil {
		t.Fatal(err)
	}
	if got := p.signInTo(p.e, p.ownAssertion(firstKey)); !strings.Contains(got, "AADSTS700027") || !strings.Contains(got, "expired") {
		t.Errorf("a year later: %s", got)
	}
}

func TestKeys_Refused(t *testing.T) {
	p := newPipeline(t, deskFor(t, staff, "msp", "robot", graph))
	cert, _ := selfSigned(t, filepath.Join(t.TempDir(), "a.pem"))
	for name, x := range map[string]struct{ list, want string }{
		"no certificate":   {`{"type":"AsymmetricX509Cert","usage":"Verify"}`, "new credential"},
		"no base64":        {`{"type":"AsymmetricX509Cert","usage":"Verify","key":"%"}`, "Key value is invalid certificate"},
		"nonsense":         {`{"type":"AsymmetricX509Cert","usage":"Verify","key":"AAAA"}`, "Key value is invalid certificate"},
		"another type":     {strings.Replace(keyJSON(cert, ""), "AsymmetricX509Cert", "Symmetric", 1), `"type"`},
		"another usage":    {strings.Replace(keyJSON(cert, ""), "Verify", "Encrypt", 1), `"usage" in one of your credentials is invalid`},
		"after it ends":    {keyJSON(cert, `,"endDateTime":"2099-01-01T00:00:00Z"`), "KeyCredentialsInvalidEndDate"},
		"ended":            {keyJSON(cert, `,"endDateTime":"2026-01-01T00:00:00Z"`), "KeyCredentialsInvalidEndDate"},
		"before it begins": {keyJSON(cert, `,"startDateTime":"2028-01-01T00:00:00Z","endDateTime":"2027-01-01T00:00:00Z"`), "KeyCredentialsInvalidEndDate"},
	} {
		r := p.do(http.MethodPatch, p.path, `{"keyCredentials":[`+x.list+`]}`)
		if r.status != 400 || !strings.Contains(string(r.body), strings.ReplaceAll(x.want, `"`, `\"`)) {
			t.Errorf("%s: %d %s", name, r.status, r.body)
		}
	}
	principal := p.get("/v1.0/servicePrincipals(appId='"+p.appID+"')", 200)["id"].(string)
	if r := p.do(http.MethodPatch, "/v1.0/servicePrincipals/"+principal, `{"keyCredentials":[`+keyJSON(cert, "")+`]}`); r.status != 501 {
		t.Errorf("a certificate of the service principal: %d", r.status)
	}
	if r := p.do(http.MethodPatch, p.path, `{"passwordCredentials":[{}]}`); r.status != 501 {
		t.Errorf("a secret of the client's choice: %d", r.status)
	}
}

// TestReplicaLag: what is new is not known to the first answer of each kind of
// call, and to the second it is.
func TestReplicaLag(t *testing.T) {
	d := deskFor(t, staff+"faults: {replicaLag: 1}\n", "msp", "robot", graph)
	app := d.post("/v1.0/applications", `{"displayName":"new"}`, 201)
	path, id := "/v1.0/applications/"+app["id"].(string), app["appId"].(string)
	const list = "/v1.0/applications?$filter=displayName%20eq%20'new'"
	for _, want := range []string{"", "new", "new"} {
		if got := names(d.get(list, 200)["value"], "displayName"); got != want {
			t.Errorf("listed %q, want %q", got, want)
		}
	}
	if got := errorCode(d.post("/v1.0/servicePrincipals", `{"appId":"`+id+`"}`, 400)); got != "Request_BadRequest" {
		t.Errorf("its service principal: %s", got)
	}
	d.post("/v1.0/servicePrincipals", `{"appId":"`+id+`"}`, 201)
	if got := errorCode(d.post(path+"/addPassword", `{}`, 404)); got != "Request_ResourceNotFound" {
		t.Errorf("its secret: %s", got)
	}
	secret := d.post(path+"/addPassword", `{}`, 200)["secretText"].(string)
	for _, want := range []string{"AADSTS700016", "AADSTS7000215", "access_token", "access_token"} {
		out := form(t, d.e, "/msp.example/oauth2/v2.0/token", "grant_type", "client_credentials", "client_id", id,
			"client_secret", secret, "scope", "https://graph.microsoft.com/.default")
		if !strings.Contains(out.text, want) {
			t.Errorf("sign-in: %s, want %s", out.text, want)
		}
	}
	dir := t.TempDir()
	if err := d.e.Save(dir); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(dir); err != nil {
		t.Errorf("what the copies did not know is no part of the state: %v", err)
	}
}
