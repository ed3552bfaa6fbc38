package emulator

import (
	"fmt"
	"net/url"
	"strings"
	"testing"
)

// staff is a directory with people who come and go.
const staff = `version: 1
name: staff
clock: {start: 2026-10-01T00:00:00Z, now: 2026-10-20T12:00:00Z}
partner:
  tenant: {name: msp, domain: msp.example}
  partnerId: "4987654"
  adminAgents: agents
  principals:
    - {name: robot, kind: servicePrincipal, secret: s3cret}
    - {name: mute, kind: servicePrincipal, secret: s3cret, graph: false}
    - {name: alice, kind: user, upn: alice_a@msp.example}
    - {name: bob, kind: user, disabledFrom: 2026-10-15T10:00:00Z}
    - {name: agents, kind: group, members: [{principal: alice, from: 2026-10-02T08:00:00Z}, {principal: bob, to: 2026-10-09T09:30:00Z}, {principal: night}]}
    - {name: night, kind: group, members: [{principal: robot}, {principal: bob}, {principal: agents}]}
customers:
  - {name: fabrikam, domain: fabrikam.example, guests: [{principal: alice}], principals: [{name: eye, kind: servicePrincipal, secret: e}]}
`

func TestGraph_Directory(t *testing.T) {
	d := deskFor(t, staff, "msp", "robot", graph)
	filter := func(s string) string { return "?$filter=" + url.QueryEscape(s) }
	agents := d.get("/v1.0/groups"+filter("displayName eq 'AdminAgents'"), 200)["value"].([]any)[0].(map[string]any)
	group := "/v1.0/groups/" + agents["id"].(string)
	for _, c := range []struct{ path, property, want string }{
		{"/v1.0/organization", "displayName", "msp"},
		{"/v1.0/users", "displayName", "alice bob"},
		{"/v1.0/users" + filter("accountEnabled eq true"), "displayName", "alice"},
		{"/v1.0/users" + filter("startswith(displayName,'BO') or userPrincipalName eq 'alice_a@msp.example'"), "displayName", "alice bob"},
		{"/v1.0/groups" + filter("displayName in ('AdminAgents','HelpdeskAgents')"), "displayName", "AdminAgents HelpdeskAgents"},
		{"/v1.0/servicePrincipals" + filter("servicePrincipalNames/any(c:c eq '"+objectID("application", "msp", "robot")+"')"), "displayName", "robot"},
		{"/v1.0/servicePrincipals" + filter("appId eq '"+objectID("application", "msp", "mute")+"'"), "displayName", "mute"},
		{"/v1.0/applications" + filter("startswith(displayName,'ro')"), "displayName", "robot"},
		{group + "/members", "displayName", "alice night"},
		{group + "/transitiveMembers", "displayName", "alice night robot bob AdminAgents"},
		{group + "/transitiveMembers?$select=id", "@odata.type", "#microsoft.graph.user #microsoft.graph.group #microsoft.graph.servicePrincipal #microsoft.graph.user #microsoft.graph.group"},
	} {
		if got := names(d.get(c.path, 200)["value"], c.property); got != c.want {
			t.Errorf("%s: %q, want %q", c.path, got, c.want)
		}
	}
	robot := d.get("/v1.0/servicePrincipals(appId='"+objectID("application", "msp", "robot")+"')", 200)
	if robot["id"] != objectID("servicePrincipal", "msp", "robot") {
		t.Errorf("by appId: %v", robot["id"])
	}
	byID := d.post("/v1.0/directoryObjects/getByIds", `{"ids":["`+objectID("user", "msp", "bob")+`","`+objectID("user", "msp", "nobody")+`"]}`, 200)
	if got := names(byID["value"], "displayName"); got != "bob" {
		t.Errorf("getByIds: %q", got)
	}
}

// A guest is an object of its own in the customer's tenant.
func TestGraph_Guest(t *testing.T) {
	d := deskFor(t, staff, "fabrikam", "eye", graph)
	u := d.get("/v1.0/users", 200)["value"].([]any)[0].(map[string]any)
	if u["userPrincipalName"] != "alice_a_msp.example#EXT#@fabrikam.example" || u["mail"] != "alice_a@msp.example" || u["userType"] != "Guest" {
		t.Errorf("guest: %v", u)
	}
	if u["id"] != objectID("user", "fabrikam", "alice") {
		t.Errorf("guest's id: %v", u["id"])
	}
}

func TestGraph_Paging(t *testing.T) {
	var b strings.Builder
	b.WriteString(staff)
	var people []string
	for i := range 25 {
		people = append(people, fmt.Sprintf("{name: p%02d, kind: user}", i))
	}
	text := strings.Replace(staff, "    - {name: bob,", "    - "+strings.Join(people, "\n    - ")+"\n    - {name: bob,", 1)
	d := deskFor(t, text, "msp", "robot", graph)
	seen, pages := map[string]bool{}, 0
	for next := "/v1.0/users?$top=10&$select=displayName"; next != ""; pages++ {
		body := d.get(next, 200)
		for _, n := range strings.Fields(names(body["value"], "displayName")) {
			if seen[n] {
				t.Errorf("%s stands on two pages", n)
			}
			seen[n] = true
		}
		next, _ = body["@odata.nextLink"].(string)
	}
	if len(seen) != 27 || pages != 3 {
		t.Errorf("%d people on %d pages, want 27 on 3", len(seen), pages)
	}
}

func TestGraph_Refusals(t *testing.T) {
	d := deskFor(t, staff, "msp", "robot", graph)
	for _, c := range []struct {
		path   string
		status int
		code   string
	}{
		{"/v1.0/users/" + objectID("user", "msp", "nobody"), 404, "Request_ResourceNotFound"},
		{"/v1.0/groups/" + objectID("user", "msp", "alice"), 404, "Request_ResourceNotFound"},
		{"/v1.0/users?$top=0", 400, "Request_UnsupportedQuery"},
		{"/v1.0/users?$search=x", 400, "Request_UnsupportedQuery"},
		{"/v1.0/users?$filter=displayName+eq", 400, "Request_BadRequest"},
		{"/v1.0/me", 400, "BadRequest"},
		{"/v1.0/drives", 501, "NotImplemented"},
		{"/v1.0/users/x/messages", 501, "NotImplemented"},
	} {
		if got := errorCode(d.get(c.path, c.status)); got != c.code {
			t.Errorf("%s: %s, want %s", c.path, got, c.code)
		}
	}
	for _, who := range []struct{ tenant, name string }{{"msp", "mute"}, {"fabrikam", "alice"}} {
		d.signIn(who.tenant, who.name, graph)
		if got := errorCode(d.get("/v1.0/users", 403)); got != "Authorization_RequestDenied" {
			t.Errorf("%s: %s", who.name, got)
		}
	}
	if me := d.get("/v1.0/me", 200); me["displayName"] != "alice" {
		t.Errorf("me: %v", me)
	}
	d.signIn("msp", "alice", graph)
	d.get("/v1.0/auditLogs/directoryAudits", 403)
	d.token = ""
	d.get("/v1.0/users", 401)
}

// The audit log dates what changed within its retention, newest first.
func TestGraph_Audit(t *testing.T) {
	d := deskFor(t, staff, "msp", "robot", graph)
	path := "/v1.0/auditLogs/directoryAudits"
	body := d.get(path, 200)
	if got := names(body["value"], "activityDateTime"); got != "2026-10-15T10:00:00Z 2026-10-09T09:30:00Z 2026-10-02T08:00:00Z" {
		t.Errorf("entries at %q", got)
	}
	if got := names(body["value"], "activityDisplayName"); got != "Disable account Remove member from group Add member to group" {
		t.Errorf("entries: %q", got)
	}
	removed := body["value"].([]any)[1].(map[string]any)["targetResources"].([]any)
	member, group := removed[0].(map[string]any), removed[1].(map[string]any)
	property := member["modifiedProperties"].([]any)[0].(map[string]any)
	if member["id"] != objectID("user", "msp", "bob") || group["id"] != objectID("group", "msp", "agents") ||
		property["displayName"] != "Group.ObjectID" || property["oldValue"] != `"`+group["id"].(string)+`"` || property["newValue"] != nil {
		t.Errorf("targets: %v", removed)
	}
	for _, c := range []struct{ filter, want string }{
		{"activityDateTime ge 2026-10-09T00:00:00Z and activityDisplayName eq 'Add member to group'", ""},
		{"activityDateTime ge 2026-10-01T00:00:00Z and (activityDisplayName eq 'Add member to group' or activityDisplayName eq 'Disable account')", "Disable account Add member to group"},
		{"targetResources/any(t:t/id eq '" + objectID("group", "msp", "agents") + "')", "Remove member from group Add member to group"},
		{"activityDateTime lt 2026-10-03T00:00:00.5Z", "Add member to group"},
	} {
		if got := names(d.get(path+"?$filter="+url.QueryEscape(c.filter), 200)["value"], "activityDisplayName"); got != c.want {
			t.Errorf("%s: %q, want %q", c.filter, got, c.want)
		}
	}
	if err := d.e.SetTime(at(t, "2026-11-10T00:00:00Z")); err != nil {
		t.Fatal(err)
	}
	d.signIn("msp", "robot", graph)
	if got := names(d.get(path, 200)["value"], "activityDisplayName"); got != "Disable account" {
		t.Errorf("after 30 days: %q", got)
	}
}

func FuzzODataFilter(f *testing.F) {
	for _, seed := range []string{
		"displayName eq 'it''s'", "startswith(displayName,'x') and not (a eq 1 or b ne null)", "x/any(c:c eq 'v')",
		"x/any(t:t/id eq 'v')", "a in ('b','c')", "((((((", "a eq", "'", "not not a eq 'b'",
	} {
		f.Add(seed)
	}
	o := graphObject{"displayName": "it's", "a": "b", "x": []any{"v", graphObject{"id": "v"}}}
	f.Fuzz(func(t *testing.T, s string) {
		filter, err := parseODataFilter(s)
		if err == nil {
			filter(o) // must not panic
		} else if asAPIError(err).status != 400 {
			t.Errorf("%q: %v", s, err)
		}
	})
}
