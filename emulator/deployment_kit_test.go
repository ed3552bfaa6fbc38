package emulator

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/pharos-pec/pharos"
	"github.com/pharos-pec/pharos/internal/armtemplate"
)

const (
	deployAPI = "?api-version=2021-04-01"
	// managingTenant is our tenant in the tests' scenario.
	managingTenant = "11111111-1111-4111-8111-111111111111"
)

// templateFile is a template of testdata/templates.
func templateFile(t testing.TB, name string) string {
	t.Helper()
	text, err := os.ReadFile("testdata/templates/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// mustRead reads a template's text.
func mustRead(t testing.TB, text string) *armtemplate.Node {
	t.Helper()
	n, err := armtemplate.Read([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// deploymentBody is a body as az sends it for a deployment at a subscription:
// an unquoted key, and the template's file as it is.
func deploymentBody(t testing.TB, file, parameters string) string {
	t.Helper()
	return `{"location": "westeurope", "properties": {"parameters": ` + parameters + `, "mode": "Incremental", template:` + templateFile(t, file) + `}}`
}

// lighthouseParameters are the values that all our onboarding templates take.
func lighthouseParameters(t testing.TB, e *Emulator, offer string, role pharos.RoleID, more string) string {
	t.Helper()
	robot := principalOf(t, e, "contoso-msp", "provider-automation")
	return fmt.Sprintf(`{"offer": {"value": %q}, "managingTenant": {"value": %q},
 "authorizations": {"value": [{"principalId": "%s", "roleDefinitionId": "%s", "principalIdDisplayName": "robot"}]}%s}`, offer, managingTenant, robot.id, role, more)
}

// deploy sends a deployment and waits for its end: the last look at its
// operation.
func deploy(t testing.TB, e *Emulator, token, path, body string) answered {
	t.Helper()
	put := do(t, e, "PUT", path+deployAPI, token, body)
	if put.status != 201 && put.status != 200 {
		t.Fatalf("PUT %s: %d %s", path, put.status, put.text)
	}
	if state := put.properties()["provisioningState"]; state != "Accepted" {
		t.Errorf("PUT %s: state %v", path, state)
	}
	return wait(t, e, token, put)
}

// wait follows an operation to its end: it runs when it is first looked at.
func wait(t testing.TB, e *Emulator, token string, started answered) answered {
	t.Helper()
	at := strings.TrimPrefix(started.header.Get("Azure-AsyncOperation"), loopback)
	if at == "" || started.header.Get("Retry-After") != "1" {
		t.Fatalf("no operation to wait for: %v", started.header)
	}
	first := do(t, e, "GET", at, token, "")
	if first.body["status"] != "Running" || first.header.Get("Retry-After") != "1" {
		t.Errorf("first look: %s", first.text)
	}
	return do(t, e, "GET", at, token, "")
}

// properties are those of the resource that was answered.
func (a answered) properties() map[string]any {
	p, _ := a.body["properties"].(map[string]any)
	return p
}

// output is the value of an output of a deployment that was answered.
func (a answered) output(name string) any {
	outputs, _ := a.properties()["outputs"].(map[string]any)
	o, _ := outputs[name].(map[string]any)
	return o["value"]
}

// delegatedBy lists the scopes, by resource group, that stand delegated by
// offers of a name's beginning.
func delegatedBy(e *Emulator, s *subscription, offer string) []string {
	out := []string{}
	for _, d := range s.delegations {
		if def := d.definitionAt(e.Now()); def != nil && strings.HasPrefix(def.offer, offer) {
			out = append(out, d.scope.ResourceGroup())
		}
	}
	return out
}
