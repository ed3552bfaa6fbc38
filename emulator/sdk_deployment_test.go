package emulator

import (
	"encoding/json"
	"net/http"
	"testing"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/runtime"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/to"
	"github.com/Azure/azure-sdk-for-go/sdk/resourcemanager/resources/armresources"

	"github.com/pharos-pec/pharos"
)

// ended polls an operation to its end, without the waits between the looks.
func ended[T any](t *testing.T, p *runtime.Poller[T], err error) (T, error) {
	t.Helper()
	var none T
	if err != nil {
		return none, err
	}
	for looks := 0; !p.Done(); looks++ {
		if looks > 3 {
			t.Fatal("the operation does not end")
		}
		if _, err := p.Poll(t.Context()); err != nil { //nolint:bodyclose // the poller reads and closes the body
			return none, err
		}
	}
	return p.Result(t.Context())
}

// deploymentsOf makes the clients of a customer's administrator.
func deploymentsOf(t *testing.T, a *azure) (*armresources.DeploymentsClient, *armresources.DeploymentOperationsClient, *armresources.ResourceGroupsClient) {
	t.Helper()
	factory, err := armresources.NewClientFactory(string(a.world.customers[0].subs[0].id), a.signIn(t, "fabrikam", "local-admin"), a.arm())
	if err != nil {
		t.Fatal(err)
	}
	return factory.NewDeploymentsClient(), factory.NewDeploymentOperationsClient(), factory.NewResourceGroupsClient()
}

// sdkDeployment is a deployment of one of our templates as the SDK sends it:
// as JSON.
func sdkDeployment(t *testing.T, a *azure, file string, role pharos.RoleID) armresources.Deployment {
	t.Helper()
	var template, parameters any
	if err := json.Unmarshal(jsonBytes(mustRead(t, templateFile(t, file))), &template); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal([]byte(lighthouseParameters(t, a.Emulator, "By SDK", role, "")), &parameters); err != nil {
		t.Fatal(err)
	}
	return armresources.Deployment{Location: to.Ptr("westeurope"), Properties: &armresources.DeploymentProperties{
		Mode: to.Ptr(armresources.DeploymentModeIncremental), Template: template, Parameters: parameters,
	}}
}

// TestSDK_Deployments walks a deployment by the Azure SDK for Go over TLS.
func TestSDK_Deployments(t *testing.T) {
	a := start(t, emulate(t))
	client, operations, _ := deploymentsOf(t, a)
	ctx, want := t.Context(), sdkDeployment(t, a, "subscription.json", pharos.Reader)
	validating, err := client.BeginValidateAtSubscriptionScope(ctx, "sdk", want, nil)
	validated, err := ended(t, validating, err)
	if err != nil || validated.Error != nil || len(validated.Properties.ValidatedResources) != 2 {
		t.Fatalf("validate: %v %+v", err, validated)
	}
	asking, err := client.BeginWhatIfAtSubscriptionScope(ctx, "sdk", armresources.DeploymentWhatIf{Location: want.Location, Properties: &armresources.DeploymentWhatIfProperties{
		Mode: want.Properties.Mode, Template: want.Properties.Template, Parameters: want.Properties.Parameters,
	}}, nil)
	whatIf, err := ended(t, asking, err)
	if err != nil || len(whatIf.Properties.Changes) != 2 || *whatIf.Properties.Changes[0].ChangeType != armresources.ChangeTypeCreate {
		t.Fatalf("what-if: %v %+v", err, whatIf)
	}
	creating, err := client.BeginCreateOrUpdateAtSubscriptionScope(ctx, "sdk", want, nil)
	created, err := ended(t, creating, err)
	if err != nil || *created.Properties.ProvisioningState != armresources.ProvisioningStateSucceeded || len(created.Properties.OutputResources) != 2 {
		t.Fatalf("create: %v %+v", err, created)
	}
	if got := all(t, operations.NewListAtSubscriptionScopePager("sdk", nil), func(p armresources.DeploymentOperationsClientListAtSubscriptionScopeResponse) []*armresources.DeploymentOperation {
		return p.Value
	}); len(got) != 3 {
		t.Errorf("operations: %d", len(got))
	}
	if export, err := client.ExportTemplateAtSubscriptionScope(ctx, "sdk", nil); err != nil || export.Template == nil {
		t.Errorf("export: %v", err)
	}
	if there, err := client.CheckExistenceAtSubscriptionScope(ctx, "sdk", nil); err != nil || !there.Success {
		t.Errorf("existence: %v", err)
	}
	_, err = client.CancelAtSubscriptionScope(ctx, "sdk", nil)
	refused(t, err, http.StatusConflict, "DeploymentCannotBeCancelled")
	deleting, err := client.BeginDeleteAtSubscriptionScope(ctx, "sdk", nil)
	if _, err = ended(t, deleting, err); err != nil {
		t.Errorf("delete: %v", err)
	}
	_, err = client.GetAtSubscriptionScope(ctx, "sdk", nil)
	refused(t, err, http.StatusNotFound, "DeploymentNotFound")
}

// TestSDK_DeploymentFails: the SDK tells the failure of an operation and a
// refusal by validation.
func TestSDK_DeploymentFails(t *testing.T) {
	a := start(t, emulate(t))
	client, _, _ := deploymentsOf(t, a)
	creating, err := client.BeginCreateOrUpdateAtSubscriptionScope(t.Context(), "sdk", sdkDeployment(t, a, "subscription.json", pharos.Owner), nil)
	_, err = ended(t, creating, err)
	refused(t, err, http.StatusOK, "DeploymentFailed")
	broken := sdkDeployment(t, a, "subscription.json", pharos.Reader)
	broken.Properties.Parameters = map[string]any{}
	validating, err := client.BeginValidateAtSubscriptionScope(t.Context(), "sdk", broken, nil)
	_, err = ended(t, validating, err)
	refused(t, err, http.StatusBadRequest, "InvalidTemplate")
}

// TestSDK_ResourceGroups makes and removes a resource group by the SDK.
func TestSDK_ResourceGroups(t *testing.T) {
	a := start(t, emulate(t))
	_, _, groups := deploymentsOf(t, a)
	made, err := groups.CreateOrUpdate(t.Context(), "rg-sdk", armresources.ResourceGroup{Location: to.Ptr("westeurope"), Tags: map[string]*string{"a": to.Ptr("1")}}, nil)
	if err != nil || *made.Tags["a"] != "1" {
		t.Fatalf("create: %v", err)
	}
	deleting, err := groups.BeginDelete(t.Context(), "rg-sdk", nil)
	if _, err := ended(t, deleting, err); err != nil {
		t.Errorf("delete: %v", err)
	}
	if there, err := groups.CheckExistence(t.Context(), "rg-sdk", nil); err != nil || there.Success {
		t.Errorf("existence: %v", err)
	}
}
