package emulator

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/pharos-pec/pharos"
)

// askWhatIf sends a what-if and fetches its result from where it waits.
func askWhatIf(t testing.TB, e *Emulator, token, path, body string) map[string]map[string]any {
	t.Helper()
	asked := do(t, e, "POST", path+"/whatIf"+deployAPI, token, body)
	if asked.status != 202 || asked.header.Get("Retry-After") != "1" {
		t.Fatalf("what-if: %d %s", asked.status, asked.text)
	}
	got := do(t, e, "GET", strings.TrimPrefix(asked.header.Get("Location"), loopback), token, "")
	if got.status != 200 || got.body["status"] != "Succeeded" {
		t.Fatalf("its result: %d %s", got.status, got.text)
	}
	out := map[string]map[string]any{}
	for _, c := range got.properties()["changes"].([]any) {
		change := c.(map[string]any)
		id := change["resourceId"].(string)
		out[id[strings.LastIndex(id[:strings.LastIndex(id, "/")], "/")+1:strings.LastIndex(id, "/")]] = change
	}
	return out
}

// TestWhatIf_Changes follows a definition from its creation through changes of
// its properties.
func TestWhatIf_Changes(t *testing.T) {
	e := emulate(t)
	admin := token(t, e, "fabrikam", "local-admin")
	path := prod(e) + deploymentsPath + "/whatif"
	body := func(description string, role pharos.RoleID, more string) string {
		robot := principalOf(t, e, "contoso-msp", "provider-automation").id
		return strings.Replace(deploymentBody(t, "subscription.json", fmt.Sprintf(`{"offer": {"value": "Compared"}, "managingTenant": {"value": %q},
 "authorizations": {"value": [{"principalId": "%s", "roleDefinitionId": "%s", "principalIdDisplayName": "robot"}%s]}}`, managingTenant, robot, role, more)),
			`"Operations"`, `"`+description+`"`, 1)
	}
	first := askWhatIf(t, e, admin, path, body("one", pharos.Reader, ""))
	if d := first["registrationDefinitions"]; d["changeType"] != "Create" || d["before"] != nil || d["after"] == nil {
		t.Errorf("new: %v", d)
	}
	if a := first["registrationAssignments"]; a["changeType"] != "Create" {
		t.Errorf("new: %v", a)
	}
	deploy(t, e, admin, path, body("one", pharos.Reader, ""))
	same := askWhatIf(t, e, admin, path, body("one", pharos.Reader, ""))
	for kind, c := range same {
		if c["changeType"] != "NoChange" || c["delta"] != nil {
			t.Errorf("%s, the same again: %v", kind, c)
		}
	}
	group := principalOf(t, e, "contoso-msp", "ops").id
	changed := askWhatIf(t, e, admin, path, body("two", pharos.SupportRequestContributor, fmt.Sprintf(`, {"principalId": "%s", "roleDefinitionId": "%s"}`, group, pharos.Reader)))
	d := changed["registrationDefinitions"]
	if d["changeType"] != "Modify" || changed["registrationAssignments"]["changeType"] != "NoChange" {
		t.Fatalf("changed: %v", changed)
	}
	got := deltas(d["delta"])
	want := fmt.Sprintf("properties.authorizations Array; 0 Modify; roleDefinitionId Modify %s -> %s; 1 Create; properties.description Modify one -> two", pharos.Reader, pharos.SupportRequestContributor)
	if got != want {
		t.Errorf("delta: got %s\nwant %s", got, want)
	}
	ids := askWhatIf(t, e, admin, path, strings.Replace(body("two", pharos.Reader, ""), `"mode"`, `"whatIfSettings": {"resultFormat": "ResourceIdOnly"}, "mode"`, 1))
	for kind, c := range ids {
		if c["changeType"] != "Deploy" || c["before"] != nil || c["after"] != nil || c["delta"] != nil {
			t.Errorf("%s, ids only: %v", kind, c)
		}
	}
}

// deltas writes property changes and their children in one line.
func deltas(list any) string {
	var out []string
	changes, _ := list.([]any)
	for _, x := range changes {
		c := x.(map[string]any)
		line := fmt.Sprint(c["path"], " ", c["propertyChangeType"])
		if _, isText := c["before"].(string); isText {
			line += fmt.Sprint(" ", c["before"], " -> ", c["after"])
		}
		out = append(out, line)
		if children := deltas(c["children"]); children != "" {
			out = append(out, children)
		}
	}
	return strings.Join(out, "; ")
}

// TestWhatIf_Nested: what nested deployments would make is shown in their
// place; those that wait for what is not made are Unsupported.
func TestWhatIf_Nested(t *testing.T) {
	e := emulate(t)
	admin := token(t, e, "fabrikam", "local-admin")
	path := prod(e) + deploymentsPath + "/whatif"
	reader := principalOf(t, e, "fabrikam", "reader").id
	body := deploymentBody(t, "landing.json", `{"principalId": {"value": "`+string(reader)+`"}}`)
	got := askWhatIf(t, e, admin, path, body)
	if len(got) != 2 || got["resourceGroups"]["changeType"] != "Create" || got["roleAssignments"]["changeType"] != "Create" {
		t.Errorf("got %v", got)
	}
	waiting := strings.Replace(body, `{"principalId": {"value": "[parameters('principalId')]"}`, `{"principalId": {"value": "[reference(subscriptionResourceId('Microsoft.Resources/resourceGroups', own.name(parameters('part')))).x]"}`, 1)
	waiting = strings.Replace(waiting, `"resourceGroup": "[own.name(parameters('part'))]"`, `"resourceGroup": "rg-web"`, 1)
	if got := askWhatIf(t, e, admin, path, waiting); got["deployments"]["changeType"] != "Unsupported" || got["deployments"]["unsupportedReason"] == nil {
		t.Errorf("waiting: %v", got)
	}
	if e.world.customers[0].subs[0].hasGroup("rg-landing") {
		t.Error("what-if made a resource group")
	}
}

// TestResourceGroups walks a resource group through the calls of its own.
func TestResourceGroups(t *testing.T) {
	e := emulate(t)
	admin, reader := token(t, e, "fabrikam", "local-admin"), token(t, e, "fabrikam", "reader")
	group := prod(e) + "/resourcegroups/RG-New"
	for _, c := range []struct {
		what, token, method, path, body string
		status                          int
		want                            string
	}{
		{"not there", admin, "HEAD", group, "", 404, ""},
		{"not allowed", reader, "PUT", group, `{"location": "westeurope"}`, 403, "AuthorizationFailed"},
		{"no location", admin, "PUT", group, `{}`, 400, "LocationRequired"},
		{"a bad name", admin, "PUT", prod(e) + "/resourcegroups/dot.", `{"location": "westeurope"}`, 400, "InvalidResourceGroup"},
		{"made", admin, "PUT", group, `{"location": "North Europe", "tags": {"a": "1"}}`, 201, `"location":"northeurope"`},
		{"there", admin, "HEAD", group, "", 204, ""},
		{"set again", admin, "PUT", group, `{"location": "northeurope", "tags": {"b": "2"}}`, 200, `"tags":{"b":"2"}`},
		{"elsewhere", admin, "PUT", group, `{"location": "westeurope"}`, 409, "InvalidResourceGroupLocation"},
		{"tagged", admin, "PATCH", group, `{"tags": {"c": "3"}}`, 200, `"tags":{"c":"3"}`},
		{"one of the scenario tagged", admin, "PATCH", prod(e) + "/resourcegroups/rg-web", `{"tags": {"c": "3"}}`, 200, `"location":"westeurope"`},
		{"none to tag", admin, "PATCH", prod(e) + "/resourcegroups/none", `{}`, 404, "ResourceGroupNotFound"},
		{"listed", admin, "GET", prod(e) + "/resourcegroups", "", 200, `"name":"RG-New"`},
		{"not allowed to go", reader, "DELETE", group, "", 403, "AuthorizationFailed"},
		{"gone", admin, "DELETE", group, "", 202, ""},
		{"gone already", admin, "DELETE", group, "", 404, "ResourceGroupNotFound"},
	} {
		got := do(t, e, c.method, c.path+deployAPI, c.token, c.body)
		if got.status != c.status || !strings.Contains(got.text, c.want) {
			t.Errorf("%s: %d %s, want %d %s", c.what, got.status, got.text, c.status, c.want)
		}
	}
}

// TestResourceGroups_Delete: what is in a resource group ends with it, and so
// do the lines of its resources.
func TestResourceGroups_Delete(t *testing.T) {
	e := emulate(t)
	admin, s := token(t, e, "fabrikam", "local-admin"), e.world.customers[0].subs[0]
	if got := do(t, e, "DELETE", prod(e)+"/resourcegroups/rg-web"+deployAPI, admin, ""); got.status != http.StatusAccepted {
		t.Fatalf("delete: %d %s", got.status, got.text)
	}
	for _, r := range s.resources {
		if stands := r.during.Contains(e.Now()); stands != (r.group != "rg-web") {
			t.Errorf("%s in %s stands: %v", r.name, r.group, stands)
		}
	}
	if got := delegatedBy(e, s, "Web only"); len(got) > 0 {
		t.Errorf("still delegated: %v", got)
	}
	if got := do(t, e, "GET", prod(e)+"/resources"+deployAPI, admin, ""); strings.Contains(got.text, "vm-web-1") {
		t.Errorf("resources: %s", got.text)
	}
}

// TestDeployment_CustomRole: whatever has a PUT of its own can be deployed; a
// role of the template's own is given by the same template.
func TestDeployment_CustomRole(t *testing.T) {
	e := emulate(t)
	admin := token(t, e, "fabrikam", "local-admin")
	path := prod(e) + deploymentsPath + "/role"
	body := `{"location": "westeurope", "properties": {"mode": "Incremental", "template": {"$schema": "s", "contentVersion": "1.0.0.0", "variables": {"role": "[guid('restarter')]"}, "resources": [
 {"type": "Microsoft.Authorization/roleAssignments", "apiVersion": "2022-04-01", "name": "[guid(variables('role'), 'given')]", "dependsOn": ["[variables('role')]"], "properties":
  {"roleDefinitionId": "[subscriptionResourceId('Microsoft.Authorization/roleDefinitions', variables('role'))]", "principalId": "` + string(principalOf(t, e, "fabrikam", "reader").id) + `"}},
 {"type": "Microsoft.Authorization/roleDefinitions", "apiVersion": "2022-04-01", "name": "[variables('role')]", "properties": {"roleName": "Restarter", "description": "d",
  "type": "CustomRole", "assignableScopes": ["[subscription().id]"], "permissions": [{"actions": ["Microsoft.Compute/virtualMachines/restart/action"], "notActions": []}]}}]}}}`
	if end := deploy(t, e, admin, path, body); end.body["status"] != "Succeeded" {
		t.Fatalf("end: %s", end.text)
	}
	for kind, c := range askWhatIf(t, e, admin, path, body) {
		if c["changeType"] != "NoChange" {
			t.Errorf("%s, the same again: %v", kind, c)
		}
	}
}
