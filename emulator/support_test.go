package emulator

import (
	"encoding/json"
	"fmt"
	"maps"
	"strings"
	"testing"
	"time"
)

const (
	supportV = "?api-version=2024-04-01"
	tickets  = "/providers/Microsoft.Support/supportTickets"
)

// ticketBody is a ticket that can be opened, with changes to its properties;
// nil takes one away.
func ticketBody(t testing.TB, change map[string]any) string {
	t.Helper()
	p := map[string]any{
		"serviceId": supportProvider + "services/" + billingService, "title": "Credit is missing", "description": "No credit since the 5th.", "severity": "minimal",
		"problemClassificationId": supportProvider + "services/" + billingService + "/problemClassifications/44114011-6a66-e902-c00f-e419b6b4509f",
		"contactDetails": map[string]any{
			"firstName": "Ada", "lastName": "Example", "preferredContactMethod": "email", "primaryEmailAddress": "ada@contosomsp.example",
			"preferredTimeZone": "W. Europe Standard Time", "country": "DEU", "preferredSupportLanguage": "en-US",
		},
		"advancedDiagnosticConsent": "no", "problemStartTime": "2026-11-05T00:00:00Z",
	}
	for k, v := range change {
		if contact, ok := strings.CutPrefix(k, "contact."); ok {
			d := maps.Clone(p["contactDetails"].(map[string]any))
			d[contact] = v
			p["contactDetails"] = d
			continue
		}
		p[k] = v
		if v == nil {
			delete(p, k)
		}
	}
	text, err := json.Marshal(map[string]any{"properties": p})
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// TestSupport_Ticket follows a ticket as public recordings of az do.
func TestSupport_Ticket(t *testing.T) {
	e := emulate(t)
	robot := token(t, e, "contoso-msp", "provider-automation")
	for _, prefix := range []string{prod(e), ""} {
		path := prefix + tickets + "/missing-credit"
		name := `{"name":"missing-credit","type":"Microsoft.Support/supportTickets"}`
		if got := do(t, e, "POST", prefix+supportProvider+"checkNameAvailability"+supportV, robot, name); got.text != `{"nameAvailable":true}` {
			t.Fatalf("name: %d %s", got.status, got.text)
		}
		put := do(t, e, "PUT", path+supportV, robot, ticketBody(t, nil))
		async := put.header.Get("Azure-Asyncoperation")
		if put.status != 202 || put.text != "" || !strings.HasPrefix(async, loopback+prefix+supportProvider+"operationsStatus/") ||
			!strings.HasPrefix(put.header.Get("Location"), loopback+prefix+supportProvider+"operationResults/") {
			t.Fatalf("put: %d %q %v", put.status, put.text, put.header)
		}
		got := do(t, e, "GET", path+supportV, robot, "")
		p := got.body["properties"].(map[string]any)
		number := p["supportTicketId"].(string)
		status := do(t, e, "GET", strings.TrimPrefix(async, loopback), robot, "")
		if status.body["status"] != "Succeeded" || !strings.Contains(status.text, `"properties":{"supportTicketCreationWarning":"","supportTicketId":"`+number+`"}`) {
			t.Errorf("operation: %s", status.text)
		}
		if result := do(t, e, "GET", strings.TrimPrefix(put.header.Get("Location"), loopback), robot, ""); result.text != got.text {
			t.Errorf("result: %s", result.text)
		}
		want := `{"id":"` + path + `","name":"missing-credit","properties":{"advancedDiagnosticConsent":"No","contactDetails":{"firstName":"Ada","lastName":"Example","preferredContactMethod":"Email",` +
			`"primaryEmailAddress":"ada@contosomsp.example","preferredTimeZone":"W. Europe Standard Time","country":"DEU","preferredSupportLanguage":"en-US"},"createdDate":"2026-11-06T12:00:00Z",` +
			`"description":"No credit since the 5th.","enrollmentId":"","fileWorkspaceName":"` + number + `","isTemporaryTicket":"No","modifiedDate":"2026-11-06T12:00:00Z",` +
			`"problemClassificationDisplayName":"Cost Management / I have access but cost is not loading for me","problemClassificationId":"/providers/Microsoft.Support/services/` + billingService +
			`/problemClassifications/44114011-6a66-e902-c00f-e419b6b4509f","problemStartTime":"2026-11-05T00:00:00Z","require24X7Response":false,"serviceDisplayName":"Billing",` +
			`"serviceId":"/providers/Microsoft.Support/services/` + billingService + `","serviceLevelAgreement":{"expirationTime":"2026-11-07T08:00:00Z","slaMinutes":480,"startTime":"2026-11-06T12:00:00Z"},` +
			`"severity":"Minimal","status":"Open","supportEngineer":{},"supportPlanDisplayName":"Basic support","supportPlanId":"` + basicPlan + `","supportPlanType":"Basic","supportTicketId":"` + number +
			`","title":"Credit is missing"},"type":"Microsoft.Support/supportTickets"}`
		if got.text != want {
			t.Errorf("got  %s\nwant %s", got.text, want)
		}
		if again := do(t, e, "PUT", path+supportV, robot, ticketBody(t, nil)); again.status != 409 {
			t.Errorf("the name again: %d %s", again.status, again.text)
		}
		if taken := do(t, e, "POST", prefix+supportProvider+"checkNameAvailability"+supportV, robot, name); taken.body["nameAvailable"] != false || taken.body["reason"] != "Name is already in use" {
			t.Errorf("the name is taken: %s", taken.text)
		}
	}
	old := do(t, e, "GET", prod(e)+tickets+"/missing-credit?api-version=2020-04-01", robot, "")
	if old.status != 200 || strings.Contains(old.text, "advancedDiagnosticConsent") || strings.Contains(old.text, "fileWorkspaceName") {
		t.Errorf("2020-04-01: %s", old.text)
	}
	if got := do(t, e, "GET", tickets+"?api-version=2020-04-01", robot, ""); got.status != 404 {
		t.Errorf("without a subscription in 2020-04-01: %d %s", got.status, got.text)
	}
}

func TestSupport_Refusals(t *testing.T) {
	e := emulate(t)
	robot := token(t, e, "contoso-msp", "provider-automation")
	linux := supportProvider + "services/cddd3eb5-1830-b494-44fd-782f691479dc"
	vm := map[string]any{"serviceId": linux, "problemClassificationId": linux + "/problemClassifications/ffe93180-2ece-07c9-0cd4-6ae7ccc19d7c"}
	with := func(more map[string]any) map[string]any { m := maps.Clone(vm); maps.Copy(m, more); return m }
	for _, c := range []struct {
		path   string
		change map[string]any
		code   string
	}{
		{prod(e), map[string]any{"title": nil}, "JsonDeserializationError"},
		{prod(e), map[string]any{"serviceId": nil}, "JsonDeserializationError"},
		{prod(e), map[string]any{"contactDetails": nil}, "JsonDeserializationError"},
		{prod(e), map[string]any{"advancedDiagnosticConsent": nil}, "JsonDeserializationError"},
		{prod(e), map[string]any{"contact.country": ""}, "JsonDeserializationError"},
		{prod(e), map[string]any{"contact.country": "DE"}, "InvalidContactDetails"},
		{prod(e), map[string]any{"contact.preferredContactMethod": "pigeon"}, "InvalidContactDetails"},
		{prod(e), map[string]any{"contact.preferredContactMethod": "phone"}, "InvalidContactDetails"},
		{prod(e), map[string]any{"contact.primaryEmailAddress": "ada"}, "InvalidContactDetails"},
		{prod(e), map[string]any{"severity": "terrible"}, "InvalidSeverity"},
		{prod(e), map[string]any{"advancedDiagnosticConsent": "maybe"}, "InvalidAdvancedDiagnosticConsent"},
		{prod(e), map[string]any{"serviceId": supportProvider + "services/0d8a6c3e-5f0b-4c7e-9b8a-000000000001"}, "InvalidServiceId"},
		{prod(e), map[string]any{"serviceId": billingService}, "InvalidServiceId"},
		{prod(e), map[string]any{"problemClassificationId": linux + "/problemClassifications/ffe93180-2ece-07c9-0cd4-6ae7ccc19d7c"}, "InvalidProblemClassificationId"},
		{prod(e), map[string]any{"quotaTicketDetails": map[string]any{}}, "JsonDeserializationError"},
		{prod(e), map[string]any{"technicalTicketDetails": map[string]any{"resourceId": "x"}}, "JsonDeserializationError"},
		{prod(e), with(map[string]any{"technicalTicketDetails": map[string]any{"resourceId": "/subscriptions/other/x"}}), "InvalidResourceId"},
		{"", vm, "InvalidServiceId"},
	} {
		got := do(t, e, "PUT", c.path+tickets+"/one"+supportV, robot, ticketBody(t, c.change))
		if got.status != 400 || got.errorCode() != "InvalidParameterValue" || !strings.Contains(got.text, `"details":[{"code":"`+c.code+`"`) {
			t.Errorf("%v: %d %s, want %s", c.change, got.status, got.text, c.code)
		}
	}
	for _, name := range []string{"12345", "tmp-x", "a%3Ab", strings.Repeat("x", 256)} {
		if got := do(t, e, "PUT", prod(e)+tickets+"/"+name+supportV, robot, ticketBody(t, nil)); got.errorCode() != "ResourceNameInvalid" {
			t.Errorf("%.20s: %d %s", name, got.status, got.text)
		}
	}
	check := do(t, e, "POST", supportProvider+"checkNameAvailability"+supportV, robot, `{"name":"12345","type":"Microsoft.Support/supportTickets"}`)
	want := `Name 12345 is invalid. The name cannot include: '<', '>', '%', '&', ':', '\', '?', '/' or any control characters. It cannot be all digits and cannot start with 'tmp-'. The max length is 255 characters.`
	if check.body["message"] != want || check.body["reason"] != "Invalid" {
		t.Errorf("got %s", check.text)
	}
	technical := do(t, e, "PUT", prod(e)+tickets+"/vm"+supportV, robot, ticketBody(t, with(map[string]any{"technicalTicketDetails": map[string]any{"resourceId": prod(e) + "/resourceGroups/rg-web/x"}})))
	if technical.status != 202 {
		t.Errorf("a technical ticket: %d %s", technical.status, technical.text)
	}
}

// TestSupport_Access: Support Request Contributor by delegation opens tickets
// in the customer's subscription; Reader does not.
func TestSupport_Access(t *testing.T) {
	e := emulate(t)
	robot, reader, admin := token(t, e, "contoso-msp", "provider-automation"), token(t, e, "fabrikam", "reader"), token(t, e, "fabrikam", "local-admin")
	put := func(raw, path string) answered {
		t.Helper()
		return do(t, e, "PUT", path+supportV, raw, ticketBody(t, nil))
	}
	for _, c := range []struct {
		who, path string
		status    int
	}{
		{robot, prod(e) + tickets + "/ours", 202}, {reader, prod(e) + tickets + "/theirs", 403}, {admin, prod(e) + tickets + "/theirs", 202},
		{robot, tickets + "/ours", 202}, {token(t, e, "contoso-msp", "backup-automation"), tickets + "/backup", 202}, {token(t, e, "tailspin", "watcher"), prod(e) + tickets + "/none", 401},
	} {
		if got := put(c.who, c.path); got.status != c.status {
			t.Errorf("%s: %d %s, want %d", c.path, got.status, got.text, c.status)
		}
	}
	for raw, want := range map[string]int{robot: 2, reader: 2, admin: 2} {
		if got := do(t, e, "GET", prod(e)+tickets+supportV, raw, ""); len(got.values()) != want {
			t.Errorf("of the subscription: %s", got.text)
		}
	}
	// The robot may read at its tenant's root; the backup sees its own, and another tenant's nobody.
	for raw, want := range map[string]int{robot: 2, token(t, e, "contoso-msp", "backup-automation"): 1, admin: 0} {
		if got := do(t, e, "GET", tickets+supportV, raw, ""); len(got.values()) != want {
			t.Errorf("of the tenant, want %d: %s", want, got.text)
		}
	}
	if rows := asked(t, e, admin, "supportresources | where type == 'microsoft.support/supporttickets' | project tostring(properties.status)"); len(rows) != 2 {
		t.Errorf("Resource Graph has %v", rows)
	}
	if got := do(t, e, "GET", tickets+"/ours"+supportV, admin, ""); got.status != 404 {
		t.Errorf("another tenant's ticket: %d", got.status)
	}
	if got := do(t, e, "PATCH", prod(e)+tickets+"/ours"+supportV, reader, `{"status":"closed"}`); got.status != 403 {
		t.Errorf("a reader closes a ticket: %d", got.status)
	}
}

func TestSupport_ListAndChange(t *testing.T) {
	e := emulate(t)
	robot := token(t, e, "contoso-msp", "provider-automation")
	start := e.Now()
	for i := range 5 {
		if err := e.SetTime(start.Add(time.Duration(i) * time.Minute)); err != nil {
			t.Fatal(err)
		}
		if got := do(t, e, "PUT", fmt.Sprintf("%s%s/t%d%s", prod(e), tickets, i, supportV), robot, ticketBody(t, nil)); got.status != 202 {
			t.Fatal(got.text)
		}
	}
	patch := do(t, e, "PATCH", prod(e)+tickets+"/t1"+supportV, robot, `{"severity":"CRITICAL","status":"closed","contactDetails":{"lastName":"Other"}}`)
	p := patch.body["properties"].(map[string]any)
	contact := p["contactDetails"].(map[string]any)
	if patch.status != 200 || p["severity"] != "Critical" || p["status"] != "Closed" || contact["lastName"] != "Other" || contact["firstName"] != "Ada" || p["modifiedDate"] == p["createdDate"] {
		t.Errorf("patch: %d %s", patch.status, patch.text)
	}
	for body, code := range map[string]string{`{"severity":"x"}`: "InvalidSeverity", `{"status":"x"}`: "InvalidStatus", `{"contactDetails":{"country":"X"}}`: "InvalidContactDetails", `{"advancedDiagnosticConsent":"x"}`: "InvalidAdvancedDiagnosticConsent"} {
		if got := do(t, e, "PATCH", prod(e)+tickets+"/t1"+supportV, robot, body); got.status != 400 || !strings.Contains(got.text, code) {
			t.Errorf("patch %s: %d %s", body, got.status, got.text)
		}
	}
	names := func(query string) string {
		t.Helper()
		var out []string
		for path := prod(e) + tickets + supportV + query; path != ""; {
			got := do(t, e, "GET", path, robot, "")
			if got.status != 200 {
				return got.errorCode()
			}
			for _, v := range got.values() {
				out = append(out, v.(map[string]any)["name"].(string))
			}
			next, _ := got.body["nextLink"].(string)
			if path = strings.TrimPrefix(next, loopback); path != "" {
				out = append(out, "|")
			}
		}
		return strings.Join(out, " ")
	}
	for query, want := range map[string]string{
		"":                                 "t4 t3 t2 t1 t0",
		"&$top=2":                          "t4 t3 | t2 t1 | t0",
		"&$top=0":                          "InvalidParameterValue",
		"&$top=x":                          "InvalidParameterValue",
		"&$skiptoken=x":                    "InvalidParameterValue",
		"&$filter=status+eq+'Open'&$top=3": "t4 t3 t2 | t0",
		"&$filter=CreatedDate+ge+2026-11-06T12:03:00Z":                                      "t4 t3",
		"&$filter=createddate+gt+2026-11-06T12:03:00Z+and+status+eq+'open'":                 "t4",
		"&$filter=serviceId+eq+'" + billingService + "'+and+status+eq+'closed'":             "t1",
		"&$filter=ProblemClassificationId+eq+'44114011-6a66-e902-c00f-e419b6b4509f'&$top=9": "t4 t3 t2 t1 t0",
		"&$filter=CreatedDate+le+2026-11-06T12:03:00Z":                                      "InvalidParameterValue",
		"&$filter=status+ge+'open'":                                                         "InvalidParameterValue",
		"&$filter=severity+eq+'minimal'":                                                    "InvalidParameterValue",
	} {
		if got := names(query); got != want {
			t.Errorf("%s: got %s, want %s", query, got, want)
		}
	}
}

func TestSupport_Communications(t *testing.T) {
	e := emulate(t)
	robot := token(t, e, "contoso-msp", "provider-automation")
	one := prod(e) + tickets + "/one"
	if got := do(t, e, "PUT", one+supportV, robot, ticketBody(t, nil)); got.status != 202 {
		t.Fatal(got.text)
	}
	const text = `{"properties":{"subject":"More","body":"See <line> 4","sender":"ada@contosomsp.example"}}`
	if got := do(t, e, "POST", one+"/checkNameAvailability"+supportV, robot, `{"name":"first","type":"Microsoft.Support/communications"}`); got.text != `{"nameAvailable":true}` {
		t.Errorf("name: %s", got.text)
	}
	put := do(t, e, "PUT", one+"/communications/first"+supportV, robot, text)
	got := do(t, e, "GET", one+"/communications/first"+supportV, robot, "")
	p, _ := got.body["properties"].(map[string]any)
	if put.status != 202 || p["body"] != "<pre>See &lt;line&gt; 4</pre>" || p["communicationDirection"] != "Outbound" || !strings.HasPrefix(p["subject"].(string), "More - TrackingID#") {
		t.Errorf("put %d, get %s", put.status, got.text)
	}
	if result := do(t, e, "GET", strings.TrimPrefix(put.header.Get("Location"), loopback), robot, ""); result.text != got.text {
		t.Errorf("result: %s", result.text)
	}
	byID := do(t, e, "GET", one+"/communications/"+got.body["name"].(string)+supportV, robot, "")
	all := do(t, e, "GET", one+"/communications"+supportV+"&$filter=communicationType+eq+'web'+and+createdDate+ge+2026-11-06", robot, "")
	if byID.text != got.text || len(all.values()) != 1 {
		t.Errorf("by its id %s, listed %s", byID.text, all.text)
	}
	for path, body := range map[string]string{
		"/communications/0d8a6c3e-5f0b-4c7e-9b8a-000000000001": text, "/communications/first": text, "/communications/second": `{"properties":{"subject":"x"}}`,
		"/communications/third": `{"properties":{"subject":"x","body":"y"}}`,
	} {
		if got := do(t, e, "PUT", one+path+supportV, robot, body); got.status != 400 && got.status != 409 {
			t.Errorf("%s: %d %s", path, got.status, got.text)
		}
	}
	if got := do(t, e, "PATCH", one+supportV, robot, `{"status":"Closed"}`); got.status != 200 {
		t.Fatal(got.text)
	}
	if got := do(t, e, "PUT", one+"/communications/late"+supportV, robot, text); got.status != 400 {
		t.Errorf("to a closed ticket: %d", got.status)
	}
}

func TestSupport_Services(t *testing.T) {
	e := emulate(t)
	raw := token(t, e, "tailspin", "watcher") // everybody may read the catalogue
	all := do(t, e, "GET", supportProvider+"services"+supportV, raw, "")
	if len(all.values()) < 5 {
		t.Fatalf("services: %s", all.text)
	}
	for _, v := range all.values() {
		id := v.(map[string]any)["id"].(string)
		one := do(t, e, "GET", id+"?api-version=2020-04-01", raw, "")
		problems := do(t, e, "GET", id+"/problemClassifications"+supportV, raw, "")
		if one.body["id"] != id || len(problems.values()) == 0 {
			t.Fatalf("%s: %s %s", id, one.text, problems.text)
		}
		p := problems.values()[0].(map[string]any)["id"].(string)
		if got := do(t, e, "GET", p+supportV, raw, ""); got.body["id"] != p {
			t.Errorf("%s: %s", p, got.text)
		}
	}
	for _, path := range []string{"services/x", "services/x/problemClassifications", "services/" + billingService + "/problemClassifications/x"} {
		if got := do(t, e, "GET", supportProvider+path+supportV, raw, ""); got.status != 404 || got.errorCode() != "ResourceNotFound" {
			t.Errorf("%s: %d %s", path, got.status, got.text)
		}
	}
	if got := do(t, e, "GET", supportProvider+"operations"+supportV, raw, ""); len(got.values()) == 0 {
		t.Error("no operations")
	}
}
