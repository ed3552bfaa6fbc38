package emulator

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/pharos-pec/pharos"
)

// BenchmarkCalls measures the handler, without network and TLS. The whole
// server beside another emulator is measured by `make bench-emulator`.
func BenchmarkCalls(b *testing.B) {
	e := emulate(b)
	sub := prod(e)
	robot := principalOf(b, e, "contoso-msp", "provider-automation")
	raw := token(b, e, "contoso-msp", "provider-automation")
	login := url.Values{"grant_type": {"client_credentials"}, "client_id": {robot.appID}, "client_secret": {robot.secret}, "scope": {loopback + "/.default"}}
	for _, c := range []struct{ name, method, path, body string }{
		{"token", http.MethodPost, "/" + string(robot.tenant.id) + "/oauth2/v2.0/token", login.Encode()},
		{"link", http.MethodGet, somePartner + "/4987654" + partnerSuffix, ""},
		{"delegations", http.MethodGet, sub + someServices + "Assignments?$expandRegistrationDefinition=true&api-version=2022-10-01", ""},
		{"roles", http.MethodGet, sub + strings.TrimSuffix(someRoles, "/") + "?api-version=2022-04-01", ""},
		{"subscriptions", http.MethodGet, "/subscriptions?api-version=2022-12-01", ""},
	} {
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				r := httptest.NewRequest(c.method, loopback+c.path, strings.NewReader(c.body))
				r.Header.Set("Authorization", "Bearer "+raw)
				w := httptest.NewRecorder()
				if e.ServeHTTP(w, r); w.Code != http.StatusOK {
					b.Fatal(w.Body)
				}
			}
		})
	}
}

// manySubscriptions is a scenario of n subscriptions, five of each customer,
// each with a delegation, a role assignment, an AOBO grant and a resource.
func manySubscriptions(n int) []byte {
	var s strings.Builder
	s.WriteString(minimal)
	s.WriteString("customers:\n")
	for c := range (n + 4) / 5 {
		fmt.Fprintf(&s, "  - name: customer-%d\n    principals: [{name: staff, kind: group}, {name: admin, kind: servicePrincipal, secret: s%d}]\n    subscriptions:\n", c, c)
		for i := range min(5, n-5*c) {
			fmt.Fprintf(&s, `      - name: sub-%d
        aobo: [{partner: us}]
        delegations:
          - offer: Managed services
            from: 2026-09-01T00:00:00Z
            authorizations: [{principal: robot, role: Reader}, {principal: robot, role: Support Request Contributor}]
        roleAssignments: [{principal: staff, role: Contributor}, {principal: admin, role: Owner}]
        resources: [{name: vm-1, group: rg-web, type: Microsoft.Compute/virtualMachines, meter: vm-d2s-v5, quantity: 24}]
`, i)
		}
	}
	return []byte(s.String())
}

func BenchmarkLoad(b *testing.B) {
	text := manySubscriptions(10_000)
	b.ReportAllocs()
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		s, err := ParseScenario("many.yaml", text)
		if err != nil {
			b.Fatal(err)
		}
		if _, err := New(s); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkCalls_ManySubscriptions asks one of ten thousand.
func BenchmarkCalls_ManySubscriptions(b *testing.B) {
	e := emulateText(b, string(manySubscriptions(10_000)))
	raw := token(b, e, "msp", "robot")
	sub := string(pharos.SubscriptionScope(e.world.customers[1000].subs[3].id))
	for name, path := range map[string]string{
		"roles": sub + strings.TrimSuffix(someRoles, "/") + "?api-version=2022-04-01", "delegations": sub + someServices + "Assignments?api-version=2022-10-01",
		"subscriptions": "/subscriptions?api-version=2022-12-01",
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				r := httptest.NewRequest(http.MethodGet, loopback+path, nil)
				r.Header.Set("Authorization", "Bearer "+raw)
				w := httptest.NewRecorder()
				if e.ServeHTTP(w, r); w.Code != http.StatusOK {
					b.Fatal(w.Body)
				}
			}
		})
	}
}
