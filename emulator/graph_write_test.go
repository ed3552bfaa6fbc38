package emulator

import (
	"net/http"
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
	if sp["id"] != string(p.id) || sp["id"] == app["id"] || !p.hasSecret(secret["secretText"].(string)) {
		t.Errorf("service principal %v of application %v, secret good: %v", sp["id"], app["id"], p.hasSecret(secret["secretText"].(string)))
	}
	listed := d.get(path, 200)["passwordCredentials"].([]any)[0].(map[string]any)
	if listed["secretText"] != nil || listed["keyId"] != secret["keyId"] {
		t.Errorf("the secret is shown again: %v", listed)
	}
	d.post(path+"/removePassword", `{"keyId":"`+secret["keyId"].(string)+`"}`, 204)
	if p.hasSecret(secret["secretText"].(string)) {
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
