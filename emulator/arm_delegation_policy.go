package emulator

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/pharos-pec/pharos"
)

// withPolicy adds the policy of an eligible authorization; what is not said is
// Azure's default.
func (a authorization) withPolicy(want authorizationRequest) authorization {
	if !a.eligible {
		return a
	}
	p := want.JustInTimeAccessPolicy
	a.mfa, a.maximum = "None", "PT8H"
	if p.MultiFactorAuthProvider != "" {
		a.mfa = p.MultiFactorAuthProvider
	}
	if p.MaximumActivationDuration != "" {
		a.maximum = p.MaximumActivationDuration
	}
	for _, x := range p.ManagedByTenantApprovers {
		a.approvers = append(a.approvers, approver{pharos.PrincipalID(strings.ToLower(x.PrincipalID)), x.PrincipalIDDisplayName})
	}
	return a
}

// maxApprovers is how many approvers an eligible authorization may have.
const maxApprovers = 10

// checkPolicies refuses what Microsoft documents as not allowed in the policy
// of eligible authorizations and in the roles that User Access Administrator
// may give (docs: create eligible authorizations; deploy a policy that can be
// remediated). The words are the emulator's.
func (d *definition) checkPolicies() error {
	refuse := func(format string, args ...any) error {
		return badRequest("InvalidRegistrationDefinitionCreateRequest", fmt.Sprintf(format, args...)+fmt.Sprintf(" Registration definition: '%s'.", d.id))
	}
	for i, a := range d.authorizations {
		for _, r := range a.delegatedRoles {
			if r == pharos.Owner || r == pharos.UserAccessAdministrator {
				return refuse("The role definition '%s' is not allowed in 'delegatedRoleDefinitionIds'.", r)
			}
		}
		if !a.eligible {
			continue
		}
		same := func(o authorization) bool { return o.eligible && o.role == a.role && !a.samePolicy(o) }
		longest, ok := parseDuration(a.maximum)
		switch {
		case len(a.delegatedRoles) > 0:
			return refuse("An eligible authorization cannot have 'delegatedRoleDefinitionIds'.")
		case !ok || longest < 30*time.Minute || longest > 8*time.Hour:
			return refuse("The maximum activation duration '%s' is not between 'PT30M' and 'PT8H'.", a.maximum)
		case a.mfa != "None" && a.mfa != "Azure":
			return refuse("The multi-factor authentication provider '%s' is neither 'Azure' nor 'None'.", a.mfa)
		case len(a.approvers) > maxApprovers:
			return refuse("An eligible authorization has at most %d approvers, not %d.", maxApprovers, len(a.approvers))
		case slices.ContainsFunc(d.authorizations[:i], same):
			return refuse("The role definition '%s' has different policies in eligible authorizations.", a.role.ID)
		}
	}
	return nil
}

// samePolicy reports whether two eligible authorizations have one policy.
func (a authorization) samePolicy(o authorization) bool {
	one, _ := parseDuration(a.maximum)
	other, _ := parseDuration(o.maximum)
	ids := func(list []approver) []string {
		out := []string{}
		for _, x := range list {
			out = append(out, string(x.ID))
		}
		slices.Sort(out)
		return out
	}
	return one == other && a.mfa == o.mfa && slices.Equal(ids(a.approvers), ids(o.approvers))
}
