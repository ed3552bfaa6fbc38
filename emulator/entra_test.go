package emulator

import (
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

func TestDiscovery(t *testing.T) {
	e := emulate(t)
	tid := string(e.world.us.tenant.id)
	for path, issuer := range map[string]string{
		"/" + tid + "/v2.0/.well-known/openid-configuration":        loopback + "/" + tid + "/v2.0",
		"/contosomsp.example/v2.0/.well-known/openid-configuration": loopback + "/" + tid + "/v2.0",
		"/contosomsp.example/.well-known/openid-configuration":      "https://sts.windows.net/" + tid + "/",
		"/adfs/aad/" + tid + "/.well-known/openid-configuration":    "https://sts.windows.net/" + tid + "/",
	} {
		got := do(t, e, "GET", path, "", "")
		if got.body["issuer"] != issuer || got.body["token_endpoint"] != loopback+"/"+tid+"/oauth2/v2.0/token" {
			t.Errorf("%s: %d %s", path, got.status, got.text)
		}
	}
	if got := do(t, e, "GET", "/nowhere.example/v2.0/.well-known/openid-configuration", "", ""); !strings.Contains(got.text, "AADSTS90002") {
		t.Errorf("unknown tenant: %s", got.text)
	}
	if got := do(t, e, "GET", "/common/discovery/instance?api-version=1.1&authorization_endpoint=x", "", ""); got.body["tenant_discovery_endpoint"] == nil {
		t.Errorf("instance discovery: %s", got.text)
	}
	if got := do(t, e, "GET", "/"+tid+"/discovery/v2.0/keys", "", ""); !strings.Contains(got.text, `"kid"`) {
		t.Errorf("keys: %s", got.text)
	}
}

func TestClientCredentials(t *testing.T) {
	e := emulate(t)
	us, robot := string(e.world.us.tenant.id), principalOf(t, e, "contoso-msp", "provider-automation")
	const scope = "https://management.azure.com/.default openid offline_access profile"
	for _, c := range []struct {
		what, tenant, client, secret, scope string
		status                              int
		want                                string
	}{
		{"right", us, robot.appID, robot.secret, scope, 200, `"token_type":"Bearer"`},
		{"own address, double slash", us, robot.appID, robot.secret, loopback + "//.default", 200, "access_token"},
		{"v1 resource", us, robot.appID, robot.secret, "", 400, "AADSTS900144"},
		{"wrong secret", us, robot.appID, "no", scope, 401, "AADSTS7000215"},
		{"no secret", us, robot.appID, "", scope, 401, "AADSTS7000218"},
		{"unknown application", us, "0d8a6c3e-5f0b-4c7e-9b8a-000000000001", "x", scope, 400, "AADSTS700016"},
		{"not in that tenant", string(e.world.customers[1].tenant.id), robot.appID, robot.secret, scope, 400, "AADSTS700016"},
		{"unknown tenant", "0d8a6c3e-5f0b-4c7e-9b8a-000000000001", robot.appID, robot.secret, scope, 400, "AADSTS90002"},
		{"unknown resource", us, robot.appID, robot.secret, "https://elsewhere.example/.default", 400, "AADSTS500011"},
		{"another port", us, robot.appID, robot.secret, "https://127.0.0.1:9/.default", 400, "AADSTS500011"},
		{"no tenant", "organizations", robot.appID, robot.secret, scope, 400, "AADSTS53003"},
	} {
		got := form(t, e, "/"+c.tenant+"/oauth2/v2.0/token", "grant_type", "client_credentials", "client_id", c.client, "client_secret", c.secret, "scope", c.scope)
		if got.status != c.status || !strings.Contains(got.text, c.want) {
			t.Errorf("%s: got %d %s, want %d with %s", c.what, got.status, got.text, c.status, c.want)
		}
	}
	robot.disabled = always()
	if got := form(t, e, "/"+us+"/oauth2/v2.0/token", "grant_type", "client_credentials", "client_id", robot.appID, "client_secret", robot.secret, "scope", scope); !strings.Contains(got.text, "AADSTS7000112") {
		t.Errorf("disabled: %s", got.text)
	}
}

func TestTokensAreChecked(t *testing.T) {
	e := emulate(t)
	const path = "/subscriptions?api-version=2022-12-01"
	good := token(t, e, "contoso-msp", "provider-automation")
	for _, c := range []struct {
		what, token string
		status      int
		code        string
	}{
		{"own address", good, 200, ""},
		{"own address with a slash", tokenFor(t, e, "contoso-msp", "provider-automation", loopback+"/"), 200, ""},
		{"the public audience", tokenFor(t, e, "contoso-msp", "provider-automation", "https://management.azure.com"), 200, ""},
		{"az's audience", tokenFor(t, e, "contoso-msp", "provider-automation", "https://management.core.windows.net/"), 200, ""},
		{"Graph's audience", tokenFor(t, e, "contoso-msp", "provider-automation", "https://graph.microsoft.com"), 401, "InvalidAuthenticationTokenAudience"},
		{"none", "", 401, "AuthenticationFailed"},
		{"tampered", good[:len(good)-8] + "AAAAAAAA", 401, "InvalidAuthenticationToken"},
	} {
		if got := do(t, e, "GET", path, c.token, ""); got.status != c.status || got.errorCode() != c.code {
			t.Errorf("%s: got %d %s, want %d %s", c.what, got.status, got.errorCode(), c.status, c.code)
		}
	}
	if err := e.SetTime(e.Now().Add(2 * time.Hour)); err != nil {
		t.Fatal(err)
	}
	got := do(t, e, "GET", path, good, "")
	if got.errorCode() != "ExpiredAuthenticationToken" || !strings.Contains(got.header.Get("WWW-Authenticate"), "insufficient_claims") {
		t.Errorf("two hours later: %d %s %v", got.status, got.text, got.header)
	}
}

func TestDeviceCode(t *testing.T) {
	e := emulate(t)
	customer := string(e.world.customers[0].tenant.id)
	const client = "04b07795-8ddb-461a-bbee-02f9e1bf7b46"
	asked := form(t, e, "/"+customer+"/oauth2/v2.0/devicecode", "client_id", client, "scope", loopback+"/.default offline_access")
	poll := func() answered {
		return form(t, e, "/"+customer+"/oauth2/v2.0/token", "grant_type", "device_code", "client_id", client, "device_code", asked.body["device_code"].(string))
	}
	if got := poll(); got.status != 400 || got.body["error"] != "authorization_pending" {
		t.Fatalf("before anybody signs in: %s", got.text)
	}
	if got := do(t, e, "POST", "/emulator/device", "", `{"user_code":"`+asked.body["user_code"].(string)+`","principal":"alice"}`); got.status != 200 {
		t.Fatalf("approving: %s", got.text)
	}
	signed := poll()
	if signed.status != 200 || signed.body["id_token"] == nil || signed.body["client_info"] == nil {
		t.Fatalf("signing in: %s", signed.text)
	}
	raw := signed.body["access_token"].(string)
	// alice signed in to the customer's tenant: her link there is the guest's.
	link := do(t, e, "GET", "/providers/Microsoft.ManagementPartner/partners?api-version=2018-02-01", raw, "")
	guest := principalOf(t, e, "fabrikam", "alice")
	if link.status != 200 || link.body["properties"].(map[string]any)["objectId"] != string(guest.id) {
		t.Errorf("the guest's link: %s", link.text)
	}
	home := form(t, e, "/"+string(e.world.us.tenant.id)+"/oauth2/v2.0/token", "grant_type", "refresh_token", "client_id", client,
		"refresh_token", signed.body["refresh_token"].(string), "scope", loopback+"/.default")
	if home.status != 200 {
		t.Errorf("refreshing for the home tenant: %s", home.text)
	}
	shop := form(t, e, "/"+string(e.world.customers[1].tenant.id)+"/oauth2/v2.0/token", "grant_type", "refresh_token", "client_id", client,
		"refresh_token", signed.body["refresh_token"].(string), "scope", loopback+"/.default")
	if !strings.Contains(shop.text, "AADSTS50020") {
		t.Errorf("a tenant she is no guest of: %s", shop.text)
	}
}

func TestPassword(t *testing.T) {
	e := emulate(t)
	sign := func(user, password string) answered {
		return form(t, e, "/organizations/oauth2/v2.0/token", "grant_type", "password", "client_id", "c", "username", user, "password", password, "scope", loopback+"/.default")
	}
	if got := sign("alice@contosomsp.example", "al1ce"); got.status != 200 {
		t.Errorf("right: %s", got.text)
	}
	if got := sign("alice@contosomsp.example", "wrong"); !strings.Contains(got.text, "AADSTS50126") {
		t.Errorf("wrong: %s", got.text)
	}
	bob := principalOf(t, e, "contoso-msp", "bob")
	bob.password = "b0b"
	if got := sign(bob.upn, "b0b"); !strings.Contains(got.text, "AADSTS50057") {
		t.Errorf("disabled: %s", got.text)
	}
}

func TestDeviceApprovalIsForThisMachine(t *testing.T) {
	e := emulate(t)
	r := httptest.NewRequest("POST", loopback+"/emulator/device", strings.NewReader("{}"))
	r.RemoteAddr = "203.0.113.7:4711"
	if got := send(t, e, r); got.status != 403 {
		t.Errorf("got %d, want 403", got.status)
	}
}
