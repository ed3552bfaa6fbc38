package emulator

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"github.com/pharos-pec/pharos"
	"github.com/pharos-pec/pharos/internal/armtemplate"
)

// templateError is a refusal of the template language in Azure's form.
func templateError(err error) error {
	var e *armtemplate.Error
	if !errors.As(err, &e) {
		return err
	}
	out := &apiError{status: http.StatusBadRequest, code: e.Code, message: e.Message, target: e.Target}
	if e.Code == armtemplate.NotImplemented {
		out.status = http.StatusNotImplemented
	}
	if e.HasPlace {
		out.info = []any{map[string]any{"type": "TemplateViolation", "info": map[string]any{
			"lineNumber": e.Line, "linePosition": e.Column, "path": e.Path,
		}}}
	}
	for _, d := range e.Details {
		var detail *apiError
		if errors.As(templateError(d), &detail) {
			out.details = append(out.details, *detail)
		}
	}
	return out
}

// readDeployment reads the deployment of a call. The body is read as a whole
// by the reader of templates: az sends the template's file as it is inside a
// body with an unquoted key, and messages count lines from the body's start.
func (c *call) readDeployment(on target) (*deployment, error) {
	if err := checkDeploymentName(c.vars["id"]); err != nil {
		return nil, err
	}
	body, err := armtemplate.Read(c.body)
	if err != nil {
		return nil, templateError(err)
	}
	d := &deployment{scope: on.scope, name: c.vars["id"], tags: body.Get("tags"), at: c.now}
	if l := body.Get("location"); l != nil {
		d.location = l.Text
	}
	if d.template, d.given, d.mode, err = armtemplate.Nested(body); err != nil {
		return nil, templateError(err)
	}
	return d, d.check(on)
}

// check holds what is sent with a template against the scope.
func (d *deployment) check(on target) error {
	const see = "Please see https://aka.ms/arm-deployment-subscription for usage details."
	inGroup := on.scope.ResourceGroup() != ""
	if d.mode == "" {
		d.mode = "Incremental"
	}
	switch {
	case inGroup && d.location != "":
		return badRequest("InvalidDeployment", fmt.Sprintf("The 'location' property is not allowed for '%s' at resource group scope. %s", d.name, see))
	case !inGroup && d.location == "":
		return badRequest("InvalidDeployment", fmt.Sprintf("The 'location' property must be specified for '%s'. %s", d.name, see))
	case strings.EqualFold(d.mode, "Incremental"):
		d.mode = "Incremental"
		return nil
	case !strings.EqualFold(d.mode, "Complete"):
		return badRequest("InvalidRequestContent", fmt.Sprintf("The request content was invalid and could not be deserialized: "+
			"'Error converting value \"%s\" to type 'DeploymentMode'. Path 'properties.mode'.'.", d.mode))
	case inGroup:
		return &apiError{status: http.StatusNotImplemented, code: "NotImplemented", message: "the emulator deploys in mode Incremental only"}
	default:
		return badRequest("InvalidDeployment", "Specified deployment mode 'Complete' is not supported for deployment at the current scope. "+
			"Please see https://aka.ms/deployment-modes for usage details.")
	}
}

func checkDeploymentName(name string) error {
	const longest = 64
	const see = "Please see https://aka.ms/arm-deploy for usage details."
	if len(name) > longest {
		return badRequest("DeploymentNameLengthLimitExceeded", fmt.Sprintf(
			"The deployment name '%s' has a length of '%d' which exceeds the maximum length of '%d'. %s", name, len(name), longest, see))
	}
	for _, r := range name {
		if !strings.ContainsRune("-_.()", r) && (r < '0' || r > '9') && (r|0x20 < 'a' || r|0x20 > 'z') {
			return badRequest("DeploymentNameInvalidCharacters", fmt.Sprintf("The deployment name '%s' can only include alphanumeric characters, "+
				"periods, underscores, hyphens and parenthesis. %s", name, see))
		}
	}
	return nil
}

// deploymentEnv is what a template can ask of where it is deployed.
func (c *call) deploymentEnv(on target, d *deployment, work *armtemplate.Work) armtemplate.Env {
	guids := 0
	env := armtemplate.Env{
		Parameters: d.given, SubscriptionID: string(on.sub.id), GroupName: on.sub.groupName(on.scope.ResourceGroup()),
		Deployment: d.name, Location: d.location, Mode: d.mode, Now: c.now, Work: work,
		Subscription: map[string]any{
			"id": string(pharos.SubscriptionScope(on.sub.id)), "subscriptionId": string(on.sub.id),
			"tenantId": string(on.tenant.id), "displayName": on.sub.name,
		},
		Tenant: map[string]any{
			"id": "/tenants/" + string(on.tenant.id), "tenantId": string(on.tenant.id), "displayName": on.tenant.name, "countryCode": on.tenant.country,
		},
		Environment: plain(cloudBody(c.base, c.base)),
		// The values differ from one deployment to the next and are the same
		// whenever the same deployment is made again.
		NewGUID: func() string {
			guids++
			return objectID("newGuid", d.armID()+stamp(d.at), strconv.Itoa(guids))
		},
	}
	if env.GroupName != "" {
		env.ResourceGroup = plain(groupBody(on.sub, env.GroupName))
	}
	return env
}

// groupName is a resource group's name as it was first written; of one that
// there is not, the name as given.
func (s *subscription) groupName(name string) string {
	for _, g := range s.groups {
		if strings.EqualFold(g, name) {
			return g
		}
	}
	return name
}

// plain is a body as encoding/json reads it.
func plain(body any) any {
	text, err := json.Marshal(body)
	if err != nil {
		return nil
	}
	var out any
	if err := json.Unmarshal(text, &out); err != nil {
		return nil
	}
	return out
}
