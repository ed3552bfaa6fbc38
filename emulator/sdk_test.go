package emulator

import (
	"errors"
	"testing"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/runtime"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/to"
	"github.com/Azure/azure-sdk-for-go/sdk/resourcemanager/authorization/armauthorization/v2"
	"github.com/Azure/azure-sdk-for-go/sdk/resourcemanager/managedservices/armmanagedservices"
	"github.com/Azure/azure-sdk-for-go/sdk/resourcemanager/resources/armresources"
	"github.com/Azure/azure-sdk-for-go/sdk/resourcemanager/resources/armsubscriptions"
)

// The tests in this file use clients that we did not write.

// all reads every page of an SDK's list.
func all[P, T any](t *testing.T, pager *runtime.Pager[P], items func(P) []T) []T {
	t.Helper()
	var out []T
	for pager.More() {
		page, err := pager.NextPage(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, items(page)...)
	}
	return out
}

// refused checks that an SDK understood a refusal.
func refused(t *testing.T, err error, status int, code string) {
	t.Helper()
	var e *azcore.ResponseError
	if !errors.As(err, &e) {
		t.Fatalf("got %v, want a refusal %d %s", err, status, code)
	}
	if e.StatusCode != status || e.ErrorCode != code {
		t.Errorf("got %d %s, want %d %s", e.StatusCode, e.ErrorCode, status, code)
	}
}

func TestSDK_Subscriptions(t *testing.T) {
	a := start(t, emulate(t))
	client, err := armsubscriptions.NewClient(a.signIn(t, "contoso-msp", "provider-automation"), a.arm())
	if err != nil {
		t.Fatal(err)
	}
	subs := all(t, client.NewListPager(nil), func(p armsubscriptions.ClientListResponse) []*armsubscriptions.Subscription { return p.Value })
	if len(subs) != 1 || *subs[0].DisplayName != "fabrikam-prod" {
		t.Fatalf("our robot sees %d subscriptions, want the delegated one", len(subs))
	}
	fabrikam := a.world.customers[0]
	if *subs[0].TenantID != string(fabrikam.tenant.id) || len(subs[0].ManagedByTenants) != 2 {
		t.Errorf("the subscription is of %s, managed by %d tenants; want the customer's, by ours and the rival's", *subs[0].TenantID, len(subs[0].ManagedByTenants))
	}
	_, err = client.Get(t.Context(), string(a.world.customers[1].subs[0].id), nil)
	refused(t, err, 401, "InvalidAuthenticationTokenTenant")

	tenants, err := armsubscriptions.NewTenantsClient(a.signIn(t, "contoso-msp", "provider-automation"), a.arm())
	if err != nil {
		t.Fatal(err)
	}
	seen := all(t, tenants.NewListPager(nil), func(p armsubscriptions.TenantsClientListResponse) []*armsubscriptions.TenantIDDescription {
		return p.Value
	})
	if len(seen) != 2 || *seen[1].TenantCategory != armsubscriptions.TenantCategoryProjectedBy {
		t.Errorf("got %d tenants, want home and the projected one", len(seen))
	}
}

func TestSDK_RoleAssignments(t *testing.T) {
	a := start(t, emulate(t))
	sub := a.world.customers[0].subs[0]
	client, err := armauthorization.NewRoleAssignmentsClient(string(sub.id), a.signIn(t, "fabrikam", "local-admin"), a.arm())
	if err != nil {
		t.Fatal(err)
	}
	list := func() int {
		return len(all(t, client.NewListForSubscriptionPager(nil), func(p armauthorization.RoleAssignmentsClientListForSubscriptionResponse) []*armauthorization.RoleAssignment {
			return p.Value
		}))
	}
	before := list()
	staff := principalNamed(t, a.world, "fabrikam", "staff")
	scope, name := "/subscriptions/"+string(sub.id), "0d8a6c3e-5f0b-4c7e-9b8a-111111111111"
	want := armauthorization.RoleAssignmentCreateParameters{Properties: &armauthorization.RoleAssignmentProperties{
		PrincipalID: to.Ptr(string(staff.id)), RoleDefinitionID: to.Ptr(scope + "/providers/Microsoft.Authorization/roleDefinitions/acdd72a7-3385-48ef-bd42-f606fba81ae7"),
	}}
	made, err := client.Create(t.Context(), scope, name, want, nil)
	if err != nil {
		t.Fatal(err)
	}
	if !made.Properties.CreatedOn.Equal(a.Now()) {
		t.Errorf("created %v, want the emulator's time %v", made.Properties.CreatedOn, a.Now())
	}
	if got := list(); got != before+1 {
		t.Errorf("%d assignments after creating one, want %d", got, before+1)
	}
	_, err = client.Create(t.Context(), scope, "0d8a6c3e-5f0b-4c7e-9b8a-222222222222", want, nil)
	refused(t, err, 409, "RoleAssignmentExists")
	if _, err := client.Delete(t.Context(), scope, name, nil); err != nil {
		t.Fatal(err)
	}
	if got := list(); got != before {
		t.Errorf("%d assignments after deleting it, want %d", got, before)
	}
}

func TestSDK_RoleAssignmentsForeignEye(t *testing.T) {
	a := start(t, emulate(t))
	if err := a.world.clock.set(at(t, "2026-11-06T12:00:00Z")); err != nil {
		t.Fatal(err)
	}
	sub := a.world.customers[0].subs[0]
	client, err := armauthorization.NewRoleAssignmentsClient(string(sub.id), a.signIn(t, "contoso-msp", "provider-automation"), a.arm())
	if err != nil {
		t.Fatal(err)
	}
	got := all(t, client.NewListForSubscriptionPager(nil), func(p armauthorization.RoleAssignmentsClientListForSubscriptionResponse) []*armauthorization.RoleAssignment {
		return p.Value
	})
	if len(got) != 0 { // our AOBO ended in October; the customer's own are not shown
		t.Errorf("through the delegation %d assignments are shown, want none", len(got))
	}
}

func TestSDK_Delegations(t *testing.T) {
	a := start(t, emulate(t))
	sub := a.world.customers[0].subs[0]
	scope := "/subscriptions/" + string(sub.id)
	admin := a.signIn(t, "fabrikam", "local-admin")
	definitions, err := armmanagedservices.NewRegistrationDefinitionsClient(admin, a.arm())
	if err != nil {
		t.Fatal(err)
	}
	assignments, err := armmanagedservices.NewRegistrationAssignmentsClient(admin, a.arm())
	if err != nil {
		t.Fatal(err)
	}
	list := func() []*armmanagedservices.RegistrationAssignment {
		return all(t, assignments.NewListPager(scope, &armmanagedservices.RegistrationAssignmentsClientListOptions{ExpandRegistrationDefinition: to.Ptr(true)}),
			func(p armmanagedservices.RegistrationAssignmentsClientListResponse) []*armmanagedservices.RegistrationAssignment {
				return p.Value
			})
	}
	if got := len(list()); got != 2 {
		t.Fatalf("%d delegations, want ours and the rival's", got)
	}
	robot := principalNamed(t, a.world, "contoso-msp", "provider-automation")
	id := "0d8a6c3e-5f0b-4c7e-9b8a-333333333333"
	made, err := definitions.BeginCreateOrUpdate(t.Context(), id, scope[1:], armmanagedservices.RegistrationDefinition{
		Properties: &armmanagedservices.RegistrationDefinitionProperties{
			RegistrationDefinitionName: to.Ptr("second offer"), ManagedByTenantID: to.Ptr(string(robot.tenant.id)),
			Authorizations: []*armmanagedservices.Authorization{{
				PrincipalID: to.Ptr(string(robot.id)), RoleDefinitionID: to.Ptr("b24988ac-6180-42a0-ab88-20f7382dd24c"),
			}},
		},
	}, nil)
	if err != nil {
		t.Fatal(err)
	}
	poll := &runtime.PollUntilDoneOptions{Frequency: 1e9}
	def, err := made.PollUntilDone(t.Context(), poll)
	if err != nil {
		t.Fatal(err)
	}
	put, err := assignments.BeginCreateOrUpdate(t.Context(), scope[1:], id, armmanagedservices.RegistrationAssignment{
		Properties: &armmanagedservices.RegistrationAssignmentProperties{RegistrationDefinitionID: def.ID},
	}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := put.PollUntilDone(t.Context(), poll); err != nil {
		t.Fatal(err)
	}
	if got := len(list()); got != 3 {
		t.Errorf("%d delegations after another, want 3", got)
	}
	gone, err := assignments.BeginDelete(t.Context(), scope[1:], id, nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := gone.PollUntilDone(t.Context(), poll); err != nil {
		t.Fatal(err)
	}
	_, err = assignments.Get(t.Context(), scope[1:], id, nil)
	refused(t, err, 404, "RegistrationAssignmentNotFound")
}

func TestSDK_ManagementPartnerByID(t *testing.T) {
	a := start(t, emulate(t))
	const version = "2018-02-01"
	client, err := armresources.NewClient("00000000-0000-0000-0000-000000000000", a.signIn(t, "contoso-msp", "backup-automation"), a.arm())
	if err != nil {
		t.Fatal(err)
	}
	_, err = client.GetByID(t.Context(), "/providers/Microsoft.ManagementPartner/partners", version, nil)
	refused(t, err, 404, "NotFound")
	_, err = client.BeginCreateOrUpdateByID(t.Context(), "/providers/Microsoft.ManagementPartner/partners/4987653", version, armresources.GenericResource{}, nil)
	refused(t, err, 400, "BadRequest") // the global ID
	put, err := client.BeginCreateOrUpdateByID(t.Context(), "/providers/Microsoft.ManagementPartner/partners/4987655", version, armresources.GenericResource{}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := put.PollUntilDone(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	got, err := client.GetByID(t.Context(), "/providers/Microsoft.ManagementPartner/partners/4987655", version, nil)
	if err != nil {
		t.Fatal(err)
	}
	if p := got.Properties.(map[string]any); p["partnerId"] != "4987655" || p["version"] != 1.0 || p["state"] != "Active" {
		t.Errorf("got %v", p)
	}
	_, err = client.BeginCreateOrUpdateByID(t.Context(), "/providers/Microsoft.ManagementPartner/partners/4987654", version, armresources.GenericResource{}, nil)
	refused(t, err, 409, "Conflict")
}

// subscriptionsOf returns a count of the subscriptions that one client, whose
// token it keeps, sees.
func subscriptionsOf(t *testing.T, a *azure, name string) func() int {
	t.Helper()
	client, err := armsubscriptions.NewClient(a.signIn(t, "contoso-msp", name), a.arm())
	if err != nil {
		t.Fatal(err)
	}
	return func() int {
		return len(all(t, client.NewListPager(nil), func(p armsubscriptions.ClientListResponse) []*armsubscriptions.Subscription { return p.Value }))
	}
}

// A list of resources is narrowed by its filter, and one that is not
// understood is refused.
func TestSDK_ResourcesFiltered(t *testing.T) {
	a := start(t, emulate(t))
	client, err := armresources.NewClient(string(a.world.customers[0].subs[0].id), a.signIn(t, "contoso-msp", "provider-automation"), a.arm())
	if err != nil {
		t.Fatal(err)
	}
	list := func(filter string) ([]*armresources.GenericResourceExpanded, error) {
		page, err := client.NewListPager(&armresources.ClientListOptions{Filter: to.Ptr(filter)}).NextPage(t.Context())
		return page.Value, err
	}
	for filter, want := range map[string]int{
		"resourceGroup eq 'RG-web'": 2, "resourceType eq 'microsoft.sql/servers'": 1, "resourceGroup eq 'rg-web' and name eq 'batch'": 1, "name eq 'none'": 0,
	} {
		if got, err := list(filter); err != nil || len(got) != want {
			t.Errorf("%s: %d resources (%v), want %d", filter, len(got), err, want)
		}
	}
	for _, filter := range []string{"colour eq 'red'", "substringof('vm', name)"} {
		if _, err := list(filter); err == nil {
			t.Errorf("%s: not refused", filter)
		}
	}
}
