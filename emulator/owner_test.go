package emulator

import (
	"net/http"
	"strings"
	"testing"
)

// TestGraph_OwnApplications: an application with Application.ReadWrite.OwnedBy,
// and a member of the tenant, register applications, and change no others.
func TestGraph_OwnApplications(t *testing.T) {
	scenario := strings.Replace(staff, "graph: false}", "registrar: true}", 1)
	d := deskFor(t, scenario, "msp", "robot", graph)
	foreign := d.post("/v1.0/applications", `{"displayName":"of robot"}`, 201)
	for _, who := range []string{"mute", "alice"} {
		d.signIn("msp", who, graph)
		own := d.post("/v1.0/applications", `{"displayName":"of `+who+`"}`, 201)
		d.post("/v1.0/servicePrincipals", `{"appId":"`+own["appId"].(string)+`"}`, 201)
		d.post("/v1.0/servicePrincipals", `{"appId":"`+foreign["appId"].(string)+`"}`, 403)
		d.post("/v1.0/servicePrincipals", `{"appId":"00000000-0000-4000-8000-000000000000"}`, 400)
		for _, x := range []struct {
			id     any
			status int
		}{{own["id"], 204}, {foreign["id"], 403}, {"00000000-0000-4000-8000-000000000000", 404}} {
			if r := d.do(http.MethodPatch, "/v1.0/applications/"+x.id.(string), `{"notes":"x"}`); r.status != x.status {
				t.Errorf("%s changes %v: %d, want %d", who, x.id, r.status, x.status)
			}
		}
		d.post("/v1.0/groups", `{"displayName":"g","mailNickname":"g","mailEnabled":false,"securityEnabled":true}`, 403)
		if list := names(d.get("/v1.0/applications", 200)["value"], "displayName"); !strings.Contains(list, "of robot") || !strings.Contains(list, "of "+who) {
			t.Errorf("%s lists %s", who, list)
		}
	}
	d.signIn("msp", "mute", graph)
	d.get("/v1.0/users", 403)
	if roles := claimsOf(t, d.token)["roles"].([]any); len(roles) != 1 || roles[0] != "Application.ReadWrite.OwnedBy" {
		t.Errorf("its token has %v", roles)
	}
	d.signIn("msp", "alice", graph)
	if c := claimsOf(t, d.token); !strings.Contains(c["scp"].(string), "Directory.AccessAsUser.All") || c["wids"].([]any)[0] != memberRole {
		t.Errorf("her token has %v", c)
	}
	d.signIn("fabrikam", "alice", graph)
	d.post("/v1.0/applications", `{"displayName":"of a guest"}`, 403)
	if c := claimsOf(t, d.token); c["wids"].([]any)[0] != guestRole {
		t.Errorf("as a guest it has %v", c)
	}
}
