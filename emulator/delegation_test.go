package emulator

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/pharos-pec/pharos"
)

const delegationVersion = "?api-version=2022-10-01"

// definitionOf is the body of a definition with one authorization.
func definitionOf(manager, principal string, role pharos.RoleID, more string) string {
	return fmt.Sprintf(`{"properties":{"registrationDefinitionName":"o","managedByTenantId":%q,"authorizations":[{"principalId":%q,"roleDefinitionId":%q%s}]}}`,
		manager, principal, role, more)
}

func TestDefinition_Refusals(t *testing.T) {
	e := emulate(t)
	admin := token(t, e, "fabrikam", "local-admin")
	us, robot := string(e.world.us.tenant.id), principalOf(t, e, "contoso-msp", "provider-automation")
	ops := string(principalOf(t, e, "contoso-msp", "ops").id)
	eligible := func(principal, role string) string {
		return fmt.Sprintf(`{"properties":{"registrationDefinitionName":"o","managedByTenantId":%q,"authorizations":[],"eligibleAuthorizations":[{"principalId":%q,"roleDefinitionId":%q}]}}`, us, principal, role)
	}
	const acrPush = "8311e382-0749-4cb8-b61a-304f252e45ec"
	path := prod(e) + "/providers/Microsoft.ManagedServices/registrationDefinitions/0d8a6c3e-5f0b-4c7e-9b8a-000000000001"
	for _, c := range []struct{ what, path, body, want string }{
		{"at a resource group", strings.Replace(path, "/providers", "/resourceGroups/rg-web/providers", 1) + delegationVersion,
			definitionOf(us, string(robot.id), pharos.Reader, ""), "InvalidRegistrationDefinitionUri"},
		{"Owner", path + delegationVersion, definitionOf(us, string(robot.id), pharos.Owner, ""), "because of restricted actions"},
		{"User Access Administrator alone", path + delegationVersion, definitionOf(us, string(robot.id), pharos.UserAccessAdministrator, ""), "because of restricted actions"},
		{"data actions", path + delegationVersion, definitionOf(us, string(robot.id), "ba92f5b4-2d11-453d-a403-e96b0029c9fe", ""), "with data actions not allowed"},
		{"an application's id", path + delegationVersion, definitionOf(us, robot.appID, pharos.Reader, ""), "Principals of type Application"},
		{"the customer's own tenant", path + delegationVersion, definitionOf(string(e.world.customers[0].tenant.id), string(robot.id), pharos.Reader, ""), "as ManagedByTenantId"},
		{"no such role", path + delegationVersion, definitionOf(us, string(robot.id), "0d8a6c3e-5f0b-4c7e-9b8a-000000000002", ""), "is not a built-in role"},
		{"eligible Owner", path + delegationVersion, eligible(ops, string(pharos.Owner)), "Restricted role definitions are"},
		{"eligible robot", path + delegationVersion, eligible(string(robot.id), string(pharos.Reader)), "is not allowed in an eligible authorization"},
		{"eligible, old version", path + "?api-version=2019-09-01", eligible(ops, acrPush), "only allowed with api-version greater"},
		{"nothing", path + delegationVersion, `{"properties":{}}`, "The request must have"},
		{"no GUID", strings.TrimSuffix(path, "0d8a6c3e-5f0b-4c7e-9b8a-000000000001") + "offer" + delegationVersion, "{}", "is not a GUID"},
	} {
		if got := do(t, e, "PUT", c.path, admin, c.body); got.status != 400 || !strings.Contains(got.text, c.want) {
			t.Errorf("%s: got %d %s, want %s", c.what, got.status, got.text, c.want)
		}
	}
	more := `,"delegatedRoleDefinitionIds":["` + string(pharos.Contributor) + `"]`
	if got := do(t, e, "PUT", path+delegationVersion, admin, definitionOf(us, string(robot.id), pharos.UserAccessAdministrator, more)); got.status != 201 {
		t.Errorf("User Access Administrator with roles to give: %d %s", got.status, got.text)
	}
}

// TestDefinition_Changed: the newest authorizations hold, the managing tenant
// is told of a registration again, and of a removal when it is another's.
func TestDefinition_Changed(t *testing.T) {
	e := emulate(t)
	s := e.world.customers[0].subs[0]
	d := s.delegations[0]
	path := prod(e) + "/providers/Microsoft.ManagedServices/registrationDefinitions/" + d.definitionID + delegationVersion
	robot, rival := principalOf(t, e, "contoso-msp", "provider-automation"), principalOf(t, e, "rival-msp", "rival-robot")
	change := func(body string) {
		t.Helper()
		if err := e.SetTime(e.Now().Add(time.Hour)); err != nil {
			t.Fatal(err)
		}
		if got := do(t, e, "PUT", path, token(t, e, "fabrikam", "local-admin"), body); got.status != 200 {
			t.Fatalf("%d %s", got.status, got.text)
		}
	}
	before := e.Now()
	change(definitionOf(string(robot.tenant.id), string(robot.id), pharos.Reader, ""))
	held := 0
	for _, a := range e.world.accessTo(s) {
		if a.path == pharos.Lighthouse && a.manager == e.world.us && a.during.at(e.Now()) {
			held++
		}
		if a.role.ID == pharos.SupportRequestContributor && (a.during.at(e.Now()) || !a.during.at(before)) {
			t.Errorf("the old authorization stands at %v", a.during)
		}
	}
	if held != 1 {
		t.Errorf("%d authorizations hold, want the newest alone", held)
	}
	change(definitionOf(string(rival.tenant.id), string(rival.id), pharos.Reader, ""))
	if err := e.SetTime(e.Now().Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	got, _ := logged(t, e, logPath+since("2026-11-01T00:00:00Z"), token(t, e, "contoso-msp", "provider-automation"))
	if fmt.Sprint(got) != "[tenants/unregister/action 2026-11-06T14:00 tenants/register/action 2026-11-06T13:00]" {
		t.Errorf("our log: %v", got)
	}
	if got := do(t, e, "GET", prod(e)+"?api-version=2022-12-01", token(t, e, "contoso-msp", "provider-automation"), ""); got.status != 401 {
		t.Errorf("we still see the subscription: %d", got.status)
	}
}

// TestDelegation_RemovedByTheProvider: only with the role that is there for it.
func TestDelegation_RemovedByTheProvider(t *testing.T) {
	e := emulate(t)
	s := e.world.customers[0].subs[0]
	d := s.delegations[0]
	remove := func() answered {
		return do(t, e, "DELETE", d.armID()+delegationVersion, token(t, e, "contoso-msp", "provider-automation"), "")
	}
	if got := remove(); got.status != 403 {
		t.Errorf("without the role: %d", got.status)
	}
	robot := principalOf(t, e, "contoso-msp", "provider-automation")
	for _, def := range s.definitions {
		if def.id == d.definitionID {
			def.authorizations = append(def.authorizations, authorization{
				principal: robot, principalID: robot.id, role: loadRoles().find("Managed Services Registration assignment Delete Role"),
			})
		}
	}
	got := remove()
	if got.status != 202 {
		t.Fatalf("with the role: %d %s", got.status, got.text)
	}
	poll := do(t, e, "GET", strings.TrimPrefix(got.header.Get("Location"), loopback), token(t, e, "contoso-msp", "provider-automation"), "")
	if poll.body["status"] != "Succeeded" {
		t.Errorf("poll: %d %s", poll.status, poll.text)
	}
}

func TestDelegations_Filter(t *testing.T) {
	e := emulate(t)
	reader := token(t, e, "fabrikam", "reader")
	us, rival := string(e.world.us.tenant.id), string(e.world.partners[1].tenant.id)
	base := prod(e) + "/providers/Microsoft.ManagedServices/registrationAssignments" + delegationVersion
	for filter, want := range map[string]int{
		"":                                     2,
		"managedByTenantId+eq+'" + us + "'":    1,
		"managedByTenantId eq '" + rival + "'": 1,
		"managedByTenantId+in+('" + us + "','" + rival + "')":                   2,
		"managedByTenantId+eq+'" + string(e.world.customers[0].tenant.id) + "'": 0,
	} {
		if got := do(t, e, "GET", base+"&$filter="+strings.ReplaceAll(filter, " ", "%20"), reader, ""); len(got.values()) != want {
			t.Errorf("%s: got %d, want %d", filter, len(got.values()), want)
		}
	}
	group := strings.Replace(base, "/providers", "/resourceGroups/rg-web/providers", 1)
	if got := do(t, e, "GET", group, reader, ""); len(got.values()) != 1 {
		t.Errorf("at a resource group: %s", got.text)
	}
	old := do(t, e, "GET", prod(e)+"/providers/Microsoft.ManagedServices/registrationDefinitions?api-version=2019-06-01", reader, "")
	if strings.Contains(old.text, "eligibleAuthorizations") {
		t.Error("an old api-version tells of eligible authorizations")
	}
}
