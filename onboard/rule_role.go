package onboard

import (
	"fmt"
	"slices"

	"github.com/pharos-pec/pharos"
)

// roleRules say which roles Azure Lighthouse refuses.
func roleRules() []Rule {
	return []Rule{
		{ID: "PH201", Severity: Error, Title: "Owner cannot be delegated", Source: roleSupport, Refused: true, check: owner},
		{ID: "PH202", Severity: Error, Title: "a role with data actions", Source: roleSupport, Refused: true, check: barred("data-actions", "has data actions")},
		{ID: "PH203", Severity: Error, Title: "a role that may change access", Source: roleSupport, Refused: true,
			check: barred("restricted-actions", "may change role assignments, locks or the like")},
		{ID: "PH204", Severity: Error, Title: "a role that is not built in", Source: roleSupport, Refused: true, check: custom},
		{ID: "PH205", Severity: Error, Title: "User Access Administrator without delegated roles", Source: onboarding, Refused: true, check: administratorAlone},
		{ID: "PH206", Severity: Error, Title: "a delegated role that cannot be", Source: onboarding, Refused: true, Fixable: true, check: delegatedRoles},
		{ID: "PH207", Severity: Error, Title: "delegated roles of another role", Source: onboarding, Refused: true, check: delegatedByOther},
		{ID: "PH208", Severity: Error, Title: "no GUID", Source: onboarding, Refused: true, check: malformed},
	}
}

const otherRole = "choose a built-in role without data actions that does not change access; `pharos explain role-not-eligible` names those that earn"

func owner(in *inspection) {
	in.eachRole(func(_ *Definition, a *Authorization, role pharos.Role) {
		if role.ID == pharos.Owner {
			in.say(a.Role.Place, "Azure refuses Owner in a delegation", "use Contributor (b24988ac-6180-42a0-ab88-20f7382dd24c)")
		}
	})
}

func barred(reason, words string) func(*inspection) {
	return func(in *inspection) {
		in.eachRole(func(_ *Definition, a *Authorization, role pharos.Role) {
			if role.Barred == reason {
				in.say(a.Role.Place, fmt.Sprintf("Azure refuses %s in a delegation: it %s", role.Name, words), otherRole)
			}
		})
	}
}

func custom(in *inspection) {
	in.eachRole(func(_ *Definition, a *Authorization, role pharos.Role) {
		if !role.BuiltIn {
			in.say(a.Role.Place, fmt.Sprintf("%s is none of Azure's built-in roles, and only those can be delegated", role.ID), otherRole)
		}
	})
}

func administratorAlone(in *inspection) {
	in.eachRole(func(_ *Definition, a *Authorization, role pharos.Role) {
		if role.ID == pharos.UserAccessAdministrator && !a.Eligible && len(a.Delegated) == 0 {
			in.say(a.Place, "User Access Administrator is accepted only with the roles it may give to managed identities",
				"add delegatedRoleDefinitionIds, or choose another role")
		}
	})
}

func delegatedRoles(in *inspection) {
	in.each(func(_ *Definition, a *Authorization) {
		for _, t := range a.Delegated {
			switch id := roleID(t); {
			case t.Open:
			case id == "":
				in.say(t.Place, fmt.Sprintf("%q is not the GUID of a role", t.Value), "write the GUID of a built-in role")
			case id == pharos.Owner || id == pharos.UserAccessAdministrator:
				in.mend(Change{t.Place, Remove, t.Value, ""}, t.Place, in.roles.Lookup(id).Name+" cannot be a delegated role", "take it out")
			}
		}
	})
}

func delegatedByOther(in *inspection) {
	in.eachRole(func(_ *Definition, a *Authorization, role pharos.Role) {
		if len(a.Delegated) > 0 && role.ID != pharos.UserAccessAdministrator {
			in.say(a.Place, "only User Access Administrator takes delegatedRoleDefinitionIds, not "+role.Name, "take delegatedRoleDefinitionIds out")
		}
	})
}

// malformed points at ids that are no GUIDs. A role may also be named by the
// ARM id of its definition in Terraform and in offers, not in a template.
func malformed(in *inspection) {
	in.each(func(_ *Definition, a *Authorization) {
		for _, t := range slices.Concat([]Text{a.Principal, a.Role}, a.Policy.Approvers) {
			if _, err := pharos.ParseGUID(t.Value); err != nil && !t.Open {
				in.say(t.Place, fmt.Sprintf("%q is not a GUID", t.Value), "write the object id of the principal and the GUID of the role")
			}
		}
	})
}
