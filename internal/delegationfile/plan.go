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
	origin{}.module(p, root.Get("planned_values").Get("root_module"))
}

func (o origin) module(p *onboard.Proposal, module *armtemplate.Node) {
	for _, r := range items(module.Get("resources")) {
		address, values := r.Get("address"), r.Get("values")
		if address == nil || values == nil {
			continue
		}
		switch r.Get("type").Plain() {
		case "azurerm_lighthouse_definition":
			p.Definitions = append(p.Definitions, o.planDefinition(r, values, address.Text))
		case "azurerm_lighthouse_assignment":
			p.Assignments = append(p.Assignments, onboard.Assignment{
				Place: o.place(r, address.Text), Definition: o.planned(values, "lighthouse_definition_id", address.Text), Scope: o.planned(values, "scope", address.Text),
			})
		}
	}
	for _, child := range items(module.Get("child_modules")) {
		o.module(p, child)
	}
}

// planned is a planned value; one that the plan does not know yet is open, and
// so is the id that Azure is to be asked with when nobody wrote one.
func (o origin) planned(values *armtemplate.Node, name, path string) onboard.Text {
	n := values.Get(name)
	t := o.text(n, path+"."+name)
	if n == nil && o.source && name != "lighthouse_definition_id" {
		t.Line = values.Line
	} else if n == nil {
		t.Value, t.Open, t.Line = name+" is known after apply", true, values.Line
	}
	return t
}

func (o origin) planDefinition(r, values *armtemplate.Node, path string) onboard.Definition {
	d := onboard.Definition{
		Place: o.place(r, path), Level: onboard.AtSubscription, Marketplace: len(items(values.Get("plan"))) > 0,
		ID: o.planned(values, "lighthouse_definition_id", path), Offer: o.planned(values, "name", path), Manager: o.planned(values, "managing_tenant_id", path),
	}
	if scope := values.Get("scope"); scope != nil && strings.Contains(strings.ToLower(scope.Text), "/resourcegroups/") {
		d.Level = onboard.AtResourceGroup
	}
	for i, a := range items(values.Get("authorization")) {
		at := element(path+".authorization", i)
		x := o.planAuthorization(a, at)
		x.Delegated = o.texts(a.Get("delegated_role_definition_ids"), at+".delegated_role_definition_ids")
		d.Authorizations = append(d.Authorizations, x)
	}
	for i, a := range items(values.Get("eligible_authorization")) {
		at := element(path+".eligible_authorization", i)
		x := o.planAuthorization(a, at)
		x.Eligible = true
		for _, policy := range items(a.Get("just_in_time_access_policy")) {
			x.Policy = o.planPolicy(policy, at+".just_in_time_access_policy")
		}
		d.Authorizations = append(d.Authorizations, x)
	}
	return d
}

func (o origin) planAuthorization(a *armtemplate.Node, path string) onboard.Authorization {
	return onboard.Authorization{
		Place: o.place(a, path), Principal: o.planned(a, "principal_id", path), Role: o.planned(a, "role_definition_id", path),
		Name: o.text(a.Get("principal_display_name"), path+".principal_display_name"),
	}
}

func (o origin) planPolicy(n *armtemplate.Node, path string) onboard.Policy {
	policy := onboard.Policy{
		Place: o.place(n, path), MFA: o.text(n.Get("multi_factor_auth_provider"), path+".multi_factor_auth_provider"),
		Maximum: o.text(n.Get("maximum_activation_duration"), path+".maximum_activation_duration"),
	}
	for i, a := range items(n.Get("approver")) {
		policy.Approvers = append(policy.Approvers, o.planned(a, "principal_id", element(path+".approver", i)))
	}
	return policy
}
