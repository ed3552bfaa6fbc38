package emulator

import (
	"fmt"
	"strings"
	"testing"

	"github.com/pharos-pec/pharos"
)

// TestDefinition_Policies: what Microsoft documents as not allowed in eligible
// authorizations and delegated roles.
func TestDefinition_Policies(t *testing.T) {
	e := emulateAccess(t)
	raw, _ := matrixToken(t, e, "own")
	us, crew, giver := e.world.us.tenant.id, principalOf(t, e, "contoso-msp", "crew"), principalOf(t, e, "contoso-msp", "giver")
	approvers := strings.TrimSuffix(strings.Repeat(`{"principalId":"0d8a6c3e-5f0b-4c7e-9b8a-000000000001"},`, 11), ",")
	one := func(policy, more string) string {
		return fmt.Sprintf(`{"principalId":%q,"roleDefinitionId":%q,"justInTimeAccessPolicy":{%s}%s}`, crew.id, pharos.Contributor, policy, more)
	}
	uaa := func(role pharos.RoleID) string {
		return fmt.Sprintf(`{"principalId":%q,"roleDefinitionId":%q,"delegatedRoleDefinitionIds":[%q]}`, giver.id, pharos.UserAccessAdministrator, role)
	}
	for i, c := range []struct{ what, permanent, eligible, want string }{
		{"the defaults", "", one("", ""), ""},
		{"the shortest", "", one(`"maximumActivationDuration":"PT30M"`, ""), ""},
		{"too short", "", one(`"maximumActivationDuration":"PT29M"`, ""), "is not between"},
		{"too long", "", one(`"maximumActivationDuration":"PT8H1M"`, ""), "is not between"},
		{"no duration", "", one(`"maximumActivationDuration":"8 hours"`, ""), "is not between"},
		{"another provider", "", one(`"multiFactorAuthProvider":"Okta"`, ""), "is neither 'Azure' nor 'None'"},
		{"too many approvers", "", one(`"managedByTenantApprovers":[`+approvers+`]`, ""), "at most 10 approvers"},
		{"delegated roles", "", one("", `,"delegatedRoleDefinitionIds":["`+string(pharos.Reader)+`"]`), "cannot have 'delegatedRoleDefinitionIds'"},
		{"one policy, written in two ways", "", one(`"maximumActivationDuration":"PT2H"`, "") + "," + one(`"maximumActivationDuration":"PT120M"`, ""), ""},
		{"two policies", "", one(`"maximumActivationDuration":"PT2H"`, "") + "," + one(`"maximumActivationDuration":"PT4H"`, ""), "different policies"},
		{"roles to give", uaa(pharos.Contributor), "", ""},
		{"Owner to give", uaa(pharos.Owner), "", "is not allowed in 'delegatedRoleDefinitionIds'"},
		{"the role itself to give", uaa(pharos.UserAccessAdministrator), "", "is not allowed in 'delegatedRoleDefinitionIds'"},
	} {
		body := fmt.Sprintf(`{"properties":{"registrationDefinitionName":"o","managedByTenantId":%q,"authorizations":[%s],"eligibleAuthorizations":[%s]}}`, us, c.permanent, c.eligible)
		path := fmt.Sprintf("%s/providers/Microsoft.ManagedServices/registrationDefinitions/0d8a6c3e-5f0b-4c7e-9b8a-%012d%s", prod(e), i, delegationVersion)
		got := do(t, e, "PUT", path, raw, body)
		if want := map[bool]int{true: 201, false: 400}[c.want == ""]; got.status != want || !strings.Contains(got.text, c.want) {
			t.Errorf("%s: %d %s, want %d %s", c.what, got.status, got.text, want, c.want)
		}
	}
}

// FuzzParseDuration: durations come from requests.
func FuzzParseDuration(f *testing.F) {
	for _, seed := range []string{"PT8H", "P1DT1H30M5S", "", "P", "PT", "P9999DT999999H999999M999999S"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if d, ok := parseDuration(text); ok != (d > 0) {
			t.Errorf("%q: %v %v", text, d, ok)
		}
	})
}
