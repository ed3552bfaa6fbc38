package emulator

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/pharos-pec/pharos"
)

const pimVersion = "?api-version=2020-10-01"

// pimCall makes calls to Privileged Identity Management of testdata/access.yaml.
type pimCall struct {
	*Emulator
	t *testing.T
	n int
}

func (e *pimCall) as(tenant, name string) (string, *principal) {
	return token(e.t, e.Emulator, tenant, name), principalOf(e.t, e.Emulator, tenant, name)
}

// request sends a request for a role; more are further properties.
func (e *pimCall) request(tenant, name, kind, requestType, role, duration, more string) answered {
	e.t.Helper()
	raw, p := e.as(tenant, name)
	e.n++
	body := fmt.Sprintf(`{"properties":{"principalId":%q,"roleDefinitionId":"x/providers/Microsoft.Authorization/roleDefinitions/%s","requestType":%q,
		"scheduleInfo":{"expiration":{"type":"AfterDuration","duration":%q}}%s}}`, p.id, loadRoles().find(role).ID, requestType, duration, more)
	return do(e.t, e.Emulator, "PUT", fmt.Sprintf("%s/providers/Microsoft.Authorization/%s/0d8a6c3e-5f0b-4c7e-9b8a-%012d%s", prod(e.Emulator), kind, e.n, pimVersion), raw, body)
}

func (e *pimCall) activate(tenant, name, duration string) answered {
	e.t.Helper()
	return e.request(tenant, name, assignmentRequests, "SelfActivate", "Contributor", duration, `,"justification":"work"`)
}

// may reports whether somebody may now write a resource group's contents.
func (e *pimCall) may(tenant, name string) bool {
	e.t.Helper()
	raw, _ := e.as(tenant, name)
	got := do(e.t, e.Emulator, "POST", prod(e.Emulator)+"/providers/Microsoft.ManagedServices/register?api-version=2021-04-01", raw, "")
	if got.status != 200 && got.status != 403 {
		e.t.Fatalf("%d %s", got.status, got.text)
	}
	return got.status == 200
}

func (e *pimCall) pass(d time.Duration) {
	e.t.Helper()
	if err := e.SetTime(e.Now().Add(d)); err != nil {
		e.t.Fatal(err)
	}
}

func (e *pimCall) list(tenant, name, kind, filter string) []any {
	e.t.Helper()
	raw, _ := e.as(tenant, name)
	got := do(e.t, e.Emulator, "GET", prod(e.Emulator)+"/providers/Microsoft.Authorization/"+kind+pimVersion+filter, raw, "")
	if got.status != 200 {
		e.t.Fatalf("%s %s: %d %s", kind, filter, got.status, got.text)
	}
	return got.values()
}

func property(t *testing.T, body any, name string) any {
	t.Helper()
	p, ok := body.(map[string]any)["properties"].(map[string]any)
	if !ok {
		t.Fatalf("no properties in %v", body)
	}
	return p[name]
}

// TestPIM_ActivationEndsWithTheClock walks an activation of an assignment and
// of a delegation's authorization.
func TestPIM_ActivationEndsWithTheClock(t *testing.T) {
	for _, who := range [][2]string{{"fabrikam", "eligible"}, {"contoso-msp", "jit"}} {
		e := &pimCall{Emulator: emulateAccess(t), t: t}
		if e.may(who[0], who[1]) {
			t.Errorf("%s: eligible is as good as active", who)
		}
		got := e.activate(who[0], who[1], "PT2H")
		if got.status != 201 || property(t, got.body, "status") != "Provisioned" {
			t.Fatalf("%s: %d %s", who, got.status, got.text)
		}
		if !e.may(who[0], who[1]) {
			t.Errorf("%s: activated, and may not", who)
		}
		if again := e.activate(who[0], who[1], "PT1H"); again.errorCode() != "RoleAssignmentExists" {
			t.Errorf("%s: again: %s", who, again.text)
		}
		active := e.list(who[0], who[1], "roleAssignmentScheduleInstances", "&$filter=asTarget()")
		if len(active) != 1 || property(t, active[0], "assignmentType") != "Activated" || property(t, active[0], "endDateTime") != stamp(e.Now().Add(2*time.Hour)) {
			t.Errorf("%s: instances %v", who, active)
		}
		e.pass(2*time.Hour - time.Second)
		if !e.may(who[0], who[1]) {
			t.Errorf("%s: ended too soon", who)
		}
		e.pass(time.Second)
		if e.may(who[0], who[1]) {
			t.Errorf("%s: the activation is over, and it goes on", who)
		}
		if left := e.list(who[0], who[1], "roleAssignmentScheduleInstances", "&$filter=asTarget()"); len(left) != 0 {
			t.Errorf("%s: instances after the end %v", who, left)
		}
	}
}

func TestPIM_Policy(t *testing.T) {
	e := &pimCall{Emulator: emulateAccess(t), t: t}
	for _, c := range []struct {
		what string
		got  answered
		code string
		text string
	}{
		{"too long", e.activate("contoso-msp", "jit", "PT2H1M"), "RoleAssignmentRequestPolicyValidationFailed", `The following policy rules failed: [\"ExpirationRule\"]`},
		{"without a reason", e.request("contoso-msp", "jit", assignmentRequests, "SelfActivate", "Contributor", "PT1H", ""), "RoleAssignmentRequestPolicyValidationFailed", `[\"JustificationRule\"]`},
		{"both", e.request("contoso-msp", "jit", assignmentRequests, "SelfActivate", "Contributor", "P1D", ""), "RoleAssignmentRequestPolicyValidationFailed", `[\"ExpirationRule\",\"JustificationRule\"]`},
		{"another role", e.request("contoso-msp", "jit", assignmentRequests, "SelfActivate", "Reader", "PT1H", `,"justification":"x"`), "RoleAssignmentRequestPolicyValidationFailed", `[\"EligibilityRule\"]`},
		{"no duration", e.activate("contoso-msp", "jit", "soon"), "InvalidRoleAssignmentRequestSchedule", ""},
		{"nothing to end", e.request("contoso-msp", "jit", assignmentRequests, "SelfDeactivate", "Contributor", "PT1H", ""), "RoleAssignmentDoesNotExist", ""},
		{"extend", e.request("contoso-msp", "jit", assignmentRequests, "SelfExtend", "Contributor", "PT1H", ""), "NotImplemented", ""},
		{"default longest", e.activate("fabrikam", "eligible", "PT8H1M"), "RoleAssignmentRequestPolicyValidationFailed", "ExpirationRule"},
		{"the longest", e.activate("fabrikam", "eligible", "PT8H"), "", ""},
	} {
		if c.got.errorCode() != c.code || !strings.Contains(c.got.text, c.text) {
			t.Errorf("%s: %d %s, want %s %s", c.what, c.got.status, c.got.text, c.code, c.text)
		}
	}
	end := func() answered {
		return e.request("fabrikam", "eligible", assignmentRequests, "SelfDeactivate", "Contributor", "PT1H", "")
	}
	if got := end(); got.errorCode() != "ActiveDurationTooShort" {
		t.Errorf("ended at once: %s", got.text)
	}
	e.pass(5 * time.Minute)
	if got := end(); got.status != 201 || property(t, got.body, "status") != "Revoked" || e.may("fabrikam", "eligible") {
		t.Errorf("ended: %d %s", got.status, got.text)
	}
}

// TestPIM_Approval: a request waits for one of the approvers, who may refuse;
// nobody approves their own, and nobody else is told of it.
func TestPIM_Approval(t *testing.T) {
	e := &pimCall{Emulator: emulateAccess(t), t: t}
	const approvals, v = "/providers/Microsoft.Authorization/roleAssignmentApprovals", "?api-version=2021-01-01-preview"
	ask := func() (id string) {
		t.Helper()
		got := e.activate("contoso-msp", "jit-asked", "PT1H")
		if got.status != 201 || property(t, got.body, "status") != "PendingApproval" {
			t.Fatalf("%d %s", got.status, got.text)
		}
		return got.body["name"].(string)
	}
	decide := func(name, id, result string) answered {
		t.Helper()
		raw, _ := e.as("contoso-msp", name)
		one := do(t, e.Emulator, "GET", approvals+"/"+id+v, raw, "")
		if one.status != 200 {
			return one
		}
		stage := property(t, one.body, "stages").([]any)[0].(map[string]any)["name"].(string)
		return do(t, e.Emulator, "PATCH", approvals+"/"+id+"/stages/"+stage+v, raw, `{"reviewResult":"`+result+`","justification":"known"}`)
	}
	first := ask()
	if again := e.activate("contoso-msp", "jit-asked", "PT1H"); again.errorCode() != "PendingRoleAssignmentRequest" {
		t.Errorf("again: %s", again.text)
	}
	if e.may("contoso-msp", "jit-asked") {
		t.Error("a pending request gives access")
	}
	if got := e.list("contoso-msp", "boss", assignmentRequests, "&$filter=asApprover()"); len(got) != 1 {
		t.Errorf("the approver is shown %d requests", len(got))
	}
	if got := e.list("contoso-msp", "operator", assignmentRequests, "&$filter=asApprover()"); len(got) != 0 {
		t.Errorf("somebody else is shown %d requests", len(got))
	}
	if got := decide("operator", first, "Approve"); got.status != 404 {
		t.Errorf("somebody else decides: %d", got.status)
	}
	if got := decide("jit-asked", first, "Approve"); got.status != 403 {
		t.Errorf("one's own request: %d", got.status)
	}
	if got := decide("boss", first, "Perhaps"); got.status != 400 {
		t.Errorf("no decision: %d", got.status)
	}
	e.pass(30 * time.Minute)
	if got := decide("boss", first, "Approve"); got.status != 200 || property(t, got.body, "reviewResult") != "Approve" {
		t.Errorf("approve: %d %s", got.status, got.text)
	}
	if got := decide("boss", first, "Deny"); got.status != 409 {
		t.Errorf("decided twice: %d", got.status)
	}
	e.pass(time.Hour - time.Second)
	if !e.may("contoso-msp", "jit-asked") {
		t.Error("the hour begins with the approval")
	}
	e.pass(time.Second)
	if e.may("contoso-msp", "jit-asked") {
		t.Error("the hour is over")
	}
	second := ask()
	if got := decide("boss", second, "Deny"); got.status != 200 || e.may("contoso-msp", "jit-asked") {
		t.Errorf("deny: %d", got.status)
	}
	third := ask()
	e.pass(24 * time.Hour)
	if got := decide("boss", third, "Approve"); got.status != 409 || e.may("contoso-msp", "jit-asked") {
		t.Errorf("a day later: %d %s", got.status, got.text)
	}
	ask()
	raw, _ := e.as("contoso-msp", "jit-asked")
	path := fmt.Sprintf("%s/providers/Microsoft.Authorization/%s/0d8a6c3e-5f0b-4c7e-9b8a-%012d", prod(e.Emulator), assignmentRequests, e.n)
	if got := do(t, e.Emulator, "POST", path+"/cancel"+pimVersion, raw, ""); got.status != 200 {
		t.Errorf("cancel: %d %s", got.status, got.text)
	}
	if got := do(t, e.Emulator, "GET", path+pimVersion, raw, ""); property(t, got.body, "status") != "Canceled" {
		t.Errorf("after it: %s", got.text)
	}
}

// TestPIM_Administrator gives and takes assignments and eligibilities.
func TestPIM_Administrator(t *testing.T) {
	e := &pimCall{Emulator: emulateAccess(t), t: t}
	raw, _ := e.as("fabrikam", "owner")
	staff := principalOf(t, e.Emulator, "fabrikam", "staff")
	send := func(kind, requestType, expiration string) answered {
		t.Helper()
		e.n++
		body := fmt.Sprintf(`{"properties":{"principalId":%q,"roleDefinitionId":%q,"requestType":%q,"justification":"x","scheduleInfo":{"expiration":%s}}}`, staff.id, pharos.Contributor, requestType, expiration)
		return do(t, e.Emulator, "PUT", fmt.Sprintf("%s/providers/Microsoft.Authorization/%s/0d8a6c3e-5f0b-4c7e-9b8a-%012d%s", prod(e.Emulator), kind, e.n, pimVersion), raw, body)
	}
	const day, forever = `{"type":"AfterDuration","duration":"P1D"}`, `{"type":"NoExpiration"}`
	if got := send(eligibilityRequests, "AdminAssign", forever); got.status != 201 {
		t.Fatalf("%d %s", got.status, got.text)
	}
	if got := send(eligibilityRequests, "AdminAssign", forever); got.errorCode() != "RoleAssignmentExists" {
		t.Errorf("again: %s", got.text)
	}
	if got := e.activate("fabrikam", "staff", "PT8H"); got.status != 201 || !e.may("fabrikam", "staff") {
		t.Errorf("activate: %d %s", got.status, got.text)
	}
	if got := send(eligibilityRequests, "AdminRemove", forever); got.status != 201 || e.may("fabrikam", "staff") {
		t.Errorf("an activation outlives its eligibility: %d %s", got.status, got.text)
	}
	if got := send(assignmentRequests, "AdminAssign", day); got.status != 201 || !e.may("fabrikam", "staff") {
		t.Errorf("assign for a day: %d %s", got.status, got.text)
	}
	e.pass(24 * time.Hour)
	if e.may("fabrikam", "staff") {
		t.Error("the day is over")
	}
	raw, _ = e.as("fabrikam", "owner")
	if got := send(assignmentRequests, "AdminRemove", day); got.errorCode() != "RoleAssignmentDoesNotExist" {
		t.Errorf("remove what is over: %s", got.text)
	}
	if got := send(assignmentRequests, "SelfActivate", day); got.status != 403 {
		t.Errorf("for somebody else: %d %s", got.status, got.text)
	}
}

// TestPIM_ListsAtTheRoot: who asks for its own need not know where it is.
func TestPIM_ListsAtTheRoot(t *testing.T) {
	e := emulateAccess(t)
	for column, want := range map[string]int{"eli": 1, "jit": 1, "own": 0, "str": 0, "jac": 1, "act": 1} {
		raw, _ := matrixToken(t, e, column)
		got := do(t, e, "GET", "/providers/Microsoft.Authorization/roleEligibilitySchedules"+pimVersion+"&$filter=asTarget()", raw, "")
		if len(got.values()) != want {
			t.Errorf("%s: %d %s", column, got.status, got.text)
		}
	}
}

// TestPIM_EarnsNothing: access that was activated by a call is just in time
// for the bill, as a scenario's is; a permanent assignment beside it earns.
func TestPIM_EarnsNothing(t *testing.T) {
	e := &pimCall{Emulator: emulateAccess(t), t: t}
	s := e.world.customers[0].subs[0]
	s.assignments, s.delegations[0].activations = s.assignments[:0:0], nil // all access by hand
	s.definitions[0].authorizations = []authorization{s.definitions[0].authorizations[4], s.definitions[0].authorizations[5]}
	for i := range s.definitions[0].authorizations {
		s.definitions[0].authorizations[i].eligible, s.definitions[0].authorizations[i].maximum = true, "PT8H"
		s.definitions[0].authorizations[i].role = loadRoles().byID[pharos.Contributor]
		s.definitions[0].authorizations[i].principal = principalOf(t, e.Emulator, "contoso-msp", []string{"jit", "jit-asked"}[i])
		s.definitions[0].authorizations[i].approvers = nil
	}
	raw, _ := e.as("contoso-msp", "jit")
	do(t, e.Emulator, "PUT", partnersPath+"/4987654?api-version=2018-02-01", raw, "")
	from := e.Now()
	for range 9 { // three days without a break
		if got := e.activate("contoso-msp", "jit", "PT8H"); got.status != 201 {
			t.Fatalf("%d %s", got.status, got.text)
		}
		e.pass(8 * time.Hour)
	}
	whole := pharos.DayOf(from.AddDate(0, 0, 1))
	if held := timelineOf(intervals(s.delegations[0].activations)...); !held.whole(whole) {
		t.Fatalf("the activations cover %v, not the whole of %v", held, whole)
	}
	scope := s.resources[0].scope
	kinds := map[pharos.GrantKind]int{}
	for _, a := range e.world.accessTo(s) {
		if a.path == pharos.Lighthouse && a.holder.name == "jit" {
			kinds[a.kind]++
		}
	}
	if kinds[pharos.TimeBound] != 9 || kinds[pharos.Permanent] != 0 {
		t.Errorf("the bill sees %v", kinds)
	}
	if e.world.judgeOf(s).of(scope).earns(whole) {
		t.Error("a day of activations earned")
	}
	s.definitions[0].authorizations[0].eligible = false
	if !e.world.judgeOf(s).of(scope).earns(whole) {
		t.Error("the same authorization, permanent, does not earn")
	}
}

func intervals(list []activation) []pharos.Interval {
	var out []pharos.Interval
	for _, v := range list {
		out = append(out, v.during)
	}
	return out
}

func TestParseDuration(t *testing.T) {
	for text, want := range map[string]time.Duration{
		"PT8H": 8 * time.Hour, "PT1H30M": 90 * time.Minute, "P1D": 24 * time.Hour, "P1DT1S": 24*time.Hour + time.Second,
		"": 0, "P": 0, "PT": 0, "8h": 0, "P1M": 0, "PT0H": 0, "-PT1H": 0,
	} {
		if got, ok := parseDuration(text); got != want || ok != (want > 0) {
			t.Errorf("%q: %v %v", text, got, ok)
		}
	}
}

// TestPIM_SurvivesReopening: activations, approvals, custom roles and what an
// agent did on behalf of a customer are in the kept state.
func TestPIM_SurvivesReopening(t *testing.T) {
	s, err := ReadScenario("testdata/access.yaml")
	if err != nil {
		t.Fatal(err)
	}
	made, err := New(s)
	if err != nil {
		t.Fatal(err)
	}
	e := &pimCall{Emulator: made, t: t}
	if got := e.activate("contoso-msp", "jit", "PT2H"); got.status != 201 {
		t.Fatal(got.text)
	}
	if got := e.activate("contoso-msp", "jit-asked", "PT2H"); got.status != 201 {
		t.Fatal(got.text)
	}
	agent, me := matrixToken(t, e.Emulator, "agt")
	call := matrixCalls["make role"]
	if got := do(t, e.Emulator, call.method, fill(t, e.Emulator, me, call.path), agent, fill(t, e.Emulator, me, call.body)); got.status != 201 {
		t.Fatal(got.text)
	}
	dir := t.TempDir()
	if err := e.Save(dir); err != nil {
		t.Fatal(err)
	}
	again, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	r := &pimCall{Emulator: again, t: t}
	if !r.may("contoso-msp", "jit") || r.may("contoso-msp", "jit-asked") {
		t.Error("the activation is lost, or the pending one was granted")
	}
	if got := r.list("contoso-msp", "boss", assignmentRequests, "&$filter=asApprover()"); len(got) != 1 {
		t.Errorf("%d requests wait", len(got))
	}
	if len(again.world.customers[0].tenant.roles) != 1 {
		t.Error("the custom role is lost")
	}
}
