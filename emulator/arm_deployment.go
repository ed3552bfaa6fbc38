package emulator

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/pharos-pec/pharos"
)

const deploymentsPath = "/providers/Microsoft.Resources/deployments"

func deploymentRoutes() []route {
	const list = "/{scope...}" + deploymentsPath
	const one = list + "/{id}"
	return []route{
		{method: http.MethodGet, service: arm, pattern: list, handle: listDeployments},
		{method: http.MethodGet, service: arm, pattern: one, handle: getDeployment},
		{method: http.MethodPut, service: arm, pattern: one, handle: putDeployment},
		{method: http.MethodDelete, service: arm, pattern: one, handle: deleteDeployment},
		{method: http.MethodPost, service: arm, pattern: one + "/validate", handle: validateDeployment},
		{method: http.MethodPost, service: arm, pattern: one + "/whatIf", handle: whatIfDeployment},
		{method: http.MethodPost, service: arm, pattern: one + "/exportTemplate", handle: exportDeployment},
		{method: http.MethodGet, service: arm, pattern: one + "/operations", handle: listDeploymentOperations},
		{method: http.MethodGet, service: arm, pattern: one + "/operationStatuses/{operation}", handle: deploymentStatus},
	}
}

// deployment is a template that was deployed, with what came of it.
type deployment struct {
	scope      pharos.Scope
	name       string
	location   string
	template   json.RawMessage
	parameters map[string]any
	outputs    map[string]any
	at         time.Time
	done       []deployed
	failure    *apiError // nil: succeeded
}

// deployed is one resource of a deployment.
type deployed struct {
	id, kind, name string
	failure        *apiError
}

type deploymentRequest struct {
	Location   string `json:"location"`
	Properties struct {
		Mode         string          `json:"mode"`
		Template     json.RawMessage `json:"template"`
		TemplateLink json.RawMessage `json:"templateLink"`
		Parameters   map[string]struct {
			Value any `json:"value"`
		} `json:"parameters"`
	} `json:"properties"`
}

func (d *deployment) armID() string { return string(d.scope) + deploymentsPath + "/" + d.name }

func (d *deployment) state() string {
	if d.failure != nil {
		return "Failed"
	}
	return "Succeeded"
}

func (d *deployment) body() map[string]any {
	parameters := map[string]any{}
	for k, v := range d.parameters {
		parameters[k] = map[string]any{"value": v}
	}
	p := map[string]any{
		"provisioningState": d.state(), "mode": "Incremental", "timestamp": stamp(d.at), "duration": "PT1S", "correlationId": objectID("deployment", string(d.scope), d.name),
		"parameters": parameters, "outputs": d.outputs, "providers": []any{}, "dependencies": []any{}, "outputResources": d.resources(),
	}
	if d.failure != nil {
		p["error"] = armError(d.failure)
	}
	body := map[string]any{"id": d.armID(), "name": d.name, "type": "Microsoft.Resources/deployments", "properties": p}
	if d.location != "" {
		body["location"] = d.location
	}
	return body
}

func (d *deployment) resources() []map[string]string {
	out := []map[string]string{}
	for _, x := range d.done {
		if x.failure == nil {
			out = append(out, map[string]string{"id": x.id})
		}
	}
	return out
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

func (c *call) findDeployment(on target) *deployment {
	for _, d := range on.sub.deployments {
		if d.scope == on.scope && strings.EqualFold(d.name, c.vars["id"]) {
			return d
		}
	}
	return nil
}

func (c *call) noDeployment() *apiError {
	return notFound("DeploymentNotFound", fmt.Sprintf("Deployment '%s' could not be found.", c.vars["id"]))
}

func listDeployments(c *call) (reply, error) {
	on, err := c.deploymentTarget("read")
	if err != nil {
		return reply{}, err
	}
	var out []map[string]any
	for _, d := range on.sub.deployments {
		if d.scope == on.scope {
			out = append(out, d.body())
		}
	}
	return list(out)
}

func getDeployment(c *call) (reply, error) {
	on, err := c.deploymentTarget("read")
	if err != nil {
		return reply{}, err
	}
	d := c.findDeployment(on)
	switch {
	case d == nil:
		return reply{}, c.noDeployment()
	case c.Method == http.MethodHead:
		return reply{status: http.StatusNoContent}, nil
	}
	return ok(d.body())
}

// newDeployment reads a deployment and evaluates its template.
func (c *call) newDeployment(on target) (*deployment, *template, error) {
	var want deploymentRequest
	if err := decodeLenient(c.body, &want); err != nil {
		return nil, nil, err
	}
	if on.scope.ResourceGroup() == "" && want.Location == "" {
		return nil, nil, badRequest("LocationRequired", "The location property is required for this definition.")
	}
	if want.Properties.Mode != "" && !strings.EqualFold(want.Properties.Mode, "Incremental") {
		return nil, nil, &apiError{status: http.StatusNotImplemented, code: "NotImplemented", message: "the emulator deploys in mode Incremental only"}
	}
	values := map[string]any{}
	for k, v := range want.Properties.Parameters {
		values[k] = v.Value
	}
	t, err := newTemplate(want.Properties.Template, values, on, c.vars["id"])
	if err != nil {
		return nil, nil, err
	}
	d := &deployment{
		scope: on.scope, name: c.vars["id"], location: want.Location, template: want.Properties.Template, parameters: t.parameters, at: c.now,
	}
	return d, t, nil
}

// putDeployment deploys a template. All of it happens at once; the client is
// told by an operation, as with Azure.
func putDeployment(c *call) (reply, error) {
	on, err := c.deploymentTarget("write")
	if err != nil {
		return reply{}, err
	}
	d, t, err := c.newDeployment(on)
	if err != nil {
		return reply{}, err
	}
	if err := c.deploy(on, t, d); err != nil {
		return reply{}, err
	}
	status := http.StatusCreated
	if old := c.findDeployment(on); old != nil {
		status = http.StatusOK
		on.sub.deployments = slices.DeleteFunc(on.sub.deployments, func(o *deployment) bool { return o == old })
	}
	on.sub.deployments = append(on.sub.deployments, d)
	body := d.body()
	p := body["properties"].(map[string]any)
	p["provisioningState"] = "Accepted"
	delete(p, "error")
	operation := c.base + d.armID() + "/operationStatuses/" + objectID("operation", d.armID(), stamp(c.now)) + "?api-version=" + c.URL.Query().Get("api-version")
	return reply{status: status, body: body, header: http.Header{"Azure-Asyncoperation": {operation}, "Retry-After": {"1"}}}, nil
}

func deploymentStatus(c *call) (reply, error) {
	on, err := c.deploymentTarget("read")
	if err != nil {
		return reply{}, err
	}
	d := c.findDeployment(on)
	if d == nil {
		return reply{}, c.noDeployment()
	}
	body := map[string]any{"status": d.state()}
	if d.failure != nil {
		body["error"] = armError(d.failure)
	}
	return ok(body)
}

func deleteDeployment(c *call) (reply, error) {
	on, err := c.deploymentTarget("delete")
	if err != nil {
		return reply{}, err
	}
	d := c.findDeployment(on)
	on.sub.deployments = slices.DeleteFunc(on.sub.deployments, func(o *deployment) bool { return o == d })
	return reply{status: http.StatusNoContent}, nil // what was deployed stays
}

func validateDeployment(c *call) (reply, error) {
	on, err := c.deploymentTarget("validate/action")
	if err != nil {
		return reply{}, err
	}
	d, t, err := c.newDeployment(on)
	if err != nil {
		return reply{}, err
	}
	if _, err := t.resources(); err != nil {
		return reply{}, err
	}
	body := d.body()
	return ok(body)
}

// whatIfDeployment tells which resources a template would make.
func whatIfDeployment(c *call) (reply, error) {
	on, err := c.deploymentTarget("whatIf/action")
	if err != nil {
		return reply{}, err
	}
	_, t, err := c.newDeployment(on)
	if err != nil {
		return reply{}, err
	}
	resources, err := t.resources()
	if err != nil {
		return reply{}, err
	}
	changes := []map[string]any{}
	for _, r := range resources {
		id, err := r.id(on)
		if err != nil {
			return reply{}, err
		}
		kind := "Create"
		if c.exists(on, r) {
			kind = "Deploy"
		}
		changes = append(changes, map[string]any{
			"resourceId": id, "changeType": kind,
			"after": map[string]any{"id": id, "name": r.Name, "type": r.Type, "apiVersion": r.APIVersion, "properties": r.Properties},
		})
	}
	return ok(map[string]any{"status": "Succeeded", "properties": map[string]any{"changes": changes}})
}

func exportDeployment(c *call) (reply, error) {
	on, err := c.deploymentTarget("exportTemplate/action")
	if err != nil {
		return reply{}, err
	}
	d := c.findDeployment(on)
	if d == nil {
		return reply{}, c.noDeployment()
	}
	return ok(map[string]any{"template": d.template})
}

func listDeploymentOperations(c *call) (reply, error) {
	on, err := c.deploymentTarget("operations/read")
	if err != nil {
		return reply{}, err
	}
	d := c.findDeployment(on)
	if d == nil {
		return reply{}, c.noDeployment()
	}
	var out []map[string]any
	for i, x := range d.done {
		id := fmt.Sprintf("%016X", i+1)
		p := map[string]any{
			"provisioningOperation": "Create", "provisioningState": "Succeeded", "timestamp": stamp(d.at), "duration": "PT1S", "statusCode": "Created",
			"targetResource": map[string]string{"id": x.id, "resourceName": x.name, "resourceType": x.kind},
		}
		if x.failure != nil {
			p["provisioningState"], p["statusCode"] = "Failed", http.StatusText(x.failure.status)
			p["statusMessage"] = map[string]any{"status": "Failed", "error": armError(x.failure)}
		}
		out = append(out, map[string]any{"id": d.armID() + "/operations/" + id, "operationId": id, "properties": p})
	}
	return list(out)
}
