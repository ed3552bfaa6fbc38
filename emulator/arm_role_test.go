package emulator

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pharos-pec/pharos"
)

const roleVersion = "?api-version=2022-04-01"

// assignmentPath is the path of a role assignment of the subscription; n
// tells them apart.
func assignmentPath(e *Emulator, n int) string {
	return fmt.Sprintf("%s/providers/Microsoft.Authorization/roleAssignments/0d8a6c3e-5f0b-4c7e-9b8a-%012d%s", prod(e), n, roleVersion)
}

// TestRoleAssignment_Refusals: the service's codes and, where they are public,
// its words.
func TestRoleAssignment_Refusals(t *testing.T) {
	e := emulateAccess(t)
	raw, me := matrixToken(t, e, "own")
	support := principalOf(t, e, "contoso-msp", "support")
	e.world.apps[appKey{e.world.customers[0].tenant.id, "0d8a6c3e-5f0b-4c7e-9b8a-0000000000a9"}] = support
	for i, c := range []struct {
		what, properties string
		status           int
		code, text       string
	}{
		{"no properties", ``, 400, "InvalidRequestContent", ""},
		{"no principal", `"roleDefinitionId":"{Reader}"`, 400, "InvalidRequestContent", ""},
		{"no GUID", `"roleDefinitionId":"{Reader}","principalId":"staff"`, 400, "InvalidPrincipalId", ""},
		{"no such role", `"roleDefinitionId":"0d8a6c3e-5f0b-4c7e-9b8a-0000000000f0","principalId":"{staff}"`, 404, "RoleDefinitionDoesNotExist", "The specified role definition with ID '0d8a6c3e-5f0b-4c7e-9b8a-0000000000f0' does not exist."},
		{"nobody", `"roleDefinitionId":"{Reader}","principalId":"0d8a6c3e-5f0b-4c7e-9b8a-0000000000f1"`, 400, "PrincipalNotFound", "Principal 0d8a6c3e5f0b4c7e9b8a0000000000f1 does not exist in the directory"},
		{"of another tenant", `"roleDefinitionId":"{Reader}","principalId":"{support}"`, 400, "PrincipalNotFound", ""},
		{"an application's id", `"roleDefinitionId":"{Reader}","principalId":"0d8a6c3e-5f0b-4c7e-9b8a-0000000000a9"`, 400, "PrincipalTypeNotSupported", "Principals of type Application cannot validly be used in role assignments."},
		{"another type", `"roleDefinitionId":"{Reader}","principalId":"{staff}","principalType":"Group"`, 400, "UnmatchedPrincipalType", "has type 'User' , which is different from specified PrinciaplType 'Group'."},
		{"a condition of no version", `"roleDefinitionId":"{Reader}","principalId":"{staff}","condition":"true"`, 400, "InvalidConditionVersion", ""},
		{"well", `"roleDefinitionId":"{Reader}","principalId":"{staff}","condition":"true","conditionVersion":"2.0","description":"first"`, 201, "", `"principalType":"User"`},
		{"the same by another name", `"roleDefinitionId":"{Reader}","principalId":"{staff}"`, 409, "RoleAssignmentExists", "The ID of the existing role assignment is 0d8a6c3e5f0b4c7e9b8a000000000009."},
	} {
		got := do(t, e, "PUT", assignmentPath(e, i), raw, fill(t, e, me, `{"properties":{`+c.properties+`}}`))
		if got.status != c.status || got.errorCode() != c.code || !strings.Contains(got.text, c.text) {
			t.Errorf("%s: %d %s, want %d %s %s", c.what, got.status, got.text, c.status, c.code, c.text)
		}
	}
	if got := do(t, e, "PUT", prod(e)+"/providers/Microsoft.Authorization/roleAssignments/reader"+roleVersion, raw, "{}"); got.errorCode() != "InvalidRoleAssignmentId" {
		t.Errorf("a name that is no GUID: %s", got.text)
	}
	change := do(t, e, "PUT", assignmentPath(e, 9), raw, fill(t, e, me, `{"properties":{"roleDefinitionId":"{Contributor}","principalId":"{staff}"}}`))
	if change.errorCode() != "RoleAssignmentUpdateNotPermitted" {
		t.Errorf("another role under the same name: %s", change.text)
	}
}

// TestRoleAssignment_Life: 201, 200 with what may be changed, 200 with the
// removed one, 204.
func TestRoleAssignment_Life(t *testing.T) {
	e := emulateAccess(t)
	raw, me := matrixToken(t, e, "own")
	body := func(description string) string {
		return fill(t, e, me, `{"properties":{"roleDefinitionId":"{sub}/providers/Microsoft.Authorization/roleDefinitions/{Reader}","principalId":"{staff}","description":"`+description+`"}}`)
	}
	path := assignmentPath(e, 1)
	first := do(t, e, "PUT", path, raw, body("first"))
	if first.status != 201 || property(t, first.body, "createdBy") != string(me.id) || property(t, first.body, "scope") != prod(e) {
		t.Fatalf("%d %s", first.status, first.text)
	}
	if err := e.SetTime(e.Now().Add(10 * time.Minute)); err != nil {
		t.Fatal(err)
	}
	second := do(t, e, "PUT", path, raw, body("second"))
	if second.status != 200 || property(t, second.body, "description") != "second" || property(t, second.body, "createdOn") == property(t, second.body, "updatedOn") {
		t.Errorf("again: %d %s", second.status, second.text)
	}
	if got := do(t, e, "GET", path, raw, ""); got.text != second.text {
		t.Errorf("read: %s", got.text)
	}
	if got := do(t, e, "DELETE", path, raw, ""); got.status != 200 || got.text != second.text {
		t.Errorf("removed: %d %s", got.status, got.text)
	}
	if got := do(t, e, "DELETE", path, raw, ""); got.status != 204 || got.text != "" {
		t.Errorf("again: %d %s", got.status, got.text)
	}
	if got := do(t, e, "GET", path, raw, ""); got.errorCode() != "RoleAssignmentNotFound" {
		t.Errorf("after it: %s", got.text)
	}
}

// TestRoleAssignments_Filters at every scope: what is inherited, stands there,
// and stands below; groups are followed by assignedTo() and not by principalId.
func TestRoleAssignments_Filters(t *testing.T) {
	e := emulateAccess(t)
	raw, me := matrixToken(t, e, "own")
	vm := "/resourceGroups/rg-web/providers/Microsoft.Compute/virtualMachines/vm-web-1"
	s := e.world.customers[0].subs[0]
	staff := principalOf(t, e, "fabrikam", "staff")
	for i, scope := range []string{"/", "/providers/Microsoft.Management/managementGroups/apps", prod(e) + vm} {
		parsed, err := pharos.ParseScope(scope)
		if err != nil {
			t.Fatal(err)
		}
		at := s
		if parsed.AboveSubscription() {
			at, s.managementGroups = nil, []string{"apps"}
		}
		e.world.addAssignment(at, &roleAssignment{
			id: fmt.Sprintf("0d8a6c3e-5f0b-4c7e-9b8a-%012d", i), tenant: s.customer.tenant, scope: parsed, role: loadRoles().byID[pharos.Reader],
			principal: staff, principalID: staff.id, principalKind: pharos.User, kind: pharos.Permanent,
		})
	}
	// At the subscription stand six and the two of AOBO; two in rg-web, and the activation.
	for _, c := range []struct {
		scope, filter string
		want          int
	}{
		{"", "", 14},
		{"", "atScope()", 11},
		{"", "principalId eq '{staff}'", 3},
		{"", "principalId+eq+'{nested}'", 0},
		{"", "assignedTo('{nested}')", 1},
		{"", "atScope()+and+assignedTo('{nested}')", 0},
		{"", "assignedTo('{staff}')", 3},
		{"", "atScope() and principalId eq '{staff}'", 2},
		{"/resourceGroups/rg-web", "", 14},
		{"/resourceGroups/rg-web", "atScope()", 13},
		{"/resourceGroups/rg-data", "", 11},
		{vm, "atScope()", 14},
		{vm, "principalId eq '{staff}'", 3},
	} {
		path := prod(e) + c.scope + "/providers/Microsoft.Authorization/roleAssignments" + roleVersion
		if c.filter != "" {
			path += "&$filter=" + strings.ReplaceAll(fill(t, e, me, c.filter), " ", "%20")
		}
		if got := do(t, e, "GET", path, raw, ""); len(got.values()) != c.want {
			var ids []any
			for _, v := range got.values() {
				ids = append(ids, property(t, v, "scope"), property(t, v, "principalId"))
			}
			t.Errorf("%s %s: %d %d, want %d: %v", c.scope, c.filter, got.status, len(got.values()), c.want, ids)
		}
	}
	for _, bad := range []string{"atScope", "principalName+eq+'x'", "atScope()+or+assignedTo('x')", "belowScope()"} {
		got := do(t, e, "GET", prod(e)+"/providers/Microsoft.Authorization/roleAssignments"+roleVersion+"&$filter="+bad, raw, "")
		if got.status != 400 || got.errorCode() != "InvalidFilter" {
			t.Errorf("%s: %d %s", bad, got.status, got.text)
		}
	}
}

// TestRoleDefinition_Refusals: the codes are those of the service's own tests.
func TestRoleDefinition_Refusals(t *testing.T) {
	e := emulateAccess(t)
	raw, me := matrixToken(t, e, "own")
	put := func(id, properties string) answered {
		t.Helper()
		return do(t, e, "PUT", prod(e)+"/providers/Microsoft.Authorization/roleDefinitions/"+id+roleVersion, raw, fill(t, e, me, `{"properties":{`+properties+`}}`))
	}
	const mine, other = "0d8a6c3e-5f0b-4c7e-9b8a-000000000001", "0d8a6c3e-5f0b-4c7e-9b8a-000000000002"
	const scopes = `,"assignableScopes":["{sub}"]`
	for _, c := range []struct {
		what, id, properties string
		status               int
		code                 string
	}{
		{"no GUID", "mine", `"roleName":"R"` + scopes, 400, "InvalidRoleDefinitionId"},
		{"a built-in role's id", string(pharos.Reader), `"roleName":"R"` + scopes, 409, "RoleDefinitionExists"},
		{"a built-in role's type", mine, `"roleName":"R","type":"BuiltInRole"` + scopes, 400, "InvalidRoleDefinitionType"},
		{"no name", mine, `"roleName":" "` + scopes, 400, "RoleDefinitionNameNullOrEmpty"},
		{"no scopes", mine, `"roleName":"R","assignableScopes":[]`, 400, "MissingAssignableScopes"},
		{"no scope", mine, `"roleName":"R","assignableScopes":["Invalid_Scope"]`, 400, "LinkedInvalidPropertyId"},
		{"the root", mine, `"roleName":"R","assignableScopes":["/"]`, 400, "LinkedInvalidPropertyId"},
		{"where one may not", mine, `"roleName":"R","assignableScopes":["/subscriptions/0d8a6c3e-5f0b-4c7e-9b8a-00000000000f"]`, 403, "LinkedAuthorizationFailed"},
		{"a built-in role's name", mine, `"roleName":"reader"` + scopes, 409, "RoleDefinitionWithSameNameExists"},
		{"no such provider", mine, `"roleName":"R","permissions":[{"actions":["Contoso.Things/things/read"]}]` + scopes, 400, "InvalidActionOrNotAction"},
		{"no such verb", mine, `"roleName":"R","permissions":[{"notActions":["Microsoft.Compute/virtualMachines/list"]}]` + scopes, 400, "InvalidActionOrNotAction"},
		{"no such action on data", mine, `"roleName":"R","permissions":[{"dataActions":["blobs"]}]` + scopes, 400, "InvalidDataActionOrNotDataAction"},
		{"well", mine, `"roleName":"R","permissions":[{"actions":["Microsoft.Compute/*/read","*/register/action"],"notActions":["Microsoft.Compute/disks/read"]}]` + scopes, 201, ""},
		{"its name again", other, `"roleName":"r"` + scopes, 409, "RoleDefinitionWithSameNameExists"},
		{"itself again", mine, `"roleName":"R2","permissions":[{"actions":["Microsoft.Compute/*/read","*/register/action"],"notActions":["Microsoft.Compute/disks/read"]}]` + scopes, 201, ""},
	} {
		if got := put(c.id, c.properties); got.status != c.status || got.errorCode() != c.code {
			t.Errorf("%s: %d %s, want %d %s", c.what, got.status, got.text, c.status, c.code)
		}
	}
}

// TestRoleDefinition_Custom: a custom role is listed, assigned, enforced with
// its exceptions, and can go when nobody holds it.
func TestRoleDefinition_Custom(t *testing.T) {
	e := emulateAccess(t)
	raw, me := matrixToken(t, e, "own")
	roles := prod(e) + "/providers/Microsoft.Authorization/roleDefinitions"
	const id = "/0d8a6c3e-5f0b-4c7e-9b8a-000000000001"
	body := fill(t, e, me, `{"properties":{"roleName":"Registrar","type":"CustomRole","permissions":[{"actions":["*/register/action","Microsoft.Resources/*/read"],"notActions":["Microsoft.Support/register/action"]}],"assignableScopes":["{sub}"]}}`)
	if got := do(t, e, "PUT", roles+id+roleVersion, raw, body); got.status != 201 {
		t.Fatalf("%d %s", got.status, got.text)
	}
	for filter, want := range map[string]int{"type+eq+'CustomRole'": 1, "roleName+eq+'registrar'": 1, "type+eq+'BuiltInRole'+and+roleName+eq+'Registrar'": 0} {
		if got := do(t, e, "GET", roles+roleVersion+"&$filter="+filter, raw, ""); len(got.values()) != want {
			t.Errorf("%s: %d %s", filter, len(got.values()), got.text)
		}
	}
	if got := do(t, e, "PUT", assignmentPath(e, 1), raw, fill(t, e, me, `{"properties":{"roleDefinitionId":"0d8a6c3e-5f0b-4c7e-9b8a-000000000001","principalId":"{staff}"}}`)); got.status != 201 {
		t.Fatalf("assign: %d %s", got.status, got.text)
	}
	staff := token(t, e, "fabrikam", "staff")
	for call, want := range map[string]int{
		"POST /providers/Microsoft.ManagedServices/register?api-version=2021-04-01": 200, "POST /providers/Microsoft.Support/register?api-version=2021-04-01": 403,
		"GET /resourceGroups/rg-web?api-version=2021-04-01": 200, "GET /providers/Microsoft.Authorization/roleAssignments" + roleVersion: 403,
	} {
		method, path, _ := strings.Cut(call, " ")
		if got := do(t, e, method, prod(e)+path, staff, ""); got.status != want {
			t.Errorf("%s: %d %s, want %d", call, got.status, got.text, want)
		}
	}
	if got := do(t, e, "DELETE", roles+id+roleVersion, raw, ""); got.errorCode() != "RoleDefinitionHasAssignments" {
		t.Errorf("removed while held: %d %s", got.status, got.text)
	}
	do(t, e, "DELETE", assignmentPath(e, 1), raw, "")
	if got := do(t, e, "DELETE", roles+id+roleVersion, raw, ""); got.status != 200 || got.body["name"] != id[1:] {
		t.Errorf("removed: %d %s", got.status, got.text)
	}
	if got := do(t, e, "DELETE", roles+"/"+string(pharos.Reader)+roleVersion, raw, ""); got.status != 403 {
		t.Errorf("a built-in role removed: %d", got.status)
	}
	// A custom role cannot be delegated.
	if got := do(t, e, "PUT", roles+id+roleVersion, raw, body); got.status != 201 {
		t.Fatal(got.text)
	}
	got := do(t, e, "PUT", prod(e)+"/providers/Microsoft.ManagedServices/registrationDefinitions"+id+delegationVersion, raw,
		definitionOf(string(e.world.us.tenant.id), string(principalOf(t, e, "contoso-msp", "support").id), pharos.RoleID(id[1:]), ""))
	if got.status != 400 {
		t.Errorf("delegated: %d %s", got.status, got.text)
	}
}

// TestRolePermission_Allows: wildcards, exceptions within one permission only.
func TestRolePermission_Allows(t *testing.T) {
	d := &roleDefinition{Permissions: []rolePermission{
		{Actions: []string{"Microsoft.Compute/*"}, NotActions: []string{"*/delete"}, DataActions: []string{"Microsoft.Storage/*/read"}},
		{Actions: []string{"Microsoft.Compute/disks/*"}},
	}}
	for action, want := range map[string]bool{
		"Microsoft.Compute/virtualMachines/write": true, "microsoft.compute/VIRTUALMACHINES/READ": true,
		"Microsoft.Compute/virtualMachines/delete": false, "Microsoft.Compute/disks/delete": true, "Microsoft.Storage/a/read": false,
	} {
		if d.allows(action) != want {
			t.Errorf("%s: %v", action, !want)
		}
	}
	if !d.allowsData("Microsoft.Storage/a/read") || d.allowsData("Microsoft.Compute/disks/read") {
		t.Error("actions on data are apart")
	}
	if slices.ContainsFunc(loadRoles().all, func(d *roleDefinition) bool { return d.custom != nil }) {
		t.Error("a built-in role is custom")
	}
}
