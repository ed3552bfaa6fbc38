package acceptance

import (
	"slices"
	"strings"
	"testing"
)

// Each test here is one area of az's commands, with calls that are refused.

func TestAzDelegation(t *testing.T) {
	t.Parallel()
	c := start(t)
	owner := robot(t, c, "fabrikam", "owner-robot", "0wner-for-tests")
	support := robotID("contoso-msp", "support-robot")
	offer := func(of *az) []string {
		return []string{"--name", "Managed by az", "--tenant-id", partnerTenant(), "--principal-id", support, "--role-definition-id", roleReader}
	}
	made := owner.does("managedservices definition create", offer(owner)...)
	holds(t, made, "properties.registrationDefinitionName", "Managed by az", "properties.provisioningState", "Succeeded",
		"properties.authorizations.0.principalId", support, "properties.managedByTenantId", partnerTenant())
	definition, _ := at(made, "id").(string)
	holds(t, owner.does("managedservices definition show --definition "+definition), "id", definition)

	assigned := owner.does("managedservices assignment create --definition " + definition)
	assignment, _ := at(assigned, "id").(string)
	holds(t, assigned, "properties.provisioningState", "Succeeded", "properties.registrationDefinitionId", definition)
	holds(t, owner.does("managedservices assignment show --include-definition true --assignment "+assignment),
		"properties.registrationDefinition.properties.registrationDefinitionName", "Managed by az")
	owner.refuses(1, []string{"is used by the registration assignment"}, "managedservices definition delete --definition "+definition)

	// The partner sees the customer now, and may not change what it sees.
	partner := robot(t, c, "contoso-msp", "support-robot", "supp0rt-for-tests")
	holds(t, partner.does("account show"), "id", prod(), "homeTenantId", customerTenant(), "tenantId", partnerTenant())
	partner.refuses(1, []string{"AuthorizationFailed", "Microsoft.ManagedServices/registrationDefinitions/write"}, "managedservices definition create", offer(partner)...)
	partner.refuses(1, []string{"AuthorizationFailed", "Microsoft.ManagedServices/registrationAssignments/delete"}, "managedservices assignment delete --assignment "+assignment)

	owner.does("managedservices assignment delete --assignment " + assignment)
	owner.refuses(3, []string{"RegistrationAssignmentNotFound"}, "managedservices assignment show --assignment "+assignment)
	owner.does("managedservices definition delete --definition " + definition)
	if left, _ := owner.does("managedservices definition list").([]any); len(left) > 0 {
		t.Errorf("%d definitions are left", len(left))
	}
	equal(t, "subscriptions of the partner", len(partner.does("account list --refresh").([]any)), 0)
}

func TestAzRole(t *testing.T) {
	t.Parallel()
	c := start(t)
	owner := robot(t, c, "fabrikam", "owner-robot", "0wner-for-tests")
	holds(t, owner.does("role definition list --name Reader"), "0.name", roleReader, "0.roleType", "BuiltInRole", "0.permissions.0.actions.0", "*/read", "1", nil)

	group := "/subscriptions/" + prod() + "/resourceGroups/rg-web"
	grant := "--assignee " + appID("fabrikam", "reader-robot") + " --role Contributor --scope " + group
	made := owner.does("role assignment create " + grant)
	holds(t, made, "principalId", robotID("fabrikam", "reader-robot"), "principalType", "ServicePrincipal", "scope", group,
		"roleDefinitionId", "/subscriptions/"+prod()+"/providers/Microsoft.Authorization/roleDefinitions/"+roleContributor)
	again := owner.does("role assignment create " + grant) // az answers with what is there
	holds(t, again, "id", at(made, "id"))
	listed, _ := owner.does("role assignment list --all --assignee " + appID("fabrikam", "reader-robot")).([]any)
	var roles []string
	for _, a := range listed {
		name, _ := at(a, "roleDefinitionName").(string)
		roles = append(roles, name)
	}
	slices.Sort(roles)
	equal(t, "roles of the robot", strings.Join(roles, " "), "Contributor Reader")
	people := owner.does("role assignment list --assignee olga@fabrikam.example --scope " + group + " --include-inherited")
	holds(t, people, "0.principalName", "olga@fabrikam.example", "0.roleDefinitionName", "Owner", "1", nil)

	// What the group's Contributor may do he may do there, and only there.
	reader := robot(t, c, "fabrikam", "reader-robot", "r3ader-for-tests")
	reader.refuses(1, []string{"AuthorizationFailed", "Microsoft.Authorization/roleAssignments/write"},
		"role assignment create --role Reader --assignee-principal-type ServicePrincipal --assignee-object-id "+robotID("fabrikam", "owner-robot")+" --scope "+group)
	owner.refuses(1, []string{"Role 'Nonsense' doesn't exist."}, "role assignment create --assignee olga@fabrikam.example --role Nonsense --scope "+group)
	owner.refuses(1, []string{"PrincipalNotFound", "does not exist in the directory"},
		"role assignment create --role Reader --assignee-principal-type User --assignee-object-id "+id("user", "contoso-msp", "alice")+" --scope "+group)

	role := func(description string) string {
		return `{"Name": "Ticket Writer", "Description": "` + description + `", "Actions": ["Microsoft.Support/*"], "AssignableScopes": ["/subscriptions/` + prod() + `"]}`
	}
	custom := owner.does("role definition create --role-definition", role("first"))
	holds(t, custom, "roleName", "Ticket Writer", "roleType", "CustomRole", "permissions.0.actions.0", "Microsoft.Support/*")
	holds(t, owner.does("role definition update --role-definition", role("second")), "description", "second", "id", at(custom, "id"))
	reader.refuses(1, []string{"AuthorizationFailed", "Microsoft.Authorization/roleDefinitions/write"}, "role definition create --role-definition", strings.Replace(role("x"), "Ticket", "Other", 1))
	owner.does("role definition delete --name", "Ticket Writer")
	holds(t, owner.does("role definition list --custom-role-only true"), "0", nil)

	owner.does("role assignment delete " + grant)
	if left, _ := owner.does("role assignment list --scope " + group).([]any); len(left) > 0 {
		t.Errorf("%d assignments are left at the group", len(left))
	}
}

func TestAzAccount(t *testing.T) {
	t.Parallel()
	c := start(t)
	reader := person(t, c, "fabrikam.example", "rita@fabrikam.example", "r1ta-for-tests")
	holds(t, reader.does("account show"), "id", prod(), "name", "fabrikam-prod", "state", "Enabled", "user.name", "rita@fabrikam.example", "user.type", "user")
	holds(t, reader.does("account list"), "0.id", prod(), "1", nil)
	places, _ := reader.does("account list-locations").([]any)
	if !slices.ContainsFunc(places, func(p any) bool { return at(p, "name") == "westeurope" && at(p, "displayName") == "West Europe" }) {
		t.Errorf("no West Europe in %v", places)
	}
	holds(t, reader.does("account get-access-token"), "tokenType", "Bearer", "tenant", customerTenant(), "subscription", prod())

	reader.refuses(1, []string{"AADSTS50126: Error validating credentials due to invalid username or password."},
		"login --tenant fabrikam.example -u rita@fabrikam.example -p wrong")
	reader.refuses(1, []string{"AADSTS50020", "does not exist in tenant"}, "login --tenant fabrikam.example -u alice@contosomsp.example -p al1ce-for-tests")
	reader.refuses(1, []string{"Failed to resolve tenant 'nowhere.example'", "AADSTS90002"}, "login --tenant nowhere.example -u rita@fabrikam.example -p r1ta-for-tests")

	holds(t, reader.does("provider show -n Microsoft.ManagedServices"), "namespace", "Microsoft.ManagedServices", "registrationState", "Registered")
	providers, _ := reader.does("provider list --query [].namespace").([]any)
	if !slices.Contains(providers, any("Microsoft.ManagementPartner")) {
		t.Errorf("no Microsoft.ManagementPartner in %v", providers)
	}
	reader.refuses(1, []string{"AuthorizationFailed", "Microsoft.ManagedServices/register/action"}, "provider register -n Microsoft.ManagedServices")

	groups, _ := reader.does("group list --query [].name").([]any)
	equal(t, "groups", len(groups), 2)
	holds(t, reader.does("group show -n rg-web"), "name", "rg-web", "location", "westeurope", "properties.provisioningState", "Succeeded")
	equal(t, "rg-web exists", reader.does("group exists -n rg-web"), any(true))
	equal(t, "rg-none exists", reader.does("group exists -n rg-none"), any(false))
	reader.refuses(3, []string{"ResourceGroupNotFound", "Resource group 'rg-none' could not be found."}, "group show -n rg-none")
	found, _ := reader.does("resource list -g rg-web --query [].name").([]any)
	equal(t, "resources of rg-web", len(found), 2)

	// A subscription of another tenant is not there for her.
	reader.refuses(1, []string{"Subscription '", "not found."}, "rest --uri /subscriptions/"+id("subscription", "adatum", "adatum-shop")+"?api-version=2022-12-01")
	reader.does("logout")
	reader.refuses(1, []string{"Please run 'az login' to setup account."}, "group list")
}

func TestAzDeployment(t *testing.T) {
	t.Parallel()
	c := start(t)
	owner := robot(t, c, "fabrikam", "owner-robot", "0wner-for-tests")
	authorizations := `authorizations=[{"principalId": "` + robotID("contoso-msp", "support-robot") + `", "roleDefinitionId": "` + roleReader + `"}]`
	given := []string{"--location", "westeurope", "--template-file", testdata(t, "delegation.json"), "--parameters", "mspOfferName=Deployed",
		"managedByTenantId=" + partnerTenant()}
	owner.refuses(1, []string{"InvalidTemplate", "authorizations"}, "deployment sub validate --name x --no-prompt true", given...)
	given = append(given, authorizations)
	holds(t, owner.does("deployment sub create --name first", given...), "name", "first", "properties.provisioningState", "Succeeded")
	again := owner.does("deployment sub what-if --no-pretty-print --name second", given...)
	holds(t, again, "changes.0.changeType", "NoChange", "changes.1.changeType", "NoChange")
	holds(t, owner.does("deployment sub show --name first"), "properties.parameters.mspOfferName.value", "Deployed", "properties.outputs.offer.value", "Managed by Deployed")
	holds(t, owner.does("deployment sub list"), "0.name", "first", "1", nil)
	holds(t, owner.does("deployment sub export --name first"), "contentVersion", "1.0.0.0", "resources.0.type", "Microsoft.ManagedServices/registrationDefinitions")
	reader := robot(t, c, "fabrikam", "reader-robot", "r3ader-for-tests")
	// az validates before it creates.
	reader.refuses(1, []string{"AuthorizationFailed", "Microsoft.Resources/deployments/validate/action"}, "deployment sub create --name mine", given...)

	// A group that is not there fails at once; in one that is, a template deploys.
	owner.refuses(1, []string{"ResourceGroupNotFound"}, "deployment group create -g rg-none --name x --template-file", testdata(t, "reader.json"), "--parameters", "principal=x")
	holds(t, owner.does("deployment group create -g rg-data --name grant --template-file", testdata(t, "reader.json"), "--parameters", "principal="+robotID("fabrikam", "reader-robot")),
		"properties.provisioningState", "Succeeded", "properties.outputs.scope.value", "/subscriptions/"+prod()+"/resourceGroups/rg-data")
	listed := owner.does("role assignment list --scope /subscriptions/" + prod() + "/resourceGroups/rg-data --query [].roleDefinitionName")
	holds(t, listed, "0", "Reader", "1", nil)

	owner.does("deployment sub delete --name first")
	owner.refuses(3, []string{"DeploymentNotFound"}, "deployment sub show --name first")
	if got, _ := owner.does("managedservices assignment list").([]any); len(got) != 1 {
		t.Errorf("%d delegations are left: a deployment's end takes nothing along", len(got))
	}
}

func TestAzGroup(t *testing.T) {
	t.Parallel()
	c := start(t)
	owner := robot(t, c, "fabrikam", "owner-robot", "0wner-for-tests")
	made := owner.does("group create -n rg-new -l westeurope --tags team=web")
	holds(t, made, "name", "rg-new", "location", "westeurope", "tags.team", "web", "properties.provisioningState", "Succeeded")
	owner.refuses(1, []string{"InvalidResourceGroupLocation"}, "group create -n rg-new -l northeurope")
	const vm = "/resourceGroups/rg-web/providers/Microsoft.Compute/virtualMachines/vm-web-1"
	holds(t, owner.does("resource show --ids /subscriptions/"+prod()+vm), "name", "vm-web-1", "type", "Microsoft.Compute/virtualMachines")
	reader := robot(t, c, "fabrikam", "reader-robot", "r3ader-for-tests")
	reader.refuses(1, []string{"AuthorizationFailed", "Microsoft.Resources/subscriptions/resourceGroups/delete"}, "group delete -y -n rg-new")
	reader.refuses(1, []string{"Some resources failed to be deleted", "vm-web-1"}, "resource delete --ids /subscriptions/"+prod()+vm)
	owner.does("resource delete --ids /subscriptions/" + prod() + vm)
	owner.refuses(3, []string{"ResourceNotFound"}, "resource show --ids /subscriptions/"+prod()+vm)
	owner.does("group delete -y -n rg-new")
	equal(t, "rg-new exists", owner.does("group exists -n rg-new"), any(false))
}

func TestAzPartnerCenter(t *testing.T) {
	t.Parallel()
	c := start(t)
	partner := robot(t, c, "contoso-msp", "support-robot", "supp0rt-for-tests", "--allow-no-subscriptions")
	const as = " --resource https://api.partnercenter.microsoft.com"
	customers := partner.does("rest --uri " + c.url + "/v1/customers" + as)
	holds(t, customers, "totalCount", 2.0, "items.0.id", customerTenant(), "items.0.companyProfile.domain", "fabrikam.example")
	plain := robot(t, c, "contoso-msp", "plain-robot", "pla1n-for-tests", "--allow-no-subscriptions")
	plain.refuses(1, []string{"Forbidden", "the caller has no access to Partner Center"}, "rest --uri "+c.url+"/v1/customers"+as)
	customer := robot(t, c, "fabrikam", "owner-robot", "0wner-for-tests")
	customer.refuses(1, []string{"Forbidden"}, "rest --uri "+c.url+"/v1/customers"+as)
}
