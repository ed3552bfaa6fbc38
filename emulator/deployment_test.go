package emulator

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/pharos-pec/pharos"
)

// TestDeployment_Onboarding deploys a template of every shape in which Azure
// Lighthouse is onboarded.
func TestDeployment_Onboarding(t *testing.T) {
	for _, c := range []struct {
		file, more string
		groups     []string // delegated; "" is the whole subscription
		outputs    map[string]string
		made       int
	}{
		{"subscription.json", "", []string{""}, map[string]string{"managedBy": "Managed by Deployed", "definition": "Deployed"}, 2},
		{"resource-group.json", `, "group": {"value": "rg-web"}`, []string{"rg-web"}, nil, 2},
		{"resource-groups.json", `, "groups": {"value": [{"name": "rg-web"}, {"name": "RG-Data"}]}`, []string{"rg-web", "rg-data"}, map[string]string{"groups": "[rg-web rg-data]"}, 4},
		{"eligible.json", `, "eligible": {"value": [{"principalId": "%[1]s", "roleDefinitionId": "b24988ac-6180-42a0-ab88-20f7382dd24c"}]}, "approvers": {"value": [{"principalId": "%[1]s"}]}`, []string{""}, nil, 2},
		{"marketplace.json", "", []string{""}, map[string]string{"plan": "map[name:gold product:managed-azure publisher:contoso version:1.2.0]"}, 2},
		{"marketplace.json", `, "public": {"value": false}`, []string{""}, map[string]string{"plan": "map[name:none]"}, 2},
	} {
		t.Run(c.file, func(t *testing.T) {
			e := emulate(t)
			admin, s := token(t, e, "fabrikam", "local-admin"), e.world.customers[0].subs[0]
			if strings.Contains(c.more, "%") {
				c.more = fmt.Sprintf(c.more, principalOf(t, e, "contoso-msp", "ops").id)
			}
			path := prod(e) + deploymentsPath + "/onboard"
			body := deploymentBody(t, c.file, lighthouseParameters(t, e, "Deployed", pharos.SupportRequestContributor, c.more))
			if got := do(t, e, "POST", path+"/validate"+deployAPI, admin, body); got.status != 200 {
				t.Fatalf("validate: %d %s", got.status, got.text)
			}
			if got := delegatedBy(e, s, "Deployed"); len(got) > 0 {
				t.Fatalf("validation delegated %v", got)
			}
			if end := deploy(t, e, admin, path, body); end.body["status"] != "Succeeded" {
				t.Fatalf("end: %s", end.text)
			}
			got := do(t, e, "GET", path+deployAPI, admin, "")
			for name, want := range c.outputs {
				if v := fmt.Sprint(got.output(name)); v != want {
					t.Errorf("output %s: %s, want %s", name, v, want)
				}
			}
			if made, _ := got.properties()["outputResources"].([]any); len(made) != c.made {
				t.Errorf("made %v", made)
			}
			if scopes := delegatedBy(e, s, "Deployed"); !slices.Equal(scopes, c.groups) {
				t.Errorf("delegated %v, want %v", scopes, c.groups)
			}
			again := do(t, e, "PUT", path+deployAPI, admin, body)
			if again.status != 200 || wait(t, e, admin, again).body["status"] != "Succeeded" {
				t.Errorf("again: %d %s", again.status, again.text)
			}
		})
	}
}

// TestDeployment_Life walks a deployment from its validation to its removal.
func TestDeployment_Life(t *testing.T) {
	e := emulate(t)
	admin, s := token(t, e, "fabrikam", "local-admin"), e.world.customers[0].subs[0]
	path := prod(e) + deploymentsPath + "/life"
	body := deploymentBody(t, "subscription.json", lighthouseParameters(t, e, "Life", pharos.Reader, ""))
	if got := do(t, e, "HEAD", path+deployAPI, admin, ""); got.status != 404 {
		t.Errorf("before: %d", got.status)
	}
	validated := do(t, e, "POST", path+"/validate"+deployAPI, admin, body)
	if list, _ := validated.properties()["validatedResources"].([]any); len(list) != 2 {
		t.Errorf("validated: %s", validated.text)
	}
	deploy(t, e, admin, path, body)
	if got := do(t, e, "HEAD", path+deployAPI, admin, ""); got.status != 204 {
		t.Errorf("after: %d", got.status)
	}
	for _, list := range []string{prod(e) + deploymentsPath + deployAPI, prod(e) + deploymentsPath + "/" + deployAPI,
		prod(e) + deploymentsPath + deployAPI + "&$filter=provisioningState+eq+'Succeeded'"} {
		if got := do(t, e, "GET", list, admin, ""); len(got.values()) != 1 {
			t.Errorf("%s: %s", list, got.text)
		}
	}
	ops := do(t, e, "GET", path+"/operations"+deployAPI, admin, "").values()
	if len(ops) != 3 { // two resources and the outputs
		t.Fatalf("operations: %v", ops)
	}
	id := ops[0].(map[string]any)["operationId"].(string)
	one := do(t, e, "GET", path+"/operations/"+id+deployAPI, admin, "")
	made, _ := one.properties()["targetResource"].(map[string]any)
	if one.properties()["statusCode"] != "Created" || made["resourceType"] != "Microsoft.ManagedServices/registrationDefinitions" {
		t.Errorf("the first operation: %s", one.text)
	}
	if got := do(t, e, "GET", path+"/operations/none"+deployAPI, admin, ""); got.errorCode() != "DeploymentOperationNotFound" {
		t.Errorf("no such operation: %s", got.text)
	}
	export := do(t, e, "POST", path+"/exportTemplate"+deployAPI, admin, "")
	if template, _ := export.body["template"].(map[string]any); template["contentVersion"] != "1.0.0.0" {
		t.Errorf("export: %s", export.text)
	}
	if got := do(t, e, "POST", path+"/cancel"+deployAPI, admin, ""); got.status != 409 {
		t.Errorf("cancel: %d %s", got.status, got.text)
	}
	deleted := do(t, e, "DELETE", path+deployAPI, admin, "")
	result := do(t, e, "GET", strings.TrimPrefix(deleted.header.Get("Location"), loopback), admin, "")
	if deleted.status != 202 || result.status != 204 || len(delegatedBy(e, s, "Life")) != 1 {
		t.Errorf("delete: %d, %d", deleted.status, result.status)
	}
	if got := do(t, e, "DELETE", path+deployAPI, admin, ""); got.status != 204 {
		t.Errorf("delete again: %d", got.status)
	}
	if got := do(t, e, "GET", path+deployAPI, admin, ""); got.errorCode() != "DeploymentNotFound" {
		t.Errorf("deleted: %s", got.text)
	}
}

// TestDeployment_Group makes a resource group, gives a role in it, and reads
// both in the outputs; the group is then removed with what is in it.
func TestDeployment_Group(t *testing.T) {
	e := emulate(t)
	admin, s := token(t, e, "fabrikam", "local-admin"), e.world.customers[0].subs[0]
	path := prod(e) + deploymentsPath + "/landing"
	parameters := `{"principalId": {"value": "` + string(principalOf(t, e, "fabrikam", "reader").id) + `"}}`
	if end := deploy(t, e, admin, path, deploymentBody(t, "landing.json", parameters)); end.body["status"] != "Succeeded" {
		t.Fatalf("end: %s", end.text)
	}
	got := do(t, e, "GET", path+deployAPI, admin, "")
	if got.output("location") != "westeurope" || got.output("purpose") != "landing" {
		t.Errorf("outputs: %s", got.text)
	}
	group := prod(e) + "/resourceGroups/rg-landing"
	roles := do(t, e, "GET", group+"/providers/Microsoft.Authorization/roleAssignments?api-version=2022-04-01&$filter=atScope()", admin, "")
	if !strings.Contains(roles.text, "/resourceGroups/rg-landing") && !strings.Contains(roles.text, "/resourcegroups/rg-landing") {
		t.Errorf("roles: %s", roles.text)
	}
	if got := do(t, e, "GET", group+deploymentsPath+"/inside"+deployAPI, admin, ""); got.status != 200 {
		t.Errorf("the nested deployment: %d %s", got.status, got.text)
	}
	deleted := do(t, e, "DELETE", group+deployAPI, admin, "")
	if deleted.status != 202 || do(t, e, "GET", strings.TrimPrefix(deleted.header.Get("Location"), loopback), admin, "").status != 200 {
		t.Errorf("delete: %d %s", deleted.status, deleted.text)
	}
	if got := do(t, e, "GET", group+deployAPI, admin, ""); got.errorCode() != "ResourceGroupNotFound" || s.hasGroup("rg-landing") {
		t.Errorf("deleted: %s", got.text)
	}
}

// TestDeployment_InGroup deploys at a resource group, where no location is sent.
func TestDeployment_InGroup(t *testing.T) {
	e := emulate(t)
	admin := token(t, e, "fabrikam", "local-admin")
	path := prod(e) + "/resourcegroups/rg-web" + deploymentsPath + "/roles"
	template := `{"properties": {"mode": "Incremental", "template": {"$schema": "s", "contentVersion": "1.0.0.0", "resources": [
 {"type": "Microsoft.Authorization/roleAssignments", "apiVersion": "2022-04-01", "name": "[guid(resourceGroup().id)]", "properties":
  {"roleDefinitionId": "[subscriptionResourceId('Microsoft.Authorization/roleDefinitions', '` + string(pharos.Reader) + `')]", "principalId": "` + string(principalOf(t, e, "fabrikam", "reader").id) + `"}}
], "outputs": {"id": {"type": "string", "value": "[resourceGroup().id]"}}}}}`
	whatIf := do(t, e, "POST", path+"/whatIf"+deployAPI, admin, template)
	result := do(t, e, "GET", strings.TrimPrefix(whatIf.header.Get("Location"), loopback), admin, "")
	if strings.Count(result.text, `"changeType":"Ignore"`) != 2 || strings.Count(result.text, `"changeType":"Create"`) != 1 {
		t.Errorf("what-if: %s", result.text)
	}
	if end := deploy(t, e, admin, path, template); end.body["status"] != "Succeeded" {
		t.Fatalf("end: %s", end.text)
	}
	got := do(t, e, "GET", path+deployAPI, admin, "")
	if got.output("id") != prod(e)+"/resourceGroups/rg-web" || got.body["location"] != nil {
		t.Errorf("got %s", got.text)
	}
}

// TestDeployment_Fails: what a provider refuses fails the deployment, in the
// provider's own words, and stops what depends on it.
func TestDeployment_Fails(t *testing.T) {
	own := "11111111-2222-4333-8444-555555555555"
	for _, c := range []struct {
		what, file, more string
		role             pharos.RoleID
		change           func(string) string
		want             []string
		made             int
	}{
		{"Owner", "subscription.json", "", pharos.Owner, nil, []string{"DeploymentFailed", "BadRequest", "InvalidRegistrationDefinitionCreateRequest", "is not allowed for registration definition", "because of restricted actions."}, 1},
		{"a role with data actions", "subscription.json", "", "ba92f5b4-2d11-453d-a403-e96b0029c9fe", nil, []string{"with data actions not allowed for registration definition"}, 1},
		{"an eligible Owner", "eligible.json", `, "eligible": {"value": [{"principalId": "` + own + `", "roleDefinitionId": "` + string(pharos.Owner) + `"}]}`, pharos.Reader, nil, []string{"is restricted for eligible authorization"}, 1},
		{"its own tenant", "subscription.json", "", pharos.Reader, func(s string) string { return strings.ReplaceAll(s, `"`+managingTenant+`"`, `"fabrikam"`) }, []string{"as ManagedByTenantId"}, 1},
		{"eligible in an old api-version", "eligible.json", `, "eligible": {"value": []}`, pharos.Reader, func(s string) string {
			s = strings.ReplaceAll(s, "2020-02-01-preview", "2019-06-01")
			return strings.Replace(s, `"eligible": {"value": []}`, `"eligible": {"value": [{"principalId": "`+own+`", "roleDefinitionId": "acdd72a7-3385-48ef-bd42-f606fba81ae7"}]}`, 1)
		}, []string{"only allowed with api-version greater and equal to '2020-02-01-preview'"}, 1},
		{"a second assignment", "subscription.json", "", pharos.Reader, func(s string) string {
			return strings.Replace(s, `"name": "[variables('id')]"`, `"name": "[guid(variables('id'))]"`, 1)
		}, []string{"Another registration assignment present at this scope", "Multiple registration assignments are not allowed."}, 2},
		{"a definition at a resource group", "resource-group.json", `, "group": {"value": "rg-web"}`, pharos.Reader, func(s string) string {
			s = strings.Replace(s, `"type": "Microsoft.ManagedServices/registrationDefinitions",`, `"type": "Microsoft.ManagedServices/registrationDefinitions", "resourceGroup": "rg-web",`, 1)
			return strings.Replace(s, `"dependsOn": ["[variables('definition')]"]`, `"dependsOn": ["[variables('id')]"]`, 1)
		}, []string{"InvalidRegistrationDefinitionUri", `should be '/subscriptions/\u003csubscriptionId\u003e'.`}, 1},
		{"an assignment that fails in a nested deployment", "resource-group.json", `, "group": {"value": "rg-web"}`, pharos.Reader, func(s string) string {
			return strings.Replace(s, `{"registrationDefinitionId": "[variables('definition')]"}`, `{"registrationDefinitionId": "[concat(variables('definition'), '0')]"}`, 1)
		}, []string{"ResourceDeploymentFailure", "terminal provisioning state 'Failed'", "could not be found"}, 2},
	} {
		t.Run(c.what, func(t *testing.T) {
			e := emulate(t)
			admin := token(t, e, "fabrikam", "local-admin")
			path := prod(e) + deploymentsPath + "/fails"
			body := deploymentBody(t, c.file, lighthouseParameters(t, e, "Fails", c.role, c.more))
			if c.what == "a second assignment" {
				deploy(t, e, admin, path, body)
			}
			if c.change != nil {
				body = strings.ReplaceAll(c.change(body), `"fabrikam"`, `"`+string(e.world.customers[0].tenant.id)+`"`)
			}
			end := deploy(t, e, admin, path, body)
			got := do(t, e, "GET", path+deployAPI, admin, "")
			for _, want := range append(c.want, "DeploymentFailed") {
				if end.body["status"] != "Failed" || !strings.Contains(end.text, want) || !strings.Contains(got.text, want) {
					t.Errorf("%s is not in %s and %s", want, end.text, got.text)
				}
			}
			if ops := do(t, e, "GET", path+"/operations"+deployAPI, admin, "").values(); len(ops) != c.made {
				t.Errorf("operations: %v", ops)
			}
		})
	}
}

// TestDeployment_Refusals: what is refused before anything is made.
func TestDeployment_Refusals(t *testing.T) {
	e := emulate(t)
	admin := token(t, e, "fabrikam", "local-admin")
	good := deploymentBody(t, "subscription.json", lighthouseParameters(t, e, "Never", pharos.Reader, ""))
	wrap := func(sections string) string {
		return `{"location":"westeurope","properties":{"mode":"Incremental","template":{"$schema":"s","contentVersion":"1.0.0.0","resources":[]` + sections + `}}}`
	}
	one := func(resource string) string {
		return strings.Replace(wrap(""), `"resources":[]`, `"resources":[`+resource+`]`, 1)
	}
	for _, c := range []struct {
		what, token, name, body string
		status                  int
		want                    string
	}{
		{"not allowed", token(t, e, "fabrikam", "reader"), "d", good, 403, "AuthorizationFailed"},
		{"no template", admin, "d", `{"location":"x","properties":{}}`, 400, "InvalidRequestContent"},
		{"no JSON", admin, "d", `{"location"`, 400, "InvalidRequestContent"},
		{"no location", admin, "d", strings.Replace(good, `"location": "westeurope", `, "", 1), 400, "The 'location' property must be specified for 'd'."},
		{"mode Complete", admin, "d", strings.Replace(good, "Incremental", "Complete", 1), 400, "Specified deployment mode 'Complete' is not supported for deployment at the current scope."},
		{"no such mode", admin, "d", strings.Replace(good, "Incremental", "Gentle", 1), 400, "to type 'DeploymentMode'"},
		{"a link", admin, "d", `{"location":"x","properties":{"mode":"Incremental","templateLink":{"uri":"https://example.com/t.json"}}}`, 400, "Unable to download deployment content from 'https://example.com/t.json'"},
		{"a bad name", admin, "a b", good, 400, "DeploymentNameInvalidCharacters"},
		{"a long name", admin, strings.Repeat("a", 65), good, 400, "DeploymentNameLengthLimitExceeded"},
		{"unknown parameter", admin, "d", strings.Replace(good, `"offer":`, `"ofer": {"value": 1}, "offer":`, 1), 400, "The template parameters 'ofer' in the parameters file are not valid;"},
		{"missing parameter", admin, "d", strings.Replace(good, `"offer": {"value": "Never"},`, "", 1), 400, "The value for the template parameter 'offer' at line '7' and column '14' is not provided."},
		{"the place of it", admin, "d", strings.Replace(good, `"offer": {"value": "Never"},`, "", 1), 400, `"path":"properties.template.parameters.offer"`},
		{"wrong type", admin, "d", strings.Replace(good, `{"value": "Never"}`, `{"value": 5}`, 1), 400, "Template parameter JToken type is not valid. Expected 'String, Uri'. Actual 'Integer'."},
		{"variable of itself", admin, "d", wrap(`,"variables":{"a":"[variables('a')]"}`), 400, "The template variable 'a' is not valid: Circular dependency"},
		{"variables that grow", admin, "d", wrap(`,"variables":{` + growing(40) + `}`), 400, "InvalidTemplate"},
		{"an output of another type", admin, "d", wrap(`,"outputs":{"o":{"type":"int","value":"x"}}`), 400, "Template output JToken type is not valid. Expected 'Integer'. Actual 'String'."},
		{"a type that is not deployed here", admin, "d", one(`{"type":"Microsoft.Web/sites","apiVersion":"2022-03-01","name":"x"}`), 501, "does not deploy resources of type Microsoft.Web/sites"},
		{"a provider there is not", admin, "d", one(`{"type":"Contoso.Web/sites","apiVersion":"2022-03-01","name":"x"}`), 404, "InvalidResourceNamespace"},
		{"an api-version there is not", admin, "d", strings.ReplaceAll(good, "2022-10-01", "2018-06-01"), 400, "No registered resource provider found for location 'westeurope' and API version '2018-06-01' for type 'registrationDefinitions'."},
		{"no such group", admin, "d", deploymentBody(t, "resource-group.json", lighthouseParameters(t, e, "Never", pharos.Reader, `, "group": {"value": "rg-none"}`)), 400, "ResourceGroupNotFound"},
	} {
		got := do(t, e, "PUT", prod(e)+deploymentsPath+"/"+url.PathEscape(c.name)+deployAPI, c.token, c.body)
		if got.status != c.status || !strings.Contains(got.text, c.want) {
			t.Errorf("%s: got %d %s, want %d %s", c.what, got.status, got.text, c.status, c.want)
		}
		if v := do(t, e, "POST", prod(e)+deploymentsPath+"/"+url.PathEscape(c.name)+"/validate"+deployAPI, c.token, c.body); v.status != c.status || v.errorCode() != got.errorCode() {
			t.Errorf("%s: validate says %d %s", c.what, v.status, v.text)
		}
	}
	if got := delegatedBy(e, e.world.customers[0].subs[0], "Never"); len(got) > 0 {
		t.Errorf("refused, and yet delegated: %v", got)
	}
	itself := deploy(t, e, admin, prod(e)+deploymentsPath+"/itself", one(`{"type":"Microsoft.Resources/deployments","apiVersion":"2021-04-01","name":"itself",
 "location":"westeurope","properties":{"mode":"Incremental","template":{"$schema":"s","contentVersion":"1","resources":[]}}}`))
	if !strings.Contains(itself.text, "cannot be saved, because this would overwrite an existing deployment which is still active.") {
		t.Errorf("a deployment in one of its name: %s", itself.text)
	}
	mg := do(t, e, "GET", "/providers/Microsoft.Management/managementGroups/platform"+deploymentsPath+deployAPI, admin, "")
	if mg.status != 501 {
		t.Errorf("at a management group: %d %s", mg.status, mg.text)
	}
	moved := strings.Replace(good, `"westeurope"`, `"northeurope"`, 1)
	deploy(t, e, admin, prod(e)+deploymentsPath+"/d", good)
	if got := do(t, e, "PUT", prod(e)+deploymentsPath+"/d"+deployAPI, admin, moved); got.errorCode() != "InvalidDeploymentLocation" {
		t.Errorf("another location: %d %s", got.status, got.text)
	}
}

// growing declares variables each of which is twice the one before.
func growing(n int) string {
	out := `"v0":"x"`
	for i := 1; i <= n; i++ {
		out += fmt.Sprintf(`,"v%d":"[concat(variables('v%d'), variables('v%d'))]"`, i, i-1, i-1)
	}
	return out
}

// TestDeployment_Kept: a state that is opened again holds the same deployments,
// whatever was asked of them in between.
func TestDeployment_Kept(t *testing.T) {
	e := emulate(t)
	admin := token(t, e, "fabrikam", "local-admin")
	path := prod(e) + deploymentsPath + "/kept"
	deploy(t, e, admin, path, deploymentBody(t, "resource-groups.json", lighthouseParameters(t, e, "Kept", pharos.Reader, `, "groups": {"value": [{"name": "rg-web"}, {"name": "rg-data"}]}`)))
	do(t, e, "POST", path+"/cancel"+deployAPI, admin, "")
	do(t, e, "POST", path+"/whatIf"+deployAPI, admin, "{}")
	dir := t.TempDir()
	if err := e.Save(dir); err != nil {
		t.Fatal(err)
	}
	again, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, at := range []string{path + deployAPI, path + "/operations" + deployAPI, prod(e) + "/providers/Microsoft.ManagedServices/registrationAssignments?api-version=2022-10-01"} {
		if was, is := do(t, e, "GET", at, admin, ""), do(t, again, "GET", at, admin, ""); was.text != is.text || is.status != 200 {
			t.Errorf("%s: got %s, want %s", at, is.text, was.text)
		}
	}
}
