package emulator

import (
	"bytes"
	"compress/gzip"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
)

// TestRefusedPaths is how calls are refused that no route takes: as the cloud
// would where it has no such call, else with 501.
func TestRefusedPaths(t *testing.T) {
	e := emulate(t)
	sub := prod(e)
	const v = "?api-version=2022-12-01"
	raw := token(t, e, "contoso-msp", "provider-automation")
	for _, c := range []struct {
		method, path string
		status       int
		code         string
		text         string
	}{
		{"GET", "/" + v, 404, "MissingSubscription", "The request did not have a subscription or a valid tenant level resource provider."},
		{"GET", "/resourceGroups" + v, 404, "MissingSubscription", ""},
		{"GET", "/global/providers/Microsoft.Authorization/roleDefinitions?api-version=2022-04-01", 404, "MissingSubscription", ""},
		{"GET", "/", 400, "MissingApiVersionParameter", "The api-version query parameter (?api-version=) is required for all requests."},
		{"GET", sub + "/providers/Contoso.Things/parts" + v, 404, "InvalidResourceNamespace", "The resource namespace 'Contoso.Things' is invalid."},
		{"GET", "/providers/Microsoft.ManagedServices/parts" + v, 404, "InvalidResourceType",
			"The resource type 'parts' could not be found in the namespace 'Microsoft.ManagedServices' for api version '2022-12-01'."},
		{"GET", "/providers/Microsoft.ManagementPartner/partners?api-version=2099-01-01", 404, "InvalidResourceType",
			"The resource type 'partners' could not be found in the namespace 'Microsoft.ManagementPartner' for api version '2099-01-01'. The supported api-versions are '2018-02-01'."},
		{"GET", "/providers/Microsoft.ManagementPartner/partners?api-version=newest", 400, "InvalidApiVersionParameter", "The api-version 'newest' is invalid."},
		{"GET", "/subscriptions" + v + "&API-Version=2022-12-01", 400, "InvalidApiVersionParameter", "The api-version '2022-12-01,2022-12-01' is invalid. The supported versions are '2026-06-01,"},
		{"GET", "/subscriptions?Api-Version=2022-12-01", 200, "", ""},
		{"GET", "/subscriptions" + v + "&unknown=1", 200, "", ""},
		{"GET", "//subscriptions//" + v, 200, "", ""},
		{"GET", sub + "/providers/Microsoft.Compute/virtualMachines" + v, 501, "NotImplemented", ""},
		{"GET", sub + "/providers/Microsoft.Authorization/locks" + v, 501, "NotImplemented", ""},
		{"GET", sub + "/providers/Microsoft.Authorization/eligibleChildResources?api-version=2022-04-01", 501, "NotImplemented", ""},
		{"POST", "/providers/Microsoft.ManagementPartner/partners/4987654?api-version=2018-02-01", 405, "", "The requested resource does not support http method 'POST'."},
		{"HEAD", "/providers/Microsoft.ManagementPartner/partners/4987654?api-version=2018-02-01", 405, "", ""},
		{"HEAD", "/subscriptions" + v, 405, "", ""},
		{"HEAD", sub + "/resourceGroups/rg-web?api-version=2021-04-01", 204, "", ""},
		{"HEAD", sub + "/resourceGroups/rg-none?api-version=2021-04-01", 404, "", ""},
		{"GET", "/v1.0/nothing", 400, "BadRequest", "Resource not found for the segment 'nothing'."},
		{"GET", "/v1.0/teams", 501, "NotImplemented", ""},
		{"PUT", "/v1.0/users", 501, "NotImplemented", ""},
		{"GET", "/v1/offers", 501, "NotImplemented", ""},
		{"GET", "/emulator/nothing", 404, "NotFound", ""},
	} {
		got := do(t, e, c.method, c.path, raw, "")
		if got.status != c.status || got.errorCode() != c.code || !strings.Contains(got.text, c.text) {
			t.Errorf("%s %s: got %d %s, want %d %s %s", c.method, c.path, got.status, got.text, c.status, c.code, c.text)
		}
		if c.method == "HEAD" && got.text != "" {
			t.Errorf("HEAD %s has a body: %s", c.path, got.text)
		}
	}
	if got := do(t, e, "POST", "/providers/Microsoft.ManagementPartner/partners/4987654?api-version=2018-02-01", raw, ""); got.header.Get("Allow") != "DELETE, GET, PATCH, PUT" {
		t.Errorf("Allow: %q", got.header.Get("Allow"))
	}
	got := do(t, e, "GET", "/"+string(e.world.us.tenant.id)+"/oauth2/v2.0/token", "", "")
	if got.status != 400 || !strings.Contains(got.text, "AADSTS900561: The endpoint only accepts POST requests. Received a GET request.") {
		t.Errorf("token endpoint by GET: %d %s", got.status, got.text)
	}
}

// TestNoToken: who is not signed in learns no more than that.
func TestNoToken(t *testing.T) {
	e := emulate(t)
	for _, path := range []string{"/providers/Contoso.Things/parts?api-version=2022-12-01", "/subscriptions?api-version=2022-12-01", "/v1.0/nothing", "/v1/customers"} {
		got := do(t, e, "GET", path, "", "")
		if got.status != 401 || !strings.HasPrefix(got.header.Get("WWW-Authenticate"), "Bearer authorization_uri=") {
			t.Errorf("%s: %d %v", path, got.status, got.header)
		}
		for name := range got.header {
			if strings.HasPrefix(name, "X-Ms-Ratelimit") {
				t.Errorf("%s: nobody has a limit, and %s is told", path, name)
			}
		}
	}
}

func TestBodies_MediaAndSize(t *testing.T) {
	e := emulate(t)
	var bomb bytes.Buffer
	z := gzip.NewWriter(&bomb)
	for range 64 {
		if _, err := z.Write(make([]byte, 1<<20)); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	raw := token(t, e, "fabrikam", "local-admin")
	role := prod(e) + "/providers/Microsoft.Authorization/roleAssignments/0d8a6c3e-5f0b-4c7e-9b8a-000000000001?api-version=2022-04-01"
	for _, c := range []struct {
		what, path, body, media, packing string
		status                           int
		code, text                       string
	}{
		{"no media type", role, "{}", "", "", 415, "UnsupportedMediaType", "The content media type '\\u003cnull\\u003e' is not supported. Only 'application/json' is supported."},
		{"a form", role, "a=b", "application/x-www-form-urlencoded", "", 415, "UnsupportedMediaType", "'application/x-www-form-urlencoded'"},
		{"no JSON", role, "{", "application/json; charset=utf-8", "", 400, "InvalidRequestContent", ""},
		{"too large", role, strings.Repeat(" ", maxBody+1), "application/json", "", 413, "RequestContentTooLarge", "exceeds the maximum size of 4 MB."},
		{"too large when unpacked", role, bomb.String(), "application/json", "gzip", 413, "RequestContentTooLarge", ""},
		{"not packed", role, "{}", "application/json", "gzip", 400, "InvalidRequestContent", ""},
		{"packed otherwise", role, "{}", "application/json", "br", 415, "UnsupportedMediaType", ""},
		{"graph, no media type", "/v1.0/groups", "{}", "", "", 400, "Request_BadRequest", "Write requests (excluding DELETE) must contain the Content-Type header declaration."},
	} {
		method := http.MethodPut
		if strings.HasPrefix(c.path, "/v1.0") {
			method = http.MethodPost
		}
		r := httptest.NewRequest(method, loopback+c.path, strings.NewReader(c.body))
		r.Header.Set("Authorization", "Bearer "+raw)
		if c.media != "" {
			r.Header.Set("Content-Type", c.media)
		}
		if c.packing != "" {
			r.Header.Set("Content-Encoding", c.packing)
		}
		if got := send(t, e, r); got.status != c.status || got.errorCode() != c.code || !strings.Contains(got.text, c.text) {
			t.Errorf("%s: got %d %.200s", c.what, got.status, got.text)
		}
	}
}

// TestHeaders_Ids: a client finds its own ids again where Azure gives them back.
func TestHeaders_Ids(t *testing.T) {
	e := emulate(t)
	raw := token(t, e, "contoso-msp", "provider-automation")
	ask := func(path string, headers ...string) http.Header {
		t.Helper()
		r := httptest.NewRequest("GET", loopback+path, nil)
		r.Header.Set("Authorization", "Bearer "+raw)
		for i := 0; i < len(headers); i += 2 {
			r.Header.Set(headers[i], headers[i+1])
		}
		return send(t, e, r).header
	}
	const path = "/subscriptions?api-version=2022-12-01"
	if h := ask(path, "x-ms-client-request-id", "mine"); h.Get("x-ms-client-request-id") != "" {
		t.Error("x-ms-client-request-id comes back to who did not ask for it")
	}
	h := ask(path, "x-ms-client-request-id", "mine", "x-ms-return-client-request-id", "true", "x-ms-correlation-request-id", "all")
	if h.Get("x-ms-client-request-id") != "mine" || h.Get("x-ms-correlation-request-id") != "all" {
		t.Errorf("ids: %v", h)
	}
	if id := h.Get("x-ms-routing-request-id"); id != "EMULATOR:20261106T120000Z:"+h.Get("x-ms-request-id") {
		t.Errorf("x-ms-routing-request-id: %s", id)
	}
	if id := ask(prod(e) + "/providers/Microsoft.ManagedServices/registrationAssignments?api-version=2022-10-01").Get("x-ms-request-id"); !regexp.MustCompile(`^westeurope:[0-9a-f-]{36}$`).MatchString(id) {
		t.Errorf("x-ms-request-id of Lighthouse: %s", id)
	}
	r := httptest.NewRequest("GET", loopback+"/v1.0/nothing", nil)
	r.Header.Set("Authorization", "Bearer "+raw)
	r.Header.Set("client-request-id", "mine")
	got := send(t, e, r)
	inner, _ := got.body["error"].(map[string]any)["innerError"].(map[string]any)
	if inner["request-id"] != got.header.Get("request-id") || inner["client-request-id"] != "mine" || got.header.Get("client-request-id") != "mine" {
		t.Errorf("graph: %v %v", inner, got.header)
	}
}

// FuzzServe: whatever a client sends is answered, and nothing breaks.
func FuzzServe(f *testing.F) {
	f.Add("GET", "/subscriptions", "api-version=2022-12-01", "")
	f.Add("PUT", "/providers/Microsoft.ManagementPartner/partners/4987654", "api-version=2018-02-01", "")
	f.Add("POST", "/providers/Microsoft.ResourceGraph/resources", "api-version=2022-10-01", `{"query":"resources | limit 1"}`)
	f.Add("GET", "/providers/providers/providers/%2F%00", "api-version=%zz&api-version=", "")
	f.Add("HEAD", "/v1.0/users", "$filter=startswith(displayName,'a')", "")
	s, err := ReadScenario("testdata/contoso.yaml")
	if err != nil {
		f.Fatal(err)
	}
	e, err := New(s)
	if err != nil {
		f.Fatal(err)
	}
	raw := token(f, e, "fabrikam", "local-admin")
	f.Fuzz(func(t *testing.T, method, path, query, body string) {
		r, err := http.NewRequestWithContext(t.Context(), method, loopback+"/"+strings.TrimPrefix(path, "/"), strings.NewReader(body))
		if err != nil || strings.HasPrefix(r.URL.Path, "/emulator") {
			return // no request, or one that moves the clock for the others
		}
		r.URL.RawQuery = query
		r.Header.Set("Content-Type", "application/json")
		r.Header.Set("Authorization", "Bearer "+raw)
		w := httptest.NewRecorder()
		e.ServeHTTP(w, r)
		if w.Code < 200 || w.Code == http.StatusInternalServerError || w.Code > 599 {
			t.Errorf("%s %s?%s: %d %s", method, path, query, w.Code, w.Body)
		}
	})
}

// TestGraph_UnknownProperty: Graph refuses what its types do not have, and
// takes what they have even where the emulator keeps no record of it.
func TestGraph_UnknownProperty(t *testing.T) {
	e := emulate(t)
	raw := token(t, e, "contoso-msp", "provider-automation")
	for _, c := range []struct {
		method, path, body string
		status             int
	}{
		{"POST", "/v1.0/applications", `{"displayName":"robot","keyCredentials":[],"@odata.type":"#microsoft.graph.application"}`, 201},
		{"POST", "/v1.0/applications", `{"displayName":"robot","responseHeaders":{}}`, 400},
		{"POST", "/v1.0/groups", `{"displayName":"g","mailNickname":"g","mailEnabled":false,"securityEnabled":true}`, 201},
		{"POST", "/v1.0/groups", `{"displayName":"g","secured":true}`, 400},
		{"PATCH", "/v1.0/users/" + string(principalOf(t, e, "contoso-msp", "alice").id), `{"jobTitle":"boss"}`, 204},
		{"PATCH", "/v1.0/users/" + string(principalOf(t, e, "contoso-msp", "alice").id), `{"jobTitel":"boss"}`, 400},
	} {
		got := do(t, e, c.method, c.path, raw, c.body)
		if got.status != c.status || (c.status == 400 && (got.errorCode() != "Request_BadRequest" || !strings.Contains(got.text, "Invalid property '"))) {
			t.Errorf("%s %s %s: got %d %s, want %d", c.method, c.path, c.body, got.status, got.text, c.status)
		}
	}
}

// TestNoToken_NamesTheTenant: clients find a subscription's tenant this way.
func TestNoToken_NamesTheTenant(t *testing.T) {
	e := emulate(t)
	got := do(t, e, "GET", prod(e)+"?api-version=2022-12-01", "", "")
	want := `Bearer authorization_uri="` + loopback + `/` + string(e.world.customers[0].tenant.id) +
		`", error="invalid_token", error_description="The authentication failed because of missing 'Authorization' header."`
	if got.status != 401 || got.header.Get("WWW-Authenticate") != want || !strings.Contains(got.text, "Authentication failed. The 'Authorization' header is missing.") {
		t.Errorf("got %d %s %s", got.status, got.header.Get("WWW-Authenticate"), got.text)
	}
}
