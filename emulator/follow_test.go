package emulator

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/pharos-pec/pharos"
)

// TestBill_FollowsClients lets clients give and take what credit depends on,
// at noon of the 10th and of the 20th of November, and reads from the bill
// that every whole day between earns, and no other.
func TestBill_FollowsClients(t *testing.T) {
	const v, rv = "?api-version=2022-04-01", "?api-version=2022-10-01"
	const id = "0d8a6c3e-5f0b-4c7e-9b8a-000000000001"
	type call struct{ tenant, who, method, path, body string }
	for name, c := range map[string]struct {
		customer, access string
		give, take       func(e *Emulator, sub string) call
	}{
		"role assignment": {
			"    guests: [{principal: alice}]\n", "",
			func(e *Emulator, sub string) call {
				return call{"fabrikam", "admin", "PUT", sub + someRoles + id + v, fmt.Sprintf(`{"properties":{"roleDefinitionId":"%s","principalId":"%s"}}`,
					pharos.Contributor, principalOf(t, e, "fabrikam", "alice").id)}
			},
			func(_ *Emulator, sub string) call {
				return call{"fabrikam", "admin", "DELETE", sub + someRoles + id + v, ""}
			},
		},
		"deployment of a delegation, and its removal": {
			"", "",
			func(e *Emulator, sub string) call {
				return call{"fabrikam", "admin", "PUT", sub + "/providers/Microsoft.Resources/deployments/d?api-version=2021-04-01", fmt.Sprintf(
					`{"location":"westeurope","properties":{"mode":"Incremental","parameters":{},"template":{
					"$schema":"https://schema.management.azure.com/schemas/2019-08-01/subscriptionDeploymentTemplate.json#","contentVersion":"1.0.0.0","resources":[
					{"type":"Microsoft.ManagedServices/registrationDefinitions","apiVersion":"2022-10-01","name":"%[1]s","properties":{
					"registrationDefinitionName":"offer","managedByTenantId":"%[2]s","authorizations":[{"principalId":"%[3]s","roleDefinitionId":"%[4]s"}]}},
					{"type":"Microsoft.ManagedServices/registrationAssignments","apiVersion":"2022-10-01","name":"%[1]s","dependsOn":["[subscriptionResourceId('Microsoft.ManagedServices/registrationDefinitions','%[1]s')]"],
					"properties":{"registrationDefinitionId":"[subscriptionResourceId('Microsoft.ManagedServices/registrationDefinitions','%[1]s')]"}}]}}}`,
					id, e.world.us.tenant.id, principalOf(t, e, "msp", "robot").id, pharos.Contributor)}
			},
			func(_ *Emulator, sub string) call {
				return call{"fabrikam", "admin", "DELETE", sub + someServices + "Assignments/" + id + rv, ""}
			},
		},
		"link": {
			"", "        delegations: [{offer: o, authorizations: [{principal: unlinked, role: Contributor}]}]\n",
			func(*Emulator, string) call {
				return call{"msp", "unlinked", "PUT", somePartner + "/4987654" + partnerSuffix, ""}
			},
			func(*Emulator, string) call {
				return call{"msp", "unlinked", "DELETE", somePartner + "/4987654" + partnerSuffix, ""}
			},
		},
		"group member": {
			"", "        delegations: [{offer: o, authorizations: [{principal: crew, role: Contributor}]}]\n",
			func(e *Emulator, _ string) call {
				return call{"msp", "robot", "POST", "/v1.0/groups/" + string(principalOf(t, e, "msp", "crew").id) + "/members/$ref",
					`{"@odata.id":"https://graph.microsoft.com/v1.0/directoryObjects/` + string(principalOf(t, e, "msp", "robot").id) + `"}`}
			},
			func(e *Emulator, _ string) call {
				return call{"msp", "robot", "DELETE", "/v1.0/groups/" + string(principalOf(t, e, "msp", "crew").id) + "/members/" + string(principalOf(t, e, "msp", "robot").id) + "/$ref", ""}
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			e := follow(t, c.customer, c.access)
			sub := prod(e)
			for _, step := range []struct {
				at   string
				call func(*Emulator, string) call
			}{{"2026-11-10T12:00:00Z", c.give}, {"2026-11-20T12:00:00Z", c.take}} {
				if err := e.SetTime(at(t, step.at)); err != nil {
					t.Fatal(err)
				}
				k := step.call(e, sub)
				if got := do(t, e, k.method, k.path, token(t, e, k.tenant, k.who), k.body); got.status >= 300 {
					t.Fatalf("%s %s: %d %s", k.method, k.path, got.status, got.text)
				}
			}
			if err := e.SetTime(at(t, "2026-12-05T00:00:00Z")); err != nil {
				t.Fatal(err)
			}
			if got, want := creditedDays(t, e), "11 12 13 14 15 16 17 18 19"; got != want {
				t.Errorf("credited are the days %s, want %s", got, want)
			}
		})
	}
}

// follow is a partner with a customer to whom nothing gives credit yet.
func follow(t *testing.T, customer, access string) *Emulator {
	t.Helper()
	return emulateText(t, `version: 1
name: follow
clock: {start: 2026-11-01T00:00:00Z, now: 2026-11-01T00:00:00Z}
partner:
  tenant: {name: msp}
  partnerId: "4987654"
  principals:
    - {name: robot, kind: servicePrincipal, secret: s}
    - {name: unlinked, kind: servicePrincipal, secret: u}
    - {name: alice, kind: user}
    - {name: crew, kind: group}
links:
  - {principal: robot, partnerId: "4987654"}
`+map[bool]string{true: "  - {principal: alice, tenant: fabrikam, partnerId: \"4987654\"}\n"}[customer != ""]+`customers:
  - name: fabrikam
    principals: [{name: admin, kind: servicePrincipal, secret: a}]
`+customer+`    subscriptions:
      - name: prod
        roleAssignments: [{principal: admin, role: Owner}]
`+access+`        resources: [{name: vm, group: rg, type: Microsoft.Compute/virtualMachines, meter: vm-d2s-v5, quantity: 24}]
`)
}

// creditedDays are the days of November whose line is credited.
func creditedDays(t *testing.T, e *Emulator) string {
	t.Helper()
	var bill strings.Builder
	month := pharos.MonthOf(time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC))
	if err := e.WriteBill(&bill, month, GraphJSONL); err != nil {
		t.Fatal(err)
	}
	var days []string
	for line := range strings.Lines(bill.String()) {
		_, day, _ := strings.Cut(line, `"UsageDate":"2026-11-`)
		if strings.Contains(line, `"PartnerEarnedCreditPercentage":15`) {
			days = append(days, day[:2])
		}
	}
	return strings.Join(days, " ")
}

// TestSideBySide runs the same calls on two emulators at once: they know
// nothing of each other, and give the same ids.
func TestSideBySide(t *testing.T) {
	t.Parallel()
	answers := make(chan string, 2)
	for range 2 {
		e := emulate(t)
		robot := token(t, e, "contoso-msp", "provider-automation")
		go func() {
			var all strings.Builder
			defer func() { answers <- all.String() }() // also when a call fails the test
			for range 3 {
				got := do(t, e, "POST", "/v1.0/applications", robot, `{"displayName":"same"}`)
				id, _ := got.body["id"].(string)
				secret := do(t, e, "POST", "/v1.0/applications/"+id+"/addPassword", robot, `{}`)
				fmt.Fprintln(&all, got.header, got.text, secret.header, secret.text)
			}
		}()
	}
	if a, b := <-answers, <-answers; a != b || !strings.Contains(a, "secretText") {
		t.Errorf("the answers differ:\n%s\n%s", a, b)
	}
}
