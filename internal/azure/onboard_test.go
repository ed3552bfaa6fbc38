package azure_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/pharos-pec/pharos"
	"github.com/pharos-pec/pharos/internal/azure"
	"github.com/pharos-pec/pharos/observe"
	"github.com/pharos-pec/pharos/onboard"
)

const onboarding = `version: 1
clock: {start: 2026-10-01T00:00:00Z, now: 2026-10-07T06:00:00Z}
partner:
  tenant: {name: contoso, id: 11111111-1111-4111-8111-111111111111}
  partnerId: "4987654"
  principals: [{name: robot, kind: servicePrincipal, secret: s3cret, id: aaaaaaaa-0000-4000-8000-000000000001}]
customers:
  - name: fabrikam
    id: 22222222-2222-4222-8222-222222222222
    principals:
      - {name: admin, kind: servicePrincipal, secret: s3cret}
      - {name: worker, kind: servicePrincipal, secret: s3cret}
    subscriptions:
      - name: prod
        id: 55555555-5555-4555-8555-555555555555
        roleAssignments:
          - {principal: admin, role: Owner, scope: subscription, kind: permanent}
          - {principal: worker, role: Contributor, scope: subscription, kind: permanent}
        resources: [{name: vm, group: rg-web, type: Microsoft.Compute/virtualMachines, meter: hour, quantity: 1}]
meters: [{id: hour, name: Hour, unitPrice: "1"}]
`

// delegating is a deployment that gives the robot roles.
func delegating(roles ...pharos.RoleID) onboard.Deployment {
	const name = "7b7c9d1e-0000-4000-8000-000000000001"
	var list []string
	for _, r := range roles {
		list = append(list, fmt.Sprintf(`{"principalId":"aaaaaaaa-0000-4000-8000-000000000001","principalIdDisplayName":"robot","roleDefinitionId":"%s"}`, r))
	}
	template := fmt.Sprintf(`{"$schema":"https://schema.management.azure.com/schemas/2019-08-01/subscriptionDeploymentTemplate.json#","contentVersion":"1.0.0.0",
		"parameters":{"offer":{"type":"string"}},"resources":[
		{"type":"Microsoft.ManagedServices/registrationDefinitions","apiVersion":"2022-10-01","name":"%[1]s","properties":{
			"registrationDefinitionName":"[parameters('offer')]","managedByTenantId":"11111111-1111-4111-8111-111111111111","authorizations":[%[2]s]}},
		{"type":"Microsoft.ManagedServices/registrationAssignments","apiVersion":"2022-10-01","name":"%[1]s",
			"dependsOn":["[resourceId('Microsoft.ManagedServices/registrationDefinitions','%[1]s')]"],
			"properties":{"registrationDefinitionId":"[resourceId('Microsoft.ManagedServices/registrationDefinitions','%[1]s')]"}}]}`, name, strings.Join(list, ","))
	return onboard.Deployment{Name: "d", Subscription: sub, Location: "westeurope", Template: []byte(template), Parameters: []byte(`{"offer":{"value":"Ops"}}`)}
}

// TestDeployer_Emulator deploys a delegation on the emulator, changes it, and
// meets its refusals.
func TestDeployer_Emulator(t *testing.T) {
	e := emulateText(t, onboarding)
	at := e.impatient("admin").Deployer(sub)
	options := onboard.DeployOptions{Agree: func([]onboard.Effect) error { return nil }, Tell: func(string) {}}
	place, err := at.Location(t.Context(), "d")
	if err != nil || place != "westeurope" {
		t.Errorf("location %q, %v", place, err)
	}
	words := func(effects []onboard.Effect) string {
		var out []string
		for _, x := range effects {
			out = append(append(out, string(x.Kind)+" "+x.Subject()), x.Words()...)
		}
		return strings.Join(out, "|")
	}
	for _, x := range []struct {
		name    string
		d       onboard.Deployment
		changed bool
		want    string
	}{
		{"first", delegating(pharos.Reader), true, `create offer "Ops"|+ robot: Reader, for good|create delegation of the subscription`},
		{"again", delegating(pharos.Reader), false, `no-change offer "Ops"|no-change delegation of the subscription`},
		{"changed", delegating(pharos.SupportRequestContributor), true,
			`modify offer "Ops"|+ robot: Support Request Contributor, for good|- robot: Reader, for good|no-change delegation of the subscription`},
	} {
		done, err := onboard.Deploy(t.Context(), at, x.d, options)
		if err != nil || done.Changed != x.changed || !done.InForce || words(done.Effects) != x.want {
			t.Fatalf("%s: %+v, %v", x.name, done, err)
		}
	}
	seen, err := e.session("robot").Delegations(t.Context(), observe.Visible{Subscription: pharos.Subscription{ID: sub, Customer: customer}, Projected: true})
	if err != nil || len(seen.Items) != 1 || seen.Items[0].Value.Role != pharos.SupportRequestContributor || seen.Items[0].Since.IsZero() {
		t.Errorf("the managing tenant sees %+v, %v", seen.Items, err)
	}

	_, err = onboard.Deploy(t.Context(), at, delegating(pharos.Owner), options)
	wantError(t, err, pharos.Conflict, "the deployment d is failed: Microsoft.ManagedServices/registrationDefinitions 7b7c9d1e", "InvalidRegistrationDefinitionCreateRequest", string(pharos.Owner))
	bad := delegating(pharos.Reader)
	bad.Parameters = nil
	_, err = onboard.Deploy(t.Context(), at, bad, options)
	wantError(t, err, pharos.Invalid, "Azure refuses the template: InvalidTemplate: ", "'offer'")
	_, err = onboard.Deploy(t.Context(), e.session("worker").Deployer(sub), delegating(pharos.Reader), options)
	wantError(t, err, pharos.Forbidden, "Microsoft.Authorization/roleAssignments/write missing")
	elsewhere := delegating(pharos.Reader)
	elsewhere.Location = "uksouth"
	_, err = onboard.Deploy(t.Context(), at, elsewhere, options)
	wantError(t, err, pharos.Conflict, "InvalidDeploymentLocation")
}

func TestTenantOf_Emulator(t *testing.T) {
	e := emulateText(t, onboarding)
	at := e.config.Cloud
	cloud, err := azure.CustomCloud(at.Authority, at.ResourceManager, at.Graph, at.PartnerCenter, at.CAFile)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := azure.TenantOf(t.Context(), cloud, quick(), sub); err != nil || got != customer {
		t.Errorf("got %q, %v", got, err)
	}
	_, err = azure.TenantOf(t.Context(), cloud, quick(), "99999999-9999-4999-8999-999999999999")
	wantError(t, err, pharos.NotFound, "knows no subscription")
}
