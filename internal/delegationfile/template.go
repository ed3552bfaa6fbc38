package delegationfile

import (
	"slices"
	"strings"

	"github.com/pharos-pec/pharos/internal/armtemplate"
	"github.com/pharos-pec/pharos/onboard"
)

// nobody is the subscription for which templates are evaluated: what is said
// of a file holds for every subscription.
const nobody = "00000000-0000-0000-0000-000000000000"

// deepest is how deep deployments in deployments are followed.
const deepest = 5

// readTemplate reads an ARM template, evaluated with the parameters given.
// What depends on other parameters, or on what only Azure knows, is open.
func readTemplate(p *onboard.Proposal, root *armtemplate.Node, parameters File) error {
	values, err := readParameters(parameters)
	if err != nil {
		return broken(parameters.Name, err)
	}
	w := &walk{p: p, work: &armtemplate.Work{}, origin: origin{file: parameters.Name, from: map[*armtemplate.Node]bool{}}}
	if values != nil {
		w.given(values)
	}
	p.Schema = w.text(root.Get("$schema"), "$schema")
	p.Level = levelOf(p.Schema.Value)
	if err := w.template(root, values, at{level: p.Level}); err != nil {
		return w.failed(root, values, err)
	}
	return nil
}

// failed takes up that a template cannot be evaluated. Without open parameters
// Azure refuses it too.
func (w *walk) failed(root, values *armtemplate.Node, err error) error {
	e, ok := asTemplateError(err)
	if !ok || e.Code == armtemplate.InvalidRequestContent {
		return err
	}
	open := false
	if declared := root.Get("parameters"); declared != nil {
		for _, m := range declared.Members {
			open = open || m.Value.Get("defaultValue").IsNull() && values.Get(m.Name).IsNull()
		}
	}
	w.p.Unread = append(w.p.Unread, onboard.Unread{
		Place: onboard.Place{Line: e.Line, Path: e.Path}, Why: e.Message, Refused: !open && e.Code != armtemplate.NotImplemented,
	})
	return nil
}

// readParameters reads a parameters file: a schema and parameters, or the
// parameters alone, in JSON, or those of Bicep.
func readParameters(f File) (*armtemplate.Node, error) {
	if len(f.Data) == 0 {
		return nil, nil
	}
	if isBicepParameters(f) {
		return readBicepParameters(f)
	}
	n, err := armtemplate.Read(f.Data)
	if err != nil {
		return nil, err
	}
	if inner := n.Get("parameters"); inner != nil && n.Get("$schema") != nil {
		return inner, nil
	}
	return n, nil
}

// levelOf is the level that a template's schema deploys at.
func levelOf(schema string) onboard.Level {
	low := strings.ToLower(schema)
	for _, x := range []struct {
		name  string
		level onboard.Level
	}{
		{"subscriptiondeploymenttemplate.json", onboard.AtSubscription}, {"managementgroupdeploymenttemplate.json", onboard.AtManagementGroup},
		{"tenantdeploymenttemplate.json", onboard.AtTenant}, {"deploymenttemplate.json", onboard.AtResourceGroup},
	} {
		if strings.Contains(low, x.name) {
			return x.level
		}
	}
	return ""
}

// at is where a template is deployed: group is the resource group.
type at struct {
	level onboard.Level
	group string
	depth int
}

// walk goes through a template and those within it.
type walk struct {
	origin
	p    *onboard.Proposal
	work *armtemplate.Work
}

func (w *walk) unread(n *armtemplate.Node, path, why string) {
	w.p.Unread = append(w.p.Unread, onboard.Unread{Place: w.place(n, path), Why: why})
}

func (w *walk) template(root, values *armtemplate.Node, a at) error {
	if a.depth > deepest {
		w.unread(root, root.Path, "deployments are nested deeper than Pharos follows")
		return nil
	}
	t, err := armtemplate.New(root)
	if err != nil {
		return err
	}
	result, err := t.Evaluate(armtemplate.Env{
		Parameters: values, Open: true, SubscriptionID: nobody, GroupName: a.group, Deployment: "lint", Mode: "Incremental", Work: w.work,
		NewGUID: func() string { return nobody },
	})
	if err != nil {
		return err
	}
	for _, r := range result.Resources {
		if r.Condition {
			w.resource(r, a)
		}
	}
	return nil
}

// resource takes up a resource that is, or may hold, a delegation.
func (w *walk) resource(r *armtemplate.Resource, a at) {
	path := r.Source.Path
	kind := strings.ToLower(r.Type)
	switch kind {
	case "microsoft.managedservices/registrationdefinitions", "microsoft.managedservices/registrationassignments",
		"microsoft.resources/deployments", "microsoft.authorization/policydefinitions":
	default:
		return
	}
	body, _, err := r.Body()
	if err != nil {
		w.unread(r.Source, path, "its expressions cannot be evaluated: "+err.Error())
		return
	}
	properties := body.Get("properties")
	switch kind {
	case "microsoft.managedservices/registrationdefinitions":
		w.definition(r, body, a, path)
	case "microsoft.managedservices/registrationassignments":
		w.p.Assignments = append(w.p.Assignments, onboard.Assignment{
			Place: w.place(r.Source, path), APIVersion: w.written(r.Source.Get("apiVersion"), r.APIVersion, path+".apiVersion"),
			Definition: lastSegment(w.text(properties.Get("registrationDefinitionId"), path+".properties.registrationDefinitionId")),
			Scope:      onboard.Text{Place: w.place(r.Source, path), Value: r.GroupName, Open: armtemplate.IsExpression(r.GroupName)},
		})
	case "microsoft.resources/deployments":
		w.nested(r, properties, a, path+".properties")
	case "microsoft.authorization/policydefinitions":
		w.policy(r, properties, a, path+".properties")
	}
}

// written is a value that was evaluated, at the place where it is written.
func (w *walk) written(n *armtemplate.Node, value, path string) onboard.Text {
	return onboard.Text{Place: w.place(n, path), Value: value, Open: armtemplate.IsExpression(value)}
}

// lastSegment is the name at the end of an id, which may be known when the
// subscription is not.
func lastSegment(t onboard.Text) onboard.Text {
	if armtemplate.IsExpression(t.Value) {
		return t
	}
	t.Value = t.Value[strings.LastIndex(t.Value, "/")+1:]
	t.Open = isOpen(t.Value)
	return t
}

func (w *walk) definition(r *armtemplate.Resource, body *armtemplate.Node, a at, path string) {
	properties := body.Get("properties")
	level := a.level
	if level == onboard.AtSubscription && r.GroupName != "" {
		level = onboard.AtResourceGroup
	}
	inside := path + ".properties"
	d := onboard.Definition{
		Place: w.place(r.Source, path), Level: level, Marketplace: !body.Get("plan").IsNull(),
		ID: w.written(r.Source.Get("name"), r.Name, path+".name"), APIVersion: w.written(r.Source.Get("apiVersion"), r.APIVersion, path+".apiVersion"),
		Offer:          w.text(properties.Get("registrationDefinitionName"), inside+".registrationDefinitionName"),
		Manager:        w.text(properties.Get("managedByTenantId"), inside+".managedByTenantId"),
		Authorizations: w.authorizations(properties, inside),
	}
	for _, name := range []string{"authorizations", "eligibleAuthorizations"} {
		if n := properties.Get(name); !n.IsNull() && n.Kind != armtemplate.Array {
			w.unread(n, inside+"."+name, name+" depend on what the file does not say")
			d.Open = true
		}
	}
	w.p.Definitions = append(w.p.Definitions, d)
}

// nested follows a deployment within the template.
func (w *walk) nested(r *armtemplate.Resource, properties *armtemplate.Node, a at, path string) {
	inner := properties.Get("template")
	if inner.IsNull() {
		w.unread(r.Source, path, "the deployment links to a template that is not in the file")
		return
	}
	next := at{level: a.level, depth: a.depth + 1}
	if r.GroupName != "" {
		next.level, next.group = onboard.AtResourceGroup, r.GroupName
	}
	if err := w.template(inner, properties.Get("parameters"), next); err != nil {
		w.unread(inner, path+".template", err.Error())
	}
}

// policy follows the deployment by which a policy onboards every subscription
// under a management group.
func (w *walk) policy(r *armtemplate.Resource, properties *armtemplate.Node, a at, path string) {
	deployment := properties.Get("policyRule").Get("then").Get("details").Get("deployment").Get("properties")
	inner := deployment.Get("template")
	if inner.IsNull() {
		return
	}
	if err := w.template(inner, policyValues(deployment.Get("parameters"), properties.Get("parameters")), at{level: onboard.AtSubscription, depth: a.depth + 1}); err != nil {
		w.unread(r.Source, path+".policyRule.then.details.deployment.properties.template", err.Error())
	}
}

// policyValues are the values that a policy gives to the parameters of its
// deployment. One that names a parameter of the policy has its default value.
func policyValues(given, declared *armtemplate.Node) *armtemplate.Node {
	if given == nil {
		return nil
	}
	out := *given
	out.Members = slices.Clone(given.Members)
	for i, m := range out.Members {
		value := m.Value.Get("value")
		if value == nil || value.Kind != armtemplate.String {
			continue
		}
		name, isParameter := strings.CutPrefix(value.Text, "[parameters('")
		name, ends := strings.CutSuffix(name, "')]")
		if d := declared.Get(name).Get("defaultValue"); isParameter && ends && !d.IsNull() {
			out.Members[i].Value = &armtemplate.Node{Kind: armtemplate.Object, Members: []armtemplate.Member{{Name: "value", Value: d}}}
		}
	}
	return &out
}
