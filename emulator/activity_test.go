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
