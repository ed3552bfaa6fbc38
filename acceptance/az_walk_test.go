package acceptance

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/pharos-pec/pharos"
)

// TestAzWalk is how a partner starts: a robot is made and linked, the
// customer's owner lets it in by a template, and the bill follows.
func TestAzWalk(t *testing.T) {
	t.Parallel()
	c := start(t)
	setup := newAz(t, c)
	setup.register()
	setup.refuses(1, []string{"AADSTS7000215: Invalid client secret provided."},
		"login --service-principal --allow-no-subscriptions -p wrong -u "+appID("contoso-msp", "tenant-setup")+" --tenant "+partnerTenant())
	setup.does("login --service-principal --allow-no-subscriptions -p s3tup-for-tests -u " + appID("contoso-msp", "tenant-setup") + " --tenant " + partnerTenant())

	made := setup.does("ad sp create-for-rbac --name", "Provider Automation Account")
	holds(t, made, "displayName", "Provider Automation Account", "tenant", partnerTenant())
	app, _ := at(made, "appId").(string)
	secret, _ := at(made, "password").(string)
	shown := setup.does("ad sp show --id " + app)
	holds(t, shown, "appId", app, "displayName", "Provider Automation Account", "servicePrincipalType", "Application", "appOwnerOrganizationId", partnerTenant())
	automation, _ := at(shown, "id").(string)

	link(t, c, app, secret)

	owner := newAz(t, c)
	accounts := owner.device("olga", "--tenant fabrikam.example")
	holds(t, accounts, "0.id", prod(), "0.name", "fabrikam-prod", "0.tenantId", customerTenant(), "0.user.name", "olga@fabrikam.example", "0.user.type", "user")
	authorizations, err := json.Marshal([]map[string]string{
		{"principalId": automation, "principalIdDisplayName": "Automation", "roleDefinitionId": roleSupportRequest},
		{"principalId": automation, "principalIdDisplayName": "Automation", "roleDefinitionId": roleReader},
	})
	if err != nil {
		t.Fatal(err)
	}
	onboard(owner, string(authorizations))

	// The robot finds the customer now; the refresh of a token is its own affair.
	robot := newAz(t, c)
	accounts = robot.does("login --service-principal -u " + app + " -p " + secret + " --tenant " + partnerTenant())
	holds(t, accounts, "0.id", prod(), "0.homeTenantId", customerTenant(), "0.tenantId", partnerTenant(), "0.managedByTenants.0.tenantId", partnerTenant())
	robot.refuses(1, []string{"AuthorizationFailed", "does not have authorization to perform action 'Microsoft.Web/register/action'"}, "provider register -n Microsoft.Web")

	bill(t, c)
}

// register makes the emulator known to az as a cloud, as the quick start has it.
func (a *az) register() {
	a.t.Helper()
	delete(a.env, "ARM_CLOUD_METADATA_URL")
	delete(a.env, "AZURE_CLOUD_NAME")
	file := write(a.t, a.home, "cloud.json", strings.ReplaceAll(`{"profile": "latest", "endpoints": {"management": "URL/", "resourceManager": "URL/",
		"activeDirectory": "URL/adfs/aad", "activeDirectoryResourceId": "URL/", "activeDirectoryGraphResourceId": "URL/", "microsoftGraphResourceId": "URL/"}}`, "URL", a.url))
	a.does("cloud register -n emulator --cloud-config @" + file)
	a.does("cloud set -n emulator")
	holds(a.t, a.does("cloud show"), "name", "emulator", "isActive", true, "endpoints.resourceManager", a.url+"/")
}

// link links the new robot by `az rest`, which no command of az does.
func link(t *testing.T, c *local, app, secret string) {
	t.Helper()
	const partners = "/providers/Microsoft.ManagementPartner/partners"
	const version = "?api-version=2018-02-01"
	robot := newAz(t, c)
	robot.does("login --service-principal --allow-no-subscriptions -u " + app + " -p " + secret + " --tenant " + partnerTenant())
	robot.refuses(1, []string{"Not Found"}, "rest --uri "+partners+version)
	robot.refuses(1, []string{"Bad Request"}, "rest --method put --uri "+partners+"/4987653"+version) // the global ID earns nothing
	linked := robot.does("rest --method put --uri " + partners + "/4987654" + version)
	holds(t, linked, "properties.partnerId", "4987654", "properties.tenantId", partnerTenant(), "properties.state", "Active", "properties.version", 1.0)
	holds(t, robot.does("rest --uri "+partners+version), "properties.partnerId", "4987654", "name", "4987654")
}

// onboard deploys the delegation as the customer's owner, looking first.
func onboard(owner *az, authorizations string) {
	t := owner.t
	t.Helper()
	template := testdata(t, "delegation.json")
	given := []string{"--location", "westeurope", "--template-file", template, "--name", "onboarding", "--parameters",
		"mspOfferName=Contoso managed services", "managedByTenantId=" + partnerTenant(), "authorizations=" + authorizations}
	holds(t, owner.does("deployment sub validate", given...), "properties.provisioningState", "Succeeded", "error", nil)
	planned := owner.does("deployment sub what-if --no-pretty-print", given...)
	holds(t, planned, "status", "Succeeded", "changes.0.changeType", "Create", "changes.1.changeType", "Create", "changes.2", nil)
	if got := owner.does("managedservices definition list"); len(got.([]any)) != 0 {
		t.Errorf("validate or what-if made a definition: %v", got)
	}
	done := owner.does("deployment sub create", given...)
	holds(t, done, "properties.provisioningState", "Succeeded", "properties.outputs.offer.value", "Managed by Contoso managed services",
		"properties.mode", "Incremental", "location", "westeurope")

	var kinds []string
	operations, _ := owner.does("deployment operation sub list --name onboarding").([]any)
	for _, o := range operations {
		if at(o, "properties.provisioningState") != "Succeeded" {
			t.Errorf("operation %v", o)
		}
		if kind, ok := at(o, "properties.targetResource.resourceType").(string); ok {
			kinds = append(kinds, kind)
		}
	}
	slices.Sort(kinds)
	equal(t, "what the operations made", strings.Join(kinds, " "), "Microsoft.ManagedServices/registrationAssignments Microsoft.ManagedServices/registrationDefinitions")

	assignments := owner.does("managedservices assignment list --include-definition true")
	holds(t, assignments, "0.properties.provisioningState", "Succeeded", "0.name", at(done, "properties.outputs.assignment.value"),
		"0.properties.registrationDefinition.properties.managedByTenantId", partnerTenant(),
		"0.properties.registrationDefinition.properties.registrationDefinitionName", "Contoso managed services", "1", nil)
}

// bill lets the days go by and looks: the delegation of 5 October covers the
// 6th as its first whole day, and a day is told two days after its end.
func bill(t *testing.T, c *local) {
	t.Helper()
	c.days(t, 5)
	october := pharos.MonthOf(c.Now())
	all := "db vm-web-1" // the spot machine never earns
	want := map[string]string{"2026-10-06": all, "2026-10-07": all}
	for day, resources := range c.credited(t, october, prod()) {
		equal(t, "credited on "+day, strings.Join(resources, " "), want[day])
		delete(want, day)
	}
	if len(want) > 0 {
		t.Errorf("the bill lacks the days %v", want)
	}
	c.days(t, 30)
	days := c.credited(t, october, prod())
	equal(t, "days of October", len(days), 31)
	for day, resources := range days {
		want := all
		if day < "2026-10-06" {
			want = ""
		}
		equal(t, "credited on "+day, strings.Join(resources, " "), want)
	}
}
