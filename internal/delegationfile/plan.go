package delegationfile

import (
	"strings"

	"github.com/pharos-pec/pharos/internal/armtemplate"
	"github.com/pharos-pec/pharos/onboard"
)

// readPlan reads the JSON of a Terraform plan: the azurerm provider's
// lighthouse definitions and assignments among its planned values. What is
// known only after the apply is missing there, and is open.
func readPlan(p *onboard.Proposal, root *armtemplate.Node) {
	p.Level = onboard.AtSubscription
	readModule(p, root.Get("planned_values").Get("root_module"))
}

func readModule(p *onboard.Proposal, module *armtemplate.Node) {
	for _, r := range items(module.Get("resources")) {
		address, values := r.Get("address"), r.Get("values")
		if address == nil || values == nil {
			continue
		}
		switch r.Get("type").Plain() {
		case "azurerm_lighthouse_definition":
			p.Definitions = append(p.Definitions, planDefinition(r, values, address.Text))
		case "azurerm_lighthouse_assignment":
			p.Assignments = append(p.Assignments, onboard.Assignment{
				Place: origin{}.place(r, address.Text), Definition: planned(values, "lighthouse_definition_id", address.Text), Scope: planned(values, "scope", address.Text),
			})
		}
	}
	for _, child := range items(module.Get("child_modules")) {
		readModule(p, child)
	}
}

// planned is a planned value; one that the plan does not know yet is open.
func planned(values *armtemplate.Node, name, path string) onboard.Text {
	n := values.Get(name)
	t := origin{}.text(n, path+"."+name)
	if n == nil {
		t.Value, t.Open, t.Line = name+" is known after apply", true, values.Line
	}
	return t
}

func planDefinition(r, values *armtemplate.Node, path string) onboard.Definition {
	d := onboard.Definition{
		Place: origin{}.place(r, path), Level: onboard.AtSubscription, Marketplace: len(items(values.Get("plan"))) > 0,
		ID: planned(values, "lighthouse_definition_id", path), Offer: planned(values, "name", path), Manager: planned(values, "managing_tenant_id", path),
	}
	if scope := values.Get("scope"); scope != nil && strings.Contains(strings.ToLower(scope.Text), "/resourcegroups/") {
		d.Level = onboard.AtResourceGroup
	}
	for i, a := range items(values.Get("authorization")) {
		at := element(path+".authorization", i)
		x := planAuthorization(a, at)
		for j, role := range items(a.Get("delegated_role_definition_ids")) {
			x.Delegated = append(x.Delegated, origin{}.text(role, element(at+".delegated_role_definition_ids", j)))
		}
		d.Authorizations = append(d.Authorizations, x)
	}
	for i, a := range items(values.Get("eligible_authorization")) {
		at := element(path+".eligible_authorization", i)
		x := planAuthorization(a, at)
		x.Eligible = true
		for _, policy := range items(a.Get("just_in_time_access_policy")) {
			x.Policy = planPolicy(policy, at+".just_in_time_access_policy")
		}
		d.Authorizations = append(d.Authorizations, x)
	}
	return d
}

func planAuthorization(a *armtemplate.Node, path string) onboard.Authorization {
	return onboard.Authorization{
		Place: origin{}.place(a, path), Principal: planned(a, "principal_id", path), Role: planned(a, "role_definition_id", path),
		Name: origin{}.text(a.Get("principal_display_name"), path+".principal_display_name"),
	}
}

func planPolicy(n *armtemplate.Node, path string) onboard.Policy {
	policy := onboard.Policy{
		Place: origin{}.place(n, path), MFA: origin{}.text(n.Get("multi_factor_auth_provider"), path+".multi_factor_auth_provider"),
		Maximum: origin{}.text(n.Get("maximum_activation_duration"), path+".maximum_activation_duration"),
	}
	for i, a := range items(n.Get("approver")) {
		policy.Approvers = append(policy.Approvers, planned(a, "principal_id", element(path+".approver", i)))
	}
	return policy
}
