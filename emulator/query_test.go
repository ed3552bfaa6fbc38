package emulator

import (
	"fmt"
	"strings"
	"testing"
)

const queryPath = "/providers/Microsoft.ResourceGraph/resources?api-version=2022-10-01"

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
	} {
		got := do(t, e, "POST", queryPath, c.token, fmt.Sprintf(`{"query":%q}`, c.query))
		rows, _ := got.body["data"].([]any)
		if got.status != 200 || len(rows) != c.rows {
			t.Errorf("%s: got %d rows, want %d: %s", c.what, len(rows), c.rows, got.text)
		}
	}
	for _, q := range []string{"", "nonsense", "resources | summarize count()", "resources | where type has_any ('a')", "resources | project f(x) = tolower(name)"} {
		got := do(t, e, "POST", queryPath, reader, fmt.Sprintf(`{"query":%q}`, q))
		if got.status != 400 || !strings.Contains(got.text, "InvalidQuery") {
			t.Errorf("%q: got %d %s, want InvalidQuery", q, got.status, got.text)
		}
	}
}

func TestResourceGraph_Pages(t *testing.T) {
	e := emulate(t)
	reader := token(t, e, "fabrikam", "reader")
	seen, skip := 0, ""
	for page := 0; page == 0 || skip != ""; page++ {
		got := do(t, e, "POST", queryPath, reader, fmt.Sprintf(`{"query":"resourcecontainers","options":{"$top":2,"$skipToken":%q}}`, skip))
		rows, _ := got.body["data"].([]any)
		seen += len(rows)
		skip, _ = got.body["$skipToken"].(string)
		if page > 10 {
			t.Fatal("the pages do not end")
		}
	}
	if seen != 5 { // two subscriptions and three resource groups
		t.Errorf("got %d rows over all pages", seen)
	}
	cut := do(t, e, "POST", queryPath, reader, `{"query":"resourcecontainers | project name","options":{"$top":1}}`)
	if cut.body["resultTruncated"] != "true" || cut.body["$skipToken"] != nil {
		t.Errorf("without an id there is no reading on: %s", cut.text)
	}
	table := do(t, e, "POST", queryPath, reader, `{"query":"resourcecontainers | project id","options":{"resultFormat":"table"}}`)
	if !strings.Contains(table.text, `"columns":[{"name":"id"`) {
		t.Errorf("table: %s", table.text)
	}
}
