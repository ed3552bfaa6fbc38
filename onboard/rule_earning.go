package onboard

import (
	"fmt"
	"strings"

	"github.com/pharos-pec/pharos"
)

// Public pages that rules come from.
const (
	pecRoles    = "https://learn.microsoft.com/partner-center/billing/azure-roles-perms-pec"
	pecTrouble  = "https://learn.microsoft.com/partner-center/billing/partner-earned-credit-troubleshoot"
	roleSupport = "https://learn.microsoft.com/azure/lighthouse/concepts/tenants-users-roles"
	onboarding  = "https://learn.microsoft.com/azure/lighthouse/how-to/onboard-customer"
	eligibles   = "https://learn.microsoft.com/azure/lighthouse/how-to/create-eligible-authorizations"
	removing    = "https://learn.microsoft.com/azure/lighthouse/how-to/remove-delegation"
	updating    = "https://learn.microsoft.com/azure/lighthouse/how-to/update-delegation"
	offers      = "https://learn.microsoft.com/azure/lighthouse/concepts/managed-services-offers"
	linking     = "https://learn.microsoft.com/azure/cost-management-billing/manage/link-partner-id"
)

const addEarning = "add a permanent authorization with a role that earns, such as Support Request Contributor (cfd33db0-3dd1-45e3-aa9d-cdbdf3b6f24e), for a linked principal"

const giveParameters = "give the parameters with --parameters FILE; of Terraform, check the plan"

// earningRules say whether the authorizations earn at all.
func earningRules() []Rule {
	return []Rule{
		{ID: "PH101", Severity: Error, Title: "nothing is authorized permanently", Source: pecTrouble, check: nothingStands},
		{ID: "PH102", Severity: Error, Title: "only roles that never earn", Source: pecRoles, check: onlyIneligible},
		{ID: "PH103", Severity: Error, Title: "the earning role is just in time only", Source: pecTrouble, check: earnsJustInTime},
		{ID: "PH104", Severity: Warning, Title: "a role that Microsoft's table does not list", Source: pecRoles, check: unlisted},
		{ID: "PH105", Severity: Note, Title: "the file leaves a value open", Source: onboarding, check: leftOpen},
	}
}

func nothingStands(in *inspection) {
	for i := range in.Definitions {
		d := &in.Definitions[i]
		if len(standing(d)) == 0 && !d.Open {
			in.say(d.Place, "no authorization is permanent, so the delegation earns nothing", addEarning)
		}
	}
}

func standing(d *Definition) []*Authorization {
	var out []*Authorization
	for i := range d.Authorizations {
		if a := &d.Authorizations[i]; !a.Eligible {
			out = append(out, a)
		}
	}
	return out
}

// onlyIneligible fires when every permanent role is known not to earn.
func onlyIneligible(in *inspection) {
	for i := range in.Definitions {
		d := &in.Definitions[i]
		all := standing(d)
		if len(all) == 0 || in.best(d) != No {
			continue
		}
		var names []string
		for _, a := range all {
			if id := a.RoleID(); id != "" {
				names = append(names, in.roles.Lookup(id).Name)
			}
		}
		if len(names) > 0 {
			in.say(all[0].Place, "the permanent roles never earn: "+strings.Join(names, ", "), addEarning)
		}
	}
}

// earnsJustInTime points at roles that would earn if they were permanent, in a
// definition where none is.
func earnsJustInTime(in *inspection) {
	in.eachRole(func(d *Definition, a *Authorization, role pharos.Role) {
		if a.Eligible && role.Earns == pharos.EligibleRole && in.best(d) == No {
			in.say(a.Place, fmt.Sprintf("%s would earn, but only as a permanent authorization: just in time it earns nothing", role.Name), addEarning)
		}
	})
}

func unlisted(in *inspection) {
	in.eachRole(func(_ *Definition, a *Authorization, role pharos.Role) {
		if !a.Eligible && role.BuiltIn && role.Earns == pharos.UnlistedRole && role.ID != pharos.DelegationDeleteRole {
			in.say(a.Role.Place, fmt.Sprintf("nobody can say whether %s earns: Microsoft's table, as read on %s, does not list it", role.Name, in.roles.Read), addEarning)
		}
	})
}

// placeholder is the GUID by which samples mark what is to be filled in.
const placeholder = "00000000-0000-0000-0000-000000000000"

func leftOpen(in *inspection) {
	for _, u := range in.Unread {
		if !u.Refused {
			in.say(u.Place, u.Why, giveParameters)
		}
	}
	in.each(func(_ *Definition, a *Authorization) {
		for _, t := range []Text{a.Principal, a.Role} {
			switch {
			case t.Open && t.Value == placeholder:
				in.say(t.Place, "a GUID of zeros stands where the real one belongs", "write the real one")
			case t.Open:
				in.say(t.Place, "the value depends on what the file does not say: "+t.Value, giveParameters)
			}
		}
	})
}
