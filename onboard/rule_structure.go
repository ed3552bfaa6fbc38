package onboard

import (
	"fmt"
	"slices"
	"strings"

	"github.com/pharos-pec/pharos"
)

// structureRules are about the file as a whole.
func structureRules() []Rule {
	return []Rule{
		{ID: "PH401", Severity: Error, Title: "the definition is not at a subscription", Source: onboarding, Refused: true, check: wrongLevel},
		{ID: "PH402", Severity: Warning, Title: "the delegation cannot be given up", Source: removing, Fixable: true, check: noDeleteRole},
		{ID: "PH403", Severity: Error, Title: "the managing tenant is the customer's", Source: onboarding, Refused: true, check: sameTenant},
		{ID: "PH404", Severity: Warning, Title: "another managing tenant than ours", Source: linking, check: otherTenant},
		{ID: "PH405", Severity: Error, Title: "nothing is put into force", Source: onboarding, check: unassigned},
		{ID: "PH406", Severity: Error, Title: "no delegation in the file", Source: onboarding, check: empty},
		{ID: "PH408", Severity: Error, Title: "Azure refuses the template", Source: onboarding, Refused: true, check: refusedTemplate},
		{ID: "PH407", Severity: Error, Title: "a private plan for a CSP subscription", Source: offers, check: privatePlan},
	}
}

func wrongLevel(in *inspection) {
	for _, d := range in.Definitions {
		if d.Level != "" && d.Level != AtSubscription {
			in.say(d.Place, fmt.Sprintf("a registration definition is written at the subscription, here it would be at the %s", levelName(d.Level)),
				"use the schema https://schema.management.azure.com/schemas/2019-08-01/subscriptionDeploymentTemplate.json# and put the assignment of a resource group into a nested deployment")
		}
	}
}

func levelName(l Level) string {
	return map[Level]string{AtResourceGroup: "resource group", AtManagementGroup: "management group", AtTenant: "tenant"}[l]
}

func noDeleteRole(in *inspection) {
	for i := range in.Definitions {
		d := &in.Definitions[i]
		has := func(a *Authorization) bool { return a.Role.Open || a.RoleID() == pharos.DelegationDeleteRole }
		if all := standing(d); len(all) > 0 && !d.Open && !slices.ContainsFunc(all, has) {
			in.mend(in.giveUp(d), d.Place, "only the customer will be able to remove this delegation",
				"add a permanent authorization with the Managed Services Registration Assignment Delete Role ("+string(pharos.DelegationDeleteRole)+")")
		}
	}
}

func sameTenant(in *inspection) {
	for _, d := range in.Definitions {
		if in.Customer != "" && !d.Manager.Open && strings.EqualFold(d.Manager.Value, string(in.Customer)) {
			in.say(d.Manager.Place, "Azure refuses a delegation to the tenant that the subscription is in", "write the id of the managing tenant")
		}
	}
}

func otherTenant(in *inspection) {
	for _, d := range in.Definitions {
		if in.Manager != "" && !d.Manager.Open && d.Manager.Value != "" && !strings.EqualFold(d.Manager.Value, string(in.Manager)) {
			in.say(d.Manager.Place, fmt.Sprintf("the delegation is to the tenant %s, and ours is %s", d.Manager.Value, in.Manager), "write the id of our tenant")
		}
	}
}

func unassigned(in *inspection) {
	for _, d := range in.Definitions {
		uses := func(a Assignment) bool {
			return a.Definition.Open || d.ID.Open || strings.EqualFold(a.Definition.Value, d.ID.Value)
		}
		if !d.Marketplace && len(in.Unread) == 0 && !slices.ContainsFunc(in.Assignments, uses) {
			in.say(d.Place, "no registration assignment puts this definition into force, so it delegates nothing", "add a registration assignment")
		}
	}
}

// empty finds nothing in a file that only puts a definition into force, as the
// module of a resource group does: the definition stands elsewhere.
func empty(in *inspection) {
	if len(in.Definitions) == 0 && len(in.Unread) == 0 && len(in.Assignments) == 0 {
		in.say(Place{Line: 1}, "the file defines no delegation", "check that this is the right file")
	}
}

func privatePlan(in *inspection) {
	for _, d := range in.Definitions {
		if d.Marketplace && d.Private && in.CSP {
			in.say(d.Place, "private plans do not work with subscriptions that a CSP partner sold", "onboard by a template")
		}
	}
}

func refusedTemplate(in *inspection) {
	for _, u := range in.Unread {
		if u.Refused {
			in.say(u.Place, u.Why, "mend the template; `az deployment sub validate` says the same")
		}
	}
}
