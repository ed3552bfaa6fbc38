package azure_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/pharos-pec/pharos"
	"github.com/pharos-pec/pharos/observe"
)

// event is an Activity log entry as Azure writes it.
func event(id, operation, status, resource, at string, properties map[string]string) string {
	b, _ := json.Marshal(map[string]any{ // plain values
		"eventDataId": id, "eventTimestamp": at, "resourceId": resource, "caller": "somebody",
		"operationName": map[string]string{"value": operation}, "status": map[string]string{"value": status},
		"eventName": map[string]string{"value": "EndRequest"}, "properties": properties,
	})
	return string(b)
}

func TestAccessLog_Grants(t *testing.T) {
	f := newFake(t)
	root := "/subscriptions/" + sub
	id := root + "/providers/Microsoft.Authorization/roleAssignments/A1"
	body := map[string]string{"responseBody": `{"id":"x","properties":{"scope":"` + root + `","roleDefinitionId":"/x/` + contributor +
		`","principalId":"` + object + `","principalType":"User","createdOn":"2026-10-09T10:00:00Z"}}`}
	request := map[string]string{"requestbody": `{"Id":"y","Properties":{"Scope":"` + root + `","RoleDefinitionId":"/x/` + contributor +
		`","PrincipalId":"` + object + `","PrincipalType":"User"}}`}
	old := map[string]string{"responseBody": strings.ReplaceAll(body["responseBody"], "2026-10-09", "2020-10-09")}
	write, remove := "Microsoft.Authorization/roleAssignments/write", "Microsoft.Authorization/roleAssignments/delete"
	f.answer("GET "+root+"/providers/Microsoft.Insights/eventtypes/management/values", `{"value":[`+strings.Join([]string{
		event("e1", write, "Started", id, "2026-10-09T10:00:00Z", request),
		event("e2", write, "Succeeded", id, "2026-10-09T10:00:02Z", body),
		event("e3", write, "Succeeded", id, "2026-10-10T10:00:00Z", old), // an update of an older one
		event("e4", remove, "Succeeded", id, "2026-10-11T10:00:00Z", nil),
		event("e5", remove, "Failed", id, "2026-10-12T10:00:00Z", nil),
		event("e6", strings.ToUpper(write), "Succeeded", id, "2026-10-13T10:00:00Z", request),
		`{"eventTimestamp":"2026-10-13T10:00:00Z","operationName":{"value":"Microsoft.Compute/x"},"properties":"odd"}`,
	}, ",")+`]}`)
	got, err := f.session().AccessLog(t.Context(), visible(false), time.Time{})
	if err != nil {
		t.Fatal(err)
	}
	low := strings.ToLower(id)
	grant := direct(low, pharos.SubscriptionScope(sub), pharos.Permanent, contributor)
	day := func(d, s int) time.Time { return time.Date(2026, 10, d, 10, 0, s, 0, time.UTC) }
	want := observe.Log[pharos.Grant]{From: cloudTime().Add(-90*24*time.Hour + time.Hour), Changes: []observe.Change[pharos.Grant]{
		{At: day(9, 0), Began: true, Value: grant, Evidence: "e2"},
		{At: day(11, 0), Value: pharos.Grant{ID: low, Scope: pharos.SubscriptionScope(sub)}, Evidence: "e4"},
		{At: day(13, 0), Began: true, Value: grant, Evidence: "e6"},
	}}
	if diff := cmp.Diff(want, got.Grants); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	calls := f.calls("eventtypes")
	filter := "$filter=eventTimestamp ge '" + want.From.Format(time.RFC3339) + "'"
	if len(calls) != 1 || !strings.Contains(calls[0], filter) || !strings.Contains(calls[0], "2015-04-01") {
		t.Errorf("got calls %v, want %s", calls, filter)
	}
}

func TestAccessLog_Denials(t *testing.T) {
	f := newFake(t)
	root := "/subscriptions/" + sub
	id := root + "/resourceGroups/RG/providers/Microsoft.Authorization/denyAssignments/D1"
	write, remove := "Microsoft.Authorization/denyAssignments/write", "Microsoft.Authorization/denyAssignments/delete"
	f.answer("GET "+root+"/providers/Microsoft.Insights/eventtypes/management/values", `{"value":[`+strings.Join([]string{
		event("e1", write, "Succeeded", id, "2026-10-09T10:00:02Z", map[string]string{"responseBody": `{"properties":{"createdOn":"2026-10-09T10:00:00Z"}}`}),
		event("e2", remove, "Succeeded", id, "2026-10-11T10:00:00Z", nil),
		event("e3", remove, "Succeeded", root+"/odd", "2026-10-12T10:00:00Z", nil),
		event("e4", "Microsoft.Authorization/roleAssignments/write", "Succeeded", id, "2026-10-13T10:00:00Z", nil),
	}, ",")+`]}`)
	got, err := f.session().AccessLog(t.Context(), visible(false), october(1, 0))
	denial := pharos.Denial{ID: strings.ToLower(id), Scope: pharos.ResourceGroupScope(sub, "rg")}
	want := observe.Log[pharos.Denial]{From: october(1, 0), Changes: []observe.Change[pharos.Denial]{
		{At: october(9, 10), Began: true, Value: denial, Evidence: "e1"}, {At: october(11, 10), Value: denial, Evidence: "e2"},
	}}
	if diff := cmp.Diff(want, got.Denials); err != nil || diff != "" {
		t.Errorf("%v (-want +got)\n%s", err, diff)
	}
}

func TestDelegationLog(t *testing.T) {
	f := newFake(t)
	id := "/subscriptions/" + sub + "/providers/Microsoft.ManagedServices/registrationAssignments/R1"
	row := func(n int, verb, description string) string {
		b, _ := json.Marshal(description) // a string
		return fmt.Sprintf(`{"eventDataId":"e%d","eventTimestamp":"2026-10-0%dT00:00:00Z","operationName":{"value":"Microsoft.Resources/tenants/%s/action"},`+
			`"eventName":{"value":"EndRequest"},"status":{"value":"Succeeded"},"description":%s}`, n, n, verb, b)
	}
	f.answer("GET /providers/Microsoft.Insights/eventtypes/management/values", `{"value":[`+strings.Join([]string{
		row(1, "register", `{"delegationResourceId":"`+id+`","subscriptionTenantId":"`+customer+`","subscriptionId":"`+sub+`"}`),
		row(2, "unregister", `{"delegationResourceId":"/subscriptions/`+sub+`/resourceGroups/RG"}`),
		row(3, "register", "Registered the tenant"),
	}, ",")+`]}`)
	from := time.Date(2026, 9, 30, 0, 0, 0, 5, time.UTC)
	got, err := f.session().DelegationLog(t.Context(), from)
	if err != nil {
		t.Fatal(err)
	}
	want := observe.Log[pharos.Grant]{From: from.Truncate(time.Second), Changes: []observe.Change[pharos.Grant]{
		{
			At: time.Date(2026, 10, 1, 0, 0, 0, 0, time.UTC), Began: true, Evidence: "e1",
			Value: pharos.Grant{Path: pharos.Lighthouse, ID: strings.ToLower(id), Scope: pharos.SubscriptionScope(sub)},
		},
		{
			At: time.Date(2026, 10, 2, 0, 0, 0, 0, time.UTC), Evidence: "e2",
			Value: pharos.Grant{Path: pharos.Lighthouse, Scope: pharos.ResourceGroupScope(sub, "rg")},
		},
	}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	f2 := newFake(t)
	f2.refuse("GET /providers/Microsoft.Insights/eventtypes/management/values", 403, "AuthorizationFailed", "no")
	_, err = f2.session().DelegationLog(t.Context(), from)
	wantError(t, err, pharos.Forbidden, "Monitoring Reader at the root scope")
}

func TestMemberLog(t *testing.T) {
	f := newFake(t)
	member := func(verb, at, result, targets string) string {
		return `{"id":"` + at + `","activityDateTime":"` + at + `","activityDisplayName":"` + verb + ` group","result":"` + result + `","targetResources":` + targets + `}`
	}
	pair := `[{"id":"` + object + `","type":"User","modifiedProperties":[]},{"id":"` + group + `","type":"Group"}]`
	single := `[{"id":"` + object + `","type":"User","modifiedProperties":[{"displayName":"Group.ObjectID","oldValue":"\"` + group + `\"","newValue":null}]}]`
	nested := `[{"id":"` + client + `","type":"Group"},{"id":"` + group + `","type":"Group"}]`
	elsewhere := `[{"id":"` + group + `","type":"Other"},{"id":"` + client + `","type":"Group"}]`
	f.mux.HandleFunc("GET /v1.0/auditLogs/directoryAudits", func(w http.ResponseWriter, r *http.Request) {
		if got := r.URL.Query().Get("$filter"); !strings.Contains(got, "activityDateTime ge 2026-10-07T13:00:00Z") || !strings.Contains(got, group) {
			t.Errorf("got filter %q", got)
		}
		_, _ = w.Write([]byte(`{"value":[` + strings.Join([]string{
			member("Add member to", "2026-11-05T01:00:00Z", "success", pair),
			member("Remove member from", "2026-11-05T02:00:00Z", "success", single),
			member("Add member to", "2026-10-20T03:00:00Z", "success", nested),
			member("Add member to", "2026-11-05T04:00:00Z", "failure", pair),
			member("Add owner to", "2026-11-05T05:00:00Z", "success", pair),
			member("Add member to", "2026-11-05T06:00:00Z", "success", elsewhere),
		}, ",") + `]}`))
	})
	status := "Deleted"
	f.mux.HandleFunc("GET /v1.0/organization", func(w http.ResponseWriter, _ *http.Request) {
		_, _ = fmt.Fprintf(w, `{"value":[{"assignedPlans":[{"servicePlanId":"41781FB2-bc02-4b7c-bd55-b576c07bb09d","capabilityStatus":"%s"}]}]}`, status)
	})
	got, err := f.session().MemberLog(t.Context(), group, time.Time{})
	if err != nil {
		t.Fatal(err)
	}
	at := func(month time.Month, d, h int) time.Time { return time.Date(2026, month, d, h, 0, 0, 0, time.UTC) }
	want := observe.Log[pharos.PrincipalID]{From: at(10, 20, 3), Changes: []observe.Change[pharos.PrincipalID]{
		{At: at(11, 5, 1), Began: true, Value: object, Evidence: "2026-11-05T01:00:00Z"},
		{At: at(11, 5, 2), Value: object, Evidence: "2026-11-05T02:00:00Z"},
		{At: at(10, 20, 3), Began: true, Value: client, Evidence: "2026-10-20T03:00:00Z"},
	}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	status = "Enabled"
	got, err = f.session().MemberLog(t.Context(), group, time.Time{})
	if kept := time.Date(2026, 10, 7, 13, 0, 0, 0, time.UTC); err != nil || !got.From.Equal(kept) {
		t.Errorf("with a premium licence: got %v, %v, want %v", got.From, err, kept)
	}
}
