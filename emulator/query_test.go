package emulator

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"
)

const queryPath = "/providers/Microsoft.ResourceGraph/resources?api-version=2022-10-01"

// asked sends a query to Resource Graph and returns its rows.
func asked(t *testing.T, e *Emulator, raw, query string) []map[string]any {
	t.Helper()
	text, err := json.Marshal(map[string]string{"query": query})
	if err != nil {
		t.Fatal(err)
	}
	got := do(t, e, "POST", queryPath, raw, string(text))
	if got.status != 200 {
		t.Fatalf("%s: %d %s", query, got.status, got.text)
	}
	var out []map[string]any
	for _, r := range got.body["data"].([]any) {
		out = append(out, r.(map[string]any))
	}
	return out
}

func TestResourceGraph(t *testing.T) {
	e := emulate(t)
	robot, reader := token(t, e, "contoso-msp", "provider-automation"), token(t, e, "fabrikam", "reader")
	for _, c := range []struct {
		what, token, query string
		rows               int
	}{
		{"delegated subscriptions", robot, "resourcecontainers | where type =~ 'microsoft.resources/subscriptions' | project id, name, tenantId", 1},
		{"the customer's", reader, "ResourceContainers | where type == 'microsoft.resources/subscriptions' | order by name asc", 2},
		{"delegations to us", robot, "managedservicesresources | where type == 'microsoft.managedservices/registrationassignments'", 1},
		{"all delegations", reader, "managedservicesresources | where type == 'microsoft.managedservices/registrationassignments'", 2},
		{"definitions of a tenant", reader, "managedservicesresources | where properties.managedByTenantId == '11111111-1111-4111-8111-111111111111'", 1},
		{"resources", reader, "resources | where type == 'microsoft.compute/virtualmachines' and subscriptionId =~ '" + string(e.world.customers[0].subs[0].id) + "'", 2},
		{"limit", reader, "resources | limit 1", 1},
		{"no table", reader, "where type has 'sql'", 1},
		{"management groups", reader, "resourcecontainers | where type == 'microsoft.management/managementgroups'", 1},
		{"management groups, to the partner", robot, "resourcecontainers | where type == 'microsoft.management/managementgroups'", 0},
	} {
		if rows := asked(t, e, c.token, c.query); len(rows) != c.rows {
			t.Errorf("%s: got %d rows, want %d: %v", c.what, len(rows), c.rows, rows)
		}
	}
}

// TestResourceGraph_Dashboards runs queries of the shape that portals,
// workbooks and scripts for Azure Lighthouse send. The answer is told as the
// values of its rows.
func TestResourceGraph_Dashboards(t *testing.T) {
	e := emulate(t)
	robot, reader := token(t, e, "contoso-msp", "provider-automation"), token(t, e, "fabrikam", "reader")
	support, readerRole := "cfd33db0-3dd1-45e3-aa9d-cdbdf3b6f24e", "acdd72a7-3385-48ef-bd42-f606fba81ae7"
	for _, c := range []struct{ what, token, query, want string }{
		{"which customers delegate to us", robot, `ResourceContainers
			| where type =~ 'microsoft.resources/subscriptions'
			| extend managers = properties.managedByTenants
			| mv-expand managers
			| where tostring(managers.tenantId) == '11111111-1111-4111-8111-111111111111'
			| project subscription = name, customer = tenantId == '11111111-1111-4111-8111-111111111111'`, "fabrikam-prod false"},
		{"offers and who manages", reader, `managedservicesresources
			| where type =~ "microsoft.managedservices/registrationdefinitions"
			| project offer = tostring(properties.registrationDefinitionName), manager = tostring(properties.managedByTenantName), state = properties.provisioningState
			| order by offer asc`, "Contoso managed services contoso-msp Succeeded | Web only rival-msp Succeeded"},
		{"roles handed out by delegation", reader, `managedservicesresources
			| where type == 'microsoft.managedservices/registrationdefinitions'
			| mv-expand auth = properties.authorizations
			| extend role = tostring(auth.roleDefinitionId), who = tostring(auth.principalIdDisplayName)
			| summarize principals = dcount(who) by role | sort by role asc`, readerRole + " 2 | " + support + " 1"},
		{"just in time roles", reader, `managedservicesresources
			| where type endswith '/registrationdefinitions' and isnotempty(properties.eligibleAuthorizations)
			| mv-expand e = properties.eligibleAuthorizations
			| project longest = tostring(e.justInTimeAccessPolicy.maximumActivationDuration), approvers = array_length(e.justInTimeAccessPolicy.managedByTenantApprovers)`, "PT8H 0"},
		{"assignment with its offer", reader, `managedservicesresources
			| where type =~ 'Microsoft.ManagedServices/registrationAssignments'
			| extend definition = tolower(tostring(properties.registrationDefinitionId))
			| join kind=leftouter (managedservicesresources
				| where type =~ 'Microsoft.ManagedServices/registrationDefinitions'
				| project definition = tolower(id), offer = tostring(properties.registrationDefinitionName)) on definition
			| project offer, level = iff(isempty(resourceGroup), 'subscription', resourceGroup)
			| order by offer asc`, "Contoso managed services subscription | Web only rg-web"},
		{"delegations for each managing tenant", reader, `ManagedServicesResources
			| where type has "registrationdefinitions"
			| summarize subscriptions = dcount(subscriptionId), offers = make_set(tostring(properties.registrationDefinitionName)) by tenant = tostring(properties.managedByTenantName)
			| top 5 by tenant asc`, `contoso-msp 1 ["Contoso managed services"] | rival-msp 1 ["Web only"]`},
		{"machines with the subscription's name", reader, `resources
			| where type == 'microsoft.compute/virtualmachines'
			| join kind=inner (resourcecontainers | where type == 'microsoft.resources/subscriptions' | project subscription = name, subscriptionId) on subscriptionId
			| project name, subscription, resourceGroup | order by name asc`, "batch fabrikam-prod rg-web | vm-web-1 fabrikam-prod rg-web"},
		{"inventory", reader, `Resources | summarize resources = count() by type, location | order by resources desc, type asc`,
			"microsoft.compute/virtualmachines westeurope 2 | microsoft.sql/servers westeurope 1"},
		{"who is owner", reader, `authorizationresources
			| where type =~ 'microsoft.authorization/roleassignments'
			| extend roleDefinitionId = tolower(tostring(properties.roleDefinitionId)), scope = tostring(properties.scope)
			| join kind=inner (authorizationresources
				| where type =~ 'microsoft.authorization/roledefinitions'
				| project roleDefinitionId = tolower(id), role = tostring(properties.roleName)) on roleDefinitionId
			| where role == 'Owner'
			| summarize count() by role, kind = tostring(properties.principalType)`, "Owner ServicePrincipal 2"},
		{"subscriptions that nobody manages", reader, `resourcecontainers
			| where type == 'microsoft.resources/subscriptions'
			| where array_length(properties.managedByTenants) == 0 or isnull(properties.managedByTenants)
			| project name, state = tostring(properties.state)`, "fabrikam-dev Enabled"},
		{"groups and resources together", reader, `resourcecontainers
			| where type =~ 'microsoft.resources/subscriptions/resourcegroups'
			| project name, kind = 'group' | union (resources | where type has 'sql' | project name, kind = 'resource')
			| summarize count() by kind | order by kind asc`, "group 3 | resource 1"},
		{"changed lately", reader, `authorizationresources
			| where type == 'microsoft.authorization/roleassignments' and todatetime(properties.createdOn) > ago(90d)
			| extend days = datetime_diff('day', now(), todatetime(properties.createdOn))
			| project days, place = split(tostring(properties.scope), '/')[4]`, "65 rg-data"},
		{"parts of an id", reader, `resources | where type == 'microsoft.sql/servers'
			| parse id with '/subscriptions/' sub '/resourceGroups/' rg '/providers/' rest
			| project rg, extract('servers/([^/]+)$', 1, rest), case(location == 'westeurope', 'EU', location in~ ('eastus', 'westus'), 'US', 'other')`, "rg-data db EU"},
		{"the chain of management groups", reader, `resourcecontainers | where type == 'microsoft.resources/subscriptions' and name endswith 'prod'
			| mv-expand mg = properties.managementGroupAncestorsChain | project tostring(mg.displayName)`, "platform | Tenant Root Group"},
		{"how many", reader, "resources | count", "3"},
	} {
		var lines []string
		for _, row := range asked(t, e, c.token, c.query) {
			var order []string
			for _, k := range columnsOf(t, e, c.token, c.query) {
				text, isText := row[k].(string)
				if !isText {
					b, err := json.Marshal(row[k])
					if err != nil {
						t.Fatal(err)
					}
					text = string(b)
				}
				order = append(order, text)
			}
			lines = append(lines, strings.Join(order, " "))
		}
		if got := strings.Join(lines, " | "); got != c.want {
			t.Errorf("%s:\ngot  %s\nwant %s", c.what, got, c.want)
		}
	}
}

// columnsOf asks for the answer as a table, which tells the columns in order.
func columnsOf(t *testing.T, e *Emulator, raw, query string) (out []string) {
	t.Helper()
	text, err := json.Marshal(map[string]any{"query": query, "options": map[string]any{"resultFormat": "table"}})
	if err != nil {
		t.Fatal(err)
	}
	got := do(t, e, "POST", queryPath, raw, string(text))
	for _, c := range got.body["data"].(map[string]any)["columns"].([]any) {
		out = append(out, c.(map[string]any)["name"].(string))
	}
	return out
}

// TestResourceGraph_Rows holds the form of rows.
func TestResourceGraph_Rows(t *testing.T) {
	e := emulate(t)
	reader := token(t, e, "fabrikam", "reader")
	vm := asked(t, e, reader, "resources | where name == 'vm-web-1'")[0]
	s := e.world.customers[0].subs[0]
	for column, want := range map[string]any{
		"type": "microsoft.compute/virtualmachines", "tenantId": string(s.customer.tenant.id), "subscriptionId": string(s.id), "resourceGroup": "rg-web", "kind": "", "managedBy": "", "sku": nil, "zones": nil,
	} {
		if got, has := vm[column]; !has || got != want {
			t.Errorf("%s is %v (%v), want %v", column, got, has, want)
		}
	}
	sub := asked(t, e, token(t, e, "contoso-msp", "provider-automation"), "resourcecontainers | where type == 'microsoft.resources/subscriptions'")[0]
	p := sub["properties"].(map[string]any)
	if p["managementGroupAncestorsChain"] != nil || len(p["managedByTenants"].([]any)) != 2 || p["state"] != "Enabled" {
		t.Errorf("a delegated subscription: %v", p)
	}
	put := do(t, e, "PUT", prod(e)+"/providers/Microsoft.Authorization/roleDefinitions/0d8a6c3e-5f0b-4c7e-9b8a-0000000000c1?api-version=2022-04-01", token(t, e, "fabrikam", "local-admin"),
		`{"properties":{"roleName":"Bill reader","type":"CustomRole","permissions":[{"actions":["Microsoft.Consumption/*/read"]}],"assignableScopes":["`+prod(e)+`"]}}`)
	if put.status != 201 {
		t.Fatal(put.text)
	}
	for raw, want := range map[string]int{reader: 1, token(t, e, "contoso-msp", "provider-automation"): 0} {
		if rows := asked(t, e, raw, "authorizationresources | where properties.type == 'CustomRole' | project id, name"); len(rows) != want {
			t.Errorf("custom roles: %v, want %d", rows, want)
		}
	}
	eligible := `{"query":"managedservicesresources | where isnotnull(properties.eligibleAuthorizations) | project id"}`
	if got := do(t, e, "POST", strings.Replace(queryPath, "2022-10-01", "2021-03-01", 1), reader, eligible); len(got.body["data"].([]any)) != 1 {
		t.Errorf("rows depend on the api-version of the query: %s", got.text)
	}
}

func TestResourceGraph_Refusals(t *testing.T) {
	e := emulate(t)
	reader := token(t, e, "fabrikam", "reader")
	// As the cloud answers this query (a public recording), but for the time and the id.
	want := `{"error":{"code":"BadRequest","details":[{"code":"InvalidQuery","message":"Query is invalid. Please refer to the documentation for the Azure Resource Graph service and fix the error before retrying."},` +
		`{"code":"ParserFailure","message":"ParserFailure","line":1,"characterPositionInLine":11,"token":"\u003cEOF\u003e"}],` +
		`"message":"Please provide below info when asking for support: timestamp = 2026-11-06T12:00:00.0000000Z, correlationId = `
	got := do(t, e, "POST", queryPath, reader, `{"query":"where where"}`)
	if got.status != 400 || !strings.HasPrefix(got.text, want) || got.header.Get("x-ms-user-quota-remaining") != "14" {
		t.Errorf("got  %d %s\nwant %s", got.status, got.text, want)
	}
	for body, want := range map[string]string{
		`{"query":""}`:                                            "400 ParserFailure",
		`{"query":"nonsense"}`:                                    "400 DisallowedLogicalTableName",
		`{"query":"PolicyResources"}`:                             "501 NotImplemented",
		`{"query":"resources | evaluate bag_unpack(tags)"}`:       "400 ParserFailure",
		`{"query":"resources; resources"}`:                        "400 ParserFailure",
		`{"query":"resources | project nme"}`:                     "400 SemanticError",
		`{"query":"resources | summarize count() by properties"}`: "400 SemanticError",
		`{"query":"resources | take 1 | join resources on id | join resources on id | join resources on id | join resources on id"}`: "400 QueryLimitExceeded",
		`{"query":"resources","options":{"$top":1001}}`:                                                                  "400 InvalidParameters",
		`{"query":"resources","options":{"$top":0}}`:                                                                     "400 InvalidParameters",
		`{"query":"resources","options":{"$skip":-1}}`:                                                                   "400 InvalidParameters",
		`{"query":"resources","options":{"resultFormat":"xml"}}`:                                                         "400 InvalidParameters",
		`{"query":"resources","options":{"authorizationScopeFilter":"Everywhere"}}`:                                      "400 InvalidParameters",
		`{"query":"resources","subscriptions":["12"]}`:                                                                   "400 InvalidParameters",
		`{"query":"resources","subscriptions":["0d8a6c3e-5f0b-4c7e-9b8a-000000000001"],"managementGroups":["platform"]}`: "400 InvalidParameters",
		`{"query":"resources","subscriptions":["0d8a6c3e-5f0b-4c7e-9b8a-000000000001"]}`:                                 "403 AccessDenied",
		`{"query":"resources","managementGroups":["nothing"]}`:                                                           "403 AccessDenied",
		`{"query":"resources","options":{"$skipToken":"eyJhIjoxfQ=="}}`:                                                  "400 InvalidSkipToken",
		`{"query":1}`: "400 InvalidRequestContent",
	} {
		status, code, _ := strings.Cut(want, " ")
		if got := do(t, e, "POST", queryPath, reader, body); fmt.Sprint(got.status) != status || !strings.Contains(got.text, `"code":"`+code+`"`) {
			t.Errorf("%s: got %d %s, want %s", body, got.status, got.text, want)
		}
	}
	if got := do(t, e, "POST", queryPath, "", `{"query":"resources"}`); got.status != 401 {
		t.Errorf("without a token: %d", got.status)
	}
	operations := do(t, e, "GET", "/providers/Microsoft.ResourceGraph/operations?api-version=2019-04-01", reader, "")
	if len(operations.values()) != 1 {
		t.Errorf("operations: %s", operations.text)
	}
}

func TestResourceGraph_Pages(t *testing.T) {
	e := emulate(t)
	reader := token(t, e, "fabrikam", "reader")
	page := func(query, options string) answered {
		t.Helper()
		return do(t, e, "POST", queryPath, reader, fmt.Sprintf(`{"query":%q,"options":%s}`, query, options))
	}
	seen, skip := 0, ""
	for n := 0; n == 0 || skip != ""; n++ {
		got := page("resourcecontainers", fmt.Sprintf(`{"$top":2,"$skipToken":%q}`, skip))
		rows, _ := got.body["data"].([]any)
		seen += len(rows)
		skip, _ = got.body["$skipToken"].(string)
		if got.body["totalRecords"] != 6.0 || got.body["count"] != float64(len(rows)) || got.body["resultTruncated"] != "false" || n > 10 {
			t.Fatalf("page %d: %s", n, got.text)
		}
	}
	if seen != 6 { // two subscriptions, three resource groups, a management group
		t.Errorf("got %d rows over all pages", seen)
	}
	first := page("resourcecontainers", `{"$top":2}`)
	again := fmt.Sprintf(`{"$skipToken":%q}`, first.body["$skipToken"])
	if got := page("resourcecontainers", again); got.body["count"] != 2.0 {
		t.Errorf("the token keeps the size of the page: %s", got.text)
	}
	if got := page("resourcecontainers | project id", again); got.status != 400 {
		t.Errorf("a token of another query: %d %s", got.status, got.text)
	}
	for query, truncated := range map[string]string{"resourcecontainers | project name": "true", "resourcecontainers | limit 3": "true", "resourcecontainers | limit 1": "false"} {
		if cut := page(query, `{"$top":1}`); cut.body["resultTruncated"] != truncated || cut.body["$skipToken"] != nil {
			t.Errorf("%s: there is no reading on: %s", query, cut.text)
		}
	}
	if got := page("resourcecontainers | order by id asc", `{"$skip":4}`); got.body["count"] != 2.0 {
		t.Errorf("$skip: %s", got.text)
	}
}

func TestResourceGraph_Table(t *testing.T) {
	e := emulate(t)
	reader := token(t, e, "fabrikam", "reader")
	const body = `{"query":"resources | where name == 'db' | extend n = 1, r = 0.5, b = true, d = datetime(2026-10-01), s = 1d | project name, tags, n, r, b, d, s"%s}`
	want := `"data":{"columns":[{"name":"name","type":"string"},{"name":"tags","type":"object"},{"name":"n","type":"integer"},{"name":"r","type":"number"},{"name":"b","type":"boolean"},` +
		`{"name":"d","type":"datetime"},{"name":"s","type":"string"}],"rows":[["db",{},1,0.5,true,"2026-10-01T00:00:00Z","1.00:00:00"]]}`
	got := do(t, e, "POST", queryPath, reader, fmt.Sprintf(body, `,"options":{"resultFormat":"table"}`))
	old := do(t, e, "POST", strings.Replace(queryPath, "2022-10-01", "2019-04-01", 1), reader, fmt.Sprintf(body, ""))
	objects := do(t, e, "POST", queryPath, reader, fmt.Sprintf(body, ""))
	if !strings.Contains(got.text, want) || !strings.Contains(old.text, want) {
		t.Errorf("got  %s\nold  %s\nwant %s", got.text, old.text, want)
	}
	if !strings.Contains(objects.text, `"data":[{"name":"db","tags":{},"n":1,"r":0.5,"b":true,"d":"2026-10-01T00:00:00Z","s":"1.00:00:00"}]`) {
		t.Errorf("objects: %s", objects.text)
	}
}

func TestResourceGraph_Facets(t *testing.T) {
	e := emulate(t)
	got := do(t, e, "POST", queryPath, token(t, e, "fabrikam", "reader"), `{"query":"resources | project id, name, type, properties.provisioningState","options":{"resultFormat":"table"},"facets":[
		{"expression":"type","options":{"sortOrder":"desc","$top":1}},
		{"expression":"properties.provisioningState"},
		{"expression":"nonExistingColumn"},
		{"expression":"name","options":{"sortBy":"tolower(name)","sortOrder":"asc","filter":"name contains 'b'"}}]}`)
	for _, want := range []string{
		`{"count":1,"data":{"columns":[{"name":"type","type":"string"},{"name":"count","type":"integer"}],"rows":[["microsoft.compute/virtualmachines",2]]},"expression":"type","resultType":"FacetResult","totalRecords":2}`,
		`"rows":[["Succeeded",3]]},"expression":"properties.provisioningState"`,
		`{"errors":[{"code":"NoValidColumns","message":"No valid columns in facet expression."},{"code":"InvalidColumnNames","message":"Invalid column names: [nonExistingColumn]."}],"expression":"nonExistingColumn","resultType":"FacetError"}`,
		`"rows":[["batch",1],["db",1],["vm-web-1",1]]},"expression":"name"`,
	} {
		if !strings.Contains(got.text, want) {
			t.Errorf("%s\nlacks %s", got.text, want)
		}
	}
}

// TestResourceGraph_Scopes: management groups have the caller's own tenant
// only, and inherited role assignments are shown to who asks for them.
func TestResourceGraph_Scopes(t *testing.T) {
	e := emulate(t)
	prod := string(e.world.customers[0].subs[0].id)
	for _, c := range []struct {
		who, name, scope string
		rows             string
	}{
		{"fabrikam", "reader", `"subscriptions":["` + prod + `"]`, "3"},
		{"fabrikam", "reader", `"subscriptions":["` + strings.ToUpper(prod) + `"],"options":{"authorizationScopeFilter":"AtScopeExact"}`, "1"},
		{"fabrikam", "reader", `"subscriptions":["` + prod + `"],"options":{"authorizationScopeFilter":"AtScopeAboveAndBelow"}`, "4"},
		{"fabrikam", "reader", `"subscriptions":["` + prod + `"],"options":{"authorizationScopeFilter":"AtScopeAndAbove"}`, "2"},
		{"fabrikam", "reader", `"managementGroups":["Platform"]`, "3"},
		{"contoso-msp", "provider-automation", `"subscriptions":["` + prod + `"]`, "0"},
	} {
		got := do(t, e, "POST", queryPath, token(t, e, c.who, c.name), `{"query":"authorizationresources | where type has 'roleassignments' | count",`+c.scope+`}`)
		if !strings.Contains(got.text, `"data":[{"Count":`+c.rows+`}]`) {
			t.Errorf("%s asks for %s: %s, want %s", c.name, c.scope, got.text, c.rows)
		}
	}
	if got := do(t, e, "POST", queryPath, token(t, e, "contoso-msp", "provider-automation"), `{"query":"resources","managementGroups":["platform"]}`); got.status != 403 {
		t.Errorf("the customer's management group, to the partner: %d", got.status)
	}
}

func TestResourceGraph_Quota(t *testing.T) {
	e := emulate(t)
	reader := token(t, e, "fabrikam", "reader")
	query := func() answered { return do(t, e, "POST", queryPath, reader, `{"query":"resources | count"}`) }
	for n := range 20 {
		got := query()
		if want := fmt.Sprint(14 - n%15); got.status != 200 || got.header.Get("x-ms-user-quota-remaining") != want || got.header.Get("x-ms-user-quota-resets-after") != "00:00:05" {
			t.Fatalf("query %d: %d %v", n, got.status, got.header)
		}
	}
	if err := e.SetTime(e.Now().Add(5 * time.Second)); err != nil {
		t.Fatal(err)
	}
	e.limits.enforce = true
	for range 15 {
		query()
	}
	got := query()
	if got.status != 429 || got.errorCode() != "RateLimiting" || got.header.Get("Retry-After") != "5" || got.header.Get("x-ms-user-quota-remaining") != "0" {
		t.Errorf("over the quota: %d %s %v", got.status, got.text, got.header)
	}
	if err := e.SetTime(e.Now().Add(5 * time.Second)); err != nil {
		t.Fatal(err)
	}
	if got := query(); got.status != 200 || got.header.Get("x-ms-ratelimit-remaining-tenant-writes") != "" {
		t.Errorf("in the next window: %d %v", got.status, got.header)
	}
}
