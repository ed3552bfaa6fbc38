package spec

import (
	"encoding/json"
	"fmt"
	"path"
	"strings"
	"testing"
	"time"
)

// beforeLinks is the state in which the exchanges of a partner link began. The
// record had been changed as often as the first answer counts, less one, and
// was first made when that says.
func beforeLinks(t *testing.T, chain []*recorded) replayer {
	t.Helper()
	first := chain[0].Response.Body
	p, _ := first.(map[string]any)["properties"].(map[string]any)
	version, _ := p["version"].(float64)
	updated := instant(t, text(p, "updatedTime"))
	created := instant(t, text(p, "createdTime"))
	ids := map[string]bool{}
	for _, e := range chain {
		id, _, _ := strings.Cut(path.Base(e.Request.Path), "?")
		ids[id] = true
	}
	name := text(p, "partnerName")
	if name == "" {
		name = "a partner"
	}
	var links strings.Builder
	at := created
	link := func(from, to time.Time) {
		fmt.Fprintf(&links, "  - {principal: caller, partnerId: %q, from: %s, to: %s}\n", text(p, "partnerId"), stamp(from), stamp(to))
	}
	// A link that ends counts two, and one that takes over from another one.
	left := int(version) - 1
	for ; left >= 2 && left != 3; left -= 2 {
		link(at, at.Add(time.Minute))
		at = at.Add(2 * time.Minute)
	}
	if left == 3 {
		link(at, at.Add(time.Minute))
		link(at.Add(time.Minute), at.Add(2*time.Minute))
	}
	var organisation []string
	for id := range ids {
		organisation = append(organisation, fmt.Sprintf("%q", id))
	}
	who := robot{text(p, "tenantId"), "12121212-1212-4121-8121-121212121212"}
	start := created.Add(-time.Hour)
	scenario := fmt.Sprintf(`version: 1
clock: {start: %s, now: %s}
partner:
  tenant: {name: %q, id: %s}
  partnerId: %q
  organisation: [%s]
  principals: [{name: caller, kind: servicePrincipal, id: %s, appId: %s, secret: %s}]
links:
%scustomers: []
`, stamp(start), stamp(updated), name, who.tenant, text(p, "partnerId"), strings.Join(organisation, ", "), text(p, "objectId"), who.app, secret, links.String())
	if links.Len() == 0 {
		scenario = strings.Replace(scenario, "links:\n", "", 1)
	}
	return replayer{play(t, scenario), who}
}

// beforeDelegation is the state in which the exchanges of a delegation began:
// a subscription of a customer, its owner, and the managing tenant.
func beforeDelegation(t *testing.T, chain []*recorded) replayer {
	t.Helper()
	var definition struct {
		Properties struct {
			ManagedByTenantID string
			Authorizations    []struct{ PrincipalID string }
		}
	}
	if err := json.Unmarshal(chain[0].Request.Body, &definition); err != nil {
		t.Fatal(err)
	}
	var manager, tenant, tenantName string
	for _, e := range chain {
		p := within(e.Response.Body, "properties", "registrationDefinition", "properties")
		if p != nil {
			manager, tenant, tenantName = text(p, "managedByTenantName"), text(p, "manageeTenantId"), text(p, "manageeTenantName")
		}
	}
	who := robot{tenant, "13131313-1313-4131-8131-131313131313"}
	return replayer{play(t, fmt.Sprintf(`version: 1
clock: {start: 2019-07-01T00:00:00Z, now: 2019-07-08T00:00:00Z}
partner:
  tenant: {name: %q, id: %s}
  partnerId: "4987654"
  principals: [{name: helper, kind: servicePrincipal, id: %s}]
customers:
  - name: %q
    id: %s
    principals: [{name: owner, kind: servicePrincipal, appId: %s, secret: %s}]
    subscriptions:
      - {name: prod, id: %s, roleAssignments: [{principal: owner, role: Owner, scope: subscription}]}
`, manager, definition.Properties.ManagedByTenantID, definition.Properties.Authorizations[0].PrincipalID,
		tenantName, tenant, who.app, secret, strings.Split(chain[0].Request.Path, "/")[2])), who}
}

// within is an object inside a JSON value, nil where there is none.
func within(v any, path ...string) map[string]any {
	m, _ := v.(map[string]any)
	for _, p := range path {
		m, _ = m[p].(map[string]any)
	}
	return m
}

func instant(t *testing.T, s string) time.Time {
	t.Helper()
	at, err := time.Parse(time.RFC3339Nano, s)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

func stamp(at time.Time) string { return at.UTC().Format(time.RFC3339Nano) }
