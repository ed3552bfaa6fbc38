package emulator

import (
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"
)

// What az does to make a service principal with a secret, and the end of it.
func TestGraph_MakeServicePrincipal(t *testing.T) {
	d := deskFor(t, staff, "msp", "robot", graph)
	app := d.post("/v1.0/applications", `{"displayName":"new","keyCredentials":[]}`, 201)
	path := "/v1.0/applications/" + app["id"].(string)
	secret := d.post(path+"/addPassword", `{"passwordCredential":{"displayName":"rbac"}}`, 200)
	sp := d.post("/v1.0/servicePrincipals", `{"appId":"`+app["appId"].(string)+`","accountEnabled":true}`, 201)
	p := d.e.world.tenantNamed("msp.example").byName["new"]
	good := func() bool {
		is, expired := p.hasSecret(secret["secretText"].(string), d.e.Now())
		return is && !expired
	}
	if sp["id"] != string(p.id) || sp["id"] == app["id"] || !good() {
		t.Errorf("service principal %v of application %v, secret good: %v", sp["id"], app["id"], good())
	}
	listed := d.get(path, 200)["passwordCredentials"].([]any)[0].(map[string]any)
	if listed["secretText"] != nil || listed["keyId"] != secret["keyId"] {
		t.Errorf("the secret is shown again: %v", listed)
	}
	d.post(path+"/removePassword", `{"keyId":"`+secret["keyId"].(string)+`"}`, 204)
	if good() {
		t.Error("the removed secret is still good")
	}
	if r := d.do(http.MethodDelete, path, ""); r.status != 204 {
		t.Errorf("delete: %d", r.status)
	}
	d.get("/v1.0/servicePrincipals/"+sp["id"].(string), 404)
}

// Changes count from now on and stand in the audit log.
func TestGraph_ChangeDirectory(t *testing.T) {
	d := deskFor(t, staff, "msp", "robot", graph)
	g := d.post("/v1.0/groups", `{"displayName":"crew","mailNickname":"crew","mailEnabled":false,"securityEnabled":true}`, 201)
	members := "/v1.0/groups/" + g["id"].(string) + "/members"
	bob := objectID("user", "msp", "bob")
	ref := `{"@odata.id":"https://graph.microsoft.com/v1.0/directoryObjects/` + bob + `"}`
	d.post(members+"/$ref", ref, 204)
	d.post(members+"/$ref", ref, 400)
	if got := names(d.get(members, 200)["value"], "displayName"); got != "bob" {
		t.Errorf("members %q", got)
	}
	if err := d.e.SetTime(d.e.Now().Add(10 * time.Minute)); err != nil {
		t.Fatal(err)
	}
	if r := d.do(http.MethodDelete, members+"/"+bob+"/$ref", ""); r.status != 204 {
		t.Errorf("remove: %d", r.status)
	}
	if r := d.do(http.MethodPatch, "/v1.0/users/"+bob, `{"accountEnabled":true}`); r.status != 204 {
		t.Errorf("enable: %d", r.status)
	}
	got := names(d.get("/v1.0/auditLogs/directoryAudits?$top=5", 200)["value"], "activityDisplayName")
	if want := "Enable account Remove member from group Add member to group Add group Disable account"; got != want {
		t.Errorf("audit: %q, want %q", got, want)
	}
	if got := names(d.get(members, 200)["value"], "displayName"); got != "" {
		t.Errorf("members afterwards %q", got)
	}
	d.signIn("msp", "alice", graph)
	d.post("/v1.0/groups", `{"displayName":"mine"}`, 403)
}

// An application and its service principal are made and end apart; a
// principal that is made again is another object.
func TestGraph_ApplicationWithoutPrincipal(t *testing.T) {
	d := deskFor(t, staff, "msp", "robot", graph)
	app := d.post("/v1.0/applications", `{"displayName":"new","signInAudience":"AzureADMyOrg"}`, 201)
	path, appID := "/v1.0/applications/"+app["id"].(string), app["appId"].(string)
	secret := d.post(path+"/addPassword", `{}`, 200)["secretText"].(string)
	signIn := func() string {
		out := form(t, d.e, "/msp.example/oauth2/v2.0/token", "grant_type", "client_credentials", "client_id", appID,
			"client_secret", secret, "scope", "https://graph.microsoft.com/.default").text
		if strings.Contains(out, "access_token") {
			return "signed in"
		}
		return regexp.MustCompile(`AADSTS\d+`).FindString(out)
	}
	expect := func(want string) {
		t.Helper()
		if got := signIn(); got != want {
			t.Errorf("sign-in: %s, want %s", got, want)
		}
	}
	expect("AADSTS7000229")
	first := d.post("/v1.0/servicePrincipals", `{"appId":"`+appID+`"}`, 201)
	d.post("/v1.0/servicePrincipals", `{"appId":"`+appID+`"}`, 409)
	expect("signed in")
	if r := d.do(http.MethodDelete, "/v1.0/servicePrincipals/"+first["id"].(string), ""); r.status != 204 {
		t.Errorf("delete: %d", r.status)
	}
	expect("AADSTS7000229")
	if got := d.get(path, 200); got["signInAudience"] != "AzureADMyOrg" || got["appId"] != appID {
		t.Errorf("the application after its principal: %v", got)
	}
	d.post(path+"/addPassword", `{"nonsense":`, 400)
	if r := d.do(http.MethodPatch, path, `{"colour":"red"}`); r.status != 400 {
		t.Errorf("an unknown property: %d", r.status)
	}
	second := d.post("/v1.0/servicePrincipals", `{"appId":"`+appID+`"}`, 201)
	if second["id"] == first["id"] {
		t.Error("the principal that was made again is the old one")
	}
	expect("signed in")
	if r := d.do(http.MethodDelete, path, ""); r.status != 204 {
		t.Errorf("delete: %d", r.status)
	}
	d.get("/v1.0/servicePrincipals/"+second["id"].(string), 404)
	expect("AADSTS700016")
}

// A secret ends with the emulator's clock.
func TestGraph_SecretExpires(t *testing.T) {
	d := deskFor(t, staff, "msp", "robot", graph)
	own := d.get("/v1.0/servicePrincipals(appId='"+objectID("application", "msp", "robot")+"')", 200)
	secret := d.post("/v1.0/servicePrincipals/"+own["id"].(string)+"/addPassword", `{}`, 200)["secretText"].(string)
	for _, want := range []string{"access_token", "AADSTS7000222"} {
		out := form(t, d.e, "/msp.example/oauth2/v2.0/token", "grant_type", "client_credentials", "client_id", own["appId"].(string),
			"client_secret", secret, "scope", "https://graph.microsoft.com/.default")
		if !strings.Contains(out.text, want) {
			t.Errorf("got %s, want %s", out.text, want)
		}
		if err := d.e.SetTime(d.e.Now().AddDate(2, 0, 1)); err != nil {
			t.Fatal(err)
		}
	}
}

// A user that was made can sign in, and is in the groups it was put in.
func TestGraph_MakeUser(t *testing.T) {
	d := deskFor(t, staff, "msp", "robot", graph)
	const carol = `{"accountEnabled":true,"displayName":"Carol","mailNickname":"carol","userPrincipalName":"carol@%s","passwordProfile":{"password":"c4rol"}}`
	d.post("/v1.0/users", strings.ReplaceAll(carol, "%s", "elsewhere.example"), 400)
	made := d.post("/v1.0/users", strings.ReplaceAll(carol, "%s", "msp.example"), 201)
	d.post("/v1.0/users", strings.ReplaceAll(carol, "%s", "msp.example"), 400)
	out := form(t, d.e, "/msp.example/oauth2/v2.0/token", "grant_type", "password", "client_id", "04b07795-8ddb-461a-bbee-02f9e1bf7b46",
		"username", "carol@msp.example", "password", "c4rol", "scope", "https://graph.microsoft.com/.default")
	if out.status != 200 {
		t.Errorf("sign-in: %s", out.text)
	}
	g := d.post("/v1.0/groups", `{"displayName":"crew","mailNickname":"crew","mailEnabled":false,"securityEnabled":true}`, 201)
	user, group := "/v1.0/users/"+made["id"].(string), g["id"].(string)
	d.post("/v1.0/groups/"+group+"/members/$ref", `{"@odata.id":"https://graph.microsoft.com/v1.0/directoryObjects/`+made["id"].(string)+`"}`, 204)
	for path, body := range map[string]string{
		"/getMemberGroups": `{"securityEnabledOnly":true}`, "/checkMemberGroups": `{"groupIds":["` + group + `","` + objectID("group", "msp", "crew") + `"]}`,
	} {
		if got := d.post(user+path, body, 200)["value"].([]any); len(got) != 1 || got[0] != group {
			t.Errorf("%s: %v", path, got)
		}
	}
	d.post(user+"/checkMemberGroups", `{}`, 400)
}
