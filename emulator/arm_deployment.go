package emulator

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/pharos-pec/pharos"
	"github.com/pharos-pec/pharos/internal/armtemplate"
)

const deploymentsPath = "/providers/Microsoft.Resources/deployments"

func deploymentRoutes() []route {
	const list = "/{scope...}" + deploymentsPath
	const one = list + "/{id}"
	return []route{
		{method: http.MethodGet, service: arm, pattern: list, faith: documented, handle: listDeployments},
		{method: http.MethodGet, service: arm, pattern: one, faith: documented, handle: getDeployment},
		{method: http.MethodPut, service: arm, pattern: one, faith: documented, handle: putDeployment},
		{method: http.MethodDelete, service: arm, pattern: one, faith: documented, handle: deleteDeployment},
		{method: http.MethodPost, service: arm, pattern: one + "/validate", faith: documented, handle: validateDeployment},
		{method: http.MethodPost, service: arm, pattern: one + "/whatIf", faith: documented, handle: whatIfDeployment},
		{method: http.MethodPost, service: arm, pattern: one + "/exportTemplate", faith: documented, asks: true, handle: exportDeployment},
		{method: http.MethodPost, service: arm, pattern: one + "/cancel", faith: inferred, handle: cancelDeployment},
		{method: http.MethodGet, service: arm, pattern: one + "/operations", faith: documented, handle: listDeploymentOperations},
		{method: http.MethodGet, service: arm, pattern: one + "/operations/{operation}", faith: documented, handle: getDeploymentOperation},
		{method: http.MethodGet, service: arm, pattern: one + "/operationStatuses/{operation}", faith: documented, handle: deploymentStatus},
		{method: http.MethodGet, service: arm, pattern: "/subscriptions/{sub}/operationresults/{operation}", faith: inferred, handle: operationResult},
	}
}

// deployment is a template that was deployed, with what came of it.
type deployment struct {
	scope    pharos.Scope
	name     string
	location string
	mode     string
	tags     *armtemplate.Node
	template *armtemplate.Template
	// given are the values for the template's parameters, as they were sent.
	given      *armtemplate.Node
	parameters []armtemplate.Member
	outputs    []armtemplate.Output
	at         time.Time
	made       []madeResource
	failure    *apiError // nil: succeeded
	// looks counts how often the operation was asked for: it is told once that
	// the deployment runs. Asking changes nothing else, so that reading is no
	// change; the count is atomic.
	looks atomic.Int32
}

// madeResource is one resource of a deployment, and what came of it.
type madeResource struct {
	*armtemplate.Resource
	status  int
	failure *apiError
}

func (d *deployment) armID() string { return string(d.scope) + deploymentsPath + "/" + d.name }

// state is the deployment's end: it is there when its call is answered.
func (d *deployment) state() string {
	if d.failure != nil {
		return "Failed"
	}
	return "Succeeded"
}

// look is what the deployment's operation tells: that it runs when it is first
// asked for, unless the clock has moved since.
func (d *deployment) look(now time.Time) string {
	if d.looks.Add(1) == 1 && now.Sub(d.at) < time.Second {
		return "Running"
	}
	return d.state()
}

// body is the deployment in a state; its outcome is told only when it has one.
func (d *deployment) body(state string) map[string]any {
	p := map[string]any{
		"provisioningState": state, "mode": d.mode, "timestamp": stamp(d.at), "duration": "PT1S", "templateHash": d.hash(),
		"correlationId": objectID("deployment", string(d.scope), d.name), "parameters": d.parametersBody(),
		"providers": d.providersBody(), "dependencies": d.dependenciesBody(),
	}
	if state == d.state() {
		p["outputs"], p["outputResources"] = d.outputsBody(), d.resourcesBody()
		if d.failure != nil {
			p["error"] = armError(d.failure)
		}
	}
	body := map[string]any{"id": d.armID(), "name": d.name, "type": "Microsoft.Resources/deployments", "properties": p}
	if d.location != "" {
		body["location"] = d.location
	}
	if !d.tags.IsNull() {
		body["tags"] = d.tags
	}
	return body
}

// deploymentTarget finds the scope of a deployment and checks the permission.
func (c *call) deploymentTarget(action string) (target, error) {
	on, err := c.target()
	if err != nil {
		return target{}, err
	}
	if on.sub == nil || on.scope.IsResource() {
		return target{}, &apiError{status: http.StatusNotImplemented, code: "NotImplemented",
			message: "the emulator deploys at subscriptions and resource groups only"}
	}
	return on, c.require("Microsoft.Resources/deployments/"+action, on)
}

func (s *subscription) deploymentAt(scope pharos.Scope, name string) *deployment {
	for _, d := range s.deployments {
		if d.scope == scope && strings.EqualFold(d.name, name) {
			return d
		}
	}
	return nil
}

// existingDeployment is the deployment that the call names.
func (c *call) existingDeployment(action string) (target, *deployment, error) {
	on, err := c.deploymentTarget(action)
	if err != nil {
		return on, nil, err
	}
	d := on.sub.deploymentAt(on.scope, c.vars["id"])
	if d == nil {
		return on, nil, notFound("DeploymentNotFound", fmt.Sprintf("Deployment '%s' could not be found.", c.vars["id"]))
	}
	return on, d, nil
}

func listDeployments(c *call) (reply, error) {
	on, err := c.deploymentTarget("read")
	if err != nil {
		return reply{}, err
	}
	f, err := parseFilter(c.URL.Query().Get("$filter"), "provisioningState")
	if err != nil {
		return reply{}, err
	}
	want, filtered := f.equal["provisioningstate"]
	var out []map[string]any
	for _, d := range slices.Backward(on.sub.deployments) {
		if d.scope == on.scope && (!filtered || strings.EqualFold(want, d.state())) {
			out = append(out, d.body(d.state()))
		}
	}
	return list(out)
}

func getDeployment(c *call) (reply, error) {
	_, d, err := c.existingDeployment("read")
	switch {
	case err != nil:
		return reply{}, err
	case c.Method == http.MethodHead:
		return reply{status: http.StatusNoContent}, nil
	}
	return ok(d.body(d.state()))
}

// deploymentStatus tells how a deployment goes: the one that the operation was
// begun for, whatever was deployed by its name since.
func deploymentStatus(c *call) (reply, error) {
	return c.outcome(c.vars["operation"], "Microsoft.Resources/deployments/operationStatuses/read")
}

// deleteDeployment forgets a deployment; what was deployed stays.
func deleteDeployment(c *call) (reply, error) {
	on, err := c.deploymentTarget("delete")
	if err != nil {
		return reply{}, err
	}
	d := on.sub.deploymentAt(on.scope, c.vars["id"])
	if d == nil {
		return reply{status: http.StatusNoContent}, nil
	}
	on.sub.deployments = slices.DeleteFunc(on.sub.deployments, func(o *deployment) bool { return o == d })
	return c.accepted(on, d.armID(), reply{status: http.StatusNoContent}), nil
}

// cancelDeployment refuses: a deployment has ended when its call is answered.
func cancelDeployment(c *call) (reply, error) {
	_, d, err := c.existingDeployment("cancel/action")
	if err != nil {
		return reply{}, err
	}
	return reply{}, conflict("DeploymentCannotBeCancelled", fmt.Sprintf(
		"The deployment '%s' cannot be cancelled because it is in the terminal provisioning state '%s'.", d.name, d.state()))
}

func exportDeployment(c *call) (reply, error) {
	_, d, err := c.existingDeployment("exportTemplate/action")
	if err != nil {
		return reply{}, err
	}
	return ok(map[string]any{"template": d.template.Node()})
}
