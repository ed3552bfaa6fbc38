package spec

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
)

// The emulator's state for the OpenAPI documents.
const (
	partnerTenant  = "11111111-1111-4111-8111-111111111111"
	customerTenant = "22222222-2222-4222-8222-222222222222"
	subscription   = "33333333-3333-4333-8333-333333333333"
	automation     = "44444444-4444-4444-8444-444444444444"
	automationApp  = "44444444-4444-4444-8444-44444444444a"
	ownerApp       = "55555555-5555-4555-8555-55555555555a"
	strangerApp    = "66666666-6666-4666-8666-66666666666a"
	otherTenant    = "77777777-7777-4777-8777-777777777777"
	otherApp       = "77777777-7777-4777-8777-77777777777a"
	reader         = "acdd72a7-3385-48ef-bd42-f606fba81ae7" // role ids of Azure
	owner          = "8e3af657-a8ff-443c-a75c-2fe8c4bcb635"
)

const scenario = `version: 1
clock: {start: 2026-10-01T00:00:00Z, now: 2026-10-05T09:30:00Z}
partner:
  tenant: {name: contoso-msp, id: ` + partnerTenant + `}
  partnerId: "4987654"
  organisation: ["4987654", "4987655"]
  principals:
    - {name: automation, kind: servicePrincipal, id: ` + automation + `, appId: ` + automationApp + `, secret: ` + secret + `}
customers:
  - name: fabrikam
    id: ` + customerTenant + `
    principals:
      - {name: owner, kind: servicePrincipal, appId: ` + ownerApp + `, secret: ` + secret + `}
      - {name: stranger, kind: servicePrincipal, appId: ` + strangerApp + `, secret: ` + secret + `, graph: false}
    subscriptions:
      - name: prod
        id: ` + subscription + `
        roleAssignments: [{principal: owner, role: Owner, scope: subscription}]
        resources:
          - {name: vm-1, group: rg-web, type: Microsoft.Compute/virtualMachines, meter: vm-d2s-v5, quantity: 24}
          - {name: sql/db, group: rg-web, type: Microsoft.Sql/servers/databases, meter: sql-gp-2, quantity: 24}
  - name: adatum
    id: ` + otherTenant + `
    principals:
      - {name: watcher, kind: servicePrincipal, appId: ` + otherApp + `, secret: ` + secret + `}
    subscriptions:
      - name: shop
        roleAssignments: [{principal: watcher, role: Reader, scope: subscription}]
`

// exchange is a call and the status it has to come to. Calls of a document go
// to one emulator, in order; a call goes to all documents that have it.
type exchange struct {
	who          *robot
	method, path string
	query, body  string
	status       int
}

// exchanges drive every operation that the emulator implements, with at least
// one refusal in each area.
func exchanges() []exchange {
	const (
		sub      = "/subscriptions/" + subscription
		group    = sub + "/resourceGroups/rg-web"
		vm       = group + "/providers/Microsoft.Compute/virtualMachines/vm-1"
		database = group + "/providers/Microsoft.Sql/servers/sql/databases/db"
		services = "/providers/Microsoft.ManagedServices/"
		def      = sub + services + "registrationDefinitions/88888888-8888-4888-8888-888888888888"
		on       = sub + services + "registrationAssignments/99999999-9999-4999-8999-999999999999"
		inGroup  = group + services + "registrationAssignments/99999999-9999-4999-8999-99999999999a"
		roles    = "/providers/Microsoft.Authorization/roleAssignments"
		role     = sub + roles + "/aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa"
		roleDefs = "/providers/Microsoft.Authorization/roleDefinitions"

		permissions = "/providers/Microsoft.Authorization/permissions"
		watcher     = `{"properties":{"roleName":"Watcher","type":"CustomRole","description":"Sees all","permissions":[{"actions":["*/read"],"notActions":[]}],"assignableScopes":["` + sub + `"]}}`
		partners    = "/providers/Microsoft.ManagementPartner/partners"
	)
	robotOf := func(tenant, app string) *robot { return &robot{tenant, app} }
	us, admin, stranger := robotOf(partnerTenant, automationApp), robotOf(customerTenant, ownerApp), robotOf(customerTenant, strangerApp)
	other := robotOf(otherTenant, otherApp)
	offer := func(role string) string {
		return `{"properties":{"registrationDefinitionName":"Offer","managedByTenantId":"` + partnerTenant + `","authorizations":[{"principalId":"` +
			automation + `","principalIdDisplayName":"Automation","roleDefinitionId":"` + role + `"}]}}`
	}
	gives := func(role, to string) string {
		return `{"properties":{"roleDefinitionId":"` + sub + roleDefs + "/" + role + `","principalId":"` + to + `"}}`
	}
	delegates := `{"properties":{"registrationDefinitionId":"` + def + `"}}`
	custom := sub + roleDefs + "/0d8a6c3e-5f0b-4c7e-9b8a-00000000000c"
	staff := `ROBOT` // the stranger's object id, filled in by the test
	return []exchange{
		{nil, "GET", partners, "", "", 401},
		{us, "GET", partners, "", "", 404},
		{us, "PUT", partners + "/1", "", "", 400},
		{us, "PUT", partners + "/4987654", "", "", 200},
		{us, "PUT", partners + "/4987655", "", "", 409},
		{us, "GET", partners + "/4987654", "", "", 200},
		{us, "GET", partners, "", "", 200},
		{us, "PATCH", partners + "/4987655", "", "", 200},
		{us, "DELETE", partners + "/4987655", "", "", 200},
		{us, "DELETE", partners + "/4987655", "", "", 404},
		{us, "GET", "/providers/Microsoft.ManagementPartner/operations", "", "", 200},

		{us, "GET", "/providers/Microsoft.ManagedServices/operations", "", "", 200},
		{admin, "GET", sub + services + "operations", "", "", 200},
		{stranger, "PUT", def, "", offer(reader), 403},
		{admin, "PUT", def, "", offer(owner), 400},
		{admin, "PUT", def, "", offer(reader), 201},
		{admin, "PUT", def, "", offer(reader), 200},
		{admin, "GET", def, "", "", 200},
		{admin, "GET", def + "0", "", "", 404},
		{admin, "GET", sub + services + "registrationDefinitions", "", "", 200},
		{admin, "GET", sub + services + "registrationDefinitions", "&$filter=managedByTenantId+eq+'" + partnerTenant + "'", "", 200},
		{admin, "PUT", on, "", delegates, 201},
		{admin, "PUT", on, "", delegates, 200},
		{admin, "PUT", inGroup, "", delegates, 201},
		{admin, "GET", on, "", "", 200},
		{us, "GET", on, "&$expandRegistrationDefinition=true", "", 200},
		{admin, "GET", sub + services + "registrationAssignments", "&$expandRegistrationDefinition=true", "", 200},
		{us, "GET", sub + services + "registrationAssignments", "&$filter=managedByTenantId+in+('" + partnerTenant + "')", "", 200},
		{admin, "GET", group + services + "registrationAssignments", "", "", 200},
		{admin, "DELETE", def, "", "", 409},
		{admin, "GET", sub + services + "marketplaceRegistrationDefinitions", "", "", 200},
		{admin, "GET", sub + services + "marketplaceRegistrationDefinitions/publisher.offer", "", "", 404},
		{us, "GET", "/providers/Microsoft.ManagedServices/marketplaceRegistrationDefinitions", "", "", 200},
		{us, "GET", "/providers/Microsoft.ManagedServices/marketplaceRegistrationDefinitions/publisher.offer", "", "", 404},
		{admin, "DELETE", inGroup, "", "", 202},
		{admin, "DELETE", on, "", "", 202},
		{admin, "DELETE", on, "", "", 204},
		{admin, "GET", on, "", "", 404},
		{admin, "DELETE", def, "", "", 200},
		{admin, "DELETE", def, "", "", 204},

		{other, "GET", sub + roles, "", "", 401},
		{stranger, "PUT", role, "", gives(reader, staff), 403},
		{admin, "GET", sub + roles, "", "", 200},
		{admin, "GET", sub + roles, "&$filter=atScope()", "", 200},
		{admin, "GET", group + roles, "", "", 200},
		{admin, "GET", vm + roles, "", "", 200},
		{admin, "GET", database + roles, "", "", 200},
		{admin, "PUT", role, "", gives(reader, automation), 400},
		{admin, "PUT", role, "", gives(reader, staff), 201},
		{admin, "PUT", role, "", gives(reader, staff), 0}, // 200, or 201 in the versions that have nothing else
		{admin, "GET", role, "", "", 200},
		{admin, "GET", role + "0", "", "", 404},
		{admin, "DELETE", role, "", "", 200},
		{admin, "DELETE", role, "", "", 204},
		{admin, "GET", sub + roleDefs, "&$filter=roleName+eq+'Reader'", "", 200},
		{admin, "GET", sub + roleDefs + "/" + reader, "", "", 200},
		{stranger, "PUT", custom, "", watcher, 403},
		{admin, "PUT", custom, "", watcher, 201},
		{admin, "GET", custom, "", "", 200},
		{admin, "DELETE", custom, "", "", 200},
		{admin, "GET", group + permissions, "", "", 200},
		{admin, "GET", vm + permissions, "", "", 200},
		{admin, "GET", database + permissions, "", "", 200},
	}
}

// leftOut are the operations of the documents that the emulator answers with
// 501. docs/emulator-coverage.md lists them too.
func leftOut() []string {
	return []string{
		"ElevateAccess_Post", "ProviderOperationsMetadata_List", "ProviderOperationsMetadata_Get",
	}
}

// TestOpenAPI validates real calls and answers, refusals too, by every OpenAPI
// document that has the operation.
func TestOpenAPI(t *testing.T) {
	x := explanations(t, "## Members that the OpenAPI documents do not have")
	for _, file := range files(t, "*/*.json") {
		d := load(t, file)
		t.Run(d.name, func(t *testing.T) {
			driven := d.drive(t, x)
			for _, o := range d.operations {
				switch out := slices.Contains(leftOut(), o.id); {
				case !driven[o.method+o.path] && !out:
					t.Errorf("%s %s (%s) was not driven, and is not listed as left out", o.method, o.path, o.id)
				case driven[o.method+o.path] && out:
					t.Errorf("%s (%s) is listed as left out, and was driven", o.path, o.id)
				case out:
					d.checkLeftOut(t, o)
				}
			}
			if len(driven) == 0 {
				t.Error("no operation was driven")
			}
			t.Logf("%d of %d operations were driven", len(driven), len(d.operations))
		})
	}
	x.allUsed(t)
}

// drive makes the calls that the document has and validates them.
func (d *document) drive(t *testing.T, x *explained) map[string]bool {
	t.Helper()
	a := play(t, scenario)
	driven := map[string]bool{}
	staff := a.objectID(t, robot{customerTenant, strangerApp})
	for _, c := range exchanges() {
		var fits []operation
		for _, o := range d.operations {
			if o.method == c.method && o.params(c.path) != nil {
				fits = append(fits, o)
			}
		}
		if len(fits) == 0 {
			continue
		}
		body := strings.ReplaceAll(c.body, "ROBOT", staff)
		r := a.request(c.method, c.path+"?api-version="+d.version+c.query, body, c.who)
		w := httptest.NewRecorder()
		a.ServeHTTP(w, r)
		what := fmt.Sprintf("%s %s%s", c.method, c.path, c.query)
		if c.status == 0 && fits[0].Responses.Status(w.Code) == nil || c.status != 0 && w.Code != c.status {
			t.Errorf("%s: got %d, want %d: %s", what, w.Code, c.status, w.Body)
			continue
		}
		got := answer{w.Code, w.Header(), w.Body.Bytes()}
		for _, o := range fits {
			driven[o.method+o.path] = true
			d.validate(t, what, &o, a.request(c.method, c.path+"?api-version="+d.version+c.query, body, c.who), got, x)
		}
	}
	return driven
}

// validate holds a call and its answer to an operation. A status that the
// document does not know is one of the refusals it says nothing about.
func (d *document) validate(t *testing.T, what string, o *operation, r *http.Request, got answer, x *explained) {
	t.Helper()
	in := &openapi3filter.RequestValidationInput{
		Request: r, PathParams: o.params(r.URL.Path),
		Route:   &routers.Route{Spec: d.spec, Path: o.path, PathItem: o.item, Method: o.method, Operation: o.Operation},
		Options: &openapi3filter.Options{AuthenticationFunc: openapi3filter.NoopAuthenticationFunc, MultiError: true, IncludeResponseStatus: true},
	}
	if err := openapi3filter.ValidateRequest(t.Context(), in); err != nil {
		t.Errorf("%s as %s: the request: %v", what, o.id, err)
	}
	response := o.Responses.Status(got.status)
	if response == nil && o.Responses.Default() == nil {
		if got.status < 300 {
			x.note(t, d.version+" "+o.id, fmt.Sprintf("status %d", got.status))
		}
		return
	}
	var body any
	if len(got.raw) > 0 {
		var nulls []string
		body = withoutNulls(got.json(t), "", &nulls)
		for _, member := range slices.Compact(slices.Sorted(slices.Values(nulls))) {
			x.note(t, d.version+" "+o.id, member+" null")
		}
		var err error
		if got.raw, err = json.Marshal(body); err != nil {
			t.Fatal(err)
		}
	}
	out := &openapi3filter.ResponseValidationInput{
		RequestValidationInput: in, Status: got.status, Header: got.header, Body: io.NopCloser(bytes.NewReader(got.raw)), Options: in.Options,
	}
	if err := openapi3filter.ValidateResponse(t.Context(), out); err != nil {
		t.Errorf("%s as %s: the answer: %v\n%s", what, o.id, err, got.raw)
	}
	if response == nil {
		response = o.Responses.Default()
	}
	if media := response.Value.Content.Get("application/json"); media != nil && body != nil {
		for _, member := range unknown(media.Schema.Value, body, "") {
			x.note(t, d.version+" "+o.id, member)
		}
	}
}

// checkLeftOut holds that an operation is refused with 501 and listed so.
func (d *document) checkLeftOut(t *testing.T, o operation) {
	t.Helper()
	path, _, _ := strings.Cut(o.path, "#")
	path = strings.NewReplacer("{scope}", "subscriptions/"+subscription, "{subscriptionId}", subscription, "{resourceGroupName}", "rg-web").Replace(path)
	for strings.Contains(path, "{") {
		from := strings.Index(path, "{")
		path = path[:from] + "x" + path[from+strings.Index(path[from:], "}")+1:]
	}
	a := play(t, scenario)
	if !a.saysLeftOut(t, o.method, path) {
		t.Errorf("%s %s (%s) is not among what GET /emulator/coverage says is left out", o.method, path, o.id)
	}
	got := a.call(o.method, path+"?api-version="+d.version, "", &robot{customerTenant, ownerApp})
	if got.status != http.StatusNotImplemented {
		t.Errorf("%s %s (%s) is left out, and answers %d: %s", o.method, path, o.id, got.status, got.raw)
	}
}

// objectID is the object id of a robot, as its link would tell.
func (a *azure) objectID(t *testing.T, r robot) string {
	t.Helper()
	return tokenClaim(t, a.token(r), "oid")
}

// saysLeftOut reports whether the emulator's own list has a call as left out.
func (a *azure) saysLeftOut(t *testing.T, method, path string) bool {
	t.Helper()
	var list struct {
		NotImplemented []struct{ Method, Path string }
	}
	if err := json.Unmarshal(a.call(http.MethodGet, "/emulator/coverage", "", nil).raw, &list); err != nil {
		t.Fatal(err)
	}
	return slices.ContainsFunc(list.NotImplemented, func(c struct{ Method, Path string }) bool {
		pattern := strings.Replace(c.Path, "/{scope...}", "(/.*)?", 1)
		return c.Method == method && regexp.MustCompile("(?i)^"+regexp.MustCompile(`\{\w+\}`).ReplaceAllString(pattern, "[^/]+")+"$").MatchString(path)
	})
}
