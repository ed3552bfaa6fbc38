package emulator

import (
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/pharos-pec/pharos"
)

// accessMatrix says what each call comes to for each principal of
// testdata/access.yaml. It is written from Microsoft's documentation of the
// built-in roles, of deny assignments, of PIM, of Azure Lighthouse (tenants,
// users and roles; cross-tenant management experiences) and of Partner Center
// (reinstate admin privileges), not from what the emulator answers.
//
//	own owner            rdr reader             ctr contributor        uaa User Access Administrator
//	nst nested group     gst guest              both Reader of rg-web
//	eli eligible         act activated          both Contributor       dny Contributor, denied
//	dis owner, disabled
//	sup support          ops Contributor        rem Reader and remover giv User Access Administrator, all by delegation
//	jit eligible         jac activated          both Contributor by delegation
//	agt AdminAgents      hlp HelpdeskAgents     in the customer's tenant; hom AdminAgents in its own
//	str another tenant   aud token for Graph    exp token too old      both the owner's
const accessMatrix = `
                          own rdr ctr uaa nst gst eli act dny dis sup ops rem giv jit jac agt hlp hom str aud exp
subscriptions             200 200 200 200 200 200 200 200 200 401 200 200 200 200 200 200 200 200 200 200 401 401
tenants                   200 200 200 200 200 200 200 200 200 401 200 200 200 200 200 200 200 200 200 200 401 401
query                     200 200 200 200 200 200 200 200 200 401 200 200 200 200 200 200 200 200 200 200 401 401
subscription              200 200 200 200 200 200 403 200 200 401 200 200 200 200 403 200 200 200 403 401 401 401
no subscription           404 404 404 404 404 404 404 404 404 401 404 404 404 404 404 404 404 404 404 404 401 401
groups                    200 200 200 200 200 200 403 200 200 401 200 200 200 200 403 200 200 200 403 401 401 401
rg-web                    200 200 200 200 200 200 403 200 200 401 200 200 200 200 403 200 200 200 403 401 401 401
rg-data                   200 200 200 200 403 403 403 200 200 401 200 200 200 200 403 200 200 200 403 401 401 401
permissions               200 200 200 200 200 200 403 200 200 401 200 200 200 200 403 200 200 200 403 401 401 401
log                       200 200 200 200 403 403 403 200 200 401 403 200 200 200 403 200 200 200 403 401 401 401
register                  200 403 200 403 403 403 403 200 403 401 403 200 403 403 403 200 200 403 403 401 401 401
validate in rg-web        200 403 200 403 403 403 403 200 403 401 403 200 403 403 403 200 200 403 403 401 401 401
roles                     200 200 200 200 403 403 403 200 200 401 200 200 200 200 403 200 200 200 403 401 401 401
make role                 201 403 403 201 403 403 403 403 403 401 403 403 403 403 403 403 201 403 403 401 401 401
remove role               204 403 403 204 403 403 403 403 403 401 403 403 403 403 403 403 204 403 403 401 401 401
assignments               200 200 200 200 403 403 403 200 200 401 200 200 200 200 403 200 200 200 403 401 401 401
assignments in rg-web     200 200 200 200 200 200 403 200 200 401 200 200 200 200 403 200 200 200 403 401 401 401
assignments at root       403 403 403 403 403 403 403 403 403 401 403 403 403 403 403 403 403 403 403 403 401 401
assign                    201 403 403 201 403 403 403 403 403 401 403 403 403 403 403 403 201 403 403 401 401 401
assign to identity        201 403 403 201 403 403 403 403 403 401 403 403 403 201 403 403 201 403 403 401 401 401
assign in rg-locked       403 403 403 201 403 403 403 403 403 401 403 403 403 403 403 403 403 403 403 401 401 401
unassign                  204 403 403 204 403 403 403 403 403 401 403 403 403 204 403 403 204 403 403 401 401 401
denials                   200 200 200 200 403 403 403 200 200 401 200 200 200 200 403 200 200 200 403 401 401 401
eligibilities             200 200 200 200 403 403 403 200 200 401 200 200 200 200 403 200 200 200 403 401 401 401
own eligibilities         200 200 200 200 200 200 200 200 200 401 200 200 200 200 200 200 200 200 200 401 401 401
activate                  400 400 400 400 400 400 201 400 400 401 400 400 400 400 201 400 400 400 400 401 401 401
assign by PIM             201 403 403 201 403 403 403 403 403 401 403 403 403 403 403 403 201 403 403 401 401 401
make eligible             201 403 403 201 403 403 403 403 403 401 403 403 403 403 403 403 201 403 403 401 401 401
definitions               200 200 200 200 403 403 403 200 200 401 200 200 200 200 403 200 200 200 403 401 401 401
delegations               200 200 200 200 403 403 403 200 200 401 200 200 200 200 403 200 200 200 403 401 401 401
define                    201 403 403 403 403 403 403 403 403 401 403 403 403 403 403 403 201 403 403 401 401 401
undefine                  204 403 403 403 403 403 403 403 403 401 403 403 403 403 403 403 204 403 403 401 401 401
delegate                  400 403 403 403 403 403 403 403 403 401 403 403 403 403 403 403 400 403 403 401 401 401
undelegate                204 403 403 403 403 403 403 403 403 401 403 403 204 403 403 403 204 403 403 401 401 401
own link                  404 404 404 404 404 404 404 404 404 401 404 404 404 404 404 404 400 400 404 404 401 401
link                      200 200 200 200 200 200 200 200 200 401 200 200 200 200 200 200 400 400 200 200 401 401
`

// matrixCalls are the calls of the matrix's rows; {sub}, {me} and names in
// braces stand for ids.
var matrixCalls = map[string]struct{ method, path, body string }{
	"subscriptions":         {"GET", "/subscriptions?api-version=2022-12-01", ""},
	"tenants":               {"GET", "/tenants?api-version=2022-12-01", ""},
	"query":                 {"POST", "/providers/Microsoft.ResourceGraph/resources?api-version=2022-10-01", `{"query":"resources"}`},
	"subscription":          {"GET", "{sub}?api-version=2022-12-01", ""},
	"no subscription":       {"GET", "/subscriptions/0d8a6c3e-5f0b-4c7e-9b8a-00000000000f?api-version=2022-12-01", ""},
	"groups":                {"GET", "{sub}/resourcegroups?api-version=2021-04-01", ""},
	"rg-web":                {"GET", "{sub}/resourceGroups/rg-web?api-version=2021-04-01", ""},
	"rg-data":               {"GET", "{sub}/resourceGroups/rg-data?api-version=2021-04-01", ""},
	"permissions":           {"GET", "{sub}/providers/Microsoft.Authorization/permissions?api-version=2022-04-01", ""},
	"log":                   {"GET", "{sub}/providers/microsoft.insights/eventtypes/management/values?api-version=2015-04-01&$filter=eventTimestamp+ge+'2026-11-01T00:00:00Z'", ""},
	"register":              {"POST", "{sub}/providers/Microsoft.ManagedServices/register?api-version=2021-04-01", ""},
	"validate in rg-web":    {"POST", "{sub}/resourceGroups/rg-web/providers/Microsoft.Resources/deployments/d/validate?api-version=2021-04-01", matrixTemplate},
	"roles":                 {"GET", "{sub}/providers/Microsoft.Authorization/roleDefinitions?api-version=2022-04-01&$filter=roleName+eq+'Reader'", ""},
	"make role":             {"PUT", "{sub}/providers/Microsoft.Authorization/roleDefinitions/{new}?api-version=2022-04-01", `{"properties":{"roleName":"Watcher","type":"CustomRole","permissions":[{"actions":["*/read"]}],"assignableScopes":["{sub}"]}}`},
	"remove role":           {"DELETE", "{sub}/providers/Microsoft.Authorization/roleDefinitions/{new}?api-version=2022-04-01", ""},
	"assignments":           {"GET", "{sub}/providers/Microsoft.Authorization/roleAssignments?api-version=2022-04-01", ""},
	"assignments in rg-web": {"GET", "{sub}/resourceGroups/rg-web/providers/Microsoft.Authorization/roleAssignments?api-version=2022-04-01", ""},
	"assignments at root":   {"GET", "/providers/Microsoft.Authorization/roleAssignments?api-version=2022-04-01", ""},
	"assign":                {"PUT", "{sub}/providers/Microsoft.Authorization/roleAssignments/{new}?api-version=2022-04-01", `{"properties":{"roleDefinitionId":"{Reader}","principalId":"{staff}"}}`},
	"assign to identity": {"PUT", "{sub}/providers/Microsoft.Authorization/roleAssignments/{new}?api-version=2022-04-01",
		`{"properties":{"roleDefinitionId":"{Log Analytics Reader}","principalId":"{identity}","delegatedManagedIdentityResourceId":"{sub}/resourceGroups/rg-web/providers/Microsoft.ManagedIdentity/userAssignedIdentities/identity"}}`},
	"assign in rg-locked": {"PUT", "{sub}/resourceGroups/rg-locked/providers/Microsoft.Authorization/roleAssignments/{new}?api-version=2022-04-01", `{"properties":{"roleDefinitionId":"{Reader}","principalId":"{staff}"}}`},
	"unassign":            {"DELETE", "{sub}/providers/Microsoft.Authorization/roleAssignments/{new}?api-version=2022-04-01", ""},
	"denials":             {"GET", "{sub}/providers/Microsoft.Authorization/denyAssignments?api-version=2022-04-01", ""},
	"eligibilities":       {"GET", "{sub}/providers/Microsoft.Authorization/roleEligibilityScheduleInstances?api-version=2020-10-01", ""},
	"own eligibilities":   {"GET", "{sub}/providers/Microsoft.Authorization/roleEligibilityScheduleInstances?api-version=2020-10-01&$filter=asTarget()", ""},
	"activate": {"PUT", "{sub}/providers/Microsoft.Authorization/roleAssignmentScheduleRequests/{new}?api-version=2020-10-01",
		`{"properties":{"principalId":"{me}","roleDefinitionId":"{Contributor}","requestType":"SelfActivate","justification":"work","scheduleInfo":{"expiration":{"type":"AfterDuration","duration":"PT1H"}}}}`},
	"assign by PIM": {"PUT", "{sub}/providers/Microsoft.Authorization/roleAssignmentScheduleRequests/{new}?api-version=2020-10-01",
		`{"properties":{"principalId":"{staff}","roleDefinitionId":"{Reader}","requestType":"AdminAssign","justification":"work","scheduleInfo":{"expiration":{"type":"AfterDuration","duration":"P1D"}}}}`},
	"make eligible": {"PUT", "{sub}/providers/Microsoft.Authorization/roleEligibilityScheduleRequests/{new}?api-version=2020-10-01",
		`{"properties":{"principalId":"{staff}","roleDefinitionId":"{Reader}","requestType":"AdminAssign","scheduleInfo":{"expiration":{"type":"NoExpiration"}}}}`},
	"definitions": {"GET", "{sub}/providers/Microsoft.ManagedServices/registrationDefinitions?api-version=2022-10-01", ""},
	"delegations": {"GET", "{sub}/providers/Microsoft.ManagedServices/registrationAssignments?api-version=2022-10-01", ""},
	"define": {"PUT", "{sub}/providers/Microsoft.ManagedServices/registrationDefinitions/{new}?api-version=2022-10-01",
		`{"properties":{"registrationDefinitionName":"more","managedByTenantId":"{contoso-msp}","authorizations":[{"principalId":"{support}","roleDefinitionId":"{Reader}"}]}}`},
	"undefine":   {"DELETE", "{sub}/providers/Microsoft.ManagedServices/registrationDefinitions/{new}?api-version=2022-10-01", ""},
	"delegate":   {"PUT", "{sub}/providers/Microsoft.ManagedServices/registrationAssignments/{new}?api-version=2022-10-01", `{"properties":{"registrationDefinitionId":"{new}"}}`},
	"undelegate": {"DELETE", "{sub}/providers/Microsoft.ManagedServices/registrationAssignments/{new}?api-version=2022-10-01", ""},
	"own link":   {"GET", "/providers/Microsoft.ManagementPartner/partners?api-version=2018-02-01", ""},
	"link":       {"PUT", "/providers/Microsoft.ManagementPartner/partners/4987654?api-version=2018-02-01", ""},
}

const matrixTemplate = `{"properties":{"mode":"Incremental","template":{"$schema":"https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#","contentVersion":"1.0.0.0","resources":[]}}}`

// matrixWho are the principals of the matrix's columns.
var matrixWho = map[string][2]string{
	"own": {"fabrikam", "owner"}, "rdr": {"fabrikam", "reader"}, "ctr": {"fabrikam", "contributor"}, "uaa": {"fabrikam", "giver-of-roles"},
	"nst": {"fabrikam", "nested"}, "gst": {"fabrikam", "gina"}, "eli": {"fabrikam", "eligible"}, "act": {"fabrikam", "activated"},
	"dny": {"fabrikam", "denied"}, "dis": {"fabrikam", "disabled"}, "sup": {"contoso-msp", "support"}, "ops": {"contoso-msp", "operator"},
	"rem": {"contoso-msp", "remover"}, "giv": {"contoso-msp", "giver"}, "jit": {"contoso-msp", "jit"}, "jac": {"contoso-msp", "jit-active"},
	"agt": {"contoso-msp", "agent"}, "hlp": {"contoso-msp", "desk"}, "hom": {"contoso-msp", "agent"}, "str": {"rival-msp", "stranger"},
	"aud": {"fabrikam", "owner"}, "exp": {"fabrikam", "owner"},
}

// matrixToken makes the token of a column.
func matrixToken(t *testing.T, e *Emulator, column string) (raw string, p *principal) {
	t.Helper()
	p = principalOf(t, e, matrixWho[column][0], matrixWho[column][1])
	audience, now := "https://management.azure.com", e.Now()
	switch column {
	case "agt", "hlp":
		if p = p.abroad(e.world.customers[0].tenant, now); p == nil {
			t.Fatalf("%s may not sign in to the customer's tenant", column)
		}
	case "aud":
		audience = "https://graph.microsoft.com"
	case "exp":
		now = now.Add(-2 * time.Hour)
	}
	raw, err := e.accessToken(p, p.appID, audience, now)
	if err != nil {
		t.Fatal(err)
	}
	return raw, p
}

func accessScenario(t testing.TB) *Scenario {
	t.Helper()
	s, err := ReadScenario("testdata/access.yaml")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func emulateAccess(t testing.TB) *Emulator {
	t.Helper()
	return play(t, accessScenario(t), nil)
}

// fill puts ids in the place of names in braces.
func fill(t testing.TB, e *Emulator, me *principal, text string) string {
	t.Helper()
	pairs := []string{
		"{sub}", prod(e), "{me}", string(me.id), "{new}", "0d8a6c3e-5f0b-4c7e-9b8a-000000000001", "{contoso-msp}", string(e.world.us.tenant.id),
	}
	for _, r := range []string{"Reader", "Contributor", "Log Analytics Reader"} {
		pairs = append(pairs, "{"+r+"}", string(loadRoles().find(r).ID))
	}
	for _, tn := range e.world.tenants {
		for _, p := range tn.principals {
			pairs = append(pairs, "{"+p.name+"}", string(p.id))
		}
	}
	return strings.NewReplacer(pairs...).Replace(text)
}

// TestAccessMatrix makes every call of the matrix as every principal, each on
// an emulator of its own.
func TestAccessMatrix(t *testing.T) {
	s := accessScenario(t)
	lines := strings.Split(strings.TrimSpace(accessMatrix), "\n")
	columns := strings.Fields(lines[0])
	rows, cells := map[string]bool{}, 0
	for _, line := range lines[1:] {
		want := strings.Fields(line)
		name := strings.Join(want[:len(want)-len(columns)], " ")
		call, known := matrixCalls[name]
		if !known {
			t.Fatalf("no call is named %q", name)
		}
		rows[name] = true
		for i, column := range columns {
			e, err := New(s)
			if err != nil {
				t.Fatal(err)
			}
			raw, me := matrixToken(t, e, column)
			got := do(t, e, call.method, fill(t, e, me, call.path), raw, fill(t, e, me, call.body))
			if status := want[len(want)-len(columns)+i]; strconv.Itoa(got.status) != status {
				t.Errorf("%s as %s: got %d, want %s: %s", name, column, got.status, status, got.text)
			}
			cells++
		}
	}
	if len(rows) != len(matrixCalls) || cells < 12*20 {
		t.Errorf("%d of %d calls are in the matrix, %d cells", len(rows), len(matrixCalls), cells)
	}
}

// TestRefusals_Codes: the reasons of a 401 or 403 are told apart as Azure does.
func TestRefusals_Codes(t *testing.T) {
	e := emulateAccess(t)
	for _, c := range []struct{ column, call, code string }{
		{"str", "subscription", "InvalidAuthenticationTokenTenant"},
		{"aud", "subscription", "InvalidAuthenticationTokenAudience"},
		{"exp", "subscription", "ExpiredAuthenticationToken"},
		{"dis", "subscription", "InvalidAuthenticationToken"},
		{"jit", "subscription", "AuthorizationFailed"},
		{"no token", "subscription", "AuthenticationFailed"},
		{"dny", "register", "DenyAssignmentAuthorizationFailed"},
		{"own", "assign in rg-locked", "DenyAssignmentAuthorizationFailed"},
		{"rdr", "assign in rg-locked", "AuthorizationFailed"},
		{"gst", "define", "AuthorizationFailed"},
		{"ctr", "define", "InsufficientPrivilegesForManagedServiceResource"},
		{"ops", "define", "AuthorizationFailed"},
		{"own", "activate", "RoleAssignmentRequestPolicyValidationFailed"},
		{"jac", "activate", "RoleAssignmentExists"},
		{"giv", "assign", "AuthorizationFailed"},
		{"agt", "own link", "BadRequest"},
	} {
		raw, me := "", &principal{}
		if c.column != "no token" {
			raw, me = matrixToken(t, e, c.column)
		}
		call := matrixCalls[c.call]
		got := do(t, e, call.method, fill(t, e, me, call.path), raw, fill(t, e, me, call.body))
		if got.errorCode() != c.code {
			t.Errorf("%s as %s: got %d %s, want %s", c.call, c.column, got.status, got.text, c.code)
		}
		challenge := got.header.Get("Www-Authenticate")
		if (got.status == 401) != strings.HasPrefix(challenge, "Bearer ") {
			t.Errorf("%s as %s: %d with the challenge %q", c.call, c.column, got.status, challenge)
		}
		if c.code == "InvalidAuthenticationTokenTenant" && !strings.Contains(challenge, string(e.world.customers[0].tenant.id)) {
			t.Errorf("the challenge does not say where to sign in: %s", challenge)
		}
	}
}

// TestAgentsSignIn: an agent gets a token of a customer's tenant, with its own
// object id and its home as identity provider; others do not.
func TestAgentsSignIn(t *testing.T) {
	e := emulateAccess(t)
	fabrikam, agent := e.world.customers[0].tenant, principalOf(t, e, "contoso-msp", "agent")
	sign := func(user string) answered {
		return form(t, e, "/"+string(fabrikam.id)+"/oauth2/v2.0/token", "grant_type", "password", "client_id", "x",
			"username", user+"@contosomsp.example", "password", "ag3nt", "scope", "https://management.azure.com/.default")
	}
	got := sign("agent")
	raw, _ := got.body["access_token"].(string)
	if raw == "" {
		t.Fatalf("%d %s", got.status, got.text)
	}
	claims := claimsOf(t, raw)
	if claims["oid"] != string(agent.id) || claims["tid"] != string(fabrikam.id) || claims["idp"] != "https://sts.windows.net/"+string(agent.tenant.id)+"/" {
		t.Errorf("claims %v", claims)
	}
	if list := do(t, e, "GET", "/subscriptions?api-version=2022-12-01", raw, ""); len(list.values()) != 1 {
		t.Errorf("the agent sees %s", list.text)
	}
	agents := e.world.us.adminAgents
	agents.members[0].during.To = e.Now().Add(time.Minute)
	if err := e.SetTime(e.Now().Add(time.Hour / 2)); err != nil {
		t.Fatal(err)
	}
	if list := do(t, e, "GET", "/subscriptions?api-version=2022-12-01", raw, ""); list.status != 401 {
		t.Errorf("who is no agent any more: %d %s", list.status, list.text)
	}
	if got := sign("agent"); got.status != 400 || !strings.Contains(got.text, "AADSTS50020") {
		t.Errorf("who is no agent any more signs in: %d %s", got.status, got.text)
	}
}

// claimsOf reads a token without checking it.
func claimsOf(t testing.TB, raw string) jwt.MapClaims {
	t.Helper()
	claims := jwt.MapClaims{}
	if _, _, err := jwt.NewParser().ParseUnverified(raw, claims); err != nil {
		t.Fatal(err)
	}
	return claims
}

// TestDenials: whom and what a deny assignment denies, and where.
func TestDenials(t *testing.T) {
	w := emulateAccess(t).world
	s := w.customers[0].subs[0]
	now := w.clock.read()
	owner, staff := s.customer.tenant.byName["owner"], s.customer.tenant.byName["nested"]
	web := pharos.ResourceGroupScope(s.id, "rg-web")
	for _, c := range []struct {
		what   string
		denial denial
		scope  pharos.Scope
		action string
		who    *principal
		want   bool
	}{
		{"everybody", denial{scope: web}, web, "x/write", owner, true},
		{"not reading", denial{scope: web}, web, "x/read", owner, false},
		{"below", denial{scope: web}, web + "/providers/a/b/c", "x/write", owner, true},
		{"here only", denial{scope: web, hereOnly: true}, web + "/providers/a/b/c", "x/write", owner, false},
		{"elsewhere", denial{scope: web}, pharos.ResourceGroupScope(s.id, "rg-data"), "x/write", owner, false},
		{"excluded", denial{scope: web, excluded: []*principal{owner}}, web, "x/write", owner, false},
		{"excluded by a group", denial{scope: web, excluded: []*principal{s.customer.tenant.byName["outer"]}}, web, "x/write", staff, false},
		{"named by a group", denial{scope: web, principals: []*principal{s.customer.tenant.byName["outer"]}}, web, "x/write", staff, true},
		{"another named", denial{scope: web, principals: []*principal{owner}}, web, "x/write", staff, false},
		{"one action", denial{scope: web, actions: []string{"x/delete"}}, web, "x/write", owner, false},
		{"an exception", denial{scope: web, actions: []string{"*"}, notActions: []string{"x/write"}}, web, "x/write", owner, false},
	} {
		got := c.denial.reaches(c.scope) && c.denial.permission().allows(c.action) && c.denial.timesFor(c.who).at(now)
		if got != c.want {
			t.Errorf("%s: got %v", c.what, got)
		}
	}
}

// TestCheckAccess: actions on data are decided apart, and a delegation gives none.
func TestCheckAccess(t *testing.T) {
	e := emulateAccess(t)
	s := e.world.customers[0].subs[0]
	reader := principalOf(t, e, "fabrikam", "reader")
	blobs := loadRoles().find("Storage Blob Data Reader")
	e.world.addAssignment(s, &roleAssignment{
		id: "a", tenant: s.customer.tenant, scope: pharos.SubscriptionScope(s.id), role: blobs, principal: reader, principalID: reader.id, principalKind: pharos.User, kind: pharos.Permanent,
	})
	const read, write = "Microsoft.Storage/storageAccounts/blobServices/containers/blobs/read", "Microsoft.Storage/storageAccounts/blobServices/containers/blobs/write"
	ask := func(column, action string, data bool) string {
		raw, me := matrixToken(t, e, column)
		got := do(t, e, "POST", prod(e)+"/providers/Microsoft.Authorization/checkAccess?api-version=2018-09-01-preview", raw,
			fmt.Sprintf(`{"Subject":{"Attributes":{"ObjectId":%q}},"Actions":[{"Id":%q,"IsDataAction":%v}]}`, me.id, action, data))
		_, rest, _ := strings.Cut(got.text, `"accessDecision":"`)
		decision, _, _ := strings.Cut(rest, `"`)
		return decision
	}
	for _, c := range []struct {
		column, action string
		data           bool
		want           string
	}{
		{"rdr", read, true, "Allowed"},
		{"rdr", write, true, "NotAllowed"},
		{"own", read, true, "NotAllowed"}, // Owner has no actions on data
		{"own", write, false, "Allowed"},
		{"ops", write, false, "Allowed"},
		{"dny", write, false, "Denied"},
	} {
		if got := ask(c.column, c.action, c.data); got != c.want {
			t.Errorf("%s %s (data %v): got %q, want %s", c.column, c.action, c.data, got, c.want)
		}
	}
}
