package emulator

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/pharos-pec/pharos"
)

// lighthouseTemplate delegates a subscription and, by a nested deployment, resource
// groups, as the samples of Azure Lighthouse do; sent as az sends it.
const lighthouseTemplate = `{location: "westeurope", "properties": {"mode": "Incremental", "parameters": {
  "mspOfferName": {"value": "Deployed offer"},
  "managedByTenantId": {"value": "11111111-1111-4111-8111-111111111111"},
  "groups": {"value": ["rg-web", "rg-data"]},
  "authorizations": {"value": [{"principalId": "%[1]s", "roleDefinitionId": "%[2]s", "principalIdDisplayName": "robot"}]}},
 template:{
  // comments are allowed
  "$schema": "https://schema.management.azure.com/schemas/2019-08-01/subscriptionDeploymentTemplate.json#",
  "contentVersion": "1.0.0.0",
  "parameters": {
    "mspOfferName": {"type": "string"}, "managedByTenantId": {"type": "string"}, "authorizations": {"type": "array"},
    "groups": {"type": "array", "defaultValue": []},
  },
  "variables": {"name": "[guid(parameters('mspOfferName'))]", /* once more */ "assignment": "[guid(parameters('mspOfferName'), 'a''b')]"},
  "resources": [
    {"type": "Microsoft.ManagedServices/registrationAssignments", "apiVersion": "2022-10-01", "name": "[variables('assignment')]",
     "condition": "[empty(parameters('groups'))]",
     "properties": {"registrationDefinitionId": "[resourceId('Microsoft.ManagedServices/registrationDefinitions/', variables('name'))]"}},
    {"type": "Microsoft.ManagedServices/registrationDefinitions", "apiVersion": "2022-10-01", "name": "[variables('name')]",
     "properties": {"registrationDefinitionName": "[parameters('mspOfferName')]", "description": "over
two lines", "managedByTenantId": "[parameters('managedByTenantId')]", "authorizations": "[parameters('authorizations')]"}},
    {"type": "Microsoft.Resources/deployments", "apiVersion": "2021-04-01", "name": "[concat('rg-', copyIndex())]",
     "copy": {"name": "groups", "count": "[length(parameters('groups'))]"},
     "resourceGroup": "[parameters('groups')[copyIndex()]]",
     "properties": {"mode": "Incremental", "template": {"resources": [
       {"type": "Microsoft.ManagedServices/registrationAssignments", "apiVersion": "2022-10-01", "name": "[guid(variables('name'), string(copyIndex()))]",
        "properties": {"registrationDefinitionId": "[subscriptionResourceId('Microsoft.ManagedServices/registrationDefinitions', variables('name'))]"}}]}}},
  ],
  "outputs": {"offer": {"type": "string", "value": "[format('{0} in {1}', parameters('mspOfferName'), subscription().displayName)]"}}
 }}}`

func TestDeployment_Lighthouse(t *testing.T) {
	e := emulate(t)
	admin, robot := token(t, e, "fabrikam", "local-admin"), principalOf(t, e, "contoso-msp", "provider-automation")
	s := e.world.customers[0].subs[0]
	const v = "?api-version=2021-04-01"
	path := prod(e) + deploymentsPath + "/lighthouse"
	body := fmt.Sprintf(lighthouseTemplate, robot.id, pharos.SupportRequestContributor)
	if got := do(t, e, "HEAD", path+v, admin, ""); got.status != 404 {
		t.Errorf("before: %d", got.status)
	}
	if got := do(t, e, "POST", path+"/validate"+v, admin, body); got.status != 200 {
		t.Errorf("validate: %d %s", got.status, got.text)
	}
	whatIf := do(t, e, "POST", path+"/whatIf"+v, admin, body)
	if strings.Count(whatIf.text, `"changeType":"Create"`) != 3 {
		t.Errorf("what-if: %s", whatIf.text)
	}
	put := do(t, e, "PUT", path+v, admin, body)
	if put.status != 201 {
		t.Fatalf("put: %d %s", put.status, put.text)
	}
	poll := do(t, e, "GET", strings.TrimPrefix(put.header.Get("Azure-AsyncOperation"), loopback), admin, "")
	if poll.body["status"] != "Succeeded" {
		t.Fatalf("the operation: %s", poll.text)
	}
	got := do(t, e, "GET", path+v, admin, "")
	outputs := got.body["properties"].(map[string]any)["outputs"].(map[string]any)
	if outputs["offer"].(map[string]any)["value"] != "Deployed offer in fabrikam-prod" {
		t.Errorf("outputs: %v", outputs)
	}
	var scopes []string
	for _, d := range s.delegations {
		if def := d.definitionAt(e.Now()); def != nil && def.offer == "Deployed offer" {
			scopes = append(scopes, d.scope.ResourceGroup())
		}
	}
	if fmt.Sprint(scopes) != "[rg-web rg-data]" {
		t.Errorf("delegated %v", scopes)
	}
	if again := do(t, e, "PUT", path+v, admin, body); again.status != 200 {
		t.Errorf("again: %d %s", again.status, again.text)
	}
	if ops := do(t, e, "GET", path+"/operations"+v, admin, ""); len(ops.values()) != 3 {
		t.Errorf("operations: %s", ops.text)
	}
	if got := do(t, e, "DELETE", path+v, admin, ""); got.status != 204 || len(s.delegations) == 0 {
		t.Errorf("delete: %d", got.status)
	}
}

func TestDeployment_Refusals(t *testing.T) {
	e := emulate(t)
	admin, robot := token(t, e, "fabrikam", "local-admin"), principalOf(t, e, "contoso-msp", "provider-automation")
	path := prod(e) + deploymentsPath + "/lighthouse?api-version=2021-04-01"
	good := fmt.Sprintf(lighthouseTemplate, robot.id, pharos.SupportRequestContributor)
	for _, c := range []struct{ what, token, body, want string }{
		{"not allowed", token(t, e, "fabrikam", "reader"), good, "AuthorizationFailed"},
		{"no template", admin, `{"location":"x","properties":{}}`, "InvalidTemplate"},
		{"no location", admin, `{"properties":{"template":{}}}`, "LocationRequired"},
		{"unknown parameter", admin, `{"location":"x","properties":{"parameters":{"a":{"value":1}},"template":{}}}`, "The template parameter 'a' is not defined"},
		{"missing parameter", admin, `{"location":"x","properties":{"template":{"parameters":{"a":{}}}}}`, "The value for the template parameter 'a' is not provided"},
		{"unknown function", admin, `{"location":"x","properties":{"template":{"outputs":{"a":{"value":"[reference('x')]"}}}}}`, "is not implemented by the emulator"},
		{"variable of itself", admin, `{"location":"x","properties":{"template":{"variables":{"a":"[variables('a')]"},"outputs":{"a":{"value":"[variables('a')]"}}}}}`, "names itself"},
		{"variables that grow", admin, `{"location":"x","properties":{"template":{"variables":{` + growing(40) + `},"outputs":{"a":{"value":"[variables('v40')]"}}}}}`, "InvalidTemplate"},
		{"unknown resource", admin, `{"location":"x","properties":{"template":{"resources":[{"type":"Microsoft.Web/sites","name":"x"}]}}}`, "NotImplemented"},
		{"no JSON", admin, `{"location"`, "InvalidRequestContent"},
	} {
		if got := do(t, e, "PUT", path, c.token, c.body); got.status < 400 || !strings.Contains(got.text, c.want) {
			t.Errorf("%s: got %d %s, want %s", c.what, got.status, got.text, c.want)
		}
	}
	// What a provider refuses fails the deployment, by the operation.
	put := do(t, e, "PUT", path, admin, fmt.Sprintf(lighthouseTemplate, robot.id, pharos.Owner))
	poll := do(t, e, "GET", strings.TrimPrefix(put.header.Get("Azure-AsyncOperation"), loopback), admin, "")
	if poll.body["status"] != "Failed" || !strings.Contains(poll.text, "DeploymentFailed") || !strings.Contains(poll.text, "is not allowed for registration definition") {
		t.Errorf("delegating Owner: %d %s", put.status, poll.text)
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

// FuzzDeploymentBody: what the lenient reader takes, JSON can hold; a template
// never makes the emulator panic.
func FuzzDeploymentBody(f *testing.F) {
	f.Add([]byte(fmt.Sprintf(lighthouseTemplate, "0d8a6c3e-5f0b-4c7e-9b8a-000000000001", pharos.Reader)))
	f.Add([]byte(`{a: 1, /* b */ "c": [1,2,], // d` + "\n" + `"e": "f` + "\n" + `g"}`))
	f.Add([]byte(`{"location":"x","properties":{"template":{"outputs":{"a":{"value":"[concat('a', if(equals(1, 1), 'b', 'c'))[0].x]"}}}}}`))
	e := emulate(f)
	s := e.world.customers[0].subs[0]
	on := target{pharos.SubscriptionScope(s.id), s, s.customer.tenant}
	f.Fuzz(func(t *testing.T, data []byte) {
		if strict := strictJSON(data); json.Valid(data) && !json.Valid(strict) {
			t.Fatalf("JSON became none: %s", strict)
		}
		c := &call{body: data, world: e.world, now: e.Now(), vars: map[string]string{"id": "d"}}
		_, template, err := c.newDeployment(on)
		if err == nil {
			if _, err = template.resources(); err == nil {
				_, err = template.outputs()
			}
		}
		var refused *apiError
		if err != nil && !errors.As(err, &refused) {
			t.Errorf("refused by %T: %v", err, err)
		}
	})
}
