package emulator

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/pharos-pec/pharos/internal/armtemplate"
)

// putDeployment deploys a template. All of it happens at once; the client is
// told by an operation, as with Azure.
func putDeployment(c *call) (reply, error) {
	on, err := c.deploymentTarget("write")
	if err != nil {
		return reply{}, err
	}
	d, err := c.readDeployment(on)
	if err != nil {
		return reply{}, err
	}
	old := on.sub.deploymentAt(on.scope, d.name)
	if old != nil && !strings.EqualFold(old.location, d.location) {
		return reply{}, conflict("InvalidDeploymentLocation", fmt.Sprintf(
			"Invalid deployment location '%s'. The deployment '%s' already exists in location '%s'.", d.location, d.name, old.location))
	}
	if _, err := c.preview(on, d); err != nil {
		return reply{}, err
	}
	r := &deploymentRun{call: c, active: map[string]*deployment{}}
	if err := r.deploy(on, d); err != nil {
		return reply{}, templateError(err)
	}
	status := http.StatusCreated
	if old != nil {
		status = http.StatusOK
	}
	id := c.begin(on, d.armID(), nil)
	c.emulator.operations.byID[id].deployment = d
	return reply{status: status, body: d.body("Accepted"), header: c.operationHeaders("Azure-Asyncoperation", d.armID()+"/operationStatuses/"+id)}, nil
}

func validateDeployment(c *call) (reply, error) {
	on, err := c.deploymentTarget("validate/action")
	if err != nil {
		return reply{}, err
	}
	d, err := c.readDeployment(on)
	if err != nil {
		return reply{}, err
	}
	resources, err := c.preview(on, d)
	if err != nil {
		return reply{}, err
	}
	validated := []map[string]string{}
	for _, x := range resources {
		validated = append(validated, map[string]string{"id": x.ID})
	}
	body := d.body("Succeeded")
	p := body["properties"].(map[string]any)
	for _, name := range []string{"outputs", "outputResources"} {
		delete(p, name)
	}
	p["validatedResources"], p["duration"] = validated, "PT0S"
	return ok(body)
}

// deploymentRun makes the resources of a deployment, and of those in it.
type deploymentRun struct {
	*call
	work   armtemplate.Work
	active map[string]*deployment // those under way, by id in lower case
}

// deploy makes a template's resources in order. What a provider refuses is the
// failure of the deployment, and stops what depends on it; an error is a
// refusal of the template.
func (r *deploymentRun) deploy(on target, d *deployment) error {
	id := strings.ToLower(d.armID())
	if old := r.active[id]; old != nil {
		return stillActive(old)
	}
	r.active[id] = d
	defer delete(r.active, id)
	env := r.deploymentEnv(on, d, &r.work)
	env.Reference = r.reference
	result, err := d.template.Evaluate(env)
	if err != nil {
		return err
	}
	d.parameters = result.Parameters
	stopped := map[*armtemplate.Resource]bool{}
	for _, x := range result.Resources {
		if !x.Condition {
			continue
		}
		if slices.ContainsFunc(x.DependsOn, func(o *armtemplate.Resource) bool { return stopped[o] }) {
			stopped[x] = true
			continue
		}
		made := r.one(x)
		d.made = append(d.made, made)
		stopped[x] = made.failure != nil
	}
	d.finish(result)
	if old := on.sub.deploymentAt(on.scope, d.name); old != nil {
		on.sub.deployments = slices.DeleteFunc(on.sub.deployments, func(o *deployment) bool { return o == old })
	}
	on.sub.deployments = append(on.sub.deployments, d)
	return nil
}

// finish works out the end of a deployment: failures, or else the outputs.
func (d *deployment) finish(result *armtemplate.Result) {
	for _, x := range d.made {
		if x.failure == nil {
			continue
		}
		if d.failure == nil {
			d.failure = &apiError{
				status: http.StatusConflict, code: "DeploymentFailed", target: d.armID(),
				message: "At least one resource deployment operation failed. Please list deployment operations for details. " +
					"Please see https://aka.ms/arm-deployment-operations for usage details.",
			}
		}
		d.failure.details = append(d.failure.details, failureDetail(x.failure))
	}
	if d.failure != nil {
		return
	}
	outputs, err := result.Outputs()
	d.outputs = outputs
	if err != nil {
		d.failure = asAPIError(templateError(err))
	}
}

// failureDetail words a provider's refusal as a detail of a deployment's: the
// provider's own error stands in the message, as JSON.
func failureDetail(cause *apiError) apiError {
	body := map[string]any{"error": armError(cause)}
	if cause.code == nestedFailure {
		body["status"] = "Failed"
	}
	return apiError{code: statusName(cause.status), message: indentedText(body)}
}

// indentedText is JSON as it stands in messages of Azure.
func indentedText(v any) string {
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(v); err != nil {
		return "{}"
	}
	return strings.ReplaceAll(strings.TrimSpace(out.String()), "\n", "\r\n")
}

// nestedFailure is the code of a deployment's failure in another's.
const nestedFailure = "ResourceDeploymentFailure"

func stillActive(d *deployment) *apiError {
	const form = "1/2/2006 3:04:05 PM"
	return conflict("DeploymentActive", fmt.Sprintf("The deployment with resource id '%s' cannot be saved, because this would overwrite an existing deployment which is still active. "+
		"If this is an intentional re-deployment, please wait for the original deployment to complete, or cancel it before re-attempting the operation. "+
		"The previous deployment was started at '%s' with correlationId '%s', and will expire at '%s' if it does not complete before then. "+
		"Please see https://aka.ms/arm-deploy-resources for usage details.",
		d.armID(), d.at.Format(form), objectID("deployment", string(d.scope), d.name), d.at.AddDate(0, 0, 7).Format(form)))
}

// one makes one resource by the call that would make it alone, with the same
// permissions and refusals.
func (r *deploymentRun) one(x *armtemplate.Resource) madeResource {
	made := madeResource{Resource: x, status: http.StatusCreated}
	body, _, err := x.Body()
	var on target
	if err == nil {
		on, err = r.placed(x)
	}
	if err == nil && x.IsDeployment() {
		err = r.nestedRun(on, x, body)
	} else if err == nil {
		made.status, err = r.put(x, body)
	}
	if err != nil {
		made.failure = asAPIError(templateError(err))
	}
	return made
}

func (r *deploymentRun) put(x *armtemplate.Resource, body *armtemplate.Node) (int, error) {
	text, err := json.Marshal(body)
	if err != nil {
		return 0, err
	}
	out, err := r.within(http.MethodPut, x.ID, x.APIVersion, text)
	return out.status, err
}

// nestedRun deploys a template inside a template.
func (r *deploymentRun) nestedRun(on target, x *armtemplate.Resource, body *armtemplate.Node) error {
	if err := r.require("Microsoft.Resources/deployments/write", on); err != nil {
		return err
	}
	d, err := r.nested(on, x, body)
	if err == nil {
		err = r.deploy(on, d)
	}
	if err != nil || d.failure == nil {
		return err
	}
	return &apiError{status: http.StatusConflict, code: nestedFailure, target: x.ID, details: []apiError{*d.failure},
		message: "The resource write operation failed to complete successfully, because it reached terminal provisioning state 'Failed'."}
}

// within makes another call of Resource Manager as part of this one: by the
// same caller, at the same time.
func (c *call) within(method, path, version string, body []byte) (reply, error) {
	in := *c
	in.Request = c.Request.Clone(c.Context())
	in.Method, in.body = method, body
	in.URL = &url.URL{Path: path, RawQuery: url.Values{"api-version": {version}}.Encode()}
	in.route, in.vars = c.emulator.router.find(method, segmentsOf(in.URL.EscapedPath()))
	if in.route == nil || in.route.handle == nil {
		return reply{}, notImplemented(in.Request)
	}
	if err := in.checkVersion(in.route); err != nil {
		return reply{}, err
	}
	return in.route.handle(&in)
}

// reference reads a resource for an expression of a template.
func (r *deploymentRun) reference(id, version string) (any, error) {
	if d := r.deploymentByID(id); d != nil {
		return plain(d.body(d.state())), nil
	}
	rt, _ := r.emulator.router.find(http.MethodGet, segmentsOf((&url.URL{Path: id}).EscapedPath()))
	if version == "" && rt != nil && len(rt.versions) > 0 {
		version = rt.versions[len(rt.versions)-1]
	}
	out, err := r.within(http.MethodGet, id, version, nil)
	return plain(out.body), err
}

func (r *deploymentRun) deploymentByID(id string) *deployment {
	scope, name, found := strings.Cut(strings.ToLower(id), strings.ToLower(deploymentsPath)+"/")
	if !found {
		return nil
	}
	for _, cu := range r.world.customers {
		for _, s := range cu.subs {
			for _, d := range s.deployments {
				if strings.EqualFold(string(d.scope), scope) && strings.EqualFold(d.name, name) {
					return d
				}
			}
		}
	}
	return nil
}
