package emulator

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"

	"github.com/pharos-pec/pharos"
)

// deployOrder is the order in which kinds of resources are made: what others
// of a template refer to first.
var deployOrder = []string{
	"microsoft.managedservices/registrationdefinitions", "microsoft.managedservices/registrationassignments",
	"microsoft.authorization/roleassignments", "microsoft.resources/deployments",
}

// deploy makes the resources of a template. A refusal of one is the failure
// of the deployment, not of the call.
func (c *call) deploy(on target, t *template, d *deployment) error {
	resources, err := t.resources()
	if err != nil {
		return err
	}
	if d.outputs, err = t.outputs(); err != nil {
		return err
	}
	for _, r := range resources {
		if !r.known() {
			return &apiError{status: http.StatusNotImplemented, code: "NotImplemented", message: "the emulator does not deploy resources of type " + r.Type}
		}
	}
	for _, kind := range deployOrder {
		for _, r := range resources {
			if strings.ToLower(r.Type) != kind {
				continue
			}
			done := c.deployOne(on, r)
			d.done = append(d.done, done)
			if done.failure != nil && d.failure == nil {
				d.failure = deploymentFailed(done.failure)
			}
		}
	}
	return nil
}

func (r *templateResource) known() bool {
	for _, kind := range deployOrder {
		if strings.EqualFold(r.Type, kind) {
			return true
		}
	}
	return false
}

// deploymentFailed words a provider's refusal as a deployment's: the
// provider's own error stands in the message of a detail, as JSON.
func deploymentFailed(cause *apiError) *apiError {
	return &apiError{
		status: http.StatusConflict, code: "DeploymentFailed",
		message: "At least one resource deployment operation failed. Please list deployment operations for details. " +
			"Please see https://aka.ms/arm-deployment-operations for usage details.",
		details: []apiError{{code: strings.ReplaceAll(http.StatusText(cause.status), " ", ""), message: jsonText(map[string]any{"error": armError(cause)})}},
	}
}

// scopeIn is where the resource of a template stands.
func (r *templateResource) scopeIn(on target) (pharos.Scope, error) {
	switch {
	case r.Scope != "":
		scope, err := pharos.ParseScope(r.Scope)
		if err != nil {
			return "", invalidTemplate("the scope '%s' is invalid", r.Scope)
		}
		return scope, nil
	case r.ResourceGroup != "":
		return pharos.ResourceGroupScope(on.sub.id, r.ResourceGroup), nil
	default:
		return on.scope, nil
	}
}

func (r *templateResource) id(on target) (string, error) {
	scope, err := r.scopeIn(on)
	return string(scope) + "/providers/" + r.Type + "/" + r.Name, err
}

// exists reports whether the resource stands already.
func (c *call) exists(on target, r templateResource) bool {
	scope, err := r.scopeIn(on)
	if err != nil {
		return false
	}
	switch strings.ToLower(r.Type) {
	case "microsoft.managedservices/registrationdefinitions":
		return on.sub.definition(r.Name, c.now) != nil
	case "microsoft.managedservices/registrationassignments":
		return on.sub.delegation(r.Name, scope, c.now) != nil
	default:
		return false
	}
}

// deployOne makes one resource by the call that would make it alone, with the
// same permissions and refusals.
func (c *call) deployOne(on target, r templateResource) deployed {
	out := deployed{kind: r.Type, name: r.Name}
	fail := func(err error) deployed {
		out.failure = asAPIError(err)
		return out
	}
	scope, err := r.scopeIn(on)
	if err != nil {
		return fail(err)
	}
	out.id = string(scope) + "/providers/" + r.Type + "/" + r.Name
	if strings.EqualFold(r.Type, "Microsoft.Resources/deployments") {
		return c.deployNested(target{scope, on.sub, on.tenant}, r, out)
	}
	body, err := json.Marshal(map[string]any{"properties": r.Properties, "plan": r.Plan})
	if err != nil {
		return fail(err)
	}
	put := map[string]handler{
		deployOrder[0]: putDefinition, deployOrder[1]: putDelegation, deployOrder[2]: putRoleAssignment,
	}[strings.ToLower(r.Type)]
	inner := *c
	inner.Request = c.Request.Clone(c.Context())
	inner.Request.URL = &url.URL{Path: out.id, RawQuery: url.Values{"api-version": {r.APIVersion}}.Encode()}
	inner.vars, inner.body = map[string]string{"scope": string(scope), "id": r.Name}, body
	if _, err := put(&inner); err != nil {
		return fail(err)
	}
	return out
}

// deployNested deploys a template inside a template. Its expressions are its
// own or, by default, were evaluated with the outer one's.
func (c *call) deployNested(on target, r templateResource, out deployed) deployed {
	raw, err := json.Marshal(r.Properties["template"])
	if err != nil {
		out.failure = asAPIError(err)
		return out
	}
	values := map[string]any{}
	if given, isMap := r.Properties["parameters"].(map[string]any); isMap {
		for k, v := range given {
			if m, isMap := v.(map[string]any); isMap {
				values[k] = m["value"]
			}
		}
	}
	if group := on.scope.ResourceGroup(); group != "" && !on.sub.hasGroup(group) {
		out.failure = notFound("ResourceGroupNotFound", "Resource group '"+group+"' could not be found.")
		return out
	}
	t, err := newTemplate(raw, values, on, r.Name)
	if err != nil {
		out.failure = asAPIError(err)
		return out
	}
	d := &deployment{scope: on.scope, name: r.Name, template: raw, parameters: t.parameters, at: c.now}
	if err := c.deploy(on, t, d); err != nil {
		out.failure = asAPIError(err)
		return out
	}
	on.sub.deployments = append(on.sub.deployments, d)
	out.failure = d.failure
	return out
}
