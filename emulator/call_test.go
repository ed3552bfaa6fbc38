package emulator

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/pharos-pec/pharos"
)

const loopback = "https://127.0.0.1:8443"

// answered is one answer of the emulator, with its JSON read.
type answered struct {
	status int
	header http.Header
	body   map[string]any
	text   string
}

// errorCode is the code of a refusal, in the form of any of the services.
func (a answered) errorCode() string {
	if e, ok := a.body["error"].(map[string]any); ok {
		code, _ := e["code"].(string)
		return code
	}
	code, _ := a.body["code"].(string)
	return code
}

// values is the length of the list that was answered.
func (a answered) values() []any {
	list, _ := a.body["value"].([]any)
	return list
}

// do sends a request to the handler, with a token where one is given.
func do(t testing.TB, e *Emulator, method, path, token, body string) answered {
	t.Helper()
	r := httptest.NewRequest(method, loopback+path, strings.NewReader(body))
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	return send(t, e, r)
}

func send(t testing.TB, e *Emulator, r *http.Request) answered {
	t.Helper()
	w := httptest.NewRecorder()
	e.ServeHTTP(w, r)
	out := answered{status: w.Code, header: w.Header(), text: w.Body.String()}
	if strings.HasPrefix(out.text, "{") {
		if err := json.Unmarshal([]byte(out.text), &out.body); err != nil {
			t.Fatalf("%s %s: %v: %s", r.Method, r.URL, err, out.text)
		}
	}
	return out
}

// form posts a form, as sign-in takes it.
func form(t testing.TB, e *Emulator, path string, pairs ...string) answered {
	t.Helper()
	f := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		f.Set(pairs[i], pairs[i+1])
	}
	r := httptest.NewRequest(http.MethodPost, loopback+path, strings.NewReader(f.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return send(t, e, r)
}

// token makes a token for a principal of the scenario, without signing in.
func token(t testing.TB, e *Emulator, tenant, name string) string {
	t.Helper()
	return tokenFor(t, e, tenant, name, loopback)
}

func tokenFor(t testing.TB, e *Emulator, tenant, name, audience string) string {
	t.Helper()
	for _, x := range e.world.tenants {
		if x.name != tenant {
			continue
		}
		for _, p := range []*principal{x.byName[name], x.guestByName[name]} {
			if p != nil {
				raw, err := e.accessToken(p, p.appID, audience, e.Now())
				if err != nil {
					t.Fatal(err)
				}
				return raw
			}
		}
	}
	t.Fatalf("no principal %s of %s", name, tenant)
	return ""
}

func prod(e *Emulator) string {
	return string(pharos.SubscriptionScope(e.world.customers[0].subs[0].id))
}

// TestWhoMayDoWhat is the table of principals, calls and what they come to.
func TestWhoMayDoWhat(t *testing.T) {
	e := emulate(t)
	if err := e.SetTime(at(t, "2026-11-06T12:00:00Z")); err != nil {
		t.Fatal(err)
	}
	sub := prod(e)
	dev := string(pharos.SubscriptionScope(e.world.customers[0].subs[1].id))
	const roles, v = "/providers/Microsoft.Authorization/roleAssignments", "?api-version=2022-04-01"
	const cv = "?api-version=2022-12-01"
	const registrations, rv = "/providers/Microsoft.ManagedServices/registrationAssignments", "?api-version=2022-10-01"
	const logs = "/providers/microsoft.insights/eventtypes/management/values?api-version=2015-04-01&$filter=eventTimestamp+ge+'2026-10-01T00:00:00Z'"
	robot, alice, guest := [2]string{"contoso-msp", "provider-automation"}, [2]string{"contoso-msp", "alice"}, [2]string{"fabrikam", "alice"}
	reader, admin := [2]string{"fabrikam", "reader"}, [2]string{"fabrikam", "local-admin"}
	backup, rival, watcher := [2]string{"contoso-msp", "backup-automation"}, [2]string{"rival-msp", "rival-robot"}, [2]string{"tailspin", "watcher"}
	assignment := `{"properties":{"roleDefinitionId":"` + string(pharos.Reader) + `","principalId":"` + string(principalOf(t, e, "fabrikam", "staff").id) + `"}}`
	for _, c := range []struct {
		what         string
		who          [2]string
		method, path string
		body         string
		status       int
		code         string
	}{
		{"delegated: the subscription", robot, "GET", sub + cv, "", 200, ""},
		{"delegated: role assignments", robot, "GET", sub + roles + v, "", 200, ""},
		{"delegated: delegations", robot, "GET", sub + registrations + rv, "", 200, ""},
		{"delegated: the log", robot, "GET", sub + logs, "", 200, ""},
		{"delegated: giving a role", robot, "PUT", sub + roles + "/0d8a6c3e-5f0b-4c7e-9b8a-000000000001" + v, assignment, 403, "AuthorizationFailed"},
		{"delegated: another subscription", robot, "GET", dev + cv, "", 401, "InvalidAuthenticationTokenTenant"},
		{"root reader: the tenant's log", robot, "GET", logs, "", 200, ""},
		{"no root reader: the tenant's log", backup, "GET", logs, "", 403, "AuthorizationFailed"},
		{"admin agent after AOBO ended", backup, "GET", sub + cv, "", 403, "AuthorizationFailed"},
		{"eligible and activated: delegated", alice, "GET", sub + cv, "", 200, ""},
		{"guest with a group's role: its group", guest, "GET", sub + "/resourceGroups/rg-data/resources" + cv, "", 200, ""},
		{"guest: the whole subscription's assignments", guest, "GET", sub + roles + v, "", 403, "AuthorizationFailed"},
		{"guest: role assignments of its group", guest, "GET", sub + "/resourceGroups/rg-data" + roles + v, "", 200, ""},
		{"guest: no such group", guest, "GET", sub + "/resourceGroups/rg-none" + roles + v, "", 404, "ResourceGroupNotFound"},
		{"guest, owner of the management group only eligibly", guest, "PUT", sub + roles + "/0d8a6c3e-5f0b-4c7e-9b8a-000000000002" + v, assignment, 403, "AuthorizationFailed"},
		{"the customer's reader: role assignments", reader, "GET", sub + roles + v, "", 200, ""},
		{"the customer's reader: deny assignments", reader, "GET", sub + "/providers/Microsoft.Authorization/denyAssignments" + v, "", 200, ""},
		{"the customer's reader: every subscription", reader, "GET", dev + roles + v, "", 200, ""},
		{"the customer's reader: giving a role", reader, "PUT", sub + roles + "/0d8a6c3e-5f0b-4c7e-9b8a-000000000003" + v, assignment, 403, "AuthorizationFailed"},
		{"the owner: giving a role", admin, "PUT", sub + roles + "/0d8a6c3e-5f0b-4c7e-9b8a-000000000004" + v, assignment, 201, ""},
		{"the owner: giving it again", admin, "PUT", sub + roles + "/0d8a6c3e-5f0b-4c7e-9b8a-000000000004" + v, assignment, 200, ""},
		{"the owner: in a locked group", admin, "PUT", sub + "/resourceGroups/rg-locked" + roles + "/0d8a6c3e-5f0b-4c7e-9b8a-000000000005" + v, assignment, 403, "DenyAssignmentAuthorizationFailed"},
		{"the owner: a principal nobody knows", admin, "PUT", sub + roles + "/0d8a6c3e-5f0b-4c7e-9b8a-000000000006" + v,
			`{"properties":{"roleDefinitionId":"acdd72a7-3385-48ef-bd42-f606fba81ae7","principalId":"0d8a6c3e-5f0b-4c7e-9b8a-00000000000f"}}`, 400, "PrincipalNotFound"},
		{"the rival: the delegated group", rival, "GET", sub + "/resourceGroups/rg-web" + cv, "", 200, ""},
		{"the rival: another group", rival, "GET", sub + "/resourceGroups/rg-data" + cv, "", 403, "AuthorizationFailed"},
		{"a stranger", watcher, "GET", sub + cv, "", 401, "InvalidAuthenticationTokenTenant"},
		{"no such subscription", watcher, "GET", "/subscriptions/0d8a6c3e-5f0b-4c7e-9b8a-00000000000f" + cv, "", 404, "SubscriptionNotFound"},
		{"no api-version", robot, "GET", sub, "", 400, "MissingApiVersionParameter"},
		{"a wrong api-version", robot, "GET", sub + registrations + "?api-version=2018-01-01", "", 404, "InvalidResourceType"},
		{"a wrong api-version of a subscription", robot, "GET", sub + v, "", 400, "InvalidApiVersionParameter"},
		{"not implemented", robot, "GET", sub + "/providers/Microsoft.Compute/virtualMachines" + v, "", 501, "NotImplemented"},
		{"doubled slashes, other casing", robot, "GET", "/" + strings.ToUpper(sub) + "//RESOURCEGROUPS" + cv, "", 200, ""},
		{"a malformed subscription", robot, "GET", "/subscriptions/12" + cv, "", 404, "InvalidSubscriptionId"},
	} {
		got := do(t, e, c.method, c.path, token(t, e, c.who[0], c.who[1]), c.body)
		if got.status != c.status || got.errorCode() != c.code {
			t.Errorf("%s: got %d %s, want %d %s\n%s", c.what, got.status, got.errorCode(), c.status, c.code, got.text)
		}
	}
}

func principalOf(t testing.TB, e *Emulator, tenant, name string) *principal {
	t.Helper()
	for _, x := range e.world.tenants {
		if x.name == tenant {
			if p := x.byName[name]; p != nil {
				return p
			}
			return x.guestByName[name]
		}
	}
	t.Fatalf("no tenant %s", tenant)
	return nil
}

func TestAuthorizationFailed_SaysWhoWhatWhere(t *testing.T) {
	e := emulate(t)
	guest := principalOf(t, e, "fabrikam", "alice")
	got := do(t, e, "GET", prod(e)+"/providers/Microsoft.Authorization/roleAssignments?api-version=2022-04-01", token(t, e, "fabrikam", "alice"), "")
	want := "The client 'alice@contosomsp.example' with object id '" + string(guest.id) + "' does not have authorization to perform action " +
		"'Microsoft.Authorization/roleAssignments/read' over scope '" + prod(e) + "' or the scope is invalid. " +
		"If access was recently granted, please refresh your credentials."
	if message := got.body["error"].(map[string]any)["message"]; message != want {
		t.Errorf("got  %s\nwant %s", message, want)
	}
}

// TestLostAccess: who loses the delegation no longer sees the subscription.
func TestLostAccess(t *testing.T) {
	e := emulate(t)
	admin := token(t, e, "fabrikam", "local-admin")
	const v = "?api-version=2022-10-01"
	d := e.world.customers[0].subs[0].delegations[0]
	if got := do(t, e, "GET", "/subscriptions?api-version=2022-12-01", token(t, e, "contoso-msp", "provider-automation"), ""); len(got.values()) != 1 {
		t.Fatalf("before: %s", got.text)
	}
	if got := do(t, e, "DELETE", d.armID()+v, admin, ""); got.status != 202 || got.header.Get("Location") == "" || got.header.Get("Retry-After") != "1" {
		t.Fatalf("delete: %d %v", got.status, got.header)
	}
	robot := token(t, e, "contoso-msp", "provider-automation")
	if got := do(t, e, "GET", "/subscriptions?api-version=2022-12-01", robot, ""); len(got.values()) != 0 {
		t.Errorf("after: still listed: %s", got.text)
	}
	if got := do(t, e, "GET", prod(e)+"?api-version=2022-12-01", robot, ""); got.status != 401 || got.errorCode() != "InvalidAuthenticationTokenTenant" {
		t.Errorf("after: got %d %s, want 401", got.status, got.errorCode())
	}
	log := do(t, e, "GET", "/providers/microsoft.insights/eventtypes/management/values?api-version=2015-04-01&$filter=eventTimestamp+ge+'2026-11-01T00:00:00Z'", robot, "")
	if len(log.values()) != 1 || !strings.Contains(log.text, "Microsoft.Resources/tenants/unregister/action") {
		t.Errorf("the managing tenant's log: %s", log.text)
	}
}

func TestForeignGroupsAreShownToTheirTenant(t *testing.T) {
	e := emulate(t)
	staff := token(t, e, "fabrikam", "local-admin")
	agents := e.world.us.adminAgents
	put := do(t, e, "PUT", prod(e)+"/providers/Microsoft.Authorization/roleAssignments/0d8a6c3e-5f0b-4c7e-9b8a-000000000009?api-version=2022-04-01", staff,
		`{"properties":{"roleDefinitionId":"`+string(pharos.Owner)+`","principalId":"`+string(agents.id)+`","principalType":"ForeignGroup"}}`)
	if put.status != 201 {
		t.Fatal(put.text)
	}
	got := do(t, e, "GET", prod(e)+"/providers/Microsoft.Authorization/roleAssignments?api-version=2022-04-01", token(t, e, "contoso-msp", "provider-automation"), "")
	if len(got.values()) != 1 || !strings.Contains(got.text, `"principalType":"ForeignGroup"`) {
		t.Errorf("who manages by delegation sees %s", got.text)
	}
}
