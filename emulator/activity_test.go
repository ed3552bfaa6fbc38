package emulator

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/pharos-pec/pharos"
)

const logPath = "/providers/microsoft.insights/eventtypes/management/values?api-version=2015-04-01&$filter="

func since(when string) string { return "eventTimestamp+ge+'" + when + "'" }

// logged returns the events of a log as operation and time, newest first.
func logged(t *testing.T, e *Emulator, path, raw string) (out []string, events []map[string]any) {
	t.Helper()
	for path != "" {
		got := do(t, e, "GET", path, raw, "")
		if got.status != 200 {
			t.Fatalf("%s: %d %s", path, got.status, got.text)
		}
		for _, v := range got.values() {
			ev := v.(map[string]any)
			events = append(events, ev)
			name := ev["operationName"].(map[string]any)["value"].(string)
			out = append(out, name[strings.Index(name, "/")+1:]+" "+ev["eventTimestamp"].(string)[:16])
		}
		next, _ := got.body["nextLink"].(string)
		path = strings.TrimPrefix(next, loopback)
	}
	return out, events
}

func TestActivityLog_OfASubscription(t *testing.T) {
	e := emulate(t)
	got, events := logged(t, e, prod(e)+logPath+since("2026-08-10T00:00:00Z"), token(t, e, "fabrikam", "reader"))
	want := []string{
		"denyAssignments/write 2026-10-15T00:00",
		"registrationAssignments/write 2026-10-12T08:00",
		"roleAssignments/delete 2026-10-10T00:00",
		"roleAssignments/write 2026-09-02T00:00",
	}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("got  %v\nwant %v", got, want)
	}
	var body struct {
		Properties struct{ RoleDefinitionID, PrincipalID, PrincipalType, Scope string }
	}
	text := events[2]["properties"].(map[string]any)["responseBody"].(string)
	if err := json.Unmarshal([]byte(text), &body); err != nil {
		t.Fatal(err)
	}
	if p := body.Properties; p.PrincipalID != string(e.world.us.adminAgents.id) || p.PrincipalType != "ForeignGroup" ||
		!strings.HasSuffix(p.RoleDefinitionID, string(pharos.Owner)) || p.Scope != prod(e) {
		t.Errorf("the event of the lost AOBO says %+v", p)
	}
}

func TestActivityLog_Filter(t *testing.T) {
	e := emulate(t)
	raw := token(t, e, "fabrikam", "reader")
	for filter, want := range map[string]int{
		since("2026-10-11T00:00:00Z"): 2,
		since("2026-10-11T00:00:00Z") + "+and+resourceProvider+eq+'Microsoft.Authorization'": 1,
		since("2026-08-10T00:00:00Z") + "+and+eventTimestamp+le+'2026-10-11T00:00:00Z'":      2,
		since("2026-08-10T00:00:00Z") + "+and+resourceGroupName+eq+'rg-data'":                1,
	} {
		if got, _ := logged(t, e, prod(e)+logPath+filter, raw); len(got) != want {
			t.Errorf("%s: got %v, want %d", filter, got, want)
		}
	}
	for _, filter := range []string{"", since("2026-01-01T00:00:00Z"), since("yesterday"), "colour+eq+'red'"} {
		if got := do(t, e, "GET", prod(e)+logPath+filter, raw, ""); got.status != 400 {
			t.Errorf("%q: got %d, want 400", filter, got.status)
		}
	}
}

func TestActivityLog_OfTheManagingTenant(t *testing.T) {
	e := emulate(t)
	got, events := logged(t, e, logPath+since("2026-10-01T00:00:00Z"), token(t, e, "contoso-msp", "provider-automation"))
	if fmt.Sprint(got) != "[tenants/register/action 2026-10-12T08:00]" {
		t.Fatalf("got %v", got)
	}
	var d map[string]string
	if err := json.Unmarshal([]byte(events[0]["description"].(string)), &d); err != nil {
		t.Fatal(err)
	}
	s := e.world.customers[0].subs[0]
	if d["subscriptionId"] != string(s.id) || d["subscriptionTenantId"] != string(s.customer.tenant.id) || d["delegationResourceId"] != s.delegations[0].armID() {
		t.Errorf("got %v", d)
	}
	if events[0]["eventName"].(map[string]any)["value"] != "EndRequest" {
		t.Errorf("eventName %v", events[0]["eventName"])
	}
}

func TestActivityLog_Pages(t *testing.T) {
	e := emulate(t)
	s := e.world.customers[0].subs[0]
	first := at(t, "2026-11-01T00:00:00Z")
	for i := range 2*activityPage + 5 {
		during := pharos.Interval{From: first.Add(time.Duration(i) * time.Minute)}
		s.denials = append(s.denials, &denial{id: fmt.Sprint(i), name: "d", scope: pharos.SubscriptionScope(s.id), during: during})
	}
	got, _ := logged(t, e, prod(e)+logPath+since("2026-11-01T00:00:00Z"), token(t, e, "fabrikam", "reader"))
	if len(got) != 2*activityPage+5 {
		t.Errorf("got %d events over all pages", len(got))
	}
}

func TestSchedules(t *testing.T) {
	e := emulate(t)
	raw := token(t, e, "fabrikam", "reader")
	const v = "?api-version=2020-10-01"
	eligible := do(t, e, "GET", prod(e)+"/providers/Microsoft.Authorization/roleEligibilityScheduleInstances"+v, raw, "")
	if len(eligible.values()) != 1 {
		t.Fatalf("eligible: %s", eligible.text)
	}
	active := do(t, e, "GET", prod(e)+"/providers/Microsoft.Authorization/roleAssignmentScheduleInstances"+v, raw, "")
	ends := 0
	for _, x := range active.values() {
		p := x.(map[string]any)["properties"].(map[string]any)
		if p["endDateTime"] != nil {
			ends++
			if p["endDateTime"] != "2027-01-01T00:00:00.0000000Z" || p["assignmentType"] != "Assigned" {
				t.Errorf("got %v", p)
			}
		}
	}
	if ends != 1 || len(active.values()) < 4 {
		t.Errorf("%d of %d assignments have an end, want alice's alone", ends, len(active.values()))
	}
	guest := principalOf(t, e, "fabrikam", "alice")
	mine := do(t, e, "GET", prod(e)+"/providers/Microsoft.Authorization/roleAssignments?api-version=2022-04-01&$filter=assignedTo('"+string(guest.id)+"')", raw, "")
	if len(mine.values()) != 2 { // her own, and the group's
		t.Errorf("assigned to alice: %s", mine.text)
	}
}

// entries are the events of a log as status, operation and what they are about.
func entries(events []map[string]any) []string {
	var out []string
	for _, ev := range events {
		word := func(name string) string { return ev[name].(map[string]any)["value"].(string) }
		id := ev["resourceId"].(string)
		out = append(out, word("status")+" "+word("subStatus")+" "+word("operationName")+" "+id[strings.LastIndex(id, "/")+1:])
	}
	return out
}

// TestActivityLog_OfCalls: what clients do is in the log, with who did it, and
// what a call made shares its correlation id.
func TestActivityLog_OfCalls(t *testing.T) {
	e := emulate(t)
	staff, boss := principalOf(t, e, "fabrikam", "staff"), principalOf(t, e, "fabrikam", "local-admin")
	if err := e.SetTime(at(t, "2026-11-07T09:00:00Z")); err != nil {
		t.Fatal(err)
	}
	admin, reader := token(t, e, "fabrikam", "local-admin"), token(t, e, "fabrikam", "reader")
	const roles, v = "/providers/Microsoft.Authorization/roleAssignments/", "?api-version=2022-04-01"
	role := `{"properties":{"roleDefinitionId":"` + string(pharos.Reader) + `","principalId":"` + string(staff.id) + `"}}`
	const one, two = "0d8a6c3e-5f0b-4c7e-9b8a-0000000000a1", "0d8a6c3e-5f0b-4c7e-9b8a-0000000000a2"
	template := `{"location":"westeurope","properties":{"mode":"Incremental","template":{"$schema":"https://schema.management.azure.com/schemas/2018-05-01/subscriptionDeploymentTemplate.json#",
		"contentVersion":"1.0.0.0","resources":[{"type":"Microsoft.Authorization/roleAssignments","apiVersion":"2022-04-01","name":"` + two + `",
		"properties":{"roleDefinitionId":"[subscriptionResourceId('Microsoft.Authorization/roleDefinitions', 'b24988ac-6180-42a0-ab88-20f7382dd24c')]","principalId":"` + string(staff.id) + `"}}]}}}`
	for _, c := range []struct {
		raw, method, path, body string
		status                  int
	}{
		{admin, "PUT", prod(e) + roles + one + v, role, 201},
		{reader, "PUT", prod(e) + roles + "0d8a6c3e-5f0b-4c7e-9b8a-0000000000a3" + v, role, 403},
		{admin, "DELETE", prod(e) + roles + one + v, "", 200},
		{admin, "PUT", prod(e) + "/providers/microsoft.resources/DEPLOYMENTS/give?api-version=2021-04-01", template, 201},
		{admin, "PUT", prod(e) + tickets + "/help" + supportV, ticketBody(t, nil), 202},
	} {
		if got := do(t, e, c.method, c.path, c.raw, c.body); got.status != c.status {
			t.Fatalf("%s %s: %d %s", c.method, c.path, got.status, got.text)
		}
	}
	_, events := logged(t, e, prod(e)+logPath+since("2026-11-07T00:00:00Z"), reader)
	got := strings.Join(entries(events), "\n")
	for _, want := range []string{
		"Succeeded Created Microsoft.Authorization/roleAssignments/write " + one, "Succeeded OK Microsoft.Authorization/roleAssignments/delete " + one,
		"Failed Forbidden Microsoft.Authorization/roleAssignments/write 0d8a6c3e-5f0b-4c7e-9b8a-0000000000a3",
		"Succeeded Created Microsoft.Resources/deployments/write give", "Succeeded Created Microsoft.Authorization/roleAssignments/write " + two,
		"Succeeded Accepted Microsoft.Support/supportTickets/write help",
	} {
		if strings.Count(got, want) != 1 {
			t.Errorf("the log has not once %s:\n%s", want, got)
		}
	}
	if !strings.HasPrefix(got, "Succeeded Accepted Microsoft.Support/") || strings.Index(got, "delete "+one) > strings.Index(got, "write "+one) {
		t.Errorf("what was done last does not stand first:\n%s", got)
	}
	if len(events) != 6 {
		t.Errorf("the log has %d entries:\n%s", len(events), got)
	}
	correlation := map[string]string{}
	for i, ev := range events {
		claims := ev["claims"].(map[string]any)
		if who := claims["http://schemas.microsoft.com/identity/claims/objectidentifier"]; who != ev["caller"] || (who == string(boss.id)) == strings.HasPrefix(entries(events)[i], "Failed") {
			t.Errorf("%s by %v with claims %v", entries(events)[i], ev["caller"], claims)
		}
		correlation[entries(events)[i]] = ev["correlationId"].(string)
		if strings.HasPrefix(entries(events)[i], "Failed") && (ev["level"] != "Error" || !strings.Contains(ev["properties"].(map[string]any)["statusMessage"].(string), "AuthorizationFailed")) {
			t.Errorf("the refusal: %v", ev)
		}
	}
	give := correlation["Succeeded Created Microsoft.Resources/deployments/write give"]
	if give == "" || give != correlation["Succeeded Created Microsoft.Authorization/roleAssignments/write "+two] {
		t.Errorf("the deployment and what it made: %v", correlation)
	}
	if _, of := logged(t, e, prod(e)+logPath+since("2026-11-07T00:00:00Z")+"+and+correlationId+eq+'"+give+"'", reader); len(of) != 2 {
		t.Errorf("by correlation id: %v", entries(of))
	}
}

func TestActivityLog_FilterOfCalls(t *testing.T) {
	e := emulate(t)
	reader, robot := token(t, e, "fabrikam", "reader"), token(t, e, "contoso-msp", "provider-automation")
	if got := do(t, e, "PUT", prod(e)+tickets+"/help"+supportV, robot, ticketBody(t, nil)); got.status != 202 {
		t.Fatal(got.text)
	}
	if got := do(t, e, "PUT", tickets+"/ours"+supportV, robot, ticketBody(t, nil)); got.status != 202 {
		t.Fatal(got.text)
	}
	today := since("2026-11-06T12:00:00Z")
	for filter, want := range map[string]int{
		today: 1, today + "+and+resourceUri+eq+'" + prod(e) + tickets + "/help'": 1, today + "+and+resourceId+eq+'/x'": 0, today + "+and+status+eq+'Failed'": 0,
		today + "+and+resourceProvider+eq+'microsoft.support'": 1, today + "+and+eventChannels+eq+'Admin,+Operation'": 1, today + "+and+eventChannels+eq+'Admin'": 0,
		today + "+and+levels+eq+'Critical,Informational'": 1, today + "+and+caller+eq+'" + string(principalOf(t, e, "contoso-msp", "provider-automation").id) + "'": 1,
		today + "+and+operations+eq+'Microsoft.Support/supportTickets/write'": 1,
	} {
		if got, _ := logged(t, e, prod(e)+logPath+filter, reader); len(got) != want {
			t.Errorf("%s: got %v, want %d", filter, got, want)
		}
	}
	for _, filter := range []string{
		"", "resourceProvider+eq+'x'", today + "+and+eventTimestamp+gt+'2026-11-06T13:00:00Z'", today + "+and+caller+ge+'a'", today + "+or+status+eq+'x'", today + "+and+colour+eq+'x'",
		today + "+and+resourceProvider+eq+'x'+and+resourceGroupName+eq+'y'", today + "+and+eventTimestamp+le+'2026-11-01'", today + "+and+atScope()", "eventTimestamp+eq+'2026-11-01'", today + "&$select=colour", today + "&$skiptoken=x",
	} {
		got := do(t, e, "GET", prod(e)+logPath+filter, reader, "")
		if got.status != 400 || got.body["code"] != "BadRequest" || got.body["message"] == "" {
			t.Errorf("%s: %d %s", filter, got.status, got.text)
		}
	}
	got := do(t, e, "GET", prod(e)+logPath+today+"&$select=eventTimestamp,+operationName", reader, "")
	if fmt.Sprint(len(got.values()[0].(map[string]any))) != "2" {
		t.Errorf("$select: %s", got.text)
	}
	if _, events := logged(t, e, logPath+today, robot); len(events) != 1 || !strings.Contains(entries(events)[0], "Microsoft.Support/supportTickets/write ours") {
		t.Errorf("the tenant's log: %v", entries(events))
	}
	if got := do(t, e, "GET", "/providers/microsoft.insights/eventcategories?api-version=2015-04-01", reader, ""); len(got.values()) != 8 {
		t.Errorf("categories: %s", got.text)
	}
}
